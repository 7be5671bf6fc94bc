// SPDX-License-Identifier: Apache-2.0
// crawl_input.h: a crawler's file as bytes to look at and to pass, which stop at the end of each gzip member; the
// module's own. A record lies within one member, so that its end is known whatever its length says.
#ifndef INGEST_CRAWL_INPUT_H
#define INGEST_CRAWL_INPUT_H

#include "gdx/ingest.h"
#include "gdx/pull.h"
#include "gunzip.h"

enum { CRAWL_BUFFER_BYTES = 1 << 17, CRAWL_HEAD_BYTES = 1 << 16 };

struct crawl_input { // it must not move while it is open
    gdx_pull from;
    int descriptor;       // of a file that we opened; -1: none
    gdx_archive *archive; // of a file in another compression; NULL: none
    uint8_t head[4];      // of `from`, looked at and not yet read
    size_t head_bytes;
    uint64_t pulled;
    ingest_gunzip *gunzip; // NULL: plain
    uint64_t passed;       // of the unpacked bytes, those before the buffer
    size_t at, bytes;      // of the buffer: what is passed, what is there
    bool ends_member;      // what is in the buffer is the rest of a member
    bool is_over;          // nothing comes after what is in the buffer
    int rewinds;
    uint8_t buffer[CRAWL_BUFFER_BYTES];
};

gdx_status crawl_input_open(struct crawl_input *input, const char *path, gdx_error *err) GDX_MUST_CHECK;
gdx_status crawl_input_open_pull(struct crawl_input *input, gdx_pull from, gdx_error *err) GDX_MUST_CHECK;
void crawl_input_close(struct crawl_input *input);

// At least `wanted` bytes to look at, at most CRAWL_HEAD_BYTES, or all that the member or file has left.
gdx_status crawl_input_want(struct crawl_input *input, size_t wanted, gdx_error *err) GDX_MUST_CHECK;
gdx_slice crawl_input_rest(const struct crawl_input *input); // what can be looked at
void crawl_input_pass(struct crawl_input *input, size_t bytes);
// True if the member or the file has nothing more; to be asked after crawl_input_want of a byte or more.
bool crawl_input_is_at_end(const struct crawl_input *input);
// Goes on to the next member, if this one is at its end.
void crawl_input_cross(struct crawl_input *input);
uint64_t crawl_input_offset(const struct crawl_input *input); // of unpacked bytes
uint64_t crawl_input_place(const struct crawl_input *input);  // in the file: of the byte, or of its member
// Back to an offset. False: this input cannot, or has done so too often.
bool crawl_input_rewind(struct crawl_input *input, uint64_t offset);
// After damage of the packing: to the next member; false: there is none.
gdx_status crawl_input_resume(struct crawl_input *input, bool *out_found, gdx_error *err) GDX_MUST_CHECK;

#endif
