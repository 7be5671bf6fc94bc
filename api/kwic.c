// SPDX-License-Identifier: Apache-2.0
// kwic.c: Search.Kwic: a page of the concordance, sorted by what stands beside the match.

#include "api.h"
#include "token.h"

#include "gdx/kwic.h"

enum { LINES_DEFAULT = 100, LINES_MOST = 1000 };

typedef Gramdex__V1__KwicRequest kwic_request;
typedef Gramdex__V1__KwicResponse kwic_response;

// ---- the request

static gdx_status read_key(ProtobufCBinaryData name, gdx_kwic_options *options, gdx_error *err) {
    gdx_kwic_key key;
    if (!gdx_kwic_key_parse(slice_of(name), &key))
        return gdx_fail_field(err, "sort", GDX_REASON_OUT_OF_RANGE,
                              "\"%.*s\" is no key, expected right, left, node, date, source or id", (int)name.len,
                              (const char *)name.data);
    for (uint32_t i = 0; i < options->key_count; i++)
        if (options->keys[i] == key)
            return gdx_fail_field(err, "sort", GDX_REASON_OUT_OF_RANGE, "found %.*s twice, expected each key once",
                                  (int)name.len, (const char *)name.data);
    options->keys[options->key_count++] = key;
    return GDX_OK;
}

static gdx_status read_options(const kwic_request *request, const gdx_query *query, gdx_kwic_options *out,
                               gdx_error *err) {
    gdx_status status = request_phrase(query, err);
    for (size_t i = 0; i < request->n_sort && status == GDX_OK; i++)
        status = read_key(request->sort[i], out, err);
    if (status == GDX_OK)
        status = request_number("sample", request->sample, 0, GDX_KWIC_MOST, &out->sample, err);
    if (status == GDX_OK)
        status = request_number("limit", request->limit, LINES_DEFAULT, LINES_MOST, &out->limit, err);
    if (status == GDX_OK)
        status = request_number("context_symbols", request->context_symbols, SYMBOLS_DEFAULT, SYMBOLS_LIMIT,
                                &out->context_symbols, err);
    if (request->no_context)
        out->context_symbols = 0;
    return status;
}

static gdx_status seal_options(gdx_collection *collection, const kwic_request *request, const gdx_kwic_options *options,
                               uint64_t *out, gdx_error *err) {
    char how[4 + 4 + GDX_KWIC_KEYS] = "kwic";
    gdx_store_u32((uint8_t *)how + 4, options->sample);
    for (uint32_t i = 0; i < options->key_count; i++)
        how[8 + i] = (char)(options->keys[i] + 1);
    return page_seal(collection, request->query, request->scope, (gdx_slice){how, sizeof how}, out, err);
}

// ---- the reply

static gdx_status fill_line(gdx_arena *arena, const gdx_occurrence *from, Gramdex__V1__Occurrence *out) {
    gdx_status status = GDX_OK;
    out->id = data_of(from->id);
    out->title = data_of(from->title);
    out->source = data_of(from->source);
    out->date = reply_date(arena, from->date, &status);
    out->position = from->position;
    out->bridged = from->bridged;
    out->before = data_of(from->before);
    out->matched = data_of(from->matched);
    out->after = data_of(from->after);
    return status;
}

static gdx_status fill_lines(gdx_arena *arena, const gdx_kwic *kwic, kwic_response *reply) {
    Gramdex__V1__Occurrence *all = reply_list(arena, kwic->line_count, sizeof *all, &reply->lines);
    Gramdex__V1__Match *matches = gdx_arena_allocate(arena, kwic->line_count * sizeof *matches);
    gdx_status status = all && matches ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < kwic->line_count && status == GDX_OK; i++) {
        gramdex__v1__occurrence__init(&all[i]);
        status = fill_line(arena, &kwic->lines[i], &all[i]);
        reply_match(&kwic->lines[i].match, &matches[i]);
        all[i].match = &matches[i];
    }
    reply->n_lines = kwic->line_count;
    return status;
}

static gdx_status fill_token(const gdx_kwic *kwic, const gdx_kwic_options *options, uint64_t seal, uint64_t commit,
                             gdx_buffer *token, kwic_response *reply, gdx_error *err) {
    struct page next = {commit, options->offset + kwic->line_count};
    if (kwic->line_count == 0 || next.offset >= kwic->sorted)
        return GDX_OK;
    if (token_write(next, seal, token) != GDX_OK)
        return reply_no_memory(err);
    reply->next_page_token = data_of(gdx_buffer_slice(token));
    return GDX_OK;
}

static gdx_status reply_with(gdx_question *question, const gdx_kwic_options *options, uint64_t seal,
                             const gdx_kwic *kwic, Gramdex__V1__Answer *answer, gdx_error *err) {
    kwic_response reply = GRAMDEX__V1__KWIC_RESPONSE__INIT;
    gdx_buffer token = {0};
    reply.sorted = kwic->sorted;
    reply.documents = kwic->totals.documents;
    reply.occurrences = kwic->totals.occurrences;
    reply.bridged_occurrences = kwic->totals.bridged_occurrences;
    reply.answer = answer;
    gdx_status status = fill_lines(question->session->arena, kwic, &reply) == GDX_OK
                            ? fill_token(kwic, options, seal, answer->commit, &token, &reply, err)
                            : reply_no_memory(err);
    if (status == GDX_OK)
        status = question->reply(question->context, &reply.base, err);
    gdx_buffer_clear(&token);
    return status;
}

// ---- the operation

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const kwic_request *request = (const kwic_request *)message;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_kwic) kwic = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_kwic_options options = {.stop = question->stop};
    uint64_t seal = 0;
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status = read_options(request, query, &options, err);
    if (status == GDX_OK)
        status = seal_options(question->collection, request, &options, &seal, err);
    if (status == GDX_OK)
        status = page_open(question, request->page_token, request->scope, seal, &options.offset, &view, err);
    if (status != GDX_OK)
        return status;
    do {
        gdx_kwic_free(GDX_TAKE(kwic)); // of an attempt that is made again
        status = gdx_kwic_compute(question->session->searcher, view.snapshot, query, &options, &kwic, err);
    } while (view_answer(question, &view, &query, 1, &answer, &status, err));
    return status == GDX_OK ? reply_with(question, &options, seal, kwic, &answer, err) : status;
}

const gdx_operation kwic_operation = {.name = "Kwic",
                                      .service = &gramdex__v1__search__descriptor,
                                      .effort = GDX_EFFORT_LONG,
                                      .run = run,
                                      .unmerged = "lines are sorted by symbols that only the leaf with the text has"};
