# shellcheck shell=sh
# TAP for test scripts: `. "$RF_TOP/tests/tap.sh"`, then any number of these, then `tap_end`.
#
#   tap_true  NAME COMMAND...         passes when the command succeeds
#   tap_exit  STATUS NAME COMMAND...  passes when it ends with that status
#   tap_says  TEXT NAME COMMAND...    passes when what it prints, on either stream, holds TEXT; its status does not count
#   tap_skip  NAME WHY
#
# After each of the first three $tap_out holds what was printed.

tap_count=0
tap_failed=0
tap_out=''

# tap_result IS_OK NAME EXPLANATION
tap_result() {
    tap_count=$((tap_count + 1))
    if [ "$1" = 0 ]; then
        printf 'ok %d - %s\n' "$tap_count" "$2"
    else
        tap_failed=$((tap_failed + 1))
        printf 'not ok %d - %s\n' "$tap_count" "$2"
        printf '%s\n' "$3" "$tap_out" | sed 's/^/#   /'
    fi
}

tap_exit() {
    tap_want=$1
    tap_name=$2
    shift 2
    tap_out=$("$@" 2>&1)
    tap_status=$?
    [ "$tap_status" = "$tap_want" ]
    tap_result $? "$tap_name" "exit status $tap_status, want $tap_want, of: $*"
}

tap_true() {
    tap_exit 0 "$@"
}

tap_says() {
    tap_want=$1
    tap_name=$2
    shift 2
    tap_out=$("$@" 2>&1)
    case $tap_out in
        *"$tap_want"*) tap_result 0 "$tap_name" ;;
        *) tap_result 1 "$tap_name" "want \"$tap_want\" in the output of: $*" ;;
    esac
}

tap_skip() {
    tap_count=$((tap_count + 1))
    printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

tap_end() {
    printf '1..%d\n' "$tap_count"
    [ "$tap_failed" = 0 ]
    exit $?
}
