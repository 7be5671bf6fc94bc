// SPDX-License-Identifier: Apache-2.0
// small_index.c: see small_index.h.

#include "small_index.h"

#include "gdx/ngram.h"
#include "gdx/text.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { INVERTER_BYTES = 4 << 20, CACHE_BYTES = 1 << 16 };

// ---- make

static gdx_status add_document(gdx_segment_writer *writer, gdx_inverter *inverter, gdx_folded *folded,
                               const struct small_document *document, gdx_error *err) {
    gdx_document whole = {.id = gdx_slice_of(document->id), .text = gdx_slice_of(document->text)};
    gdx_status status = gdx_folded_fold(folded, gdx_rule_current(), &whole);
    if (status == GDX_OK)
        status = gdx_segment_writer_add(writer, &whole, folded, err);
    if (status == GDX_OK)
        status = gdx_folded_invert(folded, inverter);
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s: cannot be added", document->id);
}

static gdx_status write_segment(gdx_segment_writer *writer, gdx_inverter *inverter,
                                const struct small_document *documents, size_t count, gdx_segment_info *out,
                                gdx_error *err) {
    GDX_AUTO(gdx_folded) folded = gdx_folded_new();
    gdx_status status = folded ? GDX_OK : gdx_fail(err, GDX_NO_MEMORY, "no memory to fold");
    for (size_t i = 0; status == GDX_OK && i < count; i++)
        status = add_document(writer, inverter, folded, &documents[i], err);
    if (status == GDX_OK && gdx_inverter_sort(inverter) != GDX_OK)
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory to sort");
    if (status == GDX_OK)
        return gdx_segment_writer_commit(writer, inverter, out, err);
    gdx_segment_writer_abort(writer);
    return status;
}

gdx_status small_segment(const char *directory, uint64_t tag, const struct small_document *documents, size_t count,
                         gdx_segment_info *out, gdx_error *err) {
    GDX_AUTO(gdx_inverter) inverter = gdx_inverter_new(INVERTER_BYTES);
    if (!inverter)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to invert");
    gdx_segment_writer *writer = NULL;
    gdx_status status = gdx_segment_writer_open(directory, tag, 0, gdx_rule_current(), &writer, err);
    return status == GDX_OK ? write_segment(writer, inverter, documents, count, out, err) : status;
}

static gdx_status delete_live(gdx_index_writer *writer, const char *id, bool *out_had, gdx_error *err) {
    size_t segment = 0;
    uint32_t document = 0;
    gdx_status status =
        gdx_snapshot_find_id(gdx_index_writer_snapshot(writer), gdx_slice_of(id), &segment, &document, out_had, err);
    return status == GDX_OK && *out_had ? gdx_index_writer_delete(writer, segment, document, err) : status;
}

gdx_status small_delete(gdx_index_writer *writer, const char *id, gdx_error *err) {
    bool had = false;
    gdx_status status = delete_live(writer, id, &had, err);
    return status == GDX_OK && !had ? gdx_fail(err, GDX_NOT_FOUND, "no document %s", id) : status;
}

gdx_status small_add(gdx_index_writer *writer, uint64_t tag, const struct small_document *documents, size_t count,
                     gdx_error *err) {
    gdx_segment_info info;
    gdx_status status = small_segment(gdx_index_writer_directory(writer), tag, documents, count, &info, err);
    if (status == GDX_OK)
        status = gdx_index_writer_add(writer, &info, err);
    for (size_t i = 0; status == GDX_OK && i < count; i++) {
        bool had;
        status = delete_live(writer, documents[i].id, &had, err);
    }
    return status;
}

// ---- look

static gdx_status append_segment(gdx_store_reader *reader, const gdx_live_segment *live, gdx_buffer *out,
                                 gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; status == GDX_OK && d < gdx_segment_info_of(live->segment)->document_count; d++) {
        gdx_document document;
        if (gdx_is_deleted(live->deleted, d))
            continue;
        status = gdx_store_read(reader, live->segment, d, &document, err);
        if (status == GDX_OK)
            status = gdx_buffer_append_format(out, "%.*s %.*s\n", GDX_SLICE_ARGUMENTS(document.id),
                                              GDX_SLICE_ARGUMENTS(document.text));
    }
    return status;
}

char *small_content_of(const gdx_snapshot *snapshot, gdx_error *err) {
    gdx_buffer content = {0};
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(CACHE_BYTES);
    gdx_status status = reader ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; status == GDX_OK && i < gdx_snapshot_segment_count(snapshot); i++)
        status = append_segment(reader, gdx_snapshot_segment(snapshot, i), &content, err);
    if (status == GDX_OK)
        status = gdx_buffer_append(&content, "", 1);
    if (status == GDX_OK)
        return (char *)content.data;
    gdx_buffer_clear(&content);
    gdx_fail(err, status, "no memory to read the documents");
    return NULL;
}

char *small_content(const char *directory, gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    if (gdx_index_open(directory, &index, err) != GDX_OK)
        return NULL;
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    char *content = small_content_of(snapshot, err);
    gdx_snapshot_release(snapshot);
    return content;
}

// ---- assert

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

static void measure(const char *directory, size_t *out_files, uint64_t *out_bytes, gdx_buffer *out_names) {
    struct dirent *entry;
    DIR *entries = opendir(directory);
    assert_non_null(entries);
    *out_files = *out_bytes = 0;
    while ((entry = readdir(entries))) {
        struct stat about;
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "base") == 0) // no part of a commit
            continue;
        assert_int_equal(fstatat(dirfd(entries), entry->d_name, &about, 0), 0);
        *out_files += 1;
        *out_bytes += (uint64_t)about.st_size;
        must(gdx_buffer_append_format(out_names, " %s", entry->d_name), &(gdx_error){0});
    }
    closedir(entries);
}

void assert_no_leftovers(const char *directory) {
    gdx_error err = {0};
    gdx_index *index = NULL;
    must(gdx_index_open(directory, &index, &err), &err);
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    size_t files, expected = 2; // manifest and lock
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot); i++)
        expected += gdx_snapshot_segment(snapshot, i)->deleted ? 2 : 1;
    uint64_t bytes, expected_bytes = gdx_snapshot_bytes(snapshot);
    gdx_buffer names = {0};
    measure(directory, &files, &bytes, &names);
    if (files != expected || bytes != expected_bytes)
        fail_msg("%s: %zu files of %llu bytes, expected %zu of %llu:%.*s", directory, files, (unsigned long long)bytes,
                 expected, (unsigned long long)expected_bytes, GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&names)));
    gdx_buffer_clear(&names);
    gdx_snapshot_release(snapshot);
    gdx_index_close(index);
}

void assert_small_content(const char *directory, const char *expected) {
    gdx_error err = {0};
    must(gdx_index_verify(directory, NULL, NULL, NULL, &err), &err);
    char *content = small_content(directory, &err);
    if (!content)
        fail_msg("%s", err.message);
    assert_string_equal(content, expected);
    free(content);
}
