// SPDX-License-Identifier: Apache-2.0
// rounds.c: see rounds.h.

#include "rounds.h"

#include "layout.h"

#include "../support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PARTS_MAX = 8 };

struct part { // a segment and the documents in it
    gdx_segment_info info;
    uint32_t *numbers;
    uint32_t count;
    uint8_t *deleted;
};

struct rounds { // of merging one collection until one segment is left
    const struct collection *collection;
    random_state random;
    char *folder;
    bool *is_doomed; // by document: deleted before the end
    struct part parts[PARTS_MAX];
    size_t part_count;
    unsigned threads;
    int level;
};

static void part_clear(struct part *part) {
    free(part->numbers);
    free(part->deleted);
}

static void split(struct rounds *rounds) {
    uint32_t left = rounds->collection->count;
    uint32_t next = 0;
    rounds->part_count = 1 + random_below(&rounds->random, PARTS_MAX);
    for (size_t i = 0; i < rounds->part_count; i++) {
        struct part *part = &rounds->parts[i];
        part->count = i + 1 < rounds->part_count ? random_below(&rounds->random, left + 1) : left;
        part->numbers = calloc(part->count + 1, sizeof *part->numbers);
        assert_non_null(part->numbers);
        for (uint32_t d = 0; d < part->count; d++)
            part->numbers[d] = next++;
        left -= part->count;
        struct collection collection = *rounds->collection;
        collection.without_keys = random_below(&rounds->random, 3) == 0; // written before they were declared
        part->info = collection_write(&collection, part->numbers, part->count, rounds->folder, 0);
    }
}

// Marks doomed documents of a part as deleted: all, or a random half.
static void mark_deleted(struct rounds *rounds, struct part *part, bool all) {
    free(part->deleted);
    part->deleted = calloc(part->count / 8 + 1, 1);
    assert_non_null(part->deleted);
    for (uint32_t d = 0; d < part->count; d++)
        if (rounds->is_doomed[part->numbers[d]] && (all || random_below(&rounds->random, 2)))
            part->deleted[d / 8] |= (uint8_t)(1u << d % 8);
}

static gdx_segment_info merge_parts(struct rounds *rounds, const struct part *parts, size_t count, bool keeps_ranges,
                                    gdx_shape shape) {
    gdx_merge_input inputs[PARTS_MAX] = {{0}};
    gdx_segment *segments[PARTS_MAX];
    gdx_segment_info info;
    gdx_error err = {0};
    for (size_t i = 0; i < count; i++) {
        segments[i] = segment_of(rounds->folder, parts[i].info.name);
        inputs[i] = (gdx_merge_input){segments[i], parts[i].deleted};
    }
    gdx_segment_merge_options options = {.directory = rounds->folder,
                                         .tag = 7,
                                         .level = rounds->level,
                                         .keeps_ranges = keeps_ranges,
                                         .shape = shape,
                                         .inverter_bytes = random_below(&rounds->random, 3) ? 0 : RUN_BYTES,
                                         .keys = collection_keys()};
    if (gdx_executor_new(rounds->threads, &options.executor, &err) != GDX_OK ||
        gdx_segment_merge(&options, inputs, count, &info, &err) != GDX_OK)
        fail_msg("%s", err.message);
    gdx_executor_free(options.executor);
    for (size_t i = 0; i < count; i++)
        gdx_segment_release(segments[i]);
    return info;
}

static struct part joined(const struct part *parts, size_t count) {
    struct part part = {0};
    for (size_t i = 0; i < count; i++)
        part.count += parts[i].count;
    part.numbers = calloc(part.count + 1, sizeof *part.numbers);
    assert_non_null(part.numbers);
    part.count = 0;
    for (size_t i = 0; i < count; i++)
        for (uint32_t d = 0; d < parts[i].count; d++)
            if (!(parts[i].deleted[d / 8] >> d % 8 & 1))
                part.numbers[part.count++] = parts[i].numbers[d];
    return part;
}

// Replaces parts [first, first + count) by one that is merged of them; by none when no document is left.
static void merge_some(struct rounds *rounds, size_t first, size_t count, bool is_last) {
    struct part *parts = rounds->parts + first;
    for (size_t i = 0; i < count; i++)
        mark_deleted(rounds, &parts[i], is_last);
    struct part merged = joined(parts, count);
    // On the way segments of another shape than the last are made, when there is another.
    gdx_shape shape = rounds->collection->shape;
    if (shape != GDX_SHAPE_EXACT && !is_last && random_below(&rounds->random, 2))
        shape = GDX_SHAPE_EXACT;
    merged.info = merge_parts(rounds, parts, count, !is_last && random_below(&rounds->random, 2), shape);
    assert_int_equal(merged.info.document_count, merged.count);
    for (size_t i = 0; i < count; i++)
        part_clear(&parts[i]);
    size_t kept = merged.count || is_last;
    memmove(parts + kept, parts + count, (rounds->part_count - first - count) * sizeof *parts);
    rounds->part_count -= count - kept;
    if (kept)
        parts[0] = merged;
    else
        part_clear(&merged);
}

void assert_same_bytes(const char *folder, uint64_t merged, const char *other_folder, uint64_t written) {
    gdx_buffer a = segment_bytes(folder, merged);
    gdx_buffer b = segment_bytes(other_folder, written);
    assert_int_equal(a.bytes, b.bytes);
    assert_memory_equal(a.data, b.data, a.bytes);
    gdx_buffer_clear(&a);
    gdx_buffer_clear(&b);
}

void assert_verifies(const gdx_segment *segment) {
    gdx_error err = {0};
    if (gdx_segment_verify(segment, NULL, &err) != GDX_OK)
        fail_msg("%s", err.message);
}

uint64_t token_bytes_of(const gdx_segment *segment) {
    gdx_segment_part parts[GDX_SEGMENT_PARTS_MAX];
    gdx_segment_parts(segment, parts);
    return parts[SECTION_TOKENS].bytes;
}

// Returns the bytes of the tokens that its ranges have of their own.
static uint64_t compare_with_one_writer(const struct rounds *rounds) {
    const struct part *part = &rounds->parts[0];
    if (part->count == 0) {
        assert_int_equal(part->info.document_count, 0);
        return 0;
    }
    char *other = folder_new();
    gdx_segment_info written = collection_write(rounds->collection, part->numbers, part->count, other, rounds->level);
    assert_same_bytes(rounds->folder, part->info.name, other, written.name);
    assert_memory_equal(&written, &part->info, sizeof written);
    gdx_segment *segment = segment_of(rounds->folder, part->info.name);
    assert_verifies(segment);
    uint64_t token_bytes = token_bytes_of(segment);
    gdx_segment_release(segment);
    folder_remove(other);
    return token_bytes;
}

uint64_t run_rounds_of(gdx_shape shape, const collection_kind *kind, uint64_t seed, unsigned doomed_percent,
                       unsigned threads, int level) {
    struct collection collection;
    print_message("seed %llu\n", (unsigned long long)seed);
    collection_init(&collection, seed, kind);
    collection.shape = shape;
    struct rounds rounds = {&collection, {seed}, folder_new(), NULL, {{{0}, NULL, 0, NULL}}, 0, threads, level};
    rounds.is_doomed = calloc(collection.count + 1, sizeof *rounds.is_doomed);
    assert_non_null(rounds.is_doomed);
    for (uint32_t d = 0; d < collection.count; d++)
        rounds.is_doomed[d] = random_below(&rounds.random, 100) < doomed_percent;
    split(&rounds);
    while (rounds.part_count > 2 && random_below(&rounds.random, 4)) {
        size_t first = random_below(&rounds.random, (uint32_t)rounds.part_count - 1);
        size_t count = 2 + random_below(&rounds.random, (uint32_t)(rounds.part_count - first) - 1);
        if (count < rounds.part_count)
            merge_some(&rounds, first, count, false);
    }
    merge_some(&rounds, 0, rounds.part_count, true);
    uint64_t token_bytes = compare_with_one_writer(&rounds);
    assert_int_equal(folder_count(rounds.folder, "segment-new"), 0);
    part_clear(&rounds.parts[0]);
    free(rounds.is_doomed);
    folder_remove(rounds.folder);
    collection_clear(&collection);
    return token_bytes;
}

uint64_t run_rounds(const collection_kind *kind, uint64_t seed, unsigned doomed_percent, unsigned threads, int level) {
    return run_rounds_of(GDX_SHAPE_EXACT, kind, seed, doomed_percent, threads, level);
}
