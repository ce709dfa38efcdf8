/* `kill`: a signal for rings. */
#include "cmd/kill.h"

#include "posture/limits.h"
#include "sandbox/enter.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_OWN = 125, KILL_MEMORY = 64 * 1024 * 1024 };

static int kill_one(const char *name, int number, struct rf_err *err)
{
    struct rf_arena arena;
    struct rf_ring ring = {0};
    int code;

    rf_arena_init(&arena, KILL_MEMORY);
    code = rf_rundir_find(name, &arena, &ring, err);
    if (code == 0) {
        code = rf_sandbox_signal(&ring, number == SIGKILL, number);
        if (code < 0)
            (void)rf_fail(err, code, "%s: %s", name, code == -ESRCH ? "it has just ended" : strerror(-code));
    }
    rf_arena_done(&arena);
    return code;
}

int rf_kill(const char *signal_name, char *const *names, size_t count, struct rf_err *err)
{
    uint32_t number = rf_signal_by_name(rf_str_of(signal_name ? signal_name : "TERM"));
    int status = 0;

    if (number == 0)
        (void)rf_fail(err, -EINVAL, "signal \"%s\": want a name or a number, as in TERM, SIGINT, 9",
                      signal_name);
    else if (number == SIGSTOP)
        (void)rf_fail(err, -EINVAL,
                      "signal STOP: it would stop the launcher alone: want TSTP, and CONT later");
    else if (count == 0)
        (void)rf_fail(err, -EINVAL, "kill: which ring? ringfence ps lists yours");
    if (err->code < 0)
        return EXIT_OWN;
    for (size_t i = 0; i < count; i++) {
        struct rf_err why = {0};

        if (kill_one(names[i], (int)number, &why) == 0)
            continue;
        (void)fprintf(stderr, "ringfence: %s\n", why.msg);
        status = 1;
    }
    return status;
}
