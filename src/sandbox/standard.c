/* What the ring gets as descriptors 0, 1 and 2: the caller's, /dev/null, or a pipe that the launcher empties.
 */
#include "sandbox/launcher.h"

#include "sandbox/sys.h"

#include <sys/stat.h>

static int open_null(int *ret)
{
    *ret = open("/dev/null", O_RDWR | O_CLOEXEC);
    return *ret < 0 ? -errno : 0;
}

static int open_pipe(struct rf_launcher *launcher, int fd)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    launcher->relays[fd] = ends[0];
    launcher->child.standard[fd] = ends[1];
    return 0;
}

/* Two descriptors of one file get one pipe, so that what is written to them stays in order. */
static bool is_same_file(int a, int b)
{
    struct stat first;
    struct stat second;

    return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

static int open_output(struct rf_launcher *launcher, int fd)
{
    const struct rf_watch *watch = &launcher->plan->watch;
    int first = launcher->child.standard[STDOUT_FILENO];

    if (!watch->has_output)
        return open_null(&launcher->child.standard[fd]);
    if (!(watch->relayed >> fd & 1) || watch->has_tty)
        return 0;
    if (fd == STDOUT_FILENO || first < 0 || !is_same_file(STDOUT_FILENO, STDERR_FILENO))
        return open_pipe(launcher, fd);
    launcher->child.standard[fd] = fcntl(first, F_DUPFD_CLOEXEC, 3);
    return launcher->child.standard[fd] < 0 ? -errno : 0;
}

int rf_standard_open(struct rf_launcher *launcher)
{
    int code = 0;

    for (int fd = 0; fd < 3; fd++)
        launcher->child.standard[fd] = launcher->relays[fd] = -1;
    if (!launcher->plan->watch.has_stdin)
        code = open_null(&launcher->child.standard[STDIN_FILENO]);
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO && code == 0; fd++)
        code = open_output(launcher, fd);
    return code;
}

void rf_standard_close(struct rf_launcher *launcher)
{
    for (int fd = 0; fd < 3; fd++) {
        if (launcher->child.standard[fd] >= 0)
            (void)close(launcher->child.standard[fd]); /* the ring has its own */
        launcher->child.standard[fd] = -1;
    }
}
