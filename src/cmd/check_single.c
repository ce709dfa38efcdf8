/* Files that stand for themselves: scripts with docker run, and bundles of runtimes. */
#include "cmd/check_inside.h"

#include "manifest/docker_run.h"
#include "manifest/oci.h"

#include <errno.h>

int rf_judge_script(struct rf_judge *judge, const struct rf_input *input)
{
    struct rf_manifest manifest;
    struct rf_err err = {0};
    int r = rf_docker_run_read(input->path, input->text, judge->arena, &manifest, &err);

    if (r == -ENOMEM)
        return rf_fail(judge->err, r, "%s", err.msg);
    if (r < 0)
        rf_judge_error(judge, err.msg);
    for (size_t i = 0; r == 0 && i < manifest.subject_count; i++) {
        struct rf_look look = {.subject = manifest.subjects[i]};

        r = rf_judge_join(judge, &look);
        if (r == 0)
            r = rf_judge_look(judge, &look);
    }
    return r < 0 && r != -ENOMEM ? 0 : r;
}

int rf_judge_bundle(struct rf_judge *judge, const struct rf_input *input)
{
    struct rf_subject subject;
    struct rf_err err = {0};
    int r = rf_oci_read(input->path, input->text, judge->arena, &subject, &err);

    if (r == -ENOMEM)
        return rf_fail(judge->err, r, "%s", err.msg);
    if (r < 0) {
        rf_judge_error(judge, err.msg);
        return 0;
    }
    return rf_judge_look(judge, &(struct rf_look){.subject = &subject});
}
