// SPDX-License-Identifier: Apache-2.0
// packages.c: zip files for tests, and what was read of them. Relies on packages.h.

#include "packages.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>

static la_ssize_t append(struct archive *archive, void *to, const void *bytes, size_t count) {
    (void)archive;
    assert_int_equal(gdx_buffer_append(to, bytes, count), GDX_OK);
    return (la_ssize_t)count;
}

gdx_buffer pack(const packed *entries, size_t count) {
    gdx_buffer made = {0};
    struct archive *archive = archive_write_new();
    assert_int_equal(archive_write_set_format_zip(archive), ARCHIVE_OK);
    assert_int_equal(archive_write_set_bytes_per_block(archive, 0), ARCHIVE_OK);
    assert_int_equal(archive_write_open(archive, &made, NULL, append, NULL), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, entries[i].name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (la_int64_t)strlen(entries[i].text));
        if (strcmp(entries[i].name, "mimetype") == 0)
            archive_write_zip_set_compression_store(archive);
        else
            archive_write_zip_set_compression_deflate(archive);
        assert_true(archive_write_header(archive, entry) >= ARCHIVE_WARN);
        if (entries[i].text[0])
            assert_int_equal(archive_write_data(archive, entries[i].text, strlen(entries[i].text)),
                             strlen(entries[i].text));
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    return made;
}

static void show(gdx_buffer *out, const char *text, size_t bytes) {
    assert_int_equal(gdx_buffer_append(out, text, bytes), GDX_OK);
}

static void show_text(gdx_buffer *out, const char *field, gdx_slice text, const gdx_part_place *places, size_t count) {
    assert_true(gdx_utf8_valid(text));
    assert_int_equal(gdx_buffer_append_format(out, "%s: ", field), GDX_OK);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        show(out, text.data + at, places[i].byte - at);
        at = places[i].byte;
        assert_true(gdx_utf8_valid(places[i].name));
        assert_int_equal(gdx_buffer_append_format(out, "{%.*s}", GDX_SLICE_ARGUMENTS(places[i].name)), GDX_OK);
    }
    show(out, text.data + at, text.bytes - at);
    show(out, "\n", 1);
}

static void show_document(const gdx_draft *draft, const gdx_document *document, gdx_buffer *out) {
    static const char *const fields[GDX_FIELDS] = {"title", "text", "note", "caption", "furniture"};
    char date[GDX_DATE_TEXT_BYTES];
    gdx_draft_pair pair;
    assert_true(gdx_utf8_valid(document->title));
    assert_int_equal(gdx_buffer_append_format(out, "title: %.*s%s\n", GDX_SLICE_ARGUMENTS(document->title),
                                              document->title_from_text ? " *" : ""),
                     GDX_OK);
    for (size_t i = 0; document->date && gdx_draft_metadata_at(draft, i, &pair); i++)
        if (gdx_slice_equal(pair.key, gdx_slice_of("date_from")))
            assert_int_equal(gdx_buffer_append_format(out, "date: %s from %.*s\n",
                                                      gdx_date_format(document->date, date),
                                                      GDX_SLICE_ARGUMENTS(pair.value)),
                             GDX_OK);
    show_text(out, "text", document->text, document->text_places, document->text_place_count);
    for (uint32_t i = 0; i < document->part_count; i++) {
        const gdx_part *part = &document->parts[i];
        show_text(out, fields[part->field], part->text, part->places, part->place_count);
    }
}

void show_read(package_read read, gdx_slice bytes, gdx_buffer *out) {
    package_reader reader;
    gdx_document document = {0};
    gdx_error err = {0};
    ingest_package_reader_init(&reader, 0);
    gdx_draft *draft = gdx_draft_new();
    gdx_draft_begin(draft, 1 << 24);
    gdx_status status = read(&reader, bytes, draft, &err);
    if (status == GDX_OK)
        status = gdx_draft_finish(draft, &document, &err);
    if (status == GDX_OK)
        show_document(draft, &document, out);
    else
        assert_int_equal(gdx_buffer_append_format(out, "%s: %s\n", gdx_status_name(status), err.message), GDX_OK);
    if (status != GDX_OK)
        assert_true(err.message[0] != '\0' && err.status == status);
    if (reader.lost)
        assert_int_equal(gdx_buffer_append_format(out, "lost: %d %s\n", (int)reader.lost, reader.first_lost), GDX_OK);
    gdx_draft_free(draft);
    ingest_package_reader_clear(&reader);
}

void expect_read(package_read read, gdx_slice bytes, const char *shown) {
    gdx_buffer out = {0};
    show_read(read, bytes, &out);
    show(&out, "", 1);
    bool is_same = strcmp((const char *)out.data, shown) == 0;
    if (!is_same)
        fprintf(stderr, "read:\n%s\nexpected:\n%s\n", (const char *)out.data, shown);
    gdx_buffer_clear(&out);
    assert_true(is_same);
}

void expect_packed(package_read read, const packed *entries, size_t count, const char *shown) {
    gdx_buffer file = pack(entries, count);
    expect_read(read, gdx_buffer_slice(&file), shown);
    gdx_buffer_clear(&file);
}
