/* Docker's profiles are written for all machines at once; this decides which entries are for the one at hand.
 */
#include "cmd/seccomp_when.h"

#include <stddef.h>
#include <stdint.h>

#include "base/num.h"

#ifdef __x86_64__
#define ARCH "amd64"
#else
#define ARCH "arm64"
#endif

enum { CAPS, ARCHES, KERNEL };
static const char *const fields[] = {"caps", "arches", "minKernel"};

static bool has_cap(const struct rf_seccomp_file_facts *facts, struct rf_str name)
{
    static const char *const names[] = {"CHOWN",
                                        "DAC_OVERRIDE",
                                        "DAC_READ_SEARCH",
                                        "FOWNER",
                                        "FSETID",
                                        "KILL",
                                        "SETGID",
                                        "SETUID",
                                        "SETPCAP",
                                        "LINUX_IMMUTABLE",
                                        "NET_BIND_SERVICE",
                                        "NET_BROADCAST",
                                        "NET_ADMIN",
                                        "NET_RAW",
                                        "IPC_LOCK",
                                        "IPC_OWNER",
                                        "SYS_MODULE",
                                        "SYS_RAWIO",
                                        "SYS_CHROOT",
                                        "SYS_PTRACE",
                                        "SYS_PACCT",
                                        "SYS_ADMIN",
                                        "SYS_BOOT",
                                        "SYS_NICE",
                                        "SYS_RESOURCE",
                                        "SYS_TIME",
                                        "SYS_TTY_CONFIG",
                                        "MKNOD",
                                        "LEASE",
                                        "AUDIT_WRITE",
                                        "AUDIT_CONTROL",
                                        "SETFCAP",
                                        "MAC_OVERRIDE",
                                        "MAC_ADMIN",
                                        "SYSLOG",
                                        "WAKE_ALARM",
                                        "BLOCK_SUSPEND",
                                        "AUDIT_READ",
                                        "PERFMON",
                                        "BPF",
                                        "CHECKPOINT_RESTORE"};

    if (rf_str_starts(name, "CAP_"))
        name = (struct rf_str){name.ptr + 4, name.len - 4};
    for (size_t i = 0; i < RF_COUNT(names); i++) {
        if (rf_str_is(name, names[i]))
            return facts->caps >> i & 1;
    }
    return false; /* a capability that does not exist is one that nobody has */
}

/* "4.8": whether the running kernel is that or newer. */
static int is_kernel(struct rf_json *json, const struct rf_seccomp_file_facts *facts, struct rf_arena *arena,
                     bool *ret, struct rf_err *err)
{
    struct rf_json_token token = {0};
    struct rf_str text = {0};
    struct rf_str head;
    struct rf_str rest;
    uint64_t major;
    uint64_t minor;
    int code = rf_json_want_text(json, "minKernel", arena, &token, &text, err);

    if (code < 0)
        return code;
    rest = rf_str_cut(text, '.', &head);
    if (!rest.ptr || rf_num_u64(head, UINT32_MAX, &major) < 0 || rf_num_u64(rest, UINT32_MAX, &minor) < 0)
        return rf_json_fail(json, token.offset, err, "minKernel: want \"MAJOR.MINOR\"");
    *ret = facts->kernel_major > major || (facts->kernel_major == major && facts->kernel_minor >= minor);
    return 0;
}

static int read_list(struct rf_json *json, size_t field, const struct rf_seccomp_file_facts *facts,
                     struct rf_arena *arena, struct rf_seccomp_when *when, struct rf_err *err)
{
    struct rf_str item = {0};
    bool has_more;
    int code = rf_json_list(json, fields[field], &has_more, err);

    while (code == 0 && has_more) {
        bool is_here;

        code = rf_json_list_text(json, fields[field], arena, &item, &has_more, err);
        if (code < 0 || !has_more)
            break;
        is_here = field == CAPS ? has_cap(facts, item) : rf_str_is(item, ARCH);
        when->has_list[field] = true;
        when->has_any[field] |= is_here;
        when->has_all[field] &= is_here;
    }
    return code;
}

int rf_seccomp_when_read(struct rf_json *json, const struct rf_seccomp_file_facts *facts,
                         struct rf_arena *arena, struct rf_seccomp_when *ret, struct rf_err *err)
{
    struct rf_seccomp_when when = {.has_all = {true, true}};
    struct rf_json_token token;
    uint64_t seen = 0;
    size_t field = 0;
    int code = rf_json_next(json, &token, err);

    if (code == 0 && token.kind != RF_JSON_NULL && token.kind != RF_JSON_OBJECT)
        return rf_json_fail(json, token.offset, err, "includes and excludes: want an object");
    while (code == 0 && token.kind == RF_JSON_OBJECT) {
        code = rf_json_field(json, fields, RF_COUNT(fields), &seen, &field, err);
        if (code < 0 || field == RF_COUNT(fields))
            break;
        when.has_kernel |= field == KERNEL;
        code = field == KERNEL ? is_kernel(json, facts, arena, &when.is_kernel, err)
                               : read_list(json, field, facts, arena, &when, err);
    }
    if (code == 0)
        *ret = when;
    return code;
}

bool rf_seccomp_when_includes(const struct rf_seccomp_when *when)
{
    return when->has_all[CAPS] && (!when->has_list[ARCHES] || when->has_any[ARCHES]) &&
           (!when->has_kernel || when->is_kernel);
}

bool rf_seccomp_when_excludes(const struct rf_seccomp_when *when)
{
    return when->has_any[CAPS] || when->has_any[ARCHES] || when->is_kernel;
}
