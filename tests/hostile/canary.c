/* What there is on the host to attack, and to look at afterwards.

   canary serve DIR UID...  listens, holds and waits until standard input ends; writes DIR/targets when ready
   canary keys DIR CMD...   runs CMD in a session keyring that holds a secret key; DIR/key gets its number
   canary pty OUT CMD...    runs CMD with a terminal of its own as standard input; OUT gets what CMD prints,
   then one line `arrived BYTES`: how many nobody typed into that terminal canary swap ONE OTHER    lets two
   names change places until standard input ends */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define BANNER "rf-canary"
enum { PATH_LEN = 4096, VICTIMS = 8 };

static void check(long ret, const char *what)
{
    if (ret < 0) {
        fprintf(stderr, "canary: %s: %s\n", what, strerror(errno));
        exit(2);
    }
}

static int listen_unix(const char *name, bool is_abstract)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    snprintf(at.sun_path + (is_abstract ? 1 : 0), sizeof(at.sun_path) - 1, "%s", name);
    check(bind(fd, (struct sockaddr *)&at,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))),
          name);
    check(listen(fd, 64), "listen");
    if (!is_abstract)
        check(chmod(name, 0777), name);
    return fd;
}

static int listen_inet(int type, int *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    check(bind(fd, (struct sockaddr *)&at, sizeof(at)), "bind");
    if (type == SOCK_STREAM)
        check(listen(fd, 64), "listen");
    check(getsockname(fd, (struct sockaddr *)&at, &len), "getsockname");
    *ret_port = ntohs(at.sin_port);
    return fd;
}

static pid_t new_victim(unsigned uid)
{
    pid_t pid = fork();

    check(pid, "fork");
    if (pid == 0) {
        char *argv[] = {"rf-victim", NULL}, *envp[] = {"RF_SECRET=of-the-victim", NULL};

        if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid) || prctl(PR_SET_PDEATHSIG, SIGKILL))
            _exit(2);
        for (int fd = 0; fd < 64; fd++)
            close(fd);
        if (open("/dev/null", O_RDWR) != 0) /* something that fd-getfd can take */
            _exit(2);
        execve("/proc/self/exe", argv, envp);
        _exit(2);
    }
    return pid;
}

struct objects {
    int shm, sem, msg;
    char queue[64];
};

static void make_objects(key_t key, struct objects *ret)
{
    struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 64};
    mqd_t queue;
    char *text;

    umask(0);
    ret->shm = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0666);
    check(ret->shm, "shmget");
    text = shmat(ret->shm, NULL, 0);
    snprintf(text, 4096, BANNER);
    ret->sem = semget(key, 1, IPC_CREAT | IPC_EXCL | 0666);
    ret->msg = msgget(key, IPC_CREAT | IPC_EXCL | 0666);
    snprintf(ret->queue, sizeof(ret->queue), "/rf-canary-%d", (int)getpid());
    queue = mq_open(ret->queue, O_CREAT | O_EXCL | O_RDWR, 0666, &attr);
    check(queue, "mq_open");
    check(mq_send(queue, BANNER, sizeof(BANNER), 0), "mq_send");
}

static void answer(const int *listeners, int count, int udp)
{
    struct pollfd fds[8];
    struct sockaddr_in from;
    char room[64];

    for (;;) {
        fds[0] = (struct pollfd){.fd = 0, .events = POLLIN};
        fds[1] = (struct pollfd){.fd = udp, .events = POLLIN};
        for (int i = 0; i < count; i++)
            fds[2 + i] = (struct pollfd){.fd = listeners[i], .events = POLLIN};
        if (poll(fds, (nfds_t)(2 + count), -1) < 0 && errno != EINTR)
            return;
        if (fds[0].revents && read(0, room, sizeof(room)) <= 0)
            return;
        if (fds[1].revents & POLLIN) {
            socklen_t len = sizeof(from);

            if (recvfrom(udp, room, sizeof(room), 0, (struct sockaddr *)&from, &len) >= 0)
                sendto(udp, BANNER, sizeof(BANNER), 0, (struct sockaddr *)&from, len);
        }
        for (int i = 0; i < count; i++)
            if (fds[2 + i].revents & POLLIN) {
                int fd = accept4(listeners[i], NULL, NULL, SOCK_CLOEXEC);

                (void)!write(fd, BANNER, sizeof(BANNER));
                close(fd);
            }
    }
}

static int serve(const char *dir, char **uids)
{
    key_t key = 0x52460000 + (getpid() & 0xffff);
    struct objects objects;
    char path[PATH_LEN], done[PATH_LEN], name[64];
    pid_t victims[VICTIMS];
    int tcp, udp, listeners[3], n = 0;
    FILE *file;

    signal(SIGPIPE, SIG_IGN);
    make_objects(key, &objects);
    snprintf(name, sizeof(name), "rf-canary-%d", (int)getpid());
    snprintf(path, sizeof(path), "%s/socket", dir);
    listeners[0] = listen_unix(name, true);
    listeners[1] = listen_unix(path, false);
    listeners[2] = listen_inet(SOCK_STREAM, &tcp);
    udp = listen_inet(SOCK_DGRAM, &udp);
    snprintf(path, sizeof(path), "%s/targets.new", dir);
    snprintf(done, sizeof(done), "%s/targets", dir);
    file = fopen(path, "we");
    if (!file)
        check(-1, path);
    {
        struct sockaddr_in at;
        socklen_t len = sizeof(at);

        check(getsockname(udp, (struct sockaddr *)&at, &len), "getsockname");
        fprintf(file, "abstract=%s path_socket=%s/socket mqueue=%s tcp=%d udp=%d sysv=%d\n", name, dir,
                objects.queue, tcp, ntohs(at.sin_port), (int)key);
    }
    for (; uids[n] && n < VICTIMS; n++) {
        unsigned uid;

        check(sscanf(uids[n], "%u", &uid) == 1 ? 0 : -1, uids[n]);
        victims[n] = new_victim(uid);
        fprintf(file, "%u %d\n", uid, (int)victims[n]);
    }
    fclose(file);
    check(rename(path, done), done);
    answer(listeners, 3, udp);
    for (int i = 0; i < n; i++)
        kill(victims[i], SIGKILL);
    shmctl(objects.shm, IPC_RMID, NULL);
    semctl(objects.sem, 0, IPC_RMID);
    msgctl(objects.msg, IPC_RMID, NULL);
    mq_unlink(objects.queue);
    return 0;
}

static int keys(const char *dir, char **argv)
{
    char path[PATH_LEN];
    long key;
    FILE *file;

    check(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0), "keyctl");
    key = syscall(SYS_add_key, "user", BANNER, BANNER, sizeof(BANNER), KEY_SPEC_SESSION_KEYRING);
    check(key, "add_key");
    check(syscall(SYS_keyctl, KEYCTL_SETPERM, key, 0x3f3f3f3f, 0, 0), "keyctl");
    check(syscall(SYS_keyctl, KEYCTL_SETPERM, KEY_SPEC_SESSION_KEYRING, 0x3f3f3f3f, 0, 0), "keyctl");
    snprintf(path, sizeof(path), "%s/key", dir);
    file = fopen(path, "we");
    if (!file)
        check(-1, path);
    fprintf(file, "%ld\n", key);
    fclose(file);
    execvp(argv[0], argv);
    check(-1, argv[0]);
    return 2;
}

static int pty(const char *out, char **argv)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios raw;
    char room[256];
    int slave, status, fd, waiting = 0;
    pid_t pid;

    check(master, "posix_openpt");
    check(grantpt(master) + unlockpt(master), "unlockpt");
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    check(slave, "terminal");
    check(fchmod(slave, 0666), "terminal");
    tcgetattr(slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    pid = fork();
    check(pid, "fork");
    if (pid == 0) {
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        dup2(slave, 0);
        fd = open(out, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
        dup2(fd, 1);
        execvp(argv[0], argv);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    ioctl(slave, FIONREAD, &waiting);
    fd = open(out, O_WRONLY | O_APPEND | O_CLOEXEC);
    check(fd, out);
    snprintf(room, sizeof(room), "arrived %d\n", waiting);
    check(write(fd, room, strlen(room)), out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Lets two names change places as fast as it can (CVE-2021-30465), until standard input ends. */
static int swap(const char *one, const char *other)
{
    struct pollfd end = {.fd = 0, .events = POLLIN};

    while (poll(&end, 1, 0) == 0)
        for (int i = 0; i < 1000; i++)
            check(renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE), one);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "rf-victim") == 0)
        for (;;)
            pause();
    if (argc >= 4 && strcmp(argv[1], "serve") == 0)
        return serve(argv[2], argv + 3);
    if (argc >= 4 && strcmp(argv[1], "keys") == 0)
        return keys(argv[2], argv + 3);
    if (argc >= 4 && strcmp(argv[1], "pty") == 0)
        return pty(argv[2], argv + 3);
    if (argc == 4 && strcmp(argv[1], "swap") == 0)
        return swap(argv[2], argv[3]);
    fprintf(stderr, "usage: canary serve DIR UID... | keys DIR CMD... | pty OUT CMD... | swap NAME NAME\n");
    return 2;
}
