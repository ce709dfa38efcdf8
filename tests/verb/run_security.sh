#!/bin/bash
# The layers that a posture may change: --cap-add, --security-opt, --no-new-privileges, --seccomp, --landlock,
# --allow-missing.
# shellcheck source=tests/verb/lib.sh
. "$RF_TOP/tests/verb/lib.sh"

status() {
    local field=$1
    shift
    ring "$@" -- /bin/sed -n "s/^$field:[[:space:]]*//p" /proc/self/status
}

# --- capabilities
bind="import socket; s = socket.socket(); s.bind(('127.0.0.1', 80)); print('bound')"
ports=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)
same "no capability" 0000000000000000 "$(status CapEff)"
same "one that was asked for, in every set" "0000000000000400 0000000000000400 0000000000000400 0000000000000400" \
    "$(ring --cap-add NET_BIND_SERVICE -- /bin/sed -n 's/^Cap\(Prm\|Eff\|Bnd\|Amb\):[[:space:]]*//p' /proc/self/status | xargs)"
same "two, in any spelling" 0000000000002400 "$(status CapEff --cap-add cap_net_raw --cap-add=Net_Bind_Service)"
if [ "$ports" -gt 80 ] && [ -x /usr/bin/python3 ]; then
    holds "a low port without it" "Permission denied" \
        "$(ring --network loopback -- /usr/bin/python3 -c "$bind" 2>&1)"
    if is_root; then
        holds "and with it" bound \
            "$(ring --network loopback --cap-add NET_BIND_SERVICE -- /usr/bin/python3 -c "$bind" 2>&1)"
    fi
else
    tap_skip "a low port" "python3 is missing, or every port is low"
fi
same "a capability does not make root" 10001 "$(ring --cap-add CHOWN -- /usr/bin/id -u)"
refused "every capability" ALL --cap-add ALL
refused "one that does not exist" capability --cap-add NET_FLY
tap_exit 125 "--cap-drop of one" ring --cap-drop CHOWN -- /bin/true
tap_exit 0 "--cap-drop ALL, as docker's users write" ring --cap-drop ALL -- /bin/true

# --- no new privileges
same "--security-opt no-new-privileges" 1 "$(status NoNewPrivs --security-opt no-new-privileges)"
same "  and true" 1 "$(status NoNewPrivs --security-opt no-new-privileges:true)"
refused "false, with the layers that need it" "seccomp" --no-new-privileges=false
same "false, without them" 0 \
    "$(status NoNewPrivs --no-new-privileges=false --seccomp unconfined --landlock=false)"
refused "a security option that does not exist" security --security-opt colour=red
refused "AppArmor's" apparmor --security-opt apparmor=none

# --- system calls
namespace=(/usr/bin/unshare --mount true)
same "--seccomp default" 2 "$(status Seccomp --seccomp default)"
same "--seccomp unconfined" 0 "$(status Seccomp --seccomp unconfined)"
same "--security-opt seccomp=unconfined" 0 "$(status Seccomp --security-opt seccomp=unconfined)"
tap_exit 1 "a mount name space is refused" ring -- "${namespace[@]}"
same "--seccomp strict" 2 "$(status Seccomp --seccomp strict)"
if [ -x /usr/bin/python3 ]; then
    inet="import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM); print('made')"
    holds "standard: a socket" made "$(ring -- /usr/bin/python3 -c "$inet" 2>&1)"
    personality="import ctypes; libc = ctypes.CDLL(None, use_errno=True); print(libc.personality(0x40000), ctypes.get_errno())"
    same "standard: no other personality" "-1 1" "$(ring -- /usr/bin/python3 -c "$personality" 2>&1)"
fi
cat >"$TMPDIR/no-mkdir.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW",
 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}]}
END
holds "a profile as docker reads it" "Permission denied" \
    "$(ring --seccomp "$TMPDIR/no-mkdir.json" -- /bin/mkdir /tmp/x 2>&1)"
tap_exit 0 "  which allows the rest" ring --seccomp "$TMPDIR/no-mkdir.json" -- /bin/true
refused "a profile that is not there" nowhere.json --seccomp "$TMPDIR/nowhere.json"
echo '{' >"$TMPDIR/broken.json"
refused "a profile that is broken" broken.json --seccomp "$TMPDIR/broken.json"
refused "a profile by a bare name" default --seccomp loose

# --- Landlock
if [ -x /usr/bin/python3 ]; then
    # Whether the process may restrict itself further says nothing; an abstract socket of the caller's does.
    abstract=$(mktemp -u rf-abstract-XXXXXX)
    /usr/bin/python3 -c "
import socket, time
s = socket.socket(socket.AF_UNIX); s.bind('\0$abstract'); s.listen()
print('up', flush=True); time.sleep(60)" >"$TMPDIR/up" &
    listener=$!
    wait_until grep -q up "$TMPDIR/up"
    connect="import socket; s = socket.socket(socket.AF_UNIX); s.connect('\0$abstract'); print('reached')"
    holds "the caller's abstract socket cannot be reached from the same network" "not permitted" \
        "$(ring --network host -- /usr/bin/python3 -c "$connect" 2>&1)"
    holds "without Landlock it can" reached \
        "$(ring --network host --landlock=false -- /usr/bin/python3 -c "$connect" 2>&1)"
    holds "and by docker's spelling" reached \
        "$(ring --network host --security-opt landlock=off -- /usr/bin/python3 -c "$connect" 2>&1)"
    kill "$listener"
    wait "$listener" 2>/dev/null
else
    tap_skip "Landlock" "python3 is missing"
fi

# --- what may be missing
tap_exit 0 "--allow-missing of a layer that is there" ring --allow-missing landlock -- /bin/true
refused "--allow-missing of no layer" "landlock" --allow-missing moat
if is_root; then
    tap_exit 0 "--memory where there is a control group" ring --memory 64m -- /bin/true
else
    refused "--memory where there is no control group" "--allow-missing cgroup" --memory 64m
    tap_exit 0 "  with --allow-missing" ring --memory 64m --allow-missing cgroup -- /bin/true
fi

printf '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["sendmsg","sendto","write"],"action":"SCMP_ACT_ERRNO"}]}' \
    >"$TMPDIR/mute.json"
tap_exit 127 "a profile that forbids sending" ring --seccomp "$TMPDIR/mute.json" -- /nowhere
holds "  does not keep the reason from the caller" "/nowhere: No such file" "$tap_out"
tap_end
