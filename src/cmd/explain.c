/* The plan before it is run: for people as a page, for programs as JSON. */
#include "cmd/explain.h"

#include "base/json_writer.h"
#include "posture/limits.h"

#include <errno.h>
#include <string.h>

enum { NAME_WIDTH = 19, STATE_WIDTH = 13, PATH_WIDTH = 24, STEP_WIDTH = 64, ROW_INDENT = 2 };

static const char *const actors[] = {"launcher", "beside", "init", "workload"};

void rf_explain_pad(struct rf_buf *out, size_t len, size_t width)
{
    do
        rf_buf_text(out, " ");
    while (++len < width);
}

static void column(struct rf_buf *out, const char *text, size_t width)
{
    rf_explain_pad(out, rf_buf_plain(out, rf_str_of(text)), width);
}

static int finish(const struct rf_made *made, const struct rf_buf *out, struct rf_err *err)
{
    return made->is_failed || out->is_failed ? rf_fail(err, -ENOMEM, "explaining the plan: out of memory")
                                             : 0;
}

/* --- who and what --- */

/* "10001 1000 1\n": the number inside, and its host's. */
static bool is_identity(const char *map)
{
    size_t inside = strcspn(map, " ");

    return map[inside] == ' ' && strncmp(map, map + inside + 1, inside) == 0 && map[2 * inside + 1] == ' ';
}

struct explained_user {
    uint32_t uid;
    uint32_t gid;
    const char *outside; /* "10001 inside is 1000 outside", or NULL where ids are the same */
};

static struct explained_user explain_user(struct rf_made *made)
{
    static const enum rf_step_kind maps[] = {RF_STEP_USERNS_ENTER, RF_STEP_USERNS_MAP};
    const struct rf_step *prove = rf_made_step(made, RF_STEP_PROVE);
    struct explained_user user = {.uid = prove ? prove->uid : 0, .gid = prove ? prove->gid : 0};

    for (size_t i = 0; i < RF_COUNT(maps); i++) {
        const struct rf_step *step = rf_made_step(made, maps[i]);
        const char *map = step ? rf_plan_text(made->plan, step->src) : "";
        size_t len = strcspn(map, " ");

        if (*map && !is_identity(map))
            user.outside = rf_made_printf(made, "%.*s inside is %.*s outside", (int)len, map,
                                          (int)strcspn(map + len + 1, " \n"), map + len + 1);
    }
    return user;
}

/* Values that the caller passed in may be secrets, and what --explain prints is made to be shown around. */
static bool is_callers(const struct rf_made *made, const char *entry)
{
    for (size_t i = 0; i < made->posture->env_count; i++) {
        if (strcmp(made->posture->env[i], entry) == 0)
            return true;
    }
    return false;
}

static const char *root_kind(const struct rf_made *made)
{
    return rf_key_info(rf_posture_root(made->posture))->flag;
}

/* NULL: it is nowhere on the host. */
static const char *root_path(const struct rf_made *made)
{
    return made->posture->is_host ? "/" : made->posture->rootfs;
}

static void heading(struct rf_made *made, struct rf_buf *out)
{
    struct explained_user user = explain_user(made);
    const struct rf_plan *plan = made->plan;
    char hash[65];

    rf_plan_hash(plan, hash);
    rf_buf_printf(out, "plan     %s\nroot     ", hash);
    (void)rf_buf_plain(out, rf_str_of(root_path(made) ? root_path(made) : "empty, in memory"));
    rf_buf_printf(out, " (%s, %s)\nuser     %u:%u", root_kind(made),
                  made->posture->is_read_only ? "read-only" : "writes go to memory", user.uid, user.gid);
    rf_buf_printf(out, "%s%s\ncommand ", user.outside ? ", " : "", user.outside ? user.outside : "");
    for (uint32_t i = 0; i < plan->argv_count; i++) {
        rf_buf_text(out, " ");
        (void)rf_buf_plain(out, rf_str_of(rf_plan_text(plan, plan->argv[i])));
    }
    rf_buf_text(out, "\n");
    for (uint32_t i = 0; i < plan->envp_count; i++) {
        const char *entry = rf_plan_text(plan, plan->envp[i]);
        size_t name = strcspn(entry, "=");

        rf_buf_text(out, i ? "         " : "env      ");
        (void)rf_buf_plain(out, is_callers(made, entry) ? (struct rf_str){entry, name} : rf_str_of(entry));
        rf_buf_text(out, is_callers(made, entry) ? " (value not shown)\n" : "\n");
    }
}

/* --- tables --- */

void rf_explain_layer_rows(struct rf_made *made, bool has_colour, struct rf_buf *out)
{
    static const char *const colours[] = {"\x1b[32m", "\x1b[33m", "\x1b[31m"};
    struct rf_layer_row rows[RF_LAYER_ROWS];
    size_t count = rf_layers(made, rows);

    for (size_t i = 0; i < count; i++) {
        const char *state = rf_layer_state_name(rows[i].state);
        size_t len;

        rf_explain_pad(out, 0, ROW_INDENT);
        column(out, rows[i].name, NAME_WIDTH);
        rf_buf_text(out, has_colour ? colours[rows[i].state] : "");
        rf_buf_text(out, state);
        rf_buf_text(out, has_colour ? "\x1b[0m" : "");
        if (rows[i].value[0] || rows[i].why[0])
            rf_explain_pad(out, strlen(state), STATE_WIDTH);
        len = rf_buf_plain(out, rf_str_of(rows[i].value));
        if (rows[i].why[0]) {
            rf_buf_text(out, len ? " (" : "(");
            (void)rf_buf_plain(out, rf_str_of(rows[i].why));
            rf_buf_text(out, ")");
        }
        rf_buf_text(out, "\n");
    }
}

static void place_rows(struct rf_made *made, struct rf_buf *out)
{
    struct rf_place_row rows[RF_PLACE_ROWS];
    size_t count = rf_places(made, rows);

    for (size_t i = 0; i < count; i++) {
        enum rf_key key = (enum rf_key)rows[i].step->key;
        const char *size = rows[i].size_bytes ? rf_size_text(made->arena, rows[i].size_bytes) : "";

        rf_explain_pad(out, 0, ROW_INDENT);
        column(out, rows[i].path, PATH_WIDTH);
        made->is_failed |= !size;
        rf_buf_printf(out, "%s %s%s%s%s%s", rows[i].is_writable ? "rw" : "ro", rows[i].kind,
                      size && *size ? " " : "", size ? size : "", rows[i].is_exec ? "" : " noexec",
                      rows[i].is_idmapped ? " id-mapped" : "");
        if (rows[i].src[0]) {
            rf_buf_text(out, " from ");
            (void)rf_buf_plain(out, rf_str_of(rows[i].src));
        }
        rf_buf_printf(out, "  # %s: %s\n", rf_key_info(key)->flag,
                      rf_made_origin(made, key, rf_made_from(made, rows[i].step)));
    }
}

static void step_rows(struct rf_made *made, struct rf_buf *out)
{
    for (uint32_t i = 0; i < made->plan->count; i++) {
        const struct rf_step *step = &made->plan->steps[i];
        enum rf_key key = (enum rf_key)step->key;

        rf_buf_printf(out, "%4u  %-8s  ", i + 1, actors[step->actor]);
        column(out, rf_step_describe(made->plan, step, made->arena), STEP_WIDTH);
        rf_buf_printf(out, "# %s: %s\n", rf_key_info(key)->flag,
                      rf_made_origin(made, key, rf_made_from(made, step)));
    }
}

int rf_explain_text(struct rf_made *made, bool has_colour, struct rf_buf *ret, struct rf_err *err)
{
    heading(made, ret);
    rf_buf_text(ret, "\nlayers\n");
    rf_explain_layer_rows(made, has_colour, ret);
    rf_buf_text(ret, "\nplaces\n");
    place_rows(made, ret);
    rf_buf_text(ret, "\nsteps\n");
    step_rows(made, ret);
    rf_buf_text(ret, made->plan->note_count ? "\nnotes\n" : "");
    for (uint32_t i = 0; i < made->plan->note_count; i++) {
        const char *note = made->plan->notes[i];

        rf_buf_text(ret, note[0] == '!' ? "  warning: " : "  ");
        (void)rf_buf_plain(ret, rf_str_of(note + (note[0] == '!')));
        rf_buf_text(ret, "\n");
    }
    return finish(made, ret, err);
}

/* --- JSON --- */

static void json_from(struct rf_made *made, struct rf_jsonw *json, enum rf_key key,
                      const struct rf_from *from)
{
    rf_jsonw_text(json, "key", rf_key_info(key)->flag);
    rf_jsonw_text(json, "from", rf_made_origin(made, key, from));
    if (key != RF_KEY_NONE && from->known != RF_UNSET && from->file) {
        rf_jsonw_text(json, "file", from->file);
        rf_jsonw_number(json, "line", from->line);
    }
}

void rf_explain_layer_json(struct rf_made *made, struct rf_jsonw *json)
{
    struct rf_layer_row rows[RF_LAYER_ROWS];
    size_t count = rf_layers(made, rows);

    rf_jsonw_array(json, "layers");
    for (size_t i = 0; i < count; i++) {
        rf_jsonw_object(json, NULL);
        rf_jsonw_text(json, "layer", rows[i].name);
        rf_jsonw_text(json, "state", rf_layer_state_name(rows[i].state));
        rf_jsonw_text(json, "value", rows[i].value);
        rf_jsonw_text(json, "why", rows[i].why);
        json_from(made, json, rows[i].key, &made->posture->from[rows[i].key]);
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
}

static void json_heading(struct rf_made *made, struct rf_jsonw *json)
{
    struct explained_user user = explain_user(made);
    char hash[65];

    rf_plan_hash(made->plan, hash);
    rf_jsonw_text(json, "format", "ringfence-explain/1");
    rf_jsonw_text(json, "version", RF_VERSION);
    rf_jsonw_text(json, "hash", hash);
    rf_jsonw_object(json, "root");
    rf_jsonw_text(json, "kind", root_kind(made));
    rf_jsonw_text(json, "path", root_path(made));
    rf_jsonw_bool(json, "read_only", made->posture->is_read_only);
    rf_jsonw_end(json);
    rf_jsonw_object(json, "user");
    rf_jsonw_number(json, "uid", user.uid);
    rf_jsonw_number(json, "gid", user.gid);
    rf_jsonw_text(json, "outside", user.outside);
    rf_jsonw_end(json);
    rf_jsonw_array(json, "command");
    for (uint32_t i = 0; i < made->plan->argv_count; i++)
        rf_jsonw_text(json, NULL, rf_plan_text(made->plan, made->plan->argv[i]));
    rf_jsonw_end(json);
}

static void json_environment(const struct rf_made *made, struct rf_jsonw *json)
{
    rf_jsonw_array(json, "environment");
    for (uint32_t i = 0; i < made->plan->envp_count; i++) {
        const char *entry = rf_plan_text(made->plan, made->plan->envp[i]);
        size_t name = strcspn(entry, "=");

        rf_jsonw_object(json, NULL);
        rf_jsonw_str(json, "name", (struct rf_str){entry, name});
        rf_jsonw_text(json, "value", is_callers(made, entry) || !entry[name] ? NULL : entry + name + 1);
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
}

static void json_places(struct rf_made *made, struct rf_jsonw *json)
{
    struct rf_place_row rows[RF_PLACE_ROWS];
    size_t count = rf_places(made, rows);

    rf_jsonw_array(json, "places");
    for (size_t i = 0; i < count; i++) {
        bool is_memory = rows[i].size_bytes != 0;

        rf_jsonw_object(json, NULL);
        rf_jsonw_text(json, "path", rows[i].path);
        rf_jsonw_text(json, "kind", rows[i].kind);
        rf_jsonw_text(json, "source", rows[i].src[0] ? rows[i].src : NULL);
        rf_jsonw_bool(json, "writable", rows[i].is_writable);
        rf_jsonw_bool(json, "exec", rows[i].is_exec);
        rf_jsonw_bool(json, "id_mapped", rows[i].is_idmapped);
        rf_jsonw_count(json, "size_bytes", is_memory ? rows[i].size_bytes : UINT64_MAX);
        rf_jsonw_count(json, "inodes", is_memory ? rows[i].inodes : UINT64_MAX);
        json_from(made, json, (enum rf_key)rows[i].step->key, rf_made_from(made, rows[i].step));
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
}

static void json_steps(struct rf_made *made, struct rf_jsonw *json)
{
    rf_jsonw_array(json, "steps");
    for (uint32_t i = 0; i < made->plan->count; i++) {
        const struct rf_step *step = &made->plan->steps[i];

        rf_jsonw_object(json, NULL);
        rf_jsonw_number(json, "number", i + 1);
        rf_jsonw_text(json, "actor", actors[step->actor]);
        rf_jsonw_text(json, "kind", rf_step_name((enum rf_step_kind)step->kind));
        rf_jsonw_text(json, "what", rf_step_describe(made->plan, step, made->arena));
        json_from(made, json, (enum rf_key)step->key, rf_made_from(made, step));
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
}

int rf_explain_json(struct rf_made *made, struct rf_buf *ret, struct rf_err *err)
{
    struct rf_jsonw json;

    rf_jsonw_init(&json, ret, 2);
    rf_jsonw_object(&json, NULL);
    json_heading(made, &json);
    json_environment(made, &json);
    rf_explain_layer_json(made, &json);
    json_places(made, &json);
    json_steps(made, &json);
    rf_jsonw_array(&json, "notes");
    for (uint32_t i = 0; i < made->plan->note_count; i++) {
        const char *note = made->plan->notes[i];

        rf_jsonw_object(&json, NULL);
        rf_jsonw_bool(&json, "warning", note[0] == '!');
        rf_jsonw_text(&json, "text", note + (note[0] == '!'));
        rf_jsonw_end(&json);
    }
    rf_jsonw_end(&json);
    rf_jsonw_end(&json);
    if (rf_jsonw_done(&json, err) < 0)
        return err->code;
    return finish(made, ret, err);
}
