// SPDX-License-Identifier: Apache-2.0
// form.c: replies as JSON (proto3's own mapping, gdx/json.h), for calls whose messages are JSON. It runs where the
// handler does: the loop only carries the bytes.

#include "server.h"

#include "gdx/json.h"

static int append(const char *text, size_t bytes, void *out) {
    return gdx_buffer_append(out, text, bytes) == GDX_OK ? 0 : -1;
}

gdx_status form_write(struct thread_tools *tools, const ProtobufCMessage *reply, gdx_error *err) {
    json_t *value = gdx_json_of(reply, GDX_JSON_PROTO);
    tools->packed.bytes = 0;
    bool written = value && json_dump_callback(value, append, &tools->packed, JSON_COMPACT) == 0;
    json_decref(value);
    return written ? GDX_OK : gdx_fail_memory(err, "a reply in JSON");
}
