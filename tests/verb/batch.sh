#!/bin/bash
# One job from its words to its result.
# shellcheck source=tests/verb/batch_lib.sh
. "$RF_TOP/tests/verb/batch_lib.sh"

# --- an engine of our own: everything but recognition ---

# shellcheck disable=SC2016 # the engine's shell expands it
stub words 'echo read $(wc -c <"$1") bytes'
bytes=$(wc -c <"$page")
same "a page by name" "read $bytes bytes" "$(batch --engine words --format txt "$page" 2>&1)"
same "a page from standard input" "read $bytes bytes" "$(batch --engine words --format txt <"$page" 2>&1)"
same "a dash is standard input" "read $bytes bytes" "$(batch --engine words --format txt - <"$page" 2>&1)"
json=$(batch --engine words "$page")
same "json-v2 is the form when none is asked for" "2.9" "$(jq -r .format <<<"$json")"
same "its type" ocr "$(jq -r .metadata.type <<<"$json")"
same "its words" "read $bytes bytes" "$(jq -r '[.results[].alternatives[0].content] | join(" ")' <<<"$json")"
same "all of the documented keys of an alternative" 3 \
    "$(jq '[.results[].alternatives[0] | has("content", "confidence", "language")] | unique | length * 3' <<<"$json")"

stub blank 'true'
same "a blank page is a result" "" "$(batch --engine blank --format txt "$page" 2>&1 | tr -d '\f\n')"
tap_true "and no failure" batch --engine blank --format txt "$page"

# --- who it is, and what it sees ---

# shellcheck disable=SC2016 # the engine's shell expands it
stub who 'id -u; id -g; echo "$HOME"; ls -A /; ls -A /proc | grep -c "^[0-9]"'
said=$(batch --engine who --user 1234:4321 --format txt "$page")
same "the engine is who --user says" "1234 4321" "$(sed -n '1,2p' <<<"$said" | paste -sd' ')"
lacks "it sees nothing of the host's homes" "root" "$said"
lacks "nor /srv" "srv" "$said"
stub network 'ls /sys/class/net 2>/dev/null; cat /proc/net/dev | tail -n +3 | grep -vc lo: || true'
same "it has no network" 0 "$(batch --engine network --format txt "$page" | tail -n 1)"
stub writes 'echo x >/usr/bin/x || echo read-only; echo x >/tmp/x && echo memory'
holds "its root is read-only" "read-only" "$(batch --engine writes --format txt "$page")"
holds "its /tmp is memory" "memory" "$(batch --engine writes --format txt "$page")"
for id in 0 00 0:0 1000:0 root +0 65536; do
    job_usage "--user $id is refused" user --engine words --user "$id" "$page"
done

# --- words that are wrong ---

job_usage "an unknown option" "--formt" --formt txt "$page"
job_usage "an unknown form" "json-v2|txt|srt|hocr|alto|tsv|pdf" --format doc "$page"
job_usage "an unknown engine" "tesseract" --engine nosuch "$page"
job_usage "two inputs" "one input" "$page" "$page"
job_usage "--parallel 0" "1 to 64" --parallel 0 "$page"
job_usage "--parallel many" "1 to 64" --parallel 65 "$page"
job_usage "a limit that is no number" "--max-pages" --max-pages x "$page"
job_usage "a network for an engine" "network" --network host "$page"
printf 'version: 1\nhost: true\n' >"$HOME/posture.yaml"
job_usage "a root for an engine" "host is not for batch" -f "$HOME/posture.yaml" "$page"
printf 'version: 1\nmemory: 100m\nuser: "77:88"\n' >"$HOME/posture.yaml"
same "a posture from a file" "77 88" \
    "$(batch -f "$HOME/posture.yaml" --engine who --format txt "$page" | sed -n '1,2p' | paste -sd' ')"
tap_says "Usage" "--help" batch --help

# --- input that is none ---

: >"$HOME/empty"
job_fails "an empty file" "it is empty" "$HOME/empty"
job_fails "nothing on standard input" "it is empty" --engine words
job_fails "a file that is not there" "No such file" "$HOME/nosuch"
job_fails "a directory" "it is a directory" "$HOME"
printf 'just text\n' >"$HOME/x.png"
job_fails "text called png" 'it begins with "just text' "$HOME/x.png"
head -c 40 "$page" >"$HOME/cut.png"
tap_exit 1 "a page that breaks off" batch "$HOME/cut.png"
job_fails "srt of a page" "format srt" --format srt "$page"
job_fails "an engine that cannot do it" "is not for pages" --engine pocketsphinx "$page"

# --- engines that fail ---

stub fails 'echo "no such luck" >&2; exit 3'
job_fails "an engine that fails" "exit code 3: no such luck" --engine fails --format txt "$page"
stub control 'printf "\033]0;evil\007\n" >&2; exit 1'
job_fails "control characters of an engine do not reach the terminal" "?]0;evil?" --engine control "$page"
stub dies 'kill -SEGV $$'
job_fails "an engine that crashes" "signal 11" --engine dies --format txt "$page"
stub sleeps 'sleep 60'
job_fails "an engine that hangs" "timed out" --engine sleeps --timeout 1s "$page"
stub writesmuch 'head -c 5000000 /dev/zero'
job_fails "an engine that writes too much" "--max-output" --engine writesmuch --max-output 1m "$page"
stub noutf8 'printf "\377\376\n"'
tap_true "bytes that are no text become text that is" \
    bash -c "'$RINGFENCE' batch ${batch_words[*]} --engine noutf8 '$page' | jq -e . >/dev/null || true"

# --- the report ---

report=$(batch --engine words --format txt --report - "$page" 2>&1 >/dev/null)
holds "the report says who reads" "engine                words" "$report"
holds "the report proves that nothing was written" "nothing was written to a disk-backed file system by any ring" "$report"
holds "nobody is uid 0 in a ring" "uid 0 in a ring       no" "$report"
batch --engine words --format txt --report "$HOME/report.json" "$page" >/dev/null
same "the report as JSON" "true false" \
    "$(jq -r '[.disk.is_proven, .has_uid_0] | join(" ")' "$HOME/report.json")"
same "with one ring's report in it" 1 "$(jq '.rings | length' "$HOME/report.json")"
tap_true "which is whole" jq -e '.rings[0].report | type == "object"' "$HOME/report.json"
job_usage "a report that cannot be written" "report" --report /nonexistent/x "$page"
holds "the plan before anything runs" "exec" "$(batch --explain --engine tesseract 2>&1)"

# --- a container that runs as root ---

if is_root; then
    holds "pid 1 as uid 0 is said" "runs as uid 0" \
        "$(unshare --pid --fork --mount-proc "$RINGFENCE" batch --engine words --engine-dir "$engines" --format txt "$page" 2>&1)"
fi
lacks "and nobody else is told" "runs as uid 0" "$(batch --engine words --format txt "$page" 2>&1)"

# --- lists ---

holds "--list-engines" "tesseract" "$(batch --list-engines)"
tap_true "--list-engines --json" bash -c "'$RINGFENCE' batch --list-engines --json | jq -e 'length >= 7' >/dev/null"
engine wrong "version: 1
kind: ocr
reads: [png]
parser: text
command: [/bin/sh, '{nosuch}']"
tap_says "wrong.yaml:5" "a definition that is wrong names its place" batch --engine words "$page"
rm "$engines/wrong.yaml"

same "nothing is left in TMPDIR" result "$(ls -A "$TMPDIR")"
tap_end
