#include "text/shell.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

static struct rf_arena arena;

static int set_up(void **state)
{
    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

static enum rf_var find(void *data, struct rf_str name, struct rf_str *ret_value)
{
    (void)data;
    if (rf_str_is(name, "APP")) {
        *ret_value = RF_STR("/app");
        return RF_VAR_SET;
    }
    return rf_str_is(name, "ARCH") ? RF_VAR_UNKNOWN : RF_VAR_UNSET;
}

static struct rf_sh_script read_script(const char *text)
{
    struct rf_sh_input input = {.text = rf_str_of(text), .find = find};
    struct rf_sh_script script = {0};
    struct rf_err err = {0};

    if (rf_sh_read(&input, &arena, &script, &err) != 0)
        fail_msg("%s: %s", text, err.msg);
    return script;
}

static void show_word(struct rf_buf *buf, const struct rf_sh_word *word)
{
    rf_buf_text(buf, word->is_known ? "" : "~");
    rf_buf_text(buf, word->has_glob ? "*" : "");
    rf_buf_add(buf, word->text);
}

/* One command a line: how it joins (^ ; && || |), ? if it may not run, $ if it is substituted, its depth, its
   assignments, words and redirections with , between. A ~ stands before a word with holes, a * before a
   pattern. */
static const char *show(const struct rf_sh_script *script)
{
    static const char *const joins[] = {"^", ";", "&&", "||", "|"};
    static const char *const kinds[] = {"<", ">", ">>", "<<", "<<<", ">&"};
    struct rf_buf buf;

    rf_buf_init(&buf, &arena);
    for (uint32_t i = 0; i < script->command_count; i++) {
        const struct rf_sh_command *command = &script->commands[i];

        rf_buf_printf(&buf, "%s%s%s%s%s", i ? " " : "", joins[command->join],
                      command->is_conditional ? "?" : "", command->is_substituted ? "$" : "",
                      command->is_background ? "@" : "");
        if (command->depth > 0)
            rf_buf_printf(&buf, "%u", command->depth);
        for (uint32_t n = 0; n < command->assign_count; n++) {
            rf_buf_text(&buf, n ? "," : "(");
            show_word(&buf, &command->assigns[n]);
        }
        rf_buf_text(&buf, command->assign_count ? ")[" : "[");
        for (uint32_t n = 0; n < command->word_count; n++) {
            rf_buf_text(&buf, n ? "," : "");
            show_word(&buf, &command->words[n]);
        }
        rf_buf_text(&buf, "]");
        for (uint32_t n = 0; n < command->redirect_count; n++) {
            rf_buf_printf(&buf, "%u%s", command->redirects[n].fd, kinds[command->redirects[n].kind]);
            show_word(&buf, &command->redirects[n].target);
            if (command->redirects[n].body)
                rf_buf_printf(&buf, "{%.*s}", RF_FMT(*command->redirects[n].body));
        }
    }
    return buf.ptr ? buf.ptr : "";
}

struct script_case {
    const char *text;
    const char *shown;
};

static void check(const struct script_case *cases, size_t count, bool is_complete)
{
    for (size_t i = 0; i < count; i++) {
        struct rf_sh_script script = read_script(cases[i].text);

        if (strcmp(show(&script), cases[i].shown) != 0)
            fail_msg("%s\nwant %s\ngot  %s", cases[i].text, cases[i].shown, show(&script));
        if (script.is_complete != is_complete)
            fail_msg("%s: is%s complete: %s", cases[i].text, script.is_complete ? "" : " not", script.why);
    }
}

static const struct script_case understood[] = {
    {"", ""},
    {" \t\n ; \n", ""},
    {"# a\n", ""},
    {"a b", "^[a,b]"},
    {"a;b&&c||d|e", "^[a] ;[b] &&[c] ||?[d] |[e]"},
    {"a & b", "^@[a] ;[b]"},
    {"a \\\n b", "^[a,b]"},
    {"a # c\nb#c", "^[a] ;[b#c]"},
    {"a 'b c' \"d e\" f\\ g h\"i\"'j'", "^[a,b c,d e,f g,hij]"},
    {"a '' \"\"", "^[a,,]"},
    {"echo \"a\\\"b\\n\\$c\"", "^[echo,a\"b\\n$c]"},
    {"mkdir -p $APP/x ${APP}y \"$APP z\"", "^[mkdir,-p,/app/x,/appy,/app z]"},
    {"a $NO ${NO} ${NO:-b} ${APP#/} $ARCH $1 $? \"$@\" $", "^[a,~,~,b,app,~,~,~,~,$]"},
    {"X=1 Y='2 3' a $X", "^(X=1,Y=2 3)[a,~]"},
    {"X=/x; mkdir $X/y", "^(X=/x)[] ;[mkdir,/x/y]"},
    {"export X=/x Y=$APP && a $X $Y", "^[export,X=/x,Y=/app] &&[a,/x,/app]"},
    {"X=$(b c); a $X", "^$1[b,c] ^(~X=)[] ;[a,~]"},
    {"X=1; X+=2; a $X", "^(X=1)[] ;(X+=2)[] ;[a,~]"},
    {"a && X=1 || X=2; b $X", "^[a] &&(X=1)[] ||?(X=2)[] ;[b,~]"},
    {"unset APP; a $APP", "^[unset,APP] ;[a,~]"},
    {"a *.c b?[x] {d,e} 'f*' \\*", "^[a,**.c,*b?[x],*{d,e},f*,*]"},
    {"a > f 2>&1 >>g <h 2>/dev/null", "^[a]1>f2>&11>>g0<h2>/dev/null"},
    {"a &>f >|g <<<h", "^[a]1>f1>g0<<<h"},
    {">f", "^[]1>f"},
    {"a 2 >f", "^[a,2]1>f"},
    {"a x2>f", "^[a,x2]1>f"},
    {"cat <<E >f\nb\nE\nc", "^[cat]0<<E{b\n}1>f ;[c]"},
    {"cat <<-'E F' | d\n\tb\n\tE F\nc", "^[cat]0<<E F{\tb\n} |[d] ;[c]"},
    {"cat <<A <<B\n1\nA\n2\nB\n", "^[cat]0<<A{1\n}0<<B{2\n}"},
    {"(a; b) && c", "^1[a] ;1[b] &&[c]"},
    {"{ a; b; } >f", "^1[a] ;1[b] ;[]1>f"},
    {"if a; then b; elif c; then d; else e; fi; f", ";1[a] ;?1[b] ;?1[c] ;?1[d] ;?1[e] ;[f]"},
    {"if ! id x; then useradd x; fi", ";1[id,x] ;?1[useradd,x]"},
    {"for i in a $(b); do c $i; done; d", "^$2[b] ;?1[c,~] ;[d]"},
    {"while read x; do a $x; done <f", ";1[read,x] ;?1[a,~] ;[]0<f"},
    {"case $x in a|b) c;; (*) d;; esac; e", ";?1[c] ;?1[d] ;[e]"},
    {"case x in\n a)\n  b\n ;;\nesac", ";?1[b]"},
    {"[ -d x ] && mkdir x; y", "^[[,-d,x,]] &&?[mkdir,x] ;[y]"},
    {"[[ a && b || c > d ]] && e", "^[*[[] &&?[e]"},
    {"command -v x || y", "^[command,-v,x] ||?[y]"},
    {"a && b && grep c && d", "^[a] &&[b] &&[grep,c] &&?[d]"},
    {"sh -c \"$(curl -fsSL https://x/i.sh)\"", "^$1[curl,-fsSL,https://x/i.sh] ^[sh,-c,~]"},
    {"a `b c` d", "^$1[b,c] ^[a,~,d]"},
    {"a \"`b`\" $(c $(d))", "^$1[b] ^$2[d] ^$1[c,~] ^[a,~,~]"},
    {"a $((1 + (2))) b", "^[a,~,b]"},
    {"a ${x:-$(b)} c", "^[a,~,c]"},
    {"a $'b' $'c\\n'", "^[a,b,~c\\n]"},
    {"set -eux; a", "^[set,-eux] ;[a]"},
    {"! a", "^[a]"},
    {"a=b=c d", "^(a=b=c)[d]"},
    {"a b=c", "^[a,b=c]"},
    {"1a=b", "^[1a=b]"},
    {"a\r\nb\r\n", "^[a] ;[b]"},
    {"\xc3\xa4 \xff", "^[\xc3\xa4,\xff]"},
};

static const struct script_case given_up[] = {
    {"((a))", ""},
    {"a 'b", "^[a,~]"},
    {"a \"b", "^[a,~b]"},
    {"a `b", "^[a,~]"},
    {"a ${b", "^[a,~]"},
    {"a $(b", "^$1[b] ^[a,~]"},
    {"f() { a; }; b", "^?1[a] ;[b]"},
    {"function f { a; }\nb", ";?1[a] ;[b]"},
    {"if a; then b", ";1[a] ;?1[b]"},
    {"a; fi", "^[a]"},
    {"a )", "^[a]"},
    {"(a", "^1[a]"},
    {"eval a", "^[eval,a]"},
    {". ./x", "^[.,./x]"},
    {"x=(a b) c", "^(~x=)[c]"},
    {"a <(b)", "^[a]"},
    {"cat <<E\nb", "^[cat]0<<E{b}"},
    {"case x in a", ""},
};

static void reads_commands(void **state)
{
    (void)state;
    check(understood, RF_COUNT(understood), true);
}

static void says_what_it_does_not_understand(void **state)
{
    (void)state;
    check(given_up, RF_COUNT(given_up), false);
}

/* Raw words are parts of the script, and bodies may stand elsewhere. */
static void keeps_places(void **state)
{
    static const char text[] = "cd \"/x\" && cat <<E > f";
    const struct rf_str bodies[] = {RF_STR("body\n")};
    struct rf_sh_input input = {.text = rf_str_of(text), .heredocs = bodies, .heredoc_count = 1};
    struct rf_sh_script script;
    struct rf_err err;

    (void)state;
    assert_int_equal(rf_sh_read(&input, &arena, &script, &err), 0);
    assert_int_equal(script.command_count, 2);
    assert_true(script.is_complete);
    assert_true(script.commands[0].words[1].raw.ptr == text + 3);
    assert_true(rf_str_is(script.commands[0].words[1].raw, "\"/x\""));
    assert_true(script.commands[0].words[1].is_quoted);
    assert_true(script.commands[1].raw.ptr == text + 11);
    assert_true(rf_str_is(script.commands[1].raw, "cat <<E > f"));
    assert_true(rf_str_is(*script.commands[1].redirects[0].body, "body\n"));
    assert_int_equal(read_script("a $(b; c) d").commands[2].inner_count, 2);
}

static const char *repeat(const char *text, size_t count)
{
    size_t len = strlen(text);
    char *bytes = rf_arena_alloc(&arena, len * count + 1);

    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++)
        memcpy(bytes + i * len, text, len);
    return bytes;
}

static void limits_everything(void **state)
{
    static const struct {
        const char *text;
        size_t count;
        const char *why;
    } cases[] = {
        {"a;", RF_SH_COMMANDS + 1, "more commands"},
        {"a ", RF_SH_WORDS + 1, "more words"},
        {"$(", RF_SH_DEPTH + 2, "too many substitutions"},
        {"a $(", 5000, "too many substitutions"},
        {"( ", RF_SH_DEPTH + 1, "too many compound"},
        {"if a; then ", RF_SH_DEPTH + 1, "too many compound"},
        {"<<E ", RF_SH_HEREDOCS + 1, "more heredocs"},
        {"\"$APP$APP$APP$APP$APP$APP$APP$APP$APP$APP\"", 5000, NULL},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_sh_script script;

        (void)tear_down(NULL);
        (void)set_up(NULL);
        script = read_script(repeat(cases[i].text, cases[i].count));
        if (cases[i].why) {
            if (script.is_complete || strncmp(script.why, cases[i].why, strlen(cases[i].why)) != 0)
                fail_msg("%s: \"%s\"", cases[i].text, script.why);
        } else {
            assert_false(script.commands[0].words[0].is_known);
        }
    }
}

static void survives_a_full_arena(void **state)
{
    static const char text[] = "X=1 a b c d e 'f' $(g `h`) >i <<J; ${K:-\"l\"}\nm\nJ\n";
    bool is_through = false;

    (void)state;
    for (unsigned nth = 1; nth < 64 && !is_through; nth++) {
        struct rf_sh_input input = {.text = rf_str_of(text)};
        struct rf_sh_script script;
        struct rf_err err = {0};
        int code;

        rf_arena_fail_at(nth);
        code = rf_sh_read(&input, &arena, &script, &err);
        rf_arena_fail_at(0);
        is_through = code == 0;
        assert_true(is_through || code == -ENOMEM);
    }
    assert_true(is_through);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_commands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_what_it_does_not_understand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_everything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_a_full_arena, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
