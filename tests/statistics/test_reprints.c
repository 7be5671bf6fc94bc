// SPDX-License-Identifier: Apache-2.0
// test_reprints.c: reprints against brute force: docs/statistics.md followed over all pairs of documents, without
// sketches. Random collections of short texts, some of them copies with changes, in one to four segments, with
// deletions, marks and a tail that a source repeats. GDX_SEED changes the seed, GDX_ROUNDS the number of collections.

#include "../property/random.h"
#include "../query/collection.h"
#include "gdx/statistics.h"
#include "gdx/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

// With at most 64 shingles a text's sketch is all of it, so that nothing is left to chance.
enum { DOCUMENTS = 60, LETTERS_MOST = 71, LENGTH = 8, SHINGLES_MOST = 64, BYTES_MOST = 1024, SOURCES = 4 };

struct text {
    uint32_t letters[LETTERS_MOST];
    size_t count;
};

struct shingle {
    uint32_t letters[LENGTH];
};

struct naive {
    struct text text;
    char bytes[BYTES_MOST], id[16];
    gdx_date date;
    int source; // below 0: none
    bool is_deleted;
    size_t segment;
    uint64_t hash;
    struct shingle shingles[SHINGLES_MOST];
    size_t shingle_count;
};
static struct naive documents[DOCUMENTS];

// ---- a collection

static uint32_t random_letter(random_state *random) {
    return 0xac00 + random_below(random, 400); // hangul: nothing folds them
}

static void write_text(struct naive *document, random_state *random) {
    char *to = document->bytes;
    for (size_t i = 0; i < document->text.count; i++) {
        to += gdx_utf8_encode((uint8_t *)to, document->text.letters[i]);
        if (random_below(random, 6) == 0)
            to = stpcpy(to, random_below(random, 2) ? "，" : "。\n");
    }
    *to = '\0';
}

// Another text with a few letters changed, a few cut off, or a part of it alone.
static void copy_text(struct text *to, const struct text *from, random_state *random) {
    *to = *from;
    size_t changes = random_below(random, 4);
    for (size_t i = 0; i < changes; i++)
        to->letters[random_below(random, (uint32_t)to->count)] = random_letter(random);
    if (random_below(random, 3) == 0)
        to->count -= random_below(random, (uint32_t)to->count / 2);
}

static void add_tail(struct naive *document) {
    for (uint32_t i = 0; i < 12 && document->text.count < LETTERS_MOST; i++)
        document->text.letters[document->text.count++] = 0xb000 + (uint32_t)document->source * 16 + i;
}

// A notice of the source, alone or at the end of another text.
static void add_notice(struct naive *document, random_state *random) {
    if (random_below(random, 2))
        document->text.count = 0;
    else if (document->text.count > LETTERS_MOST - 24)
        document->text.count = LETTERS_MOST - 24;
    for (uint32_t i = 0; i < 24 && document->text.count < LETTERS_MOST; i++)
        document->text.letters[document->text.count++] = 0xb400 + i;
}

static void make_document(size_t i, random_state *random) {
    struct naive *document = &documents[i];
    *document = (struct naive){
        .source = (int)random_below(random, SOURCES), .segment = i / 16, .is_deleted = random_below(random, 8) == 0};
    document->text.count = 20 + random_below(random, 36);
    for (size_t l = 0; l < document->text.count; l++)
        document->text.letters[l] = random_letter(random);
    if (i > 0 && random_below(random, 2))
        copy_text(&document->text, &documents[random_below(random, (uint32_t)i)].text, random);
    if (document->source == 0 && random_below(random, 5))
        add_tail(document);
    if (document->source == 1 && random_below(random, 3) == 0)
        add_notice(document, random);
    if (random_below(random, 8))
        document->date =
            gdx_date_of(2024, 1 + random_below(random, 4), random_below(random, 6) ? 1 + random_below(random, 28) : 0);
    snprintf(document->id, sizeof document->id, "%c%zu", (int)('a' + random_below(random, 26)), i);
    write_text(document, random);
}

static void open_collection(struct collection *out, bool one_segment) {
    static const char *const sources[SOURCES] = {"agency", "daily", "evening", "weekly"};
    struct written written[DOCUMENTS];
    for (size_t i = 0; i < DOCUMENTS; i++)
        written[i] = (struct written){.id = documents[i].id,
                                      .text = documents[i].bytes,
                                      .source = sources[documents[i].source],
                                      .date = documents[i].date,
                                      .segment = one_segment ? 0 : documents[i].segment,
                                      .is_deleted = documents[i].is_deleted};
    collection_open(out, written, DOCUMENTS);
}

// ---- brute force

static int compare_shingles(const void *a, const void *b) {
    return memcmp(a, b, sizeof(struct shingle));
}

static size_t unique(struct shingle *shingles, size_t count) {
    size_t kept = 0;
    if (count)
        qsort(shingles, count, sizeof *shingles, compare_shingles);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || compare_shingles(&shingles[kept - 1], &shingles[i]) != 0)
            shingles[kept++] = shingles[i];
    return kept;
}

static void cut(struct naive *document) {
    document->shingle_count = 0;
    for (size_t i = 0; i + LENGTH <= document->text.count; i++)
        memcpy(document->shingles[document->shingle_count++].letters, &document->text.letters[i],
               sizeof(struct shingle));
    document->shingle_count = unique(document->shingles, document->shingle_count);
}

static bool has(const struct naive *document, const struct shingle *shingle) {
    return document->shingle_count &&
           bsearch(shingle, document->shingles, document->shingle_count, sizeof *shingle, compare_shingles);
}

static size_t common(const struct naive *a, const struct naive *b) {
    size_t count = 0;
    for (size_t i = 0; i < a->shingle_count; i++)
        count += has(b, &a->shingles[i]);
    return count;
}

static int by_hash(const void *a, const void *b) {
    uint64_t left = (*(struct naive *const *)a)->hash, right = (*(struct naive *const *)b)->hash;
    return left < right ? -1 : left > right;
}

// Documents of a source without copies of each other.
static size_t distinct_of(int source, struct naive *out[DOCUMENTS]) {
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < DOCUMENTS; i++)
        if (documents[i].source == source && !documents[i].is_deleted)
            out[count++] = &documents[i];
    if (count < 8)
        return 0;
    qsort(out, count, sizeof *out, by_hash);
    for (size_t i = 0; i < count; i++) {
        bool is_copy = false;
        for (size_t j = 0; j < kept && !is_copy; j++) {
            size_t shorter =
                out[i]->shingle_count < out[j]->shingle_count ? out[i]->shingle_count : out[j]->shingle_count;
            is_copy = common(out[i], out[j]) * 2 >= shorter;
        }
        if (!is_copy)
            out[kept++] = out[i];
    }
    return kept;
}

static struct shingle repeated[DOCUMENTS * SHINGLES_MOST];
static size_t repeated_count;

static void find_repeated(void) {
    repeated_count = 0;
    for (int source = 0; source < SOURCES; source++) {
        struct naive *of[DOCUMENTS];
        size_t count = distinct_of(source, of), needed = count / 20 + 1 > 5 ? count / 20 + 1 : 5;
        for (size_t i = 0; i < count; i++)
            for (size_t s = 0; s < of[i]->shingle_count; s++) {
                size_t seen = 0;
                for (size_t j = 0; j < count; j++)
                    seen += has(of[j], &of[i]->shingles[s]);
                if (seen >= needed)
                    repeated[repeated_count++] = of[i]->shingles[s];
            }
    }
    repeated_count = unique(repeated, repeated_count);
}

static void drop_repeated(struct naive *document) {
    size_t kept = 0;
    for (size_t i = 0; i < document->shingle_count; i++)
        if (!repeated_count ||
            !bsearch(&document->shingles[i], repeated, repeated_count, sizeof *repeated, compare_shingles))
            document->shingles[kept++] = document->shingles[i];
    document->shingle_count = kept >= 16 ? kept : 0;
}

static int64_t days_apart(gdx_date a, gdx_date b) {
    if ((a == GDX_NO_DATE) != (b == GDX_NO_DATE))
        return INT64_MAX;
    if (a == GDX_NO_DATE)
        return 0;
    int64_t after = gdx_day_number(gdx_date_first_day(b)) - gdx_day_number(gdx_date_last_day(a));
    int64_t before = gdx_day_number(gdx_date_first_day(a)) - gdx_day_number(gdx_date_last_day(b));
    return after > 0 ? after : before > 0 ? before : 0;
}

// ---- notices

static int64_t day_of(gdx_date date) {
    return date == GDX_NO_DATE ? INT64_MAX : gdx_day_number(gdx_date_first_day(date));
}

static int by_time(const void *a, const void *b) {
    int64_t left = day_of((*(struct naive *const *)a)->date), right = day_of((*(struct naive *const *)b)->date);
    return left != right ? (left < right ? -1 : 1) : by_hash(a, b);
}

// Longer documents of the source that hold the text, at most the four earliest and the four latest.
static size_t holders_of(const struct naive *text, int64_t within_days, struct naive *out[DOCUMENTS]) {
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < DOCUMENTS; i++) {
        struct naive *holder = &documents[i];
        if (!holder->is_deleted && text->shingle_count && holder->source == text->source &&
            holder->shingle_count >= 2 * text->shingle_count && common(text, holder) * 5 >= text->shingle_count * 4 &&
            days_apart(text->date, holder->date) <= within_days)
            out[count++] = holder;
    }
    if (count)
        qsort(out, count, sizeof(struct naive *), by_time);
    for (size_t i = 0; i < count; i++)
        if (i < 4 || i + 4 >= count)
            out[kept++] = out[i];
    return kept;
}

// Of `a` without what is in `text`: how many, and how many of them `b` has too.
static size_t rest_of(const struct naive *a, const struct naive *b, const struct naive *text, size_t *out_shared) {
    size_t rest = 0;
    *out_shared = 0;
    for (size_t i = 0; i < a->shingle_count; i++) {
        bool is_rest = !has(text, &a->shingles[i]);
        rest += is_rest;
        *out_shared += is_rest && has(b, &a->shingles[i]);
    }
    return rest;
}

static bool is_notice(const struct naive *text, int64_t within_days) {
    struct naive *holders[DOCUMENTS];
    size_t count = holders_of(text, within_days, holders);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            size_t shared, rest = rest_of(holders[i], holders[j], text, &shared);
            size_t other = rest_of(holders[j], holders[i], text, &shared);
            int64_t days = days_apart(holders[i]->date, holders[j]->date);
            if (days != INT64_MAX && days > within_days && shared * 20 <= (rest < other ? rest : other))
                return true;
        }
    return false;
}

// They count as what sources repeat.
static size_t notices_seen;
static void find_notices(int64_t within_days) {
    repeated_count = 0;
    for (size_t i = 0; i < DOCUMENTS; i++) {
        if (documents[i].is_deleted || !is_notice(&documents[i], within_days))
            continue;
        notices_seen++;
        for (size_t s = 0; s < documents[i].shingle_count; s++)
            repeated[repeated_count++] = documents[i].shingles[s];
    }
    repeated_count = unique(repeated, repeated_count);
}

struct expected {
    size_t group[DOCUMENTS];                    // the lowest document of it
    uint32_t likeness[DOCUMENTS];               // 0: in no group
    uint32_t containment[DOCUMENTS][DOCUMENTS]; // of an excerpt in another; 0: none
};
static struct expected expected;

static void join(size_t from, size_t to) {
    size_t old = expected.group[from], new = expected.group[to];
    for (size_t i = 0; i < DOCUMENTS; i++)
        if (expected.group[i] == (old > new ? old : new))
            expected.group[i] = old > new ? new : old;
}

static uint32_t millionths(size_t part, size_t whole) {
    return whole ? (uint32_t)(part * 1000000 / whole) : 0;
}

static void compare_all(const gdx_reprints_options *options) {
    for (size_t i = 0; i < DOCUMENTS; i++) {
        expected.group[i] = i;
        expected.likeness[i] = 0;
    }
    memset(expected.containment, 0, sizeof expected.containment);
    for (size_t i = 0; i < DOCUMENTS; i++)
        for (size_t j = 0; j < i; j++) {
            const struct naive *a = &documents[i], *b = &documents[j];
            size_t shared = common(a, b),
                   shorter = a->shingle_count < b->shingle_count ? a->shingle_count : b->shingle_count;
            if (a->is_deleted || b->is_deleted || !shorter || days_apart(a->date, b->date) > options->within_days)
                continue;
            uint32_t jaccard = millionths(shared, a->shingle_count + b->shingle_count - shared);
            bool is_shorter =
                a->shingle_count < b->shingle_count || (a->shingle_count == b->shingle_count && a->hash < b->hash);
            if (jaccard >= options->jaccard) {
                join(i, j);
                expected.likeness[i] = jaccard > expected.likeness[i] ? jaccard : expected.likeness[i];
                expected.likeness[j] = jaccard > expected.likeness[j] ? jaccard : expected.likeness[j];
            } else if (shared * 5 >= shorter * 4) {
                expected.containment[is_shorter ? i : j][is_shorter ? j : i] = millionths(shared, shorter);
            }
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
    (void)err;
    gdx_buffer *bytes = context;
    size_t members = 0, excerpts = 0;
    for (uint32_t i = 0; i < table->member_count; i++) {
        const gdx_reprint_member *member = &table->members[i];
        size_t document = document_of_hash(table->hashes[member->document]);
        assert_int_equal(member->jaccard, expected.likeness[document]);
        for (uint32_t j = 0; j < i; j++) {
            size_t other = document_of_hash(table->hashes[table->members[j].document]);
            assert_int_equal(member->group == table->members[j].group,
                             expected.group[document] == expected.group[other]);
        }
    }
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
    assert_int_equal(gdx_buffer_append(bytes, table->hashes, table->count * sizeof *table->hashes), GDX_OK);
    if (table->member_count)
        assert_int_equal(gdx_buffer_append(bytes, table->members, table->member_count * sizeof *table->members),
                         GDX_OK);
    if (table->excerpt_count)
        assert_int_equal(gdx_buffer_append(bytes, table->excerpts, table->excerpt_count * sizeof *table->excerpts),
                         GDX_OK);
    return GDX_OK;
}

static void read_hashes(gdx_snapshot *snapshot) {
    for (size_t i = 0; i < DOCUMENTS; i++) {
        size_t segment;
        uint32_t document;
        bool has_it = false;
        documents[i].hash = i + 1;
        assert_int_equal(
            gdx_snapshot_find_id(snapshot, gdx_slice_of(documents[i].id), &segment, &document, &has_it, NULL), GDX_OK);
        if (has_it)
            assert_int_equal(
                gdx_segment_hash(gdx_snapshot_segment(snapshot, segment)->segment, document, &documents[i].hash, NULL),
                GDX_OK);
    }
}

static void make_expected(const gdx_reprints_options *options) {
    for (size_t i = 0; i < DOCUMENTS; i++)
        cut(&documents[i]);
    find_repeated();
    for (size_t i = 0; i < DOCUMENTS; i++)
        drop_repeated(&documents[i]);
    find_notices(options->within_days);
    for (size_t i = 0; i < DOCUMENTS; i++)
        drop_repeated(&documents[i]);
    compare_all(options);
}

static void find_and_check(const struct collection *collection, const gdx_reprints_options *options,
                           gdx_buffer *bytes) {
    gdx_error err = {0};
    if (gdx_reprints_find(collection->snapshot, options, NULL, check_table, bytes, &err) != GDX_OK)
        fail_msg("%s", err.message);
}

// ---- the file, is:first and the answer

static gdx_status write_table(void *context, const gdx_reprint_table *table, gdx_error *err) {
    return gdx_index_writer_set_reprints(context, table, err);
}

static void build(const char *folder, const gdx_reprints_options *options) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_error err = {0};
    if (gdx_index_writer_open(folder, &writer, &err) != GDX_OK ||
        gdx_reprints_find(gdx_index_writer_snapshot(writer), options, NULL, write_table, writer, &err) != GDX_OK)
        fail_msg("%s", err.message);
}

static void merge_to_one(const char *folder) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    const gdx_merge_options options = {.to_one = true};
    assert_int_equal(gdx_index_writer_open(folder, &writer, NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_merge(writer, &options, NULL, NULL), GDX_OK);
}

static void refresh(struct collection *collection) {
    assert_int_equal(gdx_index_refresh(collection->index, NULL, NULL), GDX_OK);
    gdx_snapshot_release(collection->snapshot);
    collection->snapshot = gdx_index_snapshot(collection->index);
}

static bool is_before(const struct naive *a, const struct naive *b) {
    uint32_t left = a->date ? gdx_date_first_day(a->date) : UINT32_MAX;
    uint32_t right = b->date ? gdx_date_first_day(b->date) : UINT32_MAX;
    return left != right ? left < right : strcmp(a->id, b->id) < 0;
}

static bool is_first(size_t i) {
    for (size_t j = 0; j < DOCUMENTS; j++)
        if (j != i && !documents[j].is_deleted && expected.likeness[j] && expected.group[j] == expected.group[i] &&
            expected.likeness[i] && is_before(&documents[j], &documents[i]))
            return false;
    return true;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void check_firsts(const struct collection *collection) {
    const char *ids[DOCUMENTS];
    size_t count = 0;
    char all[DOCUMENTS * 17] = "", *to = all;
    for (size_t i = 0; i < DOCUMENTS; i++)
        if (!documents[i].is_deleted && is_first(i))
            ids[count++] = documents[i].id;
    qsort(ids, count, sizeof *ids, by_text);
    for (size_t i = 0; i < count; i++)
        to += sprintf(to, "%s%s", i ? " " : "", ids[i]);
    expect_ids(collection, "is:first", GDX_ORDER_ID, all);
}

static void check_answer(const struct collection *collection) {
    GDX_AUTO(gdx_query) query = collection_parse("date:..9999 OR NOT date:..9999");
    GDX_AUTO(gdx_reprints) answer = NULL;
    const gdx_reprints_limits limits = {DOCUMENTS, DOCUMENTS, DOCUMENTS * DOCUMENTS};
    gdx_error err = {0};
    if (gdx_reprints_compute(collection->searcher, collection->snapshot, query, &limits, NULL, &answer, &err) != GDX_OK)
        fail_msg("%s", err.message);
    size_t living = 0, firsts = 0;
    for (size_t i = 0; i < DOCUMENTS; i++) {
        living += !documents[i].is_deleted;
        firsts += !documents[i].is_deleted && is_first(i);
    }
    assert_int_equal(answer->documents, living);
    assert_int_equal(answer->distinct, firsts);
    for (size_t g = 0; g < answer->group_count; g++) {
        const gdx_reprint_group *group = &answer->groups[g];
        assert_true(group->documents > 1 && group->reprint_count == group->documents);
        assert_true(g == 0 || group->documents <= group[-1].documents);
        for (size_t i = 0; i + 1 < group->reprint_count; i++)
            assert_true(group->reprints[i].date == GDX_NO_DATE || group->reprints[i + 1].date == GDX_NO_DATE ||
                        gdx_date_first_day(group->reprints[i].date) <= gdx_date_first_day(group->reprints[i + 1].date));
    }
}

static void delete_one(const char *folder, size_t i) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    size_t segment;
    uint32_t document;
    bool has_it = false;
    assert_int_equal(gdx_index_writer_open(folder, &writer, NULL), GDX_OK);
    assert_int_equal(gdx_snapshot_find_id(gdx_index_writer_snapshot(writer), gdx_slice_of(documents[i].id), &segment,
                                          &document, &has_it, NULL),
                     GDX_OK);
    assert_true(has_it);
    assert_int_equal(gdx_index_writer_delete(writer, segment, document, NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_commit(writer, NULL), GDX_OK);
    documents[i].is_deleted = true;
}

// ----

static size_t number_of(const char *name, size_t otherwise) {
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

static void check_round(random_state *random) {
    struct collection collection, whole;
    gdx_executor *threads = NULL;
    gdx_buffer alone = {0}, together = {0};
    gdx_reprints_options options = {.jaccard = random_below(random, 2) ? 700000 : 500000,
                                    .within_days = random_below(random, 2) ? 30 : 10,
                                    .memory_bytes = 64 << 20};
    for (size_t i = 0; i < DOCUMENTS; i++)
        make_document(i, random);
    documents[DOCUMENTS - 1].is_deleted = false;
    open_collection(&collection, false);
    open_collection(&whole, true);
    read_hashes(collection.snapshot);
    make_expected(&options);
    find_and_check(&collection, &options, &alone);
    assert_int_equal(gdx_executor_new(4, &threads, NULL), GDX_OK);
    options.executor = threads;
    options.memory_bytes = 1 << 16;
    find_and_check(&whole, &options, &together);
    assert_true(gdx_slice_equal(gdx_buffer_slice(&alone), gdx_buffer_slice(&together)));
    build(collection.folder, &options);
    refresh(&collection);
    check_firsts(&collection);
    check_answer(&collection);
    merge_to_one(collection.folder);
    refresh(&collection);
    check_firsts(&collection);
    for (size_t i = 0; i < 6; i++) {
        size_t gone = random_below(random, DOCUMENTS);
        if (!documents[gone].is_deleted)
            delete_one(collection.folder, gone);
    }
    refresh(&collection);
    check_firsts(&collection);
    check_answer(&collection);
    gdx_executor_free(threads);
    gdx_buffer_clear(&alone);
    gdx_buffer_clear(&together);
    collection_close(&collection);
    collection_close(&whole);
}

static void reprints_are_those_of_all_pairs(void **state) {
    (void)state;
    random_state random = {number_of("GDX_SEED", 1)};
    size_t rounds = number_of("GDX_ROUNDS", 12);
    for (size_t i = 0; i < rounds; i++)
        check_round(&random);
    assert_true(rounds < 12 || notices_seen > 0);
}

static void without_a_table_it_says_how_to_make_one(void **state) {
    (void)state;
    struct collection collection;
    const struct written one = {.id = "a", .text = "产业链"};
    gdx_totals totals;
    gdx_error err = {0};
    collection_open(&collection, &one, 1);
    GDX_AUTO(gdx_query) query = collection_parse("产业链 is:first");
    assert_int_equal(gdx_count(collection.searcher, collection.snapshot, query, NULL, &totals, &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "gramdex reprints --build"));
    collection_close(&collection);
}

static void a_stop_ends_it(void **state) {
    (void)state;
    struct collection collection;
    const struct written one = {.id = "a", .text = "产业链"};
    const gdx_reprints_options options = {.jaccard = 700000, .within_days = 30, .memory_bytes = 1 << 20};
    atomic_bool cancelled = true;
    const gdx_stop stop = {.cancelled = &cancelled};
    gdx_error err = {0};
    collection_open(&collection, &one, 1);
    assert_int_equal(gdx_reprints_find(collection.snapshot, &options, &stop, write_table, NULL, &err), GDX_CANCELLED);
    collection_close(&collection);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reprints_are_those_of_all_pairs),
        cmocka_unit_test(without_a_table_it_says_how_to_make_one),
        cmocka_unit_test(a_stop_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
