#!/usr/bin/env bash
# Runs a command (default: the tests in test/ssh, then the SSH example) with two SSH servers of its own: a jump host and a
# target. Usage: run-ssh-tests.sh [COMMAND...]. Where no server can be started it says so in one line and succeeds, but
# fails where CI=true.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
chmod 711 "$scratch"
server() { SSHD_DIR=$scratch/$1 SSHD_USER=rex$1$$ scripts/start-sshd.sh "$2"; }

stop() {
  server jump stop 2>/dev/null || true
  server host stop 2>/dev/null || true
  rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT TERM

skip() {
  echo "skipped: no SSH server can be started here: $1"
  [ "${CI:-}" = true ] && exit 1
  exit 0
}

[ "$(id -u)" = 0 ] || skip 'only root can serve terminals'
for name in jump host; do
  server "$name" start >/dev/null 2>"$scratch/log" || skip "$(tail -n 1 "$scratch/log")"
done

value() { sed -n "s/^SSH_TEST_$2=//p" "$scratch/$1/env"; }
for name in jump host; do
  printf 'Host %s\n  HostName %s\n  Port %s\n  User %s\n  IdentityFile %s\n  UserKnownHostsFile %s\n  IdentityAgent none\n' \
    "$name" "$(value "$name" HOST)" "$(value "$name" PORT)" "$(value "$name" USER)" "$(value "$name" KEY)" "$(value "$name" KNOWN_HOSTS)"
done > "$scratch/config"
printf 'Host behind\n  HostName %s\n  Port %s\n  User %s\n  IdentityFile %s\n  UserKnownHostsFile %s\n  IdentityAgent none\n  ProxyJump jump\n' \
  "$(value host HOST)" "$(value host PORT)" "$(value host USER)" "$(value host KEY)" "$(value host KNOWN_HOSTS)" >> "$scratch/config"

export HRM_REX_SSH_JUMP=$scratch/jump/env HRM_REX_SSH_TARGET=$scratch/host/env
export HRM_REX_SSH_CONFIG=$scratch/config HRM_REX_SSH_HOST=behind
if [ $# -gt 0 ]; then
  "$@"
else
  # The whole contract is one file for each way to the host.
  node --import tsx scripts/run-tests.ts test/ssh --test-timeout=1200000
  node --import tsx scripts/run-examples.ts 11-
fi
