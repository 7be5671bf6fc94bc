// SPDX-License-Identifier: Apache-2.0
// contrast.c: strings that stand in a larger share of A than of B. Relies on associations.h and subcorpus.h.
// docs/statistics.md, "Contrast", has the steps by number; so do the comments here.

#include "associations.h"
#include "subcorpus.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define RATIO_LEAST    2.0
#define SCORE_ABOVE    10.0
#define COHESION_LEAST 2.0
#define FALSE_RATE     0.001
#define NAME_SCORE     0.8

struct contrast {
    const gdx_contrast_options *options;
    struct row row;
    struct string_table *strings;
    struct phrase *phrases; // that are left, strongest first
    size_t phrase_count;
};

struct phrase {
    const struct string_found *string;
    double ratio, score;
};

// ---- steps 1 to 3: the table of units

// Dunning's log-likelihood ratio, G2 = 2 sum O ln(O / E), of units with and without the string in A and in B (T.
// Dunning, "Accurate methods for the statistics of surprise and coincidence", Computational Linguistics 19 (1993)).
static double score_of(double a, double b, double n1, double n2) {
    const double with = a + b, n = n1 + n2;
    const double seen[] = {a, b, n1 - a, n2 - b};
    const double expected[] = {n1 * with / n, n2 * with / n, n1 - n1 * with / n, n2 - n2 * with / n};
    double sum = 0;
    for (size_t i = 0; i < 4; i++)
        if (seen[i] > 0)
            sum += seen[i] * log(seen[i] / expected[i]);
    return 2 * sum;
}

static struct phrase phrase_of(const struct row *row, const struct string_found *string) {
    double a = string->counts.units_a, b = string->counts.units_b;
    double n1 = row->split_unit, n2 = row->unit_count - row->split_unit;
    return (struct phrase){string, (a / n1) / ((b + .5) / (n2 + .5)), score_of(a, b, n1, n2)};
}

static bool is_rising(const struct row *row, const struct string_found *string) {
    uint64_t n1 = row->split_unit, n2 = row->unit_count - row->split_unit;
    if (string->counts.units_a * n2 <= string->counts.units_b * n1)
        return false;
    struct phrase phrase = phrase_of(row, string);
    return phrase.ratio >= RATIO_LEAST && phrase.score > SCORE_ABOVE;
}

static bool keeps(const void *context, const struct row *row, const uint32_t *places,
                  const struct string_found *string) {
    const gdx_contrast_options *options = context;
    return is_rising(row, string) && (options->with_digits || !string_has_digits(row, places, string->length)) &&
           string_is_complete(row, places, string);
}

// ---- steps 4 to 7: what is no phrase

static size_t place_of(const struct contrast *contrast, const struct string_found *string) {
    return strings_places(contrast->strings)[string->first];
}

static bool holds_together(const struct contrast *contrast, const struct string_found *string) {
    const struct row *row = &contrast->row;
    size_t at = place_of(contrast, string);
    return cohesion_of(row, contrast->strings, at, string->length) >= COHESION_LEAST &&
           !has_loose_function_edge(row, contrast->strings, at, string->length);
}

// Strings are kept in the order of their letters, so that equals stay in it.
static int strongest_first(const void *a, const void *b) {
    const struct phrase *left = a, *right = b;
    if (left->score != right->score)
        return left->score < right->score ? 1 : -1;
    if (left->string->length != right->string->length)
        return left->string->length < right->string->length ? -1 : 1;
    return left->string->first < right->string->first ? -1 : left->string->first > right->string->first;
}

// Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995): all up to the last one whose p
// is at most its rank's share of the rate.
static size_t count_discoveries(const struct contrast *contrast) {
    double tested = (double)strings_tested(contrast->strings);
    size_t last = 0;
    for (size_t i = 0; i < contrast->phrase_count; i++)
        if (erfc(sqrt(contrast->phrases[i].score / 2)) <= FALSE_RATE * (double)(i + 1) / tested)
            last = i + 1;
    return last;
}

static gdx_status drop_false_edges(struct contrast *contrast, const gdx_stop *stop, gdx_error *err) {
    GDX_AUTO(edge_counter) counter = edge_counter_new(&contrast->row, contrast->strings);
    if (!counter)
        return gdx_fail_memory(err, "the phrases");
    size_t kept = 0;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < contrast->phrase_count && status == GDX_OK; i++) {
        const struct string_found *string = contrast->phrases[i].string;
        if (!has_false_edge(counter, strings_places(contrast->strings) + string->first, string))
            contrast->phrases[kept++] = contrast->phrases[i];
        status = i % 16 == 0 ? gdx_stop_check(stop, err) : GDX_OK;
    }
    contrast->phrase_count = kept;
    return status;
}

static gdx_status choose_phrases(struct contrast *contrast, const gdx_stop *stop, gdx_error *err) {
    size_t count = 0;
    const struct string_found *kept = strings_kept(contrast->strings, &count);
    contrast->phrases = malloc((count + 1) * sizeof *contrast->phrases);
    gdx_status status = contrast->phrases ? GDX_OK : gdx_fail_memory(err, "the phrases");
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        if (holds_together(contrast, &kept[i]))
            contrast->phrases[contrast->phrase_count++] = phrase_of(&contrast->row, &kept[i]);
        status = i % 64 == 0 ? gdx_stop_check(stop, err) : GDX_OK;
    }
    if (status != GDX_OK)
        return status;
    qsort(contrast->phrases, contrast->phrase_count, sizeof *contrast->phrases, strongest_first);
    contrast->phrase_count = count_discoveries(contrast);
    return drop_false_edges(contrast, stop, err);
}

// ---- step 8: groups

struct units { // of A that have a string, ascending
    uint32_t *values;
    size_t count, capacity;
};

struct group {
    const struct phrase *head;
    struct units units;            // of the head
    const struct phrase **members; // the head is the first
    size_t member_count, member_capacity;
};

static int by_number(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static size_t drop_equal(uint32_t *values, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || values[kept - 1] != values[i])
            values[kept++] = values[i];
    return kept;
}

static gdx_status list_units(const struct contrast *contrast, const struct string_found *string, struct units *out) {
    const uint32_t *places = strings_places(contrast->strings) + string->first;
    out->count = 0;
    if (gdx_grow(&out->values, &out->capacity, string->counts.in_a, sizeof *out->values) != GDX_OK)
        return GDX_NO_MEMORY;
    for (uint32_t i = 0; i < string->counts.in_all; i++)
        if (places[i] < contrast->row.split)
            out->values[out->count++] = contrast->row.letters[places[i]].unit;
    qsort(out->values, out->count, sizeof *out->values, by_number);
    out->count = drop_equal(out->values, out->count);
    assert(out->count == string->counts.units_a);
    return GDX_OK;
}

static size_t count_common(const struct units *a, const struct units *b) {
    size_t common = 0;
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        uint32_t left = a->values[i], right = b->values[j];
        common += left == right;
        i += left <= right;
        j += right <= left;
    }
    return common;
}

static bool are_equal(const struct letter *a, const struct letter *b, uint32_t length) {
    for (uint32_t i = 0; i < length; i++)
        if (a[i].id != b[i].id)
            return false;
    return true;
}

static bool contains(const struct contrast *contrast, const struct string_found *outer,
                     const struct string_found *inner) {
    const struct letter *letters = contrast->row.letters;
    const struct letter *whole = letters + place_of(contrast, outer), *part = letters + place_of(contrast, inner);
    for (uint32_t i = 0; i + inner->length <= outer->length; i++)
        if (are_equal(whole + i, part, inner->length))
            return true;
    return false;
}

// One contains the other, or they overlap by two letters or more at an end.
static bool are_related(const struct contrast *contrast, const struct string_found *a, const struct string_found *b) {
    const struct string_found *small = a->length <= b->length ? a : b, *large = small == a ? b : a;
    const struct letter *letters = contrast->row.letters;
    const struct letter *one = letters + place_of(contrast, small), *other = letters + place_of(contrast, large);
    if (contains(contrast, large, small))
        return true;
    for (uint32_t n = 2; n < small->length; n++)
        if (are_equal(one + small->length - n, other, n) || are_equal(one, other + large->length - n, n))
            return true;
    return false;
}

static bool folds_into(const struct contrast *contrast, const struct phrase *phrase, const struct units *units,
                       const struct group *group) {
    size_t least = units->count < group->units.count ? units->count : group->units.count;
    size_t most = units->count + group->units.count - least;
    bool related = are_related(contrast, phrase->string, group->head->string);
    bool may_be_same = 10 * least >= 6 * most && 4 * most <= contrast->row.split_unit;
    if (!related && !may_be_same)
        return false;
    size_t common = count_common(units, &group->units);
    if (related && 2 * common >= least)
        return true;
    return may_be_same && 10 * common >= 6 * (least + most - common);
}

static gdx_status add_member(struct group *group, const struct phrase *phrase) {
    gdx_status status =
        gdx_grow(&group->members, &group->member_capacity, group->member_count + 1, sizeof *group->members);
    if (status == GDX_OK)
        group->members[group->member_count++] = phrase;
    return status;
}

// Folds the phrase into the first group that it fits, or begins one while there is room.
static gdx_status place_phrase(const struct contrast *contrast, const struct phrase *phrase, struct group *groups,
                               size_t *count, size_t most, struct units *units) {
    if (list_units(contrast, phrase->string, units) != GDX_OK)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < *count; i++)
        if (folds_into(contrast, phrase, units, &groups[i]))
            return add_member(&groups[i], phrase);
    if (*count == most)
        return GDX_OK;
    struct group *group = &groups[(*count)++];
    *group = (struct group){.head = phrase, .units = *units};
    *units = (struct units){0};
    return add_member(group, phrase);
}

// ---- step 9: names, and what is said of a group

// The shortest string inside the head that is nearly as strong.
static const struct phrase *name_of(const struct contrast *contrast, const struct group *group) {
    const struct phrase *name = group->head;
    for (size_t i = 1; i < group->member_count; i++) {
        const struct phrase *member = group->members[i];
        bool is_shorter = member->string->length < name->string->length; // of equals the stronger comes first
        if (is_shorter && member->score >= NAME_SCORE * group->head->score &&
            contains(contrast, group->head->string, member->string))
            name = member;
    }
    return name;
}

struct writing {
    const struct contrast *contrast;
    gdx_snapshot *snapshot;
    gdx_contrast *out;
    gdx_buffer text;
};

static gdx_status spell(struct writing *writing, const struct string_found *string, gdx_slice *out) {
    writing->text.bytes = 0;
    gdx_status status =
        row_spell(&writing->contrast->row, place_of(writing->contrast, string), string->length, &writing->text);
    return status == GDX_OK ? gdx_arena_copy(writing->out->arena, gdx_buffer_slice(&writing->text), out) : status;
}

static gdx_status id_of(const struct writing *writing, const struct row_document *document, gdx_slice *out,
                        gdx_error *err) {
    return gdx_segment_id(gdx_snapshot_segment(writing->snapshot, document->segment)->segment, document->document, out,
                          err);
}

// The first date, of equals the first id, and how many days there are. A document without a date comes after all
// others.
static gdx_status find_first(struct writing *writing, const struct units *units, gdx_contrast_group *out,
                             gdx_error *err) {
    uint32_t *days = malloc((units->count + 1) * sizeof *days);
    size_t day_count = 0;
    gdx_status status = days ? GDX_OK : gdx_fail_memory(err, "the phrases");
    gdx_slice first = {0};
    for (size_t i = 0; i < units->count && status == GDX_OK; i++) {
        const struct row_document *document = row_document_of(&writing->contrast->row, units->values[i]);
        gdx_date last = out->first_date;
        if (gdx_date_day(document->date))
            days[day_count++] = document->date;
        if (first.data && document->date - 1 > last - 1) // no date is the greatest
            continue;
        gdx_slice id;
        status = id_of(writing, document, &id, err);
        if (status == GDX_OK && (!first.data || document->date != last || gdx_slice_compare(id, first) < 0)) {
            first = id;
            out->first_date = document->date;
        }
    }
    if (status == GDX_OK && day_count)
        qsort(days, day_count, sizeof *days, by_number);
    out->days = drop_equal(days, day_count);
    free(days);
    if (status == GDX_OK && gdx_arena_copy(writing->out->arena, first, &out->first_id) != GDX_OK)
        status = gdx_fail_memory(err, "an answer");
    return status;
}

static gdx_status write_group(struct writing *writing, const struct group *group, struct units *units,
                              gdx_contrast_group *out, gdx_error *err) {
    const struct phrase *name = name_of(writing->contrast, group);
    *out = (gdx_contrast_group){.units_a = name->string->counts.units_a,
                                .units_b = name->string->counts.units_b,
                                .occurrences = name->string->counts.in_a,
                                .ratio = name->ratio,
                                .score = name->score,
                                .folded = group->member_count - 1};
    gdx_status status = spell(writing, name->string, &out->phrase);
    for (size_t i = 0; i < group->member_count && status == GDX_OK && out->also_count < GDX_STRING_ALSO_MOST; i++)
        if (group->members[i] != name)
            status = spell(writing, group->members[i]->string, &out->also[out->also_count++]);
    if (status == GDX_OK)
        status = list_units(writing->contrast, name->string, units);
    return status == GDX_OK ? find_first(writing, units, out, err) : gdx_fail_memory(err, "an answer");
}

static gdx_status write_groups(struct writing *writing, const struct group *groups, size_t count, gdx_error *err) {
    struct units units = {0};
    gdx_contrast *out = writing->out;
    out->groups = gdx_arena_allocate(out->arena, (count + 1) * sizeof *out->groups);
    gdx_status status = out->groups ? GDX_OK : gdx_fail_memory(err, "an answer");
    for (; out->group_count < count && status == GDX_OK; out->group_count++)
        status = write_group(writing, &groups[out->group_count], &units, &out->groups[out->group_count], err);
    free(units.values);
    gdx_buffer_clear(&writing->text);
    return status;
}

static gdx_status make_groups(const struct contrast *contrast, gdx_snapshot *snapshot, gdx_contrast *out,
                              const gdx_stop *stop, gdx_error *err) {
    size_t count = 0;
    struct units units = {0};
    struct group *groups = calloc(contrast->options->limit + 1, sizeof *groups);
    gdx_status status = groups ? GDX_OK : gdx_fail_memory(err, "the phrases");
    for (size_t i = 0; i < contrast->phrase_count && status == GDX_OK; i++) {
        if (place_phrase(contrast, &contrast->phrases[i], groups, &count, contrast->options->limit, &units) != GDX_OK)
            status = gdx_fail_memory(err, "the phrases");
        else
            status = gdx_stop_check(stop, err);
    }
    struct writing writing = {contrast, snapshot, out, {0}};
    if (status == GDX_OK)
        status = write_groups(&writing, groups, count, err);
    for (size_t i = 0; i < count; i++) {
        free(groups[i].units.values);
        free(groups[i].members);
    }
    free(groups);
    free(units.values);
    return status;
}

// ---- the whole

void gdx_contrast_free(gdx_contrast *contrast) {
    if (contrast)
        gdx_arena_free(contrast->arena);
    free(contrast);
}

static gdx_contrast *new_contrast(void) {
    gdx_contrast *out = calloc(1, sizeof *out);
    if (!out)
        return NULL;
    out->arena = gdx_arena_new();
    if (!out->arena)
        gdx_contrast_free(GDX_TAKE(out));
    return out;
}

static void describe(const struct contrast *contrast, gdx_contrast *out) {
    const struct row *row = &contrast->row;
    out->units_a = row->split_unit;
    out->units_b = row->unit_count - row->split_unit;
    for (size_t i = 0; i < row->split; i++)
        out->letters_a += row->letters[i].id != 0;
    out->letters_b = row->letter_count - out->letters_a;
    out->tested = strings_tested(contrast->strings);
}

static gdx_status compute(struct contrast *contrast, const struct subcorpus *subcorpus, gdx_contrast *out,
                          gdx_error *err) {
    const gdx_contrast_options *options = contrast->options;
    const struct strings_options wanted = {.shortest = options->shortest,
                                           .longest = options->longest,
                                           .units_least = options->units_least,
                                           .keeps = keeps,
                                           .context = options,
                                           .executor = options->executor,
                                           .stop = subcorpus->stop};
    gdx_status status = subcorpus_read(subcorpus, &contrast->row, err);
    if (status == GDX_OK)
        status = strings_make(&contrast->row, &wanted, &contrast->strings, err);
    if (status == GDX_OK)
        status = choose_phrases(contrast, subcorpus->stop, err);
    if (status == GDX_OK)
        status = make_groups(contrast, subcorpus->snapshot, out, subcorpus->stop, err);
    if (status == GDX_OK)
        describe(contrast, out);
    return status;
}

gdx_status gdx_contrast_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *a, const gdx_query *b,
                                const gdx_contrast_options *options, const gdx_stop *stop, gdx_contrast **out,
                                gdx_error *err) {
    const struct subcorpus subcorpus = {.searcher = searcher,
                                        .snapshot = snapshot,
                                        .a = a,
                                        .b = b,
                                        .b_is_rest = options->b_is_rest,
                                        .unit = options->by_passage ? ROW_PASSAGES : ROW_DOCUMENTS,
                                        .stop = stop};
    struct contrast contrast = {.options = options};
    GDX_AUTO(gdx_contrast) made = new_contrast();
    gdx_status status = made ? compute(&contrast, &subcorpus, made, err) : gdx_fail_memory(err, "an answer");
    string_table_free(contrast.strings);
    row_clear(&contrast.row);
    free(contrast.phrases);
    if (status == GDX_OK) {
        made->commit = gdx_snapshot_commit(snapshot);
        *out = GDX_TAKE(made);
    }
    return status;
}
