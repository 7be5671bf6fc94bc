// SPDX-License-Identifier: Apache-2.0
// text_letters.c: see text_letters.h. Parts of the text follow each other, so a number among them is also the number
// that the store knows them by.

#include "text_letters.h"

#include "gdx/letters.h"

#include <stdlib.h>

enum { CACHE_BYTES = 1 << 20, STOP_EVERY = 1 << 18 };

struct reading {
    const gdx_rule *rule;
    const gdx_stop *stop;
    uint32_t end; // marks where a part ends
};

static gdx_status reserve(struct text_letters *letters, size_t more) {
    gdx_status status =
        gdx_grow(&letters->numbers, &letters->capacity, letters->count + more, sizeof *letters->numbers);
    if (status == GDX_OK)
        status = gdx_grow(&letters->spans, &letters->span_capacity, letters->count + more, sizeof *letters->spans);
    if (status == GDX_OK)
        status = gdx_grow(&letters->parts, &letters->part_capacity, letters->part_count + 1, sizeof *letters->parts);
    return status;
}

static gdx_status add_symbols(struct text_letters *letters, const gdx_symbols *cut, const gdx_stop *stop,
                              gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < cut->count && status == GDX_OK; i++) {
        uint32_t number = cut->symbols[i];
        if (i % STOP_EVERY == 0)
            status = gdx_stop_check(stop, err);
        if (number & GDX_WORD_FLAG) {
            if (word_number_of(letters->words, gdx_symbols_word(cut, number & ~GDX_WORD_FLAG), &number) != GDX_OK)
                return gdx_fail_memory(err, "the letters of a document");
        } else if (!gdx_symbol_is_letter(number)) {
            continue;
        }
        letters->numbers[letters->count] = number;
        letters->spans[letters->count++] = cut->spans[i];
        letters->letters++;
    }
    return status;
}

static gdx_status add_part(struct text_letters *letters, const struct reading *reading, gdx_slice text,
                           gdx_error *err) {
    gdx_symbols cut = {0};
    gdx_status status = gdx_text_symbols(reading->rule, text, GDX_TEXT_SPANS, &cut);
    if (status == GDX_OK)
        status = reserve(letters, cut.count + 1);
    if (status != GDX_OK)
        (void)gdx_fail_memory(err, "the letters of a document");
    if (status == GDX_OK) {
        letters->parts[letters->part_count++] = (struct text_part){letters->count, text};
        letters->symbols += cut.count;
        status = add_symbols(letters, &cut, reading->stop, err);
    }
    if (status == GDX_OK) {
        letters->spans[letters->count] = (gdx_span){0};
        letters->numbers[letters->count++] = reading->end;
    }
    gdx_symbols_clear(&cut);
    return status;
}

static gdx_status read_document(struct text_letters *letters, const struct reading *reading, gdx_segment *from,
                                uint32_t document, gdx_error *err) {
    gdx_status status = gdx_store_read(letters->reader, from, document, &letters->document, err);
    if (status == GDX_OK)
        status = gdx_stop_check(reading->stop, err);
    if (status == GDX_OK)
        status = add_part(letters, reading, letters->document.text, err);
    gdx_part_walk walk = {0};
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(&letters->document, &walk)) &&
                               part->field == GDX_FIELD_TEXT;)
        status = add_part(letters, reading, part->text, err);
    return gdx_segment_settle(from, status, err);
}

gdx_status text_letters_read(struct text_letters *letters, gdx_snapshot *snapshot, gdx_slice id, uint32_t end,
                             const gdx_stop *stop, gdx_error *err) {
    const struct reading reading = {gdx_snapshot_rule(snapshot), stop, end};
    size_t segment;
    uint32_t document;
    bool has = false;
    letters->reader = gdx_store_reader_new(CACHE_BYTES);
    if (!letters->reader)
        return gdx_fail_memory(err, "the text of a document");
    gdx_status status = gdx_snapshot_find_id(snapshot, id, &segment, &document, &has, err);
    if (status != GDX_OK)
        return status;
    if (!has)
        return gdx_fail(err, GDX_NOT_FOUND, "no document has the id \"%.*s\"", GDX_SLICE_ARGUMENTS(id));
    return read_document(letters, &reading, gdx_snapshot_segment(snapshot, segment)->segment, document, err);
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
