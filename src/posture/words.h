#ifndef RF_POSTURE_WORDS_H
#define RF_POSTURE_WORDS_H

#include "posture/value.h"

/* Keys whose values are words of a closed set, and the texts that are taken as they are. */
int rf_set_userns(struct rf_posture *posture, const struct rf_value *value,
                  struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_network(struct rf_posture *posture, const struct rf_value *value,
                   struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_seccomp(struct rf_posture *posture, const struct rf_value *value,
                   struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_security_opt(struct rf_posture *posture, const struct rf_value *value,
                        struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_log_driver(struct rf_posture *posture, const struct rf_value *value,
                      struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_allow_missing(struct rf_posture *posture, const struct rf_value *value,
                         struct rf_err *err) RF_NONNULL RF_CHECK;

/* The words for what a posture holds; NULL past the end. */
const char *rf_userns_text(const struct rf_posture *posture) RF_NONNULL;
const char *rf_network_text(const struct rf_posture *posture) RF_NONNULL;
const char *rf_seccomp_text(const struct rf_posture *posture) RF_NONNULL;
const char *rf_log_driver_text(const struct rf_posture *posture) RF_NONNULL;
const char *rf_layer_nth(uint32_t layers, size_t index);

/* text.c: rootfs, home, env, workdir, entrypoint, command, hostname, name, job_config. */
int rf_set_rootfs(struct rf_posture *posture, const struct rf_value *value,
                  struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_home(struct rf_posture *posture, const struct rf_value *value,
                struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_env(struct rf_posture *posture, const struct rf_value *value,
               struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_workdir(struct rf_posture *posture, const struct rf_value *value,
                   struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_entrypoint(struct rf_posture *posture, const struct rf_value *value,
                      struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_command(struct rf_posture *posture, const struct rf_value *value,
                   struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_hostname(struct rf_posture *posture, const struct rf_value *value,
                    struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_name(struct rf_posture *posture, const struct rf_value *value,
                struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_job_config(struct rf_posture *posture, const struct rf_value *value,
                      struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
