#!/usr/bin/env bash
# Packs the package, installs the tarball into an empty project, imports every door, runs the command, type-checks a consumer.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root"
npm pack --silent --pack-destination "$work" >/dev/null
version=$(node -p 'require("./package.json").version')

mkdir "$work/consumer"
cd "$work/consumer"
echo '{ "name": "consumer", "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund --omit=dev "$work"/*.tgz

cat >import-doors.mjs <<'EOF'
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';

const { name, exports } = createRequire(import.meta.url)('hrm-rex/package.json');
const doors = Object.keys(exports).filter((door) => !door.endsWith('.json'));
for (const door of doors) {
  const names = Object.keys(await import(name + door.slice(1)));
  if (names.length === 0) throw new Error(`${door} exports no value`);
  console.log(`${name}${door.slice(1)}: ${names.length} values`);
}
const lines = doors.map((door, index) => `import * as door${index} from '${name}${door.slice(1)}';`);
const uses = doors.map((_, index) => `const keys${index}: readonly string[] = Object.keys(door${index});`);
const used = `console.log(${doors.map((_, index) => `keys${index}.length`).join(', ')});`;
writeFileSync('consumer.ts', [...lines, ...uses, used, ''].join('\n'));
EOF
node import-doors.mjs

printed=$(npx --no-install hrm-rex --version)
case "$printed" in
  *"$version"*) echo "hrm-rex --version: $printed" ;;
  *) echo "hrm-rex --version printed '$printed', not $version" >&2; exit 1 ;;
esac

# The compiler and Node's types come from this repository; the declarations of the package itself are checked too.
node "$root/node_modules/typescript/bin/tsc" --noEmit --strict --target es2023 --lib es2023,esnext.disposable \
  --module nodenext --moduleResolution nodenext --skipLibCheck true \
  --typeRoots "$root/node_modules/@types" --types node consumer.ts
echo "consumer.ts type-checks"
