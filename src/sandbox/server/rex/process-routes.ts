import type { ProcessHandle } from '../../process/process-handle.ts';
import {
  decodeCommandOptions,
  decodeSpawnOptions,
  encodeResult,
  type WireProcess,
} from '../../runtime/remote-command-wire.ts';
import { compact, decodePattern } from '../../runtime/remote-value-wire.ts';
import { linesAnswer } from '../http/answers.ts';
import type { Call, Route } from '../http/route.ts';
import type { ServerContext } from '../server-context.ts';
import { encodeEvents } from './event-lines.ts';
import { flagOf, getAnswer, getJson, numberOf, parseBody, postBytes, postJson, required } from './rex-route.ts';
import { commandBody, killBody, sizeBody, waitForBody } from './schemas.ts';

/** One-off commands, and processes that are followed, written to and ended by later requests. */
export function processRoutes({ runtime, processes }: ServerContext): readonly Route[] {
  const attach = ({ parameters }: Call) => processes.attach(parameters.id ?? '');
  return [
    postJson('/execute', commandBody, async ({ command, options }, { signal }) =>
      encodeResult(await processes.execute(command, { ...decodeCommandOptions(options), signal })),
    ),
    postJson('/processes', commandBody, async ({ command, options }) =>
      describe(await processes.spawn(command, decodeSpawnOptions(options))),
    ),
    getJson('/processes', async () => ({ processes: await runtime.processes() })),
    getJson('/processes/:id', async (call) => describe(await attach(call))),
    getAnswer('/processes/:id/events', async (call) => {
      const handle = await attach(call);
      const after = numberOf(call.query, 'after') ?? 0;
      const follow = flagOf(call.query, 'follow') ?? true;
      return linesAnswer(encodeEvents(handle.read({ after, follow, signal: call.signal })));
    }),
    getJson('/processes/:id/wait', async (call) => (await attach(call)).wait(waitOptions(call))),
    getJson('/processes/:id/result', async (call) =>
      encodeResult(await (await attach(call)).result(waitOptions(call))),
    ),
    getJson('/processes/:id/wait-for', async (call) => {
      const { pattern, ...options } = parseBody(waitForBody, required(call.query, 'search'));
      return await (await attach(call)).waitFor(decodePattern(pattern), { ...options, signal: call.signal });
    }),
    postBytes('/processes/:id/input', 'whole', async (call) => (await attach(call)).write(call.content)),
    postBytes('/processes/:id/close-input', 'none', async (call) => (await attach(call)).closeInput()),
    postJson('/processes/:id/resize', sizeBody, async (size, call) => {
      await (await attach(call)).resize(size);
      return {};
    }),
    postJson('/processes/:id/kill', killBody, async ({ signal, ...options }, call) => ({
      exit: (await (await attach(call)).kill(signal as NodeJS.Signals | undefined, options)) ?? null,
    })),
    postBytes('/processes/:id/abort', 'none', async ({ parameters }) => ({
      aborted: processes.abort(parameters.id ?? ''),
    })),
    postBytes('/processes/:id/dispose', 'none', async (call) => {
      const handle = await attach(call);
      await handle[Symbol.asyncDispose]();
      return { exit: handle.exit ?? null };
    }),
  ];
}

function waitOptions({ query, signal }: Call): { readonly timeoutMs?: number; readonly signal: AbortSignal } {
  return { ...compact({ timeoutMs: numberOf(query, 'timeoutMs') }), signal };
}

function describe({ id, command, pid, exit }: ProcessHandle): WireProcess {
  return { id, command, ...compact({ pid, exit }) };
}
