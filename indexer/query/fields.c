// SPDX-License-Identifier: Apache-2.0
// fields.c: positions and documents both ascend, so the search for a position's document gallops from the last one.

#include "fields.h"

gdx_position_range query_field_range(const query_segment *segment, query_fields fields, uint32_t document) {
    const gdx_document_columns *columns = &segment->columns;
    if (fields >= QUERY_TITLE)
        return gdx_columns_field(columns, document, (gdx_field)(fields - QUERY_TITLE + GDX_FIELD_TITLE));
    gdx_position_range range = gdx_columns_counted(columns, document);
    if (fields == QUERY_ANY)
        range.end = columns->begin[document + 1];
    return range;
}

void query_keep_fields(const query_segment *segment, query_fields fields, query_list *list) {
    bool all_count = segment->counts_all && fields <= QUERY_ANY;
    if (all_count)
        return;
    const gdx_document_columns *columns = &segment->columns;
    size_t kept = 0;
    uint32_t document = 0;
    for (size_t i = 0; i < list->count;) {
        document = gdx_columns_document_at(columns, list->values[i], document);
        gdx_position_range range = query_field_range(segment, fields, document);
        do { // at least one each time, also if the columns are no longer what they were when they were checked
            list->values[kept] = list->values[i];
            kept += list->values[i] >= range.begin && list->values[i] < range.end;
            i++;
        } while (i < list->count && list->values[i] < columns->begin[document + 1]);
    }
    list->count = kept;
}
