import { done, type Handler } from '../../../orchestration/index.ts';
import { projects } from '../workspace/index.ts';
import type { Verdict } from './verify.ts';
import { lastOf, openWorkplace, script, tail } from './workplace.ts';

/** Pushes what was repaired and verified. Pushing again changes nothing. */
export const integrate: Handler = async (_task, context) => {
  const verdicts = Object.values(context.inputs) as unknown as Verdict[];
  const pushed: string[] = [];
  await using place = await openWorkplace(context, 'integrate', false);
  for (const { project } of verdicts.filter(({ ok }) => ok)) {
    const push = `cd "$ROOT/repair/${project}" 2> /dev/null || exit 3\ngit push --quiet origin HEAD:main 2>&1`;
    const { exitCode, output } = lastOf(await place.work('git', [script('push', push)]));
    if (exitCode === 0) pushed.push(project);
    else if (exitCode !== 3) throw new Error(`${project} could not be pushed: ${tail(output)}`);
  }
  return done(pushed);
};

/** Reads from the repositories themselves which repairs are in `main`, each as often as it is there. */
export const report: Handler = async (_task, context) => {
  await using place = await openWorkplace(context, 'report', true);
  const names = projects.map(({ name }) => name).join(' ');
  const read = `for name in ${names}; do git --git-dir="$ROOT/origin/$name.git" log --format="$name %b" main | grep 'Repair: '; done; true`;
  const { output } = lastOf(await place.work('git', [script('log', read)]));
  const repairs = output.split('\n').filter((line) => line.includes('Repair: '));
  return done({ repairs: repairs.map((line) => line.replace('Repair: ', '')) });
};
