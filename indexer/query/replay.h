// SPDX-License-Identifier: Apache-2.0
// replay.h: a document read again for gdx/replay.h, and where a leaf occurs in it.
#ifndef GDX_QUERY_REPLAY_H
#define GDX_QUERY_REPLAY_H

#include "tree.h"

typedef struct replay_part { // a title, a text, a note, ...
    gdx_field field;
    bool counts; // by default
    gdx_slice text;
    gdx_symbols symbols; // with spans; memory is kept from document to document
} replay_part;

typedef struct replay_document { // one owner; {0} is empty
    replay_part *parts;
    size_t count;    // of this document
    size_t capacity; // with memory
} replay_document;

typedef struct replay_found { // an occurrence
    uint32_t part;
    uint32_t begin, end; // symbols of the part
} replay_found;

typedef struct replay_list {
    replay_found *found;
    size_t count;
    size_t capacity;
} replay_list;

// Cuts a stored document into symbols. Its slices must stay as long.
gdx_status replay_read(replay_document *document, const gdx_rule *rule, const gdx_document *stored,
                       gdx_error *err) GDX_MUST_CHECK;
void replay_clear(replay_document *document);

// All places of a leaf, appended.
gdx_status replay_find_leaf(const replay_document *document, const query_node *leaf, replay_list *out,
                            gdx_error *err) GDX_MUST_CHECK;
gdx_status replay_add(replay_list *list, replay_found found, gdx_error *err) GDX_MUST_CHECK;

#endif
