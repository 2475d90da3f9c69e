import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { RexError } from '../../core/errors.ts';
import { findCycle } from '../../orchestration/graph/validate.ts';
import type { GraphSpec } from '../../orchestration/index.ts';
import { parseDeploymentConfig } from '../../sandbox/deployment/deployment-config.ts';
import { usageError } from '../failure.ts';
import { parseCondition } from './conditions.ts';
import { fileFault, type Locate } from './file-fault.ts';
import { builtInDeployments, type FileNode, type GraphFile, graphFileSchema } from './graph-file.ts';

/** A graph file that is checked, with every path in it made absolute. */
export interface LoadedGraph {
  /** Where it was read from. */
  readonly file: string;
  readonly graph: GraphFile & { readonly workspace: string };
  /** Where a node stands, as `FILE:LINE`. */
  readonly placeOf: (node: string) => string;
}

/** Reads and checks a graph file. @throws GRAPH_INVALID with file and line, FILE_NOT_FOUND for a workspace that is not there */
export async function readGraphFile(path: string): Promise<LoadedGraph> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw usageError(`cannot read ${path}: ${error.message}`);
  });
  return await checkGraphText(text, path, dirname(resolve(path)));
}

/** Checks the text of a graph file whose relative paths start at `base`. */
export async function checkGraphText(text: string, file: string, base: string): Promise<LoadedGraph> {
  const { value, locate } = await parseText(text, file);
  const place = (at: readonly PropertyKey[]): string => `${file}:${locate(at).line}`;
  const parsed = graphFileSchema.safeParse(value);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) => {
      const at = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
      return { at: place(at), reason: `${issue.path.map(String).join('.') || 'the file'}: ${issue.message}` };
    });
    const [first] = reasons as [{ at: string; reason: string }];
    const others = reasons.slice(1).map(({ at, reason }) => `\n${at}: ${reason}`);
    throw fileFault(first.at, first.reason + others.join(''));
  }
  const graph = parsed.data;
  checkNodes(graph, (index, member) => place(['nodes', index, ...(member === undefined ? [] : [member])]));
  checkDeployments(graph, place);
  const workspace = resolve(base, graph.workspace ?? '.');
  await checkWorkspace(workspace, place(['workspace']));
  const agents = graph.agents === undefined ? {} : { agents: resolve(base, graph.agents) };
  const indexOf = new Map(graph.nodes.map(({ id }, index) => [id, index]));
  return { file, graph: { ...graph, workspace, ...agents }, placeOf: (id) => place(['nodes', indexOf.get(id) ?? 0]) };
}

/** Parses YAML, which JSON is a part of. @throws GRAPH_INVALID */
async function parseText(text: string, file: string): Promise<{ value: unknown; locate: Locate }> {
  const { isMap, isPair, LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault) throw fileFault(`${file}:${lines.linePos(fault.pos[0]).line}`, fault.message);
  const locate: Locate = (path) => {
    for (let length = path.length; length >= 0; length--) {
      const inner = path.slice(0, length);
      const parent = length > 0 ? document.getIn(inner.slice(0, -1), true) : undefined;
      const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === String(inner.at(-1))) : undefined;
      const found = (isPair(pair) ? pair.key : document.getIn(inner, true)) as { range?: [number] } | undefined;
      const offset = found?.range?.[0];
      if (offset === undefined) continue;
      const { line, col } = lines.linePos(offset);
      return { line, column: col };
    }
    return { line: 1, column: 1 };
  };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), locate };
  } catch (error) {
    throw fileFault(`${file}:1`, (error as Error).message);
  }
}

function checkNodes({ nodes }: GraphFile, place: (index: number, member?: string) => string): void {
  const lines = new Map<string, number>();
  for (const [index, node] of nodes.entries()) {
    const known = lines.get(node.id);
    if (known !== undefined) throw fileFault(place(index, 'id'), `the id "${node.id}" is used twice`, 'duplicate-id');
    lines.set(node.id, index);
  }
  for (const [index, node] of nodes.entries()) {
    const works = (['run', 'agent', 'tool'] as const).filter((kind) => node[kind] !== undefined);
    if (works.length !== 1) {
      const told = works.length === 0 ? 'nothing' : works.join(' and ');
      throw fileFault(place(index), `"${node.id}" has ${told} to do: give it one of run, agent and tool`);
    }
    const unknown = node.needs?.find((id) => !lines.has(id));
    if (unknown !== undefined) {
      throw fileFault(place(index, 'needs'), `"${node.id}" needs "${unknown}", which is no node`, 'unknown-dependency');
    }
    if (node.when !== undefined && !parseCondition(node.when, node.needs ?? [])) {
      const hint = `expected NODE.FIELD == VALUE (or !=, contains, matches) about a node in its needs`;
      throw fileFault(place(index, 'when'), `"${node.id}" has a condition that says nothing: ${hint}`);
    }
  }
  const cycle = findCycle(toDependencies(nodes));
  if (cycle) {
    const first = lines.get(cycle[0] as string) ?? 0;
    throw fileFault(place(first, 'needs'), `${cycle.join(' → ')} need each other`, 'cycle');
  }
}

function toDependencies(nodes: readonly FileNode[]): GraphSpec {
  return { nodes: nodes.map(({ id, needs = [] }) => ({ id, task: { goal: id }, dependsOn: needs })) };
}

function checkDeployments(
  { deployment, deployments = {}, nodes }: GraphFile,
  place: (at: readonly PropertyKey[]) => string,
): void {
  for (const [name, config] of Object.entries(deployments)) {
    try {
      parseDeploymentConfig(config);
    } catch (error) {
      throw fileFault(place(['deployments', name]), `the deployment "${name}": ${(error as Error).message}`);
    }
  }
  const known = [...builtInDeployments, ...Object.keys(deployments)];
  const check = (name: string | undefined, at: readonly PropertyKey[]): void => {
    if (name === undefined || known.includes(name)) return;
    throw fileFault(place(at), `there is no deployment "${name}": there are ${known.join(', ')}`);
  };
  check(deployment, ['deployment']);
  for (const [index, node] of nodes.entries()) check(node.deployment, ['nodes', index, 'deployment']);
}

async function checkWorkspace(workspace: string, place: string): Promise<void> {
  const found = await stat(workspace).catch(() => undefined);
  if (found?.isDirectory()) return;
  const context = { path: workspace, operation: 'workspace' };
  if (found) throw new RexError('NOT_DIRECTORY', `${place}: the workspace ${workspace} is no directory`, context);
  throw new RexError('FILE_NOT_FOUND', `${place}: the workspace ${workspace} is not there`, context);
}
