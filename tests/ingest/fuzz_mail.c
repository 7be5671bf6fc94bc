// SPDX-License-Identifier: Apache-2.0
// fuzz_mail.c: any bytes as what a converter of mail gives: the reader gets through, and what it gives is valid UTF-8
// with an id that may be one. An attached mail has no converter here, so that it is refused.

#include "mail.h"

#include "gdx/decode.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void set(gdx_buffer *to, const char *text) {
    to->bytes = 0;
    if (gdx_buffer_append(to, text, strlen(text) + 1) != GDX_OK)
        abort();
    to->bytes--;
}

static void check(const gdx_document *document) {
    assert(document->id.bytes > 0 && document->id.bytes <= 1024);
    for (size_t i = 0; i < document->id.bytes; i++)
        assert((uint8_t)document->id.data[i] >= 0x20 && document->id.data[i] != 0x7f);
    assert(gdx_utf8_valid(document->id) && gdx_utf8_valid(document->title) && gdx_utf8_valid(document->text) &&
           gdx_utf8_valid(document->metadata));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    static page_reader pages;
    static mail_reader mail;
    static const gdx_source_options options = {.document_limit = 1 << 20};
    if (!pages.decoder && ingest_page_reader_init(&pages, &options, NULL) != GDX_OK)
        abort();
    mail_file *file = &mail.files[0];
    file->at = file->lines.bytes = file->name_count = 0;
    file->has_many = bytes % 2;
    if (gdx_buffer_append(&file->lines, data, bytes) != GDX_OK)
        abort();
    set(&file->id, "a.mbox");
    set(&file->path, "a.mbox");
    set(&file->message_id, "a.mbox");
    set(&file->message_path, "a.mbox");
    mail.depth = 1;
    const gdx_piece piece = {.kind = GDX_INPUT_MAIL, .path = {"a.mbox", 6}, .id = {"a.mbox", 6}};
    gdx_source_step step;
    do {
        gdx_document document;
        gdx_repairs repairs = {0};
        gdx_refusal refusal = {0};
        step = ingest_mail_next(&mail, &pages, &piece, &document, &repairs, &refusal);
        assert(step != GDX_SOURCE_FAILED);
        if (step == GDX_SOURCE_DOCUMENT)
            check(&document);
        else if (step != GDX_SOURCE_END)
            assert(refusal.path.data[refusal.path.bytes] == 0 && refusal.error.message[0]);
    } while (step != GDX_SOURCE_END);
    return 0;
}
