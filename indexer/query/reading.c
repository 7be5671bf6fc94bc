// SPDX-License-Identifier: Apache-2.0
// reading.c: positions of a segment -> the document and field they are in -> stored text, cut into symbols.

#include "reading.h"

enum {
    PLACES_MAX = 1000000,
    PLACE_WORK = 1000 // nanoseconds to read one, mostly
};

query_field_place query_field_of(const query_segment *segment, uint32_t number, uint32_t position) {
    const gdx_document_columns *columns = &segment->columns;
    if (position < columns->text[number])
        return (query_field_place){GDX_FIELD_TITLE, columns->begin[number], columns->text[number] - 1};
    return (query_field_place){GDX_FIELD_TEXT, columns->text[number], columns->begin[number + 1] - 1};
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
    query_field_place place = query_field_of(reading->segment, number, from);
    if (to > place.end)
        return query_segment_corrupt(reading->segment, err);
    gdx_status status = open_document(reading, number, err);
    if (status == GDX_OK)
        status = query_document_view(reading->run->searcher->shown, place.field, from - place.first, to - place.first,
                                     ahead, out, err);
    if (status != GDX_OK)
        return status;
    *out_index = from - place.first - out->first;
    return query_run_spend(reading->run, PLACE_WORK, err);
}

gdx_status query_reading_count(query_run *run, const char *what, uint64_t count, gdx_error *err) {
    run->candidates += count;
    if (run->candidates <= PLACES_MAX)
        return GDX_OK;
    return gdx_fail(err, GDX_TOO_LARGE, "%s must read more than %d places of the text; use a longer or rarer phrase",
                    what, PLACES_MAX);
}
