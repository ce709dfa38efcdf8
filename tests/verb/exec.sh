#!/bin/bash
# exec: a further process in a running ring is held by all that holds the ring's own, and ends as its caller expects.
# shellcheck disable=SC2317 # functions are called by tap_*
# shellcheck source=tests/tap.sh
. "$RF_TOP/tests/tap.sh"

export XDG_RUNTIME_DIR=$TMPDIR
box=exec$$
rf() { "$RINGFENCE" "$@"; }

# Started with the options given, and in the background; ready when exec can enter.
start() {
    local name=$1
    shift
    "$RINGFENCE" run --name "$name" "$@" >/dev/null 2>&1 </dev/null &
    for _ in $(seq 100); do
        rf exec "$name" true 2>/dev/null && return 0
        sleep 0.05
    done
    return 1
}

# A field of /proc/self/status of a process that exec starts with the options given.
field() {
    local name=$1
    shift
    rf exec "$@" sed -n "s/^$name:[[:space:]]*//p" /proc/self/status
}

same_in_ring() { # FILE: the same text for the workload (pid 2) and for the process that comes in
    [ "$(rf exec "$box" cat "/proc/2/$1")" = "$(rf exec "$box" cat "/proc/self/$1")" ]
}

tap_true "a ring runs" start "$box" --host --memory 256m --allow-missing cgroup --env COLOUR=red --debug-root -- sleep 100

# --- the same layers ---
tap_says "10001	10001	10001	10001" "the ring's uid" field Uid "$box"
tap_says "10001	10001	10001	10001" "the ring's gid" field Gid "$box"
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
    tap_says 0000000000000000 "no $set" field "$set" "$box"
done
tap_says 1 "no new privileges" field NoNewPrivs "$box"
tap_says 2 "a filter" field Seccomp "$box"
tap_says 1 "one filter" field Seccomp_filters "$box"
tap_true "the workload's limits" same_in_ring limits
tap_true "the workload's mounts" same_in_ring mountinfo
tap_true "the workload's control groups" same_in_ring cgroup
for ns in pid mnt net ipc uts cgroup; do
    outside=$(readlink "/proc/self/ns/$ns")
    tap_out=$(rf exec "$box" readlink "/proc/1/ns/$ns" "/proc/self/ns/$ns" 2>&1)
    inside=$(printf '%s\n' "$tap_out" | tail -n 1)
    [ -n "$inside" ] && [ "$inside" != "$outside" ]
    tap_result $? "another $ns name space than outside" "inside $inside, outside $outside"
done
tap_says "ringfence-init" "it sees the ring's processes" rf exec "$box" sed 's/\x00.*//' /proc/1/cmdline
tap_exit 1 "it sees no others" rf exec "$box" test -e "/proc/$$/status"
tap_says "Read-only file system" "the root is read-only" rf exec "$box" touch /usr/x
tap_exit 1 "no network" rf exec "$box" grep -qv -e lo: -e Inter -e face /proc/net/dev
tap_says "Operation not permitted" "the filter refuses" rf exec "$box" unshare --user true
if "$RINGFENCE" run --host -- cat /sys/kernel/security/lsm 2>/dev/null | grep -q landlock ||
    grep -q landlock /sys/kernel/security/lsm 2>/dev/null; then
    tap_says "Permission denied" "Landlock refuses" rf exec "$box" sh -c 'echo >/proc/self/comm'
fi
tap_true "what one writes the other reads" rf exec "$box" sh -c 'echo shared >/tmp/x'
tap_says shared "on the same tmpfs" rf exec "$box" cat /tmp/x
tap_exit 0 "nothing is open but its three" rf exec "$box" sh -c 'for n in 3 4 5 6 7 8 9; do ! test -e /proc/$$/fd/$n || exit 1; done'

# --- words ---
tap_says red "the ring's environment" rf exec "$box" sh -c 'echo $COLOUR'
tap_says "blue new" "its own environment" rf exec -e COLOUR=blue -e NEW=new "$box" sh -c 'echo $COLOUR $NEW'
tap_says /usr/lib "its own directory" rf exec -w /usr/lib "$box" pwd
tap_exit 125 "a directory that is not there" rf exec -w /nowhere "$box" pwd
tap_says "magic link" "a directory through a magic link" rf exec -w /proc/self/cwd "$box" pwd
tap_out=$(echo input | rf exec -i "$box" cat)
[ "$tap_out" = input ]
tap_result $? "standard input" "want \"input\""

# --- endings ---
tap_exit 7 "its exit status" rf exec "$box" sh -c 'exit 7'
tap_exit 137 "128 + signal" rf exec "$box" sh -c 'kill -KILL $$'
tap_exit 127 "127: no such command" rf exec "$box" nosuchcommand
tap_exit 126 "126: no program" rf exec "$box" /etc/passwd
tap_exit 125 "125: no such ring" rf exec "no$box" true
tap_exit 125 "125: a name is a name, not a path" rf exec "../$box" true
tap_exit 125 "125: no command" rf exec "$box"

"$RINGFENCE" exec "$box" sh -c 'trap "exit 9" TERM; touch /tmp/ready; while :; do sleep 0.05; done' &
helper=$!
for _ in $(seq 100); do rf exec "$box" test -e /tmp/ready && break; sleep 0.05; done
kill -TERM "$helper"
wait "$helper"
tap_out="status $?"
[ "$tap_out" = "status 9" ]
tap_result $? "signals are passed on" "want status 9"

# Whether a process of ring $1 runs `sleep $2`. The pattern does not find itself.
sleeps() { rf exec "$1" sh -c "grep -qsa '[s]leep.$2' /proc/[0-9]*/cmdline"; }

marker=$((RANDOM + 100000))
"$RINGFENCE" exec "$box" sleep "$marker" &
helper=$!
for _ in $(seq 100); do sleeps "$box" "$marker" && break; sleep 0.05; done
tap_true "a process to be killed" sleeps "$box" "$marker"
kill -KILL "$helper"
wait "$helper" 2>/dev/null
gone=1
for _ in $(seq 40); do
    sleeps "$box" "$marker" || { gone=0; break; }
    sleep 0.05
done
tap_result "$gone" "the process dies with exec" "sleep $marker still runs"

# --- terminals ---
tap_says "/dev/" "-t: a terminal, though the ring has none" rf exec -t "$box" readlink /proc/self/fd/0
tap_exit 0 "-t: all three are it" rf exec -t "$box" sh -c 'test -t 0 && test -t 1 && test -t 2'
tap_exit 1 "without -t there is none" rf exec "$box" test -t 0
tap_true "a ring with a terminal runs" start "$box-t" --host -t -- sleep 100
tap_says "/dev/pts/" "-t: one of its own" rf exec -t "$box-t" tty
rf kill -s KILL "$box-t"

# --- users ---
for user in +0 -0 0x0 ' 0' 0:5 5:0 4294967296 65536 '' toor:root; do
    tap_exit 125 "-u \"$user\" is refused" rf exec -u "$user" "$box" true
done
if [ "$RF_LANE" = root ]; then
    tap_says "uid=4711 gid=4712 groups=4712" "-u UID:GID" rf exec -u 4711:4712 "$box" id
    tap_says "0000000000000000" "-u UID: no capability" field CapBnd -u 4711 "$box"
    tap_says "uid=65534(nobody)" "-u NAME" rf exec -u nobody "$box" id
    tap_exit 125 "-u of a name that is not there" rf exec -u nosuchuser "$box" id
else
    tap_says "one id" "-u of another id is refused" rf exec -u 4711 "$box" id
    tap_says "uid=10001" "-u of the ring's own id" rf exec -u 10001 "$box" id
fi
for user in 0 00 root 0:0 root:root; do
    tap_says "uid 0 is running in $box (debug_root)" "-u $user is announced" rf exec -u "$user" "$box" id -u
    [ "$(printf '%s\n' "$tap_out" | tail -n 1)" = 0 ]
    tap_result $? "-u $user is 0" "want 0 as the last line"
done
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
    tap_says 0000000000000000 "debug root: no $set" field "$set" -u 0 "$box"
done
tap_says 1 "debug root: no new privileges" field NoNewPrivs -u 0 "$box"
tap_says 2 "debug root: a filter" field Seccomp -u 0 "$box"
tap_says "Read-only file system" "debug root: the root is read-only" rf exec -u 0 "$box" touch /usr/x
tap_exit 1 "debug root: no sysctl is written" rf exec -u 0 "$box" sh -c '(echo x >/proc/sys/kernel/hostname) 2>/dev/null || exit 1'
tap_says "ringfence-init" "debug root: in the ring" rf exec -u 0 "$box" sed 's/\x00.*//' /proc/1/cmdline
tap_true "a ring without debug root runs" start "$box-d" --host -- sleep 100
for user in 0 00 root 0:0; do
    tap_says "--debug-root" "-u $user is refused there" rf exec -u "$user" "$box-d" id -u
    tap_exit 125 "-u $user: 125" rf exec -u "$user" "$box-d" id -u
done
rf kill -s KILL "$box-d"

# --- a ring without a pid 1 of ours, and the end of a ring ---
tap_true "a ring without an init runs" start "$box-n" --host --init=false -- sleep 100
tap_says "uid=10001" "exec enters it" rf exec "$box-n" id
"$RINGFENCE" exec "$box-n" sleep "$marker" &
helper=$!
for _ in $(seq 100); do sleeps "$box-n" "$marker" && break; sleep 0.05; done
rf kill -s KILL "$box-n"
wait "$helper"
tap_out="status $?"
[ "$tap_out" = "status 137" ]
tap_result $? "the process dies with the ring" "want status 137"

rf kill -s KILL "$box"
wait
tap_exit 125 "the ring is gone" rf exec "$box" true
tap_end
