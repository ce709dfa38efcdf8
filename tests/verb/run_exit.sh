#!/bin/bash
# What run ends with: the workload's code, 128 + signal, 125, 126, 127, 124; and what it says then.
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

for code in 0 1 7 124 125 255; do
    tap_exit $code "the workload's $code" ring -- /bin/sh -c "exit $code"
done
for pair in KILL:137 SEGV:139 TERM:143 ABRT:134 HUP:129 USR1:138; do
    tap_exit "${pair#*:}" "killed by ${pair%:*}" ring -- /bin/sh -c "kill -${pair%:*} \$\$"
done

tap_exit 127 "a command that is not there" ring -- no-such-command
holds "  and it says which" "no-such-command: No such file" "$tap_out"
tap_exit 127 "a path that is not there" ring -- /no/such/command
tap_exit 126 "a file without x permission" ring -- /etc/passwd
holds "  and it says why" "/etc/passwd: Permission denied" "$tap_out"
tap_exit 126 "a directory" ring -- /etc
mkdir "$TMPDIR/bin"
echo 'echo ran' >"$TMPDIR/bin/text"
chmod 755 "$TMPDIR/bin/text"
tap_exit 126 "a script without a first line is not given to a shell" ring -v "$TMPDIR/bin:/tmp/bin:ro" -- /tmp/bin/text
lacks "  and does not run" ran "$tap_out"
tap_exit 0 "PATH of --env is searched" ring --env PATH=/nowhere:/bin -- true
tap_exit 127 "the caller's PATH is not" env PATH="$TMPDIR/bin:$PATH" "$RINGFENCE" run --host -- text

tap_exit 125 "no root" "$RINGFENCE" run -- /bin/true
holds "  and it says what to say" --rootfs "$tap_out"
tap_exit 125 "a root that is not there" "$RINGFENCE" run --rootfs "$TMPDIR/nowhere" -- /bin/true
tap_exit 125 "a root that is a file" "$RINGFENCE" run --rootfs "$RF_TOP/LICENSE" -- /bin/true
tap_exit 125 "two roots" "$RINGFENCE" run --rootfs "$TMPDIR" --host -- /bin/true
tap_exit 125 "no command" "$RINGFENCE" run --host
tap_exit 125 "an empty command" "$RINGFENCE" run --host -- ''
tap_exit 125 "a verb that there is not" "$RINGFENCE" rnu --host -- /bin/true
tap_exit 125 "version and a word too many" "$RINGFENCE" version 2
tap_exit 125 "help and a verb that there is not" "$RINGFENCE" help rnu
tap_exit 125 "help and two verbs" "$RINGFENCE" help run ps
refused "an unknown option" no-such-option --no-such-option
refused "an option of docker's that is dangerous here" privileged --privileged
refused "a misspelt one" read-only --raed-only
refused "a working directory that is not there" "must exist in the ring" --workdir /no/such/dir

# --entrypoint, and words that look like options
same "an entry point" "-n a b" "$(ring --entrypoint /bin/echo -- -- -n a b | sed 's/^-- //')"
same "words that look like options are the command's" "--host --rootfs x -- y" \
    "$(ring -- /bin/echo --host --rootfs x -- y)"
same "without -- too" "x --user 0" "$(ring /bin/echo x --user 0)"
same "no shell reads the command" "\$HOME * ;" "$(ring -- /bin/echo '$HOME' '*' ';')"
same "an argument that is empty" 3 "$(ring -- /bin/sh -c 'echo $#' sh a '' b)"
long=$(head -c 100000 /dev/zero | tr '\0' x)
same "a long argument" 100000 "$(ring -- /bin/sh -c 'echo ${#1}' sh "$long")"

# --init=false: the command is pid 1 itself
same "--init=false" 1 "$(ring --init=false -- /bin/sh -c 'echo $$')"
tap_exit 7 "and its code" ring --init=false -- /bin/sh -c 'exit 7'
tap_exit 127 "and 127" ring --init=false -- no-such-command
tap_exit 124 "and its end, though pid 1 has no default for TERM" \
    ring --init=false --timeout 100ms --stop-timeout 100ms -- /bin/sleep 30

# --timeout: 124, the stop signal first, KILL after the stop time-out
start=$(date +%s%N)
tap_exit 124 "--timeout" ring --timeout 200ms -- /bin/sleep 30
waited=$((($(date +%s%N) - start) / 1000000))
same "  in time" yes "$([ $waited -ge 190 ] && [ $waited -lt 3000 ] && echo yes || echo "$waited ms")"
says='trap "echo stopped; exit 3" TERM; while :; do sleep 0.02; done'
tap_exit 124 "a workload that handles TERM" ring --timeout 200ms -- /bin/sh -c "$says"
holds "  is asked first" stopped "$tap_out"
tap_exit 124 "another stop signal" ring --timeout 200ms --stop-signal USR1 -- /bin/sh -c "${says/TERM/USR1}"
holds "  is the one sent" stopped "$tap_out"
start=$(date +%s%N)
tap_exit 124 "a workload that ignores TERM" \
    ring --timeout 200ms --stop-timeout 200ms -- /bin/sh -c 'trap "" TERM; sleep 30'
waited=$((($(date +%s%N) - start) / 1000000))
same "  is killed after the stop time-out" yes "$([ $waited -ge 390 ] && [ $waited -lt 3000 ] && echo yes || echo "$waited ms")"
tap_exit 0 "a workload that is faster" ring --timeout 30s -- /bin/true
refused "--timeout 0" timeout --timeout 0
refused "--timeout soon" timeout --timeout soon

# --log-driver
same "--log-driver none" "" "$(ring --log-driver none -- /bin/sh -c 'echo out; echo err >&2' 2>&1)"
tap_exit 9 "keeps the exit code" ring --log-driver none -- /bin/sh -c 'exit 9'
same "standard error is not standard output" out "$(ring -- /bin/sh -c 'echo out; echo err >&2' 2>/dev/null)"
refused "a log driver that is not there" passthrough --log-driver json-file
tap_end
