import type { Agent } from '../../agents/agent/agent.ts';
import type { Tool } from '../../agents/tools/tool.ts';
import { systemClock } from '../../core/clock.ts';
import { invalidArgument } from '../../core/errors.ts';
import type { Handler } from '../../orchestration/task/handler.ts';
import { makeCheck } from './adapter/check-call.ts';
import { connectClient, type McpConnection, type McpTransport, type Service } from './adapter/connect-client.ts';
import { shellAgent } from './agents/shell-agent.ts';
import { codeTools } from './code-mode/code-tools.ts';
import { findSafest } from './deployments/safest.ts';
import { ownPrompts } from './own-prompts.ts';
import { ownResources } from './own-resources.ts';
import { localOwner } from './peer.ts';
import type { McpProviderOptions } from './provider-options.ts';
import { makeState, type ProviderState } from './provider-state.ts';
import type { DeploymentSource } from './state/deployment-source.ts';
import type { McpAgent } from './state/run-desk.ts';
import { allTools, chooseTools, presetNames } from './tools/presets.ts';

/** Tools, resources and prompts that any number of MCP clients share. Closing it ends every sandbox, job and run. */
export interface McpProvider extends AsyncDisposable {
  /** What `tools/list` shows; agents of this process can use the same list. */
  readonly tools: readonly Tool[];
  /** Resolves when the places for sandboxes are known and work, as far as that was tried. */
  ready(): Promise<void>;
  /** Serves one client. Handles belong to the `owner` (default `local`): clients of another owner cannot use them. */
  connect(transport: McpTransport, options?: { readonly owner?: string }): Promise<McpConnection>;
  /** Replaces the application's tools; clients are told. */
  setTools(tools: readonly Tool[]): void;
  /** Ends every sandbox, job and run of an owner. */
  release(owner: string): Promise<void>;
  /** Ends all connections and everything that clients made; idempotent. */
  close(): Promise<void>;
}

const instructions =
  'Tools work in sandboxes: without a handle, in one of your own that is made on first use. exec waits up to 45 s and then ' +
  'gives a job handle; job_read goes on from `next`. Long output is cut in the middle; the whole of it is in job_read and job://ID/log. ' +
  "State between commands: exec with session 'new', then its handle.";

const defaultMaxResultBytes = 100_000;

/**
 * Makes a provider; nothing is started before a client needs it.
 * @throws INVALID_ARGUMENT for an unknown preset, or tools with equal names
 */
export function createMcpProvider(options: McpProviderOptions = {}): McpProvider {
  const { preset = 'all', limits = {}, clock = systemClock } = options;
  if (preset !== false && !presetNames.includes(preset))
    throw invalidArgument('preset', presetNames.join(', '), preset);
  const deployments = memoize(() => findDeployments(options));
  const state = makeState({
    ...{ deployments, limits, clock },
    agents: toAgents(options.agents ?? { shell: shellAgent }),
    dependencies: options.dependencies ?? {},
  });
  const check = makeCheck(options.approve);
  const listeners = new Set<() => void>();
  let given = distinct(options.tools ?? []);
  const offered = offer(state, preset, () => given, check);
  const service: Service = {
    name: options.name ?? 'hrm-rex',
    version: options.version ?? '0.0.0',
    instructions: options.instructions ?? (preset === false ? undefined : instructions),
    tools: offered,
    resources: [...(options.resources ?? []), ...(preset === false ? [] : ownResources(state))],
    prompts: [...(options.prompts ?? []), ...(preset === false ? [] : ownPrompts(state))],
    check,
    maxResultBytes: limits.maxResultBytes ?? defaultMaxResultBytes,
    onUpdate: state.onUpdate,
    onToolsChanged: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const connections = new Set<McpConnection>();
  const close = async (): Promise<void> => {
    await Promise.allSettled([...connections].map((connection) => connection.close()));
    await state.close();
  };
  return {
    get tools() {
      return offered();
    },
    ready: async () => void (await deployments()),
    connect: async (transport, { owner = localOwner } = {}) => {
      const connection = await connectClient(service, transport, owner);
      connections.add(connection);
      void connection.closed.then(() => connections.delete(connection));
      return connection;
    },
    setTools: (tools) => {
      given = distinct(tools);
      for (const listener of listeners) listener();
    },
    release: (owner) => state.release(owner),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The list that clients see; it is built anew only when the application's tools change. */
function offer(
  state: ProviderState,
  preset: McpProviderOptions['preset'],
  given: () => readonly Tool[],
  check: ReturnType<typeof makeCheck>,
): () => readonly Tool[] {
  const own = preset === false ? [] : allTools(state);
  if (preset !== 'codemode') {
    const chosen = preset === false || preset === undefined ? own : chooseTools(own, preset);
    return () => merge(chosen, given());
  }
  const callable = () =>
    merge(
      own.filter(({ name }) => name !== 'run_code'),
      given(),
    );
  const shown = [...codeTools(state, callable, check), ...own.filter(({ name }) => name === 'job_read')];
  return () => shown;
}

/** Own tools, except those that the application has a tool of the same name for, then the application's. */
function merge(own: readonly Tool[], given: readonly Tool[]): Tool[] {
  const names = new Set(given.map(({ name }) => name));
  return [...own.filter(({ name }) => !names.has(name)), ...given];
}

function distinct(tools: readonly Tool[]): readonly Tool[] {
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalidArgument('tools', 'tools with different names', twice);
  return [...tools];
}

function toAgents(given: NonNullable<McpProviderOptions['agents']>): Record<string, McpAgent> {
  return Object.fromEntries(Object.entries(given).map(([name, agent]) => [name, toAgent(name, agent)]));
}

function toAgent(name: string, agent: Handler | McpAgent | Agent): McpAgent {
  if (typeof agent === 'function') return { description: name, handler: agent };
  return 'handle' in agent ? { description: agent.spec.description ?? name, handler: agent.handle } : agent;
}

async function findDeployments(options: McpProviderOptions): Promise<Readonly<Record<string, DeploymentSource>>> {
  if (options.deployments) return options.deployments;
  const { name, config, explanation } = await findSafest(options.workspace);
  options.onNotice?.(explanation);
  return { [name]: config };
}

function memoize<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
