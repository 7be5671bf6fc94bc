// SPDX-License-Identifier: Apache-2.0
// page.h: a whole file of text, Markdown, HTML or subtitles -> one document. Relies on gdx/decode.h, gdx/draft.h,
// gdx/ingest.h.
#ifndef INGEST_PAGE_H
#define INGEST_PAGE_H

#include "gdx/decode.h"
#include "gdx/draft.h"
#include "gdx/ingest.h"
#include "gdx/text.h"
#include "package.h"

enum { CHARSET_NAME_BYTES = 40, BINARY_LOOK_BYTES = 8000, TITLE_BYTES = 4096, HTML_DEPTH = 512 };

typedef struct page_reader { // one worker's own
    bool encoding_given;
    size_t document_limit;
    gdx_decoder *decoder;          // the user's encoding, or one that detects
    gdx_decoder *declared_decoder; // for what a server or an HTML file's <meta> says, kept for the next file
    char declared_name[CHARSET_NAME_BYTES];
    gdx_buffer text;
    gdx_buffer title;
    gdx_symbols title_symbols, line_symbols;
    gdx_draft *draft;         // of readers that lay text out: begun by page.c, ended by ingest_draft_finish
    gdx_buffer metadata;      // the draft's, as JSON
    struct html_reader *html; // html.c's; NULL until the first page
    package_reader package;
    bool date_from_name;
    gdx_converter *converter;  // shared by workers; NULL: none
    const gdx_stop *stop;      // ends a conversion; NULL: nothing does
    struct gdx_layout *layout; // NULL until the first PDF
    gdx_buffer converted;
    gdx_buffer warning; // of the converter, in UTF-8
} page_reader;

gdx_status ingest_page_reader_init(page_reader *reader, const gdx_source_options *options,
                                   gdx_error *err) GDX_MUST_CHECK;
void ingest_page_reader_clear(page_reader *reader);

// GDX_INVALID: empty. GDX_UNSUPPORTED: binary. GDX_CORRUPT: no HTML. GDX_TOO_LARGE. GDX_NO_MEMORY. The slices are the
// piece's or the reader's.
gdx_status ingest_page_read(page_reader *reader, const gdx_piece *piece, gdx_document *out, gdx_repairs *out_repairs,
                            gdx_error *err) GDX_MUST_CHECK;

// Of a document whose reader is done: its title, if it has none, and whether that is a line of the text. GDX_INVALID:
// empty. GDX_TOO_LARGE. GDX_NO_MEMORY.
gdx_status ingest_page_check(page_reader *reader, gdx_input_kind kind, gdx_document *document,
                             gdx_error *err) GDX_MUST_CHECK;

// The file as UTF-8; the piece's or the reader's until the next file. GDX_INVALID: empty. GDX_UNSUPPORTED: binary.
// GDX_NO_MEMORY.
gdx_status ingest_page_decode(page_reader *reader, const gdx_piece *piece, gdx_decoded *out,
                              gdx_error *err) GDX_MUST_CHECK;

// title.c: true if the title's symbols are those of the text's first line or of a heading. GDX_NO_MEMORY.
gdx_status ingest_title_is_line(page_reader *reader, gdx_input_kind kind, const gdx_document *document,
                                bool *out) GDX_MUST_CHECK;

// charset.c: the encoding that an HTML file declares of itself, as iconv knows it; false when none or unknown.
bool ingest_charset_declared(gdx_slice html, char out_name[CHARSET_NAME_BYTES]);
// Likewise of what a server says; false for a name that browsers do not know.
bool ingest_charset_of_words(gdx_slice said, char out_name[CHARSET_NAME_BYTES]);
// True if most of what is not ASCII does not decode by that encoding, or is no text of its languages.
bool ingest_charset_is_refuted(const char *name, gdx_slice bytes, const gdx_decoded *decoded);

// charset.c: true for the encodings of Chinese, Japanese and Korean whose characters have two bytes.
bool ingest_is_double_byte(const char *encoding);

// markdown.c: fills title, date and text from a decoded file. A date of the front matter that cannot be read is none,
// and lost_date says why.
void ingest_markdown(gdx_slice decoded, gdx_document *out, gdx_error *lost_date);

// html.c: writes a page into a draft that is begun, with its title and date. GDX_TOO_LARGE. GDX_NO_MEMORY.
gdx_status ingest_html(page_reader *reader, gdx_slice decoded, gdx_draft *draft, gdx_error *err) GDX_MUST_CHECK;
// The same for a text in HTML that is a part of a document, as a chapter or the body of a mail: title, date and
// metadata of the draft stay. The caller ends the line before it, or begins a part. It reads reader->html and the limit
// alone.
gdx_status ingest_html_append(page_reader *reader, gdx_slice decoded, gdx_draft *draft, gdx_error *err) GDX_MUST_CHECK;
// The title of the HTML read last; "" when it has none. The reader's until the next.
gdx_slice ingest_html_title(const page_reader *reader);
void ingest_html_reader_free(struct html_reader *html);

// converted.c: writes what a converter makes of the file into a draft that is begun. `replaced` grows by the U+FFFD put
// in. What gdx_convert refuses; GDX_UNSUPPORTED also for a scan without recognition of characters.
gdx_status ingest_converted(page_reader *reader, const gdx_piece *piece, gdx_draft *draft, uint64_t *replaced,
                            gdx_error *err) GDX_MUST_CHECK;

// draft_finish.c: ends the reader's draft and fills *out from it: what gdx_draft_finish fills, and the metadata as
// compact JSON with sorted keys, "" when there is none. The slices are the reader's until its next document.
// GDX_NO_MEMORY, GDX_TOO_LARGE.
gdx_status ingest_draft_finish(page_reader *reader, gdx_document *out, gdx_error *err) GDX_MUST_CHECK;
// The draft's metadata alone, of a document that was not written into it.
gdx_status ingest_draft_metadata(page_reader *reader, gdx_slice *out, gdx_error *err) GDX_MUST_CHECK;

// subtitles.c: writes what cues show into a draft that is begun, each with its time as its place. A file without cues
// is read as a text.
void ingest_subtitles(gdx_slice decoded, gdx_draft *draft);

// name_date.c: the date in the last part of a path, "人民日报2023-05-06第3版.txt", as gdx_date_find finds it. False:
// none.
bool ingest_date_in_name(gdx_slice name, gdx_date *out);

// lines.c. White space is that of gdx/white.h, the ideographic space included.
// Takes the first line off *rest, without its end (\n, \r\n or \r); false when nothing is left.
bool ingest_take_line(gdx_slice *rest, gdx_slice *out_line);
// The first line that is not blank, trimmed and cut to TITLE_BYTES; empty when all is white space.
gdx_slice ingest_first_line(gdx_slice text);
// At most TITLE_BYTES of it, whole characters.
gdx_slice ingest_cut_title(gdx_slice title);

#endif
