// SPDX-License-Identifier: Apache-2.0
// reprint_index.c: see reprint_index.h. Entries are spread over buckets by the high bits of their hashes, in the order
// of time; each bucket is sorted by itself, on whatever thread.

#include "reprint_index.h"
#include "word_sort.h"

#include <stdlib.h>

enum { BUCKET_BITS = 16, BUCKETS = 1 << BUCKET_BITS, BUCKETS_TOGETHER = 64 };

// Documents of a block: at most so many (128 MB), unless those within the days of one are more; whatever the memory, so
// many; and what entries are numbered for.
enum { BLOCK_MOST = 1 << 17, BLOCK_LEAST = 1 << 8, NUMBERED_MOST = 1 << 25 };

// ---- blocks

uint32_t reprint_set_days_end(const struct reprint_set *set, uint32_t document) {
    const struct reprint_document *of = &set->documents[document];
    uint64_t last_day = of->first_day == UINT32_MAX ? UINT32_MAX : (uint64_t)of->last_day + set->options->within_days;
    uint32_t low = document + 1, high = set->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        bool is_near = (of->first_day == UINT32_MAX) == (set->documents[middle].first_day == UINT32_MAX) &&
                       set->documents[middle].first_day <= last_day;
        if (is_near)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t most_within_days(const struct reprint_set *set) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t within = reprint_set_days_end(set, i) - i;
        most = within > most ? within : most;
    }
    return most;
}

gdx_status reprint_index_init(struct reprint_index *index, const struct reprint_set *set, gdx_error *err) {
    uint32_t within = most_within_days(set);
    uint64_t room = reprint_set_spare_bytes(set) / 2 / REPRINT_INDEX_DOCUMENT_BYTES;
    room = room > BLOCK_LEAST ? room : BLOCK_LEAST;
    *index = (struct reprint_index){0};
    if (within > room || within > NUMBERED_MOST)
        return gdx_fail(err, GDX_TOO_LARGE,
                        "%u documents within the days of one need %llu MB; give it more --memory, or fewer days",
                        within,
                        (unsigned long long)(((uint64_t)within * REPRINT_INDEX_DOCUMENT_BYTES * 2 +
                                              (uint64_t)set->count * GDX_REPRINTS_DOCUMENT_BYTES) >>
                                             20) +
                            1);
    uint64_t wanted = (uint64_t)within * 2 > BLOCK_MOST ? (uint64_t)within * 2 : BLOCK_MOST;
    wanted = wanted < room ? wanted : room;
    wanted = wanted < NUMBERED_MOST ? wanted : NUMBERED_MOST;
    index->most = (uint32_t)(wanted < set->count ? wanted : set->count);
    size_t entries = ((size_t)index->most + 1) * SKETCH_HASHES;
    index->buckets = malloc(((size_t)BUCKETS + 1) * sizeof *index->buckets);
    index->order = malloc(entries * sizeof *index->order);
    index->places = malloc(entries * sizeof *index->places);
    index->next_order = malloc(entries * sizeof *index->next_order);
    index->next_places = malloc(entries * sizeof *index->next_places);
    bool good = index->buckets && index->order && index->places && index->next_order && index->next_places;
    return good ? GDX_OK : gdx_fail_memory(err, "the sketches of the documents");
}

void reprint_index_clear(struct reprint_index *index) {
    free(index->buckets);
    free(index->order);
    free(index->places);
    free(index->next_order);
    free(index->next_places);
    *index = (struct reprint_index){0};
}

bool reprint_index_next(struct reprint_index *index, const struct reprint_set *set) {
    index->begin = index->end;
    index->limit = index->begin;
    while (index->end < set->count) {
        uint32_t limit = reprint_set_days_end(set, index->end);
        if (limit - index->begin > index->most)
            break;
        index->limit = limit > index->limit ? limit : index->limit;
        index->end++;
    }
    return index->end > index->begin;
}

// ---- filling

struct sorter { // of one seat
    struct reprint_index *index;
    uint64_t *words, *room; // hash << 32 | entry
    size_t capacity;
};

static uint32_t *sketch_of(const struct reprint_set *set, const struct reprint_index *index, uint32_t entry) {
    return set->sketches + (size_t)index->begin * SKETCH_HASHES + entry;
}

// Between two looks at whether it is to stop: a millisecond or so.
enum { DOCUMENTS_AT_ONCE = 1 << 12 };

static gdx_status spread(struct reprint_index *index, const struct reprint_set *set, gdx_error *err) {
    uint32_t count = index->limit - index->begin;
    size_t *starts = index->buckets;
    gdx_status status = GDX_OK;
    memset(starts, 0, ((size_t)BUCKETS + 1) * sizeof *starts);
    for (uint32_t d = 0; d < count && status == GDX_OK; d++) {
        const uint32_t *sketch = sketch_of(set, index, d * SKETCH_HASHES);
        for (uint32_t s = 0; s < set->documents[index->begin + d].sketched; s++)
            starts[(sketch[s] >> (32 - BUCKET_BITS)) + 1]++;
        status = d % DOCUMENTS_AT_ONCE == 0 ? gdx_stop_check(set->stop, err) : GDX_OK;
    }
    for (size_t i = 0; i < BUCKETS; i++)
        starts[i + 1] += starts[i];
    for (uint32_t d = 0; d < count && status == GDX_OK; d++) {
        const uint32_t *sketch = sketch_of(set, index, d * SKETCH_HASHES);
        for (uint32_t s = 0; s < set->documents[index->begin + d].sketched; s++)
            index->order[starts[sketch[s] >> (32 - BUCKET_BITS)]++] = d * SKETCH_HASHES + s;
        status = d % DOCUMENTS_AT_ONCE == 0 ? gdx_stop_check(set->stop, err) : GDX_OK;
    }
    memmove(starts + 1, starts, BUCKETS * sizeof *starts); // each had moved on to the next one's start
    starts[0] = 0;
    return status;
}

// By the low `bytes` bytes, 2 or 4, of the high half; the rest of it is the same in all. Of equal ones the low half
// ascends already.
static void sort_words(uint64_t *words, uint64_t *room, size_t count, unsigned bytes) {
    enum { INSERTED = 48 };
    if (count <= INSERTED) {
        word_sort_insert(words, count);
        return;
    }
    for (unsigned pass = 0; pass < bytes; pass += 2) {
        word_sort_by_byte(words, room, count, 32 + 8 * pass);
        word_sort_by_byte(room, words, count, 40 + 8 * pass);
    }
}

// The entries of a sorted run as documents, and where each of them is.
static void write_run(const uint64_t *words, size_t count, size_t at, uint32_t *order, uint32_t *places) {
    for (size_t i = 0; i < count; i++) {
        uint32_t entry = (uint32_t)words[i];
        order[at + i] = entry / SKETCH_HASHES;
        places[entry] = (uint32_t)(at + i);
    }
    order[at + count - 1] |= REPRINT_RUN_ENDS;
}

static size_t run_end(const uint64_t *words, size_t begin, size_t count) {
    size_t end = begin + 1;
    while (end < count && words[end] >> 32 == words[begin] >> 32)
        end++;
    return end;
}

// The last hash of a sketch has no next one: 0.
static void order_by_next(struct reprint_index *index, const struct reprint_set *set, struct sorter *sorter,
                          size_t begin, size_t end, size_t at) {
    uint64_t *words = sorter->words + begin;
    for (size_t i = 0; i < end - begin; i++) {
        uint32_t entry = (uint32_t)words[i], slot = entry % SKETCH_HASHES;
        bool has_next = slot + 1 < set->documents[index->begin + entry / SKETCH_HASHES].sketched;
        words[i] = (uint64_t)(has_next ? *sketch_of(set, index, entry + 1) : 0) << 32 | entry;
    }
    sort_words(words, sorter->room, end - begin, 4);
    for (size_t i = 0, next; i < end - begin; i = next) {
        next = run_end(words, i, end - begin);
        write_run(words + i, next - i, at + i, index->next_order, index->next_places);
    }
}

static gdx_status take_room(struct sorter *sorter, size_t count, gdx_error *err) {
    if (count <= sorter->capacity)
        return GDX_OK;
    free(sorter->words);
    free(sorter->room);
    sorter->capacity = count;
    sorter->words = malloc(count * sizeof *sorter->words);
    sorter->room = malloc(count * sizeof *sorter->room);
    if (sorter->words && sorter->room)
        return GDX_OK;
    sorter->capacity = 0;
    return gdx_fail_memory(err, "the sketches of the documents");
}

static gdx_status sort_bucket(struct reprint_set *set, struct shingle_reader *reader, size_t at, void *seat,
                              gdx_error *err) {
    struct sorter *sorter = seat;
    struct reprint_index *index = sorter->index;
    size_t from = index->buckets[at], count = index->buckets[at + 1] - from;
    (void)reader;
    if (!count)
        return GDX_OK;
    gdx_status status = take_room(sorter, count, err);
    if (status != GDX_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        uint32_t entry = index->order[from + i];
        sorter->words[i] = (uint64_t)*sketch_of(set, index, entry) << 32 | entry;
    }
    sort_words(sorter->words, sorter->room, count, 2);
    for (size_t begin = 0, end; begin < count; begin = end) {
        end = run_end(sorter->words, begin, count);
        write_run(sorter->words + begin, end - begin, from + begin, index->order, index->places);
        if (end - begin > REPRINT_FOLLOWERS_MOST + 1)
            order_by_next(index, set, sorter, begin, end, from + begin);
    }
    return GDX_OK;
}

gdx_status reprint_index_fill(struct reprint_index *index, struct reprint_set *set, gdx_error *err) {
    unsigned seats = gdx_executor_seats(set->options->executor);
    struct sorter *sorters = calloc(seats, sizeof *sorters);
    gdx_status status = sorters ? spread(index, set, err) : gdx_fail_memory(err, "the sketches of the documents");
    for (unsigned i = 0; sorters && i < seats; i++)
        sorters[i].index = index;
    if (status == GDX_OK)
        status = reprint_set_each(set, BUCKETS, BUCKETS_TOGETHER, sort_bucket, sorters, sizeof *sorters, err);
    for (unsigned i = 0; sorters && i < seats; i++) {
        free(sorters[i].words);
        free(sorters[i].room);
    }
    free(sorters);
    return status;
}
