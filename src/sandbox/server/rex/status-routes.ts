import { type Handshake, rexFeatures, rexVersion } from '../../protocol/rex-protocol.ts';
import type { Route } from '../http/route.ts';
import type { ServerContext } from '../server-context.ts';
import type { Gauge } from '../server-metrics.ts';
import { getAnswer, getJson, postBytes, postJson } from './rex-route.ts';
import { closeBody } from './schemas.ts';

/** The handshake, health and metrics of the server, and the routes that cancel and close. */
export function statusRoutes(context: ServerContext): readonly Route[] {
  const { runtime, sessions, processes, ledger, metrics, instance } = context;
  const handshake: Handshake = { protocol: 'hrm-rex', version: rexVersion, features: rexFeatures, instance };
  return [
    getJson('', async () => handshake),
    getJson('/health', async () => ({
      ...(await runtime.isAlive()),
      uptimeMs: metrics.uptimeMs,
      sessions: sessions.size,
      processes: processes.size,
      requests: metrics.inFlight,
    })),
    getAnswer('/metrics', async () => ({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: metrics.text(gauges(context)),
    })),
    postBytes('/requests/:id/cancel', 'none', async ({ parameters }) => ({
      cancelled: ledger.cancel(parameters.id ?? ''),
    })),
    postJson('/close', closeBody, async (body) => {
      const [ended] = await Promise.all([processes.closeAll(body.processes), sessions.closeAll(body.sessions)]);
      return { exits: Object.fromEntries(ended.map(({ id, exit }) => [id, exit ?? null])) };
    }),
  ];
}

function gauges({ sessions, processes, ledger, metrics }: ServerContext): readonly Gauge[] {
  return [
    { name: 'hrm_rex_requests_in_flight', help: 'Requests not answered yet.', read: () => metrics.inFlight },
    { name: 'hrm_rex_sessions', help: 'Open sessions.', read: () => sessions.size },
    { name: 'hrm_rex_processes', help: 'Running commands and processes.', read: () => processes.size },
    { name: 'hrm_rex_kept_answers', help: 'Answers kept for repeats.', read: () => ledger.kept.answers },
    { name: 'hrm_rex_kept_bytes', help: 'Size of the answers kept for repeats.', read: () => ledger.kept.bytes },
    { name: 'hrm_rex_uptime_seconds', help: 'Time since the start.', read: () => metrics.uptimeMs / 1000 },
    { name: 'hrm_rex_resident_bytes', help: 'Memory of the server process.', read: () => process.memoryUsage.rss() },
  ];
}
