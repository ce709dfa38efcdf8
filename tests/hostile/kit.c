/* What several classes of attacks share. */
#include "hostile.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const scratch_dirs[] = {"/tmp", "/dev/shm", "/var/tmp", "/run", "/home", "/dev", "/", NULL};

/* Reads at most size - 1 bytes; true when there was at least one. FIFOs and terminals cannot block us. */
bool read_text(int dir, const char *path, char *ret, size_t size)
{
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t len;

    ret[0] = '\0';
    if (fd < 0)
        return false;
    len = read(fd, ret, size - 1);
    close(fd);
    if (len > 0)
        ret[len] = '\0';
    return len > 0;
}

bool has_canary(int dir, const char *path)
{
    char text[256];

    return read_text(dir, path, text, sizeof(text)) && strstr(text, CANARY);
}

bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return false;
    ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return ok;
}

bool can_open_to_write(const char *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Leaves the file there when `path` lies in the drop directory: the driver looks too. */
bool can_create_in(int dir, const char *path)
{
    int fd = openat(dir, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int path_in(char *ret, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(ret, PATH_LEN, format, args);
    va_end(args);
    return len;
}

/* The next process in the DIR of /proc, or 0. */
pid_t next_process(void *dir)
{
    struct dirent *entry;
    int pid;

    while ((entry = readdir(dir)))
        if (sscanf(entry->d_name, "%d", &pid) == 1)
            return pid;
    return 0;
}

/* Ourselves and the parent that reports. */
bool is_family(pid_t pid)
{
    return pid == getpid() || pid == getppid();
}

/* Processes that we have no business with: pid 1, the victim, everything else that /proc shows. */
size_t others(pid_t *ret, size_t max)
{
    DIR *dir = opendir("/proc");
    size_t n = 0;
    pid_t pid;

    if (!is_family(1))
        ret[n++] = 1;
    if (target.victim)
        ret[n++] = target.victim;
    while (dir && n < max && (pid = next_process(dir)))
        if (!is_family(pid) && pid != 1 && pid != target.victim)
            ret[n++] = pid;
    if (dir)
        closedir(dir);
    return n;
}

pid_t spawn(void)
{
    pid_t pid = fork();

    if (pid < 0)
        refused("fork");
    return pid;
}

/* Exit status, or 128 + signal; -1 when there is no such child. */
int result_of(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The same, but kills what takes longer: 1000 then. */
int result_within(pid_t pid, int ms)
{
    for (int passed = 0; passed < ms; passed++) {
        siginfo_t info = {0};

        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid == pid)
            return result_of(pid);
        poll(NULL, 0, 1);
    }
    kill(pid, SIGKILL);
    (void)result_of(pid);
    return 1000;
}

/* Writes a complete program that exits with 42. */
int new_program(int fd)
{
    static const unsigned char code[] = {0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05};
    struct {
        Elf64_Ehdr head;
        Elf64_Phdr load;
        unsigned char code[sizeof(code)];
    } __attribute__((packed))
    image = {.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                      .e_type = ET_EXEC,
                      .e_machine = EM_X86_64,
                      .e_version = EV_CURRENT,
                      .e_entry = 0x400000 + sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
                      .e_phoff = sizeof(Elf64_Ehdr),
                      .e_ehsize = sizeof(Elf64_Ehdr),
                      .e_phentsize = sizeof(Elf64_Phdr),
                      .e_phnum = 1},
             .load = {.p_type = PT_LOAD,
                      .p_flags = PF_R | PF_X,
                      .p_vaddr = 0x400000,
                      .p_filesz = sizeof(image),
                      .p_memsz = sizeof(image),
                      .p_align = 0x1000}};

    memcpy(image.code, code, sizeof(code));
    return write(fd, &image, sizeof(image)) == (ssize_t)sizeof(image) ? 0 : -1;
}

/* As an ordinary user: become root of an own user name space, together with `flags`. */
bool enter_user_namespace(unsigned flags)
{
    char map[64];
    unsigned uid = getuid();
    unsigned gid = getgid();

    if (unshare((int)(CLONE_NEWUSER | flags)))
        return false;
    snprintf(map, sizeof(map), "0 %u 1", uid);
    (void)write_text("/proc/self/setgroups", "deny"); /* absent or refused: gid_map fails then */
    (void)write_text("/proc/self/uid_map", map);
    snprintf(map, sizeof(map), "0 %u 1", gid);
    (void)write_text("/proc/self/gid_map", map);
    return true;
}

static sigjmp_buf no_gate;

static void leave_gate(int number)
{
    siglongjmp(no_gate, number);
}

/* A system call through the 32-bit gate; -ENOSYS where the kernel was told to have none (ia32_emulation=off),
   which it shows by a fault. */
long int80(long number, long a, long b, long c)
{
    const struct sigaction leave = {.sa_handler = leave_gate};
    struct sigaction before;
    volatile long ret = -ENOSYS;

    (void)sigaction(SIGSEGV, &leave, &before);
    if (sigsetjmp(no_gate, 1) == 0) {
        long answer;

        __asm__ volatile("int $0x80"
                         : "=a"(answer)
                         : "0"(number), "b"(a), "c"(b), "d"(c)
                         : "memory", "r8", "r9", "r10", "r11");
        ret = (int)answer;
    }
    (void)sigaction(SIGSEGV, &before, NULL);
    return ret;
}
