// SPDX-License-Identifier: Apache-2.0
// serve_guard.c: the rules of serve_guard.h.
// An attacker's page can have its own name lead to 127.0.0.1 (DNS rebinding), but the name stays in Host: an unknown
// one is refused. Addresses in digits cannot be led anywhere. What another site sends without asking (an image, a form,
// a fetch without CORS) carries Sec-Fetch-Site to addresses that browsers trust, and Origin if it is a POST. Fields
// that a proxy adds (X-Forwarded-Host) can be written by anybody, and say nothing here.

#include "serve_guard.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

static bool is(gdx_slice text, const char *word) {
    return gdx_slice_equal(text, gdx_slice_of(word));
}

// ---- hosts

static void set_four(struct guard_host *host, const void *four) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    host->is_address = true;
    memcpy(host->address, mapped, sizeof mapped);
    memcpy(host->address + sizeof mapped, four, 4);
}

static bool parse_port(gdx_slice text, unsigned *out) {
    unsigned port = 0;
    if (text.bytes == 0)
        return true; // "host:"
    for (size_t i = 0; i < text.bytes; i++) {
        if (!isdigit((unsigned char)text.data[i]) || (port = port * 10 + (unsigned)(text.data[i] - '0')) > UINT16_MAX)
            return false;
    }
    *out = port;
    return true;
}

// Letters as a resolver takes them; others are no host of ours, whatever they are.
static bool parse_name(gdx_slice text, struct guard_host *out) {
    struct in_addr four;
    if (text.bytes > 1 && text.data[text.bytes - 1] == '.')
        text.bytes--;
    if (text.bytes == 0 || text.bytes >= GUARD_NAME_BYTES)
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte >= 0x80 || (!isalnum(byte) && byte != '-' && byte != '.' && byte != '_'))
            return false;
        out->name[i] = (char)tolower(byte);
    }
    out->name[text.bytes] = 0;
    if (inet_pton(AF_INET, out->name, &four) == 1)
        set_four(out, &four);
    return true;
}

static bool parse_six(gdx_slice text, struct guard_host *out) {
    char digits[INET6_ADDRSTRLEN];
    if (text.bytes >= sizeof digits)
        return false;
    memcpy(digits, text.data, text.bytes);
    digits[text.bytes] = 0;
    out->is_address = true;
    return strlen(digits) == text.bytes && inet_pton(AF_INET6, digits, out->address) == 1;
}

bool serve_guard_host_parse(gdx_slice text, struct guard_host *out, unsigned *out_port) {
    bool is_six = text.bytes > 0 && text.data[0] == '[';
    const char *end = text.bytes ? memchr(text.data, is_six ? ']' : ':', text.bytes) : NULL;
    if (is_six && !end)
        return false;
    size_t bytes = end ? (size_t)(end - text.data) + is_six : text.bytes;
    gdx_slice rest = {text.data + bytes, text.bytes - bytes};
    *out = (struct guard_host){0};
    *out_port = 0;
    if (rest.bytes && (rest.data[0] != ':' || !parse_port((gdx_slice){rest.data + 1, rest.bytes - 1}, out_port)))
        return false;
    return is_six ? parse_six((gdx_slice){text.data + 1, bytes - 2}, out)
                  : parse_name((gdx_slice){text.data, bytes}, out);
}

static bool same_host(const struct guard_host *a, const struct guard_host *b) {
    if (a->is_address || b->is_address)
        return a->is_address && b->is_address && memcmp(a->address, b->address, sizeof a->address) == 0;
    return strcmp(a->name, b->name) == 0;
}

static bool is_loopback(const struct guard_host *host) {
    static const uint8_t four[4] = {127, 0, 0, 1};
    struct guard_host loopback = {.is_address = true, .address = {[15] = 1}};
    if (!host->is_address)
        return strcmp(host->name, "localhost") == 0;
    if (same_host(host, &loopback))
        return true;
    set_four(&loopback, four);
    return same_host(host, &loopback);
}

static bool knows(const struct serve_guard *guard, const struct guard_host *host) {
    if (is_loopback(host) || (host->is_address && guard->any_address))
        return true;
    for (size_t i = 0; i < guard->count; i++)
        if (same_host(host, &guard->hosts[i]))
            return true;
    return false;
}

// ---- origins

// "https://name:port" into its host and port, the scheme's own when it names none.
static bool parse_origin(gdx_slice origin, struct guard_host *out, unsigned *out_port) {
    static const struct {
        const char *scheme;
        unsigned port;
    } schemes[] = {{"http://", 80}, {"https://", 443}};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t bytes = strlen(schemes[i].scheme);
        if (origin.bytes <= bytes || memcmp(origin.data, schemes[i].scheme, bytes) != 0)
            continue;
        if (!serve_guard_host_parse((gdx_slice){origin.data + bytes, origin.bytes - bytes}, out, out_port))
            return false;
        *out_port = *out_port ? *out_port : schemes[i].port;
        return true;
    }
    return false;
}

// The page that asks is this server's own: its origin is the host that it asks. A proxy may have taken TLS away, so the
// scheme says nothing but the port that Host leaves out.
static bool is_own_origin(gdx_slice origin, const struct guard_host *host, unsigned host_port) {
    struct guard_host from;
    unsigned port, own_port = 0;
    if (!parse_origin(origin, &from, &port))
        return false;
    own_port = host_port ? host_port : memcmp(origin.data, "https", 5) == 0 ? 443 : 80;
    return same_host(&from, host) && port == own_port;
}

static bool is_allowed_origin(const struct serve_guard *guard, gdx_slice origin) {
    for (unsigned i = 0; guard->origins && i < guard->origins->count; i++)
        if (strlen(guard->origins->items[i]) == origin.bytes &&
            strncasecmp(guard->origins->items[i], origin.data, origin.bytes) == 0)
            return true;
    return false;
}

enum guard_verdict serve_guard_judge(const struct serve_guard *guard, const struct guard_request *request) {
    struct guard_host host;
    unsigned port;
    if (!serve_guard_host_parse(request->host, &host, &port) || !knows(guard, &host))
        return GUARD_UNKNOWN_HOST;
    if (request->origin.bytes && is_allowed_origin(guard, request->origin))
        return GUARD_LETS_ORIGIN_IN;
    if (request->origin.bytes && !is_own_origin(request->origin, &host, port))
        return GUARD_OTHER_SITE;
    gdx_slice site = request->fetch_site;
    if (site.bytes == 0 || is(site, "same-origin") || is(site, "none"))
        return GUARD_LETS_IN;
    // A link elsewhere that is followed: the page holds nothing of the index, and asks for it as its own.
    return request->asks_for_page && is(request->fetch_mode, "navigate") ? GUARD_LETS_IN : GUARD_OTHER_SITE;
}

// ---- the options

gdx_status serve_guard_check(const struct option_list *hosts, const struct option_list *origins, gdx_error *err) {
    struct guard_host host;
    unsigned port;
    for (unsigned i = 0; i < hosts->count; i++) {
        const char *end = strrchr(hosts->items[i], ':');
        if (!serve_guard_host_parse(gdx_slice_of(hosts->items[i]), &host, &port) || (end && !strchr(end, ']')))
            return gdx_fail(err, GDX_INVALID,
                            "--allow-host: \"%.200s\", expected a name or address without scheme and port, as "
                            "search.example.org or [2001:db8::1]",
                            hosts->items[i]);
    }
    for (unsigned i = 0; i < origins->count; i++) {
        const char *at = strstr(origins->items[i], "://");
        if (!at || strpbrk(at + 3, "/*?#@ ") || !at[3])
            return gdx_fail(err, GDX_INVALID,
                            "--allow-origin: \"%.200s\", expected scheme, host and port alone, as "
                            "https://app.example.org or http://localhost:5173",
                            origins->items[i]);
    }
    return GDX_OK;
}

// 0.0.0.0 or ::, every address of the machine.
static bool is_any(const struct guard_host *host) {
    static const uint8_t none[16] = {0}, four[16] = {[10] = 0xff, [11] = 0xff};
    return host->is_address && (memcmp(host->address, none, 16) == 0 || memcmp(host->address, four, 16) == 0);
}

static gdx_status add_host(struct serve_guard *guard, const struct guard_host *host, gdx_error *err) {
    if (is_any(host))
        guard->any_address = true;
    if (gdx_grow(&guard->hosts, &guard->capacity, guard->count + 1, sizeof *guard->hosts) != GDX_OK)
        return gdx_fail_memory(err, "the hosts that are allowed");
    guard->hosts[guard->count++] = *host;
    return GDX_OK;
}

static bool host_of_socket(const struct sockaddr_storage *where, struct guard_host *out) {
    *out = (struct guard_host){0};
    if (where->ss_family == AF_INET) {
        set_four(out, &((const struct sockaddr_in *)where)->sin_addr);
    } else if (where->ss_family == AF_INET6) {
        out->is_address = true;
        memcpy(out->address, &((const struct sockaddr_in6 *)where)->sin6_addr, sizeof out->address);
    }
    return out->is_address;
}

// Where a socket that was inherited listens.
static bool find_inherited(const char *address, struct sockaddr_storage *out) {
    socklen_t bytes = sizeof *out;
    return getsockname(atoi(address + strlen("fd:")), (struct sockaddr *)out, &bytes) == 0;
}

// What "*:80", "0:80" or a name stands for, as the listener has found it.
static bool find_named(const char *address, struct sockaddr_storage *out) {
    char host[256];
    const char *colon = strrchr(address, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *found = NULL;
    if (!colon || (size_t)(colon - address) >= sizeof host)
        return false;
    bool is_bracketed = address[0] == '[' && colon > address && colon[-1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(colon - address) - 2 * is_bracketed, address + is_bracketed);
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return false;
    memcpy(out, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return true;
}

// The address of a listener; false: it has none, for who comes by a Unix socket names a host as others do.
static bool listener_address(const char *address, struct guard_host *out) {
    struct sockaddr_storage where = {0};
    if (strncmp(address, "unix:", 5) == 0)
        return false;
    bool is_found = strncmp(address, "fd:", 3) == 0 ? find_inherited(address, &where) : find_named(address, &where);
    return is_found && host_of_socket(&where, out);
}

bool serve_guard_is_any(const char *address) {
    struct guard_host host;
    return listener_address(address, &host) && is_any(&host);
}

// By its address, and by the name that it was given.
static gdx_status add_listener(struct serve_guard *guard, const char *address, gdx_error *err) {
    struct guard_host host;
    unsigned port;
    gdx_status status = listener_address(address, &host) ? add_host(guard, &host, err) : GDX_OK;
    bool has_name = strncmp(address, "unix:", 5) != 0 && strncmp(address, "fd:", 3) != 0;
    if (status == GDX_OK && has_name && serve_guard_host_parse(gdx_slice_of(address), &host, &port))
        status = add_host(guard, &host, err);
    return status;
}

gdx_status serve_guard_open(struct serve_guard *guard, const struct serve_options *options, gdx_error *err) {
    struct guard_host host;
    unsigned port;
    gdx_status status = GDX_OK;
    guard->origins = &options->allow_origins;
    for (unsigned i = 0; i < options->addresses.count && status == GDX_OK; i++)
        status = add_listener(guard, options->addresses.items[i], err);
    for (unsigned i = 0; i < options->allow_hosts.count && status == GDX_OK; i++)
        if (serve_guard_host_parse(gdx_slice_of(options->allow_hosts.items[i]), &host, &port))
            status = add_host(guard, &host, err);
    return status;
}

void serve_guard_clear(struct serve_guard *guard) {
    free(guard->hosts);
    *guard = (struct serve_guard){0};
}

// ---- calls

struct header {
    const char *name, *value;
};

// False: no memory, and the call is reset: without them it does not go out.
static bool add_headers(gdx_call *call, const struct header *headers, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (gdx_call_add_header(call, gdx_slice_of(headers[i].name), gdx_slice_of(headers[i].value)) != GDX_OK) {
            gdx_call_cancel(call);
            return false;
        }
    return true;
}

static bool allow_origin(gdx_call *call, gdx_slice origin) {
    static const struct header exposed[] = {{"access-control-expose-headers",
                                             "grpc-status, grpc-message, grpc-status-details-bin, content-encoding, "
                                             "connect-content-encoding"}};
    if (gdx_call_add_header(call, gdx_slice_of("access-control-allow-origin"), origin) != GDX_OK) {
        gdx_call_cancel(call);
        return false;
    }
    return add_headers(call, exposed, 1);
}

// A browser asks first whether it may. No call is made of it.
static void answer_preflight(gdx_call *call) {
    static const struct header headers[] = {
        {"access-control-allow-methods", "GET, POST"},
        {"access-control-allow-headers", "authorization, content-type, content-encoding, connect-protocol-version, "
                                         "connect-timeout-ms, connect-content-encoding, connect-accept-encoding, "
                                         "grpc-timeout, x-grpc-web, x-user-agent, traceparent"},
        {"access-control-allow-private-network", "true"}, // from a public site to this machine
        {"access-control-max-age", "7200"}};
    gdx_answer answer = {.status = 204};
    if (add_headers(call, headers, sizeof headers / sizeof headers[0]))
        gdx_call_answer(call, &answer);
}

static bool let_in(const struct serve_guard *guard, gdx_call *call, bool by_origin) {
    static const struct header vary[] = {{"vary", "origin"}};
    static const struct header nosniff[] = {{"x-content-type-options", "nosniff"}};
    bool is_call = gdx_call_dialect(call) != GDX_DIALECT_PLAIN;
    if (guard->origins && guard->origins->count && !add_headers(call, vary, 1))
        return false;
    if (is_call && !add_headers(call, nosniff, 1))
        return false;
    if (!by_origin)
        return true;
    if (!allow_origin(call, gdx_call_field(call, GDX_HEAD_FIELD_ORIGIN)))
        return false;
    if (is_call || !is(gdx_call_field(call, GDX_HEAD_FIELD_METHOD), "OPTIONS"))
        return true;
    answer_preflight(call);
    return false;
}

static bool asks_for_page(const gdx_call *call) {
    gdx_slice method = gdx_call_field(call, GDX_HEAD_FIELD_METHOD);
    return gdx_call_dialect(call) == GDX_DIALECT_PLAIN && (is(method, "GET") || is(method, "HEAD"));
}

bool serve_guard_call(const struct serve_guard *guard, gdx_call *call) {
    struct guard_request request = {.host = gdx_call_field(call, GDX_HEAD_FIELD_AUTHORITY),
                                    .origin = gdx_call_field(call, GDX_HEAD_FIELD_ORIGIN),
                                    .fetch_site = gdx_call_field(call, GDX_HEAD_FIELD_FETCH_SITE),
                                    .fetch_mode = gdx_call_field(call, GDX_HEAD_FIELD_FETCH_MODE),
                                    .asks_for_page = asks_for_page(call)};
    enum guard_verdict verdict = serve_guard_judge(guard, &request);
    if (verdict == GUARD_LETS_IN || verdict == GUARD_LETS_ORIGIN_IN)
        return let_in(guard, call, verdict == GUARD_LETS_ORIGIN_IN);
    if (verdict == GUARD_UNKNOWN_HOST)
        gdx_call_answer_words(
            call, 403, GDX_GRPC_PERMISSION_DENIED, NULL,
            "host \"%.*s\" is not one of this server's: it answers as localhost, as the addresses that "
            "it listens on, and as what --allow-host names.\n",
            request.host.bytes < 200 ? (int)request.host.bytes : 200, request.host.data);
    else if (request.origin.bytes == 0)
        gdx_call_answer_words(call, 403, GDX_GRPC_PERMISSION_DENIED, NULL,
                              "a request from another site, which the browser does not name: open the page at its own "
                              "address, or ask by fetch from a site that --allow-origin names.\n");
    else
        gdx_call_answer_words(call, 403, GDX_GRPC_PERMISSION_DENIED, NULL,
                              "a request from another site (origin \"%.*s\"): --allow-origin names the sites that may "
                              "ask.\n",
                              request.origin.bytes < 200 ? (int)request.origin.bytes : 200, request.origin.data);
    return false;
}
