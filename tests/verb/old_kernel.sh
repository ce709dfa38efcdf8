#!/bin/sh
# Kernel features forced away: a clear refusal, and never a weaker ring in silence.
# shellcheck source=tests/tap.sh
. "$RF_TOP/tests/tap.sh"

# refused CALL TEXT: nothing runs, the exit code is the launcher's own, and the sentence names what is missing.
refused() {
    marker=$TMPDIR/ran.$1
    tap_out=$("$WITHOUT" "$1" "$RINGFENCE" run --host -v "$TMPDIR:/tmp/out" -- touch "/tmp/out/ran.$1" 2>&1)
    status=$?
    [ "$status" = 125 ] && [ ! -e "$marker" ]
    tap_result $? "without $1 nothing runs" "exit status $status, want 125; $marker"
    case $tap_out in
        *"$2"*) tap_result 0 "without $1 the sentence says \"$2\"" ;;
        *) tap_result 1 "without $1 the sentence says \"$2\"" "" ;;
    esac
}

chmod 777 "$TMPDIR"
refused openat2 "openat2"
refused clone3 "clone3 is missing"
refused mount_setattr "mount_setattr"
refused open_tree "Linux 5.12"
refused move_mount "Linux 5.12"
refused pivot_root "pivot-root"
refused landlock "--allow-missing landlock"
refused seccomp "seccomp"
refused close_range "close_range"

tap_says "missing by --allow-missing: landlock" "a missing layer that was named as dispensable is said" \
    "$WITHOUT" landlock "$RINGFENCE" run --host --allow-missing landlock -- true
tap_true "and the rest of the ring holds" \
    "$WITHOUT" landlock "$RINGFENCE" run --host --allow-missing landlock -- \
    sh -c 'grep -q "^Seccomp:.2" /proc/self/status && grep -q "^CapBnd:.0*$" /proc/self/status && ! touch /x 2>/dev/null'
tap_exit 125 "naming another layer does not help" \
    "$WITHOUT" landlock "$RINGFENCE" run --host --allow-missing cgroup -- true
tap_true "a kernel without keyrings has no key to hide" "$WITHOUT" keyctl "$RINGFENCE" run --host -- true
tap_end
