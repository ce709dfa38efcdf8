#!/bin/bash
# shellcheck disable=SC2317 # functions are called by name
# `ringfence check --live`: what runs on this machine, whoever started it.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

if [ ! -x "$(dirname "$RINGFENCE")/ringfence-tools" ]; then
    tap_skip check_live "built without ringfence-tools"
    tap_end
fi

# live: the findings as "RULE SUBJECT", a line each
live() {
    "$RINGFENCE" check --live --json 2>/dev/null | jq -r '.findings[] | "\(.id) \(.subject)"'
}

# --- a container without an engine: its own name spaces and root
name=busybox-$$
mkdir root
busybox_root root || { tap_skip check_live "no static busybox"; tap_end; }
cp root/bin/busybox "root/bin/$name"
unshare --user --map-root-user --mount --pid --net --fork --kill-child chroot root "/bin/$name" sleep 30 2>/dev/null &
started=$!
is_there() { live | grep -q "$name"; }
wait_until is_there
out=$(live | grep "$name")
holds "a container of unshare's is found by its program" "$name" "$out"
[ "$RF_LANE" != root ] || holds "and runs as root" "RF-USER-001" "$out"
kill "$started" 2>/dev/null
pkill -f "$name" 2>/dev/null

# --- a ring of ours
"$RINGFENCE" run --host --name "$name" -- sh -c 'sleep 30; true' >/dev/null 2>&1 &
ring=$!
wait_until sh -c "'$RINGFENCE' ps | grep -q $name"
out=$(live)
lacks "a ring does not run as root" "RF-USER-001 sh" "$out"
lacks "has no capabilities" "RF-CAP-001 sh" "$out"
lacks "and can gain none" "RF-NNP-001 sh" "$out"
kill -KILL "$ring"

same "kernel threads are no workloads" "" "$(live | grep kdevtmpfs)"
"$RINGFENCE" check --live --summary >/dev/null 2>&1
case $? in 0 | 1) code=yes ;; *) code=no ;; esac
same "it ends with 0 or 1" yes $code
tap_end
