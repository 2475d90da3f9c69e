// Runs one room's benchmark: npm run bench -- ROOM [--json FILE] runs bench/ROOM/index.ts or bench/ROOM.ts.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { listFiles } from './list-files.ts';

const [room, ...rest] = process.argv.slice(2);
const path = [`bench/${room}/index.ts`, `bench/${room}.ts`].find((candidate) => existsSync(candidate));
if (path) {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', path, ...rest], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  const rooms = listFiles('bench', /^bench\/([^/]+\.ts|[^/]+\/index\.ts)$/).map((file) =>
    file.replace(/^bench\//, '').replace(/(\/index)?\.ts$/, ''),
  );
  console.error(`usage: npm run bench -- ROOM [--json FILE]; rooms: ${rooms.join(', ') || 'none yet'}`);
  process.exitCode = 2;
}
