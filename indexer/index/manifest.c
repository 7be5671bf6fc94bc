// SPDX-License-Identifier: Apache-2.0
// manifest.c: the list of live segments, encoded, decoded and read. Relies on layout.h for the places of its fields.
// Everything that a manifest says twice (its totals, a count and a name that go together) is compared here, so that the
// rest of the module may trust a manifest it was given.

#include "manifest.h"
#include "deletions.h"
#include "envelope.h"
#include "layout.h"

#include "gdx/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

_Static_assert((int)MANIFEST_KEY_BYTES == (int)GDX_KEY_BYTES_MAX, "a key is stored as it is held");

struct manifest manifest_of_rule(const gdx_rule *rule, uint64_t commit) {
    return (struct manifest){
        .rule_fingerprint = gdx_rule_checksum(rule),
        .rule_number = gdx_rule_number(rule),
        .commit = commit,
    };
}

void manifest_clear(struct manifest *manifest) {
    free(manifest->segments);
    *manifest = (struct manifest){0};
}

gdx_status manifest_append(struct manifest *manifest, const struct manifest_segment *segment) {
    gdx_status status =
        gdx_grow(&manifest->segments, &manifest->capacity, manifest->count + 1, sizeof *manifest->segments);
    if (status == GDX_OK)
        manifest->segments[manifest->count++] = *segment;
    return status;
}

uint64_t manifest_documents(const struct manifest *manifest) {
    uint64_t documents = 0;
    for (size_t i = 0; i < manifest->count; i++)
        documents += manifest->segments[i].info.document_count - manifest->segments[i].deleted_count;
    return documents;
}

uint64_t manifest_symbols(const struct manifest *manifest) {
    uint64_t symbols = 0;
    for (size_t i = 0; i < manifest->count; i++)
        symbols += manifest->segments[i].info.symbol_count - manifest->segments[i].deleted_symbols;
    return symbols;
}

static uint64_t encoded_bytes(size_t segment_count, size_t key_count, bool has_reprints) {
    return MANIFEST_HEADER_BYTES + (uint64_t)segment_count * MANIFEST_RECORD_BYTES +
           (uint64_t)key_count * MANIFEST_KEY_BYTES + (has_reprints ? MANIFEST_SIDE_BYTES : 0) + INDEX_CHECKSUM_BYTES;
}

static uint64_t own_bytes(const struct manifest *manifest) {
    return encoded_bytes(manifest->count, manifest->keys.count, manifest->reprints_bytes > 0);
}

uint64_t manifest_file_bytes(const struct manifest *manifest) {
    uint64_t bytes = own_bytes(manifest) + manifest->reprints_bytes;
    for (size_t i = 0; i < manifest->count; i++) {
        const struct manifest_segment *segment = &manifest->segments[i];
        bytes += segment->info.bytes;
        if (segment->deleted_count)
            bytes += deletions_file_bytes(segment->info.document_count);
    }
    return bytes;
}

bool manifest_names_segment(const struct manifest *manifest, uint64_t name) {
    for (size_t i = 0; i < manifest->count; i++)
        if (manifest->segments[i].info.name == name)
            return true;
    return false;
}

bool manifest_names_deletions(const struct manifest *manifest, uint64_t name) {
    for (size_t i = 0; i < manifest->count; i++)
        if (manifest->segments[i].deleted_count && manifest->segments[i].deletions_name == name)
            return true;
    return false;
}

// ---- encode

static void encode_header(const struct manifest *manifest, uint8_t *to) {
    gdx_store_u32(to + MANIFEST_SEGMENT_COUNT_AT, (uint32_t)manifest->count);
    gdx_store_u64(to + MANIFEST_RULE_FINGERPRINT_AT, manifest->rule_fingerprint);
    gdx_store_u64(to + MANIFEST_COMMIT_AT, manifest->commit);
    gdx_store_u64(to + MANIFEST_DOCUMENT_COUNT_AT, manifest_documents(manifest));
    gdx_store_u64(to + MANIFEST_SYMBOL_COUNT_AT, manifest_symbols(manifest));
    gdx_store_u64(to + MANIFEST_FILE_BYTES_AT, manifest_file_bytes(manifest));
    gdx_store_u32(to + MANIFEST_RULE_NUMBER_AT, manifest->rule_number);
    gdx_store_u16(to + MANIFEST_KEY_COUNT_AT, (uint16_t)manifest->keys.count);
    to[MANIFEST_REPRINTS_AT] = manifest->reprints_bytes > 0;
    to[MANIFEST_SHAPE_AT] = (uint8_t)manifest->shape;
}

static void encode_record(const struct manifest_segment *segment, uint8_t *to) {
    gdx_store_u64(to + RECORD_NAME_AT, segment->info.name);
    gdx_store_u64(to + RECORD_BYTES_AT, segment->info.bytes);
    gdx_store_u32(to + RECORD_DOCUMENT_COUNT_AT, segment->info.document_count);
    gdx_store_u32(to + RECORD_POSITION_COUNT_AT, segment->info.position_count);
    gdx_store_u64(to + RECORD_SYMBOL_COUNT_AT, segment->info.symbol_count);
    gdx_store_u64(to + RECORD_TEXT_BYTES_AT, segment->info.text_bytes);
    gdx_store_u64(to + RECORD_DELETIONS_NAME_AT, segment->deletions_name);
    gdx_store_u64(to + RECORD_DELETED_SYMBOLS_AT, segment->deleted_symbols);
    gdx_store_u32(to + RECORD_DELETED_COUNT_AT, segment->deleted_count);
    gdx_store_u32(to + RECORD_RESERVED_AT, 0);
}

gdx_status manifest_encode(const struct manifest *manifest, gdx_buffer *out) {
    size_t bytes = (size_t)own_bytes(manifest);
    gdx_status status = gdx_buffer_reserve(out, bytes);
    if (status != GDX_OK)
        return status;
    uint8_t *to = out->data + out->bytes;
    encode_header(manifest, to);
    for (size_t i = 0; i < manifest->count; i++)
        encode_record(&manifest->segments[i], to + MANIFEST_HEADER_BYTES + i * MANIFEST_RECORD_BYTES);
    uint8_t *keys = to + MANIFEST_HEADER_BYTES + manifest->count * MANIFEST_RECORD_BYTES;
    memcpy(keys, manifest->keys.names, manifest->keys.count * (size_t)MANIFEST_KEY_BYTES);
    if (manifest->reprints_bytes) {
        uint8_t *side = keys + manifest->keys.count * (size_t)MANIFEST_KEY_BYTES;
        gdx_store_u64(side + SIDE_NAME_AT, manifest->reprints_name);
        gdx_store_u64(side + SIDE_BYTES_AT, manifest->reprints_bytes);
    }
    envelope_seal(to, bytes, MANIFEST_MAGIC);
    out->bytes += bytes;
    return GDX_OK;
}

// ---- decode

static gdx_status check_frame(const char *path, gdx_slice bytes, gdx_error *err) {
    const uint8_t *at = (const uint8_t *)bytes.data;
    if (bytes.bytes < encoded_bytes(0, 0, false))
        return gdx_fail_at(err, GDX_CORRUPT, path, "%zu bytes, a manifest has at least %" PRIu64, bytes.bytes,
                           encoded_bytes(0, 0, false));
    gdx_status status = envelope_check(path, at, bytes.bytes, MANIFEST_MAGIC, "a manifest", err);
    if (status != GDX_OK)
        return status;
    uint32_t count = gdx_load_u32(at + MANIFEST_SEGMENT_COUNT_AT);
    uint32_t key_count = gdx_load_u16(at + MANIFEST_KEY_COUNT_AT), reprints = at[MANIFEST_REPRINTS_AT];
    if (key_count > GDX_KEYS_MAX)
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, MANIFEST_KEY_COUNT_AT,
                                "byte %d: %" PRIu32 " keys of metadata, at most %d", MANIFEST_KEY_COUNT_AT, key_count,
                                GDX_KEYS_MAX);
    if (reprints > 1)
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, MANIFEST_REPRINTS_AT,
                                "byte %d: %" PRIu32 " tables of reprints, expected 0 or 1", MANIFEST_REPRINTS_AT,
                                reprints);
    if (at[MANIFEST_SHAPE_AT] >= GDX_SHAPES)
        return gdx_fail_at_byte(err, GDX_UNSUPPORTED, path, MANIFEST_SHAPE_AT,
                                "byte %d: shape %d, this program knows %d", MANIFEST_SHAPE_AT, at[MANIFEST_SHAPE_AT],
                                GDX_SHAPES);
    if (count > MANIFEST_SEGMENTS_MAX || encoded_bytes(count, key_count, reprints) != bytes.bytes)
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, MANIFEST_SEGMENT_COUNT_AT,
                                "byte %d: %" PRIu32 " segments and %" PRIu32 " keys do not fit %zu bytes",
                                MANIFEST_SEGMENT_COUNT_AT, count, key_count, bytes.bytes);
    return GDX_OK;
}

static void decode_record(const uint8_t *at, struct manifest_segment *out) {
    out->info = (gdx_segment_info){
        .name = gdx_load_u64(at + RECORD_NAME_AT),
        .bytes = gdx_load_u64(at + RECORD_BYTES_AT),
        .document_count = gdx_load_u32(at + RECORD_DOCUMENT_COUNT_AT),
        .position_count = gdx_load_u32(at + RECORD_POSITION_COUNT_AT),
        .symbol_count = gdx_load_u64(at + RECORD_SYMBOL_COUNT_AT),
        .text_bytes = gdx_load_u64(at + RECORD_TEXT_BYTES_AT),
    };
    out->deletions_name = gdx_load_u64(at + RECORD_DELETIONS_NAME_AT);
    out->deleted_symbols = gdx_load_u64(at + RECORD_DELETED_SYMBOLS_AT);
    out->deleted_count = gdx_load_u32(at + RECORD_DELETED_COUNT_AT);
}

// What is wrong with a record, or NULL.
static const char *record_fault(const struct manifest_segment *segment, uint32_t reserved) {
    const gdx_segment_info *info = &segment->info;
    if (info->document_count == 0)
        return "a segment without documents";
    if (info->position_count > SEGMENT_POSITIONS_MAX)
        return "more positions than a segment can have";
    if (info->position_count < 2 * (uint64_t)info->document_count ||
        info->symbol_count > info->position_count - 2 * (uint64_t)info->document_count)
        return "fewer positions than its symbols and two end marks a document";
    if (segment->deleted_count >= info->document_count)
        return "no live document";
    if (segment->deleted_symbols > info->symbol_count)
        return "more deleted symbols than symbols";
    if (segment->deleted_count == 0 && (segment->deletions_name || segment->deleted_symbols))
        return "a deletions file but no deleted document";
    if (info->bytes > (uint64_t)INT64_MAX / MANIFEST_SEGMENTS_MAX)
        return "more bytes than a file can have";
    return reserved ? "a reserved field that is not 0" : NULL;
}

static gdx_status decode_records(const char *path, const uint8_t *at, uint32_t count, struct manifest *out,
                                 gdx_error *err) {
    for (uint32_t i = 0; i < count; i++) {
        size_t offset = MANIFEST_HEADER_BYTES + (size_t)i * MANIFEST_RECORD_BYTES;
        struct manifest_segment segment;
        decode_record(at + offset, &segment);
        const char *fault = record_fault(&segment, gdx_load_u32(at + offset + RECORD_RESERVED_AT));
        if (fault)
            return gdx_fail_at_byte(err, GDX_CORRUPT, path, offset, "byte %zu: segment %" PRIu32 ": %s", offset, i,
                                    fault);
        if (manifest_append(out, &segment) != GDX_OK)
            return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory for %" PRIu32 " segments", count);
    }
    return GDX_OK;
}

// Good names, ascending, filled up with zeros.
static gdx_status decode_keys(const char *path, const uint8_t *at, uint32_t count, gdx_keys *out, gdx_error *err) {
    size_t offset =
        MANIFEST_HEADER_BYTES + (size_t)gdx_load_u32(at + MANIFEST_SEGMENT_COUNT_AT) * MANIFEST_RECORD_BYTES;
    for (uint32_t i = 0; i < count; i++, offset += MANIFEST_KEY_BYTES) {
        gdx_slice name = {(const char *)at + offset + DECLARED_NAME_AT, MANIFEST_KEY_BYTES};
        gdx_error passed_over = {0};
        while (name.bytes > 0 && name.data[name.bytes - 1] == '\0')
            name.bytes--;
        if ((i > 0 && gdx_slice_compare(gdx_keys_name(out, i - 1), name) >= 0) ||
            gdx_keys_add(out, name, &passed_over) != GDX_OK)
            return gdx_fail_at_byte(err, GDX_CORRUPT, path, offset,
                                    "byte %zu: keys of metadata out of order, or no key", offset);
    }
    return GDX_OK;
}

static gdx_status decode_side(const char *path, const uint8_t *at, struct manifest *out, gdx_error *err) {
    size_t offset =
        MANIFEST_HEADER_BYTES + out->count * MANIFEST_RECORD_BYTES + out->keys.count * (size_t)MANIFEST_KEY_BYTES;
    if (!at[MANIFEST_REPRINTS_AT])
        return GDX_OK;
    out->reprints_name = gdx_load_u64(at + offset + SIDE_NAME_AT);
    out->reprints_bytes = gdx_load_u64(at + offset + SIDE_BYTES_AT);
    if (out->reprints_bytes == 0 || out->reprints_bytes > (uint64_t)INT64_MAX / MANIFEST_SEGMENTS_MAX)
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, offset + SIDE_BYTES_AT,
                                "byte %zu: a table of reprints of %" PRIu64 " bytes", offset + SIDE_BYTES_AT,
                                out->reprints_bytes);
    return GDX_OK;
}

static int compare_names(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

gdx_status manifest_check_names(const char *path, const struct manifest *manifest, gdx_error *err) {
    if (manifest->count < 2)
        return GDX_OK;
    uint64_t *names = malloc(manifest->count * sizeof *names);
    if (!names)
        return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory for %zu segments", manifest->count);
    for (size_t i = 0; i < manifest->count; i++)
        names[i] = manifest->segments[i].info.name;
    qsort(names, manifest->count, sizeof *names, compare_names);
    gdx_status status = GDX_OK;
    for (size_t i = 1; status == GDX_OK && i < manifest->count; i++)
        if (names[i] == names[i - 1])
            status = gdx_fail_at(err, GDX_CORRUPT, path, "segment %016" PRIx64 " is named twice", names[i]);
    free(names);
    return status;
}

static gdx_status check_total(const char *path, const uint8_t *at, int offset, const char *what, uint64_t sum,
                              gdx_error *err) {
    uint64_t said = gdx_load_u64(at + offset);
    if (said != sum)
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, offset,
                                "byte %d: %" PRIu64 " %s, the segments add up to %" PRIu64, offset, said, what, sum);
    return GDX_OK;
}

gdx_status manifest_decode(const char *path, gdx_slice bytes, struct manifest *out, gdx_error *err) {
    const uint8_t *at = (const uint8_t *)bytes.data;
    struct manifest manifest = {0};
    gdx_status status = check_frame(path, bytes, err);
    if (status == GDX_OK)
        status = decode_records(path, at, gdx_load_u32(at + MANIFEST_SEGMENT_COUNT_AT), &manifest, err);
    if (status == GDX_OK)
        status = decode_keys(path, at, gdx_load_u16(at + MANIFEST_KEY_COUNT_AT), &manifest.keys, err);
    if (status == GDX_OK)
        status = decode_side(path, at, &manifest, err);
    if (status == GDX_OK)
        status = manifest_check_names(path, &manifest, err);
    if (status == GDX_OK)
        status = check_total(path, at, MANIFEST_DOCUMENT_COUNT_AT, "documents", manifest_documents(&manifest), err);
    if (status == GDX_OK)
        status = check_total(path, at, MANIFEST_SYMBOL_COUNT_AT, "symbols", manifest_symbols(&manifest), err);
    if (status == GDX_OK)
        status = check_total(path, at, MANIFEST_FILE_BYTES_AT, "bytes of files", manifest_file_bytes(&manifest), err);
    if (status != GDX_OK) {
        manifest_clear(&manifest);
        return status;
    }
    manifest.rule_fingerprint = gdx_load_u64(at + MANIFEST_RULE_FINGERPRINT_AT);
    manifest.rule_number = gdx_load_u32(at + MANIFEST_RULE_NUMBER_AT);
    manifest.commit = gdx_load_u64(at + MANIFEST_COMMIT_AT);
    manifest.shape = (gdx_shape)at[MANIFEST_SHAPE_AT];
    *out = manifest;
    return GDX_OK;
}

// ---- the file

void manifest_file_close(struct manifest_file *file) {
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
}

bool manifest_file_is_current(const struct manifest_file *file, const char *path) {
    struct stat now;
    const struct stat *then = &file->identity;
    return file->descriptor >= 0 && stat(path, &now) == 0 && now.st_dev == then->st_dev && now.st_ino == then->st_ino &&
           now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
}

static gdx_status read_whole(int descriptor, const char *path, size_t bytes, gdx_buffer *out, gdx_error *err) {
    if (gdx_buffer_reserve(out, bytes + 1) != GDX_OK)
        return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to read it");
    while (out->bytes < bytes) {
        ssize_t got = read(descriptor, out->data + out->bytes, bytes - out->bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return gdx_fail_at_errno(err, errno, path, "cannot be read at byte %zu", out->bytes);
        if (got == 0)
            return gdx_fail_at(err, GDX_CORRUPT, path, "ends at byte %zu of %zu", out->bytes, bytes);
        out->bytes += (size_t)got;
    }
    return GDX_OK;
}

static gdx_status read_file(const char *path, struct manifest_file *file, gdx_buffer *out, gdx_error *err) {
    file->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe of that name must not hold us up
    if (file->descriptor < 0) // a file where the directory should be is no index either
        return gdx_fail_at_errno(err, errno == ENOTDIR ? ENOENT : errno, path, "cannot be opened");
    if (fstat(file->descriptor, &file->identity) != 0)
        return gdx_fail_at_errno(err, errno, path, "cannot be examined");
    if (!S_ISREG(file->identity.st_mode))
        return gdx_fail_at(err, GDX_CORRUPT, path, "not a regular file");
    if ((uint64_t)file->identity.st_size > encoded_bytes(MANIFEST_SEGMENTS_MAX, GDX_KEYS_MAX, true))
        return gdx_fail_at(err, GDX_CORRUPT, path, "%lld bytes, a manifest has at most %" PRIu64,
                           (long long)file->identity.st_size, encoded_bytes(MANIFEST_SEGMENTS_MAX, GDX_KEYS_MAX, true));
    return read_whole(file->descriptor, path, (size_t)file->identity.st_size, out, err);
}

static gdx_status read_and_decode(const char *path, struct manifest_file *file, struct manifest *out, gdx_error *err) {
    gdx_buffer bytes = {0};
    gdx_status status = read_file(path, file, &bytes, err);
    if (status == GDX_OK)
        status = manifest_decode(path, gdx_buffer_slice(&bytes), out, err);
    if (status == GDX_OK)
        file->checksum = envelope_checksum(bytes.data, bytes.bytes);
    gdx_buffer_clear(&bytes);
    return status;
}

gdx_status manifest_read(const char *directory, struct manifest *out, struct manifest_file *file, gdx_error *err) {
    char *path = gdx_path_join(directory, "manifest");
    if (!path)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a path");
    struct manifest_file fresh = {.descriptor = -1};
    gdx_error why = {0};
    gdx_status status = read_and_decode(path, &fresh, out, &why);
    if (status == GDX_NOT_FOUND)
        status = gdx_fail_at(err, status, directory, "no index here; `gramdex index --index DIR PATH...` makes one");
    else if (status != GDX_OK)
        status = gdx_error_pass(err, &why);
    if (status == GDX_OK && file) {
        manifest_file_close(file);
        *file = fresh;
        fresh.descriptor = -1;
    }
    manifest_file_close(&fresh);
    free(path);
    return status;
}
