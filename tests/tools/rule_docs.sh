#!/bin/bash
# docs/rules/ has a page for each rule, as `ringfence rules --format markdown` prints it. With --write, make them anew.
#
#   rule_docs.sh RINGFENCE-TOOLS [--write]
. "$(dirname "$0")/../tap.sh"
program=$1
pages=$(dirname "$0")/../../docs/rules

if [ "${2-}" = --write ]; then
    mkdir -p "$pages"
    rm -f "$pages"/RF-*.md
    "$program" rules | while read -r id _; do
        "$program" rules --format markdown "$id" >"$pages/$id.md"
    done
    exit
fi
missing=''
while read -r id _; do
    "$program" rules --format markdown "$id" | cmp -s - "$pages/$id.md" || missing+=" $id"
done < <("$program" rules)
[ -z "$missing" ]
tap_result $? "every rule has its page" "not as the table says:$missing; make them anew: tests/tools/rule_docs.sh PROGRAM --write"
[ "$("$program" rules | wc -l)" = "$(find "$pages" -name 'RF-*.md' | wc -l)" ]
tap_result $? "every page has its rule"
same=$("$program" rules | awk '{ print $1 }' | sort | uniq -d)
[ -z "$same" ]
tap_result $? "ids are there once" "twice: $same"
tap_end
