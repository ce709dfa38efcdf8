#!/bin/bash
# An empty root: only what volumes bring is in it, and the ring's own.
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

busybox=$(command -v busybox) || { echo "busybox-static is missing"; exit 77; }
tool=$TMPDIR/tool
cp "$busybox" "$tool" && chmod 755 "$tool"
me=$(id -u)
[ "$me" != 0 ] || me=4242
root_words=(--scratch)
run() {
    "$RINGFENCE" run --scratch "$@"
}
# A root in which a program of one file is all there is.
small() {
    run --user "$me" -v "$tool:/bin/sh:ro" "$@"
}
names() {
    xargs -n 1 | sort | xargs
}

# --- what is in it
same "the top holds the ring's own and what was given" "bin dev etc home proc tmp" \
    "$(small -- /bin/sh -c 'echo /*' | tr -d / | names)"
same "and so does every directory on the way to it" sh "$(small -- /bin/sh -c 'cd /bin && echo *')"
same "the user has a line, and nobody else" \
    "ringfence:x:$me:$me:ringfence:/home/ringfence:/bin/sh ringfence:x:$me:" \
    "$(small -- /bin/sh -c 'busybox cat /etc/passwd /etc/group' | xargs)"
same "no line without one" "bin dev home proc tmp" "$(small --passwd-entry none -- /bin/sh -c 'echo /*' | tr -d / | names)"
same "a home of the user's own" "700 $me /home/ringfence" \
    "$(small -- /bin/sh -c 'echo $(busybox stat -c "%a %u" $HOME) $HOME' | xargs)"
same "no home without one" "bin dev etc proc tmp" "$(small --home none -- /bin/sh -c 'echo /*' | tr -d / | names)"
same "a home elsewhere" /data/me "$(small --home /data/me -- /bin/sh -c ': >$HOME/x && echo $HOME')"
mounts=$(small -- /bin/sh -c 'busybox cat /proc/self/mountinfo')
same "nothing lies on a disk but what was given" /bin/sh \
    "$(awk '$0 !~ / - (tmpfs|proc|devtmpfs) / { print $5 }' <<<"$mounts" | xargs)"
same "one root, in memory, read-only" tmpfs "$(awk '$5 == "/" && $6 ~ /^ro,nosuid,nodev,noexec/ { print $8 }' <<<"$mounts")"
holds "and it cannot be written" "Read-only file system" "$(small -- /bin/sh -c ': >/x' 2>&1)"
holds "nor what was given" "Read-only file system" "$(small -- /bin/sh -c ': >/bin/sh' 2>&1)"
holds "nor the user's line" "Read-only file system" "$(small -- /bin/sh -c 'busybox mv /etc/passwd /etc/x' 2>&1)"
same "/tmp is the ring's own" written "$(small -- /bin/sh -c ': >/tmp/x && echo written')"

# --- the host's programs
if [ -L /lib ] && [ -L /lib64 ]; then
    host=(-v /usr/bin:/usr/bin:ro -v /usr/lib:/usr/lib:ro -v /lib:/lib:ro -v /lib64:/lib64:ro)
    same "programs of the host's, through links of the host's" "$me $me" \
        "$(run --user "$me" "${host[@]}" -- /usr/bin/sh -c 'echo $(id -u) $(id -g)')"
    same "one of them, to a place that is not there" "$me" \
        "$(run --user "$me" -v /usr/bin/id:/usr/bin/tool:ro -v /lib:/lib:ro -v /lib64:/lib64:ro -- /usr/bin/tool -u)"
    same "and by the search path" "$me" \
        "$(run --user "$me" -v /usr/bin/id:/usr/bin/tool:ro -v /lib:/lib:ro -v /lib64:/lib64:ro -- tool -u)"
    tap_exit 127 "what was not given is not there" run -v /usr/bin/id:/usr/bin/id:ro -v /lib:/lib:ro -v /lib64:/lib64:ro -- ls
else
    tap_skip "programs of the host's, through links of the host's" "this host has no merged /usr"
fi

# --- volumes
mkdir "$TMPDIR/in" "$TMPDIR/out"
echo text >"$TMPDIR/in/page"
chmod 755 "$TMPDIR/in" && chmod 644 "$TMPDIR/in/page"
is_root && chown "$me:$me" "$TMPDIR/out"
same "a directory" text "$(small -v "$TMPDIR/in:/a/b/c:ro" -- /bin/sh -c 'busybox cat /a/b/c/page')"
same "a file" text "$(small -v "$TMPDIR/in/page:/a/b/c:ro" -- /bin/sh -c 'busybox cat /a/b/c')"
same "a file in /etc, beside the user's line" "group hosts passwd" \
    "$(small -v "$TMPDIR/in/page:/etc/hosts:ro" -- /bin/sh -c 'cd /etc && echo *')"
same "a file in the place of the user's line" text \
    "$(small -v "$TMPDIR/in/page:/etc/passwd:ro" -- /bin/sh -c 'busybox cat /etc/passwd')"
same "a directory in the place of /etc" page "$(small -v "$TMPDIR/in:/etc:ro" -- /bin/sh -c 'cd /etc && echo *')"
same "a writable one" "" "$(small -v "$TMPDIR/out:/out" -- /bin/sh -c 'echo made >/out/file')"
same "and the caller has the file" "made $me" "$( (cat "$TMPDIR/out/file"; is_root && stat -c %u "$TMPDIR/out/file" || echo "$me") | xargs)"
same "one below another" "text inner" \
    "$(small -v "$TMPDIR/in/page:/v/in/page:ro" --tmpfs /v -- /bin/sh -c 'busybox cat /v/in/page; : >/v/inner; cd /v && echo inner' | xargs)"
same "a tmpfs where nothing was" 700 "$(small --tmpfs /work/here -- /bin/sh -c 'busybox stat -c %a /work/here')"
is_root && same "id-mapped" text "$(small -v "$TMPDIR/in:/v:ro,idmap" -- /bin/sh -c 'busybox cat /v/page')"
mkdir -p "$TMPDIR/many"
many=()
for ((i = 0; i < 60; i++)); do many+=(-v "$TMPDIR/in:/deep/er/and/er/v$i:ro"); done
same "many" text "$(small "${many[@]}" -- /bin/sh -c 'busybox cat /deep/er/and/er/v59/page')"

# --- --read-only=false
open() {
    small --read-only=false "$@"
}
same "a root that the user may write" "$me written" \
    "$(open -- /bin/sh -c 'busybox mkdir /new && echo written >/new/file && echo $(busybox stat -c %u /new) $(busybox cat /new/file)')"
holds "its size is capped" "No space left" \
    "$(open --memory 1g --allow-missing cgroup -- /bin/sh -c 'busybox cat /dev/zero >/fill' 2>&1)"
holds "programs made there are not run" "Permission denied" \
    "$(open -- /bin/sh -c 'busybox cp /bin/sh /new && /new' 2>&1)"
holds "what was given is as read-only as before" "Read-only file system" "$(open -- /bin/sh -c ': >/bin/sh' 2>&1)"

# --- all else of a ring
is_root && same "--userns auto" 10001 "$(run --userns auto -v "$tool:/bin/sh:ro" -- /bin/sh -c 'busybox id -u')"
report=$(small --no-disk --report - -v "$TMPDIR/in:/in:ro" -- /bin/sh -c 'busybox cat /in/page' 2>&1 >/dev/null)
holds "the report: nothing was written" "nothing was written to a disk-backed file system" "$report"
holds "the report says what the root was" "read-only root     on           empty, nosuid, nodev, noexec" "$report"
holds "its mounts begin with the root" "  /                           tmpfs     ro,nosuid,nodev,noexec" "$report"
plan=$("$RINGFENCE" explain --scratch -- /bin/sh)
holds "explain says where the root is" "root     empty, in memory (scratch, read-only)" "$plan"
holds "and how large" "/                       ro scratch 1m noexec" "$plan"
holds "as JSON, too" '"root": {"kind": "scratch", "path": null, "read_only": true}' \
    "$("$RINGFENCE" explain --json --scratch -- /bin/sh | tr -s ' \n' ' ' | sed 's/{ /{/g; s/ }/}/g')"
small --name scratch-test -- /bin/sh -c ': >/tmp/ready; busybox sleep 20' &
wait_until "$RINGFENCE" exec scratch-test /bin/sh -c '[ -e /tmp/ready ]' 2>/dev/null
same "exec finds the same root" "bin dev etc home proc tmp" \
    "$("$RINGFENCE" exec scratch-test /bin/sh -c 'echo /*' | tr -d / | names)"
"$RINGFENCE" kill -s KILL scratch-test
wait
tap_exit 125 "one root only" run --host -- /bin/sh
holds "  and it says which there are" "the root is one of rootfs, host and scratch" "$tap_out"
tap_exit 125 "and one at least" "$RINGFENCE" run -- /bin/sh
holds "  and it says which there are" "--rootfs DIR, --host for the host's own, read-only, or --scratch" "$tap_out"
refused "a user by name: nobody has one" "no \"marie\"" --user marie
refused "a source that is not there" "No such file" -v "$TMPDIR/nowhere:/x"
refused "the root itself" "scratch" -v "$TMPDIR/in:/"
tap_exit 127 "a program that is not there" run -- /bin/true
tap_end
