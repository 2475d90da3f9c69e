import { z } from 'zod';
import { invalidArgument } from '../../../core/errors.ts';
import type { GraphSpec } from '../../../orchestration/graph/graph.ts';
import type { AgentSpec } from '../../agent/agent-spec.ts';
import type { SkillRegistry } from '../../skills/skill-registry.ts';

/** One agent of a swarm and what it does. */
export interface SwarmMember {
  readonly role: string;
  /** Name of the skill it works by; null for a general agent. */
  readonly skill: string | null;
  readonly prompt: string;
  readonly task: string;
  readonly tools: readonly string[];
}

/** A team for one request: who, doing what, one after another or at the same time. */
export interface SwarmManifest {
  readonly strategy: 'sequential' | 'parallel';
  readonly agents: readonly SwarmMember[];
}

/** Schema of {@link SwarmManifest}, for manifests that come from a model or a file. */
export const swarmManifestSchema: z.ZodType<SwarmManifest> = z.strictObject({
  strategy: z.enum(['sequential', 'parallel']),
  agents: z
    .array(
      z.strictObject({
        role: z.string().regex(/^[^\s/#~][^/#~]*$/, 'expected a name without "/", "#" and "~"'),
        skill: z.string().nullable(),
        prompt: z.string(),
        task: z.string().min(1),
        tools: z.array(z.string()).readonly(),
      }),
    )
    .min(1)
    .readonly(),
});

/** How a team is designed. All optional. */
export interface DesignSwarmOptions {
  readonly strategy?: SwarmManifest['strategy'] | undefined;
  /** A skill counts when its score is above this. Default 3. */
  readonly scoreAbove?: number | undefined;
  /** Most members. Default 2. */
  readonly maxAgents?: number | undefined;
}

/** Designs a team by rule: one agent for each of the skills that fit the request best, or one general agent when none does. */
export function designSwarm(request: string, skills: SkillRegistry, options: DesignSwarmOptions = {}): SwarmManifest {
  if (request.trim() === '') throw invalidArgument('request', 'some text', request);
  const { strategy = 'parallel', scoreAbove = 3, maxAgents = 2 } = options;
  const fitting = skills.search(request).filter(({ score }) => score > scoreAbove);
  const agents = fitting.slice(0, maxAgents).map(({ skill }) => ({
    role: skill.name,
    skill: skill.name,
    prompt: skill.instructions,
    task: request,
    tools: skill.manifest.tools,
  }));
  const general = {
    role: 'general',
    skill: null,
    prompt: 'You do the task as well as you can.',
    task: request,
    tools: [],
  };
  return { strategy, agents: agents.length > 0 ? agents : [general] };
}

/** The members of a swarm as agents, as data. Roles that occur twice get numbers. */
export function swarmSpecs({ agents }: SwarmManifest): readonly AgentSpec[] {
  const names = uniqueNames(agents);
  return agents.map(({ role, skill, prompt, tools }, index) => ({
    ...{ name: names[index] as string, role, instructions: prompt, tags: ['swarm'] },
    ...(tools.length > 0 && { tools }),
    ...(skill !== null && { skills: [skill] }),
  }));
}

/** A swarm as a graph: each member is a node, done by the agent of its name; in sequence, each sees what the one before it gave. */
export function swarmGraph(manifest: SwarmManifest): GraphSpec {
  const { strategy, agents } = manifest;
  const names = uniqueNames(agents);
  return {
    nodes: agents.map(({ task, role }, index) => {
      const before = names[index - 1];
      const isAfter = strategy === 'sequential' && before !== undefined;
      const name = names[index] as string;
      return { id: name, task: { goal: task, type: role }, use: name, ...(isAfter && { dependsOn: [before] }) };
    }),
  };
}

function uniqueNames(agents: readonly SwarmMember[]): readonly string[] {
  const counts = new Map<string, number>();
  return agents.map(({ role }) => {
    const count = (counts.get(role) ?? 0) + 1;
    counts.set(role, count);
    return count === 1 ? role : `${role}-${count}`;
  });
}
