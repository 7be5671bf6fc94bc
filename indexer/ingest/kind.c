// SPDX-License-Identifier: Apache-2.0
// kind.c: the kinds of inputs, and what an input is by its name alone. Relies on gdx/ingest.h.
// What no table knows is taken for text until its bytes are seen: a file of text that is passed over is a loss.

#include "gdx/convert.h"
#include "gdx/ingest.h"

#include "sniff.h"

#include <assert.h>
#include <stdio.h>
#include <strings.h>

struct kind_row {
    gdx_input_kind kind;
    bool is_read;           // there is a reader for it
    const char *name;       // as a report says it
    const char *extensions; // each after a dot; NULL: no name tells it
};

// In the order of the enumeration.
static const struct kind_row rows[] = {
    {GDX_INPUT_RECORDS, true, "JSON Lines", ".jsonl.ndjson"},
    {GDX_INPUT_TEXT, true, "text", ".txt.text"},
    {GDX_INPUT_MARKDOWN, true, "Markdown", ".md.markdown"},
    {GDX_INPUT_HTML, true, "HTML", ".html.htm.xhtml.shtml"},
    {GDX_INPUT_SUBTITLES, true, "subtitles", ".srt.vtt"},
    {GDX_INPUT_JSON, true, "JSON", ".json"},
    {GDX_INPUT_TABLE, true, "table", ".csv.tsv.tab"},
    {GDX_INPUT_FEED, true, "XML", ".rss.atom.xml"},
    {GDX_INPUT_WORD, true, "Word", ".docx.docm.dotx"},
    {GDX_INPUT_SLIDES, true, "slides", ".pptx.ppsx.pptm"},
    {GDX_INPUT_SHEETS, true, "sheets", ".xlsx.xlsm"},
    {GDX_INPUT_OPENDOCUMENT, true, "OpenDocument", ".odt.ods.odp.ott.fodt"},
    {GDX_INPUT_EPUB, true, "EPUB", ".epub"},
    {GDX_INPUT_FICTIONBOOK, true, "FictionBook", ".fb2"},
    {GDX_INPUT_PDF, true, "PDF", ".pdf"},
    {GDX_INPUT_OLD_WORD, true, "Word 97", ".doc.dot"},
    {GDX_INPUT_OLD_SLIDES, true, "slides 97", ".ppt.pps"},
    {GDX_INPUT_OLD_SHEETS, true, "sheets 97", ".xls"},
    {GDX_INPUT_RTF, true, "RTF", ".rtf"},
    {GDX_INPUT_MAIL, true, "mail", ".eml.emlx.mbox.mht.mhtml"},
    {GDX_INPUT_PICTURE, false, "picture", ".png.jpg.jpeg.gif.bmp.tif.tiff.webp"},
    {GDX_INPUT_CONVERTED, true, "converted", NULL},
    {GDX_INPUT_CRAWL, true, "crawl", ".warc.wet.wat"},
    {GDX_INPUT_COMPRESSED, true, "compressed file", ".gz.zst.xz.bz2.lz4.lzma.z"},
    {GDX_INPUT_ARCHIVE, true, "archive", ".tar.tgz.tzst.txz.tbz2.tlz.taz.zip.wacz.7z.rar.cab.lzh.lha"},
    {GDX_INPUT_UNREAD, false, "not read", NULL},
    {GDX_INPUT_IGNORED, false, "left out", NULL},
};

struct unread {        // the extensions of what is not read; `words` NULL: it holds text, so it is missed
    const char *names; // each after a dot
    const char *words;
};

static const struct unread unread[] = {
    {".ico.heic.avif.psd.svg", "picture"},
    {".mp3.m4a.wav.flac.ogg.opus.aac", "sound"},
    {".mp4.m4v.mkv.avi.mov.webm.wmv.flv", "film"},
    {".ttf.otf.woff.woff2.eot", "font"},
    {".css.scss.less", "style sheet"},
    {".js.mjs.cjs", "script"},
    {".bak.tmp.swp", "backup copy"},
    {".exe.dll.so.dylib.a.o.obj.lib.class.jar.pyc.pyo.wasm.apk.msi.deb.rpm.bin.dat.img.iso.dmg.lock", "program"},
    {".npy.npz.pkl.h5.pt.onnx", "data of programs"},
    {".mobi.azw3.djvu.ps.caj.kdh.nh.wps.et.dps.pages.numbers.key.msg.pst", NULL},
    {".db.sqlite.sqlite3.mdb.parquet.arrow.feather.lz.br", NULL},
};

static const struct kind_row *row_of(gdx_input_kind kind) {
    assert((size_t)kind < sizeof rows / sizeof rows[0] && rows[kind].kind == kind);
    return &rows[kind];
}

const char *gdx_piece_kind_name(const gdx_piece *piece) {
    return piece->kind == GDX_INPUT_CONVERTED ? piece->ending : gdx_input_kind_name(piece->kind);
}

const char *gdx_input_kind_name(gdx_input_kind kind) {
    return row_of(kind)->name;
}

bool gdx_input_is_container(gdx_input_kind kind) {
    return kind == GDX_INPUT_CRAWL || kind == GDX_INPUT_COMPRESSED || kind == GDX_INPUT_ARCHIVE;
}

// The extension of a name without its folder, "" when it has none; *bytes is how much of the name it takes.
static gdx_slice extension_of(const char *name, size_t bytes) {
    size_t at = bytes;
    while (at > 0 && name[at - 1] != '.')
        at--;
    if (at <= 1) // no dot, or nothing before it
        return (gdx_slice){"", 0};
    return (gdx_slice){name + at, bytes - at};
}

static bool is_among(gdx_slice extension, const char *names) {
    while (names && *names) {
        size_t bytes = strcspn(++names, ".");
        if (bytes == extension.bytes && strncasecmp(extension.data, names, bytes) == 0)
            return true;
        names += bytes;
    }
    return false;
}

// Whether there is a reader for it or not.
static gdx_input_kind kind_of_extension(gdx_slice extension, const char **out_words) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (is_among(extension, rows[i].extensions))
            return rows[i].kind;
    for (size_t i = 0; i < sizeof unread / sizeof unread[0]; i++) {
        if (!is_among(extension, unread[i].names))
            continue;
        *out_words = unread[i].words;
        return unread[i].words ? GDX_INPUT_IGNORED : GDX_INPUT_UNREAD;
    }
    return GDX_INPUT_TEXT;
}

// Names of what systems and editors leave beside the files of people.
static const char *words_of_name(const char *path, const char *name, size_t bytes) {
    if (strncmp(path, "__MACOSX/", 9) == 0 || strstr(path, "/__MACOSX/") || (name[0] == '.' && name[1] == '_'))
        return "twin of macOS"; // what its file system keeps beside a file
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

static gdx_input_kind look_at(const char *path, gdx_slice *extension, const char **out_words) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t bytes = strlen(name);
    *out_words = words_of_name(path, name, bytes);
    if (*out_words)
        return GDX_INPUT_IGNORED;
    *extension = extension_of(name, bytes);
    gdx_input_kind kind = kind_of_extension(*extension, out_words);
    if (kind != GDX_INPUT_COMPRESSED)
        return kind;
    gdx_input_kind inside = kind_within(name, extension, out_words);
    return inside == GDX_INPUT_ARCHIVE || inside == GDX_INPUT_IGNORED || inside == GDX_INPUT_PICTURE ? inside : kind;
}

static void say_unread(gdx_input_kind kind, const char *words, gdx_slice extension, char to[GDX_INPUT_WORDS_BYTES]) {
    to[0] = 0;
    if (words)
        snprintf(to, GDX_INPUT_WORDS_BYTES, "%s", words);
    else if (kind == GDX_INPUT_UNREAD)
        snprintf(to, GDX_INPUT_WORDS_BYTES, ".%.*s", GDX_SLICE_ARGUMENTS(extension));
    for (char *at = to; *at && !words; at++)
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at + ('a' - 'A') : *at);
}

// A picture without a reader holds nothing that is missed.
static gdx_input_kind say_if_read(gdx_input_kind kind, const char *words, gdx_slice extension,
                                  char to[GDX_INPUT_WORDS_BYTES]) {
    const struct kind_row *row = row_of(kind);
    if (!row->is_read && kind == GDX_INPUT_PICTURE) {
        words = row->name;
        kind = GDX_INPUT_IGNORED;
    } else if (!row->is_read && kind != GDX_INPUT_IGNORED) {
        words = extension.bytes ? NULL : row->name;
        kind = GDX_INPUT_UNREAD;
    }
    if (to)
        say_unread(kind, words, extension, to);
    return kind;
}

gdx_input_kind ingest_kind_if_read(gdx_input_kind kind, const char *path, char words[GDX_INPUT_WORDS_BYTES]) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return say_if_read(kind, NULL, extension_of(name, strlen(name)), words);
}

gdx_input_kind ingest_kind_by_name(const char *path) {
    gdx_slice extension = {0};
    const char *words;
    return look_at(path, &extension, &words);
}

gdx_input_kind gdx_input_kind_of(const char *path, char words[GDX_INPUT_WORDS_BYTES]) {
    gdx_slice extension = {0};
    const char *why;
    gdx_input_kind kind = look_at(path, &extension, &why);
    return say_if_read(kind, why, extension, words);
}

bool gdx_input_has_known_name(const char *path) {
    gdx_slice extension = {0};
    const char *words;
    return look_at(path, &extension, &words) != GDX_INPUT_TEXT || is_among(extension, rows[GDX_INPUT_TEXT].extensions);
}

// Bytes that are plainly another document's count more than an ending: sites give out PDF under .caj. A zip file or a
// text may be what the ending says.
static bool is_of_other_name(const char *path, gdx_input_kind kind) {
    return kind >= GDX_INPUT_WORD && kind <= GDX_INPUT_PICTURE && kind != ingest_kind_by_name(path);
}

// What our own signatures call by an ending (".caj" without its name) is asked for, too. Names that are set aside, as
// hidden ones, stay so.
gdx_input_kind gdx_input_with_converter(const gdx_converter *converter, const char *path, gdx_input_kind kind,
                                        char words[GDX_INPUT_WORDS_BYTES]) {
    char ending[GDX_INPUT_WORDS_BYTES];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (!converter || words_of_name(path, name, strlen(name)))
        return kind;
    say_unread(GDX_INPUT_UNREAD, NULL, extension_of(name, strlen(name)), ending);
    bool is_told = kind == GDX_INPUT_UNREAD && gdx_converter_reads(converter, words);
    if (ending[1] && !is_of_other_name(path, kind) && gdx_converter_reads(converter, ending)) {
        memcpy(words, ending, sizeof ending);
        is_told = true;
    }
    if (is_told)
        return GDX_INPUT_CONVERTED;
    bool is_picture = kind == GDX_INPUT_IGNORED && strcmp(words, row_of(GDX_INPUT_PICTURE)->name) == 0 &&
                      ingest_kind_by_name(path) != GDX_INPUT_IGNORED; // not those that no recognition reads
    return is_picture && gdx_converter_reads(converter, GDX_CONVERT_OCR_IMAGE) ? GDX_INPUT_PICTURE : kind;
}
