// SPDX-License-Identifier: Apache-2.0
// reprints.c: Search.Reprints: documents that are reprints of each other, and excerpts.

#include "api.h"

enum { GROUPS_DEFAULT = 30, MEMBERS_DEFAULT = 10, ROWS_MOST = 1000 };

static gdx_status read_limits(const Gramdex__V1__ReprintsRequest *request, gdx_reprints_limits *out, gdx_error *err) {
    uint32_t groups = 0, members = 0, parts = 0;
    gdx_status status = request_number("limit", request->limit, GROUPS_DEFAULT, ROWS_MOST, &groups, err);
    if (status == GDX_OK)
        status = request_number("members", request->members, MEMBERS_DEFAULT, ROWS_MOST, &members, err);
    if (status == GDX_OK)
        status = request_number("excerpts", request->excerpts, groups, ROWS_MOST, &parts, err);
    *out = (gdx_reprints_limits){groups, members, parts};
    return status;
}

// ---- the reply

static void fill_reprint(gdx_arena *arena, const gdx_reprint *from, Gramdex__V1__Reprint *to, gdx_status *status) {
    gramdex__v1__reprint__init(to);
    to->id = data_of(from->id);
    to->title = data_of(from->title);
    to->source = data_of(from->source);
    to->date = reply_date(arena, from->date, status);
    to->jaccard = from->jaccard;
    to->matches = from->matches;
}

static gdx_status fill_group(gdx_arena *arena, const gdx_reprint_group *from, Gramdex__V1__ReprintGroup *to) {
    gdx_status status = GDX_OK;
    gramdex__v1__reprint_group__init(to);
    Gramdex__V1__Reprint *rows = reply_list(arena, from->reprint_count, sizeof *rows, &to->reprints);
    if (!rows)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < from->reprint_count; i++)
        fill_reprint(arena, &from->reprints[i], &rows[i], &status);
    to->n_reprints = from->reprint_count;
    to->documents = from->documents;
    to->matching = from->matching;
    return status;
}

static gdx_status fill_excerpt(gdx_arena *arena, const gdx_reprint_part *from, Gramdex__V1__Excerpt *to) {
    gdx_status status = GDX_OK;
    Gramdex__V1__Reprint *both = gdx_arena_allocate(arena, 2 * sizeof *both);
    gramdex__v1__excerpt__init(to);
    if (!both)
        return GDX_NO_MEMORY;
    fill_reprint(arena, &from->excerpt, &both[0], &status);
    fill_reprint(arena, &from->of, &both[1], &status);
    to->excerpt = &both[0];
    to->of = &both[1];
    to->containment = from->containment;
    return status;
}

static gdx_status fill_rows(gdx_arena *arena, const gdx_reprints *reprints, Gramdex__V1__ReprintsResponse *reply) {
    gdx_status status = GDX_OK;
    Gramdex__V1__ReprintGroup *groups = reply_list(arena, reprints->group_count, sizeof *groups, &reply->groups);
    Gramdex__V1__Excerpt *parts = reply_list(arena, reprints->part_count, sizeof *parts, &reply->excerpts);
    if (!groups || !parts)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < reprints->group_count && status == GDX_OK; i++)
        status = fill_group(arena, &reprints->groups[i], &groups[i]);
    for (size_t i = 0; i < reprints->part_count && status == GDX_OK; i++)
        status = fill_excerpt(arena, &reprints->parts[i], &parts[i]);
    reply->n_groups = reprints->group_count;
    reply->n_excerpts = reprints->part_count;
    return status;
}

static gdx_status reply_with(gdx_question *question, const gdx_reprints *reprints, Gramdex__V1__Answer *answer,
                             gdx_error *err) {
    Gramdex__V1__ReprintsResponse reply = GRAMDEX__V1__REPRINTS_RESPONSE__INIT;
    if (fill_rows(question->session->arena, reprints, &reply) != GDX_OK)
        return reply_no_memory(err);
    reply.documents = reprints->documents;
    reply.distinct = reprints->distinct;
    reply.all_groups = reprints->all_groups;
    reply.all_excerpts = reprints->all_parts;
    reply.later = reprints->later;
    reply.jaccard = reprints->jaccard;
    reply.within_days = reprints->within_days;
    reply.answer = answer;
    return question->reply(question->context, &reply.base, err);
}

// ---- the whole

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__ReprintsRequest *request = (const Gramdex__V1__ReprintsRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_reprints) reprints = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_reprints_limits limits;
    gdx_status status = request_documents(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = read_limits(request, &limits, err);
    if (status == GDX_OK)
        status = view_open(question, request->scope, &view, err);
    if (status != GDX_OK)
        return status;
    do {
        gdx_reprints_free(GDX_TAKE(reprints)); // of an attempt that is made again
        status = gdx_reprints_compute(question->session->searcher, view.snapshot, query, &limits, &question->stop,
                                      &reprints, err);
    } while (view_answer(question, &view, &query, 1, &answer, &status, err));
    return status == GDX_OK ? reply_with(question, reprints, &answer, err) : status;
}

const gdx_operation reprints_operation = {.name = "Reprints",
                                          .service = &gramdex__v1__search__descriptor,
                                          .effort = GDX_EFFORT_LONG,
                                          .run = run,
                                          .unmerged = "a group of reprints may lie in several slices"};
