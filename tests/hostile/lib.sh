# shellcheck shell=bash
# What the parts of the hostile suite share: the scratch host with its canaries, launching, and judging.
# S is the scratch directory. Everything made here is unmade by clean_up.

passed=0 failed=0 skipped=0
CALLER=1000 INSIDE=10001
declare -A severity layers flags shows class
names=()

ok() {
    passed=$((passed + 1))
    [[ -z ${VERBOSE-} ]] || echo "ok: $*"
}
not_ok() { failed=$((failed + 1)); echo "FAILED: $*"; }
skip() { skipped=$((skipped + 1)); echo "skipped: $*"; }

# A root file system with nothing in it but the payload: hard links, so that hundreds cost nothing.
plain_root() {
    mkdir -p "$1"/{bin,dev,proc,sys,tmp,etc,data,ro,run,home,var/tmp,usr}
    ln -f "$S/bin/hostile" "$1/bin/hostile"
    printf 'root:x:0:0::/:/\nworker:x:1234:1234::/:/\nzero:x:0:0::/:/\nzerogid:x:1234:0::/:/\n%s\n' \
        '4294967296:x:0:0::/:/' '2147483648:x:0:0::/:/' '0x0:x:0:0::/:/' '+0:x:0:0::/:/' '-1:x:0:0::/:/' \
        >"$1/etc/passwd"
    printf 'root:x:0:\nworker:x:1234:\n4294967296:x:0:\n' >"$1/etc/group"
}

main_root() {
    local root=$S/root helper
    plain_root "$root"
    for helper in suid sgid fcap finh; do cp "$S/bin/helper" "$root/bin/helper-$helper"; done
    chmod 4755 "$root/bin/helper-suid" && chmod 2755 "$root/bin/helper-sgid"
    setcap cap_sys_admin,cap_net_raw=ep "$root/bin/helper-fcap"
    setcap cap_net_raw+ei "$root/bin/helper-finh"
    mkdir -p "$root"/{open,open2,nodes}
    echo rf-canary >"$root/etc/shadow"
    chmod 600 "$root/etc/shadow"
    echo text >"$root/open/file"; echo text >"$root/open2/file"; : >"$root/open/empty"
    chmod 666 "$root"/open/{file,empty} "$root/open2/file"
    chmod 777 "$root"/{open,open2}
    nodes "$root"
}

nodes() { # in DIR: an idle loop device and zero, for everybody
    mkdir -p "$1/nodes"
    mknod -m 666 "$1/nodes/block" b 7 7 && mknod -m 666 "$1/nodes/char" c 1 5
}

set_up() {
    umask 022
    mkdir -p "$S"/{drop,vol,ro,outside/dir,outside/a/b,roots}
    chmod 777 "$S"/{drop,vol,ro,outside,outside/dir,outside/a,outside/a/b}
    echo "rf-canary secret" >"$S/secret"
    (umask 077 && echo "rf-canary of root" >"$S/secret10")
    echo given >"$S/input"
    echo text >"$S/ro/file"
    : >"$S/ro/empty"
    echo untouched >"$S/outside/file"
    echo "outsider:x:0:0::/:/" >"$S/outside/passwd"
    chmod 666 "$S"/{input,ro/file,ro/empty,outside/file,outside/passwd}
    nodes "$S/vol"
    main_root
    mkfifo "$S/leash"
    exec {leash}<>"$S/leash"
    "$S/bin/canary" serve "$S" "$CALLER" "$INSIDE" <"$S/leash" {leash}>&- >/dev/null &
    canary=$!
    for _ in {1..200}; do [[ -f $S/targets ]] && break; sleep 0.01; done
    [[ -f $S/targets ]] || { echo "hostile: the canaries do not start"; exit 2; }
    { read -r common; while read -r uid pid; do victims[$uid]=$pid; done; } <"$S/targets"
    common+=" secret=$S/secret drop=$S/drop scratch=$S key=$(<"$S/key") block=$(stat -c %d "$S")"
    export RF_SECRET=of-the-caller SSH_AUTH_SOCK=$S/agent KUBECONFIG=$S/kube
    while IFS=$'\t' read -r name kind level stops marks what; do
        names+=("$name")
        class[$name]=$kind severity[$name]=$level layers[$name]=$stops flags[$name]=$marks
        shows[$name]=$what
    done < <("$S/bin/hostile" --list)
    snapshot before
    outside_before=$(outside)
}

clean_up() {
    [[ -z ${canary-} ]] || { exec {leash}>&- && wait "$canary"; }
    chattr -R -i "$S/roots" 2>/dev/null
    rm -rf "$S"
}

outside() { find "$S/outside" "$S/drop" "$S/secret" -printf '%p %m %U %s %T@ %l\n' | sort; }

# Groups of launchers that are gone; those that run beside us are none of our business.
dead_groups() {
    local group
    find /sys/fs/cgroup -mindepth 2 -type d -name 'ringfence*' 2>/dev/null | sort | while read -r group; do
        [[ -d /proc/${group##*.} ]] || echo "$group"
    done
}

# What a run must leave as it was.
snapshot() {
    cat /proc/self/mountinfo >"$S/mounts.$1"
    cat /proc/sys/kernel/{hostname,core_pattern} >"$S/kernel.$1"
    dead_groups >"$S/cgroups.$1"
    # Canaries of another run of this suite have keys that begin with 0x5246.
    awk 'NR > 1 && int($1 / 65536) != 21062 { print $1, $2 }' /proc/sysvipc/shm >"$S/shm.$1"
    # Where /run is no tmpfs, the run directory of each user lies here and stays.
    find /dev/shm -mindepth 1 -maxdepth 1 ! -name 'ringfence-[0-9]*' >"$S/devshm.$1"
}

# The dead whom pid 1 of the machine has not reaped do not count.
survivors() { # NAME...
    local file text
    for file in $(grep -slxE "$1" /proc/[0-9]*/comm); do
        read -r text <"${file%comm}stat" 2>/dev/null && [[ ${text##*) } != Z* ]] && echo "${file//[^0-9]/}"
    done
}

check_host() { # after what
    local what
    snapshot after
    # Launchers beside us come and go, and their groups a moment after them: only what stays and is new counts.
    if [[ $(comm -13 "$S/cgroups.before" "$S/cgroups.after") ]]; then
        sleep 1
        dead_groups | comm -12 - "$S/cgroups.after" >"$S/cgroups.later"
        mv "$S/cgroups.later" "$S/cgroups.after"
    fi
    [[ $(comm -13 "$S/cgroups.before" "$S/cgroups.after") ]] || cp "$S/cgroups.before" "$S/cgroups.after"
    for what in mounts kernel cgroups shm devshm; do
        if cmp -s "$S/$what.before" "$S/$what.after"; then
            ok "$1: $what of the host as before"
        else
            not_ok "$1: $what of the host changed: $(diff "$S/$what.before" "$S/$what.after" | head -5)"
        fi
    done
    what=$(survivors 'rf-survivor|hostile')
    if [[ -z $what ]]; then ok "$1: no survivors"; else not_ok "$1: survivors: $what"; fi
    if [[ $(outside) == "$outside_before" ]]; then
        ok "$1: canaries untouched"
    else
        not_ok "$1: canaries touched"
    fi
}

as_caller=(setpriv --reuid "$CALLER" --regid "$CALLER" --clear-groups)

# The command that runs its arguments in a ring: ring MODE OPTION... fills `words`.
# `rootfs` (scratch: an empty one), `volumes` (SRC:DST[:ro]) and `no_options` may be set by the caller.
ring() {
    local mode=$1 volume
    shift
    words=()
    [[ $mode == root ]] || words=("${as_caller[@]}")
    case $LAUNCHER in
    ringfence)
        words+=("$RINGFENCE" run)
        if [[ ${rootfs-} == scratch ]]; then
            words+=(--scratch -v "$S/bin/hostile:/bin/hostile:ro")
        else
            words+=(--rootfs "${rootfs-$S/root}")
        fi
        for volume in "${volumes[@]}"; do words+=(-v "$volume"); done
        [[ $mode == root ]] || words+=(--allow-missing cgroup)
        words+=(--memory 256m --pids-limit 64 "$@" --)
        ;;
    bwrap)
        words+=(bwrap --unshare-all --uid "$INSIDE" --gid "$INSIDE" --die-with-parent --new-session --clearenv
            --cap-drop ALL --ro-bind "${rootfs-$S/root}" / --proc /proc --dev /dev --size 67108864
            --tmpfs /tmp)
        for volume in "${volumes[@]}"; do
            if [[ $volume == *:ro ]]; then volume=${volume%:ro} words+=(--ro-bind); else words+=(--bind); fi
            words+=("${volume%%:*}" "${volume#*:}")
        done
        bwrap_options "$@"
        ;;
    crun | runc)
        bundle "$@"
        ;;
    none)
        words=("${as_caller[@]}")
        ;;
    esac
}

bwrap_options() {
    while [[ $# -gt 0 ]]; do
        case $1 in
        --workdir) words+=(--chdir "$2") && shift ;;
        --network) words+=(--share-net) && shift ;;
        --user) words+=(--uid "${2%%:*}") && shift ;;
        --tmpfs) words+=(--tmpfs "${2%%:*}") && shift ;;
        esac
        shift
    done
}

# For comparison: a bundle hardened as far as the OCI specification goes. root only.
bundle() {
    local net=1 limits=true
    [[ $LAUNCHER != crun ]] || limits=false
    [[ $* != *"--network host"* ]] || net=0
    mkdir -p "$S/bundle"
    [[ -f $S/bundle/spec.json ]] || (cd "$S/bundle" && "$LAUNCHER" spec && mv config.json spec.json)
    jq --arg root "${rootfs-$S/root}" --arg vol "$S/vol" --arg ro "$S/ro" --argjson net $net \
        --argjson limits $limits '
        .root = {path: $root, readonly: true} | .process.user = {uid: 10001, gid: 10001}
        | .process.terminal = false
        | .process.capabilities = {} | .process.noNewPrivileges = true
        | if $limits then .linux.resources = {memory: {limit: 268435456}, pids: {limit: 64}} else . end
        | if $net == 0 then .linux.namespaces |= map(select(.type != "network")) else . end
        | .mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs",
                       options: ["nosuid", "nodev", "noexec", "size=64m", "nr_inodes=16k"]},
            {destination: "/data", source: $vol, options: ["bind", "nosuid", "nodev"]},
            {destination: "/ro", source: $ro, options: ["bind", "ro", "nosuid", "nodev"]}]' \
        "$S/bundle/spec.json" >"$S/bundle/template.json"
    words=("$here/oci-run" "$LAUNCHER" "$S/bundle")
}

# Run a payload by `words`: out (its line), code, in at most 20 s.
attack() { # NAME TARGET...
    local name=$1 where="root= data=/data ro=/ro" program=/bin/hostile
    shift
    [[ ${words[0]} != *setpriv || ${#words[@]} -gt ${#as_caller[@]} ]] || host_place
    [[ ${place-} != host ]] || host_place
    # shellcheck disable=SC2086 # words, all of them ours
    if [[ ${flags[$name]-} == *tty* ]]; then
        : >"$S/out"
        "$S/bin/canary" pty "$S/out" timeout --foreground -k 1 20 "${words[@]}" "$program" "$name" \
            $where $common victim="$victim" "$@" 9</ 10<"$S/secret10" 2>"$S/err"
        code=$?
        out=$(<"$S/out")
    else
        out=$(timeout -k 1 20 "${words[@]}" "$program" "$name" $where $common victim="$victim" "$@" \
            <"$S/input" 9</ 10<"$S/secret10" 2>"$S/err")
        code=$?
    fi
}

host_place() { where="root=$S/root data=$S/vol ro=$S/ro" program=$S/root/bin/hostile; }

# From out, code and the host: verdict (contained, VIOLATION, killed, broken) and reason.
judge() { # NAME
    local name=$1 line=${out%%$'\n'*} arrived=0 pid
    [[ $out != *$'\n'arrived* ]] || arrived=${out##*arrived }
    reason=${line#*: }
    case $line in
    contained:\ *) verdict=contained ;;
    VIOLATION:\ *) verdict=VIOLATION ;;
    *)
        verdict=broken reason="exit $code, printed \"$line\", $(head -c 200 "$S/err")"
        [[ ${flags[$name]-} == *sys,* && $code == 159 ]] && verdict=killed reason="SIGSYS"
        [[ ${flags[$name]-} == *oom,* && $code == 137 ]] && verdict=killed reason="out of memory"
        ;;
    esac
    case $name in
    ip-tiocsti*)
        if [[ $verdict == VIOLATION && $arrived == 0 ]]; then
            verdict=contained reason="taken by a terminal of the ring's own"
        fi
        ((arrived)) && verdict=VIOLATION reason="$arrived bytes arrived on the caller's terminal"
        ;;
    rs-daemon)
        for pid in $(survivors rf-survivor); do
            verdict=VIOLATION reason="still runs: $pid"
            kill -KILL "$pid"
        done
        ;;
    ip-shmcreate)
        if pid=$(awk '$1 == 1380339269 { print $2 }' /proc/sysvipc/shm) && [[ -n $pid ]]; then
            ipcrm -m "$pid"
            verdict=VIOLATION reason="shared memory $pid is left on the host"
        fi
        if [[ -e /dev/shm/by-workload ]]; then
            rm -f /dev/shm/by-workload
            verdict=VIOLATION reason="/dev/shm/by-workload is left on the host"
        fi
        ;;
    fd-stdio)
        if [[ $(<"$S/input") != given ]]; then
            verdict=VIOLATION reason="the caller's input changed"
            echo given >"$S/input"
        fi
        ;;
    esac
    for pid in "$S"/drop/*; do
        [[ ! -e $pid ]] || { verdict=VIOLATION reason="left $pid on the host"; rm -rf "$pid"; }
    done
}
