import { pathToFileURL } from 'node:url';
import { findLanguage, languages, sandboxTools } from '../../agents/index.ts';
import { languageAgent } from '../../agents/presets/languages/language-agent.ts';
import { RexError } from '../../core/errors.ts';
import { done, type Handler } from '../../orchestration/index.ts';
import { DummyRuntime } from '../../sandbox/runtime/dummy-runtime.ts';
import type { FileNode } from './graph-file.ts';
import type { Places } from './places.ts';
import type { LoadedGraph } from './read-graph-file.ts';

/** The agents that a graph file can name: those of its module, and the languages. */
export interface FileAgents {
  /** The agent's handler. @throws AGENT_UNKNOWN */
  find(name: string, node?: FileNode): Handler;
}

/** Loads the module of a graph file, and checks that every agent and tool that it names is there. */
export async function loadAgents({ graph, placeOf }: LoadedGraph, places: Places): Promise<FileAgents> {
  const own = graph.agents === undefined ? {} : await loadModule(graph.agents);
  const known = [...Object.keys(own), ...Object.keys(languages)];
  const find = (name: string, node?: FileNode): Handler => {
    const handler = Object.hasOwn(own, name) ? own[name] : undefined;
    if (handler) return handler;
    if (!isLanguage(name)) throw agentUnknown(name, known, node && placeOf(node.id));
    return async (task, context) =>
      languageAgent(name, { runtime: await places.runtime(node?.deployment) }).handle(task, context);
  };
  const tools = toolNames();
  for (const node of graph.nodes) {
    if (node.agent !== undefined) find(node.agent, node);
    if (node.tool !== undefined && !tools.includes(node.tool)) throw toolUnknown(node.tool, tools, placeOf(node.id));
  }
  return { find };
}

/** A handler that calls a tool of the sandbox once. */
export function toolStep({ tool: name, input = {}, deployment }: FileNode, workspace: string, places: Places): Handler {
  return async (_task, { signal, idempotencyKey, agent, note }) => {
    const runtime = await places.runtime(deployment);
    await using tools = sandboxTools({ runtime, root: workspace, jobAfterMs: Number.POSITIVE_INFINITY });
    const tool = tools.find((each) => each.name === name);
    if (!tool) throw toolUnknown(name ?? '', toolNames());
    const progress = (said: { readonly message?: string | undefined }): void => note('progress', said.message ?? '');
    return done(await tool.call(input, { signal, callId: idempotencyKey, agent, progress }));
  };
}

function toolNames(): string[] {
  return sandboxTools(new DummyRuntime()).map(({ name }) => name);
}

function isLanguage(name: string): boolean {
  try {
    return findLanguage(name) !== undefined;
  } catch {
    return false;
  }
}

/** Handlers by name: functions that a module exports, and the handlers of agents; also those in its default export. */
async function loadModule(path: string): Promise<Record<string, Handler>> {
  const module = (await import(pathToFileURL(path).href).catch((error: Error) => {
    throw new RexError('FILE_ERROR', `the agents in ${path} cannot be loaded: ${error.message}`, {
      path,
      operation: 'import',
      errno: 'code' in error ? String(error.code) : '',
    });
  })) as Readonly<Record<string, unknown>>;
  const { default: inner, ...named } = module;
  const found: Record<string, Handler> = {};
  for (const [name, value] of Object.entries({ ...named, ...(isObject(inner) ? inner : {}) })) {
    if (typeof value === 'function') found[name] = value as Handler;
    else if (isObject(value) && typeof value.handle === 'function') found[name] = value.handle as Handler;
  }
  return found;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function agentUnknown(agent: string, known: readonly string[], place?: string): RexError<'AGENT_UNKNOWN'> {
  const hint = `There are: ${known.join(', ')}. Others come from the module that \`agents\` names.`;
  const message = `${place === undefined ? '' : `${place}: `}there is no agent "${agent}"`;
  return new RexError('AGENT_UNKNOWN', message, { agent, known }, { hint });
}

function toolUnknown(tool: string, known: readonly string[], place?: string): RexError<'TOOL_UNKNOWN'> {
  const message = `${place === undefined ? '' : `${place}: `}there is no tool "${tool}"`;
  return new RexError('TOOL_UNKNOWN', message, { tool, known }, { hint: `There are: ${known.join(', ')}.` });
}
