#!/bin/bash
# The manifest of examples/batch, by flags and as a pod.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

tap_out=$(timeout 220 "$RF_TOP/examples/batch/pod" 2>&1)
status=$?
text=$tap_out
[ $status != 77 ] || { tail -n 1 <<<"$text"; exit 77; }
[ $status = 0 ]
tap_result $? "pod.yaml is carried out" "exit status $status"
holds "by the flags that say the same" \
    "-u 1000:3000 --read-only --cap-drop ALL --security-opt no-new-privileges --memory 2g" "$text"
if [[ $text == *"skipped: "* ]]; then
    tap_skip "as a pod, with rings inside its container" "${text##*skipped: }"
else
    holds "as a pod, with rings inside its container" "user 1000:3000, read-only root, no capability" "$text"
fi
# What rings in a container need is what a checker finds, and nothing else of weight.
same "ringfence check finds what the README says" "RF-FS-004,RF-SEC-001" \
    "$("$RINGFENCE" check "$RF_TOP/examples/batch/pod.yaml" | grep -oE '[a-z]+ RF-[A-Z]+-[0-9]+' | grep -v '^low' |
        cut -d ' ' -f 2 | sort -u | paste -sd,)"
same "nothing is left in TMPDIR" "" "$(ls -A "$TMPDIR")"
tap_end
