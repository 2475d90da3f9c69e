// Kills processes that run graphs, of functions and of shells, 100 times each (or as many as the argument says), and checks
// that their journals keep every promise and that no process is left.
import { functions, killRounds, shells } from '../test/orchestration/engine/kill-rounds.ts';

for (const [name, victim] of Object.entries({ functions, shells })) {
  const startedAt = performance.now();
  const { kills, runs, repeated } = await killRounds(Number(process.argv[2] ?? 100), victim);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(
    `${name}: ${kills} kills over ${runs} runs in ${seconds} s: nothing lost, nothing done twice, ${repeated} steps repeated`,
  );
}
