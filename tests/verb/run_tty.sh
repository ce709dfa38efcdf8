#!/bin/bash
# -t and -i: a terminal of the ring's own, its size, and the caller's terminal afterwards. script(1) is the terminal.
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"
command -v script >/dev/null || { echo "script, from bsdutils, is missing"; exit 77; }

mkfifo "$TMPDIR/keys"
exec 5<>"$TMPDIR/keys" # a keyboard at which nobody sits

# at_terminal SCRIPT [INPUT]: run a shell script at a terminal of 33 lines and 77 columns; type when it says "ready"
at_terminal() {
    printf '#!/bin/bash\nring() { "%s" run --host "$@"; }\nstty rows 33 cols 77\n%s\n' "$RINGFENCE" "$1" >"$TMPDIR/script"
    : >"$TMPDIR/out"
    timeout 20 script -qec "bash $TMPDIR/script" /dev/null <&5 >"$TMPDIR/out" 2>&1 &
    if [ "${2-}" ]; then
        wait_until grep -q ready "$TMPDIR/out"
        printf '%b' "$2" >&5
    fi
    wait $!
    tr -d '\r' <"$TMPDIR/out"
}

holds "without -t there is no terminal on standard input" "not a tty" "$(at_terminal 'ring -- /usr/bin/tty')"
holds "nor a controlling one" "No such device" "$(at_terminal 'ring -- /bin/sh -c ": </dev/tty"')"
same "-i passes standard input on" "line" "$(echo line | ring -i -- /bin/cat)"
for text in 'whole\n' part ''; do
    # shellcheck disable=SC2059 # it is the format
    tap_out=$(printf "$text" | timeout 10 "$RINGFENCE" run --host -it -- /bin/cat)
    tap_result $? "input that ends, \"$text\", ends at a terminal too" "exit status of timeout"
    holds "  and is all there" "${text%\\n}" "$tap_out"
done
tap_exit 5 "who closes the terminal is not hung up" ring -it -- /bin/sh -c 'exec <&- >&- 2>&-; sleep 0.2; exit 5'
same "-t is a terminal of the ring's own" /dev/pts/0 "$(at_terminal 'ring -t -- /usr/bin/tty')"
same "on all three" "yes yes yes" \
    "$(at_terminal 'ring -it -- /bin/sh -c "test -t 0 && test -t 1 && test -t 2 && echo yes yes yes"')"
holds "and controls the session" reached "$(at_terminal 'ring -it -- /bin/sh -c "echo reached >/dev/tty"')"
same "it has the caller's size" "33 77" "$(at_terminal 'ring -it -- /usr/bin/stty size')"
same "it belongs to the user" 10001 "$(at_terminal 'ring -it -- /bin/sh -c "stat -c %u \$(tty)"')"
same "TERM is set" xterm "$(at_terminal 'ring -it -- /bin/sh -c "echo \$TERM"')"
same "only the ring's terminals are seen" "0 ptmx" "$(at_terminal 'ring -it -- /bin/ls /dev/pts' | xargs)"
# stty sets rows and columns one after the other, which makes two signals.
mkdir -p "$TMPDIR/seen" && chmod 777 "$TMPDIR/seen"
resize='(until [ -e "'$TMPDIR'/seen/ready" ]; do sleep 0.02; done; stty rows 40 cols 90 </dev/tty) &
ring -it -v "'$TMPDIR'/seen:/tmp/seen" -- \
    /bin/sh -c "trap \"trap : WINCH; sleep 0.3; stty size; exit 4\" WINCH; : >/tmp/seen/ready; while :; do sleep 0.02; done"; echo code $?'
same "a change of size is forwarded" "40 90 code 4" "$(at_terminal "$resize" | xargs)"
same "the exit code" "code 7" "$(at_terminal 'ring -it -- /bin/sh -c "exit 7"; echo code $?')"
same "the last words are not lost" 20000 "$(at_terminal 'ring -it -- /usr/bin/seq 20000' | tail -n 1)"
same "the caller's terminal is as it was" same \
    "$(at_terminal 'before=$(stty -g); ring -it -- /bin/stty raw -echo; [ "$before" = "$(stty -g)" ] && echo same')"
same "also when the command is not there" "same" \
    "$(at_terminal 'before=$(stty -g); ring -it -- none 2>/dev/null; [ "$before" = "$(stty -g)" ] && echo same')"
same "also after a time-out" "code 124 same" \
    "$(at_terminal 'before=$(stty -g); ring -it --timeout 200ms -- /bin/sleep 9 2>/dev/null; echo code $?; [ "$before" = "$(stty -g)" ] && echo same' | xargs)"
holds "what is typed arrives" "got hello" \
    "$(at_terminal 'ring -it -- /bin/sh -c "echo ready; read x; echo got \$x"' 'hello\n')"
holds "^C goes to the workload" "interrupted" \
    "$(at_terminal 'ring -it -- /bin/sh -c "trap \"echo interrupted; exit\" INT; echo ready; while :; do sleep 0.05; done"' '\003')"
same "without a terminal outside, -t still gives one" /dev/pts/0 "$(ring -t -- /usr/bin/tty | tr -d '\r')"

# Neither side may keep the launcher from its clock and its signals.
mkfifo "$TMPDIR/unread"
exec 6<>"$TMPDIR/unread" # a reader that never reads
timeout -k 1 10 "$RINGFENCE" run --host -t --timeout 300ms --stop-timeout 300ms -- /usr/bin/yes >&6 2>/dev/null
same "nobody reads: the time-out holds" 124 $?
yes | timeout -k 1 10 "$RINGFENCE" run --host -t --timeout 300ms --stop-timeout 300ms -- \
    /bin/sh -c 'stty raw; sleep 100' >/dev/null 2>&1
same "the workload does not read: the time-out holds" 124 "${PIPESTATUS[1]}"
timeout -k 8 1 "$RINGFENCE" run --host -t --stop-timeout 300ms -- /usr/bin/yes >&6 2>/dev/null
same "nobody reads: SIGTERM ends the run" 124 $? # of timeout; 137 were its SIGKILL
exec 6>&-
command -v python3 >/dev/null && same "a pipe that does not block loses nothing" 60000 "$(python3 -c '
import os, subprocess, sys, time
r, w = os.pipe()
os.set_blocking(w, False)
p = subprocess.Popen([sys.argv[1], "run", "--host", "-t", "--", "/usr/bin/seq", "60000"], stdout=w, stdin=subprocess.DEVNULL)
os.close(w)
time.sleep(0.5)
out = b""
while chunk := os.read(r, 65536):
    out += chunk
print(out.split()[-1].decode())' "$RINGFENCE")"
tap_exit 0 "the end of standard input is ^D" timeout 10 "$RINGFENCE" run -t --host -- /bin/cat
tap_end
