// SPDX-License-Identifier: Apache-2.0
// test_kinds.c: what a file is, by its name and by its first bytes.

#include "one_piece.h"

#include "gdx/convert.h"

#include <stdlib.h>

static void names_tell_the_kind_of_an_input(void **state) {
    (void)state;
    static const struct {
        const char *path;
        gdx_input_kind kind;
    } names[] = {
        {"news.jsonl", GDX_INPUT_RECORDS},
        {"a/b.c/NEWS.NDJSON", GDX_INPUT_RECORDS},
        {"a.txt", GDX_INPUT_TEXT},
        {"README", GDX_INPUT_TEXT},
        {"report.2023", GDX_INPUT_TEXT},
        {"文章.Md", GDX_INPUT_MARKDOWN},
        {"x.HTM", GDX_INPUT_HTML},
        {"x.xhtml", GDX_INPUT_HTML},
        {"index.shtml", GDX_INPUT_HTML},
        {"film.zh.SRT", GDX_INPUT_SUBTITLES},
        {"a.vtt.gz", GDX_INPUT_COMPRESSED},
        {"x.jsonl.gz", GDX_INPUT_COMPRESSED},
        {"x.txt.ZST", GDX_INPUT_COMPRESSED},
        {"x.md.gz.xz", GDX_INPUT_COMPRESSED},
        {"x.gz", GDX_INPUT_COMPRESSED},
        {"x.png.gz", GDX_INPUT_IGNORED},
        {"x.tar.gz", GDX_INPUT_ARCHIVE},
        {"x.tar", GDX_INPUT_ARCHIVE},
        {"x.TGZ", GDX_INPUT_ARCHIVE},
        {"x.zip", GDX_INPUT_ARCHIVE},
        {"x.7z", GDX_INPUT_ARCHIVE},
        {"x.RAR", GDX_INPUT_ARCHIVE},
        {"x.lzh", GDX_INPUT_ARCHIVE},
        {"x.tar.Z", GDX_INPUT_ARCHIVE},
        {"x.html.lz4", GDX_INPUT_COMPRESSED},
        {"__MACOSX/x.txt", GDX_INPUT_IGNORED},
        {"a/__MACOSX/._x.txt", GDX_INPUT_IGNORED},
        {"a__MACOSX/x.txt", GDX_INPUT_TEXT},
        {"x.pdf", GDX_INPUT_PDF},
        {"x.warc", GDX_INPUT_CRAWL},
        {"x.warc.gz", GDX_INPUT_COMPRESSED},
        {"x.wacz", GDX_INPUT_ARCHIVE},
        {"x.mhtml", GDX_INPUT_MAIL},
        {"x.emlx", GDX_INPUT_MAIL},
        {"x.caj", GDX_INPUT_UNREAD},
        {"x.docx.gz", GDX_INPUT_COMPRESSED},
        {"x.txt~", GDX_INPUT_IGNORED},
        {"x.bak", GDX_INPUT_IGNORED},
        {"~$x.docx", GDX_INPUT_IGNORED},
        {"site.css", GDX_INPUT_IGNORED},
        {"x.JPEG", GDX_INPUT_IGNORED},
        {"a/.hidden.txt", GDX_INPUT_IGNORED},
        {".git/x.txt", GDX_INPUT_TEXT}, // who lists folders leaves hidden ones out
        {"trailing.", GDX_INPUT_TEXT},
        {"", GDX_INPUT_TEXT},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (gdx_input_kind_of(names[i].path, NULL) != names[i].kind)
            fail_msg("%s", names[i].path);
}

static void what_is_not_read_is_counted_by_words(void **state) {
    (void)state;
    static const char *const names[][2] = {
        {"a/x.KDH", ".kdh"},
        {"x.CAJ", ".caj"},
        {"x.png", "picture"},
        {".hidden.txt", "hidden name"},
        {"x.txt~", "backup copy"},
        {"Thumbs.db", "system file"},
        {"a/._x.txt", "twin of macOS"},
        {"x.txt", ""},
        {"README", ""},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char words[GDX_INPUT_WORDS_BYTES];
        gdx_input_kind_of(names[i][0], words);
        assert_string_equal(words, names[i][1]);
    }
}

struct head {
    const char *name;
    gdx_slice head;
    gdx_input_kind kind;
    const char *words;
};

static void expect_kinds(const struct head *heads, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char words[GDX_INPUT_WORDS_BYTES];
        gdx_input_kind kind = gdx_input_sniff(heads[i].name, heads[i].head, words);
        if (kind != heads[i].kind || strcmp(words, heads[i].words) != 0)
            fail_msg("%zu: %s: %s \"%s\"", i, heads[i].name, gdx_input_kind_name(kind), words);
    }
}

// "WARC/1.0", stored.
#define WARC_IN_GZIP                                                                                                   \
    "\x1f\x8b\x08\0\0\0\0\0\0\x03\0\x0a\0\xf5\xff"                                                                     \
    "WARC/1.0\r\n"

static void first_bytes_tell_what_a_name_does_not(void **state) {
    (void)state;
    static const struct head heads[] = {
        {"a.jsp", SLICE("\xef\xbb\xbf<%@ page %>\n<!DOCTYPE html><p>"), GDX_INPUT_HTML, ""},
        {"a.txt", SLICE("<?xml version=\"1.0\"?>\n<!-- x --><html>"), GDX_INPUT_HTML, ""},
        {"a", SLICE("{\"id\":\"1\"}\n{"), GDX_INPUT_RECORDS, ""},
        {"a.log", SLICE("{\"id\":\"1\", \"text\": \"a very long line"), GDX_INPUT_RECORDS, ""},
        {"a.jsonl", SLICE("{\"id\": broken\n{}"), GDX_INPUT_RECORDS, ""},
        {"a.txt", SLICE("{curly} words\n"), GDX_INPUT_TEXT, ""},
        {"a.txt", SLICE("[1] a note\n"), GDX_INPUT_TEXT, ""},
        {"a.md", SLICE("{\"id\":\"1\"}\n"), GDX_INPUT_MARKDOWN, ""},
        {"a", SLICE("\x1f\x8b\x08\0"), GDX_INPUT_COMPRESSED, ""},
        {"a.tar.gz", SLICE("\x1f\x8b\x08\0"), GDX_INPUT_ARCHIVE, ""},
        {"a.txt", SLICE("PK\x03\x04\x14\0news/1.txt"), GDX_INPUT_ARCHIVE, ""},
        {"a.txt", SLICE("Rar!\x1a\7\1\0"), GDX_INPUT_ARCHIVE, ""},
        {"a.txt", SLICE("\x04\x22\x4d\x18"), GDX_INPUT_COMPRESSED, ""},
        {"a.pdf", SLICE("PK\x05\x06"), GDX_INPUT_ARCHIVE, ""},
        {"a.vtt", SLICE("WEBVTT\n"), GDX_INPUT_SUBTITLES, ""},
        {"a", SLICE("\xef\xbb\xbfWEBVTT - title\n"), GDX_INPUT_SUBTITLES, ""},
        {"a.txt", SLICE("WARC/1.0\r\nWARC-Type: warcinfo\r\n"), GDX_INPUT_CRAWL, ""},
        {"a.gz", SLICE(WARC_IN_GZIP), GDX_INPUT_CRAWL, ""},
        {"a.txt", SLICE("From a@b Sat\nFrom: us\nTo: you\nDate: none\n"), GDX_INPUT_MAIL, ""},
        {"a.emlx", SLICE("1024      \nFrom: us\n"), GDX_INPUT_MAIL, ""},
        {"minutes.txt", SLICE("From: us\nTo: you\nThe talk began.\nDate: none\n"), GDX_INPUT_TEXT, ""},
        {"a.txt", SLICE(""), GDX_INPUT_TEXT, ""},
        {"a.pdf", SLICE(""), GDX_INPUT_TEXT, ""},
    };
    expect_kinds(heads, sizeof heads / sizeof heads[0]);
}

static void what_is_not_read_is_named_whatever_its_name(void **state) {
    (void)state;
    static const struct head heads[] = {
        {"a.txt", SLICE("PAR1\x15\x04"), GDX_INPUT_UNREAD, ".parquet"},
        {"a.dat", SLICE("CAJ\0\0"), GDX_INPUT_UNREAD, ".caj"},
        {"a.caj", SLICE("what is this"), GDX_INPUT_UNREAD, ".caj"},
        {"a", SLICE("\x89PNG\r\n\x1a\n\0"), GDX_INPUT_IGNORED, "picture"},
        {"a.txt",
         SLICE("\x7f"
               "ELF\x02\x01"),
         GDX_INPUT_IGNORED, "program"},
    };
    expect_kinds(heads, sizeof heads / sizeof heads[0]);
}

static void any_first_bytes_have_a_kind(void **state) {
    (void)state;
    unsigned seed = 1;
    static const char pieces[][8] = {"{",      "[",  "\"", "<",          "<?xml ?", ">",
                                     "From: ", "\n", " ",  "PK\x03\x04", "%PDF-",   "\0"};
    for (int round = 0; round < 20000; round++) {
        char head[64];
        size_t bytes = 0;
        for (unsigned i = 0; i < 7; i++) {
            seed = seed * 1103515245 + 12345;
            const char *piece = pieces[(seed >> 16) % (sizeof pieces / sizeof pieces[0])];
            size_t more = *piece ? strlen(piece) : 1;
            memcpy(head + bytes, piece, more);
            bytes += more;
        }
        char *exact = malloc(bytes); // so that a look past the end is seen
        memcpy(exact, head, bytes);
        char words[GDX_INPUT_WORDS_BYTES];
        assert_true(gdx_input_sniff("name", (gdx_slice){exact, bytes}, words) <= GDX_INPUT_IGNORED);
        free(exact);
    }
}

static gdx_input_kind kind_with(const gdx_converter *converter, const char *path, const char *head, const char *words) {
    char found[GDX_INPUT_WORDS_BYTES];
    gdx_input_kind kind =
        gdx_input_with_converter(converter, path, gdx_input_sniff(path, gdx_slice_of(head), found), found);
    assert_string_equal(found, words);
    return kind;
}

static void a_converter_reads_endings_of_its_table_and_pictures(void **state) {
    (void)state;
    GDX_AUTO(gdx_converters) table = NULL;
    gdx_error err = {0};
    static const char rows[] =
        ".caj text -- x\n.txt text -- x\n.svg off\n.rtf text -- x\n.heic text -- x\n.a-very-long-ending-of-names text -- x";
    assert_int_equal(gdx_converters_new(&table, &err), GDX_OK);
    assert_int_equal(gdx_converters_parse(table, "rows", gdx_slice_of(rows), &err), GDX_OK);
    for (int ocr = 0; ocr < 2; ocr++) {
        GDX_AUTO(gdx_converter) converter = NULL;
        const gdx_converter_options options = {.table = table, .ocr = ocr};
        assert_int_equal(gdx_converter_new(&options, &converter, &err), GDX_OK);
        gdx_input_kind picture = ocr ? GDX_INPUT_PICTURE : GDX_INPUT_IGNORED;
        assert_int_equal(kind_with(converter, "b/X.CAJ", "?", ".caj"), GDX_INPUT_CONVERTED);
        assert_int_equal(kind_with(converter, "x", "KDH ?", ".caj"), GDX_INPUT_CONVERTED);
        assert_int_equal(kind_with(converter, "x.txt", "{\"id\":1}", ".txt"), GDX_INPUT_CONVERTED);
        assert_int_equal(kind_with(converter, "x.caj", "%PDF-1.4", ""), GDX_INPUT_PDF);
        assert_int_equal(kind_with(converter, "x.caj", "PK\3\4 ?", ".caj"), GDX_INPUT_CONVERTED);
        assert_int_equal(kind_with(converter, "x.rtf", "{\\rtf1", ".rtf"), GDX_INPUT_CONVERTED);
        assert_int_equal(kind_with(converter, "x.heic", "?", ".heic"), GDX_INPUT_CONVERTED);
        assert_int_equal(kind_with(converter, ".x.caj", "KDH ?", ".caj"), GDX_INPUT_UNREAD); // hidden
        assert_int_equal(kind_with(converter, ".caj", "?", ""), GDX_INPUT_IGNORED);
        assert_int_equal(kind_with(converter, "x.", "?", ""), GDX_INPUT_TEXT);
        assert_int_equal(kind_with(converter, "x.a-very-long-ending-of-names", "?", ""), GDX_INPUT_TEXT);
        assert_int_equal(kind_with(converter, "x.mobi", "?", ".mobi"), GDX_INPUT_UNREAD);
        assert_int_equal(kind_with(converter, "x.pdf", "%PDF-1.4", ""), GDX_INPUT_PDF);
        assert_int_equal(kind_with(converter, "x.png", "\x89PNG\r\n\x1a\n", "picture"), picture);
        assert_int_equal(kind_with(converter, "x", "GIF89a", "picture"), picture);
    }
    assert_int_equal(kind_with(NULL, "x.caj", "KDH ?", ".caj"), GDX_INPUT_UNREAD);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tell_the_kind_of_an_input),
        cmocka_unit_test(what_is_not_read_is_counted_by_words),
        cmocka_unit_test(first_bytes_tell_what_a_name_does_not),
        cmocka_unit_test(what_is_not_read_is_named_whatever_its_name),
        cmocka_unit_test(any_first_bytes_have_a_kind),
        cmocka_unit_test(a_converter_reads_endings_of_its_table_and_pictures),
    };
    return cmocka_run_group_tests_name("ingest: kinds", tests, NULL, NULL);
}
