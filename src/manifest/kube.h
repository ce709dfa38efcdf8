#ifndef RF_MANIFEST_KUBE_H
#define RF_MANIFEST_KUBE_H

#include "manifest/subject.h"
#include "text/yaml.h"

/* Inside the manifest module: reading objects of the Kubernetes API. An object is read by a table of its
   members; what no table names is passed over, as an API server does, and null is the same as absent. */

/* One file that is being read. */
struct rf_kube {
    const char *file;
    const struct rf_yaml *yaml;
    struct rf_arena *arena;
    const char *what;       /* the member that is being read, for sentences */
    struct rf_from unknown; /* the first flag or number of the pod that is a placeholder */
};

/* Read the value of a member, which is not null, to where it belongs. */
typedef int rf_kube_read(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                         struct rf_err *err);

struct rf_kube_member {
    const char *name;
    rf_kube_read *read;
    size_t offset; /* of what `read` fills, in the struct that the object becomes */
};

/* Where a value is. */
struct rf_from rf_kube_from(const struct rf_kube *kube, const struct rf_yaml_node *node) RF_NONNULL;

/* Whether it is null or absent. */
bool rf_kube_is_null(const struct rf_yaml_node *node);

/* Fail: "L:C: MEMBER: want WHAT, not TYPE". */
int rf_kube_refuse(const struct rf_kube *kube, const struct rf_yaml_node *node, const char *wanted,
                   struct rf_err *err) RF_NONNULL RF_COLD;

/* Read an object into the struct at `ret`. */
int rf_kube_object(struct rf_kube *kube, const struct rf_yaml_node *node,
                   const struct rf_kube_member *members, size_t count, void *ret,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* Read a list into an array of structs; a null item is an empty struct. */
int rf_kube_items(struct rf_kube *kube, const struct rf_yaml_node *node, size_t size_bytes,
                  rf_kube_read *read, void *ret_items, size_t *ret_count,
                  struct rf_err *err) RF_NONNULL RF_CHECK;

/* Values. A placeholder such as ${UID} where a flag or a number is wanted makes the fact unknowable. */
int rf_kube_bool(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err);
int rf_kube_int(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err);
int rf_kube_seconds(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact,
                    struct rf_err *err);
int rf_kube_bytes(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err);
int rf_kube_milli(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err);
int rf_kube_text(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err);
int rf_kube_word(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err);
int rf_kube_list(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err);

/* A map of texts. */
int rf_kube_pairs(struct rf_kube *kube, const struct rf_yaml_node *node, struct rf_fact_pair **ret,
                  size_t *ret_count, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Parts of a pod. */
int rf_kube_context(struct rf_kube *kube, const struct rf_yaml_node *node, struct rf_context *ret,
                    struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_kube_container(struct rf_kube *kube, const struct rf_yaml_node *node, struct rf_subject *ret,
                      struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_kube_probes(struct rf_kube *kube, const struct rf_yaml_node *container, struct rf_subject *ret,
                   struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_kube_volume(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_volume,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* A pod from its metadata (or NULL) and its spec. `is_template`: it is not yet a Pod, so that an API server
   has not completed it. */
int rf_kube_pod(struct rf_kube *kube, const struct rf_yaml_node *metadata, const struct rf_yaml_node *spec,
                bool is_template, struct rf_pod *ret, struct rf_err *err)
    __attribute__((nonnull(1, 5, 6))) RF_CHECK;

/* Give the containers, and the pod as a subject, what the pod says for all. */
void rf_kube_share(struct rf_pod *pod) RF_NONNULL;

/* From the spec of a PodSecurityPolicy (policy/v1beta1, gone since Kubernetes 1.25) the least confined pod
   that it lets in, of one container. */
int rf_kube_policy(struct rf_kube *kube, const struct rf_yaml_node *spec, struct rf_pod *ret,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* A quantity ("128Mi", "0.5", "250m", "1e3") in thousandths; UINT64_MAX when it is larger. Negative ones are
   none. -EINVAL for what is no quantity. */
int rf_quantity_milli(struct rf_str text, uint64_t *ret) RF_NONNULL RF_CHECK;

#endif
