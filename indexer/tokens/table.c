// SPDX-License-Identifier: Apache-2.0
// table.c: the built-in table, and what is common to it and a segment's own.
// Relies on table.h; builtin.c is made by the build.
#include "table.h"

#include <stdlib.h>

const gdx_token_table *gdx_token_table_builtin(void) {
    return &token_builtin;
}

uint64_t gdx_token_table_builtin_checksum(void) {
    return token_builtin_checksum;
}

void gdx_token_table_free(gdx_token_table *table) {
    if (!table)
        return;
    free(table->owned_entries);
    free(table->owned_text);
    free(table->own_by_token);
    free(table->class_by_token);
    free(table);
}

size_t gdx_token_table_bytes(const gdx_token_table *table) {
    if (!table->own_by_token)
        return 0;
    return sizeof *table + table->entry_count * sizeof *table->entries + table->own_bytes + TOKEN_BYTES_MAX +
           table->own_count * sizeof *table->own_by_token + token_count(table);
}
