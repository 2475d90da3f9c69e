import { done, type Handler } from '../../../orchestration/index.ts';
import type { Runtime } from '../../../sandbox/runtime/runtime.ts';
import { toFastImport } from '../workspace/fast-import.ts';
import { projects } from '../workspace/index.ts';
import { openWorkplace, script, tail } from './workplace.ts';

/** What the survey found: which needs are installed, and how many commits each project has. */
export interface Survey {
  readonly installed: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
  readonly commits: Readonly<Record<string, number>>;
}

/** Makes the projects real repositories, and finds out what the sandbox has to work on them. */
export const survey: Handler = async (_task, context) => {
  const { runtime } = context.dependencies as { readonly runtime: Runtime };
  await using place = await openWorkplace(context, 'origin', true);
  for (const project of projects) await runtime.writeFile(`origin/${project.name}.history`, toFastImport(project));
  const names = projects.map(({ name }) => name);
  const make = script('repositories', `${makeRepositories(names)}\n${leaveLock}`, { required: true });
  const { steps } = await place.work('git', [make, ...needs().map(({ what, probe }) => script(what, probe))]);
  const [made, ...probes] = steps;
  if (!made?.success) throw new Error(`the repositories could not be made: ${tail(made?.output ?? '')}`);
  const counts = made.output.trim().split('\n');
  const commits = Object.fromEntries(names.map((name, index) => [name, Number(counts[index])]));
  const found = probes.filter(({ success }) => success);
  const installed = Object.fromEntries(found.map(({ name, output }) => [name, output.split('\n', 1)[0] ?? '']));
  const missing = probes.flatMap(({ name, success }) => (success ? [] : [name]));
  if (missing.length > 0) context.note('missing', missing);
  return done({ installed, missing, commits });
};

function needs(): { readonly what: string; readonly probe: string }[] {
  const all = projects.flatMap(({ needs: own, generated }) => [own, ...(generated?.needs ? [generated.needs] : [])]);
  return [...new Map(all.map((need) => [need.what, need])).values()];
}

function makeRepositories(names: readonly string[]): string {
  return `make_repository() {
  rm -rf "$1.git" && git init --quiet --bare --initial-branch=main "$1.git" && git --git-dir="$1.git" fast-import --quiet < "$1.history"
}
for name in ${names.join(' ')}; do make_repository "$name" & done; wait
for name in ${names.join(' ')}; do git --git-dir="$name.git" rev-list --count --all || exit 1; done`;
}

/** A lock whose process has ended: the tests of one project will find it in their way. */
const leaveLock = 'mkdir -p "$LOCK_DIRECTORY/release.lock" && echo 4242 > "$LOCK_DIRECTORY/release.lock/pid"';
