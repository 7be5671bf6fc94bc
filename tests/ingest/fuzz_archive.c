// SPDX-License-Identifier: Apache-2.0
// fuzz_archive.c: any bytes as an archive in memory, as the head of a file, and as names of one: all of it returns, and
// names are valid UTF-8. The input's first byte chooses.

#include "archive_reader.h"
#include "gdx/decode.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void read_archive(gdx_slice bytes) {
    GDX_AUTO(gdx_archive) archive = NULL;
    gdx_error err = {0};
    const gdx_archive_limits limits = {.most_bytes = 1 << 22};
    if (gdx_archive_open_memory(bytes, "folder/name.gz", GDX_INPUT_COMPRESSED, &archive, &err) != GDX_OK) {
        assert(err.message[0]);
        return;
    }
    gdx_archive_limit(archive, &limits);
    gdx_buffer out = {0};
    gdx_slice name;
    bool has = true;
    while (has && gdx_archive_next(archive, &name, &has, &err) == GDX_OK && has) {
        assert(gdx_utf8_valid(name));
        out.bytes = 0;
        for (bool end = false; !end && gdx_archive_read(archive, 4096, &out, &end, &err) == GDX_OK;)
            continue;
    }
    gdx_buffer_clear(&out);
}

static void read_name(gdx_slice bytes) {
    struct archive_names names = {0};
    gdx_buffer out = {0};
    const char *encoding = ingest_names_guess(bytes);
    gdx_status status = ingest_names_decode(&names, (struct archive_source){.bytes = {"", 0}}, bytes, &out);
    assert(status == GDX_OK && gdx_utf8_valid(gdx_buffer_slice(&out)));
    assert(!encoding || encoding[0]);
    ingest_names_clear(&names);
    gdx_buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    gdx_slice all = {(const char *)data, bytes};
    if (bytes == 0)
        return 0;
    gdx_slice rest = {all.data + 1, all.bytes - 1};
    gdx_input_kind kind;
    const char *format;
    char head[512];
    switch (data[0]) {
    case 'n':
        read_name(rest);
        break;
    case 's':
        gdx_archive_sniff(rest, &kind, &format);
        assert(gdx_archive_unzip_head(rest, head, sizeof head) <= sizeof head);
        break;
    default:
        read_archive(all);
    }
    return 0;
}
