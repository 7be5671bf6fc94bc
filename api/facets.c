// SPDX-License-Identifier: Apache-2.0
// facets.c: Search.Facets: matching documents by source, by period and by values of metadata.

#include "gather.h"

#include <inttypes.h>
#include <stdio.h>

enum { GROUPS_MOST = GDX_BY_SOURCE + 1 + GDX_KEYS_MAX, ROWS_DEFAULT = 100, ROWS_MOST = 10000 };

#define KEY_PREFIX "meta."

struct facets_options {
    gdx_facet_by by[GROUPS_MOST];
    size_t count;
    uint32_t limit;
};

static bool is_same(const gdx_facet_by *one, const gdx_facet_by *other) {
    return one->group == other->group && gdx_slice_equal(one->key, other->key);
}

static gdx_status read_group(ProtobufCBinaryData name, gdx_facet_by *out, gdx_error *err) {
    size_t prefix = strlen(KEY_PREFIX);
    *out = (gdx_facet_by){.group = GDX_BY_KEY};
    if (name.len < prefix || memcmp(name.data, KEY_PREFIX, prefix) != 0)
        return request_group("by", name, false, &out->group, err);
    out->key = (gdx_slice){(const char *)name.data + prefix, name.len - prefix};
    const char *fault = gdx_key_fault(out->key);
    return fault ? gdx_fail_field(err, "by", GDX_REASON_OUT_OF_RANGE, "meta.: %s", fault) : GDX_OK;
}

static gdx_status add_group(ProtobufCBinaryData name, struct facets_options *out, gdx_error *err) {
    gdx_facet_by by;
    gdx_status status = read_group(name, &by, err);
    for (size_t i = 0; i < out->count && status == GDX_OK; i++)
        if (is_same(&out->by[i], &by))
            status = gdx_fail_field(err, "by", GDX_REASON_OUT_OF_RANGE, "a group comes twice, expected once");
    if (status == GDX_OK && out->count == GROUPS_MOST)
        status = gdx_fail_field(err, "by", GDX_REASON_OUT_OF_RANGE, "more than %d groups, expected fewer", GROUPS_MOST);
    if (status == GDX_OK)
        out->by[out->count++] = by;
    return status;
}

static gdx_status read_options(const Gramdex__V1__FacetsRequest *request, struct facets_options *out, gdx_error *err) {
    gdx_status status = request_number("limit", request->limit, ROWS_DEFAULT, ROWS_MOST, &out->limit, err);
    for (size_t i = 0; i < request->n_by && status == GDX_OK; i++)
        status = add_group(request->by[i], out, err);
    if (out->count == 0) {
        out->by[out->count++] = (gdx_facet_by){.group = GDX_BY_SOURCE};
        out->by[out->count++] = (gdx_facet_by){.group = GDX_BY_YEAR};
    }
    return status;
}

static gdx_status fill_name(gdx_arena *arena, const gdx_facet_by *by, ProtobufCBinaryData *out) {
    char name[sizeof KEY_PREFIX + GDX_KEY_BYTES_MAX];
    gdx_slice copied;
    if (by->group == GDX_BY_KEY)
        snprintf(name, sizeof name, KEY_PREFIX "%.*s", GDX_SLICE_ARGUMENTS(by->key));
    else
        snprintf(name, sizeof name, "%s", gdx_group_name(by->group));
    gdx_status status = gdx_arena_copy(arena, gdx_slice_of(name), &copied);
    if (status == GDX_OK)
        *out = data_of(copied);
    return status;
}

static gdx_status fill_facet(gdx_arena *arena, const gdx_facet *facet, uint32_t limit, Gramdex__V1__Facet *out) {
    gramdex__v1__facet__init(out);
    out->values = facet->row_count;
    out->left_out = facet->left_out;
    out->n_rows = facet->row_count < limit ? facet->row_count : limit;
    Gramdex__V1__FacetRow *rows = reply_list(arena, out->n_rows, sizeof *rows, &out->rows);
    gdx_status status = rows ? fill_name(arena, &facet->by, &out->by) : GDX_NO_MEMORY;
    for (size_t i = 0; i < out->n_rows && status == GDX_OK; i++) {
        const gdx_facet_row *from = &facet->rows[i];
        gramdex__v1__facet_row__init(&rows[i]);
        rows[i].value = gdx_group_is_period(facet->by.group)
                            ? reply_period(arena, from->period, facet->by.group, &status)
                            : data_of(from->value);
        rows[i].documents = from->documents;
        rows[i].occurrences = from->occurrences;
        rows[i].of_documents = from->of_documents;
        rows[i].of_symbols = from->of_symbols;
        rows[i].per_million = from->per_million;
    }
    return status;
}

static gdx_status reply_with(gdx_question *question, const gdx_facets *facets, uint32_t limit,
                             Gramdex__V1__Answer *answer, gdx_error *err) {
    Gramdex__V1__FacetsResponse reply = GRAMDEX__V1__FACETS_RESPONSE__INIT;
    Gramdex__V1__Facet *all = reply_list(question->session->arena, facets->facet_count, sizeof *all, &reply.facets);
    gdx_status status = all ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < facets->facet_count && status == GDX_OK; i++)
        status = fill_facet(question->session->arena, &facets->facets[i], limit, &all[i]);
    reply.n_facets = facets->facet_count;
    reply.documents = facets->totals.documents;
    reply.occurrences = facets->totals.occurrences;
    reply.answer = answer;
    return status == GDX_OK ? question->reply(question->context, &reply.base, err) : reply_no_memory(err);
}

static gdx_status add_note(gdx_arena *arena, const char *note, Gramdex__V1__Answer *answer, gdx_error *err) {
    gdx_slice kept;
    if (!note[0])
        return GDX_OK;
    return gdx_arena_copy(arena, gdx_slice_of(note), &kept) == GDX_OK ? reply_note(arena, kept, answer, err)
                                                                      : reply_no_memory(err);
}

// Why it took long, and what is in no row.
static gdx_status note_key(gdx_arena *arena, const gdx_key_use *use, uint64_t left_out, Gramdex__V1__Answer *answer,
                           gdx_error *err) {
    char note[GDX_MESSAGE_BYTES];
    gdx_key_note(use, note);
    gdx_status status = add_note(arena, note, answer, err);
    if (status != GDX_OK || left_out == 0)
        return status;
    snprintf(note, sizeof note,
             "%" PRIu64 " documents have a value of %.*s that is in no row: it has more than %d bytes, is no string, "
             "number or boolean, or is one of more than %d",
             left_out, GDX_SLICE_ARGUMENTS(use->key), GDX_VALUE_BYTES_MAX, GDX_VALUES_MAX);
    return add_note(arena, note, answer, err);
}

static gdx_status note_facets(gdx_question *question, const struct view *view, const gdx_facets *facets,
                              Gramdex__V1__Answer *answer, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < facets->facet_count && status == GDX_OK; i++) {
        const gdx_facet *facet = &facets->facets[i];
        gdx_key_use use;
        if (facet->by.group != GDX_BY_KEY)
            continue;
        status = gdx_snapshot_key_use(view->snapshot, facet->by.key, &use, err);
        if (status == GDX_OK)
            status = question->leaf ? leaf_say_key(question, &use, err)
                                    : note_key(question->session->arena, &use, facet->left_out, answer, err);
    }
    return status;
}

// Of the metadata that is read because a segment has no column of a key.
static gdx_status weigh(const struct view *view, const struct facets_options *options, uint64_t *out_ns,
                        gdx_error *err) {
    enum { STORED_NS = 3000 };
    gdx_status status = GDX_OK;
    *out_ns = 0;
    for (size_t i = 0; i < options->count; i++)
        for (size_t s = 0; s < gdx_snapshot_segment_count(view->snapshot) && options->by[i].group == GDX_BY_KEY; s++) {
            const gdx_segment *segment = gdx_snapshot_segment(view->snapshot, s)->segment;
            gdx_keys key = {0};
            bool has = true;
            status = gdx_keys_add(&key, options->by[i].key, err);
            if (status == GDX_OK)
                status = gdx_segment_has_keys(segment, &key, &has, err);
            if (status != GDX_OK)
                return status;
            *out_ns += has ? 0 : (uint64_t)gdx_segment_info_of(segment)->document_count * STORED_NS;
        }
    return status;
}

static gdx_status compute(gdx_question *question, const gdx_query *query, const struct view *view,
                          const struct facets_options *options, gdx_facets **out, Gramdex__V1__Answer *answer,
                          gdx_error *err) {
    uint64_t work_ns = 0;
    gdx_facets_free(GDX_TAKE(*out)); // of an attempt that is made again
    gdx_status status = weigh(view, options, &work_ns, err);
    if (status != GDX_OK || effort_declines(question, work_ns))
        return status;
    status = gdx_facets_compute(question->session->searcher, view->snapshot, query, options->by, options->count,
                                &question->stop, out, err);
    reply_answer(question, gdx_snapshot_commit(view->snapshot), answer);
    if (status == GDX_OK)
        status = note_facets(question, view, *out, answer, err);
    return status == GDX_OK ? reply_notes(question, query, view, answer, err) : status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__FacetsRequest *request = (const Gramdex__V1__FacetsRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_facets) facets = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    struct facets_options options = {0};
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = read_options(request, &options, err);
    if (status == GDX_OK)
        status = view_open(question, request->scope, &view, err);
    if (status != GDX_OK)
        return status;
    for (size_t i = 0; i < options.count; i++)
        options.by[i].with_absent = question->leaf != NULL;
    if (question->leaf)
        options.limit = UINT32_MAX;
    do
        status = compute(question, query, &view, &options, &facets, &answer, err);
    while (view_again(&view, &status, err));
    if (status == GDX_OK && question->has_declined)
        return GDX_OK;
    return status == GDX_OK ? reply_with(question, facets, options.limit, &answer, err) : status;
}

// ---- at a root

static gdx_status check(const struct slice_reply *slice, gdx_error *err) {
    const Gramdex__V1__FacetsResponse *reply = slice->reply;
    struct facets_options options = {0};
    gdx_status status = read_options((const Gramdex__V1__FacetsRequest *)slice->request, &options, err);
    if (status == GDX_OK && reply->n_facets != options.count)
        return gdx_fail(err, GDX_CORRUPT, "%zu facets, expected %zu", reply->n_facets, options.count);
    for (size_t i = 0; i < reply->n_facets && status == GDX_OK; i++)
        if (reply->facets[i]->n_rows != reply->facets[i]->values)
            status = gdx_fail(err, GDX_CORRUPT, "%zu values of a facet, expected %" PRIu64, reply->facets[i]->n_rows,
                              reply->facets[i]->values);
    return status;
}

static gdx_status join_rows(const struct gathered *gathered, size_t number, struct gather_rows *rows,
                            Gramdex__V1__Facet *out) {
    gdx_arena *arena = gathered->question->session->arena;
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        const Gramdex__V1__FacetsResponse *slice = gather_reply(gathered, i);
        const Gramdex__V1__Facet *facet = slice && number < slice->n_facets ? slice->facets[number] : NULL;
        out->left_out += facet ? facet->left_out : 0;
        for (size_t r = 0; facet && r < facet->n_rows; r++) {
            const Gramdex__V1__FacetRow *row = facet->rows[r];
            struct gather_row joined = {.name = row->value,
                                        .slice = i,
                                        .documents = row->documents,
                                        .occurrences = row->occurrences,
                                        .of_documents = row->of_documents,
                                        .of_symbols = row->of_symbols};
            if (gather_rows_add(arena, rows, joined) != GDX_OK)
                return GDX_NO_MEMORY;
        }
    }
    return GDX_OK;
}

static void drop_absent(struct gather_rows *rows) {
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i].documents)
            rows->rows[kept++] = rows->rows[i];
    rows->count = kept;
}

static gdx_status merge_facet(const struct gathered *gathered, size_t number, const struct facets_options *options,
                              Gramdex__V1__Facet *out, gdx_error *err) {
    const gdx_facet_by *by = &options->by[number];
    uint32_t limit = options->limit;
    gdx_arena *arena = gathered->question->session->arena;
    struct gather_rows rows = {0};
    bool is_period = gdx_group_is_period(by->group);
    gramdex__v1__facet__init(out);
    if (join_rows(gathered, number, &rows, out) != GDX_OK || fill_name(arena, by, &out->by) != GDX_OK)
        return reply_no_memory(err);
    gdx_status status = gather_rows_join(&rows, is_period, err);
    if (status != GDX_OK)
        return status;
    drop_absent(&rows);
    if (!is_period)
        gather_rows_rank(rows.rows, rows.count, true);
    out->values = rows.count;
    out->n_rows = rows.count < limit ? rows.count : limit;
    Gramdex__V1__FacetRow *all = reply_list(arena, out->n_rows, sizeof *all, &out->rows);
    for (size_t i = 0; all && i < out->n_rows; i++) {
        const struct gather_row *from = &rows.rows[i];
        gramdex__v1__facet_row__init(&all[i]);
        all[i].value = from->name;
        all[i].documents = from->documents;
        all[i].occurrences = from->occurrences;
        all[i].of_documents = from->of_documents;
        all[i].of_symbols = from->of_symbols;
        all[i].per_million = gdx_per_million(from->occurrences, from->of_symbols);
    }
    return all ? GDX_OK : reply_no_memory(err);
}

// Facets by a key are said first, each as a query of its own.
static gdx_status merge_facets(const struct gathered *gathered, const struct facets_options *options,
                               Gramdex__V1__FacetsResponse *reply, Gramdex__V1__Answer *answer, gdx_error *err) {
    gdx_arena *arena = gathered->question->session->arena;
    Gramdex__V1__Facet *all = reply_list(arena, options->count, sizeof *all, &reply->facets);
    gdx_status status = all ? GDX_OK : reply_no_memory(err);
    uint32_t said = 0;
    for (size_t i = 0; i < options->count && status == GDX_OK; i++) {
        status = merge_facet(gathered, i, options, &all[i], err);
        if (status != GDX_OK || options->by[i].group != GDX_BY_KEY)
            continue;
        gdx_key_use use = gather_key_use(gathered, said++);
        status = note_key(arena, &use, all[i].left_out, answer, err);
    }
    reply->n_facets = options->count;
    return status == GDX_OK ? gather_answer(gathered, said, answer, err) : status;
}

static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    Gramdex__V1__FacetsResponse reply = GRAMDEX__V1__FACETS_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    struct gathered gathered;
    struct facets_options options = {0};
    gdx_status status = gather_all(question, message, &gathered, err);
    if (status == GDX_OK)
        status = read_options((const Gramdex__V1__FacetsRequest *)message, &options, err);
    for (uint32_t i = 0; i < gathered.pin.slices && status == GDX_OK; i++) {
        const Gramdex__V1__FacetsResponse *slice = gather_reply(&gathered, i);
        reply.documents += slice ? slice->documents : 0;
        reply.occurrences += slice ? slice->occurrences : 0;
    }
    reply_answer(question, gathered.pin.commit, &answer);
    reply.answer = &answer;
    if (status == GDX_OK)
        status = merge_facets(&gathered, &options, &reply, &answer, err);
    if (status == GDX_OK)
        status = question->reply(question->context, &reply.base, err);
    gather_close(&gathered);
    return status;
}

const gdx_operation facets_operation = {.name = "Facets",
                                        .service = &gramdex__v1__search__descriptor,
                                        .effort = GDX_EFFORT_SHORT,
                                        .run = run,
                                        .merge = merge,
                                        .check = check};
