// SPDX-License-Identifier: Apache-2.0
// page.c: a whole file -> one document: which decoder, whether it is text at all, then the rules of its kind.
// Relies on page.h.

#include "page.h"
#include "gdx/layout.h"
#include "sniff.h"

#include <stdlib.h>
#include <strings.h>

gdx_status ingest_page_reader_init(page_reader *reader, const gdx_source_options *options, gdx_error *err) {
    memset(reader, 0, sizeof *reader);
    reader->encoding_given = options->encoding != NULL;
    reader->document_limit = options->document_limit;
    reader->draft = gdx_draft_new();
    if (!reader->draft)
        return gdx_fail_memory(err, "documents");
    ingest_package_reader_init(&reader->package, 0);
    reader->package.pages = reader;
    reader->date_from_name = options->date_from_name;
    reader->converter = options->converter;
    reader->stop = options->stop;
    return gdx_decoder_new(options->encoding, &reader->decoder, err);
}

void ingest_page_reader_clear(page_reader *reader) {
    gdx_decoder_free(reader->decoder);
    gdx_decoder_free(reader->declared_decoder);
    gdx_buffer_clear(&reader->text);
    gdx_buffer_clear(&reader->title);
    ingest_package_reader_clear(&reader->package);
    gdx_layout_free(reader->layout);
    gdx_buffer_clear(&reader->converted);
    gdx_buffer_clear(&reader->warning);
    gdx_symbols_clear(&reader->title_symbols);
    gdx_symbols_clear(&reader->line_symbols);
    gdx_draft_free(reader->draft);
    ingest_html_reader_free(reader->html);
    gdx_buffer_clear(&reader->metadata);
}

static bool has_byte_order_mark(gdx_slice bytes) {
    const char *at = bytes.data;
    return (bytes.bytes >= 2 && (memcmp(at, "\xff\xfe", 2) == 0 || memcmp(at, "\xfe\xff", 2) == 0)) ||
           (bytes.bytes >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0);
}

// A declared encoding counts only where nothing stronger speaks: the user, a byte order mark, valid UTF-8.
static bool may_declare(const page_reader *reader, const gdx_piece *piece) {
    bool is_asked = piece->kind == GDX_INPUT_HTML || piece->kind == GDX_INPUT_FEED || piece->charset.bytes;
    return is_asked && !reader->encoding_given && !has_byte_order_mark(piece->bytes) && !gdx_utf8_valid(piece->bytes);
}

// *out is NULL for an encoding that this iconv lacks: it is detected instead.
static gdx_status use_declared(page_reader *reader, const char name[CHARSET_NAME_BYTES], gdx_decoder **out) {
    *out = reader->declared_decoder;
    if (*out && strcmp(name, reader->declared_name) == 0)
        return GDX_OK;
    gdx_status status = gdx_decoder_new(name, out, NULL);
    if (status != GDX_OK) {
        *out = NULL;
        return status == GDX_NO_MEMORY ? status : GDX_OK;
    }
    gdx_decoder_free(reader->declared_decoder);
    reader->declared_decoder = *out;
    strcpy(reader->declared_name, name);
    return GDX_OK;
}

static const char *find_zero(gdx_slice bytes) {
    return bytes.bytes ? memchr(bytes.data, 0, bytes.bytes < BINARY_LOOK_BYTES ? bytes.bytes : BINARY_LOOK_BYTES)
                       : NULL;
}

static bool is_wide(const char *encoding) {
    return strncasecmp(encoding, "UTF-16", 6) == 0 || strncasecmp(encoding, "UTF-32", 6) == 0 ||
           strncasecmp(encoding, "UCS-", 4) == 0;
}

// Zero bytes are in no text but UTF-16 and UTF-32, where they decode to something that is not zero.
static gdx_status check_text(gdx_slice bytes, const gdx_decoded *decoded, gdx_error *err) {
    const char *zero = find_zero(bytes);
    if (zero) {
        bool wide = is_wide(decoded->encoding) && !find_zero(decoded->text) &&
                    decoded->replaced <= 1 + decoded->text.bytes / 1000;
        if (!wide)
            return gdx_fail(err, GDX_UNSUPPORTED, "binary: U+0000 at byte %zu, expected text",
                            (size_t)(zero - bytes.data));
    }
    if (ingest_first_line(decoded->text).bytes == 0)
        return gdx_fail(err, GDX_INVALID, "empty: no character that is not white space, expected text");
    return GDX_OK;
}

// JSON is UTF-8 by its standard, whatever encoding the user gives for other files; unless it plainly is not.
static bool is_plain_utf8_json(const gdx_piece *piece) {
    return piece->kind == GDX_INPUT_JSON && !find_zero(piece->bytes) && gdx_utf8_valid(piece->bytes);
}

// *out_is_good: the declared encoding decodes the bytes. Else *out is empty, or what it makes of them.
static gdx_status try_declared(page_reader *reader, gdx_slice bytes, const char name[CHARSET_NAME_BYTES],
                               gdx_decoded *out, bool *out_is_good) {
    gdx_decoder *decoder;
    *out = (gdx_decoded){0};
    gdx_status status = use_declared(reader, name, &decoder);
    if (status == GDX_OK && decoder)
        status = gdx_decode(decoder, bytes, out, NULL);
    *out_is_good = status == GDX_OK && decoder && !ingest_charset_is_refuted(name, bytes, out);
    return status;
}

// By the encoding that is declared: a server's word comes first, as in a browser, then the page's own. One that the
// bytes refute is not believed, if a detected one fits better.
static gdx_status decode_as_declared(page_reader *reader, const gdx_piece *piece, gdx_decoded *out, gdx_error *err) {
    char name[CHARSET_NAME_BYTES];
    bool is_good = false;
    gdx_decoded declared = {0};
    gdx_status status = GDX_OK;
    if (ingest_charset_of_words(piece->charset, name))
        status = try_declared(reader, piece->bytes, name, &declared, &is_good);
    bool may_say = piece->kind == GDX_INPUT_HTML || piece->kind == GDX_INPUT_FEED;
    if (status == GDX_OK && !is_good && may_say && ingest_charset_declared(piece->bytes, name))
        status = try_declared(reader, piece->bytes, name, &declared, &is_good);
    if (status != GDX_OK || is_good) {
        *out = declared;
        return status;
    }
    status = gdx_decode(reader->decoder, piece->bytes, out, err);
    bool is_better = !declared.encoding || out->replaced < declared.replaced || out->replaced == 0;
    if (status == GDX_OK && !is_better)
        *out = declared;
    return status;
}

gdx_status ingest_page_decode(page_reader *reader, const gdx_piece *piece, gdx_decoded *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (is_plain_utf8_json(piece))
        *out = (gdx_decoded){piece->bytes, "UTF-8", 0};
    else if (may_declare(reader, piece))
        status = decode_as_declared(reader, piece, out, err);
    else
        status = gdx_decode(reader->decoder, piece->bytes, out, err);
    if (status != GDX_OK)
        return gdx_fail(err, status, "%zu bytes cannot be decoded: %s", piece->bytes.bytes, gdx_status_name(status));
    return check_text(piece->bytes, out, err);
}

static gdx_status too_large(size_t bytes, size_t limit, gdx_error *err) {
    return gdx_fail(err, GDX_TOO_LARGE, "%zu bytes of text, expected at most %zu", bytes, limit);
}

// ---- text in some encoding

// Their readers write into a draft.
static bool is_laid_out(gdx_input_kind kind) {
    return kind == GDX_INPUT_HTML || kind == GDX_INPUT_SUBTITLES || kind >= GDX_INPUT_WORD;
}

static gdx_status read_decoded(page_reader *reader, gdx_input_kind kind, gdx_slice text, gdx_document *out,
                               gdx_error *lost_date, gdx_error *err) {
    switch (kind) {
    case GDX_INPUT_HTML:
        return ingest_html(reader, text, reader->draft, err);
    case GDX_INPUT_MARKDOWN:
        ingest_markdown(text, out, lost_date);
        return GDX_OK;
    case GDX_INPUT_SUBTITLES:
        ingest_subtitles(text, reader->draft);
        return GDX_OK;
    default:
        out->title = ingest_first_line(text);
        out->text = text;
        out->title_from_text = true;
        return GDX_OK;
    }
}

static gdx_status read_text(page_reader *reader, const gdx_piece *piece, gdx_document *out, gdx_repairs *out_repairs,
                            gdx_error *err) {
    // No encoding takes more than four bytes for what is one byte of UTF-8: so the text is over the limit too.
    if (!is_laid_out(piece->kind) && piece->bytes.bytes / 4 > reader->document_limit)
        return too_large(piece->bytes.bytes, reader->document_limit, err);
    gdx_decoded decoded;
    gdx_status status = ingest_page_decode(reader, piece, &decoded, err);
    if (status != GDX_OK)
        return status;
    out_repairs->replaced = decoded.replaced;
    return read_decoded(reader, piece->kind, decoded.text, out, &out_repairs->lost_date, err);
}

// ---- any whole file

gdx_status ingest_page_check(page_reader *reader, gdx_input_kind kind, gdx_document *document, gdx_error *err) {
    if (document->title.bytes == 0) {
        document->title = ingest_first_line(document->text);
        document->title_from_text = document->title.bytes > 0;
    }
    if (!document->title_from_text &&
        ingest_title_is_line(reader, kind, document, &document->title_from_text) != GDX_OK)
        return gdx_fail_memory(err, "a title");
    if (document->title.bytes == 0 && document->part_count == 0 && gdx_trim(document->text).bytes == 0)
        return gdx_fail(err, GDX_INVALID, "empty: neither text nor title to read, expected some");
    if (document->text.bytes > reader->document_limit)
        return too_large(document->text.bytes, reader->document_limit, err);
    return GDX_OK;
}

// A file that its own reader takes as bytes, or a converter.
static gdx_status read_packed(page_reader *reader, const gdx_piece *piece, uint64_t *replaced, gdx_error *err) {
    switch (piece->kind) {
    case GDX_INPUT_WORD:
        return ingest_word(&reader->package, piece->bytes, reader->draft, err);
    case GDX_INPUT_SLIDES:
        return ingest_slides(&reader->package, piece->bytes, reader->draft, err);
    case GDX_INPUT_SHEETS:
        return ingest_sheets(&reader->package, piece->bytes, reader->draft, err);
    case GDX_INPUT_OPENDOCUMENT:
        return ingest_opendocument(&reader->package, piece->bytes, reader->draft, err);
    case GDX_INPUT_EPUB:
        return ingest_epub(&reader->package, piece->bytes, reader->draft, err);
    case GDX_INPUT_FICTIONBOOK:
        return ingest_fictionbook(&reader->package, piece->bytes, reader->draft, err);
    default:
        return ingest_converted(reader, piece, reader->draft, replaced, err);
    }
}

static gdx_status read_any(page_reader *reader, const gdx_piece *piece, gdx_document *out, gdx_repairs *repairs,
                           gdx_error *err) {
    if (piece->kind < GDX_INPUT_WORD)
        return read_text(reader, piece, out, repairs, err);
    reader->package.lost = 0; // not every reader begins a package
    reader->warning.bytes = 0;
    gdx_status status = read_packed(reader, piece, &repairs->replaced, err);
    repairs->lost_parts = reader->package.lost;
    repairs->first_lost = gdx_slice_of(reader->package.lost ? reader->package.first_lost : "");
    repairs->warning = reader->warning.bytes ? gdx_buffer_slice(&reader->warning) : (gdx_slice){"", 0};
    return status;
}

// Where nothing in the file says a date. The id ends as the name does, and of an archive's entry it is the entry's.
static void date_otherwise(page_reader *reader, const gdx_piece *piece, gdx_document *document) {
    gdx_date date, own = is_laid_out(piece->kind) ? gdx_draft_date_of(reader->draft) : document->date;
    if (own != GDX_NO_DATE)
        return;
    if (reader->date_from_name && ingest_date_in_name(piece->id, &date))
        gdx_draft_date(reader->draft, date, "file name");
    else if (piece->crawled.bytes && gdx_date_parse(piece->crawled, &date, NULL) == GDX_OK)
        gdx_draft_date(reader->draft, date, "WARC-Date");
    else
        return;
    document->date = date; // of one that is laid out the draft says it again
}

// What is known of the document besides its file. One that is not laid out has a draft for its metadata alone.
static gdx_status note_piece(page_reader *reader, const gdx_piece *piece, gdx_document *document, gdx_error *err) {
    if (!reader->date_from_name && piece->crawled.bytes == 0 && piece->of.bytes == 0)
        return GDX_OK;
    bool is_laid = is_laid_out(piece->kind);
    if (!is_laid)
        gdx_draft_begin(reader->draft, reader->document_limit);
    if (!is_laid && document->date != GDX_NO_DATE) // Markdown alone says one
        gdx_draft_date(reader->draft, document->date, "front matter");
    gdx_draft_metadata(reader->draft, gdx_slice_of("of"), piece->of);
    gdx_draft_metadata(reader->draft, gdx_slice_of("crawled"), piece->crawled);
    date_otherwise(reader, piece, document);
    return is_laid ? GDX_OK : ingest_draft_metadata(reader, &document->metadata, err);
}

static gdx_status read_page(page_reader *reader, const gdx_piece *piece, gdx_document *out, gdx_repairs *out_repairs,
                            gdx_error *err) {
    gdx_document document = {.id = piece->id, .source = piece->source, .origin = piece->origin, .metadata = {"", 0}};
    gdx_repairs repairs = *out_repairs;
    if (is_laid_out(piece->kind))
        gdx_draft_begin(reader->draft, reader->document_limit);
    gdx_status status = read_any(reader, piece, &document, &repairs, err);
    if (status == GDX_OK)
        status = note_piece(reader, piece, &document, err);
    if (status == GDX_OK && is_laid_out(piece->kind))
        status = ingest_draft_finish(reader, &document, err);
    if (status == GDX_OK)
        status = ingest_page_check(reader, piece->kind, &document, err);
    if (status == GDX_OK) {
        *out = document;
        *out_repairs = repairs;
    }
    return status;
}

gdx_status ingest_page_read(page_reader *reader, const gdx_piece *piece, gdx_document *out, gdx_repairs *out_repairs,
                            gdx_error *err) {
    gdx_piece page = *piece;
    bool may_be_html = piece->kind == GDX_INPUT_TEXT || piece->kind == GDX_INPUT_FEED;
    if (may_be_html && ingest_is_html(piece->bytes))
        page.kind = GDX_INPUT_HTML;
    return read_page(reader, &page, out, out_repairs, err);
}
