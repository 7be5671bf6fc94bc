// SPDX-License-Identifier: Apache-2.0
// archive_reader.h: what the files of the archive reader share; the module's own. Relies on gdx/ingest.h and
// libarchive.
#ifndef INGEST_ARCHIVE_READER_H
#define INGEST_ARCHIVE_READER_H

#include "gdx/decode.h"
#include "gdx/ingest.h"
#include "gunzip.h"

#include <archive.h>
#include <archive_entry.h>

enum { INGEST_ARCHIVE_READ_BYTES = 1 << 17 };

// Where an archive's bytes are: a file, or memory that outlives the reader.
struct archive_source {
    const char *path; // NULL: in memory
    gdx_slice bytes;
    bool is_japanese; // of lha: names are in CP932
};

// libarchive over a source. One owner; it must not move while it is open, for libarchive calls back into it.
struct archive_reader {
    struct archive *archive;
    ingest_gunzip *gunzip;          // NULL: the source starts like no gzip
    int descriptor;                 // -1: none
    gdx_slice rest;                 // of bytes in memory, not yet read through gunzip
    uint8_t *block;                 // what gunzip has given
    char damage[GDX_MESSAGE_BYTES]; // what gunzip failed with; "": nothing
};

// Formats and filters are those of gdx_archive_open, found by the bytes. GDX_NOT_FOUND, GDX_IO, GDX_NO_MEMORY,
// GDX_CORRUPT: nothing that libarchive knows. The reader is to be closed in any case.
gdx_status ingest_reader_open(struct archive_reader *reader, struct archive_source source,
                              gdx_error *err) GDX_MUST_CHECK;
void ingest_reader_close(struct archive_reader *reader);
bool ingest_reader_is_filtered(const struct archive_reader *reader); // compressed as a whole
uint64_t ingest_reader_position(const struct archive_reader *reader);
// libarchive's last failure, as one of ours.
gdx_status ingest_reader_status(const struct archive_reader *reader);

// How the names of an archive are written that do not say so. {0} at first.
struct archive_names {
    bool is_guessed;
    const char *encoding; // of names that are not UTF-8; NULL: not guessed, or nothing known fits
    gdx_decoder *decoder;
};

void ingest_names_clear(struct archive_names *names);
// Appends the name as UTF-8. The first name that UTF-8 does not explain, or explains badly, costs a pass over the
// headers of the source, so that all of its names are guessed together. GDX_NO_MEMORY.
gdx_status ingest_names_decode(struct archive_names *names, struct archive_source source, gdx_slice raw,
                               gdx_buffer *out) GDX_MUST_CHECK;
// The encoding that these names, each ended by a zero byte, most probably have; NULL: none of those that are known.
const char *ingest_names_guess(gdx_slice joined);

// A compressed file's name without its folder and without the ending that says so, if it has one.
gdx_slice ingest_name_without_compression(gdx_slice path);

#endif
