// SPDX-License-Identifier: Apache-2.0
// kind.c: what an input is, by its name alone. Relies on gdx/ingest.h.
// What no table knows is taken for text: a file of text that is passed over is a loss, a binary one is refused anyway
// by its zero bytes.

#include "gdx/ingest.h"

#include <strings.h>

struct extension {
    const char *name;
    gdx_input_kind kind;
};

static const struct extension known[] = {
    {"jsonl", GDX_INPUT_RECORDS},  {"ndjson", GDX_INPUT_RECORDS}, {"txt", GDX_INPUT_TEXT},
    {"text", GDX_INPUT_TEXT},      {"md", GDX_INPUT_MARKDOWN},    {"markdown", GDX_INPUT_MARKDOWN},
    {"html", GDX_INPUT_HTML},      {"htm", GDX_INPUT_HTML},       {"xhtml", GDX_INPUT_HTML},
    {"shtml", GDX_INPUT_HTML},     {"srt", GDX_INPUT_SUBTITLES},  {"vtt", GDX_INPUT_SUBTITLES},
    {"gz", GDX_INPUT_COMPRESSED},  {"zst", GDX_INPUT_COMPRESSED}, {"xz", GDX_INPUT_COMPRESSED},
    {"bz2", GDX_INPUT_COMPRESSED}, {"tar", GDX_INPUT_ARCHIVE},    {"tgz", GDX_INPUT_ARCHIVE},
    {"tzst", GDX_INPUT_ARCHIVE},   {"txz", GDX_INPUT_ARCHIVE},    {"tbz2", GDX_INPUT_ARCHIVE},
    {"zip", GDX_INPUT_ARCHIVE},    {"7z", GDX_INPUT_ARCHIVE},
};

static const char *const ignored[] = {
    // pictures, sound, films, fonts
    "png",
    "jpg",
    "jpeg",
    "gif",
    "bmp",
    "tif",
    "tiff",
    "webp",
    "ico",
    "heic",
    "avif",
    "psd",
    "mp3",
    "m4a",
    "wav",
    "flac",
    "ogg",
    "opus",
    "aac",
    "mp4",
    "m4v",
    "mkv",
    "avi",
    "mov",
    "webm",
    "wmv",
    "flv",
    "ttf",
    "otf",
    "woff",
    "woff2",
    "eot",
    // documents in formats of their own
    "pdf",
    "doc",
    "docx",
    "dot",
    "dotx",
    "xls",
    "xlsx",
    "ppt",
    "pptx",
    "odt",
    "ods",
    "odp",
    "epub",
    "mobi",
    "azw3",
    "djvu",
    "ps",
    "caj",
    "wps",
    "et",
    "dps",
    "pages",
    "numbers",
    "key",
    // programs and their parts
    "exe",
    "dll",
    "so",
    "dylib",
    "a",
    "o",
    "obj",
    "lib",
    "class",
    "jar",
    "pyc",
    "pyo",
    "wasm",
    "apk",
    "msi",
    "deb",
    "rpm",
    "bin",
    "dat",
    "img",
    "iso",
    "dmg",
    // data of programs, and archives that are not read
    "db",
    "sqlite",
    "sqlite3",
    "mdb",
    "parquet",
    "arrow",
    "feather",
    "npy",
    "npz",
    "pkl",
    "h5",
    "pt",
    "onnx",
    "rar",
    "cab",
    "lz4",
    "lzma",
    "lz",
    "br",
    "z",
    "swp",
    "tmp",
    "lock",
};

// The extension of a name without its folder, "" when it has none; *bytes is how much of the name it takes.
static gdx_slice extension_of(const char *name, size_t bytes) {
    size_t at = bytes;
    while (at > 0 && name[at - 1] != '.')
        at--;
    if (at <= 1) // no dot, or nothing before it
        return (gdx_slice){"", 0};
    return (gdx_slice){name + at, bytes - at};
}

static bool is(gdx_slice extension, const char *name) {
    return strlen(name) == extension.bytes && strncasecmp(extension.data, name, extension.bytes) == 0;
}

static gdx_input_kind kind_of_extension(gdx_slice extension) {
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (is(extension, known[i].name))
            return known[i].kind;
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        if (is(extension, ignored[i]))
            return GDX_INPUT_IGNORED;
    return GDX_INPUT_TEXT;
}

gdx_input_kind gdx_input_kind_of(const char *path, gdx_input_kind *inner) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (name[0] == '.')
        return GDX_INPUT_IGNORED;
    size_t bytes = strlen(name);
    gdx_slice extension = extension_of(name, bytes);
    gdx_input_kind kind = kind_of_extension(extension);
    if (kind != GDX_INPUT_COMPRESSED)
        return kind;
    gdx_input_kind inside = GDX_INPUT_COMPRESSED;
    while (inside == GDX_INPUT_COMPRESSED) { // .txt.gz.gz has been seen
        bytes -= extension.bytes + 1;
        extension = extension_of(name, bytes);
        inside = kind_of_extension(extension);
    }
    if (inside == GDX_INPUT_ARCHIVE || inside == GDX_INPUT_IGNORED)
        return inside;
    if (inner)
        *inner = inside;
    return GDX_INPUT_COMPRESSED;
}
