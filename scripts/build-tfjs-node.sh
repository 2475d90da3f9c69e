#!/usr/bin/env bash
# Builds @tensorflow/tfjs-node and tfjs-node-gpu where their own installer cannot fetch libtensorflow: the library comes out of
# the tensorflow-cpu wheel, the addon is compiled from the sources in the npm packages. Usage: build-tfjs-node.sh FOLDER [VERSION]
set -euo pipefail

folder=$1 version=${2:-4.22.0}
library="$folder/libtensorflow"
packages="$folder/node_modules/@tensorflow"
mkdir -p "$folder"

if [ ! -e "$library/lib/libtensorflow.so" ]; then
  python=$(command -v python3.11 || command -v python3)
  place=$(mktemp -d)
  trap 'rm -rf "$place"' EXIT
  "$python" -m pip download --quiet --quiet --no-deps --only-binary :all: --dest "$place" tensorflow-cpu
  "$python" - "$place"/tensorflow_cpu-*.whl "$library" <<'PY'
import os, re, shutil, sys, zipfile
wheel, library = sys.argv[1:]
headers = re.compile(r'tensorflow/include/(tensorflow/c/.*\.h|tensorflow/core/platform/ctstring[^/]*\.h'
                     r'|(?:external/[^/]+/)?xla/tsl/c/.*\.h|(?:external/[^/]+/)?(?:xla/)?tsl/platform/ctstring[^/]*\.h)$')
libraries = re.compile(r'tensorflow/(libtensorflow_(?:cc|framework)\.so\.2)$')
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        header, binary = headers.match(name), libraries.match(name)
        if not header and not binary: continue
        path = os.path.join(library, *(('include', header[1]) if header else ('lib', binary[1])))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(name) as source, open(path, 'wb') as target: shutil.copyfileobj(source, target, 1 << 22)
PY
  strip --strip-unneeded "$library"/lib/*.so.2
  ln -sf libtensorflow_framework.so.2 "$library/lib/libtensorflow_framework.so"
  ln -sf libtensorflow_cc.so.2 "$library/lib/libtensorflow.so" # last: the library is complete
fi

api=$(node --print 'Math.min(8, +process.versions.napi)')
prefix=$(node --print "require('node:path').resolve(process.execPath, '../..')")
headers=()
if [ -e "$prefix/include/node/node_api.h" ]; then headers=(--nodedir="$prefix"); fi
for name in tfjs-node tfjs-node-gpu; do
  [ -e "$packages/$name/lib/napi-v$api/tfjs_binding.node" ] && continue
  [ -e "$packages/$name" ] || npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$folder" "@tensorflow/$name@$version"
  ln -sfn "$library" "$packages/$name/deps"
  (cd "$packages/$name" && node "$(npm root --global)/npm/node_modules/node-gyp/bin/node-gyp.js" rebuild "${headers[@]}" --loglevel=error \
    --module_name=tfjs_binding --module_path="$packages/$name/lib/napi-v$api" --napi_build_version="$api")
done
