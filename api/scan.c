// SPDX-License-Identifier: Apache-2.0
// scan.c: Search.Scan: every occurrence, a message at a time, as fast as the client reads.
// Between two steps an export holds its commit and the list of documents that match in the segment at hand, and nothing
// of what it has sent. Steps may run on different workers, so the searcher is the export's own; that is why exports are
// counted.

#include "gather.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MESSAGE_BYTES = 32 << 10, MESSAGE_OCCURRENCES = 512, SLICE_NS = 20000000 };

struct scan { // one owner at a time: the thread of the step
    gdx_query *query;
    gdx_searcher *searcher;
    struct view view;
    gdx_scan *scan;
    gdx_arena *arena; // of the message being made
    Gramdex__V1__Occurrence *occurrences;
    Gramdex__V1__Occurrence **list;
    Gramdex__V1__Match *matches;
    uint64_t skip; // occurrences before the first to be sent: another leaf has sent them
    uint64_t sent; // those included
    uint64_t left; // occurrences that may still be sent
    bool has_sent;
};

static void close_scan(gdx_question *question) {
    struct scan *scan = question->state;
    gdx_scan_close(scan->scan);
    view_close(&scan->view);
    gdx_searcher_free(scan->searcher);
    gdx_query_free(scan->query);
    gdx_arena_free(scan->arena);
    free(scan->occurrences);
    free(scan->list);
    free(scan->matches);
    free(scan);
    atomic_fetch_sub(&question->collection->exports, 1);
}

// ---- the start

static gdx_status count_in(gdx_collection *collection, gdx_error *err) {
    unsigned limit = collection->options.export_limit;
    if (atomic_fetch_add(&collection->exports, 1) < limit)
        return GDX_OK;
    atomic_fetch_sub(&collection->exports, 1);
    return gdx_fail_reason(err, GDX_BUSY, GDX_REASON_QUEUE_FULL, "%u exports are under way, the limit: try again later",
                           limit);
}

static gdx_status new_scan(gdx_question *question, gdx_error *err) {
    gdx_status status = count_in(question->collection, err);
    if (status != GDX_OK)
        return status;
    struct scan *scan = calloc(1, sizeof *scan);
    if (!scan) {
        atomic_fetch_sub(&question->collection->exports, 1);
        return reply_no_memory(err);
    }
    question->state = scan; // from here on close_scan frees it
    scan->searcher = collection_new_searcher(question->collection);
    scan->arena = gdx_arena_new();
    scan->occurrences = calloc(MESSAGE_OCCURRENCES, sizeof *scan->occurrences);
    scan->matches = calloc(MESSAGE_OCCURRENCES, sizeof *scan->matches);
    scan->list = calloc(MESSAGE_OCCURRENCES, sizeof(Gramdex__V1__Occurrence *));
    bool has_all = scan->searcher && scan->arena && scan->occurrences && scan->matches && scan->list;
    return has_all ? GDX_OK : reply_no_memory(err);
}

static gdx_status open_scan(gdx_question *question, const Gramdex__V1__ScanRequest *request, gdx_query **query,
                            uint32_t context, gdx_error *err) {
    gdx_status status = new_scan(question, err);
    struct scan *scan = question->state;
    if (status != GDX_OK)
        return status;
    scan->query = *query;
    *query = NULL; // handed over
    scan->left = request->limit ? request->limit : UINT64_MAX;
    scan->skip = scan->sent = question->leaf ? question->leaf->request->offset : 0;
    status = view_open(question, request->scope, &scan->view, err);
    if (status == GDX_OK && scan->view.allows_partial) // what turns bad later ends the export
        status = view_shrink(&scan->view, &(gdx_error){0}, err);
    if (status != GDX_OK)
        return status;
    return gdx_scan_open(scan->searcher, scan->view.snapshot, scan->query, request->no_context ? 0 : context,
                         &question->stop, &scan->scan, err);
}

// An export cannot be asked again, so it is weighed as a whole: beside the query each document's text is read, and each
// occurrence shown. What cannot be weighed is not declined: the export itself finds out why.
static bool declines(gdx_question *question, const Gramdex__V1__ScanRequest *request, const gdx_query *query) {
    enum { DOCUMENT_NS = 20000, SHOW_NS = 2000 };
    uint64_t most = request->limit ? request->limit : UINT64_MAX;
    gdx_query_cost cost = {0};
    gdx_error passed_over = {0};
    if (!question->may_decline)
        return false;
    gdx_snapshot *snapshot = collection_snapshot(question->collection);
    gdx_status status =
        gdx_query_weigh(question->session->searcher, snapshot, query, &question->stop, &cost, &passed_over);
    gdx_snapshot_release(snapshot);
    uint64_t documents = cost.documents < most ? cost.documents : most;
    uint64_t occurrences = cost.occurrences < most ? cost.occurrences : most;
    uint64_t work_ns = cost.work_ns + documents * DOCUMENT_NS + occurrences * SHOW_NS;
    return effort_declines(question, status == GDX_DEADLINE ? UINT64_MAX : work_ns); // to weigh it was too much
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__ScanRequest *request = (const Gramdex__V1__ScanRequest *)message;
    GDX_AUTO(gdx_query) query = NULL;
    uint32_t context;
    gdx_status status = request_query(question->collection, request->query, request->scope, &query, err);
    if (status == GDX_OK)
        status =
            request_number("context_symbols", request->context_symbols, SYMBOLS_DEFAULT, SYMBOLS_LIMIT, &context, err);
    if (status != GDX_OK || declines(question, request, query))
        return status;
    return open_scan(question, request, &query, context, err);
}

// ---- messages

static gdx_status copy(gdx_arena *arena, gdx_slice from, ProtobufCBinaryData *out, size_t *bytes) {
    gdx_slice to;
    gdx_status status = gdx_arena_copy(arena, from, &to);
    *out = data_of(to);
    *bytes += from.bytes;
    return status;
}

// What describes the document, shared with the occurrence before when it is of the same one.
static gdx_status fill_document(gdx_arena *arena, const gdx_occurrence *from, const Gramdex__V1__Occurrence *before,
                                Gramdex__V1__Occurrence *out, size_t *bytes) {
    if (before && gdx_slice_equal(slice_of(before->id), from->id)) {
        out->id = before->id;
        out->title = before->title;
        out->source = before->source;
        out->date = before->date;
        *bytes += out->id.len + out->title.len + out->source.len;
        return GDX_OK;
    }
    gdx_status status = copy(arena, from->id, &out->id, bytes);
    if (status == GDX_OK)
        status = copy(arena, from->title, &out->title, bytes);
    if (status == GDX_OK)
        status = copy(arena, from->source, &out->source, bytes);
    out->date = reply_date(arena, from->date, &status);
    return status;
}

static gdx_status fill_context(struct scan *scan, const gdx_occurrence *from, Gramdex__V1__Occurrence *out,
                               size_t *bytes) {
    gdx_status status = copy(scan->arena, from->before, &out->before, bytes);
    if (status == GDX_OK)
        status = copy(scan->arena, from->matched, &out->matched, bytes);
    if (status == GDX_OK)
        status = copy(scan->arena, from->after, &out->after, bytes);
    return status;
}

static gdx_status fill(struct scan *scan, size_t number, const gdx_occurrence *from, size_t *bytes) {
    Gramdex__V1__Occurrence *out = &scan->occurrences[number];
    Gramdex__V1__Match *match = &scan->matches[number];
    gramdex__v1__occurrence__init(out);
    reply_match(&from->match, match);
    out->match = match;
    out->position = from->position;
    out->bridged = from->bridged;
    scan->list[number] = out;
    *bytes += sizeof *match;
    gdx_status status = fill_document(scan->arena, from, number ? out - 1 : NULL, out, bytes);
    if (status == GDX_OK)
        status = copy(scan->arena, from->match.place, &match->place, bytes);
    return status == GDX_OK ? fill_context(scan, from, out, bytes) : status;
}

// Occurrences until the message is large enough or the time for one is over.
static gdx_status gather(struct scan *scan, size_t *out_count, bool *out_has, gdx_error *err) {
    uint64_t until_ns = gdx_now_ns() + SLICE_NS;
    size_t count = 0, bytes = 0;
    gdx_status status = GDX_OK;
    bool has = scan->left > 0;
    gdx_arena_reset(scan->arena);
    while (status == GDX_OK && has && count < MESSAGE_OCCURRENCES && bytes < MESSAGE_BYTES && scan->left > 0) {
        gdx_occurrence occurrence;
        status = gdx_scan_next(scan->scan, &occurrence, &has, err);
        if (status == GDX_OK && has && scan->skip > 0) {
            scan->skip--;
        } else if (status == GDX_OK && has) {
            status = fill(scan, count++, &occurrence, &bytes) == GDX_OK ? GDX_OK : reply_no_memory(err);
            scan->left--;
        }
        if ((count > 0 || scan->skip > 0) && gdx_now_ns() >= until_ns)
            break;
    }
    *out_count = count;
    *out_has = has && scan->left > 0;
    return status;
}

static gdx_status produce(gdx_question *question, bool *out_more, gdx_error *err) {
    struct scan *scan = question->state;
    Gramdex__V1__ScanResponse reply = GRAMDEX__V1__SCAN_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    gdx_status status = gdx_stop_check(&question->stop, err);
    gdx_scan_stop_at(scan->scan, &question->stop);
    if (status == GDX_OK)
        status = gather(scan, &reply.n_occurrences, out_more, err);
    reply_answer(question, gdx_snapshot_commit(scan->view.snapshot), &answer);
    if (status == GDX_OK && !scan->has_sent)
        status = reply_notes(question, scan->query, &scan->view, &answer, err);
    else if (status == GDX_OK)
        status = view_say(&scan->view, scan->arena, &answer, err);
    status = gdx_snapshot_settle(scan->view.snapshot, status, err);
    if (status != GDX_OK)
        return status;
    reply.occurrences = scan->list;
    reply.answer = &answer;
    if (question->leaf) {
        question->leaf->response->occurrences = reply.n_occurrences;
        question->leaf->response->offset = scan->sent;
        question->leaf->response->last = !*out_more;
    }
    scan->sent += reply.n_occurrences;
    if (reply.n_occurrences > 0 || !scan->has_sent || (question->leaf && !*out_more))
        status = question->reply(question->context, &reply.base, err);
    scan->has_sent = true;
    return status;
}

// ---- at a root: the slices' streams one after another; the next one's first message is under way meanwhile

struct merged_scan { // one owner at a time
    struct gathered gathered;
    gdx_arena *arena;            // of the requests, which outlive the step that made them
    gdx_leaf_stream *streams[2]; // the one that is read, and the one after it; NULL: there is none
    uint32_t next;               // the first slice whose stream is not open yet
    Gramdex__V1__Answer answer;
    uint64_t left;
    bool has_sent;
};

static void close_merged(gdx_question *question) {
    struct merged_scan *scan = question->state;
    const gdx_leaves *leaves = question->collection->leaves;
    for (size_t i = 0; i < 2; i++)
        leaves->close(scan->streams[i]);
    gather_close(&scan->gathered);
    gdx_arena_free(scan->arena);
    free(scan);
    atomic_fetch_sub(&question->collection->exports, 1);
}

// Opens the stream of the first slice from `scan->next` on that is there, if any.
static gdx_status follow_next(gdx_question *question, struct merged_scan *scan, gdx_leaf_stream **out, gdx_error *err) {
    const gdx_leaves *leaves = question->collection->leaves;
    const struct gathered *gathered = &scan->gathered;
    while (scan->next < gathered->pin.slices && gathered->slices[scan->next].why.status != GDX_OK)
        scan->next++;
    if (scan->next == gathered->pin.slices)
        return GDX_OK;
    return leaves->follow(leaves->context, &gathered->requests[scan->next++].base, question->trace, out, err);
}

// What is said of the query is said before the first occurrence, and all slices have a part in it: a question of its
// own, which reads no list. It also finds what is wrong with the query, and which slices are missing.
static gdx_status ask_facts(gdx_question *asked, const Gramdex__V1__ScanRequest *request, struct merged_scan *scan,
                            gdx_error *err) {
    Gramdex__V1__CountRequest count = GRAMDEX__V1__COUNT_REQUEST__INIT;
    struct gathered *gathered = &scan->gathered;
    count.query = request->query;
    count.scope = request->scope;
    asked->operation = gdx_operation_find(&gramdex__v1__search__descriptor, "Count");
    gdx_status status = gather_open(asked, &count.base, 0, gathered, err);
    for (uint32_t i = 0; i < gathered->pin.slices && status == GDX_OK; i++)
        gathered->requests[i].keys_alone = true;
    if (status == GDX_OK) {
        do
            status = gather_ask(gathered, NULL, err);
        while (gather_again(gathered, &status, err));
    }
    reply_answer(asked, gathered->pin.commit, &scan->answer);
    return status == GDX_OK ? gather_answer(gathered, 0, &scan->answer, err) : status;
}

// The requests are made in an arena that lasts as long as the scan.
static gdx_status open_gathered(gdx_question *question, const ProtobufCMessage *message, struct merged_scan *scan,
                                gdx_error *err) {
    gdx_session session = {.arena = scan->arena};
    gdx_question asked = *question;
    asked.session = &session;
    gdx_status status = ask_facts(&asked, (const Gramdex__V1__ScanRequest *)message, scan, err);
    for (uint32_t i = 0; i < scan->gathered.pin.slices && status == GDX_OK; i++) {
        scan->gathered.requests[i].keys_alone = false;
        scan->gathered.requests[i].method = data_of(gdx_slice_of(question->operation->name));
        status = gather_set_request(&scan->gathered, i, message, err);
    }
    scan->gathered.question = NULL; // of this step alone
    return status;
}

static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__ScanRequest *request = (const Gramdex__V1__ScanRequest *)message;
    gdx_status status = count_in(question->collection, err);
    if (status != GDX_OK)
        return status;
    struct merged_scan *scan = calloc(1, sizeof *scan);
    if (!scan) {
        atomic_fetch_sub(&question->collection->exports, 1);
        return reply_no_memory(err);
    }
    question->state = scan; // from here on close_merged frees it
    scan->left = request->limit ? request->limit : UINT64_MAX;
    scan->arena = gdx_arena_new();
    status = scan->arena ? open_gathered(question, message, scan, err) : reply_no_memory(err);
    for (uint32_t i = 0; i < 2 && status == GDX_OK; i++)
        status = follow_next(question, scan, &scan->streams[i], err);
    return status;
}

// As many as are counted, for a stream that goes on elsewhere goes on after them; in a part of a document in order.
static gdx_status check(const struct slice_reply *slice, gdx_error *err) {
    const Gramdex__V1__ScanResponse *reply = slice->reply;
    if (slice->answer->occurrences != reply->n_occurrences)
        return gdx_fail(err, GDX_CORRUPT, "%zu occurrences, expected %" PRIu64, reply->n_occurrences,
                        slice->answer->occurrences);
    for (size_t i = 0; i < reply->n_occurrences; i++) {
        const Gramdex__V1__Occurrence *one = reply->occurrences[i], *before = i ? reply->occurrences[i - 1] : NULL;
        if (!one->match || one->match->begin > one->match->end)
            return gdx_fail(err, GDX_CORRUPT, "an occurrence without its place");
        bool is_same_part = before && gdx_slice_equal(slice_of(one->id), slice_of(before->id)) &&
                            one->match->field == before->match->field && one->match->part == before->match->part;
        if (is_same_part && one->match->begin < before->match->begin)
            return gdx_fail(err, GDX_CORRUPT, "occurrences out of order");
    }
    return GDX_OK;
}

// The message of a slice; the caller frees it.
static gdx_status read_part(const struct merged_scan *scan, const Gramdex__V1__AskResponse *part,
                            Gramdex__V1__ScanResponse **out, gdx_error *err) {
    const gdx_operation *operation = gdx_operation_find(&gramdex__v1__search__descriptor, "Scan");
    const Gramdex__V1__AskRequest *asked = &scan->gathered.requests[part->slice];
    *out = gramdex__v1__scan_response__unpack(NULL, part->reply.len, part->reply.data);
    if (!*out)
        return gdx_fail(err, GDX_CORRUPT, "slice %u of %u: the leaf's answer is no message of Scan", asked->slice,
                        asked->slices);
    const struct slice_reply reply = {NULL, asked, part, *out};
    return gather_check(&scan->gathered, operation, &reply, err);
}

static gdx_status send(gdx_question *question, struct merged_scan *scan, const Gramdex__V1__AskResponse *part,
                       gdx_error *err) {
    Gramdex__V1__ScanResponse *slice = NULL;
    Gramdex__V1__ScanResponse reply = GRAMDEX__V1__SCAN_RESPONSE__INIT;
    Gramdex__V1__Answer answer;
    gdx_status status = read_part(scan, part, &slice, err);
    if (status == GDX_OK) {
        reply.occurrences = slice->occurrences;
        reply.n_occurrences = slice->n_occurrences < scan->left ? slice->n_occurrences : (size_t)scan->left;
    }
    scan->left -= reply.n_occurrences;
    reply_answer(question, scan->gathered.pin.commit, &answer);
    answer.complete = scan->answer.complete;
    if (!scan->has_sent || !answer.complete) {
        answer.n_notes = scan->answer.n_notes;
        answer.notes = scan->answer.notes;
    }
    reply.answer = &answer;
    if (status == GDX_OK && (reply.n_occurrences || !scan->has_sent))
        status = question->reply(question->context, &reply.base, err);
    scan->has_sent |= status == GDX_OK;
    if (slice)
        gramdex__v1__scan_response__free_unpacked(slice, NULL);
    return status;
}

static gdx_status next_slice(gdx_question *question, struct merged_scan *scan, gdx_error *err) {
    question->collection->leaves->close(scan->streams[0]);
    scan->streams[0] = scan->streams[1];
    scan->streams[1] = NULL;
    return follow_next(question, scan, &scan->streams[1], err);
}

static gdx_status merge_produce(gdx_question *question, bool *out_more, gdx_error *err) {
    struct merged_scan *scan = question->state;
    const gdx_leaves *leaves = question->collection->leaves;
    ProtobufCMessage *part = NULL;
    gdx_status status = gdx_stop_check(&question->stop, err);
    if (status == GDX_OK)
        status = leaves->next(scan->streams[0], &question->stop, &part, err);
    if (status == GDX_OK && part)
        status = send(question, scan, (const Gramdex__V1__AskResponse *)part, err);
    else if (status == GDX_OK)
        status = next_slice(question, scan, err);
    if (part)
        protobuf_c_message_free_unpacked(part, NULL);
    *out_more = scan->left > 0 && scan->streams[0];
    return status;
}

const gdx_operation scan_operation = {.name = "Scan",
                                      .service = &gramdex__v1__search__descriptor,
                                      .effort = GDX_EFFORT_SHORT,
                                      .replies_stream = true,
                                      .run = run,
                                      .produce = produce,
                                      .close = close_scan,
                                      .merge = merge,
                                      .check = check,
                                      .merge_produce = merge_produce,
                                      .merge_close = close_merged};
