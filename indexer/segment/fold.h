// SPDX-License-Identifier: Apache-2.0
// fold.h: the symbols of a whole document, as the writer of a segment sees them. Relies on gdx/text.h. One owner.
#ifndef GDX_SEGMENT_FOLD_H
#define GDX_SEGMENT_FOLD_H

#include "gdx/segment.h"
#include "gdx/text.h"

struct folded_end { // of a part, in what is kept of all parts
    size_t symbols;
    size_t words;
    size_t word_bytes;
};

struct gdx_folded { // one owner
    gdx_symbols title;
    gdx_symbols text;   // its checkpoints are those of the body: of the text and the parts after it
    gdx_symbols part;   // scratch: the one at hand
    gdx_symbols others; // the parts after the text; symbols and words of each count from its own begin
    struct folded_end *ends;
    size_t part_count;
    size_t end_capacity;
    uint64_t body_bytes; // of text and parts
    uint64_t counted;    // symbols that count by default
};

#endif
