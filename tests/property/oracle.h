// SPDX-License-Identifier: Apache-2.0
// oracle.h: the right answer to a query, computed in the plainest way from docs/query-language.md. Documents are arrays
// of symbols. The oracle tries a phrase at every place and a pair with every pair of places. It shares no code with the
// query module and takes queries as parts, not as text.
#ifndef TEST_ORACLE_H
#define TEST_ORACLE_H

#include "corpus.h"

typedef enum part_kind {
    PART_PHRASE,
    PART_EXACT,
    PART_PREFIX,
    PART_SUFFIX,
    PART_SOURCE,
    PART_DATES,
    PART_ID,
    PART_ID_PREFIX,
    PART_META,
    PART_NEAR,
    PART_THEN,
    PART_NOT,
    PART_AND,
    PART_OR
} part_kind;

// Fields, in the order of gdx_field. PART_DEFAULT is what a query means that names none, PART_ANY what any: means.
enum {
    PART_TITLE = 1,
    PART_TEXT = 2,
    PART_NOTE = 4,
    PART_CAPTION = 8,
    PART_FURNITURE = 16,
    PART_DEFAULT = 31,
    PART_ANY = 32,
    PART_PREFIXES = 6 // that may be written, any: included
};
enum { PART_CHILDREN_MAX = 4 };

struct part { // of a query
    part_kind kind;
    unsigned fields;       // of phrases and words: where to look: one field, PART_ANY or PART_DEFAULT
    unsigned field_prefix; // the field that is written before this part, or 0
    gdx_slice typed;       // phrase or word as typed, unfolded; source; id; value of metadata
    size_t key;            // of metadata
    gdx_date from, to;     // GDX_NO_DATE: open
    uint32_t distance;
    struct part *children[PART_CHILDREN_MAX];
    size_t child_count;
};

// The texts of a document are numbered: the title is 0, the text 1, then its parts by field.
enum { SLOT_TITLE, SLOT_TEXT, SLOTS_MAX = 2 + CORPUS_PARTS_MAX };

struct slot {
    gdx_field field;
    uint32_t part; // among those of the field
    gdx_slice stored;
    const gdx_part_place *places;
    size_t place_count;
};

struct found { // an occurrence
    size_t slot;
    size_t begin; // symbols of the slot
    size_t end;
    size_t byte_begin; // of the stored text
    size_t byte_end;
    size_t leaf; // counted in the order of the query
};

struct answer { // of one document
    size_t document;
    struct found *found; // by slot, start and end
    size_t count;
    double score;
};

struct oracle;
struct oracle *oracle_new(const struct corpus *corpus);
void oracle_free(struct oracle *oracle);
// The live documents that match, in the order of the corpus. The caller frees by oracle_answers_free.
struct answer *oracle_ask(struct oracle *oracle, const struct part *query, size_t *out_count);
void oracle_answers_free(struct answer *answers, size_t count);
size_t oracle_length(const struct oracle *oracle, size_t document); // symbols of the fields that count
const struct slot *oracle_slot(const struct oracle *oracle, size_t document, size_t slot);
gdx_slice oracle_place(const struct oracle *oracle, size_t document, size_t slot, size_t byte);
size_t oracle_slot_length(const struct oracle *oracle, size_t document, size_t slot);
// Symbols [from, to) of a slot as people read them, appended.
void oracle_excerpt(const struct oracle *oracle, size_t document, size_t slot, size_t from, size_t to, gdx_buffer *out);
enum { ORACLE_SYMBOL_BYTES = 8 };
// The folded spelling of a symbol; that of a character is in `buffer`. The hyphen of a broken word is a hyphen.
gdx_slice oracle_spelling(const struct oracle *oracle, size_t document, size_t slot, size_t symbol,
                          char buffer[ORACLE_SYMBOL_BYTES]);
// Where the bytes of a symbol start and end in the stored text.
size_t oracle_byte_begin(const struct oracle *oracle, size_t document, size_t slot, size_t symbol);
size_t oracle_byte_end(const struct oracle *oracle, size_t document, size_t slot, size_t symbol);
// Stored bytes [begin, end) of a slot with blanks made single and none at either end, appended.
void oracle_readable(const struct oracle *oracle, size_t document, size_t slot, size_t begin, size_t end,
                     gdx_buffer *out);
// How many symbols a text has.
size_t oracle_symbol_count(gdx_slice text, bool *out_is_word);

#endif
