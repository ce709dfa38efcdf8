/* The forms that are made of a result here, and the order in which speech is read. */
#include "engine/result_write.h"

#include "engine/language_names.h"

#include <errno.h>
#include <string.h>

int rf_result_write(const struct rf_result *result, const struct rf_result_about *about,
                    enum rf_format format, struct rf_buf *ret, struct rf_err *err)
{
    int code;

    if (format == RF_FORMAT_SRT && result->kind == RF_ENGINE_OCR)
        return rf_fail(err, -ENOTSUP, "srt: subtitles have times, and pages have none: want json-v2 or txt");
    switch (format) {
    case RF_FORMAT_JSON:
        code = rf_write_json(result, about, ret, err);
        break;
    case RF_FORMAT_TXT:
        code = rf_write_txt(result, about, ret, err);
        break;
    case RF_FORMAT_SRT:
        code = rf_write_srt(result, about, ret, err);
        break;
    default:
        return rf_fail(err, -ENOTSUP, "%s: not made of words: want json-v2, txt or srt",
                       rf_format_name(format));
    }
    if (code == 0 && ret->is_failed)
        code = rf_fail(err, -ENOMEM, "writing %s: out of memory", rf_format_name(format));
    return code;
}

static const char *or_none(const char *text)
{
    return text ? text : "";
}

/* For each item the sentence that it belongs to, counted from 0 in the order of their starts. *ret_count gets
   their number. */
static int number_sentences(const struct rf_result *result, uint32_t *ret_numbers, uint32_t *ret_count,
                            struct rf_err *err)
{
    struct {
        const char *channel;
        bool is_open;
        uint32_t sentence;
    } channels[RF_RESULT_CHANNELS];
    size_t count = 0;

    *ret_count = 0;
    for (size_t i = 0; i < result->count; i++) {
        const struct rf_item *item = &result->items[i];
        const char *channel = or_none(item->channel);
        size_t at = 0;

        while (at < count && channels[at].channel != channel && strcmp(channels[at].channel, channel) != 0)
            at++;
        if (at == RF_RESULT_CHANNELS)
            return rf_fail(err, -E2BIG, "more than %d channels", RF_RESULT_CHANNELS);
        if (at == count) {
            channels[count].channel = channel;
            channels[count++].is_open = false;
        }
        if (!channels[at].is_open)
            channels[at].sentence = (*ret_count)++;
        channels[at].is_open = !item->is_eos;
        ret_numbers[i] = channels[at].sentence;
    }
    return 0;
}

static int order_sentences(struct rf_talk *talk, struct rf_arena *arena, struct rf_err *err)
{
    size_t count = talk->result->count;
    uint32_t *numbers = rf_arena_array(arena, count, sizeof(*numbers));
    uint32_t *order = rf_arena_array(arena, count, sizeof(*order));
    uint32_t *starts; /* where each sentence begins in the order */
    uint32_t sentences = 0;
    int code;

    if (!numbers || !order)
        return rf_fail(err, -ENOMEM, "ordering %zu words: out of memory", count);
    code = number_sentences(talk->result, numbers, &sentences, err);
    if (code < 0)
        return code;
    starts = rf_arena_array(arena, (size_t)sentences + 1, sizeof(*starts));
    if (!starts)
        return rf_fail(err, -ENOMEM, "ordering %zu words: out of memory", count);
    for (size_t i = 0; i < count; i++)
        starts[numbers[i] + 1]++;
    for (uint32_t i = 0; i < sentences; i++)
        starts[i + 1] += starts[i];
    for (size_t i = 0; i < count; i++)
        order[starts[numbers[i]]++] = (uint32_t)i;
    talk->order = order;
    return 0;
}

int rf_talk_init(struct rf_talk *talk, const struct rf_result *result, const char *language,
                 struct rf_arena *arena, struct rf_err *err)
{
    const struct rf_language *found = rf_language_find(language);
    bool has_channels = false;

    *talk = (struct rf_talk){.result = result, .delimiter = found && found->has_no_blanks ? "" : " "};
    for (size_t i = 0; i < result->count; i++) {
        has_channels = has_channels || result->items[i].channel;
        talk->has_labels = talk->has_labels || strcmp(rf_talk_label(&result->items[i]), "UU") != 0;
    }
    return has_channels ? order_sentences(talk, arena, err) : 0;
}

const struct rf_item *rf_talk_item(const struct rf_talk *talk, size_t at)
{
    return &talk->result->items[talk->order ? talk->order[at] : at];
}

const char *rf_talk_label(const struct rf_item *item)
{
    return item->channel ? item->channel : item->speaker ? item->speaker : "UU";
}
