#!/bin/bash
# SIGKILL of the launcher at every system call it makes: no process, control group, mount or file stays behind.
# shellcheck source=tests/tap.sh
. "$RF_TOP/tests/tap.sh"

marker=killed.$$.$RANDOM
pattern="[k]${marker#k}" # so that grep does not find itself
memory=$(awk -F: '$2 == "memory" { print "/sys/fs/cgroup/memory" $3 }' /proc/self/cgroup)
pids=$(awk -F: '$2 == "pids" { print "/sys/fs/cgroup/pids" $3 }' /proc/self/cgroup)
run_dirs=("/run/ringfence" "${XDG_RUNTIME_DIR:-/nonexistent}/ringfence" "/dev/shm/ringfence-$(id -u)" "/tmp/ringfence-$(id -u)")

# What a run of launcher $1 left: names, or nothing.
leftovers() {
    local dir
    for dir in "$memory/ringfence.$1" "$pids/ringfence.$1" "/sys/fs/cgroup/unified/ringfence.$1"; do
        [ -d "$dir" ] && echo "group $dir"
    done
    for dir in "${run_dirs[@]}"; do
        ls -d "$dir"/*".$1" 2>/dev/null # a run file is called NAME.LAUNCHER
    done
    grep -lsa "$pattern" /proc/[0-9]*/cmdline 2>/dev/null
}

settled() {
    local left i
    for i in 1 2 3 4 5 6 7 8 9 10 20 30 40; do
        left=$(leftovers "$1")
        [ -z "$left" ] && return 0
        sleep "0.0$i"
    done
    tap_out="$left"
    return 1
}

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
