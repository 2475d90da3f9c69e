import type { Agent } from '../../agents/agent/agent.ts';
import type { Tool } from '../../agents/tools/tool.ts';
import type { Clock } from '../../core/clock.ts';
import type { Handler } from '../../orchestration/task/handler.ts';
import type { McpApproval } from './adapter/check-call.ts';
import type { McpPrompt } from './prompts.ts';
import type { McpLimits } from './provider-state.ts';
import type { McpResource } from './resources.ts';
import type { DeploymentSource } from './state/deployment-source.ts';
import type { McpAgent } from './state/run-desk.ts';
import type { McpPreset } from './tools/presets.ts';

/** What a provider offers. All optional. */
export interface McpProviderOptions {
  /** Tools of the application, beside those of the preset. A name that a preset has replaces that tool. */
  readonly tools?: readonly Tool[] | undefined;
  /** Who `agent_run` can ask, by name; the first is the default. Handlers find `runtime` and `workspace` in `dependencies`. Default: `shell`. */
  readonly agents?: Readonly<Record<string, Handler | McpAgent | Agent>> | undefined;
  /** Where sandboxes are made, by name; the first is the default. Default: the safest place that this machine offers. */
  readonly deployments?: Readonly<Record<string, DeploymentSource>> | undefined;
  /** Directory that the safest place works in, where no deployments are given. Default: a new one for each sandbox. */
  readonly workspace?: string | undefined;
  /** Which of the provider's own tools are offered; false: none. Default `all`. */
  readonly preset?: McpPreset | false | undefined;
  /** Resources of the application, beside the provider's own. */
  readonly resources?: readonly McpResource[] | undefined;
  /** Prompts of the application, beside the provider's own. */
  readonly prompts?: readonly McpPrompt[] | undefined;
  /** Name that clients are told. Default `hrm-rex`. */
  readonly name?: string | undefined;
  /** Version that clients are told. Default `0.0.0`. */
  readonly version?: string | undefined;
  /** What a client's model is told about the whole. Default: one paragraph about sandboxes and handles. */
  readonly instructions?: string | undefined;
  /**
   * Decides about every call, also those that code makes. Default: a tool that needs approval is asked about at the
   * client, and refused where the client cannot ask.
   */
  readonly approve?: McpApproval | undefined;
  /** Objects that the handlers of agents get besides the sandbox. */
  readonly dependencies?: Readonly<Record<string, unknown>> | undefined;
  readonly limits?: McpLimits | undefined;
  readonly clock?: Clock | undefined;
  /** Told which deployment was chosen where none is configured. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}
