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

// Its letters are in `to`. *out_was_shed: it lacks a function symbol that it grew from.
struct naive_string name_of(const struct naive_group *group, uint32_t to[GDX_STRING_LETTERS_MOST], bool *out_was_shed);

#endif
