#!/bin/bash
# shellcheck disable=SC2317 # functions are called by name
# `ringfence check --live` on containers of a real dockerd: those that look harmless to whoever reads their settings.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

for needed in dockerd docker containerd runc; do
    command -v $needed >/dev/null || { tap_skip check_docker "$needed is missing: Debian's docker.io"; tap_end; }
done
[ -x "$(dirname "$RINGFENCE")/ringfence-tools" ] || { tap_skip check_docker "built without ringfence-tools"; tap_end; }

data=$(mktemp -d /var/tmp/ringfence-dockerd.XXXXXX)
socket=$data/docker.sock
export DOCKER_HOST=unix://$socket
stop() {
    docker ps -q 2>/dev/null | xargs -r docker kill >/dev/null 2>&1
    [ -z "${daemon-}" ] || { kill "$daemon"; wait "$daemon"; } 2>/dev/null
    rm -rf "$data"
}
trap stop EXIT
dockerd --data-root "$data/data" --exec-root "$data/exec" --pidfile "$data/pid" -H "$DOCKER_HOST" --bridge=none \
    --iptables=false --ip6tables=false >"$data/log" 2>&1 &
daemon=$!
answers() { docker version >/dev/null 2>&1; }
for _ in 1 2 3 4; do
    wait_until answers && break
done
answers || { tap_skip check_docker "dockerd does not start here: $(tail -n 1 "$data/log")"; tap_end; }

mkdir root
busybox_root root || { tap_skip check_docker "no static busybox"; tap_end; }
mkdir -p root/etc
printf 'root:x:0:0::/root:/bin/sh\nalias:x:0:0::/:/bin/sh\nplain:x:1000:1000::/:/bin/sh\n' >root/etc/passwd
printf 'root:x:0:\n' >root/etc/group
tar -C root -c . | docker import - ringfence-live >/dev/null || { tap_skip check_docker "docker import fails here"; tap_end; }

start() { # NAME DOCKER-OPTION...
    local name=$1
    shift
    docker run -d --rm --net none --name "$name" "$@" ringfence-live /bin/busybox sleep 300
}
start rf-zero --user 0:0 && start rf-root --user root:root && start rf-alias --user alias &&
    start rf-plain --user plain --read-only --cap-drop ALL --security-opt no-new-privileges --memory 64m --pids-limit 50 &&
    start rf-socket -v "$socket:/var/run/docker.sock" --user plain
same "containers run" 5 "$(docker ps -q | wc -l)"
privileged=yes
start rf-privileged --privileged 2>/dev/null || privileged='' # root may not have all capabilities here
docker exec -d -u 0 rf-plain /bin/busybox sleep 300
out=$("$RINGFENCE" check --live --json --docker-socket "$socket" | jq -r '.findings[] | "\(.id) \(.subject)"')
for name in rf-zero rf-root rf-alias; do
    holds "$name is root" "RF-USER-001 $name" "$out"
done
lacks "rf-plain is not" "RF-USER-001 rf-plain" "$out"
holds "but somebody entered it as root" "RF-EXEC-001 rf-plain" "$out"
for rule in RF-FS-001 RF-CAP-001 RF-NNP-001 RF-RES-001 RF-RES-003; do
    lacks "and it has no $rule" "$rule rf-plain" "$out"
    holds "which rf-zero has" "$rule rf-zero" "$out"
done
if [ -n "$privileged" ]; then
    holds "a privileged one" "RF-PRIV-001 rf-privileged" "$out"
else
    tap_skip "a privileged one" "docker run --privileged fails here"
fi
holds "the engine's socket" "RF-SOCK-001 rf-socket" "$out"
tap_end
