// SPDX-License-Identifier: Apache-2.0
// gdx/document.h: a document as it travels from ingest to a segment and back out, and its date.
// Relies on gdx/base.h. Threads: plain values; the slices point to memory of the code that filled them in.
#ifndef GDX_DOCUMENT_H
#define GDX_DOCUMENT_H

#include "gdx/base.h"

// A year, a month or a day: year << 9 | month << 5 | day; month or day 0 when not given; 0 is no date at all.
// As a number it sorts by time, a year before its months and a month before its days. Years 1 to 9999.
typedef uint32_t gdx_date;
#define GDX_NO_DATE ((gdx_date)0)

static inline gdx_date gdx_date_of(unsigned year, unsigned month, unsigned day) {
    return (gdx_date)(year << 9 | month << 5 | day);
}
static inline unsigned gdx_date_year(gdx_date date) {
    return date >> 9;
}
static inline unsigned gdx_date_month(gdx_date date) {
    return date >> 5 & 15;
}
static inline unsigned gdx_date_day(gdx_date date) {
    return date & 31;
}

enum { GDX_DATE_TEXT_BYTES = 11 }; // "2023-05-06" and a zero

// A date as people, records and programs write it:
//   2023, 2023-05, 2023-05-06, also with / or . for -, one-digit months and days; 2023 May 6, 2023-May-6
//   2023年, 2023年5月, 2023年5月6日 (号); Chinese numerals (二〇二三年五月六日); 民國112年5月6日, 公元2023年
//   20230506, 20230506102000; ten or thirteen digits that are no such date: seconds or milliseconds since 1970 (UTC),
//     from 1973 to 2099
//   May 2023; May 6, 2023; 6 May 2023; 6th of May, 2023; Sat, 06 May 2023 (RFC 822); 06-May-23; Sat May 6 10:20:00 2023
//   25/12/2023 and 12/25/2023, where only one order is possible
// After a day the day of the week, a time and a zone are dropped (T10:00:00Z, 10时20分, 星期六, CST, +0800): a date is
// what it says where it was written. Digits, letters and signs may be full-width. White space around it and between its
// parts is dropped. Empty text is GDX_NO_DATE. Proleptic Gregorian calendar. GDX_INVALID names what is wrong: "month
// 13, expected 1 to 12".
gdx_status gdx_date_parse(gdx_slice text, gdx_date *out, gdx_error *err) GDX_MUST_CHECK;
// An integer that stands for a date: what gdx_date_parse reads, so that 2023 is a year; also seconds, milliseconds and
// microseconds since 1970 of 9, 11, 12, 15 and 16 digits.
gdx_status gdx_date_parse_number(gdx_slice digits, gdx_date *out, gdx_error *err) GDX_MUST_CHECK;
// The day of a moment in UTC; GDX_NO_DATE outside of the years 1 to 9999.
gdx_date gdx_date_of_epoch(int64_t seconds);
// The first day within a text, else the first month, else the first year that 年 follows: 人民日报2023-05-06第3版,
// 发布时间：2023年5月6日 10:20, 20230506_x, May 6, 2023. Of years 1900 to 2099 alone, and never a part of a longer run
// of digits. *out_where, may be NULL: where it stands. False: none.
bool gdx_date_find(gdx_slice text, gdx_slice *out_where, gdx_date *out);
// GDX_NO_DATE, or a year, month or day of the calendar. Dates from a disk may be anything.
bool gdx_date_is_valid(gdx_date date);
// ISO 8601, as precise as the date is; "" for GDX_NO_DATE. Returns `to`.
char *gdx_date_format(gdx_date date, char to[GDX_DATE_TEXT_BYTES]);
// The first and the last day of what a date names, as dates with a day. GDX_NO_DATE gives GDX_NO_DATE.
gdx_date gdx_date_first_day(gdx_date date);
gdx_date gdx_date_last_day(gdx_date date);

// What a text is to its document. The order is that of a segment.
typedef enum gdx_field {
    GDX_FIELD_TITLE,
    GDX_FIELD_TEXT,
    GDX_FIELD_NOTE,
    GDX_FIELD_CAPTION,
    GDX_FIELD_FURNITURE
} gdx_field;
enum { GDX_FIELDS = GDX_FIELD_FURNITURE + 1 };

// A place in the original, from which a text comes from byte `byte` on, up to the next place: "page 3".
// A name has at most GDX_PLACE_NAME_BYTES and no control characters.
enum { GDX_PLACE_NAME_BYTES = 256 };
typedef struct gdx_part_place {
    uint32_t byte;
    gdx_slice name;
} gdx_part_place;

// A text of a document besides its title and its main text: a note, a caption, a running head, or more of the text. No
// match crosses from one part to another.
typedef struct gdx_part {
    gdx_field field; // not the title
    gdx_slice text;
    const gdx_part_place *places; // ascending
    uint32_t place_count;
} gdx_part;

// Everything is UTF-8, valid, without a terminating zero. `metadata` is "" or one JSON object with the record's other
// keys, as compact text. The text may hold any character, U+0000 included. `origin` is the file the document came from,
// as the batch names it; "" when it came from none.
typedef struct gdx_document {
    gdx_slice id;
    gdx_slice title;
    gdx_slice source;
    gdx_slice metadata;
    gdx_slice text;
    gdx_slice origin;
    gdx_date date;
    const gdx_part_place *text_places; // ascending
    uint32_t text_place_count;
    uint32_t part_count;
    const gdx_part *parts; // in any order; a segment keeps them by field, those of a field as they are here
    bool title_from_text;  // the title is a line of the text, and its symbols count once
} gdx_document;

// The parts by field, as a segment has them. Starts from {0}; NULL at the end.
typedef struct gdx_part_walk {
    uint32_t field;
    uint32_t next;
} gdx_part_walk;
const gdx_part *gdx_document_next_part(const gdx_document *document, gdx_part_walk *walk);
// Bytes of title, text and parts.
uint64_t gdx_document_text_bytes(const gdx_document *document);

// XXH3-64 over all fields, each preceded by its length. Two documents with the same hash count as equal. The origin is
// one of them: a record that moved to another file is replaced, so that nobody takes it for one whose file is gone.
uint64_t gdx_document_hash(const gdx_document *document);

// A place in a document's text where reading may start afresh: symbol number `symbol` starts at or after byte `byte`,
// and nothing before `byte` changes what follows. Both count from the start of the text.
typedef struct gdx_checkpoint {
    uint32_t byte;
    uint32_t symbol;
} gdx_checkpoint;

#endif
