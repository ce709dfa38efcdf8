#!/bin/bash
# Foreign roots: what must keep working in them, what is never written, and what stays outside.
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

root=$TMPDIR/root
busybox_root "$root" || { echo "busybox-static is missing"; exit 77; }
mkdir -p "$root/usr/share/deep" "$root/run/lock" "$root/opt"
rmdir "$root/usr/lib" && mkdir "$root/usr/lib" && cp "$root/bin/busybox" "$root/usr/lib/busybox"
ln -s ../usr/lib "$root/var/lib"
ln -s usr/lib "$root/lib"
ln -s /run "$root/var/run"
ln -s ../../../../../../../../etc/hostname "$root/srv/upwards"
ln -s /etc/hostname "$root/srv/absolute"
mkdir "$root/opt/closed" && echo inner >"$root/opt/closed/file" && chmod 711 "$root/opt/closed" "$root/opt"
echo foreign >"$root/etc/hostname"
chmod -R a+r "$root/etc" "$root/srv" "$root/usr"
root_words=(--rootfs "$root")
run() {
    "$RINGFENCE" run "${root_words[@]}" "$@"
}

# --- positives
same "a program of the root" hello "$(run -- /bin/echo hello)"
same "through /lib -> usr/lib" hello "$(run -- /lib/busybox echo hello)"
same "a working directory through /var/run -> /run" /run/lock "$(run --workdir /var/run/lock -- /bin/sh -c 'pwd -P')"
same "a tmpfs through a link" yes "$(run --tmpfs /var/run/lock -- /bin/sh -c 'touch /run/lock/x && echo yes')"
mkdir -m 755 "$TMPDIR/data" && echo data >"$TMPDIR/data/file" && chmod 644 "$TMPDIR/data/file"
same "a volume through a link" data "$(run -v "$TMPDIR/data:/var/run/lock:ro" -- /bin/cat /run/lock/file)"
same "a file below 0711 directories" inner "$(run -- /bin/cat /opt/closed/file)"
same "a volume below 0711 directories" data "$(run -v "$TMPDIR/data/file:/opt/closed/file:ro" -- /bin/cat /opt/closed/file)"
same "links upwards end at the root's top" foreign "$(run -- /bin/cat /srv/upwards)"
same "absolute links too" foreign "$(run -- /bin/cat /srv/absolute)"
same "the user has a name" ringfence "$(run -- /bin/sh -c 'id -un')"

# --- nothing of the host
mounts=$(run -- /bin/cat /proc/self/mountinfo)
same "one root, and it is not the host's" 1 "$(awk '$5 == "/"' <<<"$mounts" | wc -l)"
lacks "no mount of the host" /sys/fs/cgroup "$mounts"
same "nothing is mounted writable on a disk" "" \
    "$(awk '$6 ~ /^rw/ && $0 !~ / - (tmpfs|overlay|devtmpfs|devpts) /' <<<"$mounts")"
lacks "the host's files are not there" "$(basename "$(dirname "$TMPDIR")")" "$(run -- /bin/ls -a / /tmp /home)"

# --- a root without the places that a ring mounts on
bare=$TMPDIR/bare
mkdir -p "$bare/bin" && cp "$root/bin/busybox" "$bare/bin/sh" && chmod 755 "$bare" "$bare/bin"
before=$(find "$bare" | sort)
mounts=$("$RINGFENCE" run --rootfs "$bare" -v "$TMPDIR/data:/configs/of/job:ro" -- \
    /bin/sh -c 'while read -r line; do echo "$line"; done </proc/self/mountinfo; test -f /configs/of/job/file && echo mounted')
holds "they are made in memory, and so is a volume's" mounted "$mounts"
same "one root, and it is not the host's" 1 "$(awk '$5 == "/"' <<<"$mounts" | wc -l)"
lacks "no mount of the host" /sys/fs/cgroup "$mounts"
same "nothing was made in the root" "$before" "$(find "$bare" | sort)"
lacks "the root is read-only all the same" written \
    "$("$RINGFENCE" run --rootfs "$bare" -- /bin/sh -c '(: >/x) && echo written' 2>&1)"

# --- --read-only=false
chmod 1777 "$root/srv"
before=$(find "$root" -ls)
same "--read-only=false" yes "$(run --read-only=false -- /bin/sh -c 'echo x >/srv/new && test -s /srv/new && echo yes')"
mounts=$(run --read-only=false -- /bin/cat /proc/self/mountinfo)
same "one root, and it is not the host's" 1 "$(awk '$5 == "/"' <<<"$mounts" | wc -l)"
lacks "no mount of the host" /sys/fs/cgroup "$mounts"
same "with a capability neither" 1 \
    "$(run --read-only=false --cap-add CHOWN -- /bin/cat /proc/self/mountinfo | awk '$5 == "/"' | wc -l)"
holds "its size is capped" "No space left" \
    "$(run --read-only=false --memory 1g --allow-missing cgroup -- /bin/sh -c 'cat /dev/zero >/srv/fill' 2>&1)"
same "the root is as it was" "$before" "$(find "$root" -ls)"
tap_exit 125 "never the host's" ring --read-only=false -- /bin/true
holds "  and it says what to do" "--tmpfs PATH" "$tap_out"

# --- hostile ones
for target in / /etc /proc/self/root /proc/1/cwd; do
    rm -rf "$root/opt/place" && ln -s "$target" "$root/opt/place"
    run -v "$TMPDIR/data:/opt/place/sub:ro" -- /bin/true >/dev/null 2>&1
done
same "nothing is made on the host through links" "" "$(find /sub /etc/sub "$RF_TOP/sub" 2>/dev/null)"
ln -sfn /dev/null "$root/etc/passwd"
tap_exit 0 "a device as passwd" timeout 10 "$RINGFENCE" run "${root_words[@]}" -- /bin/true
rmdir "$root/tmp" && ln -s /proc "$root/tmp"
tap_exit 125 "a /tmp that is the ring's own /proc" run -- /bin/true
holds "  and it says so" "/proc" "$tap_out"
tap_end
