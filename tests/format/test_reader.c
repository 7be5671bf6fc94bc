// SPDX-License-Identifier: Apache-2.0
// test_reader.c: what a stranger's reader finds in an index, written from docs/format*.md alone, is what the engine
// finds. Over the samples as they are made now, and over the golden files as they were made then.

#include "../golden/samples.h"
#include "../support/folder.h"
#include "dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

#define READER GDX_SOURCE_ROOT "/tests/format/reader.py"
#define GOLDEN GDX_SOURCE_ROOT "/tests/golden"

// What the reader prints; fails the test when it refuses, as `what` says.
static void read_by_stranger(const char *directory, gdx_buffer *out) {
    char command[8192];
    char part[1 << 16];
    size_t bytes;
    snprintf(command, sizeof command, "%s -B '%s' '%s' 2>&1", GDX_PYTHON, READER, directory);
    FILE *reader = popen(command, "r");
    assert_non_null(reader);
    while ((bytes = fread(part, 1, sizeof part, reader)) > 0)
        assert_int_equal(gdx_buffer_append(out, part, bytes), GDX_OK);
    int status = pclose(reader);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("%.*s", (int)(out->bytes < 2000 ? out->bytes : 2000), (const char *)out->data);
}

// Where a line begins, how long it is without its end; empty after the last.
static gdx_slice next_line(gdx_slice *rest) {
    const char *end = memchr(rest->data, '\n', rest->bytes);
    size_t bytes = end ? (size_t)(end - rest->data) : rest->bytes;
    gdx_slice line = {rest->data, bytes};
    size_t taken = bytes + (end != NULL);
    *rest = (gdx_slice){rest->data + taken, rest->bytes - taken};
    return line;
}

static void assert_same_lines(gdx_slice engine, gdx_slice stranger) {
    for (size_t line = 1; engine.bytes || stranger.bytes; line++) {
        gdx_slice ours = next_line(&engine);
        gdx_slice theirs = next_line(&stranger);
        if (!gdx_slice_equal(ours, theirs))
            fail_msg("line %zu: the engine %.*s, the reader %.*s", line, (int)(ours.bytes < 400 ? ours.bytes : 400),
                     ours.data, (int)(theirs.bytes < 400 ? theirs.bytes : 400), theirs.data);
    }
}

static void assert_read_alike(const char *directory) {
    gdx_error err = {0};
    gdx_buffer engine = {0};
    gdx_buffer stranger = {0};
    if (dump_index(directory, &engine, &err) != GDX_OK)
        fail_msg("%s", err.message);
    read_by_stranger(directory, &stranger);
    assert_true(engine.bytes > 0);
    assert_same_lines(gdx_buffer_slice(&engine), gdx_buffer_slice(&stranger));
    gdx_buffer_clear(&engine);
    gdx_buffer_clear(&stranger);
}

static void assert_sample_read_alike(const char *name) {
    gdx_error err = {0};
    char *folder = folder_new();
    if (sample_make(name, folder, GDX_EXAMPLES, &err) != GDX_OK)
        fail_msg("%s", err.message);
    assert_read_alike(folder);
    folder_remove(folder);
}

static void an_index_without_documents_reads_alike(void **state) {
    (void)state;
    assert_sample_read_alike("empty");
}

static void the_sample_article_reads_alike(void **state) {
    (void)state;
    assert_sample_read_alike("article");
}

static void documents_of_every_shape_read_alike(void **state) {
    (void)state;
    assert_sample_read_alike("documents");
    assert_sample_read_alike("parts");
}

static void segments_with_spans_read_alike(void **state) {
    (void)state;
    assert_sample_read_alike("compact");
    assert_sample_read_alike("archive");
}

static void assert_merged_read_alike(const char *sample, size_t segments) {
    gdx_error err = {0};
    char *folder = folder_new();
    gdx_index_writer *writer = NULL;
    const gdx_merge_options options = {.to_one = true};
    size_t merged = 0;
    if (sample_make(sample, folder, GDX_EXAMPLES, &err) != GDX_OK ||
        gdx_index_writer_open(folder, &writer, &err) != GDX_OK ||
        gdx_index_writer_merge(writer, &options, &merged, &err) != GDX_OK)
        fail_msg("%s", err.message);
    gdx_index_writer_close(writer);
    assert_int_equal(merged, segments);
    assert_read_alike(folder);
    folder_remove(folder);
}

static void merged_segments_read_alike(void **state) {
    (void)state;
    assert_merged_read_alike("documents", 2);
    assert_merged_read_alike("compact", 3);
    assert_merged_read_alike("archive", 3);
}

static void golden_files_read_alike(void **state) {
    (void)state;
#define READ_GOLDEN(name) assert_read_alike(GOLDEN "/" #name);
    SAMPLES(READ_GOLDEN)
#undef READ_GOLDEN
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_without_documents_reads_alike),
        cmocka_unit_test(the_sample_article_reads_alike),
        cmocka_unit_test(documents_of_every_shape_read_alike),
        cmocka_unit_test(segments_with_spans_read_alike),
        cmocka_unit_test(merged_segments_read_alike),
        cmocka_unit_test(golden_files_read_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
