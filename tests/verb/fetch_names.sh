#!/bin/bash
# Names that lead elsewhere: a name server of the test's own, in a network and mount name space of its own, whose
# loopback interface has a public address. No range is listed anywhere here.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"
if [ -z "${RF_OWN_NET-}" ]; then
    unshare --net --mount true || { echo "no network name space can be had"; exit 77; }
    RF_OWN_NET=1 exec unshare --net --mount -- "$0"
fi
: >"$TMPDIR/dns.log"
/usr/bin/python3 "$RF_TOP/tests/support/dns.py" "$TMPDIR/dns.log" 1.1.1.1 >"$TMPDIR/dns" &
dns=$!
trap 'kill "$dns"' EXIT # web.sh sets another
wait_until test -s "$TMPDIR/dns"
echo 'nameserver 127.0.0.1
options timeout:2 attempts:1' >"$TMPDIR/resolv.conf"
echo 'hosts: files dns' >"$TMPDIR/nsswitch.conf"
echo '127.0.0.1 localhost' >"$TMPDIR/hosts"
for name in resolv.conf nsswitch.conf hosts; do
    mount --bind "$TMPDIR/$name" "/etc/$name" || { echo "/etc/$name is not there to be replaced"; exit 77; }
done
# shellcheck source=tests/support/web.sh
. "$RF_TOP/tests/support/web.sh"
servers+=("$dns")
web public 1.1.1.1:80
web inside 127.0.0.1:80

# by_name NAME [OPTION VALUE]...: fetch from it, listed
by_name() {
    local name=$1
    shift
    "$FETCHER" host "$name" wait 0,0 time 20s "$@" "http://$name/sound.wav?$name" 2>&1
}
questions() { # NAME: how often its IPv4 address was asked for
    grep -cx "$1 A" "$TMPDIR/dns.log"
}

same "a name with a public address" sound "$(by_name good.test)"
same "a name with two, of which one does not answer" sound "$(by_name two.test time 60s)"
same "a name that changes its address after the first question" sound "$(by_name rebind.test)"
same "is asked for once" 1 "$(questions rebind.test)"
holds "the second question has an answer that leads inside" "an address of the host is not public: loopback (RFC 1122) (EACCES)" \
    "$(by_name rebind.test)"
while read -r name what; do
    out=$(by_name "$name")
    holds "$name" "an address of the host is not public: $what" "$out"
    same "$name: at once" 1 "$(grep -c ^try: <<<"$out")"
done <<'END'
mixed.test private (RFC 1918) (EACCES)
six.test loopback (RFC 4291) (EACCES)
mapped.test loopback (RFC 1122) (EACCES)
nat64.test loopback (RFC 1122) (EACCES)
sixtofour.test loopback (RFC 1122) (EACCES)
private.test loopback (RFC 1122) (EACCES)
zero.test this host (RFC 1122) (EACCES)
metadata.test link-local, cloud metadata (RFC 3927) (EACCES)
metadata6.test private, cloud metadata (RFC 4193) (EACCES)
many.test private (RFC 1918) (EACCES)
localhost loopback (RFC 1122) (EACCES)
END
for name in fail.test empty.test none.test; do
    out=$(by_name "$name")
    same "$name is tried again" 3 "$(grep -c '^try: unable to fetch audio: the host.s name could not be looked up' <<<"$out")"
    holds "$name fails" "(EIO)" "$out"
done
out=$(by_name later.test)
same "a name that is found by the second try" "1 sound" "$(grep -c ^try: <<<"$out") ${out##*$'\n'}"
out=$(by_name worse.test)
holds "a name that then leads inside" "loopback (RFC 1122) (EACCES)" "$out"
same "which the first try could not know" 2 "$(grep -c ^try: <<<"$out")"

# --- between tries and redirects
out=$("$FETCHER" host good.test host private.test time 20s \
    "http://good.test/redirect?http://private.test/sound.wav?redirected" 2>&1)
holds "a redirect to a listed name with a private address" "loopback (RFC 1122) (EACCES)" "$out"
out=$("$FETCHER" host 1.1.1.1 host 127.0.0.1 time 20s "http://1.1.1.1/redirect?http://127.0.0.1/sound.wav?redirected" 2>&1)
holds "a redirect to a listed private address" "loopback (RFC 1122) (EACCES)" "$out"
same "a redirect to another listed name" sound \
    "$("$FETCHER" host 1.1.1.1 host good.test time 20s "http://1.1.1.1/redirect?//good.test/sound.wav")"

same "nothing inside was ever asked" 0 "$(wc -l <"$TMPDIR/inside.log")"
tap_end
