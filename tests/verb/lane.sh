#!/bin/sh
# Are the callers of the other scripts here what tests/run-lane says they are?
# shellcheck source=tests/tap.sh
. "$RF_TOP/tests/tap.sh"

effective_caps() {
    sed -n 's/^CapEff:[[:space:]]*0*//p' /proc/self/status
}

mapped_ids() {
    awk '{ sum += $3 } END { print sum }' /proc/self/uid_map
}

case $RF_LANE in
    root)
        tap_true "is root" test "$(id -u)" = 0
        tap_true "has capabilities" test -n "$(effective_caps)"
        ;;
    user)
        tap_true "is not root" test "$(id -u)" != 0
        tap_true "has no capability" test -z "$(effective_caps)"
        tap_true "has no group of root's" sh -c '! id -G | grep -qw 0'
        ;;
    userns)
        tap_true "looks like root" test "$(id -u)" = 0
        tap_true "has one id only" test "$(mapped_ids)" = 1
        ;;
    *) tap_true "is a known caller" false ;;
esac
tap_true "reaches the program" test -x "$RINGFENCE"
tap_true "reaches the tree" test -r "$RF_TOP/meson.build"
tap_true "owns an empty home" test -w "$HOME" -a -z "$(ls -A "$HOME")"
tap_true "owns a place for temporary files" touch "$TMPDIR/x"
tap_end
