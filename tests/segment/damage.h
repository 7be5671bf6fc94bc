// SPDX-License-Identifier: Apache-2.0
// damage.h: what the tests of damaged segments share: a small segment with a bit of everything in it, a file whose
// checksums are made right again, and a reader of all there is.
#ifndef TEST_DAMAGE_H
#define TEST_DAMAGE_H

#include "gdx/segment.h"

// A few KiB: several groups, a frequent symbol, a long list, more than one block of terms and words, sources, metadata,
// empty fields; a compact one also has a list of positions. `has_long_group`: a group of two codes, too, which is half
// of an exact segment, and for which each reader takes and gives back a megabyte. The file in memory, the caller's.
// `folder` is for writing it.
gdx_buffer damage_small_segment(const char *folder, gdx_shape shape, bool has_long_group, gdx_segment_info *out);

// Makes the checksums of pages, page table and footer those of the bytes. Returns the name the file must have.
uint64_t damage_mend(uint8_t *file, size_t bytes);

// Reads everything by every way there is; *out depends on all of it. The first error, or GDX_OK.
gdx_status damage_read_all(gdx_segment *segment, uint64_t *out, gdx_error *err);

typedef struct damage_outcome {
    gdx_status opened;
    gdx_status verified; // GDX_INTERNAL when it does not open
    gdx_status read;     // likewise
    uint64_t digest;     // of all that was read
    gdx_error error;     // of verify; else of reading, else of opening
} damage_outcome;

// Opens the file of this name, reads and verifies it and, if asked to, merges it with itself and removes what that
// made.
damage_outcome damage_try(const char *folder, uint64_t name, bool merges);

#endif
