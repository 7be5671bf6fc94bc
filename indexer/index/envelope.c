// SPDX-License-Identifier: Apache-2.0
// envelope.c: see envelope.h. A segment has another one, whose pages are checked one by one: segment/sink.c, reader.c.

#include "envelope.h"

#include "layout.h"

#include <assert.h>
#include <inttypes.h>

_Static_assert((int)MANIFEST_MAGIC_AT == (int)DELETIONS_MAGIC_AT &&
                   (int)MANIFEST_VERSION_AT == (int)DELETIONS_VERSION_AT,
               "both begin with the same fields");

void envelope_seal(uint8_t *file, size_t bytes, const char *magic) {
    size_t checked = bytes - INDEX_CHECKSUM_BYTES;
    assert(strlen(magic) == INDEX_MAGIC_BYTES);
    memcpy(file + MANIFEST_MAGIC_AT, magic, INDEX_MAGIC_BYTES);
    gdx_store_u32(file + MANIFEST_VERSION_AT, INDEX_VERSION);
    gdx_store_u64(file + checked, gdx_checksum(file, checked));
}

uint64_t envelope_checksum(const uint8_t *file, size_t bytes) {
    return gdx_load_u64(file + bytes - INDEX_CHECKSUM_BYTES);
}

gdx_status envelope_check(const char *path, const uint8_t *file, size_t bytes, const char *magic, const char *what,
                          gdx_error *err) {
    if (memcmp(file + MANIFEST_MAGIC_AT, magic, INDEX_MAGIC_BYTES) != 0)
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, MANIFEST_MAGIC_AT, "byte %d: not %s, expected \"%s\"",
                                MANIFEST_MAGIC_AT, what, magic);
    uint32_t version = gdx_load_u32(file + MANIFEST_VERSION_AT);
    if (version == 1)
        return gdx_fail_at_byte(err, GDX_UNSUPPORTED, path, MANIFEST_VERSION_AT,
                                "made by gramdex 0.1; index the documents anew: gramdex index --index NEW PATH...");
    if (version != INDEX_VERSION)
        return gdx_fail_at_byte(err, GDX_UNSUPPORTED, path, MANIFEST_VERSION_AT,
                                "byte %d: format version %" PRIu32 ", this program knows version %d",
                                MANIFEST_VERSION_AT, version, INDEX_VERSION);
    size_t checked = bytes - INDEX_CHECKSUM_BYTES;
    if (gdx_checksum(file, checked) != envelope_checksum(file, bytes))
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, checked,
                                "byte %zu: the checksum does not fit the %zu bytes before it", checked, checked);
    return GDX_OK;
}

gdx_status envelope_write(const char *path, const uint8_t *file, size_t bytes, gdx_error *err) {
    GDX_AUTO(gdx_output) output = NULL;
    gdx_status status = gdx_output_open(path, &output, err);
    if (status == GDX_OK)
        status = gdx_output_write(output, file, bytes, err);
    if (status != GDX_OK)
        return status;
    gdx_output *whole = output;
    output = NULL; // handed over
    return gdx_output_commit(whole, NULL, err);
}
