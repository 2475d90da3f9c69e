import { done, fail, type Handler, type Json, type JsonObject } from '../../orchestration/index.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import type { FileNode, GraphFile } from './graph-file.ts';
import type { Places } from './places.ts';

/** Most characters of an output that are kept. */
const MAX_OUTPUT = 64 * 1024;
/** Most characters of each input that a script sees. */
const MAX_INPUT = 4_000;

/** A handler that runs a node's script in a shell of its own. */
export function shellStep(node: FileNode, { env }: GraphFile, places: Places): Handler {
  const { run = '', cwd, exitCodes = [0], timeoutMs, outputs = {} } = node;
  return async (_task, { signal, inputs, run: runId, node: path, idempotencyKey }) => {
    const runtime = await places.runtime(node.deployment);
    await using session = await runtime.createSession({
      session: `${runId}.${path}.${opened++}`,
      loadRc: false,
      env: { ...env, ...node.env, HRM_REX_INPUTS: JSON.stringify(shorten(inputs)), HRM_REX_KEY: idempotencyKey },
      ...(cwd === undefined ? {} : { cwd }),
      signal,
    });
    // In a subshell, so that `exit` ends the script and not the shell that tells its exit code.
    const limits = timeoutMs === undefined ? { signal } : { signal, timeoutMs };
    const { exitCode, output } = await session.run(`(\n${run}\n)`, limits);
    const result = { exitCode, output: keepEnd(output, MAX_OUTPUT) };
    if (exitCode === null || !exitCodes.includes(exitCode)) {
      const said = keepEnd(output.trimEnd(), 2_000);
      const message = `exit code ${exitCode}${said === '' ? '' : `: ${said}`}`;
      return fail('COMMAND_FAILED', message, { retryable: true, context: result });
    }
    return done({ ...result, ...(await readOutputs(runtime, outputs, cwd)) });
  };
}

let opened = 0;

async function readOutputs(
  runtime: Runtime,
  outputs: Readonly<Record<string, string>>,
  cwd: string | undefined,
): Promise<Record<string, Json>> {
  const read: Record<string, Json> = {};
  for (const [name, path] of Object.entries(outputs)) {
    const place = cwd === undefined || path.startsWith('/') ? path : `${cwd}/${path}`;
    read[name] = keepEnd(await runtime.readFile(place, { errors: 'replace' }), MAX_OUTPUT);
  }
  return read;
}

function shorten(inputs: JsonObject): Json {
  const cut = (value: Json): Json => (typeof value === 'string' ? keepEnd(value, MAX_INPUT) : value);
  return Object.fromEntries(
    Object.entries(inputs).map(([id, input]) => [
      id,
      typeof input === 'object' && input !== null && !Array.isArray(input)
        ? Object.fromEntries(Object.entries(input).map(([name, value]) => [name, cut(value)]))
        : cut(input),
    ]),
  );
}

/** The end of a text, where what went wrong is told. */
function keepEnd(text: string, length: number): string {
  return text.length <= length ? text : `… ${text.slice(-length)}`;
}
