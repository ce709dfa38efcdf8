#!/bin/bash
# Whose files a ring leaves on the host: id-mapped volumes, and --userns auto.
# shellcheck disable=SC2317 # functions are called by wait_until
# shellcheck disable=SC2016 # what is in single quotes is for the ring's own shell
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

out=$TMPDIR/out
mkdir -m 700 "$out"
owner=$(id -u)
is_root && owner=1042 && chown 1042:1043 "$out"
ids() {
    stat -c '%u %g' "$1" 2>/dev/null
}

if is_root; then
    tap_exit 1 "without idmap somebody else's directory cannot be written" \
        ring --user 4242 -v "$out:/tmp/v" -- /bin/touch /tmp/v/x
    warning=$tap_out
    holds "  and run says so beforehand" "owned by 1042:1043 and mode 0700, uid 4242 cannot write it" "$warning"
    holds "  and what would help" "-v $out:/tmp/v:idmap, or chown 4242:4242 $out" "$warning"
    inside=$(ring --user 4242:77 -v "$out:/tmp/v:idmap" -- /bin/sh -c 'touch /tmp/v/x; stat -c "%u %g" /tmp/v /tmp/v/x')
    same "with idmap it is the user's inside" "4242 77 4242 77" "$(xargs <<<"$inside")"
    same "and the owner's outside" "1042 1043" "$(ids "$out/x")"
    touch "$out/foreign"
    same "what belongs to others is nobody's inside" "65534 65534" \
        "$(ring --user 4242 -v "$out:/tmp/v:idmap" -- /usr/bin/stat -c '%u %g' /tmp/v/foreign)"
    tap_exit 1 "no set-user-id file can be left behind" \
        ring --user 4242 -v "$out:/tmp/v:idmap" -- /bin/sh -c 'cp /bin/true /tmp/v/suid && chmod u+s /tmp/v/suid'
    same "and none is" "" "$(find "$out" -perm /6000)"

    # A private range of ids
    mark=60.$$
    launchers=''
    for i in 1 2; do
        "$RINGFENCE" run --host --userns auto --user 4242 -v "$out:/tmp/v" -- /bin/sh -c \
            "id -u >/tmp/v/id$i; cat /proc/self/uid_map; exec sleep $mark" >"$TMPDIR/map$i" &
        launchers+=" $!"
    done
    two_sleep() {
        [ "$(pids_of sleep "$mark" | wc -l)" = 2 ]
    }
    tap_true "two rings with a private range of ids" wait_until two_sleep
    uids=$(for pid in $(pids_of sleep "$mark"); do stat -c %u "/proc/$pid"; done)
    # shellcheck disable=SC2086 # words
    kill -KILL $launchers
    wait 2>/dev/null
    same "--userns auto: the number asked for inside" "4242 4242" "$(cat "$out/id1" "$out/id2" | xargs)"
    same "two rings have two ranges" 2 "$(sort -u "$TMPDIR/map1" "$TMPDIR/map2" | wc -l)"
    same "outside nobody's of the host" 2 "$(sort -u <<<"$uids" | awk '$1 > 1000000' | wc -l)"
    same "the volume is mapped without being asked" "1042 1043" "$(ids "$out/id1")"
    same "/tmp can be written" yes "$(ring --userns auto -- /bin/sh -c 'touch /tmp/x "$HOME/x" && echo yes')"
    same "the root is read-only" "" "$(ring --userns auto -- /bin/sh -c 'touch /x && echo written' 2>/dev/null)"
    same "no capability" 0000000000000000 "$(ring --userns auto -- /bin/sed -n 's/^CapEff:\t//p' /proc/self/status)"
    tap_exit 0 "with a loopback" ring --userns auto --network loopback -- /bin/true
    tap_exit 9 "its exit code" ring --userns auto -- /bin/sh -c 'exit 9'
else
    inside=$(ring --user 4242 -v "$out:/tmp/v" -- /bin/sh -c 'touch /tmp/v/x; stat -c %u /tmp/v /tmp/v/x')
    same "what is yours is the user's inside" "4242 4242" "$(xargs <<<"$inside")"
    same "and what he leaves is yours" "$owner" "$(stat -c %u "$out/x")"
    tap_exit 0 "idmap changes nothing then" ring -v "$out:/tmp/v:idmap" -- /bin/touch /tmp/v/y
    refused "idmap of a directory that is not yours" "ordinary user cannot map ids" -v /usr:/tmp/v:idmap
    refused "a private range of ids" userns --userns auto
fi
refused "another kind of name space" userns --userns host
tap_end
