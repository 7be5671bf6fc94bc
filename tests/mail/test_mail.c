// SPDX-License-Identifier: Apache-2.0
// test_mail.c: gramdex-mail run over mails made here: what mail programs write, what they should not, and what is made
// to hurt.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/folder.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define CRLF           "\r\n"
#define SLICE(literal) ((gdx_slice){literal, sizeof(literal) - 1})

static char *folder;
static int exit_status; // of the last run

static int make_folder(void **state) {
    (void)state;
    folder = folder_new();
    return folder ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    folder_remove(folder);
    return 0;
}

// The lines that the program prints, as an array; never a line that is no JSON, never a signal.
static json_t *convert(gdx_slice mail, const char *options) {
    char command[1024];
    folder_write(folder, "m.eml", mail.data, mail.bytes);
    snprintf(command, sizeof command, "%s %s %s 2>%s", GDX_MAIL, options, folder_path(folder, "m.eml"),
             folder_path(folder, "log"));
    FILE *output = popen(command, "r"); // NOLINT: a path of the test's own
    assert_non_null(output);
    json_t *lines = json_array(), *line;
    json_error_t err;
    while ((line = json_loadf(output, JSON_DISABLE_EOF_CHECK, &err)))
        json_array_append_new(lines, line);
    assert_true(feof(output));
    exit_status = pclose(output);
    gdx_buffer log = {0};
    assert_int_equal(gdx_read_file(folder_path(folder, "log"), 1 << 20, &log, NULL), GDX_OK);
    if (!WIFEXITED(exit_status) || WEXITSTATUS(exit_status) > 2 ||
        (log.bytes && memmem(log.data, log.bytes, "ERROR", 5)))
        fail_msg("status %d: %.*s", exit_status, (int)log.bytes, (char *)log.data);
    exit_status = WEXITSTATUS(exit_status);
    gdx_buffer_clear(&log);
    return lines;
}

static const char *field(json_t *lines, size_t line, const char *key) {
    const char *text = json_string_value(json_object_get(json_array_get(lines, line), key));
    return text ? text : "";
}

static void expect(json_t *lines, size_t line, const char *key, const char *expected) {
    if (strcmp(field(lines, line, key), expected) != 0)
        fail_msg("line %zu, %s: \"%s\", expected \"%s\"", line, key, field(lines, line, key), expected);
}

// ---- one message

static void a_message_has_its_fields_in_utf_8(void **state) {
    (void)state;
    json_t *lines = convert(SLICE("From: =?gb2312?B?1uzpRrv5?= <a@b.cn>" CRLF // 朱镕基, in GBK, not in GB 2312
                                  "To: \xb9\xd8\xcb\xb0 <x@y.cn>" CRLF "Message-ID: <1@b.cn>" CRLF
                                  "Date: Sat, 6 May 2023 10:20:00 +0800" CRLF
                                  "Subject: \xb9\xd8\xcb\xb0\xd3\xeb\xb9\xa9\xd3\xa6\xc1\xb4" CRLF CRLF
                                  "\xd5\xfd\xce\xc4 \xb9\xd8\xcb\xb0" CRLF),
                            "");
    assert_int_equal(json_array_size(lines), 1);
    expect(lines, 0, "id", "1@b.cn");
    expect(lines, 0, "title", "关税与供应链");
    expect(lines, 0, "date", "2023-05-06T10:20:00+08:00");
    expect(lines, 0, "from", "朱镕基 <a@b.cn>");
    expect(lines, 0, "to", "关税 <x@y.cn>");
    expect(lines, 0, "text", "正文 关税\n");
    json_decref(lines);
}

static void encoded_words_that_cut_a_character_are_joined(void **state) {
    (void)state;
    json_t *lines = convert(SLICE("Subject: =?big5?B?w/a1?= =?big5?B?fA==?=\n" // 關稅
                                  "Content-Type: text/plain; charset=utf-8\n\n\xc3\xf6\xb5|\xb7s\xbb\x44\n"),
                            "");
    expect(lines, 0, "title", "關稅");
    expect(lines, 0, "text", "關稅新聞\n"); // the charset that is said is refuted
    expect(lines, 0, "id", "1");
    json_decref(lines);
}

static const char mixed[] =
    "Subject: s\nMessage-ID: <m>\nContent-Type: multipart/mixed; boundary=b\n\n"
    "--b\nContent-Type: multipart/alternative; boundary=c\n\n"
    "--c\nContent-Type: text/plain; charset=utf-8; format=flowed\n\n产业 \n链\n-- \nme\n"
    "--c\nContent-Type: text/html\n\n<p>html\n--c--\n"
    "--b\nContent-Type: application/pdf; name=\"=?utf-8?B?5YWz56iOLnBkZg==?=\"\nContent-Transfer-Encoding: "
    "base64\n\nQUJD\n"
    "--b\nContent-Type: image/png; name=a.png\n\nxx\n"
    "--b\nContent-Type: message/rfc822\n\nSubject: inner\n\nhi\n--b--\n";

static void plain_text_wins_and_attachments_follow(void **state) {
    (void)state;
    json_t *lines = convert(SLICE(mixed), "");
    assert_int_equal(json_array_size(lines), 4);
    expect(lines, 0, "text", "产业 链\n-- \nme");
    expect(lines, 1, "attachment", "关税.pdf");
    expect(lines, 1, "media_type", "application/pdf");
    expect(lines, 1, "base64", "QUJD");
    expect(lines, 1, "of", "m");
    expect(lines, 2, "left_out", "picture");
    expect(lines, 3, "media_type", "message/rfc822");
    expect(lines, 3, "base64", "U3ViamVjdDogaW5uZXIKCmhp");
    json_decref(lines);
}

static void html_is_given_where_there_is_no_plain_text(void **state) {
    (void)state;
    json_t *lines =
        convert(SLICE("Subject: s\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: "
                      "text/plain\n\n \n--c\nContent-Type: text/html\n\n<meta charset=gbk>\xb9\xd8\xcb\xb0\n--c--\n"),
                "");
    assert_int_equal(json_array_size(lines), 1);
    expect(lines, 0, "html", "<meta charset=gbk>关税");
    json_decref(lines);
    lines =
        convert(SLICE("Subject: s\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: text/html\n\n<p>x\n"
                      "--c\nContent-Type: text/plain\n\nfooter\n--c--\n"),
                "");
    assert_int_equal(json_array_size(lines), 2);
    expect(lines, 0, "html", "<p>x");
    expect(lines, 1, "base64", "Zm9vdGVy");
    json_decref(lines);
}

// ---- mailboxes

static void a_mailbox_is_cut_at_its_lines_alone(void **state) {
    (void)state;
    json_t *lines =
        convert(SLICE("From a@b.cn Sat May  6 10:20:00 2023\nSubject: one\n\n>From here\n>>From x\nFrom there on\n\n"
                      "From where I stand at 10:20 in 2023 it is fine\n\n"
                      "From b@c.cn Sat May  6 10:21:00 2023\nSubject: two\nMessage-ID: <2@c>\n\nsecond\n"),
                "");
    assert_int_equal(json_array_size(lines), 2);
    expect(lines, 0, "text", "From here\n>From x\nFrom there on\n\nFrom where I stand at 10:20 in 2023 it is fine\n\n");
    expect(lines, 0, "id", "1");
    expect(lines, 1, "id", "2@c");
    expect(lines, 1, "text", "second\n");
    json_decref(lines);
}

static void apple_s_length_and_list_are_no_text(void **state) {
    (void)state;
    json_t *lines = convert(SLICE("19        \nSubject: s\n\nbody 78<?xml version=\"1.0\"?><plist/>"), "");
    assert_int_equal(json_array_size(lines), 1);
    expect(lines, 0, "text", "body 78");
    json_decref(lines);
}

// ---- saved pages

static const char page[] =
    "From: <Saved by Blink>" CRLF "Snapshot-Content-Location: http://a.cn/x" CRLF "Subject: ????" CRLF
    "Date: Sat, 6 May 2023 10:20:00 -0000" CRLF "MIME-Version: 1.0" CRLF
    "Content-Type: multipart/related; type=\"text/html\"; boundary=b" CRLF CRLF "--b" CRLF
    "Content-Type: text/css" CRLF CRLF "p {}" CRLF "--b" CRLF "Content-Type: text/html; charset=gb2312" CRLF
    "Content-Transfer-Encoding: quoted-printable" CRLF CRLF "<p>=B9=D8=\r\n=CB=B0" CRLF "--b" CRLF
    "Content-Type: text/html" CRLF CRLF "<p>a frame that is an advertisement" CRLF "--b--" CRLF;

static void a_saved_page_is_its_root_without_the_day_of_saving(void **state) {
    (void)state;
    json_t *lines = convert(SLICE(page), "");
    assert_int_equal(json_array_size(lines), 1);
    expect(lines, 0, "html", "<p>关税");
    expect(lines, 0, "url", "http://a.cn/x");
    expect(lines, 0, "title", "");
    expect(lines, 0, "date", "");
    json_decref(lines);
    lines = convert(SLICE("MIME-Version: 1.0\nContent-Location: http://a.cn/\nContent-Type: text/html\n\n<p>x"), "");
    expect(lines, 0, "html", "<p>x");
    expect(lines, 0, "url", "http://a.cn/");
    json_decref(lines);
    lines = convert(SLICE("To: a\nSubject: s\nContent-Type: text/html\n\n<p>x"), "--kind mhtml");
    expect(lines, 0, "html", "<p>x");
    expect(lines, 0, "title", "");
    json_decref(lines);
}

// ---- refusals and harm

static void what_is_no_mail_is_refused_in_words(void **state) {
    (void)state;
    static const char *const files[] = {"", "only text\n", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ": x\n"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        json_t *lines = convert(gdx_slice_of(files[i]), "");
        assert_int_equal(json_array_size(lines), 0);
        assert_int_equal(exit_status, 1);
        json_decref(lines);
    }
    json_decref(convert(SLICE("Subject: s\n\nx"), "--kind none"));
    assert_int_equal(exit_status, 2);
    json_decref(convert(SLICE("Subject: s\n\nx"), "--attachment-limit 9x"));
    assert_int_equal(exit_status, 2);
}

static void an_encrypted_message_and_a_large_attachment_are_named(void **state) {
    (void)state;
    json_t *lines = convert(
        SLICE("Subject: s\nContent-Type: multipart/encrypted; boundary=b; protocol=\"x/y\"\n\n--b\nContent-Type: "
              "x/y\n\n--b\nContent-Type: application/octet-stream\n\nx\n--b--\n"),
        "");
    assert_int_equal(json_array_size(lines), 2);
    expect(lines, 1, "refused", "encrypted: a key is needed");
    json_decref(lines);
    lines = convert(SLICE(mixed), "--attachment-limit 2");
    expect(lines, 1, "refused", "over the limit for attachments");
    expect(lines, 3, "refused", "over the limit for attachments");
    json_decref(lines);
}

static void put(gdx_buffer *out, const char *text) {
    assert_int_equal(gdx_buffer_append(out, text, strlen(text)), GDX_OK);
}

static void parts_ten_thousand_deep_are_bounded(void **state) {
    (void)state;
    gdx_buffer mail = {0};
    put(&mail, "Subject: deep\nContent-Type: multipart/mixed; boundary=b0\n\n");
    for (int i = 1; i < 10000; i++)
        assert_int_equal(
            gdx_buffer_append_format(&mail, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i - 1, i),
            GDX_OK);
    json_t *lines = convert(gdx_buffer_slice(&mail), "");
    assert_int_equal(json_array_size(lines), 2);
    expect(lines, 1, "refused", "parts within parts, over 64 deep: not read");
    json_decref(lines);
    mail.bytes = 0;
    put(&mail, "Subject: deep\n");
    for (int i = 0; i < 10000; i++)
        put(&mail, "Content-Type: message/rfc822\n\nSubject: x\n");
    lines = convert(gdx_buffer_slice(&mail), "");
    assert_int_equal(json_array_size(lines), 2);
    json_decref(lines);
    mail.bytes = 0;
    for (int i = 0; i < 100000; i++)
        put(&mail, "X-Header: long\n");
    lines = convert(gdx_buffer_slice(&mail), "");
    expect(lines, 0, "refused", "a header of over 1048576 bytes");
    json_decref(lines);
    gdx_buffer_clear(&mail);
}

static void a_mail_cut_or_changed_anywhere_is_no_crash(void **state) {
    (void)state;
    const char *seed = getenv("GDX_SEED");
    unsigned random = seed ? (unsigned)strtoul(seed, NULL, 10) : 3;
    print_message("seed %u\n", random);
    char copy[sizeof mixed];
    for (int i = 0; i < 60; i++) {
        memcpy(copy, i % 3 ? mixed : page, sizeof page < sizeof mixed ? sizeof page : sizeof mixed);
        size_t bytes = (sizeof page < sizeof mixed ? sizeof page : sizeof mixed) - 1;
        for (int change = 0; change < i % 4; change++) {
            random = random * 1664525 + 1013904223;
            copy[(random >> 8) % bytes] = (char)(random >> 3);
        }
        random = random * 1664525 + 1013904223;
        json_decref(convert((gdx_slice){copy, i % 4 ? bytes : (random >> 8) % bytes}, ""));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_has_its_fields_in_utf_8),
        cmocka_unit_test(encoded_words_that_cut_a_character_are_joined),
        cmocka_unit_test(plain_text_wins_and_attachments_follow),
        cmocka_unit_test(html_is_given_where_there_is_no_plain_text),
        cmocka_unit_test(a_mailbox_is_cut_at_its_lines_alone),
        cmocka_unit_test(apple_s_length_and_list_are_no_text),
        cmocka_unit_test(a_saved_page_is_its_root_without_the_day_of_saving),
        cmocka_unit_test(what_is_no_mail_is_refused_in_words),
        cmocka_unit_test(an_encrypted_message_and_a_large_attachment_are_named),
        cmocka_unit_test(parts_ten_thousand_deep_are_bounded),
        cmocka_unit_test(a_mail_cut_or_changed_anywhere_is_no_crash),
    };
    return cmocka_run_group_tests_name("mail", tests, make_folder, remove_folder);
}
