// SPDX-License-Identifier: Apache-2.0
// package.c: entries of a zip file in memory, by name.
// Relies on package.h and libarchive, which gives entries only one after the other: an entry that lies ahead is reached
// by passing those before it, one that lies behind by starting again. All bytes that come out count against one limit,
// so that neither a high ratio nor entries that share their bytes can cost more than that.

#include "package.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { READ_BYTES = 1 << 16 };

void ingest_package_reader_init(package_reader *reader, uint64_t unpacked_limit) {
    *reader = (package_reader){.unpacked_limit = unpacked_limit ? unpacked_limit : PACKAGE_UNPACKED_LIMIT};
    reader->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static void close_archive(package_reader *reader) {
    if (reader->archive)
        archive_read_free(reader->archive);
    reader->archive = NULL;
    reader->next = 0;
    reader->is_in_entry = false;
}

void ingest_package_reader_clear(package_reader *reader) {
    close_archive(reader);
    if (reader->locale)
        freelocale(reader->locale);
    free(reader->entries);
    gdx_buffer_clear(&reader->names);
    *reader = (package_reader){0};
}

void ingest_package_begin(package_reader *reader, gdx_slice bytes) {
    close_archive(reader);
    reader->bytes = bytes;
    reader->unpacked = 0;
    reader->steps = 0;
    reader->lost = 0;
    reader->first_lost[0] = '\0';
    reader->entry_count = 0;
    reader->names.bytes = 0;
}

bool ingest_package_is_zip(gdx_slice bytes) {
    return bytes.bytes >= 4 && (memcmp(bytes.data, "PK\3\4", 4) == 0 || memcmp(bytes.data, "PK\5\6", 4) == 0);
}

void ingest_package_lose(package_reader *reader, gdx_slice name) {
    if (reader->lost++ == 0)
        snprintf(reader->first_lost, sizeof reader->first_lost, "%.*s", (int)gdx_utf8_cut(name, 1000).bytes, name.data);
}

// ---- libarchive

static gdx_status fail(package_reader *reader, const char *what, gdx_error *err) {
    const char *words = archive_error_string(reader->archive);
    gdx_status status = archive_errno(reader->archive) == ENOMEM ? GDX_NO_MEMORY : GDX_CORRUPT;
    return gdx_fail(err, status, "%s: %s", what, words ? words : "damaged, expected a zip file that libarchive reads");
}

static gdx_status open_archive(package_reader *reader, gdx_error *err) {
    close_archive(reader);
    reader->archive = archive_read_new();
    if (!reader->archive || archive_read_support_format_zip_seekable(reader->archive) != ARCHIVE_OK)
        return gdx_fail_memory(err, "a reader of zip files");
    if (archive_read_open_memory(reader->archive, reader->bytes.data, reader->bytes.bytes) != ARCHIVE_OK)
        return fail(reader, "the zip file cannot be opened", err);
    reader->steps += reader->entry_count;
    return GDX_OK;
}

static gdx_status next_header(package_reader *reader, struct archive_entry **out, gdx_error *err) {
    if (++reader->steps > PACKAGE_STEPS)
        return gdx_fail(err, GDX_TOO_LARGE,
                        "a zip file whose %zu entries lie in an order that takes over %d steps to read",
                        reader->entry_count, PACKAGE_STEPS);
    int result = archive_read_next_header(reader->archive, out);
    reader->next++;
    reader->is_in_entry = false;
    if (result == ARCHIVE_EOF) {
        *out = NULL;
        return GDX_OK;
    }
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
        return fail(reader, "no further entry of the zip file can be read", err);
    return GDX_OK;
}

// ---- the list of entries

static gdx_slice name_of(const package_reader *reader, const package_entry *entry) {
    return ingest_slice_at(&reader->names, entry->name, entry->name_bytes);
}

static gdx_slice without_slash(gdx_slice name) {
    while (name.bytes && (*name.data == '/' || *name.data == '\\'))
        name = (gdx_slice){name.data + 1, name.bytes - 1};
    return name;
}

// What letters and separators compare as: names of parts are the same in either case (ECMA-376, part 2), and old
// packers write a backslash.
static int folded(char byte) {
    return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte == '\\' ? '/' : (unsigned char)byte;
}

static int compare_names(gdx_slice a, gdx_slice b) {
    for (size_t i = 0; i < a.bytes && i < b.bytes; i++)
        if (folded(a.data[i]) != folded(b.data[i]))
            return folded(a.data[i]) - folded(b.data[i]);
    return (a.bytes > b.bytes) - (a.bytes < b.bytes);
}

static int compare_entries(const void *one, const void *other, void *reader) {
    const package_entry *a = one, *b = other;
    int by_name = compare_names(name_of(reader, a), name_of(reader, b));
    return by_name ? by_name : (a->number > b->number) - (a->number < b->number);
}

static gdx_status add_entry(package_reader *reader, struct archive_entry *entry, gdx_error *err) {
    const char *raw = archive_entry_pathname(entry);
    gdx_slice name = without_slash(gdx_slice_of(raw ? raw : archive_entry_pathname_utf8(entry)));
    if (reader->entry_count >= PACKAGE_ENTRIES)
        return gdx_fail(err, GDX_TOO_LARGE, "a zip file of more than %d entries, expected at most that",
                        PACKAGE_ENTRIES);
    if (archive_entry_filetype(entry) != AE_IFREG || name.bytes == 0 || name.bytes >= PACKAGE_NAME_BYTES)
        return GDX_OK;
    package_entry made = {.name = reader->names.bytes, .number = reader->next - 1};
    made.is_encrypted = archive_entry_is_data_encrypted(entry) == 1;
    uint64_t replaced = 0;
    gdx_status status = gdx_utf8_repair(name, &reader->names, &replaced);
    if (status == GDX_OK)
        status = gdx_grow(&reader->entries, &reader->entry_capacity, reader->entry_count + 1, sizeof *reader->entries);
    if (status != GDX_OK)
        return gdx_fail_memory(err, "the entries of a zip file");
    made.name_bytes = reader->names.bytes - made.name;
    reader->entries[reader->entry_count++] = made;
    return GDX_OK;
}

static gdx_status list(package_reader *reader, gdx_error *err) {
    gdx_status status = open_archive(reader, err);
    struct archive_entry *entry = NULL;
    while (status == GDX_OK) {
        status = next_header(reader, &entry, err);
        if (status != GDX_OK || !entry)
            break;
        status = add_entry(reader, entry, err);
    }
    if (status == GDX_OK && reader->entry_count)
        qsort_r(reader->entries, reader->entry_count, sizeof *reader->entries, compare_entries, reader);
    return status;
}

// libarchive turns names into the thread's locale, so that is UTF-8 for as long as it looks at headers.
gdx_status ingest_package_open(package_reader *reader, gdx_error *err) {
    if (!ingest_package_is_zip(reader->bytes))
        return gdx_fail(err, GDX_CORRUPT, "begins like no zip file, expected one");
    locale_t before = reader->locale ? uselocale(reader->locale) : (locale_t)0;
    gdx_status status = list(reader, err);
    if (before)
        uselocale(before);
    close_archive(reader);
    return status;
}

ptrdiff_t ingest_package_find(const package_reader *reader, gdx_slice name) {
    name = without_slash(name);
    size_t low = 0, high = reader->entry_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_names(name_of(reader, &reader->entries[middle]), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    ptrdiff_t found = PACKAGE_NOT_THERE;
    for (size_t i = low; i < reader->entry_count; i++) {
        gdx_slice other = name_of(reader, &reader->entries[i]);
        if (compare_names(other, name) != 0)
            break;
        if (gdx_slice_equal(other, name))
            return (ptrdiff_t)i;
        if (found == PACKAGE_NOT_THERE)
            found = (ptrdiff_t)i;
    }
    return found;
}

gdx_slice ingest_package_name(const package_reader *reader, ptrdiff_t entry) {
    return name_of(reader, &reader->entries[entry]);
}

// ---- the bytes of one

static gdx_status go_to(package_reader *reader, size_t number, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (!reader->archive || reader->next > number)
        status = open_archive(reader, err);
    struct archive_entry *entry = NULL;
    while (status == GDX_OK && reader->next <= number) {
        status = next_header(reader, &entry, err);
        if (status == GDX_OK && !entry)
            status = gdx_fail(err, GDX_CORRUPT, "entry %zu of the zip file is not there any more", number);
    }
    return status;
}

gdx_status ingest_package_enter(package_reader *reader, ptrdiff_t entry, gdx_error *err) {
    const package_entry *wanted = &reader->entries[entry];
    if (wanted->is_encrypted)
        return gdx_fail(err, GDX_UNSUPPORTED, "%.*s is encrypted, expected a document without a password",
                        GDX_SLICE_ARGUMENTS(name_of(reader, wanted)));
    locale_t before = reader->locale ? uselocale(reader->locale) : (locale_t)0;
    gdx_status status = go_to(reader, wanted->number, err);
    if (before)
        uselocale(before);
    reader->is_in_entry = status == GDX_OK;
    return status;
}

gdx_status ingest_package_read(package_reader *reader, void *to, size_t limit, size_t *out_bytes, gdx_error *err) {
    la_ssize_t got;
    do
        got = archive_read_data(reader->archive, to, limit);
    while (got == ARCHIVE_RETRY);
    if (got < 0)
        return fail(reader, "an entry of the zip file cannot be read", err);
    reader->unpacked += (uint64_t)got;
    if (reader->unpacked > reader->unpacked_limit)
        return gdx_fail(err, GDX_TOO_LARGE, "unpacks to more than %llu bytes, expected at most that",
                        (unsigned long long)reader->unpacked_limit);
    *out_bytes = (size_t)got;
    return GDX_OK;
}

gdx_status ingest_package_read_all(package_reader *reader, ptrdiff_t entry, gdx_buffer *out, gdx_error *err) {
    out->bytes = 0;
    gdx_status status = ingest_package_enter(reader, entry, err);
    for (size_t got = 1; status == GDX_OK && got > 0;) {
        if (gdx_buffer_reserve(out, READ_BYTES) != GDX_OK)
            return gdx_fail_memory(err, "an entry of a zip file");
        status = ingest_package_read(reader, out->data + out->bytes, READ_BYTES, &got, err);
        if (status == GDX_OK)
            out->bytes += got;
    }
    return status;
}
