// SPDX-License-Identifier: Apache-2.0
// sniff.c: what an input is by its first bytes. Relies on sniff.h.
// Archives (archive_sniff.c) and signatures of binary formats come first, since no text begins with one; then what a
// text begins with (sniff_text.c); the name alone where both say nothing. So a name that lies costs nothing, and one
// that is missing little.

#include "sniff.h"

#include "gdx/crawl.h"
#include "package.h"

#include <stdio.h>

struct signature {
    uint16_t at; // offset of the bytes
    uint8_t count;
    gdx_input_kind kind;
    const char *bytes;
    const char *words; // of what is not read
};

#define SIGNATURE(at, bytes, kind, words)                                                                              \
    { at, sizeof(bytes) - 1, kind, bytes, words }

// Where no other source is named: the signatures of file(1), and of WHATWG MIME Sniffing, section 6.
static const struct signature signatures[] = {
    SIGNATURE(0, "{\\rtf", GDX_INPUT_RTF, NULL),
    SIGNATURE(0, "\x89PNG\r\n\x1a\n", GDX_INPUT_PICTURE, NULL),
    SIGNATURE(0, "\xff\xd8\xff", GDX_INPUT_PICTURE, NULL),
    SIGNATURE(0, "GIF87a", GDX_INPUT_PICTURE, NULL),
    SIGNATURE(0, "GIF89a", GDX_INPUT_PICTURE, NULL),
    SIGNATURE(0, "II*\0", GDX_INPUT_PICTURE, NULL),
    SIGNATURE(0, "MM\0*", GDX_INPUT_PICTURE, NULL),
    SIGNATURE(8, "WEBPVP", GDX_INPUT_PICTURE, NULL),
    SIGNATURE(0,
              "\x7f"
              "ELF",
              GDX_INPUT_IGNORED, "program"),
    SIGNATURE(0, "ID3", GDX_INPUT_IGNORED, "sound"),
    SIGNATURE(0, "OggS", GDX_INPUT_IGNORED, "sound"),
    SIGNATURE(0, "fLaC", GDX_INPUT_IGNORED, "sound"),
    SIGNATURE(8, "WAVEfmt", GDX_INPUT_IGNORED, "sound"),
    SIGNATURE(4, "ftypisom", GDX_INPUT_IGNORED, "film"),
    SIGNATURE(4, "ftypmp4", GDX_INPUT_IGNORED, "film"),
    SIGNATURE(0, "\x1a\x45\xdf\xa3", GDX_INPUT_IGNORED, "film"),
    SIGNATURE(0, "wOFF", GDX_INPUT_IGNORED, "font"),
    SIGNATURE(0, "wOF2", GDX_INPUT_IGNORED, "font"),
    SIGNATURE(0, "PAR1", GDX_INPUT_UNREAD, ".parquet"),
    SIGNATURE(0, "CAJ\0", GDX_INPUT_UNREAD, ".caj"),
    SIGNATURE(0, "HN\0\0", GDX_INPUT_UNREAD, ".caj"),
    SIGNATURE(0, "\xc8\0\0\0", GDX_INPUT_UNREAD, ".caj"),
    SIGNATURE(0, "KDH ", GDX_INPUT_UNREAD, ".caj"),
    SIGNATURE(0, "AT&TFORM", GDX_INPUT_UNREAD, ".djvu"),
    SIGNATURE(60, "BOOKMOBI", GDX_INPUT_UNREAD, ".mobi"),
    SIGNATURE(0, "SQLite format 3\0", GDX_INPUT_UNREAD, ".sqlite"),
    SIGNATURE(0, "%!PS", GDX_INPUT_UNREAD, ".ps"),
};

// Bytes before the mark do not make it another format: readers look for it so far (ISO 32000-1, annex H, note 13).
enum { PDF_MARK_WITHIN = 1024 };

static bool starts(gdx_slice head, const char *bytes, size_t count) {
    return head.bytes >= count && memcmp(head.data, bytes, count) == 0;
}

static bool is_pdf(gdx_slice head) {
    size_t within = head.bytes < PDF_MARK_WITHIN ? head.bytes : PDF_MARK_WITHIN;
    return within && memmem(head.data, within, "%PDF-", 5) != NULL;
}

// Compound files (MS-CFB) hold Word, Excel, PowerPoint, and much else that the name alone tells.
static gdx_input_kind kind_of_compound(gdx_input_kind by_name) {
    switch (by_name) {
    case GDX_INPUT_OLD_SLIDES:
    case GDX_INPUT_OLD_SHEETS:
    case GDX_INPUT_UNREAD:
    case GDX_INPUT_IGNORED:
        return by_name;
    default:
        return GDX_INPUT_OLD_WORD;
    }
}

static gdx_input_kind kind_of_zip(gdx_slice head, gdx_input_kind by_name, const char **out_words) {
    switch (ingest_package_kind(head)) {
    case PACKAGE_WORD:
        return GDX_INPUT_WORD;
    case PACKAGE_SLIDES:
        return GDX_INPUT_SLIDES;
    case PACKAGE_SHEETS:
        return GDX_INPUT_SHEETS;
    case PACKAGE_BINARY_SHEETS:
        *out_words = ".xlsb";
        return GDX_INPUT_UNREAD;
    case PACKAGE_OPENDOCUMENT:
        return GDX_INPUT_OPENDOCUMENT;
    case PACKAGE_EPUB:
        return GDX_INPUT_EPUB;
    case PACKAGE_FICTIONBOOK:
        return GDX_INPUT_FICTIONBOOK;
    default: // the first bytes need not tell
        return by_name >= GDX_INPUT_WORD && by_name <= GDX_INPUT_FICTIONBOOK ? by_name : GDX_INPUT_ARCHIVE;
    }
}

static gdx_input_kind by_signature(gdx_slice head, gdx_input_kind by_name, const char **out_words) {
    if (starts(head, "PK\x03\x04", 4) || starts(head, "PK\x05\x06", 4))
        return kind_of_zip(head, by_name, out_words);
    if (starts(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8))
        return kind_of_compound(by_name);
    if (gdx_crawl_sniff(head)) // also in gzip
        return GDX_INPUT_CRAWL;
    gdx_input_kind packed;
    const char *format;
    if (gdx_archive_sniff(head, &packed, &format)) // a compressed archive is read in one go; its name tells it, or gzip
        return by_name == GDX_INPUT_ARCHIVE ? by_name : packed;
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        const struct signature *signature = &signatures[i];
        if (head.bytes < (size_t)signature->at + signature->count ||
            memcmp(head.data + signature->at, signature->bytes, signature->count) != 0)
            continue;
        *out_words = signature->words;
        return signature->kind;
    }
    return is_pdf(head) ? GDX_INPUT_PDF : GDX_INPUT_TEXT;
}

gdx_input_kind gdx_input_sniff(const char *path, gdx_slice head, char words[GDX_INPUT_WORDS_BYTES]) {
    const char *why = NULL;
    gdx_input_kind by_name = ingest_kind_by_name(path);
    gdx_input_kind kind = by_signature(head, by_name, &why);
    words[0] = 0;
    if (why) {
        snprintf(words, GDX_INPUT_WORDS_BYTES, "%s", why);
        return kind;
    }
    if (kind == GDX_INPUT_TEXT)
        kind = ingest_sniff_text(head, by_name);
    return ingest_kind_if_read(kind, path, words);
}
