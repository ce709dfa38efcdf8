/* Definitions of engines: whatever is wrong is said with its place. */
#include "engine/engine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 4 * 1024 * 1024 };

#define HEAD "version: 1\n"
/* Four lines: 2 kind, 3 reads, 4 parser. */
#define OCR HEAD "kind: ocr\nreads: [png]\nparser: text\n"
#define SPEECH HEAD "kind: speech\nparser: text\n"
#define BIN "volume: [\"/usr/bin:/usr/bin:ro\"]\n"
#define CAT "command: [/usr/bin/cat]\n" BIN

static const struct {
    const char *text;
    const char *message; /* how it begins */
} wrong[] = {
    {"", "f:1:1: the first line must be \"version: 1\""},
    {HEAD, "f:1:1: kind is missing"},
    {HEAD "kind: ocr\n", "f:1:1: reads is missing"},
    {HEAD "kind: ocr\nreads: [png]\n", "f:1:1: parser is missing"},
    {OCR, "f:1:1: command is missing"},
    {OCR "command: []\n", "f:1:1: command is missing"},
    {HEAD "kind: ocr\nreads: []\nparser: text\n" CAT, "f:1:1: reads is missing"},
    {HEAD "kind: OCR\n", "f:2:7: kind \"OCR\": want ocr, speech, pages, samples, count, unpack or fetch"},
    {HEAD "kind: \"\"\n", "f:2:7: kind \"\": want"},
    {HEAD "kind: [ocr]\n", "f:2:8: kind: want one value"},
    {HEAD "kind: ocr\nkind: ocr\n", "f:3:1: \"kind\" is given twice"},
    {HEAD "kind: \"\\x1b[2J\"\n", "f:2:7: kind \"?[2J\": want"},
    {HEAD "kind: ocr\nreads: png\n", "f:3:8: reads: want a list"},
    {HEAD "kind: ocr\nreads: [pgn]\n", "f:3:9: reads \"pgn\": no kind of file"},
    {HEAD "kind: ocr\nreads: [png, \"\"]\n", "f:3:14: reads \"\": no kind of file"},
    {HEAD "kind: ocr\nreads: [wav]\nparser: text\n" CAT, "f:3:9: reads: wav is nothing for"},
    {HEAD "kind: ocr\nreads: [zip]\nparser: text\n" CAT, "f:3:9: reads: zip is nothing for"},
    {HEAD "kind: unpack\nreads: [png]\n" CAT, "f:3:9: reads: png is nothing for"},
    {HEAD "kind: samples\nreads: [png]\n" CAT, "f:3:9: reads: png is nothing for"},
    {HEAD "kind: ocr\nreads: [png]\nparser: csv\n",
     "f:4:9: parser \"csv\": want tsv, pocketsphinx, text or pdfinfo"},
    {HEAD "kind: ocr\nreads: [png]\nparser: pdfinfo\n" CAT, "f:4:9: parser: want tsv or text for"},
    {HEAD "kind: speech\nparser: tsv\n" CAT, "f:3:9: parser: want pocketsphinx or text for"},
    {HEAD "kind: samples\nreads: [wav]\nparser: text\n" CAT,
     "f:4:9: parser: an engine of kind samples has none"},
    {SPEECH "reads: [wav]\n" CAT, "f:4:9: reads: an engine of kind speech has none"},
    {HEAD "kind: fetch\nreads: [wav]\n" CAT, "f:3:9: reads: an engine of kind fetch has none"},
    {HEAD "kind: pages\nreads: [pdf]\nlanguage: eng\n" CAT,
     "f:4:11: language: an engine of kind pages has none"},
    {SPEECH "outputs:\n  txt: txt\n" CAT, "f:5:8: outputs: an engine of kind speech has none"},
    {OCR "rank: 100\n" CAT, "f:5:7: rank \"100\": want a number in 0..99"},
    {OCR "rank: -1\n" CAT, "f:5:7: rank \"-1\""},
    {OCR "rank: 1.5\n" CAT, "f:5:7: rank \"1.5\""},
    {OCR "package: \"a;b\"\n" CAT, "f:5:10: package \"a;b\": want names of packages"},
    {OCR "package: \"\\x1b\"\n" CAT, "f:5:10: package \"?\": want names of packages"},
    {OCR "language: eng\n" CAT, "f:5:11: language: \"eng\" is not among languages"},
    {OCR "language: \"eng deu\"\n" CAT, "f:5:11: language \"eng deu\": want a language"},
    {OCR "language: -eng\n" CAT, "f:5:11: language \"-eng\": want a language"},
    {OCR "languages: [eng]\n" CAT, "f:5:13: languages: want NAME: VALUE"},
    {OCR "languages: [eng=-l]\n" CAT, "f:5:13: languages \"-l\": want NAME: WORD"},
    {OCR "languages:\n  eng: \"e ng\"\n" CAT, "f:6:8: languages \"e ng\": want NAME: WORD"},
    {OCR "languages:\n  eng: ../eng\n" CAT, "f:6:8: languages \"../eng\": want NAME: WORD"},
    {OCR "languages:\n  eng: a/../b\n" CAT, "f:6:8: languages \"a/../b\": want NAME: WORD"},
    {OCR "languages:\n  eng: a+b\n" CAT, "f:6:8: languages \"a+b\": want NAME: WORD"},
    {OCR "languages:\n  \"e+g\": eng\n" CAT, "f:6:10: languages \"eng\": want NAME: WORD"},
    {OCR "languages: [eng=eng, eng=x]\n" CAT, "f:5:22: languages \"x\": the language has a word already"},
    {OCR "languages:\n  no: nor\n" CAT, "f:6:3: other YAML readers do not take this for a name"},
    {OCR "language_dir: tessdata\n" CAT, "f:5:15: language_dir \"tessdata\": want an absolute path"},
    {OCR "language_dir: /a/../b\n" CAT, "f:5:15: language_dir \"/a/../b\": want an absolute path"},
    {OCR "language_dir: /a\n" CAT, "f:5:15: language_dir: which files there are languages?"},
    {OCR "language_dir: /a\nlanguage_suffix: traineddata\n" CAT,
     "f:6:18: language_suffix \"traineddata\": want"},
    {OCR "language_dir: /a\nlanguage_suffix: \"./x\"\n" CAT, "f:6:18: language_suffix \"./x\": want"},
    {OCR "language_dir: /a\nlanguage_suffix: \"\"\n" CAT, "f:6:18: language_suffix \"\": want"},
    {OCR "language_suffix: .x\n" CAT, "f:5:18: language_suffix: there is no language_dir"},
    {OCR "language_except: [osd]\n" CAT, "f:5:19: language_except: there is no language_dir"},
    {OCR "language_package: \"a-{language}\"\n" CAT, "f:5:19: language_package: there is no language_dir"},
    {OCR "language_package: a\n" CAT,
     "f:5:19: language_package \"a\": want a package's name with {language}"},
    {OCR "language_package: \"a;{language}\"\n" CAT, "f:5:19: language_package \"a;{language}\": want"},
    {OCR "language_except: [\"a/b\"]\n" CAT, "f:5:19: language_except \"a/b\": want the name of a file"},
    {OCR "outputs:\n  json-v2: x\n" CAT, "f:6:12: outputs \"json-v2\": want txt, hocr, alto, tsv or pdf"},
    {OCR "outputs:\n  srt: x\n" CAT, "f:6:8: outputs \"srt\": want"},
    {OCR "outputs:\n  docx: x\n" CAT, "f:6:9: outputs \"docx\": want"},
    {OCR "outputs:\n  txt: -c\n" CAT, "f:6:8: outputs \"-c\": want the engine's own word"},
    {OCR "outputs:\n  txt: \"a b\"\n" CAT, "f:6:8: outputs \"a b\": want the engine's own word"},
    {OCR "outputs: [txt=a, txt=b]\n" CAT, "f:5:18: outputs \"b\": the form has a word already"},
    {OCR "outputs:\n  txt: txt\n" CAT, "f:6:8: outputs and the slot {outputs} in command go together"},
    {OCR "command: [/usr/bin/cat, \"{outputs}\"]\n" BIN, "f:5:11: outputs and the slot {outputs}"},
    {OCR "command: [cat]\n" BIN, "f:5:11: command: want the program's absolute path"},
    {OCR "command: [./cat]\n" BIN, "f:5:11: command: want the program's absolute path"},
    {OCR "command: [\"\"]\n" BIN, "f:5:11: command: want the program's absolute path"},
    {OCR "command: [\"/usr/bin/{input}\"]\n" BIN, "f:5:11: command: want the program's absolute path"},
    {OCR "command: /usr/bin/cat -\n" BIN, "f:5:10: command: no shell splits this"},
    {OCR "command: [/bin/cat]\n" BIN, "f:5:11: command: no volume brings /bin/cat into"},
    {OCR "command: [/usr/binary/cat]\n" BIN, "f:5:11: command: no volume brings /usr/binary/cat into"},
    {OCR "command: [/usr/bin/cat]\n", "f:5:11: command: no volume brings /usr/bin/cat into"},
    {OCR "command: [/usr/bin/a/cat]\n" BIN "tmpfs: [/usr/bin/a]\n", "f:5:11: command: no volume brings"},
    {OCR "command: [/usr/bin/cat, \"{file}\"]\n" BIN, "f:5:25: a brace that belongs to no slot"},
    {OCR "command: [/usr/bin/cat, \"{input\"]\n" BIN, "f:5:25: a brace that belongs to no slot"},
    {OCR "command: [/usr/bin/cat, \"input}\"]\n" BIN, "f:5:25: a brace that belongs to no slot"},
    {OCR "command: [/usr/bin/cat, \"{}\"]\n" BIN, "f:5:25: a brace that belongs to no slot"},
    {OCR "command: [/usr/bin/cat, \"{{input}}\"]\n" BIN, "f:5:25: a brace that belongs to no slot"},
    {OCR "command: [/usr/bin/cat, \"{Input}\"]\n" BIN, "f:5:25: a brace that belongs to no slot"},
    {OCR "command: [/usr/bin/cat, \"{seconds}\"]\n" BIN,
     "f:5:25: command: an engine of kind ocr gets no value for {seconds}"},
    {SPEECH "command: [/usr/bin/cat, \"{psm}\"]\n" BIN,
     "f:4:25: command: an engine of kind speech gets no value for {psm}"},
    {HEAD "kind: fetch\ncommand: [/usr/bin/cat, \"{input}\"]\n" BIN,
     "f:3:25: command: an engine of kind fetch gets no value for {input}"},
    {OCR "command: [/usr/bin/cat, \"{language}\"]\n" BIN, "f:5:11: command: {language} stands for nothing"},
    {OCR CAT "rootfs: /\n", "f:7:1: rootfs: an engine starts from an empty root"},
    {OCR CAT "host: true\n", "f:7:1: host: an engine starts from an empty root"},
    {OCR CAT "scratch: true\n", "f:7:1: scratch: an engine starts from an empty root"},
    {OCR CAT "read_only: false\n", "f:7:1: read_only: an engine starts from an empty root"},
    {OCR CAT "entrypoint: /bin/sh\n", "f:7:1: entrypoint: write the program into command"},
    {OCR CAT "env_file: [/etc/environment]\n", "f:7:1: env_file: write the variables below env"},
    {OCR CAT "cap_add: [NET_RAW]\n", "f:7:1: cap_add: an engine has no capability"},
    {OCR CAT "security_opt: [seccomp=unconfined]\n", "f:7:1: security_opt: an engine has no capability"},
    {OCR CAT "no_new_privileges: false\n", "f:7:1: no_new_privileges: an engine has no capability"},
    {OCR CAT "tty: true\n", "f:7:1: tty: not for an engine"},
    {OCR CAT "interactive: true\n", "f:7:1: interactive: not for an engine"},
    {OCR CAT "name: x\n", "f:7:1: name: not for an engine"},
    {OCR CAT "job_config: /x\n", "f:7:1: job_config: not for an engine"},
    {OCR CAT "log_driver: none\n", "f:7:1: log_driver: not for an engine"},
    {OCR CAT "allow_missing: [cgroup]\n", "f:7:1: allow_missing: not for an engine"},
    {OCR CAT "debug_root: true\n", "f:7:1: debug_root: not for an engine"},
    {OCR CAT "network: host\n", "f:7:10: network: only an engine of kind fetch has one"},
    {OCR CAT "network: loopback\n", "f:7:10: network: only an engine of kind fetch has one"},
    {OCR CAT "network: bridge\n", "f:7:10: network \"bridge\": there is no bridge"},
    {OCR CAT "seccomp: ./x.json\n", "f:7:10: seccomp: want an absolute path"},
    {OCR CAT "user: root\n", "f:7:7: user \"root\": root is root"},
    {OCR CAT "memory: 1\n", "f:7:9: memory \"1\""},
    {OCR "command: [/usr/bin/cat]\nvolume: [\"/usr/bin:/usr/bin\"]\n",
     "f:6:10: volume: an engine leaves nothing behind"},
    {OCR CAT "mount: [\"type=bind,source=/a,target=/a\"]\n",
     "f:7:9: volume: an engine leaves nothing behind"},
    {OCR CAT "mount: [\"type=bind,source=./a,target=/a,readonly\"]\n",
     "f:7:9: volume: want an absolute source"},
    {OCR CAT "kinds: ocr\n", "f:7:1: there is no key \"kinds\"; did you mean \"kind\"?"},
    {OCR CAT "language-dir: /x\n", "f:7:1: there is no key \"language-dir\"; did you mean \"language_dir\"?"},
    {OCR CAT "memroy: 1g\n", "f:7:1: there is no key \"memroy\"; did you mean \"memory\"?"},
    {OCR CAT "hots: true\n", "f:7:1: there is no key \"hots\"; want kind, reads,"},
    {OCR CAT "frobnicate: x\n",
     "f:7:1: there is no key \"frobnicate\"; want kind, reads, parser, rank, package, language, languages, "
     "language_dir, language_suffix, language_except, language_package, outputs, command, or one of "
     "ringfence.yaml(5)"},
};

static int read_text(const char *text, struct rf_arena *arena, struct rf_engine *engine, struct rf_err *err)
{
    rf_arena_init(arena, ARENA_BYTES);
    return rf_engine_read("f", rf_str_of(text), arena, engine, err);
}

static void says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(wrong); i++) {
        struct rf_arena arena;
        struct rf_engine engine = {.name = "as before"};
        struct rf_err err = {0};

        if (read_text(wrong[i].text, &arena, &engine, &err) != -EINVAL)
            fail_msg("accepted \"%s\"", wrong[i].text);
        if (strncmp(err.msg, wrong[i].message, strlen(wrong[i].message)) != 0)
            fail_msg("\"%s\", want \"%s\"", err.msg, wrong[i].message);
        assert_string_equal(engine.name, "as before");
        rf_arena_done(&arena);
    }
}

static const char whole[] = HEAD "kind: ocr\n"
                                 "reads: [png, pdf]\n"
                                 "rank: 7\n"
                                 "parser: tsv\n"
                                 "package: ocr-tools ocr-data\n"
                                 "language: en+de\n"
                                 "languages:\n"
                                 "  en: eng\n"
                                 "  \"no\": script/Latin\n"
                                 "language_dir: /usr/share//ocr/\n"
                                 "language_suffix: .data.gz\n"
                                 "language_except: [osd, equ]\n"
                                 "language_package: \"ocr-{language}-data\"\n"
                                 "outputs:\n"
                                 "  txt: text\n"
                                 "  pdf: pdf=1\n"
                                 "command:\n"
                                 "  - /opt/ocr/bin/ocr\n"
                                 "  - \"-l {language}\"\n"
                                 "  - \"{input}{page}\"\n"
                                 "  - \"{outputs}\"\n"
                                 "env:\n"
                                 "  BRACE: \"{x}\"\n"
                                 "volume: [\"/srv/ocr:/opt/ocr:ro\", \"/usr/lib:/usr/lib:ro\"]\n"
                                 "tmpfs: [/work]\n"
                                 "memory: 2g\n"
                                 "seccomp: strict\n";

static void reads_every_key(void **state)
{
    struct rf_arena arena;
    struct rf_engine engine;
    struct rf_err err = {0};

    (void)state;
    if (read_text(whole, &arena, &engine, &err) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(engine.kind, RF_ENGINE_OCR);
    assert_true(engine.reads == (UINT64_C(1) << RF_MEDIA_PNG | UINT64_C(1) << RF_MEDIA_PDF));
    assert_int_equal(engine.rank, 7);
    assert_int_equal(engine.parser, RF_PARSER_TSV);
    assert_string_equal(engine.package, "ocr-tools ocr-data");
    assert_string_equal(engine.language, "en+de");
    assert_int_equal(engine.language_count, 2);
    assert_string_equal(engine.languages[1].name, "no");
    assert_string_equal(engine.languages[1].word, "script/Latin");
    assert_string_equal(engine.language_dir, "/usr/share/ocr");
    assert_string_equal(engine.language_suffix, ".data.gz");
    assert_int_equal(engine.language_except_count, 2);
    assert_string_equal(engine.language_package, "ocr-{language}-data");
    assert_string_equal(engine.outputs[RF_FORMAT_TXT], "text");
    assert_string_equal(engine.outputs[RF_FORMAT_PDF], "pdf=1");
    assert_null(engine.outputs[RF_FORMAT_HOCR]);
    assert_int_equal(engine.slots, 1U << RF_SLOT_LANGUAGE | 1U << RF_SLOT_INPUT | 1U << RF_SLOT_PAGE |
                                       1U << RF_SLOT_OUTPUTS);
    assert_int_equal(engine.posture.command_count, 4);
    assert_string_equal(engine.posture.command[2], "{input}{page}");
    assert_string_equal(engine.posture.env[0], "BRACE={x}");
    assert_int_equal(engine.posture.mount_count, 3);
    assert_true(engine.posture.memory_bytes == (uint64_t)2 << 30);
    assert_int_equal(engine.posture.from[RF_KEY_COMMAND].line, 22);
    rf_arena_done(&arena);
}

/* What may follow a definition and leave it right. */
static const char *const right[] = {
    OCR CAT,
    CAT "kind: ocr\nreads: [png]\nparser: text\n",
    OCR "command: /usr/bin/cat\n" BIN,
    OCR CAT "network: none\nuser: \"7:8\"\nno_disk: false\ninit: false\n",
    OCR "command: [/usr/bin/cat]\nvolume: [\"/nix/cat:/usr/bin/cat:ro\"]\n",
    SPEECH "command: [/usr/bin/cat, \"{input}\"]\n" BIN,
    HEAD "kind: fetch\nnetwork: host\n" CAT,
    HEAD "kind: unpack\nreads: [zip, tar]\n" CAT,
    HEAD "kind: count\nreads: [pdf]\nparser: pdfinfo\n" CAT,
};

static void accepts(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(right); i++) {
        struct rf_arena arena;
        struct rf_engine engine;
        struct rf_err err = {0};
        char text[1024];

        /* `version` comes first in all of them */
        (void)snprintf(text, sizeof(text), "%s%s", strncmp(right[i], HEAD, sizeof(HEAD) - 1) == 0 ? "" : HEAD,
                       right[i]);
        if (read_text(text, &arena, &engine, &err) != 0)
            fail_msg("%s", err.msg);
        rf_arena_done(&arena);
    }
}

/* Each allocation fails in turn: an error, no crash; and at last success. */
static void survives_lack_of_memory(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth < 200; nth++) {
        struct rf_arena arena;
        struct rf_engine engine;
        struct rf_err err = {0};
        int r;

        rf_arena_init(&arena, ARENA_BYTES);
        rf_arena_fail_at(nth);
        r = rf_engine_read("f", rf_str_of(whole), &arena, &engine, &err);
        rf_arena_fail_at(0);
        rf_arena_done(&arena);
        if (r == 0) {
            assert_true(nth > 30);
            return;
        }
        if (r != -ENOMEM || err.msg[0] != 'f')
            fail_msg("allocation %u: %s", nth, err.msg);
    }
    fail_msg("never succeeded");
}

/* The page of `name` in RF_DOCS, or NULL without that. */
static const char *read_page(const char *name)
{
    static char text[64 * 1024];
    char path[4096];
    const char *dir = getenv("RF_DOCS");
    FILE *file;

    if (!dir)
        return NULL;
    (void)snprintf(path, sizeof(path), "%s/%s", dir, name); /* a cut path is not found */
    file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    return text;
}

/* The table of keys in docs/engines.md is what the reader itself lists, in its order. */
static void documents_each_key(void **state)
{
    const char *page = read_page("engines.md");
    char names[512] = "; want ";
    size_t used = strlen(names);
    struct rf_arena arena;
    struct rf_engine engine;
    struct rf_err err = {0};

    (void)state;
    if (!page)
        skip();
    for (const char *row = strstr(page, "\n| `kind` |"); row && strncmp(row, "\n| `", 4) == 0;
         row = strchr(row + 1, '\n'))
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%.*s, ", (int)strcspn(row + 4, "`"),
                                 row + 4);
    (void)snprintf(names + used, sizeof(names) - used, "or one of ringfence.yaml(5)");
    assert_int_equal(read_text(OCR CAT "frobnicate: x\n", &arena, &engine, &err), -EINVAL);
    if (!strstr(err.msg, names))
        fail_msg("\"%s\" does not say \"%s\"", err.msg, names);
    rf_arena_done(&arena);
}

/* Of the keys of a posture those are refused that docs/engines.md says, and no others. */
static void documents_what_is_refused(void **state)
{
    const char *page = read_page("engines.md");

    (void)state;
    if (!page)
        skip();
    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        const struct rf_key_info *info = rf_key_info((enum rf_key)key);
        char name[64];
        char row[80];
        char text[512];
        struct rf_arena arena;
        struct rf_engine engine;
        struct rf_err err = {0};

        if (key == RF_KEY_COMMAND)
            continue;
        (void)snprintf(name, sizeof(name), "%s", info->flag);
        for (char *p = name; *p; p++)
            *p = (char)(*p == '-' ? '_' : *p);
        (void)snprintf(text, sizeof(text), OCR "%s: x\n", name);
        (void)snprintf(row, sizeof(row), "\n| `%s` |", name);
        assert_int_equal(read_text(text, &arena, &engine, &err), -EINVAL);
        (void)snprintf(text, sizeof(text), "f:5:1: %s: ", name);
        if ((strncmp(err.msg, text, strlen(text)) == 0) != (strstr(page, row) != NULL))
            fail_msg("%s: \"%s\"", name, err.msg);
        rf_arena_done(&arena);
    }
}

/* Each slot that the page names may stand where the page says, and each example is right. */
static void documents_slots_and_examples(void **state)
{
    const char *page = read_page("engines.md");
    unsigned slots = 0;
    unsigned examples = 0;

    (void)state;
    if (!page)
        skip();
    for (const char *row = strstr(page, "\n| `{"); row && strncmp(row, "\n| `{", 5) == 0;
         row = strchr(row + 1, '\n'), slots++) {
        bool is_ocr = strstr(row, "| ocr") && strstr(row, "| ocr") < strchr(row + 1, '\n');
        bool is_all = strstr(row, "| all") && strstr(row, "| all") < strchr(row + 1, '\n');
        char text[512];
        struct rf_arena arena;
        struct rf_engine engine;
        struct rf_err err = {0};

        (void)snprintf(
            text, sizeof(text),
            OCR "languages: [a=b]\noutputs: [txt=a]\ncommand: [/usr/bin/cat, \"{outputs}\", \"%.*s\"]\n" BIN,
            (int)strcspn(row + 4, "`"), row + 4);
        if ((read_text(text, &arena, &engine, &err) == 0) != (is_ocr || is_all))
            fail_msg("%.*s: %s", (int)strcspn(row + 1, "\n"), row + 1, err.msg);
        rf_arena_done(&arena);
    }
    assert_int_equal(slots, RF_SLOT_MAX);
    for (const char *p = strstr(page, "```yaml\n"); p; p = strstr(p, "```yaml\n"), examples++) {
        const char *end = strstr(p + 8, "```");
        struct rf_arena arena;
        struct rf_engine engine;
        struct rf_err err = {0};

        assert_non_null(end);
        rf_arena_init(&arena, ARENA_BYTES);
        if (rf_engine_read("f", (struct rf_str){p + 8, (size_t)(end - p - 8)}, &arena, &engine, &err) != 0)
            fail_msg("%s", err.msg);
        rf_arena_done(&arena);
        p = end + 3;
    }
    assert_int_equal(examples, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_where),
                                       cmocka_unit_test(reads_every_key),
                                       cmocka_unit_test(accepts),
                                       cmocka_unit_test(survives_lack_of_memory),
                                       cmocka_unit_test(documents_each_key),
                                       cmocka_unit_test(documents_what_is_refused),
                                       cmocka_unit_test(documents_slots_and_examples)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
