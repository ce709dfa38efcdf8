/* From GO to the end: signals in, messages out, the clock, and the terminal between the caller and the ring.
 */
#include "sandbox/launcher.h"

#include "base/auto.h"
#include "sandbox/relay.h"
#include "sandbox/sys.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>

enum { EXIT_TIMEOUT = 124, WITNESS_LIMIT = 512 * 1024, RECORD_AFTER_US = 20000, LAST_WORDS_MS = 1000 };

enum { SCREEN, KEYBOARD, OUTPUT, ERRORS, RELAYS };

/* Untouched, and so no memory, in a run that relays nothing. */
static char relay_bytes[RELAYS][RF_RELAY_BYTES];

struct watch {
    struct rf_launcher *launcher;
    int signals;
    uint64_t stop_at_us;   /* when patience ends; 0: never */
    uint64_t end_at_us;    /* when the time is up; 0: never */
    uint64_t record_at_us; /* when to write the run file; 0: never, or written */
    unsigned interrupts;
    bool has_raw_terminal;
    bool is_input_over;
    bool was_told_to_end;
    int parent; /* whose death ends the run, or -1: nobody's, or it is known already */
    struct termios cooked;
    struct rf_relay relays[RELAYS];
};

static const struct rf_watch *wishes(const struct watch *w)
{
    return &w->launcher->plan->watch;
}

static void kill_all(const struct watch *w)
{
    (void)rf_sys_pidfd_send_signal(w->launcher->pidfd, SIGKILL); /* it may be dead already */
}

/* --- terminal --- */

static void copy_window_size(const struct watch *w)
{
    struct winsize size;

    if (w->launcher->tty >= 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        (void)ioctl(w->launcher->tty, TIOCSWINSZ, &size); /* a wrong size is no reason to stop */
}

static void take_terminal(struct watch *w, int master)
{
    struct termios raw;

    w->launcher->tty = master;
    (void)fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK); /* the ring has closed its own */
    w->relays[SCREEN].from = w->relays[KEYBOARD].to = master;
    w->relays[KEYBOARD].from = STDIN_FILENO;
    copy_window_size(w);
    if (tcgetattr(STDIN_FILENO, &w->cooked) < 0)
        return; /* standard input is no terminal: bytes are passed as they are */
    raw = w->cooked;
    cfmakeraw(&raw);
    w->has_raw_terminal = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void give_terminal_back(const struct watch *w)
{
    if (w->has_raw_terminal)
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &w->cooked); /* the terminal may have gone */
}

/* --- what passes through --- */

/* A terminal does not end with the pipe or file that is typed into it: its reader must be told, and once more
   when the last line was not complete. True when that is still to be passed on. */
static bool end_input(struct watch *w)
{
    struct rf_relay *keyboard = &w->relays[KEYBOARD];
    struct termios modes;

    if (w->is_input_over || tcgetattr(keyboard->to, &modes) < 0)
        return false;
    w->is_input_over = true;
    keyboard->at = 0;
    keyboard->len = 2;
    memset(keyboard->bytes, modes.c_cc[VEOF], keyboard->len);
    return true;
}

/* The end of a relay: a reader that has gone is what the workload then finds, a terminal that has gone needs
   no keyboard. */
static void close_relay(struct watch *w, int which)
{
    if (which == KEYBOARD && end_input(w))
        return;
    if (which == SCREEN) {
        /* Where the reader is still there, every program has closed its side of the terminal: one that does
           so before it exits, as cat does, would die of the SIGHUP that closing ours sends. */
        if (w->relays[SCREEN].at < w->relays[SCREEN].len)
            (void)close(RF_TAKE(w->launcher->tty));
        w->relays[KEYBOARD].from = -1;
    } else if (which != KEYBOARD) {
        (void)close(RF_TAKE(w->launcher->relays[w->relays[which].to]));
    }
    w->relays[which].from = -1;
}

static bool ends_programs(uint32_t signal_number)
{
    return signal_number == SIGTERM || signal_number == SIGINT || signal_number == SIGHUP ||
           signal_number == SIGQUIT;
}

/* Nobody is left who would wait for a polite end. */
static void end_as_orphan(struct watch *w)
{
    w->parent = -1;
    w->was_told_to_end = true;
    w->launcher->outcome->was_orphaned = true;
    kill_all(w);
}

/* While nothing is left to wait for but a reader. */
static bool is_told_to_end(const struct watch *w)
{
    struct signalfd_siginfo info;

    while (read(w->signals, &info, sizeof(info)) == sizeof(info)) {
        if (ends_programs(info.ssi_signo))
            return true;
    }
    return false;
}

/* What the workload wrote last is still in the terminal, or in a pipe, when it is gone. A run whose time is
   up, or that was told to end, does not wait long for a reader. */
static void drain(struct watch *w, struct rf_relay *relay)
{
    while (relay->from >= 0) {
        int patience_ms = w->launcher->outcome->was_timed_out || w->was_told_to_end ? LAST_WORDS_MS : -1;
        bool is_full = relay->at < relay->len;
        struct pollfd fds[3] = {{.fd = -1},
                                {.fd = is_full ? w->signals : -1, .events = POLLIN},
                                {.fd = is_full ? w->parent : -1, .events = POLLIN}};
        int count;

        rf_relay_poll(relay, &fds[0]);
        count = poll(fds, RF_COUNT(fds), is_full ? patience_ms : 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (fds[2].revents) {
            w->parent = -1;
            w->was_told_to_end = true;
            continue;
        }
        if (count <= 0 || (fds[1].revents && is_told_to_end(w)) ||
            (fds[0].revents && !rf_relay_step(relay, fds[0].revents)))
            return;
    }
}

/* --- messages --- */

static void keep_text(const struct watch *w, struct rf_witness_text *kept, const char *text, size_t len)
{
    char *more;

    if (len > WITNESS_LIMIT - kept->len)
        return; /* a report that is cut says so by its end */
    more = rf_arena_alloc(w->launcher->arena, kept->len + len + 1);
    if (!more)
        return;
    if (kept->len)
        memcpy(more, kept->text, kept->len);
    memcpy(more + kept->len, text, len);
    kept->text = more;
    kept->len += len;
}

static void keep_space(const struct watch *w, const struct rf_message *message, const char *path)
{
    char *line = rf_arena_printf(w->launcher->arena, "%llu %.*s\n", (unsigned long long)message->user_us,
                                 (int)message->len, path);

    if (line)
        keep_text(w, &w->launcher->outcome->space, line, strlen(line));
}

static void on_witness(const struct watch *w, const struct rf_message *message, const char *text)
{
    struct rf_outcome *outcome = w->launcher->outcome;

    switch ((enum rf_witness)message->step) {
    case RF_WITNESS_STATUS:
        keep_text(w, &outcome->status, text, message->len);
        break;
    case RF_WITNESS_MOUNTS:
        keep_text(w, &outcome->mounts, text, message->len);
        break;
    case RF_WITNESS_IO:
        keep_text(w, &outcome->io, text, message->len);
        break;
    case RF_WITNESS_LIMITS:
        keep_text(w, &outcome->limits, text, message->len);
        break;
    case RF_WITNESS_NAMESPACES:
        keep_text(w, &outcome->namespaces, text, message->len);
        break;
    case RF_WITNESS_SPACE:
        keep_space(w, message, text);
        break;
    }
}

static void on_message(struct watch *w, const struct rf_message *message, const char *text, int fd)
{
    struct rf_outcome *outcome = w->launcher->outcome;

    switch ((enum rf_message_type)message->type) {
    case RF_MESSAGE_FAIL:
        outcome->failed_step = (int)message->step;
        outcome->failed_errno = message->code;
        break;
    case RF_MESSAGE_STARTED:
        outcome->has_started = outcome->failed_step < 0;
        outcome->setup_us = rf_now_us() - w->launcher->started_us;
        break;
    case RF_MESSAGE_WITNESS:
        on_witness(w, message, text);
        break;
    case RF_MESSAGE_TTY:
        if (fd >= 0 && w->launcher->tty < 0)
            take_terminal(w, fd);
        break;
    case RF_MESSAGE_EXITED:
        outcome->signal = WIFSIGNALED(message->code) ? WTERMSIG(message->code) : 0;
        outcome->peak_kib = message->peak_kib;
        outcome->user_us = message->user_us;
        outcome->system_us = message->system_us;
        break;
    case RF_MESSAGE_GO:
        break;
    }
}

/* False when the ring has closed its end. The ring's side is ours until the workload's execve, and closed in
 * it. */
static bool receive(struct watch *w)
{
    struct rf_message message;
    char text[RF_MESSAGE_TEXT];
    struct iovec parts[2] = {{&message, sizeof(message)}, {text, sizeof(text)}};
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } ancillary;
    struct msghdr head = {
        .msg_iov = parts, .msg_iovlen = 2, .msg_control = &ancillary, .msg_controllen = sizeof(ancillary)};
    const struct cmsghdr *control = &ancillary.align;
    ssize_t n = recvmsg(w->launcher->control, &head, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    int fd = -1;

    /* ECONNRESET says that pid 1 died with GO unread; what it had sent before is still there. */
    if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == ECONNRESET))
        return true;
    if (n < (ssize_t)sizeof(message) || message.len > sizeof(text) ||
        (size_t)n < sizeof(message) + message.len)
        return false;
    if (head.msg_controllen >= sizeof(*control) && control->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(control), sizeof(fd));
    on_message(w, &message, text, fd);
    return true;
}

static void drain_messages(struct watch *w)
{
    struct pollfd poll_fd = {.fd = w->launcher->control, .events = POLLIN};

    while (poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLIN | POLLERR)) && receive(w))
        ;
}

/* --- signals and the clock --- */

static void begin_to_stop(struct watch *w)
{
    uint64_t deadline = rf_now_us() + wishes(w)->stop_timeout_ms * 1000;

    if (!w->stop_at_us || deadline < w->stop_at_us)
        w->stop_at_us = deadline;
}

/* The caller's shell stops and continues us; the ring follows. */
static void stop_with_caller(const struct watch *w)
{
    (void)rf_sys_pidfd_send_signal(w->launcher->pidfd, SIGTSTP);
    (void)kill(getpid(), SIGSTOP);
}

static void on_signal(struct watch *w)
{
    struct signalfd_siginfo info;
    int number;

    if (read(w->signals, &info, sizeof(info)) != sizeof(info))
        return;
    number = (int)info.ssi_signo;
    if (number == SIGCHLD || number == SIGTTOU || number == SIGPIPE)
        return;
    if (number == SIGWINCH) {
        copy_window_size(w);
        return;
    }
    if (number == SIGTSTP || number == SIGTTIN) {
        stop_with_caller(w);
        return;
    }
    w->was_told_to_end = w->was_told_to_end || ends_programs(info.ssi_signo);
    if (number == SIGTERM)
        begin_to_stop(w);
    if (number == SIGINT && ++w->interrupts > 1)
        kill_all(w);
    else
        (void)rf_sys_pidfd_send_signal(w->launcher->pidfd, number); /* it may be dead already */
}

/* A name that was asked for may be used at once. A run without one that is over in a moment is nobody's to
   find, and spares itself the file and its keeper. */
static void record(struct watch *w)
{
    if (w->launcher->run->is_name_given)
        rf_run_file_write(w->launcher);
    else if (w->launcher->run->name)
        w->record_at_us = rf_now_us() + RECORD_AFTER_US;
}

static int next_deadline_ms(const struct watch *w)
{
    const uint64_t deadlines[] = {w->stop_at_us, w->end_at_us, w->record_at_us};
    uint64_t at = 0;
    uint64_t now = rf_now_us();

    for (size_t i = 0; i < RF_COUNT(deadlines); i++) {
        if (deadlines[i] && (!at || deadlines[i] < at))
            at = deadlines[i];
    }
    if (!at)
        return -1;
    if (at <= now)
        return 0;
    /* Woken early it only looks again. */
    return (at - now) / 1000 < INT_MAX ? (int)((at - now) / 1000 + 1) : INT_MAX;
}

static void on_clock(struct watch *w)
{
    uint64_t now = rf_now_us();

    if (w->record_at_us && now >= w->record_at_us) {
        w->record_at_us = 0;
        rf_run_file_write(w->launcher);
    }
    if (w->stop_at_us && now >= w->stop_at_us) {
        kill_all(w);
        w->stop_at_us = 0;
    }
    if (w->end_at_us && now >= w->end_at_us) {
        w->launcher->outcome->was_timed_out = true;
        w->end_at_us = 0;
        (void)rf_sys_pidfd_send_signal(w->launcher->pidfd, (int)wishes(w)->stop_signal);
        begin_to_stop(w);
    }
}

/* --- the loop --- */

static void pass_on(struct watch *w, const struct pollfd *fds, bool is_over)
{
    for (int i = 0; i < RELAYS; i++) {
        if (!rf_relay_step(&w->relays[i], fds[i].revents) && !(i == SCREEN && is_over))
            close_relay(w, i);
    }
}

enum { RING, CONTROL, SIGNALS, PARENT, PASSED_ON };

static void watch_until_dead(struct watch *w)
{
    bool is_control_open = true;

    for (;;) {
        struct pollfd fds[PASSED_ON + RELAYS] = {
            [RING] = {.fd = w->launcher->pidfd, .events = POLLIN},
            [CONTROL] = {.fd = is_control_open ? w->launcher->control : -1, .events = POLLIN},
            [SIGNALS] = {.fd = w->signals, .events = POLLIN},
            [PARENT] = {.fd = w->parent, .events = POLLIN},
        };

        for (int i = 0; i < RELAYS; i++)
            rf_relay_poll(&w->relays[i], &fds[PASSED_ON + i]);
        if (poll(fds, RF_COUNT(fds), next_deadline_ms(w)) < 0 && errno != EINTR)
            return;
        if (fds[PARENT].revents && !fds[RING].revents)
            end_as_orphan(w);
        on_clock(w);
        pass_on(w, fds + PASSED_ON, fds[RING].revents != 0);
        if (fds[CONTROL].revents) {
            is_control_open = receive(w);
            if (!is_control_open && !wishes(w)->has_init && w->launcher->outcome->failed_step < 0)
                record(w); /* closed by the workload's execve */
        }
        if (fds[SIGNALS].revents)
            on_signal(w);
        if (fds[RING].revents)
            return;
    }
}

static void conclude(struct watch *w, int status)
{
    struct rf_outcome *outcome = w->launcher->outcome;

    if (!wishes(w)->has_init && WIFSIGNALED(status))
        outcome->signal = WTERMSIG(status);
    outcome->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (outcome->was_timed_out)
        outcome->exit_code = EXIT_TIMEOUT;
    if (!wishes(w)->has_init && outcome->failed_step < 0)
        outcome->has_started = true;
}

int rf_watch_run(struct rf_launcher *launcher)
{
    struct watch w = {.launcher = launcher,
                      .signals = -1,
                      .parent = launcher->parent,
                      .relays = {[SCREEN] = {.from = -1, .to = STDOUT_FILENO, .bytes = relay_bytes[SCREEN]},
                                 [KEYBOARD] = {.from = -1, .to = -1, .bytes = relay_bytes[KEYBOARD]},
                                 [OUTPUT] = {.from = launcher->relays[STDOUT_FILENO],
                                             .to = STDOUT_FILENO,
                                             .bytes = relay_bytes[OUTPUT]},
                                 [ERRORS] = {.from = launcher->relays[STDERR_FILENO],
                                             .to = STDERR_FILENO,
                                             .bytes = relay_bytes[ERRORS]}}};
    sigset_t all;
    int status = 0;

    if (wishes(&w)->timeout_ms)
        w.end_at_us = launcher->started_us + wishes(&w)->timeout_ms * 1000;
    (void)sigfillset(&all); /* cannot fail */
    w.signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    if (w.signals < 0) {
        status = -errno;
        kill_all(&w);
        (void)waitpid(launcher->pid, NULL, 0);
        return status;
    }
    if (wishes(&w)->has_init)
        record(&w); /* readers see by pid 1's child whether the ring stands */
    watch_until_dead(&w);
    drain_messages(&w);
    drain(&w, &w.relays[SCREEN]);
    drain(&w, &w.relays[OUTPUT]);
    drain(&w, &w.relays[ERRORS]);
    give_terminal_back(&w);
    (void)close(w.signals);
    if (waitpid(launcher->pid, &status, 0) < 0)
        return -errno;
    conclude(&w, status);
    return 0;
}
