#!/bin/bash
# The death of the launcher's parent, before any of the system calls that the launcher makes: the ring is killed,
# and no process, control group, mount or file stays behind. And --die-with-parent, which asks for it.
# shellcheck disable=SC2016,SC2094,SC2317 # single quotes are for a shell of its own; functions for wait_until
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

mounts=$(wc -l </proc/self/mountinfo)
orphan() {
    local n=$1
    shift
    "$ORPHAN" "$n" --name "o$$-$n" --memory 64m --host --allow-missing cgroup "$@" -- sleep "$marker" \
        2>"$TMPDIR/err"
}

words=$(orphan 0)
same "a parent that died before: nothing is started" "0 125" "$? $(tail -n 1 <<<"$words")"
holds "and it says why" "that has ended already" "$(cat "$TMPDIR/err")"
settled "${words%%$'\n'*}"
tap_result $? "and nothing is left" "left behind:"

n=0
codes='' moments=''
while :; do
    n=$((n + 1 + RANDOM % 5))
    words=$(orphan "$n")
    status=$?
    pid=${words%%$'\n'*} code=${words##*$'\n'}
    if ! settled "$pid"; then
        tap_result 1 "parent killed at system call $n" "left behind:"
        break
    fi
    case $code in 125 | 137) ;; *) codes+=" $n:$code" ;; esac
    [ "$status" = 0 ] || break
    moments+=" $n"
done
tap_out="status $status $words $(cat "$TMPDIR/err")"
[ "$status" = 3 ]
tap_result $? "parent killed at system calls$moments: nothing left behind" "the last launcher did not come to rest"
[ "$n" -gt 60 ]
tap_result $? "the launcher makes more than 60 system calls" "only $n"
same "each ring was killed, or not started" "" "$codes"
same "when the run was under way it was killed" 137 "$code"
same "no mount" "$mounts" "$(wc -l </proc/self/mountinfo)"

# Without an init of ours the workload is pid 1, and can be killed as well.
words=$(orphan 100000 --init=false)
same "without an init, too" "3 137" "$? ${words##*$'\n'}"
settled "${words%%$'\n'*}"
tap_result $? "and nothing is left" "left behind:"

# --- the flag
# start FLAG...: a ring as the child of a shell, whose pids go to $shell and $launcher.
start() {
    bash -c '"$0" run --host --name "$1" "${@:3}" -- sleep "$2" & echo $! >"$1"; wait' \
        "$RINGFENCE" "f$$" "$marker" "$@" 2>"$TMPDIR/err" &
    shell=$!
    wait_until "$RINGFENCE" exec "f$$" true 2>/dev/null
    read -r launcher <"f$$"
}
runs() {
    [ -n "$(pids_of sleep "$marker")" ] && "$RINGFENCE" ps | grep -q "f$$"
}
ended() {
    [ -z "$(pids_of sleep "$marker")" ] && [ ! -e "/proc/$launcher/comm" ]
}
for signal in KILL TERM HUP; do
    start --die-with-parent
    kill -s "$signal" "$shell"
    tap_true "a parent ended by $signal: so is the ring" wait_until ended
    settled "$launcher"
    tap_result $? "and nothing is left" "left behind:"
done
start --die-with-parent --report "$TMPDIR/report.json"
kill -KILL "$shell"
wait_until test -s "$TMPDIR/report.json"
holds "the report says so" '"orphaned": true' "$(cat "$TMPDIR/report.json")"
start --die-with-parent --stop-timeout 1h --report "$TMPDIR/report"
kill -KILL "$shell"
wait_until test -s "$TMPDIR/report"
holds "in words as well, and at once" "exit 137, killed because its parent died" "$(cat "$TMPDIR/report")"
for flag in "" --die-with-parent=false; do
    # shellcheck disable=SC2086 # no word at all, or one
    start $flag
    kill -KILL "$shell"
    sleep 0.3
    tap_true "without the flag a ring lives on ($flag)" runs
    kill -TERM "$launcher"
    wait_until ended
done
same "a parent that lives on is no hindrance" "5 " \
    "$("$RINGFENCE" run --host --die-with-parent -- sh -c 'exit 5'; echo "$? $("$RINGFENCE" ps | grep "f$$")")"
refused "it takes no value" "true or false" --die-with-parent=maybe
is_root && tap_says "outside this pid name space" "a parent that cannot be seen is none" \
    unshare --pid --fork "$RINGFENCE" run --host --die-with-parent -- /bin/echo HAS-STARTED

# Output that nobody reads: neither the ring nor the launcher waits for a reader.
mkfifo "$TMPDIR/stuck"
exec 7<>"$TMPDIR/stuck"
bash -c '"$0" run --host -t --die-with-parent -- sh -c "while :; do echo $1; done" >"$2" & echo $! >launcher; wait' \
    "$RINGFENCE" "$marker" "$TMPDIR/stuck" &
shell=$!
wait_until test -s launcher
sleep 0.5
read -r launcher <launcher
kill -KILL "$shell"
tap_true "with output that nobody reads" wait_until ended
settled "$launcher"
tap_result $? "and nothing is left" "left behind:"
tap_end
