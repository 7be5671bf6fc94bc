// SPDX-License-Identifier: Apache-2.0
// serve_root.h: the leaves of `gramdex serve --root`.
#ifndef GRAMDEX_SERVE_ROOT_H
#define GRAMDEX_SERVE_ROOT_H

#include "serve_options.h"

#include "gdx/fanout.h"
#include "gdx/metrics.h"

struct serve_root { // {0}: there is none
    gdx_fanout *fanout;
    gdx_tls *tls;
};

// Nothing without --root.
gdx_status serve_root_open(struct serve_root *root, const struct serve_options *options, gdx_error *err) GDX_MUST_CHECK;
void serve_root_close(struct serve_root *root); // after the engine
// Whether each slice has a leaf that serves it; without --root, true. `why` gets a line that says no.
bool serve_root_is_ready(const struct serve_root *root, char why[GDX_READY_BYTES]);
// Figures of each slice for Prometheus.
gdx_status serve_root_write(const struct serve_root *root, gdx_buffer *out) GDX_MUST_CHECK;

#endif
