import { RexError } from '../../../core/errors.ts';
import {
  decodeRun,
  decodeSessionOptions,
  encodeObservation,
  type WireSession,
} from '../../runtime/remote-session-wire.ts';
import { compact } from '../../runtime/remote-value-wire.ts';
import type { OutputChunk, Session } from '../../session/session.ts';
import { linesAnswer } from '../http/answers.ts';
import type { Call, Route } from '../http/route.ts';
import type { ServerContext } from '../server-context.ts';
import { encodeEvents } from './event-lines.ts';
import { getAnswer, getJson, numberOf, postBytes, postJson } from './rex-route.ts';
import { interruptBody, runBody, sessionBody, sizeBody } from './schemas.ts';

/** Sessions with all their options and full observations. */
export function sessionRoutes({ sessions, outputs, limits }: ServerContext): readonly Route[] {
  const use = <Value>(call: Call, work: (session: Session) => Promise<Value>) =>
    sessions.use(call.parameters.name ?? '', work);
  const followed = (id: string) => {
    const write = outputs.writer(id);
    return { onOutput: ({ stream, data }: OutputChunk) => write(stream, data) };
  };
  return [
    postJson('/sessions', sessionBody, async (body, { signal }) =>
      describe(await sessions.create({ ...decodeSessionOptions(body), signal })),
    ),
    getJson('/sessions', async () => ({ sessions: (await sessions.list()).map(describe) })),
    postJson('/sessions/:name/run', runBody, (body, call) => {
      const { outputId } = body;
      return use(call, async (session) => {
        const { script, options, patterns } = decodeRun(body);
        const maxOutputBytes = Math.min(options.maxOutputBytes ?? limits.maxOutputBytes, limits.maxOutputBytes);
        const bounded = {
          ...options,
          ...(options.maxOutputBytes === undefined ? {} : { maxOutputBytes }),
          signal: call.signal,
          ...(outputId === undefined ? {} : followed(outputId)),
        };
        const observation = await (script === undefined
          ? session.waitFor(patterns, bounded)
          : session.run(script, bounded));
        return encodeObservation(observation, patterns);
      }).finally(() => outputId !== undefined && outputs.close(outputId));
    }),
    getAnswer('/outputs/:id', async ({ parameters, query, signal }) => {
      const after = numberOf(query, 'after') ?? 0;
      return linesAnswer(encodeEvents(outputs.read(parameters.id ?? '', { after, signal })));
    }),
    postBytes('/sessions/:name/send', 'whole', (call) => use(call, (session) => session.send(call.content))),
    postJson('/sessions/:name/interrupt', interruptBody, (options, call) =>
      use(call, async (session) => encodeObservation(await session.interrupt(options), [])),
    ),
    postJson('/sessions/:name/resize', sizeBody, (size, call) =>
      use(call, async (session) => {
        await session.resize(size);
        return {};
      }),
    ),
    postBytes('/sessions/:name/close', 'none', async ({ parameters }) => {
      try {
        await sessions.close(parameters.name ?? '');
      } catch (error) {
        if (!RexError.is(error, 'SESSION_NOT_FOUND')) throw error;
        return { closed: false };
      }
      return { closed: true };
    }),
  ];
}

function describe({ name, state, pid, startupOutput }: Session): WireSession {
  return { name, state, startupOutput, ...compact({ pid }) };
}
