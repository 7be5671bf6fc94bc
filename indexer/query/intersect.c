// SPDX-License-Identifier: Apache-2.0
// intersect.c: two ascending arrays walked side by side, without a branch that depends on their values.

#include "intersect.h"

size_t query_intersect(uint32_t *list, size_t count, const uint32_t *other, size_t other_count, uint32_t offset) {
    size_t kept = 0;
    for (size_t i = 0, j = 0; i < count && j < other_count;) {
        uint32_t wanted = list[i] + offset, found = other[j];
        list[kept] = list[i];
        kept += wanted == found;
        i += wanted <= found;
        j += found <= wanted;
    }
    return kept;
}
