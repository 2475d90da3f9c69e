#!/usr/bin/env bash
# Runs the numerical tests on tfjs-node and on tfjs-node-gpu's import path, with packages built into a cache (1.5 GB).
set -euo pipefail

cd "$(dirname "$0")/.."
folder="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/hrm-rex/tfjs-node"
version=$(node --print "require('./package.json').peerDependencies['@tensorflow/tfjs-node']")
if ! scripts/build-tfjs-node.sh "$folder" "$version"; then
  echo 'skipped: tfjs-node cannot be built here (it takes pip with tensorflow-cpu, a C++ compiler and make)'
  exit 0
fi
made=()
trap 'rm -f "${made[@]}"' EXIT
for name in tfjs-node tfjs-node-gpu; do
  [ -e "node_modules/@tensorflow/$name" ] && continue
  ln -s "$folder/node_modules/@tensorflow/$name" "node_modules/@tensorflow/$name"
  made+=("node_modules/@tensorflow/$name")
done
# The two packages share one engine name, so that a process takes one of them.
for backend in node node-gpu; do
  HRM_REX_TEST_BACKENDS=$backend node --import tsx scripts/run-tests.ts test/hrm/golden test/hrm/ops.test.ts
done
