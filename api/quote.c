// SPDX-License-Identifier: Apache-2.0
// quote.c: Search.Quote: whether the quotations of a text stand in the documents, and where.

#include "api.h"

static Gramdex__V1__Verdict verdict_of(gdx_verdict verdict) {
    static const Gramdex__V1__Verdict verdicts[GDX_VERDICTS] = {
        [GDX_VERDICT_EXACT] = GRAMDEX__V1__VERDICT__VERDICT_EXACT,
        [GDX_VERDICT_FOLDED] = GRAMDEX__V1__VERDICT__VERDICT_FOLDED,
        [GDX_VERDICT_OTHER_DOCUMENT] = GRAMDEX__V1__VERDICT__VERDICT_OTHER_DOCUMENT,
        [GDX_VERDICT_STITCHED] = GRAMDEX__V1__VERDICT__VERDICT_STITCHED,
        [GDX_VERDICT_ABSENT] = GRAMDEX__V1__VERDICT__VERDICT_ABSENT,
    };
    return verdicts[verdict];
}

static gdx_status place_of(gdx_arena *arena, const gdx_quoted_place *from, Gramdex__V1__QuotedPlace **out) {
    Gramdex__V1__QuotedPlace *place = gdx_arena_allocate(arena, sizeof *place);
    Gramdex__V1__Match *match = gdx_arena_allocate(arena, sizeof *match);
    gdx_status status = GDX_OK;
    if (!place || !match)
        return GDX_NO_MEMORY;
    gramdex__v1__quoted_place__init(place);
    gramdex__v1__match__init(match);
    place->id = data_of(from->id);
    place->title = data_of(from->title);
    place->source = data_of(from->source);
    place->date = reply_date(arena, from->date, &status);
    place->text = data_of(from->words);
    place->match = match;
    match->field = reply_field(from->match.field);
    match->part = from->match.part;
    match->begin = from->match.begin;
    match->end = from->match.end;
    match->place = data_of(from->match.place);
    *out = place;
    return status;
}

static gdx_status fill_pieces(gdx_arena *arena, const gdx_quotation *from, Gramdex__V1__Quotation *out) {
    Gramdex__V1__QuotedPiece *pieces = reply_list(arena, from->piece_count, sizeof *pieces, &out->pieces);
    gdx_status status = pieces ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < from->piece_count && status == GDX_OK; i++) {
        gramdex__v1__quoted_piece__init(&pieces[i]);
        pieces[i].begin = from->pieces[i].begin;
        pieces[i].end = from->pieces[i].end;
        pieces[i].symbols = from->pieces[i].symbols;
        status = place_of(arena, &from->pieces[i].place, &pieces[i].place);
    }
    out->n_pieces = from->piece_count;
    out->pieces_found = (uint32_t)from->pieces_found;
    return status;
}

static gdx_status fill_quotations(gdx_arena *arena, const gdx_quotations *from, Gramdex__V1__QuoteResponse *out) {
    Gramdex__V1__Quotation *all = reply_list(arena, from->quotation_count, sizeof *all, &out->quotations);
    gdx_status status = all ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < from->quotation_count && status == GDX_OK; i++) {
        const gdx_quotation *quotation = &from->quotations[i];
        gramdex__v1__quotation__init(&all[i]);
        all[i].verdict = verdict_of(quotation->verdict);
        all[i].begin = quotation->begin;
        all[i].end = quotation->end;
        all[i].symbols = quotation->symbols;
        all[i].text = data_of(quotation->words);
        if (quotation->has_place)
            status = place_of(arena, &quotation->place, &all[i].place);
        if (status == GDX_OK)
            status = fill_pieces(arena, quotation, &all[i]);
    }
    out->n_quotations = from->quotation_count;
    return status;
}

static gdx_status reply_with(gdx_question *question, const gdx_quotations *quotations, Gramdex__V1__Answer *answer,
                             gdx_error *err) {
    Gramdex__V1__QuoteResponse reply = GRAMDEX__V1__QUOTE_RESPONSE__INIT;
    if (fill_quotations(question->session->arena, quotations, &reply) != GDX_OK)
        return reply_no_memory(err);
    reply.exact = quotations->counts[GDX_VERDICT_EXACT];
    reply.folded = quotations->counts[GDX_VERDICT_FOLDED];
    reply.other_document = quotations->counts[GDX_VERDICT_OTHER_DOCUMENT];
    reply.stitched = quotations->counts[GDX_VERDICT_STITCHED];
    reply.absent = quotations->counts[GDX_VERDICT_ABSENT];
    reply.passed_over = quotations->passed_over;
    reply.unclosed = quotations->unclosed;
    reply.answer = answer;
    return question->reply(question->context, &reply.base, err);
}

static gdx_status read_options(gdx_question *question, const Gramdex__V1__QuoteRequest *request, gdx_filter *filter,
                               gdx_quote_options *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (request->text.len == 0)
        return gdx_fail_field(err, "text", GDX_REASON_OUT_OF_RANGE, "it is empty, expected a text to check");
    if (request->id.len)
        status = request_id("id", request->id, err);
    *out = (gdx_quote_options){.id = slice_of(request->id), .filter = filter};
    return status == GDX_OK ? request_filter(question->session->arena, request->scope, filter, err) : status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__QuoteRequest *request = (const Gramdex__V1__QuoteRequest *)message;
    GDX_AUTO(gdx_quotations) quotations = NULL;
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_filter filter;
    gdx_quote_options options;
    gdx_status status = read_options(question, request, &filter, &options, err);
    if (status == GDX_OK)
        status = view_open(question, request->scope, &view, err);
    if (status != GDX_OK)
        return status;
    do {
        gdx_quotations_free(GDX_TAKE(quotations)); // of an attempt that is made again
        status = gdx_quotations_check(question->session->searcher, view.snapshot, slice_of(request->text), &options,
                                      &question->stop, &quotations, err);
    } while (view_answer(question, &view, NULL, 0, &answer, &status, err));
    return status == GDX_OK ? reply_with(question, quotations, &answer, err) : status;
}

const gdx_operation quote_operation = {.name = "Quote",
                                       .service = &gramdex__v1__search__descriptor,
                                       .effort = GDX_EFFORT_LONG,
                                       .run = run,
                                       .unmerged = "pieces of one quotation may stand in different slices"};
