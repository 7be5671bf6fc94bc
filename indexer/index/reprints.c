// SPDX-License-Identifier: Apache-2.0
// reprints.c: the file of a table of reprints. It never changes; another table is another file, named by the checksum
// at its end. An open one is a copy, as that of deletions is. Relies on layout.h for the places of its fields.

#include "reprints.h"
#include "envelope.h"
#include "layout.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct reprints {
    atomic_size_t references;
    uint64_t name;
    uint8_t *data; // the whole file
    size_t bytes;
    gdx_reprint_table table;
};

// The file's records are the structs, so that a copy of the file is the table.
_Static_assert(sizeof(gdx_reprint_member) == REPRINTS_MEMBER_BYTES &&
                   offsetof(gdx_reprint_member, group) == MEMBER_GROUP_AT &&
                   offsetof(gdx_reprint_member, jaccard) == MEMBER_JACCARD_AT,
               "a member as the file has it");
_Static_assert(sizeof(gdx_reprint_excerpt) == REPRINTS_EXCERPT_BYTES &&
                   offsetof(gdx_reprint_excerpt, of) == EXCERPT_OF_AT &&
                   offsetof(gdx_reprint_excerpt, containment) == EXCERPT_CONTAINMENT_AT,
               "an excerpt as the file has it");
_Static_assert(REPRINTS_HEADER_BYTES % 8 == 0, "hashes are aligned");

char *reprints_file_name(uint64_t name, char to[REPRINTS_FILE_NAME_BYTES]) {
    snprintf(to, REPRINTS_FILE_NAME_BYTES, "reprints-%016" PRIx64, name);
    return to;
}

static uint64_t encoded_bytes(uint64_t documents, uint64_t members, uint64_t excerpts) {
    uint64_t bytes =
        REPRINTS_HEADER_BYTES + documents * 8 + members * REPRINTS_MEMBER_BYTES + excerpts * REPRINTS_EXCERPT_BYTES;
    return (bytes + 7) / 8 * 8 + INDEX_CHECKSUM_BYTES;
}

// ---- write

static void encode(const gdx_reprint_table *table, uint8_t *to, size_t bytes) {
    memset(to, 0, bytes);
    gdx_store_u32(to + REPRINTS_DOCUMENT_COUNT_AT, table->count);
    gdx_store_u32(to + REPRINTS_GROUP_COUNT_AT, table->group_count);
    gdx_store_u32(to + REPRINTS_MEMBER_COUNT_AT, table->member_count);
    gdx_store_u32(to + REPRINTS_EXCERPT_COUNT_AT, table->excerpt_count);
    gdx_store_u32(to + REPRINTS_JACCARD_AT, table->jaccard);
    gdx_store_u32(to + REPRINTS_WITHIN_DAYS_AT, table->within_days);
    uint8_t *at = to + REPRINTS_HEADER_BYTES;
    if (table->count)
        memcpy(at, table->hashes, (size_t)table->count * 8);
    at += (size_t)table->count * 8;
    if (table->member_count)
        memcpy(at, table->members, (size_t)table->member_count * REPRINTS_MEMBER_BYTES);
    at += (size_t)table->member_count * REPRINTS_MEMBER_BYTES;
    if (table->excerpt_count)
        memcpy(at, table->excerpts, (size_t)table->excerpt_count * REPRINTS_EXCERPT_BYTES);
    envelope_seal(to, bytes, REPRINTS_MAGIC);
}

gdx_status reprints_write(const char *directory, const gdx_reprint_table *table, uint64_t *out_name,
                          uint64_t *out_bytes, gdx_error *err) {
    size_t bytes = (size_t)encoded_bytes(table->count, table->member_count, table->excerpt_count);
    uint8_t *data = malloc(bytes);
    if (!data)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a table of reprints");
    encode(table, data, bytes);
    uint64_t name = envelope_checksum(data, bytes);
    char file_name[REPRINTS_FILE_NAME_BYTES];
    char *path = gdx_path_join(directory, reprints_file_name(name, file_name));
    gdx_status status = path ? envelope_write(path, data, bytes, err)
                             : gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a path");
    free(path);
    free(data);
    if (status == GDX_OK) {
        *out_name = name;
        *out_bytes = bytes;
    }
    return status;
}

// ---- decode

static gdx_status refuse(const char *path, const void *from, const void *at, const char *fault, gdx_error *err) {
    uint64_t byte = (uint64_t)((const uint8_t *)at - (const uint8_t *)from);
    return gdx_fail_at_byte(err, GDX_CORRUPT, path, byte, "byte %" PRIu64 ": %s", byte, fault);
}

static gdx_status check_frame(const char *path, gdx_slice bytes, gdx_error *err) {
    const uint8_t *at = (const uint8_t *)bytes.data;
    if (bytes.bytes < encoded_bytes(0, 0, 0))
        return gdx_fail_at(err, GDX_CORRUPT, path, "%zu bytes, a table of reprints has at least %" PRIu64, bytes.bytes,
                           encoded_bytes(0, 0, 0));
    gdx_status status = envelope_check(path, at, bytes.bytes, REPRINTS_MAGIC, "a table of reprints", err);
    if (status != GDX_OK)
        return status;
    if (encoded_bytes(gdx_load_u32(at + REPRINTS_DOCUMENT_COUNT_AT), gdx_load_u32(at + REPRINTS_MEMBER_COUNT_AT),
                      gdx_load_u32(at + REPRINTS_EXCERPT_COUNT_AT)) != bytes.bytes)
        return refuse(path, at, at + REPRINTS_DOCUMENT_COUNT_AT, "the counts do not fit the size of the file", err);
    if (gdx_load_u32(at + REPRINTS_RESERVED_AT))
        return refuse(path, at, at + REPRINTS_RESERVED_AT, "a reserved field that is not 0", err);
    uint32_t jaccard = gdx_load_u32(at + REPRINTS_JACCARD_AT);
    if (jaccard == 0 || jaccard > GDX_REPRINT_WHOLE)
        return refuse(path, at, at + REPRINTS_JACCARD_AT, "a share outside of 1 to 1000000", err);
    return GDX_OK;
}

static gdx_status check_hashes(const char *path, const void *from, const gdx_reprint_table *table, gdx_error *err) {
    for (uint32_t i = 1; i < table->count; i++)
        if (table->hashes[i] <= table->hashes[i - 1])
            return refuse(path, from, &table->hashes[i], "hashes that do not ascend", err);
    return GDX_OK;
}

// Groups are numbered as they come, and none has a single member: so there are at most half as many.
static gdx_status check_members(const char *path, const void *from, const gdx_reprint_table *table, uint8_t *seen,
                                gdx_error *err) {
    uint32_t groups = 0, alone = 0;
    for (uint32_t i = 0; i < table->member_count; i++) {
        const gdx_reprint_member *member = &table->members[i];
        if (member->document >= table->count || (i > 0 && member->document <= member[-1].document))
            return refuse(path, from, member, "members that do not ascend by document", err);
        if (member->group > groups || member->group >= table->group_count)
            return refuse(path, from, member, "groups that are not numbered as they come", err);
        if (member->jaccard < table->jaccard || member->jaccard > GDX_REPRINT_WHOLE)
            return refuse(path, from, member, "a member that is like no other", err);
        bool is_new = member->group == groups;
        groups += is_new;
        alone += is_new;
        if (!is_new && seen[member->group] == 1)
            alone--;
        seen[member->group] = is_new ? 1 : 2;
    }
    if (groups != table->group_count || alone)
        return refuse(path, from, (const uint8_t *)from + REPRINTS_GROUP_COUNT_AT, "groups without two members", err);
    return GDX_OK;
}

static gdx_status check_excerpts(const char *path, const void *from, const gdx_reprint_table *table, gdx_error *err) {
    for (uint32_t i = 0; i < table->excerpt_count; i++) {
        const gdx_reprint_excerpt *excerpt = &table->excerpts[i];
        if (excerpt->document >= table->count || excerpt->of >= table->count || excerpt->document == excerpt->of)
            return refuse(path, from, excerpt, "an excerpt of no document", err);
        if (i > 0 && (excerpt[-1].document > excerpt->document ||
                      (excerpt[-1].document == excerpt->document && excerpt[-1].of >= excerpt->of)))
            return refuse(path, from, excerpt, "excerpts that do not ascend", err);
        if (excerpt->containment > GDX_REPRINT_WHOLE)
            return refuse(path, from, excerpt, "a share above 1000000", err);
    }
    return GDX_OK;
}

gdx_status reprints_decode(const char *path, gdx_slice bytes, gdx_reprint_table *out, gdx_error *err) {
    const uint8_t *at = (const uint8_t *)bytes.data;
    gdx_reprint_table table;
    gdx_status status = check_frame(path, bytes, err);
    if (status != GDX_OK)
        return status;
    table = (gdx_reprint_table){
        .jaccard = gdx_load_u32(at + REPRINTS_JACCARD_AT),
        .within_days = gdx_load_u32(at + REPRINTS_WITHIN_DAYS_AT),
        .count = gdx_load_u32(at + REPRINTS_DOCUMENT_COUNT_AT),
        .group_count = gdx_load_u32(at + REPRINTS_GROUP_COUNT_AT),
        .member_count = gdx_load_u32(at + REPRINTS_MEMBER_COUNT_AT),
        .excerpt_count = gdx_load_u32(at + REPRINTS_EXCERPT_COUNT_AT),
        .hashes = (const void *)(at + REPRINTS_HEADER_BYTES),
    };
    table.members = (const void *)(table.hashes + table.count);
    table.excerpts = (const void *)(table.members + table.member_count);
    if (table.group_count > table.member_count / 2)
        return refuse(path, at, at + REPRINTS_GROUP_COUNT_AT, "more groups than two members each allow", err);
    uint8_t *seen = calloc(1, (size_t)table.group_count + 1);
    if (!seen)
        return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to check it");
    status = check_hashes(path, at, &table, err);
    if (status == GDX_OK)
        status = check_members(path, at, &table, seen, err);
    if (status == GDX_OK)
        status = check_excerpts(path, at, &table, err);
    free(seen);
    if (status == GDX_OK)
        *out = table;
    return status;
}

// ---- open

static gdx_status copy(const char *path, uint64_t expected, struct reprints *to, gdx_error *err) {
    gdx_map map = {0};
    uint64_t byte = 0;
    gdx_status status = gdx_map_open(&map, path, err);
    if (status == GDX_OK && map.bytes != expected)
        status = gdx_fail_at(err, GDX_CORRUPT, path, "%zu bytes, the manifest says %" PRIu64, map.bytes, expected);
    if (status == GDX_OK && !(to->data = malloc(map.bytes + 1)))
        status = gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to open it");
    if (status == GDX_OK) {
        memcpy(to->data, map.data, map.bytes);
        to->bytes = map.bytes;
        if (gdx_map_is_broken(&map, &byte))
            status = gdx_fail_at_byte(err, GDX_CORRUPT, path, byte, "byte %" PRIu64 " cannot be read", byte);
    }
    gdx_map_close(&map);
    return status;
}

static gdx_status open_path(const char *path, uint64_t name, uint64_t bytes, struct reprints *to, gdx_error *err) {
    gdx_status status = copy(path, bytes, to, err);
    if (status == GDX_OK)
        status = reprints_decode(path, (gdx_slice){(const char *)to->data, to->bytes}, &to->table, err);
    if (status == GDX_OK && envelope_checksum(to->data, to->bytes) != name)
        status = gdx_fail_at_byte(err, GDX_CORRUPT, path, to->bytes - INDEX_CHECKSUM_BYTES,
                                  "byte %zu: the checksum does not fit the name of the file",
                                  to->bytes - INDEX_CHECKSUM_BYTES);
    return status;
}

gdx_status reprints_open(const char *directory, uint64_t name, uint64_t bytes, struct reprints **out, gdx_error *err) {
    char file_name[REPRINTS_FILE_NAME_BYTES];
    char *path = gdx_path_join(directory, reprints_file_name(name, file_name));
    struct reprints *reprints = path ? calloc(1, sizeof *reprints) : NULL;
    gdx_status status = reprints ? GDX_OK : gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory to open it");
    if (status == GDX_OK) {
        atomic_init(&reprints->references, 1);
        reprints->name = name;
        status = open_path(path, name, bytes, reprints, err);
    }
    free(path);
    if (status == GDX_OK)
        *out = reprints;
    else
        reprints_release(reprints);
    return status;
}

struct reprints *reprints_retain(struct reprints *reprints) {
    if (reprints)
        atomic_fetch_add_explicit(&reprints->references, 1, memory_order_relaxed);
    return reprints;
}

void reprints_release(struct reprints *reprints) {
    if (reprints && atomic_fetch_sub_explicit(&reprints->references, 1, memory_order_acq_rel) == 1) {
        free(reprints->data);
        free(reprints);
    }
}

uint64_t reprints_name(const struct reprints *reprints) {
    return reprints->name;
}

uint64_t reprints_bytes(const struct reprints *reprints) {
    return reprints->bytes;
}

const gdx_reprint_table *reprints_table(const struct reprints *reprints) {
    return &reprints->table;
}
