import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { RexError } from '../../../core/errors.ts';
import type { McpLogLevel, McpPeer } from '../peer.ts';
import type { RequestExtra } from './serve-tools.ts';

/** What is known of a client. */
export interface Client {
  readonly owner: string;
  /** The least serious messages that it wants. */
  logLevel: McpLogLevel;
}

/** Least serious first. */
const levels: readonly McpLogLevel[] = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
];
const answerTimeoutMs = 10 * 60_000;

/** The client behind a request. */
export function makePeer(server: Server, client: Client, extra: RequestExtra): McpPeer {
  const { owner } = client;
  const { sampling, elicitation } = server.getClientCapabilities() ?? {};
  const offers = {
    sampling: sampling !== undefined,
    samplingTools: sampling?.tools !== undefined,
    forms: elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined),
  };
  const options = { signal: extra.signal, timeout: answerTimeoutMs, relatedRequestId: extra.requestId };
  return {
    owner,
    offers,
    log: async (level, data) => {
      if (levels.indexOf(level) < levels.indexOf(client.logLevel)) return;
      await extra.sendNotification({ method: 'notifications/message', params: { level, data, logger: 'hrm-rex' } });
    },
    sample: async (request) => {
      if (!offers.sampling) throw notOffered('sampling');
      return (await server.createMessage(request, options)) as Awaited<ReturnType<McpPeer['sample']>>;
    },
    ask: async (form) => {
      if (!offers.forms) throw notOffered('elicitation');
      return await server.elicitInput(form, options);
    },
    closeStream: () => extra.closeSSEStream?.(),
  };
}

function notOffered(feature: string): RexError<'UNSUPPORTED'> {
  const hint = 'Use a client that offers it, or do without.';
  return new RexError('UNSUPPORTED', `the client does not offer ${feature}`, { feature }, { hint });
}
