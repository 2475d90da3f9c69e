import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { RexError } from '../../core/errors.ts';
import { randomId } from '../../core/ids.ts';
import { LocalFileSystem } from '../../sandbox/files/local-files.ts';
import { defineTool } from '../tools/define-tool.ts';
import type { Tool } from '../tools/tool.ts';
import { readSkill } from './read-skill.ts';
import { skillNameSchema } from './skill.ts';
import type { SkillRegistry } from './skill-registry.ts';

/** Tools with which an agent finds and reads skills: `search_skills`, `read_skill`. */
export function skillTools(registry: SkillRegistry): readonly Tool[] {
  const annotations = { readOnly: true, idempotent: true, openWorld: false };
  return [
    defineTool({
      name: 'search_skills',
      description: 'Finds skills, instructions for kinds of work, by words of what you want to do.',
      input: z.object({ query: z.string().min(1), limit: z.int().min(1).max(50).optional() }),
      annotations,
      run: ({ query, limit = 10 }) =>
        registry
          .search(query, { limit })
          .map(({ skill, score }) => ({ name: skill.name, description: skill.description, score })),
    }),
    defineTool({
      name: 'read_skill',
      description: 'Reads a skill: its instructions and what it needs, or one of its files.',
      input: z.object({
        name: z.string().min(1),
        file: z.string().min(1).optional().describe('Path within the skill'),
      }),
      annotations,
      run: async ({ name, file }) => {
        if (file !== undefined) return await registry.readFile(name, file);
        const { instructions, manifest } = registry.get(name);
        return { name, instructions, tools: manifest.tools, permissions: manifest.permissions };
      },
    }),
  ];
}

/** The tool `create_skill`, which a person has to agree to: writes a skill into a directory of this machine and loads it. */
export function createSkillTool(registry: SkillRegistry, directory: string): Tool {
  return defineTool({
    name: 'create_skill',
    description: 'Keeps what was learnt as a skill that can be found and read later. A person has to agree.',
    input: z.object({
      name: skillNameSchema,
      description: z.string().trim().min(1).max(1024).describe('What it is for, in one or two sentences'),
      instructions: z.string().trim().min(1).describe('Markdown'),
      tools: z.array(z.string().min(1)).default([]),
      permissions: z.array(z.string().min(1)).default([]),
    }),
    annotations: { destructive: false, openWorld: false },
    needsApproval: true,
    resources: ({ name }) => [{ key: `skill:${name}`, mode: 'write' }],
    run: async ({ name, description, instructions, tools, permissions }) => {
      const root = resolve(directory);
      const files = new LocalFileSystem({ root });
      if (registry.names.includes(name) || (await files.exists(name))) {
        const context = { path: `${root}/${name}`, operation: 'create a skill' };
        throw new RexError('FILE_EXISTS', `there is a skill ${name} already`, context, { hint: 'Take another name.' });
      }
      const { stringify } = await import('yaml');
      const draft = `.${name}-${randomId(8)}`;
      try {
        await files.write(`${draft}/SKILL.md`, `---\n${stringify({ name, description })}---\n\n${instructions}\n`);
        await files.write(`${draft}/manifest.json`, `${JSON.stringify({ tools, permissions }, null, 2)}\n`);
        await rename(`${root}/${draft}`, `${root}/${name}`);
      } catch (error) {
        await rm(`${root}/${draft}`, { recursive: true, force: true });
        throw error;
      }
      registry.add(await readSkill(`${root}/${name}`));
      return `made the skill ${name}`;
    },
  });
}
