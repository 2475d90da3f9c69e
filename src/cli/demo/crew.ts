import { type Agent, AgentRegistry } from '../../agents/index.ts';
import { approval, guard, type Handler, retry } from '../../orchestration/index.ts';
import { check } from './agents/check.ts';
import { checkKinds, toolFor } from './agents/check-scripts.ts';
import { integrate, report } from './agents/integrate.ts';
import { patch } from './agents/model.ts';
import { planRepairs, repair } from './agents/repair.ts';
import { survey } from './agents/survey.ts';
import { verify } from './agents/verify.ts';
import { projects } from './workspace/index.ts';
import type { Project } from './workspace/project.ts';

/** Everybody who works on the workspace: some for all projects, and for each project one for every check and every step. */
export function makeCrew(): AgentRegistry {
  return new AgentRegistry([
    member('workspace surveyor', survey, ['git']),
    member('workspace integrator', guard(integrate, approval({ timeoutMs: 60_000 })), ['git']),
    member('workspace reporter', report, ['git']),
    ...projects.flatMap(membersFor),
  ]);
}

function membersFor(project: Project): Agent[] {
  const { name, language, tool, code } = project;
  const checkers = checkKinds.map((kind) => {
    const means = kind === 'test' && code ? language : toolFor(project, kind);
    return member(
      `${name} ${kind} checker`,
      guard(check, retry({ attempts: 3, baseMs: 100 })),
      [kind, means],
      language,
    );
  });
  return [
    ...checkers,
    member(`${name} planner`, planRepairs, ['plan'], language),
    member(`${name} repairer`, guard(repair, retry({ attempts: 2, baseMs: 100 })), ['git', tool], language),
    member(`${name} patcher`, guard(patch, retry({ attempts: 3, baseMs: 500 })), ['write-code'], language),
    member(`${name} verifier`, guard(verify, retry({ attempts: 2, baseMs: 100 })), ['git', tool], language),
  ];
}

/** An agent whose role is the last word of its name. */
function member(name: string, handle: Handler, capabilities: readonly string[], ...tags: readonly string[]): Agent {
  return { spec: { name, role: name.split(' ').at(-1), capabilities, tags }, handle };
}
