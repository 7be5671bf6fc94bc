// SPDX-License-Identifier: Apache-2.0
// string_end.h: where plain text ends within a JSON string. Relies on nothing.
#ifndef INGEST_STRING_END_H
#define INGEST_STRING_END_H

#include <stddef.h>
#include <stdint.h>

// The first byte of [at, end) that is '"', '\\' or a control character below U+0020; `end` when there is none.
// Reads nothing outside. Cost: 32 bytes a step with AVX2, 8 without.
typedef const uint8_t *(*ingest_find_special)(const uint8_t *at, const uint8_t *end);

const uint8_t *ingest_find_special_portable(const uint8_t *at, const uint8_t *end);
// The fastest that this processor runs.
ingest_find_special ingest_find_special_choose(void);

#endif
