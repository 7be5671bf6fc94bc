// SPDX-License-Identifier: Apache-2.0
// describe.c: the tree in one canonical line, like (and (phrase "产业链") (not (date 2023))).
// The line shows what the query searches for: folded symbols, with a space between two words and nowhere else.

#include "tree.h"

static gdx_status put(gdx_buffer *out, const char *text) {
    return gdx_buffer_append(out, text, strlen(text));
}

static gdx_status put_escaped(gdx_buffer *out, gdx_slice text) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < text.bytes; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            status = put(out, "\\");
        if (status == GDX_OK)
            status = gdx_buffer_append(out, text.data + i, 1);
    }
    return status;
}

static gdx_status put_quoted(gdx_buffer *out, gdx_slice text) {
    gdx_status status = put(out, "\"");
    if (status == GDX_OK)
        status = put_escaped(out, text);
    return status == GDX_OK ? put(out, "\"") : status;
}

static gdx_status put_phrase(gdx_buffer *out, const query_node *node) {
    gdx_status status = put(out, "\"");
    for (uint32_t i = 0; status == GDX_OK && i < node->symbol_count; i++) {
        const query_symbol *symbol = &node->symbols[i];
        uint8_t bytes[GDX_UTF8_BYTES];
        if (symbol->code != GDX_WORD_FLAG)
            status = put_escaped(out, (gdx_slice){(char *)bytes, gdx_utf8_encode(bytes, symbol->code)});
        else if (i > 0 && symbol[-1].code == GDX_WORD_FLAG)
            status = put(out, " ");
        if (status == GDX_OK && symbol->code == GDX_WORD_FLAG)
            status = put_escaped(out, symbol->word);
    }
    return status == GDX_OK ? put(out, "\"") : status;
}

static gdx_status put_dates(gdx_buffer *out, const query_node *node) {
    char from[GDX_DATE_TEXT_BYTES], to[GDX_DATE_TEXT_BYTES];
    gdx_date_format(node->from, from);
    gdx_date_format(node->to, to);
    return node->from == node->to ? put(out, from) : gdx_buffer_append_format(out, "%s..%s", from, to);
}

static gdx_status put_inside(gdx_buffer *out, const query_node *node) {
    const char *field = query_is_leaf(node) ? query_fields_name(node->fields) : NULL;
    if (field) {
        gdx_status status = gdx_buffer_append_format(out, "%s ", field);
        if (status != GDX_OK)
            return status;
    }
    if (node->kind == QUERY_PHRASE || node->kind == QUERY_BRIDGE)
        return put_phrase(out, node);
    if (node->kind == QUERY_DATE)
        return put_dates(out, node);
    if (node->kind == QUERY_META) {
        gdx_status status = put_quoted(out, gdx_keys_name(node->key, 0));
        if (status == GDX_OK)
            status = put(out, " ");
        if (status != GDX_OK)
            return status;
    }
    if (query_is_pair(node))
        return gdx_buffer_append_format(out, "%u", node->distance);
    return query_class_of(node) == QUERY_CLASS_OPERATION ? GDX_OK : put_quoted(out, node->value);
}

static gdx_status put_node(gdx_buffer *out, const query_node *node) {
    gdx_status status = gdx_buffer_append_format(out, "(%s", query_kinds[node->kind].name);
    bool has_inside = query_class_of(node) != QUERY_CLASS_OPERATION;
    if (status == GDX_OK && has_inside)
        status = put(out, " ");
    if (status == GDX_OK)
        status = put_inside(out, node);
    for (uint32_t i = 0; status == GDX_OK && i < node->child_count; i++) {
        status = put(out, " ");
        if (status == GDX_OK)
            status = put_node(out, node->children[i]);
    }
    return status == GDX_OK ? put(out, ")") : status;
}

gdx_status gdx_query_describe(const gdx_query *query, gdx_buffer *out) {
    size_t before = out->bytes;
    gdx_status status = put_node(out, query->root);
    if (status != GDX_OK)
        out->bytes = before;
    return status;
}
