// SPDX-License-Identifier: Apache-2.0
// store_details.c: see store_details.h. What is at the end and empty is not written, so that a document that has
// nothing but an origin costs its length and its bytes.

#include "store_details.h"

#include "gdx/utf8.h"

#include <stdlib.h>

void store_details_clear(store_details *details) {
    free(details->parts);
    free(details->ends);
    free(details->places);
    *details = (store_details){0};
}

// ---- write

static gdx_status append_varint(gdx_buffer *out, uint64_t value) {
    uint8_t bytes[GDX_VARINT_BYTES];
    return gdx_buffer_append(out, bytes, gdx_varint_write(bytes, value));
}

static gdx_status append_string(gdx_buffer *out, gdx_slice string) {
    gdx_status status = append_varint(out, string.bytes);
    return status == GDX_OK && string.bytes ? gdx_buffer_append(out, string.data, string.bytes) : status;
}

static gdx_status append_places(const gdx_part_place *places, uint32_t count, gdx_buffer *out) {
    gdx_status status = append_varint(out, count);
    uint32_t before = 0;
    for (uint32_t i = 0; i < count && status == GDX_OK; i++) {
        status = append_varint(out, places[i].byte - before);
        if (status == GDX_OK)
            status = append_string(out, places[i].name);
        before = places[i].byte;
    }
    return status;
}

static bool has_places(const gdx_document *document) {
    bool has = document->text_place_count > 0;
    for (uint32_t i = 0; i < document->part_count; i++)
        has |= document->parts[i].place_count > 0;
    return has;
}

// How many parts, and the bytes of the text and of each but the last.
static gdx_status append_sizes(const gdx_document *document, gdx_buffer *out) {
    gdx_part_walk walk = {0};
    uint64_t bytes = document->text.bytes;
    gdx_status status = append_varint(out, document->part_count);
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(document, &walk));) {
        status = append_varint(out, bytes);
        bytes = part->text.bytes;
    }
    return status;
}

gdx_status store_details_append(const gdx_document *document, gdx_buffer *out) {
    bool with_places = has_places(document);
    bool with_sizes = document->part_count || with_places;
    if (document->origin.bytes == 0 && !with_sizes)
        return GDX_OK;
    gdx_status status = append_string(out, document->origin);
    if (status == GDX_OK && with_sizes)
        status = append_sizes(document, out);
    if (status != GDX_OK || !with_places)
        return status;
    gdx_part_walk walk = {0};
    status = append_places(document->text_places, document->text_place_count, out);
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(document, &walk));)
        status = append_places(part->places, part->place_count, out);
    return status;
}

// ---- read

struct reading {
    const uint8_t *at;
    const uint8_t *end;
};

static bool read_string(struct reading *from, gdx_slice *out) {
    uint64_t bytes;
    if (!gdx_varint_read(&from->at, from->end, &bytes) || bytes > (uint64_t)(from->end - from->at))
        return false;
    *out = (gdx_slice){(const char *)from->at, (size_t)bytes};
    from->at += bytes;
    return gdx_utf8_valid(*out);
}

static gdx_status read_sizes(struct reading *from, const gdx_part_row *rows, uint32_t row_count,
                             store_details *details) {
    uint64_t count = 0;
    if (from->at < from->end && !gdx_varint_read(&from->at, from->end, &count))
        return GDX_CORRUPT;
    if (count != row_count)
        return GDX_CORRUPT;
    gdx_status status = gdx_grow(&details->parts, &details->part_capacity, row_count, sizeof *details->parts);
    if (status == GDX_OK)
        status = gdx_grow(&details->ends, &details->end_capacity, row_count, sizeof *details->ends);
    if (status != GDX_OK)
        return status;
    uint64_t end = 0;
    for (uint32_t i = 0; i < row_count; i++) {
        uint64_t bytes;
        if (!gdx_varint_read(&from->at, from->end, &bytes) || bytes > UINT32_MAX - end)
            return GDX_CORRUPT;
        end += bytes;
        details->ends[i] = end;
        details->parts[i] = (gdx_part){.field = (gdx_field)rows[i].field};
    }
    details->part_count = row_count;
    return GDX_OK;
}

static gdx_status read_places(struct reading *from, store_details *details, uint32_t *out_count) {
    uint64_t count;
    uint64_t byte = 0;
    if (!gdx_varint_read(&from->at, from->end, &count) || count > (uint64_t)(from->end - from->at))
        return GDX_CORRUPT;
    if (gdx_grow(&details->places, &details->place_capacity, details->place_count + (size_t)count,
                 sizeof *details->places) != GDX_OK)
        return GDX_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t step;
        gdx_part_place *place = &details->places[details->place_count++];
        if (!gdx_varint_read(&from->at, from->end, &step) || step > UINT32_MAX - byte ||
            !read_string(from, &place->name))
            return GDX_CORRUPT;
        byte += step;
        place->byte = (uint32_t)byte;
    }
    *out_count = (uint32_t)count;
    return GDX_OK;
}

// The places of all parts are one array, which may move while it grows: only then each part gets its own.
static void share_places(store_details *details) {
    size_t first = details->text_places;
    for (size_t i = 0; i < details->part_count; i++) {
        gdx_part *part = &details->parts[i];
        part->places = part->place_count ? details->places + first : NULL;
        first += part->place_count;
    }
}

gdx_status store_details_read(gdx_slice coded, const gdx_part_row *rows, uint32_t row_count, store_details *details,
                              gdx_slice *out_origin) {
    struct reading from = {(const uint8_t *)coded.data, (const uint8_t *)coded.data + coded.bytes};
    details->part_count = details->place_count = 0;
    details->text_places = 0;
    *out_origin = (gdx_slice){"", 0};
    if (coded.bytes == 0)
        return row_count ? GDX_CORRUPT : GDX_OK;
    if (!read_string(&from, out_origin))
        return GDX_CORRUPT;
    gdx_status status = read_sizes(&from, rows, row_count, details);
    if (status != GDX_OK || from.at == from.end)
        return status;
    status = read_places(&from, details, &details->text_places);
    for (size_t i = 0; i < details->part_count && status == GDX_OK; i++)
        status = read_places(&from, details, &details->parts[i].place_count);
    if (status == GDX_OK && from.at != from.end)
        status = GDX_CORRUPT;
    if (status == GDX_OK)
        share_places(details);
    return status;
}

gdx_slice store_details_place(const store_details *details, uint32_t part, uint64_t byte) {
    const gdx_part_place *places = details->places;
    size_t low = 0, high = details->text_places; // the last place at or before the byte is before `high`
    if (part > details->part_count)
        return (gdx_slice){"", 0};
    if (part > 0) {
        places = details->parts[part - 1].places;
        high = details->parts[part - 1].place_count;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (places[middle].byte <= byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? places[low - 1].name : (gdx_slice){"", 0};
}
