// SPDX-License-Identifier: Apache-2.0
// serve_guard.h: which requests of the web a server answers. A page on a loopback port can be reached by every site
// that a user visits, so a request must name a host that is this server's, and must not come from another site.
// docs/server.md, "Who may ask from a browser", is the rule. Relies on gdx/protocol.h. Loop thread only.
#ifndef GRAMDEX_SERVE_GUARD_H
#define GRAMDEX_SERVE_GUARD_H

#include "serve_options.h"

#include "gdx/protocol.h"

enum { GUARD_NAME_BYTES = 254 };

// An address in digits as 16 bytes (one of IPv4 as it is mapped into IPv6), or a name in lower case without a final
// dot.
struct guard_host {
    bool is_address;
    uint8_t address[16];
    char name[GUARD_NAME_BYTES];
};

struct serve_guard { // {0} knows localhost alone
    struct guard_host *hosts;
    size_t count, capacity;
    bool any_address;                  // a listener of all addresses
    const struct option_list *origins; // of --allow-origin; NULL: none
};

struct guard_request {
    gdx_slice host;   // Host, :authority
    gdx_slice origin; // empty: not sent
    gdx_slice fetch_site, fetch_mode;
    bool asks_for_page; // GET or HEAD of what is no method
};

enum guard_verdict {
    GUARD_LETS_IN,
    GUARD_LETS_ORIGIN_IN, // by --allow-origin: the answer must say so
    GUARD_UNKNOWN_HOST,
    GUARD_OTHER_SITE
};

// "name", "name:80", "127.0.0.1:80", "[::1]:80". False: it is none. *out_port is 0 for none.
bool serve_guard_host_parse(gdx_slice text, struct guard_host *out, unsigned *out_port);
enum guard_verdict serve_guard_judge(const struct serve_guard *guard, const struct guard_request *request);

// Options that cannot be meant: wrong use.
gdx_status serve_guard_check(const struct option_list *hosts, const struct option_list *origins,
                             gdx_error *err) GDX_MUST_CHECK;
// Whether an address that is listened on stands for every address of the machine.
bool serve_guard_is_any(const char *address);
// When the server listens: which hosts are its own. `options` must outlive the guard. GDX_NO_MEMORY.
gdx_status serve_guard_open(struct serve_guard *guard, const struct serve_options *options,
                            gdx_error *err) GDX_MUST_CHECK;
void serve_guard_clear(struct serve_guard *guard);
// As gdx_server_options.guard. False: the call is answered.
bool serve_guard_call(const struct serve_guard *guard, gdx_call *call);

#endif
