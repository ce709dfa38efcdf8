#!/bin/bash
# Places in the ring: --tmpfs, --volume, --mount, --shm-size, --no-disk.
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

# A directory of the caller's, which the ring's user can write: as root it is the number asked for.
me=$(id -u)
[ "$me" != 0 ] || me=4242
mkdir "$TMPDIR/mine" "$TMPDIR/theirs"
is_root && chown "$me:$me" "$TMPDIR/mine"
echo text >"$TMPDIR/mine/file"
chmod 644 "$TMPDIR/mine/file"
chmod 700 "$TMPDIR/theirs"
user=(--user "$me")
written() {
    ring "${user[@]}" "$@" -- /bin/sh -c 'cat /tmp/v/file; (: >/tmp/v/new) 2>&1 && echo written'
}

# --- volumes
same "a volume is writable" "text written" "$(written -v "$TMPDIR/mine:/tmp/v" | xargs)"
same "and the caller has the file" yes "$([ -f "$TMPDIR/mine/new" ] && rm -f "$TMPDIR/mine/new" && echo yes)"
holds "a read-only volume is not" "Read-only file system" "$(written -v "$TMPDIR/mine:/tmp/v:ro")"
same "it has not been written" no "$([ -e "$TMPDIR/mine/new" ] || echo no)"
same "the long flag with an equals sign" "text written" "$(written "--volume=$TMPDIR/mine:/tmp/v:rw" | xargs)"
same "a relative source" "text written" "$(cd "$TMPDIR" && written -v ./mine:/tmp/v | xargs)"
holds "a file" text "$(ring "${user[@]}" -v "$TMPDIR/mine/file:/tmp/one:ro" -- /bin/cat /tmp/one)"
same "a volume below a directory that is not there yet" text \
    "$(ring "${user[@]}" -v "$TMPDIR/mine:/tmp/a/b/c" -- /bin/cat /tmp/a/b/c/file)"
options=$(ring -v "$TMPDIR/mine:/tmp/v:noexec" -- /bin/sh -c 'grep " /tmp/v " /proc/self/mounts')
holds "a volume is nosuid and nodev" nosuid,nodev "$options"
holds "and noexec when asked" noexec "$options"
cp /bin/true "$TMPDIR/mine/true"
tap_exit 126 "a program on a noexec volume cannot be executed" \
    ring -v "$TMPDIR/mine:/tmp/v:noexec" -- /tmp/v/true
tap_exit 0 "a program on another volume can" ring -v "$TMPDIR/mine:/tmp/v:ro" -- /tmp/v/true
refused "a source that is not there" "No such file" -v "$TMPDIR/nowhere:/tmp/v"
same "and it is not made" no "$([ -e "$TMPDIR/nowhere" ] || echo no)"
refused "a bare name" "./data" -v data:/tmp/v
# shellcheck disable=SC2088 # that it does not expand is what is asked
refused "a tilde" "is not expanded" -v "~/data:/tmp/v"
refused "no source" volume -v :/tmp/v
refused "no place" volume -v "$TMPDIR/mine"
refused "a relative place" volume -v "$TMPDIR/mine:v"
refused "an unknown option" volume -v "$TMPDIR/mine:/tmp/v:rx"
refused "an SELinux label" chcon -v "$TMPDIR/mine:/tmp/v:z"
refused "shared propagation" private -v "$TMPDIR/mine:/tmp/v:rshared"
refused "two volumes on one place" already -v "$TMPDIR/mine:/tmp/v" -v "$TMPDIR/mine:/tmp/v"
for place in / /proc /proc/self /dev /dev/null; do
    refused "a volume on $place" "" -v "$TMPDIR/mine:$place"
done
refused "a place that a read-only root has not" "choose a path" -v "$TMPDIR/mine:/no/such/place"
refused "a directory on a file" "a file" -v "$TMPDIR/mine:/etc/passwd"
mkfifo "$TMPDIR/fifo"
refused "a FIFO" "neither directory" -v "$TMPDIR/fifo:/tmp/v"
warning=$(ring --user 4243 -v "$TMPDIR/theirs:/tmp/v" -- /bin/true 2>&1)
if is_root; then
    holds "a volume that the user cannot write is warned of" "uid 4243 cannot write it; use -v" "$warning"
fi

# --- --mount
same "--mount type=bind" "text written" \
    "$(written --mount "type=bind,source=$TMPDIR/mine,target=/tmp/v" | xargs)"
holds "--mount readonly" "Read-only file system" "$(written --mount "type=bind,src=$TMPDIR/mine,dst=/tmp/v,readonly")"
same "--mount type=tmpfs" 1024 \
    "$(ring --mount type=tmpfs,destination=/tmp/t,tmpfs-size=1m -- /bin/sh -c 'df -P /tmp/t | tail -n 1' | awk '{ print $2 }')"
refused "--mount type=volume" mount --mount type=volume,source=data,target=/tmp/v
refused "--mount without a target" mount --mount "type=bind,source=$TMPDIR/mine"
refused "--mount with an unknown field" mount --mount "type=bind,source=$TMPDIR/mine,target=/tmp/v,colour=red"

# --- temporary file systems
tmpfs() {
    ring "${user[@]}" "$@" -- /bin/sh -c '
        stat -c "%a %u" /srv
        set -- $(df -P /srv | tail -n 1); echo $2
        set -- $(df -iP /srv | tail -n 1); echo $2
        cp /bin/true /srv/ 2>/dev/null && /srv/true 2>/dev/null && echo executes' 2>/dev/null | xargs
}
same "a tmpfs belongs to the user" "700 $me 65536 16384" "$(tmpfs --tmpfs /srv)"
same "size" "700 $me 1024 16384" "$(tmpfs --tmpfs /srv:size=1m)"
same "mode, inodes and exec" "750 $me 65536 100 executes" "$(tmpfs --tmpfs /srv:mode=0750,nr_inodes=100,exec)"
if is_root; then
    tap_exit 1 "somebody else's" ring --tmpfs /srv:uid=77,mode=0755 -- /bin/touch /srv/x
fi
full=$(ring --tmpfs /srv:size=1m -- /bin/sh -c 'head -c 2000000 /dev/zero >/srv/x' 2>&1)
holds "a full tmpfs is full" "No space left" "$full"
full=$(ring --tmpfs /srv:nr_inodes=10 -- /bin/sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11; do : >/srv/$i; done' 2>&1)
holds "and in inodes" "No space left" "$full"
holds "a read-only tmpfs" "Read-only" "$(ring --tmpfs /srv:ro -- /bin/touch /srv/x 2>&1)"
refused "no limit" "no limit" --tmpfs /srv:size=0
refused "no limit of inodes" "no limit" --tmpfs /srv:nr_inodes=0
refused "set-user-id programs" nosuid --tmpfs /srv:suid
refused "root's" "0 is root" --tmpfs /srv:uid=0
refused "a size that is none" size --tmpfs /srv:size=large
refused "a relative path" tmpfs --tmpfs srv
refused "the root" tmpfs --tmpfs /
same "/tmp of another size" 2048 "$(ring --tmpfs /tmp:size=2m -- /bin/sh -c 'df -P /tmp | tail -n 1' | awk '{ print $2 }')"
same "and everybody's still" 1777 "$(ring --tmpfs /tmp:size=2m -- /usr/bin/stat -c %a /tmp)"
same "--shm-size" 2048 "$(ring --shm-size 2m -- /bin/sh -c 'df -P /dev/shm | tail -n 1' | awk '{ print $2 }')"
refused "--shm-size 0" shm --shm-size 0

# --- nothing on a disk
case $(stat -f -c %T "$TMPDIR") in
    tmpfs | ramfs) tap_skip "a writable volume on a disk" "$TMPDIR lies in memory" ;;
    *) refused "--no-disk with a writable volume on a disk" "lies on a disk" --no-disk -v "$TMPDIR/mine:/tmp/v" ;;
esac
tap_exit 0 "--no-disk with a read-only volume" ring --no-disk -v "$TMPDIR/mine:/tmp/v:ro" -- /bin/true

# --- many of them
long=$(printf 'd%.0s' {1..200})
mkdir -p "$TMPDIR/$long/$long"
many=()
for ((i = 0; i < 100; i++)); do
    many+=(-v "$TMPDIR/$long/$long:/tmp/$long/v$i")
done
ring --user 4243 "${many[@]}" -- /bin/true 2>/dev/null
same "a hundred volumes with long names, none of which the user can write" 0 $?
# --- mounts below each other
mkdir -p "$TMPDIR/outer/inner" "$TMPDIR/below"
echo below >"$TMPDIR/below/file"
chmod -R a+rX "$TMPDIR/outer" "$TMPDIR/below"
same "the outer one comes first, whatever the order of the words" below \
    "$(ring -v "$TMPDIR/below:/tmp/v/inner:ro" -v "$TMPDIR/outer:/tmp/v:ro" -- /bin/cat /tmp/v/inner/file)"
tap_end
