// SPDX-License-Identifier: Apache-2.0
// converted.c: files that programs of others read: a converter gives text, HTML, placed boxes or a file that a reader
// of ours knows, and that goes into the draft. Relies on page.h, gdx/convert.h, gdx/layout.h.
// A scan has pages and no text: it is read again with recognition of characters, if that was asked for.

#include "gdx/convert.h"
#include "gdx/layout.h"
#include "page.h"

#include <assert.h>
#include <stdio.h>

static const char *word_of(const gdx_piece *piece) {
    switch (piece->kind) {
    case GDX_INPUT_PDF:
        return GDX_CONVERT_PDF;
    case GDX_INPUT_OLD_WORD:
        return GDX_CONVERT_DOC;
    case GDX_INPUT_OLD_SLIDES:
        return GDX_CONVERT_PPT;
    case GDX_INPUT_OLD_SHEETS:
        return GDX_CONVERT_XLS;
    case GDX_INPUT_RTF:
        return GDX_CONVERT_RTF;
    case GDX_INPUT_PICTURE:
        return GDX_CONVERT_OCR_IMAGE;
    case GDX_INPUT_CONVERTED:
        return piece->ending;
    default:
        assert(piece->kind == GDX_INPUT_CONVERTED); // all others have no converter
        return "";
    }
}

// A form feed ends a page. Only what is recognised from pictures has pages that are the file's own.
static void write_pages(gdx_draft *draft, gdx_slice text) {
    for (unsigned page = 1; text.bytes; page++) {
        char place[24];
        const char *end = memchr(text.data, '\f', text.bytes);
        gdx_slice written = {text.data, end ? (size_t)(end - text.data) : text.bytes};
        snprintf(place, sizeof place, "page %u", page);
        gdx_draft_place(draft, gdx_slice_of(place));
        gdx_draft_text(draft, written);
        gdx_draft_line_end(draft);
        size_t taken = written.bytes + (end != NULL);
        text = (gdx_slice){text.data + taken, text.bytes - taken};
    }
}

// Converters are not trusted to write UTF-8.
static gdx_status repair(page_reader *reader, gdx_slice *bytes, uint64_t *replaced) {
    if (gdx_utf8_valid(*bytes))
        return GDX_OK;
    reader->text.bytes = 0;
    gdx_status status = gdx_utf8_repair(*bytes, &reader->text, replaced);
    *bytes = gdx_buffer_slice(&reader->text);
    return status;
}

static gdx_status write_text(page_reader *reader, gdx_slice bytes, bool is_recognised, gdx_draft *draft,
                             uint64_t *replaced, gdx_error *err) {
    if (repair(reader, &bytes, replaced) != GDX_OK)
        return gdx_fail_memory(err, "a converted text");
    if (is_recognised) {
        gdx_draft_metadata(draft, gdx_slice_of("ocr"), gdx_slice_of("true"));
        write_pages(draft, bytes);
    } else {
        gdx_draft_text(draft, bytes);
    }
    return GDX_OK;
}

static gdx_status write_html(page_reader *reader, gdx_slice bytes, gdx_draft *draft, uint64_t *replaced,
                             gdx_error *err) {
    if (repair(reader, &bytes, replaced) != GDX_OK)
        return gdx_fail_memory(err, "a converted page");
    return ingest_html(reader, bytes, draft, err);
}

static gdx_status write_form(page_reader *reader, gdx_form form, bool is_recognised, gdx_draft *draft,
                             uint64_t *replaced, gdx_error *err) {
    gdx_slice bytes = gdx_buffer_slice(&reader->converted);
    switch (form) {
    case GDX_FORM_TEXT:
        return write_text(reader, bytes, is_recognised, draft, replaced, err);
    case GDX_FORM_HTML:
        return write_html(reader, bytes, draft, replaced, err);
    case GDX_FORM_DOCX:
        return ingest_word(&reader->package, bytes, draft, err);
    case GDX_FORM_PPTX:
        return ingest_slides(&reader->package, bytes, draft, err);
    case GDX_FORM_XLSX:
        return ingest_sheets(&reader->package, bytes, draft, err);
    case GDX_FORM_ODT:
    case GDX_FORM_ODP:
    case GDX_FORM_ODS:
        return ingest_opendocument(&reader->package, bytes, draft, err);
    default:
        return gdx_fail(err, GDX_UNSUPPORTED, "its converter gives %s, which is not read for this kind of file",
                        gdx_form_name(form));
    }
}

// A program may write anything there.
static gdx_status keep_warning(page_reader *reader, const char *warning) {
    uint64_t replaced = 0;
    reader->warning.bytes = 0;
    return gdx_utf8_repair(gdx_slice_of(warning), &reader->warning, &replaced);
}

static gdx_status convert(page_reader *reader, const char *word, gdx_slice bytes, gdx_form *out_form, gdx_error *err) {
    gdx_converted what = {0};
    reader->converted.bytes = 0;
    if (!reader->converter)
        return gdx_fail(err, GDX_UNSUPPORTED, "no converter for this kind of file here");
    gdx_status status = gdx_convert(reader->converter, word, bytes, reader->stop, &reader->converted, &what, err);
    *out_form = what.form;
    if (status == GDX_OK && keep_warning(reader, what.warning) != GDX_OK)
        return gdx_fail_memory(err, "a converter's warning");
    return status;
}

static gdx_status write_layout(page_reader *reader, gdx_draft *draft, gdx_layout_found *found, gdx_error *err) {
    if (!reader->layout)
        reader->layout = gdx_layout_new();
    if (!reader->layout)
        return gdx_fail_memory(err, "the layout of pages");
    const gdx_slice no_title = {"", 0};
    return gdx_layout_read_pdf(reader->layout, gdx_buffer_slice(&reader->converted), no_title, draft, found, err);
}

static gdx_status recognise(page_reader *reader, gdx_slice bytes, uint32_t pages, gdx_draft *draft, uint64_t *replaced,
                            gdx_error *err) {
    gdx_form form = GDX_FORM_TEXT;
    gdx_error why = {0};
    gdx_status status = convert(reader, GDX_CONVERT_OCR_PDF, bytes, &form, &why);
    if (status == GDX_UNSUPPORTED)
        return gdx_fail(err, status, "a scan: no text on %s%u %s (%s)", pages == 1 ? "its " : "any of its ", pages,
                        pages == 1 ? "page" : "pages", why.message);
    if (status != GDX_OK)
        return gdx_fail(err, status, "%s", why.message);
    return write_form(reader, form, true, draft, replaced, err);
}

static gdx_status read(page_reader *reader, const gdx_piece *piece, gdx_draft *draft, uint64_t *replaced,
                       gdx_error *err) {
    gdx_form form = GDX_FORM_TEXT;
    gdx_status status = convert(reader, word_of(piece), piece->bytes, &form, err);
    if (status != GDX_OK)
        return status;
    if (form != GDX_FORM_PDF_XML)
        return write_form(reader, form, piece->kind == GDX_INPUT_PICTURE, draft, replaced, err);
    gdx_layout_found found = {0};
    status = write_layout(reader, draft, &found, err);
    *replaced += found.repaired;
    if (status != GDX_OK || found.pages_with_text > 0 || piece->kind != GDX_INPUT_PDF)
        return status;
    return recognise(reader, piece->bytes, found.pages, draft, replaced, err);
}

// What a converter gave may be several times the largest document: it is not kept for the next file.
gdx_status ingest_converted(page_reader *reader, const gdx_piece *piece, gdx_draft *draft, uint64_t *replaced,
                            gdx_error *err) {
    gdx_status status = read(reader, piece, draft, replaced, err);
    gdx_buffer_clear(&reader->converted);
    return status;
}
