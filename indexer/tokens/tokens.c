// SPDX-License-Identifier: Apache-2.0
// tokens.c: the first, plain form of token text: every group is coded as it stands, after the byte that says so.
// Relies on gdx/tokens.h.
#include "gdx/tokens.h"

#include <stdlib.h>

enum { RAW_GROUP = 0xff };

struct gdx_token_table {
    char unused;
};
struct gdx_token_learner {
    uint64_t sample_bytes;
};
struct gdx_token_encoder {
    const gdx_token_table *table;
};

static const gdx_token_table builtin;

const gdx_token_table *gdx_token_table_builtin(void) {
    return &builtin;
}

uint64_t gdx_token_table_builtin_checksum(void) {
    return gdx_checksum(NULL, 0);
}

gdx_status gdx_token_table_read(gdx_slice serialized, gdx_token_table **out, gdx_error *err) {
    if (serialized.bytes > 0)
        return gdx_fail(err, GDX_CORRUPT, "%zu bytes of tokens, none are known", serialized.bytes);
    *out = calloc(1, sizeof **out);
    return *out ? GDX_OK : gdx_fail_memory(err, "a table of tokens");
}

void gdx_token_table_free(gdx_token_table *table) {
    free(table);
}

size_t gdx_token_table_bytes(const gdx_token_table *table) {
    return table == &builtin ? 0 : sizeof *table;
}

gdx_status gdx_token_learner_new(gdx_token_learner **out, gdx_error *err) {
    *out = calloc(1, sizeof **out);
    return *out ? GDX_OK : gdx_fail_memory(err, "learning tokens");
}

void gdx_token_learner_free(gdx_token_learner *learner) {
    free(learner);
}

gdx_status gdx_token_learner_add(gdx_token_learner *learner, gdx_slice text, gdx_error *err) {
    if (!gdx_utf8_valid(text))
        return gdx_fail(err, GDX_INVALID, "a sample of %zu bytes is not UTF-8", text.bytes);
    learner->sample_bytes += text.bytes;
    return GDX_OK;
}

gdx_status gdx_token_learner_finish(gdx_token_learner *learner, uint64_t text_bytes, gdx_buffer *out, gdx_error *err) {
    (void)text_bytes, (void)out, (void)err;
    learner->sample_bytes = 0;
    return GDX_OK;
}

gdx_status gdx_token_encoder_new(const gdx_token_table *table, gdx_token_encoder **out, gdx_error *err) {
    *out = calloc(1, sizeof **out);
    if (!*out)
        return gdx_fail_memory(err, "finding tokens");
    (*out)->table = table;
    return GDX_OK;
}

void gdx_token_encoder_free(gdx_token_encoder *encoder) {
    free(encoder);
}

gdx_status gdx_token_encode(gdx_token_encoder *encoder, gdx_slice text, gdx_buffer *out, gdx_error *err) {
    (void)encoder;
    if (text.bytes > GDX_TOKEN_GROUP_BYTES)
        return gdx_fail(err, GDX_TOO_LARGE, "a group of %zu bytes, at most %d are allowed", text.bytes,
                        GDX_TOKEN_GROUP_BYTES);
    if (!gdx_utf8_valid(text))
        return gdx_fail(err, GDX_INVALID, "a group of %zu bytes is not UTF-8", text.bytes);
    if (text.bytes == 0)
        return GDX_OK;
    const uint8_t raw = RAW_GROUP;
    gdx_status status = gdx_buffer_reserve(out, text.bytes + 1);
    if (status == GDX_OK)
        status = gdx_buffer_append(out, &raw, 1);
    if (status == GDX_OK)
        status = gdx_buffer_append(out, text.data, text.bytes);
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a group of token text");
}

gdx_status gdx_token_decode(const gdx_token_table *table, gdx_slice coded, size_t limit_bytes, gdx_buffer *out,
                            gdx_error *err) {
    (void)table;
    if (coded.bytes == 0)
        return GDX_OK;
    gdx_slice text = {coded.data + 1, coded.bytes - 1};
    if ((uint8_t)coded.data[0] != RAW_GROUP || !gdx_utf8_valid(text))
        return gdx_fail(err, GDX_CORRUPT, "a group of %zu bytes is not token text", coded.bytes);
    if (text.bytes > limit_bytes)
        return gdx_fail(err, GDX_CORRUPT, "a group of %zu bytes of text, at most %zu are expected", text.bytes,
                        limit_bytes);
    if (gdx_buffer_append(out, text.data, text.bytes) != GDX_OK)
        return gdx_fail_memory(err, "stored text");
    return GDX_OK;
}

gdx_status gdx_token_decode_run(const gdx_token_table *table, gdx_slice coded, const uint32_t *ends, size_t count,
                                size_t limit_bytes, gdx_buffer *out, gdx_error *err) {
    size_t before = out->bytes;
    gdx_status status = GDX_OK;
    uint32_t begin = 0;
    for (size_t i = 0; i < count && status == GDX_OK; begin = ends[i++]) {
        if (ends[i] < begin || ends[i] > coded.bytes)
            status = gdx_fail(err, GDX_CORRUPT, "a group of token text ends at byte %u of %zu, it begins at %u",
                              ends[i], coded.bytes, begin);
        else
            status = gdx_token_decode(table, (gdx_slice){coded.data + begin, ends[i] - begin},
                                      limit_bytes - (out->bytes - before), out, err);
    }
    if (status != GDX_OK)
        out->bytes = before;
    return status;
}
