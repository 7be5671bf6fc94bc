// SPDX-License-Identifier: Apache-2.0
// serve_page.c: what `gramdex serve` answers a browser, and the address that it prints for people.

#include "serve_page.h"

#include "serve_guard.h"

#include "gdx/page.h"

#include <stdio.h>

static const char *why_absent(const struct serve_options *options) {
    return options->no_page ? "this server was started with --no-page" : gdx_page_absence();
}

bool serve_page_is_there(const struct serve_options *options) {
    return !why_absent(options);
}

bool serve_page_reply(const struct serve_options *options, const gdx_resource_request *request,
                      gdx_resource_reply *reply) {
    const char *why = why_absent(options);
    return why ? gdx_page_reply_absent(why, request, reply) : gdx_page_reply(request, reply);
}

void serve_page_address(const char *address, bool has_tls, char *to, size_t capacity) {
    const char *colon = strrchr(address, ':');
    gdx_slice host = {address, colon ? (size_t)(colon - address) : 0};
    to[0] = '\0';
    if (!colon || gdx_slice_equal(host, gdx_slice_of("fd")) || strncmp(address, "unix:", 5) == 0)
        return;
    if (serve_guard_is_any(address)) // none that a browser can open
        host = gdx_slice_of("localhost");
    snprintf(to, capacity, "http%s://%.*s%s/", has_tls ? "s" : "", GDX_SLICE_ARGUMENTS(host), colon);
}
