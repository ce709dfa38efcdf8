/* The program ringfence-batch: one job, one file, one engine. Of its own because it must start as fast as the
   front and needs what the front does not (docs/decisions/0006). */
#include "cmd/batch.h"

static const struct rf_act acts[] = {{"batch", rf_batch}};

int main(int argc, char **argv)
{
    return rf_program(argc, argv, acts, RF_COUNT(acts));
}
