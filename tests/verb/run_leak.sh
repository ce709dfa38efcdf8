#!/bin/bash
# Nothing stays behind: after a hundred starts, after a thousand at once, after a launcher that is killed.
# shellcheck disable=SC2317 # functions are called by wait_until
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

launchers=''
# Control groups bear their launcher's number, so that other tests' do not count.
groups_left() {
    local pid
    find /sys/fs/cgroup -maxdepth 8 -name 'ringfence.*' 2>/dev/null >"$TMPDIR/groups"
    for pid in $launchers; do
        grep -E "/ringfence\.$pid\$" "$TMPDIR/groups"
    done
}

has_no_groups() {
    [ -z "$(groups_left)" ]
}

children_left() {
    local pid
    for pid in $launchers; do
        [ -e "/proc/$pid/comm" ] && [ "$(cat "/proc/$pid/comm")" = "$(basename "$RINGFENCE")" ] && echo "$pid"
    done
    grep -als "300[.]$$" /proc/[0-9]*/cmdline
}

has_children() {
    [ -n "$(children_left)" ]
}

has_no_children() {
    [ -z "$(children_left)" ]
}

files() {
    find /run/ringfence "$TMPDIR" "$HOME" ! -name groups 2>/dev/null | sort
}

ring -- /bin/true # what is kept on purpose is there from the first start
mounts=$(wc -l </proc/self/mountinfo)
had=$(files)
same_mounts() {
    [ "$(wc -l </proc/self/mountinfo)" = "$mounts" ]
}

nothing_left() {
    tap_true "$1: no process" wait_until has_no_children
    tap_true "$1: no control group" wait_until has_no_groups
    tap_true "$1: no mount" wait_until same_mounts
    same "$1: no file" "$had" "$(files)"
    launchers=''
}

failed=0
for ((i = 0; i < 100; i++)); do
    "$RINGFENCE" run --host -- /bin/true &
    launchers+=" $!"
    wait $! || failed=$((failed + 1))
done
same "a hundred starts" 0 "$failed"
nothing_left "after a hundred"

for ((i = 0; i < 1000; i++)); do
    "$RINGFENCE" run --host -- /bin/sh -c 'exit 6' &
    launchers+=" $!"
done
failed=0
for pid in $launchers; do
    wait "$pid"
    [ $? = 6 ] || failed=$((failed + 1))
done
same "a thousand at once" 0 "$failed"
nothing_left "after a thousand"

for ((i = 0; i < 20; i++)); do
    "$RINGFENCE" run --host -- /bin/sleep "300.$$" &
    launchers+=" $!"
done
tap_true "twenty that sleep" wait_until has_children
for pid in $launchers; do # at whatever step each is
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null
done
nothing_left "after twenty that were killed"

for ((i = 0; i < 10; i++)); do
    "$RINGFENCE" run --host -v /usr:/tmp/usr:ro --workdir /no/such -- /bin/true 2>/dev/null &
    launchers+=" $!"
    "$RINGFENCE" run --host --tmpfs /srv -- no-such-command 2>/dev/null &
    launchers+=" $!"
    "$RINGFENCE" run --host --timeout 10ms --stop-timeout 10ms -- /bin/sleep "300.$$" &
    launchers+=" $!"
done
wait
nothing_left "after thirty that failed"
tap_end
