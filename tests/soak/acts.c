// SPDX-License-Identifier: Apache-2.0
// acts.c: see acts.h.

#include "acts.h"

#include <gramdex/v1/index.pb-c.h>
#include <gramdex/v1/search.pb-c.h>
#include <grpc/health/v1/health.pb-c.h>
#include <stdio.h>
#include <stdlib.h>

unsigned chance(unsigned limit) {
    static uint64_t state = 1;
    uint64_t value = state += 0x9e3779b97f4a7c15u; // SplitMix64
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return (unsigned)((value >> 32) * limit >> 32);
}

// ---- requests

static gdx_status pack(const ProtobufCMessage *message, gdx_buffer *out) {
    gdx_status status = gdx_buffer_reserve(out, protobuf_c_message_get_packed_size(message) + 1);
    if (status == GDX_OK)
        out->bytes += protobuf_c_message_pack(message, out->data + out->bytes);
    return status;
}

static ProtobufCBinaryData data_of(const char *text) {
    return (ProtobufCBinaryData){strlen(text), (uint8_t *)(uintptr_t)text};
}

static ProtobufCBinaryData some_query(void) {
    static const char *const queries[] = {"产业链",     "重构 贸易", "产业 NEAR/9 规则",  "date:2010.. 链",
                                          "source:odd", "没有的词",  "title:篇 NOT 重构", "链"};
    return data_of(queries[chance(sizeof queries / sizeof queries[0])]);
}

static gdx_status pack_check(gdx_buffer *out) {
    Grpc__Health__V1__HealthCheckRequest request = GRPC__HEALTH__V1__HEALTH_CHECK_REQUEST__INIT;
    return pack(&request.base, out);
}

static gdx_status pack_known_count(gdx_buffer *out) {
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    request.query = data_of("规则");
    return pack(&request.base, out);
}

static gdx_status pack_count(gdx_buffer *out) {
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    request.query = some_query();
    return pack(&request.base, out);
}

static gdx_status pack_search(gdx_buffer *out) {
    Gramdex__V1__SearchRequest request = GRAMDEX__V1__SEARCH_REQUEST__INIT;
    request.query = some_query();
    request.limit = 1 + chance(20);
    request.match_limit = chance(10);
    return pack(&request.base, out);
}

static gdx_status pack_trend(gdx_buffer *out) {
    Gramdex__V1__TrendRequest request = GRAMDEX__V1__TREND_REQUEST__INIT;
    request.query = some_query();
    request.by = (Gramdex__V1__Period)chance(6);
    request.split_by_source = chance(4) == 0;
    if (chance(2))
        request.date_from = data_of("2015");
    return pack(&request.base, out);
}

static gdx_status pack_facets(gdx_buffer *out) {
    Gramdex__V1__FacetsRequest request = GRAMDEX__V1__FACETS_REQUEST__INIT;
    ProtobufCBinaryData by = data_of("meta.lang");
    request.query = some_query();
    request.by = &by;
    request.n_by = chance(2);
    return pack(&request.base, out);
}

static gdx_status pack_dispersion(gdx_buffer *out) {
    Gramdex__V1__DispersionRequest request = GRAMDEX__V1__DISPERSION_REQUEST__INIT;
    request.query = some_query();
    request.by = data_of(chance(2) ? "document" : "month");
    return pack(&request.base, out);
}

static gdx_status pack_contrast(gdx_buffer *out) {
    Gramdex__V1__ContrastRequest request = GRAMDEX__V1__CONTRAST_REQUEST__INIT;
    request.a = some_query();
    request.limit = 5;
    return pack(&request.base, out);
}

static gdx_status pack_ngrams(gdx_buffer *out) {
    Gramdex__V1__NgramsRequest request = GRAMDEX__V1__NGRAMS_REQUEST__INIT;
    request.query = some_query();
    request.limit = 5;
    return pack(&request.base, out);
}

static gdx_status pack_neighbours(gdx_buffer *out) {
    Gramdex__V1__NeighboursRequest request = GRAMDEX__V1__NEIGHBOURS_REQUEST__INIT;
    request.query = some_query();
    return pack(&request.base, out);
}

static gdx_status pack_collocates(gdx_buffer *out) {
    Gramdex__V1__CollocatesRequest request = GRAMDEX__V1__COLLOCATES_REQUEST__INIT;
    request.query = some_query();
    return pack(&request.base, out);
}

static gdx_status pack_kwic(gdx_buffer *out) {
    Gramdex__V1__KwicRequest request = GRAMDEX__V1__KWIC_REQUEST__INIT;
    ProtobufCBinaryData keys[] = {data_of(chance(2) ? "right" : "left"), data_of("date")};
    request.query = some_query();
    request.sort = keys;
    request.n_sort = 2;
    request.sample = 1000;
    return pack(&request.base, out);
}

static gdx_status pack_reprints(gdx_buffer *out) {
    Gramdex__V1__ReprintsRequest request = GRAMDEX__V1__REPRINTS_REQUEST__INIT;
    request.query = some_query();
    request.limit = 5;
    return pack(&request.base, out);
}

static gdx_status pack_passages(gdx_buffer *out) {
    Gramdex__V1__PassagesRequest request = GRAMDEX__V1__PASSAGES_REQUEST__INIT;
    char ids[2][32];
    unsigned first = chance(BASE_DOCUMENTS);
    snprintf(ids[0], sizeof ids[0], "base/%u", first);
    snprintf(ids[1], sizeof ids[1], "base/%u", (first + 1 + chance(BASE_DOCUMENTS - 1)) % BASE_DOCUMENTS);
    request.id = data_of(ids[0]);
    request.other = data_of(ids[1]);
    request.min_letters = 4;
    return pack(&request.base, out);
}

static gdx_status pack_quote(gdx_buffer *out) {
    static const char *const texts[] = {"“产业链”与“產業規則”", "“链产业规则贸易重构链产业规则贸易构”",
                                        "没有的一句话，没有的一句话"};
    Gramdex__V1__QuoteRequest request = GRAMDEX__V1__QUOTE_REQUEST__INIT;
    request.text = data_of(texts[chance(3)]);
    if (chance(2))
        request.id = data_of("base/1");
    return pack(&request.base, out);
}

static gdx_status pack_get(gdx_buffer *out) {
    Gramdex__V1__GetRequest request = GRAMDEX__V1__GET_REQUEST__INIT;
    char id[32];
    snprintf(id, sizeof id, "%s/%u", chance(2) ? "base" : "changed", chance(CHANGED_DOCUMENTS));
    request.id = data_of(id);
    return pack(&request.base, out);
}

static gdx_status pack_malformed(gdx_buffer *out) {
    Gramdex__V1__CountRequest request = GRAMDEX__V1__COUNT_REQUEST__INIT;
    request.query = data_of("(产业链 OR");
    return pack(&request.base, out);
}

static gdx_status pack_scan(gdx_buffer *out) {
    Gramdex__V1__ScanRequest request = GRAMDEX__V1__SCAN_REQUEST__INIT;
    request.query = data_of("产业");
    request.context_symbols = 1 + chance(60);
    request.limit = chance(4) ? 1 + chance(50) : 0;
    return pack(&request.base, out);
}

static gdx_status pack_ingest(gdx_buffer *out) {
    enum { DOCUMENTS = 5, LONGEST = 40 };
    Gramdex__V1__IngestRequest request = GRAMDEX__V1__INGEST_REQUEST__INIT;
    Gramdex__V1__Document documents[DOCUMENTS], *list[DOCUMENTS];
    char ids[DOCUMENTS][32], texts[DOCUMENTS][LONGEST * sizeof "产业链 贸易。"];
    for (size_t i = 0; i < DOCUMENTS; i++) {
        gramdex__v1__document__init(&documents[i]);
        snprintf(ids[i], sizeof ids[i], "changed/%u", chance(CHANGED_DOCUMENTS));
        texts[i][0] = '\0';
        for (unsigned times = 1 + chance(LONGEST); times > 0; times--)
            strcat(texts[i], "产业链 贸易。");
        documents[i].id = data_of(ids[i]);
        documents[i].text = data_of(texts[i]);
        list[i] = &documents[i];
    }
    request.documents = list;
    request.n_documents = DOCUMENTS;
    return pack(&request.base, out);
}

static gdx_status pack_delete(gdx_buffer *out) {
    enum { IDS = 10 };
    Gramdex__V1__DeleteRequest request = GRAMDEX__V1__DELETE_REQUEST__INIT;
    ProtobufCBinaryData list[IDS];
    char ids[IDS][32];
    for (size_t i = 0; i < IDS; i++) {
        snprintf(ids[i], sizeof ids[i], "changed/%u", chance(CHANGED_DOCUMENTS));
        list[i] = data_of(ids[i]);
    }
    request.ids = list;
    request.n_ids = IDS;
    return pack(&request.base, out);
}

// ---- replies

// Whatever is written and merged meanwhile: the documents that no act changes are all there.
static bool counts_base(gdx_slice reply) {
    ProtobufCMessage *message = protobuf_c_message_unpack(&gramdex__v1__count_response__descriptor, NULL, reply.bytes,
                                                          (const uint8_t *)reply.data);
    bool is_true = message && ((const Gramdex__V1__CountResponse *)message)->documents == BASE_DOCUMENTS;
    protobuf_c_message_free_unpacked(message, NULL);
    return is_true;
}

// ---- the table

#define CODE(name) (1u << GDX_GRPC_##name)
enum {
    DONE = CODE(OK),
    LEFT = CODE(OK) | CODE(CANCELLED),
    LATE = CODE(OK) | CODE(CANCELLED) | CODE(DEADLINE_EXCEEDED),
    LOCKED = CODE(FAILED_PRECONDITION), // the merging process writes
};
#define SEARCH "/gramdex.v1.Search/"
#define INDEX  "/gramdex.v1.Index/"

const struct act acts[] = {
    // Reading; the first of writing is ingest.
    {"check", "/grpc.health.v1.Health/Check", 100, READ_ALL, pack_check, 1, DONE, NULL},
    {"count, known", SEARCH "Count", 100, READ_ALL, pack_known_count, 1, DONE, counts_base},
    {"count", SEARCH "Count", 300, READ_ALL, pack_count, 1, DONE, NULL},
    {"count, malformed", SEARCH "Count", 50, READ_ALL, pack_malformed, 1, CODE(INVALID_ARGUMENT), NULL},
    {"count, cancelled", SEARCH "Count", 50, CANCEL_AT_ONCE, pack_count, 1, LEFT, NULL},
    {"count, in a hurry", SEARCH "Count", 50, HURRY, pack_count, 1, LATE, NULL},
    {"search", SEARCH "Search", 100, READ_ALL, pack_search, 1, DONE, NULL},
    {"search, in a hurry", SEARCH "Search", 50, HURRY, pack_search, 1, LATE, NULL},
    {"trend", SEARCH "Trend", 50, READ_ALL, pack_trend, 1, DONE, NULL},
    {"facets", SEARCH "Facets", 30, READ_ALL, pack_facets, 1, DONE, NULL},
    {"dispersion", SEARCH "Dispersion", 30, READ_ALL, pack_dispersion, 1, DONE | CODE(INVALID_ARGUMENT), NULL},
    {"contrast", SEARCH "Contrast", 3, READ_ALL, pack_contrast, 1, DONE | CODE(INVALID_ARGUMENT), NULL},
    {"ngrams", SEARCH "Ngrams", 3, READ_ALL, pack_ngrams, 1, DONE, NULL},
    {"ngrams, in a hurry", SEARCH "Ngrams", 3, HURRY, pack_ngrams, 1, LATE, NULL},
    {"neighbours", SEARCH "Neighbours", 5, READ_ALL, pack_neighbours, 1, DONE | CODE(INVALID_ARGUMENT), NULL},
    {"collocates", SEARCH "Collocates", 5, READ_ALL, pack_collocates, 1, DONE | CODE(INVALID_ARGUMENT), NULL},
    {"collocates, in a hurry", SEARCH "Collocates", 3, HURRY, pack_collocates, 1, LATE | CODE(INVALID_ARGUMENT), NULL},
    {"kwic", SEARCH "Kwic", 5, READ_ALL, pack_kwic, 1, DONE | CODE(INVALID_ARGUMENT), NULL},
    {"kwic, in a hurry", SEARCH "Kwic", 5, HURRY, pack_kwic, 1, LATE | CODE(INVALID_ARGUMENT), NULL},
    {"reprints", SEARCH "Reprints", 10, READ_ALL, pack_reprints, 1, DONE, NULL},
    {"passages", SEARCH "Passages", 10, READ_ALL, pack_passages, 1, DONE, NULL},
    {"quote", SEARCH "Quote", 20, READ_ALL, pack_quote, 1, DONE, NULL},
    {"quote, in a hurry", SEARCH "Quote", 5, HURRY, pack_quote, 1, LATE, NULL},
    {"get", SEARCH "Get", 100, READ_ALL, pack_get, 1, DONE | CODE(NOT_FOUND), NULL},
    {"scan", SEARCH "Scan", 15, READ_ALL, pack_scan, 1, DONE, NULL},
    {"scan, read slowly", SEARCH "Scan", 10, READ_SLOWLY, pack_scan, 1, DONE, NULL},
    {"scan, left", SEARCH "Scan", 15, CANCEL_AFTER_SOME, pack_scan, 1, LEFT, NULL},
    {"scan, cancelled", SEARCH "Scan", 10, CANCEL_AT_ONCE, pack_scan, 1, LEFT, NULL},
    {"scan, in a hurry", SEARCH "Scan", 10, HURRY, pack_scan, 1, LATE, NULL},
    {"ingest", INDEX "Ingest", 30, READ_ALL, pack_ingest, 4, DONE | LOCKED, NULL},
    {"ingest, in a hurry", INDEX "Ingest", 5, HURRY, pack_ingest, 4, LATE | LOCKED, NULL},
    {"ingest, cancelled", INDEX "Ingest", 5, CANCEL_AT_ONCE, pack_ingest, 4, LEFT | LOCKED, NULL},
    {"delete", INDEX "Delete", 30, READ_ALL, pack_delete, 1, DONE | LOCKED, NULL},
};
const size_t act_count = sizeof acts / sizeof acts[0];

static bool writes(const struct act *act) {
    return strncmp(act->path, INDEX, sizeof INDEX - 1) == 0;
}

const struct act *act_draw(bool may_write) {
    unsigned all = 0;
    for (size_t i = 0; i < act_count; i++)
        all += writes(&acts[i]) == may_write ? acts[i].weight : 0;
    unsigned drawn = chance(all);
    for (size_t i = 0; i < act_count; i++) {
        if (writes(&acts[i]) != may_write)
            continue;
        if (drawn < acts[i].weight)
            return &acts[i];
        drawn -= acts[i].weight;
    }
    return &acts[0];
}

gdx_status acts_write_base(const char *path, gdx_error *err) {
    FILE *to = fopen(path, "w");
    if (!to)
        return gdx_fail(err, GDX_IO, "%s cannot be written", path);
    for (unsigned i = 0; i < BASE_DOCUMENTS; i++) {
        fprintf(to, "{\"id\":\"base/%u\",\"title\":\"第 %u 篇\",\"date\":\"%u-%02u\",\"source\":\"%s\",\"text\":\"", i,
                i, 2000 + i % 25, 1 + i % 12, i % 2 ? "odd" : "even");
        for (unsigned times = 1 + i % 12; times > 0; times--)
            fputs("链产业规则贸易重构", to);
        fputs("\"}\n", to);
    }
    return fclose(to) == 0 ? GDX_OK : gdx_fail(err, GDX_IO, "%s cannot be written", path);
}

gdx_status acts_write_changes(const char *path, gdx_error *err) {
    enum { DOCUMENTS = 20, LONGEST = 40 };
    FILE *to = fopen(path, "w");
    if (!to)
        return gdx_fail(err, GDX_IO, "%s cannot be written", path);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        fprintf(to, "{\"id\":\"changed/%u\",\"text\":\"", chance(CHANGED_DOCUMENTS));
        for (unsigned times = 1 + chance(LONGEST); times > 0; times--)
            fputs("产业链 关税。", to);
        fputs("\"}\n", to);
    }
    return fclose(to) == 0 ? GDX_OK : gdx_fail(err, GDX_IO, "%s cannot be written", path);
}
