// SPDX-License-Identifier: Apache-2.0
// body.c: the parts of a message: which are its text, and which hang on it. Relies on GMime.
// Of alternatives the plain text is taken, else the HTML; attachments are taken from all of them. The first body that
// stands for itself is the message's; a body of the other kind after it becomes an attachment, so that none is lost.

#include "mail.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_DEPTH = 64, MOST_ATTACHMENTS = 10000, CHARSET_BYTES = 64 };

// What is not read of a message, said once and after it.
enum { REFUSED_ENCRYPTED = 1, REFUSED_PARTIAL = 2, REFUSED_DEPTH = 4, REFUSED_COUNT = 8 };
static const char *const reasons[] = {"encrypted: a key is needed", "message/partial: a piece of a message",
                                      "parts within parts, over 64 deep: not read",
                                      "over 10000 attachments: the others are not read"};

// ---- bytes of a part

static GByteArray *decode_transfer(GMimePart *part) {
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream = g_mime_stream_mem_new();
    GByteArray *bytes = g_byte_array_new();
    g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(stream), bytes);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    if (content)
        g_mime_data_wrapper_write_to_stream(content, stream);
    g_object_unref(stream);
    return bytes;
}

static gdx_slice slice_of(const GByteArray *bytes) {
    return (gdx_slice){(const char *)bytes->data, bytes->len};
}

// Of a part as it is packed, which is not less than unpacked but for line ends.
static gint64 packed_bytes(GMimePart *part) {
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
    return stream ? g_mime_stream_length(stream) : 0;
}

static const char *charset_of(GMimeObject *object) {
    GMimeContentType *type = g_mime_object_get_content_type(object);
    return type ? g_mime_content_type_get_parameter(type, "charset") : NULL;
}

static bool is_type(GMimeObject *object, const char *type, const char *subtype) {
    GMimeContentType *content_type = g_mime_object_get_content_type(object);
    return content_type && g_mime_content_type_is_type(content_type, type, subtype);
}

// ---- plain text

// RFC 3676: a line that ends with a blank goes on in the next one.
static void unwrap(GString *text, bool drops_blank) {
    gsize to = 0;
    for (gsize from = 0; from < text->len; from++) {
        bool is_end = text->str[from] == '\n';
        bool is_soft =
            is_end && to > 0 && text->str[to - 1] == ' ' && !(to > 2 && memcmp(text->str + to - 3, "-- ", 3) == 0);
        if (is_soft)
            to -= drops_blank;
        else
            text->str[to++] = text->str[from];
    }
    g_string_truncate(text, to);
}

static void drop_returns(GString *text) {
    gsize to = 0;
    for (gsize from = 0; from < text->len; from++)
        if (!(text->str[from] == '\r' && text->str[from + 1] == '\n'))
            text->str[to++] = text->str[from];
    g_string_truncate(text, to);
}

// mboxrd: a line of quotes and "From " had a quote put before it.
static void drop_from_quotes(GString *text) {
    gsize to = 0;
    for (gsize from = 0; from < text->len; from++) {
        bool is_line = from == 0 || text->str[from - 1] == '\n';
        gsize quotes = is_line ? strspn(text->str + from, ">") : 0;
        if (quotes && strncmp(text->str + from + quotes, "From ", 5) == 0)
            continue; // one quote less
        text->str[to++] = text->str[from];
    }
    g_string_truncate(text, to);
}

static GString *read_plain(struct body *body, GMimeObject *object) {
    GByteArray *bytes = decode_transfer(GMIME_PART(object));
    GString *text = g_string_new(NULL);
    charset_append(body->run, slice_of(bytes), charset_of(object), text);
    g_byte_array_unref(bytes);
    drop_returns(text);
    if (body->run->is_quoted)
        drop_from_quotes(text);
    GMimeContentType *type = g_mime_object_get_content_type(object);
    const char *format = g_mime_content_type_get_parameter(type, "format");
    const char *delsp = g_mime_content_type_get_parameter(type, "delsp");
    if (format && g_ascii_strcasecmp(format, "flowed") == 0)
        unwrap(text, delsp && g_ascii_strcasecmp(delsp, "yes") == 0);
    return text;
}

static bool is_blank(const GString *text) {
    for (gsize i = 0; i < text->len; i++)
        if (!g_ascii_isspace(text->str[i]))
            return false;
    return true;
}

static GString *read_html(struct body *body, GMimeObject *object) {
    GByteArray *bytes = decode_transfer(GMIME_PART(object));
    GString *html = g_string_new(NULL);
    char said[CHARSET_BYTES];
    const char *charset = charset_of(object);
    if (!charset && charset_of_html(slice_of(bytes), said, sizeof said))
        charset = said;
    charset_append(body->run, slice_of(bytes), charset, html);
    g_byte_array_unref(bytes);
    return html;
}

// ---- the walk

static void keep_attachment(struct body *body, GMimeObject *object) {
    if (body->attachments->len < MOST_ATTACHMENTS)
        g_ptr_array_add(body->attachments, g_object_ref(object));
    else
        body->refused |= REFUSED_COUNT;
}

static bool is_body(GMimeObject *object) {
    const char *disposition = g_mime_object_get_disposition(object);
    bool is_attached = disposition && g_ascii_strcasecmp(disposition, "attachment") == 0;
    return GMIME_IS_PART(object) && !is_attached && !g_mime_part_get_filename(GMIME_PART(object)) &&
           (is_type(object, "text", "plain") || is_type(object, "text", "html"));
}

static void take_body(struct body *body, GMimeObject *object) {
    if (is_type(object, "text", "html")) {
        if (body->html) {
            keep_attachment(body, object);
            return;
        }
        body->html = read_html(body, object);
        body->is_html_first = is_blank(body->text);
        return;
    }
    GString *text = read_plain(body, object);
    if (!is_blank(text)) {
        g_string_append(body->text, body->text->len ? "\n\n" : "");
        g_string_append_len(body->text, text->str, (gssize)text->len);
    }
    g_string_free(text, TRUE);
}

// Plain text that says something.
static bool is_good_plain(struct body *body, GMimeObject *object) {
    if (!is_body(object) || !is_type(object, "text", "plain"))
        return false;
    GString *text = read_plain(body, object);
    bool is_good = !is_blank(text);
    g_string_free(text, TRUE);
    return is_good;
}

// The alternative whose bodies are taken: the first plain one, else the last with anything but plain text.
static int choose(struct body *body, GMimeMultipart *alternatives) {
    int count = g_mime_multipart_get_count(alternatives), chosen = 0;
    for (int i = 0; i < count; i++) {
        GMimeObject *object = g_mime_multipart_get_part(alternatives, i);
        if (is_good_plain(body, object))
            return i;
        if (GMIME_IS_MULTIPART(object) || is_type(object, "text", "html"))
            chosen = i;
    }
    return chosen;
}

static void visit(struct body *body, GMimeObject *object, int depth, bool takes_bodies);

static void visit_multipart(struct body *body, GMimeMultipart *multipart, int depth, bool takes_bodies) {
    int count = g_mime_multipart_get_count(multipart);
    if (GMIME_IS_MULTIPART_ENCRYPTED(multipart)) {
        body->refused |= REFUSED_ENCRYPTED;
        return;
    }
    if (GMIME_IS_MULTIPART_SIGNED(multipart))
        count = count < 1 ? count : 1; // the rest is the signature
    bool is_choice = is_type(GMIME_OBJECT(multipart), "multipart", "alternative");
    int chosen = is_choice ? choose(body, multipart) : 0;
    for (int i = 0; i < count; i++)
        visit(body, g_mime_multipart_get_part(multipart, i), depth + 1, takes_bodies && (!is_choice || i == chosen));
}

static void visit(struct body *body, GMimeObject *object, int depth, bool takes_bodies) {
    if (depth > MOST_DEPTH) {
        body->refused |= REFUSED_DEPTH;
    } else if (GMIME_IS_MULTIPART(object)) {
        visit_multipart(body, GMIME_MULTIPART(object), depth, takes_bodies);
    } else if (GMIME_IS_MESSAGE_PARTIAL(object)) {
        body->refused |= REFUSED_PARTIAL;
    } else if (is_body(object)) {
        if (takes_bodies)
            take_body(body, object);
    } else {
        keep_attachment(body, object);
    }
}

void body_read(struct body *body, GMimeObject *root) {
    body->text = g_string_new(NULL);
    body->attachments = g_ptr_array_new();
    visit(body, root, 0, true);
}

// ---- saved pages

static GMimeObject *find_html(GMimeObject *object, const char *start, int depth) {
    if (GMIME_IS_PART(object)) {
        const char *id = g_mime_object_get_content_id(object);
        return is_type(object, "text", "html") && (!start || (id && strstr(start, id))) ? object : NULL;
    }
    GMimeObject *found = NULL;
    for (int i = 0; depth < MOST_DEPTH && GMIME_IS_MULTIPART(object) && !found; i++) {
        if (i >= g_mime_multipart_get_count(GMIME_MULTIPART(object)))
            break;
        found = find_html(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), start, depth + 1);
    }
    return found;
}

static void keep_frames(struct body *body, GMimeObject *object, const GMimeObject *root, int depth) {
    if (object != root && is_type(object, "text", "html") && GMIME_IS_PART(object))
        keep_attachment(body, object);
    for (int i = 0; depth < MOST_DEPTH && GMIME_IS_MULTIPART(object); i++) {
        if (i >= g_mime_multipart_get_count(GMIME_MULTIPART(object)))
            break;
        keep_frames(body, g_mime_multipart_get_part(GMIME_MULTIPART(object), i), root, depth + 1);
    }
}

void body_read_page(struct body *body, GMimeObject *root) {
    body->text = g_string_new(NULL);
    body->attachments = g_ptr_array_new();
    GMimeContentType *type = g_mime_object_get_content_type(root);
    const char *start = type ? g_mime_content_type_get_parameter(type, "start") : NULL;
    GMimeObject *page = find_html(root, start, 0);
    if (!page)
        page = find_html(root, NULL, 0);
    if (!page)
        return;
    body->html = read_html(body, page);
    body->location = g_mime_part_get_content_location(GMIME_PART(page));
    char *lowered = g_ascii_strdown(body->html->str, -1);
    if (strstr(lowered, "<frameset")) // its text is in the frames
        keep_frames(body, root, page, 0);
    g_free(lowered);
}

// ---- attachments

static const char *words_without_text(const char *media_type) {
    static const char *const words[][2] = {{"image/", "picture"},
                                           {"audio/", "sound"},
                                           {"video/", "film"},
                                           {"font/", "font"},
                                           {"application/pgp-signature", "signature"},
                                           {"application/pkcs7-signature", "signature"},
                                           {"application/x-pkcs7-signature", "signature"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (g_str_has_prefix(media_type, words[i][0]))
            return words[i][1];
    return NULL;
}

static char *name_of(GMimeObject *object, unsigned number, const char *media_type) {
    const char *name = GMIME_IS_PART(object) ? g_mime_part_get_filename(GMIME_PART(object))
                                             : g_mime_object_get_content_disposition_parameter(object, "filename");
    if (name && *name)
        return g_strdup(name);
    const char *end = GMIME_IS_MESSAGE_PART(object)           ? ".eml"
                      : strcmp(media_type, "text/plain") == 0 ? ".txt"
                      : strcmp(media_type, "text/html") == 0  ? ".html"
                                                              : "";
    return g_strdup_printf("part-%u%s", number, end);
}

static void print_message_part(struct body *body, GMimeObject *object, const char *name) {
    GMimeStream *stream = g_mime_stream_mem_new();
    GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (message)
        g_mime_object_write_to_stream(GMIME_OBJECT(message), NULL, stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    if (bytes->len > body->run->options.attachment_limit)
        output_attachment_without(body->run, name, "message/rfc822", "refused", "over the limit for attachments");
    else
        output_attachment(body->run, name, "message/rfc822", slice_of(bytes));
    g_object_unref(stream);
}

static void print_attachment(struct body *body, GMimeObject *object, unsigned number) {
    GMimeContentType *type = g_mime_object_get_content_type(object);
    char *said = type ? g_mime_content_type_get_mime_type(type) : g_strdup("application/octet-stream");
    char *media_type = g_ascii_strdown(said, -1), *name = name_of(object, number, media_type);
    const char *words = words_without_text(media_type);
    if (words)
        output_attachment_without(body->run, name, media_type, "left_out", words);
    else if (GMIME_IS_MESSAGE_PART(object))
        print_message_part(body, object, name);
    else if (!GMIME_IS_PART(object))
        output_attachment_without(body->run, name, media_type, "refused", "a part of a kind that is not read");
    else if ((guint64)packed_bytes(GMIME_PART(object)) / 2 > body->run->options.attachment_limit)
        output_attachment_without(body->run, name, media_type, "refused", "over the limit for attachments");
    else {
        GByteArray *bytes = decode_transfer(GMIME_PART(object));
        if (bytes->len > body->run->options.attachment_limit)
            output_attachment_without(body->run, name, media_type, "refused", "over the limit for attachments");
        else
            output_attachment(body->run, name, media_type, slice_of(bytes));
        g_byte_array_unref(bytes);
    }
    g_free(said);
    g_free(media_type);
    g_free(name);
}

void body_print_attachments(struct body *body) {
    for (unsigned i = 0; i < body->attachments->len; i++)
        print_attachment(body, body->attachments->pdata[i], i + 1);
    for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (body->refused & 1u << i)
            output_refused(body->run, reasons[i]);
}

void body_clear(struct body *body) {
    for (unsigned i = 0; body->attachments && i < body->attachments->len; i++)
        g_object_unref(body->attachments->pdata[i]);
    if (body->attachments)
        g_ptr_array_free(body->attachments, TRUE);
    if (body->text)
        g_string_free(body->text, TRUE);
    if (body->html)
        g_string_free(body->html, TRUE);
}
