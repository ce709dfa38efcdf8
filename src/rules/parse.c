/* What could not be read or judged, and the Pod Security Standards as one rule. These rows have no look:
   whoever reads the files finds them. */
#include "rules/rule.h"

#define ALL_FILES (RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES)

static const struct rf_rule rules[] = {
    {.id = "RF-PARSE-001",
     .severity = RF_SEVERITY_INFO,
     .about = ALL_FILES,
     .title = "The file could not be read.",
     .why = "What is not read is not judged: the builder or the engine will refuse the file, or read it in "
            "another way.",
     .remedy = "Mend what stands at that place.",
     .bad = "",
     .good = "",
     .refs = ""},
    {.id = "RF-PARSE-002",
     .severity = RF_SEVERITY_INFO,
     .about = ALL_FILES,
     .title = "The file is a template.",
     .why = "What it will say is decided when it is rendered, so nothing in it is judged.",
     .remedy = "Check what comes out: helm template CHART | ringfence check -",
     .bad = "",
     .good = "",
     .refs = ""},
    {.id = "RF-PARSE-004",
     .severity = RF_SEVERITY_INFO,
     .about = ALL_FILES,
     .title = "A file that this one names could not be had.",
     .why = "What it would add is not judged.",
     .remedy = "Check the folder that holds both.",
     .bad = "",
     .good = "",
     .refs = ""},
    {.id = "RF-EXEC-001",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_LIVE,
     .title = "A process was started in a running container as root, or privileged.",
     .why = "docker exec -u root, or --privileged, gives a shell what the container was denied, and leaves "
            "no trace in "
            "any file.",
     .remedy = "End it; look into a container with ringfence exec, or with docker exec -u and the workload's "
               "own user.",
     .bad = "",
     .good = "",
     .refs = "CIS Docker 5.23, 5.24; NIST 800-190 4.4.5"},
    {.id = "RF-PSS-001",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_GUARDED,
     .title = "The pod violates the Pod Security Standard that was asked for.",
     .why = "An API server whose name space enforces the standard refuses it, in these words.",
     .remedy = "Set what the message names, in every container or in the pod's securityContext.",
     .bad = "",
     .good = "",
     .refs = "Kubernetes Pod Security Standards"},
};

const struct rf_family rf_family_parse = {rules, RF_COUNT(rules)};
