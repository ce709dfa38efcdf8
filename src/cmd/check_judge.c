/* What files say, and what is wrong with it. Everything here runs in a confined child, and what comes back is
   read like a file of a stranger's. */
#include "cmd/check_inside.h"

#include "base/num.h"
#include "manifest/kubernetes.h"
#include "manifest/stage.h"
#include "sandbox/confine.h"
#include "text/yaml.h"

#include <errno.h>
#include <string.h>

enum {
    PARSE_MEMORY = 256 << 20,
    REUSED_MEMORY = 1 << 20, /* of the arena, from file to file */
    KEEP_MEMORY = 64 << 20,
    CHILD_MEMORY = 1 << 30,
    CHILD_TIME = 10 * 60 * 1000,
    RECORDS_MEMORY = 256 << 20,
    TEXT_BYTES = 2048,
    WANTED_PATH = 4096
};

/* One record on its way out of the child: this, then the subject's text and the sentence. */
enum record_kind { RECORD_FINDING, RECORD_WANTED };
struct record {
    uint32_t kind;
    uint32_t judged; /* the input that was at hand */
    uint32_t rule;   /* index in the table */
    uint32_t severity;
    uint32_t is_certain;
    uint32_t input;
    uint32_t line;
    uint32_t column;
    uint32_t start;
    uint32_t end;
    uint32_t subject_len;
    uint32_t text_len;
};

static void put(struct rf_judge *judge, struct record record, struct rf_str subject, struct rf_str text)
{
    record.subject_len = (uint32_t)(subject.len < TEXT_BYTES ? subject.len : TEXT_BYTES);
    record.text_len = (uint32_t)(text.len < WANTED_PATH ? text.len : WANTED_PATH);
    rf_buf_add(judge->out, (struct rf_str){(const char *)&record, sizeof(record)});
    rf_buf_add(judge->out, (struct rf_str){subject.ptr, record.subject_len});
    rf_buf_add(judge->out, (struct rf_str){text.ptr, record.text_len});
}

/* --- inputs by path --- */

/* FNV-1a */
static uint32_t hash_of(struct rf_str path)
{
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < path.len; i++)
        hash = (hash ^ (unsigned char)path.ptr[i]) * 16777619U;
    return hash;
}

static int index_inputs(struct rf_judge *judge)
{
    judge->slot_count = 64;
    while (judge->slot_count < 2 * judge->check->count)
        judge->slot_count *= 2;
    judge->slots = rf_arena_array(judge->keep, judge->slot_count, sizeof(*judge->slots));
    if (!judge->slots)
        return rf_fail(judge->err, -ENOMEM, "reading the files: out of memory");
    for (uint32_t i = 0; i < judge->check->count; i++) {
        uint32_t slot = hash_of(rf_str_of(judge->check->inputs[i].path)) & (judge->slot_count - 1);

        while (judge->slots[slot])
            slot = (slot + 1) & (judge->slot_count - 1);
        judge->slots[slot] = i + 1;
    }
    return 0;
}

uint32_t rf_judge_find(const struct rf_judge *judge, struct rf_str path)
{
    uint32_t slot = hash_of(path) & (judge->slot_count - 1);

    while (judge->slots[slot]) {
        uint32_t index = judge->slots[slot] - 1;

        if (rf_str_is(path, judge->check->inputs[index].path))
            return index;
        slot = (slot + 1) & (judge->slot_count - 1);
    }
    return (uint32_t)judge->check->count;
}

/* Where it is written: another file than the one at hand, perhaps. */
static uint32_t input_of(const struct rf_judge *judge, const char *file)
{
    uint32_t index;

    if (!file || strcmp(judge->check->inputs[judge->input].path, file) == 0)
        return judge->input;
    index = rf_judge_find(judge, rf_str_of(file));
    return index < judge->check->count ? index : judge->input;
}

static void put_finding(struct rf_judge *judge, const struct rf_finding *finding, const char *subject)
{
    const struct rf_from *from = &finding->from;

    put(judge,
        (struct record){.kind = RECORD_FINDING,
                        .rule = (uint32_t)rf_rule_index(finding->rule),
                        .severity = finding->severity,
                        .is_certain = finding->is_certain,
                        .judged = judge->input,
                        .input = input_of(judge, from->file),
                        .line = from->line,
                        .column = from->column,
                        .start = from->start,
                        .end = from->end},
        rf_str_of(subject), rf_str_of(finding->text));
}

/* A finding of the reader's own. */
void rf_judge_parse(struct rf_judge *judge, const char *id, const struct rf_from *from, const char *text)
{
    const struct rf_rule *rule = rf_rule_find(rf_str_of(id));

    put_finding(
        judge,
        &(struct rf_finding){
            .rule = rule, .severity = rule->severity, .is_certain = true, .from = *from, .text = text},
        "");
}

void rf_judge_error(struct rf_judge *judge, const char *message)
{
    struct rf_from from = {.known = RF_KNOWN};
    struct rf_str rest = rf_str_of(message);
    struct rf_str parts[2];
    uint64_t numbers[2];

    for (uint32_t i = 0; i < judge->check->count; i++) {
        const char *path = judge->check->inputs[i].path;

        if (rf_str_starts(rest, path) && rest.ptr[strlen(path)] == ':') {
            from.file = path;
            message += strlen(path) + 1;
            message += *message == ' ';
            rest = rf_str_of(message);
            break;
        }
    }
    rest = rf_str_cut(rest, ':', &parts[0]);
    if (rest.ptr)
        rest = rf_str_cut(rest, ':', &parts[1]);
    if (rest.ptr && rest.len > 1 && *rest.ptr == ' ' && rf_num_u64(parts[0], UINT32_MAX, &numbers[0]) == 0 &&
        rf_num_u64(parts[1], UINT32_MAX, &numbers[1]) == 0) {
        from.line = (uint32_t)numbers[0];
        from.column = (uint32_t)numbers[1];
        message = rest.ptr + 1; /* still terminated */
    }
    rf_judge_parse(judge, "RF-PARSE-001", &from, message);
}

const struct rf_input *rf_judge_file(struct rf_judge *judge, struct rf_str path)
{
    const struct rf_check *check = judge->check;
    uint32_t index = rf_judge_find(judge, path);

    if (index < check->count)
        return check->inputs[index].is_missing ? NULL : &check->inputs[index];
    if (!check->is_last)
        put(judge, (struct record){.kind = RECORD_WANTED, .judged = judge->input}, RF_STR(""), path);
    return NULL;
}

/* --- names of subjects --- */

static const char *subject_name(const struct rf_subject *subject, struct rf_arena *arena)
{
    static const char *const containers[] = {"container", "init container", "ephemeral container"};
    const char *text = NULL;

    if (subject->pod && subject->kind == RF_SUBJECT_POD)
        text = rf_arena_printf(arena, "%.*s/%.*s", RF_FMT(subject->pod->kind.value),
                               RF_FMT(subject->pod->name.value));
    else if (subject->pod)
        text = rf_arena_printf(arena, "%.*s/%.*s %s %.*s", RF_FMT(subject->pod->kind.value),
                               RF_FMT(subject->pod->name.value), containers[subject->container],
                               RF_FMT(subject->name.value));
    else if (subject->kind == RF_SUBJECT_STAGE && subject->name.value.len > 0)
        text = rf_arena_printf(arena, "stage %.*s", RF_FMT(subject->name.value));
    else if (subject->kind == RF_SUBJECT_STAGE)
        text = rf_arena_printf(arena, "stage %u", subject->stage->index);
    else if (subject->platform == RF_PLATFORM_LIVE || subject->platform == RF_PLATFORM_OCI)
        text = rf_arena_printf(arena, "%.*s", RF_FMT(subject->name.value));
    else
        text = rf_arena_printf(arena, "service %.*s", RF_FMT(subject->name.value));
    return text ? text : "";
}

/* --profile: whether the guide has something like the rule. */
static bool is_asked_for(const struct rf_judge *judge, const struct rf_rule *rule)
{
    return !judge->check->guide || strstr(rule->refs, judge->check->guide);
}

int rf_judge_look(struct rf_judge *judge, struct rf_look *look)
{
    const char *name = subject_name(look->subject, judge->arena);

    look->arena = judge->arena;
    rf_rules_look(look);
    for (size_t i = 0; i < look->count; i++) {
        if (!is_asked_for(judge, look->findings[i].rule))
            continue;
        put_finding(judge, &look->findings[i], name);
    }
    return look->is_failed
               ? rf_fail(judge->err, -ENOMEM, "%s: out of memory", judge->check->inputs[judge->input].path)
               : 0;
}

/* --- Dockerfiles --- */

static int judge_stage(struct rf_judge *judge, const struct rf_image *image,
                       const struct rf_image_stage *stage)
{
    struct rf_subject subject;
    int r = rf_subject_of_stage(stage, judge->arena, &subject, judge->err);

    if (r < 0)
        return r;
    return rf_judge_look(judge, &(struct rf_look){.subject = &subject, .stage = stage, .image = image});
}

static int judge_dockerfile(struct rf_judge *judge, const struct rf_input *input)
{
    struct rf_image_options options = {.file = input->path, .target = judge->check->target};
    struct rf_image image;
    struct rf_err err = {0};
    int r = rf_image_read(input->text, &options, judge->arena, &image, &err);

    if (r == 0 && !image.target && options.target.len > 0) {
        if (input->is_named) {
            rf_judge_parse(judge, "RF-PARSE-001", &(struct rf_from){.known = RF_KNOWN},
                           "it has no stage that is called as --target says");
            return 0;
        }
        options.target = RF_STR(""); /* of a whole folder: the last stage is what such a file ships */
        r = rf_image_read(input->text, &options, judge->arena, &image, &err);
    }
    if (r < 0) {
        rf_judge_error(judge, err.msg);
        return 0;
    }
    if (image.is_template) {
        rf_judge_parse(judge, "RF-PARSE-002", &(struct rf_from){.known = RF_KNOWN, .line = 1, .column = 1},
                       "the file is a template: check what it is rendered to");
        return 0;
    }
    for (uint32_t i = 0; i < image.problem_count; i++) {
        if (image.problems[i].is_refusal)
            rf_judge_parse(judge, "RF-PARSE-001", &image.problems[i].from, image.problems[i].text);
    }
    for (uint32_t i = 0; r == 0 && i < image.stage_count; i++)
        r = judge_stage(judge, &image, &image.stages[i]);
    return r;
}

/* --- Kubernetes --- */

static int judge_pss(struct rf_judge *judge, const struct rf_pod *pod)
{
    const struct rf_pss_policy *policy = &judge->check->pss;
    struct rf_finding finding = {
        .rule = rf_rule_find(RF_STR("RF-PSS-001")), .is_certain = true, .from = pod->from};
    struct rf_pss_verdict verdict;
    int r = rf_pss_judge(policy, pod, judge->arena, &verdict, judge->err);

    if (r < 0)
        return r;
    finding.severity = finding.rule->severity;
    if (verdict.count > 0) {
        finding.from = verdict.violations[0].from;
        finding.text = rf_pss_message(policy, pod, &verdict, judge->arena);
    } else if (verdict.unknown.known == RF_UNKNOWABLE) {
        finding.from = verdict.unknown;
        finding.is_certain = false;
        finding.text = rf_arena_printf(judge->arena, "whether %s holds depends on what is put in here",
                                       rf_pss_name(policy, judge->arena));
    } else {
        return 0;
    }
    if (!finding.text)
        return rf_fail(judge->err, -ENOMEM, "judging a pod: out of memory");
    put_finding(judge, &finding, subject_name(&pod->self, judge->arena));
    return 0;
}

static int judge_kubernetes(struct rf_judge *judge, const struct rf_input *input)
{
    struct rf_manifest manifest;
    struct rf_err err = {0};
    int r = rf_kubernetes_read(input->path, input->text, judge->arena, &manifest, &err);

    if (r < 0) {
        rf_judge_error(judge, err.msg);
        return 0;
    }
    if (manifest.templated.known == RF_KNOWN) {
        rf_judge_parse(
            judge, "RF-PARSE-002", &manifest.templated,
            "the file is a template: check what it is rendered to (helm template CHART | ringfence check -)");
        return 0;
    }
    for (size_t i = 0; r == 0 && judge->check->has_pss && i < manifest.pod_count; i++)
        r = manifest.pods[i]->is_policy ? 0 : judge_pss(judge, manifest.pods[i]);
    for (size_t i = 0; r == 0 && !judge->check->has_pss && i < manifest.subject_count; i++) {
        struct rf_look look = {.subject = manifest.subjects[i],
                               .neighbours = manifest.subjects,
                               .neighbour_count = manifest.subject_count};

        r = rf_judge_join(judge, &look);
        if (r == 0)
            r = rf_judge_look(judge, &look);
    }
    return r;
}

/* --- running workloads --- */

/* Somebody entered the container: docker exec. */
static int judge_entered(struct rf_judge *judge, const struct rf_subject *subject)
{
    struct rf_finding finding = {
        .rule = rf_rule_find(RF_STR("RF-EXEC-001")), .is_certain = true, .from = subject->from};

    if (!is_asked_for(judge, finding.rule))
        return 0;
    finding.severity = finding.rule->severity;
    if (subject->privileged.is_true)
        finding.text = "a process with all capabilities and no system call filter was started in the "
                       "container from outside";
    else if (subject->context.uid.value == 0)
        finding.text = "a process was started in the container from outside, as root";
    else
        return 0;
    put_finding(judge, &finding, subject_name(subject, judge->arena));
    return 0;
}

static int judge_process(struct rf_judge *judge, const struct rf_live_parts *parts)
{
    struct rf_subject subject;
    int r = rf_live_read(parts, judge->arena, &subject, judge->err);

    if (r == -EINVAL) { /* it ended while it was looked at */
        *judge->err = (struct rf_err){0};
        return 0;
    }
    if (r < 0)
        return r;
    if (!parts->is_first)
        return judge_entered(judge, &subject);
    return rf_judge_look(judge, &(struct rf_look){.subject = &subject});
}

/* --- one file --- */

static bool has(struct rf_str text, const char *word)
{
    return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

static int judge_input(struct rf_judge *judge, const struct rf_input *input)
{
    bool is_kube = has(input->text, "apiVersion") && has(input->text, "kind");

    if (input->kind == RF_INPUT_PROCESS)
        return judge->check->has_pss ? 0 : judge_process(judge, input->live);
    if (input->kind == RF_INPUT_DOCKERFILE && !judge->check->has_pss)
        return judge_dockerfile(judge, input);
    if (input->kind == RF_INPUT_DOCKERFILE || (judge->check->has_pss && rf_judge_is_compose(input))) {
        if (input->is_named)
            rf_judge_parse(judge, "RF-PARSE-001", &(struct rf_from){.known = RF_KNOWN},
                           "it is no manifest of Kubernetes, and --pss judges those alone");
        return 0;
    }
    if (input->kind == RF_INPUT_MANIFEST || (input->kind == RF_INPUT_YAML && is_kube))
        return judge_kubernetes(judge, input);
    if (has(input->text, "\"ociVersion\"") && !judge->check->has_pss)
        return rf_judge_bundle(judge, input);
    if (input->is_named && !judge->check->has_pss &&
        (has(input->text, "docker") || has(input->text, "podman")) && input->kind == RF_INPUT_UNKNOWN)
        return rf_judge_script(judge, input);
    if (input->is_named && judge->check->has_pss)
        return judge_kubernetes(judge, input);
    if (input->is_named)
        rf_judge_parse(judge, "RF-PARSE-001", &(struct rf_from){.known = RF_KNOWN},
                       "it is no Dockerfile, no Compose file, no manifest of Kubernetes, no bundle's "
                       "config.json and no script");
    return 0;
}

/* Compose files come first: they say which images are built here. */
static int judge_all(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text, struct rf_err *err)
{
    struct rf_arena arena;
    struct rf_arena keep;
    struct rf_judge judge = {.check = how, .arena = &arena, .keep = &keep, .out = text, .err = err};
    int r = 0;

    (void)bytes;
    (void)ret;
    rf_arena_init(&arena, PARSE_MEMORY);
    rf_arena_init(&keep, KEEP_MEMORY);
    r = index_inputs(&judge);
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; r == 0 && i < judge.check->count; i++) {
            const struct rf_input *input = &judge.check->inputs[i];
            bool is_compose = rf_judge_is_compose(input) && !judge.check->has_pss;

            if (!input->is_judged || is_compose != (pass == 0))
                continue;
            judge.input = i;
            judge.stage_input = NULL;
            r = is_compose ? rf_judge_compose(&judge, input) : judge_input(&judge, input);
            rf_arena_reset(&arena, REUSED_MEMORY);
        }
    }
    rf_arena_done(&keep);
    rf_arena_done(&arena);
    return r;
}

/* --- outside again --- */

static struct rf_str source_line(struct rf_str text, uint32_t line)
{
    struct rf_str one = {NULL, 0};

    for (uint32_t i = 0; text.ptr && i < line; i++)
        text = rf_str_cut(text, '\n', &one);
    return line ? one : (struct rf_str){NULL, 0};
}

static int take_finding(const struct rf_check *check, const struct record *record, struct rf_str subject,
                        struct rf_str text, struct rf_findings *ret)
{
    const struct rf_rule *rule = rf_rule_at(record->rule);
    struct rf_found *found;
    const struct rf_input *input;

    if (!rule || record->severity > RF_SEVERITY_CRITICAL || record->input >= check->count)
        return -EPROTO;
    input = &check->inputs[record->input];
    if (record->start > record->end || record->end > input->text.len)
        return -EPROTO;
    found = rf_findings_add(ret);
    if (!found)
        return -ENOMEM;
    *found = (struct rf_found){.rule = rule,
                               .severity = (enum rf_severity)record->severity,
                               .is_certain = record->is_certain != 0,
                               .file = input->path,
                               .line = record->line,
                               .column = record->column,
                               .start = record->start,
                               .end = record->end,
                               .subject = rf_arena_text(ret->arena, subject),
                               .text = rf_arena_text(ret->arena, text),
                               .source = source_line(input->text, record->line)};
    if (!found->subject || !found->text)
        return -ENOMEM;
    rf_check_ignore(check->all, input, found, ret->arena);
    return 0;
}

/* The next record; false at the end, or -EPROTO in *ret_code. */
static bool next_record(struct rf_str *bytes, struct record *ret, struct rf_str *ret_subject,
                        struct rf_str *ret_text, int *ret_code)
{
    if (bytes->len == 0)
        return false;
    *ret_code = -EPROTO;
    if (bytes->len < sizeof(*ret))
        return false;
    memcpy(ret, bytes->ptr, sizeof(*ret));
    bytes->ptr += sizeof(*ret);
    bytes->len -= sizeof(*ret);
    if (ret->subject_len > bytes->len || ret->text_len > bytes->len - ret->subject_len)
        return false;
    *ret_subject = (struct rf_str){bytes->ptr, ret->subject_len};
    *ret_text = (struct rf_str){bytes->ptr + ret->subject_len, ret->text_len};
    bytes->ptr += ret->subject_len + ret->text_len;
    bytes->len -= ret->subject_len + ret->text_len;
    *ret_code = 0;
    return true;
}

static bool is_wanting(const struct rf_wanted *wanted, size_t count, uint32_t input)
{
    for (size_t i = 0; i < count; i++) {
        if (wanted[i].by == input)
            return true;
    }
    return false;
}

static int take_wanted(const struct rf_check *check, struct rf_str bytes, struct rf_findings *ret,
                       struct rf_wanted *wanted, size_t *wanted_count)
{
    struct record record;
    struct rf_str subject;
    struct rf_str text;
    int r = 0;

    while (next_record(&bytes, &record, &subject, &text, &r)) {
        if (record.kind != RECORD_WANTED || *wanted_count == RF_CHECK_WANTED)
            continue;
        if (record.judged >= check->count || memchr(text.ptr, '\0', text.len))
            return -EPROTO;
        wanted[*wanted_count] = (struct rf_wanted){rf_arena_text(ret->arena, text), record.judged};
        if (!wanted[(*wanted_count)++].path)
            return -ENOMEM;
    }
    return r;
}

static int take(const struct rf_check *check, struct rf_str bytes, struct rf_findings *ret,
                struct rf_wanted *wanted, size_t *wanted_count)
{
    struct record record;
    struct rf_str subject;
    struct rf_str text;
    int r = take_wanted(check, bytes, ret, wanted, wanted_count);

    while (r == 0 && next_record(&bytes, &record, &subject, &text, &r)) {
        if (record.kind == RECORD_FINDING && !is_wanting(wanted, *wanted_count, record.judged))
            r = take_finding(check, &record, subject, text, ret);
    }
    return r;
}

int rf_check_judge(const struct rf_check *check, struct rf_arena *arena, struct rf_findings *ret,
                   struct rf_wanted *wanted, size_t *wanted_count, struct rf_err *err)
{
    const struct rf_confine what = {.doing = "reading the files",
                                    .fn = judge_all,
                                    .bytes = RF_STR(""),
                                    .how = check,
                                    .memory_bytes = CHILD_MEMORY,
                                    .cpu_ms = CHILD_TIME,
                                    .time_ms = CHILD_TIME,
                                    .text_bytes = RECORDS_MEMORY};
    uint32_t nothing = 0;
    struct rf_buf records;
    int r;

    rf_buf_init(&records, arena);
    *wanted_count = 0;
    r = rf_confine_call(&what, &nothing, sizeof(nothing), &records, err);
    if (r < 0)
        return r;
    r = take(check, (struct rf_str){records.ptr, records.len}, ret, wanted, wanted_count);
    return r < 0 ? rf_fail(err, r,
                           r == -ENOMEM ? "reading the files: out of memory"
                                        : "reading the files: the reader's answer makes no sense")
                 : 0;
}
