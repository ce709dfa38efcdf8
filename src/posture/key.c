/* The table of everything a posture can say. Help, man page, completion, documentation, the parsers and the
   tests all read it; a key that is not here does not exist. */
#include "posture/key.h"

#include <assert.h>

static const struct rf_key_info rows[RF_KEY_MAX] = {
    [RF_KEY_NONE] = {.key = RF_KEY_NONE,
                     .flag = "ring",
                     .shape = RF_SHAPE_ONE,
                     .help = "what every ring has, whatever the posture says"},
    [RF_KEY_ROOTFS] = {.key = RF_KEY_ROOTFS,
                       .flag = "rootfs",
                       .shape = RF_SHAPE_ONE,
                       .value = "DIR",
                       .example = "./rootfs",
                       .help = "the directory that becomes the root",
                       .details = "An unpacked image or a debootstrap tree. Every path in it is resolved "
                                  "inside it: links that leave "
                                  "it lead back to its top. One of rootfs, host and scratch must be "
                                  "given."},
    [RF_KEY_HOST] =
        {.key = RF_KEY_HOST,
         .flag = "host",
         .shape = RF_SHAPE_BOOL,
         .standard = "false",
         .example = "true",
         .help = "use the host's own root, read-only",
         .details = "Everything the user could read outside is readable inside, except what the ring hides. "
                    "One of rootfs, host and scratch must be given."},
    [RF_KEY_SCRATCH] =
        {.key = RF_KEY_SCRATCH,
         .flag = "scratch",
         .shape = RF_SHAPE_BOOL,
         .standard = "false",
         .example = "true",
         .help = "start from an empty root: only what volumes bring is in it",
         .details =
             "As in docker's FROM scratch: nothing of the host is visible but what volume names, such as "
             "-v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro. The root lies in memory and holds /dev, "
             "/proc, /tmp, the home, and /etc/passwd and /etc/group with a line for the user; places for "
             "volumes are made. It is read-only, too; with read_only: false the user can write it. "
             "One of rootfs, host and scratch must be given."},
    [RF_KEY_USER] =
        {.key = RF_KEY_USER,
         .flag = "user",
         .letter = 'u',
         .shape = RF_SHAPE_ONE,
         .value = "USER[:GROUP]",
         .standard = "10001:10001",
         .example = "1000:1000",
         .help = "who the workload runs as; never root",
         .details =
             "Numbers lie in 1..65535 and need no line in the root's passwd file. A name is looked up in the "
             "root's own passwd or group file and refused when it maps to 0 or beyond 65535. Text that "
             "begins "
             "with a digit, a sign or a blank is never taken for a name. A number without a group takes the "
             "group of its passwd line, else the group of the same number."},
    [RF_KEY_GROUP_ADD] =
        {.key = RF_KEY_GROUP_ADD,
         .flag = "group-add",
         .shape = RF_SHAPE_LIST,
         .value = "GID",
         .example = "44",
         .help = "a further group of the user, by number; never root's",
         .details =
             "In 1..65535. There are no supplementary groups otherwise. An ordinary user cannot add any."},
    [RF_KEY_USERNS] =
        {.key = RF_KEY_USERNS,
         .flag = "userns",
         .shape = RF_SHAPE_ONE,
         .value = "standard|auto",
         .standard = "standard",
         .example = "auto",
         .help = "which ids of the host stand behind the ids inside",
         .details =
             "standard: started by root, the id inside is the same on the host; started by an ordinary user, "
             "the id inside is that user on the host. auto: a private range of ids, and volumes are "
             "id-mapped "
             "to it; only root can have it."},
    [RF_KEY_READ_ONLY] =
        {.key = RF_KEY_READ_ONLY,
         .flag = "read-only",
         .shape = RF_SHAPE_BOOL,
         .standard = "true",
         .example = "true",
         .help = "nothing in the root can be changed",
         .details =
             "false lays a temporary file system over the root: writes go to memory and are gone afterwards. "
             "The root itself is never written."},
    [RF_KEY_TMPFS] =
        {.key = RF_KEY_TMPFS,
         .flag = "tmpfs",
         .shape = RF_SHAPE_LIST,
         .value = "PATH[:OPTIONS]",
         .example = "/var/cache:size=16m,mode=0750",
         .help = "a temporary file system at PATH, owned by the user",
         .details =
             "Options: size=64m, nr_inodes=16k, mode=0700 (1777 for /tmp and /var/tmp), uid= and gid= (the "
             "user's), exec (noexec), ro. nosuid and nodev always hold, and so do the limits of size and "
             "inodes: "
             "neither can be 0."},
    [RF_KEY_VOLUME] = {.key = RF_KEY_VOLUME,
                       .flag = "volume",
                       .letter = 'v',
                       .shape = RF_SHAPE_LIST,
                       .value = "SRC:DST[:OPTIONS]",
                       .example = "./data:/data:ro",
                       .help = "a directory or file of the host, at DST inside",
                       .details = "Options: ro or rw (rw), idmap (files belong to the owner of SRC outside "
                                  "and to the user inside), "
                                  "noexec, bind or rbind (rbind: with the mounts below). nosuid and nodev "
                                  "always hold. SRC is absolute "
                                  "or relative to the caller's directory; a bare name is refused, since it "
                                  "would be a named volume for "
                                  "docker: write ./name."},
    [RF_KEY_MOUNT] =
        {.key = RF_KEY_MOUNT,
         .flag = "mount",
         .shape = RF_SHAPE_LIST,
         .value = "type=bind|tmpfs,...",
         .example = "type=bind,source=./data,target=/data,readonly",
         .help = "tmpfs or volume in docker's long spelling",
         .details = "Fields: type, source (src), target (dst, destination), readonly (ro), exec, idmap, "
                    "bind-recursive=enabled|disabled, bind-propagation=private|rprivate, tmpfs-size, "
                    "tmpfs-mode. A field "
                    "with a comma is quoted as in CSV."},
    [RF_KEY_HOME] = {.key = RF_KEY_HOME,
                     .flag = "home",
                     .shape = RF_SHAPE_ONE,
                     .value = "temporary|none|PATH",
                     .standard = "temporary:size=64m",
                     .example = "temporary:size=256m",
                     .help = "the user's home directory, and HOME",
                     .details = "temporary: a home in memory that is gone afterwards. PATH: the same at that "
                                "place inside, or whatever tmpfs or volume lies there. none: no "
                                "directory, and HOME is /. :size=64m may follow the first two."},
    [RF_KEY_PASSWD_ENTRY] = {.key = RF_KEY_PASSWD_ENTRY,
                             .flag = "passwd-entry",
                             .shape = RF_SHAPE_ONE,
                             .value = "LINE|none",
                             .example = "$USERNAME:*:$UID:$GID:$NAME:$HOME:/bin/sh",
                             .help = "the user's line in /etc/passwd inside",
                             .details = "Seven fields; $USERNAME, $UID, $GID, $NAME and $HOME are replaced "
                                        "as podman does. Without it a line "
                                        "is made for a user who has none. none adds no line."},
    [RF_KEY_SHM_SIZE] = {.key = RF_KEY_SHM_SIZE,
                         .flag = "shm-size",
                         .shape = RF_SHAPE_ONE,
                         .value = "SIZE",
                         .standard = "64m",
                         .example = "256m",
                         .help = "how much shared memory /dev/shm holds"},
    [RF_KEY_ENV] = {.key = RF_KEY_ENV,
                    .flag = "env",
                    .letter = 'e',
                    .shape = RF_SHAPE_MAP,
                    .value = "NAME[=VALUE]",
                    .example = "LANG=C.UTF-8",
                    .help = "a variable of the environment; nothing else of the caller's passes",
                    .details = "On the command line NAME alone passes the caller's value on, and nothing "
                               "when the caller has none."},
    [RF_KEY_ENV_FILE] = {.key = RF_KEY_ENV_FILE,
                         .flag = "env-file",
                         .shape = RF_SHAPE_LIST,
                         .value = "FILE",
                         .example = "./settings.env",
                         .help = "variables from a file of NAME=VALUE lines",
                         .details = "As docker reads it: a line that begins with # is a comment, NAME alone "
                                    "passes the caller's value "
                                    "on, and everything after the equals sign is the value as it stands, "
                                    "quotes and blanks included."},
    [RF_KEY_WORKDIR] = {.key = RF_KEY_WORKDIR,
                        .flag = "workdir",
                        .letter = 'w',
                        .shape = RF_SHAPE_ONE,
                        .value = "PATH",
                        .standard = "/",
                        .example = "/work",
                        .help = "the directory in which the command starts"},
    [RF_KEY_ENTRYPOINT] =
        {.key = RF_KEY_ENTRYPOINT,
         .flag = "entrypoint",
         .shape = RF_SHAPE_LIST,
         .value = "PROGRAM",
         .example = "/usr/bin/python3",
         .help = "the program that gets the command as its arguments",
         .details =
             "In the file, a list or one string. On the command line it replaces the one of the file."},
    [RF_KEY_COMMAND] = {.key = RF_KEY_COMMAND,
                        .flag = "command",
                        .shape = RF_SHAPE_LIST,
                        .value = "WORD",
                        .example = "train.py",
                        .help = "the command and its arguments",
                        .details = "In the file, a list or one string; on the command line, the words after "
                                   "the options, which replace "
                                   "it. No shell reads it."},
    [RF_KEY_HOSTNAME] = {.key = RF_KEY_HOSTNAME,
                         .flag = "hostname",
                         .letter = 'h',
                         .shape = RF_SHAPE_ONE,
                         .value = "NAME",
                         .standard = "ringfence",
                         .example = "worker-1",
                         .help = "the name that the machine has inside"},
    [RF_KEY_NAME] = {.key = RF_KEY_NAME,
                     .flag = "name",
                     .shape = RF_SHAPE_ONE,
                     .value = "NAME",
                     .example = "ocr-page",
                     .help = "the name by which exec, ps and kill know the run"},
    [RF_KEY_CAP_ADD] = {.key = RF_KEY_CAP_ADD,
                        .flag = "cap-add",
                        .shape = RF_SHAPE_LIST,
                        .value = "CAPABILITY",
                        .example = "NET_BIND_SERVICE",
                        .help = "a capability that the workload keeps; there is none otherwise",
                        .details = "With or without CAP_, in any case; ALL is refused. See capabilities(7)."},
    [RF_KEY_SECURITY_OPT] =
        {.key = RF_KEY_SECURITY_OPT,
         .flag = "security-opt",
         .shape = RF_SHAPE_LIST,
         .value = "OPTION",
         .example = "no-new-privileges:true",
         .help = "docker's spelling of the next three",
         .details =
             "no-new-privileges[=true|false], seccomp=default|strict|unconfined|FILE, landlock=on|off."},
    [RF_KEY_NO_NEW_PRIVILEGES] = {.key = RF_KEY_NO_NEW_PRIVILEGES,
                                  .flag = "no-new-privileges",
                                  .shape = RF_SHAPE_BOOL,
                                  .standard = "true",
                                  .example = "true",
                                  .help = "no program can gain privileges, set-user-id or not"},
    [RF_KEY_SECCOMP] = {.key = RF_KEY_SECCOMP,
                        .flag = "seccomp",
                        .shape = RF_SHAPE_ONE,
                        .value = "default|strict|unconfined|FILE",
                        .standard = "default",
                        .example = "strict",
                        .help = "which system calls there are",
                        .details =
                            "A FILE holds a slash or ends in .json and is a profile as docker reads it."},
    [RF_KEY_LANDLOCK] = {.key = RF_KEY_LANDLOCK,
                         .flag = "landlock",
                         .shape = RF_SHAPE_BOOL,
                         .standard = "true",
                         .example = "true",
                         .help = "let Landlock guard files, signals and abstract sockets as well",
                         .details =
                             "A run without it where the kernel has none needs allow_missing: landlock."},
    [RF_KEY_NETWORK] = {.key = RF_KEY_NETWORK,
                        .flag = "network",
                        .shape = RF_SHAPE_ONE,
                        .value = "none|loopback|host",
                        .standard = "none",
                        .example = "loopback",
                        .help = "what the workload can reach",
                        .details = "none: nothing. loopback: 127.0.0.1 and ::1 inside only. host: the "
                                   "network of the host, and every "
                                   "service that listens on it."},
    [RF_KEY_MEMORY] =
        {.key = RF_KEY_MEMORY,
         .flag = "memory",
         .letter = 'm',
         .shape = RF_SHAPE_ONE,
         .value = "SIZE",
         .standard = "1g",
         .example = "512m",
         .help = "how much memory the workload gets, temporary files included",
         .details =
             "At least 6m. Where no cgroup can be had the run is refused unless allow_missing names cgroup."},
    [RF_KEY_CPUS] = {.key = RF_KEY_CPUS,
                     .flag = "cpus",
                     .shape = RF_SHAPE_ONE,
                     .value = "NUMBER|none",
                     .standard = "none",
                     .example = "1.5",
                     .help = "how many processors' worth of time, in 0.01..1024"},
    [RF_KEY_PIDS_LIMIT] = {.key = RF_KEY_PIDS_LIMIT,
                           .flag = "pids-limit",
                           .shape = RF_SHAPE_ONE,
                           .value = "NUMBER",
                           .standard = "512",
                           .example = "64",
                           .help = "how many processes and threads there can be, in 1..4194304"},
    [RF_KEY_ULIMIT] = {.key = RF_KEY_ULIMIT,
                       .flag = "ulimit",
                       .shape = RF_SHAPE_MAP,
                       .value = "NAME=SOFT[:HARD]",
                       .example = "nofile=1024:4096",
                       .help = "a limit of each process",
                       .details = "as, core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, "
                                  "nproc, rss, rtprio, rttime, "
                                  "sigpending, stack; plain numbers or unlimited. See getrlimit(2)."},
    [RF_KEY_TIMEOUT] = {.key = RF_KEY_TIMEOUT,
                        .flag = "timeout",
                        .shape = RF_SHAPE_ONE,
                        .value = "TIME|none",
                        .standard = "none",
                        .example = "300s",
                        .help = "end the run after this time",
                        .details =
                            "The stop signal first, and KILL after stop_timeout. The exit code is 124 then."},
    [RF_KEY_STOP_TIMEOUT] = {.key = RF_KEY_STOP_TIMEOUT,
                             .flag = "stop-timeout",
                             .shape = RF_SHAPE_ONE,
                             .value = "TIME",
                             .standard = "10s",
                             .example = "2s",
                             .help = "how long after the stop signal KILL follows"},
    [RF_KEY_STOP_SIGNAL] = {.key = RF_KEY_STOP_SIGNAL,
                            .flag = "stop-signal",
                            .shape = RF_SHAPE_ONE,
                            .value = "SIGNAL",
                            .standard = "TERM",
                            .example = "SIGINT",
                            .help = "the signal that asks the workload to end"},
    [RF_KEY_INIT] = {.key = RF_KEY_INIT,
                     .flag = "init",
                     .shape = RF_SHAPE_BOOL,
                     .standard = "true",
                     .example = "true",
                     .help = "a small pid 1 that reaps and forwards signals"},
    [RF_KEY_TTY] = {.key = RF_KEY_TTY,
                    .flag = "tty",
                    .letter = 't',
                    .shape = RF_SHAPE_BOOL,
                    .standard = "false",
                    .example = "true",
                    .help = "a terminal of the ring's own"},
    [RF_KEY_INTERACTIVE] =
        {.key = RF_KEY_INTERACTIVE,
         .flag = "interactive",
         .letter = 'i',
         .shape = RF_SHAPE_BOOL,
         .standard = "false",
         .example = "true",
         .help = "pass standard input on when it is a terminal, too; a pipe or a file always is"},
    [RF_KEY_LOG_DRIVER] = {.key = RF_KEY_LOG_DRIVER,
                           .flag = "log-driver",
                           .shape = RF_SHAPE_ONE,
                           .value = "passthrough|none",
                           .standard = "passthrough",
                           .example = "none",
                           .help = "where output goes: on to the caller, or nowhere"},
    [RF_KEY_ALLOW_MISSING] =
        {.key = RF_KEY_ALLOW_MISSING,
         .flag = "allow-missing",
         .shape = RF_SHAPE_LIST,
         .value = "LAYER",
         .example = "cgroup",
         .help = "run even where the system cannot give this layer",
         .details =
             "landlock or cgroup: the layers that a machine may lack while the rest of the ring holds. "
             "What is missing is stated; without this the run is refused."},
    [RF_KEY_DEBUG_ROOT] =
        {.key = RF_KEY_DEBUG_ROOT,
         .flag = "debug-root",
         .shape = RF_SHAPE_BOOL,
         .standard = "false",
         .example = "true",
         .help = "allow `ringfence exec -u 0` in this run",
         .details =
             "Such a shell has uid 0 and no capability. Where an ordinary user started the ring it is that "
             "user on the host, and with userns: auto nobody. Where root did it is the host's uid 0: what "
             "belongs to root in the ring's root can be read, and on writable volumes changed."},
    [RF_KEY_NO_DISK] = {.key = RF_KEY_NO_DISK,
                        .flag = "no-disk",
                        .shape = RF_SHAPE_BOOL,
                        .standard = "false",
                        .example = "true",
                        .help = "refuse to run when any writable place lies on a disk"},
    [RF_KEY_JOB_CONFIG] = {.key = RF_KEY_JOB_CONFIG,
                           .flag = "job-config",
                           .shape = RF_SHAPE_ONE,
                           .value = "PATH",
                           .example = "/data/job.json",
                           .help = "a file inside that must be readable when the workload starts"},
};

const struct rf_key_info *rf_key_info(enum rf_key key)
{
    assert((unsigned)key < RF_KEY_MAX);
    return &rows[key];
}

/* The name with dashes, in `buffer`; empty when it is too long for any key. */
static struct rf_str with_dashes(struct rf_str name, char *buffer, size_t size)
{
    if (name.len > size)
        return (struct rf_str){buffer, 0};
    for (size_t i = 0; i < name.len; i++)
        buffer[i] = (char)(name.ptr[i] == '_' ? '-' : name.ptr[i]);
    return (struct rf_str){buffer, name.len};
}

enum rf_key rf_key_by_name(struct rf_str name)
{
    char buffer[32];
    struct rf_str flag = with_dashes(name, buffer, sizeof(buffer));

    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++)
        if (rf_str_is(flag, rows[key].flag))
            return (enum rf_key)key;
    return RF_KEY_NONE;
}

const char *rf_key_like(struct rf_str name)
{
    char buffer[32];
    struct rf_str flag = with_dashes(name, buffer, sizeof(buffer));
    size_t limit = flag.len < 4 ? 1 : flag.len < 9 ? 2 : 3;
    size_t best = limit + 1;
    const char *nearest = NULL;

    for (unsigned key = RF_KEY_NONE + 1; flag.len > 1 && key < RF_KEY_MAX; key++) {
        size_t distance = rf_str_distance(flag, rows[key].flag, limit);

        if (distance < best) {
            best = distance;
            nearest = rows[key].flag;
        }
    }
    return nearest;
}
