// SPDX-License-Identifier: Apache-2.0
// number_format.h: a number as a spreadsheet shows it. Relies on gdx/base.h. Any thread.
#ifndef INGEST_NUMBER_FORMAT_H
#define INGEST_NUMBER_FORMAT_H

#include "gdx/base.h"

// The code of a built-in format (ECMA-376, part 1, 18.8.30), dates as the Chinese edition shows them; NULL: none.
const char *ingest_number_format_of(int64_t id);
// Appends `value` as the format code has it: "#,##0.00", "0.0%", "yyyy\"年\"m\"月\"". What a code asks for that is not
// known here (fractions, numerals in words) is shown as a plain number. `from_1904`: dates count from then.
// GDX_NO_MEMORY.
gdx_status ingest_number_show(double value, const char *code, bool from_1904, gdx_buffer *out) GDX_MUST_CHECK;

#endif
