/* Each key of the posture changes the plan as it should, in the worlds where it can, and is refused with the
   reason where it cannot. Facts are made by hand: nothing here looks at the machine. */
#include "plan/build.h"

#include "posture/posture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { ARENA_BYTES = 8 << 20, PLAN_TEXT = 64 * 1024, SETTINGS = 6, LINES = 5 };

static const struct rf_cgroup_facts groups_v1 = {
    .mode = RF_CGROUP_V1, .memory_dir = "/cg/memory", .pids_dir = "/cg/pids", .cpu_dir = "/cg/cpu"};
static const struct rf_cgroup_facts groups_v2 = {.mode = RF_CGROUP_V2,
                                                 .unified_dir = "/cg",
                                                 .unified_has_memory = true,
                                                 .unified_has_pids = true,
                                                 .unified_has_cpu = true};
static const struct rf_cgroup_facts groups_v2_pids_only = {
    .mode = RF_CGROUP_V2, .unified_dir = "/cg", .unified_has_pids = true};

enum world { ROOT, ROOT_V1, ROOT_NO_GROUP, ROOT_PIDS_ONLY, ROOT_PINNED, ROOT_OLD, USER, USER_NO_LANDLOCK };

static const struct {
    uint32_t uid;
    int landlock_abi;
    const struct rf_cgroup_facts *groups;
    const char *pin;
} worlds[] = {
    [ROOT] = {0, 7, &groups_v2, NULL},
    [ROOT_V1] = {0, 7, &groups_v1, NULL},
    [ROOT_NO_GROUP] = {0, 7, NULL, NULL},
    [ROOT_PIDS_ONLY] = {0, 7, &groups_v2_pids_only, NULL},
    [ROOT_PINNED] = {0, 7, &groups_v2, "/run/pin"},
    [ROOT_OLD] = {0, 1, &groups_v2, "/run/pin"},
    [USER] = {1000, 7, NULL, NULL},
    [USER_NO_LANDLOCK] = {1000, 0, NULL, NULL},
};

/* Paths of the root and of the host; everything else is absent. */
static const struct {
    enum rf_place place;
    const char *path;
    uint32_t mode;
    uint32_t uid;
    uint64_t magic;
} places[] = {
    {RF_PLACE_ROOT, "/dev", S_IFDIR | 0755, 0, 0},
    {RF_PLACE_ROOT, "/proc", S_IFDIR | 0755, 0, 0},
    {RF_PLACE_ROOT, "/sys", S_IFDIR | 0755, 0, 0},
    {RF_PLACE_ROOT, "/tmp", S_IFDIR | 01777, 0, 0},
    {RF_PLACE_ROOT, "/home", S_IFDIR | 0755, 0, 0},
    {RF_PLACE_ROOT, "/srv", S_IFDIR | 0755, 0, 0},
    {RF_PLACE_ROOT, "/etc/passwd", S_IFREG | 0644, 0, 0},
    {RF_PLACE_ROOT, "/etc/group", S_IFREG | 0644, 0, 0},
    {RF_PLACE_ROOT, "/file", S_IFREG | 0644, 0, 0},
    {RF_PLACE_HOST, "/sys/devices/system/cpu", S_IFDIR | 0755, 0, 0x62656572},
    {RF_PLACE_HOST, "/mine", S_IFDIR | 0755, 1000, 0xef53},
    {RF_PLACE_HOST, "/text", S_IFREG | 0644, 0, 0xef53},
    {RF_PLACE_HOST, "/roots", S_IFDIR | 0755, 0, 0xef53},
    {RF_PLACE_HOST, "/memory", S_IFDIR | 0777, 0, 0x01021994},
    {RF_PLACE_HOST, "/fifo", S_IFIFO | 0644, 1000, 0xef53},
};

static void answer(struct rf_path_fact *fact)
{
    fact->code = -ENOENT;
    for (size_t i = 0; i < RF_COUNT(places); i++) {
        if (fact->place == places[i].place && strcmp(fact->path, places[i].path) == 0) {
            fact->code = 0;
            fact->mode = places[i].mode;
            fact->uid = fact->gid = places[i].uid;
            fact->fs_magic = places[i].magic;
            fact->is_empty = true;
        }
    }
}

struct setting {
    enum rf_key key;
    const char *text;
};

struct planned {
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_facts facts;
    struct rf_plan plan;
    struct rf_err err;
};

static int set(struct planned *p, enum rf_key key, const char *text)
{
    static const struct rf_from from = {.known = RF_KNOWN};

    return rf_posture_set(&p->posture, key, rf_str_of(text), &from, &p->err);
}

static void begin(struct planned *p, enum world world, const struct setting *settings)
{
    memset(p, 0, sizeof(*p));
    rf_arena_init(&p->arena, ARENA_BYTES);
    rf_posture_init(&p->posture, &p->arena);
    p->facts = (struct rf_facts){
        .uid = worlds[world].uid,
        .gid = worlds[world].uid,
        .is_privileged = worlds[world].uid == 0,
        .is_initial_userns = true,
        .landlock_abi = worlds[world].landlock_abi,
        .nofile_hard = 1048576,
        .nproc_hard = 4096,
        .auto_base = 1879048192,
        .netns_pin = worlds[world].pin,
        .passwd = "root:x:0:0:root:/root:/bin/sh\nalice:x:1001:1002::/home/alice:/bin/sh\nbig:x:70000:5::/:/"
                  "bin/sh\n"
                  "toor:x:1003:0::/:/bin/sh\nzero:x:0:0::/:/bin/sh\n",
        .group = "root:x:0:\nwheel:x:0:\nstaff:x:50:\n",
    };
    if (worlds[world].groups)
        p->facts.cgroup = *worlds[world].groups;
    if (settings[0].key != RF_KEY_HOST && settings[0].key != RF_KEY_SCRATCH)
        assert_int_equal(set(p, RF_KEY_ROOTFS, "/srv/image"), 0);
    for (size_t i = 0; i < SETTINGS && settings[i].text; i++) {
        if (set(p, settings[i].key, settings[i].text) != 0)
            fail_msg("%s %s: %s", rf_key_info(settings[i].key)->flag, settings[i].text, p->err.msg);
    }
    if (p->posture.is_scratch)
        p->facts.passwd = p->facts.group = NULL;
    if (!p->posture.command_count)
        assert_int_equal(set(p, RF_KEY_COMMAND, "/bin/id"), 0);
}

static int make(struct planned *p)
{
    int code = rf_plan_ask(&p->posture, &p->arena, &p->facts.paths, &p->facts.path_count, &p->err);

    for (size_t i = 0; code == 0 && i < p->facts.path_count; i++)
        answer(&p->facts.paths[i]);
    return code < 0 ? code : rf_plan_build(&p->posture, &p->facts, &p->arena, &p->plan, &p->err);
}

/* "KIND WHAT\n" lines of steps, then words, environment, notes, and the watch. */
static const char *text_of(struct planned *p)
{
    static char text[PLAN_TEXT];
    const struct rf_plan *plan = &p->plan;
    size_t at = 0;

#define ADD(...) at += (size_t)snprintf(text + at, sizeof(text) - at, __VA_ARGS__)
    ADD("\n");
    for (uint32_t i = 0; i < plan->count && at < PLAN_TEXT / 2; i++)
        ADD("%s # %s\n", rf_step_describe(plan, &plan->steps[i], &p->arena),
            rf_key_info((enum rf_key)plan->steps[i].key)->flag);
    for (uint32_t i = 0; i < plan->argv_count; i++)
        ADD("word %s\n", rf_plan_text(plan, plan->argv[i]));
    for (uint32_t i = 0; i < plan->envp_count; i++)
        ADD("env %s\n", rf_plan_text(plan, plan->envp[i]));
    for (uint32_t i = 0; i < plan->note_count; i++)
        ADD("note %s\n", plan->notes[i]);
    ADD("watch timeout=%llu stop=%llu,%u init=%d tty=%d stdin=%d output=%d relayed=%u\n",
        (unsigned long long)plan->watch.timeout_ms, (unsigned long long)plan->watch.stop_timeout_ms,
        plan->watch.stop_signal, plan->watch.has_init, plan->watch.has_tty, plan->watch.has_stdin,
        plan->watch.has_output, plan->watch.relayed);
#undef ADD
    return text;
}

/* Every line must be in the plan; one that begins with '!' must not. */
static const struct {
    enum world world;
    struct setting settings[SETTINGS];
    const char *lines[LINES];
} changes[] = {
    {ROOT,
     {{0}},
     {"\nroot /srv/image ro,nosuid,nodev", "\nuser 10001:10001 # user", "\nnew-network", "!overlay",
      "init=1"}},
    {ROOT, {{RF_KEY_HOST, "true"}}, {"\nroot / ro", "# host\n"}},
    {ROOT,
     {{RF_KEY_SCRATCH, "true"}},
     {"\nscratch-root size=1m nr_inodes=65536 mode=0755 nosuid,nodev,noexec # scratch\n",
      "\nmkdir /home mode=0755 # scratch\ntmpfs /home size=64m", "\nfile /etc/passwd # passwd-entry",
      "\nremount / ro # read-only", "!/sys"}},
    {USER,
     {{RF_KEY_SCRATCH, "true"}},
     {"\nscratch-root", "\nmkdir /dev", "\nmkdir /proc", "\nmkdir /tmp", "!\ninject"}},
    {ROOT,
     {{RF_KEY_SCRATCH, "true"}, {RF_KEY_READ_ONLY, "false"}},
     {"\nscratch-root size=256m nr_inodes=65536 mode=0755 owner=10001:10001 nosuid,nodev,noexec # scratch\n",
      "landlock-allow / 0xf7bf", "!remount / ro"}},
    {ROOT,
     {{RF_KEY_SCRATCH, "true"}, {RF_KEY_VOLUME, "/mine:/usr/lib/x:ro"}},
     {"\nmkdir /usr mode=0755 # volume\nmkdir /usr/lib mode=0755 # volume\nmkdir /usr/lib/x mode=0755 # "
      "volume"
      "\nbind /mine -> /usr/lib/x recursive ro,nosuid,nodev"}},
    {ROOT,
     {{RF_KEY_SCRATCH, "true"}, {RF_KEY_VOLUME, "/text:/usr/bin/x:ro"}},
     {"\nmkdir /usr/bin mode=0755 # volume\nfile /usr/bin/x # volume\nbind /text -> /usr/bin/x ro"}},
    {ROOT,
     {{RF_KEY_SCRATCH, "true"}, {RF_KEY_VOLUME, "/text:/etc/passwd:ro"}},
     {"\nbind /text -> /etc/passwd", "!# passwd-entry\nfile /etc/passwd", "file /etc/group # passwd-entry"}},
    {ROOT,
     {{RF_KEY_SCRATCH, "true"}, {RF_KEY_VOLUME, "/mine:/etc:ro"}},
     {"\nbind /mine -> /etc", "!# passwd-entry"}},
    {ROOT, {{RF_KEY_SCRATCH, "true"}, {RF_KEY_PASSWD_ENTRY, "none"}}, {"!/etc"}},
    {ROOT,
     {{RF_KEY_SCRATCH, "true"}, {RF_KEY_HOME, "/data/me"}},
     {"\nmkdir /data mode=0755", "\ntmpfs /data/me", "env HOME=/data/me\n", "!/home"}},
    {ROOT, {{RF_KEY_SCRATCH, "true"}, {RF_KEY_NO_DISK, "true"}}, {"\nscratch-root"}},
    {ROOT,
     {{RF_KEY_SCRATCH, "true"}, {RF_KEY_USERNS, "auto"}},
     {"\nmap-ids", "\nscratch-root", "file /dev/null"}},
    {ROOT, {{RF_KEY_USER, "5:6"}}, {"\nuser 5:6 # user", "\nuserns"}},
    {ROOT, {{RF_KEY_USER, "alice"}}, {"\nuser 1001:1002 # user", "env USER=alice", "!inject /etc/passwd"}},
    {ROOT, {{RF_KEY_USER, "7:staff"}}, {"\nuser 7:50 # user"}},
    {USER,
     {{RF_KEY_USER, "5:6"}},
     {"\nenter-userns uid 5 1000 1 gid 6 1000 1 # user", "!\nuser ", "!\ngroups"}},
    {ROOT, {{RF_KEY_GROUP_ADD, "44"}, {RF_KEY_GROUP_ADD, "45"}}, {"\ngroups 44,45 # group-add"}},
    {ROOT,
     {{RF_KEY_USERNS, "auto"}},
     {"\nmap-ids uid 0 1879048192", ",user", "!device /dev/null", "file /dev/null"}},
    {ROOT,
     {{RF_KEY_USERNS, "auto"}, {RF_KEY_VOLUME, "/mine:/srv"}},
     {"\ncopy-mounts /mine id-mapped", "id-map uid 1000 1879058193 1", "bind /mine -> /srv id-mapped"}},
    {ROOT, {{RF_KEY_READ_ONLY, "false"}}, {"\noverlay-root /srv/image", "# read-only", "landlock-allow / "}},
    {ROOT,
     {{RF_KEY_TMPFS, "/srv:size=8m,mode=0750"}},
     {"\ntmpfs /srv size=8m", "mode=0750 owner=10001:10001"}},
    {ROOT, {{RF_KEY_TMPFS, "/tmp:size=8m,exec"}}, {"\ntmpfs /tmp size=8m", "!tmpfs /tmp size=64m"}},
    {ROOT,
     {{RF_KEY_TMPFS, "/srv/a/b"}},
     {"\noverlay-root", "\nmkdir /srv/a", "\ntmpfs /srv/a/b", "\nremount / ro"}},
    {ROOT,
     {{RF_KEY_VOLUME, "/mine:/srv:ro"}},
     {"\nbind /mine -> /srv recursive ro,nosuid,nodev # volume", "!landlock-allow /srv"}},
    {ROOT,
     {{RF_KEY_VOLUME, "/mine:/srv"}},
     {"landlock-allow /srv", "note !/srv: volume is owned by 1000:1000"}},
    {ROOT,
     {{RF_KEY_VOLUME, "/mine:/srv:idmap"}},
     {"\nid-map uid 1000 10001 1", "id-mapped nosuid", "!note !"}},
    {USER, {{RF_KEY_VOLUME, "/mine:/srv:idmap"}}, {"!id-map", "\nbind /mine -> /srv recursive nosuid,nodev"}},
    {ROOT,
     {{RF_KEY_MOUNT, "type=bind,source=/mine,target=/srv,readonly"}},
     {"\nbind /mine -> /srv recursive ro"}},
    {ROOT, {{RF_KEY_HOME, "none"}}, {"env HOME=/\n", "!# home"}},
    {ROOT, {{RF_KEY_HOME, "/srv"}}, {"\ntmpfs /srv", "env HOME=/srv\n"}},
    {ROOT, {{RF_KEY_HOME, "temporary:size=5m"}}, {"\ntmpfs /home size=5m", "env HOME=/home/ringfence\n"}},
    {ROOT, {{RF_KEY_PASSWD_ENTRY, "none"}}, {"!inject"}},
    {ROOT, {{RF_KEY_SHM_SIZE, "3m"}}, {"\ntmpfs /dev/shm size=3m"}},
    {ROOT,
     {{RF_KEY_ENV, "A=1"}, {RF_KEY_ENV, "A=2"}, {RF_KEY_ENV, "PATH=/x"}},
     {"env A=2\n", "!env A=1", "!env PATH=/usr"}},
    {ROOT, {{RF_KEY_WORKDIR, "/srv"}}, {"\nchdir /srv # workdir"}},
    {ROOT,
     {{RF_KEY_ENTRYPOINT, "/bin/sh"}, {RF_KEY_COMMAND, "-c"}},
     {"\nexec /bin/sh", "word /bin/sh\nword -c\n"}},
    {ROOT,
     {{RF_KEY_COMMAND, "id"}, {RF_KEY_ENV, "PATH=/a:b::/c"}},
     {"\nexec /a/id", "\nexec /c/id", "!exec b", "!exec id"}},
    {ROOT, {{RF_KEY_HOSTNAME, "box"}}, {"\nhostname box # hostname", "env HOSTNAME=box"}},
    {ROOT, {{RF_KEY_CAP_ADD, "NET_BIND_SERVICE"}}, {"\ncapabilities keep 0x400 # cap-add", "!\nuserns"}},
    {ROOT,
     {{RF_KEY_NO_NEW_PRIVILEGES, "false"}, {RF_KEY_SECCOMP, "unconfined"}, {RF_KEY_LANDLOCK, "false"}},
     {"!no-new-privs", "!\nseccomp", "!\nlandlock", "note seccomp: unconfined"}},
    {ROOT, {{RF_KEY_SECCOMP, "strict"}}, {"\nseccomp "}},
    {ROOT, {{RF_KEY_LANDLOCK, "false"}}, {"!\nlandlock", "note landlock: off", "\nseccomp"}},
    {ROOT_OLD, {{0}}, {"\nlandlock handles 0x1fff #", "\nnew-network", "!pinned"}},
    {ROOT_PINNED, {{0}}, {"\npinned-network /run/pin", "!new-network"}},
    {ROOT_PINNED, {{RF_KEY_LANDLOCK, "false"}}, {"\nnew-network", "!pinned"}},
    {ROOT, {{RF_KEY_NETWORK, "loopback"}}, {"\nloopback-up # network", "\nnew-network"}},
    {ROOT, {{RF_KEY_NETWORK, "host"}}, {"!network #", "!loopback"}},
    {ROOT,
     {{RF_KEY_MEMORY, "64m"}},
     {"\nlimit memory.max 67108864", "\nlimit memory.swap.max 0", "!rlimit data"}},
    {ROOT_V1,
     {{RF_KEY_MEMORY, "64m"}},
     {"\nlimit memory.limit_in_bytes 67108864", "memory.memsw.limit_in_bytes 67108864"}},
    {ROOT_NO_GROUP, {{0}}, {"\nrlimit data=", "\nrlimit nproc=512:512", "!\nlimit ", "note memory"}},
    {ROOT_NO_GROUP,
     {{RF_KEY_MEMORY, "64m"}, {RF_KEY_ALLOW_MISSING, "cgroup"}},
     {"\nrlimit data=67108864:67108864"}},
    {ROOT, {{RF_KEY_CPUS, "1.5"}}, {"\nlimit cpu.max 150000 100000 # cpus"}},
    {ROOT_V1, {{RF_KEY_CPUS, "0.5"}}, {"\nlimit cpu.cfs_quota_us 50000"}},
    {ROOT, {{RF_KEY_PIDS_LIMIT, "9"}}, {"\nlimit pids.max 9 # pids-limit"}},
    {ROOT,
     {{RF_KEY_ULIMIT, "nofile=7:8"}, {RF_KEY_ULIMIT, "core=1:1"}},
     {"rlimit nofile=7:8", "!nofile=1024", "!core=0:0"}},
    {ROOT, {{RF_KEY_TIMEOUT, "90"}}, {"watch timeout=90000 "}},
    {ROOT, {{RF_KEY_STOP_TIMEOUT, "2s"}, {RF_KEY_STOP_SIGNAL, "INT"}}, {" stop=2000,2 "}},
    {ROOT, {{RF_KEY_INIT, "false"}}, {"!\nstart", "init=0"}},
    {ROOT, {{RF_KEY_TTY, "true"}}, {"\nterminal # tty", "\ndevpts /dev/pts", "tty=1 stdin=1"}},
    {ROOT, {{RF_KEY_LOG_DRIVER, "none"}}, {"output=0"}},
    {USER_NO_LANDLOCK,
     {{RF_KEY_ALLOW_MISSING, "landlock"}},
     {"!\nlandlock", "note !missing by --allow-missing: landlock"}},
    {ROOT,
     {{RF_KEY_NO_DISK, "true"}, {RF_KEY_VOLUME, "/memory:/srv"}},
     {"\nbind /memory -> /srv recursive nosuid"}},
    {ROOT,
     {{RF_KEY_NO_DISK, "true"}, {RF_KEY_VOLUME, "/mine:/srv:ro"}},
     {"\nbind /mine -> /srv recursive ro"}},
    {ROOT, {{RF_KEY_JOB_CONFIG, "/srv/job.json"}}, {"\nreadable /srv/job.json # job-config"}},
    {ROOT,
     {{RF_KEY_COMMAND, "/x"}, {RF_KEY_COMMAND, "--job-config"}, {RF_KEY_COMMAND, "/srv/j"}},
     {"\nreadable /srv/j #"}},
    {ROOT, {{RF_KEY_COMMAND, "/x"}, {RF_KEY_COMMAND, "--job-config=/srv/j"}}, {"\nreadable /srv/j #"}},
};

static void each_key_changes_the_plan(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(changes); i++) {
        struct planned p;
        const char *text;

        begin(&p, changes[i].world, changes[i].settings);
        if (make(&p) != 0)
            fail_msg("case %zu: %s", i, p.err.msg);
        text = text_of(&p);
        for (size_t j = 0; j < LINES && changes[i].lines[j]; j++) {
            const char *line = changes[i].lines[j];
            bool is_unwanted = line[0] == '!';

            if ((strstr(text, line + is_unwanted) != NULL) == is_unwanted)
                fail_msg("case %zu: \"%s\" in:%s", i, line, text);
        }
        rf_arena_done(&p.arena);
    }
}

static const struct {
    enum world world;
    int code;
    struct setting settings[SETTINGS];
    const char *why;
} refused[] = {
    {ROOT, -EACCES, {{RF_KEY_USER, "zero"}}, "0 is root"},
    {ROOT, -EACCES, {{RF_KEY_USER, "big"}}, "70000"},
    {ROOT, -EACCES, {{RF_KEY_USER, "toor"}}, "the group of"},
    {ROOT, -EACCES, {{RF_KEY_USER, "7:wheel"}}, "group \"wheel\""},
    {ROOT, -ENOENT, {{RF_KEY_USER, "nobody"}}, "no \"nobody\""},
    {ROOT, -ENOENT, {{RF_KEY_USER, "7:nogroup"}}, "no group"},
    {USER, -EPERM, {{RF_KEY_GROUP_ADD, "44"}}, "group_add"},
    {USER, -EPERM, {{RF_KEY_USERNS, "auto"}}, "only root"},
    {ROOT, -EINVAL, {{RF_KEY_HOST, "true"}, {RF_KEY_READ_ONLY, "false"}}, "never writable"},
    {ROOT, -EINVAL, {{RF_KEY_HOST, "false"}}, "no root: say --rootfs DIR, --host"},
    {ROOT, -EINVAL, {{RF_KEY_SCRATCH, "false"}}, "or --scratch for an empty one"},
    {ROOT, -ENOENT, {{RF_KEY_SCRATCH, "true"}, {RF_KEY_USER, "alice"}}, "no \"alice\""},
    {ROOT, -ENOENT, {{RF_KEY_SCRATCH, "true"}, {RF_KEY_VOLUME, "/none:/x"}}, "the source cannot be used"},
    {ROOT,
     -EINVAL,
     {{RF_KEY_SCRATCH, "true"}, {RF_KEY_NO_DISK, "true"}, {RF_KEY_VOLUME, "/mine:/x"}},
     "lies on a disk"},
    {USER, -ENOTSUP, {{RF_KEY_MEMORY, "64m"}}, "--allow-missing cgroup"},
    {USER, -ENOTSUP, {{RF_KEY_PIDS_LIMIT, "64"}}, "pids-limit"},
    {USER, -ENOTSUP, {{RF_KEY_CPUS, "1"}}, "cpus"},
    {ROOT_NO_GROUP, -ENOTSUP, {{RF_KEY_MEMORY, "64m"}, {RF_KEY_ALLOW_MISSING, "landlock"}}, "memory"},
    {ROOT_PIDS_ONLY, -ENOTSUP, {{RF_KEY_MEMORY, "64m"}}, "memory"},
    {USER_NO_LANDLOCK, -ENOTSUP, {{0}}, "--allow-missing landlock"},
    {USER_NO_LANDLOCK, -ENOTSUP, {{RF_KEY_ALLOW_MISSING, "cgroup"}}, "landlock"},
    {ROOT, -EINVAL, {{RF_KEY_NO_NEW_PRIVILEGES, "false"}}, "seccomp and Landlock need it"},
    {ROOT, -EINVAL, {{RF_KEY_NO_NEW_PRIVILEGES, "false"}, {RF_KEY_SECCOMP, "unconfined"}}, "need it"},
    {ROOT, -EINVAL, {{RF_KEY_NO_NEW_PRIVILEGES, "false"}, {RF_KEY_LANDLOCK, "false"}}, "need it"},
    {ROOT, -EINVAL, {{RF_KEY_SECCOMP, "./p.json"}}, "has not been read"},
    {ROOT, -ENOENT, {{RF_KEY_JOB_CONFIG, "/tmp/job.json"}}, "hidden under the tmpfs on /tmp"},
    {ROOT,
     -ENOENT,
     {{RF_KEY_JOB_CONFIG, "/srv/job.json"}, {RF_KEY_TMPFS, "/srv"}},
     "hidden under the tmpfs on /srv"},
    {ROOT, -ENOENT, {{RF_KEY_COMMAND, "/x"}, {RF_KEY_COMMAND, "--job-config=/tmp/j"}}, "hidden"},
    {ROOT, -EINVAL, {{RF_KEY_COMMAND, "/x"}, {RF_KEY_COMMAND, "--job-config=j"}}, "absolute"},
    {ROOT, -EINVAL, {{RF_KEY_HOME, "/proc/x"}}, "/proc belongs to the ring"},
    {ROOT, -EINVAL, {{RF_KEY_HOME, "/dev/x"}}, "/dev belongs to the ring"},
    {ROOT, -EINVAL, {{RF_KEY_HOME, "/sys/fs"}}, "/sys belongs to the ring"},
    {ROOT, -ENOENT, {{RF_KEY_VOLUME, "/none:/srv"}}, "the source cannot be used"},
    {ROOT, -EINVAL, {{RF_KEY_VOLUME, "/fifo:/srv"}}, "neither directory, file nor socket"},
    {ROOT, -ENOTDIR, {{RF_KEY_VOLUME, "/mine:/file"}}, "it is a file in the root"},
    {ROOT, -ENOTDIR, {{RF_KEY_TMPFS, "/file"}}, "it is a file in the root"},
    {ROOT, -ENOENT, {{RF_KEY_HOST, "true"}, {RF_KEY_TMPFS, "/absent"}}, "the root has no such place"},
    {ROOT, -EINVAL, {{RF_KEY_NO_DISK, "true"}, {RF_KEY_VOLUME, "/mine:/srv"}}, "lies on a disk"},
    {USER, -EPERM, {{RF_KEY_VOLUME, "/roots:/srv:idmap"}}, "an ordinary user cannot map ids"},
};

static void refuses_with_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct planned p;
        int code;

        begin(&p, refused[i].world, refused[i].settings);
        p.plan.count = 77;
        code = make(&p);
        if (code != refused[i].code || !strstr(p.err.msg, refused[i].why))
            fail_msg("case %zu: want %d with \"%s\", have %d \"%s\"", i, refused[i].code, refused[i].why,
                     code, p.err.msg);
        assert_int_equal(p.err.code, code);
        assert_int_equal(p.plan.count, 77); /* nothing half done */
        rf_arena_done(&p.arena);
    }
}

static void wants_something_to_run(void **state)
{
    static const struct setting nothing[SETTINGS] = {{0}};
    struct planned p;

    (void)state;
    begin(&p, ROOT, nothing);
    p.posture.command_count = 0;
    assert_int_equal(make(&p), -EINVAL);
    assert_non_null(strstr(p.err.msg, "nothing to run"));
    rf_arena_done(&p.arena);
}

static void files_on_disks_as_descriptors(void **state)
{
    static const struct {
        uint32_t outputs;
        bool has_no_disk;
        int code;
        uint32_t relayed;
    } cases[] = {{6, false, 0, 0}, {6, true, 0, 6},       {4, true, 0, 4},      {0, true, 0, 0},
                 {1, false, 0, 0}, {1, true, -EINVAL, 0}, {7, true, -EINVAL, 0}};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        const struct setting settings[SETTINGS] = {{RF_KEY_NO_DISK, cases[i].has_no_disk ? "true" : "false"}};
        struct planned p;

        begin(&p, ROOT, settings);
        p.facts.disk_outputs = cases[i].outputs;
        assert_int_equal(make(&p), cases[i].code);
        assert_int_equal(p.plan.watch.relayed, cases[i].relayed);
        rf_arena_done(&p.arena);
    }
}

static const struct setting rich[SETTINGS] = {
    {RF_KEY_VOLUME, "/mine:/srv/a/b:idmap"},
    {RF_KEY_TMPFS, "/srv/c"},
    {RF_KEY_PASSWD_ENTRY, "$USERNAME:x:$UID:$GID:$NAME:$HOME:/bin/sh"},
    {RF_KEY_CPUS, "1"},
    {RF_KEY_ENV, "A=1"},
    {RF_KEY_JOB_CONFIG, "/srv/a/b/j"},
};

/* The hash of the whole rich plan, made with the nth allocation of ask and build failing; 0: none. */
static int hash_with_failure(unsigned nth, char ret_hex[65], bool *ret_was_met)
{
    struct planned p;
    int code;

    begin(&p, ROOT, rich);
    rf_arena_fail_at(nth);
    code = make(&p);
    *ret_was_met = rf_arena_alloc(&p.arena, 1) != NULL; /* or it is this one that fails */
    rf_arena_fail_at(0);
    if (code == 0)
        rf_plan_hash(&p.plan, ret_hex);
    else
        assert_int_equal(p.err.code, code);
    assert_true(code < 0 ? p.plan.steps == NULL : p.plan.count > 0);
    rf_arena_done(&p.arena);
    return code;
}

/* Each allocation in turn: an error, never a crash and never half a plan. */
static void fails_whole_without_memory(void **state)
{
    char whole[65];
    char hex[65];
    bool was_met = false;
    unsigned nth = 0;

    (void)state;
    assert_int_equal(hash_with_failure(0, whole, &was_met), 0);
    do {
        int code = hash_with_failure(++nth, hex, &was_met);

        if (code == 0)
            assert_string_equal(hex, whole);
        else if (code != -ENOMEM)
            fail_msg("allocation %u: code %d", nth, code);
        if (code == 0 && nth < 8)
            fail_msg("allocation %u failed and nobody noticed", nth);
    } while (was_met && nth < 10000);
    assert_true(nth > 8 && nth < 10000);
}

static void equal_plans_have_equal_hashes(void **state)
{
    static const struct setting others[][SETTINGS] = {
        {{0}},
        {{RF_KEY_USER, "5"}},
        {{RF_KEY_ENV, "A=1"}},
        {{RF_KEY_ENV, "A=2"}},
        {{RF_KEY_COMMAND, "/bin/id"}, {RF_KEY_COMMAND, "-u"}},
        {{RF_KEY_COMMAND, "/bin/id"}, {RF_KEY_COMMAND, "-"}, {RF_KEY_COMMAND, "u"}},
        {{RF_KEY_TIMEOUT, "5"}},
        {{RF_KEY_SECCOMP, "strict"}},
        {{RF_KEY_TMPFS, "/srv:size=1m"}},
        {{RF_KEY_TMPFS, "/srv:size=2m"}},
        {{RF_KEY_INIT, "false"}},
    };
    char hex[RF_COUNT(others)][65];

    (void)state;
    for (size_t i = 0; i < RF_COUNT(others); i++) {
        char again[65];

        for (int round = 0; round < 2; round++) {
            struct planned p;

            begin(&p, ROOT, others[i]);
            assert_int_equal(make(&p), 0);
            rf_plan_hash(&p.plan, round ? again : hex[i]);
            rf_arena_done(&p.arena);
        }
        assert_string_equal(again, hex[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(hex[i], hex[j]);
    }
}

/* noswap is for the initial user name space: a plan has it everywhere or nowhere. */
static void keeps_tmpfs_out_of_swap(void **state)
{
    static const struct {
        struct setting settings[SETTINGS];
        enum world world;
        bool has_option;
        bool is_initial_userns;
        bool wants;
    } cases[] = {
        {{{0}}, ROOT, true, true, true},
        {{{0}}, ROOT, false, true, false},
        {{{0}}, ROOT, true, false, false},
        {{{0}}, USER, true, true, false},
        {{{RF_KEY_USERNS, "auto"}}, ROOT, true, true, false},
        {{{RF_KEY_SCRATCH, "true"}}, ROOT, true, true, true},
        {{{RF_KEY_READ_ONLY, "false"}}, ROOT, true, true, true},
        {{{RF_KEY_TMPFS, "/srv:size=8m,exec"}}, ROOT, true, true, true},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct planned p;

        begin(&p, cases[i].world, cases[i].settings);
        p.facts.has_tmpfs_noswap = cases[i].has_option;
        p.facts.is_initial_userns = cases[i].is_initial_userns;
        if (make(&p) != 0)
            fail_msg("case %zu: %s", i, p.err.msg);
        for (uint32_t j = 0; j < p.plan.count; j++) {
            const struct rf_step *step = &p.plan.steps[j];
            bool is_memory = step->kind == RF_STEP_TMPFS || step->kind == RF_STEP_MASK_DIR ||
                             step->kind == RF_STEP_SCRATCH || step->kind == RF_STEP_OVERLAY;

            if (step->kind == RF_STEP_CLONE)
                continue; /* its flags are name spaces */
            assert_int_equal((step->flags & RF_STEP_NO_SWAP) != 0, is_memory && cases[i].wants);
            assert_int_equal(strstr(rf_plan_text(&p.plan, step->data), ",noswap") != NULL,
                             (step->kind == RF_STEP_TMPFS || step->kind == RF_STEP_MASK_DIR) &&
                                 cases[i].wants);
        }
        rf_arena_done(&p.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_tmpfs_out_of_swap),       cmocka_unit_test(each_key_changes_the_plan),
        cmocka_unit_test(refuses_with_the_reason),       cmocka_unit_test(wants_something_to_run),
        cmocka_unit_test(files_on_disks_as_descriptors), cmocka_unit_test(fails_whole_without_memory),
        cmocka_unit_test(equal_plans_have_equal_hashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
