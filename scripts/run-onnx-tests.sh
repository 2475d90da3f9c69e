#!/usr/bin/env bash
# Runs the tests of the compiled engine with ONNX Runtime, fetched as an npm package (288 MB) into a cache.
set -euo pipefail

cd "$(dirname "$0")/.."
folder="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/hrm-rex/onnx"
version=$(node --print "require('./package.json').peerDependencies['onnxruntime-node']")
package="$folder/node_modules/onnxruntime-node"
if [ ! -e "$package/package.json" ]; then
  mkdir -p "$folder"
  echo '{ "private": true }' >"$folder/package.json"
  npm install --silent --ignore-scripts --no-audit --no-fund --no-save --prefix "$folder" "onnxruntime-node@$version"
fi
if [ ! -e node_modules/onnxruntime-node ]; then
  ln -s "$package" node_modules/onnxruntime-node
  trap 'rm node_modules/onnxruntime-node' EXIT
fi
node --import tsx scripts/run-tests.ts test/hrm/onnx.test.ts test/cli/hrm.test.ts
