/* Dockerfiles that others judged: hadolint, trivy and checkov say of each whether a rule of theirs finds
   something, and ours must say the same, or the reason why not stands here. */
#include "manifest/stage.h"
#include "rules/rule.h"

#include "support/shared.h"

#include <setjmp.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Their rule, ours, and a part of the sentence where ours says more than theirs. */
static const struct {
    const char *theirs;
    const char *ours;
    const char *part;
} map[] = {
    {"hadolint:DL3002", "RF-USER-001", ""},
    {"hadolint:DL3004", "RF-IMG-005", "sudo"},
    {"hadolint:DL3006", "RF-IMG-001", "no tag"},
    {"hadolint:DL3007", "RF-IMG-001", ""},
    {"hadolint:DL3008", "RF-IMG-007", "version"},
    {"hadolint:DL3013", "RF-IMG-007", "version"},
    {"hadolint:DL3016", "RF-IMG-007", "version"},
    {"hadolint:DL3018", "RF-IMG-007", "version"},
    {"hadolint:DL3028", "RF-IMG-007", "version"},
    {"hadolint:DL3033", "RF-IMG-007", "version"},
    {"hadolint:DL3037", "RF-IMG-007", "version"},
    {"hadolint:DL3041", "RF-IMG-007", "version"},
    {"hadolint:DL3020", "RF-IMG-003", ""},
    {"hadolint:DL3057", "RF-HC-001", ""},
    {"hadolint:DL3064", "RF-SECR-001", ""},
    {"trivy:dockerfile:add_instead_of_copy", "RF-IMG-003", ""},
    {"trivy:dockerfile:latest_tag", "RF-IMG-001", ""},
    {"trivy:dockerfile:root_user", "RF-USER-001", ""},
    {"trivy:dockerfile:no_healthcheck", "RF-HC-001", ""},
    {"trivy:dockerfile:run_using_sudo", "RF-IMG-005", ""},
    {"trivy:dockerfile:leaked_secrets", "RF-SECR-001", ""},
    {"trivy:dockerfile:secrets_in_build_args", "RF-SECR-001", ""},
    {"trivy:dockerfile:update_instruction_alone", "RF-IMG-007", "alone"},
    {"checkov:dockerfile:AddExists", "RF-IMG-003", ""},
    {"checkov:dockerfile:ReferenceLatestTag", "RF-IMG-001", ""},
    {"checkov:dockerfile:RootUser", "RF-USER-001", ""},
    {"checkov:dockerfile:UserExists", "RF-USER-001", ""},
    {"checkov:dockerfile:HealthcheckExists", "RF-HC-001", ""},
    {"checkov:dockerfile:UpdateNotAlone", "RF-IMG-007", "alone"},
    {"checkov:dockerfile-graph:RunUsingSudo", "RF-IMG-005", ""},
    {"checkov:dockerfile-graph:RunChpasswd", "RF-SECR-001", "password"},
    {"checkov:dockerfile-graph:Env", "RF-IMG-004", ""}, /* and what else begins like that */
    {"checkov:dockerfile-graph:Run", "RF-IMG-004", ""},
};

/* Where we say something else, and why. */
static const struct {
    const char *file;
    const char *why;
} others[] = {
    {"DL3002/08-0-does-not-warn-when-switching-in-multiple-stages.Dockerfile",
     "the last stage has no USER, and docker runs it as root: theirs only looks at USER instructions"},
    {"DL3002/07-0-warns-on-multiple-stages.Dockerfile",
     "what is shipped has a USER: that a builder is root is nobody's risk"},
    {"DL3004/01-0-install-sudo.Dockerfile", "sudo that is in the image is a setuid program, used or not"},
    {"DL3020/09-0-add-for-url-with-quotes.Dockerfile",
     "a URL without a checksum is what CIS 4.9 is about; theirs only wants COPY where it can do the same"},
};

static struct rf_arena arena;

/* What is low and not certain is a hint, no verdict. */
static bool is_found(const struct rf_image *image, const char *id, const char *part)
{
    for (uint32_t s = 0; s < image->stage_count; s++) {
        struct rf_subject subject;
        struct rf_look look = {
            .subject = &subject, .stage = &image->stages[s], .image = image, .arena = &arena};
        struct rf_err err = {0};

        assert_int_equal(rf_subject_of_stage(look.stage, &arena, &subject, &err), 0);
        rf_rules_look(&look);
        for (size_t i = 0; i < look.count; i++)
            if (strcmp(look.findings[i].rule->id, id) == 0 && strstr(look.findings[i].text, part) &&
                (look.findings[i].is_certain || look.findings[i].severity >= RF_SEVERITY_MEDIUM))
                return true;
    }
    return false;
}

/* The row of the map, or its size. */
static size_t find_rule(struct rf_str rule)
{
    size_t m = 0;

    while (m < RF_COUNT(map) && !rf_str_is(rule, map[m].theirs) &&
           !(strstr(map[m].theirs, "-graph:") && rf_str_starts(rule, map[m].theirs)))
        m++;
    return m;
}

static const char *find_reason(struct rf_str file)
{
    for (size_t i = 0; i < RF_COUNT(others); i++)
        if (rf_str_is(file, others[i].file))
            return others[i].why;
    return NULL;
}

struct tally {
    unsigned agreed;
    unsigned named;   /* otherwise, for a reason */
    unsigned unnamed; /* otherwise, for none */
    unsigned unread;
};

static void judge(const char *folder, struct rf_str file, size_t m, bool must_be_found, struct tally *tally)
{
    struct rf_image_options options = {.file = "Dockerfile"};
    char path[SHARED_PATH_BYTES + 512];
    struct rf_image image;
    struct rf_err err = {0};
    bool found;

    (void)snprintf(path, sizeof(path), "%s/%.*s", folder, RF_FMT(file));
    rf_arena_init(&arena, RF_IMAGE_ARENA_BYTES);
    if (rf_image_read(shared_read(&arena, path), &options, &arena, &image, &err) < 0) {
        print_message("# %.*s: %s\n", RF_FMT(file), err.msg);
        tally->unread++;
    } else {
        found = is_found(&image, map[m].ours, map[m].part);
        if (found == must_be_found) {
            tally->agreed++;
        } else {
            const char *why = find_reason(file);

            print_message("# %.*s: %s says %s, %s says %s: %s\n", RF_FMT(file), map[m].theirs,
                          must_be_found ? "fail" : "pass", map[m].ours, found ? "fail" : "pass",
                          why ? why : "NO REASON IS GIVEN");
            tally->named += why != NULL;
            tally->unnamed += why == NULL;
        }
    }
    rf_arena_done(&arena);
}

/* Lines of verdicts.tsv: file, object, rule, family, expect, detail. */
static void compare(const char *source, unsigned least)
{
    char folder[SHARED_PATH_BYTES];
    char path[SHARED_PATH_BYTES + 32];
    struct rf_arena lines;
    struct tally tally = {0};
    struct rf_str rest;

    assert_true(shared_path(source, folder));
    (void)snprintf(path, sizeof(path), "%s/verdicts.tsv", folder);
    rf_arena_init(&lines, SHARED_FILE_BYTES + 4096);
    rest = shared_read(&lines, path);
    while (rest.ptr) {
        struct rf_str fields[5];
        struct rf_str line;
        size_t m;

        rest = rf_str_cut(rest, '\n', &line);
        for (size_t i = 0; i < RF_COUNT(fields); i++)
            line = rf_str_cut(line, '\t', &fields[i]);
        m = find_rule(fields[2]);
        if (m < RF_COUNT(map) && (rf_str_is(fields[4], "pass") || rf_str_is(fields[4], "fail")))
            judge(folder, fields[0], m, rf_str_is(fields[4], "fail"), &tally);
    }
    rf_arena_done(&lines);
    print_message("# %s: %u agree, %u differ for a reason, %u for none, %u are not read\n", source,
                  tally.agreed, tally.named, tally.unnamed, tally.unread);
    assert_int_equal(tally.unnamed, 0);
    assert_true(tally.agreed >= least);
}

static void with_hadolint(void **state)
{
    (void)state;
    compare("fixtures/hadolint", 26);
}

static void with_trivy(void **state)
{
    (void)state;
    compare("fixtures/trivy-checks", 4);
}

static void with_checkov(void **state)
{
    (void)state;
    compare("fixtures/checkov", 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(with_hadolint), cmocka_unit_test(with_trivy),
                                       cmocka_unit_test(with_checkov)};

    need_shared("fixtures/hadolint");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
