import type { Tool } from '../../../agents/tools/tool.ts';
import { identifiersOf } from './identifiers.ts';
import { signatureParts } from './type-text.ts';

/** Directory of a workspace in which the wrappers lie. */
export const wrapperDirectory = '.tools';

/**
 * The bridge as the code in the sandbox runs it. Calls go out on standard output, in lines that begin with a secret of
 * this run; the secret and the answers come in on standard input. So it works wherever a process can be started.
 */
const bridge = `import { createInterface } from 'node:readline';
const waiting = new Map();
let token, last = 0, open;
const opened = new Promise((resolve) => { open = resolve; });
createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  if (token === undefined) { token = message.token; open(); return; }
  const { resolve, reject } = waiting.get(message.id) ?? {};
  waiting.delete(message.id);
  if (waiting.size === 0) process.stdin.unref?.();
  if ('error' in message) reject?.(new Error(message.error));
  else resolve?.(message.output);
}).on('close', () => {
  for (const { reject } of waiting.values()) reject(new Error('the tools are gone'));
});
process.stdin.unref?.();
export async function call(tool, input = {}) {
  const id = ++last;
  const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  process.stdin.ref?.();
  await opened;
  process.stdout.write('\\u001e' + token + ' ' + JSON.stringify({ id, tool, input }) + '\\n');
  return await answer;
}
`;

/** Files that make tools callable from code, by their names: the typed source, the same without types, the bridge. */
export function wrapperFiles(tools: readonly Tool[]): Readonly<Record<string, string>> {
  const names = identifiersOf(tools.map(({ name }) => name));
  return { 'bridge.mjs': bridge, 'index.mjs': plainWrappers(names), 'index.ts': typedWrappers(tools, names) };
}

function plainWrappers(names: ReadonlyMap<string, string>): string {
  const functions = [...names].map(
    ([name, id]) => `export const ${id} = (input) => call(${JSON.stringify(name)}, input);`,
  );
  return `import { call } from './bridge.mjs';\n${functions.join('\n')}\nglobalThis.tools = { ${[...names.values()].join(', ')} };\n`;
}

function typedWrappers(tools: readonly Tool[], names: ReadonlyMap<string, string>): string {
  const functions = tools.map((tool) => {
    const { comment, parameter, result } = signatureParts(tool);
    const call = `call(${JSON.stringify(tool.name)}, input) as ${result}`;
    return `${comment}\nexport const ${names.get(tool.name)} = (${parameter}): ${result} =>\n  ${call};`;
  });
  return `// @ts-ignore: the bridge has no types\nimport { call } from './bridge.mjs';\n\n${functions.join('\n\n')}\n`;
}
