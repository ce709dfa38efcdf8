#include "base/sha256.h"

#include "support/bpf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* FIPS 180-4 and NIST's example values; the third is a million times 'a'. */
static const struct {
    const char *text;
    size_t times;
    const char *hex;
} vectors[] = {
    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrs"
     "t"
     "nopqrstu",
     1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

static void gives_the_published_digests(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(vectors); i++) {
        struct rf_sha256 sha;
        char hex[RF_SHA256_HEX_SIZE];

        rf_sha256_init(&sha);
        for (size_t j = 0; j < vectors[i].times; j++)
            rf_sha256_update(&sha, vectors[i].text, strlen(vectors[i].text));
        rf_sha256_final_hex(&sha, hex);
        assert_string_equal(hex, vectors[i].hex);
    }
}

static void fill(unsigned char *data, size_t size, uint64_t *seed)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)(bpf_random(seed) >> 24);
}

static void pieces_make_no_difference(void **state)
{
    unsigned char data[300];
    uint64_t seed = 4711;

    (void)state;
    fill(data, sizeof(data), &seed);
    for (size_t size = 0; size <= sizeof(data); size++) {
        struct rf_sha256 whole;
        struct rf_sha256 parts;
        char want[RF_SHA256_HEX_SIZE];
        char got[RF_SHA256_HEX_SIZE];

        rf_sha256_init(&whole);
        rf_sha256_update(&whole, data, size);
        rf_sha256_final_hex(&whole, want);
        rf_sha256_init(&parts);
        for (size_t at = 0; at < size;) {
            size_t piece = (size_t)(bpf_random(&seed) % 70);

            piece = piece < size - at ? piece : size - at;
            rf_sha256_update(&parts, piece ? data + at : NULL, piece);
            at += piece;
        }
        rf_sha256_final_hex(&parts, got);
        assert_string_equal(got, want);
    }
}

/* What sha256sum(1) of coreutils says about `path`. */
static void ask_sha256sum(const char *path, char ret[RF_SHA256_HEX_SIZE])
{
    int pipes[2];
    size_t have = 0;
    ssize_t n;
    pid_t pid;

    assert_int_equal(pipe(pipes), 0);
    pid = fork();
    if (pid == 0) {
        (void)dup2(pipes[1], 1);
        execlp("sha256sum", "sha256sum", path, (char *)NULL);
        _exit(127);
    }
    (void)close(pipes[1]);
    while (have < RF_SHA256_HEX_SIZE - 1 &&
           (n = read(pipes[0], ret + have, RF_SHA256_HEX_SIZE - 1 - have)) > 0)
        have += (size_t)n;
    ret[have] = '\0';
    (void)close(pipes[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void agrees_with_sha256sum(void **state)
{
    static unsigned char data[200000];
    uint64_t seed = 42;

    (void)state;
    for (int i = 0; i < 24; i++) {
        char path[] = "/tmp/test_sha256.XXXXXX";
        int fd = mkstemp(path);
        size_t size = (size_t)(bpf_random(&seed) % (i % 2 ? sizeof(data) : 200));
        struct rf_sha256 sha;
        char want[RF_SHA256_HEX_SIZE];
        char got[RF_SHA256_HEX_SIZE];

        fill(data, size, &seed);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, data, size), size);
        (void)close(fd);
        ask_sha256sum(path, want);
        (void)unlink(path);
        rf_sha256_init(&sha);
        rf_sha256_update(&sha, data, size);
        rf_sha256_final_hex(&sha, got);
        assert_string_equal(got, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(gives_the_published_digests),
                                       cmocka_unit_test(pieces_make_no_difference),
                                       cmocka_unit_test(agrees_with_sha256sum)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
