// SPDX-License-Identifier: Apache-2.0
// archive.c: compressed files and archives as entry after entry of bytes.
// Relies on gdx/ingest.h, archive_reader.h and libarchive. What an input is, its bytes decide. libarchive turns names
// into the thread's locale, so that is UTF-8 for as long as we are inside it. Every byte that comes out is counted
// against the bytes that went in, in the archive itself and in those that it is an entry of: an entry is read or passed
// over in bounded memory, and a bomb in bounded time.

#include "archive_reader.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MOST_RETRIES = 8, MOST_LHA_HEADERS = 1 << 16 };

static const gdx_archive_limits usual_limits = {
    .most_bytes = (uint64_t)1 << 40, .free_bytes = (uint64_t)100 << 20, .most_ratio = 1000};

struct gdx_archive { // one worker's own
    struct archive_reader reader;
    struct archive_source source; // its path is `name`, for a file
    char *name;
    struct archive_entry *entry; // the archive's, until the next header
    gdx_archive *outer;
    gdx_archive_limits limits;
    uint64_t source_bytes;
    uint64_t given_bytes; // of all entries so far, those of archives in it included
    bool is_single;
    bool has_header; // of the first entry, read to learn what the input is
    int first_result;
    bool is_over;
    uint64_t entry_count;
    uint64_t entry_bytes; // of the present entry, given so far
    gdx_buffer entry_name;
    gdx_buffer block; // what is handed on by gdx_archive_pull
    struct archive_names names;
    locale_t locale; // 0: none to be had
};

static locale_t enter_locale(const gdx_archive *archive) {
    return archive->locale ? uselocale(archive->locale) : (locale_t)0;
}

static void leave_locale(locale_t before) {
    if (before)
        uselocale(before);
}

// ARCHIVE_FAILED and ARCHIVE_WARN concern one entry, what is worse the archive.
static gdx_status fail(gdx_archive *archive, int result, const char *where, gdx_error *err) {
    gdx_status status = ingest_reader_status(&archive->reader);
    const char *words = archive_error_string(archive->reader.archive);
    words = words ? words : "damaged, expected an archive that libarchive reads";
    int format = archive_format(archive->reader.archive) & ARCHIVE_FORMAT_BASE_MASK;
    bool is_locked = format != ARCHIVE_FORMAT_ZIP && archive_read_has_encrypted_entries(archive->reader.archive) == 1;
    archive->is_over = archive->is_over || result == ARCHIVE_FATAL || status == GDX_NO_MEMORY;
    if (is_locked && status == GDX_CORRUPT)
        return gdx_fail_at(err, GDX_UNSUPPORTED, archive->name, "encrypted: a password is needed (%s)", words);
    if (archive->entry_count)
        return gdx_fail_at(err, status, archive->name, "entry %llu: %s: %s", (unsigned long long)archive->entry_count,
                           where, words);
    return gdx_fail_at(err, status, archive->name, "%s: %s", where, words);
}

// ---- bombs

static gdx_status refuse_bomb(gdx_archive *archive, const gdx_archive *counted, gdx_error *err) {
    archive->is_over = true;
    return gdx_fail_at(err, GDX_TOO_LARGE, archive->name,
                       "entry %llu: over %llu bytes come out of the %llu bytes of %s: a decompression bomb, or one "
                       "that acts so; unpack it first if you trust it",
                       (unsigned long long)archive->entry_count, (unsigned long long)counted->given_bytes,
                       (unsigned long long)counted->source_bytes, counted->name);
}

static gdx_status count_bytes(gdx_archive *archive, uint64_t bytes, gdx_error *err) {
    gdx_archive *bomb = NULL;
    for (gdx_archive *at = archive; at; at = at->outer) {
        at->given_bytes = at->given_bytes + bytes < bytes ? UINT64_MAX : at->given_bytes + bytes;
        bool is_dense =
            at->given_bytes > at->limits.free_bytes && at->given_bytes / at->limits.most_ratio > at->source_bytes;
        if (is_dense || at->given_bytes > at->limits.most_bytes)
            bomb = at;
    }
    return bomb ? refuse_bomb(archive, bomb, err) : GDX_OK;
}

// ---- opening

static gdx_status find_size(gdx_archive *archive, gdx_error *err) {
    struct stat facts;
    if (!archive->source.path) {
        archive->source_bytes = archive->source.bytes.bytes;
        return GDX_OK;
    }
    if (*archive->source.path && stat(archive->source.path, &facts) != 0)
        return gdx_fail_at_errno(err, errno, archive->name, "cannot be opened");
    archive->source_bytes = *archive->source.path && facts.st_size > 0 ? (uint64_t)facts.st_size : 0;
    return GDX_OK;
}

static int read_header(gdx_archive *archive) {
    int result = ARCHIVE_RETRY;
    for (int retries = 0; result == ARCHIVE_RETRY && retries < MOST_RETRIES; retries++)
        result = archive_read_next_header(archive->reader.archive, &archive->entry);
    return result;
}

static bool is_good(int result) {
    return result == ARCHIVE_OK || result == ARCHIVE_WARN;
}

// libarchive gives up on an lha archive at the first name that is no UTF-8. Such a one is Japanese, so it is opened
// anew.
static gdx_status reopen_lha(gdx_archive *archive, gdx_error *err) {
    int result = archive->first_result;
    for (int headers = 0; is_good(result) && headers < MOST_LHA_HEADERS; headers++)
        result = read_header(archive);
    ingest_reader_close(&archive->reader);
    archive->source.is_japanese = !is_good(result) && result != ARCHIVE_EOF;
    gdx_status status = ingest_reader_open(&archive->reader, archive->source, err);
    archive->first_result = status == GDX_OK ? read_header(archive) : ARCHIVE_FATAL;
    return status;
}

// libarchive decides on the format at the first header.
static gdx_status look_inside(gdx_archive *archive, gdx_input_kind kind, gdx_error *err) {
    archive->first_result = read_header(archive);
    archive->has_header = true;
    if ((archive_format(archive->reader.archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_LHA) {
        gdx_status status = reopen_lha(archive, err);
        if (status != GDX_OK)
            return status;
    }
    int result = archive->first_result;
    if (!is_good(result) && result != ARCHIVE_EOF)
        return fail(archive, result, "cannot be opened", err);
    int format = archive_format(archive->reader.archive);
    bool is_filtered = ingest_reader_is_filtered(&archive->reader);
    archive->is_single = format == ARCHIVE_FORMAT_RAW;
    if (format == ARCHIVE_FORMAT_EMPTY && archive->source_bytes) // libarchive also takes a failed read for the end
        return gdx_fail_at(err, GDX_CORRUPT, archive->name, "nothing can be unpacked from it: %s",
                           *archive->reader.damage ? archive->reader.damage : "damaged, or empty inside");
    if (!archive->is_single)
        return GDX_OK;
    if (!is_filtered)
        return gdx_fail_at(err, GDX_CORRUPT, archive->name,
                           "starts like no archive and like no compressed file that is read");
    if (kind == GDX_INPUT_ARCHIVE)
        return gdx_fail_at(err, GDX_CORRUPT, archive->name,
                           "compressed, but what is inside starts like no archive that is read");
    return GDX_OK;
}

static gdx_status open_archive(gdx_archive *archive, gdx_input_kind kind, gdx_error *err) {
    archive->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = enter_locale(archive);
    gdx_error words = {0};
    gdx_status status = find_size(archive, err);
    if (status == GDX_OK) {
        status = ingest_reader_open(&archive->reader, archive->source, &words);
        if (status != GDX_OK)
            gdx_fail_at(err, status, archive->name, "%s", words.message);
    }
    if (status == GDX_OK)
        status = look_inside(archive, kind, err);
    leave_locale(before);
    return status;
}

static gdx_archive *new_archive(const char *name) {
    gdx_archive *archive = calloc(1, sizeof *archive);
    if (!archive)
        return NULL;
    archive->reader.descriptor = -1;
    archive->limits = usual_limits;
    archive->name = strdup(name);
    if (archive->name)
        return archive;
    free(archive);
    return NULL;
}

gdx_status gdx_archive_open(const char *path, gdx_input_kind kind, gdx_archive **out, gdx_error *err) {
    GDX_AUTO(gdx_archive) archive = new_archive(path);
    if (!archive)
        return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to read an archive");
    archive->source.path = archive->name;
    gdx_status status = open_archive(archive, kind, err);
    if (status == GDX_OK) {
        *out = archive;
        archive = NULL; // handed over
    }
    return status;
}

gdx_status gdx_archive_open_memory(gdx_slice bytes, const char *name, gdx_input_kind kind, gdx_archive **out,
                                   gdx_error *err) {
    GDX_AUTO(gdx_archive) archive = new_archive(name);
    if (!archive)
        return gdx_fail_at(err, GDX_NO_MEMORY, name, "no memory to read an archive");
    archive->source.bytes = bytes;
    gdx_status status = open_archive(archive, kind, err);
    if (status == GDX_OK) {
        *out = archive;
        archive = NULL; // handed over
    }
    return status;
}

void gdx_archive_limit(gdx_archive *archive, const gdx_archive_limits *limits) {
    archive->outer = limits->outer;
    archive->limits.most_bytes = limits->most_bytes ? limits->most_bytes : usual_limits.most_bytes;
    archive->limits.free_bytes = limits->free_bytes ? limits->free_bytes : usual_limits.free_bytes;
    archive->limits.most_ratio = limits->most_ratio ? limits->most_ratio : usual_limits.most_ratio;
}

void gdx_archive_close(gdx_archive *archive) {
    if (!archive)
        return;
    ingest_reader_close(&archive->reader);
    if (archive->locale)
        freelocale(archive->locale);
    ingest_names_clear(&archive->names);
    gdx_buffer_clear(&archive->entry_name);
    gdx_buffer_clear(&archive->block);
    free(archive->name);
    free(archive);
}

bool gdx_archive_is_single(const gdx_archive *archive) {
    return archive->is_single;
}

// ---- entries

static gdx_status name_entry(gdx_archive *archive) {
    archive->entry_name.bytes = 0;
    if (archive->is_single) {
        gdx_slice name = ingest_name_without_compression(gdx_slice_of(archive->name));
        return gdx_buffer_append(&archive->entry_name, name.data, name.bytes);
    }
    const char *name = archive_entry_pathname(archive->entry);
    if (!name)
        name = archive_entry_pathname_utf8(archive->entry);
    if (!name || !*name)
        return gdx_buffer_append_format(&archive->entry_name, "entry-%llu", (unsigned long long)archive->entry_count);
    return ingest_names_decode(&archive->names, archive->source, gdx_slice_of(name), &archive->entry_name);
}

// What is passed over costs what reading it does, save in formats that say where the next entry is.
static gdx_status pass_entry(gdx_archive *archive, gdx_error *err) {
    struct archive *reader = archive->reader.archive;
    int format = archive_format(reader) & ARCHIVE_FORMAT_BASE_MASK;
    if (!archive->entry || archive->is_over)
        return GDX_OK;
    if (!ingest_reader_is_filtered(&archive->reader)) {
        bool seeks = format == ARCHIVE_FORMAT_ZIP || format == ARCHIVE_FORMAT_TAR;
        la_int64_t bytes = seeks ? 0 : archive_entry_size(archive->entry);
        uint64_t rest =
            bytes > 0 && (uint64_t)bytes > archive->entry_bytes ? (uint64_t)bytes - archive->entry_bytes : 0;
        return count_bytes(archive, rest, err);
    }
    for (;;) {
        const void *block;
        size_t bytes = 0;
        la_int64_t offset;
        int result = archive_read_data_block(reader, &block, &bytes, &offset);
        if (result != ARCHIVE_OK && result != ARCHIVE_RETRY && result != ARCHIVE_WARN)
            return GDX_OK; // the end, or damage, which the next header meets too
        gdx_status status = count_bytes(archive, bytes, err);
        if (status != GDX_OK)
            return status;
    }
}

// The next header of a regular file that has bytes of its own: no folder, no link to another entry.
static gdx_status next_file(gdx_archive *archive, bool *out_has, gdx_error *err) {
    for (;;) {
        gdx_status status = archive->has_header ? GDX_OK : pass_entry(archive, err);
        *out_has = false;
        if (status != GDX_OK || archive->is_over)
            return status;
        int result = archive->has_header ? archive->first_result : read_header(archive);
        archive->has_header = false;
        archive->entry_bytes = 0;
        if (result == ARCHIVE_EOF) {
            archive->is_over = true;
            return GDX_OK;
        }
        if (!is_good(result)) {
            archive->is_over = true;
            return fail(archive, result, "no further entry can be read", err);
        }
        archive->entry_count++;
        if (archive_entry_filetype(archive->entry) == AE_IFREG && !archive_entry_hardlink(archive->entry)) {
            *out_has = true;
            return GDX_OK;
        }
    }
}

gdx_status gdx_archive_next(gdx_archive *archive, gdx_slice *name, bool *out_has, gdx_error *err) {
    bool has = false;
    locale_t before = enter_locale(archive);
    gdx_status status = next_file(archive, &has, err);
    if (status == GDX_OK && has)
        status = name_entry(archive);
    leave_locale(before);
    if (status != GDX_OK)
        return gdx_fail_at(err, status, archive->name, "no memory for the name of an entry");
    *out_has = has;
    if (has)
        *name = gdx_buffer_slice(&archive->entry_name);
    return GDX_OK;
}

static gdx_status read_some(gdx_archive *archive, size_t wanted, gdx_buffer *out, bool *out_end, gdx_error *err) {
    if (gdx_buffer_reserve(out, wanted) != GDX_OK)
        return gdx_fail_at(err, GDX_NO_MEMORY, archive->name, "no memory for %zu bytes more", wanted);
    la_ssize_t got = archive_read_data(archive->reader.archive, out->data + out->bytes, wanted);
    for (int retries = 0; got == ARCHIVE_RETRY && retries < MOST_RETRIES; retries++)
        got = archive_read_data(archive->reader.archive, out->data + out->bytes, wanted);
    if (got < 0) {
        char where[40];
        snprintf(where, sizeof where, "byte %llu", (unsigned long long)archive->entry_bytes);
        return fail(archive, (int)got, where, err);
    }
    *out_end = got == 0;
    out->bytes += (size_t)got;
    archive->entry_bytes += (uint64_t)got;
    return count_bytes(archive, (uint64_t)got, err);
}

gdx_status gdx_archive_read(gdx_archive *archive, size_t limit, gdx_buffer *out, bool *out_end, gdx_error *err) {
    if (archive->is_over)
        return gdx_fail_at(err, GDX_CORRUPT, archive->name, "nothing more of it can be read");
    if (!archive->is_single && archive_entry_is_encrypted(archive->entry))
        return gdx_fail_at(err, GDX_UNSUPPORTED, archive->name, "encrypted: a password is needed");
    locale_t before = enter_locale(archive);
    gdx_status status = GDX_OK;
    bool end = false;
    for (size_t left = limit; left > 0 && !end && status == GDX_OK;) {
        size_t bytes = out->bytes;
        status =
            read_some(archive, left < INGEST_ARCHIVE_READ_BYTES ? left : INGEST_ARCHIVE_READ_BYTES, out, &end, err);
        left -= out->bytes - bytes;
    }
    leave_locale(before);
    if (status == GDX_OK)
        *out_end = end;
    return status;
}

static gdx_status pull_entry(void *source, void *to, size_t room, size_t *out_bytes, gdx_error *err) {
    gdx_archive *archive = source;
    gdx_buffer *block = &archive->block;
    bool end = false;
    block->bytes = 0;
    gdx_status status = gdx_archive_read(archive, room < INGEST_ARCHIVE_READ_BYTES ? room : INGEST_ARCHIVE_READ_BYTES,
                                         block, &end, err);
    *out_bytes = status == GDX_OK ? block->bytes : 0;
    if (*out_bytes)
        memcpy(to, block->data, block->bytes);
    return status;
}

gdx_pull gdx_archive_pull(gdx_archive *archive) {
    return (gdx_pull){pull_entry, archive};
}

uint64_t gdx_archive_position(const gdx_archive *archive) {
    return ingest_reader_position(&archive->reader);
}
