#ifndef RF_TESTS_HOSTILE_H
#define RF_TESTS_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* One attack on the ring. It returns when every attempt of it was refused, and calls violation() at the first
   that was not. Whatever an attack does when it succeeds must leave the machine unharmed: see README.md. */
struct payload {
    const char *name;
    const char *severity; /* escape, hardening, denial */
    const char *layers;   /* what stops it, comma-separated: README.md lists the names */
    unsigned flags;
    void (*run)(void);
    const char *shows; /* CVE, or what follows when it succeeds */
};

enum {
    DIES_SYS = 1 << 0,     /* may be killed by SIGSYS: no line is containment then */
    DIES_OOM = 1 << 1,     /* may be killed by the memory limit */
    WANTS_TTY = 1 << 2,    /* the driver gives it a terminal and looks at that itself */
    WANTS_NET = 1 << 3,    /* runs in the network name space of the host */
    WANTS_CGROUP = 1 << 4, /* nothing but a cgroup can stop it: not tried where none can be had */
    HOST_LOOKS = 1 << 5    /* the verdict is the driver's: it looks at the host afterwards */
};

extern const struct payload fs_payloads[], mount_payloads[], volume_payloads[], proc_payloads[],
    priv_payloads[], fd_payloads[], ipc_payloads[], net_payloads[], sys_payloads[], res_payloads[];

/* What there is to attack, from the command line (KEY=VALUE). Numbers are 0 and text "" when not given. */
struct target {
    const char *root;   /* where the files of the root lie: "" inside a ring */
    const char *secret; /* host file, mode 0644, whose text begins with CANARY */
    const char *drop;   /* host directory, mode 0777 */
    const char *data;   /* writable volume */
    const char *ro;     /* read-only volume */
    const char *scratch;
    const char *abstract;
    const char *path_socket;
    const char *mqueue;
    int tcp;
    int udp;
    int victim; /* host pid, same uid */
    int key;    /* serial of a key on the host */
    int sysv;   /* key of shared memory, semaphore and message queue */
    int block;  /* major * 256 + minor of the disk below / */
};

extern struct target target;

#define CANARY "rf-canary"
enum { FD_MAX = 1024, PATH_LEN = 4096, MIB = 1 << 20 };

/* Descriptors that were open when the program started. */
extern bool inherited[FD_MAX];

/* The attack worked: print the evidence and end. */
_Noreturn void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The attack cannot even be tried: the harness is wrong. */
_Noreturn void broken(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An attempt failed: `what` and errno are the reason printed when all others fail as well. */
void refused(const char *what);
void refused_because(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Helpers; see kit.c. */
bool read_text(int dir, const char *path, char *ret, size_t size);
bool has_canary(int dir, const char *path);
bool write_text(const char *path, const char *text);
bool can_open_to_write(const char *path);
bool can_create_in(int dir, const char *path);
int path_in(char *ret, const char *format, ...) __attribute__((format(printf, 2, 3)));
pid_t next_process(void *dir);
bool is_family(pid_t pid);
size_t others(pid_t *ret, size_t max);
pid_t spawn(void);
int result_of(pid_t pid);
int result_within(pid_t pid, int ms);
int new_program(int fd);
bool enter_user_namespace(unsigned flags);
long int80(long number, long a, long b, long c);

/* Directories that a workload may expect to write to, without the volumes; ends with NULL. */
extern const char *const scratch_dirs[];

#endif
