/* The families of users, homes, caches, volumes of images, health, secrets and images: each row has a file
   that is found, at its line, and a mended one that is not. */
#include "manifest/stage.h"
#include "rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct rf_arena arena;

static int set_up(void **state)
{
    (void)state;
    rf_arena_init(&arena, RF_IMAGE_ARENA_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

static struct rf_image *read_image(const char *text, const char *target)
{
    struct rf_image *image = rf_arena_alloc(&arena, sizeof(*image));
    struct rf_image_options *options = rf_arena_alloc(&arena, sizeof(*options));
    struct rf_err err = {0};

    assert_non_null(image);
    assert_non_null(options);
    *options = (struct rf_image_options){.file = "Dockerfile", .target = rf_str_of(target ? target : "")};
    if (rf_image_read(rf_str_of(text), options, &arena, image, &err) != 0)
        fail_msg("refused:\n%s\n%s", text, err.msg);
    return image;
}

/* One look at a stage, as check makes it. */
static struct rf_look look_at(const struct rf_image *image, const struct rf_image_stage *stage)
{
    struct rf_subject *subject = rf_arena_alloc(&arena, sizeof(*subject));
    struct rf_look look = {.stage = stage, .image = image, .arena = &arena};
    struct rf_err err = {0};

    assert_non_null(subject);
    if (rf_subject_of_stage(stage, &arena, subject, &err) != 0)
        fail_msg("%s", err.msg);
    look.subject = subject;
    rf_rules_look(&look);
    assert_false(look.is_failed);
    return look;
}

static const struct rf_finding *find(const struct rf_look *look, const char *id)
{
    for (size_t i = 0; i < look->count; i++)
        if (strcmp(look->findings[i].rule->id, id) == 0)
            return &look->findings[i];
    return NULL;
}

/* --- Dockerfiles --- */

enum certainty { NOTHING, MAYBE, SURE };

struct file_case {
    const char *id;
    const char *text;
    uint32_t line; /* of the finding; 0: there is none */
    enum certainty certainty;
    const char *target;
};

static void check_files(const struct file_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct file_case *wanted = &cases[i];
        const struct rf_image *image = read_image(wanted->text, wanted->target);
        const struct rf_finding *finding = NULL;

        for (uint32_t s = 0; s < image->stage_count && !finding; s++) {
            struct rf_look look = look_at(image, &image->stages[s]);

            finding = find(&look, wanted->id);
        }
        if (wanted->line == 0 && finding)
            fail_msg("%s is found at line %u: %s\n%s", wanted->id, finding->from.line, finding->text,
                     wanted->text);
        if (wanted->line > 0 && !finding)
            fail_msg("%s is not found:\n%s", wanted->id, wanted->text);
        if (finding && finding->from.line != wanted->line)
            fail_msg("%s is found at line %u: %s\n%s", wanted->id, finding->from.line, finding->text,
                     wanted->text);
        if (finding && finding->is_certain != (wanted->certainty == SURE))
            fail_msg("%s is %s: %s\n%s", wanted->id, finding->is_certain ? "certain" : "not certain",
                     finding->text, wanted->text);
    }
}

/* The truth is that of docker 20.10: docker run, docker inspect. */
static const struct file_case users[] = {
    {"RF-USER-001", "FROM debian\nCMD [\"x\"]\n", 1, SURE, NULL},
    {"RF-USER-001", "FROM example.org/unknown\n", 1, MAYBE, NULL},
    {"RF-USER-001", "FROM debian\nUSER 0\n", 2, SURE, NULL},
    {"RF-USER-001", "FROM debian\nUSER 0:0\n", 2, SURE, NULL},
    {"RF-USER-001", "FROM debian\nUSER root:root\n", 2, SURE, NULL},
    {"RF-USER-001", "FROM debian AS build\nUSER 1000\nFROM debian\nCOPY --from=build /x /x\n", 3, SURE, NULL},
    {"RF-USER-001", "FROM debian\nARG UID=0\nUSER ${UID}\n", 3, SURE, NULL},
    {"RF-USER-001", "FROM debian\nRUN useradd -o -u 0 app\nUSER app\n", 3, SURE, NULL},
    {"RF-USER-001", "FROM debian\nUSER 000\n", 2, SURE, NULL},
    {"RF-USER-001", "FROM debian\nUSER +0\n", 2, SURE, NULL},
    {"RF-USER-001", "FROM debian\nUSER 00:5\n", 2, SURE, NULL},
    {"RF-USER-001", "FROM debian\nUSER \"root\"\n", 2, SURE, NULL},
    {"RF-USER-001", "FROM debian AS build\nUSER root\nFROM debian\nUSER 1000:1000\n", 0, NOTHING, NULL},
    {"RF-USER-001", "FROM debian AS base\nUSER 1000\nFROM base\nCMD [\"x\"]\n", 0, NOTHING, NULL},
    {"RF-USER-001", "FROM debian AS app\nUSER 1000\nFROM app AS debug\nUSER root\n", 4, SURE, NULL},
    {"RF-USER-001", "FROM debian AS app\nUSER 1000\nFROM app AS debug\nUSER root\n", 0, NOTHING, "app"},
    {"RF-USER-001", "FROM debian\nRUN useradd -u 1000 app\nUSER app\n", 0, NOTHING, NULL},
    {"RF-USER-001", "FROM debian\nARG UID\nUSER $UID\n", 3, MAYBE, NULL},
    {"RF-USER-001", "FROM debian\nUSER app\n", 2, MAYBE, NULL},
    {"RF-USER-001", "FROM gcr.io/distroless/static:nonroot\nCOPY x /\n", 0, NOTHING, NULL},
    {"RF-USER-001", "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCOPY x /\n", 0, NOTHING, NULL},

    {"RF-USER-002", "FROM debian\nRUN useradd -u 10001 app\nUSER app\n", 3, MAYBE, NULL},
    {"RF-USER-002", "FROM debian\nRUN useradd -u 10001 app\nUSER 10001:10001\n", 0, NOTHING, NULL},
    {"RF-USER-002", "FROM debian AS b\nRUN useradd b\nUSER b\nFROM debian\nUSER 1:1\n", 0, NOTHING, NULL},

    {"RF-USER-003", "FROM debian\nUSER 1001:0\n", 2, SURE, NULL},
    {"RF-USER-003", "FROM debian\nUSER 100000:100000\n", 2, SURE, NULL},
    {"RF-USER-003", "FROM debian\nUSER 65535:65535\n", 0, NOTHING, NULL},

    {"RF-USER-004", "FROM debian\nUSER 7:7\nRUN x\nUSER root\n", 4, SURE, NULL},
    {"RF-USER-004", "FROM debian AS b\nUSER 7:7\nFROM debian\nCOPY --from=b /x /x\n", 3, SURE, NULL},
    {"RF-USER-004", "FROM debian\nUSER 7:7\nCMD [\"sudo\", \"x\"]\n", 3, SURE, NULL},
    {"RF-USER-004", "FROM debian\nUSER root\nRUN x\nUSER 7:7\nCMD [\"x\"]\n", 0, NOTHING, NULL},
    {"RF-USER-004", "FROM debian\nCMD [\"x\"]\n", 0, NOTHING, NULL},

    {"RF-USER-007", "FROM debian\nUSER 10001\n", 2, SURE, NULL},
    {"RF-USER-007", "FROM debian\nUSER 101\n", 2, MAYBE, NULL},
    {"RF-USER-007", "FROM debian\nRUN useradd -u 10001 a\nUSER 10001\n", 0, NOTHING, NULL},
    {"RF-USER-007", "FROM debian\nUSER 10001:10001\n", 0, NOTHING, NULL},

    {"RF-USER-008", "FROM debian\nUSER 10001:10001\nENTRYPOINT [\"java\", \"-jar\", \"x\"]\n", 2, SURE, NULL},
    {"RF-USER-008", "FROM python:3.12\nRUN pip install torch==2.5.1\nUSER 10001:10001\n", 3, SURE, NULL},
    {"RF-USER-008", "FROM python:3.12\nRUN pip install torch==2.5.1\nENV USER=a\nUSER 10001:10001\n", 0,
     NOTHING, NULL},
    {"RF-USER-008", "FROM debian\nRUN useradd -u 10001 a\nUSER 10001:10001\nCMD [\"java\"]\n", 0, NOTHING,
     NULL},
    {"RF-USER-008", "FROM debian\nUSER 10001:10001\nCMD [\"ocr\"]\n", 0, NOTHING, NULL},

    {"RF-USER-009", "FROM debian\nRUN chmod g=u /etc/passwd\nUSER 7\n", 2, SURE, NULL},
    {"RF-USER-009", "FROM debian\nRUN chmod 664 /etc/passwd\nUSER 7\n", 2, SURE, NULL},
    {"RF-USER-009", "FROM debian\nRUN chmod -R g+rwX /etc\nUSER 7\n", 2, SURE, NULL},
    {"RF-USER-009", "FROM debian\nRUN chmod g+w /etc/passwd && x && chmod 644 /etc/passwd\n", 0, NOTHING,
     NULL},
    {"RF-USER-009", "FROM debian\nRUN chmod -R g+rX /etc\nUSER 7\n", 0, NOTHING, NULL},
};

static void knows_users(void **state)
{
    (void)state;
    check_files(users, RF_COUNT(users));
}

static const struct file_case secrets[] = {
    {"RF-SECR-001", "FROM debian\nENV API_TOKEN=abcdef\n", 2, SURE, NULL},
    {"RF-SECR-001", "FROM debian\nENV DB_URL=postgres://u:p@db/x\n", 2, SURE, NULL},
    {"RF-SECR-001", "FROM debian\nENV X=hf_abcdefghijklmnopqrstuvwxyzabcdef\n", 2, SURE, NULL},
    {"RF-SECR-001", "FROM debian\nARG NPM_TOKEN\nRUN x\n", 2, SURE, NULL},
    {"RF-SECR-001", "ARG AWS_ACCESS_KEY_ID\nFROM debian\n", 1, SURE, NULL},
    {"RF-SECR-001", "ARG openai_api_key\nFROM debian\n", 1, SURE, NULL},
    {"RF-SECR-001", "FROM debian\nARG T\nENV GITHUB_TOKEN=$T\n", 3, SURE, NULL},
    {"RF-SECR-001", "FROM debian AS b\nENV API_TOKEN=abcdef\nFROM debian\n", 2, SURE, NULL},
    {"RF-SECR-001", "FROM debian\nCMD [\"x\", \"--password=hunter2\"]\n", 2, SURE, NULL},
    {"RF-SECR-001", "FROM debian\nENV API_TOKEN_FILE=/run/secrets/t API_TOKEN=\n", 0, NOTHING, NULL},
    {"RF-SECR-001", "FROM debian\nENV TOKENIZERS_PARALLELISM=false MAX_TOKENS=5 EOS_TOKEN=x\n", 0, NOTHING,
     NULL},
    {"RF-SECR-001", "FROM debian\nENV COMPASS=x KEYBOARD=us HF_TOKEN_PATH=/t\n", 0, NOTHING, NULL},
    {"RF-SECR-001", "FROM debian\nENV DB_URL=postgres://db/x PASSWORD=/run/secrets/p\n", 0, NOTHING, NULL},
};

static void knows_secrets(void **state)
{
    (void)state;
    check_files(secrets, RF_COUNT(secrets));
}

static const struct file_case images[] = {
    {"RF-IMG-001", "FROM debian\n", 1, SURE, NULL},
    {"RF-IMG-001", "FROM debian:latest\n", 1, SURE, NULL},
    {"RF-IMG-001", "FROM localhost:5000/x\n", 1, SURE, NULL},
    {"RF-IMG-001", "ARG V=latest\nFROM debian:$V\n", 2, SURE, NULL},
    {"RF-IMG-001", "FROM debian:12\nCOPY --from=busybox /x /x\n", 2, SURE, NULL},
    {"RF-IMG-001", "FROM debian AS b\nFROM debian:12\n", 1, SURE, NULL},
    {"RF-IMG-001", "ARG V\nFROM $V\n", 0, NOTHING, NULL},
    {"RF-IMG-001", "FROM scratch AS b\nFROM b\nCOPY --from=b /x /x\n", 0, NOTHING, NULL},
    {"RF-IMG-001", "FROM debian@sha256:f1dbca0f5dbc9\n", 0, NOTHING, NULL},
    {"RF-IMG-001", "FROM localhost:5000/x:1\n", 0, NOTHING, NULL},
    {"RF-IMG-002", "FROM debian:12\n", 1, SURE, NULL},
    {"RF-IMG-002", "FROM debian:12@sha256:f1dbca0f5dbc9\n", 0, NOTHING, NULL},
    {"RF-IMG-002", "FROM debian\n", 0, NOTHING, NULL}, /* RF-IMG-001 says it */

    {"RF-IMG-003", "FROM debian\nADD https://x.org/m.bin /m\n", 2, SURE, NULL},
    {"RF-IMG-003", "FROM debian\nADD --checksum=sha256:24 https://x.org/m.bin /m\n", 0, NOTHING, NULL},
    {"RF-IMG-003", "FROM debian\nADD . /app\n", 2, SURE, NULL},
    {"RF-IMG-003", "FROM debian\nADD x.tar.gz /app\n", 0, NOTHING, NULL},
    {"RF-IMG-003", "FROM debian\nADD x.bz2 /app\n", 0, NOTHING, NULL},
    {"RF-IMG-003", "FROM debian\nCOPY . /app\n", 0, NOTHING, NULL},

    {"RF-IMG-004", "FROM debian\nRUN curl -fsSL https://x.org/i | sh\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN wget -qO- https://x.org/i | bash -s -- -y\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN curl https://x.org/i | tee /l | sudo -E bash -\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN curl https://x.org/i | python3 -\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN sh -c \"$(curl -fsSL https://x.org/i)\"\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN eval \"$(curl -fsSL https://x.org/i)\"\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN x && \\\n  curl -sSLk https://x.org/i -o /i\n", 3, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN python3 -m pip install --trusted-host x.org y\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN npm config set strict-ssl false\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN git -c http.sslVerify=false clone https://x.org\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN echo 'deb [trusted=yes] http://x.org /' > /etc/apt/sources.list\n", 2,
     SURE, NULL},
    {"RF-IMG-004", "FROM debian\nENV GIT_SSL_NO_VERIFY=0\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN NODE_TLS_REJECT_UNAUTHORIZED=0 npm i\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN export GIT_SSL_NO_VERIFY=1 && x\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN apk --allow-untrusted add x\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN curl https://x.org/i | tar xz\n", 0, NOTHING, NULL},
    {"RF-IMG-004", "FROM debian\nRUN curl https://x.org/v | python3 -c 'import json'\n", 0, NOTHING, NULL},
    {"RF-IMG-004", "FROM debian\nRUN curl https://x.org/i | sh -c 'cat > /i'\n", 0, NOTHING, NULL},
    {"RF-IMG-004", "FROM debian\nRUN cat x | sh\n", 0, NOTHING, NULL},
    {"RF-IMG-004", "FROM debian\nRUN curl https://x.org/i > /i; grep -k x | sh\n", 0, NOTHING, NULL},
    {"RF-IMG-004", "FROM debian\nRUN curl -o k -Hkey:1 https://x.org | grep -k x\n", 0, NOTHING, NULL},
    {"RF-IMG-004", "FROM debian\nHEALTHCHECK CMD curl -k https://localhost/\n", 0, NOTHING, NULL},
    {"RF-IMG-004", "FROM debian\nENV NODE_TLS_REJECT_UNAUTHORIZED=1\n", 0, NOTHING, NULL},

    {"RF-IMG-005", "FROM debian\nRUN apt-get install -y sudo\n", 2, SURE, NULL},
    {"RF-IMG-005", "FROM debian\nRUN sudo apt-get update\n", 2, SURE, NULL},
    {"RF-IMG-005", "FROM debian\nONBUILD RUN x && sudo y\n", 2, SURE, NULL},
    {"RF-IMG-005", "FROM debian\nRUN apt-get install sudoku\n", 0, NOTHING, NULL},
    {"RF-IMG-005", "FROM debian AS b\nRUN sudo x\nFROM debian\nCOPY --from=b /x /x\n", 0, NOTHING, NULL},
    {"RF-IMG-005", "FROM debian\nRUN apt-get install -y sudo && apt-get purge -y sudo\n", 0, NOTHING, NULL},

    {"RF-IMG-006", "FROM debian\nCOPY x /x\nRUN chmod u+s /x\n", 3, SURE, NULL},
    {"RF-IMG-006", "FROM debian\nRUN chmod 4755 /x\n", 2, SURE, NULL},
    {"RF-IMG-006", "FROM debian\nCOPY --chmod=2755 x /usr/bin/x\n", 2, SURE, NULL},
    {"RF-IMG-006", "FROM debian\nRUN mkdir /d && chmod 2750 /d\n", 0, NOTHING, NULL},
    {"RF-IMG-006", "FROM debian\nRUN chmod u-s /x && chmod -R g+s /d\n", 0, NOTHING, NULL},
    {"RF-IMG-006", "FROM debian\nRUN chmod u+s /x && chmod 755 /x\n", 0, NOTHING, NULL},

    {"RF-IMG-007", "FROM debian\nRUN apt-get update\nRUN apt-get install -y x=1\n", 2, SURE, NULL},
    {"RF-IMG-007", "FROM debian\nRUN apt-get update && apt-get install -y x\n", 2, SURE, NULL},
    {"RF-IMG-007", "FROM debian\nRUN pip install torch\n", 2, SURE, NULL},
    {"RF-IMG-007", "FROM debian\nRUN pip install -r requirements.txt\n", 0, NOTHING, NULL},
    {"RF-IMG-007", "FROM debian\nRUN apt-get update && apt-get install -y x=1.2-3\n", 0, NOTHING, NULL},
    {"RF-IMG-007", "FROM debian\nRUN pip install torch==2.5.1 . ./x\n", 0, NOTHING, NULL},
};

static void knows_images(void **state)
{
    (void)state;
    check_files(images, RF_COUNT(images));
}

#define APP "RUN useradd -m -u 7 app\nUSER 7:7\n"
#define FETCH "RUN python3 -c 'from huggingface_hub import snapshot_download as s; s(\"a/b\")'\n"

static const struct file_case homes[] = {
    {"RF-HOME-001", "FROM debian\nRUN useradd -r -u 7 app\nUSER 7:7\n", 3, SURE, NULL},
    {"RF-HOME-001", "FROM debian\nRUN useradd --no-create-home -u 7 app\nUSER app\n", 3, SURE, NULL},
    {"RF-HOME-001", "FROM debian\nRUN adduser --system --no-create-home --uid 7 app\nUSER app\n", 3, SURE,
     NULL},
    {"RF-HOME-001", "FROM debian\nUSER 10001:10001\n", 2, SURE, NULL},
    {"RF-HOME-001", "FROM debian\nUSER 999:999\n", 2, MAYBE, NULL},
    {"RF-HOME-001", "FROM debian\n" APP "ENV HOME=/root\n", 4, SURE, NULL},
    {"RF-HOME-001", "FROM debian\nRUN mkdir /h\n" APP "ENV HOME=/h\n", 5, SURE, NULL},
    {"RF-HOME-001", "FROM debian\n" APP, 0, NOTHING, NULL},
    {"RF-HOME-001",
     "FROM debian\nRUN useradd -r -u 7 app && mkdir -p /home/app && chown 7:7 /home/app\nUSER 7:7\n", 0,
     NOTHING, NULL},
    {"RF-HOME-001", "FROM debian\nENV HOME=/tmp\nUSER 10001:10001\n", 0, NOTHING, NULL},
    {"RF-HOME-001", "FROM debian\nRUN install -d -o 7 -g 7 /h\nENV HOME=/h\nUSER 7:7\n", 0, NOTHING, NULL},
    {"RF-HOME-001", "FROM debian\nCMD [\"x\"]\n", 0, NOTHING, NULL},
    {"RF-HOME-001", "FROM debian AS b\nUSER 10001:10001\nFROM debian\n", 0, NOTHING, NULL},

    {"RF-HOME-002", "FROM debian\nENV HF_HOME=~/.cache\n", 2, SURE, NULL},
    {"RF-HOME-002", "FROM debian\nUSER 10001:10001\nCMD python3 ~/x.py\n", 3, SURE, NULL},
    {"RF-HOME-002", "FROM debian\nCOPY <<EOF /e.sh\nls ~/x\nEOF\nUSER 10001:10001\n", 2, SURE, NULL},
    {"RF-HOME-002", "FROM debian\n" APP "CMD python3 ~/x.py\n", 0, NOTHING, NULL},
    {"RF-HOME-002", "FROM debian\nENV X=a~/b\n", 0, NOTHING, NULL},

    {"RF-CACHE-001", "FROM debian\nENV HF_HOME=/root/.cache/huggingface\n" APP, 2, SURE, NULL},
    {"RF-CACHE-001", "FROM debian\nRUN useradd -m -u 8 b\nENV TORCH_HOME=/home/b/t\n" APP, 3, SURE, NULL},
    {"RF-CACHE-001", "FROM debian\nENV HF_HOME=/root/.cache/huggingface\n", 0, NOTHING, NULL},
    {"RF-CACHE-001", "FROM debian\nENV HF_HOME=/app/cache\n" APP, 0, NOTHING, NULL},
    {"RF-CACHE-001", "FROM debian\nENV HF_HOME=/home/app/c\n" APP, 0, NOTHING, NULL},
    {"RF-CACHE-001", "FROM debian\nENV HF_HOME=/root/c\nRUN chmod 755 /root\n" APP, 0, NOTHING, NULL},

    {"RF-CACHE-003", "FROM python:3\n" FETCH APP, 2, SURE, NULL},
    {"RF-CACHE-003", "FROM python:3\nENV HF_HOME=/c\n" FETCH APP, 3, MAYBE, NULL},
    {"RF-CACHE-003", "FROM python:3\nRUN huggingface-cli download a/b\n" APP, 2, SURE, NULL},
    {"RF-CACHE-003", "FROM python:3\nRUN python3 - <<EOF\nimport whisper\nwhisper.load_model('x')\nEOF\n" APP,
     2, SURE, NULL},
    {"RF-CACHE-003", "FROM python:3\nENV HF_HOME=/c HF_HUB_OFFLINE=1\n" FETCH APP, 0, NOTHING, NULL},
    {"RF-CACHE-003", "FROM python:3\nENV HF_HOME=/c\n" FETCH "RUN chown -R 7:7 /c\n" APP, 0, NOTHING, NULL},
    {"RF-CACHE-003", "FROM python:3\n" APP FETCH, 0, NOTHING, NULL},
    {"RF-CACHE-003", "FROM python:3\n" FETCH, 0, NOTHING, NULL},
    {"RF-CACHE-003", "FROM python:3\nRUN huggingface-cli download a/b --local-dir /m\n" APP, 0, NOTHING,
     NULL},

    {"RF-CACHE-004", "FROM debian\nENV TRANSFORMERS_CACHE=/c\n", 2, SURE, NULL},
    {"RF-CACHE-004", "FROM debian\nENV HTRMOPO_DIR=/c\n", 2, SURE, NULL},
    {"RF-CACHE-004", "FROM debian\nENV TRANSFORMERS_CACHE=/c HF_HOME=/c\n", 0, NOTHING, NULL},
    {"RF-CACHE-004", "FROM debian\nENV HF_HOME=/c\n", 0, NOTHING, NULL},
};

static void knows_homes(void **state)
{
    (void)state;
    check_files(homes, RF_COUNT(homes));
}

/* --- the table --- */

static void rows_are_whole(void **state)
{
    const struct rf_rule *rule;

    (void)state;
    for (size_t i = 0; (rule = rf_rule_at(i)) != NULL; i++) {
        assert_non_null(rule->title);
        assert_non_null(rule->why);
        assert_non_null(rule->remedy);
        assert_non_null(rule->bad);
        assert_non_null(rule->good);
        assert_non_null(rule->refs);
        assert_int_not_equal(rule->about, 0);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(rf_rule_at(k)->id, rule->id);
    }
}

/* The examples that people are shown are what they say. Parts of files (Compose, Kubernetes) are not read. */
static void examples_hold(void **state)
{
    const struct rf_rule *rule;

    (void)state;
    for (size_t i = 0; (rule = rf_rule_at(i)) != NULL; i++) {
        struct file_case pair[2] = {{rule->id, rule->bad, 1, SURE, NULL},
                                    {rule->id, rule->good, 0, NOTHING, NULL}};

        if (strncmp(rule->bad, "FROM ", 5) != 0)
            continue;
        for (size_t k = 0; k < 2; k++) {
            const struct rf_image *image = read_image(pair[k].text, NULL);
            struct rf_look look = look_at(image, image->target);

            if ((find(&look, rule->id) != NULL) != (k == 0))
                fail_msg("the %s example of %s", k == 0 ? "bad" : "good", rule->id);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(knows_users, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_secrets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_images, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_homes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_are_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(examples_hold, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
