// SPDX-License-Identifier: Apache-2.0
// source.c: pieces in, documents out: walks the lines of JSON Lines, hands whole files to page.c, and turns what goes
// wrong into a refusal with its place.
// Relies on record.h, page.h. What cannot be read is never more than one record or one file.

#include "gdx/ingest.h"

#include "mail.h"
#include "page.h"
#include "record.h"
#include "sniff.h"
#include "stream.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>

enum { DEFAULT_DOCUMENT_LIMIT = 64 << 20, MOST_DOCUMENT_LIMIT = INT32_MAX }; // longer texts cannot be cut into symbols

struct gdx_source { // one worker's own
    size_t document_limit;
    gdx_piece piece;
    size_t offset; // in the piece's bytes: what comes next
    uint64_t lines;
    uint64_t replaced;
    uint64_t mended;
    record_reader records;
    page_reader pages;
    record_stream stream; // of a file of many records
    mail_reader mail;
    gdx_repairs repairs; // of the last document
    gdx_buffer repaired; // a line with U+FFFD for its ill-formed bytes
};

// jansson sets up a shared table at its first use; once, before threads race for it.
static void prepare_libraries(void) {
    json_object_seed(0);
}

gdx_status gdx_source_new(const gdx_source_options *options, gdx_source **out, gdx_error *err) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare_libraries);
    GDX_AUTO(gdx_source) source = calloc(1, sizeof *source);
    if (!source)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a source of documents");
    gdx_source_options chosen = options ? *options : (gdx_source_options){0};
    if (chosen.document_limit == 0)
        chosen.document_limit = DEFAULT_DOCUMENT_LIMIT;
    if (chosen.document_limit > MOST_DOCUMENT_LIMIT)
        chosen.document_limit = MOST_DOCUMENT_LIMIT;
    source->document_limit = chosen.document_limit;
    source->piece.kind = GDX_INPUT_RECORDS; // none yet: as an empty one
    ingest_record_reader_init(&source->records);
    source->records.map = chosen.map;
    source->records.id_from_hash = chosen.id_from_hash;
    gdx_status status = ingest_page_reader_init(&source->pages, &chosen, err);
    if (status == GDX_OK) {
        *out = source;
        source = NULL; // handed over
    }
    return status;
}

void gdx_source_free(gdx_source *source) {
    if (source) {
        ingest_record_reader_clear(&source->records);
        ingest_page_reader_clear(&source->pages);
        ingest_stream_clear(&source->stream);
        ingest_mail_clear(&source->mail);
        gdx_buffer_clear(&source->repaired);
        free(source);
    }
}

void gdx_source_begin(gdx_source *source, const gdx_piece *piece) {
    source->piece = *piece;
    source->offset = 0;
    source->lines = 0;
}

static void count_replaced(gdx_source *source, uint64_t replaced) {
    source->replaced += replaced;
    source->mended += replaced > 0;
}

// A line that is not UTF-8 may be of GB18030 or its like, in which no character has the byte of a newline or a quote.
// Each line is told by itself, so that a file reads the same wherever it is cut into pieces. It is taken for what
// leaves far fewer bytes undecoded. Ill-formed bytes do not lose the record: they become U+FFFD, as everywhere.
static gdx_status repair(gdx_source *source, gdx_slice *line, uint64_t *replaced, gdx_error *err) {
    enum { TIMES_FEWER = 4 };
    if (gdx_utf8_valid(*line))
        return GDX_OK;
    gdx_decoded decoded;
    uint64_t as_utf8 = 0;
    source->repaired.bytes = 0;
    gdx_status status = gdx_utf8_repair(*line, &source->repaired, &as_utf8);
    if (status == GDX_OK)
        status = gdx_decode(source->pages.decoder, *line, &decoded, err);
    if (status != GDX_OK)
        return gdx_fail(err, status, "no memory for a line of %zu bytes", line->bytes);
    bool is_other = ingest_is_double_byte(decoded.encoding) && decoded.replaced * TIMES_FEWER < as_utf8;
    *line = is_other ? decoded.text : gdx_buffer_slice(&source->repaired);
    *replaced = is_other ? decoded.replaced : as_utf8;
    return GDX_OK;
}

// The rules, and what the piece says of its documents.
static gdx_status take_record(gdx_source *source, const record *read, gdx_document *document, gdx_error *err) {
    gdx_status status = ingest_record_check(read, source->document_limit, document, &source->repairs.lost_date, err);
    if (status != GDX_OK)
        return status;
    if (document->source.bytes == 0 || source->piece.is_source_given)
        document->source = source->piece.source;
    if (source->piece.origin.bytes) // else what a line of `gramdex get` says
        document->origin = source->piece.origin;
    count_replaced(source, source->repairs.replaced);
    return GDX_OK;
}

static gdx_status read_record(gdx_source *source, gdx_slice line, gdx_document *document, gdx_error *err) {
    record read;
    gdx_status status = repair(source, &line, &source->repairs.replaced, err);
    if (status == GDX_OK)
        status = ingest_record_read(&source->records, line, &read, err);
    source->repairs.replaced += source->records.replaced;
    return status == GDX_OK ? take_record(source, &read, document, err) : status;
}

gdx_status gdx_source_take(gdx_source *source, const gdx_given *given, gdx_document *out, gdx_error *err) {
    return ingest_given_check(&source->records, given, source->document_limit, out, err);
}

// Nothing but white space and byte order marks, which files that were put together have anywhere.
static bool is_blank(gdx_slice line) {
    size_t i = 0;
    while (i < line.bytes) {
        if (line.bytes - i >= 3 && memcmp(line.data + i, "\xef\xbb\xbf", 3) == 0)
            i += 3;
        else if (line.data[i] == ' ' || line.data[i] == '\t' || line.data[i] == '\r')
            i++;
        else
            return false;
    }
    return true;
}

// The next line that is not blank; *out_offset is where it begins in the piece.
static bool take_record_line(gdx_source *source, gdx_slice *out, size_t *out_offset, uint64_t *out_line) {
    gdx_slice bytes = source->piece.bytes;
    while (source->offset < bytes.bytes) {
        const char *at = bytes.data + source->offset;
        size_t left = bytes.bytes - source->offset;
        const char *newline = memchr(at, '\n', left);
        *out = (gdx_slice){at, newline ? (size_t)(newline - at) : left};
        *out_offset = source->offset;
        *out_line = source->lines + 1;
        source->lines += newline != NULL;
        source->offset += out->bytes + (newline != NULL);
        if (!is_blank(*out))
            return true;
    }
    return false;
}

// What is not the file's fault ends the source.
gdx_source_step ingest_step_of(gdx_status status) {
    switch (status) {
    case GDX_OK:
        return GDX_SOURCE_DOCUMENT;
    case GDX_NO_MEMORY:
    case GDX_CANCELLED:
    case GDX_DEADLINE:
    case GDX_IO:
    case GDX_NOT_FOUND:
    case GDX_NO_SPACE:
        return GDX_SOURCE_FAILED;
    default:
        return GDX_SOURCE_REFUSED;
    }
}

// For the next document. An error is large, and nearly always empty already.
static void forget_repairs(gdx_source *source, uint64_t line, uint64_t byte) {
    if (source->repairs.lost_date.status != GDX_OK)
        source->repairs.lost_date = (gdx_error){0};
    source->repairs.replaced = source->repairs.lost_parts = 0;
    source->repairs.first_lost = source->repairs.warning = (gdx_slice){"", 0};
    source->repairs.line = line;
    source->repairs.byte = byte;
}

static gdx_source_step next_record(gdx_source *source, gdx_document *document, gdx_refusal *refusal) {
    gdx_slice line;
    size_t offset;
    uint64_t number;
    if (!take_record_line(source, &line, &offset, &number))
        return GDX_SOURCE_END;
    gdx_error err = {0};
    forget_repairs(source, number, source->piece.first_byte + offset);
    gdx_status status = read_record(source, line, document, &err);
    if (status != GDX_OK)
        *refusal = (gdx_refusal){source->piece.path, number, source->piece.first_byte + offset, err, ""};
    return ingest_step_of(status);
}

static gdx_source_step next_page(gdx_source *source, gdx_document *document, gdx_refusal *refusal) {
    gdx_error err = {0};
    forget_repairs(source, 0, source->piece.first_byte);
    gdx_status status = ingest_page_read(&source->pages, &source->piece, document, &source->repairs, &err);
    if (status == GDX_OK)
        count_replaced(source, source->repairs.replaced);
    else
        *refusal = (gdx_refusal){source->piece.path, 0, source->piece.first_byte, err, ""};
    return ingest_step_of(status);
}

static gdx_source_step end_stream(gdx_source *source) {
    source->offset = SIZE_MAX;
    return GDX_SOURCE_END;
}

// A page of XHTML has a name of XML, too.
static bool is_stream(const gdx_piece *piece) {
    return piece->kind == GDX_INPUT_JSON || piece->kind == GDX_INPUT_TABLE ||
           (piece->kind == GDX_INPUT_FEED && !ingest_is_html(piece->bytes));
}

// Of a file of many records.
static gdx_source_step next_of_stream(gdx_source *source, gdx_document *document, gdx_refusal *refusal) {
    gdx_error err = {0};
    record read;
    stream_place place = {0};
    stream_step step = STREAM_REFUSED;
    forget_repairs(source, 0, source->piece.first_byte);
    gdx_status status = GDX_OK;
    if (source->offset == 0)
        status = ingest_stream_begin(&source->stream, &source->piece, &source->pages, &source->records, &err);
    source->offset = status == GDX_OK ? 1 : SIZE_MAX;
    if (status == GDX_OK)
        step = ingest_stream_next(&source->stream, &read, &place, &err);
    source->lines = place.line ? place.line - 1 : 0;
    if (step == STREAM_END)
        return end_stream(source);
    forget_repairs(source, place.line, source->piece.first_byte + place.byte);
    source->repairs.replaced = place.replaced;
    status = step == STREAM_RECORD ? take_record(source, &read, document, &err) : err.status;
    if (status != GDX_OK)
        *refusal = (gdx_refusal){source->piece.path, place.line, source->piece.first_byte + place.byte, err, ""};
    return ingest_step_of(status);
}

static gdx_source_step next_of_mail(gdx_source *source, gdx_document *document, gdx_refusal *refusal) {
    forget_repairs(source, 0, source->piece.first_byte);
    *refusal = (gdx_refusal){.path = source->piece.path, .byte = source->piece.first_byte};
    if (source->offset == 0) {
        source->offset = 1;
        gdx_status status = ingest_mail_begin(&source->mail, &source->pages, &source->piece, &refusal->error);
        if (status != GDX_OK) {
            source->offset = SIZE_MAX;
            return ingest_step_of(status);
        }
    }
    gdx_source_step step =
        ingest_mail_next(&source->mail, &source->pages, &source->piece, document, &source->repairs, refusal);
    if (step == GDX_SOURCE_DOCUMENT)
        count_replaced(source, source->repairs.replaced);
    return step == GDX_SOURCE_END ? end_stream(source) : step;
}

gdx_source_step gdx_source_next(gdx_source *source, gdx_document *document, gdx_refusal *refusal) {
    if (source->piece.kind == GDX_INPUT_RECORDS)
        return next_record(source, document, refusal);
    if (source->offset == SIZE_MAX)
        return GDX_SOURCE_END;
    if (is_stream(&source->piece))
        return next_of_stream(source, document, refusal);
    if (source->piece.kind == GDX_INPUT_MAIL)
        return next_of_mail(source, document, refusal);
    source->offset = SIZE_MAX; // a whole file has one document
    return next_page(source, document, refusal);
}

bool gdx_repairs_any(const gdx_repairs *repairs) {
    return repairs->replaced || repairs->lost_date.status != GDX_OK || repairs->lost_parts || repairs->warning.bytes;
}

const gdx_repairs *gdx_source_repairs(const gdx_source *source) {
    return &source->repairs;
}

uint64_t gdx_source_lines(const gdx_source *source) {
    return source->lines;
}

uint64_t gdx_source_replaced(const gdx_source *source) {
    return source->replaced;
}

uint64_t gdx_source_mended(const gdx_source *source) {
    return source->mended;
}
