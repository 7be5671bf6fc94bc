// SPDX-License-Identifier: Apache-2.0
// gunzip.h: gzip members one after another, checked by their sums; the module's own. libarchive's gzip filter reads
// neither the sum nor the length at a member's end, so that a flipped bit would change a text in silence.
#ifndef INGEST_GUNZIP_H
#define INGEST_GUNZIP_H

#include "gdx/base.h"
#include "gdx/pull.h"

typedef struct ingest_gunzip ingest_gunzip; // one owner

// `from` must live as long. NULL: no memory.
ingest_gunzip *ingest_gunzip_new(gdx_pull from);
void ingest_gunzip_free(ingest_gunzip *gunzip);
GDX_DEFINE_AUTO(ingest_gunzip, ingest_gunzip_free)

// Up to `room` bytes of the present member; a call gives bytes of one member only. 0 bytes: *out_end_of_member, or the
// end of it all (ingest_gunzip_is_over). What comes before damage is given first. GDX_CORRUPT, GDX_NO_MEMORY, or what
// the source fails with.
gdx_status ingest_gunzip_read(ingest_gunzip *gunzip, void *to, size_t room, size_t *out_bytes, bool *out_end_of_member,
                              gdx_error *err) GDX_MUST_CHECK;
bool ingest_gunzip_is_over(const ingest_gunzip *gunzip);
bool ingest_gunzip_is_damaged(const ingest_gunzip *gunzip); // ingest_gunzip_resume goes on
// After damage: goes on at the next bytes that a member starts with; false if there are none.
gdx_status ingest_gunzip_resume(ingest_gunzip *gunzip, bool *out_found, gdx_error *err) GDX_MUST_CHECK;
uint64_t ingest_gunzip_member(const ingest_gunzip *gunzip);   // where the present member starts, in the source
uint64_t ingest_gunzip_position(const ingest_gunzip *gunzip); // bytes of the source that are used up

// True if a gzip member starts so: magic, deflate, no reserved flag.
bool ingest_is_gzip(gdx_slice head);

#endif
