// SPDX-License-Identifier: Apache-2.0
// fields.c: positions and documents both ascend, so the search for a position's document gallops from the last one.

#include "fields.h"

#include "tree.h"

void query_keep_fields(const query_segment *segment, uint32_t fields, query_list *list) {
    const uint32_t indexed = QUERY_TITLE | QUERY_TEXT;
    if ((fields & indexed) == indexed)
        return;
    const gdx_document_columns *columns = &segment->columns;
    size_t kept = 0;
    uint32_t document = 0;
    for (size_t i = 0; i < list->count;) {
        document = gdx_columns_document_at(columns, list->values[i], document);
        uint32_t text = columns->text[document], end = columns->begin[document + 1];
        for (; i < list->count && list->values[i] < end; i++) {
            list->values[kept] = list->values[i];
            kept += (fields & (list->values[i] < text ? QUERY_TITLE : QUERY_TEXT)) != 0;
        }
    }
    list->count = kept;
}
