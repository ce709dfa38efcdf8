/* Names of the forms of a result. */
#include "engine/format.h"

static const struct {
    const char *name;
    const char *suffix;
} rows[RF_FORMAT_MAX] = {
    [RF_FORMAT_JSON] = {"json-v2", "json"}, [RF_FORMAT_TXT] = {"txt", "txt"},
    [RF_FORMAT_SRT] = {"srt", "srt"},       [RF_FORMAT_HOCR] = {"hocr", "hocr"},
    [RF_FORMAT_ALTO] = {"alto", "xml"},     [RF_FORMAT_TSV] = {"tsv", "tsv"},
    [RF_FORMAT_PDF] = {"pdf", "pdf"},
};

const char *rf_format_name(enum rf_format format)
{
    return rows[format].name;
}

const char *rf_format_suffix(enum rf_format format)
{
    return rows[format].suffix;
}

enum rf_format rf_format_by_suffix(unsigned nth)
{
    static const enum rf_format order[RF_FORMAT_MAX] = {RF_FORMAT_HOCR, RF_FORMAT_JSON, RF_FORMAT_PDF,
                                                        RF_FORMAT_SRT,  RF_FORMAT_TSV,  RF_FORMAT_TXT,
                                                        RF_FORMAT_ALTO};

    return order[nth];
}

enum rf_format rf_format_by_name(struct rf_str name)
{
    for (unsigned i = 0; i < RF_FORMAT_MAX; i++) {
        if (rf_str_is(name, rows[i].name))
            return (enum rf_format)i;
    }
    return RF_FORMAT_MAX;
}
