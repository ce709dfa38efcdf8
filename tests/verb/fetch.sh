#!/bin/bash
# Fetching, by the real curl in a real ring, from web servers on the loopback interface.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"
# shellcheck source=tests/support/web.sh
. "$RF_TOP/tests/support/web.sh"

# The documented spacing, while everything else is tested.
"$FETCHER" host "127.0.0.1:$main" range 127.0.0.0/8 "$base/spaced" >"$TMPDIR/spaced" 2>&1 &
spaced=$!

# --- what comes
same "a file" sound "$(fetch "$base/sound.wav")"
same "in chunks" sound "$(fetch "$base/chunked")"
same "up to the end of the connection" sound "$(fetch "$base/close")"
same "after 100 Continue" sound "$(fetch "$base/continue")"
same "no more than the length says" sound "$(fetch "$base/long")"
same "a redirect" sound "$(fetch "$base/redirect?/sound.wav")"
same "the first of two Locations" sound "$(fetch "$base/twice")"
same "dots in the path stay" 404 "$(fetch wait none "$base/a/../sound.wav" | grep -o '404' | head -n 1)"
holds "and reach the server as they are" " /a/../sound.wav " "$(cat "$TMPDIR/main.log")"
holds "it says who asks" "| User-Agent: Ringfence/" "$(cat "$TMPDIR/main.log")"
lacks "no cookie is kept" "Cookie:" "$(cat "$TMPDIR/main.log")"
if [ -n "$(getent ahosts localhost)" ]; then
    same "a name" sound "$("$FETCHER" host "localhost:$main" range 127.0.0.0/8 range ::1 "http://LocalHost.:$main/sound.wav")"
else
    tap_skip "a name" "localhost has no address here"
fi
same "64 MiB into a ring of 16 MiB" $((64 << 20)) "$(fetch memory 16m "$base/big?64" | wc -c)"

# --- tries
out=$(fetch "$base/none")
same "a failure is tried again" 3 "$(asked main /none)"
same "each try has its line" 3 "$(grep -cx 'try: unable to fetch audio: http status code 404' <<<"$out")"
holds "and the last is the end" "end: unable to fetch audio: http status code 404 (EIO)" "$out"
out=$(fetch "$base/flaky?a")
same "a later try may succeed" "2 sound" "$(grep -c '^try: unable to fetch audio: http status code 503$' <<<"$out") ${out##*$'\n'}"
while IFS='|' read -r path says; do
    holds "$path" "try: unable to fetch audio: $says" "$(fetch wait none "$base$path")"
done <<'END'
/status?500|http status code 500
/status?401|http status code 401
/status?304|http status code 304
/partial|http status code 206
/forged|http status code 404
/short|the connection ended before the whole file
/empty|the server ended the connection without an answer
/old|curl ended with exit code 1
/nowhere|the server redirects to a URL that is refused
END
holds "nobody listens" "connection refused" "$("$FETCHER" host 127.0.0.1:1 range 127.0.0.1 wait none http://127.0.0.1:1/ 2>&1)"
lacks "nothing of an error's body comes" body "$(fetch wait none "$base/status?500")"

# --- limits
# ends_within SECONDS NAME PART OPTION...: fetch says PART in time
ends_within() {
    local seconds=$1 name=$2 part=$3 begin=$SECONDS out
    shift 3
    out=$(fetch "$@")
    holds "$name" "$part" "$out"
    [ $((SECONDS - begin)) -le "$seconds" ]
    tap_result $? "$name, in time" "$((SECONDS - begin)) s, want at most $seconds"
}
ends_within 15 "a slow server meets the time limit" "no answer in time" wait none time 2s "$base/slow"
ends_within 15 "so does a silent one" "no answer in time" wait none time 2s "$base/silent"
ends_within 15 "and one with headers without end" "try: unable to fetch" wait none time 2s "$base/headers"
: >"$TMPDIR/rings"
ends_within 30 "a body without end meets the size limit" "larger than the limit of 1048576 bytes (--max-input) (EFBIG)" \
    limit 1m started "$TMPDIR/rings" "$base/endless"
same "and is not tried again" 1 "$(wc -l <"$TMPDIR/rings")"
ends_within 15 "one that says so before" "larger than the limit" limit 1m "$base/huge"
ends_within 15 "a limit below a kilobyte" "limit of 4 bytes" limit 4 "$base/sound.wav"
same "exactly the limit" sound "$(fetch limit 5 "$base/sound.wav")"

# --- redirects
# leads_nowhere NAME PART LOCATION: refused at once, and nobody else is asked
leads_nowhere() {
    local before
    before=$(wc -l <"$TMPDIR/other.log")
    : >"$TMPDIR/rings"
    holds "$1" "$2" "$(fetch started "$TMPDIR/rings" "$base/redirect?$3")"
    same "$1: one request, and none elsewhere" "1 $before" "$(wc -l <"$TMPDIR/rings") $(wc -l <"$TMPDIR/other.log")"
}
leads_nowhere "to a port that is not listed" "list of hosts (EACCES)" "http://127.0.0.1:$other/sound.wav"
leads_nowhere "to another host" "list of hosts (EACCES)" "//127.0.0.2:$main/"
leads_nowhere "to a file" "from http to file, which is refused" "file:///etc/passwd"
leads_nowhere "to the metadata of a cloud" "list of hosts (EACCES)" "http://169.254.169.254/latest/meta-data/"
leads_nowhere "to a mapped address" "list of hosts (EACCES)" "http://%5B::ffff:127.0.0.1%5D:$other/"
leads_nowhere "to a number" "four decimal numbers" "http://2130706433:$other/"
leads_nowhere "by way of a user" "auth_headers" "http://127.0.0.1:$main@127.0.0.1:$other/"
leads_nowhere "by way of a backslash" "backslash" "http://127.0.0.1:$main%5C@127.0.0.1:$other/"
leads_nowhere "to another protocol" "http://" "gopher://127.0.0.1:$other/"
out=$(fetch wait none started "$TMPDIR/rings.loop" "$base/loop")
holds "in a circle" "more than 5 redirects" "$out"
same "which ends" 6 "$(wc -l <"$TMPDIR/rings.loop")"

# --- URLs that are refused before anything starts
while IFS='|' read -r url says; do
    : >"$TMPDIR/rings"
    out=$(fetch started "$TMPDIR/rings" host "127.0.0.1:$other" "$url")
    holds "$url" "$says" "$out"
    same "$url: no ring" "0 1" "$(wc -l <"$TMPDIR/rings") $(grep -c ^try: <<<"$out")"
done <<END
http://127.0.0.2:$main/|list of hosts
http://[::ffff:127.0.0.1]/|list of hosts
http://[::ffff:127.0.0.1]:$main/|list of hosts
http://[::1]:$main/|list of hosts
http://0x7f.1/|four decimal numbers
http://2130706433:$main/|four decimal numbers
http://127.1:$main/|four decimal numbers
http://localhost.:$main/|list of hosts
http://a@127.0.0.1:$main/|auth_headers
ftp://127.0.0.1:$main/|http://
file:///etc/passwd|directories that the administrator lists
END
out=$("$FETCHER" host "127.0.0.1:$main" host "[::ffff:127.0.0.1]:$main" "$base/sound.wav" 2>&1)
holds "a listed host with a private address" "not public: loopback (RFC 1122) (EACCES)" "$out"
out=$("$FETCHER" host "[::ffff:127.0.0.1]:$main" "http://[::ffff:127.0.0.1]:$main/sound.wav" 2>&1)
holds "the same, mapped" "not public: loopback (RFC 1122) (EACCES)" "$out"

# --- the documented spacing
wait "$spaced"
same "four tries" "4 4" "$(asked main /spaced) $(grep -c '^try: unable to fetch audio: http status code 404$' "$TMPDIR/spaced")"
gaps=$(awk '$2 == "/spaced" { if (last) printf "%s ", $1 - last; last = $1 }' "$TMPDIR/main.log")
awk -v gaps="$gaps" 'BEGIN {
    split(gaps, got); split("2 10 20", want)
    for (i = 1; i <= 3; i++) if (got[i] < want[i] || got[i] > want[i] + 6) exit 1
}'
tap_result $? "2, 10 and 20 seconds apart" "$gaps"
tap_end
