#!/bin/bash
# What docker-compose makes of a project, resolved and merged, says the same to the reader as the project itself.
# $1: compose-facts. Skipped where docker-compose (Debian: 1.29) is missing.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

facts=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$(dirname "$0")/compose" || exit 99

# What one of the two writes out and the other leaves to the engine's defaults.
ordinary() {
    sed -E 's#/$##; / condition service_started$/d' | sort -u
}

# same FILE...
same() {
    local name=$*
    local file
    local words=()

    for file; do
        words+=(-f "$file")
    done
    if ! tap_out=$(docker-compose "${words[@]}" config 2>&1 >"$scratch/resolved.yaml"); then
        tap_result 1 "$name" "docker-compose reads it"
        return
    fi
    "$facts" "$@" 2>&1 | ordinary >"$scratch/have"
    "$facts" "$scratch/resolved.yaml" 2>&1 | ordinary >"$scratch/want"
    tap_out=$(diff "$scratch/want" "$scratch/have" && test "$(wc -l <"$scratch/have")" -gt 10)
    tap_result $? "$name" "the same facts"
}

if ! command -v docker-compose >/dev/null || ! docker-compose version --short 2>/dev/null | grep -q '^1\.'; then
    echo "1..0 # SKIP docker-compose 1.x is missing"
    exit 0
fi
same everything.yaml
same base.yaml over.yaml
same extends.yaml
same extends.yaml base.yaml over.yaml
tap_end
