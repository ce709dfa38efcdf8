#!/bin/bash
# --memory, --cpus, --pids-limit, --ulimit. Control groups where the caller can have them, rlimits elsewhere.
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

eat='x=$(head -c 40000000 /dev/zero | tr "\0" x); echo survived ${#x}'
fork='i=0; while [ $i -lt 40 ]; do sleep 0.5 & i=$((i + 1)); done; wait; echo survived'
groups=yes # whether the caller can have control groups
"$RINGFENCE" run --host --memory 64m --pids-limit 64 -- /bin/true 2>/dev/null || groups=''

if [ "$groups" ]; then
    tap_exit 137 "more memory than there is" ring --memory 24m -- /bin/sh -c "exec /bin/sh -c '$eat'"
    lacks "  is not had" survived "$tap_out"
    tap_exit 0 "less is" ring --memory 256m -- /bin/sh -c "$eat"
    fill='head -c 40000000 /dev/zero >/tmp/x && echo filled'
    lacks "scratch space counts as memory" filled "$(ring --memory 24m -- /bin/sh -c "$fill" 2>&1)"
    lacks "more processes than there may be" survived "$(ring --pids-limit 16 -- /bin/sh -c "$fork" 2>&1)"
    holds "fewer" survived "$(ring --pids-limit 64 -- /bin/sh -c "$fork" 2>&1)"
    cpu=$(TIMEFORMAT='%U %S'; { time ring --cpus 0.2 --timeout 500ms -- /bin/sh -c 'while :; do :; done' >/dev/null 2>&1; } 2>&1)
    used=$(awk '{ print ($1 + $2 < 0.25) ? "little" : $1 + $2 }' <<<"$cpu")
    same "a fifth of a processor" little "$used"
else
    tap_skip "memory, processes and processor time by control group" "this caller can have none"
    refused "--memory" "no control group can be had" --memory 24m
    refused "--pids-limit" "no control group can be had" --pids-limit 16
    refused "--cpus" "no control group can be had" --cpus 0.5
    missing=(--allow-missing cgroup)
    lacks "more memory than a process may have" survived \
        "$(ring "${missing[@]}" --memory 24m -- /bin/sh -c "$eat" 2>&1)"
    lacks "more processes than there may be" survived \
        "$(ring "${missing[@]}" --pids-limit 16 -- /bin/sh -c "$fork" 2>&1)"
    holds "fewer" survived "$(ring "${missing[@]}" --pids-limit 64 -- /bin/sh -c "$fork" 2>&1)"
fi
lacks "a fork bomb ends by itself" survived \
    "$(ring --timeout 20s -- /bin/sh -c 'f() { f | f & }; f; sleep 0.3; exit 5' 2>&1 | tail -n 1)"
refused "hardly any memory" memory --memory 1m
refused "memory without end" memory --memory unlimited
refused "no processes" pids --pids-limit 0
refused "processes without end" pids --pids-limit -1
refused "no processor" cpus --cpus 0
refused "negative processors" cpus --cpus -1

same "--ulimit nofile" "100 200" "$(ring --ulimit nofile=100:200 -- /bin/sh -c 'ulimit -Sn; ulimit -Hn' | xargs)"
same "one number for both" "100 100" "$(ring --ulimit nofile=100 -- /bin/sh -c 'ulimit -Sn; ulimit -Hn' | xargs)"
same "a core file when asked for" 1 "$(ulimit -Hc unlimited 2>/dev/null; ring --ulimit core=512 -- /bin/sh -c 'ulimit -c')"
same "fsize" 1000 "$(ring --ulimit fsize=1000 -- /bin/sh -c "head -c 5000 /dev/zero >/tmp/x; stat -c %s /tmp/x" 2>/dev/null | tail -n 1)"
refused "soft above hard" ulimit --ulimit nofile=200:100
refused "an unknown limit" ulimit --ulimit files=100
refused "no number" ulimit --ulimit nofile=many

memory=$(awk -F: '$2 == "memory" { print "/sys/fs/cgroup/memory" $3 }' /proc/self/cgroup)
if is_root && [ -w "$memory" ]; then
    # The launcher's number is the shell's.
    same "a group that somebody else left does not keep a run from starting" ran "$(
        bash -c 'mkdir "$1/ringfence.$$" && echo $$ >"$2" && exec "$3" run --host --memory 64m -- /bin/echo ran' \
            - "$memory" "$TMPDIR/number" "$RINGFENCE"
    )"
    tap_true "  and is left alone" rmdir "$memory/ringfence.$(cat "$TMPDIR/number")"
    same "  and the run's own is gone" "" "$(find "$memory" -maxdepth 1 -name "ringfence.$(cat "$TMPDIR/number")*")"
fi
tap_end
