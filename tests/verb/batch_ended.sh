#!/bin/bash
# A job that is ended, at any stage and in any way, leaves no mount, process, control group or file.
# shellcheck disable=SC2317 # functions are called by wait_until
# shellcheck source=tests/verb/batch_lib.sh
. "$RF_TOP/tests/verb/batch_lib.sh"

cd "$HOME" || exit 99
marker=ended.$$
pattern="[e]${marker#e}" # so that grep does not find itself
# Its stages: looking at the input, two rings (drawing is played by the second page), writing.
# shellcheck disable=SC2016 # the engine's shell expands it
stub slow "exec sleep 30 # $marker"
stub quick ': ; echo word'

groups_left() {
    find /sys/fs/cgroup -maxdepth 8 -name 'ringfence.*' -newer "$HOME/begin" 2>/dev/null |
        while read -r dir; do [ -e "/proc/${dir##*.}" ] || echo "$dir"; done
}
processes_left() {
    grep -alsE "$pattern" /proc/[0-9]*/cmdline 2>/dev/null | grep -v "^/proc/$$/" | grep -v "^/proc/self/"
}
is_clean() {
    [ -z "$(processes_left)$(groups_left)" ] && [ "$(wc -l </proc/self/mountinfo)" = "$mounts" ]
}
: >begin
mounts=$(wc -l </proc/self/mountinfo)
files() {
    find "$HOME" "$TMPDIR" /dev/shm /tmp -maxdepth 2 -name '*ringfence*' ! -name 'ringfence-[0-9]*' ! -name 'ringfence-test.*' \
        -newer begin 2>/dev/null | sort
}
had=$(files)

ended_by() { # SIGNAL DELAY ENGINE
    local status job
    "$RINGFENCE" batch "${batch_words[@]}" --engine "$3" --format txt "$page" >/dev/null 2>"$TMPDIR/said" &
    job=$!
    sleep "$2"
    kill "-$1" "$job" 2>/dev/null # it may be over
    wait "$job" 2>/dev/null
    status=$?
    wait_until is_clean
    tap_result $? "SIG$1 after $2 s ($3): nothing is left" "exit $status; left: $(processes_left) $(groups_left)"
}

for signal in TERM KILL INT HUP; do
    ended_by "$signal" 0.5 slow
done
for delay in 0 0.002 0.004 0.006 0.008 0.010 0.013 0.016 0.02 0.03; do
    for signal in TERM KILL; do
        ended_by "$signal" "$delay" slow
        ended_by "$signal" "$delay" quick
    done
done
same "no file is left" "$had" "$(files)"

"$RINGFENCE" batch "${batch_words[@]}" --engine slow --format txt "$page" >/dev/null 2>&1 &
job=$!
sleep 0.5
begin=$(date +%s%N)
kill -TERM "$job"
wait "$job"
same "a job that is told to end says so" 143 "$?"
[ $((($(date +%s%N) - begin) / 1000000)) -lt 1500 ]
tap_result $? "and does so at once" "it took $((($(date +%s%N) - begin) / 1000000)) ms"
tap_end
