// SPDX-License-Identifier: Apache-2.0
// notices.c: texts that are a source's notice and nothing else, which too few documents have for boilerplate.c. A text
// is one when two longer documents of its source hold it that have nothing else in common and are further apart than
// reprints may be: a report is quoted within days, a notice stands on. What it has counts for no document.

#include "reprint_set.h"

#include <stdlib.h>

// A holder is so many times as long, holds so many fifths, and shares at most one in so many of the rest. Holders
// looked at: so many of the earliest and so many of the latest.
enum { LONGER = 2, HELD_FIFTHS = 4, REST_SHARE = 20, HOLDERS_EACH_END = 4 };

struct holder {
    uint32_t text, holder; // numbers of documents
};

static int by_text(const void *a, const void *b) {
    const struct holder *left = a, *right = b;
    if (left->text != right->text)
        return left->text < right->text ? -1 : 1;
    return left->holder < right->holder ? -1 : left->holder > right->holder;
}

static bool is_held(const struct reprint_set *set, const struct reprint_pair *pair) {
    uint64_t shorter = pair->in_a < pair->in_b ? pair->in_a : pair->in_b;
    uint64_t longer = pair->in_a < pair->in_b ? pair->in_b : pair->in_a;
    return shorter >= SHINGLES_LEAST && longer >= shorter * LONGER &&
           (uint64_t)pair->common * 5 >= shorter * HELD_FIFTHS &&
           set->documents[pair->a].source == set->documents[pair->b].source;
}

static size_t list_holders(const struct reprint_set *set, struct holder *holders) {
    size_t count = 0;
    for (size_t i = 0; i < set->pair_count; i++) {
        const struct reprint_pair *pair = &set->pairs[i];
        bool a_is_longer = pair->in_a > pair->in_b;
        if (!is_held(set, pair))
            continue;
        if (holders)
            holders[count] = a_is_longer ? (struct holder){pair->b, pair->a} : (struct holder){pair->a, pair->b};
        count++;
    }
    if (holders && count)
        qsort(holders, count, sizeof *holders, by_text);
    return count;
}

// ---- one text

struct looked_at { // reused from text to text
    struct shingle_reader *reader;
    struct shingles text, holders[2 * HOLDERS_EACH_END];
    uint32_t numbers[2 * HOLDERS_EACH_END];
    size_t count;
};

static gdx_status read(struct reprint_set *set, struct looked_at *at, uint32_t number, struct shingles *out,
                       gdx_error *err) {
    const struct reprint_document *document = &set->documents[number];
    gdx_status status = gdx_stop_check(set->stop, err);
    if (status != GDX_OK)
        return status;
    return shingles_read(at->reader, document->segment, document->document, &set->boilerplate, out, err);
}

static gdx_status read_holders(struct reprint_set *set, struct looked_at *at, const struct holder *holders,
                               size_t count, gdx_error *err) {
    gdx_status status = read(set, at, holders[0].text, &at->text, err);
    at->count = 0;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        bool is_at_end = i < HOLDERS_EACH_END || i + HOLDERS_EACH_END >= count;
        if (!is_at_end)
            continue;
        at->numbers[at->count] = holders[i].holder;
        status = read(set, at, holders[i].holder, &at->holders[at->count++], err);
    }
    return status;
}

// How many of `a`, and of both, are not in the text.
static size_t rest_of(const struct shingles *a, const struct shingles *b, const struct shingles *text,
                      size_t *out_shared) {
    size_t rest = 0, other = 0, held = 0;
    *out_shared = 0;
    for (size_t i = 0; i < a->count; i++) {
        uint64_t hash = a->hashes[i];
        while (held < text->count && text->hashes[held] < hash)
            held++;
        while (other < b->count && b->hashes[other] < hash)
            other++;
        bool is_rest = held == text->count || text->hashes[held] != hash;
        rest += is_rest;
        *out_shared += is_rest && other < b->count && b->hashes[other] == hash;
    }
    return rest;
}

// Two of those that hold it are far apart in time and in all the rest.
static bool is_notice(const struct reprint_set *set, const struct looked_at *at) {
    for (size_t i = 0; i < at->count; i++)
        for (size_t j = i + 1; j < at->count; j++) {
            const struct shingles *a = &at->holders[i], *b = &at->holders[j];
            uint32_t apart = days_between(&set->documents[at->numbers[i]], &set->documents[at->numbers[j]]);
            size_t shared, rest = rest_of(a, b, &at->text, &shared), other = rest_of(b, a, &at->text, &shared);
            if (apart != UINT32_MAX && apart > set->options->within_days &&
                shared * REST_SHARE <= (rest < other ? rest : other))
                return true;
        }
    return false;
}

// ---- all texts

static int by_hash(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static gdx_status keep(const struct shingles *text, struct shingles *found, gdx_error *err) {
    if (gdx_grow(&found->hashes, &found->capacity, found->count + text->count + 1, sizeof *found->hashes) != GDX_OK)
        return gdx_fail_memory(err, "the notices of sources");
    if (text->count)
        memcpy(found->hashes + found->count, text->hashes, text->count * sizeof *text->hashes);
    found->count += text->count;
    return GDX_OK;
}

static gdx_status look_at_all(struct reprint_set *set, struct looked_at *at, const struct holder *holders, size_t count,
                              struct shingles *found, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t begin = 0, end; begin < count && status == GDX_OK; begin = end) {
        for (end = begin; end < count && holders[end].text == holders[begin].text; end++)
            ;
        if (end - begin < 2)
            continue;
        status = read_holders(set, at, holders + begin, end - begin, err);
        if (status == GDX_OK && is_notice(set, at))
            status = keep(&at->text, found, err);
    }
    return status;
}

static gdx_status find(struct reprint_set *set, struct shingles *found, gdx_error *err) {
    size_t count = list_holders(set, NULL);
    struct holder *holders = malloc((count + 1) * sizeof *holders);
    struct looked_at at = {.reader = shingle_reader_new(set->snapshot)};
    gdx_status status = holders && at.reader ? GDX_OK : gdx_fail_memory(err, "the notices of sources");
    if (status == GDX_OK) {
        list_holders(set, holders);
        status = look_at_all(set, &at, holders, count, found, err);
    }
    free(holders);
    shingle_reader_free(at.reader);
    shingles_clear(&at.text);
    for (size_t i = 0; i < sizeof at.holders / sizeof at.holders[0]; i++)
        shingles_clear(&at.holders[i]);
    return status;
}

static gdx_status start_again(struct reprint_set *set, struct shingles *notices, gdx_error *err) {
    qsort(notices->hashes, notices->count, sizeof *notices->hashes, by_hash);
    gdx_status status = reprint_set_sketch_again(set, notices, err);
    if (status == GDX_OK)
        status = reprint_set_pair(set, err);
    return status == GDX_OK ? reprint_set_compare(set, err) : status;
}

gdx_status reprint_set_drop_notices(struct reprint_set *set, gdx_error *err) {
    struct shingles found = {0};
    gdx_status status = find(set, &found, err);
    bool has_notices = status == GDX_OK && found.count;
    if (has_notices)
        status = keep(&found, &set->boilerplate, err);
    if (has_notices && status == GDX_OK) {
        reprint_set_sort_boilerplate(set);
        status = start_again(set, &found, err);
    }
    shingles_clear(&found);
    return status;
}
