// SPDX-License-Identifier: Apache-2.0
// gdx/ingest.h: paths, archives, JSON Lines, text, Markdown and HTML files -> documents; each one refused is reported
// with its place. Relies on gdx/base.h, gdx/document.h, gdx/decode.h; inside on jansson, libarchive, gumbo. Opens no
// folder and starts no thread: batch lists folders and hands over bytes. Threads: every object has one owner.
#ifndef GDX_INGEST_H
#define GDX_INGEST_H

#include "gdx/base.h"
#include "gdx/document.h"
#include "gdx/pull.h"

// What an input is. Each has a row in kind.c.
typedef enum gdx_input_kind {
    GDX_INPUT_RECORDS,   // JSON Lines
    GDX_INPUT_TEXT,      // and what nothing tells apart from it
    GDX_INPUT_MARKDOWN,  //
    GDX_INPUT_HTML,      // HTML and XHTML, of whatever name
    GDX_INPUT_SUBTITLES, // SubRip, WebVTT
    GDX_INPUT_JSON,      // an array or objects that are no JSON Lines, or those in another encoding than UTF-8
    GDX_INPUT_TABLE,     // CSV, TSV
    GDX_INPUT_FEED,      // RSS, Atom, a MediaWiki dump, other XML
    // From here on: files whose readers take their bytes, and lay text out.
    GDX_INPUT_WORD,         // Office Open XML: .docx
    GDX_INPUT_SLIDES,       // .pptx
    GDX_INPUT_SHEETS,       // .xlsx
    GDX_INPUT_OPENDOCUMENT, // .odt .ods .odp
    GDX_INPUT_EPUB,         //
    GDX_INPUT_FICTIONBOOK,  // .fb2
    GDX_INPUT_PDF,          //
    GDX_INPUT_OLD_WORD,     // .doc
    GDX_INPUT_OLD_SLIDES,   // .ppt
    GDX_INPUT_OLD_SHEETS,   // .xls
    GDX_INPUT_RTF,          //
    GDX_INPUT_MAIL,         // .eml .mbox .mht
    GDX_INPUT_PICTURE,      // read with recognition of characters only
    GDX_INPUT_CONVERTED,    // by a converter that has a row for the name's ending
    GDX_INPUT_CRAWL,        // WARC: entries of what a crawler fetched
    GDX_INPUT_COMPRESSED,   // one file, compressed
    GDX_INPUT_ARCHIVE,      // tar, zip, 7z ...: entries
    GDX_INPUT_UNREAD,       // it holds text, and there is no reader for it
    GDX_INPUT_IGNORED       // it holds no text, is hidden, or is a backup copy
} gdx_input_kind;

// In the words of a report: "PDF", "JSON Lines".
const char *gdx_input_kind_name(gdx_input_kind kind);
// True for what holds other files: GDX_INPUT_CRAWL, GDX_INPUT_COMPRESSED, GDX_INPUT_ARCHIVE.
bool gdx_input_is_container(gdx_input_kind kind);

// What an input is by its name alone; case of the extension does not matter. Of a compressed file it is
// GDX_INPUT_IGNORED or GDX_INPUT_ARCHIVE if the name inside says so ("x.png.gz", "x.tar.gz"). `words`, may be NULL:
// what is not read, as a report counts it: ".caj", "picture", "backup copy"; "" for what is read.
enum { GDX_INPUT_WORDS_BYTES = 24 };
gdx_input_kind gdx_input_kind_of(const char *path, char words[GDX_INPUT_WORDS_BYTES]);
// False: a name without an extension that tells anything, so that it counts as text for want of better.
bool gdx_input_has_known_name(const char *path);
// What an input is by how it begins, up to GDX_INPUT_HEAD_BYTES of it, or all of it if it has fewer; where that does
// not tell, by its name. `words` as above. The order of what is asked, and each signature's source, stand in sniff.c.
enum { GDX_INPUT_HEAD_BYTES = 4096 };
gdx_input_kind gdx_input_sniff(const char *path, gdx_slice head, char words[GDX_INPUT_WORDS_BYTES]);
// What it is to a run that has this converter, NULL for none: `kind` and `words` are what one of the two above gave.
// GDX_INPUT_CONVERTED, with the row's kind in `words`, where a row names the ending (".caj") and the bytes are not
// those of a document that has another name; GDX_INPUT_PICTURE where recognition of characters is on; else `kind`.
typedef struct gdx_converter gdx_converter; // gdx/convert.h
gdx_input_kind gdx_input_with_converter(const gdx_converter *converter, const char *path, gdx_input_kind kind,
                                        char words[GDX_INPUT_WORDS_BYTES]);

// A stretch of input in memory: one whole file, or whole lines of a JSON Lines file.
typedef struct gdx_piece {
    gdx_input_kind kind;  // no container
    const char *ending;   // of GDX_INPUT_CONVERTED: what its converter's row is for, ".caj"
    gdx_slice path;       // as it is reported: "news/a.jsonl", "b.zip:c/d.txt"
    gdx_slice id;         // of the document, for a whole file
    gdx_slice source;     // of its documents, unless a record has its own
    bool is_source_given; // it counts more than a record's own
    gdx_slice origin;     // of its documents
    gdx_slice charset;    // what a server says of its encoding, which the bytes may refute; "" if nothing
    gdx_slice crawled;    // when it was fetched, as metadata "crawled"; the date where it has none of its own
    gdx_slice bytes;      // for RECORDS the last line may lack its newline
    uint64_t first_byte;  // where `bytes` begin in the file
    gdx_slice of;         // the message that it is attached to, as metadata "of"
} gdx_piece;

// The kind's name, or the ending: what a report counts the piece by.
const char *gdx_piece_kind_name(const gdx_piece *piece);

// What was refused or left out, and where. The error names the field of a record that is to blame, when one is, and not
// the path.
typedef struct gdx_refusal {
    gdx_slice
        path; // the piece's, or within it: "a.mbox:ID:b.docx"; the source's until the next call, with a zero behind
    uint64_t line; // counted from 1 within the piece; 0: no line
    uint64_t byte; // counted from 0 within the file
    gdx_error error;
    char kind[GDX_INPUT_WORDS_BYTES]; // what a report counts it by; "": its status says it
} gdx_refusal;

// What was mended or lost in a document that is good all the same, and where.
typedef struct gdx_repairs {
    uint64_t replaced;   // U+FFFD put in for bytes that do not decode
    gdx_error lost_date; // why a date could not be read; {0}: none was lost
    uint64_t lost_parts; // of an office document or a book: named in it, and missing or damaged
    gdx_slice first_lost;
    gdx_slice warning; // the last line that its converter wrote to standard error
    uint64_t line;     // as in a refusal
    uint64_t byte;
} gdx_repairs;

bool gdx_repairs_any(const gdx_repairs *repairs);

// Which keys of a record, or columns of a table, hold its fields. It does not change, so that many sources share one.
typedef struct gdx_record_map gdx_record_map;
// "id=url,title=headline,text=lead+body,date=publish_time?". A field that is not named has the key of its own name.
// "data.body" is the key "body" in the object "data", unless there is a key with a dot. Text may have several keys,
// whose values a newline divides. A record must have the keys that are named, save those with a ?. A backslash before ,
// + ? or itself is for keys that have such characters. GDX_INVALID, GDX_NO_MEMORY.
gdx_status gdx_record_map_parse(const char *text, gdx_record_map **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_record_map_free(gdx_record_map *map);
GDX_DEFINE_AUTO(gdx_record_map, gdx_record_map_free)

typedef struct gdx_source gdx_source; // one worker's own: pieces in, documents out

typedef struct gdx_source_options {
    const char *encoding;      // of TEXT, MARKDOWN and HTML; NULL: detected
    size_t document_limit;     // bytes of text a document may have; 0: 64 MiB; 2^31 - 1 at most, whatever is asked for
    const gdx_record_map *map; // of RECORDS, JSON, TABLE and FEED; NULL: none. It must outlive the source
    bool id_from_hash;         // a record without an id gets the XXH3-128 of its fields, 32 hexadecimal digits
    bool date_from_name;       // of a whole file without a date of its own: the one in its name
    gdx_converter *converter;  // of what converters read, shared with other sources; NULL: such files are refused
    const gdx_stop *stop;      // ends a conversion that is under way; NULL: nothing does. It must outlive the source
} gdx_source_options;

gdx_status gdx_source_new(const gdx_source_options *options, gdx_source **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_source_free(gdx_source *source);
GDX_DEFINE_AUTO(gdx_source, gdx_source_free)

// Begins a piece, whose bytes must stay until its end.
void gdx_source_begin(gdx_source *source, const gdx_piece *piece);

typedef enum gdx_source_step {
    GDX_SOURCE_DOCUMENT, // *document is filled; its slices are the source's or the piece's until the next call
    GDX_SOURCE_REFUSED,  // *refusal is filled; go on
    GDX_SOURCE_LEFT_OUT, // likewise, and it holds no text: a picture that is attached to a mail
    GDX_SOURCE_END,
    GDX_SOURCE_FAILED // *refusal says why the source itself cannot go on: no memory
} gdx_source_step;

// The next document. Rules:
//  RECORDS: one JSON object a line; blank lines pass. "id" (string, 1 to 1024 bytes without control characters; an
//  integer
//    is taken as its digits) and "text" (string) are required; "title", "source" strings, "date" a string or a number
//    (a year, a day as 20230506, seconds or milliseconds since 1970), null and "" as if absent; "parts" and "places" as
//    docs/json.md has them; any other key is metadata, given back as one compact JSON object with the keys sorted. An
//    object of "type" "get" is an answer of `gramdex get`, and its "document" the record. A byte order mark before a
//    line passes; half a surrogate pair becomes U+FFFD; NaN, the infinities and numbers beyond 64 bits are kept as
//    strings. A line that is not UTF-8 is taken for GB18030, Big5 or the like where that leaves far fewer bytes
//    undecoded. Refused: not JSON (jansson's column), no object, a key of another type, a text over the limit, a key
//    given twice. A date that cannot be read is none: see gdx_repairs.
//  JSON: the elements of an array, or one object after the other, by the rules of RECORDS. An object that has neither
//  text
//    nor id, and one key alone whose value is an array of objects, is walked as that array: {"total": 2, "data":
//    [...]}. A refusal names the element by its number, and line and column.
//  TEXT: the title is the first line that is not blank, trimmed; the text is the whole of it.
//  MARKDOWN: the title is `title:` of the front matter (--- lines), else the first # heading, else as TEXT; `date:`
//  likewise;
//    the text is the whole file, front matter left out.
//  HTML: the title is the one for machines (ArticleTitle, citation_title), else <title>, without a site's name that the
//    page itself gives away, else og:title, <h1>, the first line; the date comes from the best of <meta>, JSON-LD,
//    itemprop, <time>, scripts and the line under the heading; the text is what a reader would see, blocks and <br>
//    separated by newlines, cells by |, items marked by ▪; menus, footers and lists of links are furniture, notes and
//    captions are parts. See html.h.
//  A file without a character that is not white space is refused: "empty". A file with U+0000 in its first 8000 bytes
//  that does not decode as UTF-16 is refused: "binary".
gdx_source_step gdx_source_next(gdx_source *source, gdx_document *document, gdx_refusal *refusal);

// A document that is not in a file: its fields as a program has them, nothing checked. Empty: not given.
typedef struct gdx_given {
    gdx_slice id;
    gdx_slice title;
    gdx_slice date;
    gdx_slice source;
    gdx_slice text;
    gdx_slice metadata; // "" or a JSON object
    gdx_slice origin;
    bool title_from_text;
    const gdx_part_place *text_places;
    uint32_t text_place_count;
    uint32_t part_count;
    const gdx_part *parts; // of any field, the title and numbers that are none included
} gdx_given;
// Holds it to the rules of RECORDS; besides, all must be valid UTF-8. The slices of *out are the given ones, but for
// the metadata, which is the source's until its next call. GDX_INVALID, GDX_TOO_LARGE: refused; GDX_NO_MEMORY.
gdx_status gdx_source_take(gdx_source *source, const gdx_given *given, gdx_document *out,
                           gdx_error *err) GDX_MUST_CHECK;

// Of the last document given. The source's until its next call.
const gdx_repairs *gdx_source_repairs(const gdx_source *source);
uint64_t gdx_source_lines(const gdx_source *source);    // newlines passed in this piece so far
uint64_t gdx_source_replaced(const gdx_source *source); // U+FFFD put in, in all pieces so far
uint64_t gdx_source_mended(const gdx_source *source);   // documents with any, in all pieces so far

// Compressed files and archives, through libarchive, as bytes of entry after entry. Blocking: for workers. What an
// input is, its bytes say: zip, tar in all its forms, 7z, rar, cab, lha; plain or in gzip, bzip2, xz, lzma, zstd, lz4,
// compress
// (.Z); or a single file that is so compressed.
typedef struct gdx_archive gdx_archive;

// True if an archive or a compressed file starts with `head`, its first bytes; 4 KiB are enough. *out_kind is
// GDX_INPUT_ARCHIVE or GDX_INPUT_COMPRESSED, *out_format a word: "zip", "rar5", "gzip". COMPRESSED may still hold a
// tar: only in gzip is that seen here, in others gdx_archive_is_single says. A zip may be an Office file or an e-book:
// ask for those first.
bool gdx_archive_sniff(gdx_slice head, gdx_input_kind *out_kind, const char **out_format);
// What a gzip file with this head starts with inside, as far as the head goes; 0: nothing, or no gzip.
size_t gdx_archive_unzip_head(gdx_slice head, char *to, size_t room);

// How much may come out of an archive, of all its entries and of the archives within it together. Past either limit it
// is refused as GDX_TOO_LARGE. 0: the usual one.
typedef struct gdx_archive_limits {
    uint64_t most_bytes; // usually 1 TiB
    uint64_t free_bytes; // usually 100 MiB: past these, most_ratio counts
    uint64_t
        most_ratio;     // usually 1,000 bytes out for each byte in, which deflate does not reach with anything but runs
    gdx_archive *outer; // the one that this one is an entry of; it must stay open as long. NULL: none
} gdx_archive_limits;

// `kind`: GDX_INPUT_ARCHIVE refuses a compressed single file, which a name like .tgz does not promise. Reads the file
// itself. GDX_NOT_FOUND, GDX_IO, GDX_CORRUPT; GDX_UNSUPPORTED: encrypted as a whole.
gdx_status gdx_archive_open(const char *path, gdx_input_kind kind, gdx_archive **out, gdx_error *err) GDX_MUST_CHECK;
// The same over bytes that stay as long as the archive: an entry of another one. `name` is what errors say, and what a
// single file's entry is named after.
gdx_status gdx_archive_open_memory(gdx_slice bytes, const char *name, gdx_input_kind kind, gdx_archive **out,
                                   gdx_error *err) GDX_MUST_CHECK;
// From now on other limits than the usual ones. To be called before the first entry.
void gdx_archive_limit(gdx_archive *archive, const gdx_archive_limits *limits);
void gdx_archive_close(gdx_archive *archive);
GDX_DEFINE_AUTO(gdx_archive, gdx_archive_close)
// True: a compressed single file. Its one entry is named after it, without the last extension if that says how it is
// compressed.
bool gdx_archive_is_single(const gdx_archive *archive);
// The next regular file in it. *out_has is false at the end, and after what nothing can be read. *name is the archive's
// until the next call. Names that are not UTF-8 are taken for GBK, Big5 or Shift_JIS, whichever fits all names of the
// archive. An entry whose name is absolute or climbs out by ".." keeps its name as a plain string: it is never used as
// a path on this machine. Failures: as gdx_archive_read; afterwards there are no further entries.
gdx_status gdx_archive_next(gdx_archive *archive, gdx_slice *name, bool *out_has, gdx_error *err) GDX_MUST_CHECK;
// Up to `limit` more bytes of the entry, appended; *out_end when it is complete. GDX_CORRUPT with libarchive's own
// words; GDX_UNSUPPORTED: encrypted; GDX_TOO_LARGE: a bomb. The message names the entry by its number, the caller knows
// its name. After a failure the entry is lost; gdx_archive_next says whether others follow.
gdx_status gdx_archive_read(gdx_archive *archive, size_t limit, gdx_buffer *out, bool *out_end,
                            gdx_error *err) GDX_MUST_CHECK;
// The present entry as a source of bytes, for readers that ask for more; until the next call of gdx_archive_next.
gdx_pull gdx_archive_pull(gdx_archive *archive);
// Where in the file it is read now, in bytes of the disk. An archive whose list of entries is at its end is read there
// first, so this may also go down.
uint64_t gdx_archive_position(const gdx_archive *archive);

#endif
