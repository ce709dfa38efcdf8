#ifndef RF_RULES_CACHES_H
#define RF_RULES_CACHES_H

#include "rules/image_ask.h"

/* Where libraries for models keep what they load, which variables move it, and what they do where they cannot
   write. From their sources and issues. */

enum rf_cache_kind {
    RF_CACHE_HUB,     /* huggingface_hub and what is built on it */
    RF_CACHE_TORCH,   /* torch.hub */
    RF_CACHE_ANY,     /* XDG_CACHE_HOME: all of them */
    RF_CACHE_WHISPER, /* openai-whisper */
    RF_CACHE_NLTK,
    RF_CACHE_OLLAMA,
    RF_CACHE_OTHER
};

struct rf_cache_var {
    const char *name;
    enum rf_cache_kind kind;
    const char *instead; /* it is deprecated, or nothing reads it: what to set; else NULL */
    const char *why;     /* of that */
    bool is_read;        /* it still works in most releases */
};
extern const struct rf_cache_var rf_cache_vars[];
extern const size_t rf_cache_var_count;

/* A directory below the home directory. */
struct rf_cache_place {
    const char *below; /* ".cache/huggingface" */
    enum rf_cache_kind kind;
    const char *variables; /* that move it, the strongest first; with "/x" behind it, where below them */
    const char *packages;  /* of pip, that use it */
};
extern const struct rf_cache_place rf_cache_places[];
extern const size_t rf_cache_place_count;

/* A library of the table is in the image. */
const struct rf_image_package *rf_cache_user(const struct rf_image_stage *stage) RF_NONNULL;

/* Where the cache is for a workload with that home: `ret->path` may be empty when it cannot be told. */
struct rf_cache_at {
    struct rf_str path;
    struct rf_from from;  /* of what decides */
    const char *variable; /* or NULL: the home */
    bool is_of_image;     /* it is set by the image, not by the subject */
};
void rf_cache_find(struct rf_look *look, const struct rf_cache_place *place, const struct rf_ask_home *home,
                   struct rf_cache_at *ret) RF_NONNULL;

/* The subject itself sets the variable (for a stage: its image does). */
bool rf_cache_is_set_here(const struct rf_look *look, struct rf_str name) RF_NONNULL;

/* Offline mode of the hub: nothing is loaded and no lock is written. */
bool rf_cache_is_offline(struct rf_look *look) RF_NONNULL;

/* Rows of the family of homes whose look stands in caches.c and cache_build.c. */
rf_rule_fn rf_cache_look_home, rf_cache_look_differ, rf_cache_look_build, rf_cache_look_unread;

#endif
