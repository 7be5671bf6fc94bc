// SPDX-License-Identifier: Apache-2.0
// mail.h: a file of mail -> its messages, and what is attached to them. Relies on page.h; the file itself is read by
// the converter of its kind, whose lines libexec/mail/mail.h describes. Threads: one owner.
#ifndef INGEST_MAIL_H
#define INGEST_MAIL_H

#include "page.h"

#include <jansson.h>

enum { MAIL_DEPTH = 4 }; // a message that is attached to one is read as one, so far

// A file of mail, or a message that is attached to one.
typedef struct mail_file {
    gdx_buffer lines;   // what the converter gave
    gdx_buffer warning; // what it said; given with the first document
    size_t at;
    gdx_buffer id;   // of its document, if it holds one message; else what theirs begin with
    gdx_buffer path; // as reports name it
    bool has_many;   // messages
    // Of the message at hand:
    gdx_buffer message_id; // of its document
    gdx_buffer message_path;
    gdx_buffer of; // what the mail says of it
    uint64_t *names;
    size_t name_count; // of its attachments, as hashes
    size_t name_capacity;
} mail_file;

typedef struct mail_reader { // one worker's own
    mail_file files[MAIL_DEPTH];
    size_t depth;
    json_t *line;     // the one at hand
    gdx_buffer bytes; // of an attachment
    gdx_buffer id, path;
} mail_reader;

void ingest_mail_clear(mail_reader *mail);
// GDX_INVALID: empty, or no mail. GDX_UNSUPPORTED: no converter. What gdx_convert fails with.
gdx_status ingest_mail_begin(mail_reader *mail, page_reader *pages, const gdx_piece *piece,
                             gdx_error *err) GDX_MUST_CHECK;
// The next document, with GDX_SOURCE_DOCUMENT, or what a source's step is. Of what is refused or left out *refusal has
// the path, the kind and the words.
gdx_source_step ingest_mail_next(mail_reader *mail, page_reader *pages, const gdx_piece *piece, gdx_document *out,
                                 gdx_repairs *repairs, gdx_refusal *refusal);

// source.c: what a failure means to the source.
gdx_source_step ingest_step_of(gdx_status status);

#endif
