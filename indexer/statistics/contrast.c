// SPDX-License-Identifier: Apache-2.0
// contrast.c: strings that stand in a larger share of A than of B. Relies on names.h and subcorpus.h.
// docs/statistics.md, "Contrast", has the steps by number; so do the comments here.

#include "names.h"
#include "subcorpus.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define RATIO_LEAST 2.0
#define SCORE_ABOVE 10.0
#define FALSE_RATE  0.001

enum { SPARE_GROUPS = 8 }; // that are made, besides a quarter more than asked for: some get no line

struct contrast {
    const gdx_contrast_options *options;
    struct row row;
    struct string_table *strings;
    struct counts counts;   // of both
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

static bool is_phrase(const struct contrast *contrast, const struct string_found *string) {
    const struct row *row = &contrast->row;
    size_t at = place_of(contrast, string);
    return holds_together(&contrast->counts, at, string->length) &&
           !has_loose_function_edge(row, &contrast->counts, at, string->length);
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
    GDX_AUTO(edge_counter) counter = edge_counter_new(&contrast->row, &contrast->counts);
    if (!counter)
        return gdx_fail_memory(err, "the phrases");
    size_t kept = 0;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < contrast->phrase_count && status == GDX_OK; i++) {
        const struct string_found *string = contrast->phrases[i].string;
        const uint32_t *places = strings_places(contrast->strings) + string->first;
        if (!has_closed_edge(counter, places, string->counts.in_all, string->length) &&
            !is_refrain(&contrast->row, places, string->counts.in_all, string->length) &&
            !has_false_edge(counter, places, string))
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
        if (is_phrase(contrast, &kept[i]))
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

static bool contains(const struct contrast *contrast, const struct string_found *outer,
                     const struct string_found *inner) {
    return row_contains(&contrast->row, place_of(contrast, outer), outer->length, place_of(contrast, inner),
                        inner->length);
}

// One contains the other, or they overlap by two letters or more at an end.
static bool are_related(const struct contrast *contrast, const struct string_found *a, const struct string_found *b) {
    const struct string_found *small = a->length <= b->length ? a : b, *large = small == a ? b : a;
    const struct row *row = &contrast->row;
    size_t one = place_of(contrast, small), other = place_of(contrast, large);
    if (contains(contrast, large, small))
        return true;
    for (uint32_t n = 2; n < small->length; n++)
        if (row_is_equal(row, one + small->length - n, other, n) ||
            row_is_equal(row, one, other + large->length - n, n))
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

// True if a name should not begin or end so, unless its group's head does.
static bool has_function_edge(const struct row *row, size_t at, uint32_t length) {
    return (row->traits[row->letters[at].id] | row->traits[row->letters[at + length - 1].id]) & ROW_FUNCTION;
}

struct written { // a name that has its line
    size_t at;
    uint32_t length;
    struct units units;
};

struct writing {
    const struct contrast *contrast;
    struct edge_counter *counter;
    gdx_snapshot *snapshot;
    gdx_contrast *out;
    struct written *names; // as many as out has groups
    gdx_buffer text;
};

static gdx_status spell(struct writing *writing, size_t at, uint32_t length, gdx_slice *out) {
    writing->text.bytes = 0;
    gdx_status status = row_spell(&writing->contrast->row, at, length, &writing->text);
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

// What is counted of the name, which need not be one of the strings that were compared.
static struct string_found count_name(const struct row *row, const struct name *name, struct units *units) {
    struct string_found counted = {.length = name->length};
    uint32_t *b = units->values + name->count; // there is room for both
    size_t b_count = 0;
    units->count = 0;
    for (uint32_t i = 0; i < name->count; i++) {
        uint32_t unit = row->letters[name->places[i]].unit;
        if (name->places[i] < row->split)
            units->values[units->count++] = unit;
        else
            b[b_count++] = unit;
    }
    counted.counts.in_a = (uint32_t)units->count;
    counted.counts.in_all = name->count;
    qsort(units->values, units->count, sizeof *units->values, by_number);
    qsort(b, b_count, sizeof *b, by_number);
    units->count = drop_equal(units->values, units->count);
    counted.counts.units_a = (uint32_t)units->count;
    counted.counts.units_b = (uint32_t)drop_equal(b, b_count);
    return counted;
}

static bool is_name(const struct contrast *contrast, const struct string_found *string, const struct name *name) {
    return string->length == name->length &&
           row_is_equal(&contrast->row, place_of(contrast, string), name->places[0], name->length);
}

static gdx_status write_others(struct writing *writing, const struct group *group, const struct name *name,
                               gdx_contrast_group *out) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < group->member_count && status == GDX_OK; i++) {
        const struct string_found *string = group->members[i]->string;
        if (is_name(writing->contrast, string, name))
            continue;
        out->folded++;
        if (out->also_count < GDX_STRING_ALSO_MOST)
            status = spell(writing, place_of(writing->contrast, string), string->length, &out->also[out->also_count++]);
    }
    return status;
}

static gdx_status write_group(struct writing *writing, const struct group *group, const struct name *name,
                              const struct string_found *counted, gdx_error *err) {
    gdx_contrast *contrast = writing->out;
    struct phrase phrase = phrase_of(&writing->contrast->row, counted);
    gdx_contrast_group *out = &contrast->groups[contrast->group_count];
    *out = (gdx_contrast_group){.units_a = counted->counts.units_a,
                                .units_b = counted->counts.units_b,
                                .occurrences = counted->counts.in_a,
                                .ratio = phrase.ratio,
                                .score = group->head->score};
    gdx_status status = spell(writing, name->places[0], name->length, &out->phrase);
    if (status == GDX_OK)
        status = write_others(writing, group, name, out);
    return status == GDX_OK ? find_first(writing, &writing->names[contrast->group_count].units, out, err)
                            : gdx_fail_memory(err, "an answer");
}

// All letters of the shorter one stand in the longer one in their order, 进博会 in 进口博览会, or they overlap by two
// letters or more at an end.
static bool is_short_for(const struct row *row, const struct written *a, const struct written *b) {
    const struct written *small = a->length <= b->length ? a : b, *large = small == a ? b : a;
    uint32_t found = 0;
    for (uint32_t n = 2; n < small->length; n++)
        if (row_is_equal(row, small->at + small->length - n, large->at, n) ||
            row_is_equal(row, small->at, large->at + large->length - n, n))
            return true;
    for (uint32_t i = 0; i < large->length && found < small->length; i++)
        found += row->letters[large->at + i].id == row->letters[small->at + found].id;
    return found == small->length;
}

// A stronger group says the same: its name has the letters of this string, or this one its, and they share at least
// half of the units of the rarer one.
static bool is_said(const struct writing *writing, const struct written *string) {
    for (size_t i = 0; i < writing->out->group_count; i++) {
        const struct written *name = &writing->names[i];
        size_t least = string->units.count < name->units.count ? string->units.count : name->units.count;
        if (is_short_for(&writing->contrast->row, string, name) &&
            2 * count_common(&string->units, &name->units) >= least)
            return true;
    }
    return false;
}

static bool head_is_said(const struct writing *writing, const struct group *group) {
    const struct string_found *string = group->head->string;
    const struct written head = {place_of(writing->contrast, string), string->length, group->units};
    return is_said(writing, &head);
}

// Counts the name as the next one to be written. *out_says: it is twice as frequent in A, as what it was made from is,
// and nothing above it says the same.
static gdx_status count_written(struct writing *writing, const struct name *name, struct string_found *out,
                                bool *out_says) {
    const struct row *row = &writing->contrast->row;
    struct written *written = &writing->names[writing->out->group_count];
    struct units *units = &written->units;
    if (gdx_grow(&units->values, &units->capacity, 2 * (size_t)name->count, sizeof *units->values) != GDX_OK)
        return GDX_NO_MEMORY;
    *out = count_name(row, name, units);
    written->at = name->places[0];
    written->length = name->length;
    *out_says = phrase_of(row, out).ratio >= RATIO_LEAST && !is_said(writing, written);
    return GDX_OK;
}

// Finds what a group is to be called. *out_says: there is something.
static gdx_status find_name(struct writing *writing, const struct group *group, struct name *name,
                            struct string_found *out_counted, bool *out_says) {
    const struct contrast *contrast = writing->contrast;
    const struct string_found *head = group->head->string;
    *out_says = false;
    if (head_is_said(writing, group))
        return GDX_OK;
    gdx_status status = name_from(writing->counter, contrast->strings, head, name);
    if (status != GDX_OK || name->in_refrain)
        return status;
    status = count_written(writing, name, out_counted, out_says);
    if (status != GDX_OK || *out_says || has_function_edge(&contrast->row, place_of(contrast, head), head->length))
        return status;
    // What was made of the head says what stands above, or is no more frequent in A.
    status = name_itself(contrast->strings, head, name);
    return status == GDX_OK ? count_written(writing, name, out_counted, out_says) : status;
}

static gdx_status name_and_write(struct writing *writing, const struct group *group, gdx_error *err) {
    struct name name = {0};
    struct string_found counted = {0};
    bool says = false;
    gdx_status status = find_name(writing, group, &name, &counted, &says);
    if (status != GDX_OK)
        gdx_fail_memory(err, "an answer");
    else if (says)
        status = write_group(writing, group, &name, &counted, err);
    name_clear(&name);
    if (status == GDX_OK && says)
        writing->out->group_count++;
    return status;
}

static gdx_status write_groups(struct writing *writing, const struct group *groups, size_t count, gdx_error *err) {
    gdx_contrast *out = writing->out;
    out->groups = gdx_arena_allocate(out->arena, (count + 1) * sizeof *out->groups);
    writing->names = calloc(count + 1, sizeof *writing->names);
    gdx_status status = out->groups && writing->names ? GDX_OK : gdx_fail_memory(err, "an answer");
    for (size_t i = 0; i < count && out->group_count < writing->contrast->options->limit && status == GDX_OK; i++)
        status = name_and_write(writing, &groups[i], err);
    for (size_t i = 0; i <= count && writing->names; i++)
        free(writing->names[i].units.values);
    free(writing->names);
    gdx_buffer_clear(&writing->text);
    return status;
}

static gdx_status make_groups(const struct contrast *contrast, gdx_snapshot *snapshot, gdx_contrast *out,
                              const gdx_stop *stop, gdx_error *err) {
    size_t count = 0;
    struct units units = {0};
    const size_t most = contrast->options->limit + contrast->options->limit / 4 + SPARE_GROUPS;
    struct group *groups = calloc(most + 1, sizeof *groups);
    gdx_status status = groups ? GDX_OK : gdx_fail_memory(err, "the phrases");
    for (size_t i = 0; i < contrast->phrase_count && status == GDX_OK; i++) {
        if (place_phrase(contrast, &contrast->phrases[i], groups, &count, most, &units) != GDX_OK)
            status = gdx_fail_memory(err, "the phrases");
        else
            status = gdx_stop_check(stop, err);
    }
    GDX_AUTO(edge_counter) counter = edge_counter_new(&contrast->row, &contrast->counts);
    struct writing writing = {contrast, counter, snapshot, out, NULL, {0}};
    if (status == GDX_OK && !counter)
        status = gdx_fail_memory(err, "the phrases");
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
        contrast->counts = counts_of_strings(&contrast->row, contrast->strings);
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
                                        .stop = stop,
                                        .executor = options->executor};
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
