/* The names of capabilities, in the kernel's order (linux/capability.h up to 5.9; none was added since). */
#include "posture/caps.h"

#include <string.h>
#include <strings.h>

static const char *const names[RF_CAP_COUNT] = {"CAP_CHOWN",
                                                "CAP_DAC_OVERRIDE",
                                                "CAP_DAC_READ_SEARCH",
                                                "CAP_FOWNER",
                                                "CAP_FSETID",
                                                "CAP_KILL",
                                                "CAP_SETGID",
                                                "CAP_SETUID",
                                                "CAP_SETPCAP",
                                                "CAP_LINUX_IMMUTABLE",
                                                "CAP_NET_BIND_SERVICE",
                                                "CAP_NET_BROADCAST",
                                                "CAP_NET_ADMIN",
                                                "CAP_NET_RAW",
                                                "CAP_IPC_LOCK",
                                                "CAP_IPC_OWNER",
                                                "CAP_SYS_MODULE",
                                                "CAP_SYS_RAWIO",
                                                "CAP_SYS_CHROOT",
                                                "CAP_SYS_PTRACE",
                                                "CAP_SYS_PACCT",
                                                "CAP_SYS_ADMIN",
                                                "CAP_SYS_BOOT",
                                                "CAP_SYS_NICE",
                                                "CAP_SYS_RESOURCE",
                                                "CAP_SYS_TIME",
                                                "CAP_SYS_TTY_CONFIG",
                                                "CAP_MKNOD",
                                                "CAP_LEASE",
                                                "CAP_AUDIT_WRITE",
                                                "CAP_AUDIT_CONTROL",
                                                "CAP_SETFCAP",
                                                "CAP_MAC_OVERRIDE",
                                                "CAP_MAC_ADMIN",
                                                "CAP_SYSLOG",
                                                "CAP_WAKE_ALARM",
                                                "CAP_BLOCK_SUSPEND",
                                                "CAP_AUDIT_READ",
                                                "CAP_PERFMON",
                                                "CAP_BPF",
                                                "CAP_CHECKPOINT_RESTORE"};

/* Upper case, with the CAP_ that docker's users leave out. */
static struct rf_str full_name(struct rf_str text, char *ret, size_t size)
{
    bool has_prefix = text.len >= 4 && strncasecmp(text.ptr, "cap_", 4) == 0;
    size_t used = has_prefix ? 0 : 4;

    memcpy(ret, "CAP_", 4);
    for (size_t i = 0; i < text.len && used < size; i++) {
        char c = text.ptr[i];

        ret[used++] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return (struct rf_str){ret, used};
}

int rf_set_cap_add(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    char buffer[40];
    struct rf_str name = full_name(value->text, buffer, sizeof(buffer));
    const char *nearest = NULL;
    size_t best = 4;

    if (rf_str_is(name, "CAP_ALL"))
        return rf_refuse(value, err,
                         "all capabilities together are root by another name: name the ones it needs");
    for (unsigned i = 0; i < RF_CAP_COUNT; i++) {
        size_t distance = rf_str_distance(name, names[i], 3);

        if (distance == 0) {
            posture->cap_add |= (uint64_t)1 << i;
            return 0;
        }
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    if (nearest)
        return rf_refuse(value, err, "there is no such capability; did you mean %s?", nearest);
    return rf_refuse(value, err, "there is no such capability: see capabilities(7)");
}

const char *rf_cap_nth(uint64_t set, size_t index)
{
    for (unsigned i = 0; i < RF_CAP_COUNT; i++)
        if ((set >> i & 1) && index-- == 0)
            return names[i];
    return NULL;
}
