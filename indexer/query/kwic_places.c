// SPDX-License-Identifier: Apache-2.0
// kwic_places.c: occurrences put in order by what stands beside them, as far as a page needs it.
// Places that are alike so far are a group; at first all are. A group is looked at by the next eight symbols, or by the
// next key, and falls into smaller groups, of which only those that reach into the page are looked at further. Symbols
// are read in the order of the documents, so that each stretch of text is spelled out once. What is compared are
// numbers: a code point's, or a word's among the words of the group, in one order by spelling.

#include "kwic_places.h"

#include "names.h"
#include "order.h"

enum {
    NEAR_SYMBOLS = 256, // to the next place, as long as reading them is cheaper than finding a place anew
    READ_NS = 1000,
    NAME_NS = 500
};

struct record {   // of a place of the group at hand
    uint64_t key; // its first two values
    uint32_t place;
    uint32_t slot; // of its values
};

struct group { // order[begin, end)
    size_t begin, end;
    uint32_t key;   // number among the keys
    uint32_t depth; // symbols that are alike already
};

struct sorting { // one owner
    query_run *run;
    const query_places *places;
    gdx_kwic_key keys[GDX_KWIC_KEYS + 1];
    uint32_t key_count;
    uint32_t *order;
    struct record *records, *room;
    uint32_t (*values)[QUERY_KEY_SYMBOLS];
    struct query_names *names; // of the group at hand
    size_t from, to;           // the page
    struct group *groups;      // that are to be looked at
    size_t group_count;
    uint64_t symbols_read;
    const query_place *open; // whose document is open; NULL: none
};

gdx_status query_place_find(const query_document *document, const query_segment *segment, const query_place *place,
                            query_placed *out, gdx_error *err) {
    uint32_t part = query_document_part_at(document, place->position);
    uint32_t begin = place->position - query_document_begin(document, part);
    uint32_t length = query_document_length(document, part);
    if (place->length == 0 || begin >= length || place->length > length - begin)
        return query_segment_corrupt(segment, err);
    *out = (query_placed){part, begin, begin + place->length, length};
    return GDX_OK;
}

// ---- symbols

// The symbols [*from, *to) that a key compares at a depth, none when from == to.
static void find_symbols(gdx_kwic_key key, uint32_t depth, const query_placed *at, uint32_t *from, uint32_t *to) {
    if (key == GDX_KWIC_LEFT) {
        *to = at->begin > depth ? at->begin - depth : 0;
        *from = *to > QUERY_KEY_SYMBOLS ? *to - QUERY_KEY_SYMBOLS : 0;
        return;
    }
    uint32_t first = key == GDX_KWIC_RIGHT ? at->end : at->begin;
    uint32_t end = key == GDX_KWIC_RIGHT ? at->part_length : at->end;
    *from = end - first > depth ? first + depth : end;
    *to = end - *from > QUERY_KEY_SYMBOLS ? *from + QUERY_KEY_SYMBOLS : end;
}

static gdx_status open_document(struct sorting *sorting, const query_place *place, gdx_error *err) {
    const query_place *open = sorting->open;
    if (open && open->segment == place->segment && open->document == place->document)
        return GDX_OK;
    gdx_searcher *searcher = sorting->run->searcher;
    sorting->open = NULL;
    gdx_status status = query_document_locate(searcher->shown, searcher->store,
                                              &sorting->places->segments[place->segment], place->document, err);
    if (status == GDX_OK)
        sorting->open = place;
    return status;
}

// To be read along with a place's symbols when the next one of the group is near.
static uint32_t symbols_ahead(const query_place *place, const query_place *next) {
    bool is_near = next && next->segment == place->segment && next->document == place->document &&
                   next->position - place->position < NEAR_SYMBOLS;
    return is_near ? NEAR_SYMBOLS : 0;
}

static gdx_status number_symbol(struct sorting *sorting, const gdx_symbols *symbols, size_t index, uint32_t *out,
                                gdx_error *err) {
    uint32_t symbol = symbols->symbols[index];
    if (symbol & GDX_WORD_FLAG) {
        gdx_slice word = gdx_symbols_word(symbols, symbol & ~GDX_WORD_FLAG);
        return query_names_add(sorting->run, sorting->names, word, out, err);
    }
    *out = symbol == GDX_BROKEN_HYPHEN ? '-' : symbol;
    return GDX_OK;
}

static gdx_status read_symbols(struct sorting *sorting, const struct group *group, const query_place *place,
                               const query_place *next, uint32_t values[QUERY_KEY_SYMBOLS], gdx_error *err) {
    gdx_kwic_key key = sorting->keys[group->key];
    query_document *document = sorting->run->searcher->shown;
    query_placed at;
    query_view view;
    uint32_t from, to;
    memset(values, 0, QUERY_KEY_SYMBOLS * sizeof *values);
    gdx_status status = open_document(sorting, place, err);
    if (status == GDX_OK)
        status = query_place_find(document, &sorting->places->segments[place->segment], place, &at, err);
    if (status != GDX_OK)
        return status;
    find_symbols(key, group->depth, &at, &from, &to);
    if (from >= to)
        return GDX_OK;
    sorting->symbols_read += to - from;
    status = query_document_view(document, at.part, from, to, symbols_ahead(place, next), &view, err);
    for (uint32_t i = from; i < to && status == GDX_OK; i++) {
        uint32_t number = key == GDX_KWIC_LEFT ? to - 1 - i : i - from;
        status = number_symbol(sorting, view.symbols, i - view.first, &values[number], err);
    }
    return status == GDX_OK ? query_run_spend(sorting->run, READ_NS, err) : status;
}

static gdx_status read_all_symbols(struct sorting *sorting, const struct group *group, gdx_error *err) {
    const query_place *list = sorting->places->list;
    size_t count = group->end - group->begin;
    const uint32_t *order = sorting->order + group->begin;
    gdx_status status = query_names_new(sorting->run, &sorting->names, err);
    sorting->open = NULL;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        const query_place *next = i + 1 < count ? &list[order[i + 1]] : NULL;
        status = read_symbols(sorting, group, &list[order[i]], next, sorting->values[i], err);
        if (status == GDX_OK && sorting->symbols_read > GDX_KWIC_SYMBOLS_MOST)
            status =
                gdx_fail(err, GDX_TOO_LARGE,
                         "more than %d symbols must be read to sort the occurrences; narrow the query or ask for a "
                         "sample of them (--sample)",
                         GDX_KWIC_SYMBOLS_MOST);
    }
    return status == GDX_OK
               ? query_names_rank(sorting->run, sorting->names, sorting->values[0], count * QUERY_KEY_SYMBOLS, err)
               : status;
}

// ---- documents

static gdx_status read_name(struct sorting *sorting, gdx_kwic_key key, const query_place *place, uint32_t *out,
                            gdx_error *err) {
    const query_segment *segment = &sorting->places->segments[place->segment];
    gdx_slice name;
    gdx_status status = key == GDX_KWIC_ID ? gdx_segment_id(segment->segment, place->document, &name, err)
                                           : gdx_segment_source(segment->segment,
                                                                segment->columns.sources[place->document], &name, err);
    if (status == GDX_OK)
        status = query_names_add(sorting->run, sorting->names, name, out, err);
    return status == GDX_OK ? query_run_spend(sorting->run, NAME_NS, err) : status;
}

// One number for all places of a document: its date, or its name's.
static gdx_status read_documents(struct sorting *sorting, const struct group *group, gdx_error *err) {
    gdx_kwic_key key = sorting->keys[group->key];
    size_t count = group->end - group->begin;
    const query_place *before = NULL;
    gdx_status status = query_names_new(sorting->run, &sorting->names, err);
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        const query_place *place = &sorting->places->list[sorting->order[group->begin + i]];
        uint32_t *values = sorting->values[i];
        memset(values, 0, sizeof sorting->values[i]);
        if (before && before->segment == place->segment && before->document == place->document) {
            values[0] = sorting->values[i - 1][0];
        } else if (key == GDX_KWIC_DATE) {
            gdx_date date = sorting->places->segments[place->segment].columns.dates[place->document];
            values[0] = date == GDX_NO_DATE ? UINT32_MAX : date;
        } else {
            status = read_name(sorting, key, place, values, err);
        }
        before = place;
    }
    if (status != GDX_OK || key == GDX_KWIC_DATE)
        return status;
    return query_names_rank(sorting->run, sorting->names, sorting->values[0], count * QUERY_KEY_SYMBOLS, err);
}

// ---- order

static int compare_values(const uint32_t *left, const uint32_t *right) {
    for (size_t i = 0; i < QUERY_KEY_SYMBOLS; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

static bool comes_before(void *context, const void *a, const void *b) {
    const struct record *left = a, *right = b;
    const struct sorting *sorting = context;
    if (left->key != right->key)
        return left->key < right->key;
    return compare_values(sorting->values[left->slot], sorting->values[right->slot]) < 0;
}

static const gdx_ordering by_values = {sizeof(struct record), comes_before};

static bool is_of_symbols(gdx_kwic_key key) {
    return key <= GDX_KWIC_NODE;
}

// Places that are still alike and reach into the page are a group of their own.
static void split_group(struct sorting *sorting, const struct group *group, const struct record *sorted) {
    size_t count = group->end - group->begin;
    for (size_t begin = 0, end; begin < count; begin = end) {
        const uint32_t *values = sorting->values[sorted[begin].slot];
        for (end = begin + 1; end < count && compare_values(values, sorting->values[sorted[end].slot]) == 0;)
            end++;
        struct group alike = {group->begin + begin, group->begin + end, group->key + 1, 0};
        if (end - begin < 2 || alike.begin >= sorting->to || alike.end <= sorting->from)
            continue;
        if (is_of_symbols(sorting->keys[group->key]) && values[QUERY_KEY_SYMBOLS - 1] != 0) {
            alike.key = group->key;
            alike.depth = group->depth + QUERY_KEY_SYMBOLS;
        }
        if (alike.key < sorting->key_count)
            sorting->groups[sorting->group_count++] = alike;
    }
}

static gdx_status sort_group(struct sorting *sorting, const struct group *group, gdx_error *err) {
    size_t count = group->end - group->begin;
    void *result = sorting->records;
    gdx_status status = is_of_symbols(sorting->keys[group->key]) ? read_all_symbols(sorting, group, err)
                                                                 : read_documents(sorting, group, err);
    gdx_arena_reset(sorting->run->searcher->documents); // the names
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        const uint32_t *values = sorting->values[i];
        sorting->records[i] =
            (struct record){(uint64_t)values[0] << 32 | values[1], sorting->order[group->begin + i], (uint32_t)i};
    }
    if (status == GDX_OK)
        status = query_run_order(sorting->run, &by_values, sorting, &result, sorting->room, count, 15, err);
    if (status != GDX_OK)
        return status;
    const struct record *sorted = result; // places that are alike are in the order of the documents
    for (size_t i = 0; i < count; i++)
        sorting->order[group->begin + i] = sorted[i].place;
    split_group(sorting, group, sorted);
    return query_run_spend(sorting->run, count * 5, err);
}

static gdx_status take_memory(struct sorting *sorting, gdx_arena *kept, gdx_error *err) {
    size_t count = sorting->places->count;
    size_t groups = sorting->to - sorting->from + 2; // of two or more each, none of which overlap
    query_run *run = sorting->run;
    sorting->order = query_run_take_in(run, kept, count * sizeof *sorting->order, err);
    sorting->records = query_run_take_in(run, kept, count * sizeof *sorting->records, err);
    sorting->room = query_run_take_in(run, kept, count * sizeof *sorting->room, err);
    sorting->values = query_run_take_in(run, kept, count * sizeof *sorting->values, err);
    sorting->groups = query_run_take_in(run, kept, groups * sizeof *sorting->groups, err);
    bool has_all = sorting->order && sorting->records && sorting->room && sorting->values && sorting->groups;
    return has_all ? GDX_OK : GDX_NO_MEMORY;
}

gdx_status query_places_sort(query_run *run, const query_places *places, const gdx_kwic_options *options, size_t from,
                             size_t to, gdx_arena *kept, uint32_t **out, gdx_error *err) {
    struct sorting sorting = {.run = run, .places = places, .from = from, .to = to};
    gdx_status status = take_memory(&sorting, kept, err);
    if (status != GDX_OK)
        return status;
    memcpy(sorting.keys, options->keys, options->key_count * sizeof *options->keys);
    sorting.key_count = options->key_count;
    sorting.keys[sorting.key_count++] = GDX_KWIC_ID;
    for (uint32_t i = 0; i < places->count; i++)
        sorting.order[i] = i;
    run->held = gdx_arena_bytes(kept);
    if (from < to && places->count > 1)
        sorting.groups[sorting.group_count++] = (struct group){0, places->count, 0, 0};
    while (sorting.group_count && status == GDX_OK) {
        struct group group = sorting.groups[--sorting.group_count];
        status = sort_group(&sorting, &group, err);
    }
    *out = sorting.order;
    return status;
}
