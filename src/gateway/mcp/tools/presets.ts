import type { Tool } from '../../../agents/tools/tool.ts';
import type { ProviderState } from '../provider-state.ts';
import { agentTools } from './agent-tools.ts';
import { commandTools } from './command-tools.ts';
import { fileTools } from './file-tools.ts';
import { jobTools } from './job-tools.ts';
import { sandboxTools } from './sandbox-tools.ts';

/** Which of the provider's tools are offered. `codemode` offers all of them, and those of the embedder, to code. */
export type McpPreset = 'minimal' | 'sandbox' | 'agents' | 'all' | 'codemode';

/** Names of the presets. */
export const presetNames: readonly McpPreset[] = ['minimal', 'sandbox', 'agents', 'all', 'codemode'];

const groups: Readonly<Record<Exclude<McpPreset, 'codemode'>, RegExp>> = {
  minimal: /^(exec|job_|file_)/,
  sandbox: /^(sandbox_|exec|run_code|job_|file_)/,
  agents: /^(sandbox_|agent_|job_read|file_read)/,
  all: /./,
};

/** The fourteen tools, in a fixed order. */
export function allTools(state: ProviderState): Tool[] {
  return [
    ...sandboxTools(state),
    ...commandTools(state),
    ...jobTools(state),
    ...fileTools(state),
    ...agentTools(state),
  ];
}

/** Those of the tools that a preset offers. */
export function chooseTools(tools: readonly Tool[], preset: Exclude<McpPreset, 'codemode'>): Tool[] {
  return tools.filter(({ name }) => groups[preset].test(name));
}
