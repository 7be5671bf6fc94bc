// SPDX-License-Identifier: Apache-2.0
// quotation_marks.h: what a text quotes, by its quotation marks. Relies on gdx/buffer.h, gdx/slice.h.
#ifndef GDX_STATISTICS_QUOTATION_MARKS_H
#define GDX_STATISTICS_QUOTATION_MARKS_H

#include "gdx/base.h"

struct quoted { // bytes of the text between two marks, without white space and sentence marks at either end
    size_t begin, end;
};

struct quoted_list { // {0} is empty
    struct quoted *items;
    size_t count, capacity;
    uint64_t unclosed; // opening marks that no closing one follows before a blank line
};

// Lists the outermost quotations of valid UTF-8, in the order of the text. GDX_NO_MEMORY. The caller clears the list.
gdx_status quoted_find(gdx_slice text, struct quoted_list *out) GDX_MUST_CHECK;
void quoted_clear(struct quoted_list *list);
// The text from begin to end without white space and sentence marks at either end.
struct quoted quoted_trim(gdx_slice text, size_t begin, size_t end);

#endif
