// SPDX-License-Identifier: Apache-2.0
// request.c: what requests have in common: a query narrowed by a scope, a commit, numbers with limits, ids.

#include "api.h"

#include "gdx/decode.h"

#include <inttypes.h>
#include <stdio.h>

enum { SOURCES_MOST = 1000, VALUES_MOST = 1000 };

static bool has_filter(const Gramdex__V1__Scope *scope) {
    const Gramdex__V1__Filter *filter = scope ? scope->filter : NULL;
    return filter && (filter->n_sources || filter->date_from.len || filter->date_to.len || filter->id_prefix.len ||
                      filter->n_metadata);
}

gdx_status request_date(const char *field, ProtobufCBinaryData text, gdx_date *out, gdx_error *err) {
    gdx_error why = {0};
    gdx_status status = gdx_date_parse(slice_of(text), out, &why);
    return status == GDX_INVALID ? gdx_fail_field(err, field, GDX_REASON_OUT_OF_RANGE, "%s", why.message) : status;
}

gdx_status request_group(const char *field, ProtobufCBinaryData name, bool allows_document, gdx_group *out,
                         gdx_error *err) {
    if (gdx_group_parse(slice_of(name), out) && (allows_document || *out != GDX_BY_DOCUMENT))
        return GDX_OK;
    return gdx_fail_field(err, field, GDX_REASON_OUT_OF_RANGE,
                          "it names no group, expected year, quarter, month, week, day%s source%s",
                          allows_document ? "," : " or", allows_document ? " or document" : "");
}

gdx_status request_phrase(const gdx_query *query, gdx_error *err) {
    if (gdx_query_has_phrase(query))
        return GDX_OK;
    return gdx_fail_field(err, "query", GDX_REASON_OUT_OF_RANGE, "it has no phrase, expected one to count");
}

static gdx_status read_filter(const Gramdex__V1__Filter *from, gdx_slice *sources, gdx_filter *out, gdx_error *err) {
    if (from->n_sources > SOURCES_MOST)
        return gdx_fail_field(err, "scope.filter.sources", GDX_REASON_OUT_OF_RANGE, "%zu sources, expected at most %d",
                              from->n_sources, SOURCES_MOST);
    for (size_t i = 0; i < from->n_sources; i++)
        sources[i] = slice_of(from->sources[i]);
    out->sources = sources;
    out->source_count = from->n_sources;
    out->id_prefix = slice_of(from->id_prefix);
    gdx_status status = request_date("scope.filter.date_from", from->date_from, &out->date_from, err);
    return status == GDX_OK ? request_date("scope.filter.date_to", from->date_to, &out->date_to, err) : status;
}

// What is said of the keys and values is for the query to judge.
static gdx_status read_metadata(const Gramdex__V1__Filter *from, gdx_arena *arena, gdx_filter *out, gdx_error *err) {
    gdx_metadata_filter *all = gdx_arena_allocate(arena, from->n_metadata * sizeof *all + 1);
    if (!all)
        return gdx_fail_memory(err, "a filter");
    for (size_t i = 0; i < from->n_metadata; i++) {
        const Gramdex__V1__MetadataFilter *one = from->metadata[i];
        if (one->n_values > VALUES_MOST)
            return gdx_fail_field(err, "scope.filter.metadata.values", GDX_REASON_OUT_OF_RANGE,
                                  "%zu values, expected at most %d", one->n_values, VALUES_MOST);
        gdx_slice *values = gdx_arena_allocate(arena, one->n_values * sizeof *values + 1);
        if (!values)
            return gdx_fail_memory(err, "a filter");
        for (size_t v = 0; v < one->n_values; v++)
            values[v] = slice_of(one->values[v]);
        all[i] = (gdx_metadata_filter){slice_of(one->key), values, one->n_values};
    }
    out->metadata = all;
    out->metadata_count = from->n_metadata;
    return GDX_OK;
}

static gdx_status narrow(gdx_query *query, const Gramdex__V1__Filter *from, gdx_error *err) {
    gdx_slice sources[SOURCES_MOST];
    gdx_filter filter = {0};
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_status status = arena ? read_filter(from, sources, &filter, err) : gdx_fail_memory(err, "a filter");
    if (status == GDX_OK)
        status = read_metadata(from, arena, &filter, err);
    return status == GDX_OK ? gdx_query_narrow(query, &filter, err) : status;
}

gdx_status request_filter(gdx_arena *arena, const Gramdex__V1__Scope *scope, gdx_filter *out, gdx_error *err) {
    *out = (gdx_filter){0};
    if (!has_filter(scope))
        return GDX_OK;
    gdx_slice *sources = gdx_arena_allocate(arena, SOURCES_MOST * sizeof *sources);
    gdx_status status = sources ? read_filter(scope->filter, sources, out, err) : reply_no_memory(err);
    return status == GDX_OK ? read_metadata(scope->filter, arena, out, err) : status;
}

// Parsed, or made to match all, by the rule of the current commit, then narrowed.
static gdx_status read_query(gdx_collection *collection, ProtobufCBinaryData text, bool is_all,
                             const Gramdex__V1__Scope *scope, gdx_query **out, gdx_error *err) {
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_aliases) aliases = collection_aliases(collection);
    gdx_snapshot *snapshot = collection_snapshot(collection);
    const gdx_rule *rule = gdx_snapshot_rule(snapshot);
    gdx_status status =
        is_all ? gdx_query_all(rule, &query, err) : gdx_query_parse_aliased(rule, aliases, slice_of(text), &query, err);
    gdx_snapshot_release(snapshot);
    if (status == GDX_OK && has_filter(scope))
        status = narrow(query, scope->filter, err);
    if (status == GDX_OK)
        *out = GDX_TAKE(query);
    return status;
}

gdx_status request_query(gdx_collection *collection, ProtobufCBinaryData text, const Gramdex__V1__Scope *scope,
                         gdx_query **out, gdx_error *err) {
    return read_query(collection, text, false, scope, out, err);
}

gdx_status request_query_of(const char *field, gdx_collection *collection, ProtobufCBinaryData text,
                            const Gramdex__V1__Scope *scope, gdx_query **out, gdx_error *err) {
    gdx_status status = request_query(collection, text, scope, out, err);
    if (status != GDX_OK && strcmp(err->field, "query") == 0)
        snprintf(err->field, sizeof err->field, "%s", field);
    return status;
}

gdx_status request_documents(gdx_collection *collection, ProtobufCBinaryData text, const Gramdex__V1__Scope *scope,
                             gdx_query **out, gdx_error *err) {
    return read_query(collection, text, text.len == 0, scope, out, err);
}

gdx_status request_lengths(uint32_t min_length, uint32_t max_length, uint32_t longest_default, uint32_t *out_shortest,
                           uint32_t *out_longest, gdx_error *err) {
    enum { SHORTEST = 2 };
    gdx_status status =
        request_number("max_length", max_length, longest_default, GDX_STRING_LETTERS_MOST, out_longest, err);
    *out_shortest = min_length ? min_length : SHORTEST;
    if (status == GDX_OK && *out_longest < SHORTEST)
        return gdx_fail_field(err, "max_length", GDX_REASON_OUT_OF_RANGE, "%u, expected at least %d", *out_longest,
                              SHORTEST);
    if (status == GDX_OK && (*out_shortest < SHORTEST || *out_shortest > *out_longest))
        return gdx_fail_field(err, "min_length", GDX_REASON_OUT_OF_RANGE, "%u, expected %d to %u", *out_shortest,
                              SHORTEST, *out_longest);
    return status;
}

gdx_status request_snapshot(const gdx_question *question, const Gramdex__V1__Scope *scope, gdx_snapshot **out,
                            gdx_error *err) {
    gdx_collection *collection = question->collection;
    uint64_t least = scope ? scope->min_commit : 0;
    if (question->leaf) { // its root has seen to the least
        *out = gdx_snapshot_retain(question->leaf->snapshot);
        return GDX_OK;
    }
    gdx_snapshot *snapshot = collection_snapshot(collection);
    if (gdx_snapshot_commit(snapshot) < least) {
        gdx_snapshot_release(snapshot);
        gdx_error passed_over = {0}; // the figures carry it
        (void)!gdx_collection_refresh(collection, &passed_over);
        snapshot = collection_snapshot(collection);
    }
    uint64_t commit = gdx_snapshot_commit(snapshot);
    if (commit >= least) {
        *out = snapshot;
        return GDX_OK;
    }
    gdx_snapshot_release(snapshot);
    return gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_COMMIT_UNKNOWN,
                           "the index is at commit %" PRIu64 ", the request asks for %" PRIu64 " or later", commit,
                           least);
}

gdx_status request_unfiltered(const gdx_question *question, const Gramdex__V1__Scope *scope, gdx_snapshot **out,
                              gdx_error *err) {
    if (has_filter(scope))
        return gdx_fail_field(err, "scope.filter", GDX_REASON_OUT_OF_RANGE, "found a filter; this method takes none");
    return request_snapshot(question, scope, out, err);
}

gdx_status request_number(const char *field, uint32_t value, uint32_t fallback, uint32_t limit, uint32_t *out,
                          gdx_error *err) {
    if (value > limit)
        return gdx_fail_field(err, field, GDX_REASON_OUT_OF_RANGE, "%u, expected at most %u", value, limit);
    *out = value ? value : fallback;
    return GDX_OK;
}

gdx_status request_id(const char *field, ProtobufCBinaryData id, gdx_error *err) {
    if (id.len < 1 || id.len > ID_BYTES_LIMIT)
        return gdx_fail_field(err, field, GDX_REASON_OUT_OF_RANGE, "%zu bytes, expected 1 to %d", id.len,
                              ID_BYTES_LIMIT);
    if (!gdx_utf8_valid(slice_of(id)))
        return gdx_fail_field(err, field, GDX_REASON_OUT_OF_RANGE, "bytes that are not UTF-8, expected valid UTF-8");
    return GDX_OK;
}
