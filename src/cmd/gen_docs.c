/* Prints manual pages, shell completion and docs/ringfence.yaml.md from the tables that the program parses
   by. Runs on the machine that builds; none of this is in the front program.

       gen-docs man ringfence|ringfence-VERB|ringfence.yaml
       gen-docs completion bash
       gen-docs markdown > docs/ringfence.yaml.md */
#include "cmd/options.h"

#include <string.h>

/* What "at least as tight as" means for a key, where it means anything. */
static const char *const orders[RF_KEY_MAX] = {
    [RF_KEY_ROOTFS] = "the same or scratch, or anything where the looser one names no root",
    [RF_KEY_HOST] = "the same or scratch, or anything where the looser one names no root",
    [RF_KEY_SCRATCH] = "true, then any other root",
    [RF_KEY_USER] = "the same user",
    [RF_KEY_GROUP_ADD] = "a subset",
    [RF_KEY_USERNS] = "auto, then standard",
    [RF_KEY_READ_ONLY] = "true, then false",
    [RF_KEY_TMPFS] = "each at the same place, no larger and no more open; fewer is tighter",
    [RF_KEY_VOLUME] =
        "each with the same source, place and ids, ro and noexec before rw and exec; fewer is tighter",
    [RF_KEY_HOME] = "none, then the same place and no larger",
    [RF_KEY_SHM_SIZE] = "no larger",
    [RF_KEY_CAP_ADD] = "a subset",
    [RF_KEY_NO_NEW_PRIVILEGES] = "true, then false",
    [RF_KEY_SECCOMP] = "strict, default, unconfined; a file before unconfined only",
    [RF_KEY_LANDLOCK] = "true, then false",
    [RF_KEY_NETWORK] = "none, loopback, host",
    [RF_KEY_MEMORY] = "no larger",
    [RF_KEY_CPUS] = "no larger; none is the largest",
    [RF_KEY_PIDS_LIMIT] = "no larger",
    [RF_KEY_ULIMIT] = "the same limits named, none higher",
    [RF_KEY_TIMEOUT] = "no longer; none is the longest",
    [RF_KEY_STOP_TIMEOUT] = "no longer",
    [RF_KEY_TTY] = "false, then true",
    [RF_KEY_INTERACTIVE] = "false, then true",
    [RF_KEY_LOG_DRIVER] = "none, then passthrough",
    [RF_KEY_ALLOW_MISSING] = "a subset",
    [RF_KEY_DEBUG_ROOT] = "false, then true",
    [RF_KEY_NO_DISK] = "true, then false",
    [RF_KEY_JOB_CONFIG] = "the same, where the looser one demands it",
};

/* The key in the spelling of the file. */
static void put_key(const char *flag)
{
    for (; *flag; flag++)
        putchar(*flag == '-' ? '_' : *flag);
}

/* Text for roff: no escape and no request comes out of it by accident. */
static void put_roff(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
    }
}

/* A sentence: a capital in front, a full stop behind. */
static void put_sentence(const char *text)
{
    char first[2] = {(char)(*text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text), '\0'};

    put_roff(first);
    put_roff(text + 1);
    puts(".");
}

static const char *describe_shape(enum rf_shape shape)
{
    static const char *const shapes[] = {[RF_SHAPE_BOOL] = "true or false",
                                         [RF_SHAPE_ONE] = "one value",
                                         [RF_SHAPE_LIST] = "a list",
                                         [RF_SHAPE_MAP] = "a map, or a list of NAME=VALUE"};

    return shapes[shape];
}

static void man_head(const char *name, int section, const char *summary)
{
    printf(
        ".\\\" Made by gen-docs from the tables of keys and options.\n.TH \"%s\" %d \"\" \"ringfence %s\"\n"
        ".SH NAME\n%s \\- %s\n",
        name, section, RF_VERSION, name, summary);
}

static void man_flag(char letter, const char *flag, const char *value, bool is_optional)
{
    fputs(".TP\n", stdout);
    if (letter)
        printf("\\fB\\-%c\\fR, ", letter);
    fputs("\\fB\\-\\-", stdout);
    put_roff(flag);
    fputs("\\fR", stdout);
    if (value) {
        fputs(is_optional ? "[=\\fI" : " \\fI", stdout);
        put_roff(value);
        fputs(is_optional ? "\\fR]" : "\\fR", stdout);
    }
    putchar('\n');
}

static void man_key(const struct rf_key_info *info)
{
    put_sentence(info->help);
    if (info->details) {
        put_roff(info->details);
        putchar('\n');
    }
    if (info->standard) {
        fputs("Default: ", stdout);
        put_roff(info->standard);
        puts(".");
    }
}

static void man_keys(const struct rf_verb *verb)
{
    for (const struct rf_key_group *group = rf_key_groups; group->title; group++) {
        bool has_title = false;

        for (unsigned key = group->first; key <= group->last; key++) {
            const struct rf_key_info *info = rf_key_info((enum rf_key)key);

            if (!rf_verb_takes(verb, (enum rf_key)key))
                continue;
            if (!has_title)
                printf(".SS %s\n", group->title);
            has_title = true;
            man_flag(info->letter, info->flag, info->value, false);
            man_key(info);
        }
    }
}

/* What the tables do not say about a verb. */
static const struct {
    const char *verb;
    const char *about;
    const char *status;
    const char *examples; /* a command and what it is for, in turn, a line each */
} stories[] = {
    {"run",
     "The command runs as uid 10001 unless --user says otherwise, on a read-only root, with a private /tmp, "
     "/dev/shm and home of limited size, without network, capabilities or a way to gain any, behind a system "
     "call filter and Landlock. Nothing of a run is kept. There is no daemon, and nothing is set-user-id: "
     "root and ordinary users call it alike. What the system cannot give is a refusal to run, unless "
     "--allow-missing names it.",
     "That of the command; 128 and the number of the signal that ended it; 124 when the timeout ended it; "
     "125 "
     "when ringfence itself failed or refused; 126 when the command cannot be executed; 127 when there is "
     "none.",
     "ringfence run --host -- id\n"
     "Run a program of the host's in a ring.\n"
     "ringfence run --rootfs ./root -v ./scans:/mnt:ro -- tesseract /mnt/page.png -\n"
     "Run a program of an unpacked image on files of the host's, which it cannot change.\n"
     "ringfence run --host --user 1000 -v ./models:/mnt:idmap -- python3 /mnt/train.py\n"
     "Let it write there; as root, what comes out belongs to the owner of ./models.\n"
     "ringfence run --explain --host -- id\n"
     "See every step and the key that demands it, and start nothing.\n"
     "ringfence run --no-disk --report - --host -- id\n"
     "Refuse every writable disk, and prove afterwards that nothing was written to one.\n"},
    {"check",
     "Each PATH (the current directory without one) is a Dockerfile, a Compose file, a manifest of "
     "Kubernetes, - for "
     "standard input, or a folder with such files; .gitignore files are obeyed and links are not followed. "
     "Every "
     "finding has a rule, a severity, the line, and what to write instead; ringfence explain RULE says more. "
     "What "
     "cannot be known, such as a base image or a variable, is never taken for safe and never told as "
     "certain. A "
     "comment \"# ringfence: ignore RULE reason\" on the line or above it accepts a finding, until a day "
     "with "
     "\"until YYYY-MM-DD\" in front of the reason; so does a line \"RULE PATTERN reason\" in the file "
     ".ringfence-ignore of the folder. Files are read in a child process that can do nothing but compute.",
     "0 without findings of the severity of --fail-on, 1 with some, 2 when a word is wrong or a file cannot "
     "be read.",
     "ringfence check\n"
     "Look at the repository around.\n"
     "ringfence check --pss restricted@v1.30 pod.yaml\n"
     "The verdict of the Pod Security Standards, in the API server's words.\n"
     "ringfence check --format sarif . >ringfence.sarif\n"
     "For a code scanner.\n"
     "helm template ./chart | ringfence check -\n"
     "What a chart is rendered to.\n"},
    {"batch",
     "The input is a scan (PNG, JPEG, TIFF, PNM, BMP, GIF, WebP, PDF), a recording (WAV, MP3, AAC, OGG, "
     "MPEG, AMR, M4A, "
     "MP4, FLAC): found by its content, never by its name. It comes from INPUT, "
     "from standard "
     "input, or from the URL in the job config. An archive (zip, or tar as it is or packed by gzip, xz or "
     "zstd) holds such files: pages in the natural order of their names, or one recording. Names that lead "
     "out of it, links, devices, encrypted entries, archives in it and what unpacks to more than "
     "--max-unpacked, to a hundredfold or to a thousand entries are refused. The result goes to standard "
     "output, everything else to "
     "standard error. "
     "Each program of the job runs in a ring of its own: an empty root in memory with that program, its "
     "libraries and "
     "its model, no network, nothing of the other programs' files. Sizes, pages and durations are looked at "
     "before "
     "anything is decoded. Paths of --job-config, --all-formats and of file:// URLs are paths inside, as in "
     "a container: "
     "a volume (-v) that covers them says where they lie on this machine. An engine is a file: see "
     "docs/engines.md; the job config is that of docs/job-config.md, from /config.json when --job-config is "
     "not given.",
     "0 with a result, which is empty for a blank page or silence; 1 when the job failed, with one line that "
     "says why; 2 "
     "when a word is wrong; 128 and the number of the signal that ended it.",
     "ringfence batch page.png\n"
     "Read a page; the words with their places as JSON.\n"
     "ringfence batch --format txt --parallel 4 book.pdf\n"
     "The text of a document, four pages at a time.\n"
     "ringfence batch --read-only --tmpfs /tmp -v ./configs:/configs:ro --job-config /configs/config.json "
     "<speech.wav\n"
     "A transcription job as a container's users write it.\n"
     "ringfence batch -u 1020:4000 -v ./out:/out --all-formats /out speech.mp3\n"
     "A file of every form, owned by that user.\n"
     "ringfence batch --report report.json page.png\n"
     "The proof that nothing was written to a disk, ring by ring.\n"},
    {"exec",
     "The command gets the ring's name spaces, user, limits, filter and Landlock rules. --user 0 is for "
     "looking "
     "around in a ring that was started with --debug-root: it has no capabilities either, and a warning is "
     "printed.",
     "That of the command, as for ringfence run.",
     "ringfence exec -it ocr-page sh\n"
     "A shell in the ring of that name.\n"},
    {"kill", NULL, "0 when every ring got the signal; 1 when one is not there; 125 when a word is wrong.",
     NULL},
};

static void man_about(const char *verb)
{
    for (size_t i = 0; i < RF_COUNT(stories); i++) {
        if (strcmp(stories[i].verb, verb) != 0 || !stories[i].about)
            continue;
        fputs("\n.SH DESCRIPTION\n", stdout);
        put_roff(stories[i].about);
    }
}

static void man_status(const char *verb)
{
    for (size_t i = 0; i < RF_COUNT(stories); i++) {
        if (strcmp(stories[i].verb, verb) != 0)
            continue;
        puts(".SH EXIT STATUS");
        put_roff(stories[i].status);
        putchar('\n');
    }
}

static void man_examples(const char *verb)
{
    for (size_t i = 0; i < RF_COUNT(stories); i++) {
        bool is_command = true;

        if (strcmp(stories[i].verb, verb) != 0 || !stories[i].examples)
            continue;
        puts(".SH EXAMPLES");
        for (const char *p = stories[i].examples; *p; is_command = !is_command) {
            char line[128];
            size_t len = strcspn(p, "\n");

            (void)snprintf(line, sizeof(line), "%.*s", (int)len, p); /* the table's are shorter */
            fputs(is_command ? ".TP\n\\fB" : "", stdout);
            put_roff(line);
            puts(is_command ? "\\fR" : "");
            p += len + 1;
        }
    }
}

static void man_verb(const struct rf_verb *verb)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "ringfence-%s", verb->name); /* verbs are short */
    man_head(name, 1, verb->summary);
    printf(".SH SYNOPSIS\n.B ringfence %s\n", verb->name);
    put_roff(verb->synopsis);
    man_about(verb->name);
    puts("\n.SH OPTIONS");
    for (size_t i = 0; i < verb->option_count; i++) {
        const struct rf_option *option = &verb->options[i];

        man_flag(option->letter, option->flag, option->value, option->takes == RF_VALUE_OPTIONAL);
        put_sentence(option->help);
    }
    man_keys(verb);
    man_status(verb->name);
    man_examples(verb->name);
    puts(".SH SEE ALSO\n.BR ringfence (1),\n.BR ringfence.yaml (5)");
}

static void man_program(void)
{
    size_t count = 0;
    const struct rf_verb *verbs = rf_verbs(&count);

    man_head("ringfence", 1, "launch workloads as an ordinary user, in a ring");
    puts(".SH SYNOPSIS\n.B ringfence\n.I VERB\n[OPTIONS]\n.SH VERBS");
    for (size_t i = 0; i < count; i++) {
        printf(".TP\n\\fB%s\\fR ", verbs[i].name);
        put_roff(verbs[i].synopsis);
        putchar('\n');
        put_sentence(verbs[i].summary);
    }
    puts(".SH SEE ALSO\n.BR ringfence\\-run (1),\n.BR ringfence\\-batch (1),\n.BR ringfence\\-check "
         "(1),\n.BR ringfence\\-exec (1),\n.BR "
         "ringfence\\-ps (1),\n"
         ".BR ringfence\\-kill (1),\n.BR ringfence.yaml (5)");
}

static const char form[] =
    "A small, strict part of YAML: one document in UTF-8, `version: 1` first, then keys in the first column. "
    "A value "
    "is plain or quoted text on one line, a list in brackets or of lines that begin with a hyphen, or a map "
    "of "
    "NAME: VALUE lines. Anchors, tags, block text and nesting are refused, and so is plain text that other "
    "YAML "
    "readers would take for something else, such as no, 0700 or 1000:50: put it in quotes. Flags on the "
    "command line "
    "win over the file; lists and maps are joined, but the command and the entrypoint are replaced.";

static void man_file(void)
{
    man_head("ringfence.yaml", 5, "the posture of a workload");
    puts(".SH FORM");
    put_roff(form);
    for (const struct rf_key_group *group = rf_key_groups; group->title; group++) {
        printf("\n.SH %s\n", group->title);
        for (unsigned key = group->first; key <= group->last; key++) {
            const struct rf_key_info *info = rf_key_info((enum rf_key)key);

            fputs(".TP\n\\fB", stdout);
            put_key(info->flag);
            printf(":\\fR (%s)\n", describe_shape(info->shape));
            man_key(info);
            fputs("Example: ", stdout);
            put_roff(info->example);
            puts(".");
        }
    }
    puts(".SH SEE ALSO\n.BR ringfence\\-run (1)");
}

/* --- markdown --- */

/* A value that the strict reader takes, quoted where need be: always, to be simple. */
static void put_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

static void markdown_example(const struct rf_key_info *info)
{
    const char *equals = strchr(info->example, '=');

    fputs("\n```yaml\nversion: 1\n", stdout);
    put_key(info->flag);
    if (info->shape == RF_SHAPE_BOOL) {
        printf(": %s\n```\n", info->example);
        return;
    }
    fputs(info->shape == RF_SHAPE_LIST ? ":\n  - " : info->shape == RF_SHAPE_MAP ? ":\n  " : ": ", stdout);
    if (info->shape == RF_SHAPE_MAP && equals)
        printf("%.*s: ", (int)(equals - info->example), info->example);
    put_quoted(info->shape == RF_SHAPE_MAP && equals ? equals + 1 : info->example);
    puts("\n```");
}

static void markdown(void)
{
    printf("# ringfence.yaml\n\nMade by `gen-docs markdown` from the table in src/posture/key.c: change it "
           "there.\n\n%s\n",
           form);
    for (const struct rf_key_group *group = rf_key_groups; group->title; group++) {
        printf("\n## %s\n", group->title);
        for (unsigned key = group->first; key <= group->last; key++) {
            const struct rf_key_info *info = rf_key_info((enum rf_key)key);

            fputs("\n### ", stdout);
            put_key(info->flag);
            printf("\n\n%c%s.",
                   *info->help >= 'a' && *info->help <= 'z' ? *info->help - 'a' + 'A' : *info->help,
                   info->help + 1);
            if (info->details)
                printf(" %s", info->details);
            printf("\n\nForm: %s.", describe_shape(info->shape));
            if (info->standard)
                printf(" Default: `%s`.", info->standard);
            if (key == RF_KEY_COMMAND)
                fputs(" On the command line: the words after the options.", stdout);
            else
                printf(" Flag: `--%s`.", info->flag);
            if (orders[key])
                printf(" Tighter first: %s.", orders[key]);
            putchar('\n');
            markdown_example(info);
        }
    }
}

/* --- completion --- */

/* The words that can be typed as they stand; of a value's alternatives those in capitals are placeholders. */
static void bash_words(const char *words, bool has_placeholders)
{
    const char *gap = "";

    while (*words) {
        size_t len = strcspn(words, "|");

        if (!has_placeholders || *words < 'A' || *words > 'Z') {
            printf("%s%.*s", gap, (int)len, words);
            gap = " ";
        }
        words += len + (words[len] == '|');
    }
}

/* One case of the completion: what follows --flag. `words`, when there are any, stand for nothing else. */
static void bash_case(char letter, const char *flag, const char *value, const char *words)
{
    const char *known = words ? words : value;
    bool is_closed = !strpbrk(known, "[:, ") && strchr(known, '|');
    bool is_file = strstr(value, "FILE") || strstr(value, "SRC") || strcmp(value, "PROGRAM") == 0;

    printf("    --%s", flag);
    if (letter)
        printf(" | -%c", letter);
    fputs(") COMPREPLY=(", stdout);
    if (is_closed) {
        fputs("$(compgen -W '", stdout);
        bash_words(known, !words);
        printf("' -- \"$cur\")%s", is_file ? " " : "");
    }
    if (is_file || strcmp(value, "DIR") == 0)
        printf("$(compgen -%c -- \"$cur\")", is_file ? 'f' : 'd');
    puts(") ;;");
}

/* The words that a verb takes, after its options: bash that makes them, or NULL. */
static const char *bash_operands(const struct rf_verb *verb)
{
    if (strncmp(verb->synopsis, "[OPTIONS] NAME", 14) == 0)
        return "$(\"${COMP_WORDS[0]}\" ps 2>/dev/null | sed '1d; s/ .*//')";
    if (strcmp(verb->synopsis, "create|delete") == 0)
        return "create delete";
    return strcmp(verb->synopsis, "[VERB]") == 0 ? "$verbs" : NULL;
}

static void bash_verb(const struct rf_verb *verb)
{
    const char *operands = bash_operands(verb);

    printf("_ringfence_%s() {\n    local cur=$1 prev=$2\n    case $prev in\n", verb->name);
    for (unsigned key = RF_KEY_NONE; key < RF_KEY_MAX; key++) {
        const struct rf_key_info *info = rf_key_info((enum rf_key)key);
        const char *words = key == RF_KEY_ALLOW_MISSING ? "landlock|cgroup" : NULL;

        if (rf_verb_takes(verb, (enum rf_key)key) && info->value)
            bash_case(info->letter, info->flag, info->value, words);
    }
    for (size_t i = 0; i < verb->option_count; i++)
        if (rf_option_needs_value(&verb->options[i]))
            bash_case(verb->options[i].letter, verb->options[i].flag, verb->options[i].value,
                      verb->options[i].words);
    fputs("    *) COMPREPLY=($(compgen -W '", stdout);
    for (unsigned key = RF_KEY_NONE; key < RF_KEY_MAX; key++)
        if (rf_verb_takes(verb, (enum rf_key)key))
            printf("--%s ", rf_key_info((enum rf_key)key)->flag);
    for (size_t i = 0; i < verb->option_count; i++)
        printf("%s--%s", i ? " " : "", verb->options[i].flag);
    puts("' -- \"$cur\")) ;;\n    esac");
    if (operands)
        printf("    [[ $prev == -* || $cur == -* ]] || COMPREPLY=($(compgen -W \"%s\" -- \"$cur\"))\n",
               operands);
    puts("}\n");
}

static void bash(void)
{
    size_t count = 0;
    const struct rf_verb *verbs = rf_verbs(&count);

    puts("# Made by gen-docs. Options of ringfence's verbs, and their values where they are known.\n");
    for (size_t i = 0; i < count; i++)
        bash_verb(&verbs[i]);
    fputs("_ringfence() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} i\n"
          "    local verbs='",
          stdout);
    for (size_t i = 0; i < count; i++)
        printf("%s%s", i ? " " : "", verbs[i].name);
    puts("'\n"
         "    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
         "    [[ $cur == = ]] && prev=${COMP_WORDS[COMP_CWORD-1]} && cur=\n"
         "    if ((COMP_CWORD == 1)); then\n"
         "        COMPREPLY=($(compgen -W \"$verbs\" -- \"$cur\"))\n"
         "        return\n"
         "    fi\n"
         "    for ((i = 2; i < COMP_CWORD; i++)); do # behind -- stand a command and its arguments\n"
         "        [[ ${COMP_WORDS[i]} == -- ]] || continue\n"
         "        COMPREPLY=()\n"
         "        ((i == COMP_CWORD - 1)) && COMPREPLY=($(compgen -c -- \"$cur\"))\n"
         "        return\n"
         "    done\n"
         "    declare -F \"_ringfence_${COMP_WORDS[1]}\" >/dev/null &&\n"
         "        \"_ringfence_${COMP_WORDS[1]}\" \"$cur\" \"$prev\"\n"
         "}\n"
         "complete -o default -F _ringfence ringfence");
}

/* The page `name`; false when there is none. */
static bool man(const char *name)
{
    const char *verb = strncmp(name, "ringfence-", 10) == 0 ? name + 10 : NULL;

    if (strcmp(name, "ringfence") == 0)
        man_program();
    else if (strcmp(name, "ringfence.yaml") == 0)
        man_file();
    else if (verb && rf_verb_find(verb))
        man_verb(rf_verb_find(verb));
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    bool is_done = false;

    if (argc == 3 && strcmp(argv[1], "man") == 0)
        is_done = man(argv[2]);
    if (argc == 3 && strcmp(argv[1], "completion") == 0 && strcmp(argv[2], "bash") == 0) {
        bash();
        is_done = true;
    }
    if (argc == 2 && strcmp(argv[1], "markdown") == 0) {
        markdown();
        is_done = true;
    }
    if (!is_done)
        (void)fputs("usage: gen-docs man PAGE | completion bash | markdown\n", stderr);
    return is_done && fflush(stdout) == 0 && !ferror(stdout) ? 0 : 2;
}
