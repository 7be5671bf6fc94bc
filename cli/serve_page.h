// SPDX-License-Identifier: Apache-2.0
// serve_page.h: the page for browsers at a server's own port.
#ifndef GRAMDEX_SERVE_PAGE_H
#define GRAMDEX_SERVE_PAGE_H

#include "serve_options.h"

#include "gdx/server.h"

// Whether a browser finds the page here.
bool serve_page_is_there(const struct serve_options *options);
// Answers a request that is no call; false: there is no such path.
bool serve_page_reply(const struct serve_options *options, const gdx_resource_request *request,
                      gdx_resource_reply *reply);
// The address that a person opens in a browser, of one that is listened on: "http://127.0.0.1:50051/". "": a browser
// cannot reach it (a Unix socket, an inherited one).
void serve_page_address(const char *address, bool has_tls, char *to, size_t capacity);

#endif
