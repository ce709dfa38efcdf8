# shellcheck shell=bash
# What the tests of `batch` share: `. "$RF_TOP/tests/verb/batch_lib.sh"`, after it everything of tests/verb/lib.sh too.
#
#   batch WORD...                       one job
#   job_fails NAME PART WORD...         passes when the job ends with 1, says PART in one line, and writes no result
#   job_usage NAME PART WORD...         the same for wrong words: 2
#   engine NAME TEXT                    a definition of an engine, found by --engine-dir "$engines"
#   stub NAME COMMAND                   an engine that reads pages by a shell command; its words are plain text
#   has COMMAND...                      whether all of these programs are there
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

# shellcheck disable=SC2034 # used by the tests
page=$RF_TOP/examples/ocr-page/page.png
engines=$HOME/engines
mkdir -p "$engines"
batch_words=(--engine-dir "$engines")
is_root || batch_words+=(--allow-missing cgroup)

batch() {
    "$RINGFENCE" batch "${batch_words[@]}" "$@"
}

job_ends() {
    local want=$1 name=$2 part=$3 status lines
    shift 3
    tap_out=$(batch "$@" 2>&1 >"$TMPDIR/result" </dev/null)
    status=$?
    lines=$(grep -c . <<<"$tap_out")
    [ "$status" = "$want" ] && [[ $tap_out == *"$part"* ]] && [ ! -s "$TMPDIR/result" ] && [ "$lines" = 1 ]
    tap_result $? "$name" "exit status $status, want $want and one line with \"$part\" from: $*"
}

job_fails() {
    job_ends 1 "$@"
}

job_usage() {
    job_ends 2 "$@"
}

engine() {
    printf '%s\n' "$2" >"$engines/$1.yaml"
}

stub() {
    engine "$1" "version: 1
kind: ocr
reads: [png, jpeg, tiff, pnm]
parser: text
language: eng
languages:
  eng: eng
command: [/bin/sh, -c, '$2', sh, '{input}']
volume:
  - /bin:/bin:ro
  - /usr/bin:/usr/bin:ro
  - /usr/lib:/usr/lib:ro
  - /lib:/lib:ro
  - /lib64:/lib64:ro
memory: 256m
timeout: 20s
no_disk: true"
}

has() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || return 1
    done
}
