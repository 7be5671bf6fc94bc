// SPDX-License-Identifier: Apache-2.0
// fuzz_crawl.c: any bytes as a crawler's file: it is read to its end in bounded memory, and what pages say is valid
// UTF-8. The input's first byte says in which steps it is handed over.

#include "gdx/crawl.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct memory {
    const uint8_t *data;
    size_t bytes, step;
};

static gdx_status read_memory(void *source, void *to, size_t room, size_t *out_bytes, gdx_error *err) {
    struct memory *memory = source;
    (void)err;
    size_t bytes = room < memory->step ? room : memory->step;
    *out_bytes = bytes < memory->bytes ? bytes : memory->bytes;
    if (*out_bytes)
        memcpy(to, memory->data, *out_bytes);
    memory->data += *out_bytes;
    memory->bytes -= *out_bytes;
    return GDX_OK;
}

static void read_page(gdx_crawl *crawl) {
    gdx_buffer out = {0};
    gdx_error err = {0};
    for (bool end = false; !end && out.bytes < 1 << 22;)
        if (gdx_crawl_read(crawl, 4096, &out, &end, &err) != GDX_OK) {
            assert(err.message[0]);
            break;
        }
    gdx_buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    if (bytes == 0)
        return 0;
    struct memory memory = {data + 1, bytes - 1, data[0] ? data[0] : 1};
    GDX_AUTO(gdx_crawl) crawl = NULL;
    gdx_error err = {0};
    if (gdx_crawl_open_pull((gdx_pull){read_memory, &memory}, "c", &crawl, &err) != GDX_OK)
        return 0;
    size_t steps = 0;
    for (bool has = true; has; steps++) {
        gdx_crawl_page page;
        gdx_status status = gdx_crawl_next(crawl, &page, &has, NULL);
        if (status == GDX_OK && has) {
            assert(page.url.bytes && gdx_utf8_valid(page.url) && gdx_utf8_valid(page.media_type));
            assert(gdx_utf8_valid(page.charset) && gdx_utf8_valid(page.date));
            read_page(crawl);
        }
        has = has || status != GDX_OK;
        assert(steps < 1 << 20);
    }
    return 0;
}
