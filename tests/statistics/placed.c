// SPDX-License-Identifier: Apache-2.0
// placed.c: see placed.h.

#include "placed.h"

#include "../support/plain_rule.h"
#include "gdx/letters.h"
#include "gdx/places.h"
#include "gdx/segment.h"
#include "gdx/utf8.h"
#include "kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct naive_symbols naive;

static void add_part(size_t document, gdx_field field, uint32_t number, gdx_slice text) {
    static gdx_symbols cut;
    plain_symbols(text, &cut);
    assert_true(naive.count + cut.count < SYMBOLS_MOST && naive.part_count < PARTS_MOST);
    naive.parts[naive.part_count++] = (struct naive_part){document, naive.count, cut.count, field, number};
    for (size_t i = 0; i <= cut.count; i++, naive.count++) {
        char spelling[8];
        uint32_t symbol = i < cut.count ? cut.symbols[i] : '.';
        uint32_t *kind = &naive.kinds[naive.count];
        naive.document[naive.count] = document;
        naive.is_stop[naive.count] =
            i == cut.count || symbol == 0x3002 || symbol == '!' || symbol == '?' || symbol == ';';
        *kind = 0;
        if (symbol & GDX_WORD_FLAG)
            *kind = kind_of(gdx_symbols_word(&cut, symbol & ~GDX_WORD_FLAG));
        else if (gdx_symbol_is_letter(symbol))
            *kind = kind_of((gdx_slice){spelling, gdx_utf8_encode((uint8_t *)spelling, symbol)});
    }
}

void read_symbols(const struct corpus *corpus) {
    naive.corpus = corpus;
    naive.count = naive.part_count = 0;
    kinds_forget();
    for (size_t d = 0; d < corpus->count; d++) {
        const gdx_document *document = &corpus->documents[d].stored;
        uint32_t numbers[16] = {[GDX_FIELD_TEXT] = 1};
        if (corpus->documents[d].is_deleted)
            continue;
        if (!document->title_from_text)
            add_part(d, GDX_FIELD_TITLE, 0, document->title);
        add_part(d, GDX_FIELD_TEXT, 0, document->text);
        gdx_part_walk walk = {0};
        for (const gdx_part *part; (part = gdx_document_next_part(document, &walk));)
            if (part->field != GDX_FIELD_FURNITURE)
                add_part(d, part->field, numbers[part->field]++, part->text);
    }
}

// ---- where the query occurs

static gdx_slice text_of(const struct naive_part *part) {
    const gdx_document *document = &naive.corpus->documents[part->document].stored;
    if (part->number == 0 && part->field <= GDX_FIELD_TEXT)
        return part->field == GDX_FIELD_TITLE ? document->title : document->text;
    gdx_part_walk walk = {0};
    uint32_t number = part->field == GDX_FIELD_TEXT;
    for (const gdx_part *at; (at = gdx_document_next_part(document, &walk));)
        if (at->field == part->field && number++ == part->number)
            return at->text;
    fail_msg("no such part");
    return (gdx_slice){0};
}

static const struct naive_part *part_of(const gdx_occurrence *found) {
    for (size_t i = 0; i < naive.part_count; i++) {
        const struct naive_part *part = &naive.parts[i];
        if (part->field == found->match.field && part->number == found->match.part &&
            gdx_slice_equal(naive.corpus->documents[part->document].stored.id, found->id))
            return part;
    }
    return NULL; // furniture, or a title from the text
}

// As places say; the scan says which part that is, and the bytes agree.
static void check_place(const gdx_place *place, const gdx_occurrence *scanned) {
    static gdx_symbols cut;
    const struct naive_part *part = part_of(scanned);
    assert_non_null(part);
    assert_int_equal(place->begin, scanned->position);
    assert_int_equal(gdx_text_symbols(gdx_rule_current(), text_of(part), GDX_TEXT_SPANS, &cut), GDX_OK);
    assert_int_equal(cut.count, part->count);
    assert_true(place->begin < place->end && place->end <= cut.count);
    assert_int_equal(cut.spans[place->begin].begin, scanned->match.begin);
    assert_int_equal(cut.spans[place->end - 1].end, scanned->match.end);
    assert_true(naive.place_count < PLACES_MOST);
    naive.places[naive.place_count++] =
        (struct naive_place){(size_t)(part - naive.parts), part->first + place->begin, part->first + place->end};
}

struct scanning {
    gdx_scan *scan;
    gdx_snapshot *snapshot;
};

// The next one that is not in furniture, nor in a title from the text.
static bool scan_next(gdx_scan *scan, gdx_occurrence *out) {
    bool has = true;
    do
        assert_int_equal(gdx_scan_next(scan, out, &has, NULL), GDX_OK);
    while (has && !part_of(out));
    return has;
}

static gdx_status visit_places(void *context, const gdx_placed *document, gdx_error *err) {
    struct scanning *scanning = context;
    gdx_occurrence scanned;
    gdx_slice id;
    gdx_segment *segment = gdx_snapshot_segment(scanning->snapshot, document->segment)->segment;
    assert_int_equal(gdx_segment_id(segment, document->document, &id, err), GDX_OK);
    for (size_t i = 0; i < document->count; i++) {
        assert_true(scan_next(scanning->scan, &scanned));
        assert_true(gdx_slice_equal(scanned.id, id));
        assert_int_equal(scanned.date, document->date);
        check_place(&document->places[i], &scanned);
    }
    return GDX_OK;
}

void find_places(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query) {
    struct scanning scanning = {.snapshot = snapshot};
    gdx_searcher *other = gdx_searcher_new_like(searcher, 1);
    gdx_occurrence left;
    naive.place_count = 0;
    assert_int_equal(gdx_scan_open(other, snapshot, query, 0, NULL, &scanning.scan, NULL), GDX_OK);
    assert_int_equal(gdx_places(searcher, snapshot, query, NULL, visit_places, &scanning, NULL), GDX_OK);
    assert_false(scan_next(scanning.scan, &left));
    gdx_scan_close(scanning.scan);
    gdx_searcher_free(other);
}
