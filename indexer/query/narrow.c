// SPDX-License-Identifier: Apache-2.0
// narrow.c: combines a parsed query with a program's filter by AND, as if the query's text ended with these filters.
// The filters become nodes like those of the parser, so the rest of the folder handles both alike.

#include "segment.h"
#include "tree.h"

#include <stdlib.h>

enum { FILTERS_MOST = 3 + GDX_FILTER_KEYS_MAX };

struct filters {
    query_node *nodes[FILTERS_MOST];
    uint32_t count;
};

static query_node *new_node(gdx_arena *arena, query_kind kind, uint32_t child_count) {
    query_node *node = gdx_arena_allocate(arena, sizeof *node);
    query_node **children = gdx_arena_allocate(arena, child_count * sizeof *children + 1);
    if (!node || !children)
        return NULL;
    node->kind = kind;
    node->height = 1;
    node->children = children;
    node->child_count = child_count;
    return node;
}

static void set_child(query_node *node, uint32_t number, query_node *child) {
    node->children[number] = child;
    if (node->height < child->height + 1)
        node->height = child->height + 1;
}

static query_node *new_value(gdx_arena *arena, query_kind kind, gdx_slice value) {
    query_node *node = new_node(arena, kind, 0);
    return node && gdx_arena_copy(arena, value, &node->value) == GDX_OK ? node : NULL;
}

static query_node *source_node(gdx_arena *arena, const gdx_filter *filter) {
    if (filter->source_count == 1)
        return new_value(arena, QUERY_SOURCE, filter->sources[0]);
    query_node *any = new_node(arena, QUERY_OR, (uint32_t)filter->source_count);
    for (uint32_t i = 0; any && i < filter->source_count; i++) {
        query_node *one = new_value(arena, QUERY_SOURCE, filter->sources[i]);
        if (!one)
            return NULL;
        set_child(any, i, one);
    }
    return any;
}

static query_node *date_node(gdx_arena *arena, const gdx_filter *filter) {
    query_node *node = new_node(arena, QUERY_DATE, 0);
    if (!node)
        return NULL;
    node->from = filter->date_from;
    node->to = filter->date_to;
    node->first_day = node->from == GDX_NO_DATE ? 1 : gdx_date_first_day(node->from);
    node->last_day = node->to == GDX_NO_DATE ? UINT32_MAX : gdx_date_last_day(node->to);
    return node;
}

static query_node *value_node(gdx_arena *arena, const gdx_keys *key, gdx_slice value) {
    query_node *node = new_value(arena, QUERY_META, value);
    if (node)
        node->key = key;
    return node;
}

static query_node *metadata_node(gdx_arena *arena, const gdx_metadata_filter *filter) {
    gdx_keys *key = gdx_arena_allocate(arena, sizeof *key);
    gdx_error never = {0}; // the key was looked at
    if (!key || gdx_keys_add(key, filter->key, &never) != GDX_OK)
        return NULL;
    if (filter->value_count == 1)
        return value_node(arena, key, filter->values[0]);
    query_node *any = new_node(arena, QUERY_OR, (uint32_t)filter->value_count);
    for (uint32_t i = 0; any && i < filter->value_count; i++) {
        query_node *one = value_node(arena, key, filter->values[i]);
        if (!one)
            return NULL;
        set_child(any, i, one);
    }
    return any;
}

static gdx_status check_metadata(const gdx_filter *filter, gdx_error *err) {
    if (filter->metadata_count > GDX_FILTER_KEYS_MAX)
        return gdx_fail_field(err, "scope.filter.metadata", GDX_REASON_OUT_OF_RANGE, "%zu keys, expected at most %d",
                              filter->metadata_count, GDX_FILTER_KEYS_MAX);
    for (size_t i = 0; i < filter->metadata_count; i++) {
        const gdx_metadata_filter *one = &filter->metadata[i];
        const char *fault = gdx_key_fault(one->key);
        if (fault)
            return gdx_fail_field(err, "scope.filter.metadata.key", GDX_REASON_OUT_OF_RANGE, "%s", fault);
        if (one->value_count == 0)
            return gdx_fail_field(err, "scope.filter.metadata.values", GDX_REASON_OUT_OF_RANGE,
                                  "found none, expected one or more");
        for (size_t v = 0; v < one->value_count; v++)
            if (one->values[v].bytes > GDX_VALUE_BYTES_MAX)
                return gdx_fail_field(err, "scope.filter.metadata.values", GDX_REASON_OUT_OF_RANGE,
                                      "a value of %zu bytes, expected at most %d", one->values[v].bytes,
                                      GDX_VALUE_BYTES_MAX);
    }
    return GDX_OK;
}

static bool add(struct filters *filters, query_node *node) {
    if (node)
        filters->nodes[filters->count++] = node;
    return node != NULL;
}

static gdx_status join(gdx_query *query, const struct filters *filters) {
    bool is_and = query->root->kind == QUERY_AND;
    uint32_t own = is_and ? query->root->child_count : 1;
    query_node *all = new_node(query->arena, QUERY_AND, own + filters->count);
    if (!all)
        return GDX_NO_MEMORY;
    for (uint32_t i = 0; i < own; i++)
        set_child(all, i, is_and ? query->root->children[i] : query->root);
    for (uint32_t i = 0; i < filters->count; i++)
        set_child(all, own + i, filters->nodes[i]);
    query->root = all;
    return GDX_OK;
}

gdx_status gdx_query_all(const gdx_rule *rule, gdx_query **out, gdx_error *err) {
    if (!rule)
        return query_rule_refuse(rule, err);
    GDX_AUTO(gdx_query) query = calloc(1, sizeof *query);
    if (query)
        query->arena = gdx_arena_new();
    if (!query || !query->arena)
        return gdx_fail_memory(err, "a query");
    query->rule = rule;
    query->root = new_value(query->arena, QUERY_ID_PREFIX, (gdx_slice){"", 0});
    if (!query->root)
        return gdx_fail_memory(err, "a query");
    *out = GDX_TAKE(query);
    return GDX_OK;
}

gdx_status gdx_query_narrow(gdx_query *query, const gdx_filter *filter, gdx_error *err) {
    struct filters filters = {0};
    bool has_dates = filter->date_from != GDX_NO_DATE || filter->date_to != GDX_NO_DATE;
    bool good = true;
    if (filter->date_from != GDX_NO_DATE && filter->date_to != GDX_NO_DATE &&
        gdx_date_first_day(filter->date_from) > gdx_date_last_day(filter->date_to))
        return gdx_fail_field(err, "scope.filter.date_to", GDX_REASON_OUT_OF_RANGE,
                              "it is before date_from, expected a later date");
    gdx_status status = check_metadata(filter, err);
    if (status != GDX_OK)
        return status;
    if (filter->source_count)
        good = add(&filters, source_node(query->arena, filter));
    if (good && has_dates)
        good = add(&filters, date_node(query->arena, filter));
    if (good && filter->id_prefix.bytes)
        good = add(&filters, new_value(query->arena, QUERY_ID_PREFIX, filter->id_prefix));
    for (size_t i = 0; i < filter->metadata_count && good; i++)
        good = add(&filters, metadata_node(query->arena, &filter->metadata[i]));
    if (!good || (filters.count && join(query, &filters) != GDX_OK))
        return gdx_fail_memory(err, "the filter");
    return GDX_OK;
}
