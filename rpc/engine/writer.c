// SPDX-License-Identifier: Apache-2.0
// writer.c: the index's writer for a call. That another call of this server has it is known here and costs nothing; the
// index's own lock is tried, and its holder looked for, only when it may be another process.

#include "request.h"

static gdx_status locked(gdx_exchange *exchange) {
    gdx_exchange_explain(exchange, REASON_INDEX_LOCKED, NULL);
    gdx_exchange_set_code(exchange, GDX_GRPC_FAILED_PRECONDITION);
    return GDX_BUSY;
}

gdx_status engine_open_writer(gdx_exchange *exchange, gdx_index_writer **out, gdx_error *err) {
    gdx_engine *engine = engine_of(exchange);
    if (atomic_exchange(&engine->is_writing, true)) {
        gdx_fail(err, GDX_BUSY, "another call is writing to this index; wait until it is done");
        return locked(exchange);
    }
    gdx_status status = gdx_index_writer_open(gdx_index_directory(engine->index), out, err);
    if (status != GDX_OK)
        atomic_store(&engine->is_writing, false);
    return status == GDX_BUSY ? locked(exchange) : status;
}

void engine_close_writer(gdx_engine *engine, gdx_index_writer **writer) {
    if (!*writer)
        return;
    gdx_index_writer_close(*writer);
    *writer = NULL;
    atomic_store(&engine->is_writing, false);
}
