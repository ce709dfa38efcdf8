/* The families of users, secrets and images: each row has a file that is found, at its line, and a mended one
   that is not. And the table itself. */
#include "rules_image_kit.h"

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
    {"RF-SECR-001", "FROM debian\nENV TOKEN_OF_HUB=abcdef\n", 2, SURE, NULL},
    {"RF-SECR-001", "FROM debian\nARG HF_TOKEN=\"\"\n", 2, SURE, NULL},
    {"RF-SECR-001", "FROM debian\nCOPY id_rsa /root/.ssh/\n", 2, SURE, NULL},
    {"RF-SECR-001", "FROM debian\nCOPY .env /app/\n", 2, MAYBE, NULL},
    {"RF-SECR-001", "FROM debian\nRUN echo root:x | chpasswd\n", 2, SURE, NULL},
    {"RF-SECR-001", "FROM debian\nENV TOKEN_TTL=60 SECRET_NAME=x PASSWORD_POLICY=y\n", 0, NOTHING, NULL},
    {"RF-SECR-001", "FROM debian\nRUN useradd -m app\nCOPY id_rsa.pub /x\n", 0, NOTHING, NULL},
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
    {"RF-IMG-004", "FROM debian\nRUN dnf --setopt=sslverify=false install x\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN rpm -i --nodigest x.rpm\n", 2, SURE, NULL},
    {"RF-IMG-004", "FROM debian\nRUN dnf --setopt=sslverify=true install x\n", 0, NOTHING, NULL},
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
        cmocka_unit_test_setup_teardown(rows_are_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(examples_hold, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
