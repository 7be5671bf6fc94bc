// SPDX-License-Identifier: Apache-2.0
// list_sums.c: see list_sums.h.

#include "list_sums.h"

#include "words.h"

#include <stdlib.h>

enum { SLOTS_MIN = 64, LOOK_EVERY = 1024 }; // blocks of words between two looks at whether it is to stop

gdx_status hash_set_reset(hash_set *set, size_t count) {
    size_t slots = SLOTS_MIN;
    while (slots < 2 * count)
        slots *= 2;
    if (slots > set->slot_count) {
        hash_set_clear(set);
        set->slots = malloc(slots * sizeof *set->slots);
        if (!set->slots)
            return GDX_NO_MEMORY;
    }
    set->slot_count = slots; // of a larger one the first are used
    memset(set->slots, 0, slots * sizeof *set->slots);
    return GDX_OK;
}

void hash_set_clear(hash_set *set) {
    free(set->slots);
    *set = (hash_set){0};
}

static gdx_status no_memory(const gdx_segment *segment, gdx_error *err) {
    return gdx_fail_at(err, GDX_NO_MEMORY, segment->path, "no memory to compare its lists with its text");
}

static gdx_status hash_words(const gdx_segment *segment, const gdx_stop *stop, list_sums *sums, gdx_error *err) {
    word_block block = {0};
    gdx_status status = GDX_OK;
    for (uint32_t number = 0; sums->word_count < segment->word_count && status == GDX_OK; number++) {
        status = word_block_read(segment, number, &block, err);
        for (uint32_t i = 0; i < block.count && status == GDX_OK; i++)
            sums->words[sums->word_count++] = list_sums_word(word_block_get(&block, i));
        if (status == GDX_OK && number % LOOK_EVERY == 0)
            status = gdx_stop_check(stop, err);
    }
    word_block_clear(&block);
    return status;
}

gdx_status list_sums_init(const gdx_segment *segment, const gdx_stop *stop, list_sums *out, gdx_error *err) {
    list_sums *sums = out;
    *sums = (list_sums){0};
    sums->documents = calloc((size_t)segment->info.document_count + 1, sizeof *sums->documents);
    sums->words = calloc((size_t)segment->word_count + 1, sizeof *sums->words);
    sums->room = segment->info.position_count / GDX_POSITIONS_FROM +
                 segment->section_bytes[SECTION_FREQUENCY_SYMBOLS] / FREQUENCY_SYMBOL_BYTES;
    sums->span_count = segment->shape == GDX_SHAPE_ARCHIVE ? gdx_segment_span_count(segment) : 0;
    sums->spans = sums->span_count ? calloc(sums->span_count, sizeof *sums->spans) : NULL;
    if (!sums->documents || !sums->words || (sums->span_count && !sums->spans) ||
        hash_set_reset(&sums->listed, sums->room) != GDX_OK)
        return no_memory(segment, err);
    return hash_words(segment, stop, sums, err);
}

void list_sums_clear(list_sums *sums) {
    free(sums->documents);
    free(sums->spans);
    free(sums->words);
    hash_set_clear(&sums->listed);
    *sums = (list_sums){0};
}

bool list_sums_add_listed(list_sums *sums, uint64_t hash) {
    if (sums->room == 0)
        return false;
    sums->room -= hash_set_add(&sums->listed, hash);
    return true;
}
