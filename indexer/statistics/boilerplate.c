// SPDX-License-Identifier: Apache-2.0
// boilerplate.c: what a source repeats: its notices, its menus, its formulas. Of each source a sample is read, the same
// in every run; copies of one text in it count once, since a text that many reprint is no boilerplate; what stands in
// many of the rest is. It counts for no document, whoever it is from.

#include "reprint_set.h"

#include <stdlib.h>

// Documents of a sample; shares of it, and documents, from which on a shingle is boilerplate.
enum { SAMPLE_MOST = 128, SAMPLE_LEAST = 8, REPEATS_LEAST = 5, REPEATS_SHARE = 20 };

struct sampled {
    uint32_t source;
    uint32_t number; // of the document
    uint64_t hash;
};

static int by_source(const void *a, const void *b) {
    const struct sampled *left = a, *right = b;
    if (left->source != right->source)
        return left->source < right->source ? -1 : 1;
    return left->hash < right->hash ? -1 : left->hash > right->hash;
}

struct sample { // of one source
    struct shingles texts[SAMPLE_MOST];
    size_t count;
    struct shingles all, room;
};

static void sample_clear(struct sample *sample) {
    for (size_t i = 0; i < sample->count; i++)
        shingles_clear(&sample->texts[i]);
    sample->count = 0;
    shingles_clear(&sample->all);
    shingles_clear(&sample->room);
}

static struct shingles lowest(const struct shingles *of) {
    return (struct shingles){.hashes = of->hashes, .count = of->count < SKETCH_HASHES ? of->count : SKETCH_HASHES};
}

// Copies share at least half of their lowest hashes. Texts without any are alike in nothing.
static bool is_copy(const struct shingles *a, const struct shingles *b) {
    struct shingles left = lowest(a), right = lowest(b);
    size_t shorter = left.count < right.count ? left.count : right.count;
    return shorter > 0 && shingles_common(&left, &right) * 2 >= shorter;
}

static void drop_copies(struct sample *sample) {
    size_t kept = 0;
    for (size_t i = 0; i < sample->count; i++) {
        size_t other = 0;
        while (other < kept && !is_copy(&sample->texts[other], &sample->texts[i]))
            other++;
        if (other < kept) {
            shingles_clear(&sample->texts[i]);
            continue;
        }
        struct shingles held = sample->texts[i];
        sample->texts[i] = (struct shingles){0};
        sample->texts[kept++] = held;
    }
    sample->count = kept;
}

static int by_hash(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static gdx_status keep_frequent(struct sample *sample, struct shingles *out) {
    size_t needed = sample->count / REPEATS_SHARE + 1;
    struct shingles *all = &sample->all;
    needed = needed > REPEATS_LEAST ? needed : REPEATS_LEAST;
    for (size_t i = 0; i < sample->count; i++) {
        const struct shingles *text = &sample->texts[i];
        if (gdx_grow(&all->hashes, &all->capacity, all->count + text->count + 1, sizeof *all->hashes) != GDX_OK)
            return GDX_NO_MEMORY;
        if (text->count)
            memcpy(all->hashes + all->count, text->hashes, text->count * sizeof *text->hashes);
        all->count += text->count;
    }
    if (all->count)
        qsort(all->hashes, all->count, sizeof *all->hashes, by_hash);
    for (size_t i = 0; i + needed <= all->count; i++) {
        uint64_t hash = all->hashes[i];
        if ((i > 0 && all->hashes[i - 1] == hash) || all->hashes[i + needed - 1] != hash)
            continue;
        if (gdx_grow(&out->hashes, &out->capacity, out->count + 1, sizeof *out->hashes) != GDX_OK)
            return GDX_NO_MEMORY;
        out->hashes[out->count++] = hash;
    }
    return GDX_OK;
}

static gdx_status read_sample(struct reprint_set *set, struct shingle_reader *reader, const struct sampled *chosen,
                              size_t count, struct sample *sample, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        const struct reprint_document *document = &set->documents[chosen[i].number];
        status = gdx_stop_check(set->stop, err);
        if (status == GDX_OK)
            status = shingles_read(reader, document->segment, document->document, NULL, &sample->texts[sample->count++],
                                   err);
    }
    return status;
}

static gdx_status add_source(struct reprint_set *set, struct shingle_reader *reader, const struct sampled *chosen,
                             size_t count, gdx_error *err) {
    struct sample *sample = count < SAMPLE_LEAST ? NULL : calloc(1, sizeof *sample);
    if (count < SAMPLE_LEAST)
        return GDX_OK;
    if (!sample)
        return gdx_fail_memory(err, "what a source repeats");
    gdx_status status = read_sample(set, reader, chosen, count, sample, err);
    if (status == GDX_OK) {
        drop_copies(sample);
        status = keep_frequent(sample, &set->boilerplate);
        if (status != GDX_OK)
            gdx_fail_memory(err, "what a source repeats");
    }
    sample_clear(sample);
    free(sample);
    return status;
}

static gdx_status add_sources(struct reprint_set *set, struct shingle_reader *reader, const struct sampled *chosen,
                              gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t at = 0, end; at < set->count && status == GDX_OK; at = end) {
        for (end = at; end < set->count && chosen[end].source == chosen[at].source; end++)
            ;
        status = add_source(set, reader, chosen + at, end - at < SAMPLE_MOST ? end - at : SAMPLE_MOST, err);
    }
    return status;
}

void reprint_set_sort_boilerplate(struct reprint_set *set) {
    struct shingles *found = &set->boilerplate;
    size_t kept = 0;
    if (found->count)
        qsort(found->hashes, found->count, sizeof *found->hashes, by_hash);
    for (size_t i = 0; i < found->count; i++)
        if (kept == 0 || found->hashes[i] != found->hashes[kept - 1])
            found->hashes[kept++] = found->hashes[i];
    found->count = kept;
}

gdx_status reprint_set_find_boilerplate(struct reprint_set *set, gdx_error *err) {
    struct shingle_reader *reader = shingle_reader_new(set->snapshot);
    struct sampled *chosen = malloc(((size_t)set->count + 1) * sizeof *chosen);
    gdx_status status = reader && chosen ? GDX_OK : gdx_fail_memory(err, "what a source repeats");
    if (status == GDX_OK) {
        for (uint32_t i = 0; i < set->count; i++)
            chosen[i] = (struct sampled){set->documents[i].source, i, set->documents[i].hash};
        if (set->count)
            qsort(chosen, set->count, sizeof *chosen, by_source);
        status = add_sources(set, reader, chosen, err);
    }
    if (status == GDX_OK)
        reprint_set_sort_boilerplate(set);
    free(chosen);
    shingle_reader_free(reader);
    return status;
}
