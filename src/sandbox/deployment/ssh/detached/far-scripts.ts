import { quote } from '../../../../core/quote.ts';

/** Environment variable that marks everything a detached session starts. */
const mark = 'HRM_REX_DETACHED';

/** Sets `d` to the private directory of a session. */
const place = (name: string): string => `umask 077; d=$HOME/.hrm-rex/detached/${quote(name)}`;

/** Whether the session's shell is there. */
const isThere = '[ -e "$d/pid" ] && kill -0 "$(cat "$d/pid")" 2>/dev/null';

/** Runs each command once, in one shell, whose state stays; `r` holds where its output begins, `s` its status and end. */
const loopText = `__d=$1
while IFS= read -r __i <&3; do
[ -e "$__d/r$__i" ] && continue
wc -c <"$__d/out" >"$__d/r$__i"; : >"$__d/busy"
. "$__d/c$__i" </dev/null 3<&-
echo "$? $(wc -c <"$__d/out")" >"$__d/t"; mv "$__d/t" "$__d/s$__i"; rm -f "$__d/busy" "$__d/c$__i"
done`;

/** Ends what carries the mark, politely at first, and removes the directory. */
const finishText = `d=$1 m=$2
for n in 1 2 3 4 5 6 7 8 9 10; do
p=$(grep -lsz "^${mark}=$m" /proc/[0-9]*/environ | tr -dc '0-9\\n')
[ "$p" ] || break
[ $n -le 3 ] && s=TERM || s=KILL
kill -s $s $p; kill -s CONT $p
sleep 0.1 || sleep 1
done 2>/dev/null
rm -rf "$d"`;

/** Holds the shell, and ends it after `$2` ticks of `$3` seconds in which nobody asked, and nothing ran or was printed. */
const holdText = `d=$1 c=0
trap '' HUP
s=$(command -v bash || command -v sh)
exec 3<>"$d/in"
echo $$ >"$d/t0"; mv "$d/t0" "$d/pid"
("$s" "$d/loop" "$d" >>"$d/out" 2>&1 </dev/null; rm -f "$d/pid") &
while sleep "$3" 3<&-; do
[ -e "$d/pid" ] || break
if [ -e "$d/busy" ] || [ "$d/beat" -nt "$d/seen" ] || [ "$d/out" -nt "$d/seen" ]; then : >"$d/seen"; c=0; else c=$((c + 1)); fi
[ $c -lt "$2" ] || exec env -u ${mark} sh "$d/finish" "$d" "$${mark}"
done 3<&-`;

/** Starts a session; prints `started`, or `exists` where one of that name is there. */
export function startScript(name: string, token: string, idleTimeoutMs: number, setting: string): string {
  const tick = Math.min(5, Math.max(1, Math.floor(idleTimeoutMs / 10_000)));
  const ticks = Math.max(1, Math.round(idleTimeoutMs / 1_000 / tick));
  const files = { loop: `${setting}\n${loopText}`, finish: finishText, hold: holdText, token };
  const writes = Object.entries(files).map(([file, text]) => `printf '%s' ${quote(text)} >"$d/${file}"`);
  return `${place(name)}; mkdir -p "\${d%/*}"
if ! mkdir "$d" 2>/dev/null; then
if ${isThere}; then echo exists; exit; fi
rm -rf "$d"; mkdir "$d" || exit
fi
mkfifo "$d/in" || exit; : >"$d/out"; : >"$d/beat"; : >"$d/seen"
${writes.join('; ')}
export ${mark}=${quote(token)}
command -v setsid >/dev/null && set -- setsid || set -m
nohup "$@" sh "$d/hold" "$d" ${ticks} ${tick} </dev/null >/dev/null 2>&1 &
until [ -e "$d/pid" ]; do sleep 0.02 || sleep 1; done 2>/dev/null; echo started`;
}

/** Gives a session a command, once however often it is sent; waits for its end and prints `STATUS START END`, or `ended`. */
export function runScript(name: string, id: string, command: string): string {
  return `${place(name)}; : >"$d/beat" || exit
if [ ! -e "$d/r${id}" ]; then
${isThere} || { echo ended; exit; }
printf '%s' ${quote(command)} >"$d/n${id}" && mv "$d/n${id}" "$d/c${id}" && echo ${id} >"$d/in"
fi
exec 5<&0; (cat <&5 >/dev/null; kill $$) & w=$!
until [ -e "$d/s${id}" ]; do ${isThere} || [ -e "$d/s${id}" ] || { echo ended; kill $w; exit; }; : >"$d/beat"; sleep 0.02 || sleep 1; done 2>/dev/null
set -- $(cat "$d/s${id}"); echo "$1 $(cat "$d/r${id}") $2"; kill $w`;
}

/** Prints what a session printed, from a byte on; with `follow` until it ends or the reader leaves. */
export function readScript(name: string, after: number, follow: boolean): string {
  const tail = `tail -c +${after + 1}`;
  if (!follow) return `${place(name)}; : >"$d/beat" && ${tail} "$d/out"`;
  return `${place(name)}; : >"$d/beat" || exit
exec 5<&0; ${tail} -f "$d/out" & t=$!
(while ${isThere}; do : >"$d/beat"; sleep 0.2 || sleep 1; done; sleep 1; kill $t) 2>/dev/null & b=$!
(cat <&5 >/dev/null; kill $t $b) 2>/dev/null &
wait $t 2>/dev/null; kill $b 2>/dev/null; exit 0`;
}

/** Ends a session and all that it started. */
export function closeScript(name: string): string {
  return `${place(name)}; [ -d "$d" ] || exit 0; sh "$d/finish" "$d" "$(cat "$d/token")"`;
}

/** Prints `there` where a session of that name is. */
export function lookScript(name: string): string {
  return `${place(name)}; if ${isThere}; then : >"$d/beat"; echo there; fi`;
}

/** Shell text that sets a session's directory and environment. */
export function settingText(cwd: string, env: Readonly<Record<string, string>>): string {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`);
  return [`cd ${quote(cwd)} || exit`, ...exports].join('\n');
}
