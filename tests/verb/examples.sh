#!/bin/bash
# Every example shows what it promises.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

for run in "$RF_TOP"/examples/*/run; do
    name=$(basename "$(dirname "$run")")
    tap_out=$(timeout 60 "$run" 2>&1)
    status=$?
    if [ $status = 77 ]; then
        tap_skip "$name" "$(tail -n 1 <<<"$tap_out")"
        continue
    fi
    [ $status = 0 ]
    tap_result $? "$name" "exit status $status"
    tap_true "$name has a README" test -s "$(dirname "$run")/README.md"
    same "$name leaves nothing in TMPDIR" "" "$(ls -A "$TMPDIR")"
done
tap_end
