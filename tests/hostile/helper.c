/* Installed four times in the root: set-uid, set-gid, with permitted and with inheritable file capabilities.
   Exits with 42 when that gave it anything. */
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct caps[2] = {{0, 0, 0}, {0, 0, 0}};

    if (getuid() != geteuid() || getgid() != getegid())
        return 42;
    if (syscall(SYS_capget, &head, caps) == 0 && (caps[0].permitted || caps[1].permitted))
        return 42;
    return 0;
}
