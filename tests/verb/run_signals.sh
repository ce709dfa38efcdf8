#!/bin/bash
# Signals pass on to the workload, job control stops and continues it, and whatever kills the launcher ends the ring.
# shellcheck disable=SC2317 # functions are called by wait_until
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

started=''
# start [FLAG...] -- SCRIPT: in the background; waits for its "ready"
start() {
    : >"$TMPDIR/out"
    "$RINGFENCE" run --host "${@:1:$#-2}" -- /bin/sh -c "${*: -1}" >"$TMPDIR/out" 2>&1 &
    started=$!
    wait_until grep -q ready "$TMPDIR/out"
}

state_of() {
    sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null
}

is_in_state() {
    [ "$(state_of "$1")" = "$2" ]
}

is_running() {
    [ -n "$(pids_of "$@")" ]
}

is_gone() {
    [ -z "$(pids_of "$@")" ]
}

# --- passed on, with the code of whoever handles them
loop='echo ready; while :; do sleep 0.01; done'
for pair in TERM:9 HUP:10 USR1:11 USR2:12 INT:13 QUIT:14 ALRM:15; do
    start -- "trap 'exit ${pair#*:}' ${pair%:*}; $loop"
    kill -"${pair%:*}" "$started"
    wait "$started"
    same "${pair%:*} is passed on" "${pair#*:}" $?
done
for pair in TERM:143 HUP:129 USR1:138; do
    start -- "$loop"
    kill -"${pair%:*}" "$started"
    wait "$started"
    same "${pair%:*} ends a workload that does not handle it" "${pair#*:}" $?
done
start -- "trap '' INT; $loop"
kill -INT "$started"
sleep 0.1
same "a first INT may be ignored" yes "$(kill -0 "$started" 2>/dev/null && echo yes)"
kill -INT "$started"
wait "$started"
same "a second one kills" 137 $?
start --stop-timeout 100ms -- "trap '' TERM; $loop"
kill -TERM "$started"
wait "$started"
same "TERM kills after the stop time-out" 137 $?

# --- job control
mark=4000.$$
start -- "sleep ${mark}1 & echo ready; exec sleep $mark"
wait_until is_running sleep "$mark"
wait_until is_running sleep "${mark}1"
workload=$(pids_of sleep "$mark")
child=$(pids_of sleep "${mark}1")
kill -TSTP "$started"
tap_true "TSTP stops the launcher" wait_until is_in_state "$started" T
tap_true "and the workload" wait_until is_in_state "$workload" T
tap_true "and its children" wait_until is_in_state "$child" T
kill -CONT "$started"
tap_true "CONT continues the launcher" wait_until is_in_state "$started" S
tap_true "and the workload" wait_until is_in_state "$workload" S
tap_true "and its children" wait_until is_in_state "$child" S

# --- SIGKILL of the launcher
kill -KILL "$started"
wait "$started" 2>/dev/null
tap_true "nothing outlives a launcher that is killed" wait_until is_gone sleep "$mark"

# Double forks, another session and ignored signals do not help.
mark=4100.$$
start -- "trap '' TERM HUP INT; (setsid sleep $mark &) & (setsid setsid sleep $mark &); echo ready; exec sleep $mark"
tap_true "daemons of a workload" wait_until is_running sleep "$mark"
kill -KILL "$started"
wait "$started" 2>/dev/null
tap_true "  die with the launcher" wait_until is_gone sleep "$mark"

mark=4200.$$
start -- "(setsid sleep $mark &); echo ready; sleep 0.05; exit 3"
wait "$started"
same "the workload's end is the end" 3 $?
tap_true "of its daemons too" wait_until is_gone sleep "$mark"

mark=4300.$$
"$RINGFENCE" run --host --init=false -- /bin/sleep "$mark" &
started=$!
tap_true "a workload that is pid 1 itself" wait_until is_running /bin/sleep "$mark"
kill -KILL "$started"
wait "$started" 2>/dev/null
tap_true "  dies with the launcher too" wait_until is_gone /bin/sleep "$mark"

# A reader that goes away ends a writer, as without a ring.
ring -- /usr/bin/seq 1000000 | head -n 1 >"$TMPDIR/head"
same "a closed pipe" "141 0" "${PIPESTATUS[*]}"

if command -v python3 >/dev/null; then
    start --init=false -- "exec python3 -c 'import ctypes, time
ctypes.CDLL(None).prctl(1, 0)
print(\"ready\", flush=True)
time.sleep(float(\"360.$$\"))'"
    kill -KILL "$started"
    wait "$started" 2>/dev/null
    clinging() { ! grep -aqs "360[.]$$" /proc/[0-9]*/cmdline; }
    tap_true "without an init, a workload that asks not to die with the launcher does" wait_until clinging
fi
tap_end
