#!/bin/bash
# --env, --env-file, --workdir, --hostname, --job-config, and standard input.
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

export RF_PASSED=passed RF_KEPT=kept
value() {
    local name=$1
    shift
    ring "$@" -- /bin/sh -c "echo \"\${$name-unset}\""
}
same "nothing of the caller's" unset "$(value RF_KEPT)"
same "NAME=VALUE" "a b=c" "$(value X --env 'X=a b=c')"
same "NAME passes the caller's value on" passed "$(value RF_PASSED --env RF_PASSED)"
same "NAME that the caller has not" unset "$(value RF_NONE --env RF_NONE)"
same "an empty value" "" "$(value X --env X=)"
same "the last one wins" 2 "$(value X --env X=1 --env X=2)"
same "HOME of one's own" /elsewhere "$(value HOME --env HOME=/elsewhere)"
refused "a name that is empty" env --env =x

cat >"$TMPDIR/env" <<'END'
# a comment
A=1
B="quoted" as it stands
  C=blanks before
RF_PASSED
RF_NONE
END
file=(--env-file "$TMPDIR/env")
same "a file" 1 "$(value A "${file[@]}")"
same "quotes stay" '"quoted" as it stands' "$(value B "${file[@]}")"
same "blanks before a name do not" "blanks before" "$(value C "${file[@]}")"
same "a name alone" passed "$(value RF_PASSED "${file[@]}")"
same "a name alone that the caller has not" unset "$(value RF_NONE "${file[@]}")"
same "a variable of the command line wins" 2 "$(value A --env A=2 "${file[@]}")"
refused "a file that is not there" nowhere --env-file "$TMPDIR/nowhere"
mkfifo "$TMPDIR/fifo"
refused "a FIFO" "regular file" --env-file "$TMPDIR/fifo"

same "--workdir" /usr/bin "$(ring --workdir /usr/bin -- /bin/pwd)"
same "through a link inside" /run "$(ring --workdir /var/run -- /bin/pwd -P)"
refused "a descriptor of the launcher" "chdir /proc/self/fd/3" --workdir /proc/self/fd/3
refused "the launcher's root" "chdir /proc/1/root" --workdir /proc/1/root
refused "a file" "" --workdir /etc/passwd
refused "a relative one" workdir --workdir usr

same "--hostname" worker-1 "$(ring --hostname worker-1 -- /bin/sh -c 'cat /proc/sys/kernel/hostname')"
same "and HOSTNAME" worker-1 "$(value HOSTNAME --hostname worker-1)"
same "the host's is as it was" "$(cat /proc/sys/kernel/hostname)" "$(uname -n)"
refused "a host name of 65 letters" hostname --hostname "$(printf 'x%.0s' {1..65})"
refused "a host name that is none" hostname --hostname 'a b'

# A2: a configuration that is named where the workload reads it, and is looked at before it starts.
mkdir "$TMPDIR/config"
echo '{}' >"$TMPDIR/config/job.json"
(umask 077 && echo '{}' >"$TMPDIR/config/secret.json")
chmod 755 "$TMPDIR/config"
config=(-v "$TMPDIR/config:/srv:ro" --tmpfs /tmp)
same "a job configuration" "{}" "$(ring "${config[@]}" --job-config /srv/job.json -- /bin/cat /srv/job.json)"
refused "one that is missing" "No such file" "${config[@]}" --job-config /srv/none.json
refused "one that is a directory" "it must be a file" "${config[@]}" --job-config /srv
refused "one that a tmpfs hides" "hidden under the tmpfs on /tmp" "${config[@]}" --job-config /tmp/job.json
refused "a relative one" "absolute path" "${config[@]}" --job-config job.json
if is_root; then
    refused "one that the user may not read" "may not read it" "${config[@]}" --job-config /srv/secret.json
else
    chmod 000 "$TMPDIR/config/secret.json"
    refused "one that the user may not read" "may not read it" "${config[@]}" --job-config /srv/secret.json
fi
tap_exit 125 "named in the command, --job-config PATH" \
    ring "${config[@]}" -- /bin/cat --job-config /tmp/job.json
holds "  is looked at too" "hidden under the tmpfs" "$tap_out"
tap_exit 125 "named in the command, --job-config=PATH" \
    ring "${config[@]}" -- /bin/cat --job-config=/srv/none.json
holds "  is looked at too" "No such file" "$tap_out"

# Standard input: files and pipes pass, a terminal only with -i.
same "a pipe" piped "$(echo piped | ring -- /bin/cat)"
same "a file" "{}" "$(ring -- /bin/cat <"$TMPDIR/config/job.json")"
same "an end" "" "$(ring -- /bin/cat </dev/null)"
same "a great deal" 3000000 "$(head -c 3000000 /dev/zero | ring -- /bin/cat | wc -c)"
tap_end
