// SPDX-License-Identifier: Apache-2.0
// fuzz_date.c: any bytes as a date: what is read is a date of the calendar, and its ISO form is read as the same one;
// what is found in them stands in them.

#include "gdx/document.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    gdx_slice text = {(const char *)data, bytes}, where = {0};
    gdx_date date = GDX_NO_DATE, again;
    gdx_error err = {0};
    if (gdx_date_parse(text, &date, &err) == GDX_OK) {
        char iso[GDX_DATE_TEXT_BYTES];
        assert(gdx_date_is_valid(date));
        assert(gdx_date_parse(gdx_slice_of(gdx_date_format(date, iso)), &again, NULL) == GDX_OK && again == date);
    } else {
        assert(*err.message);
    }
    if (gdx_date_parse_number(text, &date, NULL) == GDX_OK)
        assert(gdx_date_is_valid(date));
    if (gdx_date_find(text, &where, &date))
        assert(gdx_date_is_valid(date) && date && where.data >= text.data && where.bytes &&
               where.data + where.bytes <= text.data + text.bytes);
    return 0;
}
