#!/bin/bash
# What fetching must not give away or let in, by the real curl in a real ring: secrets, headers, proxies, files, TLS.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"
# shellcheck source=tests/support/web.sh
. "$RF_TOP/tests/support/web.sh"

# --- secrets
secret=s3cr3t-$RANDOM$RANDOM
printf 'Authorization: Bearer %s\0X-Quotes: "a\\b" @c ;\0' "$secret" >"$TMPDIR/headers"
printf '%s' "$secret" >"$TMPDIR/pattern"
# in_sight: does any process show it in its words or variables?
in_sight() {
    grep -lsaFf "$TMPDIR/pattern" /proc/[0-9]*/cmdline /proc/[0-9]*/environ
}
ring_uid=$(id -u)
[ "$ring_uid" != 0 ] || ring_uid=10001
ring_of() { # the curl that is at work, as a directory in /proc
    local pid
    for pid in $(pgrep -x -u "$ring_uid" curl); do
        [ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = "/usr/bin/curl --disable --config - " ] && echo "/proc/$pid" && return
    done
    return 1
}
# shellcheck disable=SC2317 # wait_until calls it
has_no_ring() {
    ! ring_of
}
same "a header that the server sees" sound "$(fetch headers "$TMPDIR/headers" "$base/sound.wav?auth")"
holds "is seen by it" "| Authorization: Bearer $secret | X-Quotes: \"a\\b\" @c ;" "$(grep -F auth "$TMPDIR/main.log")"
"$FETCHER" host "127.0.0.1:$main" range 127.0.0.0/8 headers "$TMPDIR/headers" "$base/slow?secret" >/dev/null 2>&1 &
slow=$!
wait_until grep -qsF "slow?secret" "$TMPDIR/main.log"
ring=$(ring_of)
same "and by no process of the host" "" "$(in_sight)"
same "curl is there, with these words" "/usr/bin/curl --disable --config -" "$(tr '\0' ' ' <"${ring:-/proc/self}/cmdline" | sed 's/ $//')"
if is_root; then
    lacks "its variables hold nothing of the caller's" TMPDIR "$(tr '\0' ' ' <"$ring/environ")"
    same "what it sees of /etc" "etc etc/group etc/passwd etc/ssl etc/ssl/certs" \
        "$(cd "$ring/root" && find etc ! -path 'etc/ssl/certs/*' | sort | xargs)"
fi
SECRET=$secret sleep 20 &
control=$!
holds "the same look finds it where it is" "/proc/$control/environ" "$(in_sight)"
kill "$control"

# --- asked to end
kill -TERM "$slow"
wait "$slow"
same "SIGTERM ends it" 1 $?
tap_true "and its ring" wait_until has_no_ring
"$FETCHER" host "127.0.0.1:$main" range 127.0.0.0/8 wait 60s "$base/waiting" 2>"$TMPDIR/waiting" &
waiting=$!
wait_until test -s "$TMPDIR/waiting"
begin=$SECONDS
kill -TERM "$waiting"
wait "$waiting"
holds "SIGTERM ends the wait between two tries" "(EINTR)" "$(cat "$TMPDIR/waiting")"
[ $((SECONDS - begin)) -le 5 ]
tap_result $? "at once" "$((SECONDS - begin)) s"

# --- injection
printf 'X-Good: a\0X-Bad: b\r\nX-Injected: c\r\n\r\nGET /smuggled HTTP/1.1\0' >"$TMPDIR/injected"
holds "a header that is two" "auth_headers 2: X-Bad: byte 9 is not printable ASCII" "$(fetch headers "$TMPDIR/injected" "$base/injected")"
printf 'Host: 127.0.0.1:%s\0' "$other" >"$TMPDIR/injected"
holds "a header of the request's own" "Host is a header of the request's own" "$(fetch headers "$TMPDIR/injected" "$base/injected")"
printf '@%s\0' "$TMPDIR/headers" >"$TMPDIR/injected"
holds "a header that curl would read from a file" "Name: value" "$(fetch headers "$TMPDIR/injected" "$base/injected")"
same "never reach the server" 0 "$(grep -c -e injected -e smuggled "$TMPDIR/main.log")"
same "a quote and a new option in a path" 404 "$(fetch wait none "$base/%22%0aoutput=%22x" | grep -o 404 | head -n 1)"
same "headers go no further than their origin" "sound 0" \
    "$(fetch host "127.0.0.1:$other" headers "$TMPDIR/headers" "$base/redirect?http://127.0.0.1:$other/sound.wav") $(grep -c Authorization "$TMPDIR/other.log")"

# --- the caller's surroundings
printf 'proxy = "http://127.0.0.1:%s"\nuser-agent = "from curlrc"\n' "$other" >"$HOME/.curlrc"
before=$(wc -l <"$TMPDIR/other.log")
same "proxies and .curlrc have no effect" sound "$(
    export http_proxy="http://127.0.0.1:$other" HTTP_PROXY="http://127.0.0.1:$other" https_proxy="http://127.0.0.1:$other"
    export all_proxy="http://127.0.0.1:$other" ALL_PROXY="http://127.0.0.1:$other" CURL_HOME="$HOME"
    fetch "$base/sound.wav?proxy"
)"
same "nobody else is asked" "$before" "$(wc -l <"$TMPDIR/other.log")"
lacks "nor is curl another" curlrc "$(cat "$TMPDIR/main.log")"

# --- files
mkdir "$TMPDIR/data"
echo sound >"$TMPDIR/data/a.wav"
ln -s /etc/passwd "$TMPDIR/data/link"
same "a file" sound "$(fetch dir "/data=$TMPDIR/data" file:///data/a.wav)"
holds "a link out" "links are not followed (ELOOP)" "$(fetch dir "/data=$TMPDIR/data" file:///data/link)"
holds "dots" 'no "." and ".."' "$(fetch dir "/data=$TMPDIR/data" file:///data/%2e%2e/pattern)"
if is_root; then
    mknod "$TMPDIR/data/zero" c 1 5
    holds "a device" "something else than a regular file" "$(fetch dir "/data=$TMPDIR/data" file:///data/zero)"
fi

# --- TLS
if command -v openssl >/dev/null; then
    mkdir "$TMPDIR/ca"
    sign() { # NAME: a certificate of our own authority for that name or address
        openssl req -new -newkey rsa:2048 -nodes -subj /CN=test -keyout "$TMPDIR/ca/$1.key" -out "$TMPDIR/ca/$1.csr" &&
            openssl x509 -req -in "$TMPDIR/ca/$1.csr" -CA "$TMPDIR/ca/ca.pem" -CAkey "$TMPDIR/ca/ca.key" -CAcreateserial \
                -days 2 -extfile <(echo "subjectAltName = $2") -out "$TMPDIR/ca/$1.pem"
    } >/dev/null 2>&1
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=authority -days 2 -keyout "$TMPDIR/ca/ca.key" -out "$TMPDIR/ca/ca.pem" \
        2>/dev/null
    sign right IP:127.0.0.1
    sign wrong DNS:example.org
    mkdir "$TMPDIR/certs"
    cp "$TMPDIR/ca/ca.pem" "$TMPDIR/certs/ca-certificates.crt"
    chmod -R a+rX "$TMPDIR/certs"
    web right 127.0.0.1:0 "$TMPDIR/ca/right.pem" "$TMPDIR/ca/right.key"
    right=$port
    web wrong 127.0.0.1:0 "$TMPDIR/ca/wrong.pem" "$TMPDIR/ca/wrong.key"
    wrong=$port
    tls() {
        fetch host "127.0.0.1:$right" host "127.0.0.1:$wrong" wait none "$@"
    }
    holds "a certificate of an unknown authority" "certificate is not trusted" "$(tls "https://127.0.0.1:$right/sound.wav")"
    same "of a trusted one" sound "$(tls certs "$TMPDIR/certs" "https://127.0.0.1:$right/sound.wav")"
    holds "for another name" "certificate is not trusted" "$(tls certs "$TMPDIR/certs" "https://127.0.0.1:$wrong/sound.wav")"
    same "nothing was asked without trust" "1 0" "$(wc -l <"$TMPDIR/right.log") $(wc -l <"$TMPDIR/wrong.log")"
    holds "a redirect out of TLS" "from https to http, which is refused" \
        "$(tls certs "$TMPDIR/certs" "https://127.0.0.1:$right/redirect?$base/sound.wav")"
    same "a redirect into TLS" sound "$(tls certs "$TMPDIR/certs" "$base/redirect?https://127.0.0.1:$right/sound.wav")"
    holds "http at a port that speaks TLS" "try: unable to fetch" "$(tls "http://127.0.0.1:$right/sound.wav")"
    holds "https at a port that does not" "no answer in time" "$(tls time 2s "https://127.0.0.1:$main/sound.wav")"
else
    tap_skip "TLS" "openssl is missing"
fi

tap_end
