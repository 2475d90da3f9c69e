import { RexError } from '../../../../core/errors.ts';
import type { EngineAddress } from './address.ts';

/** What was asked of the engine when it went wrong. */
export interface EngineCall {
  readonly address: EngineAddress;
  /** Verb and object, for the message: `create the container`. */
  readonly operation: string;
  /** Image that it is about. */
  readonly image?: string;
  /** Name that the container was to have. */
  readonly container?: string;
}

/** An error as dockerode throws it. */
interface ClientError {
  readonly message: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly json?: { readonly message?: string; readonly cause?: string } | null;
}

/** The typed form of what the engine, or the way to it, said. */
export function engineError(error: unknown, call: EngineCall): RexError {
  if (RexError.is(error)) return error;
  const said = saidBy(error);
  const { statusCode, code } = error as ClientError;
  if (/no space left on device|not enough space|disk quota exceeded/i.test(said)) return diskFull(said, call, error);
  if (statusCode === undefined && code !== undefined) return unreachable(said, code, call, error);
  if (call.container !== undefined && /already in use/.test(said)) return nameTaken(call.container, error);
  if (call.image !== undefined && statusCode === 404 && /no such image|image not known/i.test(said)) {
    return imageMissing(call.image, error);
  }
  const context = { deployment: 'docker', reason: said };
  return new RexError('DEPLOYMENT_START_FAILED', `cannot ${call.operation}: ${said}`, context, { cause: error });
}

/** The error for an image that is not there. */
export function imageMissing(image: string, cause?: unknown): RexError<'IMAGE_NOT_FOUND'> {
  const hint = `Check the name, fetch it (\`docker pull ${image}\`), or leave out \`pull: 'never'\`.`;
  return new RexError('IMAGE_NOT_FOUND', `there is no image ${image}`, { image }, { hint, cause });
}

/** The engine's own words, without dockerode's frame around them. */
export function saidBy(error: unknown): string {
  const { json, message } = error as ClientError;
  const text = json?.message ?? json?.cause ?? message ?? String(error);
  return text.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}

/** Status of the engine's answer; undefined where there was none. */
export function statusOf(error: unknown): number | undefined {
  return (error as ClientError | undefined)?.statusCode;
}

function diskFull(said: string, { address, operation, image, container }: EngineCall, cause: unknown): RexError {
  const context = { path: image ?? container ?? address.url, operation };
  const hint =
    "Free some of the engine's disk: `docker system df` shows what is used, `docker system prune` removes what is not.";
  return new RexError('DISK_FULL', `cannot ${operation}: the engine is out of disk space (${said})`, context, {
    hint,
    cause,
  });
}

function nameTaken(container: string, cause: unknown): RexError {
  const hint = `Choose another name, remove it (\`docker rm -f ${container}\`), or attach to it with \`container: '${container}'\`.`;
  const message = `there is a container named ${container} already`;
  return new RexError('CONTAINER_EXISTS', message, { container }, { hint, cause });
}

function unreachable(said: string, code: string, { address }: EngineCall, cause: unknown): RexError {
  const context = { url: address.url, reason: said };
  const [message, hint] = explain(code, said, address);
  return new RexError('CONNECTION_FAILED', message, context, { hint, cause });
}

function explain(code: string, said: string, { type, url }: EngineAddress): [message: string, hint: string] {
  const start = url.includes('podman')
    ? 'Start it: `systemctl --user start podman.socket`, or `podman system service --time=0`.'
    : 'Start it: `sudo systemctl start docker`, or open Docker Desktop; or point DOCKER_HOST at one that runs.';
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return [`no container engine is running at ${url}`, start];
    case 'EACCES':
    case 'EPERM':
      return [
        `not allowed to use the container engine at ${url}`,
        'Add this user to the group `docker` (`sudo usermod -aG docker $USER`, then log in again), or use a rootless engine.',
      ];
    case 'ECONNRESET':
    case 'EPIPE':
      return [`the container engine at ${url} closed the connection`, `It may have been stopped. ${start}`];
    default:
      return [
        `cannot reach the container engine at ${url}: ${said}`,
        type === 'ssh' ? 'Check that `ssh` to this host works without a password and that it has docker.' : start,
      ];
  }
}
