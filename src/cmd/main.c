#include "cmd/run.h"
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
    struct rf_arena arena; struct rf_posture p; struct rf_err err = {0}; struct rf_from from = {.known = RF_KNOWN};
    struct rf_run_wish wish = {0}; int i = 2, code;
    rf_arena_init(&arena, 1<<20); rf_posture_init(&p, &arena);
    for (; i < argc && strcmp(argv[i], "--"); i++) {
        enum rf_key k; const char *v;
        if (!strcmp(argv[i], "--explain")) { wish.explain = RF_EXPLAIN_TEXT; continue; }
        if (!strcmp(argv[i], "--explain=json")) { wish.explain = RF_EXPLAIN_JSON; continue; }
        if (!strcmp(argv[i], "--report")) { wish.report = argv[++i]; wish.is_report_json = strstr(wish.report, ".json"); continue; }
        char name[64]; const char *eq = strchr(argv[i], '=');
        if (argv[i][0] == '-' && argv[i][1] == '-' && eq) { snprintf(name, sizeof name, "%.*s", (int)(eq - argv[i]) - 2, argv[i] + 2);
            if (rf_posture_set(&p, rf_key_by_name(rf_str_of(name)), rf_str_of(eq + 1), &from, &err) < 0) { fprintf(stderr, "ringfence: %s\n", err.msg); return 125; } continue; }
        if (!strcmp(argv[i], "-t")) k = RF_KEY_TTY; else if (!strcmp(argv[i], "-i")) k = RF_KEY_INTERACTIVE; else if (!strcmp(argv[i], "-v")) k = RF_KEY_VOLUME; else k = rf_key_by_name(rf_str_of(argv[i] + 2));
        if (rf_key_info(k)->shape == RF_SHAPE_BOOL) v = "true"; else v = argv[++i];
        if (strchr(argv[i], '=') && 0) v = 0;
        if (rf_posture_set(&p, k, rf_str_of(v), &from, &err) < 0) { fprintf(stderr, "ringfence: %s\n", err.msg); return 125; }
    }
    for (i++; i < argc; i++) if (rf_posture_set(&p, RF_KEY_COMMAND, rf_str_of(argv[i]), &from, &err) < 0) return 125;
    code = rf_run(&p, &wish, &err);
    if (err.code) fprintf(stderr, "ringfence: %s\n", err.msg);
    return code;
}
