// SPDX-License-Identifier: Apache-2.0
// kind.c: what an input is, by its name alone. Relies on gdx/ingest.h.
// What no table knows is taken for text: a file of text that is passed over is a loss, a binary one is refused anyway
// by its zero bytes.

#include "gdx/ingest.h"

#include <stdio.h>
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

struct unread {        // the extensions of what is not read; `words` NULL: it holds text, so it is missed
    const char *names; // each after a dot
    const char *words;
};

static const struct unread unread[] = {
    {".png.jpg.jpeg.gif.bmp.tif.tiff.webp.ico.heic.avif.psd.svg", "picture"},
    {".mp3.m4a.wav.flac.ogg.opus.aac", "sound"},
    {".mp4.m4v.mkv.avi.mov.webm.wmv.flv", "film"},
    {".ttf.otf.woff.woff2.eot", "font"},
    {".css.scss.less", "style sheet"},
    {".js.mjs.cjs", "script"},
    {".bak.tmp.swp", "backup copy"},
    {".exe.dll.so.dylib.a.o.obj.lib.class.jar.pyc.pyo.wasm.apk.msi.deb.rpm.bin.dat.img.iso.dmg.lock", "program"},
    {".npy.npz.pkl.h5.pt.onnx", "data of programs"},
    {".pdf.doc.docx.dot.dotx.xls.xlsx.ppt.pptx.odt.ods.odp.epub.mobi.azw3.djvu.ps.caj.wps.et.dps.pages.numbers.key",
     NULL},
    {".db.sqlite.sqlite3.mdb.parquet.arrow.feather.rar.cab.lz4.lzma.lz.br.z", NULL},
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

static bool is_among(gdx_slice extension, const char *names) {
    while (*names) {
        size_t bytes = strcspn(++names, ".");
        if (bytes == extension.bytes && strncasecmp(extension.data, names, bytes) == 0)
            return true;
        names += bytes;
    }
    return false;
}

static gdx_input_kind kind_of_extension(gdx_slice extension, const char **out_words) {
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (is(extension, known[i].name))
            return known[i].kind;
    for (size_t i = 0; i < sizeof unread / sizeof unread[0]; i++) {
        if (!is_among(extension, unread[i].names))
            continue;
        *out_words = unread[i].words;
        return unread[i].words ? GDX_INPUT_IGNORED : GDX_INPUT_UNREAD;
    }
    return GDX_INPUT_TEXT;
}

// Names of what systems and editors leave beside the files of people.
static const char *words_of_name(const char *name, size_t bytes) {
    if (name[0] == '.')
        return "hidden name";
    if (bytes && (name[bytes - 1] == '~' || (name[0] == '~' && name[1] == '$')))
        return "backup copy";
    if (strcasecmp(name, "thumbs.db") == 0 || strcasecmp(name, "desktop.ini") == 0)
        return "system file";
    return NULL;
}

// The innermost extension that is none of a compressed file: .txt.gz.gz has been seen.
static gdx_input_kind kind_within(const char *name, gdx_slice *extension, const char **out_words) {
    gdx_input_kind kind = GDX_INPUT_COMPRESSED;
    while (kind == GDX_INPUT_COMPRESSED) {
        *extension = extension_of(name, (size_t)(extension->data - name) - 1);
        kind = kind_of_extension(*extension, out_words);
    }
    return kind;
}

static gdx_input_kind look_at(const char *path, gdx_input_kind *inner, gdx_slice *extension, const char **out_words) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t bytes = strlen(name);
    *out_words = words_of_name(name, bytes);
    if (*out_words)
        return GDX_INPUT_IGNORED;
    *extension = extension_of(name, bytes);
    gdx_input_kind kind = kind_of_extension(*extension, out_words);
    if (kind != GDX_INPUT_COMPRESSED)
        return kind;
    gdx_input_kind inside = kind_within(name, extension, out_words);
    if (inside == GDX_INPUT_ARCHIVE || inside == GDX_INPUT_IGNORED || inside == GDX_INPUT_UNREAD)
        return inside;
    if (inner)
        *inner = inside;
    return GDX_INPUT_COMPRESSED;
}

gdx_input_kind gdx_input_kind_of(const char *path, gdx_input_kind *inner) {
    gdx_slice extension;
    const char *words;
    return look_at(path, inner, &extension, &words);
}

bool gdx_input_has_known_name(const char *path) {
    gdx_slice extension = {0};
    const char *words;
    gdx_input_kind kind = look_at(path, NULL, &extension, &words);
    return kind != GDX_INPUT_TEXT || is(extension, "txt") || is(extension, "text");
}

void gdx_input_words(const char *path, char to[GDX_INPUT_WORDS_BYTES]) {
    gdx_slice extension = {0};
    const char *words;
    gdx_input_kind kind = look_at(path, NULL, &extension, &words);
    to[0] = 0;
    if (words)
        snprintf(to, GDX_INPUT_WORDS_BYTES, "%s", words);
    else if (kind == GDX_INPUT_UNREAD)
        snprintf(to, GDX_INPUT_WORDS_BYTES, ".%.*s", GDX_SLICE_ARGUMENTS(extension));
    for (char *at = to; *at && !words; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + ('a' - 'A') : *at);
}
