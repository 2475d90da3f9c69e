import type { Condition, GraphSpec, NodeSpec } from '../../orchestration/index.ts';
import { checkKinds } from './agents/check-scripts.ts';
import type { Survey } from './agents/survey.ts';
import { projects } from './workspace/index.ts';
import type { Project } from './workspace/project.ts';

/** The plan: survey, check every project in every way at once, repair what was found, verify, integrate, report. */
export function makePlan(): GraphSpec {
  const nodes: NodeSpec[] = [
    { id: 'survey', task: { goal: 'make the repositories and find the tools' }, use: 'workspace surveyor' },
    ...projects.flatMap(checkNodes),
    ...projects.map(
      (project): NodeSpec => ({
        id: `${project.name}.repair`,
        task: { goal: `repair ${project.name}`, type: 'plan', input: { project: project.name } },
        use: `${project.name} planner`,
        dependsOn: ['survey', ...checkKinds.map((kind) => `${project.name}.${kind}`)],
        when: isInstalled(project.needs.what),
        onFail: 'continue',
      }),
    ),
    ...projects.map(
      (project): NodeSpec => ({
        id: `${project.name}.verify`,
        task: { goal: `verify ${project.name}`, type: 'verify', input: { project: project.name } },
        use: `${project.name} verifier`,
        dependsOn: ['survey', `${project.name}.repair`],
        when: isInstalled(project.needs.what),
        onFail: 'continue',
      }),
    ),
    {
      id: 'integrate',
      task: { goal: 'push the repaired projects to main', type: 'git_push' },
      use: 'workspace integrator',
      dependsOn: projects.map(({ name }) => `${name}.verify`),
    },
    {
      id: 'report',
      task: { goal: 'read the result from the repositories' },
      use: 'workspace reporter',
      dependsOn: ['integrate'],
    },
  ];
  return { nodes };
}

/** Conditions by their names, which say in plain words what a skipped node would have needed. */
export const conditions: Readonly<Record<string, Condition>> = Object.fromEntries(
  projects
    .flatMap(({ needs, generated }) => [needs.what, ...(generated?.needs ? [generated.needs.what] : [])])
    .map((what) => [isInstalled(what), ({ survey }) => what in (survey as unknown as Survey).installed]),
);

function checkNodes({ name, needs, generated }: Project): NodeSpec[] {
  return checkKinds.map((kind) => {
    const what =
      kind === 'build' || kind === 'test' ? needs.what : kind === 'generated' ? generated?.needs?.what : undefined;
    return {
      id: `${name}.${kind}`,
      task: { goal: `check ${kind} of ${name}`, type: 'check', input: { project: name, kind } },
      use: `${name} ${kind} checker`,
      dependsOn: ['survey'],
      onFail: 'continue',
      ...(what === undefined ? {} : { when: isInstalled(what) }),
    };
  });
}

function isInstalled(what: string): string {
  return `${what} ${what.includes(' and ') ? 'are' : 'is'} installed`;
}
