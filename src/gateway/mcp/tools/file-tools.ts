import { z } from 'zod';
import type { Tool } from '../../../agents/tools/tool.ts';
import { ownerOf } from '../peer.ts';
import type { ProviderState } from '../provider-state.ts';
import { looks, sandboxField } from './fields.ts';
import { providerTool } from './provider-tool.ts';
import { readLines } from './read-lines.ts';
import { searchWithin } from './search.ts';
import { writeFile } from './write-file.ts';

/** Reads, writes and searches files of a sandbox, none outside it. */
export function fileTools({ sandboxes, maxWaitMs }: ProviderState): Tool[] {
  return [
    providerTool({
      name: 'file_read',
      title: 'Read file',
      description: 'Read lines of a text file, or list a directory. Go on at `next`.',
      input: z.strictObject({
        sandbox: sandboxField,
        path: z.string().min(1),
        line: z.int().min(1).optional(),
        limit: z.int().min(1).max(5000).optional().describe('Lines, default 1000'),
      }),
      output: z.object({ text: z.string(), total: z.int(), next: z.int().optional() }),
      annotations: looks,
      run: async ({ sandbox, path, line = 1, limit = 1000 }, context) => {
        const place = await sandboxes.get(sandbox, ownerOf(context));
        return await readLines(place, path, { line, limit, signal: context.signal });
      },
    }),
    providerTool({
      name: 'file_write',
      title: 'Write file',
      description: "Write a file. 'replace' puts content where `old` stands exactly once.",
      input: z.strictObject({
        sandbox: sandboxField,
        path: z.string().min(1),
        content: z.string(),
        mode: z.enum(['overwrite', 'create', 'append', 'replace']).optional(),
        old: z.string().min(1).optional(),
      }),
      output: z.object({ path: z.string(), written: z.int() }),
      annotations: { readOnly: false, destructive: true, idempotent: false, openWorld: false },
      run: async ({ sandbox, ...change }, context) => {
        await writeFile(await sandboxes.get(sandbox, ownerOf(context)), change, context.signal);
        return { path: change.path, written: Buffer.byteLength(change.content) };
      },
    }),
    providerTool({
      name: 'file_search',
      title: 'Search files',
      description: 'Find files by name, or lines by regular expression.',
      input: z.strictObject({
        sandbox: sandboxField,
        path: z.string().min(1).optional(),
        pattern: z.string().min(1).optional().describe('JavaScript regex'),
        glob: z.string().min(1).optional().describe('Such as *.ts or src/**/*.py'),
        limit: z.int().min(1).max(1000).optional(),
      }),
      output: z.object({
        matches: z.array(z.object({ path: z.string(), line: z.int().optional(), text: z.string().optional() })),
        truncated: z.boolean(),
      }),
      annotations: looks,
      run: async ({ sandbox, ...query }, context) =>
        await searchWithin(maxWaitMs, await sandboxes.get(sandbox, ownerOf(context)), query, context.signal),
    }),
  ];
}
