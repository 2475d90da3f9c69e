#!/usr/bin/env bash
# Installs the named Debian packages that are missing; needs root only when one is.
set -euo pipefail

missing=()
for name in "$@"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "install-debian.sh: run as root, or first: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends "${missing[@]}"; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The package lists may be absent or old: refresh them only when a first attempt fails.
if ! install >"$log" 2>&1; then
  if ! { apt-get update -qq && install; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "install-debian.sh: could not install ${missing[*]}" >&2
    exit 1
  fi
fi
echo "installed ${missing[*]}"
