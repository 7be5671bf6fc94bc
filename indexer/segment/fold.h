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

// Its title, its text and each part, in the order of positions.
typedef struct folded_walk { // {0}: before the title
    size_t number;           // of the field that is next
    struct folded_end begin; // where it begins, of a part
} folded_walk;
// The next field, a view of the document's symbols; false after the last.
bool folded_next(const gdx_folded *folded, folded_walk *walk, gdx_symbols *out);

// The rule that a segment's symbols are cut by; NULL: this program does not have it.
const gdx_rule *folded_rule_of(const gdx_segment *segment);

#endif
