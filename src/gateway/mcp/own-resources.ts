import { RexError } from '../../core/errors.ts';
import type { ProviderState } from './provider-state.ts';
import type { McpCaller, McpResource, McpResourceContent } from './resources.ts';
import { placeIn } from './state/sandbox-desk.ts';
import { wholeCharacters } from './tools/whole-characters.ts';

const largestResource = 1024 * 1024;
const listed = 100;

/** Files of sandboxes, logs of jobs and events of runs, as resources. */
export function ownResources({ sandboxes, jobs, runs }: ProviderState): McpResource[] {
  const starting = (handles: readonly string[], typed: string) => handles.filter((handle) => handle.startsWith(typed));
  const sandboxIds = (owner: string) => sandboxes.of(owner).map(({ id }) => id);
  return [
    {
      uri: 'sandbox://{id}/{+path}',
      name: 'sandbox file',
      description: 'A file of a sandbox, or a directory as a list of names.',
      read: async (uri, { id = '', path = '' }, { owner, signal }) => {
        const sandbox = await sandboxes.get(id, owner);
        const { files } = sandbox.confined;
        const place = placeIn(sandbox, path);
        const { type, sizeBytes } = await files.stat(place);
        if (type === 'directory') {
          const entries = await files.list(place, { signal });
          return {
            uri,
            mimeType: 'text/plain',
            text: entries.map(({ name, type: kind }) => `${name}${kind === 'directory' ? '/' : ''}\n`).join(''),
          };
        }
        if (sizeBytes > largestResource) throw tooLarge(sizeBytes);
        return contentOf(uri, Buffer.from(await files.readBytes(place, { end: largestResource, signal })));
      },
      list: ({ owner }) =>
        sandboxes.of(owner).map(({ id, label }) => ({
          uri: `sandbox://${id}/`,
          name: label ? `${id} (${label})` : id,
          mimeType: 'text/plain',
        })),
      complete: async (variable, typed, { owner }) => (variable === 'id' ? starting(sandboxIds(owner), typed) : []),
    },
    {
      uri: 'job://{id}/log',
      name: 'job log',
      description: 'Everything a job printed; of more than 1 MiB the last part.',
      mimeType: 'text/plain',
      read: (uri, { id = '' }, { owner }) => {
        const { data, offset } = jobs.get(id, owner).log.read(-largestResource, largestResource);
        return { uri, mimeType: 'text/plain', text: wholeCharacters(data, { first: offset === 0, last: true }).text };
      },
      list: ({ owner }) =>
        jobs
          .of(owner)
          .slice(-listed)
          .map(({ id, command }) => ({
            uri: `job://${id}/log`,
            name: `${id}: ${command.slice(0, 60)}`,
            mimeType: 'text/plain',
          })),
      complete: (_, typed, { owner }) =>
        starting(
          jobs.of(owner).map(({ id }) => id),
          typed,
        ),
    },
    {
      uri: 'run://{id}/events',
      name: 'run events',
      description: 'Events of an agent run, one JSON object a line.',
      mimeType: 'application/x-ndjson',
      read: (uri, { id = '' }, { owner }) => {
        const text = runs
          .get(id, owner)
          .lines.map((line) => `${line}\n`)
          .join('');
        return { uri, mimeType: 'application/x-ndjson', text };
      },
      list: ({ owner }: McpCaller) =>
        runs
          .of(owner)
          .slice(-listed)
          .map(({ id, agent }) => ({
            uri: `run://${id}/events`,
            name: `${id}: ${agent}`,
            mimeType: 'application/x-ndjson',
          })),
      complete: (_, typed, { owner }) =>
        starting(
          runs.of(owner).map(({ id }) => id),
          typed,
        ),
    },
  ];
}

function contentOf(uri: string, data: Buffer): McpResourceContent {
  if (data.includes(0)) return { uri, mimeType: 'application/octet-stream', blob: data.toString('base64') };
  return { uri, mimeType: 'text/plain', text: data.toString('utf8') };
}

function tooLarge(received: number): RexError<'LIMIT_EXCEEDED'> {
  const context = { limit: 'largestResource', maximum: largestResource, received };
  return new RexError('LIMIT_EXCEEDED', `the file has ${received} bytes`, context, {
    hint: 'Read it in parts with file_read.',
  });
}
