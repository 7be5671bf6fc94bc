// SPDX-License-Identifier: Apache-2.0
// serve_lanes.h: what the metrics page says of the queue.
#ifndef GRAMDEX_SERVE_LANES_H
#define GRAMDEX_SERVE_LANES_H

#include "gdx/work.h"

// Appends the text of /metrics for both lanes. GDX_NO_MEMORY.
gdx_status serve_lanes_write(gdx_work *work, gdx_buffer *out) GDX_MUST_CHECK;

#endif
