#!/bin/bash
# ps, and the files behind it: what runs is listed, what has ended leaves nothing, and no strange file is believed.
# shellcheck disable=SC2317 # functions are called by tap_*
# shellcheck source=tests/tap.sh
. "$RF_TOP/tests/tap.sh"

export XDG_RUNTIME_DIR=$TMPDIR
box=ps$$
rf() { "$RINGFENCE" "$@"; }
lists() { rf ps | grep -q "^$1 "; }
misses() { ! lists "$1"; }

# Wait until ps lists ring $1, or with ! before it, does not.
await() {
    for _ in $(seq 100); do
        if [ "$1" = ! ]; then misses "$2" && return 0; else lists "$1" && return 0; fi
        sleep 0.05
    done
    return 1
}

tap_says "NAME" "a table with a head" rf ps
tap_true "no ring of ours yet" misses "$box"
"$RINGFENCE" run --name "$box" --host --user 4711 -- sh -c 'sleep 100; echo "$0"' $'esc\033[31m"quote' >/dev/null 2>&1 </dev/null &
launcher=$!
tap_true "a ring is listed" await "$box"
tap_says "4711:4711" "with its user" rf ps
tap_says 'esc\x1b[31m' "with its words, and none that moves a terminal" rf ps
pid=$(rf ps | awk -v name="$box" '$1 == name { print $2 }')
tap_says "ringfence-init" "with the pid of its first process" sh -c "tr '\\0' ' ' </proc/$pid/cmdline"

# --- JSON ---
query() { rf ps --json | jq -r ".[] | select(.name == \"$box\") | $1"; }
tap_true "JSON is JSON" sh -c '"$RINGFENCE" ps --json | jq -e "type == \"array\""'
tap_says "$pid" "JSON: pid" query .pid
tap_says "$launcher" "JSON: launcher_pid" query .launcher_pid
tap_says 4711 "JSON: uid" query .uid
tap_says $'esc\033[31m"quote' "JSON: the words as they are" query '.command[3]'
tap_says false "JSON: debug_root" query .debug_root
started=$(date -d "$(query .started)" +%s)
tap_out="started $started, now $(date +%s)"
[ "$started" -le "$(date +%s)" ] && [ "$started" -gt $(($(date +%s) - 60)) ]
tap_result $? "JSON: started" "want the last minute"

# --- the file ---
dir=''
for place in "$XDG_RUNTIME_DIR/ringfence" /run/ringfence "/dev/shm/ringfence-$(id -u)" "/tmp/ringfence-$(id -u)"; do
    [ -e "$place/$box.$launcher" ] && dir=$place
done
[ -n "$dir" ]
tap_result $? "it has a file" "no $box.$launcher in any place"
tap_says "700 $(id -u)" "its directory is ours alone" stat -c '%a %u' "$dir"
tap_says "600 $(id -u)" "so is the file" stat -c '%a %u' "$dir/$box.$launcher"

# --- names ---
tap_says "running" "its name is in use" rf run --name "$box" --host -- true
tap_exit 125 "so nothing was run" rf run --name "$box" --host -- true
tap_exit 125 "a name that is made up cannot be asked for" rf run --name rf-12 --host -- true
tap_true "another name is free" rf run --name "$box-2" --host -- true
"$RINGFENCE" run --host -- sleep 100 >/dev/null 2>&1 </dev/null &
unnamed=$!
tap_true "a run without a name has one" await "rf-$unnamed"
kill -TERM "$unnamed"
wait "$unnamed" 2>/dev/null
tap_true "of 2 that want one name at one time at most one gets it" bash -c '
    "$RINGFENCE" run --name '"$box"'-race --host -- sleep 1 2>/dev/null & a=$!
    "$RINGFENCE" run --name '"$box"'-race --host -- sleep 1 2>/dev/null & b=$!
    wait $a; a=$?; wait $b; b=$?
    [ "$a $b" = "0 125" ] || [ "$a $b" = "125 0" ]'

# --- files that no launcher wrote ---
before=$(cksum <"$dir/$box.$launcher")
head -c 3000 "$dir/$box.$launcher" >"$dir/cut.$launcher"
chmod 600 "$dir/cut.$launcher"
tap_says "run file of cut" "a file that is cut is pointed out" rf ps
tap_true "and does not hide the others" lists "$box"
tap_exit 125 "exec does not believe it" rf exec cut true
tap_exit 1 "kill does not believe it" rf kill cut
tap_true "and it stays for its owner to look at" test -e "$dir/cut.$launcher"
rm -f "$dir/cut.$launcher"
cp "$dir/$box.$launcher" "$dir/other.$$"
tap_says "run file of other" "a file under another launcher's number is not believed" rf ps
tap_exit 125 "exec does not believe it either" rf exec other true
rm -f "$dir/other.$$"
cp "$dir/$box.$launcher" "$dir/open.$launcher"
chmod 644 "$dir/open.$launcher"
tap_says "run file of open" "a file that others may read is not believed" rf ps
rm -f "$dir/open.$launcher"
ln -s "$dir/$box.$launcher" "$dir/link.$launcher"
tap_says "run file of link" "a link is not followed" rf ps
rm -f "$dir/link.$launcher"
mkfifo -m 600 "$dir/fifo.$launcher"
tap_says "run file of fifo" "a pipe is not waited for" timeout 5 "$RINGFENCE" ps
rm -f "$dir/fifo.$launcher"
cp -p "$dir/$box.$launcher" "$dir/flip.$launcher"
printf '\377\377\377\377' | dd of="$dir/flip.$launcher" bs=1 seek=$((2104 + 24)) conv=notrunc 2>/dev/null
tap_says "run file of flip" "a plan with an impossible number is not believed" rf ps
tap_exit 125 "exec runs nothing of it" rf exec flip true
rm -f "$dir/flip.$launcher"
[ "$before" = "$(cksum <"$dir/$box.$launcher")" ]
tap_result $? "the ring's own file is as it was" "it changed"

# --- endings ---
kill -KILL "$launcher"
wait "$launcher" 2>/dev/null
tap_true "SIGKILL of the launcher: not listed any more" await ! "$box"
for _ in $(seq 60); do [ -e "$dir/$box.$launcher" ] || [ -e "/proc/$pid" ] || break; sleep 0.05; done
tap_exit 1 "no file" test -e "$dir/$box.$launcher"
tap_exit 1 "no process" test -e "/proc/$pid"
tap_true "its name is free" rf run --name "$box" --host -- true
cp /dev/null "$dir/stale.$launcher" && chmod 600 "$dir/stale.$launcher"
tap_true "ps sweeps what a dead launcher left" rf ps
tap_exit 1 "it is gone" test -e "$dir/stale.$launcher"
left=$(find "$dir" -name "$box*")
tap_out=$left
[ -z "$left" ]
tap_result $? "nothing of ours is left" "want no file"
tap_exit 125 "ps takes no word" rf ps word
tap_end
