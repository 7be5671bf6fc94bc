// SPDX-License-Identifier: Apache-2.0
// fuzz_metadata.c: any bytes as metadata: values are found or not, and nothing is read outside of the bytes.

#include "gdx/metadata.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static gdx_status visit(void *context, uint32_t key, gdx_slice value) {
    (void)context;
    if (key > 1 || value.bytes > GDX_VALUE_BYTES_MAX || (value.data && value.bytes == 0))
        abort();
    return GDX_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    gdx_keys keys = {0};
    gdx_buffer scratch = {0};
    if (gdx_keys_add(&keys, gdx_slice_of("a"), NULL) != GDX_OK ||
        gdx_keys_add(&keys, gdx_slice_of("b"), NULL) != GDX_OK)
        abort();
    if (gdx_metadata_values((gdx_slice){(const char *)data, bytes}, &keys, &scratch, visit, NULL) != GDX_OK)
        abort();
    gdx_buffer_clear(&scratch);
    return 0;
}
