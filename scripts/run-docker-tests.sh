#!/usr/bin/env bash
# Runs a command (default: the tests in test/docker, then the examples with Docker, one of them with SSH too) with a
# container engine and images of its own. Usage: run-docker-tests.sh [COMMAND...]. Where no engine can be started it says
# so in one line and succeeds, but fails where CI=true.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
export ENGINE_DIR=$scratch/e ENGINE_REUSE=0

stop() {
  scripts/start-engine.sh purge 2>/dev/null || true
  rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT TERM

skip() {
  echo "skipped: no container engine can be started here: $1"
  [ "${CI:-}" = true ] && exit 1
  exit 0
}

scripts/start-engine.sh start >/dev/null 2>"$scratch/log" || {
  skip "$(tail -n 1 "$scratch/log")"
}
DOCKER_HOST=$(sed -n 's/^DOCKER_HOST=//p' "$ENGINE_DIR/env")
export DOCKER_HOST DOCKER_CONFIG=$scratch/config
export HRM_REX_BASH_IMAGE=hrm-rex-test/bash:1 HRM_REX_BUSYBOX_IMAGE=hrm-rex-test/busybox:1
export HRM_REX_NODE_IMAGE=hrm-rex-test/node:1
METHOD=host WITH="" scripts/make-image.sh "$HRM_REX_BASH_IMAGE"
METHOD=host WITH=node EXTRA_PACKAGES="libc6 libgcc-s1 libstdc++6" scripts/make-image.sh "$HRM_REX_NODE_IMAGE"
METHOD=busybox scripts/make-image.sh "$HRM_REX_BUSYBOX_IMAGE"

if [ $# -gt 0 ]; then
  "$@"
else
  # The whole contract is one file for each kind of container.
  node --import tsx scripts/run-tests.ts test/docker --test-timeout=1200000
  export HRM_REX_IMAGE=$HRM_REX_BASH_IMAGE
  node --import tsx scripts/run-examples.ts 09- 10-
  # A session moves from a container to a host behind SSH.
  scripts/run-ssh-tests.sh node --import tsx scripts/run-examples.ts 13-
fi
