import { basename } from 'node:path';
import { z } from 'zod';
import { RexError } from '../../core/errors.ts';
import { LocalFileSystem } from '../../sandbox/files/local-files.ts';
import { frontMatterSchema, type Skill, type SkillManifest, skillManifestSchema } from './skill.ts';

const maxTextBytes = 1024 * 1024;

/**
 * Reads a skill from its directory: `SKILL.md` (front matter with `name` and `description`, then the instructions) and,
 * where there is one, `manifest.json`. Nothing is run, and no path or link leads out of the directory.
 *
 * @throws SKILL_INVALID with what is wrong in which file
 */
export async function readSkill(directory: string): Promise<Skill> {
  const files = new LocalFileSystem({ root: directory, readOnly: true });
  const { name, description, metadata, instructions } = await readInstructions(files, directory);
  return { name, description, instructions, manifest: await readManifest(files, directory), path: directory, metadata };
}

async function readInstructions(files: LocalFileSystem, directory: string) {
  const place = `${directory}/SKILL.md`;
  const text = await readText(files, 'SKILL.md', place);
  const parts = /^\ufeff?---[ \t]*\r?\n([\s\S]*?)\r?\n?---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text);
  if (!parts) throw invalid(place, 'it does not begin with front matter between two lines of ---');
  const parsed = frontMatterSchema.safeParse(await parseYaml(parts[1] ?? '', place));
  if (!parsed.success) throw invalid(place, z.prettifyError(parsed.error));
  const { name, description, ...metadata } = parsed.data;
  return { name, description, metadata, instructions: (parts[2] ?? '').trim() };
}

async function readManifest(files: LocalFileSystem, directory: string): Promise<SkillManifest> {
  const place = `${directory}/manifest.json`;
  if (!(await files.exists('manifest.json'))) return { tools: [], permissions: [] };
  let value: unknown;
  const text = await readText(files, 'manifest.json', place);
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(place, `it is no JSON: ${(error as Error).message}`);
  }
  const parsed = skillManifestSchema.safeParse(value);
  if (!parsed.success) throw invalid(place, z.prettifyError(parsed.error));
  return parsed.data;
}

async function parseYaml(text: string, place: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(text);
  } catch (error) {
    throw invalid(place, `its front matter is no YAML: ${(error as Error).message}`);
  }
}

async function readText(files: LocalFileSystem, name: string, place: string): Promise<string> {
  try {
    const { sizeBytes } = await files.stat(name);
    if (sizeBytes > maxTextBytes) throw invalid(place, `it is larger than ${maxTextBytes} bytes`);
    return await files.readText(name);
  } catch (error) {
    if (RexError.is(error, 'SKILL_INVALID')) throw error;
    throw invalid(place, error instanceof Error ? error.message : String(error), error);
  }
}

/** The error for a skill that cannot be used. */
export function invalid(path: string, reason: string, cause?: unknown): RexError<'SKILL_INVALID'> {
  const message = `the skill ${basename(path.replace(/\/(?:SKILL\.md|manifest\.json)$/, ''))} cannot be used: ${reason}`;
  return new RexError('SKILL_INVALID', message, { path, reason }, cause === undefined ? {} : { cause });
}
