import { RexError } from '../../../core/errors.ts';
import { buildSystems } from './build-systems.ts';
import { debuggers } from './debuggers.ts';
import { docker } from './docker.ts';
import { git } from './git.ts';
import { packageManagers } from './package-managers.ts';
import type { ToolPreset } from './tool-preset.ts';

/** All tools that come with the package, by name. */
export const toolPresets: Readonly<Record<string, ToolPreset>> = {
  git,
  docker,
  ...packageManagers,
  ...buildSystems,
  ...debuggers,
};

/** A tool by name or alias; a preset is itself. @throws UNSUPPORTED */
export function findTool(tool: string | ToolPreset): ToolPreset {
  if (typeof tool !== 'string') return tool;
  const wanted = tool.trim().toLowerCase();
  const all = Object.values(toolPresets);
  const found = all.find(({ name }) => name === wanted) ?? all.find(({ aliases }) => aliases.includes(wanted));
  if (found) return found;
  const hint = `Known are ${Object.keys(toolPresets).join(', ')}; pass a ToolPreset for another.`;
  throw new RexError('UNSUPPORTED', `unknown tool: ${tool}`, { feature: `tool ${tool}` }, { hint });
}
