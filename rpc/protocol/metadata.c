// SPDX-License-Identifier: Apache-2.0
// metadata.c: lists of names and values.
// Entry: u32 bytes of the name, u32 bytes of the value, name, value; one after the other in a single buffer.

#include "metadata.h"

#include "gdx/base64.h"

enum { ENTRY_HEAD_BYTES = 8 };

bool metadata_is_binary(gdx_slice name) {
    return name.bytes > 4 && memcmp(name.data + name.bytes - 4, "-bin", 4) == 0;
}

static bool name_is_valid(gdx_slice name) {
    static const char *const reserved[] = {"te",      "content-type",   "connection",
                                           "host",    "content-length", "transfer-encoding",
                                           "upgrade", "keep-alive",     "proxy-connection"};
    if (name.bytes == 0 || (name.bytes >= 5 && memcmp(name.data, "grpc-", 5) == 0))
        return false;
    for (size_t i = 0; i < name.bytes; i++) {
        char c = name.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '_' || c == '.' || c == '-'))
            return false;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (gdx_slice_equal(name, gdx_slice_of(reserved[i])))
            return false;
    }
    return true;
}

static bool value_is_printable(gdx_slice value) {
    for (size_t i = 0; i < value.bytes; i++) {
        if (value.data[i] < 0x20 || value.data[i] > 0x7e)
            return false;
    }
    return value.bytes == 0 || (value.data[0] != ' ' && value.data[value.bytes - 1] != ' ');
}

gdx_status metadata_append(gdx_metadata *metadata, gdx_slice name, gdx_slice value) {
    if (name.bytes > UINT32_MAX || value.bytes > UINT32_MAX)
        return GDX_TOO_LARGE;
    gdx_status status = gdx_buffer_reserve(&metadata->bytes, ENTRY_HEAD_BYTES + name.bytes + value.bytes);
    if (status != GDX_OK)
        return status;
    uint8_t head[ENTRY_HEAD_BYTES];
    gdx_store_u32(head, (uint32_t)name.bytes);
    gdx_store_u32(head + 4, (uint32_t)value.bytes);
    status = gdx_buffer_append(&metadata->bytes, head, sizeof head);
    if (status == GDX_OK)
        status = gdx_buffer_append(&metadata->bytes, name.data, name.bytes);
    if (status == GDX_OK)
        status = gdx_buffer_append(&metadata->bytes, value.data, value.bytes);
    metadata->count++;
    return status;
}

gdx_status gdx_metadata_add(gdx_metadata *metadata, gdx_slice name, gdx_slice value) {
    if (!name_is_valid(name) || (!metadata_is_binary(name) && !value_is_printable(value)))
        return GDX_INVALID;
    return metadata_append(metadata, name, value);
}

// One name, perhaps several values joined by commas, as proxies may do: each becomes an entry.
static gdx_status append_binary(gdx_metadata *metadata, gdx_slice name, gdx_slice text) {
    gdx_buffer raw = {0};
    gdx_status status = GDX_OK;
    for (;;) {
        const char *comma = text.bytes ? memchr(text.data, ',', text.bytes) : NULL;
        gdx_slice one = {text.data, comma ? (size_t)(comma - text.data) : text.bytes};
        while (one.bytes && *one.data == ' ')
            one = (gdx_slice){one.data + 1, one.bytes - 1};
        while (one.bytes && one.data[one.bytes - 1] == ' ')
            one.bytes--;
        raw.bytes = 0;
        status = gdx_base64_decode(one, &raw);
        if (status == GDX_OK)
            status = metadata_append(metadata, name, gdx_buffer_slice(&raw));
        if (status != GDX_OK || !comma)
            break;
        text = (gdx_slice){comma + 1, text.bytes - (size_t)(comma + 1 - text.data)};
    }
    gdx_buffer_clear(&raw);
    return status;
}

gdx_status metadata_append_from_wire(gdx_metadata *metadata, gdx_slice name, gdx_slice value) {
    return metadata_is_binary(name) ? append_binary(metadata, name, value) : metadata_append(metadata, name, value);
}

bool gdx_metadata_next(const gdx_metadata *metadata, size_t *at, gdx_slice *out_name, gdx_slice *out_value) {
    if (*at >= metadata->bytes.bytes)
        return false;
    const uint8_t *entry = metadata->bytes.data + *at;
    *out_name = (gdx_slice){(const char *)entry + ENTRY_HEAD_BYTES, gdx_load_u32(entry)};
    *out_value = (gdx_slice){out_name->data + out_name->bytes, gdx_load_u32(entry + 4)};
    *at += ENTRY_HEAD_BYTES + out_name->bytes + out_value->bytes;
    return true;
}

bool gdx_metadata_find(const gdx_metadata *metadata, const char *name, gdx_slice *out_value) {
    gdx_slice wanted = gdx_slice_of(name), found, value;
    for (size_t at = 0; gdx_metadata_next(metadata, &at, &found, &value);) {
        if (gdx_slice_equal(found, wanted)) {
            *out_value = value;
            return true;
        }
    }
    return false;
}

void gdx_metadata_reset(gdx_metadata *metadata) {
    metadata->bytes.bytes = 0;
    metadata->count = 0;
}

void gdx_metadata_clear(gdx_metadata *metadata) {
    gdx_buffer_clear(&metadata->bytes);
    metadata->count = 0;
}
