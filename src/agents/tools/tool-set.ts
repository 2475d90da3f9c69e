import { invalidArgument, RexError } from '../../core/errors.ts';
import type { ToolDescription } from '../model/chat-model.ts';
import { checkName } from './define-tool.ts';
import type { Tool } from './tool.ts';

/** Tools in their order, each name once. */
export interface ToolSet extends Iterable<Tool> {
  readonly size: number;
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Undefined where there is none. */
  get(name: string): Tool | undefined;
  /** @throws TOOL_UNKNOWN */
  require(name: string): Tool;
  /** Those of these names, in this set's order. @throws TOOL_UNKNOWN */
  pick(names: Iterable<string>): ToolSet;
  /** All but those of these names. */
  omit(names: Iterable<string>): ToolSet;
  /** These, then others. @throws INVALID_ARGUMENT for a name that both have */
  merge(...others: readonly Iterable<Tool>[]): ToolSet;
  /** The same tools under other names: by a table, or by a function of the name. @throws INVALID_ARGUMENT, TOOL_UNKNOWN */
  rename(names: Readonly<Record<string, string>> | ((name: string) => string)): ToolSet;
  /** The tools as a model sees them. */
  describe(): readonly ToolDescription[];
}

/** Makes a {@link ToolSet}; throws `INVALID_ARGUMENT` for a name that occurs twice. */
export function toolSet(tools: Iterable<Tool> = []): ToolSet {
  const byName = new Map<string, Tool>();
  for (const tool of tools) {
    if (byName.has(tool.name)) throw invalidArgument('tools', 'each name once', tool.name);
    byName.set(tool.name, tool);
  }
  return new OrderedTools(byName);
}

/** The error for a tool that is not there. */
export function toolUnknown(tool: string, known: readonly string[]): RexError<'TOOL_UNKNOWN'> {
  return new RexError(
    'TOOL_UNKNOWN',
    `there is no tool "${tool}"`,
    { tool, known },
    { hint: known.length === 0 ? 'There are no tools here.' : `The tools are: ${known.join(', ')}.` },
  );
}

class OrderedTools implements ToolSet {
  readonly #tools: ReadonlyMap<string, Tool>;
  #descriptions: readonly ToolDescription[] | undefined;

  constructor(tools: ReadonlyMap<string, Tool>) {
    this.#tools = tools;
  }

  get size(): number {
    return this.#tools.size;
  }

  get names(): readonly string[] {
    return [...this.#tools.keys()];
  }

  has(name: string): boolean {
    return this.#tools.has(name);
  }

  get(name: string): Tool | undefined {
    return this.#tools.get(name);
  }

  require(name: string): Tool {
    const tool = this.#tools.get(name);
    if (!tool) throw toolUnknown(name, this.names);
    return tool;
  }

  pick(names: Iterable<string>): ToolSet {
    const wanted = new Set(names);
    for (const name of wanted) this.require(name);
    return toolSet([...this].filter(({ name }) => wanted.has(name)));
  }

  omit(names: Iterable<string>): ToolSet {
    const unwanted = new Set(names);
    return toolSet([...this].filter(({ name }) => !unwanted.has(name)));
  }

  merge(...others: readonly Iterable<Tool>[]): ToolSet {
    return toolSet([this, ...others].flatMap((tools) => [...tools]));
  }

  rename(names: Readonly<Record<string, string>> | ((name: string) => string)): ToolSet {
    if (typeof names === 'object') for (const name of Object.keys(names)) this.require(name);
    const nameOf = typeof names === 'function' ? names : (name: string) => names[name] ?? name;
    return toolSet([...this].map((tool) => renamed(tool, nameOf(tool.name))));
  }

  describe(): readonly ToolDescription[] {
    this.#descriptions ??= [...this].map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
    return this.#descriptions;
  }

  [Symbol.iterator](): Iterator<Tool> {
    return this.#tools.values();
  }
}

function renamed(tool: Tool, name: string): Tool {
  checkName(name);
  return {
    ...tool,
    name,
    needsApproval: (input) => tool.needsApproval(input),
    resources: (input) => tool.resources(input),
    call: (input, context) => tool.call(input, context),
  };
}
