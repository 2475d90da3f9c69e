import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { inWorkspace } from '../gateway/mcp/deployments/in-workspace.ts';
import { parseDeployment } from '../gateway/mcp/deployments/parse-deployment.ts';
import type { McpLimits } from '../gateway/mcp/provider-state.ts';
import type { DeploymentSource } from '../gateway/mcp/state/deployment-source.ts';
import { type McpPreset, presetNames } from '../gateway/mcp/tools/presets.ts';
import type { DeploymentConfig } from '../sandbox/deployment/deployment-config.ts';
import { getDeployment } from '../sandbox/deployment/get-deployment.ts';
import { usageError } from './failure.ts';

/** What a configuration file of `hrm-rex mcp` can say. All optional. */
export interface McpConfig {
  readonly preset?: string | undefined;
  readonly deployment?: string | undefined;
  /** Places for sandboxes by name; the first is the default. */
  readonly deployments?: Readonly<Record<string, { readonly type: string }>> | undefined;
  readonly workspace?: string | undefined;
  readonly limits?: McpLimits | undefined;
  readonly allowedHosts?: string[] | undefined;
  readonly allowedOrigins?: string[] | undefined;
  /** MCP servers whose tools are offered too. */
  readonly servers?: Readonly<Record<string, McpServerConfig>> | undefined;
}

/** An MCP server: a command, or an address. */
interface McpServerConfig {
  readonly command?: string | undefined;
  readonly args?: string[] | undefined;
  readonly env?: Record<string, string> | undefined;
  readonly url?: string | undefined;
  readonly headers?: Record<string, string> | undefined;
}

const limit = z.number().positive().optional();
const texts = z.array(z.string()).optional();
const pairs = z.record(z.string(), z.string()).optional();
const text = z.string().optional();

const configSchema: z.ZodType<McpConfig> = z.strictObject({
  ...{ preset: text, deployment: text, workspace: text, allowedHosts: texts, allowedOrigins: texts },
  deployments: z.record(z.string(), z.looseObject({ type: z.string() })).optional(),
  limits: z
    .strictObject({
      ...{ maxSandboxes: limit, idleSandboxMs: limit, shownBytes: limit, maxLogBytes: limit },
      ...{ keptJobs: limit, maxResultBytes: limit, maxWaitMs: limit },
    })
    .optional(),
  servers: z
    .record(z.string(), z.strictObject({ command: text, args: texts, env: pairs, url: text, headers: pairs }))
    .optional(),
});

/** Environment variable that holds the secret of a `hrm-rex serve`. */
export const remoteTokenVariable = 'HRM_REX_REMOTE_TOKEN';

/** A configuration from a file; without one it says nothing. */
export function readConfig(path: string | undefined): McpConfig {
  if (path === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw usageError(`cannot read ${path}: ${(error as Error).message}`);
  }
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) throw usageError(`${path}: ${z.prettifyError(parsed.error)}`);
  // A mistake in a deployment shows at the start, not at a client's first call.
  for (const config of Object.values(parsed.data.deployments ?? {}))
    getDeployment(config as unknown as DeploymentConfig);
  return parsed.data;
}

/** The preset that is asked for. */
export function toPreset(name: string | undefined): McpPreset {
  const preset = presetNames.find((known) => known === (name ?? 'all'));
  if (!preset) throw usageError(`--preset is one of ${presetNames.join(', ')}, not ${name}`);
  return preset;
}

/** Where sandboxes are made, the default first; undefined: the safest place that the machine offers. */
export function toDeployments(
  wanted: string | undefined,
  { deployments = {}, workspace }: McpConfig,
): Record<string, DeploymentSource> | undefined {
  const configured = Object.fromEntries(
    Object.entries(deployments as unknown as Record<string, DeploymentConfig>).map(([name, config]) => [
      name,
      workspace === undefined ? config : inWorkspace(config, workspace),
    ]),
  );
  if (wanted === undefined || wanted === 'auto') {
    if (Object.keys(configured).length > 0) return configured;
    // A mistake in the workspace shows at the start, not at a client's first call.
    if (workspace !== undefined) inWorkspace({ type: 'local' }, workspace);
    return undefined;
  }
  if (Object.hasOwn(configured, wanted)) return { [wanted]: configured[wanted] as DeploymentConfig, ...configured };
  const config = parseDeployment(wanted, { workspace, remoteToken: process.env[remoteTokenVariable] });
  return { [wanted.replace(/:.*$/, '')]: config, ...configured };
}
