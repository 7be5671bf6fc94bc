// SPDX-License-Identifier: Apache-2.0
// draft_finish.c: what all readers that write into a draft end with. Relies on page.h and jansson, which spells the
// metadata as it does a record's, so that a document has the same hash whichever way it came.

#include "page.h"

#include <jansson.h>

static int append_dumped(const char *data, size_t bytes, void *buffer) {
    return gdx_buffer_append(buffer, data, bytes) == GDX_OK ? 0 : -1;
}

static json_t *metadata_of(const gdx_draft *draft) {
    json_t *object = json_object();
    gdx_draft_pair pair;
    for (size_t i = 0; object && gdx_draft_metadata_at(draft, i, &pair); i++) {
        json_t *value = json_stringn_nocheck(pair.value.data, pair.value.bytes);
        if (json_object_setn_new_nocheck(object, pair.key.data, pair.key.bytes, value) != 0) {
            json_decref(object);
            object = NULL;
        }
    }
    return object;
}

static gdx_status write_metadata(page_reader *reader, gdx_slice *out) {
    gdx_draft_pair first;
    *out = (gdx_slice){"", 0};
    if (!gdx_draft_metadata_at(reader->draft, 0, &first))
        return GDX_OK;
    reader->metadata.bytes = 0;
    json_t *object = metadata_of(reader->draft);
    int failed =
        object ? json_dump_callback(object, append_dumped, &reader->metadata, JSON_COMPACT | JSON_SORT_KEYS) : -1;
    json_decref(object);
    if (failed)
        return GDX_NO_MEMORY;
    *out = gdx_buffer_slice(&reader->metadata);
    return GDX_OK;
}

gdx_status ingest_draft_metadata(page_reader *reader, gdx_slice *out, gdx_error *err) {
    return write_metadata(reader, out) == GDX_OK ? GDX_OK : gdx_fail_memory(err, "the metadata of a document");
}

gdx_status ingest_draft_finish(page_reader *reader, gdx_document *out, gdx_error *err) {
    gdx_status status = gdx_draft_finish(reader->draft, out, err);
    return status == GDX_OK ? ingest_draft_metadata(reader, &out->metadata, err) : status;
}
