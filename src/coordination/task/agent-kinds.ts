/** What an agent is a specialist of. */
export type AgentGroup = 'language' | 'tool' | 'domain';

/** One kind of agent that a plan may call for. */
export interface AgentKind {
  readonly name: string;
  readonly group: AgentGroup;
  /** What it is for, in a few words. */
  readonly title: string;
}

/** The kinds that the shipped weights know, in the order of their outputs: six languages, six tools, six domains. */
export const agentKinds: readonly AgentKind[] = [
  { name: 'python', group: 'language', title: 'Python' },
  { name: 'javascript-typescript', group: 'language', title: 'JavaScript and TypeScript' },
  { name: 'rust', group: 'language', title: 'Rust' },
  { name: 'go', group: 'language', title: 'Go' },
  { name: 'java', group: 'language', title: 'Java' },
  { name: 'c-cpp', group: 'language', title: 'C and C++' },
  { name: 'git', group: 'tool', title: 'history and repository settings' },
  { name: 'docker', group: 'tool', title: 'container images' },
  { name: 'package-manager', group: 'tool', title: 'dependencies' },
  { name: 'build', group: 'tool', title: 'build system' },
  { name: 'debug', group: 'tool', title: 'finding faults' },
  { name: 'test', group: 'tool', title: 'tests' },
  { name: 'web', group: 'domain', title: 'web front ends and services' },
  { name: 'ml-data', group: 'domain', title: 'machine learning and data' },
  { name: 'systems', group: 'domain', title: 'systems software' },
  { name: 'devops', group: 'domain', title: 'pipelines and deployment' },
  { name: 'docs', group: 'domain', title: 'documentation' },
  { name: 'security', group: 'domain', title: 'security' },
];
