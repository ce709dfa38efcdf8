#!/bin/bash
# Who the workload is: --user in every spelling, --group-add, --home, --passwd-entry.
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

ids='id -u; id -g; id -un; echo $HOME; id -G'
whoami() {
    ring "$@" -- /bin/sh -c "$ids" | tr '\n' ' '
}

# A5: root in any spelling, and what only looks like a number, is refused with the reason.
for user in 0 000 +0 -0 0:5 5:0 5:000 0:0 00:1; do
    refused "--user $user" "user" --user "$user"
    holds "  says that it is root" root "$tap_out"
done
for user in root root:root 5:root; do
    refused "--user $user" "root is root" --user "$user"
done
for user in '' : 5: :5 65536 5:65536 4294967296 4294967297 2147483648 18446744073709551616 -1 +5 ' 5' 0x5 5:6:7 5.0 $'5\n' 1e3; do
    refused "--user '${user//$'\n'/\\n}'" "" --user "$user"
done
refused "--user of a name that nobody has" no-such-user --user no-such-user
refused "--group-add 0" group --group-add 0

# Any number works without a line in the root's passwd file.
same "a number alone is its own group" "4242 4242 ringfence /home/ringfence 4242" "$(whoami --user 4242 | xargs)"
same "a number and a group" "4242 77" "$(whoami --user 4242:77 | cut -d' ' -f1,2)"
same "the smallest" "1 1" "$(whoami --user 1:1 | cut -d' ' -f1,2)"
same "the largest" "65535 65535" "$(whoami --user 65535:65535 | cut -d' ' -f1,2)"
name=$(awk -F: '$3 > 0 && $3 < 1000 && $4 > 0 { print $1, $3; exit }' /etc/passwd)
same "a name of the root's" "${name#* }" "$(whoami --user "${name% *}" | cut -d' ' -f1)"

# HOME: writable, the user's own, not in the root; or none.
writes='test -w "$HOME" && touch "$HOME/x" && stat -c %u "$HOME/x"'
same "the home of any user can be written" 4242 "$(ring --user 4242 -- /bin/sh -c "$writes")"
same "a home at a path" "/srv 1000" \
    "$(ring --user 1000 --home /srv -- /bin/sh -c "echo \$HOME; $writes" | xargs)"
same "a home of a size" 2048 "$(ring --home temporary:size=2m -- /bin/sh -c 'df -P $HOME | tail -n 1' | awk '{ print $2 }')"
same "no home" / "$(ring --home none -- /bin/sh -c 'echo $HOME')"
refused "a home that is no absolute path" home --home relative/path
refused "a home of no size" home --home temporary:size=0

same "a passwd line of one's own" "clerk:x:4242:4242:The Clerk:/home/ringfence:/bin/sh" \
    "$(ring --user 4242 --passwd-entry 'clerk:x:$UID:$GID:The Clerk:$HOME:/bin/sh' -- /usr/bin/getent passwd 4242)"
same "no passwd line" "" "$(ring --user 4242 --passwd-entry none -- /usr/bin/getent passwd 4242)"
refused "a passwd line of three fields" passwd --passwd-entry a:b:c
refused "a passwd line that makes a second root" passwd --passwd-entry 'a:x:0:0::/:/bin/sh'
same "the host's passwd file is as it was" "" "$(grep ringfence:x:4242 /etc/passwd)"

if is_root; then
    echo text >"$TMPDIR/group44" && chgrp 44 "$TMPDIR/group44" && chmod 040 "$TMPDIR/group44"
    readable=(--user 4242 -v "$TMPDIR/group44:/tmp/file:ro")
    same "a further group" text "$(ring "${readable[@]}" --group-add 44 -- /bin/cat /tmp/file)"
    tap_exit 1 "which nobody has otherwise" ring "${readable[@]}" -- /bin/cat /tmp/file
else
    refused "a further group" "ordinary user" --user 4242 --group-add 44
fi

# Names of a foreign root come from its own files, and may not be root's or beyond the range.
if busybox_root "$TMPDIR/root"; then
    root_words=(--rootfs "$TMPDIR/root")
    same "a name of the root's own passwd" "1234 2345" \
        "$("$RINGFENCE" run "${root_words[@]}" --user marie -- /bin/sh -c 'id -u; id -g' | xargs)"
    same "a group of the root's own" "9 2345" \
        "$("$RINGFENCE" run "${root_words[@]}" --user 9:scans -- /bin/sh -c 'id -u; id -g' | xargs)"
    refused "a second name of root's" "0 is root" --user toor
    refused "a group beyond the range" 70000 --user 9:big
    # CVE-2024-40635, CVE-2026-46680: a number that does not fit is not looked up as a name.
    printf '4294967296:x:0:0::/:/bin/sh\n99999:x:7:7::/:/bin/sh\n' >>"$TMPDIR/root/etc/passwd"
    refused "a line named like a large number" "user" --user 4294967296
    refused "another one" "user" --user 99999
    rm "$TMPDIR/root/etc/passwd" && mkfifo "$TMPDIR/root/etc/passwd"
    tap_exit 0 "a FIFO in place of passwd does not hang" \
        timeout 5 "$RINGFENCE" run "${root_words[@]}" --user 9 -- /bin/true
else
    tap_skip "names of a foreign root" "no static busybox"
fi
tap_end
