// SPDX-License-Identifier: Apache-2.0
// reading.c: positions of a segment -> the document and part they are in -> stored text, cut into symbols.

#include "reading.h"

enum {
    PLACES_MAX = 1000000,
    PLACE_WORK = 1000 // nanoseconds to read one, mostly
};

gdx_position_range query_part_of(const query_segment *segment, uint32_t number, uint32_t position) {
    gdx_position_range range = gdx_columns_part_at(&segment->columns, number, position);
    range.end--; // the end mark
    return range;
}

static gdx_status open_document(query_reading *reading, uint32_t number, gdx_error *err) {
    gdx_searcher *searcher = reading->run->searcher;
    if (reading->is_open && reading->number == number)
        return GDX_OK;
    reading->number = number;
    reading->is_open = true;
    gdx_status status = query_run_spend(reading->run, QUERY_DOCUMENT_WORK, err);
    if (status != GDX_OK)
        return status;
    return query_document_open(searcher->shown, searcher->store, reading->segment, number, err);
}

gdx_status query_reading_view(query_reading *reading, uint32_t number, uint32_t from, uint32_t to, uint32_t ahead,
                              query_view *out, uint32_t *out_index, gdx_error *err) {
    gdx_position_range part = query_part_of(reading->segment, number, from);
    query_document *document = reading->run->searcher->shown;
    if (from < part.begin || to > part.end)
        return query_segment_corrupt(reading->segment, err);
    gdx_status status = open_document(reading, number, err);
    if (status == GDX_OK)
        status = query_document_view(document, query_document_part_at(document, from), from - part.begin,
                                     to - part.begin, ahead, out, err);
    if (status != GDX_OK)
        return status;
    *out_index = from - part.begin - out->first;
    return query_run_spend(reading->run, PLACE_WORK, err);
}

gdx_status query_reading_count(query_run *run, const char *what, uint64_t count, gdx_error *err) {
    run->candidates += count;
    gdx_status status = query_reading_expect(what, run->candidates, err);
    return status == GDX_OK ? query_run_foresee(run, count * PLACE_WORK, err) : status;
}

bool query_reading_is_over(uint64_t count) {
    return count > PLACES_MAX;
}

gdx_status query_reading_expect(const char *what, uint64_t count, gdx_error *err) {
    if (!query_reading_is_over(count))
        return GDX_OK;
    return gdx_fail(err, GDX_TOO_LARGE, "%s must read more than %d places of the text; use a longer or rarer phrase",
                    what, PLACES_MAX);
}
