// SPDX-License-Identifier: Apache-2.0
// test_findings.c: what a batch says of documents that were read with something lost, and what it counts refusals by.

#include "../ingest/packages.h"
#include "../support/folder.h"
#include "gdx/convert.h"
#include "read_all.h"

#define W "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

static void a_part_that_is_named_and_missing_is_a_warning(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_buffer said,
        word = PACK(TYPES, {"_rels/.rels", RELATIONS(RELATION("rId1", "officeDocument", "word/document.xml"))},
                    {"word/_rels/document.xml.rels", RELATIONS(RELATION("rId2", "footnotes", "footnotes.xml"))},
                    {"word/document.xml", XML_HEAD "<w:document xmlns:w=\"" W "\"><w:body><w:p><w:r><w:t>正文"
                                                   "</w:t></w:r></w:p></w:body></w:document>"});
    folder_write(folder, "a.docx", word.data, word.bytes);
    folder_write_text(folder, "b.txt", "乙");
    read_all(folder, "", NULL, 0, &said);
    expect_line(&said, "a.docx|正文|||正文");
    expect_line(&said, "warning a.docx: parts that it names and that cannot be read: 1, the first is "
                       "word/footnotes.xml [missing part]");
    expect_line(&said, "warning 1 missing part"); // and none of the text after it
    gdx_buffer_clear(&said);
    gdx_buffer_clear(&word);
    folder_remove(folder);
}

static void what_a_converter_says_is_a_warning(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_error err = {0};
    gdx_converters *table;
    gdx_converter *converter;
    gdx_buffer said;
    const char row[] = ".caj text wall=20s memory=1G -- sort --debug INPUT\n"; // it says by which rules it sorts
    assert_int_equal(gdx_converters_new(&table, &err), GDX_OK);
    assert_int_equal(gdx_converters_parse(table, "a test", gdx_slice_of(row), &err), GDX_OK);
    const gdx_converter_options options = {.table = table, .libexec = GRAMDEX_LIBEXEC};
    assert_int_equal(gdx_converter_new(&options, &converter, &err), GDX_OK);
    folder_write_text(folder, "a.caj", "words\n");
    folder_write_text(folder, "b.txt", "乙");
    read_all(folder, "", converter, 0, &said);
    expect_words(&said, "a.caj|words|");
    expect_words(&said, "warning a.caj: its converter says: /");
    expect_words(&said, "sort: text ordering");
    expect_line(&said, "warning 1 converter's warning");
    gdx_buffer_clear(&said);
    gdx_converter_free(converter);
    gdx_converters_free(table);
    folder_remove(folder);
}

static void refusals_of_documents_are_counted_by_their_kind(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_buffer said;
    folder_write_text(folder, "a.pdf", "%PDF-1.4\n");
    folder_write_text(folder, "b.pdf", "%PDF-1.4\n");
    folder_write_text(folder, "c.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    folder_write_text(folder, "d.docx", "PK\x03\x04 and no more");
    folder_write_text(folder, "e.caj", "CAJ");
    folder_write_text(folder, "f.jsonl", "{\"id\": 1\n{\"id\":\"2\"}\n");
    folder_write_text(folder, "g.json", "[{\"id\":\"1\"},{\"id\":\"2\",\"text\":\"x\"}]");
    folder_write_text(folder, "h.csv", "id,text\n1,2,3\n");
    folder_write_text(folder, "i.txt", " \n");
    read_all(folder, "", NULL, 0, &said);
    expect_line(&said, "refused 2 PDF");
    expect_line(&said, "refused 1 Word 97");
    expect_line(&said, "refused 1 Word");
    expect_line(&said, "refused 1 .caj");
    expect_line(&said, "refused 4 bad record");
    expect_line(&said, "refused 1 empty file");
    gdx_buffer_clear(&said);
    folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_that_is_named_and_missing_is_a_warning),
        cmocka_unit_test(what_a_converter_says_is_a_warning),
        cmocka_unit_test(refusals_of_documents_are_counted_by_their_kind),
    };
    return cmocka_run_group_tests_name("batch: findings", tests, NULL, NULL);
}
