#ifndef RF_TESTS_ROUND_TRIP_H
#define RF_TESTS_ROUND_TRIP_H

/* The property of every posture: what rf_posture_text() says, rf_posture_set() takes, and it means the same.
 */

#include "posture/posture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RF_MUST(condition)                                                                                   \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            (void)fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);              \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

static inline bool is_same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static inline bool is_same_mount(const struct rf_mount *a, const struct rf_mount *b)
{
    const char *src = a->src && b->src && strncmp(b->src, "./", 2) == 0 && strncmp(a->src, "./", 2) != 0 &&
                              !strchr(a->src, '/')
                          ? b->src + 2
                          : b->src;

    return a->kind == b->kind && is_same_text(a->dst, b->dst) && is_same_text(a->src, src) &&
           a->is_read_only == b->is_read_only && a->is_idmapped == b->is_idmapped &&
           a->is_exec == b->is_exec && a->is_recursive == b->is_recursive && a->has_mode == b->has_mode &&
           a->mode == b->mode && a->has_owner == b->has_owner && a->uid == b->uid && a->gid == b->gid &&
           a->size_bytes == b->size_bytes && a->inodes == b->inodes;
}

/* What the text need not show: the numbers behind it. Mounts are compared by place, since three keys spell
 * them. */
static inline void must_be_same(const struct rf_posture *a, const struct rf_posture *b)
{
    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        for (size_t i = 0;; i++) {
            const char *x = rf_posture_text(a, (enum rf_key)key, i);
            const char *y = rf_posture_text(b, (enum rf_key)key, i);

            RF_MUST(is_same_text(x, y));
            if (!x)
                break;
        }
    }
    RF_MUST(a->mount_count == b->mount_count);
    for (size_t i = 0; i < a->mount_count; i++) {
        size_t k = 0;

        while (k < b->mount_count && !is_same_mount(&a->mounts[i], &b->mounts[k]))
            k++;
        RF_MUST(k < b->mount_count);
    }
    RF_MUST(a->user.uid == b->user.uid && a->user.gid == b->user.gid && a->user.has_gid == b->user.has_gid);
    RF_MUST(is_same_text(a->user.user_name, b->user.user_name));
    RF_MUST(is_same_text(a->user.group_name, b->user.group_name));
    RF_MUST(a->is_host == b->is_host && a->is_scratch == b->is_scratch);
    RF_MUST(a->home == b->home && a->home_size_bytes == b->home_size_bytes);
    RF_MUST(a->cap_add == b->cap_add && a->allow_missing == b->allow_missing && a->seccomp == b->seccomp);
    RF_MUST(a->memory_bytes == b->memory_bytes && a->shm_size_bytes == b->shm_size_bytes);
    RF_MUST(a->cpus_milli == b->cpus_milli && a->pids_limit == b->pids_limit &&
            a->stop_signal == b->stop_signal);
    RF_MUST(a->timeout_ms == b->timeout_ms && a->stop_timeout_ms == b->stop_timeout_ms);
    RF_MUST(a->ulimit_count == b->ulimit_count && a->env_count == b->env_count);
}

/* No posture holds root, an unlimited tmpfs, or a place outside. */
static inline void must_be_sound(const struct rf_posture *posture)
{
    const struct rf_user *user = &posture->user;

    RF_MUST(user->user_name || (user->uid >= RF_ID_MIN && user->uid <= RF_ID_MAX));
    RF_MUST(user->group_name || user->user_name || (user->gid >= RF_ID_MIN && user->gid <= RF_ID_MAX));
    RF_MUST(!user->user_name || strcmp(user->user_name, "root") != 0);
    RF_MUST((posture->rootfs != NULL) + posture->is_host + posture->is_scratch <= 1);
    RF_MUST(posture->memory_bytes && posture->pids_limit && posture->shm_size_bytes &&
            posture->home_size_bytes);
    for (size_t i = 0; i < posture->group_add_count; i++)
        RF_MUST(posture->group_add[i] >= RF_ID_MIN && posture->group_add[i] <= RF_ID_MAX);
    for (size_t i = 0; i < posture->mount_count; i++) {
        const struct rf_mount *mount = &posture->mounts[i];

        RF_MUST(mount->dst[0] == '/' && mount->dst[1] && !strstr(mount->dst, "/../") &&
                !strstr(mount->dst, "//"));
        RF_MUST(mount->kind == RF_MOUNT_BIND ? mount->src && *mount->src
                                             : mount->size_bytes && mount->inodes);
    }
    for (size_t i = 0; i < posture->env_count; i++)
        RF_MUST(strchr(posture->env[i], '=') && posture->env[i][0] != '=');
}

static inline void must_round_trip(const struct rf_posture *posture)
{
    static const struct rf_from from;
    struct rf_arena arena;
    struct rf_posture again;
    struct rf_err err = {0};
    enum rf_key named = RF_KEY_NONE;

    rf_arena_init(&arena, 16 * 1024 * 1024);
    rf_posture_init(&again, &arena);
    must_be_sound(posture);
    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        for (size_t i = 0;; i++) {
            const char *text = rf_posture_text(posture, (enum rf_key)key, i);

            if (!text)
                break;
            if (rf_posture_set(&again, (enum rf_key)key, rf_str_of(text), &from, &err) != 0) {
                (void)fprintf(stderr, "%s\n", err.msg);
                abort();
            }
        }
    }
    must_be_same(posture, &again);
    RF_MUST(rf_posture_is_within(posture, posture, &named));
    rf_arena_done(&arena);
}

#endif
