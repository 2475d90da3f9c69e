#!/usr/bin/env bash
# Puts promtool into /usr/local/bin, taken from Debian's prometheus package, whose server is not wanted; needs root.
set -euo pipefail

command -v promtool >/dev/null && exit 0
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
chmod 755 "$place"
cd "$place"
apt-get download -qq prometheus >log 2>&1 || { apt-get update -qq && apt-get download -qq prometheus; } >log 2>&1 || {
  cat log >&2
  exit 1
}
dpkg-deb -x prometheus_*.deb unpacked
install -m 755 unpacked/usr/bin/promtool /usr/local/bin/promtool
echo 'installed promtool'
