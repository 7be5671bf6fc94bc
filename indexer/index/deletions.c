// SPDX-License-Identifier: Apache-2.0
// deletions.c: which documents of one segment are gone. A file never changes; another deletion makes another file,
// named by the checksum at its end, so that readers of the last commit keep theirs and the same content has the same
// name. An open one is a copy: it is small, and whatever becomes of its file cannot change an answer.

#include "deletions.h"
#include "envelope.h"
#include "layout.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct deletions {
    atomic_size_t references;
    uint64_t name;
    uint8_t *data; // the whole file
    size_t bytes;
};

char *deletions_file_name(uint64_t name, char to[DELETIONS_FILE_NAME_BYTES]) {
    snprintf(to, DELETIONS_FILE_NAME_BYTES, "deletions-%016" PRIx64, name);
    return to;
}

size_t deletions_bitmap_bytes(uint32_t document_count) {
    return ((size_t)document_count + 7) / 8;
}

uint64_t deletions_file_bytes(uint32_t document_count) {
    return DELETIONS_HEADER_BYTES + (deletions_bitmap_bytes(document_count) + 7) / 8 * 8 + INDEX_CHECKSUM_BYTES;
}

// ---- write

static void encode(const gdx_segment_info *info, const uint8_t *bitmap, uint32_t deleted_count, uint8_t *to) {
    size_t bytes = (size_t)deletions_file_bytes(info->document_count);
    memset(to, 0, bytes);
    gdx_store_u32(to + DELETIONS_DOCUMENT_COUNT_AT, info->document_count);
    gdx_store_u64(to + DELETIONS_SEGMENT_NAME_AT, info->name);
    gdx_store_u32(to + DELETIONS_DELETED_COUNT_AT, deleted_count);
    memcpy(to + DELETIONS_HEADER_BYTES, bitmap, deletions_bitmap_bytes(info->document_count));
    envelope_seal(to, bytes, DELETIONS_MAGIC);
}

gdx_status deletions_write(const char *directory, const gdx_segment_info *info, const uint8_t *bitmap,
                           uint32_t deleted_count, uint64_t *out_name, gdx_error *err) {
    size_t bytes = (size_t)deletions_file_bytes(info->document_count);
    uint8_t *data = malloc(bytes);
    if (!data)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a list of deletions");
    encode(info, bitmap, deleted_count, data);
    uint64_t name = envelope_checksum(data, bytes);
    char file_name[DELETIONS_FILE_NAME_BYTES];
    char *path = gdx_path_join(directory, deletions_file_name(name, file_name));
    gdx_status status = path ? envelope_write(path, data, bytes, err)
                             : gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a path");
    free(path);
    free(data);
    if (status == GDX_OK)
        *out_name = name;
    return status;
}

// ---- open

static uint32_t count_bits(const uint8_t *bitmap, size_t bytes) {
    uint32_t bits = 0;
    size_t i = 0;
    for (; i + 8 <= bytes; i += 8)
        bits += (uint32_t)__builtin_popcountll(gdx_load_u64(bitmap + i));
    for (; i < bytes; i++)
        bits += (uint32_t)__builtin_popcount(bitmap[i]);
    return bits;
}

// What is wrong with the content, or NULL; *out_at is where. Size and checksum are right.
static const char *content_fault(const uint8_t *data, const struct manifest_segment *segment, size_t *out_at) {
    uint32_t documents = segment->info.document_count;
    *out_at = DELETIONS_DOCUMENT_COUNT_AT;
    if (gdx_load_u32(data + DELETIONS_DOCUMENT_COUNT_AT) != documents)
        return "another number of documents than the segment has";
    *out_at = DELETIONS_SEGMENT_NAME_AT;
    if (gdx_load_u64(data + DELETIONS_SEGMENT_NAME_AT) != segment->info.name)
        return "the deletions of another segment";
    *out_at = DELETIONS_DELETED_COUNT_AT;
    if (gdx_load_u32(data + DELETIONS_DELETED_COUNT_AT) != segment->deleted_count)
        return "another number of deletions than the manifest says";
    *out_at = DELETIONS_RESERVED_AT;
    if (gdx_load_u32(data + DELETIONS_RESERVED_AT) != 0)
        return "a reserved field that is not 0";
    // Bits after the last document are padding: were they set, they would be counted here and missed there.
    *out_at = DELETIONS_HEADER_BYTES;
    const uint8_t *bitmap = data + DELETIONS_HEADER_BYTES;
    size_t whole = documents / 8;
    size_t padded = (deletions_bitmap_bytes(documents) + 7) / 8 * 8;
    uint32_t bits = count_bits(bitmap, whole);
    uint32_t all = count_bits(bitmap, padded);
    if (documents % 8)
        bits += (uint32_t)__builtin_popcount(bitmap[whole] & ((1u << documents % 8) - 1));
    if (all != bits)
        return "marks after the last document";
    if (bits != segment->deleted_count)
        return "another number of marks than deletions";
    return NULL;
}

static gdx_status check(const char *path, const struct deletions *read, const struct manifest_segment *segment,
                        gdx_error *err) {
    gdx_status status = envelope_check(path, read->data, read->bytes, DELETIONS_MAGIC, "a list of deletions", err);
    if (status != GDX_OK)
        return status;
    size_t checked = read->bytes - INDEX_CHECKSUM_BYTES;
    if (envelope_checksum(read->data, read->bytes) != segment->deletions_name)
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, checked,
                                "byte %zu: the checksum does not fit the name of the file", checked);
    size_t at;
    const char *fault = content_fault(read->data, segment, &at);
    return fault ? gdx_fail_at_byte(err, GDX_CORRUPT, path, at, "byte %zu: %s", at, fault) : GDX_OK;
}

static gdx_status copy(const char *path, const gdx_map *map, const struct manifest_segment *segment,
                       struct deletions *to, gdx_error *err) {
    uint64_t expected = deletions_file_bytes(segment->info.document_count), byte = 0;
    if (map->bytes != expected)
        return gdx_fail_at(err, GDX_CORRUPT, path, "%zu bytes, expected %" PRIu64 " for %" PRIu32 " documents",
                           map->bytes, expected, segment->info.document_count);
    to->data = malloc(map->bytes);
    if (!to->data)
        return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to open it");
    memcpy(to->data, map->data, map->bytes);
    to->bytes = map->bytes;
    if (gdx_map_is_broken(map, &byte))
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, byte, "byte %" PRIu64 " cannot be read", byte);
    return GDX_OK;
}

static gdx_status open_path(const char *path, const struct manifest_segment *segment, struct deletions **out,
                            gdx_error *err) {
    struct deletions *deletions = malloc(sizeof *deletions);
    if (!deletions)
        return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to open it");
    atomic_init(&deletions->references, 1);
    deletions->name = segment->deletions_name;
    deletions->data = NULL;
    gdx_map map = {0};
    gdx_status status = gdx_map_open(&map, path, err);
    if (status == GDX_OK)
        status = copy(path, &map, segment, deletions, err);
    gdx_map_close(&map);
    if (status == GDX_OK)
        status = check(path, deletions, segment, err);
    if (status == GDX_OK)
        *out = deletions;
    else
        deletions_release(deletions);
    return status;
}

gdx_status deletions_open(const char *directory, const struct manifest_segment *segment, struct deletions **out,
                          gdx_error *err) {
    char file_name[DELETIONS_FILE_NAME_BYTES];
    char *path = gdx_path_join(directory, deletions_file_name(segment->deletions_name, file_name));
    if (!path)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a path");
    gdx_status status = open_path(path, segment, out, err);
    free(path);
    return status;
}

struct deletions *deletions_retain(struct deletions *deletions) {
    if (deletions)
        atomic_fetch_add_explicit(&deletions->references, 1, memory_order_relaxed);
    return deletions;
}

void deletions_release(struct deletions *deletions) {
    if (deletions && atomic_fetch_sub_explicit(&deletions->references, 1, memory_order_acq_rel) == 1) {
        free(deletions->data);
        free(deletions);
    }
}

uint64_t deletions_name(const struct deletions *deletions) {
    return deletions->name;
}

const uint8_t *deletions_bitmap(const struct deletions *deletions) {
    return deletions->data + DELETIONS_HEADER_BYTES;
}
