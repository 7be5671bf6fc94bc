// SPDX-License-Identifier: Apache-2.0
// record.c: see record.h.

#include "record.h"

#include "layout.h"

#include <stdlib.h>

enum { HEAD_BYTES_MOST = 4 << 20 }; // header and segments: more than a manifest may name take

void part_record_clear(struct part_record *record) {
    free(record->segments);
    *record = (struct part_record){0};
}

const char *part_identity_difference(const struct part_identity *one, const struct part_identity *other) {
    if (one->shard.count != other->shard.count)
        return "number of parts";
    if (one->inputs.fingerprint != other->inputs.fingerprint || one->inputs.files != other->inputs.files ||
        one->inputs.bytes != other->inputs.bytes)
        return "list of paths and sizes";
    if (one->rule_fingerprint != other->rule_fingerprint || one->rule_number != other->rule_number)
        return "matching rule";
    if (one->manner != other->manner)
        return "manner of reading (the options of index)";
    if (one->has_unless != other->has_unless || one->unless_commit != other->unless_commit)
        return "commit of --unless-in";
    return NULL;
}

// ---- writing

static gdx_status append_header(gdx_buffer *out, const struct part_identity *identity, const gdx_snapshot *snapshot,
                                uint64_t ids) {
    uint8_t header[PART_HEADER_BYTES] = {0};
    memcpy(header + PART_MAGIC_AT, PART_MAGIC, sizeof PART_MAGIC - 1);
    gdx_store_u32(header + PART_VERSION_AT, PART_VERSION);
    gdx_store_u32(header + PART_SEGMENT_COUNT_AT, (uint32_t)gdx_snapshot_segment_count(snapshot));
    gdx_store_u32(header + PART_INDEX_AT, identity->shard.index);
    gdx_store_u32(header + PART_COUNT_AT, identity->shard.count);
    gdx_store_u64(header + PART_INPUTS_AT, identity->inputs.fingerprint);
    gdx_store_u64(header + PART_INPUT_FILES_AT, identity->inputs.files);
    gdx_store_u64(header + PART_INPUT_BYTES_AT, identity->inputs.bytes);
    gdx_store_u64(header + PART_MANNER_AT, identity->manner);
    gdx_store_u64(header + PART_RULE_FINGERPRINT_AT, identity->rule_fingerprint);
    gdx_store_u64(header + PART_UNLESS_COMMIT_AT, identity->unless_commit);
    gdx_store_u64(header + PART_DOCUMENT_COUNT_AT, gdx_snapshot_documents(snapshot));
    gdx_store_u64(header + PART_ID_COUNT_AT, ids);
    gdx_store_u32(header + PART_RULE_NUMBER_AT, identity->rule_number);
    gdx_store_u32(header + PART_HAS_UNLESS_AT, identity->has_unless);
    return gdx_buffer_append(out, header, sizeof header);
}

static gdx_status append_segment(gdx_buffer *out, const gdx_live_segment *live) {
    const gdx_segment_info *info = gdx_segment_info_of(live->segment);
    uint8_t record[PART_SEGMENT_BYTES];
    gdx_store_u64(record + BUILT_NAME_AT, info->name);
    gdx_store_u32(record + BUILT_DOCUMENT_COUNT_AT, info->document_count);
    gdx_store_u32(record + BUILT_DELETED_COUNT_AT, live->deleted_count);
    return gdx_buffer_append(out, record, sizeof record);
}

static gdx_status append_head(gdx_buffer *out, const struct part_identity *identity, const gdx_snapshot *snapshot,
                              uint64_t ids) {
    uint8_t checksum[PART_CHECKSUM_BYTES];
    gdx_status status = append_header(out, identity, snapshot, ids);
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot) && status == GDX_OK; i++)
        status = append_segment(out, gdx_snapshot_segment(snapshot, i));
    gdx_store_u64(checksum, gdx_checksum(out->data, out->bytes));
    return status == GDX_OK ? gdx_buffer_append(out, checksum, sizeof checksum) : status;
}

static gdx_status write_file(const char *path, const gdx_buffer *head, gdx_part_ids *ids, gdx_error *err) {
    GDX_AUTO(gdx_output) output = NULL;
    gdx_status status = gdx_output_open(path, &output, err);
    if (status == GDX_OK)
        status = gdx_output_write(output, head->data, head->bytes, err);
    if (status == GDX_OK)
        status = gdx_part_ids_write(ids, output, err);
    if (status != GDX_OK)
        return status;
    gdx_output *whole = output;
    output = NULL; // handed over
    return gdx_output_commit(whole, NULL, err);
}

gdx_status part_record_write(const char *directory, const struct part_identity *identity, const gdx_snapshot *snapshot,
                             gdx_part_ids *ids, gdx_error *err) {
    gdx_buffer head = {0};
    char *path = gdx_path_join(directory, PART_FILE);
    gdx_status status = path ? append_head(&head, identity, snapshot, gdx_part_ids_count(ids)) : GDX_NO_MEMORY;
    if (status != GDX_OK)
        status = gdx_fail_memory(err, "a part's record");
    if (status == GDX_OK)
        status = write_file(path, &head, ids, err);
    if (status == GDX_OK)
        status = gdx_sync_directory(directory, err);
    gdx_buffer_clear(&head);
    free(path);
    return status;
}

// ---- reading

static void take_header(const uint8_t *header, struct part_record *out) {
    struct part_identity *identity = &out->identity;
    identity->shard.index = gdx_load_u32(header + PART_INDEX_AT);
    identity->shard.count = gdx_load_u32(header + PART_COUNT_AT);
    identity->inputs.fingerprint = gdx_load_u64(header + PART_INPUTS_AT);
    identity->inputs.files = gdx_load_u64(header + PART_INPUT_FILES_AT);
    identity->inputs.bytes = gdx_load_u64(header + PART_INPUT_BYTES_AT);
    identity->manner = gdx_load_u64(header + PART_MANNER_AT);
    identity->rule_fingerprint = gdx_load_u64(header + PART_RULE_FINGERPRINT_AT);
    identity->unless_commit = gdx_load_u64(header + PART_UNLESS_COMMIT_AT);
    identity->rule_number = gdx_load_u32(header + PART_RULE_NUMBER_AT);
    identity->has_unless = gdx_load_u32(header + PART_HAS_UNLESS_AT) != 0;
    out->documents = gdx_load_u64(header + PART_DOCUMENT_COUNT_AT);
    out->ids = gdx_load_u64(header + PART_ID_COUNT_AT);
    out->segment_count = gdx_load_u32(header + PART_SEGMENT_COUNT_AT);
    out->ids_at = PART_HEADER_BYTES + out->segment_count * PART_SEGMENT_BYTES + PART_CHECKSUM_BYTES;
}

// Of the first bytes of a record, as many as were read.
static gdx_status decode(const char *path, const uint8_t *bytes, size_t count, struct part_record *out,
                         gdx_error *err) {
    if (count < PART_HEADER_BYTES || memcmp(bytes, PART_MAGIC, sizeof PART_MAGIC - 1) != 0)
        return gdx_fail_at(err, GDX_CORRUPT, path, "is no record of a part");
    if (gdx_load_u32(bytes + PART_VERSION_AT) != PART_VERSION)
        return gdx_fail_at(err, GDX_UNSUPPORTED, path, "is of version %u, this program reads %d; build the part again",
                           gdx_load_u32(bytes + PART_VERSION_AT), PART_VERSION);
    take_header(bytes, out);
    size_t end = (size_t)out->ids_at - PART_CHECKSUM_BYTES;
    if (count < out->ids_at)
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, count, "is cut short");
    if (gdx_load_u64(bytes + end) != gdx_checksum(bytes, end))
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, end, "the checksum of its head does not fit");
    if (out->identity.shard.index >= out->identity.shard.count || out->identity.shard.count > GDX_SHARDS_MOST)
        return gdx_fail_at_byte(err, GDX_CORRUPT, path, PART_INDEX_AT, "part %u of %u", out->identity.shard.index,
                                out->identity.shard.count);
    out->segments = calloc(out->segment_count + 1, sizeof *out->segments);
    if (!out->segments)
        return gdx_fail_memory(err, "a part's record");
    for (size_t i = 0; i < out->segment_count; i++) {
        const uint8_t *record = bytes + PART_HEADER_BYTES + i * PART_SEGMENT_BYTES;
        out->segments[i] =
            (struct built_segment){gdx_load_u64(record + BUILT_NAME_AT), gdx_load_u32(record + BUILT_DOCUMENT_COUNT_AT),
                                   gdx_load_u32(record + BUILT_DELETED_COUNT_AT)};
    }
    return GDX_OK;
}

gdx_status part_record_read(const char *path, struct part_record *out, gdx_error *err) {
    *out = (struct part_record){0};
    char *file = gdx_path_join(path, PART_FILE);
    gdx_map map = {0};
    gdx_status status = file ? gdx_map_open(&map, file, err) : gdx_fail_memory(err, "a part's record");
    if (status == GDX_OK) {
        status = decode(file, map.data, map.bytes < HEAD_BYTES_MOST ? map.bytes : HEAD_BYTES_MOST, out, err);
        gdx_map_close(&map);
    }
    if (status != GDX_OK)
        part_record_clear(out);
    free(file);
    return status;
}

gdx_status part_record_check(const char *path, const struct part_record *record, const gdx_snapshot *snapshot,
                             gdx_error *err) {
    bool is_same = record->segment_count == gdx_snapshot_segment_count(snapshot);
    for (size_t i = 0; is_same && i < record->segment_count; i++) {
        const gdx_live_segment *live = gdx_snapshot_segment(snapshot, i);
        const gdx_segment_info *info = gdx_segment_info_of(live->segment);
        const struct built_segment *built = &record->segments[i];
        is_same = built->name == info->name && built->documents == info->document_count &&
                  built->deleted == live->deleted_count;
    }
    if (is_same)
        return GDX_OK;
    return gdx_fail_at(err, GDX_PRECONDITION, path, "was changed after it was built; remove it and build it again");
}
