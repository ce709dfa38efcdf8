#ifndef RF_ENGINE_BUILTIN_H
#define RF_ENGINE_BUILTIN_H

#include <stddef.h>

/* The definitions that come with the program: engines/ in the tree, made into text by tools/embed. */
struct rf_builtin {
    const char *name;
    const char *text;
};

extern const struct rf_builtin rf_engine_texts[];
extern const size_t rf_engine_texts_count;

#endif
