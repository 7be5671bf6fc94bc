// SPDX-License-Identifier: Apache-2.0
// read_all.c: see read_all.h.

#include "read_all.h"

#include "../support/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct context {
    gdx_buffer *out;
    size_t folder_bytes;
};

static const char *const classes[] = {"read", "warning", "refused", "left out"};

static void add(void *context, const gdx_batch_finding *finding) {
    struct context *to = context;
    assert_int_equal(
        gdx_buffer_append_format(to->out, "%s %s", classes[finding->class], finding->path + to->folder_bytes + 1),
        GDX_OK);
    if (finding->byte)
        assert_int_equal(gdx_buffer_append_format(to->out, "@%llu", (unsigned long long)finding->byte), GDX_OK);
    assert_int_equal(gdx_buffer_append_format(to->out, ": %s [%s]\n", finding->reason, finding->kind), GDX_OK);
}

static void add_document(gdx_buffer *out, const gdx_document *document) {
    char date[GDX_DATE_TEXT_BYTES];
    assert_int_equal(gdx_buffer_append_format(out, "%.*s|%.*s|%s|%.*s|", GDX_SLICE_ARGUMENTS(document->id),
                                              GDX_SLICE_ARGUMENTS(document->title),
                                              gdx_date_format(document->date, date),
                                              GDX_SLICE_ARGUMENTS(document->metadata)),
                     GDX_OK);
    for (size_t i = 0; i < document->text.bytes; i++) {
        const char *byte = document->text.data + i;
        assert_int_equal(gdx_buffer_append(out, *byte == '\n' ? "/" : *byte ? byte : "0", 1), GDX_OK);
    }
    assert_int_equal(gdx_buffer_append(out, "\n", 1), GDX_OK);
}

void read_all(const char *folder, const char *name, gdx_converter *converter, size_t document_limit, gdx_buffer *out) {
    struct context context = {out, strlen(folder)};
    gdx_batch_options options = {.on_finding = add,
                                 .context = &context,
                                 .base = folder,
                                 .document_limit = document_limit,
                                 .converter = converter};
    gdx_reading *reading = NULL;
    gdx_error err = {0};
    gdx_document document;
    gdx_batch_summary summary = {0};
    const char *path = folder_path(folder, name);
    bool has = true;
    *out = (gdx_buffer){0};
    assert_int_equal(gdx_reading_open(&path, 1, &options, &reading, &err), GDX_OK);
    while (has) {
        gdx_status status = gdx_reading_next(reading, &document, &has, &err);
        if (status != GDX_OK)
            fail_msg("%s", err.message);
        if (has)
            add_document(out, &document);
    }
    gdx_reading_count(reading, &summary);
    uint64_t counts[4] = {0};
    for (size_t i = 0; i < summary.kinds.count; i++) {
        counts[summary.kinds.items[i].class] += summary.kinds.items[i].count;
        assert_int_equal(gdx_buffer_append_format(out, "%s %llu %s\n", classes[summary.kinds.items[i].class],
                                                  (unsigned long long)summary.kinds.items[i].count,
                                                  summary.kinds.items[i].kind),
                         GDX_OK);
    }
    assert_int_equal(counts[GDX_BATCH_READ], summary.documents);
    assert_int_equal(counts[GDX_BATCH_REFUSED], summary.refused);
    assert_int_equal(counts[GDX_BATCH_LEFT_OUT], summary.left_out);
    assert_int_equal(gdx_buffer_append(out, "", 1), GDX_OK);
    gdx_reading_close(reading);
}

static const char *text_of(const gdx_buffer *text) {
    return (const char *)text->data;
}

size_t count_words(const gdx_buffer *text, const char *words) {
    size_t count = 0;
    for (const char *at = text_of(text); (at = strstr(at, words)); at += strlen(words))
        count++;
    return count;
}

void expect_words(const gdx_buffer *text, const char *words) {
    if (count_words(text, words) == 0)
        fail_msg("expected \"%s\" in:\n%s", words, text_of(text));
}

void expect_no_words(const gdx_buffer *text, const char *words) {
    if (count_words(text, words) != 0)
        fail_msg("did not expect \"%s\" in:\n%s", words, text_of(text));
}

void expect_line(const gdx_buffer *text, const char *line) {
    size_t bytes = strlen(line);
    for (const char *at = text_of(text); (at = strstr(at, line)); at += bytes)
        if ((at == text_of(text) || at[-1] == '\n') && at[bytes] == '\n')
            return;
    fail_msg("expected the line \"%s\" in:\n%s", line, text_of(text));
}
