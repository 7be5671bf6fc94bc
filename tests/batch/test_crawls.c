// SPDX-License-Identifier: Apache-2.0
// test_crawls.c: what a crawler fetched, as a batch reads it: a page is a document with its URL for an id, and nothing
// of the rest is passed over in silence. Files by themselves, in gzip, within archives.

#include "../ingest/made_archive.h"
#include "../support/folder.h"
#include "read_all.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

static const char text[] = "今天的贸易政策有了变化。";

static void put_record(gdx_buffer *out, const char *type, const char *url, const char *content_type, const char *block,
                       size_t bytes) {
    assert_int_equal(gdx_buffer_append_format(out,
                                              "WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: %s\r\n"
                                              "WARC-Date: 2021-02-03T04:05:06Z\r\nContent-Type: %s\r\n"
                                              "Content-Length: %zu\r\n\r\n",
                                              type, url, content_type, bytes),
                     GDX_OK);
    assert_int_equal(gdx_buffer_append(out, block, bytes), GDX_OK);
    assert_int_equal(gdx_buffer_append(out, "\r\n\r\n", 4), GDX_OK);
}

static void put_page(gdx_buffer *out, const char *url, const char *status, const char *media_type, const char *body,
                     size_t bytes) {
    gdx_buffer block = {0};
    assert_int_equal(gdx_buffer_append_format(&block, "HTTP/1.1 %s\r\nContent-Type: %s\r\n\r\n", status, media_type),
                     GDX_OK);
    assert_int_equal(gdx_buffer_append(&block, body, bytes), GDX_OK);
    put_record(out, "response", url, "application/http; msgtype=response", (const char *)block.data, block.bytes);
    gdx_buffer_clear(&block);
}

static void put_text(gdx_buffer *out, const char *url, const char *media_type, const char *body) {
    put_page(out, url, "200 OK", media_type, body, strlen(body));
}

static void put_html(gdx_buffer *out, const char *url, const char *title, const char *head) {
    char body[1000];
    snprintf(body, sizeof body, "<html><head><title>%s</title>%s</head><body><p>%s</p></body></html>", title, head,
             text);
    put_text(out, url, "text/html", body);
}

static void read_crawl(const char *name, const gdx_buffer *bytes, size_t limit, gdx_buffer *said) {
    char *folder = folder_new();
    folder_write(folder, name, bytes->data, bytes->bytes);
    read_all(folder, name, NULL, limit, said);
    folder_remove(folder);
}

static void a_page_is_a_document_with_its_url_for_an_id(void **state) {
    (void)state;
    gdx_buffer crawl = {0}, said;
    put_html(&crawl, "http://e.org/a%20b?x=1", "甲", "<meta name=pubdate content=2019-08-07>");
    put_html(&crawl, "http://e.org/", "乙", "");
    put_text(&crawl, "http://e.org/c.html", "text/plain", "丙\n第二行");
    put_record(&crawl, "conversion", "http://e.org/d.html", "text/plain", "{\"a\": 1}\n丁", 12);
    read_crawl("c.warc", &crawl, 0, &said);
    expect_line(&said,
                "http://e.org/a%20b?x=1|甲|2019-08-07|{\"crawled\":\"2021-02-03T04:05:06Z\",\"date_from\":\"meta "
                "pubdate\"}|今天的贸易政策有了变化。");
    expect_line(&said, "http://e.org/|乙|2021-02-03|{\"crawled\":\"2021-02-03T04:05:06Z\",\"date_from\":\"WARC-Date\"}|"
                       "今天的贸易政策有了变化。");
    expect_line(&said, "http://e.org/c.html|丙|2021-02-03|{\"crawled\":\"2021-02-03T04:05:06Z\",\"date_from\":"
                       "\"WARC-Date\"}|丙/第二行");
    expect_words(&said, "http://e.org/d.html|{\"a\": 1}|2021-02-03|"); // no file of records
    expect_no_words(&said, "refused");
    expect_no_words(&said, "left out");
    gdx_buffer_clear(&crawl);
    gdx_buffer_clear(&said);
}

static void what_is_no_page_is_counted_by_kind(void **state) {
    (void)state;
    gdx_buffer crawl = {0}, said;
    put_html(&crawl, "http://e.org/1", "甲", "");
    put_text(&crawl, "http://e.org/2", "text/css", "p{}");
    put_text(&crawl, "http://e.org/3", "application/x-javascript", "f()");
    put_text(&crawl, "http://e.org/4", "image/png", "\x89PNG\r\n\x1a\n");
    put_text(&crawl, "http://e.org/5", "application/octet-stream", "\x89PNG\r\n\x1a\n");
    put_text(&crawl, "http://e.org/6", "application/json; charset=utf-8", "{\"id\":1,\"text\":\"x\"}");
    put_text(&crawl, "http://e.org/7", "text/html", "{\"id\":\"1\",\"text\":\"x\"}\n");
    put_text(&crawl, "http://e.org/8", "text/html", "");
    put_page(&crawl, "http://e.org/9", "404 Not Found", "text/html", "x", 1);
    put_page(&crawl, "http://e.org/10", "301 Moved", "text/html", "x", 1);
    put_page(&crawl, "http://e.org/11", "410 Gone", "text/html", "x", 1);
    put_record(&crawl, "revisit", "http://e.org/1", "application/http", "HTTP/1.1 200 OK\r\n\r\n", 19);
    put_text(&crawl, "http://e.org/12.caj", "application/octet-stream", "CAJ\0...");
    read_crawl("c.warc", &crawl, 0, &said);
    expect_line(&said, "read 1 HTML");
    expect_line(&said, "left out 1 style sheet");
    expect_line(&said, "left out 1 script");
    expect_line(&said, "left out 2 picture");
    expect_line(&said, "left out 2 data of programs");
    expect_line(&said, "left out 1 empty page");
    expect_line(&said, "left out 2 HTTP status 4xx");
    expect_line(&said, "left out 1 HTTP status 3xx");
    expect_line(&said, "left out 1 page not changed");
    expect_line(&said, "left out c.warc:http://e.org/2: not a kind of file that holds text [style sheet]");
    expect_line(&said, "refused c.warc:http://e.org/12.caj: no reader for this kind of file [.caj]");
    gdx_buffer_clear(&crawl);
    gdx_buffer_clear(&said);
}

// The server's word comes before the page's, and neither before the bytes.
static void an_encoding_is_believed_as_far_as_the_bytes_allow(void **state) {
    (void)state;
    static const char gbk[] =
        "<html><title>\xd6\xd0\xb9\xfa</title><body>"
        "\xbd\xf1\xcc\xec\xb5\xc4\xc3\xb3\xd2\xd7\xd5\xfe\xb2\xdf\xd3\xd0\xc1\xcb\xb1\xe4\xbb\xaf";
    static const char big5[] = "<html><meta charset=big5><title>\xa4\xa4\xb0\xea</title><body>\xa4\xa4\xb0\xea";
    gdx_buffer crawl = {0}, said;
    put_text(&crawl, "http://e.org/1", "text/html; charset=gb2312", gbk);
    put_text(&crawl, "http://e.org/2", "text/html; charset=\"ISO-8859-1\"", gbk);
    put_text(&crawl, "http://e.org/3", "text/html; charset=utf-8", big5);
    put_text(&crawl, "http://e.org/4", "text/plain; charset=big5", "\xa4\xa4\xb0\xea");
    put_text(&crawl, "http://e.org/5", "text/html; charset=no-such-one", big5);
    read_crawl("c.warc", &crawl, 0, &said);
    expect_words(&said, "http://e.org/1|中国|");
    expect_words(&said, "http://e.org/2|中国|");
    expect_words(&said, "http://e.org/3|中國|");
    expect_words(&said, "http://e.org/4|中國|");
    expect_words(&said, "http://e.org/5|中國|");
    expect_no_words(&said, "warning");
    gdx_buffer_clear(&crawl);
    gdx_buffer_clear(&said);
}

static void zip_member(const gdx_buffer *from, gdx_buffer *out) {
    z_stream stream = {.next_in = from->data, .avail_in = (unsigned)from->bytes};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, from->bytes) + 100;
    assert_int_equal(gdx_buffer_reserve(out, room), GDX_OK);
    stream.next_out = out->data + out->bytes;
    stream.avail_out = (unsigned)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->bytes += room - stream.avail_out;
    deflateEnd(&stream);
}

// Stored, as a WACZ holds its records; names in Python, which is there where the tests are.
static void make_archive(const char *folder, const char *line) {
    char command[1200];
    snprintf(command, sizeof command, "cd '%s' && %s", folder, line);
    assert_int_equal(system(command), 0);
}

static void crawls_are_read_in_gzip_and_within_archives(void **state) {
    (void)state;
    static const char *const names[] = {"c.warc.gz", "c.zip", "c.wacz", "c.tar.gz", "outer.zip", "c.warc.gz.xz"};
    static const char *const paths[] = {"c.warc.gz:",
                                        "c.zip:archive/c.warc.gz:",
                                        "c.wacz:archive/c.warc.gz:",
                                        "c.tar.gz:archive/c.warc.gz:",
                                        "outer.zip:c.wacz:archive/c.warc.gz:",
                                        "c.warc.gz.xz:"};
    char *folder = folder_new();
    gdx_buffer crawl = {0}, packed = {0}, said;
    char line[200];
    for (unsigned i = 0; i < 50; i++) { // more than a first look at it
        char url[100];
        crawl.bytes = 0;
        snprintf(url, sizeof url, "http://e.org/%u", i);
        put_html(&crawl, url, i % 2 ? "奇" : "偶", "");
        zip_member(&crawl, &packed);
    }
    crawl.bytes = 0;
    put_text(&crawl, "http://e.org/x", "text/css", "p{}");
    zip_member(&crawl, &packed);
    make_archive(folder, "mkdir archive pages");
    folder_write(folder, "archive/c.warc.gz", packed.data, packed.bytes);
    folder_write(folder, "c.warc.gz", packed.data, packed.bytes);
    folder_write_text(folder, "pages/pages.jsonl", "{\"format\":\"json-pages-1.0\"}\n{\"url\":\"http://e.org/1\"}\n");
    make_archive(folder, "python3 -m zipfile -c c.zip archive && python3 -m zipfile -c c.wacz archive pages && "
                         "tar -czf c.tar.gz archive && python3 -m zipfile -c outer.zip c.wacz && xz -k c.warc.gz");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        read_all(folder, names[i], NULL, 0, &said);
        expect_line(&said, "read 50 HTML");
        expect_words(&said, "\nhttp://e.org/49|奇|2021-02-03|");
        snprintf(line, sizeof line, "left out %shttp://e.org/x: not a kind of file that holds text [style sheet]",
                 paths[i]);
        expect_line(&said, line);
        expect_no_words(&said, "refused");
        assert_int_equal(count_words(&said, "index of a crawl"), strstr(names[i], "zip") && i != 4 ? 0
                                                                 : i == 2 || i == 4                ? 2
                                                                                                   : 0);
        gdx_buffer_clear(&said);
    }
    folder_remove(folder);
    gdx_buffer_clear(&crawl);
    gdx_buffer_clear(&packed);
}

static void a_page_may_be_an_archive_itself(void **state) {
    (void)state;
    static const struct made_entry entries[] = {{.name = "a.txt", .bytes = "甲文件"}, {.name = "b.txt", .bytes = "乙"}};
    gdx_buffer crawl = {0}, zip = {0}, said;
    make_zip(&zip, entries, 2);
    put_page(&crawl, "http://e.org/a.zip", "200 OK", "application/zip", (const char *)zip.data, zip.bytes);
    put_html(&crawl, "http://e.org/after", "后", "");
    read_crawl("c.warc", &crawl, 0, &said);
    expect_line(&said, "http://e.org/a.zip/a.txt|甲文件|||甲文件");
    expect_words(&said, "http://e.org/after|后|");
    gdx_buffer_clear(&crawl);
    gdx_buffer_clear(&zip);
    gdx_buffer_clear(&said);
}

static void a_bad_record_or_page_costs_nothing_else(void **state) {
    (void)state;
    gdx_buffer crawl = {0}, said;
    char long_url[1200] = "http://e.org/", place[100];
    memset(long_url + strlen(long_url), 'a', 1100);
    put_html(&crawl, "http://e.org/1", "甲", "");
    size_t bad = crawl.bytes;
    assert_int_equal(
        gdx_buffer_append_format(&crawl, "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: x\r\n\r\n\r\n"), GDX_OK);
    put_html(&crawl, long_url, "长", "");
    char *large = malloc(70000);
    assert_non_null(large);
    memset(large, 'x', 70000);
    put_page(&crawl, "http://e.org/large", "200 OK", "text/html", large, 70000);
    free(large);
    put_html(&crawl, "http://e.org/2", "乙", "");
    read_crawl("c.warc", &crawl, 65536, &said);
    expect_words(&said, "http://e.org/1|甲|");
    expect_words(&said, "http://e.org/2|乙|");
    snprintf(place, sizeof place, "refused c.warc@%zu: a record: it has no Content-Length", bad);
    expect_words(&said, place);
    expect_line(&said, "refused 1 bad record");
    expect_line(&said, "refused 2 too large");
    expect_words(&said, "refused c.warc:http://e.org/large: a file of ");
    gdx_buffer_clear(&crawl);
    gdx_buffer_clear(&said);
}

// A crawl that ends anywhere gives the pages before that, and a refusal or nothing.
static void a_crawl_that_is_cut_is_read_to_there(void **state) {
    (void)state;
    gdx_buffer crawl = {0}, packed = {0}, said;
    put_html(&crawl, "http://e.org/1", "甲", "");
    zip_member(&crawl, &packed);
    size_t first = packed.bytes;
    zip_member(&crawl, &packed);
    for (size_t bytes = 1; bytes < packed.bytes; bytes += 7) {
        gdx_buffer cut = {.data = packed.data, .bytes = bytes};
        read_crawl("c.warc.gz", &cut, 0, &said);
        if (bytes >= first)
            expect_words(&said, "http://e.org/1|甲|");
        if (bytes != first)
            expect_words(&said, "refused 1 ");
        gdx_buffer_clear(&said);
    }
    gdx_buffer_clear(&crawl);
    gdx_buffer_clear(&packed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_a_document_with_its_url_for_an_id),
        cmocka_unit_test(what_is_no_page_is_counted_by_kind),
        cmocka_unit_test(an_encoding_is_believed_as_far_as_the_bytes_allow),
        cmocka_unit_test(crawls_are_read_in_gzip_and_within_archives),
        cmocka_unit_test(a_page_may_be_an_archive_itself),
        cmocka_unit_test(a_bad_record_or_page_costs_nothing_else),
        cmocka_unit_test(a_crawl_that_is_cut_is_read_to_there),
    };
    return cmocka_run_group_tests_name("batch: crawls", tests, NULL, NULL);
}
