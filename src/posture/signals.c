/* Signals by name. Real-time signals are counted from 34 to 64, as docker does, whatever the C library keeps
   for itself (glibc begins at 34, musl at 35). */
#include "base/num.h"
#include "posture/limits.h"

#include <errno.h>
#include <signal.h>

enum { RT_MIN = 34 };

static const struct {
    const char *name;
    uint32_t number;
} names[] = {{"HUP", SIGHUP},   {"INT", SIGINT},       {"QUIT", SIGQUIT}, {"ILL", SIGILL},
             {"TRAP", SIGTRAP}, {"ABRT", SIGABRT},     {"BUS", SIGBUS},   {"FPE", SIGFPE},
             {"KILL", SIGKILL}, {"USR1", SIGUSR1},     {"SEGV", SIGSEGV}, {"USR2", SIGUSR2},
             {"PIPE", SIGPIPE}, {"ALRM", SIGALRM},     {"TERM", SIGTERM}, {"STKFLT", SIGSTKFLT},
             {"CHLD", SIGCHLD}, {"CONT", SIGCONT},     {"STOP", SIGSTOP}, {"TSTP", SIGTSTP},
             {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},     {"URG", SIGURG},   {"XCPU", SIGXCPU},
             {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM}, {"PROF", SIGPROF}, {"WINCH", SIGWINCH},
             {"IO", SIGIO},     {"PWR", SIGPWR},       {"SYS", SIGSYS},   {"IOT", SIGABRT},
             {"CLD", SIGCHLD},  {"POLL", SIGIO},       {"RTMIN", RT_MIN}, {"RTMAX", RF_SIGNAL_MAX}};

/* What follows RTMIN+ or RTMAX-, or 0. */
static uint32_t read_offset(struct rf_str text)
{
    bool is_up = rf_str_starts(text, "RTMIN+");
    struct rf_str digits = {text.ptr + 6, text.len - 6};
    uint64_t offset = 0;

    if (rf_num_u64(digits, RF_SIGNAL_MAX - RT_MIN, &offset) != 0)
        return 0;
    return is_up ? RT_MIN + (uint32_t)offset : RF_SIGNAL_MAX - (uint32_t)offset;
}

uint32_t rf_signal_by_name(struct rf_str name)
{
    uint64_t number = 0;

    if (rf_num_u64(name, RF_SIGNAL_MAX, &number) == 0)
        return number < 32 || number >= RT_MIN ? (uint32_t)number : 0;
    if (rf_str_starts(name, "SIG"))
        name = (struct rf_str){name.ptr + 3, name.len - 3};
    for (size_t i = 0; i < RF_COUNT(names); i++)
        if (rf_str_is(name, names[i].name))
            return names[i].number;
    if (rf_str_starts(name, "RTMIN+") || rf_str_starts(name, "RTMAX-"))
        return read_offset(name);
    return 0;
}

const char *rf_signal_text(struct rf_arena *arena, uint32_t number)
{
    for (size_t i = 0; i < RF_COUNT(names); i++)
        if (names[i].number == number)
            return names[i].name;
    return rf_arena_printf(arena, "RTMIN+%u", number - RT_MIN);
}

int rf_set_stop_signal(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    uint32_t number = rf_signal_by_name(value->text);

    if (number == 0)
        return rf_refuse(value, err,
                         "want a signal, TERM, SIGINT, RTMIN+3 or a number in 1..%d (32 and 33 belong "
                         "to the C library)",
                         RF_SIGNAL_MAX);
    posture->stop_signal = number;
    return 0;
}
