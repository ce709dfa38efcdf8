/* The program that runs in a ring between the host and an engine: inside/inside.h. */
#include "inside/inside.h"

#include "base/format.h"

#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    int (*act)(char **words, struct rf_err *err);
} acts[] = {{"collect", rf_inside_collect}, {"spread", rf_inside_spread}, {"store", rf_inside_store}};

static int act(char **argv, struct rf_err *err)
{
    for (size_t i = 0; argv[0] && argv[1] && i < RF_COUNT(acts); i++) {
        if (strcmp(argv[1], acts[i].name) == 0)
            return acts[i].act(argv + 2, err);
    }
    (void)rf_fail(err, -1, "want collect, spread or store");
    return RF_INSIDE_FAILED;
}

int main(int argc, char **argv)
{
    struct rf_err err = {0};
    struct rf_err ignored;
    char line[sizeof(err.msg) + 64];
    int code = act(argv, &err);
    int len;

    (void)argc;
    if (err.code < 0) {
        len = rf_snprintf(line, sizeof(line), "ringfence-inside: %s\n", err.msg);
        if (len > 0 && rf_inside_write(STDERR_FILENO, line, (size_t)len, "", &ignored) < 0)
            code = RF_INSIDE_FAILED; /* there is nobody else to tell */
    }
    return code;
}
