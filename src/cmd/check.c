/* `ringfence check`: from words to findings. */
#include "cmd/check.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    EXIT_FOUND = 1,
    EXIT_WRONG = 2,
    BATCH_FILES = 2048,
    BATCH_BYTES = 64 << 20,
    FILES_MEMORY = 512 << 20,
    NAMES_MEMORY = 256 << 20,
    OUTPUT_MEMORY = 1 << 30,
    FILES_KEPT = 16 << 20,
    SOURCE_BYTES = 1024, /* of a line that is shown */
    ROUNDS = 8           /* files that name files that name files */
};

struct run {
    const struct rf_options *options;
    struct rf_arena names;  /* for the whole run */
    struct rf_arena files;  /* of a batch */
    struct rf_arena output; /* records, then the report */
    struct rf_inputs inputs;
    struct rf_input *batch; /* those at hand, and what they name */
    size_t batch_count;
    struct rf_findings findings;
    size_t kept; /* findings whose lines were copied */
    struct rf_check check;
    struct timespec began;
    enum rf_severity fail_on;
    bool is_progress;
    struct rf_err *err;
};

/* --- words --- */

/* A word that would change nothing is a mistake, and says so. */
static int refuse_idle(const struct run *run)
{
    static const struct {
        enum rf_action option;
        enum rf_action other;
        bool wants_other; /* else it forbids it */
        const char *text;
    } rows[] = {
        {RF_ACTION_DOCKER_SOCKET, RF_ACTION_LIVE, true,
         "--docker-socket names who answers --live, which is not given"},
        {RF_ACTION_PROFILE, RF_ACTION_PSS, false, "--pss judges by the standard alone: leave --profile out"},
        {RF_ACTION_TARGET, RF_ACTION_PSS, false, "--pss judges pods alone: leave --target out"},
        {RF_ACTION_LIVE, RF_ACTION_PSS, false,
         "--pss judges manifests, not what runs: leave --live or --pss out"},
        {RF_ACTION_SUMMARY, RF_ACTION_JSON, false, "--summary is text: leave --json out"},
        {RF_ACTION_JSON, RF_ACTION_FORMAT, false, "--json is --format json: give one of them"},
    };
    const char *const *values = run->options->values;
    const char *format = values[RF_ACTION_FORMAT];

    for (size_t i = 0; i < RF_COUNT(rows); i++) {
        if (values[rows[i].option] && rows[i].wants_other != (values[rows[i].other] != NULL))
            return rf_fail(run->err, -EINVAL, "check: %s", rows[i].text);
    }
    if (values[RF_ACTION_SUMMARY] && format && strcmp(format, "text") != 0)
        return rf_fail(run->err, -EINVAL, "check: --summary is text: leave --format %s out", format);
    return 0;
}

static int read_words(struct run *run)
{
    const char *pss = run->options->values[RF_ACTION_PSS];
    const char *profile = run->options->values[RF_ACTION_PROFILE];
    const char *fail_on = run->options->values[RF_ACTION_FAIL_ON];

    run->fail_on = RF_SEVERITY_LOW;
    if (fail_on && !rf_severity_parse(rf_str_of(fail_on), &run->fail_on))
        return rf_fail(run->err, -EINVAL, "check: --fail-on %s: want info, low, medium, high or critical",
                       fail_on);
    if (run->options->values[RF_ACTION_TARGET])
        run->check.target = rf_str_of(run->options->values[RF_ACTION_TARGET]);
    run->check.all = &run->inputs;
    if (profile && strcmp(profile, "default") != 0)
        run->check.guide = strcmp(profile, "cis") == 0 ? "CIS" : strcmp(profile, "pss") == 0 ? "PSS" : "NSA";
    if (!pss)
        return 0;
    run->check.has_pss = true;
    return rf_pss_parse(pss, &run->check.pss, run->err);
}

static int find_files(struct run *run)
{
    const struct rf_option_list *excludes = &run->options->lists[RF_ACTION_EXCLUDE];
    static char here[] = ".";
    char *const standard[] = {here};
    size_t count = run->options->word_count ? run->options->word_count : 1;
    char *const *words = run->options->word_count ? run->options->words : standard;
    int r = 0;

    if (run->options->values[RF_ACTION_LIVE] && run->options->word_count == 0)
        count = 0;
    run->inputs.arena = &run->names;
    run->inputs.roots = rf_arena_array(&run->names, count + 1, sizeof(*run->inputs.roots));
    if (!run->inputs.roots)
        return rf_fail(run->err, -ENOMEM, "check: out of memory");
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (strcmp(words[i], "-") == 0) {
            struct rf_input *input;

            run->inputs.roots[run->inputs.root_count++] = ".";
            input = rf_inputs_add(&run->inputs, "-", RF_INPUT_YAML, run->err);
            if (!input)
                return run->err->code;
            input->is_named = true;
        } else {
            r = rf_check_walk(words[i], (const char *const *)excludes->items, excludes->count, &run->inputs,
                              run->err);
        }
    }
    if (r == 0 && run->options->values[RF_ACTION_LIVE]) {
        run->inputs.roots[run->inputs.root_count++] = ".";
        r = rf_check_live(run->options->values[RF_ACTION_DOCKER_SOCKET], &run->inputs, run->err);
        if (run->inputs.unseen > 0)
            (void)fprintf(
                stderr, "ringfence: %zu processes may not be looked at: it takes root, with CAP_SYS_PTRACE\n",
                run->inputs.unseen);
    }
    return r < 0 ? r : rf_check_read_ignore(&run->inputs, run->err);
}

/* --- one batch --- */

/* Below the root only, and through no link: what names a file may be hostile. */
static int open_wanted(const struct run *run, const struct rf_input *input)
{
    const char *root = run->inputs.roots[input->root];
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    const char *path = input->path;
    size_t len = strlen(root);
    int folder;
    int fd;

    if (strcmp(root, ".") != 0) {
        if (strncmp(path, root, len) != 0)
            return -EXDEV;
        path += len;
        path += strspn(path, "/");
    }
    folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return -errno;
    fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
    if (fd < 0)
        fd = -errno;
    (void)close(folder);
    return fd;
}

static int read_input(struct run *run, struct rf_input *input)
{
    int fd;
    int r;

    if (input->kind == RF_INPUT_PROCESS) {
        input->text = RF_STR("");
        return 0;
    }
    if (strcmp(input->path, "-") == 0)
        return rf_file_read_stream(STDIN_FILENO, "standard input", RF_CHECK_FILE_BYTES, &run->files,
                                   &input->text, run->err);
    if (input->is_named)
        return rf_file_read(input->path, RF_CHECK_FILE_BYTES, &run->files, &input->text, run->err);
    fd = open_wanted(run, input);
    if (fd < 0)
        return rf_fail(run->err, fd, "reading %s: %s", input->path, strerror(-fd));
    r = rf_file_read_fd(fd, input->path, RF_CHECK_FILE_BYTES, &run->files, &input->text, run->err);
    (void)close(fd);
    return r;
}

/* A file that cannot be had is a finding where it was only come across, and the end where the user named it.
 */
static int cannot_read(struct run *run, struct rf_input *input)
{
    const struct rf_rule *rule = rf_rule_find(RF_STR("RF-PARSE-001"));
    struct rf_found *found;

    if (input->is_named || run->err->code == -ENOMEM)
        return run->err->code;
    found = rf_findings_add(&run->findings);
    if (!found)
        return rf_fail(run->err, -ENOMEM, "check: out of memory");
    *found = (struct rf_found){.rule = rule,
                               .severity = rule->severity,
                               .is_certain = true,
                               .file = input->path,
                               .subject = "",
                               .text = rf_arena_text(&run->names, rf_str_of(run->err->msg))};
    *run->err = (struct rf_err){0};
    input->is_judged = false;
    input->text = RF_STR("");
    return found->text ? 0 : rf_fail(run->err, -ENOMEM, "check: out of memory");
}

/* The lines that the report shows outlive their files. */
static int keep_sources(struct run *run)
{
    for (; run->kept < run->findings.count; run->kept++) {
        struct rf_found *found = &run->findings.items[run->kept];
        struct rf_str source = found->source;

        if (source.len > SOURCE_BYTES)
            source.len = SOURCE_BYTES;
        found->source.ptr = source.ptr ? rf_arena_text(&run->names, source) : NULL;
        found->source.len = found->source.ptr ? source.len : 0;
        if (source.ptr && !found->source.ptr)
            return rf_fail(run->err, -ENOMEM, "check: out of memory");
    }
    return 0;
}

static void show_progress(const struct run *run, size_t done)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (run->is_progress && now.tv_sec - run->began.tv_sec >= 2)
        (void)fprintf(stderr, "\rringfence: %zu of %zu files", done, run->inputs.count);
}

/* Read so many files that they are worth a child. Returns how many. */
static size_t read_batch(struct run *run, size_t first, int *ret_code)
{
    size_t bytes = 0;
    size_t i = first;

    run->batch_count = 0;
    for (*ret_code = 0; *ret_code == 0 && i < run->inputs.count; i++) {
        struct rf_input *input = &run->inputs.items[i];

        if (run->batch_count >= BATCH_FILES || bytes >= BATCH_BYTES)
            break;
        *ret_code = read_input(run, input);
        if (*ret_code < 0)
            *ret_code = cannot_read(run, input);
        bytes += input->text.len;
        run->batch[run->batch_count++] = *input;
    }
    return i - first;
}

/* Another file that one of the batch names; it is remembered as missing when it cannot be had. */
static int add_wanted(struct run *run, const struct rf_wanted *wanted)
{
    struct rf_input *input;

    run->batch[wanted->by].is_judged = true;
    for (size_t i = 0; i < run->batch_count; i++) {
        if (strcmp(run->batch[i].path, wanted->path) == 0)
            return 0;
    }
    if (run->batch_count == BATCH_FILES + RF_CHECK_WANTED)
        return rf_fail(run->err, -E2BIG, "%s names more than %d files", run->batch[wanted->by].path,
                       (int)RF_CHECK_WANTED);
    input = &run->batch[run->batch_count++];
    *input = (struct rf_input){.path = wanted->path, .root = run->batch[wanted->by].root};
    if (read_input(run, input) < 0) {
        if (run->err->code == -ENOMEM)
            return -ENOMEM;
        *run->err = (struct rf_err){0};
        input->is_missing = true;
        input->text = RF_STR("");
    }
    return 0;
}

/* Judge the batch, and those again that name files which it has not, until no further file is named. */
static int judge_batch(struct run *run)
{
    static struct rf_wanted wanted[RF_CHECK_WANTED];
    size_t wanted_count = 0;
    int r = 0;

    run->check.inputs = run->batch;
    for (unsigned round = 0; r == 0 && round < ROUNDS; round++) {
        run->check.count = run->batch_count;
        run->check.is_last = round + 1 == ROUNDS;
        r = rf_check_judge(&run->check, &run->output, &run->findings, wanted, &wanted_count, run->err);
        rf_arena_reset(&run->output, 1 << 20);
        if (r < 0 || wanted_count == 0)
            break;
        for (size_t i = 0; i < run->batch_count; i++)
            run->batch[i].is_judged = false;
        for (size_t i = 0; r == 0 && i < wanted_count; i++)
            r = add_wanted(run, &wanted[i]);
    }
    return r;
}

static int judge_all(struct run *run)
{
    size_t done = 0;
    int r = 0;

    run->batch = rf_arena_array(&run->names, BATCH_FILES + RF_CHECK_WANTED, sizeof(*run->batch));
    if (!run->batch)
        return rf_fail(run->err, -ENOMEM, "check: out of memory");
    while (r == 0 && done < run->inputs.count) {
        size_t count = read_batch(run, done, &r);

        if (r == 0)
            r = judge_batch(run);
        if (r == 0)
            r = keep_sources(run);
        rf_arena_reset(&run->files, FILES_KEPT);
        done += count;
        show_progress(run, done);
    }
    return r;
}

/* --- the report --- */

static void print(struct run *run)
{
    const char *format = run->options->values[RF_ACTION_FORMAT];
    const struct rf_findings_about about = {.file_count = run->inputs.count,
                                            .is_colour = rf_help_wants_colour(stdout),
                                            .is_summary = run->options->values[RF_ACTION_SUMMARY] != NULL};
    struct rf_buf out;

    rf_findings_sort(&run->findings);
    rf_buf_init(&out, &run->output);
    if (run->options->values[RF_ACTION_JSON] || (format && strcmp(format, "json") == 0))
        rf_findings_json(&run->findings, &about, &out);
    else if (format && strcmp(format, "sarif") == 0)
        rf_findings_sarif(&run->findings, &about, &out);
    else if (format && strcmp(format, "github") == 0)
        rf_findings_github(&run->findings, &about, &out);
    else
        rf_findings_text(&run->findings, &about, &out);
    if (out.is_failed)
        (void)rf_fail(run->err, -ENOMEM, "check: the report is too long: check a part of the tree at a time");
    else
        (void)fwrite(out.ptr, 1, out.len, stdout);
}

static int exit_code(const struct run *run)
{
    int code = 0;

    for (size_t i = 0; i < run->findings.count; i++) {
        const struct rf_found *found = &run->findings.items[i];

        if (strcmp(found->rule->id, "RF-PARSE-001") == 0)
            return EXIT_WRONG;
        if (found->severity >= run->fail_on && !found->is_suppressed)
            code = EXIT_FOUND;
    }
    return run->err->code < 0 ? EXIT_WRONG : code;
}

int rf_check_verb(const struct rf_call *call, struct rf_err *err)
{
    struct run run = {.options = call->options, .err = err};
    int code = EXIT_WRONG;

    rf_arena_init(&run.names, NAMES_MEMORY);
    rf_arena_init(&run.files, FILES_MEMORY);
    rf_arena_init(&run.output, OUTPUT_MEMORY);
    run.findings.arena = &run.names;
    run.is_progress = isatty(STDERR_FILENO);
    (void)clock_gettime(CLOCK_MONOTONIC, &run.began);
    if (refuse_idle(&run) == 0 && read_words(&run) == 0 && find_files(&run) == 0 && judge_all(&run) == 0) {
        print(&run);
        code = exit_code(&run);
    }
    rf_findings_done(&run.findings);
    free(run.inputs.items);
    rf_arena_done(&run.output);
    rf_arena_done(&run.files);
    rf_arena_done(&run.names);
    return code;
}
