// SPDX-License-Identifier: Apache-2.0
// fuzz_packages.c: any bytes as a document of each kind, and any bytes as one entry of a good document: the reader
// returns, says why it refuses, gives valid UTF-8 and unpacks no more than it may.

#include "package_samples.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void read_one(package_read read, gdx_slice bytes) {
    enum { UNPACKED = 1 << 22, TEXT = 1 << 20 };
    static package_reader reader;
    static gdx_draft *draft;
    if (!draft) {
        draft = gdx_draft_new();
        ingest_package_reader_init(&reader, UNPACKED);
    }
    gdx_document document = {0};
    gdx_error err = {0};
    gdx_draft_begin(draft, TEXT);
    gdx_status status = read(&reader, bytes, draft, &err);
    if (status == GDX_OK)
        status = gdx_draft_finish(draft, &document, &err);
    assert(status == GDX_OK || (err.message[0] && status != GDX_NO_MEMORY && status != GDX_INTERNAL));
    assert(reader.unpacked < UNPACKED + (1 << 17));
    assert(gdx_utf8_valid(document.title) && gdx_utf8_valid(document.text));
    for (uint32_t i = 0; i < document.part_count; i++) {
        assert(gdx_utf8_valid(document.parts[i].text));
        for (uint32_t place = 0; place < document.parts[i].place_count; place++)
            assert(gdx_utf8_valid(document.parts[i].places[place].name));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    if (bytes < 2)
        return 0;
    const struct sample *sample = &samples[data[0] % SAMPLES];
    size_t which = data[1] % (sample->count + 1);
    char *text = malloc(bytes - 1);
    memcpy(text, data + 2, bytes - 2);
    text[bytes - 2] = '\0';
    gdx_slice raw = {text, bytes - 2};
    ingest_package_kind(raw);
    if (which == sample->count) {
        read_one(sample->read, raw);
    } else {
        packed entries[16];
        memcpy(entries, sample->entries, sample->count * sizeof(packed));
        entries[which].text = text;
        gdx_buffer file = pack(entries, sample->count);
        read_one(sample->read, gdx_buffer_slice(&file));
        gdx_buffer_clear(&file);
    }
    free(text);
    return 0;
}
