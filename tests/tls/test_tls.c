// SPDX-License-Identifier: Apache-2.0
// test_tls.c: two sessions joined by memory: who is trusted, what goes over, what is refused and how.

#include "../support/folder.h"
#include "certificates.h"
#include "gdx/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static char *folder;
static char server_certificate[256], server_key[256], client_certificate[256], client_key[256];

struct side {
    gdx_tls *tls;
    gdx_tls_session *session;
    gdx_buffer plain; // what it has read
    gdx_status status;
    gdx_error error;
};

struct pair {
    struct side server, client;
};

static void open_pair(struct pair *pair, const char *expected_name, bool demand, bool present) {
    gdx_error err = {0};
    *pair = (struct pair){0};
    assert_int_equal(
        gdx_tls_open(server_certificate, server_key, demand ? client_certificate : NULL, &pair->server.tls, &err),
        GDX_OK);
    assert_int_equal(gdx_tls_open_client(server_certificate, present ? client_certificate : NULL,
                                         present ? client_key : NULL, &pair->client.tls, &err),
                     GDX_OK);
    assert_non_null(pair->server.session = gdx_tls_session_new(pair->server.tls, NULL));
    assert_non_null(pair->client.session = gdx_tls_session_new(pair->client.tls, expected_name));
}

static void close_side(struct side *side) {
    gdx_tls_session_free(side->session);
    gdx_tls_close(side->tls);
    gdx_buffer_clear(&side->plain);
}

static void close_pair(struct pair *pair) {
    close_side(&pair->server);
    close_side(&pair->client);
}

static bool carry(struct side *from, struct side *to) {
    gdx_buffer cipher = {0};
    assert_int_equal(gdx_tls_session_pull(from->session, &cipher), GDX_OK);
    bool any = cipher.bytes > 0;
    if (any && to->status == GDX_OK)
        to->status = gdx_tls_session_feed(to->session, gdx_buffer_slice(&cipher), &to->plain, &to->error);
    gdx_buffer_clear(&cipher);
    return any;
}

static void run(struct pair *pair) {
    for (bool any = true; any;) {
        any = carry(&pair->client, &pair->server);
        any |= carry(&pair->server, &pair->client);
    }
}

static void say(struct side *side, const char *text) {
    gdx_error err = {0};
    assert_int_equal(gdx_tls_session_write(side->session, gdx_slice_of(text), &err), GDX_OK);
}

static void assert_read(const struct side *side, const char *text) {
    assert_int_equal(side->status, GDX_OK);
    assert_int_equal(side->plain.bytes, strlen(text));
    assert_memory_equal(side->plain.data, text, side->plain.bytes);
}

static void bytes_go_both_ways(void **state) {
    (void)state;
    struct pair pair;
    open_pair(&pair, "localhost", false, false);
    run(&pair);
    say(&pair.client, "a question");
    run(&pair);
    say(&pair.server, "an answer");
    run(&pair);
    assert_read(&pair.server, "a question");
    assert_read(&pair.client, "an answer");
    close_pair(&pair);
}

static void what_is_written_before_the_handshake_is_over_arrives(void **state) {
    (void)state;
    struct pair pair;
    open_pair(&pair, "localhost", false, false);
    say(&pair.client, "early ");
    say(&pair.client, "words");
    run(&pair);
    assert_read(&pair.server, "early words");
    close_pair(&pair);
}

static void a_message_of_many_records_arrives_whole(void **state) {
    (void)state;
    enum { BYTES = 300000 };
    struct pair pair;
    gdx_error err = {0};
    open_pair(&pair, "localhost", false, false);
    run(&pair);
    char *block = malloc(BYTES);
    assert_non_null(block);
    for (size_t i = 0; i < BYTES; i++)
        block[i] = (char)(i * 7);
    assert_int_equal(gdx_tls_session_write(pair.client.session, (gdx_slice){block, BYTES}, &err), GDX_OK);
    run(&pair);
    assert_int_equal(pair.server.plain.bytes, BYTES);
    assert_memory_equal(pair.server.plain.data, block, BYTES);
    free(block);
    close_pair(&pair);
}

static void a_server_of_another_name_is_refused(void **state) {
    (void)state;
    struct pair pair;
    open_pair(&pair, "elsewhere.example", false, false);
    say(&pair.client, "a secret");
    run(&pair);
    assert_int_equal(pair.client.status, GDX_CORRUPT);
    assert_non_null(strstr(pair.client.error.message, "verify failed"));
    assert_int_equal(pair.server.plain.bytes, 0);
    close_pair(&pair);
}

static void a_client_is_let_in_by_its_certificate_alone(void **state) {
    (void)state;
    for (int present = 0; present < 2; present++) {
        struct pair pair;
        open_pair(&pair, "localhost", true, present);
        say(&pair.client, "let me in");
        run(&pair);
        assert_int_equal(pair.server.status, present ? GDX_OK : GDX_CORRUPT);
        assert_int_equal(pair.server.plain.bytes, present ? strlen("let me in") : 0);
        close_pair(&pair);
    }
}

static void a_peer_that_does_not_speak_tls_is_refused(void **state) {
    (void)state;
    struct pair pair;
    open_pair(&pair, "localhost", false, false);
    assert_int_equal(gdx_tls_session_feed(pair.server.session, gdx_slice_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                                          &pair.server.plain, &pair.server.error),
                     GDX_CORRUPT);
    close_pair(&pair);
}

static void the_end_is_distinguished_from_a_fault(void **state) {
    (void)state;
    struct pair pair;
    open_pair(&pair, "localhost", false, false);
    run(&pair);
    gdx_tls_session_end(pair.client.session);
    run(&pair);
    assert_int_equal(pair.server.status, GDX_UNAVAILABLE);
    close_pair(&pair);
}

static void files_that_do_not_fit_are_refused_by_name(void **state) {
    (void)state;
    gdx_tls *tls = NULL;
    gdx_error absent = {0}, swapped = {0}, mixed = {0};
    assert_int_equal(gdx_tls_open("/none", server_key, NULL, &tls, &absent), GDX_INVALID);
    assert_non_null(strstr(absent.message, "/none"));
    assert_int_equal(gdx_tls_open(server_key, server_certificate, NULL, &tls, &swapped), GDX_INVALID);
    assert_non_null(strstr(swapped.message, server_key));
    assert_int_equal(gdx_tls_open(server_certificate, client_key, NULL, &tls, &mixed), GDX_INVALID);
    assert_null(tls);
}

static void replaced_certificates_are_those_of_new_sessions_alone(void **state) {
    (void)state;
    gdx_error err = {0};
    struct pair pair, later;
    open_pair(&pair, "localhost", false, false);
    run(&pair);
    gdx_tls *other = NULL;
    assert_int_equal(gdx_tls_open(client_certificate, client_key, NULL, &other, &err), GDX_OK);
    gdx_tls_replace(pair.server.tls, other);
    say(&pair.client, "still here");
    run(&pair);
    assert_read(&pair.server, "still here");
    open_pair(&later, "localhost", false, false);
    gdx_tls_session_free(later.server.session);
    assert_non_null(later.server.session = gdx_tls_session_new(pair.server.tls, NULL));
    run(&later);
    assert_int_equal(later.client.status, GDX_CORRUPT); // it expects the first one
    close_pair(&later);
    close_pair(&pair);
}

static void the_last_day_is_that_of_the_certificate(void **state) {
    (void)state;
    enum { DAY_SECONDS = 86400 };
    struct pair pair;
    open_pair(&pair, "localhost", false, false);
    int64_t left = gdx_tls_expires_s(pair.server.tls) - (int64_t)time(NULL);
    assert_true(left <= DAY_SECONDS && left > DAY_SECONDS / 2);
    assert_true(gdx_tls_expires_s(pair.client.tls) == INT64_MAX); // it shows none
    close_pair(&pair);
}

static int make_files(void **state) {
    (void)state;
    folder = folder_new();
    snprintf(server_certificate, sizeof server_certificate, "%s/server.pem", folder);
    snprintf(server_key, sizeof server_key, "%s/server.key", folder);
    snprintf(client_certificate, sizeof client_certificate, "%s/client.pem", folder);
    snprintf(client_key, sizeof client_key, "%s/client.key", folder);
    certificate_make("localhost", server_certificate, server_key);
    certificate_make("a client", client_certificate, client_key);
    return 0;
}

static int remove_files(void **state) {
    (void)state;
    folder_remove(folder);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_both_ways),
        cmocka_unit_test(what_is_written_before_the_handshake_is_over_arrives),
        cmocka_unit_test(a_message_of_many_records_arrives_whole),
        cmocka_unit_test(a_server_of_another_name_is_refused),
        cmocka_unit_test(a_client_is_let_in_by_its_certificate_alone),
        cmocka_unit_test(a_peer_that_does_not_speak_tls_is_refused),
        cmocka_unit_test(the_end_is_distinguished_from_a_fault),
        cmocka_unit_test(replaced_certificates_are_those_of_new_sessions_alone),
        cmocka_unit_test(the_last_day_is_that_of_the_certificate),
        cmocka_unit_test(files_that_do_not_fit_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
