// SPDX-License-Identifier: Apache-2.0
// archive_reader.c: libarchive opened over a file or memory, with the formats and filters that are read here.
// Only these are switched on, one by one: among "all" are mtree, whose entries are read from files of this machine, and
// filters that run programs. gzip is read by gunzip.h, because libarchive does not check its sums.

#include "archive_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

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

gdx_status ingest_reader_status(const struct archive_reader *reader) {
    return status_of(archive_errno(reader->archive));
}

static bool support(struct archive *archive) {
    int (*const readers[])(struct archive *) = {
        archive_read_support_filter_none,  archive_read_support_filter_gzip,     archive_read_support_filter_bzip2,
        archive_read_support_filter_xz,    archive_read_support_filter_lzma,     archive_read_support_filter_zstd,
        archive_read_support_filter_lz4,   archive_read_support_filter_compress, archive_read_support_format_tar,
        archive_read_support_format_zip,   archive_read_support_format_7zip,     archive_read_support_format_rar,
        archive_read_support_format_rar5,  archive_read_support_format_cab,      archive_read_support_format_lha,
        archive_read_support_format_empty, archive_read_support_format_raw,
    };
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (readers[i](archive) != ARCHIVE_OK) // ARCHIVE_WARN: it would run a program
            return false;
    return true;
}

// ---- gzip, through our own reader

static gdx_status pull_source(void *source, void *to, size_t room, size_t *out_bytes, gdx_error *err) {
    struct archive_reader *reader = source;
    if (reader->descriptor < 0) {
        *out_bytes = room < reader->rest.bytes ? room : reader->rest.bytes;
        if (*out_bytes)
            memcpy(to, reader->rest.data, *out_bytes);
        reader->rest = (gdx_slice){reader->rest.data + *out_bytes, reader->rest.bytes - *out_bytes};
        return GDX_OK;
    }
    ssize_t bytes;
    do
        bytes = read(reader->descriptor, to, room);
    while (bytes < 0 && errno == EINTR);
    if (bytes < 0)
        return gdx_fail_errno(err, errno, "cannot be read");
    *out_bytes = (size_t)bytes;
    return GDX_OK;
}

static la_ssize_t read_unzipped(struct archive *archive, void *client, const void **out_block) {
    struct archive_reader *reader = client;
    gdx_error words = {0};
    size_t got = 0;
    bool is_end_of_member = true;
    gdx_status status = GDX_OK;
    while (status == GDX_OK && got == 0 && is_end_of_member)
        status = ingest_gunzip_read(reader->gunzip, reader->block, INGEST_ARCHIVE_READ_BYTES, &got, &is_end_of_member,
                                    &words);
    if (status != GDX_OK && got == 0) {
        int number = status == GDX_NO_MEMORY ? ENOMEM : status == GDX_IO ? EIO : EILSEQ;
        archive_set_error(archive, number, "%s", words.message);
        memcpy(reader->damage, words.message, sizeof reader->damage);
        return ARCHIVE_FATAL;
    }
    *out_block = reader->block;
    return (la_ssize_t)got;
}

static int open_gzip(struct archive_reader *reader) {
    reader->gunzip = ingest_gunzip_new((gdx_pull){pull_source, reader});
    reader->block = malloc(INGEST_ARCHIVE_READ_BYTES);
    if (!reader->gunzip || !reader->block) {
        archive_set_error(reader->archive, ENOMEM, "no memory to read gzip");
        return ARCHIVE_FATAL;
    }
    return archive_read_open2(reader->archive, reader, NULL, read_unzipped, NULL, NULL);
}

// ---- opening

static gdx_status fail_to_open(struct archive_reader *reader, gdx_error *err) {
    const char *words = archive_error_string(reader->archive);
    return gdx_fail(err, ingest_reader_status(reader), "cannot be opened: %s",
                    words ? words : "damaged, expected an archive that libarchive reads");
}

static gdx_status open_file(struct archive_reader *reader, const char *path, gdx_error *err) {
    if (path[0] == '\0') // libarchive would read stdin
        return gdx_fail(err, GDX_NOT_FOUND, "an archive without a name, expected a path");
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return gdx_fail_at_errno(err, errno, path, "cannot be opened");
    reader->descriptor = descriptor;
    char head[4];
    ssize_t bytes = pread(descriptor, head, sizeof head, 0);
    if (bytes == sizeof head && ingest_is_gzip((gdx_slice){head, sizeof head}))
        return open_gzip(reader) == ARCHIVE_OK ? GDX_OK : fail_to_open(reader, err);
    // libarchive seeks in a file that it opens by name.
    return archive_read_open_filename(reader->archive, path, INGEST_ARCHIVE_READ_BYTES) == ARCHIVE_OK
               ? GDX_OK
               : fail_to_open(reader, err);
}

static gdx_status open_memory(struct archive_reader *reader, gdx_slice bytes, gdx_error *err) {
    reader->rest = bytes;
    int result = ingest_is_gzip(bytes)
                     ? open_gzip(reader)
                     : archive_read_open_memory(reader->archive, bytes.bytes ? bytes.data : "", bytes.bytes);
    return result == ARCHIVE_OK ? GDX_OK : fail_to_open(reader, err);
}

gdx_status ingest_reader_open(struct archive_reader *reader, struct archive_source source, gdx_error *err) {
    *reader = (struct archive_reader){.descriptor = -1};
    reader->archive = archive_read_new();
    if (!reader->archive || !support(reader->archive))
        return gdx_fail_memory(err, "reading an archive");
    if (source.is_japanese &&
        archive_read_set_format_option(reader->archive, "lha", "hdrcharset", "CP932") == ARCHIVE_FATAL)
        return gdx_fail_memory(err, "the names of an archive");
    return source.path ? open_file(reader, source.path, err) : open_memory(reader, source.bytes, err);
}

void ingest_reader_close(struct archive_reader *reader) {
    if (reader->archive)
        archive_read_free(reader->archive);
    ingest_gunzip_free(reader->gunzip);
    free(reader->block);
    if (reader->descriptor >= 0)
        close(reader->descriptor);
    *reader = (struct archive_reader){.descriptor = -1};
}

bool ingest_reader_is_filtered(const struct archive_reader *reader) {
    return reader->gunzip || archive_filter_code(reader->archive, 0) != ARCHIVE_FILTER_NONE;
}

uint64_t ingest_reader_position(const struct archive_reader *reader) {
    if (reader->gunzip)
        return ingest_gunzip_position(reader->gunzip);
    la_int64_t bytes = archive_filter_bytes(reader->archive, -1); // of the last filter, which reads the file
    return bytes > 0 ? (uint64_t)bytes : 0;
}
