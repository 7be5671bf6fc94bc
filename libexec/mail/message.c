// SPDX-License-Identifier: Apache-2.0
// message.c: one message, or one saved page, as a line of JSON and those of its attachments. Relies on GMime.

#include "mail.h"

#include <stdio.h>

enum { MOST_HEADER_BYTES = 1 << 20, MOST_ID_BYTES = 512 };

static GMimeMessage *parse(struct mail_run *run, gdx_slice message) {
    gint64 start = message.data - run->file.data;
    GMimeStream *stream = g_mime_stream_fs_new_with_bounds(run->descriptor, start, start + (gint64)message.bytes);
    if (!stream)
        return NULL;
    g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, TRUE); // parts stay in the file until they are decoded
    GMimeMessage *parsed = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    return parsed;
}

// The Message-ID, if it is one that people would recognise; else the number in the file.
static void set_id(struct mail_run *run, GMimeMessage *message) {
    const char *id = g_mime_message_get_message_id(message);
    bool is_good = id && *id && strlen(id) <= MOST_ID_BYTES;
    for (const char *at = id; is_good && *at; at++)
        is_good = *at > ' ' && *at < 0x7f;
    if (is_good)
        snprintf(run->id, sizeof run->id, "%s", id);
}

static void put_date(json_t *object, GMimeMessage *message) {
    GDateTime *date = g_mime_message_get_date(message);
    char *text = date ? g_date_time_format(date, "%Y-%m-%dT%H:%M:%S%:z") : NULL;
    if (text && g_date_time_get_year(date) >= 1000)
        output_put(object, "date", text, strlen(text));
    g_free(text);
}

static void put_header(struct mail_run *run, json_t *object, const char *key, GMimeMessage *message, const char *name,
                       const char *hint) {
    char *text = charset_header(run, GMIME_OBJECT(message), name, hint);
    if (text)
        output_put(object, key, text, strlen(text));
    g_free(text);
}

static const char *hint_of(GMimeMessage *message) {
    GMimeObject *root = g_mime_message_get_mime_part(message);
    GMimeContentType *type = root ? g_mime_object_get_content_type(root) : NULL;
    return type ? g_mime_content_type_get_parameter(type, "charset") : NULL;
}

static void print_other_body(struct body *body) {
    if (!body->html || !body->text->len)
        return;
    const GString *other = body->is_html_first ? body->text : body->html;
    output_attachment(body->run, body->is_html_first ? "part-0.txt" : "part-0.html",
                      body->is_html_first ? "text/plain;charset=utf-8" : "text/html;charset=utf-8",
                      (gdx_slice){other->str, other->len});
}

static void print_message(struct mail_run *run, GMimeMessage *message, GMimeObject *root) {
    struct body body = {.run = run};
    json_t *object = json_object();
    const char *hint = hint_of(message);
    set_id(run, message);
    output_put(object, "id", run->id, strlen(run->id));
    put_header(run, object, "title", message, "Subject", hint);
    put_date(object, message);
    put_header(run, object, "from", message, "From", hint);
    put_header(run, object, "to", message, "To", hint);
    put_header(run, object, "cc", message, "Cc", hint);
    body_read(&body, root);
    bool is_html = body.html && (body.is_html_first || !body.text->len);
    output_put(object, is_html ? "html" : "text", is_html ? body.html->str : body.text->str,
               is_html ? body.html->len : body.text->len);
    output_line(run, object);
    print_other_body(&body);
    body_print_attachments(&body);
    body_clear(&body);
}

// Subject may be question marks, and Date is the day of saving: what the page says itself is taken.
static void print_page(struct mail_run *run, GMimeMessage *message, GMimeObject *root) {
    struct body body = {.run = run};
    body_read_page(&body, root);
    if (!body.html) {
        output_refused(run, "a saved page without a part of HTML");
        body_clear(&body);
        return;
    }
    json_t *object = json_object();
    char *url = charset_header(run, GMIME_OBJECT(message), "Snapshot-Content-Location", NULL);
    const char *location = url ? url : body.location;
    output_put(object, "url", location, location ? strlen(location) : 0);
    output_put(object, "html", body.html->str, body.html->len);
    output_line(run, object);
    body_print_attachments(&body);
    g_free(url);
    body_clear(&body);
}

void message_print(struct mail_run *run, gdx_slice message, bool is_page) {
    run->start = (uint64_t)(message.data - run->file.data);
    snprintf(run->id, sizeof run->id, "%llu", (unsigned long long)run->number);
    if (mail_header_bytes(message) > MOST_HEADER_BYTES) {
        output_refused(run, "a header of over 1048576 bytes");
        return;
    }
    GMimeMessage *parsed = message.bytes ? parse(run, message) : NULL;
    GMimeObject *root = parsed ? g_mime_message_get_mime_part(parsed) : NULL;
    if (!root)
        output_refused(run, "a message without a body");
    else if (is_page)
        print_page(run, parsed, root);
    else
        print_message(run, parsed, root);
    if (parsed)
        g_object_unref(parsed);
}
