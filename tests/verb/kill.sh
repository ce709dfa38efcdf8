#!/bin/bash
# kill: a signal reaches the workload, through the launcher and its deadlines; KILL ends the ring.
# shellcheck disable=SC2317 # functions are called by tap_*
# shellcheck source=tests/tap.sh
. "$RF_TOP/tests/tap.sh"

export XDG_RUNTIME_DIR=$TMPDIR
box=kill$$
rf() { "$RINGFENCE" "$@"; }

# A ring called $1 that waits, with options behind; its launcher is $launcher.
start() {
    local name=$1
    shift
    "$RINGFENCE" run --name "$name" --host "$@" >"$TMPDIR/$name.out" 2>&1 </dev/null &
    launcher=$!
    for _ in $(seq 100); do
        rf exec "$name" test -e /tmp/ready 2>/dev/null && return 0
        sleep 0.05
    done
    return 1
}

# The launcher ends with $1, within a few seconds.
ends() {
    local i status
    for i in $(seq 100); do kill -0 "$launcher" 2>/dev/null || break; sleep 0.05; done
    if [ "$i" = 100 ]; then
        tap_out="it still runs"
        return 1
    fi
    wait "$launcher" 2>/dev/null
    status=$?
    tap_out="status $status"
    [ "$status" = "$1" ]
}

waits='touch /tmp/ready; while :; do sleep 0.05; done'

start "$box" -- sh -c "trap 'exit 3' TERM; $waits"
tap_true "kill" rf kill "$box"
ends 3
tap_result $? "TERM is what it sends" "want status 3"

for pair in HUP:4 SIGUSR1:4 10:4 INT:4; do
    signal=${pair%:*}
    start "$box" -- sh -c "trap 'exit 4' HUP USR1 INT; $waits"
    tap_true "kill -s $signal" rf kill -s "$signal" "$box"
    ends "${pair#*:}"
    tap_result $? "$signal is passed on" "want status ${pair#*:}"
done

start "$box" --stop-timeout 1 -- sh -c "trap '' TERM; $waits"
rf kill "$box"
ends 137
tap_result $? "TERM that is ignored ends in KILL" "want status 137"

start "$box" -- sh -c "trap '' TERM; $waits"
tap_true "kill -s KILL" rf kill -s KILL "$box"
ends 137
tap_result $? "KILL ends the ring" "want status 137"

start "$box" --init=false -- sh -c "trap 'exit 5' TERM; $waits"
tap_true "kill without an init" rf kill "$box"
ends 5
tap_result $? "TERM reaches it" "want status 5"

start "$box-1" -- sh -c "trap 'exit 6' TERM; $waits"
first=$launcher
start "$box-2" -- sh -c "trap 'exit 6' TERM; $waits"
tap_exit 1 "several, one of them absent: 1" rf kill "$box-1" "$box-0" "$box-2"
case $tap_out in *"$box-0"*) true ;; *) false ;; esac
tap_result $? "it says which" "want $box-0 named"
ends 6
tap_result $? "the one behind it got the signal" "want status 6"
launcher=$first
ends 6
tap_result $? "the one before it got the signal" "want status 6"

tap_exit 1 "no such ring" rf kill "$box"
for signal in 0 65 32 NOSUCH '' -1 9x STOP; do
    tap_exit 125 "signal \"$signal\" is refused" rf kill -s "$signal" "$box"
done
tap_exit 125 "which ring?" rf kill
tap_end
