// SPDX-License-Identifier: Apache-2.0
// gdx/convert.h: files that programs of others read: a converter runs as a process of its own, inside a sandbox, and
// gives text, HTML or a file that a reader of ours knows. Relies on gdx/base.h; inside on the program gramdex-sandbox,
// which docs/decisions/009-converters-in-a-sandbox.md explains. Threads: a table has one owner; a gdx_converter is
// shared by all workers of a run.
#ifndef GDX_CONVERT_H
#define GDX_CONVERT_H

#include "gdx/buffer.h"
#include "gdx/error.h"
#include "gdx/scope.h"
#include "gdx/slice.h"
#include "gdx/stop.h"

#include <stdbool.h>
#include <stdint.h>

// What a converter gives.
typedef enum gdx_form {
    GDX_FORM_TEXT,    // "text": UTF-8; a form feed ends a page
    GDX_FORM_HTML,    // "html"
    GDX_FORM_PDF_XML, // "pdf-xml": what pdftohtml -xml writes
    GDX_FORM_RECORDS, // "jsonl": JSON Lines
    GDX_FORM_DOCX,    // "docx"
    GDX_FORM_PPTX,    // "pptx"
    GDX_FORM_XLSX,    // "xlsx"
    GDX_FORM_ODT,     // "odt"
    GDX_FORM_ODP,     // "odp"
    GDX_FORM_ODS,     // "ods"
    GDX_FORM_COUNT
} gdx_form;

const char *gdx_form_name(gdx_form form); // the word that a table uses: "pdf-xml"

// Kinds of input. A table may have rows for more: any word will do, such as a name's ending, ".caj".
#define GDX_CONVERT_PDF       "pdf"
#define GDX_CONVERT_DOC       "doc"
#define GDX_CONVERT_RTF       "rtf"
#define GDX_CONVERT_PPT       "ppt"
#define GDX_CONVERT_XLS       "xls"
#define GDX_CONVERT_ODF       "odf-legacy" // StarOffice's .sxw
#define GDX_CONVERT_MAIL      "mail"       // a message, a mailbox, a saved page as MHTML
#define GDX_CONVERT_OCR_IMAGE "ocr-image"
#define GDX_CONVERT_OCR_PDF   "ocr-pdf"

// ---- the table: which command reads which kind

#define GDX_CONVERTERS_PATH "/etc/gramdex/converters"

typedef struct gdx_converters gdx_converters; // one owner; read by many once it is complete

// The rows that gramdex ships with. The caller frees it. GDX_NO_MEMORY.
gdx_status gdx_converters_new(gdx_converters **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_converters_free(gdx_converters *table);
GDX_DEFINE_AUTO(gdx_converters, gdx_converters_free)
// Adds rows, written as indexer/convert/converters describes. The rows of a kind replace all that the table had for it;
// those of one text are tried in order. `where` is the option or file that messages name. GDX_INVALID with line and
// column; GDX_NO_MEMORY. The table is then unchanged.
gdx_status gdx_converters_parse(gdx_converters *table, const char *where, gdx_slice text,
                                gdx_error *err) GDX_MUST_CHECK;
// The same from a file. GDX_NOT_FOUND, GDX_IO besides.
gdx_status gdx_converters_load(gdx_converters *table, const char *path, gdx_error *err) GDX_MUST_CHECK;
// True: there is a row for the kind. Whether its program is installed is found out when it is wanted.
bool gdx_converters_have(const gdx_converters *table, const char *kind);

// ---- a run's converters

typedef struct gdx_converter gdx_converter; // shared by workers: its own lock guards what changes

typedef struct gdx_converter_options {
    const gdx_converters *table; // stays the caller's until gdx_converter_free
    const char *libexec;   // the folder with gramdex-sandbox and our own converters; NULL: ../libexec/gramdex beside
                           // the folder of the program
    const char *temporary; // where folders of converters are made; NULL: $TMPDIR, else /tmp
    const char *cache;     // the folder of converted files, made when missing; NULL: none
    uint64_t cache_bytes;  // what it may take; 0: GDX_CONVERT_CACHE_BYTES
    uint64_t memory;       // of all converters that run at once; 0: GDX_CONVERT_MEMORY. A row that needs more runs
                           // alone
    uint64_t output_bytes; // what one conversion may give; 0: GDX_CONVERT_OUTPUT_BYTES
    uint32_t ocr_pages;    // pages read of a scan; 0: GDX_CONVERT_OCR_PAGES
    bool ocr;              // the kinds ocr-* may be used
} gdx_converter_options;

#define GDX_CONVERT_MEMORY       ((uint64_t)1 << 30)
#define GDX_CONVERT_OUTPUT_BYTES ((uint64_t)1 << 28)
#define GDX_CONVERT_CACHE_BYTES  ((uint64_t)4 << 30)
enum { GDX_CONVERT_OCR_PAGES = 200 };

gdx_status gdx_converter_new(const gdx_converter_options *options, gdx_converter **out, gdx_error *err) GDX_MUST_CHECK;
// True: its table has a row for the kind, and the kind may be used. Any thread.
bool gdx_converter_reads(const gdx_converter *converter, const char *kind);
// No conversion may be under way.
void gdx_converter_free(gdx_converter *converter);
GDX_DEFINE_AUTO(gdx_converter, gdx_converter_free)

enum { GDX_CONVERTED_NAME_BYTES = 64, GDX_CONVERTED_VERSION_BYTES = 128, GDX_CONVERTED_WARNING_BYTES = 256 };

// Where converted bytes come from.
typedef struct gdx_converted {
    gdx_form form;
    bool is_cached;                            // no program ran
    char name[GDX_CONVERTED_NAME_BYTES];       // "pdftohtml"
    char version[GDX_CONVERTED_VERSION_BYTES]; // what the program says of itself: "pdftohtml version 22.12.0"
    char warning[GDX_CONVERTED_WARNING_BYTES]; // the last line it wrote to standard error though it succeeded; "": none
} gdx_converted;

// Converts one file. Blocks: it may wait for memory that other conversions have, then for the program. Appends to
// `out`, which is unchanged on failure. `stop`, may be NULL, ends the program at once. Any thread.
// Refused, with the reason in plain words, and nothing is left behind:
//  GDX_UNSUPPORTED  no row for the kind, the program is not installed, OCR was not asked for
//  GDX_INVALID      the program failed or was stopped for its time, its memory, a socket
//  GDX_TOO_LARGE    it gave more than output_bytes
// Anything else is not the file's fault: GDX_CANCELLED, GDX_DEADLINE (the stop); GDX_NO_MEMORY, GDX_IO, GDX_NO_SPACE,
// GDX_NOT_FOUND (ours: the temporary folder).
gdx_status gdx_convert(gdx_converter *converter, const char *kind, gdx_slice input, const gdx_stop *stop,
                       gdx_buffer *out, gdx_converted *what, gdx_error *err) GDX_MUST_CHECK;

// What the conversions so far cost; any thread.
typedef struct gdx_converter_counts {
    uint64_t converted; // programs that ran and succeeded
    uint64_t cached;    // taken from the cache
    uint64_t failed;
    uint64_t nanoseconds; // of programs, added up
} gdx_converter_counts;
void gdx_converter_count(gdx_converter *converter, gdx_converter_counts *out);
// The programs that converted something, with their versions, for the summary: "pdftohtml version 22.12.0; …".
// Appends. GDX_NO_MEMORY.
gdx_status gdx_converter_versions(gdx_converter *converter, gdx_buffer *out) GDX_MUST_CHECK;

#endif
