import { posix } from 'node:path';
import { z } from 'zod';
import { RexError } from '../../core/errors.ts';
import type { Runtime } from '../../sandbox/runtime/runtime.ts';
import { cutText } from '../tools/cut-output.ts';
import { defineTool } from '../tools/define-tool.ts';
import type { ResourceUse, Tool } from '../tools/tool.ts';
import { formatMatches, formatWindow } from './format-lines.ts';
import { readLines } from './read-lines.ts';
import { replaceInFile } from './replace-in-file.ts';
import { findFiles, searchFiles } from './search-files.ts';

/** What the tools for files have in common. */
export interface FileToolsOptions {
  readonly runtime: Runtime;
  /** Greatest length of an answer, in characters. */
  readonly maxOutputLength: number;
  /** Names the workspace in resource keys. */
  readonly workspace: string;
  readonly needsApproval: (tool: string) => boolean;
}

const path = z.string().min(1).describe('Path, absolute or below the workspace');

/** Tools that only look: `read_file`, `search_files`, `find_files`. */
export function readingTools({ runtime, maxOutputLength, workspace, needsApproval }: FileToolsOptions): Tool[] {
  const annotations = { readOnly: true, idempotent: true, openWorld: false };
  const everything: readonly ResourceUse[] = [{ key: `workspace:${workspace}`, mode: 'read' }];
  const read = defineTool({
    name: 'read_file',
    description:
      'Reads lines of a text file, with their numbers (which are not part of the text), or lists a directory. Ask for the window you need.',
    input: z.object({
      path,
      startLine: z.int().optional().describe('First line, from 1; negative counts from the end. Default 1'),
      lineCount: z.int().min(1).max(2000).optional().describe('Default 250'),
    }),
    annotations,
    needsApproval: needsApproval('read_file'),
    resources: (input) => fileUse(workspace, input.path, 'read'),
    run: async (input, { signal }) => {
      try {
        const window = await readLines(runtime, input.path, { ...input, signal });
        return cutText(formatWindow(input.path, window), maxOutputLength);
      } catch (error) {
        if (!RexError.is(error, 'IS_DIRECTORY')) throw error;
        const entries = await runtime.files.list(input.path, { signal });
        const names = entries.map(({ name, type }) => (type === 'directory' ? `${name}/` : name));
        return cutText(`[${input.path}: directory, ${names.length} entries]\n${names.join('\n')}`, maxOutputLength);
      }
    },
  });
  const search = defineTool({
    name: 'search_files',
    description:
      'Finds lines in files that hold a text or match a regular expression: path:line: text. Version control and installed packages are left out.',
    input: z.object({
      pattern: z.string().min(1).describe('Text, or with regex a JavaScript regular expression for single lines'),
      regex: z.boolean().optional(),
      ignoreCase: z.boolean().optional(),
      path: path.optional().describe('Directory or file. Default: the workspace'),
      include: z.array(z.string()).optional().describe('Globs of files, such as *.ts or src/**'),
      contextLines: z.int().min(0).max(10).optional(),
      maxMatches: z.int().min(1).max(500).optional().describe('Default 50'),
    }),
    annotations,
    needsApproval: needsApproval('search_files'),
    resources: () => everything,
    run: async ({ maxMatches = 50, ...input }, { signal }) => {
      const result = await searchFiles(runtime, { ...input, maxMatches, signal });
      return cutText(formatMatches(result), maxOutputLength);
    },
  });
  const find = defineTool({
    name: 'find_files',
    description: 'Finds files by name: globs such as *.py or src/**/test_*. Answers paths below the directory, sorted.',
    input: z.object({
      include: z.array(z.string().min(1)).min(1).describe('Globs; one without a slash is held against names'),
      path: path.optional().describe('Directory. Default: the workspace'),
    }),
    annotations,
    needsApproval: needsApproval('find_files'),
    resources: () => everything,
    run: async (input, { signal }) => {
      const { paths, complete } = await findFiles(runtime, { ...input, signal });
      const end = complete ? '' : '\n[there are more files than were looked at: name a directory]';
      return cutText(`${paths.length} files\n${paths.join('\n')}${end}`, maxOutputLength);
    },
  });
  return [read, search, find];
}

/** Tools that change files: `write_file`, `edit_file`. */
export function writingTools({ runtime, workspace, needsApproval }: FileToolsOptions): Tool[] {
  const write = defineTool({
    name: 'write_file',
    description: 'Writes a whole file, making its directories; what was there is replaced. To change a part, edit it.',
    input: z.object({ path, content: z.string() }),
    annotations: { destructive: true, idempotent: true, openWorld: false },
    needsApproval: needsApproval('write_file'),
    resources: (input) => fileUse(workspace, input.path, 'write'),
    run: async (input, { signal }) => {
      const existed = await runtime.files.exists(input.path);
      await runtime.files.write(input.path, input.content, { signal });
      const lines = input.content === '' ? 0 : input.content.replace(/\n$/, '').split('\n').length;
      return `${existed ? 'replaced' : 'made'} ${input.path}: ${lines} lines, ${Buffer.byteLength(input.content)} bytes`;
    },
  });
  const edit = defineTool({
    name: 'edit_file',
    description:
      'Replaces text in a file. oldText has to be in the file exactly once, white space included; take in lines around it to make it so, or set all. Answers the lines around the change.',
    input: z.object({
      path,
      oldText: z.string().min(1),
      newText: z.string(),
      all: z.boolean().optional().describe('Replaces every occurrence. Default false'),
    }),
    annotations: { destructive: true, openWorld: false },
    needsApproval: needsApproval('edit_file'),
    resources: (input) => fileUse(workspace, input.path, 'write'),
    run: async (input, { signal }) => {
      const { count, lines, text } = await replaceInFile(runtime, input.path, { ...input, signal });
      const first = Math.max(1, (lines[0] ?? 1) - 3);
      const all = text.split('\n');
      const shown = all.slice(first - 1, first + 6 + input.newText.split('\n').length);
      const window = { type: 'text', lines: shown.slice(0, 40), startLine: first, totalLines: all.length } as const;
      return `${count} replaced\n${formatWindow(input.path, { ...window, sizeBytes: text.length })}`;
    },
  });
  return [write, edit];
}

function fileUse(workspace: string, file: string, mode: 'read' | 'write'): readonly ResourceUse[] {
  return [
    { key: `workspace:${workspace}`, mode: 'read' },
    { key: `file:${posix.resolve(workspace, file)}`, mode },
  ];
}
