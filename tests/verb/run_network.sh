#!/bin/bash
# --network none, loopback and host, tried on a listener of the host's.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"
[ -x /usr/bin/python3 ] || { echo "python3 is missing"; exit 77; }

/usr/bin/python3 -c "
import socket, time
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(8)
print(s.getsockname()[1], flush=True)
time.sleep(60)" >"$TMPDIR/port" &
listener=$!
wait_until test -s "$TMPDIR/port"
port=$(cat "$TMPDIR/port")

dial="import socket; socket.create_connection(('127.0.0.1', $port), timeout=3); print('reached')"
echo_self="
import socket
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
socket.create_connection(s.getsockname(), timeout=3); print('reached')
t = socket.socket(socket.AF_INET6); t.bind(('::1', 0)); t.listen()
socket.create_connection(t.getsockname()[:2], timeout=3); print('six')"
outside="import socket; socket.create_connection(('192.0.2.1', 80), timeout=1); print('reached')"
try() {
    local mode=$1
    shift
    ring --network "$mode" -- /usr/bin/python3 -c "$1" 2>&1 | tail -n 2 | xargs
}
holds "the listener is there" reached "$(/usr/bin/python3 -c "$dial")"
holds "none: the host's port is not" "unreachable" "$(try none "$dial")"
holds "none: nor its own" "Error" "$(try none "$echo_self")"
holds "none is what holds by itself" "unreachable" "$(ring -- /usr/bin/python3 -c "$dial" 2>&1 | tail -n 1)"
holds "none: nor the world" "unreachable" "$(try none "$outside")"
holds "loopback: its own port is" reached "$(try loopback "$echo_self")"
holds "loopback: the host's is not" refused "$(try loopback "$dial")"
holds "loopback: nor the world" "unreachable" "$(try loopback "$outside")"
holds "host: the host's port is" reached "$(try host "$dial")"
same "host: the same interfaces" "$(sed 1,2d /proc/net/dev | cut -d: -f1 | xargs)" \
    "$(ring --network host -- /bin/cat /proc/net/dev | sed 1,2d | cut -d: -f1 | xargs)"
if [ -e /proc/sys/net/ipv6 ]; then
    holds "loopback: IPv6 too" six "$(try loopback "$echo_self")"
fi
same "none: nothing listens, nothing is connected" 1 "$(ring -- /bin/sh -c 'wc -l </proc/net/tcp')"
raw="import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"
holds "no raw socket" "not permitted" "$(try host "$raw")"
packet="import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"
holds "no packet socket" "not supported" "$(try host "$packet")"
refused "a bridge" network --network bridge
refused "another ring's" network --network container:other
kill "$listener"
wait "$listener" 2>/dev/null
tap_end
