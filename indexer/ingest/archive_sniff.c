// SPDX-License-Identifier: Apache-2.0
// archive_sniff.c: which archive or compressed file bytes start as. Relies on gdx/ingest.h, and on zlib for what a gzip
// file starts with inside.

#include "archive_reader.h"

#include <strings.h>
#include <zlib.h>

enum { TAR_HEADER_BYTES = 512, TAR_SUM_AT = 148, TAR_SUM_BYTES = 8, GZIP_WINDOW = 15 + 16 };

struct magic {
    const char *bytes;
    size_t count;
    size_t at;
    gdx_input_kind kind;
    const char *format;
};

#define MAGIC(literal, at, kind, format)                                                                               \
    { literal, sizeof(literal) - 1, at, kind, format }

static const struct magic magics[] = {
    MAGIC("PK\3\4", 0, GDX_INPUT_ARCHIVE, "zip"),
    MAGIC("PK\5\6", 0, GDX_INPUT_ARCHIVE, "zip"),        // without an entry
    MAGIC("PK\7\10PK\3\4", 0, GDX_INPUT_ARCHIVE, "zip"), // first of several volumes, or only one after all
    MAGIC("PK00PK\3\4", 0, GDX_INPUT_ARCHIVE, "zip"),
    MAGIC("7z\xbc\xaf\x27\x1c", 0, GDX_INPUT_ARCHIVE, "7z"),
    MAGIC("Rar!\x1a\7\0", 0, GDX_INPUT_ARCHIVE, "rar"),
    MAGIC("Rar!\x1a\7\1\0", 0, GDX_INPUT_ARCHIVE, "rar5"),
    MAGIC("MSCF\0\0\0\0", 0, GDX_INPUT_ARCHIVE, "cab"),
    MAGIC("BZh", 0, GDX_INPUT_COMPRESSED, "bzip2"),
    MAGIC("\xfd"
          "7zXZ\0",
          0, GDX_INPUT_COMPRESSED, "xz"),
    MAGIC("\x28\xb5\x2f\xfd", 0, GDX_INPUT_COMPRESSED, "zstd"),
    MAGIC("\x04\x22\x4d\x18", 0, GDX_INPUT_COMPRESSED, "lz4"),
    MAGIC("\x02\x21\x4c\x18", 0, GDX_INPUT_COMPRESSED, "lz4"), // the old frame
    MAGIC("\x1f\x9d", 0, GDX_INPUT_COMPRESSED, "compress"),
};

// The octal sum of all bytes of the header, its own field taken as blanks, as signed or unsigned bytes.
static bool is_tar(gdx_slice head) {
    if (head.bytes < TAR_HEADER_BYTES || head.data[0] == '\0')
        return false;
    long told = 0, sum = 0, signed_sum = 0;
    size_t digits = 0;
    for (size_t i = TAR_SUM_AT; i < TAR_SUM_AT + TAR_SUM_BYTES; i++) {
        if (head.data[i] >= '0' && head.data[i] <= '7') {
            told = told * 8 + (head.data[i] - '0');
            digits++;
        } else if (digits) {
            break;
        } else if (head.data[i] != ' ') {
            return false;
        }
    }
    for (size_t i = 0; i < TAR_HEADER_BYTES; i++) {
        bool is_sum = i >= TAR_SUM_AT && i < TAR_SUM_AT + TAR_SUM_BYTES;
        sum += is_sum ? ' ' : (uint8_t)head.data[i];
        signed_sum += is_sum ? ' ' : (signed char)head.data[i];
    }
    return digits > 0 && (told == sum || told == signed_sum);
}

// "-lh5-" after a header's length and sum; the header's level is at byte 20.
static bool is_lha(gdx_slice head) {
    return head.bytes > 21 && (memcmp(head.data + 2, "-lh", 3) == 0 || memcmp(head.data + 2, "-lz", 3) == 0) &&
           head.data[6] == '-' && (uint8_t)head.data[20] <= 3;
}

// An .lzma file has no magic: the usual properties, a dictionary of a usual size, a length that is unknown or sane.
static bool is_lzma(gdx_slice head) {
    if (head.bytes < 13 || memcmp(head.data, "\x5d\0\0", 3) != 0)
        return false;
    uint64_t length = gdx_load_u64(head.data + 5);
    return (length == UINT64_MAX || length < (uint64_t)1 << 38) && length > 0;
}

static bool is_magic(gdx_slice head, const struct magic *magic) {
    return head.bytes >= magic->at + magic->count && memcmp(head.data + magic->at, magic->bytes, magic->count) == 0;
}

static bool is_bzip2(gdx_slice head) {
    return head.bytes >= 10 && head.data[3] >= '1' && head.data[3] <= '9' &&
           (memcmp(head.data + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
            memcmp(head.data + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

size_t gdx_archive_unzip_head(gdx_slice head, char *to, size_t room) {
    z_stream stream = {.next_in = (Bytef *)head.data,
                       .avail_in = (uInt)(head.bytes < INT32_MAX ? head.bytes : INT32_MAX),
                       .next_out = (Bytef *)to,
                       .avail_out = (uInt)(room < INT32_MAX ? room : INT32_MAX)};
    if (!ingest_is_gzip(head) || inflateInit2(&stream, GZIP_WINDOW) != Z_OK)
        return 0;
    uInt before = stream.avail_out;
    inflate(&stream, Z_SYNC_FLUSH);
    inflateEnd(&stream);
    return before - stream.avail_out;
}

static bool find(gdx_input_kind found, const char *name, gdx_input_kind *out_kind, const char **out_format) {
    *out_kind = found;
    *out_format = name;
    return true;
}

bool gdx_archive_sniff(gdx_slice head, gdx_input_kind *out_kind, const char **out_format) {
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (is_magic(head, &magics[i]) && (strcmp(magics[i].format, "bzip2") != 0 || is_bzip2(head)))
            return find(magics[i].kind, magics[i].format, out_kind, out_format);
    if (ingest_is_gzip(head)) {
        char inside[TAR_HEADER_BYTES];
        size_t bytes = gdx_archive_unzip_head(head, inside, sizeof inside);
        bool has_tar = is_tar((gdx_slice){inside, bytes});
        return find(has_tar ? GDX_INPUT_ARCHIVE : GDX_INPUT_COMPRESSED, "gzip", out_kind, out_format);
    }
    if (is_lha(head))
        return find(GDX_INPUT_ARCHIVE, "lha", out_kind, out_format);
    if (is_tar(head))
        return find(GDX_INPUT_ARCHIVE, "tar", out_kind, out_format);
    return is_lzma(head) && find(GDX_INPUT_COMPRESSED, "lzma", out_kind, out_format);
}

gdx_slice ingest_name_without_compression(gdx_slice path) {
    static const char *const endings[] = {".gz", ".zst", ".xz", ".bz2", ".lz4", ".lzma", ".z"};
    const char *slash = path.bytes ? memrchr(path.data, '/', path.bytes) : NULL;
    size_t folder = slash ? (size_t)(slash - path.data) + 1 : 0;
    gdx_slice name = {path.data + folder, path.bytes - folder};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t bytes = strlen(endings[i]);
        if (name.bytes > bytes && strncasecmp(name.data + name.bytes - bytes, endings[i], bytes) == 0)
            return (gdx_slice){name.data, name.bytes - bytes};
    }
    return name;
}
