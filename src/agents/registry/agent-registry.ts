import { invalidArgument, RexError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { type AgentQuery, describeQuery } from '../../orchestration/task/agent-query.ts';
import type { HandlerDirectory } from '../../orchestration/task/handler.ts';
import type { Agent } from '../agent/agent.ts';
import { type AgentSpec, parseAgentSpec } from '../agent/agent-spec.ts';
import { matches } from './matches.ts';
import { Occupation } from './occupation.ts';
import { uniteSpecs } from './unite-specs.ts';

/** How a registry makes agents. */
export interface AgentRegistryOptions {
  /** Makes an agent of a spec, for {@link AgentRegistry.spawn} and for merging agents that cannot be remade. */
  readonly make?: ((spec: AgentSpec) => Agent | Promise<Agent>) | undefined;
}

/** How an agent is retired. */
export interface RetireOptions {
  /** Aborts what it is doing. Default false: waits for its end. */
  readonly abort?: boolean | undefined;
}

/** Agents by name and by what they can do. */
export class AgentRegistry {
  readonly #options: AgentRegistryOptions;
  readonly #members = new Map<string, { readonly agent: Agent; readonly occupation: Occupation }>();
  readonly #coming = new Map<string, Promise<Agent>>();

  constructor(agents: Iterable<Agent> = [], options: AgentRegistryOptions = {}) {
    this.#options = options;
    for (const agent of agents) this.register(agent);
  }

  /** For `run({ handlers: registry.directory })`: the least busy agent that answers a query, the older one among equals. */
  readonly directory: HandlerDirectory = (query) => {
    const found = this.find(query).map(({ spec }) => this.#members.get(spec.name)?.occupation);
    const [first, ...others] = found.filter((occupation) => occupation !== undefined);
    return others.reduce((best, next) => (next && best && next.count < best.count ? next : best), first)?.handle;
  };

  /** Takes an agent in; throws `AGENT_EXISTS`. */
  register(agent: Agent): void {
    const { name } = agent.spec;
    if (this.#members.has(name)) throw agentExists(name);
    this.#members.set(name, { agent, occupation: new Occupation(agent) });
  }

  /** The agents that answer a query, the oldest first. A text is a name. */
  find(query: AgentQuery): Agent[] {
    return [...this.#members.values()].map(({ agent }) => agent).filter(({ spec }) => matches(spec, query));
  }

  /** The agent of this name; throws `AGENT_UNKNOWN`. */
  get(name: string): Agent {
    const member = this.#members.get(name);
    if (!member) throw agentUnknown(name, this.names);
    return member.agent;
  }

  /** Names of all, the oldest first. */
  get names(): readonly string[] {
    return [...this.#members.keys()];
  }

  /** Tasks that an agent is doing now; throws `AGENT_UNKNOWN`. */
  busy(name: string): number {
    this.get(name);
    return this.#members.get(name)?.occupation.count ?? 0;
  }

  /**
   * An agent that answers a query: one that is there, or one that `make` makes. Callers with the same query at the same
   * time share one making; a failed one is forgotten. Throws `INVALID_ARGUMENT` for an agent that does not answer the query.
   */
  ensure(query: AgentQuery, make: (query: AgentQuery) => Agent | Promise<Agent>): Promise<Agent> {
    const [found] = this.find(query);
    if (found) return Promise.resolve(found);
    const key = canonical(query);
    const coming = this.#coming.get(key);
    if (coming) return coming;
    const making = this.#make(query, make).finally(() => this.#coming.delete(key));
    this.#coming.set(key, making);
    return making;
  }

  /** Makes an agent of a spec and takes it in; throws `AGENT_EXISTS`, `UNSUPPORTED` without `make`. */
  async spawn(spec: AgentSpec): Promise<Agent> {
    const parsed = parseAgentSpec(spec);
    if (this.#members.has(parsed.name)) throw agentExists(parsed.name);
    const agent = await this.#makeOf(parsed);
    this.register(agent);
    return agent;
  }

  /**
   * Makes one agent of two: capabilities, tools, skills and tags of both, unless `into` says otherwise. The two take no
   * more work, and what they are doing ends as if nothing had happened.
   */
  async merge(first: string, second: string, into: Partial<AgentSpec> = {}): Promise<Agent> {
    const [one, other] = [this.get(first), this.get(second)];
    if (one === other) throw invalidArgument('second', 'another agent', second);
    const spec = parseAgentSpec(uniteSpecs(one.spec, other.spec, into));
    if (spec.name !== first && spec.name !== second && this.#members.has(spec.name)) throw agentExists(spec.name);
    const merged = one.remake?.(spec, [other]) ?? (await this.#makeOf(spec));
    this.#members.delete(first);
    this.#members.delete(second);
    this.register(merged);
    return merged;
  }

  /** Takes an agent out: it gets no more work at once; resolves when it does none. Throws `AGENT_UNKNOWN`. */
  async retire(name: string, options: RetireOptions = {}): Promise<void> {
    this.get(name);
    const occupation = this.#members.get(name)?.occupation;
    this.#members.delete(name);
    await occupation?.end(options.abort ?? false);
  }

  /** What each agent is, for whoever chooses among them. */
  cards(): JsonObject[] {
    return [...this.#members.values()].map(({ agent, occupation }) => {
      const { name, role, description, capabilities = [], tools, skills = [], tags = [] } = agent.spec;
      return {
        name,
        ...(role === undefined ? {} : { role }),
        ...(description === undefined ? {} : { description }),
        capabilities,
        tools: tools ?? agent.tools?.names ?? [],
        skills,
        tags,
        busy: occupation.count,
      };
    });
  }

  async #make(query: AgentQuery, make: (query: AgentQuery) => Agent | Promise<Agent>): Promise<Agent> {
    const agent = await make(query);
    if (!matches(agent.spec, query)) {
      throw invalidArgument('make', `an agent that answers to ${describeQuery(query)}`, agent.spec.name);
    }
    this.register(agent);
    return agent;
  }

  async #makeOf(spec: AgentSpec): Promise<Agent> {
    const { make } = this.#options;
    if (make) return make(spec);
    throw new RexError(
      'UNSUPPORTED',
      `the registry cannot make the agent ${spec.name}`,
      { feature: 'making agents' },
      { hint: 'Give the registry `make`.' },
    );
  }
}

/** The error for an agent that is not there. */
export function agentUnknown(agent: string, known: readonly string[]): RexError<'AGENT_UNKNOWN'> {
  const hint = known.length === 0 ? 'The registry is empty.' : `The agents are: ${known.join(', ')}.`;
  return new RexError('AGENT_UNKNOWN', `there is no agent "${agent}"`, { agent, known }, { hint });
}

function agentExists(agent: string): RexError<'AGENT_EXISTS'> {
  return new RexError('AGENT_EXISTS', `there is an agent "${agent}" already`, { agent });
}

/** The same text for the same query, whatever the order of its members. */
function canonical(query: AgentQuery): string {
  return JSON.stringify(query, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
