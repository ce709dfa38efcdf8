/* The payload program: one attack per run, one line of output. Each attack runs in a child, so that being
   killed for it can be told from having nothing to say. */
#include "hostile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_MAX_LEN = 512, LIMIT_MS = 8000 };

struct target target = {"", "", "", "", "", "", "", "", "", 0, 0, 0, 0, 0, 0};
bool inherited[FD_MAX];

static int result_fd = -1;
static char reason[LINE_MAX_LEN] = "nothing worked";

static const struct {
    const char *name;
    const struct payload *payloads;
} classes[] = {{"fs", fs_payloads},     {"fs", mount_payloads},  {"fs", volume_payloads},
               {"proc", proc_payloads}, {"priv", priv_payloads}, {"fd", fd_payloads},
               {"ipc", ipc_payloads},   {"net", net_payloads},   {"sys", sys_payloads},
               {"res", res_payloads}};

static void send_line(const char *verdict, const char *text)
{
    char line[LINE_MAX_LEN + 32];
    int len = snprintf(line, sizeof(line), "%s: %s\n", verdict, text);

    if (len >= (int)sizeof(line))
        len = (int)sizeof(line) - 1;
    for (char *p = line; p < line + len - 1; p++)
        if (*p < ' ')
            *p = ' ';
    (void)!write(result_fd, line, (size_t)len); /* a reader that is gone has timed out */
}

_Noreturn void violation(const char *format, ...)
{
    char text[LINE_MAX_LEN];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    send_line("VIOLATION", text);
    _exit(0);
}

_Noreturn void broken(const char *format, ...)
{
    char text[LINE_MAX_LEN];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    send_line("broken", text);
    _exit(0);
}

void refused(const char *what)
{
    snprintf(reason, sizeof(reason), "%s: %s", what, strerror(errno));
}

void refused_because(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
}

static void list(void)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        for (const struct payload *p = classes[i].payloads; p->name; p++)
            printf("%s\t%s\t%s\t%s\t%s%s%s%s%s%s.\t%s\n", p->name, classes[i].name, p->severity, p->layers,
                   p->flags & DIES_SYS ? "sys," : "", p->flags & DIES_OOM ? "oom," : "",
                   p->flags & WANTS_TTY ? "tty," : "", p->flags & WANTS_NET ? "net," : "",
                   p->flags & WANTS_CGROUP ? "cgroup," : "", p->flags & HOST_LOOKS ? "host," : "", p->shows);
}

static const struct payload *find(const char *name)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        for (const struct payload *p = classes[i].payloads; p->name; p++)
            if (strcmp(p->name, name) == 0)
                return p;
    return NULL;
}

/* What a hostile root could have brought about, one after the other. */
static void tour(void)
{
    static const char *const stops[] = {"fs-read-canary", "fs-write-canary", "fs-dotdot", "fs-procroot",
                                        "fs-procfd",      "fs-devs",         "fs-nodes",  "pr-core",
                                        "pr-sysrq",       "pr-uevent",       "pv-uid",    "pv-caps",
                                        "fs-remount",     "fd-leak",         NULL};

    for (const char *const *stop = stops; *stop; stop++)
        find(*stop)->run();
}

static const struct payload tour_payload = {"tour", "escape", "", 0, tour, ""};

/* For the positive cases: are these files here? */
static int see(char **paths)
{
    for (; *paths; paths++)
        if (access(*paths, R_OK))
            return printf("missing: %s: %s\n", *paths, strerror(errno)), 1;
    return puts("seen"), 0;
}

/* For roots that hold only what was given: is there anything in the first but the rest? */
static int names(char **words)
{
    DIR *dir = opendir(words[0]);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        char **word = words + 1;

        while (*word && strcmp(*word, entry->d_name) != 0)
            word++;
        if (!*word && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            return printf("VIOLATION: %s holds %s\n", words[0], entry->d_name), 1;
    }
    return dir ? (puts("seen"), 0) : (puts("missing"), 1);
}

static int ids(void)
{
    gid_t groups[64];
    int n = getgroups(64, groups);

    printf("%u %u", getuid(), getgid());
    for (int i = 0; i < n; i++)
        printf(" %u", groups[i]);
    return puts(""), 0;
}

static bool take_target(const char *word)
{
    static const struct {
        const char *key;
        const char **text;
        int *number;
    } keys[] = {{"root", &target.root, NULL},
                {"secret", &target.secret, NULL},
                {"drop", &target.drop, NULL},
                {"data", &target.data, NULL},
                {"ro", &target.ro, NULL},
                {"scratch", &target.scratch, NULL},
                {"abstract", &target.abstract, NULL},
                {"path_socket", &target.path_socket, NULL},
                {"mqueue", &target.mqueue, NULL},
                {"tcp", NULL, &target.tcp},
                {"udp", NULL, &target.udp},
                {"victim", NULL, &target.victim},
                {"key", NULL, &target.key},
                {"sysv", NULL, &target.sysv},
                {"block", NULL, &target.block}};
    const char *value = strchr(word, '=');

    for (size_t i = 0; value && i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strncmp(word, keys[i].key, (size_t)(value - word)) != 0 || keys[i].key[value - word] != '\0')
            continue;
        if (keys[i].text)
            *keys[i].text = value + 1;
        else if (sscanf(value + 1, "%d", keys[i].number) != 1)
            return false;
        return true;
    }
    return false;
}

static int verdict(const struct payload *p, pid_t child, int from)
{
    char line[4 * LINE_MAX_LEN] = "";
    int status = result_within(child, LIMIT_MS);
    ssize_t len = read(from, line, sizeof(line) - 1);
    char *bad = len > 0 ? strstr(line, "VIOLATION: ") : NULL;
    char *text = bad ? bad : line;
    char *end = strchr(text, '\n');

    if (end)
        *end = '\0';
    if (bad || (len > 0 && status == 0))
        printf("%s\n", text);
    else if (status == 128 + SIGSYS && p->flags & DIES_SYS)
        printf("contained: killed by the system call filter\n");
    else if (status == 128 + SIGKILL && p->flags & DIES_OOM)
        printf("contained: killed by the memory limit\n");
    else
        printf("broken: no verdict, status %d\n", status);
    return bad ? 1 : 0;
}

int main(int argc, char **argv)
{
    const struct payload *p;
    int pipe_fds[2];
    pid_t child;

    for (int fd = 3; fd < FD_MAX; fd++)
        inherited[fd] = fcntl(fd, F_GETFD) >= 0;
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list(), 0;
    if (argc > 2 && strcmp(argv[1], "--see") == 0)
        return see(argv + 2);
    if (argc > 2 && strcmp(argv[1], "--names") == 0)
        return names(argv + 2);
    if (argc == 2 && strcmp(argv[1], "--ids") == 0)
        return ids();
    p = argc < 2 ? NULL : strcmp(argv[1], "tour") == 0 ? &tour_payload : find(argv[1]);
    for (int i = 2; p && i < argc; i++)
        if (!take_target(argv[i]))
            p = NULL;
    if (!p) {
        fprintf(
            stderr,
            "usage: hostile --list | --ids | --see FILE... | --names DIR NAME... | NAME [KEY=VALUE...]\n");
        return 2;
    }
    if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) || (child = fork()) < 0) {
        printf("broken: cannot begin: %s\n", strerror(errno));
        return 2;
    }
    if (child == 0) {
        result_fd = pipe_fds[1];
        signal(SIGXFSZ, SIG_IGN); /* a file size limit shall give an error */
        p->run();
        send_line("contained", reason);
        _exit(0);
    }
    return verdict(p, child, pipe_fds[0]);
}
