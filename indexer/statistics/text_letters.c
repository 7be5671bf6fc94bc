// SPDX-License-Identifier: Apache-2.0
// text_letters.c: see text_letters.h. Parts of the text follow each other, so a number among them is also the number
// that the store knows them by.

#include "text_letters.h"

#include "gdx/letters.h"

#include <stdlib.h>

enum { CACHE_BYTES = 1 << 20 };

static gdx_status reserve(struct text_letters *letters, size_t more) {
    gdx_status status =
        gdx_grow(&letters->numbers, &letters->capacity, letters->count + more, sizeof *letters->numbers);
    if (status == GDX_OK)
        status = gdx_grow(&letters->spans, &letters->span_capacity, letters->count + more, sizeof *letters->spans);
    if (status == GDX_OK)
        status = gdx_grow(&letters->parts, &letters->part_capacity, letters->part_count + 1, sizeof *letters->parts);
    return status;
}

static gdx_status add_symbols(struct text_letters *letters, const gdx_symbols *cut, struct word_numbers *words) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < cut->count && status == GDX_OK; i++) {
        uint32_t number = cut->symbols[i];
        if (number & GDX_WORD_FLAG)
            status = word_number_of(words, gdx_symbols_word(cut, number & ~GDX_WORD_FLAG), &number);
        else if (!gdx_symbol_is_letter(number))
            continue;
        letters->numbers[letters->count] = number;
        letters->spans[letters->count++] = cut->spans[i];
        letters->letters++;
    }
    return status;
}

static gdx_status add_part(struct text_letters *letters, const gdx_rule *rule, gdx_slice text, uint32_t end,
                           struct word_numbers *words) {
    gdx_symbols cut = {0};
    gdx_status status = gdx_text_symbols(rule, text, GDX_TEXT_SPANS, &cut);
    if (status == GDX_OK)
        status = reserve(letters, cut.count + 1);
    if (status == GDX_OK) {
        letters->parts[letters->part_count++] = (struct text_part){letters->count, text};
        letters->symbols += cut.count;
        status = add_symbols(letters, &cut, words);
    }
    if (status == GDX_OK) {
        letters->spans[letters->count] = (gdx_span){0};
        letters->numbers[letters->count++] = end;
    }
    gdx_symbols_clear(&cut);
    return status;
}

static gdx_status read_document(struct text_letters *letters, gdx_snapshot *snapshot, size_t segment, uint32_t document,
                                uint32_t end, struct word_numbers *words, gdx_error *err) {
    gdx_segment *from = gdx_snapshot_segment(snapshot, segment)->segment;
    const gdx_rule *rule = gdx_snapshot_rule(snapshot);
    gdx_status status = gdx_store_read(letters->reader, from, document, &letters->document, err);
    if (status == GDX_OK && add_part(letters, rule, letters->document.text, end, words) != GDX_OK)
        status = gdx_fail_memory(err, "the letters of a document");
    gdx_part_walk walk = {0};
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(&letters->document, &walk)) &&
                               part->field == GDX_FIELD_TEXT;)
        if (add_part(letters, rule, part->text, end, words) != GDX_OK)
            status = gdx_fail_memory(err, "the letters of a document");
    return gdx_segment_settle(from, status, err);
}

gdx_status text_letters_read(struct text_letters *letters, gdx_snapshot *snapshot, gdx_slice id, uint32_t end,
                             struct word_numbers *words, gdx_error *err) {
    size_t segment;
    uint32_t document;
    bool has = false;
    letters->reader = gdx_store_reader_new(CACHE_BYTES);
    if (!letters->reader)
        return gdx_fail_memory(err, "the text of a document");
    gdx_status status = gdx_snapshot_find_id(snapshot, id, &segment, &document, &has, err);
    if (status == GDX_OK && !has)
        return gdx_fail(err, GDX_NOT_FOUND, "no document has the id \"%.*s\"", GDX_SLICE_ARGUMENTS(id));
    return status == GDX_OK ? read_document(letters, snapshot, segment, document, end, words, err) : status;
}

void text_letters_clear(struct text_letters *letters) {
    gdx_store_reader_free(letters->reader);
    free(letters->numbers);
    free(letters->spans);
    free(letters->parts);
    *letters = (struct text_letters){0};
}

size_t text_letters_part(const struct text_letters *letters, size_t at) {
    size_t low = 0, high = letters->part_count; // parts[low].first <= at
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (letters->parts[middle].first <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}
