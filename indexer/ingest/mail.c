// SPDX-License-Identifier: Apache-2.0
// mail.c: see mail.h. Relies on gdx/convert.h, gdx/base64.h, jansson, xxHash.
// The converter's lines are not trusted: any of them may be anything.

#include "mail.h"

#include "gdx/base64.h"
#include "gdx/convert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { ID_BYTES = 1024 };

static void clear_file(mail_file *file) {
    gdx_buffer_clear(&file->lines);
    gdx_buffer_clear(&file->warning);
    gdx_buffer_clear(&file->id);
    gdx_buffer_clear(&file->path);
    gdx_buffer_clear(&file->message_id);
    gdx_buffer_clear(&file->message_path);
    gdx_buffer_clear(&file->of);
    free(file->names);
    *file = (mail_file){0};
}

void ingest_mail_clear(mail_reader *mail) {
    for (size_t i = 0; i < MAIL_DEPTH; i++)
        clear_file(&mail->files[i]);
    json_decref(mail->line);
    gdx_buffer_clear(&mail->bytes);
    gdx_buffer_clear(&mail->id);
    gdx_buffer_clear(&mail->path);
    *mail = (mail_reader){0};
}

// ---- names

// Ids have no control characters, and a slash divides their parts.
static gdx_status append_name(gdx_buffer *to, gdx_slice name) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < name.bytes && status == GDX_OK; i++) {
        uint8_t byte = (uint8_t)name.data[i];
        bool is_escaped = byte < 0x20 || byte == 0x7f || byte == '/' || byte == '%';
        status = is_escaped ? gdx_buffer_append_format(to, "%%%02X", byte) : gdx_buffer_append(to, name.data + i, 1);
    }
    return status;
}

// Names keep a zero behind their end, since a report takes paths as strings.
static gdx_status end_name(gdx_buffer *name, gdx_status status) {
    if (status == GDX_OK)
        status = gdx_buffer_append(name, "", 1);
    name->bytes -= status == GDX_OK;
    return status;
}

static gdx_status set(gdx_buffer *to, gdx_slice from) {
    to->bytes = 0;
    return end_name(to, gdx_buffer_append(to, from.data, from.bytes));
}

// `first`, a mark, `second`.
static gdx_status set_joined(gdx_buffer *to, const gdx_buffer *first, char mark, gdx_slice second) {
    gdx_status status = set(to, gdx_buffer_slice(first));
    if (status == GDX_OK)
        status = gdx_buffer_append(to, &mark, 1);
    return end_name(to, status == GDX_OK ? append_name(to, second) : status);
}

static gdx_slice value_of(const json_t *line, const char *key) {
    const json_t *value = json_object_get(line, key);
    return json_is_string(value) ? (gdx_slice){json_string_value(value), json_string_length(value)}
                                 : (gdx_slice){"", 0};
}

static bool has(const json_t *line, const char *key) {
    return json_is_string(json_object_get(line, key));
}

// ---- a file

static bool take_line(mail_file *file, gdx_slice *out) {
    if (file->at >= file->lines.bytes)
        return false;
    const char *at = (const char *)file->lines.data + file->at;
    size_t left = file->lines.bytes - file->at;
    const char *newline = memchr(at, '\n', left);
    *out = (gdx_slice){at, newline ? (size_t)(newline - at) : left};
    file->at += out->bytes + (newline != NULL);
    return true;
}

// Messages are told by their first key, so that no line is parsed twice.
static bool has_many(mail_file *file) {
    static const char key[] = "{\"id\":";
    gdx_slice line;
    size_t messages = 0;
    while (messages < 2 && take_line(file, &line))
        messages += line.bytes > sizeof key && memcmp(line.data, key, sizeof key - 1) == 0;
    file->at = 0;
    return messages > 1;
}

static gdx_status convert(mail_file *file, page_reader *pages, gdx_slice bytes, gdx_error *err) {
    gdx_converted what = {0};
    uint64_t replaced = 0;
    file->lines.bytes = file->at = file->warning.bytes = 0;
    if (gdx_trim(bytes).bytes == 0)
        return gdx_fail(err, GDX_INVALID, "empty: no character that is not white space, expected mail");
    if (!pages->converter)
        return gdx_fail(err, GDX_UNSUPPORTED, "no converter for this kind of file here");
    gdx_status status = gdx_convert(pages->converter, GDX_CONVERT_MAIL, bytes, pages->stop, &file->lines, &what, err);
    if (status == GDX_OK && gdx_utf8_repair(gdx_slice_of(what.warning), &file->warning, &replaced) != GDX_OK)
        return gdx_fail_memory(err, "a converter's warning");
    if (status == GDX_OK && what.form != GDX_FORM_RECORDS)
        return gdx_fail(err, GDX_UNSUPPORTED, "its converter gives %s, expected jsonl", gdx_form_name(what.form));
    return status;
}

static gdx_status push(mail_reader *mail, page_reader *pages, const gdx_piece *piece, gdx_error *err) {
    mail_file *file = &mail->files[mail->depth];
    file->message_id.bytes = file->message_path.bytes = file->of.bytes = 0;
    file->name_count = 0;
    gdx_status status = convert(file, pages, piece->bytes, err);
    if (status != GDX_OK)
        return status;
    file->has_many = has_many(file);
    if (set(&file->id, piece->id) != GDX_OK || set(&file->path, piece->path) != GDX_OK ||
        set(&file->message_id, piece->id) != GDX_OK || set(&file->message_path, piece->path) != GDX_OK)
        return gdx_fail_memory(err, "a mail");
    mail->depth++;
    return GDX_OK;
}

gdx_status ingest_mail_begin(mail_reader *mail, page_reader *pages, const gdx_piece *piece, gdx_error *err) {
    mail->depth = 0;
    return push(mail, pages, piece, err);
}

// ---- messages

static gdx_status begin_message(mail_file *file, const json_t *line, gdx_error *err) {
    gdx_slice id = value_of(line, "id");
    bool is_one_of_many = file->has_many && id.bytes;
    file->name_count = 0;
    gdx_status status = set(&file->of, id);
    if (status == GDX_OK)
        status = is_one_of_many ? set_joined(&file->message_id, &file->id, '/', id)
                                : set(&file->message_id, gdx_buffer_slice(&file->id));
    if (status == GDX_OK)
        status = is_one_of_many ? set_joined(&file->message_path, &file->path, ':', id)
                                : set(&file->message_path, gdx_buffer_slice(&file->path));
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a mail");
}

static void write_head(gdx_draft *draft, const json_t *line) {
    static const char *const keys[] = {"from", "to", "cc", "url"};
    gdx_date date;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        gdx_draft_metadata(draft, gdx_slice_of(keys[i]), value_of(line, keys[i]));
    gdx_draft_metadata(draft, gdx_slice_of("message_id"), value_of(line, "id"));
    if (has(line, "date") && gdx_date_parse(value_of(line, "date"), &date, NULL) == GDX_OK)
        gdx_draft_date(draft, date, "Date");
    gdx_draft_title(draft, value_of(line, "title"), false);
}

// A saved page says its title and date itself; of a message its header does.
static gdx_status write_message(page_reader *pages, const json_t *line, gdx_error *err) {
    gdx_draft *draft = pages->draft;
    gdx_draft_begin(draft, pages->document_limit);
    bool is_page = !has(line, "id");
    if (!is_page)
        write_head(draft, line);
    else
        gdx_draft_metadata(draft, gdx_slice_of("url"), value_of(line, "url"));
    if (!has(line, "html")) {
        gdx_draft_text(draft, value_of(line, "text"));
        return GDX_OK;
    }
    if (is_page)
        return ingest_html(pages, value_of(line, "html"), draft, err);
    gdx_status status = ingest_html_append(pages, value_of(line, "html"), draft, err);
    if (status == GDX_OK && !gdx_draft_has_title(draft))
        gdx_draft_title(draft, ingest_html_title(pages), false);
    return status;
}

static gdx_status read_message(mail_file *file, page_reader *pages, const json_t *line, gdx_document *out,
                               gdx_error *err) {
    gdx_status status = begin_message(file, line, err);
    out->id = gdx_buffer_slice(&file->message_id);
    if (status == GDX_OK && out->id.bytes > ID_BYTES)
        return gdx_fail(err, GDX_TOO_LARGE,
                        "the file's id and the message's have over %d bytes together, the most "
                        "an id may have",
                        ID_BYTES);
    if (status == GDX_OK)
        status = write_message(pages, line, err);
    if (status == GDX_OK)
        status = ingest_draft_finish(pages, out, err);
    return status == GDX_OK ? ingest_page_check(pages, has(line, "html") ? GDX_INPUT_HTML : GDX_INPUT_TEXT, out, err)
                            : status;
}

// ---- attachments

// The id of an attachment is its message's and its name, and of a second one of that name its number comes between.
static gdx_status name_attachment(mail_reader *mail, mail_file *file, gdx_slice name, gdx_error *err) {
    uint64_t hash = XXH3_64bits(name.data, name.bytes);
    bool is_taken = false;
    char number[24];
    for (size_t i = 0; i < file->name_count; i++)
        is_taken |= file->names[i] == hash;
    gdx_status status = gdx_grow(&file->names, &file->name_capacity, file->name_count + 1, sizeof *file->names);
    if (status == GDX_OK)
        file->names[file->name_count++] = hash;
    if (status == GDX_OK)
        status = set(&mail->id, gdx_buffer_slice(&file->message_id));
    snprintf(number, sizeof number, "/%zu", file->name_count);
    if (status == GDX_OK && is_taken)
        status = gdx_buffer_append(&mail->id, number, strlen(number));
    if (status == GDX_OK)
        status = gdx_buffer_append(&mail->id, "/", 1);
    if (status == GDX_OK)
        status = append_name(&mail->id, name);
    if (status == GDX_OK)
        status = set_joined(&mail->path, &file->message_path, ':', name);
    if (status != GDX_OK)
        return gdx_fail_memory(err, "an attachment");
    return GDX_OK;
}

// Of an attachment: what it is, and as what it is read. A file of records is a text here, since it is one document.
static gdx_input_kind kind_of(const page_reader *pages, gdx_slice name, gdx_slice bytes,
                              char words[GDX_INPUT_WORDS_BYTES]) {
    gdx_slice head = {bytes.data, bytes.bytes < GDX_INPUT_HEAD_BYTES ? bytes.bytes : GDX_INPUT_HEAD_BYTES};
    gdx_input_kind kind = gdx_input_sniff(name.data, head, words);
    kind = gdx_input_with_converter(pages->converter, name.data, kind, words);
    bool is_of_many = kind == GDX_INPUT_RECORDS || kind == GDX_INPUT_JSON || kind == GDX_INPUT_TABLE;
    return is_of_many ? GDX_INPUT_TEXT : kind;
}

static gdx_source_step leave(gdx_refusal *refusal, gdx_source_step step, const char *kind, const char *reason) {
    gdx_fail(&refusal->error, GDX_UNSUPPORTED, "%s", reason);
    snprintf(refusal->kind, sizeof refusal->kind, "%s", kind);
    return step;
}

static gdx_source_step fail(gdx_refusal *refusal, gdx_status status, const gdx_error *err) {
    refusal->error = *err;
    return ingest_step_of(status);
}

static gdx_status decode(mail_reader *mail, gdx_error *err) {
    mail->bytes.bytes = 0;
    gdx_status status = gdx_base64_decode(value_of(mail->line, "base64"), &mail->bytes);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_memory(err, "an attachment");
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "its converter gives no base64");
}

static gdx_source_step read_attached_mail(mail_reader *mail, page_reader *pages, const gdx_piece *attached,
                                          gdx_refusal *refusal) {
    gdx_error err = {0};
    if (mail->depth == MAIL_DEPTH)
        return leave(refusal, GDX_SOURCE_REFUSED, "mail in mails", "a mail within four others is not read");
    gdx_status status = push(mail, pages, attached, &err);
    return status == GDX_OK ? GDX_SOURCE_END : fail(refusal, status, &err); // END: of this line
}

static gdx_source_step read_attachment(mail_reader *mail, page_reader *pages, const gdx_piece *piece, gdx_document *out,
                                       gdx_repairs *repairs, gdx_refusal *refusal) {
    char words[GDX_INPUT_WORDS_BYTES];
    gdx_error err = {0};
    gdx_slice name = value_of(mail->line, "attachment"), bytes = gdx_buffer_slice(&mail->bytes);
    const mail_file *file = &mail->files[mail->depth - 1];
    gdx_input_kind kind = kind_of(pages, name, bytes, words);
    gdx_piece attached = *piece;
    attached.kind = kind;
    attached.ending = words;
    attached.path = gdx_buffer_slice(&mail->path);
    attached.id = gdx_buffer_slice(&mail->id);
    attached.bytes = bytes;
    attached.charset = (gdx_slice){"", 0};
    attached.of = gdx_buffer_slice(&file->of);
    if (kind == GDX_INPUT_IGNORED)
        return leave(refusal, GDX_SOURCE_LEFT_OUT, words, "not a kind of file that holds text");
    if (kind == GDX_INPUT_UNREAD)
        return leave(refusal, GDX_SOURCE_REFUSED, words, "no reader for this kind of file");
    if (gdx_input_is_container(kind))
        return leave(refusal, GDX_SOURCE_REFUSED, "attached archive", "an archive that is attached is not read");
    if (attached.id.bytes > ID_BYTES)
        return leave(refusal, GDX_SOURCE_REFUSED, "too large",
                     "the ids of file, message and attachment have over 1024 "
                     "bytes together, the most an id may have");
    if (kind == GDX_INPUT_MAIL)
        return read_attached_mail(mail, pages, &attached, refusal);
    gdx_status status = ingest_page_read(pages, &attached, out, repairs, &err);
    return status == GDX_OK ? GDX_SOURCE_DOCUMENT : fail(refusal, status, &err);
}

static gdx_source_step take_attachment(mail_reader *mail, page_reader *pages, const gdx_piece *piece, gdx_document *out,
                                       gdx_repairs *repairs, gdx_refusal *refusal) {
    gdx_error err = {0};
    mail_file *file = &mail->files[mail->depth - 1];
    gdx_status status = name_attachment(mail, file, value_of(mail->line, "attachment"), &err);
    refusal->path = gdx_buffer_slice(&mail->path);
    if (status != GDX_OK)
        return fail(refusal, status, &err);
    if (has(mail->line, "left_out"))
        return leave(refusal, GDX_SOURCE_LEFT_OUT, value_of(mail->line, "left_out").data,
                     "not a kind of file that holds text");
    if (has(mail->line, "refused"))
        return leave(refusal, GDX_SOURCE_REFUSED, "attachment", value_of(mail->line, "refused").data);
    status = decode(mail, &err);
    if (status != GDX_OK)
        return fail(refusal, status, &err);
    if (gdx_trim(gdx_buffer_slice(&mail->bytes)).bytes == 0)
        return leave(refusal, GDX_SOURCE_LEFT_OUT, "empty attachment", "nothing is in it");
    return read_attachment(mail, pages, piece, out, repairs, refusal);
}

// ---- lines

static bool is_empty(const json_t *line) {
    return gdx_trim(value_of(line, "title")).bytes == 0 && gdx_trim(value_of(line, "text")).bytes == 0 &&
           gdx_trim(value_of(line, "html")).bytes == 0;
}

static gdx_source_step take_message(mail_reader *mail, page_reader *pages, gdx_document *out, gdx_repairs *repairs,
                                    gdx_refusal *refusal) {
    gdx_error err = {0};
    mail_file *file = &mail->files[mail->depth - 1];
    gdx_status status = read_message(file, pages, mail->line, out, &err);
    refusal->path = gdx_buffer_slice(&file->message_path);
    if (status == GDX_INVALID && is_empty(mail->line)) // its attachments may say all
        return leave(refusal, GDX_SOURCE_LEFT_OUT, "empty message", "neither a subject nor a text");
    if (status != GDX_OK)
        return fail(refusal, status, &err);
    if (file->warning.bytes)
        repairs->warning = gdx_buffer_slice(&file->warning);
    file->warning.bytes = 0; // said once
    return GDX_SOURCE_DOCUMENT;
}

static gdx_source_step take(mail_reader *mail, page_reader *pages, const gdx_piece *piece, gdx_document *out,
                            gdx_repairs *repairs, gdx_refusal *refusal) {
    const json_t *line = mail->line;
    mail_file *file = &mail->files[mail->depth - 1];
    refusal->path = gdx_buffer_slice(&file->path);
    if (!line)
        return leave(refusal, GDX_SOURCE_REFUSED, "bad record", "its converter gives a line that is no JSON");
    if (has(line, "attachment"))
        return take_attachment(mail, pages, piece, out, repairs, refusal);
    if (has(line, "refused")) {
        refusal->byte = (uint64_t)json_integer_value(json_object_get(line, "byte"));
        return leave(refusal, GDX_SOURCE_REFUSED, "mail", value_of(line, "refused").data);
    }
    if (has(line, "text") || has(line, "html"))
        return take_message(mail, pages, out, repairs, refusal);
    return leave(refusal, GDX_SOURCE_REFUSED, "bad record", "its converter gives a line that is no mail");
}

gdx_source_step ingest_mail_next(mail_reader *mail, page_reader *pages, const gdx_piece *piece, gdx_document *out,
                                 gdx_repairs *repairs, gdx_refusal *refusal) {
    gdx_slice line;
    gdx_source_step step = GDX_SOURCE_END;
    while (mail->depth && step == GDX_SOURCE_END) {
        json_decref(mail->line);
        mail->line = NULL;
        if (!take_line(&mail->files[mail->depth - 1], &line)) {
            gdx_buffer_clear(&mail->files[--mail->depth].lines); // it may be large: none is kept for the next file
            continue;
        }
        *out = (gdx_document){.source = piece->source, .origin = piece->origin, .metadata = {"", 0}};
        mail->line = json_loadb(line.data, line.bytes, JSON_ALLOW_NUL, NULL);
        step = take(mail, pages, piece, out, repairs, refusal);
    }
    return step;
}
