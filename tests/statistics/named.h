// SPDX-License-Identifier: Apache-2.0
// named.h: names of groups by docs/statistics.md, Contrast, step 9. For oracles. Relies on sides.h.
#ifndef TEST_NAMED_H
#define TEST_NAMED_H

#include "sides.h"

#include "gdx/statistics.h"

struct naive_group {
    const struct naive_string *head;
    const struct naive_string *members[1000];
    size_t count;
};

// Step 7: an edge where nothing begins or ends; a clause of its own.
bool is_cut(const struct naive_string *string);
bool is_alone(const struct naive_string *string);
// Its letters are in `to`. *out_in_refrain: it is a piece of a clause that is repeated.
struct naive_string name_of(const struct naive_string *head, uint32_t to[GDX_STRING_LETTERS_MOST],
                            bool *out_in_refrain);

#endif
