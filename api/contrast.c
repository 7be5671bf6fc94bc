// SPDX-License-Identifier: Apache-2.0
// contrast.c: Search.Contrast: what stands in a larger share of some documents than of others.

#include "api.h"

enum { GROUPS_DEFAULT = 30, GROUPS_MOST = 1000, UNITS_DEFAULT = 5, LONGEST_DEFAULT = GDX_STRING_LETTERS_MOST };

struct contrast_question {
    gdx_query *queries[2]; // a and b
    gdx_contrast_options options;
    gdx_contrast *contrast;
};

// ---- the request

static gdx_status read_unit(Gramdex__V1__Unit unit, bool *out_by_passage, gdx_error *err) {
    if ((unsigned)unit > GRAMDEX__V1__UNIT__UNIT_PASSAGE)
        return gdx_fail_field(err, "unit", GDX_REASON_OUT_OF_RANGE, "%d, expected one of Unit", (int)unit);
    *out_by_passage = unit == GRAMDEX__V1__UNIT__UNIT_PASSAGE;
    return GDX_OK;
}

static gdx_status read_options(const Gramdex__V1__ContrastRequest *request, gdx_contrast_options *out, gdx_error *err) {
    uint32_t limit = 0;
    gdx_status status = read_unit(request->unit, &out->by_passage, err);
    if (status == GDX_OK)
        status = request_lengths(request->min_length, request->max_length, LONGEST_DEFAULT, &out->shortest,
                                 &out->longest, err);
    if (status == GDX_OK)
        status = request_number("limit", request->limit, GROUPS_DEFAULT, GROUPS_MOST, &limit, err);
    out->units_least = request->min_units ? request->min_units : UNITS_DEFAULT;
    out->with_digits = request->with_digits;
    out->b_is_rest = request->b.len == 0;
    out->limit = limit;
    return status;
}

static gdx_status read_request(gdx_collection *collection, const Gramdex__V1__ContrastRequest *request,
                               struct contrast_question *out, gdx_error *err) {
    if (request->a.len == 0)
        return gdx_fail_field(err, "a", GDX_REASON_OUT_OF_RANGE, "it is empty, expected a query");
    gdx_status status = read_options(request, &out->options, err);
    if (status == GDX_OK)
        status = request_query_of("a", collection, request->a, request->scope, &out->queries[0], err);
    if (status == GDX_OK && request->b.len)
        return request_query_of("b", collection, request->b, request->scope, &out->queries[1], err);
    return status == GDX_OK ? request_documents(collection, request->b, request->scope, &out->queries[1], err) : status;
}

// ---- the reply

static gdx_status fill_group(gdx_arena *arena, const gdx_contrast_group *from, Gramdex__V1__ContrastGroup *to) {
    gdx_status status = GDX_OK;
    gramdex__v1__contrast_group__init(to);
    to->phrase = data_of(from->phrase);
    to->units_a = from->units_a;
    to->units_b = from->units_b;
    to->occurrences = from->occurrences;
    to->ratio = from->ratio;
    to->score = from->score;
    to->first_date = reply_date(arena, from->first_date, &status);
    to->first_id = data_of(from->first_id);
    to->days = from->days;
    to->folded = from->folded;
    to->also = gdx_arena_allocate(arena, from->also_count * sizeof *to->also + 1);
    if (!to->also)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < from->also_count; i++)
        to->also[to->n_also++] = data_of(from->also[i]);
    return status;
}

static gdx_status reply_with(gdx_question *question, const gdx_contrast *contrast, Gramdex__V1__Answer *answer,
                             gdx_error *err) {
    Gramdex__V1__ContrastResponse reply = GRAMDEX__V1__CONTRAST_RESPONSE__INIT;
    gdx_arena *arena = question->session->arena;
    Gramdex__V1__ContrastGroup *groups = reply_list(arena, contrast->group_count, sizeof *groups, &reply.groups);
    gdx_status status = groups ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < contrast->group_count && status == GDX_OK; i++)
        status = fill_group(arena, &contrast->groups[i], &groups[i]);
    reply.n_groups = contrast->group_count;
    reply.units_a = contrast->units_a;
    reply.units_b = contrast->units_b;
    reply.letters_a = contrast->letters_a;
    reply.letters_b = contrast->letters_b;
    reply.tested = contrast->tested;
    reply.answer = answer;
    return status == GDX_OK ? question->reply(question->context, &reply.base, err) : reply_no_memory(err);
}

// ---- the whole

static gdx_status answer_asked(gdx_question *question, const Gramdex__V1__Scope *scope, struct contrast_question *asked,
                               gdx_error *err) {
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_status status = view_open(question, scope, &view, err);
    if (status != GDX_OK)
        return status;
    do {
        gdx_contrast_free(GDX_TAKE(asked->contrast)); // of an attempt that is made again
        status = gdx_contrast_compute(question->session->searcher, view.snapshot, asked->queries[0], asked->queries[1],
                                      &asked->options, &question->stop, &asked->contrast, err);
    } while (view_answer(question, &view, asked->queries, 2, &answer, &status, err));
    return status == GDX_OK ? reply_with(question, asked->contrast, &answer, err) : status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__ContrastRequest *request = (const Gramdex__V1__ContrastRequest *)message;
    struct contrast_question asked = {0};
    gdx_status status = read_request(question->collection, request, &asked, err);
    asked.options.executor = question->session->executor;
    if (status == GDX_OK)
        status = answer_asked(question, request->scope, &asked, err);
    gdx_query_free(asked.queries[0]);
    gdx_query_free(asked.queries[1]);
    gdx_contrast_free(asked.contrast);
    return status;
}

const gdx_operation contrast_operation = {.name = "Contrast",
                                          .service = &gramdex__v1__search__descriptor,
                                          .effort = GDX_EFFORT_LONG,
                                          .run = run,
                                          .unmerged = "the documents of both sides would have to be read in one place"};
