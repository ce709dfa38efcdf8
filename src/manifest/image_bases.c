/* What is known of images that many are made from: whose package manager they have, who they run as, and
   which of the programs that health checks call are there. From their public Dockerfiles; only what holds for
   all their releases of the last years, so that a missing row costs an answer, never a wrong one. */
#include <string.h>
#include <strings.h>

#include "manifest/image.h"

#define ROOT .user = ""
#define NODE_USER .passwd = "node:x:1000:1000::/home/node:/bin/bash"
#define JOVYAN .passwd = "jovyan:x:1000:100::/home/jovyan:/bin/bash"
#define DISTROLESS_USERS                                                                                     \
    .passwd = "root:x:0:0:root:/root:/sbin/nologin\n"                                                        \
              "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n"                                     \
              "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin",                                   \
    .is_passwd_whole = true, .lacks = "sh bash curl wget nc"

/* The first row whose repository is the image's and whose part is in its tag holds. */
static const struct {
    const char *repository; /* one ending in / stands for all below it */
    const char *tag;        /* a part of it; NULL: any */
    struct rf_image_base base;
} bases[] = {
    {"alpine",
     NULL,
     {.family = RF_IMAGE_ALPINE,
      ROOT,
      .workdir = "",
      .has = "sh ash busybox wget nc",
      .lacks = "bash curl python python3"}},
    {"busybox",
     NULL,
     {.family = RF_IMAGE_OTHER,
      ROOT,
      .workdir = "",
      .has = "sh ash busybox wget nc",
      .lacks = "bash curl python python3"}},
    {"debian",
     NULL,
     {.family = RF_IMAGE_DEBIAN,
      ROOT,
      .workdir = "",
      .has = "sh bash perl",
      .lacks = "curl wget nc python python3"}},
    {"ubuntu",
     NULL,
     {.family = RF_IMAGE_DEBIAN,
      ROOT,
      .workdir = "",
      .has = "sh bash perl",
      .lacks = "curl wget nc python python3"}},
    {"buildpack-deps",
     NULL,
     {.family = RF_IMAGE_DEBIAN, ROOT, .workdir = "", .has = "sh bash perl curl wget"}},
    {"python",
     "alpine",
     {.family = RF_IMAGE_ALPINE,
      ROOT,
      .workdir = "",
      .has = "sh python python3 pip pip3 wget nc",
      .lacks = "bash curl"}},
    {"python",
     "slim",
     {.family = RF_IMAGE_DEBIAN,
      ROOT,
      .workdir = "",
      .has = "sh bash python python3 pip pip3",
      .lacks = "curl wget nc"}},
    {"python",
     NULL,
     {.family = RF_IMAGE_DEBIAN,
      ROOT,
      .workdir = "",
      .has = "sh bash python python3 pip pip3 curl wget git"}},
    {"node",
     "alpine",
     {.family = RF_IMAGE_ALPINE,
      ROOT,
      NODE_USER,
      .workdir = "",
      .has = "sh node npm wget nc",
      .lacks = "bash curl python python3"}},
    {"node",
     "slim",
     {.family = RF_IMAGE_DEBIAN,
      ROOT,
      NODE_USER,
      .workdir = "",
      .has = "sh bash node npm",
      .lacks = "curl wget nc python python3"}},
    {"node",
     NULL,
     {.family = RF_IMAGE_DEBIAN,
      ROOT,
      NODE_USER,
      .workdir = "",
      .has = "sh bash node npm curl wget git python3"}},
    {"golang", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .workdir = "/go", .has = "sh go wget nc"}},
    {"golang", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .workdir = "/go", .has = "sh bash go curl wget git"}},
    {"rust", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .workdir = "", .has = "sh cargo wget nc"}},
    {"rust", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .workdir = "", .has = "sh bash cargo"}},
    {"ruby", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .workdir = "", .has = "sh ruby gem wget nc"}},
    {"ruby", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .workdir = "", .has = "sh bash ruby gem"}},
    {"php", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .has = "sh php wget nc curl"}},
    {"php", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .has = "sh bash php curl"}},
    {"gcc", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .workdir = "", .has = "sh bash gcc curl wget"}},
    {"eclipse-temurin", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .has = "sh java wget nc"}},
    {"eclipse-temurin", NULL, {ROOT, .has = "sh java"}},
    {"openjdk", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .has = "sh java wget nc"}},
    {"openjdk", NULL, {ROOT, .has = "sh java"}},
    {"maven", NULL, {ROOT, .has = "sh java mvn"}},
    {"tomcat", NULL, {ROOT, .has = "sh java"}},
    {"nginx", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .workdir = "", .has = "sh nginx wget nc"}},
    {"nginx", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .workdir = "", .has = "sh bash nginx"}},
    {"httpd", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .has = "sh httpd wget nc"}},
    {"httpd", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .has = "sh bash httpd"}},
    {"redis", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .has = "sh redis-cli redis-server wget nc"}},
    {"redis", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .has = "sh bash redis-cli redis-server"}},
    {"postgres", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .has = "sh psql pg_isready wget nc"}},
    {"postgres", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .has = "sh bash psql pg_isready"}},
    {"mysql", NULL, {ROOT, .has = "sh bash mysql mysqladmin"}},
    {"mariadb", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .has = "sh bash"}},
    {"mongo", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .has = "sh bash"}},
    {"rabbitmq", NULL, {ROOT, .has = "sh bash"}},
    {"wordpress", NULL, {ROOT, .has = "sh bash php curl"}},
    {"docker", NULL, {.family = RF_IMAGE_ALPINE, ROOT, .has = "sh docker wget nc"}},
    {"fedora", NULL, {.family = RF_IMAGE_RPM, ROOT, .workdir = "", .has = "sh bash curl"}},
    {"centos", NULL, {.family = RF_IMAGE_RPM, ROOT, .workdir = "", .has = "sh bash curl"}},
    {"rockylinux", NULL, {.family = RF_IMAGE_RPM, ROOT, .workdir = "", .has = "sh bash curl"}},
    {"almalinux", NULL, {.family = RF_IMAGE_RPM, ROOT, .workdir = "", .has = "sh bash curl"}},
    {"amazonlinux", NULL, {.family = RF_IMAGE_RPM, ROOT, .workdir = "", .has = "sh bash curl"}},
    {"oraclelinux", NULL, {.family = RF_IMAGE_RPM, ROOT, .workdir = "", .has = "sh bash curl"}},
    {"registry.access.redhat.com/ubi8", NULL, {.family = RF_IMAGE_RPM, ROOT, .has = "sh bash curl"}},
    {"registry.access.redhat.com/ubi9", NULL, {.family = RF_IMAGE_RPM, ROOT, .has = "sh bash curl"}},
    {"registry.access.redhat.com/ubi8/ubi-minimal",
     NULL,
     {.family = RF_IMAGE_RPM, ROOT, .has = "sh bash curl"}},
    {"registry.access.redhat.com/ubi9/ubi-minimal",
     NULL,
     {.family = RF_IMAGE_RPM, ROOT, .has = "sh bash curl"}},
    {"nvidia/cuda", "ubuntu", {.family = RF_IMAGE_DEBIAN, ROOT, .has = "sh bash perl"}},
    {"nvidia/cuda", "ubi", {.family = RF_IMAGE_RPM, ROOT, .has = "sh bash"}},
    {"nvidia/cuda", "rockylinux", {.family = RF_IMAGE_RPM, ROOT, .has = "sh bash"}},
    {"pytorch/pytorch", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .has = "sh bash python python3 pip"}},
    {"tensorflow/tensorflow", NULL, {.family = RF_IMAGE_DEBIAN, ROOT, .has = "sh bash python python3 pip"}},
    {"continuumio/miniconda3",
     NULL,
     {.family = RF_IMAGE_DEBIAN, ROOT, .has = "sh bash python python3 pip conda"}},
    {"jupyter/base-notebook",
     NULL,
     {.family = RF_IMAGE_DEBIAN, .user = "1000", JOVYAN, .has = "sh bash python python3 pip"}},
    {"jupyter/minimal-notebook",
     NULL,
     {.family = RF_IMAGE_DEBIAN, .user = "1000", JOVYAN, .has = "sh bash python python3 pip"}},
    {"jupyter/scipy-notebook",
     NULL,
     {.family = RF_IMAGE_DEBIAN, .user = "1000", JOVYAN, .has = "sh bash python python3 pip"}},
    {"gcr.io/distroless/", "debug-nonroot", {.family = RF_IMAGE_OTHER, .user = "65532"}},
    {"gcr.io/distroless/", "debug", {.family = RF_IMAGE_OTHER, .user = "0"}},
    {"gcr.io/distroless/", "nonroot", {.family = RF_IMAGE_OTHER, .user = "65532", DISTROLESS_USERS}},
    {"gcr.io/distroless/", NULL, {.family = RF_IMAGE_OTHER, .user = "0", DISTROLESS_USERS}},
    {"mcr.microsoft.com/dotnet/aspnet", "chiseled", {.family = RF_IMAGE_OTHER}},
    {"mcr.microsoft.com/dotnet/aspnet", "distroless", {.family = RF_IMAGE_OTHER}},
    {"mcr.microsoft.com/dotnet/aspnet",
     "alpine",
     {.family = RF_IMAGE_ALPINE, ROOT, .has = "sh dotnet wget nc"}},
    {"mcr.microsoft.com/dotnet/aspnet", NULL, {ROOT, .has = "sh dotnet"}},
    {"mcr.microsoft.com/dotnet/runtime", "chiseled", {.family = RF_IMAGE_OTHER}},
    {"mcr.microsoft.com/dotnet/runtime", "distroless", {.family = RF_IMAGE_OTHER}},
    {"mcr.microsoft.com/dotnet/runtime",
     "alpine",
     {.family = RF_IMAGE_ALPINE, ROOT, .has = "sh dotnet wget nc"}},
    {"mcr.microsoft.com/dotnet/runtime", NULL, {ROOT, .has = "sh dotnet"}},
    {"mcr.microsoft.com/dotnet/sdk", "chiseled", {.family = RF_IMAGE_OTHER}},
    {"mcr.microsoft.com/dotnet/sdk", "distroless", {.family = RF_IMAGE_OTHER}},
    {"mcr.microsoft.com/dotnet/sdk", "alpine", {.family = RF_IMAGE_ALPINE, ROOT, .has = "sh dotnet wget nc"}},
    {"mcr.microsoft.com/dotnet/sdk", NULL, {ROOT, .has = "sh dotnet"}},
};

/* The repository without docker's own registry, and the tag; a digest is cut off. */
static struct rf_str split_reference(struct rf_str reference, struct rf_str *ret_tag)
{
    static const char *const hubs[] = {"docker.io/", "index.docker.io/", "library/"};
    struct rf_str name;
    const char *slash;
    const char *colon;

    (void)rf_str_cut(reference, '@', &name); /* what the digest says is not known */
    for (size_t i = 0; i < RF_COUNT(hubs); i++)
        if (rf_str_starts(name, hubs[i]))
            name = (struct rf_str){name.ptr + strlen(hubs[i]), name.len - strlen(hubs[i])};
    *ret_tag = RF_STR("");
    if (!name.ptr)
        return RF_STR("");
    slash = memrchr(name.ptr, '/', name.len);
    colon = memrchr(name.ptr, ':', name.len);
    if (!colon || (slash && slash > colon))
        return name;
    *ret_tag = (struct rf_str){colon + 1, (size_t)(name.ptr + name.len - colon - 1)};
    return (struct rf_str){name.ptr, (size_t)(colon - name.ptr)};
}

const struct rf_image_base *rf_image_find_base(struct rf_str reference)
{
    struct rf_str tag;
    struct rf_str repository = split_reference(reference, &tag);

    for (size_t i = 0; i < RF_COUNT(bases); i++) {
        const char *known = bases[i].repository;
        size_t len = strlen(known);
        bool is_one = known[len - 1] == '/' ? rf_str_starts(repository, known) : rf_str_is(repository, known);

        if (is_one &&
            (!bases[i].tag || (tag.len && memmem(tag.ptr, tag.len, bases[i].tag, strlen(bases[i].tag)))))
            return &bases[i].base;
    }
    return NULL;
}
