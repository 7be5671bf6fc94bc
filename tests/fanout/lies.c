// SPDX-License-Identifier: Apache-2.0
// lies.c: see lies.h.

#include "lies.h"

#include <gramdex/v1/search.pb-c.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// ---- lies in messages

#define REPLY(type, name) Gramdex__V1__##type##Response *name = answer->reply
#define HUGE_NUMBER       (UINT64_MAX - 2)

static void says_slice_3_of_2(struct fake_answer *answer) {
    answer->state->slice = 3;
}
static void says_slice_0_of_0(struct fake_answer *answer) {
    answer->state->slice = answer->state->slices = 0;
}
static void says_slice_1_of_all(struct fake_answer *answer) {
    answer->state->slices = UINT32_MAX;
}
static void says_no_commit(struct fake_answer *answer) {
    answer->state->n_commits = 0;
}
static void says_a_new_number_of_slices_each_time(struct fake_answer *answer) {
    static uint32_t times;
    answer->state->slices = 3 + times++ % 7;
}
static void answers_for_slice_0(struct fake_answer *answer) {
    answer->part->slice = 0;
}
static void answers_for_3_slices(struct fake_answer *answer) {
    answer->part->slices = 3;
}
static void answers_of_another_commit(struct fake_answer *answer) {
    answer->part->commit->commit++;
}
static void answers_of_another_manifest(struct fake_answer *answer) {
    answer->part->commit->manifest++;
}
static void answers_of_no_commit(struct fake_answer *answer) {
    answer->part->commit = NULL;
}

static void replies_of_another_commit(struct fake_answer *answer) {
    REPLY(Count, reply);
    reply->answer->commit++;
}
static void replies_in_part(struct fake_answer *answer) {
    REPLY(Count, reply);
    reply->answer->complete = false;
}
static void replies_without_answer(struct fake_answer *answer) {
    REPLY(Count, reply);
    reply->answer = NULL;
}
void counts_too_many_documents(struct fake_answer *answer) {
    REPLY(Count, reply);
    reply->documents = HUGE_NUMBER;
}
static void counts_too_many_bridged(struct fake_answer *answer) {
    REPLY(Count, reply);
    reply->bridged_occurrences = HUGE_NUMBER;
}
static void replies_in_garbage(struct fake_answer *answer) {
    static uint8_t garbage[] = "\x0a\xff\xff\xff\xff\x0f";
    answer->part->reply = (ProtobufCBinaryData){sizeof garbage - 1, garbage};
    answer->reply = NULL;
}
static void says_a_fact_of_the_last_query(struct fake_answer *answer) {
    for (size_t i = 0; i < answer->part->n_facts; i++)
        answer->part->facts[i]->query = UINT32_MAX;
}
static void says_a_fact_of_many_queries(struct fake_answer *answer) {
    for (size_t i = 0; i < answer->part->n_facts; i++)
        answer->part->facts[i]->query = UINT32_MAX - 1;
}
// The rounds of a search.
static bool is_figures(const struct fake_answer *answer) {
    return !answer->asked->figures;
}
static bool is_keys(const struct fake_answer *answer) {
    return answer->asked->figures && answer->asked->keys_alone;
}
static bool is_hits(const struct fake_answer *answer) {
    return answer->asked->figures && !answer->asked->keys_alone;
}

static void has_no_figures(struct fake_answer *answer) {
    if (is_figures(answer))
        answer->part->figures = NULL;
}
static void has_figures_of_fewer_phrases(struct fake_answer *answer) {
    if (is_figures(answer))
        answer->part->figures->n_having--;
}
static void has_more_documents_with_a_phrase_than_documents(struct fake_answer *answer) {
    if (is_figures(answer))
        answer->part->figures->having[0] = 1000;
}
static void has_huge_figures(struct fake_answer *answer) {
    if (is_figures(answer))
        answer->part->figures->symbols = HUGE_NUMBER;
}
static void has_fewer_keys(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_keys(answer))
        reply->n_hits--;
}
static void has_no_keys(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_keys(answer))
        reply->n_hits = 0;
}
static void repeat_hit(struct fake_answer *answer, size_t times) {
    REPLY(Search, reply);
    Gramdex__V1__Hit **all = gdx_arena_allocate(answer->arena, (reply->n_hits + times) * sizeof *all);
    assert_non_null(all);
    memcpy(all, reply->hits, reply->n_hits * sizeof *all);
    for (size_t i = 0; i < times; i++)
        all[reply->n_hits++] = all[0];
    reply->hits = all;
}
static void has_more_keys(struct fake_answer *answer) {
    if (is_keys(answer))
        repeat_hit(answer, 1000);
}
static void swap_hits(struct fake_answer *answer) {
    REPLY(Search, reply);
    Gramdex__V1__Hit *first = reply->hits[0];
    reply->hits[0] = reply->hits[1];
    reply->hits[1] = first;
}
static void has_keys_out_of_order(struct fake_answer *answer) {
    if (is_keys(answer))
        swap_hits(answer);
}
static void has_a_key_twice(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_keys(answer))
        reply->hits[1] = reply->hits[0];
}
static void scores_nan(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_keys(answer))
        reply->hits[0]->score = NAN;
}
static void scores_below_zero(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_keys(answer))
        reply->hits[reply->n_hits - 1]->score = -1;
}
static void scores_infinity(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_keys(answer))
        reply->hits[0]->score = INFINITY;
}
static void has_fewer_hits(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_hits(answer))
        reply->n_hits--;
}
static void has_more_hits(struct fake_answer *answer) {
    if (is_hits(answer))
        repeat_hit(answer, 3);
}
static void has_hits_out_of_order(struct fake_answer *answer) {
    if (is_hits(answer))
        swap_hits(answer);
}
static void has_a_hit_that_was_not_asked_for(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_hits(answer))
        reply->hits[0]->id.data[0] = 'B';
}
static void has_a_hit_of_another_score(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_hits(answer))
        reply->hits[0]->score *= 2;
}
static void matches_backwards(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_hits(answer))
        reply->hits[0]->matches[0]->end = 0;
}
static void matches_past_all_text(struct fake_answer *answer) {
    REPLY(Search, reply);
    if (is_hits(answer))
        reply->hits[0]->matches[0]->end = HUGE_NUMBER;
}

static void scans_without_an_occurrence(struct fake_answer *answer) {
    REPLY(Scan, reply);
    reply->n_occurrences--;
}
static void scans_more_than_it_says(struct fake_answer *answer) {
    answer->part->occurrences--;
}
static void scans_from_elsewhere(struct fake_answer *answer) {
    answer->part->offset += 3;
}
static void scans_backwards(struct fake_answer *answer) {
    REPLY(Scan, reply);
    for (size_t i = 0; i < reply->n_occurrences; i++)
        reply->occurrences[i]->match->begin = reply->occurrences[i]->match->end = 1000 - i;
}
static void scans_without_places(struct fake_answer *answer) {
    REPLY(Scan, reply);
    reply->occurrences[0]->match = NULL;
}
static void scans_without_an_end(struct fake_answer *answer) {
    answer->part->last = false;
}
static void scans_another_slice(struct fake_answer *answer) {
    answer->part->slice = 0;
}

static void trends_more_queries(struct fake_answer *answer) {
    REPLY(Trend, reply);
    enum { MORE = 500 };
    Gramdex__V1__TrendSeries **all = gdx_arena_allocate(answer->arena, (reply->n_series + MORE) * sizeof *all);
    assert_non_null(all);
    memcpy(all, reply->series, reply->n_series * sizeof *all);
    for (size_t i = 0; i < reply->n_series; i++)
        if (!reply->series[i]->by_source)
            all[reply->n_series] = reply->series[i];
    for (size_t i = 1; i < MORE; i++)
        all[reply->n_series + i] = all[reply->n_series];
    reply->series = all;
    reply->n_series += MORE;
}
static void trends_fewer_queries(struct fake_answer *answer) {
    REPLY(Trend, reply);
    reply->n_series = 0;
}
static void trends_fewer_rows(struct fake_answer *answer) {
    REPLY(Trend, reply);
    reply->n_rows--;
}
static void trends_a_row_twice(struct fake_answer *answer) {
    REPLY(Trend, reply);
    reply->rows[1] = reply->rows[0];
    reply->documents = reply->occurrences = 0;
    for (size_t i = 0; i < reply->n_rows; i++) {
        reply->documents += reply->rows[i]->documents;
        reply->occurrences += reply->rows[i]->occurrences;
    }
}
static void trends_a_strange_period(struct fake_answer *answer) {
    REPLY(Trend, reply);
    static uint8_t period[] = {0xff, 0, 0xff};
    reply->rows[0]->period = (ProtobufCBinaryData){sizeof period, period};
}

static void facets_one_less(struct fake_answer *answer) {
    REPLY(Facets, reply);
    reply->n_facets--;
}
static void facets_fewer_rows(struct fake_answer *answer) {
    REPLY(Facets, reply);
    reply->facets[0]->n_rows--;
}
static void facets_a_row_twice(struct fake_answer *answer) {
    REPLY(Facets, reply);
    reply->facets[0]->rows[1] = reply->facets[0]->rows[0];
}
static void neighbours_fewer(struct fake_answer *answer) {
    REPLY(Neighbours, reply);
    reply->n_neighbours--;
}
static void neighbours_nothing(struct fake_answer *answer) {
    REPLY(Neighbours, reply);
    reply->neighbours[0]->phrase.len = 0;
}
static void neighbours_itself(struct fake_answer *answer) {
    REPLY(Neighbours, reply);
    reply->neighbours[1]->phrase = reply->neighbours[0]->phrase;
}
static void disperses_fewer_parts(struct fake_answer *answer) {
    REPLY(Dispersion, reply);
    reply->n_rows--;
}
static void suggests_a_word_twice(struct fake_answer *answer) {
    REPLY(Suggest, reply);
    reply->words[1]->text = reply->words[0]->text;
}
static void stats_a_part_twice(struct fake_answer *answer) {
    REPLY(Stat, reply);
    for (size_t i = 1; i < reply->n_parts; i++)
        reply->parts[i]->name = reply->parts[0]->name;
}
static void gets_another_document(struct fake_answer *answer) {
    REPLY(Get, reply);
    reply->document->id.data[0] = 'c';
}
static void gets_all_twice(struct fake_answer *answer) {
    REPLY(BatchGet, reply);
    reply->documents[1] = reply->documents[0];
}
static void gets_fewer(struct fake_answer *answer) {
    REPLY(BatchGet, reply);
    reply->n_documents--;
}
static void gets_what_it_says_is_missing(struct fake_answer *answer) {
    REPLY(BatchGet, reply);
    reply->n_missing = 0;
}
static void gets_none_and_leaves_all(struct fake_answer *answer) {
    REPLY(BatchGet, reply);
    const Gramdex__V1__BatchGetRequest *request = (const Gramdex__V1__BatchGetRequest *)protobuf_c_message_unpack(
        &gramdex__v1__batch_get_request__descriptor, NULL, answer->asked->request.len, answer->asked->request.data);
    reply->remaining = gdx_arena_allocate(answer->arena, request->n_ids * sizeof *reply->remaining);
    for (size_t i = 0; i < request->n_ids; i++) {
        gdx_slice kept = {(const char *)request->ids[i].data, request->ids[i].len};
        assert_int_equal(gdx_arena_copy(answer->arena, kept, &kept), GDX_OK);
        reply->remaining[i] = (ProtobufCBinaryData){kept.bytes, (uint8_t *)(uintptr_t)kept.data};
    }
    reply->n_remaining = request->n_ids;
    reply->n_documents = reply->n_missing = 0;
    protobuf_c_message_free_unpacked((ProtobufCMessage *)(uintptr_t)request, NULL);
}

// ---- the table

#define LIE(name_, method_, act_) .name = (name_), .method = (method_), .act = (act_)
#define BYTES(text)               .bytes = (text), .byte_count = sizeof(text) - 1
#define ASK(method, lie)                                                                                               \
    { method, {LIE(#lie, "Ask", ACT_SEND), .change = lie}, FAILS, false }
#define FOLLOW(lie)                                                                                                    \
    { "Scan", {LIE(#lie, "Follow", ACT_SEND), .change = lie}, FAILS, false }
#define STATE(lie)                                                                                                     \
    { "Count", {LIE(#lie, "State", ACT_SEND), .change = lie}, FAILS, true }
#define ENVELOPE(lie)                                                                                                  \
    { "Count", {LIE(#lie, "Ask", ACT_SEND), .change = lie}, FAILS, true }
#define WIRE(name, act, text)                                                                                          \
    { "Count", {LIE(name, "Ask", act), BYTES(text)}, FAILS, true }
#define CODE(code_)                                                                                                    \
    { "Count", {LIE("code " #code_, "Ask", ACT_CODE), .code = (code_)}, FAILS, true }
#define TYPE                                                                                                           \
    "\x0f\x10\x10"                                                                                                     \
    "application/grpc"

const struct row lies[] = {
    // the socket
    WIRE("hangs up", ACT_CLOSE, ""),
    WIRE("hangs up after headers", ACT_HEADERS, ""),
    WIRE("hangs up in a message", ACT_HALF, ""),
    WIRE("garbage", ACT_FRAME, "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"),
    WIRE("a frame of 16 MiB", ACT_FRAME, "\xff\xff\xff\x00\x00\x00\x00\x00\x01"),
    WIRE("DATA on stream 0", ACT_FRAME, "\x00\x00\x01\x00\x00\x00\x00\x00\x00x"),
    WIRE("DATA before headers", ACT_FRAME, "\x00\x00\x01\x00\x00\x00\x00\x00\x7fx"),
    {"Count", {LIE("RST_STREAM", "Ask", ACT_FRAME), BYTES("\0\0\4\3\0\0\0\0\0\0\0\0\x8"), .at = 8}, FAILS, true},
    {"Count", {LIE("REFUSED_STREAM", "Ask", ACT_FRAME), BYTES("\0\0\4\3\0\0\0\0\0\0\0\0\x7"), .at = 8}, FAILS, true},
    WIRE("GOAWAY", ACT_FRAME, "\0\0\x8\7\0\0\0\0\0\0\0\0\0\0\0\0\2"),
    {"Count", {LIE("never answers", "Ask", ACT_NEVER)}, WAITS, true},
    WIRE("endless headers", ACT_CHEATING, ""),
    // headers
    WIRE("an error of HTTP", ACT_BLOCK,
         "\x08\x03"
         "503"),
    WIRE("status 99999", ACT_BLOCK,
         "\x08\x05"
         "99999" TYPE),
    WIRE("a page", ACT_BLOCK, "\x88\x0f\x10\x09text/html"),
    WIRE("no grpc-status", ACT_BLOCK, "\x88" TYPE),
    WIRE("OK without an answer", ACT_BLOCK,
         "\x88" TYPE "\x00\x0bgrpc-status\x01"
         "0"),
    WIRE("grpc-status 99", ACT_BLOCK,
         "\x88" TYPE "\x00\x0bgrpc-status\x02"
         "99"),
    WIRE("grpc-status -1", ACT_BLOCK,
         "\x88" TYPE "\x00\x0bgrpc-status\x02"
         "-1"),
    WIRE("grpc-status 00", ACT_BLOCK,
         "\x88" TYPE "\x00\x0bgrpc-status\x02"
         "00"),
    WIRE("grpc-status of nothing", ACT_BLOCK, "\x88" TYPE "\x00\x0bgrpc-status\x00"),
    WIRE("details that are none", ACT_BLOCK,
         "\x88" TYPE "\x00\x0bgrpc-status\x02"
         "14"
         "\x00\x17grpc-status-details-bin\x04"
         "////"),
    CODE(1),
    CODE(2),
    CODE(5),
    CODE(6),
    CODE(7),
    CODE(10),
    CODE(13),
    CODE(14),
    CODE(15),
    CODE(16),
    {"Count", {LIE("ends before its answer", "Ask", ACT_END)}, FAILS, true},
    // frames of messages
    WIRE("a message longer than it says", ACT_BODY, "\0\0\0\0\2abcdef"),
    WIRE("a message shorter than it says", ACT_BODY,
         "\0\0\0\0\x20"
         "abcdef"),
    {"Count", {LIE("a message of 1 GiB", "Ask", ACT_BODY), BYTES("\0\x40\0\0\0abcdef")}, LIMITED, false},
    WIRE("half a prefix", ACT_BODY, "\0\0\0"),
    WIRE("compressed by nothing", ACT_BODY, "\1\0\0\0\2ab"),
    WIRE("no protobuf", ACT_BODY, "\0\0\0\0\4\xff\xff\xff\xff"),
    WIRE("an empty message", ACT_BODY, "\0\0\0\0\0"),
    {"Count", {LIE("two answers", "Ask", ACT_TWICE)}, FAILS, true},
    // which slice, which commit
    STATE(says_slice_3_of_2),
    STATE(says_slice_0_of_0),
    STATE(says_slice_1_of_all),
    STATE(says_no_commit),
    STATE(says_a_new_number_of_slices_each_time),
    {"Count", {LIE("no state", "State", ACT_END)}, FAILS, true},
    {"Count", {LIE("a state that is none", "State", ACT_BODY), BYTES("\0\0\0\0\2\xff\xff")}, FAILS, true},
    {"Count", {LIE("never says its state", "State", ACT_NEVER)}, FAILS, true},
    ENVELOPE(answers_for_slice_0),
    ENVELOPE(answers_for_3_slices),
    ENVELOPE(answers_of_another_commit),
    ENVELOPE(answers_of_another_manifest),
    ENVELOPE(answers_of_no_commit),
    // what any reply has
    ASK("Count", replies_of_another_commit),
    ASK("Count", replies_in_part),
    ASK("Count", replies_without_answer),
    ASK("Count", counts_too_many_documents),
    ASK("Count", counts_too_many_bridged),
    ASK("Count", replies_in_garbage),
    ASK("Search", says_a_fact_of_the_last_query),
    ASK("Search", says_a_fact_of_many_queries),
    // a search
    ASK("Search", has_no_figures),
    ASK("Search", has_figures_of_fewer_phrases),
    ASK("Search", has_huge_figures),
    ASK("Search", has_more_documents_with_a_phrase_than_documents),
    ASK("Search", has_fewer_keys),
    ASK("Search", has_no_keys),
    ASK("Search", has_more_keys),
    ASK("Search", has_keys_out_of_order),
    ASK("Search", has_a_key_twice),
    ASK("Search", scores_nan),
    ASK("Search", scores_below_zero),
    ASK("Search", scores_infinity),
    ASK("Search", has_fewer_hits),
    ASK("Search", has_more_hits),
    ASK("Search", has_hits_out_of_order),
    ASK("Search", has_a_hit_that_was_not_asked_for),
    ASK("Search", has_a_hit_of_another_score),
    ASK("Search", matches_backwards),
    ASK("Search", matches_past_all_text),
    // a stream
    FOLLOW(scans_without_an_occurrence),
    FOLLOW(scans_more_than_it_says),
    FOLLOW(scans_from_elsewhere),
    FOLLOW(scans_backwards),
    FOLLOW(scans_without_places),
    FOLLOW(scans_another_slice),
    {"Scan", {LIE("scans_without_an_end", "Follow", ACT_SEND), .change = scans_without_an_end}, FAILS, true},
    {"Scan", {LIE("a stream of nothing", "Follow", ACT_END)}, FAILS, true},
    {"Scan", {LIE("a stream that hangs up", "Follow", ACT_HALF)}, FAILS, true},
    {"Scan", {LIE("a message twice", "Follow", ACT_TWICE)}, FAILS, false},
    {"Scan", {LIE("a stream that never comes", "Follow", ACT_NEVER)}, WAITS, false},
    {"Scan", {LIE("a message that is none", "Follow", ACT_BODY), BYTES("\0\0\0\0\2\xff\xff")}, FAILS, false},
    {"Scan", {LIE("an empty message", "Follow", ACT_BODY), BYTES("\0\0\0\0\0")}, FAILS, false},
    // the others
    ASK("Trend", trends_more_queries),
    ASK("Trend", trends_fewer_queries),
    ASK("Trend", trends_fewer_rows),
    ASK("Trend", trends_a_row_twice),
    ASK("Trend", trends_a_strange_period),
    ASK("Facets", facets_one_less),
    ASK("Facets", facets_fewer_rows),
    ASK("Facets", facets_a_row_twice),
    ASK("Neighbours", neighbours_fewer),
    ASK("Neighbours", neighbours_nothing),
    ASK("Neighbours", neighbours_itself),
    ASK("Dispersion", disperses_fewer_parts),
    ASK("Suggest", suggests_a_word_twice),
    ASK("Stat", stats_a_part_twice),
    ASK("Get", gets_another_document),
    ASK("BatchGet", gets_all_twice),
    ASK("BatchGet", gets_fewer),
    ASK("BatchGet", gets_what_it_says_is_missing),
    ASK("BatchGet", gets_none_and_leaves_all),
};

const size_t lie_count = sizeof lies / sizeof lies[0];
