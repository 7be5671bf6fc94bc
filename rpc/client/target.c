// SPDX-License-Identifier: Apache-2.0
// target.c: "host:port", "[address]:port" or "unix:/path".

#include "target.h"

#include <stdlib.h>
#include <sys/un.h>

void target_clear(struct target *target) {
    free(target->unix_path);
    free(target->host);
    free(target->port);
    free(target->authority);
    *target = (struct target){0};
}

static gdx_status no_form(const char *text, gdx_error *err) {
    return gdx_fail(err, GDX_INVALID, "server \"%s\": expected host:port, [address]:port or unix:/path", text);
}

static gdx_status parse_unix(const char *text, struct target *out, gdx_error *err) {
    const char *path = text + strlen("unix:");
    if (!*path)
        return no_form(text, err);
    struct sockaddr_un name;
    if (strlen(path) >= sizeof name.sun_path) // libuv would cut it
        return gdx_fail(err, GDX_INVALID, "server \"%s\": a path of %zu bytes, a socket's has at most %zu", text,
                        strlen(path), sizeof name.sun_path - 1);
    out->unix_path = strdup(path);
    out->authority = strdup("localhost");
    return GDX_OK;
}

static gdx_status parse_tcp(const char *text, struct target *out, gdx_error *err) {
    const char *colon = strrchr(text, ':');
    if (!colon || colon == text || !colon[1])
        return no_form(text, err);
    const char *host = text;
    const char *end = colon;
    if (*host == '[') {
        if (end[-1] != ']')
            return no_form(text, err);
        host++;
        end--;
    } else if (memchr(host, ':', (size_t)(end - host))) {
        return no_form(text, err); // an IPv6 address without brackets: which colon is the port's?
    }
    out->host = strndup(host, (size_t)(end - host));
    out->port = strdup(colon + 1);
    out->authority = strdup(text);
    return GDX_OK;
}

gdx_status target_parse(const char *text, struct target *out, gdx_error *err) {
    struct target target = {0};
    bool is_unix = strncmp(text, "unix:", strlen("unix:")) == 0;
    gdx_status status = is_unix ? parse_unix(text, &target, err) : parse_tcp(text, &target, err);
    if (status == GDX_OK && (!target.authority || !(is_unix                      ? target.unix_path
                                                    : target.host && target.port ? target.host
                                                                                 : NULL)))
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory for the server's address");
    if (status == GDX_OK)
        *out = target;
    else
        target_clear(&target);
    return status;
}
