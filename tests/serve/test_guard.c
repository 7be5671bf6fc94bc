// SPDX-License-Identifier: Apache-2.0
// test_guard.c: which hosts and sites are let in, without a socket. test_guard.py asks over one.

#include "serve_guard.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct serve_guard opened(struct serve_options *options) {
    struct serve_guard guard = {0};
    gdx_error err = {0};
    assert_int_equal(serve_guard_open(&guard, options, &err), GDX_OK);
    return guard;
}

static struct serve_options listening(const char *address) {
    struct serve_options options = {.addresses = {{address}, 1}};
    return options;
}

static enum guard_verdict judge(const struct serve_guard *guard, const char *host, const char *origin,
                                const char *site) {
    struct guard_request request = {
        .host = gdx_slice_of(host), .origin = gdx_slice_of(origin), .fetch_site = gdx_slice_of(site)};
    return serve_guard_judge(guard, &request);
}

static void expect_hosts(struct serve_options *options, const char *const *hosts, enum guard_verdict verdict) {
    struct serve_guard guard = opened(options);
    for (; *hosts; hosts++)
        if (judge(&guard, *hosts, "", "") != verdict)
            fail_msg("%s: %d, expected %d", *hosts, judge(&guard, *hosts, "", ""), verdict);
    serve_guard_clear(&guard);
}

static void hosts_of_a_loopback_server(void **state) {
    (void)state;
    static const char *const known[] = {
        "localhost",          "localhost:50051", "LocalHost:1", "localhost.",  "localhost.:80",
        "127.0.0.1",          "127.0.0.1:50051", "[::1]",       "[::1]:50051", "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]", "localhost:",      NULL};
    static const char *const unknown[] = {"",
                                          ":",
                                          ":80",
                                          "evil.com",
                                          "evil.com:50051",
                                          "localhost.evil.com",
                                          "127.0.0.1.evil.com",
                                          "xlocalhost",
                                          "localhost..",
                                          "127.0.0.2",
                                          "0.0.0.0",
                                          "192.168.1.5",
                                          "[::]",
                                          "[::2]",
                                          "[::1",
                                          "::1",
                                          "[::1]x",
                                          "[::1]:x",
                                          "[]",
                                          "localhost:x",
                                          "localhost:99999",
                                          "localhost:-1",
                                          "localhost:80:80",
                                          "evil@localhost",
                                          "localhost/",
                                          "localhost\\",
                                          "localhost evil.com",
                                          "localhost,evil.com",
                                          "löcalhost",
                                          "127.1",
                                          "0x7f.0.0.1",
                                          "2130706433",
                                          "0177.0.0.1",
                                          "[fe80::1%lo]",
                                          ".",
                                          "..",
                                          "*",
                                          NULL};
    struct serve_options options = listening("127.0.0.1:50051");
    expect_hosts(&options, known, GUARD_LETS_IN);
    expect_hosts(&options, unknown, GUARD_UNKNOWN_HOST);
    options = listening("unix:/run/localhost.sock");
    expect_hosts(&options, known, GUARD_LETS_IN);
    expect_hosts(&options, unknown, GUARD_UNKNOWN_HOST);
}

static void what_it_listens_on_and_what_is_allowed_is_known(void **state) {
    (void)state;
    static const char *const known[] = {"search.example.org",
                                        "SEARCH.example.org.:443",
                                        "192.168.1.5:1",
                                        "[2001:DB8::1]",
                                        "corpus.lan",
                                        "10.0.0.1",
                                        NULL};
    static const char *const unknown[] = {"example.org", "a.search.example.org", "192.168.1.6", "[2001:db8::2]", "lan",
                                          NULL};
    struct serve_options options = listening("search.example.org:50051");
    options.addresses.items[options.addresses.count++] = "192.168.1.5:50051";
    options.addresses.items[options.addresses.count++] = "[2001:db8::1]:0";
    options.allow_hosts = (struct option_list){{"Corpus.LAN.", "10.0.0.1"}, 2};
    expect_hosts(&options, known, GUARD_LETS_IN);
    expect_hosts(&options, unknown, GUARD_UNKNOWN_HOST);
}

static void all_addresses_are_any_address_in_digits_but_no_name(void **state) {
    (void)state;
    static const char *const listens[] = {"0.0.0.0:50051", "[::]:50051"};
    static const char *const known[] = {"192.168.1.5", "10.1.2.3:50051", "[2001:db8::7]:1",
                                        "localhost",   "0.0.0.0",        NULL};
    static const char *const unknown[] = {"evil.com", "host", "10.1.2", "", NULL};
    for (int i = 0; i < 2; i++) {
        struct serve_options options = listening(listens[i]);
        expect_hosts(&options, known, GUARD_LETS_IN);
        expect_hosts(&options, unknown, GUARD_UNKNOWN_HOST);
    }
}

static void an_inherited_socket_says_where_it_listens(void **state) {
    (void)state;
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002)};
    char address[16];
    assert_int_equal(bind(descriptor, (struct sockaddr *)&where, sizeof where), 0);
    snprintf(address, sizeof address, "fd:%d", descriptor);
    struct serve_options options = listening(address);
    static const char *const known[] = {"127.0.0.2", "127.0.0.1", NULL};
    static const char *const unknown[] = {"127.0.0.3", "evil.com", NULL};
    expect_hosts(&options, known, GUARD_LETS_IN);
    expect_hosts(&options, unknown, GUARD_UNKNOWN_HOST);
    close(descriptor);
}

static void other_sites_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *host, *origin, *site;
        enum guard_verdict verdict;
    } rows[] = {
        {"localhost:50051", "", "", GUARD_LETS_IN}, // curl; an old browser's GET
        {"localhost:50051", "", "same-origin", GUARD_LETS_IN},
        {"localhost:50051", "", "none", GUARD_LETS_IN}, // typed into the address bar
        {"localhost:50051", "", "cross-site", GUARD_OTHER_SITE},
        {"localhost:50051", "", "same-site", GUARD_OTHER_SITE}, // another port of this machine
        {"localhost:50051", "", "Same-Origin", GUARD_OTHER_SITE},
        {"localhost:50051", "http://localhost:50051", "", GUARD_LETS_IN},
        {"LOCALHOST:50051", "http://localhost:50051", "same-origin", GUARD_LETS_IN},
        {"localhost:50051", "http://localhost:50051", "cross-site", GUARD_OTHER_SITE},
        {"localhost:50051", "http://localhost:3000", "", GUARD_OTHER_SITE},
        {"localhost:50051", "http://localhost", "", GUARD_OTHER_SITE},
        {"localhost:50051", "http://127.0.0.1:50051", "", GUARD_OTHER_SITE}, // known, but not the page that was asked
        {"localhost", "http://localhost", "", GUARD_LETS_IN},
        {"localhost:80", "http://localhost", "", GUARD_LETS_IN},
        {"localhost:443", "http://localhost", "", GUARD_OTHER_SITE},
        {"localhost", "https://localhost", "", GUARD_LETS_IN}, // a proxy speaks TLS
        {"localhost", "https://localhost:443", "", GUARD_LETS_IN},
        {"[::1]:50051", "http://[::1]:50051", "", GUARD_LETS_IN},
        {"localhost:50051", "null", "", GUARD_OTHER_SITE}, // a sandbox, a file
        {"localhost:50051", "http://evil.com", "", GUARD_OTHER_SITE},
        {"localhost:50051", "http://localhost:50051.evil.com", "", GUARD_OTHER_SITE},
        {"localhost:50051", "http://evil.com http://localhost:50051", "", GUARD_OTHER_SITE},
        {"localhost:50051", "localhost:50051", "", GUARD_OTHER_SITE},
        {"localhost:50051", "chrome-extension://abcdef", "", GUARD_OTHER_SITE},
        {"localhost:50051", "http://", "", GUARD_OTHER_SITE},
        {"localhost:50051", "http://app.example.org", "cross-site", GUARD_LETS_ORIGIN_IN},
        {"localhost:50051", "HTTP://app.example.org", "", GUARD_LETS_ORIGIN_IN},
        {"localhost:50051", "https://app.example.org", "", GUARD_OTHER_SITE},
        {"localhost:50051", "http://app.example.org:81", "", GUARD_OTHER_SITE},
        {"evil.com", "http://app.example.org", "", GUARD_UNKNOWN_HOST},
        {"evil.com:50051", "http://evil.com:50051", "same-origin", GUARD_UNKNOWN_HOST}, // DNS rebinding
    };
    struct serve_options options = listening("127.0.0.1:50051");
    options.allow_origins = (struct option_list){{"http://app.example.org"}, 1};
    struct serve_guard guard = opened(&options);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (judge(&guard, rows[i].host, rows[i].origin, rows[i].site) != rows[i].verdict)
            fail_msg("host %s, origin %s, site %s", rows[i].host, rows[i].origin, rows[i].site);
    serve_guard_clear(&guard);
}

static void a_link_to_a_page_may_be_followed(void **state) {
    (void)state;
    struct serve_guard guard = {0};
    struct guard_request request = {.host = gdx_slice_of("localhost"),
                                    .fetch_site = gdx_slice_of("cross-site"),
                                    .fetch_mode = gdx_slice_of("navigate"),
                                    .asks_for_page = true};
    assert_int_equal(serve_guard_judge(&guard, &request), GUARD_LETS_IN);
    request.fetch_mode = gdx_slice_of("no-cors");
    assert_int_equal(serve_guard_judge(&guard, &request), GUARD_OTHER_SITE);
    request.fetch_mode = gdx_slice_of("navigate");
    request.asks_for_page = false; // a call by GET
    assert_int_equal(serve_guard_judge(&guard, &request), GUARD_OTHER_SITE);
}

static void options_that_cannot_be_meant_are_wrong_use(void **state) {
    (void)state;
    static const char *const good_hosts[] = {"search.example.org", "[2001:db8::1]", "10.0.0.1", "a"};
    static const char *const bad_hosts[] = {"", "http://a", "a:80", "a/b", "*.a", "[::1]:80", "a b", "\xc3\xb6"};
    static const char *const good_origins[] = {"https://a.example.org", "http://localhost:5173",
                                               "chrome-extension://abc"};
    static const char *const bad_origins[] = {"",           "*",           "null",    "a.example.org",
                                              "https://a/", "https://*.a", "https://"};
    const struct option_list none = {0};
    for (size_t i = 0; i < sizeof good_hosts / sizeof good_hosts[0]; i++)
        assert_int_equal(serve_guard_check(&(struct option_list){{good_hosts[i]}, 1}, &none, NULL), GDX_OK);
    for (size_t i = 0; i < sizeof bad_hosts / sizeof bad_hosts[0]; i++)
        assert_int_equal(serve_guard_check(&(struct option_list){{bad_hosts[i]}, 1}, &none, NULL), GDX_INVALID);
    for (size_t i = 0; i < sizeof good_origins / sizeof good_origins[0]; i++)
        assert_int_equal(serve_guard_check(&none, &(struct option_list){{good_origins[i]}, 1}, NULL), GDX_OK);
    for (size_t i = 0; i < sizeof bad_origins / sizeof bad_origins[0]; i++)
        assert_int_equal(serve_guard_check(&none, &(struct option_list){{bad_origins[i]}, 1}, NULL), GDX_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_of_a_loopback_server),
        cmocka_unit_test(what_it_listens_on_and_what_is_allowed_is_known),
        cmocka_unit_test(all_addresses_are_any_address_in_digits_but_no_name),
        cmocka_unit_test(an_inherited_socket_says_where_it_listens),
        cmocka_unit_test(other_sites_are_refused),
        cmocka_unit_test(a_link_to_a_page_may_be_followed),
        cmocka_unit_test(options_that_cannot_be_meant_are_wrong_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
