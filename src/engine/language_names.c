/* Languages by their codes. Only what a reader of a transcript needs: names, and how to join the words. */
#include "engine/language_names.h"

#include <string.h>
#include <strings.h>

static const struct rf_language languages[] = {
    {"ar", "Arabic", true, false},     {"be", "Belarusian", false, false}, {"bg", "Bulgarian", false, false},
    {"bn", "Bengali", false, false},   {"ca", "Catalan", false, false},    {"cmn", "Mandarin", false, true},
    {"cs", "Czech", false, false},     {"cy", "Welsh", false, false},      {"da", "Danish", false, false},
    {"de", "German", false, false},    {"el", "Greek", false, false},      {"en", "English", false, false},
    {"eo", "Esperanto", false, false}, {"es", "Spanish", false, false},    {"et", "Estonian", false, false},
    {"eu", "Basque", false, false},    {"fa", "Persian", true, false},     {"fi", "Finnish", false, false},
    {"fr", "French", false, false},    {"ga", "Irish", false, false},      {"gl", "Galician", false, false},
    {"he", "Hebrew", true, false},     {"hi", "Hindi", false, false},      {"hr", "Croatian", false, false},
    {"hu", "Hungarian", false, false}, {"id", "Indonesian", false, false}, {"it", "Italian", false, false},
    {"ja", "Japanese", false, true},   {"ko", "Korean", false, false},     {"lt", "Lithuanian", false, false},
    {"lv", "Latvian", false, false},   {"mr", "Marathi", false, false},    {"ms", "Malay", false, false},
    {"mt", "Maltese", false, false},   {"nl", "Dutch", false, false},      {"no", "Norwegian", false, false},
    {"pl", "Polish", false, false},    {"pt", "Portuguese", false, false}, {"ro", "Romanian", false, false},
    {"ru", "Russian", false, false},   {"sk", "Slovak", false, false},     {"sl", "Slovenian", false, false},
    {"sv", "Swedish", false, false},   {"sw", "Swahili", false, false},    {"ta", "Tamil", false, false},
    {"th", "Thai", false, true},       {"tl", "Tagalog", false, false},    {"tr", "Turkish", false, false},
    {"uk", "Ukrainian", false, false}, {"ur", "Urdu", true, false},        {"vi", "Vietnamese", false, false},
    {"yue", "Cantonese", false, true}, {"zh", "Chinese", false, true},
};

const struct rf_language *rf_language_find(const char *code)
{
    size_t len = strcspn(code, "-_");

    for (size_t i = 0; i < RF_COUNT(languages); i++) {
        if (strlen(languages[i].code) == len && strncasecmp(code, languages[i].code, len) == 0)
            return &languages[i];
    }
    return NULL;
}
