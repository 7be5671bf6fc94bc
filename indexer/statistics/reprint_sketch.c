// SPDX-License-Identifier: Apache-2.0
// reprint_sketch.c: a sketch of each document: the lowest hashes of its text. Two texts that share a part share lowest
// hashes in proportion.

#include "reprint_set.h"

#include <stdlib.h>

enum { SKETCHED_TOGETHER = 256 };

struct sketcher { // of one seat
    struct shingles shingles;
    const uint32_t *stale; // ascending: of sketches with one of these alone; NULL: of all
    size_t stale_count;
};

static bool is_stale(const struct reprint_set *set, size_t at, const struct sketcher *sketcher) {
    const uint32_t *sketch = set->sketches + at * SKETCH_HASHES;
    if (!sketcher->stale)
        return true;
    for (size_t i = 0; i < set->documents[at].sketched; i++) {
        size_t low = 0, high = sketcher->stale_count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (sketcher->stale[middle] < sketch[i])
                low = middle + 1;
            else
                high = middle;
        }
        if (low < sketcher->stale_count && sketcher->stale[low] == sketch[i])
            return true;
    }
    return false;
}

static gdx_status sketch(struct reprint_set *set, struct shingle_reader *reader, size_t at, void *seat,
                         gdx_error *err) {
    struct reprint_document *document = &set->documents[at];
    struct sketcher *sketcher = seat;
    struct shingle_sketch made = {.hashes = set->sketches + at * SKETCH_HASHES, .most = SKETCH_HASHES};
    if (!is_stale(set, at, sketcher))
        return GDX_OK;
    gdx_status status = shingles_read_sketch(reader, document->segment, document->document, &set->boilerplate,
                                             &sketcher->shingles, &made, err);
    if (status == GDX_OK)
        document->sketched = (uint32_t)made.count;
    return status;
}

static gdx_status sketch_all(struct reprint_set *set, const uint32_t *stale, size_t stale_count, gdx_error *err) {
    unsigned seats = gdx_executor_seats(set->options->executor);
    struct sketcher *sketchers = calloc(seats, sizeof *sketchers);
    if (!sketchers)
        return gdx_fail_memory(err, "the sketches of the documents");
    for (unsigned i = 0; i < seats; i++)
        sketchers[i] = (struct sketcher){.stale = stale, .stale_count = stale_count};
    gdx_status status = reprint_set_each(set, set->count, SKETCHED_TOGETHER, sketch, sketchers, sizeof *sketchers, err);
    for (unsigned i = 0; i < seats; i++)
        shingles_clear(&sketchers[i].shingles);
    free(sketchers);
    return status;
}

gdx_status reprint_set_sketch(struct reprint_set *set, gdx_error *err) {
    set->sketches = malloc(((size_t)set->count + 1) * SKETCH_HASHES * sizeof *set->sketches);
    return set->sketches ? sketch_all(set, NULL, 0, err) : gdx_fail_memory(err, "the sketches of the documents");
}

// A sketch without any of the hashes stays what it is.
gdx_status reprint_set_sketch_again(struct reprint_set *set, const struct shingles *without, gdx_error *err) {
    uint32_t *stale = malloc((without->count + 1) * sizeof *stale);
    if (!stale)
        return gdx_fail_memory(err, "the sketches of the documents");
    size_t count = shingles_sketch(without, stale, without->count);
    gdx_status status = sketch_all(set, stale, count, err);
    free(stale);
    return status;
}
