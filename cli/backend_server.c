// SPDX-License-Identifier: Apache-2.0
// backend_server.c: answers from a server, through the client library. Relies on gdx/client.h and the messages of
// gramdex.v1. What the service gives page by page (hits) or message by message (occurrences) is put together here, so
// that commands see no difference to an index of their own.

#include "backend.h"

#include "gdx/client.h"
#include "gramdex/v1/search.pb-c.h"

#include <stdlib.h>

#define SERVICE (&gramdex__v1__search__descriptor)

enum { PAGE_HITS_MAX = 1000, PAGE_MATCHES_MAX = 100000, TOKEN_FILE_BYTES = 1 << 16 };
static const uint64_t NS_A_SECOND = 1000000000;

struct server_backend {
    struct backend functions; // first: a backend is this
    gdx_client *client;
    gdx_tls *tls;
    gdx_arena *arena; // of the document or figures given out last
};

static struct server_backend *of(struct backend *backend) {
    return (struct server_backend *)backend;
}

static ProtobufCBinaryData to_wire(gdx_slice text) {
    return (ProtobufCBinaryData){text.bytes, (uint8_t *)text.data};
}

static gdx_slice from_wire(ProtobufCBinaryData text) {
    return (gdx_slice){(const char *)text.data, text.len};
}

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory for the server's answer");
}

static gdx_status date_from_wire(ProtobufCBinaryData text, gdx_date *out, gdx_error *err) {
    gdx_error why = {0};
    if (gdx_date_parse(from_wire(text), out, &why) != GDX_OK)
        return gdx_fail(err, GDX_CORRUPT, "the server's answer: date \"%.*s\": %s", (int)text.len, (char *)text.data,
                        why.message);
    return GDX_OK;
}

static gdx_status call(struct server_backend *self, const char *method, const ProtobufCMessage *request,
                       ProtobufCMessage **out, gdx_error *err) {
    return gdx_client_call(self->client, SERVICE, method, request, out, err);
}

static void fill_info(struct answer_info *info, uint64_t commit, uint64_t took_us, bool is_complete) {
    *info = (struct answer_info){.commit = commit, .took_ns = took_us * 1000, .is_complete = is_complete};
}

static gdx_field field_from_wire(Gramdex__V1__Field field) {
    return field == GRAMDEX__V1__FIELD__FIELD_TITLE ? GDX_FIELD_TITLE : GDX_FIELD_TEXT;
}

static gdx_match match_from_wire(const Gramdex__V1__Match *match) {
    return match ? (gdx_match){field_from_wire(match->field), match->begin, match->end} : (gdx_match){0};
}

// ---- search

static gdx_status copy_texts(const Gramdex__V1__Hit *from, gdx_arena *arena, gdx_hit *to, gdx_error *err) {
    if (gdx_arena_copy(arena, from_wire(from->id), &to->id) != GDX_OK ||
        gdx_arena_copy(arena, from_wire(from->title), &to->title) != GDX_OK ||
        gdx_arena_copy(arena, from_wire(from->source), &to->source) != GDX_OK ||
        gdx_arena_copy(arena, from_wire(from->metadata), &to->metadata) != GDX_OK)
        return no_memory(err);
    return date_from_wire(from->date, &to->date, err);
}

static gdx_status copy_snippet(const Gramdex__V1__Snippet *from, gdx_arena *arena, gdx_hit *to, gdx_error *err) {
    if (!from)
        return GDX_OK;
    to->snippet_field = field_from_wire(from->field);
    to->snippet_begins = from->begins;
    to->snippet_ends = from->ends;
    to->marks = gdx_arena_allocate(arena, from->n_marks * sizeof *to->marks + 1);
    if (!to->marks || gdx_arena_copy(arena, from_wire(from->text), &to->snippet) != GDX_OK)
        return no_memory(err);
    for (size_t i = 0; i < from->n_marks; i++) {
        const Gramdex__V1__Mark *mark = from->marks[i];
        if (mark->begin > mark->end || mark->end > to->snippet.bytes)
            return gdx_fail(err, GDX_CORRUPT, "the server's answer: a mark from %u to %u in a snippet of %zu bytes",
                            mark->begin, mark->end, to->snippet.bytes);
        to->marks[to->mark_count++] = (gdx_mark){mark->begin, mark->end};
    }
    return GDX_OK;
}

static gdx_status copy_hit(const Gramdex__V1__Hit *from, gdx_arena *arena, gdx_hit *to, gdx_error *err) {
    to->score = from->score;
    to->occurrences = from->occurrences;
    to->length = from->length;
    gdx_status status = copy_texts(from, arena, to, err);
    if (status == GDX_OK)
        status = copy_snippet(from->snippet, arena, to, err);
    if (status != GDX_OK)
        return status;
    to->matches = gdx_arena_allocate(arena, from->n_matches * sizeof *to->matches + 1);
    if (!to->matches)
        return no_memory(err);
    for (size_t i = 0; i < from->n_matches; i++)
        to->matches[to->match_count++] = match_from_wire(from->matches[i]);
    return GDX_OK;
}

static gdx_status new_results(gdx_results **out, gdx_error *err) {
    gdx_arena *arena = gdx_arena_new();
    gdx_results *results = arena ? gdx_arena_allocate(arena, sizeof *results) : NULL;
    if (!results) {
        gdx_arena_free(arena);
        return no_memory(err);
    }
    results->arena = arena;
    *out = results;
    return GDX_OK;
}

struct paging { // through one answer
    Gramdex__V1__SearchRequest request;
    gdx_buffer token; // of the next page; empty: there is none
    uint64_t skip;    // hits still to pass over
    uint64_t left;    // hits still to be had
    size_t capacity;  // of the results' hits
};

static gdx_status add_hits(const Gramdex__V1__SearchResponse *page, struct paging *paging, gdx_results *results,
                           gdx_error *err) {
    for (size_t i = 0; i < page->n_hits && paging->left; i++, paging->left--) {
        if (results->hit_count == paging->capacity) {
            size_t more = paging->capacity * 2 + page->n_hits;
            gdx_hit *hits = gdx_arena_allocate(results->arena, more * sizeof *hits);
            if (!hits)
                return no_memory(err);
            if (results->hit_count)
                memcpy(hits, results->hits, results->hit_count * sizeof *hits);
            results->hits = hits;
            paging->capacity = more;
        }
        gdx_status status = copy_hit(page->hits[i], results->arena, &results->hits[results->hit_count], err);
        if (status != GDX_OK)
            return status;
        results->hit_count++;
    }
    return GDX_OK;
}

// One request: hits to pass over are asked for without what is shown of them.
static gdx_status fetch_page(struct server_backend *self, struct paging *paging, bool no_snippet, uint32_t match_limit,
                             gdx_results *results, struct answer_info *info, gdx_error *err) {
    bool is_skipped = paging->skip > 0;
    uint64_t wanted = is_skipped ? paging->skip : paging->left;
    uint64_t most =
        is_skipped || match_limit <= PAGE_MATCHES_MAX / PAGE_HITS_MAX ? PAGE_HITS_MAX : PAGE_MATCHES_MAX / match_limit;
    paging->request.limit = (uint32_t)(wanted < most ? wanted : most ? most : 1);
    paging->request.no_snippet = no_snippet || is_skipped;
    paging->request.match_limit = is_skipped ? 0 : match_limit;
    paging->request.page_token = to_wire(gdx_buffer_slice(&paging->token));
    ProtobufCMessage *reply = NULL;
    gdx_status status = call(self, "Search", &paging->request.base, &reply, err);
    if (status != GDX_OK)
        return status;
    Gramdex__V1__SearchResponse *page = (Gramdex__V1__SearchResponse *)reply;
    results->documents = page->documents;
    results->occurrences = page->occurrences;
    results->commit = page->commit;
    fill_info(info, page->commit, info->took_ns / 1000 + page->took_us, page->complete);
    if (is_skipped)
        paging->skip -= page->n_hits < paging->skip ? page->n_hits : paging->skip;
    else
        status = add_hits(page, paging, results, err);
    paging->token.bytes = 0;
    if (status == GDX_OK && page->n_hits > 0 && // else there would be no end
        gdx_buffer_append(&paging->token, page->next_page_token.data, page->next_page_token.len) != GDX_OK)
        status = no_memory(err);
    protobuf_c_message_free_unpacked(reply, NULL);
    return status;
}

static gdx_status fetch_pages(struct server_backend *self, struct paging *paging, const gdx_search_options *options,
                              gdx_results *results, struct answer_info *info, gdx_error *err) {
    gdx_status status;
    do {
        status = fetch_page(self, paging, options->snippet_symbols == 0, options->match_limit, results, info, err);
    } while (status == GDX_OK && paging->token.bytes && paging->left);
    gdx_buffer_clear(&paging->token);
    return status;
}

static gdx_status server_search(struct backend *backend, gdx_slice text, const gdx_search_options *options,
                                gdx_results **out, struct answer_info *info, gdx_error *err) {
    static const Gramdex__V1__Order orders[] = {
        [GDX_ORDER_RELEVANCE] = GRAMDEX__V1__ORDER__ORDER_RELEVANCE,
        [GDX_ORDER_NEWEST] = GRAMDEX__V1__ORDER__ORDER_NEWEST,
        [GDX_ORDER_OLDEST] = GRAMDEX__V1__ORDER__ORDER_OLDEST,
        [GDX_ORDER_ID] = GRAMDEX__V1__ORDER__ORDER_ID,
    };
    GDX_AUTO(gdx_results) results = NULL;
    gdx_status status = new_results(&results, err);
    if (status != GDX_OK)
        return status;
    struct paging paging = {
        .request = GRAMDEX__V1__SEARCH_REQUEST__INIT, .skip = options->offset, .left = options->limit};
    paging.request.query = to_wire(text);
    paging.request.order = orders[options->order];
    paging.request.snippet_symbols = options->snippet_symbols;
    paging.request.totals_only = options->limit == 0;
    *info = (struct answer_info){0};
    status = fetch_pages(of(backend), &paging, options, results, info, err);
    if (status == GDX_OK) {
        *out = results;
        results = NULL; // handed over
    }
    return status;
}

// ---- count, trend

static gdx_status server_count(struct backend *backend, gdx_slice text, gdx_totals *out, struct answer_info *info,
                               gdx_error *err) {
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    request.query = to_wire(text);
    ProtobufCMessage *message = NULL;
    gdx_status status = call(of(backend), "Count", &request.base, &message, err);
    if (status != GDX_OK)
        return status;
    const Gramdex__V1__CountResponse *reply = (Gramdex__V1__CountResponse *)message;
    *out = (gdx_totals){reply->documents, reply->occurrences};
    fill_info(info, reply->commit, reply->took_us, true);
    protobuf_c_message_free_unpacked(message, NULL);
    return GDX_OK;
}

static gdx_status copy_rows(const Gramdex__V1__TrendResponse *reply, gdx_trend *trend, gdx_error *err) {
    for (size_t i = 0; i < reply->n_rows; i++) {
        const Gramdex__V1__TrendRow *from = reply->rows[i];
        gdx_trend_row *to = &trend->rows[trend->row_count++];
        *to = (gdx_trend_row){.documents = from->documents,
                              .occurrences = from->occurrences,
                              .of_documents = from->of_documents,
                              .of_symbols = from->of_symbols,
                              .per_million = from->per_million};
        gdx_status status = date_from_wire(from->period, &to->period, err);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

static gdx_status server_trend(struct backend *backend, gdx_slice text, gdx_period period, gdx_trend **out,
                               struct answer_info *info, gdx_error *err) {
    static const Gramdex__V1__Period periods[] = {[GDX_BY_YEAR] = GRAMDEX__V1__PERIOD__PERIOD_YEAR,
                                                  [GDX_BY_MONTH] = GRAMDEX__V1__PERIOD__PERIOD_MONTH,
                                                  [GDX_BY_DAY] = GRAMDEX__V1__PERIOD__PERIOD_DAY};
    Gramdex__V1__TrendRequest request = GRAMDEX__V1__TREND_REQUEST__INIT;
    request.query = to_wire(text);
    request.by = periods[period];
    ProtobufCMessage *message = NULL;
    gdx_status status = call(of(backend), "Trend", &request.base, &message, err);
    if (status != GDX_OK)
        return status;
    const Gramdex__V1__TrendResponse *reply = (Gramdex__V1__TrendResponse *)message;
    GDX_AUTO(gdx_trend) trend = gdx_trend_new(reply->n_rows);
    status = trend ? copy_rows(reply, trend, err) : no_memory(err);
    if (status == GDX_OK) {
        trend->totals = (gdx_totals){reply->documents, reply->occurrences};
        trend->commit = reply->commit;
        fill_info(info, reply->commit, reply->took_us, true);
        *out = trend;
        trend = NULL; // handed over
    }
    protobuf_c_message_free_unpacked(message, NULL);
    return status;
}

// ---- scan

static gdx_status visit_each(const Gramdex__V1__ScanResponse *reply, occurrence_visitor *visit, void *context,
                             bool *out_goes_on, gdx_error *err) {
    for (size_t i = 0; i < reply->n_occurrences && *out_goes_on; i++) {
        const Gramdex__V1__Occurrence *from = reply->occurrences[i];
        gdx_occurrence occurrence = {.id = from_wire(from->id),
                                     .title = from_wire(from->title),
                                     .source = from_wire(from->source),
                                     .match = match_from_wire(from->match),
                                     .position = from->position,
                                     .before = from_wire(from->before),
                                     .matched = from_wire(from->matched),
                                     .after = from_wire(from->after)};
        gdx_status status = date_from_wire(from->date, &occurrence.date, err);
        if (status != GDX_OK)
            return status;
        *out_goes_on = visit(context, &occurrence);
    }
    return GDX_OK;
}

static gdx_status server_scan(struct backend *backend, gdx_slice text, uint32_t context_symbols,
                              occurrence_visitor *visit, void *context, struct answer_info *info, gdx_error *err) {
    Gramdex__V1__ScanRequest request = GRAMDEX__V1__SCAN_REQUEST__INIT;
    request.query = to_wire(text);
    request.context_symbols = context_symbols;
    request.no_context = context_symbols == 0;
    uint64_t since_ns = gdx_now_ns();
    GDX_AUTO(gdx_stream) stream = NULL;
    gdx_status status = gdx_stream_open(of(backend)->client, SERVICE, "Scan", &stream, err);
    if (status == GDX_OK)
        status = gdx_stream_send(stream, &request.base, err);
    if (status == GDX_OK)
        gdx_stream_end_sending(stream);
    *info = (struct answer_info){.is_complete = true};
    for (bool goes_on = true; status == GDX_OK && goes_on;) {
        ProtobufCMessage *message = NULL;
        status = gdx_stream_receive(stream, &message, err);
        if (status != GDX_OK || !message)
            break;
        info->commit = ((Gramdex__V1__ScanResponse *)message)->commit;
        status = visit_each((Gramdex__V1__ScanResponse *)message, visit, context, &goes_on, err);
        protobuf_c_message_free_unpacked(message, NULL);
    }
    info->took_ns = gdx_now_ns() - since_ns; // the service does not tell
    return status;
}

// ---- get, stat

static gdx_status copy_document(struct server_backend *self, const Gramdex__V1__Document *from, gdx_document *out,
                                gdx_error *err) {
    gdx_document document = {0};
    gdx_arena_reset(self->arena);
    if (!from)
        return gdx_fail(err, GDX_CORRUPT, "the server's answer has no document");
    if (gdx_arena_copy(self->arena, from_wire(from->id), &document.id) != GDX_OK ||
        gdx_arena_copy(self->arena, from_wire(from->title), &document.title) != GDX_OK ||
        gdx_arena_copy(self->arena, from_wire(from->source), &document.source) != GDX_OK ||
        gdx_arena_copy(self->arena, from_wire(from->metadata), &document.metadata) != GDX_OK ||
        gdx_arena_copy(self->arena, from_wire(from->text), &document.text) != GDX_OK)
        return no_memory(err);
    gdx_status status = date_from_wire(from->date, &document.date, err);
    if (status == GDX_OK)
        *out = document;
    return status;
}

static gdx_status server_get(struct backend *backend, gdx_slice id, gdx_document *out, struct answer_info *info,
                             gdx_error *err) {
    Gramdex__V1__GetRequest request = GRAMDEX__V1__GET_REQUEST__INIT;
    request.id = to_wire(id);
    uint64_t since_ns = gdx_now_ns();
    ProtobufCMessage *message = NULL;
    gdx_status status = call(of(backend), "Get", &request.base, &message, err);
    if (status != GDX_OK)
        return status;
    const Gramdex__V1__GetResponse *reply = (Gramdex__V1__GetResponse *)message;
    status = copy_document(of(backend), reply->document, out, err);
    fill_info(info, reply->commit, (gdx_now_ns() - since_ns) / 1000, true);
    protobuf_c_message_free_unpacked(message, NULL);
    return status;
}

static gdx_status copy_figures(struct server_backend *self, const Gramdex__V1__StatResponse *reply,
                               struct index_figures *out, gdx_error *err) {
    *out = (struct index_figures){.documents = reply->documents,
                                  .deleted_documents = reply->deleted,
                                  .segments = reply->segments,
                                  .symbols = reply->symbols,
                                  .terms = reply->terms,
                                  .words = reply->words,
                                  .text_bytes = reply->text_bytes,
                                  .bytes = reply->index_bytes};
    size_t room = sizeof out->parts / sizeof out->parts[0];
    gdx_arena_reset(self->arena);
    for (size_t i = 0; i < reply->n_parts && i < room; i++) {
        gdx_slice name;
        if (gdx_arena_copy(self->arena, from_wire(reply->parts[i]->name), &name) != GDX_OK)
            return no_memory(err);
        out->parts[out->part_count++] = (gdx_segment_part){name.data, reply->parts[i]->bytes};
    }
    return GDX_OK;
}

static gdx_status server_stat(struct backend *backend, struct index_figures *out, struct answer_info *info,
                              gdx_error *err) {
    Gramdex__V1__StatRequest request = GRAMDEX__V1__STAT_REQUEST__INIT;
    uint64_t since_ns = gdx_now_ns();
    ProtobufCMessage *message = NULL;
    gdx_status status = call(of(backend), "Stat", &request.base, &message, err);
    if (status != GDX_OK)
        return status;
    const Gramdex__V1__StatResponse *reply = (Gramdex__V1__StatResponse *)message;
    status = copy_figures(of(backend), reply, out, err);
    fill_info(info, reply->commit, (gdx_now_ns() - since_ns) / 1000, true);
    protobuf_c_message_free_unpacked(message, NULL);
    return status;
}

// ---- opening

static void server_close(struct backend *backend) {
    struct server_backend *self = of(backend);
    gdx_client_close(self->client);
    gdx_tls_close(self->tls);
    gdx_arena_free(self->arena);
    free(self);
}

// The file's first line that is neither blank nor a comment, as the server reads the same file.
static gdx_status read_token(const char *path, gdx_buffer *out, gdx_error *err) {
    gdx_buffer text = {0};
    gdx_status status = gdx_read_file(path, TOKEN_FILE_BYTES, &text, err);
    if (status == GDX_OK)
        status = gdx_buffer_append(&text, "", 1) == GDX_OK ? GDX_OK : no_memory(err);
    char *rest = (char *)text.data;
    for (char *line; status == GDX_OK && out->bytes == 0 && (line = strsep(&rest, "\r\n"));) {
        line += strspn(line, " \t");
        size_t bytes = strcspn(line, " \t");
        if (bytes && *line != '#' &&
            (gdx_buffer_append(out, line, bytes) != GDX_OK || gdx_buffer_append(out, "", 1) != GDX_OK))
            status = no_memory(err);
    }
    gdx_buffer_clear(&text);
    if (status == GDX_OK && out->bytes == 0)
        status = gdx_fail(err, GDX_INVALID, "%s: holds no token", path);
    return status;
}

static gdx_status open_client(struct server_backend *self, const struct target *target, gdx_error *err) {
    gdx_client_options options = gdx_client_options_default();
    gdx_buffer token = {0};
    gdx_status status = GDX_OK;
    options.timeout_ns = target->timeout_s * NS_A_SECOND;
    if (target->tls) {
        status = gdx_tls_open_client(target->tls_authority, target->tls_certificate, target->tls_key, &self->tls, err);
        options.tls = self->tls;
    }
    if (status == GDX_OK && target->token_file)
        status = read_token(target->token_file, &token, err);
    options.token = (const char *)token.data;
    if (status == GDX_OK)
        status = gdx_client_open(target->server, &options, &self->client, err);
    gdx_buffer_clear(&token);
    return status;
}

gdx_status backend_open_server(const struct target *target, struct backend **out, gdx_error *err) {
    struct server_backend *self = calloc(1, sizeof *self);
    gdx_arena *arena = gdx_arena_new();
    if (!self || !arena) {
        free(self);
        gdx_arena_free(arena);
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to ask a server");
    }
    self->arena = arena;
    self->functions = (struct backend){.search = server_search,
                                       .count = server_count,
                                       .trend = server_trend,
                                       .scan = server_scan,
                                       .get = server_get,
                                       .stat = server_stat,
                                       .close = server_close};
    gdx_status status = open_client(self, target, err);
    if (status == GDX_OK)
        *out = &self->functions;
    else
        server_close(&self->functions);
    return status;
}
