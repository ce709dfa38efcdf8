/* Variables in the values of a Compose file, as compose-go's template package fills them in. */
#include "manifest/compose_parts.h"

#include <errno.h>
#include <string.h>

enum { DEPTH = 16, HOLES = 64 };

/* The text that is being made. */
struct output {
    struct rf_compose_words *words;
    char *bytes;
    size_t len;
    struct rf_str holes[HOLES];
    uint32_t hole_count;
    bool is_default;
    unsigned depth;
};

/* ${name OPERATOR word} */
struct reference {
    struct rf_str name;
    struct rf_str word;
    char operator;  /* - ? + or 0 */
    bool has_colon; /* an empty value counts as none */
    size_t len;     /* of the whole, with `$` */
};

static int fill(struct output *out, struct rf_str source, struct rf_err *err);

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t name_length(struct rf_str text)
{
    size_t len = 0;

    while (len < text.len &&
           (is_name_start(text.ptr[len]) || (len && text.ptr[len] >= '0' && text.ptr[len] <= '9')))
        len++;
    return len;
}

static struct rf_str from_byte(struct rf_str text, size_t at)
{
    return (struct rf_str){text.ptr + at, text.len - at};
}

static const struct rf_fact_text *find(struct rf_compose_words *words, struct rf_str name)
{
    for (const struct rf_compose_scope *scope = words->scope; scope; scope = scope->next) {
        const struct rf_fact_text *found = rf_fact_find(scope->pairs, scope->count, name);

        if (found)
            return found;
    }
    return NULL;
}

static int add(struct output *out, struct rf_str text, struct rf_err *err)
{
    if (text.len > RF_COMPOSE_TEXT_BYTES - out->len)
        return rf_fail(err, -E2BIG, "with its variables the text has more than %d bytes",
                       RF_COMPOSE_TEXT_BYTES);
    if (text.len)
        memcpy(out->bytes + out->len, text.ptr, text.len);
    out->len += text.len;
    return 0;
}

static int add_hole(struct output *out, struct rf_str text, struct rf_err *err)
{
    int r;

    if (out->hole_count == HOLES)
        return rf_fail(err, -E2BIG, "more than %d variables that are not set in one text", HOLES);
    out->holes[out->hole_count] = (struct rf_str){out->bytes + out->len, text.len};
    r = add(out, text, err);
    if (r == 0)
        out->hole_count++;
    return r;
}

/* The brace that closes the one at `text`, counted as compose-go does. */
static size_t find_close(struct rf_str text)
{
    size_t open = 0;

    for (size_t i = 0; i < text.len; i++) {
        open += text.ptr[i] == '{';
        if (text.ptr[i] == '}' && --open == 0)
            return i;
    }
    return 0;
}

/* Whether the text, which begins with `$`, is a variable. */
static bool read_reference(struct rf_str text, struct reference *ret)
{
    struct rf_str rest = from_byte(text, 1);
    size_t close;

    *ret = (struct reference){.name = {rest.ptr, name_length(rest)}};
    ret->len = ret->name.len + 1;
    if (ret->name.len)
        return true;
    if (rest.len == 0 || rest.ptr[0] != '{')
        return false;
    close = find_close(rest);
    if (close == 0)
        return false;
    ret->len = close + 2;
    rest = (struct rf_str){rest.ptr + 1, close - 1};
    ret->name = (struct rf_str){rest.ptr, name_length(rest)};
    rest = from_byte(rest, ret->name.len);
    if (rest.len && rest.ptr[0] == ':') {
        ret->has_colon = true;
        rest = from_byte(rest, 1);
    }
    if (rest.len && strchr("-?+", rest.ptr[0])) {
        ret->operator= rest.ptr[0];
        ret->word = from_byte(rest, 1);
    } else if (rest.len || ret->has_colon) {
        return false;
    }
    return ret->name.len > 0;
}

/* The word of an operator, as the text goes on; when something in it is not set, all of the reference is
   not. */
static int fill_word(struct output *out, const struct reference *reference, struct rf_str written,
                     struct rf_err *err)
{
    size_t len = out->len;
    uint32_t hole_count = out->hole_count;
    int r;

    if (++out->depth > DEPTH)
        return rf_fail(err, -E2BIG, "more than %d variables inside each other", DEPTH);
    r = fill(out, reference->word, err);
    out->depth--;
    if (r < 0 || out->hole_count == hole_count)
        return r;
    out->len = len;
    out->hole_count = hole_count;
    return add_hole(out, written, err);
}

static int fill_reference(struct output *out, const struct reference *reference, struct rf_str written,
                          struct rf_err *err)
{
    const struct rf_fact_text *found;
    bool is_set;

    if (++out->words->spent->lookups > RF_COMPOSE_VARIABLES)
        return rf_fail(err, -E2BIG, "more than %d variables in the files", RF_COMPOSE_VARIABLES);
    found = find(out->words, reference->name);
    if (found && found->from.known == RF_UNKNOWABLE)
        return add_hole(out, written, err);
    is_set = found && (found->value.len || !reference->has_colon);
    if (reference->operator== '+') {
        out->is_default = out->is_default || !found;
        return is_set ? fill_word(out, reference, written, err) : 0;
    }
    if (is_set || (found && reference->operator== 0))
        return add(out, found->value, err);
    if (reference->operator!= '-')
        return add_hole(out, written, err);
    out->is_default = true;
    return fill_word(out, reference, written, err);
}

static int fill(struct output *out, struct rf_str source, struct rf_err *err)
{
    int r = 0;

    while (r == 0 && source.len) {
        const char *found = memchr(source.ptr, '$', source.len);
        size_t before = found ? (size_t)(found - source.ptr) : source.len;
        struct reference reference;

        r = add(out, (struct rf_str){source.ptr, before}, err);
        source = from_byte(source, before);
        if (r < 0 || source.len == 0)
            break;
        if (source.len > 1 && source.ptr[1] == '$') {
            r = add(out, RF_STR("$"), err);
            source = from_byte(source, 2);
            continue;
        }
        if (!read_reference(source, &reference))
            return rf_fail(
                err, -EINVAL,
                "a `$` begins none of $NAME, ${NAME}, ${NAME:-WORD}, ${NAME:?WORD} and ${NAME:+WORD}: "
                "write $$ for the letter itself");
        r = fill_reference(out, &reference, (struct rf_str){source.ptr, reference.len}, err);
        source = from_byte(source, reference.len);
    }
    return r;
}

static int fill_copy(struct rf_compose_words *words, struct rf_str source, struct rf_compose_text *ret,
                     struct rf_err *err)
{
    char bytes[RF_COMPOSE_TEXT_BYTES];
    struct output out = {.words = words, .bytes = bytes};
    struct rf_compose_text text = {0};
    char *kept;
    int r = fill(&out, source, err);

    if (r < 0)
        return r;
    words->spent->bytes += out.len;
    if (words->spent->bytes > RF_COMPOSE_FILLED_BYTES)
        return rf_fail(err, -E2BIG, "with their variables the texts have more than %d bytes",
                       RF_COMPOSE_FILLED_BYTES);
    kept = rf_arena_array(words->arena, out.len + 1, 1);
    text.holes = rf_arena_array(words->arena, out.hole_count, sizeof(*text.holes));
    if (!kept || !text.holes)
        return rf_fail(err, -ENOMEM, "no memory left to read it");
    if (out.len)
        memcpy(kept, out.bytes, out.len);
    for (uint32_t i = 0; i < out.hole_count; i++)
        text.holes[i] = (struct rf_str){kept + (out.holes[i].ptr - out.bytes), out.holes[i].len};
    text.text = (struct rf_str){kept, out.len};
    text.hole_count = out.hole_count;
    text.is_default = out.is_default;
    *ret = text;
    return 0;
}

int rf_compose_interpolate(struct rf_compose_words *words, struct rf_str source, struct rf_compose_text *ret,
                           struct rf_err *err)
{
    if (source.len && memchr(source.ptr, '$', source.len))
        return fill_copy(words, source, ret, err);
    *ret = (struct rf_compose_text){.text = source};
    return 0;
}
