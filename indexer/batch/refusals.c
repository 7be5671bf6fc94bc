// SPDX-License-Identifier: Apache-2.0
// refusals.c: a list that grows, with its strings in an arena. Bounded: a file with a million bad lines must not fill
// the memory.

#include "refusals.h"

#include <stdlib.h>

gdx_status refusals_init(struct refusals *refusals) {
    *refusals = (struct refusals){.arena = gdx_arena_new()};
    return refusals->arena ? GDX_OK : GDX_NO_MEMORY;
}

void refusals_clear(struct refusals *refusals) {
    gdx_arena_free(refusals->arena);
    free(refusals->items);
    *refusals = (struct refusals){0};
}

gdx_status refusals_add(struct refusals *refusals, const struct refusal *refusal) {
    if (refusals->count >= REFUSALS_KEPT) {
        refusals->unkept += !refusal->is_note;
        return GDX_OK;
    }
    gdx_status status = gdx_grow(&refusals->items, &refusals->capacity, refusals->count + 1, sizeof *refusals->items);
    struct refusal copy = *refusal;
    if (status == GDX_OK)
        status = gdx_arena_copy(refusals->arena, refusal->path, &copy.path);
    if (status == GDX_OK)
        status = gdx_arena_copy(refusals->arena, refusal->reason, &copy.reason);
    if (status == GDX_OK)
        refusals->items[refusals->count++] = copy;
    return status;
}

uint64_t refusals_count(const struct refusals *refusals) {
    uint64_t count = refusals->unkept;
    for (size_t i = 0; i < refusals->count; i++)
        count += !refusals->items[i].is_note;
    return count;
}

const struct refusal *refusals_first(const struct refusals *refusals) {
    for (size_t i = 0; i < refusals->count; i++)
        if (!refusals->items[i].is_note)
            return &refusals->items[i];
    return NULL;
}
