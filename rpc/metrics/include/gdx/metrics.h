// SPDX-License-Identifier: Apache-2.0
// gdx/metrics.h: what a server reports of itself: counts and latency histograms of calls by method and status, gauges,
// as the text that Prometheus reads; and a listener for it over HTTP, with /healthz, /readyz and /version beside.
// Relies on gdx/server.h (call records) and libuv. Threads: all of it is the loop's. Signals: the program ignores
// SIGPIPE, as for gdx/server.h.
#ifndef GDX_METRICS_H
#define GDX_METRICS_H

#include "gdx/base.h"
#include "gdx/server.h"

#include <uv.h>

// ---- counting

typedef struct gdx_metrics gdx_metrics;
gdx_metrics *gdx_metrics_new(void); // NULL: no memory
void gdx_metrics_free(gdx_metrics *metrics);
// One more call; a page that was sent is none. Methods that the server does not have count under "unknown". No memory:
// the call is not counted.
void gdx_metrics_count(gdx_metrics *metrics, const gdx_call_record *record);
// The text of all that was counted, appended. GDX_NO_MEMORY.
gdx_status gdx_metrics_write(const gdx_metrics *metrics, gdx_buffer *out) GDX_MUST_CHECK;
// The text of the process, as Prometheus's own libraries name it: process_cpu_seconds_total and so on. What the system
// does not say (no /proc) is left out. Cost: a listing of the open files.
gdx_status gdx_metrics_write_process(gdx_buffer *out) GDX_MUST_CHECK;
// The same for one figure of the caller's. `type`: "gauge" or "counter".
gdx_status gdx_metrics_write_figure(gdx_buffer *out, const char *name, const char *type, const char *help,
                                    uint64_t value) GDX_MUST_CHECK;
gdx_status gdx_metrics_write_seconds(gdx_buffer *out, const char *name, const char *type, const char *help,
                                     double seconds) GDX_MUST_CHECK;

// ---- the listener

enum { GDX_READY_BYTES = 128 };

typedef struct gdx_metrics_pages {
    gdx_status (*metrics)(void *context, gdx_buffer *out); // the body of /metrics
    bool (*is_healthy)(void *context);                     // /healthz: 200 or 503
    // /readyz: false is 503. `why` gets a line that says so.
    bool (*is_ready)(void *context, char why[GDX_READY_BYTES]);
    const char *version; // the body of /version, in JSON; must outlive the listener
    void *context;
} gdx_metrics_pages;

typedef struct gdx_metrics_listener gdx_metrics_listener;
// As gdx_server_listen. A visitor has his seat for 5 s at most, and who finds none waits for one.
// GDX_INVALID, GDX_IO, GDX_NO_MEMORY.
gdx_status gdx_metrics_listen(uv_loop_t *loop, const char *address, const gdx_metrics_pages *pages,
                              gdx_metrics_listener **out, gdx_error *err) GDX_MUST_CHECK;
unsigned gdx_metrics_port(const gdx_metrics_listener *listener);
// Ends its connections and frees it from the loop's next turns. NULL is fine.
void gdx_metrics_close(gdx_metrics_listener *listener);

#endif
