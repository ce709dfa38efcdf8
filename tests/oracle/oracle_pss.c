/* Every fixture of k8s.io/pod-security-admission: our verdict against upstream's, and where an API server of
   1.36.2 was asked (and took the object for valid), our message against its. */
#include "base/file.h"
#include "manifest/kubernetes.h"
#include "rules/pss.h"
#include "text/yaml.h"

#include "support/shared.h"

#include <stdarg.h>
#include <string.h>

enum { MEMORY = 64 << 20, SHOWN = 20 };

static unsigned failed;

static void complain(const char *file, const char *fmt, ...) RF_PRINTF(2, 3);

static void complain(const char *file, const char *fmt, ...)
{
    va_list args;

    if (++failed > SHOWN)
        return;
    va_start(args, fmt);
    (void)printf("%s: ", file);
    (void)vprintf(fmt, args);
    (void)printf("\n");
    va_end(args);
}

static struct rf_str read_whole(const char *folder, const char *name, struct rf_arena *arena)
{
    char path[4096];
    struct rf_str text;
    struct rf_err err;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (rf_file_read(path, RF_YAML_BYTES, arena, &text, &err) != 0) {
        (void)printf("%s\n", err.msg);
        exit(1);
    }
    return text;
}

/* The server's objects had names that DNS allows: with `-` for `_`. */
static bool is_same_message(const char *ours, struct rf_str theirs)
{
    bool is_in_name = false;
    size_t quotes = 0;

    if (strlen(ours) != theirs.len)
        return false;
    for (size_t i = 0; i < theirs.len; i++) {
        quotes += theirs.ptr[i] == '"';
        is_in_name = quotes == 1;
        if (ours[i] != theirs.ptr[i] && !(is_in_name && ours[i] == '_' && theirs.ptr[i] == '-'))
            return false;
    }
    return true;
}

static void compare_message(const char *file, const struct rf_yaml_node *answer, const char *ours,
                            unsigned *compared)
{
    struct rf_str code = rf_yaml_get(answer, "code")->text;
    struct rf_str theirs = rf_yaml_get(answer, "message")->text;

    if (rf_str_is(code, "422"))
        return; /* no valid Pod: it was never judged */
    ++*compared;
    if (!is_same_message(ours, theirs))
        complain(file, "we say\n  %s\n  the server says\n  %.*s", ours, RF_FMT(theirs));
}

/* restricted/v1.30/fail/x.yaml */
static void judge(const char *folder, const char *file, bool want_pass, const struct rf_yaml_node *answer,
                  unsigned *compared)
{
    struct rf_pss_policy policy;
    struct rf_pss_verdict verdict;
    struct rf_manifest manifest;
    struct rf_arena arena;
    struct rf_err err = {0};
    char name[64];
    struct rf_str level;
    struct rf_str version;

    (void)rf_str_cut(rf_str_cut(rf_str_of(file), '/', &level), '/', &version);
    (void)snprintf(name, sizeof(name), "%.*s@%.*s", RF_FMT(level), RF_FMT(version));
    rf_arena_init(&arena, MEMORY);
    if (rf_pss_parse(name, &policy, &err) != 0 ||
        rf_kubernetes_read(file, read_whole(folder, file, &arena), &arena, &manifest, &err) != 0) {
        complain(file, "%s", err.msg);
    } else if (manifest.pod_count != 1) {
        complain(file, "%zu pods", manifest.pod_count);
    } else if (rf_pss_judge(&policy, manifest.pods[0], &arena, &verdict, &err) != 0) {
        complain(file, "%s", err.msg);
    } else {
        const char *ours = verdict.count ? rf_pss_message(&policy, manifest.pods[0], &verdict, &arena) : "";

        if ((verdict.count == 0) != want_pass)
            complain(file, "want %s, got: %s", want_pass ? "pass" : "fail", ours);
        if (answer)
            compare_message(file, answer, ours, compared);
    }
    rf_arena_done(&arena);
}

int main(void)
{
    char folder[2048];
    struct rf_arena arena;
    struct rf_yaml answers;
    struct rf_err err;
    struct rf_str rest;
    unsigned judged = 0;
    unsigned compared = 0;

    (void)find_shared("fixtures/pod-security-admission", folder, sizeof(folder));
    rf_arena_init(&arena, MEMORY);
    if (rf_yaml_read(read_whole(folder, "messages-v1.36.2.json", &arena), &arena, &answers, &err) != 0) {
        (void)printf("messages-v1.36.2.json:%s\n", err.msg);
        return 1;
    }
    rest = read_whole(folder, "verdicts.tsv", &arena);
    while (rest.ptr && rest.len) {
        struct rf_str line;
        struct rf_str field;
        char file[1024];

        rest = rf_str_cut(rest, '\n', &line);
        line = rf_str_cut(line, '\t', &field);
        if (rf_str_is(field, "file") || !line.ptr)
            continue;
        (void)snprintf(file, sizeof(file), "%.*s", RF_FMT(field));
        for (int i = 0; i < 4; i++) /* object, rule, family, expect */
            line = rf_str_cut(line, '\t', &field);
        judge(folder, file, rf_str_is(field, "pass"), rf_yaml_get(answers.documents[0], file), &compared);
        judged++;
    }
    (void)printf("%u fixtures judged, %u messages compared, %u faults\n", judged, compared, failed);
    rf_arena_done(&arena);
    return failed > 0 || judged < 1000 || compared < 1000;
}
