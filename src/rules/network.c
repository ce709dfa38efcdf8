/* Ports and networks. */
#include "rules/ask.h"

#include <inttypes.h>
#include <string.h>

#define WORKLOADS (RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE)

enum { PORT_SSH = 22, PORT_LOW = 1024 };

static bool is_host_network(const struct rf_look *look)
{
    return look->subject->namespaces.network.kind == RF_NAMESPACE_HOST;
}

static const struct rf_from *place_of(const struct rf_port *port, const struct rf_from *fact)
{
    return rf_ask_is_said(fact) ? fact : &port->from;
}

/* --- ports of the host --- */

/* The port of the host that an API server fills in for a pod of the host's network is its containerPort. */
static bool is_filled_in(const struct rf_port *port)
{
    return port->host.from.start == port->port.from.start && port->host.from.line == port->port.from.line;
}

static void look_host_port(struct rf_look *look)
{
    if (!rf_ask_is_workload(look))
        return;
    for (size_t i = 0; i < look->subject->port_count; i++) {
        const struct rf_port *port = &look->subject->ports[i];

        if (port->host.from.known == RF_UNKNOWABLE)
            rf_look_maybe(look, &port->host.from,
                          "it may take a port of the node: its hostPort is not known");
        else if (port->host.value != 0 && !(is_host_network(look) && is_filled_in(port)))
            rf_look_found(look, &port->host.from, "it takes port %" PRId64 " of the node", port->host.value);
    }
}

static bool is_all_addresses(struct rf_str address)
{
    return address.len == 0 || rf_ask_is_among(address, "0.0.0.0 :: [::] * 0");
}

/* "port 80", "ports 8000 to 8010", "a port" where a variable decides. */
static const char *name_ports(struct rf_look *look, const struct rf_fact_int *first,
                              const struct rf_fact_int *last)
{
    const char *name =
        first->from.known != RF_KNOWN ? "a port"
        : rf_ask_is_known(&last->from) && last->value > first->value
            ? rf_arena_printf(look->arena, "ports %" PRId64 " to %" PRId64, first->value, last->value)
            : rf_arena_printf(look->arena, "port %" PRId64, first->value);

    look->is_failed |= !name;
    return name ? name : "";
}

static void say_published(struct rf_look *look, const struct rf_port *port)
{
    const struct rf_from *from = place_of(port, &port->address.from);
    const char *inside = name_ports(look, &port->port, &port->port_end);

    if (port->address.from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, from, "%s of it may be open to every network: \"%.*s\" decides", inside,
                      RF_ASK_SHOW(port->address.value));
    else if (is_all_addresses(port->address.value) && port->host.value > 0)
        rf_look_found(look, from, "%s of it is published on all addresses of the host, as %s", inside,
                      name_ports(look, &port->host, &port->host_end));
    else if (is_all_addresses(port->address.value))
        rf_look_found(look, from, "%s of it is published on all addresses of the host", inside);
}

static void look_all_interfaces(struct rf_look *look)
{
    if (!rf_look_is_docker(look) || is_host_network(look))
        return;
    for (size_t i = 0; i < look->subject->port_count; i++)
        if (look->subject->ports[i].is_published)
            say_published(look, &look->subject->ports[i]);
}

/* --- low ports --- */

static bool is_udp(const struct rf_port *port)
{
    return port->protocol.value.len == 3 && (port->protocol.value.ptr[0] | 0x20) == 'u';
}

static void say_low_port(struct rf_look *look, const struct rf_port *port)
{
    const struct rf_from *from = place_of(port, &port->port.from);

    if (is_host_network(look))
        rf_look_found(look, from,
                      "it listens on port %" PRId64
                      " in the host's network as another user than root: binding it "
                      "fails with Permission denied",
                      port->port.value);
    else
        rf_look_maybe(
            look, from,
            "it listens on port %" PRId64 " as another user than root: that needs the sysctl "
            "net.ipv4.ip_unprivileged_port_start, which containerd sets since 2.0 and CRI-O does not",
            port->port.value);
}

/* In the host's network what is published does not count: what the image exposes does. */
static void look_low_exposed(struct rf_look *look)
{
    for (const struct rf_image_port *port = look->stage->ports; port; port = port->prev)
        if (port->first > 0 && port->first < PORT_LOW)
            rf_look_maybe(
                look, &look->subject->namespaces.network.from,
                "its image listens on port %u, and it is in the host's network as another user than root: "
                "binding it would fail",
                port->first);
}

static void look_low_port(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (!rf_ask_is_workload(look) || rf_ask_is_windows(look) ||
        !(is_host_network(look) || rf_look_is_kube(look)) || !rf_ask_is_non_root(look) ||
        rf_fact_find(subject->sysctls, subject->sysctl_count, RF_STR("net.ipv4.ip_unprivileged_port_start")))
        return;
    for (size_t i = 0; i < subject->port_count; i++) {
        const struct rf_port *port = &subject->ports[i];

        if (port->port.from.known == RF_KNOWN && port->port.value > 0 && port->port.value < PORT_LOW)
            say_low_port(look, port);
    }
    if (subject->port_count == 0 && is_host_network(look) && look->stage)
        look_low_exposed(look);
}

/* --- networks --- */

/* Whether anything of the file waits for it, calls it or is called by it. */
static bool is_connected(const struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (subject->port_count || subject->dependency_count || subject->probe_count)
        return true;
    for (size_t i = 0; i < look->neighbour_count; i++) {
        const struct rf_subject *other = look->neighbours[i];

        for (size_t j = 0; j < other->dependency_count; j++)
            if (rf_ask_is_same(other->dependencies[j].name.value, subject->name.value) &&
                !rf_str_is(other->dependencies[j].condition.value, "service_completed_successfully"))
                return true;
    }
    return false;
}

static bool has(struct rf_str text, const char *part)
{
    return text.len > 0 && memmem(text.ptr, text.len, part, strlen(part));
}

/* Something in its variables or its words that is an address elsewhere. */
static bool has_address(const struct rf_subject *subject)
{
    static const char *const parts[] = {"HOST", "URL", "TOKEN", "ENDPOINT"};
    const struct rf_fact_list *lists[] = {&subject->entrypoint, &subject->command};

    for (size_t i = 0; i < subject->env_count; i++) {
        struct rf_str name = subject->env[i].name.value;

        if (name.len == 0 || has(subject->env[i].value.value, "://"))
            return true;
        for (size_t j = 0; j < RF_COUNT(parts); j++)
            if (has(name, parts[j]))
                return true;
    }
    for (size_t i = 0; i < RF_COUNT(lists); i++)
        for (size_t j = 0; j < lists[i]->count; j++)
            if (has(lists[i]->items[j].value, "://"))
                return true;
    return false;
}

static void look_isolation(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;
    const struct rf_namespace *network = &subject->namespaces.network;

    /* Of a process the kernel says only that its network is its own. */
    if (!rf_look_is_docker(look) || subject->platform == RF_PLATFORM_LIVE ||
        network->from.known == RF_UNKNOWABLE)
        return;
    if (rf_ask_is_known(&network->from) && network->kind == RF_NAMESPACE_PRIVATE)
        rf_look_found(
            look, &network->from,
            "it joins the default bridge, where every container without a network of its own reaches it");
    else if (!rf_ask_is_known(&network->from) && network->kind == RF_NAMESPACE_PRIVATE &&
             rf_ask_is_known(&subject->restart.from) && subject->restart.kind == RF_RESTART_NO &&
             !is_connected(look) && !has_address(subject))
        rf_look_maybe(
            look, &subject->restart.from,
            "it looks like a job that ends, and has no ports and no addresses, but a network: the program "
            "decides whether it needs one");
}

/* --- ssh --- */

static bool is_ssh_port(const struct rf_port *port)
{
    int64_t last = port->port_end.value > port->port.value ? port->port_end.value : port->port.value;

    return port->port.from.known == RF_KNOWN && port->port.value <= PORT_SSH && last >= PORT_SSH &&
           port->port.value > 0 && !is_udp(port);
}

static void look_ssh(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;
    const struct rf_fact_list *lists[] = {&subject->entrypoint, &subject->command};

    if (rf_ask_is_pod(look))
        return;
    for (size_t i = 0; i < subject->port_count; i++)
        if (is_ssh_port(&subject->ports[i]))
            rf_look_found(look, place_of(&subject->ports[i], &subject->ports[i].port.from),
                          "its port 22 is open: an ssh server is a second way in, past the engine");
    for (size_t i = 0; i < RF_COUNT(lists); i++) {
        struct rf_str program = lists[i]->count ? lists[i]->items[0].value : RF_STR("");

        (void)rf_str_cut(program, ' ', &program);
        if (rf_str_is(rf_ask_last_part(program), "sshd"))
            rf_look_found(look, &lists[i]->from, "it starts an ssh server, %.*s", RF_ASK_SHOW(program));
    }
}

/* --- the rows --- */

#define POD(container)                                                                                       \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    image: "     \
    "ocr:1\n" container

static const struct rf_rule rules[] = {
    {.id = "RF-NET-001",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_MANUAL,
     .title = "It takes a port of the node.",
     .why = "A hostPort is open on every address of the node, past services and their policies, and only one "
            "pod of a "
            "node can have it.",
     .remedy =
         "Remove hostPort and put a Service in front; a NodePort where it must be reached from outside.",
     .bad = POD("    ports:\n    - {containerPort: 8080, hostPort: 8080}\n"),
     .good = POD("    ports:\n    - {containerPort: 8080}\n"),
     .refs = "CIS Docker 5.8, 5.9 (5.7, 5.8 in older ones); PSS baseline hostPorts (1.0); NIST 800-190 4.4.2",
     .look = look_host_port},
    {.id = "RF-NET-002",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_LIVE,
     .fix = RF_FIX_GUARDED,
     .title = "A port is published on all addresses of the host.",
     .why = "Without an address docker opens the port to every network that the host is in, and its packet "
            "rules come "
            "before those of ufw and firewalld: what was meant for a reverse proxy on the same host is open "
            "to all.",
     .remedy = "Name the address: \"127.0.0.1:8080:8080\" for a proxy on the host; or no ports at all, where "
               "only other "
               "services of the project call it.",
     .bad = "services:\n  ocr:\n    image: ocr:1\n    ports: [\"8080:8080\"]",
     .good = "services:\n  ocr:\n    image: ocr:1\n    ports: [\"127.0.0.1:8080:8080\"]",
     .refs = "CIS Docker 5.14 (5.13 in older ones); NIST 800-190 4.4.2; OWASP 5a",
     .look = look_all_interfaces},
    {.id = "RF-NET-003",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_GUARDED,
     .title = "It listens below port 1024 without being root, where that is not allowed.",
     .why = "In a network of its own docker allows every port to everybody (ip_unprivileged_port_start is 0 "
            "there, "
            "measured); in the host's network the limit is 1024, and in Kubernetes it depends on the "
            "runtime: the same "
            "image works in Compose and fails in the cluster.",
     .remedy = "Listen on a port from 1024 (8080) and let the Service or the published port be 80; or set "
               "the safe sysctl "
               "net.ipv4.ip_unprivileged_port_start to 0 in the pod.",
     .bad = POD("    ports:\n    - {containerPort: 80}\n    securityContext: {runAsUser: 10001}\n"),
     .good = POD("    ports:\n    - {containerPort: 8080}\n    securityContext: {runAsUser: 10001}\n"),
     .refs = "CIS Docker 5.8 (5.7 in older ones)",
     .look = look_low_port},
    {.id = "RF-NET-004",
     .severity = RF_SEVERITY_LOW,
     .about = RF_ABOUT_COMPOSE,
     .fix = RF_FIX_GUARDED,
     .title = "It has a network that it does not need, or shares one with everybody.",
     .why = "A converter or trainer that is given its files needs no network; without one, a document that "
            "takes it over "
            "cannot send anything away. On the default bridge all containers of the host reach each other.",
     .remedy = "Write network_mode: none for a job that only reads and writes files; otherwise networks: "
               "with those it "
               "talks to, internal: true where nothing outside is needed.",
     .bad = "services:\n  ocr:\n    image: ocr:1\n    network_mode: bridge",
     .good = "services:\n  ocr:\n    image: ocr:1\n    network_mode: none",
     .refs = "CIS Docker 5.30 (5.29 in older ones); NIST 800-190 4.4.2; OWASP 5",
     .look = look_isolation},
    {.id = "RF-NET-005",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_LIVE,
     .fix = RF_FIX_MANUAL,
     .title = "It runs an ssh server.",
     .why = "Keys, passwords and users in the image are a second way in that nobody rotates, and sshd must "
            "start as root.",
     .remedy =
         "Remove sshd and port 22; docker exec and kubectl exec do the same under the control of the engine.",
     .bad = "FROM debian:12\nEXPOSE 22\nCMD [\"/usr/sbin/sshd\", \"-D\"]",
     .good = "FROM debian:12\nEXPOSE 8080\nCMD [\"serve\"]",
     .refs = "CIS Docker 5.7 (5.6 in older ones)",
     .look = look_ssh},
};

const struct rf_family rf_family_network = {rules, RF_COUNT(rules)};
