import {
  closeSessionRequest,
  createSessionRequest,
  executeRequest,
  readFileRequest,
  sessionAction,
  writeFileRequest,
} from '../../protocol/swe-rex-requests.ts';
import { jsonAnswer } from '../http/answers.ts';
import type { ActRoute, ReadRoute, Route } from '../http/route.ts';
import type { ServerContext } from '../server-context.ts';
import { bodyRoute } from './body-route.ts';
import { interruptAction } from './interrupt-action.ts';
import { openSession } from './open-session.ts';
import { receiveUpload } from './receive-upload.ts';
import { type Leftovers, runAction } from './run-action.ts';
import { runCommand } from './run-command.ts';
import { readTextFile } from './text-files.ts';

/** Every route of SWE-ReX 1.4. */
export function sweRexRoutes({ runtime, sessions, processes, limits }: ServerContext): readonly Route[] {
  const leftovers: Leftovers = new WeakMap();
  const opened = new Set<string>();
  return [
    lookRoute('/', async () => ({ message: 'hello world' })),
    lookRoute('/is_alive', async () => {
      const { isAlive, message } = await runtime.isAlive();
      return { is_alive: isAlive, message };
    }),
    bodyRoute('/create_session', createSessionRequest, async (request, { signal }) => {
      const response = await openSession(sessions, request, signal);
      opened.add(request.session);
      return response;
    }),
    bodyRoute('/run_in_session', sessionAction, (action, { signal }) =>
      sessions.use(action.session, (session) =>
        action.action_type === 'bash'
          ? runAction(session, action, leftovers, { signal, maxOutputBytes: limits.maxOutputBytes })
          : interruptAction(session, action, leftovers),
      ),
    ),
    bodyRoute('/close_session', closeSessionRequest, async (request) => {
      await sessions.close(request.session);
      opened.delete(request.session);
      return { session_type: 'bash' };
    }),
    bodyRoute('/execute', executeRequest, (request, { signal }) => runCommand(processes, request, signal)),
    bodyRoute('/read_file', readFileRequest, (request, { signal }) => readTextFile(runtime.files, request, signal)),
    bodyRoute('/write_file', writeFileRequest, async (request, { signal }) => {
      await runtime.writeFile(request.path, request.content, { signal });
      return {};
    }),
    uploadRoute((call) => receiveUpload(runtime, call)),
    {
      method: 'POST',
      path: '/close',
      dialect: 'swe-rex',
      input: 'none',
      handle: async () => {
        const names = [...opened];
        opened.clear();
        await sessions.closeAll(names);
        return jsonAnswer({});
      },
    },
  ];
}

function lookRoute(path: string, look: () => Promise<object>): ReadRoute {
  return { method: 'GET', path, dialect: 'swe-rex', handle: async () => jsonAnswer(await look()) };
}

function uploadRoute(handle: ActRoute['handle']): ActRoute {
  return { method: 'POST', path: '/upload', dialect: 'swe-rex', input: 'stream', handle };
}
