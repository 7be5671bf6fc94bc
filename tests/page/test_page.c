// SPDX-License-Identifier: Apache-2.0
// test_page.c: what a browser gets of the page's files, over the table that the build's program makes of small/.

#include "gdx/page.h"
#include "table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

static gdx_resource_reply asked(const char *path, const char *if_none_match, bool takes_gzip) {
    gdx_resource_request request = {.method = gdx_slice_of("GET"),
                                    .path = gdx_slice_of(path),
                                    .if_none_match = gdx_slice_of(if_none_match),
                                    .takes_gzip = takes_gzip};
    gdx_resource_reply reply = {0};
    assert_true(gdx_page_reply(&request, &reply));
    return reply;
}

static gdx_slice file_of(const char *name, char to[1024]) {
    char path[512];
    snprintf(path, sizeof path, "%s/tests/page/small/%s", GDX_SOURCE_ROOT, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t bytes = fread(to, 1, 1024, file);
    fclose(file);
    return (gdx_slice){to, bytes};
}

static void assert_bytes(gdx_slice got, gdx_slice wanted) {
    assert_int_equal(got.bytes, wanted.bytes);
    assert_memory_equal(got.data, wanted.data, wanted.bytes);
}

static void a_file_comes_as_it_is_with_its_type(void **state) {
    (void)state;
    char text[1024];
    gdx_resource_reply reply = asked("/assets/main-0a1b.js", NULL, false);
    assert_int_equal(reply.status, 200);
    assert_bytes(reply.content_type, gdx_slice_of("text/javascript; charset=utf-8"));
    assert_int_equal(reply.content_encoding.bytes, 0);
    assert_non_null(strstr(reply.content_security_policy, "default-src 'none'"));
    assert_bytes(reply.body, file_of("main.js", text));
}

static void who_takes_gzip_gets_gzip_of_the_same_bytes(void **state) {
    (void)state;
    char text[1024], unpacked[1024];
    gdx_slice plain = file_of("main.js", text);
    gdx_resource_reply reply = asked("/assets/main-0a1b.js", NULL, true);
    assert_bytes(reply.content_encoding, gdx_slice_of("gzip"));
    assert_true(reply.body.bytes < plain.bytes);
    z_stream stream = {.next_in = (uint8_t *)reply.body.data, .avail_in = (uInt)reply.body.bytes};
    stream.next_out = (uint8_t *)unpacked, stream.avail_out = sizeof unpacked;
    assert_int_equal(inflateInit2(&stream, 31), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_bytes((gdx_slice){unpacked, stream.total_out}, plain);
    inflateEnd(&stream);
}

static void what_gzip_would_make_longer_stays_plain(void **state) {
    (void)state;
    gdx_resource_reply reply = asked("/favicon.ico", NULL, true);
    assert_int_equal(reply.content_encoding.bytes, 0);
    assert_bytes(reply.body, gdx_slice_of("x"));
}

static void every_view_is_the_index(void **state) {
    (void)state;
    char text[1024];
    gdx_slice index = file_of("index.html", text);
    gdx_resource_reply start = asked("/", NULL, false), trend = asked("/trend", NULL, false);
    assert_bytes(start.body, index);
    assert_bytes(trend.body, index);
    assert_bytes(start.etag, trend.etag);
    assert_bytes(start.content_type, gdx_slice_of("text/html; charset=utf-8"));
}

static void names_by_content_are_kept_and_others_asked_for_again(void **state) {
    (void)state;
    assert_bytes(asked("/assets/main-0a1b.js", NULL, false).cache_control,
                 gdx_slice_of("public, max-age=31536000, immutable"));
    assert_bytes(asked("/", NULL, false).cache_control, gdx_slice_of("no-cache"));
    assert_bytes(asked("/favicon.ico", NULL, false).cache_control, gdx_slice_of("no-cache"));
}

static void what_the_browser_has_is_not_sent_again(void **state) {
    (void)state;
    char list[256];
    for (int packs = 0; packs < 2; packs++) {
        const char *tag = asked("/", NULL, packs).etag.data;
        snprintf(list, sizeof list, "\"other\", W/%s", tag);
        const char *const same[] = {tag, list, "*"};
        for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
            gdx_resource_reply reply = asked("/", same[i], packs);
            assert_int_equal(reply.status, 304);
            assert_int_equal(reply.body.bytes, 0);
            assert_bytes(reply.etag, gdx_slice_of(tag)); // RFC 9110, 15.4.5: as in the 200
            assert_bytes(reply.cache_control, gdx_slice_of("no-cache"));
        }
        const char *const others[] = {"", "\"other\"", "**", asked("/", NULL, !packs).etag.data,
                                      asked("/assets/main-0a1b.js", NULL, packs).etag.data};
        for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
            assert_int_equal(asked("/", others[i], packs).status, 200);
    }
}

static void another_path_is_nobodys(void **state) {
    (void)state;
    const char *const paths[] = {"",       "//",       "/tren",       "/trend/",
                                 "/Trend", "/assets/", "/index.html", "/assets/../favicon.ico"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        gdx_resource_request request = {.path = gdx_slice_of(paths[i])};
        gdx_resource_reply reply = {0};
        assert_false(gdx_page_reply(&request, &reply));
        assert_int_equal(reply.status, 0);
    }
    gdx_resource_request zero = {.path = {"/trend\0", 7}};
    gdx_resource_reply reply = {0};
    assert_false(gdx_page_reply(&zero, &reply));
}

static void a_server_without_it_says_so_on_its_first_path_alone(void **state) {
    (void)state;
    gdx_resource_request request = {.path = gdx_slice_of("/")};
    gdx_resource_reply reply = {0};
    assert_true(gdx_page_reply_absent("there was no wind", &request, &reply));
    assert_int_equal(reply.status, 404);
    assert_non_null(reply.content_security_policy);
    gdx_slice said = gdx_buffer_slice(&reply.owned);
    assert_non_null(memmem(said.data, said.bytes, "There is no page: there was no wind.", 36));
    gdx_buffer_clear(&reply.owned);
    request.path = gdx_slice_of("/trend");
    assert_false(gdx_page_reply_absent("there was no wind", &request, &reply));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_comes_as_it_is_with_its_type),
        cmocka_unit_test(who_takes_gzip_gets_gzip_of_the_same_bytes),
        cmocka_unit_test(what_gzip_would_make_longer_stays_plain),
        cmocka_unit_test(every_view_is_the_index),
        cmocka_unit_test(names_by_content_are_kept_and_others_asked_for_again),
        cmocka_unit_test(what_the_browser_has_is_not_sent_again),
        cmocka_unit_test(another_path_is_nobodys),
        cmocka_unit_test(a_server_without_it_says_so_on_its_first_path_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
