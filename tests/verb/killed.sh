#!/bin/bash
# SIGKILL of the launcher at every system call it makes: no process, control group, mount or file stays behind.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

n=0
while :; do
    n=$((n + 1))
    pid=$("$KILLED" "$n" "$RINGFENCE" run --name "k$$-$n" --memory 64m --host --allow-missing cgroup -- true "$marker" \
        2>/dev/null)
    status=$?
    if ! settled "$pid"; then
        tap_result 1 "killed at system call $n" "left behind:"
        break
    fi
    [ "$status" = 0 ] || break
done
tap_out="status $status"
[ "$status" = 3 ]
tap_result $? "killed at each of $((n - 1)) system calls and left nothing behind" "the last run did not end by itself"
[ "$n" -gt 60 ]
tap_result $? "the launcher makes more than 60 system calls" "only $n"
tap_end
