// SPDX-License-Identifier: Apache-2.0
// test_mails.c: mail as a batch reads it: a message is a document, and so is what is attached to it. Through
// gramdex-mail in its sandbox, and with lines that no converter should give.

#include "../ingest/packages.h"
#include "../support/folder.h"
#include "gdx/base64.h"
#include "gdx/convert.h"
#include "read_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct world {
    char *folder;
    gdx_converters *table;
    gdx_converter *converter;
    gdx_buffer said;
} world;

static void set_up(const char *row) {
    gdx_error err = {0};
    world.folder = folder_new();
    assert_int_equal(gdx_converters_new(&world.table, &err), GDX_OK);
    if (row)
        assert_int_equal(gdx_converters_parse(world.table, "a test", gdx_slice_of(row), &err), GDX_OK);
    const gdx_converter_options options = {.table = world.table, .libexec = GRAMDEX_LIBEXEC};
    assert_int_equal(gdx_converter_new(&options, &world.converter, &err), GDX_OK);
}

static int begin(void **state) {
    (void)state;
    set_up(NULL);
    return 0;
}

// The converter gives what it is given.
static int begin_with_cat(void **state) {
    (void)state;
    set_up("mail jsonl wall=20s memory=1G -- cat INPUT\n");
    return 0;
}

static int end(void **state) {
    (void)state;
    gdx_converter_free(world.converter);
    gdx_converters_free(world.table);
    gdx_buffer_clear(&world.said);
    folder_remove(world.folder);
    world = (struct world){0};
    return 0;
}

static void read_mail(const char *name, const char *text) {
    folder_write_text(world.folder, name, text);
    gdx_buffer_clear(&world.said);
    read_all(world.folder, name, world.converter, 0, &world.said);
}

#define HEAD(id, subject)                                                                                              \
    "From: =?utf-8?B?5byg5LiJ?= <a@e.org>\nTo: b@e.org\nCc: c@e.org\nSubject: " subject                                \
    "\nDate: Sat, 06 May 2023 23:30:00 +0800\nMessage-ID: <" id ">\nMIME-Version: 1.0\n"
#define PLAIN "Content-Type: text/plain; charset=utf-8\n\n"
#define METADATA(id)                                                                                                   \
    "{\"cc\":\"c@e.org\",\"date_from\":\"Date\",\"from\":\"张三 <a@e.org>\",\"message_id\":\"" id                      \
    "\",\"to\":\"b@e.org\"}"

static void a_message_is_a_document_with_its_files_id(void **state) {
    (void)state;
    read_mail("a.eml", HEAD("1@e.org", "=?utf-8?B?5Li76aKY?=") PLAIN "正文第一行\n第二行\n");
    expect_line(&world.said, "a.eml|主题|2023-05-06|" METADATA("1@e.org") "|正文第一行/第二行/");
    expect_line(&world.said, "read 1 mail");
    read_mail("b.emlx", "300\n" HEAD("2@e.org", "x") PLAIN "正文\n");
    expect_words(&world.said, "b.emlx|x|2023-05-06|" METADATA("2@e.org") "|正文");
    read_mail("no-name", HEAD("3@e.org", "x") "Content-Type: text/html; charset=utf-8\n\n"
                                              "<title>别的</title><p>段落<td>格</td><p>二\n");
    expect_words(&world.said, "no-name|x|2023-05-06|" METADATA("3@e.org") "|段落");
    read_mail("c.eml", "From: a@e.org\nTo: b@e.org\nMIME-Version: 1.0\n" PLAIN "没有主题\n");
    expect_words(&world.said,
                 "c.eml|没有主题||{\"from\":\"a@e.org\",\"message_id\":\"1\",\"to\":\"b@e.org\"}|没有主题");
    expect_no_words(&world.said, "refused");
}

static void a_saved_page_says_its_title_and_date_itself(void **state) {
    (void)state;
    read_mail("a.mhtml",
              "From: <Saved by Blink>\nSubject: ???\nDate: Mon, 1 Jan 2001 00:00:00 -0000\nMIME-Version: 1.0\n"
              "Content-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\n\n--b\n"
              "Content-Type: text/html; charset=utf-8\nContent-Location: https://e.org/1.html\n\n"
              "<html><head><title>页名</title><meta name=pubdate content=2019-08-07></head><p>页文</html>\n"
              "--b--\n");
    expect_line(&world.said,
                "a.mhtml|页名|2019-08-07|{\"date_from\":\"meta pubdate\",\"url\":\"https://e.org/1.html\"}|"
                "页文");
}

static void put_part(gdx_buffer *mail, const char *name, const char *type, gdx_slice bytes) {
    assert_int_equal(gdx_buffer_append_format(mail,
                                              "--m\nContent-Type: %s\nContent-Transfer-Encoding: base64\n"
                                              "Content-Disposition: attachment; filename=\"%s\"\n\n",
                                              type, name),
                     GDX_OK);
    gdx_buffer encoded = {0};
    assert_int_equal(gdx_base64_encode(bytes, &encoded), GDX_OK);
    while (encoded.bytes % 4)
        assert_int_equal(gdx_buffer_append(&encoded, "=", 1), GDX_OK);
    for (size_t i = 0; i < encoded.bytes; i += 76)
        assert_int_equal(gdx_buffer_append_format(mail, "%.*s\n",
                                                  (int)(encoded.bytes - i < 76 ? encoded.bytes - i : 76),
                                                  (char *)encoded.data + i),
                         GDX_OK);
    gdx_buffer_clear(&encoded);
}

static void append(gdx_buffer *to, const char *text) {
    assert_int_equal(gdx_buffer_append(to, text, strlen(text)), GDX_OK);
}

#define W "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

static void the_messages_of_a_mailbox_and_their_attachments_are_documents(void **state) {
    (void)state;
    gdx_buffer mail = {0};
    gdx_buffer word =
        PACK(TYPES, {"_rels/.rels", RELATIONS(RELATION("rId1", "officeDocument", "word/document.xml"))},
             {"word/document.xml", XML_HEAD "<w:document xmlns:w=\"" W "\"><w:body><w:p><w:r><w:t>附件里的话"
                                            "</w:t></w:r></w:p></w:body></w:document>"});
    gdx_buffer zip = PACK({"x.txt", "x"});
    append(&mail, "From a@e.org Sat May  6 10:20:00 2023\n" HEAD(
                      "1@e.org", "甲") "Content-Type: multipart/mixed; boundary=m\n\n--m\n" PLAIN "第一封\n");
    put_part(&mail, "报告/1.docx", "application/octet-stream", gdx_buffer_slice(&word));
    put_part(&mail, "a.txt", "text/plain", gdx_slice_of("\xbd\xf1\xcc\xec\xb5\xc4\xc3\xb3\xd2\xd7\xd5\xfe\xb2\xdf"));
    put_part(&mail, "a.txt", "text/plain", gdx_slice_of("另一个同名的"));
    put_part(&mail, "t.csv", "text/csv", gdx_slice_of("年,值\n2020,7\n"));
    put_part(&mail, "p.png", "image/png", gdx_slice_of("\x89PNG\r\n\x1a\n"));
    put_part(&mail, "q.dat", "application/octet-stream", gdx_slice_of("\x89PNG\r\n\x1a\n"));
    put_part(&mail, "z.zip", "application/zip", gdx_buffer_slice(&zip));
    put_part(&mail, "c.caj", "application/octet-stream", gdx_slice_of("CAJ"));
    put_part(&mail, "none.txt", "text/plain", gdx_slice_of(" \n"));
    append(&mail, "--m--\n\nFrom b@e.org Sat May  6 10:20:00 2023\nFrom: b@e.org\nSubject: 乙\nDate: junk\n" PLAIN
                  "第二封\n\n");
    assert_int_equal(gdx_buffer_append(&mail, "", 1), GDX_OK);
    read_mail("a.mbox", (const char *)mail.data);
    expect_words(&world.said, "a.mbox/1@e.org|甲|2023-05-06|" METADATA("1@e.org") "|第一封");
    expect_words(&world.said, "a.mbox/2|乙||{\"from\":\"b@e.org\",\"message_id\":\"2\"}|第二封");
    expect_words(&world.said, "a.mbox/1@e.org/报告%2F1.docx|附件里的话||{\"of\":\"1@e.org\"}|附件里的话");
    expect_line(&world.said, "a.mbox/1@e.org/a.txt|今天的贸易政策||{\"of\":\"1@e.org\"}|今天的贸易政策");
    expect_line(&world.said, "a.mbox/1@e.org/3/a.txt|另一个同名的||{\"of\":\"1@e.org\"}|另一个同名的");
    expect_line(&world.said, "a.mbox/1@e.org/t.csv|年,值||{\"of\":\"1@e.org\"}|年,值/2020,7/");
    expect_line(&world.said, "left out a.mbox:1@e.org:p.png: not a kind of file that holds text [picture]");
    expect_line(&world.said, "left out a.mbox:1@e.org:q.dat: not a kind of file that holds text [picture]");
    expect_line(&world.said, "left out a.mbox:1@e.org:none.txt: nothing is in it [empty attachment]");
    expect_line(&world.said,
                "refused a.mbox:1@e.org:z.zip: an archive that is attached is not read [attached archive]");
    expect_line(&world.said, "refused a.mbox:1@e.org:c.caj: no reader for this kind of file [.caj]");
    expect_line(&world.said, "read 6 mail");
    expect_line(&world.said, "left out 2 picture");
    gdx_buffer_clear(&mail);
    gdx_buffer_clear(&word);
    gdx_buffer_clear(&zip);
}

static void a_mail_that_is_attached_is_read_to_a_depth(void **state) {
    (void)state;
    gdx_buffer mail = {0}, outer = {0};
    char name[24];
    append(&mail, HEAD("0@e.org", "0") PLAIN "最里面\n");
    for (int i = 1; i <= 5; i++) {
        outer.bytes = 0;
        assert_int_equal(gdx_buffer_append_format(&outer,
                                                  "From: a@e.org\nTo: b\nSubject: %d\nMIME-Version: 1.0\n"
                                                  "Content-Type: multipart/mixed; boundary=m%d\n\n--m%d\n" PLAIN
                                                  "第%d层\n--m%d\nContent-Type: message/rfc822\n"
                                                  "Content-Disposition: attachment; filename=\"i%d.eml\"\n\n%.*s\n"
                                                  "--m%d--\n",
                                                  i, i, i, i, i, i, GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&mail)), i),
                         GDX_OK);
        mail.bytes = 0;
        assert_int_equal(gdx_buffer_append(&mail, outer.data, outer.bytes), GDX_OK);
        assert_int_equal(gdx_buffer_append(&outer, "", 1), GDX_OK);
        snprintf(name, sizeof name, "%d.eml", i);
        read_mail(name, (const char *)outer.data);
        if (i <= 3)
            expect_words(&world.said, "|最里面");
        else
            expect_words(&world.said, "a mail within four others is not read [mail in mails]");
        expect_no_words(&world.said, i <= 3 ? "refused" : "|最里面");
    }
    expect_words(&world.said, "5.eml|5|");
    expect_words(&world.said, "5.eml/i5.eml/i4.eml/i3.eml|2|");
    gdx_buffer_clear(&mail);
    gdx_buffer_clear(&outer);
}

static void what_is_no_mail_is_refused(void **state) {
    (void)state;
    read_mail("empty.eml", "");
    expect_words(&world.said, "refused empty.eml: empty: no character");
    expect_line(&world.said, "refused 1 mail");
    read_mail("a.eml", "one line of text");
    expect_words(&world.said, "refused a.eml: ");
    folder_write_text(world.folder, "b.eml", HEAD("1@e.org", "x") PLAIN "正文\n");
    gdx_buffer_clear(&world.said);
    read_all(world.folder, "b.eml", NULL, 0, &world.said);
    expect_line(&world.said, "refused b.eml: no converter for this kind of file here [mail]");
}

static void a_message_without_text_is_left_out_and_its_attachments_read(void **state) {
    (void)state;
    gdx_buffer mail = {0};
    append(&mail, "From: a@e.org\nTo: b\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n");
    put_part(&mail, "a.txt", "text/plain", gdx_slice_of("附件"));
    append(&mail, "--m--\n");
    assert_int_equal(gdx_buffer_append(&mail, "", 1), GDX_OK);
    read_mail("a.eml", (const char *)mail.data);
    expect_line(&world.said, "left out a.eml: neither a subject nor a text [empty message]");
    expect_line(&world.said, "a.eml/a.txt|附件||{\"of\":\"1\"}|附件");
    gdx_buffer_clear(&mail);
}

// ---- any lines

static void each_line_of_a_converter_may_be_bad(void **state) {
    (void)state;
    read_mail(
        "a.eml",
        "no json\n[]\n{}\n{\"id\":7,\"text\":8}\n{\"id\":\"x\",\"text\":\"好\\u0000的\"}\n"
        "{\"attachment\":\"a\",\"base64\":\"***\"}\n{\"attachment\":\"b\"}\n{\"attachment\":\"\\u0001%\",\"base64\":\"5aW9\"}\n"
        "{\"refused\":\"why\",\"byte\":7}\n{\"attachment\":\"c\",\"refused\":\"large\"}\n"
        "{\"attachment\":\"d\",\"left_out\":\"sound\"}\n{\"url\":\"u\",\"html\":\"\"}");
    expect_words(&world.said, "|{\"message_id\":\"x\"}|好0的");
    expect_line(&world.said, "a.eml/x/%01%25|好||{\"of\":\"x\"}|好");
    expect_line(&world.said, "refused a.eml: its converter gives a line that is no JSON [bad record]");
    assert_int_equal(count_words(&world.said, "its converter gives a line that is no mail"), 3);
    expect_line(&world.said, "refused a.eml:x:a: its converter gives no base64 [mail]");
    expect_line(&world.said, "left out a.eml:x:b: nothing is in it [empty attachment]");
    expect_line(&world.said, "refused a.eml@7: why [mail]");
    expect_line(&world.said, "refused a.eml:x:c: large [attachment]");
    expect_line(&world.said, "left out a.eml:x:d: not a kind of file that holds text [sound]");
    expect_line(&world.said, "left out a.eml: neither a subject nor a text [empty message]");
}

static void ids_keep_to_their_limit(void **state) {
    (void)state;
    char line[3000], name[1100];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = 0;
    snprintf(
        line, sizeof line,
        "{\"id\":\"%s\",\"text\":\"一\"}\n{\"id\":\"b\",\"text\":\"二\"}\n{\"attachment\":\"%s\",\"base64\":\"5aW9\"}\n",
        name, name);
    read_mail("a.mbox", line);
    expect_words(&world.said, "a.mbox/b|二|");
    assert_int_equal(count_words(&world.said, "the most an id may have"), 2);
}

int main(void) {
    if (access(GRAMDEX_LIBEXEC "/gramdex-mail", X_OK) != 0)
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_message_is_a_document_with_its_files_id, begin, end),
        cmocka_unit_test_setup_teardown(a_saved_page_says_its_title_and_date_itself, begin, end),
        cmocka_unit_test_setup_teardown(the_messages_of_a_mailbox_and_their_attachments_are_documents, begin, end),
        cmocka_unit_test_setup_teardown(a_mail_that_is_attached_is_read_to_a_depth, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_mail_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_message_without_text_is_left_out_and_its_attachments_read, begin, end),
        cmocka_unit_test_setup_teardown(each_line_of_a_converter_may_be_bad, begin_with_cat, end),
        cmocka_unit_test_setup_teardown(ids_keep_to_their_limit, begin_with_cat, end),
    };
    return cmocka_run_group_tests_name("batch: mails", tests, NULL, NULL);
}
