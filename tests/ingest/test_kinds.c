// SPDX-License-Identifier: Apache-2.0
// test_kinds.c: what a file is, by its name.

#include "one_piece.h"

static void names_tell_the_kind_of_an_input(void **state) {
    (void)state;
    static const struct {
        const char *path;
        gdx_input_kind kind, inner;
    } names[] = {
        {"news.jsonl", GDX_INPUT_RECORDS, GDX_INPUT_IGNORED},
        {"a/b.c/NEWS.NDJSON", GDX_INPUT_RECORDS, GDX_INPUT_IGNORED},
        {"a.txt", GDX_INPUT_TEXT, GDX_INPUT_IGNORED},
        {"README", GDX_INPUT_TEXT, GDX_INPUT_IGNORED},
        {"report.2023", GDX_INPUT_TEXT, GDX_INPUT_IGNORED},
        {"文章.Md", GDX_INPUT_MARKDOWN, GDX_INPUT_IGNORED},
        {"x.HTM", GDX_INPUT_HTML, GDX_INPUT_IGNORED},
        {"x.xhtml", GDX_INPUT_HTML, GDX_INPUT_IGNORED},
        {"index.shtml", GDX_INPUT_HTML, GDX_INPUT_IGNORED},
        {"film.zh.SRT", GDX_INPUT_SUBTITLES, GDX_INPUT_IGNORED},
        {"a.vtt.gz", GDX_INPUT_COMPRESSED, GDX_INPUT_SUBTITLES},
        {"x.jsonl.gz", GDX_INPUT_COMPRESSED, GDX_INPUT_RECORDS},
        {"x.txt.ZST", GDX_INPUT_COMPRESSED, GDX_INPUT_TEXT},
        {"x.md.gz.xz", GDX_INPUT_COMPRESSED, GDX_INPUT_MARKDOWN},
        {"x.gz", GDX_INPUT_COMPRESSED, GDX_INPUT_TEXT},
        {"x.png.gz", GDX_INPUT_IGNORED, GDX_INPUT_IGNORED},
        {"x.tar.gz", GDX_INPUT_ARCHIVE, GDX_INPUT_IGNORED},
        {"x.tar", GDX_INPUT_ARCHIVE, GDX_INPUT_IGNORED},
        {"x.TGZ", GDX_INPUT_ARCHIVE, GDX_INPUT_IGNORED},
        {"x.zip", GDX_INPUT_ARCHIVE, GDX_INPUT_IGNORED},
        {"x.7z", GDX_INPUT_ARCHIVE, GDX_INPUT_IGNORED},
        {"x.pdf", GDX_INPUT_UNREAD, GDX_INPUT_IGNORED},
        {"x.docx.gz", GDX_INPUT_UNREAD, GDX_INPUT_IGNORED},
        {"x.txt~", GDX_INPUT_IGNORED, GDX_INPUT_IGNORED},
        {"x.bak", GDX_INPUT_IGNORED, GDX_INPUT_IGNORED},
        {"~$x.docx", GDX_INPUT_IGNORED, GDX_INPUT_IGNORED},
        {"site.css", GDX_INPUT_IGNORED, GDX_INPUT_IGNORED},
        {"x.JPEG", GDX_INPUT_IGNORED, GDX_INPUT_IGNORED},
        {"a/.hidden.txt", GDX_INPUT_IGNORED, GDX_INPUT_IGNORED},
        {".git/x.txt", GDX_INPUT_TEXT, GDX_INPUT_IGNORED}, // who lists folders leaves hidden ones out
        {"trailing.", GDX_INPUT_TEXT, GDX_INPUT_IGNORED},
        {"", GDX_INPUT_TEXT, GDX_INPUT_IGNORED},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        gdx_input_kind inner = GDX_INPUT_IGNORED;
        if (gdx_input_kind_of(names[i].path, &inner) != names[i].kind || inner != names[i].inner)
            fail_msg("%s", names[i].path);
        assert_int_equal(gdx_input_kind_of(names[i].path, NULL), names[i].kind);
    }
}

static void what_is_not_read_is_counted_by_words(void **state) {
    (void)state;
    static const char *const names[][2] = {
        {"a/x.PDF", ".pdf"},       {"x.docx.gz", ".docx"},       {"x.png", "picture"}, {".hidden.txt", "hidden name"},
        {"x.txt~", "backup copy"}, {"Thumbs.db", "system file"}, {"x.txt", ""},        {"README", ""},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char words[GDX_INPUT_WORDS_BYTES];
        gdx_input_words(names[i][0], words);
        assert_string_equal(words, names[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tell_the_kind_of_an_input),
        cmocka_unit_test(what_is_not_read_is_counted_by_words),
    };
    return cmocka_run_group_tests_name("ingest: kinds", tests, NULL, NULL);
}
