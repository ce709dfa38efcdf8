/* `ports`, `expose` and `networks`. */
#include "manifest/compose_parts.h"

#include <errno.h>
#include <string.h>

enum { PORT_MAX = 65535 };

static int refuse_port(const struct rf_compose *compose, const struct rf_compose_node *node,
                       struct rf_err *err)
{
    return rf_compose_refuse(compose, node, "[[ADDRESS:]PORT[-PORT]:]PORT[-PORT][/PROTOCOL]", err);
}

/* "80", "8000-8010" */
static bool read_range(const struct rf_compose_node *node, struct rf_str text, struct rf_fact_int *ret,
                       struct rf_fact_int *ret_end)
{
    struct rf_str first;
    struct rf_str last = rf_compose_cut(node, text, '-', &first);

    if (first.len == 0)
        return text.len == 0;
    return rf_compose_number(node, first, ret) && rf_compose_number(node, last, ret_end) && ret->value >= 0 &&
           ret->value <= PORT_MAX && ret_end->value >= 0 && ret_end->value <= PORT_MAX;
}

/* [[ADDRESS:]HOST:]PORT[/PROTOCOL], where an IPv6 address may have brackets. */
static int read_short(struct rf_compose *compose, const struct rf_compose_node *node, struct rf_port *port,
                      struct rf_err *err)
{
    struct rf_str rest;
    struct rf_str protocol = rf_compose_cut_last(node, node->text, '/', &rest);
    struct rf_str front;
    struct rf_str target = rf_compose_cut_last(node, rest, ':', &front);
    struct rf_str address;
    struct rf_str host = rf_compose_cut_last(node, front, ':', &address);

    if (!target.ptr) {
        target = front;
        front = (struct rf_str){NULL, 0};
    }
    if (!host.ptr) {
        host = front;
        address = (struct rf_str){NULL, 0};
    }
    if (!front.ptr)
        host = address = (struct rf_str){NULL, 0};
    if (address.len > 1 && address.ptr[0] == '[' && address.ptr[address.len - 1] == ']')
        address = (struct rf_str){address.ptr + 1, address.len - 2};
    if (address.len)
        port->address = rf_compose_fact(node, address);
    if (protocol.ptr)
        port->protocol = rf_compose_fact(node, protocol);
    if (target.len == 0 || !read_range(node, target, &port->port, &port->port_end) ||
        !read_range(node, host, &port->host, &port->host_end))
        return refuse_port(compose, node, err);
    return 0;
}

static int read_published(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                          struct rf_err *err)
{
    struct rf_port *port = ret;

    if (node->kind != RF_YAML_SCALAR || !read_range(node, node->text, &port->host, &port->host_end))
        return rf_compose_refuse(compose, node, "PORT[-PORT]", err);
    return 0;
}

static int read_target(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    struct rf_port *port = ret;

    if (node->kind != RF_YAML_SCALAR || !read_range(node, node->text, &port->port, &port->port_end))
        return rf_compose_refuse(compose, node, "PORT", err);
    return 0;
}

static int read_port(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                     struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"name", rf_compose_text, offsetof(struct rf_port, name)},
        {"target", read_target, 0},
        {"published", read_published, 0},
        {"host_ip", rf_compose_text, offsetof(struct rf_port, address)},
        {"protocol", rf_compose_text, offsetof(struct rf_port, protocol)},
    };
    struct rf_port *port = ret;

    port->from = node->from;
    port->is_published = true;
    if (node->kind == RF_YAML_LIST)
        return refuse_port(compose, node, err);
    return node->kind == RF_YAML_MAP ? rf_compose_object(compose, node, members, RF_COUNT(members), port, err)
                                     : read_short(compose, node, port, err);
}

static int read_exposed(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                        struct rf_err *err)
{
    struct rf_port *port = ret;
    struct rf_str range;
    struct rf_str protocol;

    port->from = node->from;
    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "PORT[-PORT][/PROTOCOL]", err);
    protocol = rf_compose_cut(node, node->text, '/', &range);
    if (protocol.ptr)
        port->protocol = rf_compose_fact(node, protocol);
    if (!read_range(node, range, &port->port, &port->port_end))
        return rf_compose_refuse(compose, node, "PORT[-PORT][/PROTOCOL]", err);
    return 0;
}

static int add_ports(struct rf_compose *compose, const struct rf_compose_node *node, rf_compose_read_fn *read,
                     struct rf_subject *subject, struct rf_err *err)
{
    struct rf_port *ports = NULL;
    size_t count = 0;
    int r = rf_compose_items(compose, node, sizeof(*ports), read, &ports, &count, err);

    return r < 0 ? r
                 : rf_compose_append(compose, &subject->ports, &subject->port_count, sizeof(*ports), ports,
                                     count, err);
}

int rf_compose_ports(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                     struct rf_err *err)
{
    return add_ports(compose, node, read_port, ret, err);
}

int rf_compose_expose(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                      struct rf_err *err)
{
    return add_ports(compose, node, read_exposed, ret, err);
}

/* --- networks --- */

/* `external: true`, or a map that names it. */
static int read_external(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                         struct rf_err *err)
{
    struct rf_fact_bool *external = ret;

    if (node->kind != RF_YAML_MAP)
        return rf_compose_bool(compose, node, external, err);
    *external = (struct rf_fact_bool){.is_true = true, .from = node->from};
    return 0;
}

int rf_compose_networks(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                        struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"internal", rf_compose_bool, offsetof(struct rf_network_use, internal)},
        {"external", read_external, offsetof(struct rf_network_use, external)},
    };
    struct rf_subject *subject = ret;
    int r = rf_compose_as_map(compose, node, &node, err);

    if (r < 0)
        return r;
    if (node->count > RF_COMPOSE_MOUNTS)
        return rf_compose_fail(&node->from, err, "networks: more than %d", RF_COMPOSE_MOUNTS);
    subject->networks = rf_arena_array(compose->arena, node->count, sizeof(*subject->networks));
    if (!subject->networks)
        return rf_compose_no_memory(err);
    for (uint32_t i = 0; r == 0 && i < node->count; i++) {
        struct rf_network_use *use = &subject->networks[subject->network_count++];
        const struct rf_compose_node *network = rf_compose_find(compose->networks, node->pairs[i].key->text);

        compose->what = "networks";
        use->name = rf_compose_fact(node->pairs[i].key, node->pairs[i].key->text);
        if (!rf_compose_is_null(network))
            r = rf_compose_object(compose, network, members, RF_COUNT(members), use, err);
    }
    return r;
}
