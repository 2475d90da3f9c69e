// Kills a process that runs a graph, 100 times (or as many as the argument says), and checks that its journal keeps every promise.
import { killRounds } from '../test/orchestration/engine/kill-rounds.ts';

const startedAt = performance.now();
const { kills, runs, repeated } = await killRounds(Number(process.argv[2] ?? 100));
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(
  `${kills} kills over ${runs} runs in ${seconds} s: nothing lost, nothing done twice, ${repeated} steps repeated`,
);
