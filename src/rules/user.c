/* Who a workload runs as. */
#include "rules/rule.h"

static void look_root(struct rf_look *look)
{
    struct rf_look_user user;

    rf_look_user(look, &user);
    if (user.kind == RF_USER_OTHER)
        return;
    if (user.kind == RF_USER_ROOT && user.text.len > 0)
        rf_look_found(look, &user.from, "it runs as root: the user \"%.*s\" is uid 0", RF_FMT(user.text));
    else if (user.kind == RF_USER_ROOT)
        rf_look_found(look, &user.from, "it runs as root: nothing says another user");
    else if (user.text.len > 0)
        rf_look_maybe(look, &user.from, "it may run as root: the user is \"%.*s\", and %s", RF_FMT(user.text),
                      user.why);
    else
        rf_look_maybe(look, &user.from, "it may run as root: %s", user.why);
}

static const struct rf_rule rules[] = {
    {.id = "RF-USER-001",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE | RF_ABOUT_IMAGE,
     .fix = RF_FIX_GUARDED,
     .title = "The workload runs as root.",
     .why = "Whoever takes the program over is uid 0: of every file in the image, of every volume, and of "
            "the host "
            "itself when he gets out.",
     .remedy =
         "Create a user with a fixed number in the image and name it by number: USER 10001:10001; in Compose "
         "user: \"10001:10001\"; in Kubernetes runAsNonRoot: true with runAsUser and runAsGroup.",
     .bad = "FROM debian:12\nCMD [\"ocr\"]",
     .good =
         "FROM debian:12\nRUN useradd -u 10001 -m ocr\nUSER 10001:10001\nENV HOME=/home/ocr\nCMD [\"ocr\"]",
     .refs =
         "CIS Docker 4.1; PSS restricted runAsNonRoot (1.0), runAsUser (1.23); NSA 1.0; NIST 800-190 4.1.2, "
         "4.4.3; OWASP 2",
     .look = look_root},
};

const struct rf_family rf_family_user = {rules, RF_COUNT(rules)};
