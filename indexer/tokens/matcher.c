// SPDX-License-Identifier: Apache-2.0
// matcher.c: the trie of tokens.
// Relies on matcher.h.
#include "matcher.h"
#include "step.h"

enum {
    MOVES = 64,         // of slots, before a larger table is made
    OWN_SLOTS = 1 << 18 // that own tokens seldom pass: address space, of which nothing is taken before it is needed
};

// Room for so many slots.
static gdx_status make_room(token_matcher *matcher, size_t slots) {
    gdx_status status = gdx_pages_reserve(&matcher->pages, (MATCHER_CODE_POINTS + 1 + slots) * sizeof(uint64_t));
    if (status != GDX_OK)
        return status;
    matcher->owned_first = matcher->pages.data;
    matcher->owned_slots = matcher->owned_first + MATCHER_CODE_POINTS + 1; // where a cache line starts
    matcher->first = matcher->owned_first;
    matcher->slots = matcher->owned_slots;
    return GDX_OK;
}

gdx_status matcher_init(token_matcher *matcher, const token_matcher *from) {
    memset(matcher, 0, sizeof *matcher);
    matcher->slot_count = from ? from->slot_count : 1; // the first one is empty
    gdx_status status = make_room(matcher, matcher->slot_count + OWN_SLOTS);
    if (status == GDX_OK && from) {
        memcpy(matcher->owned_slots, from->slots, from->slot_count * sizeof *from->slots);
        memcpy(matcher->owned_first, from->first, MATCHER_CODE_POINTS * sizeof *from->first);
    }
    return status;
}

void matcher_clear(token_matcher *matcher) {
    gdx_pages_clear(&matcher->pages);
    memset(matcher, 0, sizeof *matcher);
}

// Room for a table of 2^size slots, at a multiple of its size up to a cache line.
static gdx_status make_table(token_matcher *matcher, unsigned size, uint32_t *out_table) {
    uint32_t slots = 1u << size, align = size < 3 ? slots : 8;
    uint32_t table = (matcher->slot_count + align - 1) & ~(align - 1);
    gdx_status status = make_room(matcher, table + slots);
    if (status != GDX_OK)
        return status;
    memset(matcher->owned_slots + matcher->slot_count, 0, (table + slots - matcher->slot_count) * sizeof(uint64_t));
    matcher->slot_count = table + slots;
    *out_table = table;
    return GDX_OK;
}

// Puts a slot into a table, moving others to their other place. 0, or the slot that has found no place.
static uint64_t settle(uint64_t *table, unsigned size, uint64_t slot) {
    uint32_t mask = (1u << size) - 1;
    uint32_t at = step_hash((uint16_t)slot) & mask;
    for (unsigned i = 0; i < MOVES; i++) {
        uint32_t hash = step_hash((uint16_t)slot);
        uint32_t one = hash & mask, other = step_other(hash) & mask;
        if (table[one] == 0 || table[other] == 0) {
            table[table[one] == 0 ? one : other] = slot;
            return 0;
        }
        at = at == one ? other : one;
        uint64_t moved = table[at];
        table[at] = slot;
        slot = moved;
    }
    return slot;
}

// The slots of a table and one more into a new table of 2^size or more slots. False in *out_fits: none is large enough.
static gdx_status regrow(token_matcher *matcher, uint32_t from, uint32_t count, uint64_t more, unsigned size,
                         uint32_t *out_table, unsigned *out_size, bool *out_fits) {
    *out_fits = false;
    for (; size <= MATCHER_SIZE_MAX; size++) {
        uint32_t before = matcher->slot_count, to;
        if (before + (1u << size) + 8 > MATCHER_SLOTS_MAX)
            return GDX_OK;
        gdx_status status = make_table(matcher, size, &to);
        if (status != GDX_OK)
            return status;
        uint64_t left = settle(matcher->owned_slots + to, size, more);
        for (uint32_t i = 0; i < count && left == 0; i++)
            if (matcher->slots[from + i] != 0)
                left = settle(matcher->owned_slots + to, size, matcher->slots[from + i]);
        if (left == 0) {
            *out_table = to;
            *out_size = size;
            *out_fits = true;
            return GDX_OK;
        }
        matcher->slot_count = before;
    }
    return GDX_OK;
}

static uint64_t *slot_at(token_matcher *matcher, uint32_t place, bool is_first) {
    return is_first ? &matcher->owned_first[place] : &matcher->owned_slots[place];
}

// A new child for the node whose slot is at `parent`. A table that is full becomes one of twice the size elsewhere.
static gdx_status add_child(token_matcher *matcher, uint32_t parent, bool is_first, uint64_t child, unsigned wanted,
                            bool *out_fits) {
    uint64_t slot = *slot_at(matcher, parent, is_first);
    uint32_t from = step_table(slot), count = from == 0 ? 0 : 1u << step_size(slot), table;
    unsigned size = from == 0 ? wanted : step_size(slot) + 1;
    *out_fits = true;
    if (from != 0) {
        child = settle(matcher->owned_slots + from, step_size(slot), child);
        if (child == 0)
            return GDX_OK;
    }
    gdx_status status = regrow(matcher, from, count, child, size, &table, &size, out_fits);
    if (status == GDX_OK && *out_fits) {
        memset(matcher->owned_slots + from, 0, count * sizeof(uint64_t)); // nothing leads there any more
        const uint64_t low = (UINT64_C(1) << SLOT_TABLE) - 1;
        uint64_t *at = slot_at(matcher, parent, is_first);
        *at = (*at & low) | (uint64_t)table << SLOT_TABLE | (uint64_t)size << SLOT_SIZE;
    }
    return status;
}

// Where a child is, which is there.
static uint32_t place_of(const token_matcher *matcher, uint64_t node, uint32_t code_point) {
    uint32_t mask = (1u << step_size(node)) - 1, hash = step_hash(code_point);
    uint32_t one = step_table(node) + (hash & mask), other = step_table(node) + (step_other(hash) & mask);
    return (uint16_t)matcher->slots[other] == code_point ? other : one;
}

static bool can_hold(gdx_slice text) {
    uint32_t code_point = 0;
    for (size_t i = 0, bytes; i < text.bytes; i += bytes) {
        code_point = gdx_utf8_decode_valid((const uint8_t *)text.data + i, &bytes);
        if (code_point == 0 || code_point >= MATCHER_CODE_POINTS)
            return false;
    }
    return text.bytes > 0;
}

gdx_status matcher_put(token_matcher *matcher, const token_matcher *model, gdx_slice text, uint32_t token,
                       bool *out_added) {
    const uint64_t fresh = (uint64_t)MATCHER_NONE << SLOT_TOKEN;
    *out_added = false;
    if (!can_hold(text))
        return GDX_OK;
    size_t bytes;
    uint32_t code_point = gdx_utf8_decode_valid((const uint8_t *)text.data, &bytes), place = code_point;
    bool is_first = true;
    uint64_t like = model ? model->first[code_point] : 0;
    if (matcher->first[code_point] == 0)
        matcher->owned_first[code_point] = fresh | code_point;
    for (size_t i = bytes; i < text.bytes; i += bytes) {
        code_point = gdx_utf8_decode_valid((const uint8_t *)text.data + i, &bytes);
        bool fits = true;
        gdx_status status = GDX_OK;
        if (step_find(matcher->slots, *slot_at(matcher, place, is_first), code_point) == 0)
            status = add_child(matcher, place, is_first, fresh | code_point, step_size(like), &fits);
        if (status != GDX_OK || !fits)
            return status;
        place = place_of(matcher, *slot_at(matcher, place, is_first), code_point);
        is_first = false;
        like = model ? step_find(model->slots, like, code_point) : 0;
    }
    uint64_t *slot = slot_at(matcher, place, is_first);
    if (step_token(*slot) != MATCHER_NONE)
        return GDX_OK;
    *slot = (*slot & ~fresh) | (uint64_t)token << SLOT_TOKEN;
    *out_added = true;
    return GDX_OK;
}

static void renumber(uint64_t *slot, const uint32_t *numbers) {
    const uint64_t all = (uint64_t)MATCHER_NONE << SLOT_TOKEN;
    uint32_t token = step_token(*slot);
    if (*slot != 0 && token != MATCHER_NONE)
        *slot = (*slot & ~all) | (uint64_t)numbers[token] << SLOT_TOKEN;
}

void matcher_renumber(token_matcher *matcher, const uint32_t *numbers) {
    for (uint32_t i = 0; i < MATCHER_CODE_POINTS; i++)
        renumber(&matcher->owned_first[i], numbers);
    for (uint32_t i = 0; i < matcher->slot_count; i++)
        renumber(&matcher->owned_slots[i], numbers);
}
