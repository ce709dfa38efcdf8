/* The tries, redirects and refusals, with a ring that plays curl from a list. The real one is
 * tests/verb/fetch.sh's. */
#include "engine/fetch.h"
#include "engine/memory_file.h"

#include "base/auto.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

enum {
    ARENA_BYTES = 1 << 20,
    TURNS = 32,
    CONFIG_BYTES = 2048,
    LIMIT = 100000,
    STOPPED = -1,
    RING_FAILS = -2
};

/* How one ring ends. */
struct turn {
    int exit_code; /* or STOPPED, RING_FAILS */
    const char *trailer;
    const char *body;
    size_t body_bytes; /* longer than the body: with zeros behind */
    bool was_timed_out;
    bool was_oom_killed;
};

struct play {
    const struct turn *turns; /* the last one is played again and again */
    size_t turn_count;
    size_t started;
    char config[TURNS][CONFIG_BYTES];
    struct rf_posture posture;
    uint64_t fsize;
    int waits[TURNS];
    size_t wait_count;
    size_t stop_at_wait; /* counted from 1 */
    char lines[TURNS][128];
    size_t line_count;
};

static const struct turn *turn_of(const struct play *play, size_t number)
{
    return &play->turns[number < play->turn_count ? number : play->turn_count - 1];
}

static int start(void *context, const struct rf_ring_wish *wish, int *ret, struct rf_err *err)
{
    struct play *play = context;
    const struct turn *turn = turn_of(play, play->started);
    const char *body = turn->body ? turn->body : "";

    (void)err;
    assert_true(play->started < TURNS);
    assert_true(pread(wish->input, play->config[play->started], CONFIG_BYTES - 1, 0) > 0);
    assert_int_equal(write(wish->output, body, strlen(body)), strlen(body));
    if (turn->body_bytes)
        assert_int_equal(ftruncate(wish->output, (off_t)turn->body_bytes), 0);
    if (turn->trailer)
        assert_int_equal(write(wish->errors, turn->trailer, strlen(turn->trailer)), strlen(turn->trailer));
    play->posture = *wish->posture;
    for (size_t i = 0; i < wish->posture->ulimit_count; i++)
        if (wish->posture->ulimits[i].resource == RLIMIT_FSIZE)
            play->fsize = wish->posture->ulimits[i].hard;
    *ret = (int)play->started++;
    return 0;
}

static int await(void *context, int timeout_ms, int *ret, struct rf_ring_end *ret_end, struct rf_err *err)
{
    struct play *play = context;
    const struct turn *turn = turn_of(play, play->started ? play->started - 1 : 0);

    if (timeout_ms >= 0) {
        assert_true(play->wait_count < TURNS);
        play->waits[play->wait_count++] = timeout_ms;
        return play->wait_count == play->stop_at_wait ? rf_fail(err, -EINTR, "asked to end") : -EAGAIN;
    }
    if (turn->exit_code == STOPPED)
        return rf_fail(err, -EINTR, "asked to end");
    *ret = (int)play->started - 1;
    *ret_end = (struct rf_ring_end){.exit_code = turn->exit_code,
                                    .was_timed_out = turn->was_timed_out,
                                    .was_oom_killed = turn->was_oom_killed};
    if (turn->exit_code == RING_FAILS) {
        ret_end->exit_code = 125;
        (void)rf_fail(&ret_end->err, -EPERM, "no ring today");
    }
    return 0;
}

static void stop(void *context)
{
    (void)context;
}

static void say(void *context, const char *line)
{
    struct play *play = context;

    assert_true(play->line_count < TURNS);
    (void)snprintf(play->lines[play->line_count++], sizeof(play->lines[0]), "%s", line);
}

/* Fetch from a policy that lists a few hosts by their addresses, so that no name is looked up. */
static int fetch(struct play *play, const char *url, int *ret, struct rf_err *err)
{
    static const char *const hosts[] = {"1.2.3.4", "1.2.3.4:81", "5.6.7.8", "127.0.0.1"};
    static struct rf_str headers[] = {{"Authorization: Bearer x", 23}};
    const struct rf_job_config config = {
        .fetch_url = rf_str_of(url), .fetch_headers = headers, .fetch_header_count = RF_COUNT(headers)};
    const struct rf_ring_ops ops = {.context = play, .start = start, .wait = await, .stop = stop};
    const struct rf_fetch_log log = {.context = play, .say = say};
    struct rf_job_limits limits = RF_JOB_LIMITS_STANDARD;
    struct rf_fetch_policy policy;
    struct rf_engine curl = {.name = "curl", .package = "curl ca-certificates"};
    struct rf_arena arena;
    int code = 0;

    limits.input_bytes = LIMIT;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_posture_init(&curl.posture, &arena);
    rf_fetch_policy_init(&policy);
    for (size_t i = 0; i < RF_COUNT(hosts); i++)
        assert_int_equal(rf_fetch_add_host(&policy, hosts[i], &arena, err), 0);
    assert_int_equal(rf_posture_set(&curl.posture, RF_KEY_ULIMIT, RF_STR("fsize=77"),
                                    &(struct rf_from){.known = RF_KNOWN}, err),
                     0);
    code = rf_fetch(&config, &policy, &curl, &limits, &ops, &log, ret, err);
    assert_int_equal(curl.posture.ulimits[0].hard, 77);
    rf_arena_done(&arena);
    return code;
}

#define PLAY(...)                                                                                            \
    {                                                                                                        \
        .turns = (const struct turn[]){__VA_ARGS__},                                                         \
        .turn_count = sizeof((const struct turn[]){__VA_ARGS__}) / sizeof(struct turn)                       \
    }

static void brings_the_file(void **state)
{
    struct play play = PLAY({.trailer = "200\n", .body = "sound"});
    RF_AUTO(close) int file = -1;
    struct rf_err err = {0};
    struct rf_str bytes;

    (void)state;
    assert_int_equal(fetch(&play, "http://1.2.3.4/a.wav", &file, &err), 0);
    assert_int_equal(lseek(file, 0, SEEK_CUR), 0);
    assert_int_equal(write(file, "x", 1), -1);
    assert_int_equal(rf_memory_file_map(file, &bytes, &err), 0);
    assert_true(rf_str_is(bytes, "sound"));
    rf_memory_file_unmap(bytes);
    assert_int_equal(play.line_count + play.wait_count, 0);
    assert_non_null(strstr(play.config[0], "url = \"http://1.2.3.4:80/a.wav\"\n"));
    assert_non_null(strstr(play.config[0], "header = \"Authorization: Bearer x\"\n"));
    assert_int_equal(play.fsize, LIMIT + 1);
    assert_true(play.posture.timeout_ms > 120000 && play.posture.timeout_ms <= 125000);
    assert_int_equal(play.posture.memory_bytes, ((uint64_t)1 << 30) + LIMIT + 1);
}

static void tries_four_times_as_documented(void **state)
{
    struct play play = PLAY({.exit_code = 22, .trailer = "404\n"});
    struct rf_err err = {0};
    int file = -7;

    (void)state;
    assert_int_equal(fetch(&play, "http://1.2.3.4/a.wav", &file, &err), -EIO);
    assert_int_equal(play.started, 4);
    assert_int_equal(play.wait_count, 3);
    assert_int_equal(play.waits[0], 2000);
    assert_int_equal(play.waits[1], 10000);
    assert_int_equal(play.waits[2], 20000);
    assert_int_equal(play.line_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(play.lines[i], "unable to fetch audio: http status code 404");
    assert_string_equal(err.msg, "unable to fetch audio: http status code 404");
    assert_int_equal(err.code, -EIO);
    assert_int_equal(file, -7);
}

static void a_later_try_may_succeed(void **state)
{
    struct play play = PLAY({.exit_code = 7}, {.exit_code = 22, .trailer = "503\n"}, {.trailer = "200\n"});
    RF_AUTO(close) int file = -1;
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(fetch(&play, "http://1.2.3.4/", &file, &err), 0);
    assert_int_equal(play.started, 3);
    assert_int_equal(play.line_count, 2);
    assert_non_null(strstr(play.lines[0], "connection refused"));
    assert_non_null(strstr(play.lines[1], "http status code 503"));
}

static void ends_when_the_job_is_to_end(void **state)
{
    struct play waiting = PLAY({.exit_code = 22, .trailer = "404\n"});
    struct play running = PLAY({.exit_code = STOPPED});
    struct rf_err err = {0};
    int file = -7;

    (void)state;
    waiting.stop_at_wait = 2;
    assert_int_equal(fetch(&waiting, "http://1.2.3.4/", &file, &err), -EINTR);
    assert_int_equal(waiting.started, 2);
    assert_int_equal(fetch(&running, "http://1.2.3.4/", &file, &err), -EINTR);
    assert_int_equal(running.started, 1);
    assert_int_equal(running.line_count, 0);
    assert_int_equal(file, -7);
}

/* What one ring's end comes to; a code of -EIO means that it was tried four times. */
static const struct {
    struct turn turn;
    int code;
    const char *says;
} ends[] = {
    {{.trailer = "200\n", .body_bytes = LIMIT}, 0, ""},
    {{.trailer = "204\n"}, 0, ""},
    {{.trailer = "206\n"}, -EIO, "http status code 206"},
    {{.trailer = "300\nhttp://5.6.7.8/"}, -EIO, "http status code 300"},
    {{.trailer = "304\n"}, -EIO, "http status code 304"},
    {{.trailer = "100\n"}, -EIO, "http status code 100"},
    {{.exit_code = 22, .trailer = "500\n"}, -EIO, "http status code 500"},
    {{.trailer = ""}, -EIO, "no status"},
    {{.trailer = "000\n"}, -EIO, "no status"},
    {{.trailer = "Warning: something\n200\n"}, -EIO, "no status"},
    {{.exit_code = 7, .trailer = "000\n"}, -EIO, "connection refused"},
    {{.exit_code = 18, .trailer = "200\n", .body = "so"}, -EIO, "ended before the whole file"},
    {{.exit_code = 28}, -EIO, "no answer in time"},
    {{.exit_code = 35}, -EIO, "TLS"},
    {{.exit_code = 60}, -EIO, "certificate"},
    {{.exit_code = 2, .trailer = "200\n"}, -EIO, "exit code 2"},
    {{.exit_code = 139}, -EIO, "exit code 139"},
    {{.exit_code = 124, .was_timed_out = true}, -EIO, "no answer in time"},
    {{.exit_code = 137, .was_oom_killed = true}, -EIO, "memory limit"},
    {{.exit_code = 63, .trailer = "200\n"}, -EFBIG, "limit of 100000 bytes"},
    {{.exit_code = 153, .body_bytes = LIMIT + 1}, -EFBIG, "limit of 100000 bytes"},
    {{.trailer = "200\n", .body_bytes = LIMIT + 1}, -EFBIG, "limit of 100000 bytes"},
    {{.exit_code = 126}, -ENOENT, "install curl ca-certificates"},
    {{.exit_code = 127}, -ENOENT, "install curl ca-certificates"},
    {{.exit_code = RING_FAILS, .trailer = "200\n"}, -EPERM, "no ring today"},
};

static void knows_what_an_end_means(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(ends); i++) {
        static struct play play;
        RF_AUTO(close) int file = -1;
        struct rf_err err = {0};
        int code;

        play = (struct play){.turns = &ends[i].turn, .turn_count = 1};
        code = fetch(&play, "http://1.2.3.4/", &file, &err);
        if (code != ends[i].code || !strstr(err.msg, ends[i].says))
            fail_msg("exit code %d: %d, %s", ends[i].turn.exit_code, code, err.msg);
        assert_int_equal(play.started, code == -EIO ? 4 : 1);
        assert_int_equal(play.line_count, code == -EIO ? 4 : code == 0 ? 0 : 1);
        assert_int_equal(file >= 0, code == 0);
    }
}

/* Where a redirect from http://1.2.3.4/a or https may lead. */
static const struct {
    const char *first;
    const char *location;
    const char *asks; /* the second request's URL; NULL: refused */
    bool has_headers;
} redirects[] = {
    {"http://1.2.3.4/a", "/b", "http://1.2.3.4:80/b", true},
    {"http://1.2.3.4/a", "http://1.2.3.4:81/b", "http://1.2.3.4:81/b", false},
    {"http://1.2.3.4/a", "https://1.2.3.4/b", "https://1.2.3.4:443/b", false},
    {"http://1.2.3.4/a", "http://5.6.7.8/b", "http://5.6.7.8:80/b", false},
    {"http://1.2.3.4/a", "//5.6.7.8/b", "http://5.6.7.8:80/b", false},
    {"https://1.2.3.4/a", "b#c", "https://1.2.3.4:443/b", true},
    {"https://1.2.3.4/a", "http://1.2.3.4/b", NULL, false},
    {"http://1.2.3.4/a", "http://1.2.3.4:82/", NULL, false},
    {"http://1.2.3.4/a", "http://9.9.9.9/", NULL, false},
    {"http://1.2.3.4/a", "http://127.0.0.1/", NULL, false}, /* listed as a host, and no public address */
    {"http://1.2.3.4/a", "http://169.254.169.254/latest/meta-data/", NULL, false},
    {"http://1.2.3.4/a", "http://[::ffff:127.0.0.1]/", NULL, false},
    {"http://1.2.3.4/a", "http://2130706433/", NULL, false},
    {"http://1.2.3.4/a", "http://1.2.3.4@127.0.0.1/", NULL, false},
    {"http://1.2.3.4/a", "file:///etc/passwd", NULL, false},
    {"http://1.2.3.4/a", "gopher://1.2.3.4/", NULL, false},
    {"http://1.2.3.4/a", "", NULL, false},
    {"http://1.2.3.4/a", "\n/b", NULL, false},
};

static void judges_redirects_like_urls_of_the_job(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(redirects); i++) {
        static struct play play;
        RF_AUTO(close) int file = -1;
        struct rf_err err = {0};
        char trailer[128];
        char asks[128];
        const struct turn turns[] = {{.trailer = trailer, .body = "moved"},
                                     {.trailer = "200\n", .body = "here"}};
        int code;

        (void)snprintf(trailer, sizeof(trailer), "307\n%s", redirects[i].location);
        play = (struct play){.turns = turns, .turn_count = 2};
        code = fetch(&play, redirects[i].first, &file, &err);
        if (code != (redirects[i].asks ? 0 : -EACCES))
            fail_msg("%s: %d, %s", redirects[i].location, code, err.msg);
        assert_int_equal(play.started, redirects[i].asks ? 2 : 1);
        assert_int_equal(play.line_count, redirects[i].asks ? 0 : 1);
        if (!redirects[i].asks)
            continue;
        (void)snprintf(asks, sizeof(asks), "url = \"%s\"\n", redirects[i].asks);
        if (!strstr(play.config[1], asks))
            fail_msg("%s: want %s in: %s", redirects[i].location, asks, play.config[1]);
        assert_int_equal(strstr(play.config[1], "Authorization") != NULL, redirects[i].has_headers);
    }
}

static void headers_come_back_with_the_origin(void **state)
{
    struct play play = PLAY({.trailer = "302\nhttp://5.6.7.8/b"}, {.trailer = "302\nhttp://1.2.3.4/c"},
                            {.trailer = "200\n"});
    RF_AUTO(close) int file = -1;
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(fetch(&play, "http://1.2.3.4/a", &file, &err), 0);
    assert_int_equal(play.started, 3);
    assert_null(strstr(play.config[1], "Authorization"));
    assert_non_null(strstr(play.config[2], "Authorization"));
}

static void redirects_have_an_end(void **state)
{
    struct play play = PLAY({.trailer = "301\n/again"});
    struct rf_err err = {0};
    int file = -7;

    (void)state;
    play.stop_at_wait = 1;
    assert_int_equal(fetch(&play, "http://1.2.3.4/", &file, &err), -EINTR);
    assert_int_equal(play.started, 6);
    assert_int_equal(play.line_count, 1);
    assert_non_null(strstr(play.lines[0], "more than 5 redirects"));
}

static const struct {
    const char *url;
    int code;
    const char *says;
} never_asked[] = {
    {"", -EINVAL, "fetch_data.url: want one that begins with"},
    {"http://1.2.3.4\r\nHost: x/", -EINVAL, "fetch_data.url: byte 15"},
    {"http://user:pw@1.2.3.4/", -EINVAL, "auth_headers"},
    {"gopher://1.2.3.4/", -EINVAL, "http://"},
    {"http://9.9.9.9/", -EACCES, "list of hosts"},
    {"http://1.2.3.4:8080/", -EACCES, "list of hosts"},
    {"http://127.0.0.1/", -EACCES, "loopback"},
    {"http://[::1]/", -EACCES, "list of hosts"},
    {"file:///etc/passwd", -EACCES, "directories that the administrator lists"},
};

static void refuses_before_anything_is_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(never_asked); i++) {
        static struct play play;
        struct rf_err err = {0};
        int file = -7;
        int code;

        play = (struct play){.turns = NULL};
        code = fetch(&play, never_asked[i].url, &file, &err);
        if (code != never_asked[i].code || !strstr(err.msg, never_asked[i].says))
            fail_msg("%s: %d, %s", never_asked[i].url, code, err.msg);
        assert_int_equal(play.started + play.wait_count, 0);
        assert_int_equal(play.line_count, 1);
        assert_int_equal(strncmp(play.lines[0], "unable to fetch audio: ", 23), 0);
        assert_int_equal(file, -7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brings_the_file),
        cmocka_unit_test(tries_four_times_as_documented),
        cmocka_unit_test(a_later_try_may_succeed),
        cmocka_unit_test(ends_when_the_job_is_to_end),
        cmocka_unit_test(knows_what_an_end_means),
        cmocka_unit_test(judges_redirects_like_urls_of_the_job),
        cmocka_unit_test(headers_come_back_with_the_origin),
        cmocka_unit_test(redirects_have_an_end),
        cmocka_unit_test(refuses_before_anything_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
