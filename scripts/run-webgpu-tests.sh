#!/usr/bin/env bash
# Runs the numerical tests on WebGPU: on the adapter of this machine, or on SwiftShader out of Debian's chromium.
set -euo pipefail

cd "$(dirname "$0")/.."
folder="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/hrm-rex/webgpu"
wanted=("webgpu@0.6.2" "@tensorflow/tfjs-backend-webgpu@$(node --print "require('./package.json').peerDependencies['@tensorflow/tfjs-backend-webgpu']")")
if [ ! -e "$folder/node_modules/webgpu/package.json" ]; then
  mkdir -p "$folder"
  echo '{ "private": true }' >"$folder/package.json"
  npm install --silent --ignore-scripts --no-audit --no-fund --no-save --prefix "$folder" "${wanted[@]}"
fi
chromium=/usr/lib/chromium
if [ -z "${VK_DRIVER_FILES:-}" ] && [ -e "$chromium/vk_swiftshader_icd.json" ]; then
  export VK_DRIVER_FILES="$chromium/vk_swiftshader_icd.json" LD_LIBRARY_PATH="$chromium"
fi
made=()
trap 'rm -f "${made[@]}"' EXIT
for name in webgpu @tensorflow/tfjs-backend-webgpu; do
  [ -e "node_modules/$name" ] && continue
  ln -s "$folder/node_modules/$name" "node_modules/$name"
  made+=("node_modules/$name")
done
if ! node --import tsx --eval "import('hrm-rex/hrm').then(({ useBackend }) => useBackend('webgpu')).then(console.log)"; then
  echo 'skipped: WebGPU finds no adapter here'
  exit 0
fi
HRM_REX_TEST_BACKENDS=webgpu node --import tsx scripts/run-tests.ts --test-timeout=900000 test/hrm/golden
