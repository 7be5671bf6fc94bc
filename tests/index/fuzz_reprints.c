// SPDX-License-Identifier: Apache-2.0
// fuzz_reprints.c: any bytes as the file of a table of reprints: refused, or a table whose every number can be used.
// Magic, version and checksum are put right first, so that what is behind them is reached.

#include "envelope.h"
#include "layout.h"
#include "reprints.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const gdx_reprint_table *table) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < table->member_count; i++)
        sum += table->hashes[table->members[i].document] + table->members[i].group;
    for (uint32_t i = 0; i < table->excerpt_count; i++)
        sum += table->hashes[table->excerpts[i].document] + table->hashes[table->excerpts[i].of];
    volatile uint64_t used = sum;
    (void)used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    gdx_reprint_table table;
    gdx_error err = {0};
    uint8_t *copy = malloc(size + 1);
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    if (size >= REPRINTS_HEADER_BYTES + INDEX_CHECKSUM_BYTES)
        envelope_seal(copy, size, REPRINTS_MAGIC);
    if (reprints_decode("fuzz", (gdx_slice){(const char *)copy, size}, &table, &err) == GDX_OK)
        use(&table);
    free(copy);
    return 0;
}
