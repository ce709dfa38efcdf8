#!/bin/sh
# --report says what was in force and what was written, and that nothing was only when that is so.
# Functions are called by name, and what sh -c gets it expands itself.
# shellcheck disable=SC2016,SC2317
# shellcheck source=tests/tap.sh
. "$RF_TOP/tests/tap.sh"

# reported FILTER OPTION... -- COMMAND...: what jq says about the report; the output goes nowhere.
reported() {
    filter=$1
    shift
    rm -f r.json
    "$RINGFENCE" run --report r.json "$@" >/dev/null 2>&1 </dev/null
    jq -e "$filter" r.json
}

is_disk() {
    case $(stat -f -c %T "$1") in tmpfs | ramfs) return 1 ;; esac
}

has_swap() {
    [ "$(wc -l </proc/swaps)" -gt 1 ]
}

command -v jq >/dev/null || { echo "jq is missing"; exit 77; }
chmod 777 .
mkdir -m 777 volume

tap_true "is JSON" reported '.format == "ringfence-report/1" and .started and .exit_code == 0' --host -- true
tap_true "keeps the exit code" reported '.exit_code == 7 and .failure == null' --host -- sh -c 'exit 7'
tap_true "names the signal" reported '.exit_code == 137 and .signal == 9' --host -- sh -c 'kill -9 $$'
tap_true "no id is 0" reported '.inside.uid_0 == false and
    ([.inside.uid[], .inside.gid[]] | all(. == 1234))' --host --user 1234 -- true
tap_true "no capability in any set" reported '[.inside.capabilities[]] | length == 5 and all(test("^0+$"))' --host -- true
tap_true "no_new_privs and a filter" reported \
    '.inside | .no_new_privs == 1 and .seccomp_mode == 2 and .seccomp_filters >= 1' --host -- true
tap_true "without a filter it says so" reported '.inside.seccomp_mode == 0' --host --seccomp unconfined -- true
tap_true "its own name spaces" reported \
    '[.inside.namespaces[] | .own] | length == 7 and all' --host -- true
tap_true "the caller's network is the caller's" reported \
    '[.inside.namespaces[] | select(.name == "net")][0].own == false' --host --network host -- true
tap_true "limits as they are" reported \
    '[.inside.limits[] | select(.name == "Max open files")][0] | .soft == "100" and .hard == "200"' \
    --host --ulimit nofile=100:200 -- true
tap_true "the root is read-only" reported \
    '[.mounts[] | select(.path == "/" and (.hidden | not))] | length == 1 and .[0].read_only' --host -- true
tap_true "how full a tmpfs is" reported \
    '[.mounts[] | select(.path == "/tmp" and (.hidden | not))][0].used_bytes >= 100000' \
    --host -- sh -c 'head -c 100000 /dev/zero >/tmp/x'
tap_true "a time" reported '.time.total_us >= 100000 and .time.setup_us < .time.total_us' --host -- sleep 0.1
tap_true "timed out" reported '.timed_out and .exit_code == 124' --host --timeout 200ms -- sleep 10
tap_says "timed out after 200ms (--timeout)" "says on standard error what ended it" \
    "$RINGFENCE" run --host --timeout 200ms -- sleep 10

# --- what was written ---
if has_swap; then
    tap_skip "nothing on disk" "this machine swaps"
else
    tap_true "nothing on disk" reported '.disk.nothing_written and .disk.write_bytes == 0' \
        --host -- sh -c 'head -c 1000000 /dev/zero >/tmp/x'
    tap_true "nothing on disk with no_disk" reported '.disk.nothing_written' --host --no-disk -- sh -c 'echo >/tmp/x'
fi
if is_disk .; then
    tap_true "1 MiB on a volume" reported '.disk | .write_bytes >= 1048576 and .all_below == "/srv" and
        (.nothing_written | not)' --host -v "$PWD/volume:/srv" -- sh -c 'head -c 1048576 /dev/zero >/srv/x'
    tap_true "and written by somebody left behind" reported '.disk.write_bytes >= 1048576' \
        --host -v "$PWD/volume:/srv" -- sh -c \
        '{ head -c 1048576 /dev/zero >/srv/y; : >/tmp/done; sleep 60; } & while ! [ -e /tmp/done ]; do sleep 0.05; done'
    tap_true "a writable volume alone is no proof" reported \
        '(.disk.nothing_written | not) and .disk.writable_disk_mounts == 1' --host -v "$PWD/volume:/srv" -- true
    tap_true "a read-only volume is" reported '.disk.writable_disk_mounts == 0' --host -v "$PWD/volume:/srv:ro" -- true

    "$RINGFENCE" run --host --report o.json -- sh -c 'head -c 1000000 /dev/zero' >output 2>/dev/null
    tap_true "output on a disk is the ring's" jq -e '(.disk.nothing_written | not) and .disk.write_bytes >= 1000000 and
        .disk.standard_files[0].name == "standard output"' o.json
    "$RINGFENCE" run --host --no-disk --report o.json -- sh -c 'head -c 1000000 /dev/zero' >output 2>/dev/null
    tap_true "with no_disk it is the launcher's" jq -e '.disk.write_bytes == 0' o.json
    tap_true "and whole" test "$(wc -c <output)" = 1000000
else
    tap_skip "what is written to disks" "$PWD lies in memory"
fi

# --- what could not be seen, or did not run ---
tap_true "without init it is unknown" reported \
    '.inside.uid_0 == null and .inside.groups == null and .mounts == [] and (.disk.nothing_written | not)' \
    --host --init=false -- true
tap_true "a step that failed" reported '(.started | not) and .exit_code == 125 and
    .failure.kind == "chdir" and .failure.errno == 2 and .failure.step > 1' --host -w /no/such/place -- true
tap_true "a command that is not there" reported '.exit_code == 127 and .failure.kind == "exec"' --host -- /no/such
tap_true "a plan that was refused" reported '.exit_code == 125 and .hash == null and (.failure.message | length) > 9' \
    --host --tmpfs /no/such/place -- true
tap_true "leaves no other file" sh -c '! ls -A | grep "^\.r\.json"'
tap_exit 125 "a report that cannot be written is found out first" \
    "$RINGFENCE" run --host --report no/such/dir/r -v "$PWD/volume:/srv" -- touch /srv/started
tap_exit 1 "and nothing was run" test -e volume/started
tap_says "uid 0              no" "text on standard error" "$RINGFENCE" run --host --report - -- true
tap_true "standard output is the workload's" sh -c \
    '[ "$("$RINGFENCE" run --host --report - -- echo only 2>/dev/null)" = only ]'
tap_end
