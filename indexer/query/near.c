// SPDX-License-Identifier: Apache-2.0
// near.c: which occurrences of each side of NEAR and THEN have a partner on the other.
// The positions of a leaf are held once however often it is written; each time that it is written is a stream, a bit
// for each of these positions. So a chain of the same few terms takes the memory of these terms, and for each of its
// levels nearly the time of one. The occurrences of one stream all have one length, so a side is kept as one ascending
// array of positions for each. For each occurrence the nearest start after it and the nearest end before it on the
// other side decide: if the nearest is too far or beyond the end of the part, so are all others. Both are found by
// moving forward only. To be partners is mutual, so the right side is thinned against what is left of the left one.

#include "near.h"

#include "partners.h"
#include "sort.h"

#define NONE SIZE_MAX

struct places { // of a leaf in one form, in the segment or document
    const query_node *leaf;
    const uint32_t *positions;
    size_t count;
    uint32_t length;
    size_t first_stream; // of the side at hand; NONE between uses
};

struct stream {
    const query_node *leaf;
    size_t places;  // number of its places
    uint64_t *kept; // a bit for each
    size_t next;    // stream of the side at hand that has the same places; NONE: the last
};

struct found { // below a node, in the order of the query
    struct stream *streams;
    size_t count, capacity;
};

struct pairing { // one call of query_pairs_find
    query_run *run;
    const query_segment *segment;
    query_leaf_source source;
    void *context;
    gdx_arena *arena;
    struct places *places;
    size_t place_count, place_capacity;
    size_t *touched; // places of the side at hand
    size_t touched_count, touched_capacity;
    uint64_t *united; // kept by any stream of the side
    size_t united_capacity;
};

bool query_leaves_equal(const query_node *a, const query_node *b) {
    if (a->kind != b->kind || a->fields != b->fields || a->symbol_count != b->symbol_count ||
        !gdx_slice_equal(a->value, b->value))
        return false;
    for (uint32_t i = 0; query_is_phrase(a) && i < a->symbol_count; i++) {
        const query_symbol *one = &a->symbols[i], *two = &b->symbols[i];
        if (one->code != two->code || one->other != two->other || !gdx_slice_equal(one->word, two->word))
            return false;
    }
    return true;
}

static size_t words_of(size_t count) {
    return count / 64 + 1;
}

// Room for one more item behind `count` of them.
static gdx_status grow(struct pairing *pairing, void *array, size_t *capacity, size_t count, size_t item_bytes,
                       gdx_error *err) {
    if (count < *capacity)
        return GDX_OK;
    size_t larger = *capacity * 2 + 4;
    void *old, *taken = query_run_take_in(pairing->run, pairing->arena, larger * item_bytes, err);
    if (!taken)
        return GDX_NO_MEMORY;
    memcpy(&old, array, sizeof old);
    if (count)
        memcpy(taken, old, count * item_bytes);
    memcpy(array, &taken, sizeof taken);
    *capacity = larger;
    return GDX_OK;
}

static gdx_status add_stream(struct pairing *pairing, struct found *found, struct stream stream, gdx_error *err) {
    gdx_status status = grow(pairing, &found->streams, &found->capacity, found->count, sizeof stream, err);
    if (status == GDX_OK)
        found->streams[found->count++] = stream;
    return status;
}

static gdx_status add_found(struct pairing *pairing, struct found *found, const struct found *more, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t s = 0; s < more->count && status == GDX_OK; s++)
        status = add_stream(pairing, found, more->streams[s], err);
    return status;
}

// ---- the side at hand: its streams, by places

static void end_side(struct pairing *pairing) {
    while (pairing->touched_count > 0)
        pairing->places[pairing->touched[--pairing->touched_count]].first_stream = NONE;
}

static gdx_status begin_side(struct pairing *pairing, struct found *found, gdx_error *err) {
    end_side(pairing);
    for (size_t s = found->count; s-- > 0;) {
        struct places *places = &pairing->places[found->streams[s].places];
        if (places->first_stream == NONE) {
            gdx_status status = grow(pairing, &pairing->touched, &pairing->touched_capacity, pairing->touched_count,
                                     sizeof *pairing->touched, err);
            if (status != GDX_OK)
                return status;
            pairing->touched[pairing->touched_count++] = found->streams[s].places;
        }
        found->streams[s].next = places->first_stream;
        places->first_stream = s;
    }
    return GDX_OK;
}

// What any stream of the side keeps of these places, into pairing->united.
static gdx_status unite(struct pairing *pairing, const struct found *found, const struct places *places,
                        gdx_error *err) {
    size_t words = words_of(places->count), streams = 1;
    gdx_status status = query_run_foresee(pairing->run, words, err);
    if (status != GDX_OK)
        return status;
    if (words > pairing->united_capacity) {
        pairing->united = query_run_take_in(pairing->run, pairing->arena, words * sizeof *pairing->united, err);
        pairing->united_capacity = pairing->united ? words : 0;
        if (!pairing->united)
            return GDX_NO_MEMORY;
    }
    const struct stream *stream = &found->streams[places->first_stream];
    memcpy(pairing->united, stream->kept, words * sizeof *pairing->united);
    for (; stream->next != NONE; streams++) {
        stream = &found->streams[stream->next];
        for (size_t w = 0; w < words; w++)
            pairing->united[w] |= stream->kept[w];
    }
    return query_run_spend(pairing->run, words * streams, err);
}

// One side of a pair: the starts and the ends of its occurrences, each ascending and without repetition.
struct side {
    const uint32_t *begins;
    size_t begin_count;
    const uint32_t *ends; // one after the last symbol, less `length`
    size_t end_count;
    uint32_t length;
};

static uint32_t end_at(const struct side *side, size_t index) {
    return side->ends[index] + side->length;
}

static size_t sort_once(uint32_t *values, uint32_t *space, size_t count) {
    query_sort(values, space, count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        values[kept] = values[i];
        kept += i + 1 == count || values[i] != values[i + 1];
    }
    return kept;
}

// All starts in one array, all ends in another. Valid until the next side is made or the next leaf asked for.
static gdx_status make_side(struct pairing *pairing, struct found *found, struct side *out, gdx_error *err) {
    query_list *scratch = &pairing->run->searcher->other; // which no leaf is unpacked into meanwhile
    *out = (struct side){0};
    gdx_status status = begin_side(pairing, found, err);
    size_t most = 0, count = 0;
    for (size_t i = 0; i < pairing->touched_count; i++)
        most += pairing->places[pairing->touched[i]].count;
    if (status == GDX_OK) // three arrays: starts, ends and space to sort them
        status = query_run_reserve(pairing->run, scratch, most * 3, err);
    if (status != GDX_OK || most == 0)
        return status;
    uint32_t *begins = scratch->values, *ends = begins + most, length = 0;
    bool is_one = pairing->touched_count == 1;
    for (size_t i = 0; i < pairing->touched_count && status == GDX_OK; i++) {
        const struct places *places = &pairing->places[pairing->touched[i]];
        length = places->length;
        status = unite(pairing, found, places, err);
        for (size_t w = 0; w < words_of(places->count) && status == GDX_OK; w++)
            for (uint64_t left = pairing->united[w]; left; left &= left - 1, count++) {
                begins[count] = places->positions[w * 64 + gdx_bits_lowest(left)];
                ends[count] = begins[count] + places->length;
            }
    }
    if (status != GDX_OK || count == 0)
        return status;
    if (is_one) {
        *out = (struct side){begins, count, begins, count, length};
        return query_run_spend(pairing->run, count * 2, err);
    }
    size_t begin_count = sort_once(begins, ends + most, count);
    *out = (struct side){begins, begin_count, ends, sort_once(ends, ends + most, count), 0};
    return query_run_spend(pairing->run, count * 20, err);
}

// ---- partners

struct partners {
    const query_segment *segment;
    uint32_t distance;
    bool after;  // a partner may be after it
    bool before; // or before
};

// The first from `from` on that is not below `wanted`. Takes a few single steps, then ever longer ones, so that a rare
// leaf does not step over every position of a thousand others.
static size_t first_from(const uint32_t *values, size_t count, size_t from, uint32_t wanted) {
    size_t step = 1;
    while (from + step < count && values[from + step] < wanted) {
        from += step;
        step *= 2;
    }
    size_t high = from + step < count ? from + step : count; // values[high] >= wanted, or there is none
    while (from < high) {
        size_t middle = from + (high - from) / 2;
        if (values[middle] < wanted)
            from = middle + 1;
        else
            high = middle;
    }
    return from;
}

struct walk {      // through a side, forward
    size_t after;  // the first start at or after the end of the occurrence at hand
    size_t before; // the first end after its start
    uint32_t document;
};

static bool has_partner(const struct partners *wanted, const struct side *others, struct walk *walk, uint32_t begin,
                        uint32_t length) {
    uint32_t end = begin + length;
    walk->after = first_from(others->begins, others->begin_count, walk->after, end);
    walk->before = first_from(others->ends, others->end_count, walk->before,
                              begin >= others->length ? begin - others->length + 1 : 0);
    size_t after = walk->after, before = walk->before;
    bool near_after = wanted->after && after < others->begin_count && others->begins[after] - end <= wanted->distance;
    bool near_before = wanted->before && before > 0 && begin - end_at(others, before - 1) <= wanted->distance;
    if (!near_after && !near_before)
        return false;
    walk->document = gdx_columns_document_at(&wanted->segment->columns, begin, walk->document);
    gdx_position_range part = gdx_columns_part_at(&wanted->segment->columns, walk->document, begin);
    return (near_after && others->begins[after] < part.end) || (near_before && end_at(others, before - 1) > part.begin);
}

// Keeps in pairing->united what has a partner.
static gdx_status keep_partnered(struct pairing *pairing, const struct partners *wanted, const struct places *places,
                                 const struct side *others, gdx_error *err) {
    struct walk walk = {0};
    gdx_status status = GDX_OK;
    for (size_t w = 0; w < words_of(places->count) && status == GDX_OK; w++) {
        uint64_t all = others->begin_count ? pairing->united[w] : 0;
        pairing->united[w] = all;
        for (uint64_t left = all; left; left &= left - 1) {
            uint32_t begin = places->positions[w * 64 + gdx_bits_lowest(left)];
            if (!has_partner(wanted, others, &walk, begin, places->length))
                pairing->united[w] &= ~(left & -left);
        }
        if (all)
            status = query_run_spend(pairing->run, (uint64_t)__builtin_popcountll(all) * 10, err);
    }
    return status;
}

static gdx_status keep_side(struct pairing *pairing, const struct partners *wanted, struct found *found,
                            struct found *others, gdx_error *err) {
    struct side side;
    gdx_status status = make_side(pairing, others, &side, err);
    if (status == GDX_OK)
        status = begin_side(pairing, found, err);
    for (size_t i = 0; i < pairing->touched_count && status == GDX_OK; i++) {
        const struct places *places = &pairing->places[pairing->touched[i]];
        status = unite(pairing, found, places, err);
        if (status == GDX_OK)
            status = keep_partnered(pairing, wanted, places, &side, err);
        for (size_t s = places->first_stream; s != NONE && status == GDX_OK; s = found->streams[s].next)
            for (size_t w = 0; w < words_of(places->count); w++)
                found->streams[s].kept[w] &= pairing->united[w];
    }
    return status;
}

// The same of two sides that are one stream each, of a leaf: all of their places are kept.
static gdx_status keep_leaves(struct pairing *pairing, const query_node *node, struct stream *left,
                              struct stream *right, gdx_error *err) {
    struct stream *streams[] = {left, right};
    query_partner_side sides[2];
    for (int i = 0; i < 2; i++) {
        const struct places *places = &pairing->places[streams[i]->places];
        sides[i] = (query_partner_side){places->positions, places->count, places->length, streams[i]->kept};
        memset(streams[i]->kept, 0, words_of(places->count) * sizeof *streams[i]->kept);
    }
    return query_partners_mark(pairing->run, pairing->segment, &sides[0], &sides[1], node->distance,
                               node->kind == QUERY_THEN, err);
}

// Thins both, and appends the right one to the left one.
static gdx_status pair_up(struct pairing *pairing, const query_node *node, struct found *left, struct found *right,
                          gdx_error *err) {
    struct partners wanted = {pairing->segment, node->distance, true, node->kind == QUERY_NEAR};
    bool are_leaves = left->count == 1 && right->count == 1;
    gdx_status status = are_leaves ? keep_leaves(pairing, node, left->streams, right->streams, err)
                                   : keep_side(pairing, &wanted, left, right, err);
    wanted.after = node->kind == QUERY_NEAR;
    wanted.before = true;
    if (status == GDX_OK && !are_leaves)
        status = keep_side(pairing, &wanted, right, left, err);
    return status == GDX_OK ? add_found(pairing, left, right, err) : status;
}

// ---- the tree

// A copy of the leaf's positions in this form, which are the source's until it is asked again.
static gdx_status add_places(struct pairing *pairing, const query_node *leaf, const query_stream *from,
                             gdx_error *err) {
    gdx_status status =
        grow(pairing, &pairing->places, &pairing->place_capacity, pairing->place_count, sizeof *pairing->places, err);
    if (status != GDX_OK)
        return status;
    uint32_t *copy = query_run_take_in(pairing->run, pairing->arena, from->count * sizeof *copy, err);
    if (!copy)
        return GDX_NO_MEMORY;
    if (from->count)
        memcpy(copy, from->positions, from->count * sizeof *copy);
    pairing->places[pairing->place_count++] = (struct places){leaf, copy, from->count, from->length, NONE};
    return GDX_OK;
}

// Numbers of the places of all forms of the leaf: [*out_first, the first that is another leaf's).
static gdx_status find_places(struct pairing *pairing, const query_node *leaf, size_t *out_first, gdx_error *err) {
    size_t first = 0;
    bool may_share = leaf->kind != QUERY_EXACT; // its source keeps something of each
    while (may_share && first < pairing->place_count && !query_leaves_equal(pairing->places[first].leaf, leaf))
        first++;
    *out_first = may_share ? first : pairing->place_count;
    bool has = *out_first == pairing->place_count;
    gdx_status status = GDX_OK;
    for (uint32_t form = 0; has && status == GDX_OK; form++) {
        query_stream stream = {0};
        status = pairing->source(pairing->context, leaf, form, &stream, &has, err);
        if (status == GDX_OK && has)
            status = add_places(pairing, leaf, &stream, err);
    }
    return status;
}

static gdx_status one_leaf(struct pairing *pairing, const query_node *leaf, struct found *out, gdx_error *err) {
    size_t first = 0;
    gdx_status status = find_places(pairing, leaf, &first, err);
    for (size_t i = first; status == GDX_OK && i < pairing->place_count; i++) {
        const struct places *places = &pairing->places[i];
        if (places->leaf != pairing->places[first].leaf)
            break;
        size_t words = words_of(places->count);
        uint64_t *kept = query_run_take_in(pairing->run, pairing->arena, words * sizeof *kept, err);
        if (!kept)
            return GDX_NO_MEMORY;
        memset(kept, 0xff, places->count / 64 * sizeof *kept);
        kept[words - 1] = (UINT64_C(1) << (places->count & 63)) - 1;
        status = add_stream(pairing, out, (struct stream){leaf, i, kept, NONE}, err);
    }
    return status;
}

// Appends what is below the node.
static gdx_status find(struct pairing *pairing, const query_node *node, struct found *out, gdx_error *err) {
    if (query_is_leaf(node))
        return one_leaf(pairing, node, out, err);
    struct found first = {0};
    gdx_status status = find(pairing, node->children[0], &first, err);
    for (uint32_t i = 1; i < node->child_count && status == GDX_OK; i++) {
        struct found next = {0};
        status = find(pairing, node->children[i], &next, err);
        if (status == GDX_OK)
            status = query_is_pair(node) ? pair_up(pairing, node, &first, &next, err)
                                         : add_found(pairing, &first, &next, err);
    }
    return status == GDX_OK ? add_found(pairing, out, &first, err) : status;
}

gdx_status query_streams_add(query_streams *all, const query_streams *more, gdx_arena *arena, gdx_error *err) {
    query_stream *streams = gdx_arena_allocate(arena, (all->count + more->count) * sizeof *streams);
    if (!streams)
        return gdx_fail_memory(err, "an answer");
    if (all->count)
        memcpy(streams, all->streams, all->count * sizeof *streams);
    memcpy(streams + all->count, more->streams, more->count * sizeof *streams);
    *all = (query_streams){streams, all->count + more->count};
    return GDX_OK;
}

gdx_status query_pairs_find(query_run *run, const query_segment *segment, const query_node *node,
                            query_leaf_source source, void *context, gdx_arena *arena, query_streams *out,
                            gdx_error *err) {
    struct pairing pairing = {.run = run, .segment = segment, .source = source, .context = context, .arena = arena};
    struct found found = {0};
    gdx_status status = find(&pairing, node, &found, err);
    if (status != GDX_OK)
        return status;
    *out = (query_streams){NULL, found.count};
    out->streams = query_run_take_in(run, arena, out->count * sizeof *out->streams, err);
    if (!out->streams)
        return GDX_NO_MEMORY;
    for (size_t s = 0; s < out->count; s++) {
        const struct places *places = &pairing.places[found.streams[s].places];
        out->streams[s] = (query_stream){found.streams[s].leaf, places->positions, places->count, places->length,
                                         found.streams[s].kept};
    }
    return GDX_OK;
}

size_t query_stream_count(const query_stream *stream) {
    return stream->kept ? gdx_bits_count(stream->kept, words_of(stream->count) * 64) : stream->count;
}

gdx_status query_stream_append(query_run *run, const query_stream *stream, query_list *list, gdx_error *err) {
    if (!stream->kept)
        return query_run_append(run, list, stream->positions, stream->count, err);
    gdx_status status = query_run_reserve(run, list, list->count + query_stream_count(stream), err);
    for (size_t w = 0; w < words_of(stream->count) && status == GDX_OK; w++)
        for (uint64_t left = stream->kept[w]; left; left &= left - 1)
            list->values[list->count++] = stream->positions[w * 64 + gdx_bits_lowest(left)];
    return status == GDX_OK ? query_run_spend(run, stream->count, err) : status;
}
