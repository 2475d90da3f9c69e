import type { Observation } from './session.ts';

/** An observation without the terminal's echo of what was typed. */
export function withoutEcho(observation: Observation, typed: string): Observation {
  const strip = (text: string): string => {
    const plain = text.replace(/^\r?\n?/, '');
    const lines = typed.trimEnd();
    return lines !== '' && plain.startsWith(lines) ? plain.slice(lines.length).replace(/^\r*\n/, '') : text;
  };
  return { ...observation, output: strip(observation.output), stdout: strip(observation.stdout) };
}
