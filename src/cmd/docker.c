/* What docker run has and a ring has not, with the reason: nothing is dropped in silence. One text, not a
   table of pointers: those would have to be relocated at every start. */
#include "cmd/options.h"

#include "posture/value.h"

/* Lines of "flag flag ...: reason". */
static const char refused[] =
    "privileged: a ring without walls is none: name what it needs with --cap-add, --volume or --seccomp\n"
    "p publish publish-all P: the network is none, loopback or host: with --network host a server listens on "
    "its own port\n"
    "expose: no port is hidden or published: leave it out\n"
    "gpus device device-cgroup-rule: devices of the host are not passed in\n"
    "device-read-bps device-read-iops device-write-bps device-write-iops: there are no devices inside to be "
    "limited\n"
    "runtime: this is the runtime\n"
    "pid: a ring always has its own processes; to look into one use ringfence exec\n"
    "ipc: a ring always has its own shared memory: see --shm-size\n"
    "uts: a ring always has its own host name: see --hostname\n"
    "cgroupns: a ring always has its own view of cgroups\n"
    "cgroup-parent: the group is made below the caller's own: start ringfence in the group that you want\n"
    "restart: ringfence runs a command once: let systemd or your queue start it again\n"
    "link network-alias: rings do not reach each other over the network\n"
    "d detach: ringfence stays in the foreground: use your shell's & or systemd-run\n"
    "detach-keys: ringfence stays in the foreground\n"
    "attach a: the streams are always attached: see --interactive and --log-driver\n"
    "sig-proxy: signals are always passed on\n"
    "health-cmd health-interval health-retries health-start-interval health-start-period health-timeout: "
    "nothing probes a run: see --timeout\n"
    "no-healthcheck: nothing probes a run: leave it out\n"
    "memory-swap memory-swappiness: swap is not given on top of --memory\n"
    "memory-reservation: there is one limit: --memory\n"
    "kernel-memory: the kernel's memory counts into --memory\n"
    "oom-kill-disable oom-score-adj: a run that exceeds --memory is ended\n"
    "c cpu-shares cpu-quota cpu-period cpu-rt-period cpu-rt-runtime: the limit of processor time is --cpus\n"
    "cpuset-cpus: start ringfence under taskset -c LIST\n"
    "cpuset-mems: start ringfence under numactl\n"
    "blkio-weight blkio-weight-device: start ringfence under ionice\n"
    "add-host: bind a hosts file: --volume ./hosts:/etc/hosts:ro\n"
    "dns dns-search dns-option: bind a resolv.conf: --volume ./resolv.conf:/etc/resolv.conf:ro\n"
    "ip ip6 mac-address: there is no bridge that could give out addresses: see --network\n"
    "net: write --network\n"
    "label l label-file: a run has no labels: see --name\n"
    "annotation: a run has no annotations: see --name\n"
    "cidfile: a run has a name: see --name\n"
    "pidfile: a run has a name: see --name and ringfence ps\n"
    "q quiet pull platform disable-content-trust: no image is fetched: give a directory with --rootfs\n"
    "isolation: that is for Windows\n"
    "storage-opt: the root is read-only: see --read-only and --tmpfs\n"
    "volumes-from: name each --volume\n"
    "volume-driver: there are no named volumes: bind a directory with --volume\n"
    "log-opt: nothing is collected: see --log-driver\n"
    "sysctl: the ring sets its own: nothing of the kernel is tuned from inside\n"
    "domainname: see --hostname\n"
    "group: write --user USER:GROUP or --group-add GID\n";

struct rf_str rf_docker_reason(struct rf_str flag)
{
    struct rf_str rest = rf_str_of(refused);

    while (rest.len) {
        struct rf_str line;
        struct rf_str flags;
        struct rf_str reason;

        rest = rf_str_cut(rest, '\n', &line);
        reason = rf_str_cut(line, ':', &flags);
        while (flags.ptr) {
            struct rf_str one;

            flags = rf_str_cut(flags, ' ', &one);
            if (rf_str_equal(one, flag))
                return (struct rf_str){reason.ptr + 1, reason.len - 1};
        }
    }
    return (struct rf_str){NULL, 0};
}
