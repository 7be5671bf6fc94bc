// SPDX-License-Identifier: Apache-2.0
// replay_leaf.c: a leaf tried at every place of a document's symbols. Made to be read, not to be fast: what it finds is
// what docs/query-language.md and docs/matching-rule.md say.

#include "replay.h"

#include "exact.h"

#include <stdlib.h>

// ---- the document

static gdx_status add_part(replay_document *document, const gdx_rule *rule, replay_part part, gdx_error *err) {
    size_t before = document->capacity;
    if (gdx_grow(&document->parts, &document->capacity, document->count + 1, sizeof *document->parts) != GDX_OK)
        return gdx_fail_memory(err, "a document's parts");
    if (document->capacity > before)
        memset(document->parts + before, 0, (document->capacity - before) * sizeof *document->parts);
    replay_part *to = &document->parts[document->count++];
    part.symbols = to->symbols;
    *to = part;
    if (gdx_text_symbols(rule, part.text, GDX_TEXT_SPANS, &to->symbols) != GDX_OK)
        return gdx_fail_memory(err, "a document's symbols");
    return GDX_OK;
}

gdx_status replay_read(replay_document *document, const gdx_rule *rule, const gdx_document *stored, gdx_error *err) {
    gdx_part_walk walk = {0};
    document->count = 0;
    const replay_part title = {.field = GDX_FIELD_TITLE, .counts = !stored->title_from_text, .text = stored->title};
    const replay_part text = {.field = GDX_FIELD_TEXT, .counts = true, .text = stored->text};
    gdx_status status = add_part(document, rule, title, err);
    if (status == GDX_OK)
        status = add_part(document, rule, text, err);
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(stored, &walk));)
        status = add_part(
            document, rule,
            (replay_part){.field = part->field, .counts = part->field != GDX_FIELD_FURNITURE, .text = part->text}, err);
    return status;
}

void replay_clear(replay_document *document) {
    for (size_t i = 0; i < document->capacity; i++)
        gdx_symbols_clear(&document->parts[i].symbols);
    free(document->parts);
    *document = (replay_document){0};
}

gdx_status replay_add(replay_list *list, replay_found found, gdx_error *err) {
    if (gdx_grow(&list->found, &list->capacity, list->count + 1, sizeof found) != GDX_OK)
        return gdx_fail_memory(err, "a document's occurrences");
    list->found[list->count++] = found;
    return GDX_OK;
}

// ---- words, whole or broken at line ends

static bool is_word(const gdx_symbols *in, size_t at, gdx_slice *out) {
    if (at >= in->count || !(in->symbols[at] & GDX_WORD_FLAG))
        return false;
    *out = gdx_symbols_word(in, in->symbols[at] & ~GDX_WORD_FLAG);
    return true;
}

static bool begins(gdx_slice text, gdx_slice with) {
    return text.bytes >= with.bytes && memcmp(text.data, with.data, with.bytes) == 0;
}

static bool ends(gdx_slice text, gdx_slice with) {
    return text.bytes >= with.bytes && memcmp(text.data + text.bytes - with.bytes, with.data, with.bytes) == 0;
}

static bool is_broken_after(const gdx_symbols *in, size_t at) {
    return at + 1 < in->count && in->symbols[at + 1] == GDX_BROKEN_HYPHEN;
}

// Where the word `rest`, or one that begins so, ends that starts at `at`: whole, or in pieces with hyphens between
// them. 0: it is not there.
static size_t word_end(const gdx_symbols *in, size_t at, gdx_slice rest, bool is_prefix) {
    gdx_slice piece;
    for (; is_word(in, at, &piece); at += 2) {
        if (is_prefix ? begins(piece, rest) : gdx_slice_equal(piece, rest))
            return at + 1;
        if (piece.bytes >= rest.bytes || !begins(rest, piece) || !is_broken_after(in, at))
            return 0;
        rest = (gdx_slice){rest.data + piece.bytes, rest.bytes - piece.bytes};
    }
    return 0;
}

// Where a word that ends so ends: its first piece may have the beginning of the suffix, or more before it.
static size_t suffix_end(const gdx_symbols *in, size_t at, gdx_slice suffix) {
    gdx_slice piece;
    if (!is_word(in, at, &piece))
        return 0;
    if (ends(piece, suffix))
        return at + 1;
    for (size_t bytes = 1; bytes < suffix.bytes && is_broken_after(in, at); bytes++) {
        if (!ends(piece, (gdx_slice){suffix.data, bytes}))
            continue;
        size_t end = word_end(in, at + 2, (gdx_slice){suffix.data + bytes, suffix.bytes - bytes}, false);
        if (end)
            return end;
    }
    return 0;
}

// ---- leaves

static size_t phrase_end(const query_node *leaf, const gdx_symbols *in, size_t at) {
    for (uint32_t i = 0; i < leaf->symbol_count; i++) {
        const query_symbol *wanted = &leaf->symbols[i];
        if (at >= in->count)
            return 0;
        if (wanted->code & GDX_WORD_FLAG)
            at = word_end(in, at, wanted->word, false);
        else if (in->symbols[at] == wanted->code || (wanted->other && in->symbols[at] == wanted->other))
            at++;
        else
            return 0;
        if (at == 0)
            return 0;
    }
    return at;
}

// Where the occurrence that starts at `at` ends; 0: none does.
static size_t leaf_end(const query_node *leaf, const gdx_symbols *in, size_t at) {
    if (leaf->kind == QUERY_WORD_PREFIX)
        return word_end(in, at, leaf->value, true);
    if (leaf->kind == QUERY_WORD_SUFFIX)
        return suffix_end(in, at, leaf->value);
    return phrase_end(leaf, in, at);
}

static bool looks_in(const query_node *leaf, const replay_part *part) {
    static const gdx_field fields[] = {[QUERY_TITLE] = GDX_FIELD_TITLE,
                                       [QUERY_TEXT] = GDX_FIELD_TEXT,
                                       [QUERY_NOTE] = GDX_FIELD_NOTE,
                                       [QUERY_CAPTION] = GDX_FIELD_CAPTION,
                                       [QUERY_FURNITURE] = GDX_FIELD_FURNITURE};
    if (leaf->fields == QUERY_DEFAULT)
        return part->counts;
    if (leaf->fields == QUERY_ANY)
        return part->counts || part->field == GDX_FIELD_FURNITURE;
    return part->field == fields[leaf->fields];
}

// Of exact: whether the stored text there has the query's very characters.
static gdx_status has_characters(const query_node *leaf, const replay_part *part, size_t from, size_t to, bool *out,
                                 gdx_error *err) {
    gdx_buffer characters = {0};
    uint32_t begin = part->symbols.spans[from].begin, end = part->symbols.spans[to - 1].end;
    gdx_status status = query_exact_characters((gdx_slice){part->text.data + begin, end - begin}, &characters);
    *out = status == GDX_OK && gdx_slice_equal(gdx_buffer_slice(&characters), leaf->value);
    gdx_buffer_clear(&characters);
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "the characters of a place");
}

gdx_status replay_find_leaf(const replay_document *document, const query_node *leaf, replay_list *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t p = 0; p < document->count && status == GDX_OK; p++) {
        const replay_part *part = &document->parts[p];
        for (size_t at = 0; at < part->symbols.count && status == GDX_OK && looks_in(leaf, part); at++) {
            size_t end = leaf_end(leaf, &part->symbols, at);
            bool is_it = end > 0;
            if (is_it && leaf->kind == QUERY_EXACT)
                status = has_characters(leaf, part, at, end, &is_it, err);
            if (status == GDX_OK && is_it)
                status = replay_add(out, (replay_found){(uint32_t)p, (uint32_t)at, (uint32_t)end}, err);
        }
    }
    return status;
}
