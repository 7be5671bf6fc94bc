// SPDX-License-Identifier: Apache-2.0
// archive.c: compressed files and archives as entry after entry of bytes.
// Relies on gdx/ingest.h, gdx/decode.h and libarchive. Only the formats that names promise are switched on, one by one:
// among "all" are mtree, whose entries are read from files of this machine, and filters that run programs. libarchive
// turns names into the thread's locale, so that is UTF-8 for as long as we are inside it.

#include "gdx/ingest.h"

#include "gdx/decode.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>

enum { READ_BYTES = 1 << 17, MOST_RETRIES = 8 };

struct gdx_archive { // one worker's own
    struct archive *archive;
    struct archive_entry *entry; // the archive's, until the next header
    char *path;
    bool raw;
    uint64_t entry_count;
    uint64_t entry_bytes; // of the present entry, given so far
    gdx_buffer name;
    gdx_decoder *name_decoder; // for names that are not UTF-8; made at the first one
    locale_t locale;           // 0: none to be had
};

static locale_t enter_locale(const gdx_archive *archive) {
    return archive->locale ? uselocale(archive->locale) : (locale_t)0;
}

static void leave_locale(locale_t before) {
    if (before)
        uselocale(before);
}

static gdx_status status_of(int error_number) {
    switch (error_number) {
    case ENOENT:
    case ENOTDIR:
        return GDX_NOT_FOUND;
    case ENOMEM:
        return GDX_NO_MEMORY;
    case EIO:
    case EACCES:
    case EPERM:
    case EISDIR:
    case EMFILE:
    case ENFILE:
    case ELOOP:
    case ENAMETOOLONG:
        return GDX_IO;
    default: // libarchive's own: EILSEQ for the format, EINVAL, -1
        return GDX_CORRUPT;
    }
}

static gdx_status fail(gdx_archive *archive, const char *where, gdx_error *err) {
    int number = archive_errno(archive->archive);
    const char *words = archive_error_string(archive->archive);
    words = words ? words : "damaged, expected an archive that libarchive reads";
    if (archive->entry_count)
        return gdx_fail_at(err, status_of(number), archive->path, "entry %llu: %s: %s",
                           (unsigned long long)archive->entry_count, where, words);
    return gdx_fail_at(err, status_of(number), archive->path, "%s: %s", where, words);
}

static bool support(struct archive *archive, bool raw) {
    int (*const filters[])(struct archive *) = {
        archive_read_support_filter_none, archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
        archive_read_support_filter_xz,   archive_read_support_filter_lzma, archive_read_support_filter_zstd,
    };
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        if (filters[i](archive) == ARCHIVE_FATAL)
            return false;
    if (raw)
        return archive_read_support_format_raw(archive) == ARCHIVE_OK;
    return archive_read_support_format_tar(archive) == ARCHIVE_OK &&
           archive_read_support_format_zip(archive) == ARCHIVE_OK &&
           archive_read_support_format_7zip(archive) == ARCHIVE_OK &&
           archive_read_support_format_empty(archive) == ARCHIVE_OK;
}

static gdx_status open_bytes(gdx_archive *archive, const gdx_slice *bytes, gdx_error *err) {
    if (archive->path[0] == '\0') // libarchive would read stdin
        return gdx_fail(err, GDX_NOT_FOUND, "an archive without a name, expected a path");
    archive->archive = archive_read_new();
    if (!archive->archive || !support(archive->archive, archive->raw))
        return gdx_fail_at(err, GDX_NO_MEMORY, archive->path, "no memory to read an archive");
    int result = bytes ? archive_read_open_memory(archive->archive, bytes->data, bytes->bytes)
                       : archive_read_open_filename(archive->archive, archive->path, READ_BYTES);
    if (result != ARCHIVE_OK)
        return fail(archive, "cannot be opened", err);
    if (archive->raw && archive_filter_code(archive->archive, 0) == ARCHIVE_FILTER_NONE)
        return gdx_fail_at(err, GDX_CORRUPT, archive->path,
                           "begins like no compressed file, expected gzip, zstd, xz or bzip2");
    return GDX_OK;
}

static gdx_status open_archive(const char *path, const gdx_slice *bytes, gdx_input_kind kind, gdx_archive **out,
                               gdx_error *err) {
    GDX_AUTO(gdx_archive) archive = calloc(1, sizeof *archive);
    if (!archive || !(archive->path = strdup(path)))
        return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to read an archive");
    archive->raw = kind != GDX_INPUT_ARCHIVE;
    archive->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = enter_locale(archive);
    gdx_status status = open_bytes(archive, bytes, err);
    leave_locale(before);
    if (status == GDX_OK) {
        *out = archive;
        archive = NULL; // handed over
    }
    return status;
}

gdx_status gdx_archive_open(const char *path, gdx_input_kind kind, gdx_archive **out, gdx_error *err) {
    return open_archive(path, NULL, kind, out, err);
}

gdx_status gdx_archive_open_memory(gdx_slice bytes, const char *name, gdx_input_kind kind, gdx_archive **out,
                                   gdx_error *err) {
    return open_archive(name, &bytes, kind, out, err);
}

void gdx_archive_close(gdx_archive *archive) {
    if (!archive)
        return;
    if (archive->archive)
        archive_read_free(archive->archive);
    if (archive->locale)
        freelocale(archive->locale);
    gdx_decoder_free(archive->name_decoder);
    gdx_buffer_clear(&archive->name);
    free(archive->path);
    free(archive);
}

// Names in old zip files are in the maker's encoding without saying which: here most likely GB18030, else whatever.
static gdx_status decode_name(gdx_archive *archive, gdx_slice raw) {
    gdx_status status = GDX_OK;
    if (!archive->name_decoder)
        status = gdx_decoder_new("GB18030", &archive->name_decoder, NULL);
    gdx_decoded decoded = {.replaced = 1};
    if (status == GDX_OK)
        status = gdx_decode(archive->name_decoder, raw, &decoded, NULL);
    if (status == GDX_NO_MEMORY)
        return status;
    uint64_t replaced = 0;
    if (status == GDX_OK && decoded.replaced == 0)
        return gdx_buffer_append(&archive->name, decoded.text.data, decoded.text.bytes);
    return gdx_utf8_repair(raw, &archive->name, &replaced);
}

static gdx_status name_entry(gdx_archive *archive) {
    archive->name.bytes = 0;
    if (archive->raw) {
        const char *slash = strrchr(archive->path, '/'), *name = slash ? slash + 1 : archive->path;
        const char *dot = strrchr(name, '.');
        return gdx_buffer_append(&archive->name, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
    }
    const char *name = archive_entry_pathname(archive->entry);
    if (!name)
        name = archive_entry_pathname_utf8(archive->entry);
    if (!name)
        return gdx_buffer_append_format(&archive->name, "entry-%llu", (unsigned long long)archive->entry_count);
    gdx_slice raw = gdx_slice_of(name);
    return gdx_utf8_valid(raw) ? gdx_buffer_append(&archive->name, raw.data, raw.bytes) : decode_name(archive, raw);
}

// The next header of a regular file that has bytes of its own: no folder, no link to another entry.
static gdx_status next_file(gdx_archive *archive, bool *out_has, gdx_error *err) {
    for (int retries = 0;;) {
        int result = archive_read_next_header(archive->archive, &archive->entry);
        if (result == ARCHIVE_EOF) {
            *out_has = false;
            return GDX_OK;
        }
        if (result == ARCHIVE_RETRY && ++retries < MOST_RETRIES)
            continue;
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            return fail(archive, "no further entry can be read", err);
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
    archive->entry_bytes = 0;
    if (status != GDX_OK)
        return gdx_fail_at(err, status, archive->path, "no memory for the name of an entry");
    *out_has = has;
    if (has)
        *name = gdx_buffer_slice(&archive->name);
    return GDX_OK;
}

gdx_status gdx_archive_read(gdx_archive *archive, size_t limit, gdx_buffer *out, bool *out_end, gdx_error *err) {
    locale_t before = enter_locale(archive);
    gdx_status status = GDX_OK;
    bool end = false;
    while (limit > 0 && !end && status == GDX_OK) {
        size_t wanted = limit < READ_BYTES ? limit : READ_BYTES;
        if (gdx_buffer_reserve(out, wanted) != GDX_OK) {
            status = gdx_fail_at(err, GDX_NO_MEMORY, archive->path, "no memory for %zu bytes more", wanted);
            break;
        }
        la_ssize_t got = archive_read_data(archive->archive, out->data + out->bytes, wanted);
        if (got == ARCHIVE_RETRY)
            continue;
        if (got < 0) {
            char where[40];
            snprintf(where, sizeof where, "byte %llu", (unsigned long long)archive->entry_bytes);
            status = fail(archive, where, err);
            break;
        }
        end = got == 0;
        out->bytes += (size_t)got;
        archive->entry_bytes += (uint64_t)got;
        limit -= (size_t)got;
    }
    leave_locale(before);
    if (status == GDX_OK)
        *out_end = end;
    return status;
}

uint64_t gdx_archive_position(const gdx_archive *archive) {
    la_int64_t bytes = archive_filter_bytes(archive->archive, -1); // of the last filter, which reads the file
    return bytes > 0 ? (uint64_t)bytes : 0;
}
