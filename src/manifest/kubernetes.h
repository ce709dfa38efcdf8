#ifndef RF_MANIFEST_KUBERNETES_H
#define RF_MANIFEST_KUBERNETES_H

#include "manifest/subject.h"

/* Manifests of Kubernetes: a stream of YAML documents, or JSON. Workloads are Pod, PodTemplate, Deployment,
   StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob, and Lists of them; a
   PodSecurityPolicy is read as the least confined pod that it lets in; any other kind
   is passed over. A member of a workload whose type an API server would refuse ends the reading.

   What an API server writes into an object before it judges it is written here as well: a volume without a
   source is an emptyDir; in a Pod (not in a template), ports of a host-network pod get their host port, and
   AppArmor annotations become fields.

   A file with template actions ({{ }}) in a workload, in a comment, or where they break the grammar is
   reported as a template and not read: ret->templated says where. In other kinds (ConfigMap, Workflow) they
   are text like any other.

   Errors begin with "LINE:COLUMN: ". `file` and `text` must outlive the manifest. */
int rf_kubernetes_read(const char *file, struct rf_str text, struct rf_arena *arena, struct rf_manifest *ret,
                       struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
