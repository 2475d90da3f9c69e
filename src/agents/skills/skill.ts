import { z } from 'zod';
import type { Tool } from '../tools/tool.ts';

/** What a skill needs. */
export interface SkillManifest {
  /** Names of tools that the skill uses. */
  readonly tools: readonly string[];
  /** What it wants to do, such as `network` or `write:/srv`: for whoever decides. */
  readonly permissions: readonly string[];
}

/** Something that an agent can be taught: text to read, and what it needs to follow it. */
export interface Skill {
  readonly name: string;
  readonly description: string;
  /** What the agent is told. */
  readonly instructions: string;
  readonly manifest: SkillManifest;
  /** Directory it was loaded from, absolute. */
  readonly path?: string | undefined;
  /** Further members of the front matter. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** The tool that it is made of, for one that was imported. */
  readonly tool?: Tool | undefined;
}

/** A skill and how well it fits a query. */
export interface SkillMatch {
  readonly skill: Skill;
  readonly score: number;
}

/** Names that are a directory's name everywhere: small letters, digits and hyphens, at most 64. */
export const skillNameSchema: z.ZodType<string> = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'expected small letters, digits and single hyphens')
  .max(64);

const labels = z.array(z.string().min(1)).readonly();

/** Schema of `manifest.json`; further members are allowed and ignored. */
export const skillManifestSchema: z.ZodType<SkillManifest> = z.object({
  tools: labels.default([]),
  permissions: labels.default([]),
});

/** Schema of the front matter of `SKILL.md`. */
export const frontMatterSchema: z.ZodType<{ readonly name: string; readonly description: string }> = z.looseObject({
  name: z.string().trim().min(1).max(64),
  description: z.string().trim().min(1).max(1024),
});
