/* What the machine writes to its swap. Pages are counted for the whole machine and not for a ring, so only a
   count that stood still proves something: then no page of the ring's was written either. */
#include "cmd/witness.h"

#include "base/num.h"

#include <stdio.h>
#include <string.h>

/* /proc/swaps has a line below its heading. Memory that is compressed (zram) is in it, too: what it keeps, it
   may write back to a disk. */
static bool has_swap(void)
{
    char text[1024];
    FILE *file = fopen("/proc/swaps", "re");
    size_t lines = 0;

    if (!file)
        return true; /* not known to be off */
    while (fgets(text, sizeof(text), file))
        lines++;
    (void)fclose(file); /* opened for reading */
    return lines > 1;
}

static uint64_t pages_out(void)
{
    static const char name[] = "pswpout ";
    char text[256];
    uint64_t pages = UINT64_MAX;
    FILE *file = fopen("/proc/vmstat", "re");

    if (!file)
        return UINT64_MAX;
    while (fgets(text, sizeof(text), file)) {
        struct rf_str number;

        if (strncmp(text, name, sizeof(name) - 1) != 0)
            continue;
        (void)rf_str_cut(rf_str_of(text + sizeof(name) - 1), '\n', &number);
        if (rf_num_u64(number, UINT64_MAX, &pages) < 0)
            pages = UINT64_MAX;
        break;
    }
    (void)fclose(file); /* opened for reading */
    return pages;
}

void rf_swap_look(struct rf_swap *ret)
{
    *ret = (struct rf_swap){.is_on = has_swap(), .pages_out = pages_out()};
}

struct rf_swap rf_swap_since(const struct rf_swap *before)
{
    struct rf_swap now;
    bool is_known;

    rf_swap_look(&now);
    is_known =
        before->pages_out != UINT64_MAX && now.pages_out != UINT64_MAX && now.pages_out >= before->pages_out;
    return (struct rf_swap){.is_on = before->is_on || now.is_on,
                            .pages_out = is_known ? now.pages_out - before->pages_out : UINT64_MAX};
}
