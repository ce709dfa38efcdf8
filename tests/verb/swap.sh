#!/bin/sh
# Swap is a disk: with some on, a report says that nothing was written only when nothing went there. 16 MiB of it are
# turned on for the whole machine, so this runs alone.
# Functions are called by name.
# shellcheck disable=SC2317
# shellcheck source=tests/tap.sh
. "$RF_TOP/tests/tap.sh"

clean() {
    [ -z "${loop-}" ] || swapoff "$loop" 2>/dev/null
    [ -z "${loop-}" ] || losetup -d "$loop"
}

# swapout WHERE OPTION...: "" for memory, else a file; the report is r.json, what went out in KiB is in `out`, by a pipe:
# a file on a disk would be a way to write there.
swapout() {
    where=$1
    shift
    rm -f r.json
    # shellcheck disable=SC2086 # none or one word
    "$RINGFENCE" run --host --report r.json -v "$SWAPOUT:/var/tmp/swapout:ro" "$@" -- /var/tmp/swapout $where \
        2>&1 </dev/null | cat >out
}

# says FILTER: jq on the last report
says() {
    jq -e "$1" r.json || { cat out r.json; return 1; }
}

for tool in jq losetup mkswap swapon; do
    command -v $tool >/dev/null || { echo "$tool is missing"; exit 77; }
done
[ "$(wc -l </proc/swaps)" = 1 ] || { echo "this machine swaps: what it writes out is not ours alone"; exit 77; }
trap clean EXIT
trap 'exit 99' HUP INT TERM
head -c 16M /dev/zero >swap && chmod 600 swap && mkswap swap >/dev/null
loop=$(losetup -f --show swap 2>&1) || { echo "no loop device: $loop"; loop=''; exit 77; }
why=$(swapon "$loop" 2>&1) || { echo "swapon is refused: $why"; exit 77; }

has_noswap=0
mkdir m && mount -t tmpfs -o noswap,size=4k none m 2>/dev/null && umount m && has_noswap=1

# --- nothing goes out ---
"$RINGFENCE" run --host --report r.json -- true </dev/null 2>&1 | cat >out
tap_true "no page went out, and that is a proof" says \
    '.disk | .nothing_written and .swap.on and .swap.pages_out == 0'
tap_says "on; no page was written to it" "in the text too" "$RINGFENCE" run --host --report - -- true

# --- memory of a process ---
swapout ""
if [ "$(jq -r .disk.swap.kept_out_by.process_memory r.json)" = "control group" ]; then
    tap_true "a group of version 2 keeps memory in" test "$(cat out)" = 0
    tap_true "and the report knows" says '.disk.nothing_written'
else
    tap_true "memory went to swap" test "$(cat out)" -ge 4000
    tap_true "and the report does not call it nothing" says '.disk | (.nothing_written | not) and .write_bytes == 0 and
        .swap.pages_out >= 1000 and .swap.kept_out_by.process_memory == "nothing" and
        (.verdict | test("memory of the ring.s processes"))'
    # Version 1 counts swap together with memory, and that closes nothing.
    swapout "" --memory 64m --allow-missing cgroup
    tap_true "nor with a limit of version 1" says '.disk | (.nothing_written | not) and .swap.pages_out >= 1000'
fi

# --- temporary files ---
if [ "$has_noswap" = 1 ]; then
    for place in /tmp/x /dev/shm/x; do
        swapout $place
        tap_true "$place stays in memory" test "$(cat out)" = 0
        tap_true "and the report knows why" says '.disk | .nothing_written and .swap.pages_out == 0 and
            .swap.kept_out_by.temporary_files == "noswap"'
    done
    mkdir root root/dev root/proc root/tmp root/top
    chmod 1777 root/top
    "$RINGFENCE" run --rootfs root --read-only=false --report r.json -v "$SWAPOUT:/swapout:ro" -v /lib:/lib:ro \
        -v /usr:/usr:ro -v /lib64:/lib64:ro -- /swapout /top/x 2>&1 </dev/null | cat >out
    tap_true "what is written above a root stays in memory" test "$(cat out)" = 0
    tap_true "which no list of mounts shows" says '.disk.swap.kept_out_by.temporary_files == "noswap"'
    "$RINGFENCE" run --scratch --report r.json -v "$SWAPOUT:/swapout:ro" -v /lib:/lib:ro --read-only=false \
        -v /usr:/usr:ro -v /lib64:/lib64:ro -- /swapout /x 2>&1 </dev/null | cat >out
    tap_true "an empty root stays in memory" test "$(cat out)" = 0
    tap_true "and is a temporary file too" says '.disk.swap.kept_out_by.temporary_files == "noswap"'
else
    tap_skip "temporary files stay in memory" "this kernel has no noswap (Linux 6.4)"
fi

# A name space of the ring's own may not ask for it.
swapout /tmp/x --userns auto
if [ "$(jq -r .disk.swap.kept_out_by.temporary_files r.json)" = nothing ]; then
    tap_true "elsewhere files go to swap" test "$(cat out)" -ge 4000
    tap_true "and the report says so" says \
        '.disk | (.nothing_written | not) and (.verdict | test("temporary files of the ring and memory"))'
else
    tap_true "elsewhere the group keeps files in" says '.disk.swap.kept_out_by.temporary_files == "control group"'
fi

# --- a volume in memory ---
mount -t tmpfs none m && chmod 777 m
swapout /srv/x -v "$PWD/m:/srv"
tap_true "a volume in memory is not kept in" says '.disk.swap.kept_out_by.memory_volumes == "nothing"'
tap_true "and what went out is no proof" says '.disk | .swap.pages_out >= 1000 and (.nothing_written | not)'
umount m
tap_end
