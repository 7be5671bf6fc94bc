// SPDX-License-Identifier: Apache-2.0
// test_reprints_crowded.c: which pairs are compared where many documents share their hashes: docs/statistics.md,
// "Reprints", steps 7 and 8, followed over all pairs, with hashes of its own. Collections of texts made of few
// sentences, so that a hash has more followers than are taken; some are copies with changes, some parts of others.
// Whatever the memory, the threads and the segments. GDX_SEED changes the seed, GDX_ROUNDS the number of collections.

#include "../property/random.h"
#include "../query/collection.h"
#include "../support/sanitizer.h"
#include "gdx/segment.h"
#include "gdx/statistics.h"
#include "gdx/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DOCUMENTS = 600, SENTENCES = 20, SENTENCE_LETTERS = 18, OF_MOST = 8, LETTERS_MOST = 200 };
enum { LENGTH = 8, SKETCH = 64, FOLLOWERS = 32, SEGMENT = 256, MONTHS = 8, MONTH_DAYS = 28 };

struct naive {
    uint32_t letters[LETTERS_MOST];
    size_t count;
    char bytes[LETTERS_MOST * 3 + 1], id[16], source[16];
    gdx_date date;
    uint64_t hash;
    uint64_t shingles[LETTERS_MOST]; // ascending, each once
    size_t shingle_count;
    uint32_t sketch[SKETCH];
    size_t sketched;
};
static struct naive documents[DOCUMENTS];
static uint32_t sentences[SENTENCES][SENTENCE_LETTERS];
static size_t crowded,
    by_next; // hashes with more followers than are taken; pairs that only a next hash brings together

// ---- a collection

static uint32_t random_letter(random_state *random) {
    return 0xac00 + random_below(random, 400); // hangul: nothing folds them
}

static void add_sentence(struct naive *to, random_state *random) {
    const uint32_t *from = sentences[random_below(random, SENTENCES)];
    for (size_t i = 0; i < SENTENCE_LETTERS && to->count < LETTERS_MOST; i++)
        to->letters[to->count++] = from[i];
}

static void copy_text(struct naive *to, const struct naive *from, random_state *random) {
    size_t begin = random_below(random, 3) ? 0 : random_below(random, (uint32_t)from->count / 2 + 1);
    to->count = from->count - begin;
    memcpy(to->letters, from->letters + begin, to->count * sizeof *to->letters);
    for (uint32_t changes = to->count ? random_below(random, 4) : 0; changes > 0; changes--)
        to->letters[random_below(random, (uint32_t)to->count)] = random_letter(random);
}

static void make_document(size_t i, random_state *random) {
    struct naive *document = &documents[i];
    *document = (struct naive){0};
    if (i > 0 && random_below(random, 3) == 0)
        copy_text(document, &documents[random_below(random, (uint32_t)i)], random);
    else
        for (uint32_t left = 2 + random_below(random, OF_MOST); left > 0; left--)
            add_sentence(document, random);
    if (random_below(random, 3) == 0)
        for (uint32_t left = random_below(random, 40); left > 0 && document->count < LETTERS_MOST; left--)
            document->letters[document->count++] = random_letter(random);
    if (random_below(random, 20))
        document->date = gdx_date_of(2024, 1 + random_below(random, MONTHS),
                                     random_below(random, 12) ? 1 + random_below(random, MONTH_DAYS) : 0);
    snprintf(document->id, sizeof document->id, "%c%zu", (int)('a' + random_below(random, 26)), i);
    snprintf(document->source, sizeof document->source, "paper %zu", i); // of one document: nothing is boilerplate
    char *to = document->bytes;
    for (size_t l = 0; l < document->count; l++)
        to += gdx_utf8_encode((uint8_t *)to, document->letters[l]);
}

static void open_collection(struct collection *out, bool one_segment) {
    static struct written written[DOCUMENTS];
    for (size_t i = 0; i < DOCUMENTS; i++)
        written[i] = (struct written){.id = documents[i].id,
                                      .text = documents[i].bytes,
                                      .source = documents[i].source,
                                      .date = documents[i].date,
                                      .segment = one_segment ? 0 : i / SEGMENT};
    collection_open(out, written, DOCUMENTS);
}

static void read_hashes(gdx_snapshot *snapshot) {
    for (size_t i = 0; i < DOCUMENTS; i++) {
        size_t segment;
        uint32_t document;
        bool has_it = false;
        assert_int_equal(
            gdx_snapshot_find_id(snapshot, gdx_slice_of(documents[i].id), &segment, &document, &has_it, NULL), GDX_OK);
        assert_true(has_it);
        assert_int_equal(
            gdx_segment_hash(gdx_snapshot_segment(snapshot, segment)->segment, document, &documents[i].hash, NULL),
            GDX_OK);
    }
}

// ---- sketches

static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

static int by_number(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static void cut(struct naive *document) {
    uint64_t all[LETTERS_MOST];
    size_t count = 0;
    for (size_t i = 0; i + LENGTH <= document->count; i++) {
        uint64_t hash = 0;
        for (size_t l = 0; l < LENGTH; l++)
            hash = hash * UINT64_C(0x9e3779b97f4a7c15) + (mix(document->letters[i + l]) | 1);
        all[count++] = mix(hash);
    }
    qsort(all, count, sizeof *all, by_number);
    document->shingle_count = document->sketched = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || all[i] != all[i - 1])
            document->shingles[document->shingle_count++] = all[i];
    for (size_t i = 0; i < document->shingle_count && document->sketched < SKETCH && document->shingle_count >= 16; i++)
        document->sketch[document->sketched++] = (uint32_t)(document->shingles[i] >> 32);
}

// ---- brute force: which pairs are compared

static int64_t day_of(gdx_date date) {
    return date == GDX_NO_DATE ? INT64_MAX : gdx_day_number(gdx_date_first_day(date));
}

static int by_time(const void *a, const void *b) {
    const struct naive *left = *(struct naive *const *)a, *right = *(struct naive *const *)b;
    int64_t before = day_of(left->date), after = day_of(right->date);
    return before != after ? (before < after ? -1 : 1) : left->hash < right->hash ? -1 : left->hash > right->hash;
}

static bool are_near(const struct naive *a, const struct naive *b, uint32_t within_days) {
    if (a->date == GDX_NO_DATE || b->date == GDX_NO_DATE)
        return a->date == b->date;
    return gdx_day_number(gdx_date_first_day(b->date)) - gdx_day_number(gdx_date_last_day(a->date)) <=
           (int64_t)within_days;
}

static size_t place_of(const struct naive *document, uint32_t hash) { // SKETCH: it does not have it
    for (size_t s = 0; s < document->sketched; s++)
        if (document->sketch[s] == hash)
            return s;
    return SKETCH;
}

static bool has_next(const struct naive *document, size_t at, uint32_t next, bool is_last) {
    return is_last ? at + 1 == document->sketched : at + 1 < document->sketched && document->sketch[at + 1] == next;
}

// `order`: by time. Notes in `seen` how often each that follows `a` shares a hash with it that counts.
static void look(struct naive *const *order, size_t a, uint32_t within_days, unsigned *seen) {
    const struct naive *from = order[a];
    for (size_t s = 0; s < from->sketched; s++) {
        bool is_last = s + 1 == from->sketched;
        size_t first = 0, later = 0;
        for (size_t b = a + 1; b < DOCUMENTS && are_near(from, order[b], within_days); b++) {
            size_t at = place_of(order[b], from->sketch[s]);
            if (at == SKETCH)
                continue;
            if (first < FOLLOWERS) {
                first++;
                seen[b] += 1;
                continue;
            }
            crowded += later == 0;
            if (later < FOLLOWERS && has_next(order[b], at, is_last ? 0 : from->sketch[s + 1], is_last)) {
                later++;
                by_next += seen[b] == 0;
                seen[b] += 2;
            }
        }
    }
}

static bool share_enough(const struct naive *a, const struct naive *b, uint64_t jaccard) {
    uint32_t of_a = a->sketched < SKETCH ? UINT32_MAX : a->sketch[SKETCH - 1];
    uint32_t of_b = b->sketched < SKETCH ? UINT32_MAX : b->sketch[SKETCH - 1], reach = of_a < of_b ? of_a : of_b;
    uint64_t in_a = 0, in_b = 0, in_both = 0;
    for (size_t i = 0; i < a->sketched; i++) {
        in_a += a->sketch[i] <= reach;
        in_both += place_of(b, a->sketch[i]) != SKETCH;
    }
    for (size_t i = 0; i < b->sketched; i++)
        in_b += b->sketch[i] <= reach;
    return 15 * in_both >= 4 * (in_a < in_b ? in_a : in_b) ||
           3 * in_both * (1000000 + jaccard) >= jaccard * (in_a + in_b);
}

// ---- brute force: groups

struct expected {
    size_t group[DOCUMENTS];
    uint32_t likeness[DOCUMENTS];
    uint32_t containment[DOCUMENTS][DOCUMENTS];
};
static struct expected expected;

static size_t common(const struct naive *a, const struct naive *b) {
    size_t count = 0;
    for (size_t i = 0, j = 0; i < a->shingle_count && j < b->shingle_count;) {
        uint64_t left = a->shingles[i], right = b->shingles[j];
        count += left == right;
        i += left <= right;
        j += right <= left;
    }
    return count;
}

static uint32_t millionths(size_t part, size_t whole) {
    return whole ? (uint32_t)(part * 1000000 / whole) : 0;
}

static void join(size_t a, size_t b) {
    size_t from = expected.group[a], to = expected.group[b];
    for (size_t i = 0; i < DOCUMENTS; i++)
        if (expected.group[i] == from)
            expected.group[i] = to;
}

static void compare(const struct naive *a, const struct naive *b, uint32_t jaccard) {
    size_t i = (size_t)(a - documents), j = (size_t)(b - documents), shared = common(a, b);
    size_t shorter = a->shingle_count < b->shingle_count ? a->shingle_count : b->shingle_count;
    uint32_t likeness = millionths(shared, a->shingle_count + b->shingle_count - shared);
    bool is_a = a->shingle_count < b->shingle_count || (a->shingle_count == b->shingle_count && a->hash < b->hash);
    if (likeness >= jaccard) {
        join(i, j);
        expected.likeness[i] = likeness > expected.likeness[i] ? likeness : expected.likeness[i];
        expected.likeness[j] = likeness > expected.likeness[j] ? likeness : expected.likeness[j];
    } else if (shared * 5 >= shorter * 4) {
        expected.containment[is_a ? i : j][is_a ? j : i] = millionths(shared, shorter);
    }
}

static void make_expected(const gdx_reprints_options *options) {
    struct naive *order[DOCUMENTS];
    memset(&expected, 0, sizeof expected);
    for (size_t i = 0; i < DOCUMENTS; i++) {
        order[i] = &documents[i];
        expected.group[i] = i;
        cut(&documents[i]);
    }
    qsort(order, DOCUMENTS, sizeof *order, by_time);
    for (size_t a = 0; a < DOCUMENTS; a++) {
        unsigned seen[DOCUMENTS] = {0};
        look(order, a, options->within_days, seen);
        for (size_t b = a + 1; b < DOCUMENTS; b++)
            if (seen[b] >= 2 && share_enough(order[a], order[b], options->jaccard))
                compare(order[a], order[b], options->jaccard);
    }
}

// ---- the table

static size_t document_of_hash(uint64_t hash) {
    size_t i = 0;
    while (i < DOCUMENTS && documents[i].hash != hash)
        i++;
    assert_true(i < DOCUMENTS);
    return i;
}

static gdx_status check_table(void *context, const gdx_reprint_table *table, gdx_error *err) {
    size_t members = 0, excerpts = 0, *first = malloc((table->group_count + 1) * sizeof *first);
    (void)context;
    (void)err;
    assert_non_null(first);
    for (uint32_t i = 0; i < table->group_count; i++)
        first[i] = SIZE_MAX;
    for (uint32_t i = 0; i < table->member_count; i++) {
        const gdx_reprint_member *member = &table->members[i];
        size_t document = document_of_hash(table->hashes[member->document]);
        assert_int_equal(member->jaccard, expected.likeness[document]);
        if (first[member->group] == SIZE_MAX)
            first[member->group] = expected.group[document];
        assert_int_equal(expected.group[document], first[member->group]);
    }
    for (uint32_t i = 0; i < table->group_count; i++)
        for (uint32_t j = 0; j < i; j++)
            assert_int_not_equal(first[i], first[j]);
    for (size_t i = 0; i < DOCUMENTS; i++) {
        members += expected.likeness[i] > 0;
        for (size_t j = 0; j < DOCUMENTS; j++)
            excerpts += expected.containment[i][j] && expected.group[i] != expected.group[j];
    }
    assert_int_equal(table->member_count, members);
    assert_int_equal(table->excerpt_count, excerpts);
    for (uint32_t i = 0; i < table->excerpt_count; i++) {
        const gdx_reprint_excerpt *excerpt = &table->excerpts[i];
        assert_int_equal(excerpt->containment, expected.containment[document_of_hash(table->hashes[excerpt->document])]
                                                                   [document_of_hash(table->hashes[excerpt->of])]);
    }
    assert_true(members > 20 && excerpts > 0);
    free(first);
    return GDX_OK;
}

static void find_and_check(const struct collection *collection, const gdx_reprints_options *options) {
    gdx_error err = {0};
    if (gdx_reprints_find(collection->snapshot, options, NULL, check_table, NULL, &err) != GDX_OK)
        fail_msg("%s", err.message);
}

// ----

static size_t number_of(const char *name, size_t otherwise) {
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

static void check_round(random_state *random) {
    struct collection collection, whole;
    GDX_AUTO(gdx_executor) threads = NULL;
    gdx_reprints_options options = {.jaccard = random_below(random, 2) ? 600000 : 300000,
                                    .within_days = random_below(random, 2) ? 30 : 60,
                                    .memory_bytes = 64 << 20};
    for (size_t i = 0; i < SENTENCES; i++)
        for (size_t l = 0; l < SENTENCE_LETTERS; l++)
            sentences[i][l] = random_letter(random);
    for (size_t i = 0; i < DOCUMENTS; i++)
        make_document(i, random);
    open_collection(&collection, false);
    open_collection(&whole, true);
    read_hashes(collection.snapshot);
    make_expected(&options);
    find_and_check(&collection, &options);
    assert_int_equal(gdx_executor_new(4, &threads, NULL), GDX_OK);
    options.executor = threads;
    options.memory_bytes = DOCUMENTS * GDX_REPRINTS_DOCUMENT_BYTES; // several blocks
    find_and_check(&whole, &options);
    collection_close(&collection);
    collection_close(&whole);
}

static void crowded_hashes_pair_those_that_the_definition_says(void **state) {
    (void)state;
    random_state random = {number_of("GDX_SEED", 1)};
    size_t rounds = number_of("GDX_ROUNDS", WATCHES_THREADS ? 1 : 6);
    for (size_t i = 0; i < rounds; i++)
        check_round(&random);
    assert_true(rounds < 6 || (crowded > 1000 && by_next > 100));
}

static void documents_within_the_days_of_one_that_are_too_many_are_refused(void **state) {
    (void)state;
    struct collection collection;
    const gdx_reprints_options options = {
        .jaccard = 600000, .within_days = 36500, .memory_bytes = DOCUMENTS * GDX_REPRINTS_DOCUMENT_BYTES};
    random_state random = {1};
    gdx_error err = {0};
    for (size_t i = 0; i < DOCUMENTS; i++)
        make_document(i, &random);
    open_collection(&collection, true);
    assert_int_equal(gdx_reprints_find(collection.snapshot, &options, NULL, check_table, NULL, &err), GDX_TOO_LARGE);
    assert_non_null(strstr(err.message, "--memory"));
    collection_close(&collection);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crowded_hashes_pair_those_that_the_definition_says),
        cmocka_unit_test(documents_within_the_days_of_one_that_are_too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
