#!/bin/sh
# --explain prints the plan and starts nothing.
# Functions are called by name, and what sh -c gets it expands itself.
# shellcheck disable=SC2016,SC2317
# shellcheck source=tests/tap.sh
. "$RF_TOP/tests/tap.sh"

# A terminal-free page: no escape may be in it.
has_no_escape() {
    ! "$RINGFENCE" run --explain --host -- true | grep -q "$(printf '\033')"
}

# explained FILTER [OPTION...]: what jq says about the plan as JSON.
explained() {
    filter=$1
    shift
    "$RINGFENCE" run --explain=json "$@" --host -- true | jq -e "$filter"
}

# Where it came from is told apart: default, flag, and the line of a file.
names_the_line() {
    printf 'version: 1\nhost: true\nhostname: box\nmemory: 64m\nallow_missing: [cgroup]\n' >ringfence.yaml
    "$RINGFENCE" run --explain=json -f ringfence.yaml --hostname flag -- true >plan.json || return 1
    jq -e '[.layers[] | select(.layer == "memory limit")][0].from | test("ringfence.yaml:4$")' plan.json &&
        jq -e '[.steps[] | select(.kind == "hostname")][0].from == "flag"' plan.json &&
        jq -e '[.steps[] | select(.kind == "chdir")][0].from == "default"' plan.json &&
        jq -e '[.steps[] | select(.kind == "private-mounts")][0].from == "always"' plan.json
}

tap_says "no_new_privs       on" "names a layer" "$RINGFENCE" run --explain --host -- true
tap_says "landlock-enforce" "names a step" "$RINGFENCE" run --explain --host -- true
tap_says "# memory: default" "names key and origin" "$RINGFENCE" run --explain --host -- true
tap_true "starts nothing" sh -c '"$RINGFENCE" run --explain --host -v "$HOME:/srv" -- touch /srv/started && ! [ -e started ]'
tap_says "/no/such/program" "explains what could not be run" "$RINGFENCE" run --explain --host -- /no/such/program
tap_true "two plans of one posture are equal" sh -c \
    '"$RINGFENCE" run --explain --host -- true >a && "$RINGFENCE" run --explain --host -- true >b && cmp a b'
tap_true "no colour without a terminal" has_no_escape
tap_exit 125 "a refusal is no plan" "$RINGFENCE" run --explain --host --tmpfs /no/such/place -- true
tap_true "shows no value of the environment" sh -c \
    '! "$RINGFENCE" run --explain --host -e KEY=hunter2 -- true | grep hunter2'
if command -v jq >/dev/null; then
    tap_true "is JSON" explained '.format == "ringfence-explain/1" and (.hash | length) == 64'
    tap_true "has every member" explained \
        '[.command, .environment, .layers, .places, .steps, .notes] | all(type == "array")'
    tap_true "numbers its steps" explained '[.steps[].number] == [range(1; (.steps | length) + 1)]'
    tap_true "knows a flag" explained '[.steps[] | select(.key == "hostname")][0].from == "flag"' --hostname box
    tap_true "knows the line of a file" names_the_line
else
    tap_skip "JSON" "jq is missing"
fi
tap_end
