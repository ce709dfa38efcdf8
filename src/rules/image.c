/* How an image is made, and which one is run. Unpinned bases, remote scripts and ADD matter in every stage;
   sudo and setuid files only in the one that is shipped. */
#include "rules/image_ask.h"
#include "rules/image_make.h"

#include <string.h>

/* --- references: RF-IMG-001, RF-IMG-002 --- */

enum reference { REFERENCE_NONE, REFERENCE_LOOSE, REFERENCE_LATEST, REFERENCE_TAG, REFERENCE_DIGEST };

static enum reference judge_reference(struct rf_str text)
{
    struct rf_str name;
    struct rf_str digest = rf_str_cut(text, '@', &name);
    struct rf_str tag = rf_str_cut(rf_ask_base_name(name), ':', &name);

    /* Braces are those of a template. */
    if (text.len == 0 || rf_str_is(text, "scratch") || rf_ask_has(text, "{"))
        return REFERENCE_NONE;
    if (digest.len > 0)
        return REFERENCE_DIGEST;
    if (tag.len == 0)
        return REFERENCE_LOOSE;
    return rf_str_is(tag, "latest") ? REFERENCE_LATEST : REFERENCE_TAG;
}

typedef void judge_fn(struct rf_look *look, struct rf_str text, const struct rf_from *from);

static void judge_tag(struct rf_look *look, struct rf_str text, const struct rf_from *from)
{
    enum reference reference = judge_reference(text);

    if (reference == REFERENCE_LOOSE)
        rf_look_found(look, from, "the image %.*s has no tag: whatever is the latest is taken", RF_FMT(text));
    else if (reference == REFERENCE_LATEST)
        rf_look_found(look, from, "the image %.*s is whatever is the latest", RF_FMT(text));
}

static void judge_digest(struct rf_look *look, struct rf_str text, const struct rf_from *from)
{
    if (judge_reference(text) == REFERENCE_TAG)
        rf_look_found(look, from, "the image %.*s has no digest: its tag can be given to another image",
                      RF_FMT(text));
}

/* The image a workload runs, or those that a stage is made from. What a variable decides is not judged. */
static void each_reference(struct rf_look *look, judge_fn *judge)
{
    const struct rf_subject *subject = look->subject;

    if (subject->kind == RF_SUBJECT_CONTAINER) {
        /* With build: it is the name of the result. */
        if (subject->image.from.known == RF_KNOWN && subject->build.from.known == RF_UNSET && !look->stage)
            judge(look, subject->image.value, &subject->image.from);
        return;
    }
    if (subject->kind != RF_SUBJECT_STAGE)
        return;
    if (!look->stage->parent && look->stage->base.from.known == RF_KNOWN)
        judge(look, look->stage->base.value, &look->stage->base.from);
    for (const struct rf_image_copy *copy = look->stage->copies; copy; copy = copy->prev)
        if (rf_ask_is_own(look, &copy->from) && !copy->from_stage && copy->from_image.from.known == RF_KNOWN)
            judge(look, copy->from_image.value, &copy->from_image.from);
}

static void look_tag(struct rf_look *look)
{
    each_reference(look, judge_tag);
}

static void look_digest(struct rf_look *look)
{
    each_reference(look, judge_digest);
}

/* --- ADD: RF-IMG-003 --- */

static bool is_url(struct rf_str text)
{
    return rf_str_starts(text, "http://") || rf_str_starts(text, "https://") ||
           rf_str_starts(text, "ftp://") || rf_str_starts(text, "git@") || rf_str_starts(text, "git://") ||
           rf_str_starts(text, "ssh://");
}

/* What ADD unpacks, and COPY would not. A name with * or a variable may be one. */
static bool is_archive(struct rf_str text)
{
    static const char *const tails[] = {".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst",
                                        ".tlz", ".gz",  ".bz2", ".xz",   ".zst", ".lzma",
                                        ".Z",   ".tb2", ".tz",  ".taz",  ".tz2", ".tlzma"};

    for (size_t i = 0; i < RF_COUNT(tails); i++)
        if (rf_ask_ends(text, tails[i]))
            return true;
    return false;
}

static bool has_checksum(const struct rf_look *look, const struct rf_image_copy *copy)
{
    struct rf_str value = {0};

    for (uint32_t i = 0; look->image && i < look->image->df.instruction_count; i++) {
        const struct rf_df_instruction *instruction = &look->image->df.instructions[i];

        if (instruction->span.start <= copy->from.start && copy->from.start < instruction->span.end)
            return rf_df_flag(instruction, "checksum", &value) != NULL && value.len > 0;
    }
    return false;
}

static void judge_source(struct rf_look *look, const struct rf_image_copy *copy,
                         const struct rf_image_text *source)
{
    struct rf_str text = source->value;

    if (is_url(text)) {
        if (!has_checksum(look, copy))
            rf_look_found(look, &copy->from,
                          "ADD loads %.*s without a checksum: whatever is there when the image is made",
                          RF_FMT(text));
        return;
    }
    if (source->from.known != RF_KNOWN || is_archive(text) || rf_str_starts(text, "<<") ||
        rf_ask_has(text, "*"))
        return;
    rf_look_as(look, RF_SEVERITY_LOW, true, &copy->from,
               "ADD %.*s: COPY does the same and neither loads nor unpacks anything", RF_FMT(text));
}

static void look_add(struct rf_look *look)
{
    if (!rf_look_is_stage(look))
        return;
    for (const struct rf_image_copy *copy = look->stage->copies; copy; copy = copy->prev) {
        size_t before = look->count;

        if (!rf_ask_is_own(look, &copy->from))
            break;
        for (uint32_t i = 0; copy->is_add && i < copy->source_count && look->count == before; i++)
            judge_source(look, copy, &copy->sources[i]);
    }
}

static const struct rf_rule rules[] = {
    {.id = "RF-IMG-001",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_MANUAL,
     .title = "An image has no tag, or the tag latest.",
     .why =
         "What runs after the next pull or build is another program than the one that was looked at: it may "
         "bring other users, other libraries and other holes, and nobody decided it.",
     .remedy = "Name the version, and best the digest: debian:12.7-slim@sha256:...",
     .bad = "FROM python",
     .good = "FROM python:3.12.7-slim",
     .refs = "CIS Docker 5.28; NIST 800-190 4.1.5; OWASP 13",
     .look = look_tag},
    {.id = "RF-IMG-002",
     .severity = RF_SEVERITY_LOW,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_MANUAL,
     .title = "An image is named by a tag without a digest.",
     .why = "A tag can be given to another image by whoever may write to the registry. A digest cannot.",
     .remedy = "Add the digest that was tested; a bot can keep it up to date: debian:12.7-slim@sha256:...",
     .bad = "FROM python:3.12.7-slim",
     .good = "FROM python:3.12.7-slim@sha256:...",
     .refs = "NIST 800-190 4.1.5; OWASP 13",
     .look = look_digest},
    {.id = "RF-IMG-003",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "ADD is used where COPY would do, or to load something from a server.",
     .why = "ADD of a URL puts into the image whatever the server gives at that moment, and ADD of a file "
            "unpacks it when it is an archive, with the names and links that somebody put in.",
     .remedy = "COPY files of the build context. Load with ADD --checksum=sha256:... URL, or with curl and "
               "sha256sum --check in one RUN.",
     .bad = "FROM debian:12\nADD https://example.org/model.bin /app/",
     .good = "FROM debian:12\nADD --checksum=sha256:... https://example.org/model.bin /app/",
     .refs = "CIS Docker 4.9; NIST 800-190 4.1.2",
     .look = look_add},
    {.id = "RF-IMG-004",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE,
     .fix = RF_FIX_MANUAL,
     .title = "Something is taken from the network and trusted without a check.",
     .why =
         "Whoever sits between, or has taken the server over, runs code as root while the image is made, and "
         "leaves what he likes in it.",
     .remedy = "Load to a file, compare its sha256 with one written down here, then run it. Leave TLS and "
               "signatures on; add the missing certificate or key instead.",
     .bad = "FROM debian:12\nRUN curl -fsSL https://example.org/install.sh | sh",
     .good = "FROM debian:12\nRUN curl -fsSLo /tmp/i https://example.org/install.sh \\\n"
             " && echo \"<sha256>  /tmp/i\" | sha256sum --check && sh /tmp/i",
     .refs = "CIS Docker 4.11; NIST 800-190 4.1.2",
     .look = rf_image_look_trust},
    {.id = "RF-IMG-005",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_KUBERNETES | RF_ABOUT_COMPOSE | RF_ABOUT_IMAGE,
     .fix = RF_FIX_MANUAL,
     .title = "sudo is in the image or runs in it.",
     .why =
         "It is a setuid program: with a rule that lets it, whoever takes the workload over is root again, "
         "and under no-new-privileges it does not work at all. While an image is made RUN is root anyway.",
     .remedy = "Do what needs root before USER, without sudo, and do not install it.",
     .bad = "FROM debian:12\nRUN apt-get update && apt-get install -y sudo\nUSER 10001:10001\n"
            "CMD [\"sudo\", \"ocr\"]",
     .good = "FROM debian:12\nUSER 10001:10001\nCMD [\"ocr\"]",
     .refs = "",
     .look = rf_image_look_sudo},
    {.id = "RF-IMG-006",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE,
     .fix = RF_FIX_GUARDED,
     .title = "A file of the image is setuid or setgid.",
     .why = "Without no-new-privileges whoever starts it gets its owner's rights, mostly root's, with the "
            "capabilities that the container has.",
     .remedy =
         "Leave the bit away. At the end of the image, as root: RUN find / -xdev -perm /6000 -type f -exec "
         "chmod a-s {} +",
     .bad = "FROM debian:12\nCOPY helper /usr/bin/\nRUN chmod u+s /usr/bin/helper",
     .good = "FROM debian:12\nCOPY helper /usr/bin/",
     .refs = "CIS Docker 4.8; NIST 800-190 4.1.2; OWASP 4",
     .look = rf_image_look_setuid},
    {.id = "RF-IMG-007",
     .severity = RF_SEVERITY_LOW,
     .about = RF_ABOUT_DOCKERFILE,
     .fix = RF_FIX_MANUAL,
     .title = "What is installed is not the same tomorrow.",
     .why = "An update in a RUN of its own is cached, and later installs take packages with known holes, or "
            "none "
            "at all when the server has moved on. Without versions the next build is another program.",
     .remedy = "Update and install in one RUN. Pin versions, with a lock file for pip and npm.",
     .bad = "FROM debian:12\nRUN apt-get update\nRUN apt-get install -y tesseract-ocr",
     .good = "FROM debian:12\nRUN apt-get update && apt-get install -y tesseract-ocr=5.3.0-2",
     .refs = "CIS Docker 4.7; NIST 800-190 4.1.1",
     .look = rf_image_look_install},
};

const struct rf_family rf_family_image = {rules, RF_COUNT(rules)};
