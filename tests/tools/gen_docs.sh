#!/bin/bash
# What gen-docs prints works: bash completes words that can be typed as they stand, and the pages have their parts.
# $1: gen-docs.
# shellcheck disable=SC2317 # functions are called by the completion
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

gen_docs=$1
# shellcheck source=/dev/null
. <("$gen_docs" completion bash)

# completes WANT WORD...: the last word is the one being typed.
completes() {
    local want=$1
    shift
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _ringfence
    tap_out=''
    [ "${COMPREPLY[*]}" = "$want" ]
    tap_result $? "${*:2}" "got \"${COMPREPLY[*]}\", want \"$want\""
}

# A program that answers as `ringfence ps` does.
rings() {
    printf 'NAME  PID  USER  STARTED  COMMAND\nscan  12  1:1  now  sleep 1\nrf-9  13  1:1  now  sleep 2\n'
}

completes "version" ringfence v
gen-docs-test() { :; } # a command that there is only once
completes "" ringfence nonsense --h
completes "--host --home --hostname --help" ringfence run --h
completes "run explain batch check rules exec ps kill netns version help" ringfence help ''
completes "--name --no-new-privileges --network --no-disk" ringfence run --n
completes "none loopback host" ringfence run --network ''
completes "none" ringfence run --network = n
completes "standard auto" ringfence run --userns ''
completes "text json" ringfence run --report-format ''
completes "ALL all" ringfence run --cap-drop ''
completes "landlock cgroup" ringfence run --allow-missing ''
completes "create delete" ringfence netns ''
completes "scan rf-9" rings exec ''
completes "scan" rings kill s
for pair in home:temporary seccomp:default passwd-entry:none cpus:none timeout:none; do
    COMP_WORDS=(ringfence run "--${pair%:*}" '')
    COMP_CWORD=3
    _ringfence
    tap_out=${COMPREPLY[*]}
    [[ " $tap_out " == *" ${pair#*:} "* && ! " $tap_out " =~ \ (PATH|FILE|LINE|NUMBER|TIME)\  ]]
    tap_result $? "--${pair%:*} offers ${pair#*:} and no placeholder" "want ${pair#*:}"
done
completes "" ringfence run --host -- id --
completes "gen-docs-test" ringfence run --host -- gen-docs-t

for page in ringfence ringfence-run ringfence-exec ringfence-ps ringfence-kill ringfence.yaml; do
    tap_says ".TH \"$page\"" "page $page" "$gen_docs" man "$page"
done
for part in DESCRIPTION OPTIONS "EXIT STATUS" EXAMPLES "SEE ALSO"; do
    tap_says ".SH $part" "ringfence-run(1) has $part" "$gen_docs" man ringfence-run
done
tap_exit 2 "no page of a verb that is not there" "$gen_docs" man ringfence-nonsense
tap_end
