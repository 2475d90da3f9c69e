import { resolve } from 'node:path';
import { RexError } from '../../core/errors.ts';
import { LocalFileSystem } from '../../sandbox/files/local-files.ts';
import { type ForeignTool, importedSkill } from './import-tool.ts';
import { invalid, readSkill } from './read-skill.ts';
import type { Skill, SkillMatch } from './skill.ts';

/** What loading a directory gave. */
export interface LoadedSkills {
  readonly skills: readonly Skill[];
  /** One for each that could not be used. */
  readonly faults: readonly RexError<'SKILL_INVALID'>[];
}

/** Skills by name. */
export class SkillRegistry {
  readonly #skills = new Map<string, Skill>();

  constructor(skills: Iterable<Skill> = []) {
    for (const skill of skills) this.add(skill);
  }

  /** Names, the oldest first. */
  get names(): readonly string[] {
    return [...this.#skills.keys()];
  }

  /** Takes a skill in; one of the same name is replaced, in its place. */
  add(skill: Skill): void {
    this.#skills.set(skill.name, skill);
  }

  /**
   * Loads the skills of a directory of this machine: each directory in it with a `SKILL.md`, by name; a directory that
   * holds one itself is one skill. Skills that are broken, or have a name that is taken within the directory, are
   * faults, and the others are loaded. Nothing of a skill is run.
   *
   * @throws FILE_NOT_FOUND, NOT_DIRECTORY for the directory itself
   */
  async load(directory: string): Promise<LoadedSkills> {
    const root = resolve(directory);
    const files = new LocalFileSystem({ root, readOnly: true });
    const places = await skillDirectories(files, root);
    const skills: Skill[] = [];
    const faults: RexError<'SKILL_INVALID'>[] = [];
    for (const place of places) {
      try {
        if (await leadsOut(files, place)) throw invalid(place, 'it is a link that leads out of the directory');
        const skill = await readSkill(place);
        const other = skills.find(({ name }) => name === skill.name);
        if (other) throw invalid(place, `its name ${skill.name} is that of ${other.path}`);
        skills.push(skill);
        this.add(skill);
      } catch (error) {
        if (!RexError.is(error, 'SKILL_INVALID')) throw error;
        faults.push(error);
      }
    }
    return { skills, faults };
  }

  /** A skill by name. @throws SKILL_NOT_FOUND */
  get(name: string): Skill {
    const skill = this.#skills.get(name);
    if (skill) return skill;
    const hint = this.names.length === 0 ? 'No skills are loaded.' : `The skills are: ${this.names.join(', ')}.`;
    throw new RexError('SKILL_NOT_FOUND', `there is no skill "${name}"`, { skill: name, known: this.names }, { hint });
  }

  /**
   * Skills that fit a query, the best first: each word of it counts 5 where the name holds it and 2 where the description
   * does. Equal ones stay in the order in which they were added.
   */
  search(
    query: string,
    options: { readonly limit?: number | undefined; readonly minScore?: number | undefined } = {},
  ): SkillMatch[] {
    const { limit = Number.POSITIVE_INFINITY, minScore = 1 } = options;
    const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    const matches = [...this.#skills.values()].map((skill) => ({ skill, score: scoreOf(skill, words) }));
    return matches
      .filter(({ score }) => score >= minScore)
      .sort((first, second) => second.score - first.score)
      .slice(0, limit);
  }

  /** Text of a file that belongs to a skill. @throws SKILL_NOT_FOUND, PATH_ESCAPE for any path or link that leads out, FILE_NOT_FOUND */
  async readFile(name: string, path: string): Promise<string> {
    const skill = this.get(name);
    if (skill.path === undefined) throw invalid(name, 'it has no files');
    return await new LocalFileSystem({ root: skill.path, readOnly: true }).readText(path);
  }

  /** Takes in a tool of another library (LangChain's shape) as a skill with that tool. @throws INVALID_ARGUMENT */
  importTool(tool: ForeignTool): Skill {
    const skill = importedSkill(tool);
    this.add(skill);
    return skill;
  }
}

function scoreOf({ name, description }: Skill, words: readonly string[]): number {
  const [inName, inDescription] = [name.toLowerCase(), description.toLowerCase()];
  return words.reduce((sum, word) => sum + (inName.includes(word) ? 5 : 0) + (inDescription.includes(word) ? 2 : 0), 0);
}

async function skillDirectories(files: LocalFileSystem, root: string): Promise<readonly string[]> {
  if (await files.exists('SKILL.md')) return [root];
  const entries = await files.list(root);
  const candidates = entries.filter(
    ({ type, name }) => type === 'symlink' || (type === 'directory' && !name.startsWith('.')),
  );
  const places: string[] = [];
  for (const { name, type } of candidates) {
    if (type === 'symlink' || (await files.exists(`${name}/SKILL.md`))) places.push(`${root}/${name}`);
  }
  return places;
}

async function leadsOut(files: LocalFileSystem, place: string): Promise<boolean> {
  try {
    await files.list(place);
    return false;
  } catch (error) {
    if (RexError.is(error, 'PATH_ESCAPE')) return true;
    if (RexError.is(error)) throw invalid(place, error.message, error);
    throw error;
  }
}
