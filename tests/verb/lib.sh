# shellcheck shell=bash
# What the tests of `run` share: `. "$RF_TOP/tests/verb/lib.sh"`, after it everything of tests/tap.sh too.
#
#   ring [FLAG...] -- COMMAND...     run in a ring on the host's root
#   probe [FLAG...] -- SCRIPT        the same for a shell script; what it prints is kept for `fact`
#   fact NAME                        the text behind "NAME=" in what the last probe printed
#   same NAME WANT GOT               passes when both are the same text
#   holds NAME PART TEXT             passes when TEXT has PART in it
#   lacks NAME PART TEXT             passes when it has not
#   refused NAME PART [FLAG...]      passes when run ends with 125, says PART, and has started nothing
#   pids_of PROGRAM NUMBER           the processes with that command line
#   wait_until COMMAND...            try for five seconds
#   busybox_root DIR                 make a small root file system, or fail when there is no static busybox
#   settled LAUNCHER                 wait until that process has left nothing; else false, and $tap_out says what.
#                                    The workload is found by the word $marker, a number, on its command line
# shellcheck source=tests/tap.sh
. "$RF_TOP/tests/tap.sh"

probed=''

ring() {
    "$RINGFENCE" run --host "$@"
}

probe() {
    local -a flags=()
    while [ "$1" != -- ]; do
        flags+=("$1")
        shift
    done
    probed=$(ring "${flags[@]}" -- /bin/sh -c "$2" 2>&1 </dev/null)
}

fact() {
    sed -n "s/^$1=//p" <<<"$probed"
}

same() {
    tap_out=''
    [ "$2" = "$3" ]
    tap_result $? "$1" "got \"$3\", want \"$2\""
}

holds() {
    tap_out=''
    [[ $3 == *"$2"* ]]
    tap_result $? "$1" "want \"$2\" in: $3"
}

lacks() {
    tap_out=''
    [[ $3 != *"$2"* ]]
    tap_result $? "$1" "want no \"$2\" in: $3"
}

# The words with which `refused` names the root.
root_words=(--host)
refused() {
    local name=$1 part=$2 status
    shift 2
    tap_out=$("$RINGFENCE" run "${root_words[@]}" "$@" -- /bin/echo HAS-STARTED 2>&1 </dev/null)
    status=$?
    [ "$status" = 125 ] && [[ $tap_out == *"$part"* && $tap_out != *HAS-STARTED* ]]
    tap_result $? "$name" "exit status $status, want 125 and \"$part\" from: $*"
}

busybox_root() {
    local busybox
    busybox=$(command -v busybox) || return 1
    mkdir -p "$1"/{bin,dev,proc,sys,tmp,etc,usr/bin,usr/lib,run,var,home,srv} || return 1
    cp "$busybox" "$1/bin/busybox" || return 1
    local tool
    for tool in sh cat id ls touch echo pwd true sleep mkdir cp rm test stat wc env nc grep readlink; do
        ln -sf busybox "$1/bin/$tool"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\nmarie:x:1234:2345::/home/marie:/bin/sh\ntoor:x:0:0::/:/bin/sh\n' \
        >"$1/etc/passwd"
    printf 'root:x:0:\nscans:x:2345:\nbig:x:70000:\n' >"$1/etc/group"
    chmod -R a+rX "$1"
    "$1/bin/true" 2>/dev/null
}

marker=300.$$$RANDOM
run_dirs=("/run/ringfence" "${XDG_RUNTIME_DIR:-/nonexistent}/ringfence" "/dev/shm/ringfence-$(id -u)" "/tmp/ringfence-$(id -u)")

leftovers() {
    local dir
    for dir in $(sed -n "s|^[0-9]*:\(memory\|pids\):|/sys/fs/cgroup/\1|p; s|^0::|/sys/fs/cgroup/unified|p" \
        /proc/self/cgroup); do
        [ -d "$dir/ringfence.$1" ] && echo "group $dir/ringfence.$1"
    done
    for dir in "${run_dirs[@]}"; do
        ls -d "$dir"/*".$1" 2>/dev/null # a run file is called NAME.LAUNCHER
    done
    grep -lsa "[3]${marker#3}" /proc/[0-9]*/cmdline 2>/dev/null # not the search itself
}

settled() {
    local i
    for i in 1 2 3 4 5 6 7 8 9 10 20 30 40; do
        tap_out=$(leftovers "$1")
        [ -z "$tap_out" ] && return 0
        sleep "0.0$i"
    done
    return 1
}

pids_of() {
    grep -alsE "^$1.${2/./[.]}.$" /proc/[0-9]*/cmdline | cut -d/ -f3
}

wait_until() {
    local i
    for ((i = 0; i < 250; i++)); do
        "$@" && return 0
        sleep 0.02
    done
    return 1
}

is_root() {
    [ "$RF_LANE" = root ]
}
