// SPDX-License-Identifier: Apache-2.0
// test_faults.c: every allocation of a job fails once, in turn: the job says so, leaks nothing, and goes on afterwards.
// Our own allocations are caught by the linker (--wrap), jansson's by its hook, gumbo's because they are ours.

#include "one_piece.h"

#include "../support/each_allocation.h"
#include "../support/folder.h"

#include "gdx/crawl.h"

#include <archive.h>
#include <archive_entry.h>
#include <jansson.h>
#include <stdlib.h>

static void *allocate_for_jansson(size_t bytes) {
    return malloc(bytes); // called from here, it is one of ours
}

static gdx_status read_piece(gdx_input_kind kind, gdx_slice bytes, const char *encoding, int expected_documents) {
    GDX_AUTO(gdx_source) source = NULL;
    gdx_source_options options = {.encoding = encoding};
    gdx_error err = {0};
    gdx_status status = gdx_source_new(&options, &source, &err);
    if (status != GDX_OK)
        return status;
    begin(source, kind, bytes);
    for (int documents = 0;; documents++) {
        gdx_document document;
        gdx_refusal refusal = {0};
        switch (gdx_source_next(source, &document, &refusal)) {
        case GDX_SOURCE_DOCUMENT:
            break;
        case GDX_SOURCE_REFUSED:
        case GDX_SOURCE_LEFT_OUT:
            return GDX_INVALID; // a good document must not be called a bad one for want of memory
        case GDX_SOURCE_END:
            return documents == expected_documents ? GDX_OK : GDX_INTERNAL;
        case GDX_SOURCE_FAILED:
            return refusal.error.status;
        }
    }
}

static gdx_status read_records(void) {
    return read_piece(GDX_INPUT_RECORDS,
                      SLICE("{\"id\":\"1\",\"text\":\"a\\nb\",\"z\":\"c\\nd\",\"y\":[1,{\"b\":2,\"a\":1.5}]}\n"
                            "{\"id\":\"2\",\"te\\u0078t\":\"slow\",\"x\":{\"k\":[true]},\"title\":\"t\"}\n"
                            "{\"id\":\"3\",\"text\":\"\xff\"}\n"
                            "{\"id\":\"4\",\"text\":\"ab\",\"parts\":[{\"field\":\"note\",\"text\":\"c\"}],"
                            "\"places\":[{\"byte\":0,\"name\":\"p\"},{\"byte\":1,\"name\":\"q\"}]}\n"
                            "{\"type\":\"get\",\"document\":{\"id\":\"5\",\"text\":\"\",\"metadata\":{\"k\":1}}}\n"),
                      NULL, 5);
}

static gdx_status read_html(void) {
    return read_piece(
        GDX_INPUT_HTML,
        SLICE("<meta charset=gbk><meta property=og:title content=t><meta name=pubdate "
              "content=2023-05-06><script type=application/ld+json>{\"headline\":\"h\"}</script><nav>n</nav>"
              "<p class=a>\xc3\xb3\xd2\xd7 <b>x</b> &amp; y<pre>z"),
        NULL, 1);
}

static gdx_status read_text(void) {
    return read_piece(GDX_INPUT_TEXT, SLICE("\xc3\xb3\xd2\xd7\n"), "GB18030", 1);
}

static gdx_status read_json(void) {
    return read_piece(GDX_INPUT_JSON,
                      SLICE("\xff\xfe"
                            "[\0{\0\"\0i\0d\0\"\0:\0"
                            "1\0,\0\"\0t\0e\0x\0t\0\"\0:\0\"\0\\\0u\0d\0"
                            "8\0"
                            "3\0d\0\"\0,\0"
                            "\"\0n\0\"\0:\0N\0a\0N\0}\0]\0"),
                      NULL, 1);
}

static gdx_status read_table(void) {
    return read_piece(GDX_INPUT_TABLE, SLICE("id;text;k\n1;\"a\nb\";c\n2;x\"y;\n"), NULL, 2);
}

static gdx_status read_feed(void) {
    return read_piece(
        GDX_INPUT_FEED,
        SLICE("<mediawiki><siteinfo><base>a/b</base></siteinfo><page><title>t\x01</title><revision><text>"
              "[[x]]</text></revision></page><item about=\"2\"><content type=\"xhtml\">a<b>c</b></content>"
              "<k>v</k><k>w</k></item></mediawiki>"),
        NULL, 2);
}

static void a_source_of_json_survives_every_failed_allocation(void **state) {
    (void)state;
    fail_each_allocation(read_json, NULL, 10);
}

static void a_source_of_a_table_survives_every_failed_allocation(void **state) {
    (void)state;
    fail_each_allocation(read_table, NULL, 10);
}

static void a_source_of_a_feed_survives_every_failed_allocation(void **state) {
    (void)state;
    fail_each_allocation(read_feed, NULL, 20);
}

static void a_source_of_records_survives_every_failed_allocation(void **state) {
    (void)state;
    fail_each_allocation(read_records, NULL, 20);
}

static void a_source_of_html_survives_every_failed_allocation(void **state) {
    (void)state;
    fail_each_allocation(read_html, NULL, 4);
}

static void a_source_of_text_survives_every_failed_allocation(void **state) {
    (void)state;
    fail_each_allocation(read_text, NULL, 2);
}

static const char *archive_path;

static gdx_status read_archive(void) {
    GDX_AUTO(gdx_archive) archive = NULL;
    gdx_error err = {0};
    gdx_slice name;
    bool has = false, end = false;
    gdx_buffer bytes = {0};
    gdx_status status = gdx_archive_open(archive_path, GDX_INPUT_ARCHIVE, &archive, &err);
    if (status == GDX_OK)
        status = gdx_archive_next(archive, &name, &has, &err);
    if (status == GDX_OK && has)
        status = gdx_archive_read(archive, 1000, &bytes, &end, &err);
    gdx_buffer_clear(&bytes);
    return status;
}

static void an_archive_survives_every_failed_allocation(void **state) {
    (void)state;
    char *folder = folder_new();
    archive_path = folder_path(folder, "a.tar");
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    archive_write_set_format_gnutar(archive);
    assert_int_equal(archive_write_open_filename(archive, archive_path), ARCHIVE_OK);
    archive_entry_set_pathname(entry, "\xc3\xb3\xd2\xd7.txt");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, 1);
    archive_write_header(archive, entry);
    archive_write_data(archive, "x", 1);
    archive_entry_free(entry);
    archive_write_free(archive);
    fail_each_allocation(read_archive, NULL, 4);
    folder_remove(folder);
}

static gdx_status read_literal(void *source, void *to, size_t room, size_t *out_bytes, gdx_error *err) {
    gdx_slice *rest = source;
    (void)err;
    *out_bytes = room < rest->bytes ? room : rest->bytes;
    memcpy(to, rest->data, *out_bytes);
    *rest = (gdx_slice){rest->data + *out_bytes, rest->bytes - *out_bytes};
    return GDX_OK;
}

static gdx_status read_crawl(void) {
    gdx_slice rest = SLICE("WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.cn/\r\nContent-Type: "
                           "application/http\r\nContent-Length: 69\r\n\r\nHTTP/1.1 200 OK\r\nContent-Encoding: "
                           "deflate\r\n\r\n\x78\x9c\x4b\x4c\x4a\x4e\x49\x4d\x4b\xcf\xc8\xcc\xca\xce\xc9\xcd\xcb\x07\x00"
                           "\x2f\xb7\x06\x19\r\n\r\n");
    GDX_AUTO(gdx_crawl) crawl = NULL;
    gdx_error err = {0};
    gdx_crawl_page page;
    bool has = false, end = false;
    gdx_buffer bytes = {0};
    gdx_status status = gdx_crawl_open_pull((gdx_pull){read_literal, &rest}, "c", &crawl, &err);
    if (status == GDX_OK)
        status = gdx_crawl_next(crawl, &page, &has, &err);
    if (status == GDX_OK && has)
        status = gdx_crawl_read(crawl, 1000, &bytes, &end, &err);
    if (status == GDX_OK && !(has && end))
        status = GDX_INTERNAL;
    gdx_buffer_clear(&bytes);
    return status;
}

static void a_crawl_survives_every_failed_allocation(void **state) {
    (void)state;
    fail_each_allocation(read_crawl, NULL, 3);
}

int main(void) {
    json_set_alloc_funcs(allocate_for_jansson, free);
    assert_int_equal(read_feed(), GDX_OK);
    assert_int_equal(read_html(), GDX_OK); // the libraries' tables, made once, are not at stake
    assert_int_equal(read_records(), GDX_OK);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_of_records_survives_every_failed_allocation),
        cmocka_unit_test(a_source_of_json_survives_every_failed_allocation),
        cmocka_unit_test(a_source_of_a_table_survives_every_failed_allocation),
        cmocka_unit_test(a_source_of_a_feed_survives_every_failed_allocation),
        cmocka_unit_test(a_source_of_html_survives_every_failed_allocation),
        cmocka_unit_test(a_source_of_text_survives_every_failed_allocation),
        cmocka_unit_test(an_archive_survives_every_failed_allocation),
        cmocka_unit_test(a_crawl_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("ingest: faults", tests, NULL, NULL);
}
