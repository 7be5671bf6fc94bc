// SPDX-License-Identifier: Apache-2.0
// text_letters.c: see text_letters.h. Parts of the text follow each other, so a number among them is also the number
// that the store knows them by. A text is cut piece by piece, so that memory is that of its letters and a stop is seen.

#include "text_letters.h"

#include "gdx/letters.h"

#include <stdlib.h>

enum { CACHE_BYTES = 1 << 20, PIECE_BYTES = 4096 };

struct reading { // one owner
    const gdx_rule *rule;
    const gdx_stop *stop;
    uint32_t end;    // marks where a part ends
    gdx_symbols cut; // of a piece
};

// ---- pieces of a text that can be cut into symbols one by one

static bool is_hyphen(uint32_t code) {
    return code == '-' || code == 0x2010 || code == 0xad;
}

// True: a line end at `at` parts symbols for good. Nothing is looked at across one but the hyphen of a broken word,
// which may have more white space behind it.
static bool may_part(gdx_slice text, size_t at) {
    size_t before = at, bytes;
    do
        before--;
    while (gdx_utf8_continues((uint8_t)text.data[before]));
    uint32_t code = gdx_utf8_decode_valid((const uint8_t *)text.data + before, &bytes);
    return !is_hyphen(code) && !gdx_is_white(code) && !gdx_is_control(code) && !gdx_is_ignorable(code);
}

// Bytes of the next piece: up to the first such line end that is far enough.
static size_t piece_bytes(gdx_slice rest) {
    for (size_t at = PIECE_BYTES; at < rest.bytes; at++) {
        const char *end = memchr(rest.data + at, '\n', rest.bytes - at);
        if (!end)
            break;
        at = (size_t)(end - rest.data);
        if (may_part(rest, at))
            return at;
    }
    return rest.bytes;
}

// ---- letters

static gdx_status reserve(struct text_letters *letters, size_t more) {
    gdx_status status =
        gdx_grow(&letters->numbers, &letters->capacity, letters->count + more, sizeof *letters->numbers);
    return status == GDX_OK
               ? gdx_grow(&letters->spans, &letters->span_capacity, letters->count + more, sizeof *letters->spans)
               : status;
}

static gdx_status add_symbols(struct text_letters *letters, const gdx_symbols *cut, size_t first_byte) {
    gdx_status status = reserve(letters, cut->count + 1);
    for (size_t i = 0; i < cut->count && status == GDX_OK; i++) {
        uint32_t number = cut->symbols[i], before = (uint32_t)first_byte;
        if (number & GDX_WORD_FLAG)
            status = word_number_of(letters->words, gdx_symbols_word(cut, number & ~GDX_WORD_FLAG), &number);
        else if (!gdx_symbol_is_letter(number))
            continue;
        letters->numbers[letters->count] = number;
        letters->spans[letters->count++] = (gdx_span){before + cut->spans[i].begin, before + cut->spans[i].end};
        letters->letters++;
    }
    letters->symbols += cut->count;
    return status;
}

static gdx_status add_part(struct text_letters *letters, struct reading *reading, gdx_slice text, gdx_error *err) {
    gdx_status status =
        gdx_grow(&letters->parts, &letters->part_capacity, letters->part_count + 1, sizeof *letters->parts);
    if (status == GDX_OK)
        letters->parts[letters->part_count++] = (struct text_part){letters->count, text};
    if (status == GDX_OK)
        status = reserve(letters, 1);
    for (size_t at = 0, bytes; at < text.bytes && status == GDX_OK; at += bytes) {
        gdx_slice rest = {text.data + at, text.bytes - at};
        bytes = piece_bytes(rest);
        gdx_status stopped = gdx_stop_check(reading->stop, err);
        if (stopped != GDX_OK)
            return stopped;
        status = gdx_text_symbols(reading->rule, (gdx_slice){rest.data, bytes}, GDX_TEXT_SPANS, &reading->cut);
        if (status == GDX_OK)
            status = add_symbols(letters, &reading->cut, at);
    }
    if (status != GDX_OK)
        return gdx_fail_memory(err, "the letters of a document");
    letters->spans[letters->count] = (gdx_span){0};
    letters->numbers[letters->count++] = reading->end;
    return GDX_OK;
}

static gdx_status read_document(struct text_letters *letters, struct reading *reading, gdx_segment *from,
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
    struct reading reading = {.rule = gdx_snapshot_rule(snapshot), .stop = stop, .end = end};
    size_t segment;
    uint32_t document;
    bool has = false;
    letters->reader = gdx_store_reader_new(CACHE_BYTES);
    if (!letters->reader)
        return gdx_fail_memory(err, "the text of a document");
    gdx_store_reader_obey(letters->reader, stop);
    gdx_status status = gdx_snapshot_find_id(snapshot, id, &segment, &document, &has, err);
    if (status != GDX_OK)
        return status;
    if (!has)
        return gdx_fail(err, GDX_NOT_FOUND, "no document has the id \"%.*s\"", GDX_SLICE_ARGUMENTS(id));
    status = read_document(letters, &reading, gdx_snapshot_segment(snapshot, segment)->segment, document, err);
    gdx_symbols_clear(&reading.cut);
    return status;
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
