import { agentKinds } from '../task/agent-kinds.ts';

/** Names by which the presets of this package go, and the kinds that they are. */
const presetKinds: Readonly<Record<string, string>> = {
  javascript: 'javascript-typescript',
  typescript: 'javascript-typescript',
  'c++': 'c-cpp',
  cpp: 'c-cpp',
  golang: 'go',
  npm: 'package-manager',
  pnpm: 'package-manager',
  yarn: 'package-manager',
  pip: 'package-manager',
  cargo: 'package-manager',
  apt: 'package-manager',
  make: 'build',
  cmake: 'build',
  maven: 'build',
  gradle: 'build',
  gdb: 'debug',
  pdb: 'debug',
  'node-inspect': 'debug',
  tester: 'test',
  'machine-learning': 'ml-data',
};

/** The agent kind behind a name: the kind itself, `tool_test`, or a preset such as `typescript`; undefined for others. */
export function agentKindOf(name: string): string | undefined {
  const plain = name.replace(/^(language|tool|domain)_/, '').toLowerCase();
  if (agentKinds.some((kind) => kind.name === plain)) return plain;
  return Object.hasOwn(presetKinds, plain) ? presetKinds[plain] : undefined;
}
