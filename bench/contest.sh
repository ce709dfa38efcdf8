# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with bench/start
# What bench/start measures: the temporary directory with its root file system, bundles and filters, and one
# line of a specification for each contestant. Sourced; needs $ringfence, $built, $is_root and die().

# --- what is made, and how it goes ---

dir=$(mktemp -d "${TMPDIR:-/tmp}/ringfence-bench.XXXXXX")
holders=()
images=() # engines that were given one

cleanup() {
    local pid engine

    for pid in "${holders[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    for engine in "${images[@]}"; do
        "$engine" image rm -f ringfence-bench >/dev/null 2>&1 || true
    done
    rm -rf --one-file-system "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# hold NAME SCRIPT: a mount name space of our own in which SCRIPT has run; its path goes to $dir/NAME.ns. What
# it mounts is seen by nobody else and goes with it.
hold() {
    local name=$1 tries

    # shellcheck disable=SC2016 # the inner shell expands
    unshare --mount --propagation private bash -c 'set -e; eval "$1"; : > "$2"; exec sleep infinity' \
        hold "$2" "$dir/$name.ready" >"$dir/$name.log" 2>&1 &
    holders+=($!)
    for ((tries = 0; tries < 600; tries++)); do
        [[ -e $dir/$name.ready ]] && break
        kill -0 "${holders[-1]}" 2>/dev/null || return 1
        sleep 0.05
    done
    [[ -e $dir/$name.ready ]] || return 1
    printf '/proc/%d/ns/mnt' "${holders[-1]}" >"$dir/$name.ns"
}

# goal TEXT MEASURED QUIET VERDICT: one line of the table at the end.
goal() { printf '%s\t%s\t%s\t%s\n' "$@" >>"$dir/goals"; }

say() { printf '\n== %s\n' "$*"; }
skip() { printf 'skipped: %s\n' "$*"; }

wants() { [[ -z $only || ",$only," == *",$1,"* ]]; }

has() { command -v "$1" >/dev/null 2>&1; }

make_programs() {
    local name

    mkdir "$dir/bin"
    for name in nop stamp pause chain paired throughput cpuid filter; do
        [[ -x $built/$name ]] || die "$built/$name: not there; build first (filter needs libseccomp-dev)"
        install -m 755 "$built/$name" "$dir/bin/$name"
    done
    # An ordinary user may not be able to reach the tree.
    install -m 755 "$ringfence" "$dir/bin/ringfence"
    ringfence=$dir/bin/ringfence
}

make_root() {
    local name i

    chmod 755 "$dir"
    mkdir -p "$dir"/root/{proc,dev,sys,tmp,run,home,etc,data,var/tmp} "$dir/volume"
    for name in nop stamp pause; do
        install -m 755 "$dir/bin/$name" "$dir/root/$name"
    done
    printf 'root:x:0:0:root:/:/bin/sh\n' >"$dir/root/etc/passwd"
    printf 'root:x:0:\n' >"$dir/root/etc/group"
    for ((i = 0; i < 100; i++)); do
        mkdir "$dir/root/data/v$i" "$dir/volume/v$i"
    done
}

# One start with its messages shown: whatever is wrong is wrong in every table.
try_ring() {
    "$ringfence" "${ring_run[@]}" -- /nop || die "$ringfence run: exit status $?; nothing to measure"
}

make_filters() {
    local kind

    for kind in bpf tree oci; do
        "$dir/bin/filter" "$kind" >"$dir/filter.$kind" 2>"$dir/filter.log"
    done
}

# --- the contestants: each prints one line of a specification ---

ring_run=(run --rootfs "$dir/root")
ring() { # LABEL WORKLOAD [FLAG...]
    local label=$1 workload=$2

    shift 2
    printf '%s\t%s %s -- /%s\n' "$label" "$ringfence" "${ring_run[*]} $*" "$workload"
}

ring_pinned() { # LABEL WORKLOAD
    printf '%s\t@mnt:%s %s %s -- /%s\n' "$1" "$(<"$dir/pin.ns")" "$ringfence" "${ring_run[*]}" "$2"
}

bwrap_flags="--unshare-all --ro-bind $dir/root / --proc /proc --dev /dev --tmpfs /tmp --tmpfs /home"
bwrap_flags+=" --cap-drop ALL"
bwrap_plain() { # LABEL WORKLOAD [FLAG...]
    local label=$1 workload=$2

    shift 2
    printf '%s\t%s %s -- /%s\n' "$label" "$(command -v bwrap)" "$bwrap_flags $*" "$workload"
}

bwrap_filtered() { # LABEL WORKLOAD bpf|tree [FLAG...]
    local label=$1 workload=$2 kind=$3

    shift 3
    printf '%s\t@fd:10=%s %s %s --seccomp 10 -- /%s\n' "$label" "$dir/filter.$kind" "$(command -v bwrap)" \
        "$bwrap_flags $*" "$workload"
}

oci() { # RUNTIME WORKLOAD
    local where=

    [[ -e $dir/v1.ns ]] && where="@mnt:$(<"$dir/v1.ns")"
    printf '%s\t%s %s run --bundle %s @@\n' "$1" "$where" "$(command -v "$1")" "$dir/bundle-$2"
}

# A bundle hardened as the ring is: same user, same limits as ringfence+limits, same number of calls allowed.
make_bundle() { # WORKLOAD
    local flags='"nosuid","noexec","nodev"'

    mkdir "$dir/bundle-$1"
    cat >"$dir/bundle-$1/config.json" <<JSON
{"ociVersion":"1.0.2","hostname":"ring","root":{"path":"$dir/root","readonly":true},
"process":{"terminal":false,"user":{"uid":10001,"gid":10001},"args":["/$1"],"cwd":"/","env":["PATH=/bin"],
  "noNewPrivileges":true,"rlimits":[{"type":"RLIMIT_NOFILE","soft":1024,"hard":1024}],
  "capabilities":{"bounding":[],"effective":[],"inheritable":[],"permitted":[],"ambient":[]}},
"mounts":[
  {"destination":"/proc","type":"proc","source":"proc","options":[$flags]},
  {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755","size=64k"]},
  {"destination":"/dev/shm","type":"tmpfs","source":"shm","options":[$flags,"mode=1777","size=64m"]},
  {"destination":"/tmp","type":"tmpfs","source":"tmpfs","options":[$flags,"mode=1777","size=64m"]},
  {"destination":"/home","type":"tmpfs","source":"tmpfs","options":[$flags,"size=64m"]}],
"linux":{"seccomp":$(<"$dir/filter.oci"),
  "namespaces":[{"type":"pid"},{"type":"network"},{"type":"ipc"},{"type":"uts"},{"type":"mount"}],
  "resources":{"memory":{"limit":268435456},"pids":{"limit":64}},
  "maskedPaths":["/proc/acpi","/proc/kcore","/proc/keys","/proc/latency_stats","/proc/timer_list"],
  "readonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"]}}
JSON
}

# OCI runtimes that are here and can run a bundle at all; the reason is printed for those that cannot.
runtimes=()
find_runtimes() {
    local name

    $is_root || { skip "crun, runc: only compared as root, since they make cgroups" && return; }
    make_bundle nop
    make_bundle stamp
    if [[ -e /sys/fs/cgroup/unified/cgroup.procs && -d /sys/fs/cgroup/memory ]]; then
        hold v1 'umount /sys/fs/cgroup/unified' || skip "no view without cgroup v2: $(<"$dir/v1.log")"
    fi
    for name in crun runc; do
        has "$name" || { skip "$name: not installed" && continue; }
        oci "$name" nop >"$dir/spec"
        if "$dir/bin/paired" --rounds 1 --warmup 1 "$dir/spec" >"$dir/$name.log" 2>&1; then
            runtimes+=("$name")
        else
            skip "$name: does not run here: $(tr '\n' ' ' <"$dir/$name.log")"
        fi
    done
}

# The empty network name space is pinned below /run; ours is seen by the lines that ask for it, by no other.
has_pin=false
find_pin() {
    $is_root || { skip "ringfence+pin: making the pin needs root" && return; }
    if [[ -e /run/ringfence/netns ]]; then
        say "note: this machine has a pin, so that every ring here uses it (ringfence netns delete)"
    fi
    if hold pin "mount -t tmpfs tmpfs /run; '$ringfence' netns create"; then
        has_pin=true
    else
        skip "ringfence+pin: $(tail -n 1 "$dir/pin.log")"
    fi
}

# paired TABLE [OPTION...]: measures $dir/spec, prints, keeps. A goal that is missed is judged at the end.
paired() {
    local table=$1 code=0

    shift
    "$dir/bin/paired" --json "$dir/json/$table" --results "$dir/results" "$@" "$dir/spec" || code=$?
    ((code < 2)) || die "table $table was not measured"
    keep_goals "$table"
}

keep_goals() { # TABLE
    local text value quiet verdict

    [[ -e $dir/results ]] || return 0
    while IFS=$'\t' read -r text value quiet verdict; do
        [[ $text != *=* ]] || goal "$1: $text" "$value" "$quiet" "$verdict"
    done <"$dir/results"
    rm "$dir/results"
}

compares=()
compare() { compares+=(--compare "$1"); }

