// SPDX-License-Identifier: Apache-2.0
// serve_figures.h: single figures of the metrics page: of the program, the server and its index. docs/server.md,
// "Metrics", says what each means. Loop thread only.
#ifndef GRAMDEX_SERVE_FIGURES_H
#define GRAMDEX_SERVE_FIGURES_H

#include "gdx/engine.h"

// The program and its process.
gdx_status serve_figures_write_program(gdx_buffer *out) GDX_MUST_CHECK;
// What is open, waits and runs, and the index; of a root, what its leaves have together.
gdx_status serve_figures_write(const gdx_server *server, gdx_work *work, gdx_engine *engine,
                               gdx_buffer *out) GDX_MUST_CHECK;

#endif
