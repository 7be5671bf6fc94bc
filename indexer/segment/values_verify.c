// SPDX-License-Identifier: Apache-2.0
// values_verify.c: a full check of the columns of metadata values: keys and values are in order, each value is some
// document's, and each document has the values that its stored metadata has.

#include "store_reader.h"
#include "verify_context.h"

#include <stdlib.h>

struct checking {
    const verify_context *verification;
    gdx_keys key; // the one at hand
    uint32_t number;
    gdx_values values;
    uint8_t *used; // bit of each value
    uint32_t document;
    uint8_t *met; // bit of each value of the document, by its place
    uint32_t met_count;
    bool left_out;
    gdx_buffer scratch;
    gdx_error *err;
};

static gdx_status refuse(const struct checking *checking, const char *what) {
    uint64_t row = (uint64_t)checking->number * checking->values.count + checking->document;
    return segment_damaged(checking->verification->segment, SECTION_DOCUMENT_VALUES, row * 4, what, checking->err);
}

static gdx_status order_of_values(const struct checking *checking) {
    const gdx_segment *segment = checking->verification->segment;
    gdx_slice before = {NULL, 0};
    for (uint32_t i = 0; i < checking->values.value_count; i++) {
        gdx_slice value;
        gdx_status status = gdx_segment_value(segment, &checking->values, i, &value, checking->err);
        if (status == GDX_OK && i % GDX_VERIFY_LOOK_EVERY == 0)
            status = verify_look(checking->verification, checking->err);
        if (status != GDX_OK)
            return status;
        if (value.bytes == 0 || value.bytes > GDX_VALUE_BYTES_MAX || (i && gdx_slice_compare(before, value) >= 0))
            return segment_damaged(segment, SECTION_VALUE_OFFSETS, ((uint64_t)checking->values.first + i) * 4,
                                   "values out of order", checking->err);
        before = value;
    }
    return GDX_OK;
}

// A value of the metadata: the row has it.
static gdx_status meet(void *context, uint32_t key, gdx_slice value) {
    struct checking *checking = context;
    uint32_t count, number, at = 0;
    (void)key;
    if (!value.data) {
        checking->left_out = true;
        return GDX_OK;
    }
    const uint32_t *numbers = gdx_values_of(&checking->values, checking->document, &count);
    gdx_status status =
        gdx_segment_find_value(checking->verification->segment, &checking->values, value, &number, checking->err);
    if (status != GDX_OK)
        return status;
    while (at < count && numbers[at] != number)
        at++;
    if (at == count || number == checking->values.value_count) {
        checking->left_out = true; // more of them than a row takes
        return count >= GDX_VALUES_MAX ? GDX_OK : refuse(checking, "a value of its metadata is not in it");
    }
    checking->met_count += !gdx_bit(checking->met, at);
    gdx_bit_set(checking->met, at);
    gdx_bit_set(checking->used, number);
    return GDX_OK;
}

static gdx_status check_document(struct checking *checking, gdx_slice metadata) {
    uint32_t count;
    memset(checking->met, 0, gdx_bits_bytes(GDX_VALUES_MAX + 1));
    checking->met_count = 0;
    checking->left_out = false;
    gdx_status status = gdx_metadata_values(metadata, &checking->key, &checking->scratch, meet, checking);
    const uint32_t *numbers = gdx_values_of(&checking->values, checking->document, &count);
    bool says_left_out = count && numbers[count - 1] == GDX_VALUE_LEFT_OUT;
    if (status == GDX_OK && (says_left_out != checking->left_out || count != checking->met_count + says_left_out))
        status = refuse(checking, "values that its metadata does not have");
    return status;
}

static gdx_status check_documents(struct checking *checking, gdx_store_reader *reader) {
    const gdx_segment *segment = checking->verification->segment;
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; d < checking->values.count && status == GDX_OK; d++) {
        gdx_document head;
        checking->document = d;
        status = d % GDX_VERIFY_LOOK_EVERY == 0 ? verify_look(checking->verification, checking->err) : GDX_OK;
        if (status == GDX_OK) // changes nothing
            status = gdx_store_read_head(reader, (gdx_segment *)segment, d, &head, checking->err);
        if (status == GDX_OK)
            status = check_document(checking, head.metadata);
    }
    if (status == GDX_OK &&
        gdx_bits_count(checking->used, checking->values.value_count) != checking->values.value_count)
        status = segment_damaged(segment, SECTION_VALUES, 0, "a value that no document has", checking->err);
    return status;
}

static gdx_status check_key(struct checking *checking, uint32_t number, gdx_store_reader *reader, gdx_slice *before) {
    gdx_error *err = checking->err;
    const gdx_segment *segment = checking->verification->segment;
    gdx_slice name;
    bool has = false;
    gdx_status status = gdx_segment_key(segment, number, &name, err);
    if (status == GDX_OK && number && gdx_slice_compare(*before, name) >= 0)
        status = segment_damaged(segment, SECTION_KEYS, (uint64_t)number * KEY_BYTES, "keys out of order", err);
    if (status == GDX_OK)
        status = gdx_segment_values(segment, name, &checking->values, &has, err);
    *before = name;
    checking->number = number;
    checking->key = (gdx_keys){0};
    if (status == GDX_OK)
        status = gdx_keys_add(&checking->key, name, err);
    if (status == GDX_OK)
        status = order_of_values(checking);
    if (status != GDX_OK)
        return status;
    checking->used = calloc(gdx_bits_bytes(checking->values.value_count) + 1, 1);
    status = checking->used ? check_documents(checking, reader) : verify_no_memory(checking->verification, err);
    free(checking->used);
    return status;
}

gdx_status values_verify(const verify_context *verification, gdx_error *err) {
    uint8_t met[GDX_VALUES_MAX / 8 + 1];
    struct checking checking = {.verification = verification, .met = met, .err = err};
    const gdx_segment *segment = verification->segment;
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(0);
    gdx_slice before = {NULL, 0};
    gdx_status status = reader ? GDX_OK : verify_no_memory(verification, err);
    for (uint32_t k = 0; k < segment->key_count && status == GDX_OK; k++)
        status = check_key(&checking, k, reader, &before);
    if (status == GDX_OK && segment->key_count &&
        checking.values.first + checking.values.value_count != segment->value_count)
        status = segment_damaged(segment, SECTION_KEYS, 0, "values of no key", err);
    gdx_buffer_clear(&checking.scratch);
    return status;
}
