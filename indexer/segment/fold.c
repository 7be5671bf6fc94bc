// SPDX-License-Identifier: Apache-2.0
// fold.c: the symbols of a whole document, in the order of a segment's positions. The title and the text have memory of
// their own, so that a document without other parts copies nothing. The other parts are folded one by one and kept one
// after the other: most are short, and a document may have thousands.

#include "fold.h"

#include "gdx/ngram.h"

#include <stdlib.h>

gdx_folded *gdx_folded_new(void) {
    return calloc(1, sizeof(gdx_folded));
}

void gdx_folded_free(gdx_folded *folded) {
    if (!folded)
        return;
    gdx_symbols_clear(&folded->title);
    gdx_symbols_clear(&folded->text);
    gdx_symbols_clear(&folded->part);
    gdx_symbols_clear(&folded->others);
    free(folded->ends);
    free(folded);
}

// The part's checkpoints become the body's, where its first symbol is number `symbol`.
static gdx_status add_checkpoints(gdx_folded *folded, uint64_t symbol) {
    gdx_symbols *text = &folded->text;
    const gdx_symbols *part = &folded->part;
    if (gdx_grow(&text->checkpoints, &text->checkpoint_capacity, text->checkpoint_count + part->checkpoint_count,
                 sizeof *text->checkpoints) != GDX_OK)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < part->checkpoint_count; i++)
        text->checkpoints[text->checkpoint_count++] =
            (gdx_checkpoint){(uint32_t)(folded->body_bytes + part->checkpoints[i].byte),
                             (uint32_t)(symbol + part->checkpoints[i].symbol)};
    return GDX_OK;
}

static gdx_status keep_part(gdx_folded *folded) {
    const gdx_symbols *part = &folded->part;
    gdx_symbols *all = &folded->others;
    gdx_status status = gdx_grow(&all->symbols, &all->capacity, all->count + part->count, sizeof *all->symbols);
    if (status == GDX_OK)
        status = gdx_grow(&all->words, &all->word_capacity, all->word_count + part->word_count, sizeof *all->words);
    if (status == GDX_OK)
        status = gdx_grow(&folded->ends, &folded->end_capacity, folded->part_count + 1, sizeof *folded->ends);
    if (status == GDX_OK)
        status = gdx_buffer_append(&all->word_text, part->word_text.data, part->word_text.bytes);
    if (status != GDX_OK)
        return status;
    if (part->count)
        memcpy(all->symbols + all->count, part->symbols, part->count * sizeof *all->symbols);
    if (part->word_count)
        memcpy(all->words + all->word_count, part->words, part->word_count * sizeof *all->words);
    all->count += part->count;
    all->word_count += part->word_count;
    folded->ends[folded->part_count++] = (struct folded_end){all->count, all->word_count, all->word_text.bytes};
    return GDX_OK;
}

static gdx_status fold_part(gdx_folded *folded, const gdx_rule *rule, const gdx_part *part) {
    if (part->text.bytes > UINT32_MAX - folded->body_bytes)
        return GDX_TOO_LARGE;
    // Each part before, the text one of them, has an end mark.
    uint64_t symbol = (uint64_t)folded->text.count + folded->others.count + folded->part_count + 1;
    folded->part.symbols_before = symbol;
    gdx_status status = gdx_text_symbols(rule, part->text, GDX_TEXT_CHECKPOINTS, &folded->part);
    if (status == GDX_OK)
        status = add_checkpoints(folded, symbol);
    folded->body_bytes += part->text.bytes;
    if (status == GDX_OK && part->field < GDX_FIELD_FURNITURE)
        folded->counted += folded->part.count;
    return status == GDX_OK ? keep_part(folded) : status;
}

gdx_status gdx_folded_fold(gdx_folded *folded, const gdx_rule *rule, const gdx_document *document) {
    folded->part_count = 0;
    folded->others.count = folded->others.word_count = folded->others.word_text.bytes = 0;
    folded->body_bytes = document->text.bytes;
    gdx_status status = gdx_text_symbols(rule, document->title, 0, &folded->title);
    if (status == GDX_OK)
        status = gdx_text_symbols(rule, document->text, GDX_TEXT_CHECKPOINTS, &folded->text);
    if (status != GDX_OK)
        return status;
    folded->counted = folded->text.count + (document->title_from_text ? 0 : folded->title.count);
    gdx_part_walk walk = {0};
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(document, &walk));)
        status = fold_part(folded, rule, part);
    return status;
}

uint64_t gdx_folded_positions(const gdx_folded *folded) {
    return (uint64_t)folded->title.count + folded->text.count + folded->others.count + folded->part_count + 2;
}

uint64_t gdx_folded_counted(const gdx_folded *folded) {
    return folded->counted;
}

// A part's words count from its own begin, as those of a text by itself do.
static gdx_symbols part_of(const gdx_folded *folded, struct folded_end begin, struct folded_end end) {
    gdx_symbols part = {.count = end.symbols - begin.symbols, .word_count = end.words - begin.words};
    if (part.count)
        part.symbols = folded->others.symbols + begin.symbols;
    if (part.word_count) {
        part.words = folded->others.words + begin.words;
        part.word_text.data = folded->others.word_text.data + begin.word_bytes;
        part.word_text.bytes = end.word_bytes - begin.word_bytes;
    }
    return part;
}

bool folded_next(const gdx_folded *folded, folded_walk *walk, gdx_symbols *out) {
    size_t number = walk->number++;
    if (number < 2) {
        *out = number ? folded->text : folded->title;
        return true;
    }
    if (number - 2 >= folded->part_count)
        return false;
    struct folded_end end = folded->ends[number - 2];
    *out = part_of(folded, walk->begin, end);
    walk->begin = end;
    return true;
}

gdx_status gdx_folded_invert(const gdx_folded *folded, gdx_inverter *inverter) {
    gdx_status status = GDX_OK;
    folded_walk walk = {0};
    for (gdx_symbols field; status == GDX_OK && folded_next(folded, &walk, &field);)
        status = gdx_inverter_add(inverter, &field);
    return status;
}

const gdx_rule *folded_rule_of(const gdx_segment *segment) {
    const gdx_rule *rule = gdx_rule_find(gdx_segment_rule_number(segment));
    return rule && gdx_rule_checksum(rule) == gdx_segment_rule_fingerprint(segment) ? rule : NULL;
}
