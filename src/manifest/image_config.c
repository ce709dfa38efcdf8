/* Instructions that only change the image's configuration. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "manifest/image.h"

static int take_text(struct rf_image_builder *builder, struct rf_image_text *ret)
{
    const struct rf_df_word *word = &builder->instruction->words[0];

    return rf_image_expand(builder, word->text, word->span, ret);
}

/* Words from `first` on, as they are: no variables here, the shell puts them in. */
static int take_list(struct rf_image_builder *builder, uint32_t first, struct rf_image_list *ret)
{
    const struct rf_df_instruction *instruction = builder->instruction;
    struct rf_image_list list = {.count = instruction->word_count - first,
                                 .is_shell = !instruction->is_json,
                                 .from = rf_image_from(builder, instruction->span, RF_KNOWN)};

    list.items = rf_arena_array(builder->arena, list.count + 1, sizeof(*list.items));
    if (!list.items)
        return rf_image_no_memory(builder);
    for (uint32_t i = 0; i < list.count; i++)
        list.items[i] =
            (struct rf_image_text){instruction->words[first + i].text,
                                   rf_image_from(builder, instruction->words[first + i].span, RF_KNOWN)};
    *ret = list;
    return 0;
}

static int take_user(struct rf_image_builder *builder)
{
    struct rf_image_user *user = &builder->stage->user;
    struct rf_image_text text = {0};
    int code = take_text(builder, &text);

    if (code < 0)
        return code;
    *user = (struct rf_image_user){
        .from = text.from, .written = builder->instruction->words[0].text, .text = text.value};
    return 0;
}

/* --- EXPOSE --- */

/* "80", "80-90" with "/udp" behind. */
static void read_port(struct rf_image_port *port)
{
    struct rf_str text = port->text.value;
    struct rf_str protocol = rf_str_cut(text, '/', &text);
    struct rf_str first;
    struct rf_str last = rf_str_cut(text, '-', &first);
    uint64_t low = 0;
    uint64_t high = 0;

    port->is_udp = protocol.ptr && protocol.len == 3 && strncasecmp(protocol.ptr, "udp", 3) == 0;
    if (port->text.from.known != RF_KNOWN || rf_num_u64(first, 65535, &low) != 0)
        return;
    if (last.ptr && (rf_num_u64(last, 65535, &high) != 0 || high < low))
        return;
    port->first = (uint32_t)low;
    port->last = last.ptr ? (uint32_t)high : port->first;
}

static int take_ports(struct rf_image_builder *builder)
{
    const struct rf_df_instruction *expose = builder->instruction;
    int code = 0;

    for (uint32_t i = 0; i < expose->word_count && code == 0; i++) {
        uint32_t order = 0;
        struct rf_image_port *port = rf_image_new(builder, sizeof(*port), &order, &code);

        if (!port)
            return code;
        code = rf_image_expand(builder, expose->words[i].text, expose->words[i].span, &port->text);
        read_port(port);
        port->prev = builder->stage->ports;
        builder->stage->ports = port;
    }
    return code;
}

/* --- HEALTHCHECK --- */

/* Go's durations: "1m30s", "500ms", "1.5h". */
static bool read_duration(struct rf_str text, uint64_t *ret_ms)
{
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"ns", 1e-6}, {"us", 1e-3}, {"\xc2\xb5s", 1e-3}, {"ms", 1},
                 {"s", 1e3},   {"m", 6e4},   {"h", 3.6e6}};
    double total = 0;

    if (text.len == 0 || rf_str_is(text, "0")) {
        *ret_ms = 0;
        return text.len > 0;
    }
    while (text.len > 0) {
        double number = 0;
        double scale = 1;
        size_t at = 0;
        size_t digits = 0;
        size_t len = 0;
        size_t u = 0;

        for (bool is_fraction = false;
             at < text.len && (text.ptr[at] == '.' || (text.ptr[at] >= '0' && text.ptr[at] <= '9')); at++) {
            if (text.ptr[at] == '.') {
                if (is_fraction)
                    return false;
                is_fraction = true;
                continue;
            }
            digits++;
            scale *= is_fraction ? 10 : 1;
            number = number * 10 + (text.ptr[at] - '0');
        }
        while (at + len < text.len && text.ptr[at + len] != '.' &&
               (text.ptr[at + len] < '0' || text.ptr[at + len] > '9'))
            len++;
        while (u < RF_COUNT(units) && !rf_str_is((struct rf_str){text.ptr + at, len}, units[u].unit))
            u++;
        if (digits == 0 || u == RF_COUNT(units) || number > 1e15)
            return false;
        total += number / scale * units[u].ms;
        text = (struct rf_str){text.ptr + at + len, text.len - at - len};
    }
    if (total > 1e15)
        return false;
    *ret_ms = (uint64_t)total;
    return true;
}

static int take_number(struct rf_image_builder *builder, const char *name, struct rf_image_number *ret)
{
    struct rf_str text;
    const struct rf_df_word *flag = rf_df_flag(builder->instruction, name, &text);
    bool is_count = strcmp(name, "retries") == 0;
    bool is_good;

    *ret = (struct rf_image_number){0};
    if (!flag)
        return 0;
    is_good = is_count ? rf_num_u64(text, INT32_MAX, &ret->value) == 0 : read_duration(text, &ret->value);
    ret->from = rf_image_from(builder, flag->span, is_good ? RF_KNOWN : RF_UNKNOWABLE);
    if (is_good)
        return 0;
    return rf_image_add_problem(builder, flag->span, "--%s=%.*s: want %s", name, RF_FMT(text),
                                is_count ? "a number" : "a duration such as 30s or 1m30s");
}

static int take_health(struct rf_image_builder *builder)
{
    const struct rf_df_instruction *instruction = builder->instruction;
    struct rf_image_health health = {.from = rf_image_from(builder, instruction->span, RF_KNOWN)};
    int code = 0;

    if (instruction->word_count == 1) {
        builder->stage->health = health;
        return 0;
    }
    health.kind = RF_IMAGE_HEALTH_CMD;
    code = take_list(builder, 1, &health.command);
    if (code == 0)
        code = take_number(builder, "interval", &health.interval_ms);
    if (code == 0)
        code = take_number(builder, "timeout", &health.timeout_ms);
    if (code == 0)
        code = take_number(builder, "start-period", &health.start_period_ms);
    if (code == 0)
        code = take_number(builder, "start-interval", &health.start_interval_ms);
    if (code == 0)
        code = take_number(builder, "retries", &health.retries);
    builder->stage->health = health;
    return code < 0 ? code : rf_image_note_commands(builder, 1);
}

int rf_image_config(struct rf_image_builder *builder)
{
    struct rf_image_stage *stage = builder->stage;
    int code = 0;

    switch (builder->instruction->kind) {
    case RF_DF_USER:
        return take_user(builder);
    case RF_DF_EXPOSE:
        return take_ports(builder);
    case RF_DF_HEALTHCHECK:
        return take_health(builder);
    case RF_DF_STOPSIGNAL:
        return take_text(builder, &stage->stop_signal);
    case RF_DF_SHELL:
        return take_list(builder, 0, &stage->shell);
    case RF_DF_CMD:
        code = take_list(builder, 0, &stage->command);
        return code < 0 ? code : rf_image_note_commands(builder, 0);
    case RF_DF_ENTRYPOINT:
    default:
        code = take_list(builder, 0, &stage->entrypoint);
        /* The CMD of the base goes with its ENTRYPOINT; one of this stage stays. */
        if (stage->command.from.start < stage->from.start)
            stage->command = (struct rf_image_list){0};
        return code < 0 ? code : rf_image_note_commands(builder, 0);
    }
}
