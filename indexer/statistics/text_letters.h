// SPDX-License-Identifier: Apache-2.0
// text_letters.h: the letters of one stored document's text, marks left out, each with the bytes that it comes from.
// Relies on word_numbers.h, gdx/segment.h, gdx/text.h.
#ifndef GDX_STATISTICS_TEXT_LETTERS_H
#define GDX_STATISTICS_TEXT_LETTERS_H

#include "word_numbers.h"

#include "gdx/index.h"
#include "gdx/text.h"

struct text_part {
    size_t first;   // its first letter
    gdx_slice text; // the reader's
};

struct text_letters {           // {0} is empty; one owner
    struct word_numbers *words; // the caller's
    gdx_store_reader *reader;
    gdx_document document; // the reader's
    uint32_t *numbers;     // a code point, or of a word; GDX_WORD_FLAG and more: the end of a part
    gdx_span *spans;       // bytes of the part
    size_t count, capacity, span_capacity;
    struct text_part *parts; // of the text
    size_t part_count, part_capacity;
    uint64_t letters; // ends of parts not counted
    uint64_t symbols; // that were cut
};

// Reads the document. Two texts are comparable when `words` is the same table and `end`, which marks
// where a part ends, is at least GDX_WORD_FLAG and not that of the other one. GDX_NOT_FOUND: no document has the id.
// `stop`, may be NULL, is looked at between the steps.
gdx_status text_letters_read(struct text_letters *letters, gdx_snapshot *snapshot, gdx_slice id, uint32_t end,
                             const gdx_stop *stop, gdx_error *err) GDX_MUST_CHECK;
void text_letters_clear(struct text_letters *letters);
// The number of the part that a letter is in.
size_t text_letters_part(const struct text_letters *letters, size_t at);

#endif
