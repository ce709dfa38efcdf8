#!/bin/bash
# `ringfence check` on projects: the traps, and the files that name each other.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

if [ ! -x "$(dirname "$RINGFENCE")/ringfence-tools" ]; then
    tap_skip check_compose "built without ringfence-tools"
    tap_end
fi
cd "$TMPDIR" || exit 99

# found WORD...: "RULE FILE:LINE", a line each
found() {
    "$RINGFENCE" check --json "$@" | jq -r '.findings[] | select(.suppressed | not) | "\(.id) \(.file):\(.line)"' | sort -u
}

# --- traps: "# want RULE..." stands on the line, or in a Dockerfile above it
cp -R "$RF_TOP/tests/data/traps" .
cd traps/open || exit 99
found . >../found
while read -r rule place; do
    grep -qxF "$rule $place" ../found
    tap_result $? "$rule in $place" "found instead: $(grep -F "$rule " ../found | tr '\n' ';')"
done < <(awk '
    match($0, /# want RF-[A-Z0-9 -]*/) {
        count = split(substr($0, RSTART + 7, RLENGTH - 7), rules, " ")
        for (i = 1; i <= count; i++)
            print rules[i], FILENAME ":" (FILENAME == "Dockerfile" ? FNR + 1 : FNR)
    }' compose.yaml Dockerfile)
cd ../hardened || exit 99
same "nothing is found once it is hardened" "" "$(found .)"
"$RINGFENCE" check --fail-on info . >/dev/null
same "and it ends with 0" 0 $?
cd ../.. || exit 99

# --- files that name each other
mkdir -p project/docker project/app
printf 'FROM debian:12 AS build\nUSER 0\nFROM debian:12 AS ship\nUSER 1000:1000\nFROM ship AS debug\nUSER 0\n' >project/app/Dockerfile.prod
printf 'services:\n  web:\n    build: {context: ../app, dockerfile: Dockerfile.prod, target: %s}\n    image: me/web:1\n' ship >project/docker/compose.yaml
lacks "the stage that the service is built from is not root" "RF-USER-001 project/docker/compose.yaml" "$(found project)"
sed -i s/ship/debug/ project/docker/compose.yaml
holds "another one is" "RF-USER-001 project/app/Dockerfile.prod:6" "$(found project)"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: c, image: "me/web:2"}\n' >project/pod.yaml
holds "a pod that starts what a project builds is joined with its stage" "Pod/p container c" \
    "$("$RINGFENCE" check --json project | jq -r '.findings[] | select(.id == "RF-USER-001" and .certain) | .subject')"

mkdir extends
printf 'services:\n  base:\n    privileged: true\n    image: a:1\n' >extends/base.yaml
printf 'services:\n  web:\n    extends: {file: base.yaml, service: base}\n' >extends/compose.yaml
holds "what comes by extends lies where it is written" "RF-PRIV-001 extends/base.yaml:3" "$(found extends/compose.yaml)"
printf 'services:\n  web:\n    extends: {file: ../../etc/passwd, service: base}\n' >extends/compose.yaml
out=$("$RINGFENCE" check extends/compose.yaml 2>&1)
holds "a file outside of the folder is not read" "extends/compose.yaml:3:" "$(grep RF-PARSE-004 <<<"$out")"
lacks "and nothing of it is shown" "daemon:" "$out"
ln -s /etc/passwd extends/link.yaml
printf 'services:\n  web:\n    extends: {file: link.yaml, service: base}\n' >extends/compose.yaml
lacks "nor through a link" "daemon:" "$("$RINGFENCE" check extends/compose.yaml 2>&1)"

mkdir over
printf 'services:\n  web:\n    image: a:1\n' >over/compose.yaml
printf 'services:\n  web:\n    privileged: true\n' >over/compose.override.yaml
same "an override lies over its file, once" "RF-PRIV-001 over/compose.override.yaml:3" "$(found over | grep RF-PRIV)"
lacks "and is no project of its own" "compose.override.yaml:2" "$(found over)"

mkdir env
# shellcheck disable=SC2016 # the variable is Compose's
printf 'services:\n  web:\n    image: a:1\n    privileged: ${SURE:-false}\n' >env/compose.yaml
lacks "a default" RF-PRIV-001 "$(found env)"
printf 'SURE=true\n' >env/.env
holds "gives way to .env" "RF-PRIV-001 env/compose.yaml:4" "$(found env)"

printf 'services:\n  a: [\n' >broken.yaml
"$RINGFENCE" check broken.yaml >out 2>&1
same "a file that is broken" 2 $?
holds "has a place" "broken.yaml:3:1: info RF-PARSE-001" "$(cat out)"
tap_end
