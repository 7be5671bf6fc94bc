// SPDX-License-Identifier: Apache-2.0
// test_canonical.c: the canonical form is decided by the live documents in their order alone. Random documents come
// into an index by random commits, deletions and merges; its canonical form has the segments that a plain model makes,
// which adds up positions document by document and writes each window at once.

#include "../property/random.h"
#include "../support/folder.h"
#include "../support/small_index.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 30, DOCUMENTS_MOST = 60, IDS = 40, TEXT_MOST = 160 };

struct text {
    char id[8];
    char text[TEXT_MOST * 4];
};

static random_state source;

static uint32_t below(uint32_t limit) {
    return random_below(&source, limit);
}

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

static void make_text(struct text *out) {
    static const char *const pieces[] = {"产业链", "重构", "WTO ", "关税 ", "supply ", "的", "，", "x"};
    size_t count = below(8) ? below(12) : below(60);
    snprintf(out->id, sizeof out->id, "d%u", below(IDS));
    out->text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        strcat(out->text, pieces[below(8)]);
}

static void merge(gdx_index_writer *writer, const gdx_merge_options *options) {
    gdx_error err = {0};
    must(gdx_index_writer_merge(writer, options, NULL, &err), &err);
}

// ---- an index with a history

static bool is_live(gdx_snapshot *snapshot, const char *id) {
    size_t segment;
    uint32_t document;
    bool has = false;
    assert_int_equal(gdx_snapshot_find_id(snapshot, gdx_slice_of(id), &segment, &document, &has, NULL), GDX_OK);
    return has;
}

static void add_some(gdx_index_writer *writer) {
    struct text texts[12];
    struct small_document documents[12];
    size_t wanted = 1 + below(12), count = 0;
    gdx_error err = {0};
    while (count < wanted) {
        make_text(&texts[count]);
        size_t same = 0;
        while (same < count && strcmp(texts[same].id, texts[count].id) != 0)
            same++;
        wanted -= same < count;
        if (same < count)
            continue;
        documents[count] = (struct small_document){texts[count].id, texts[count].text};
        count++;
    }
    must(small_add(writer, 1, documents, count, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
}

static void delete_some(gdx_index_writer *writer) {
    gdx_error err = {0};
    for (unsigned i = below(6); i > 0; i--) {
        char id[8];
        snprintf(id, sizeof id, "d%u", below(IDS));
        if (!is_live(gdx_index_writer_snapshot(writer), id))
            continue;
        must(small_delete(writer, id, &err), &err);
        must(gdx_index_writer_commit(writer, &err), &err);
    }
}

static void make_history(gdx_index_writer *writer, uint64_t cut) {
    for (unsigned i = 1 + below(8); i > 0; i--) {
        add_some(writer);
        delete_some(writer);
        switch (below(5)) {
        case 0:
            merge(writer, &(gdx_merge_options){.to_one = true});
            break;
        case 1:
            merge(writer, &(gdx_merge_options){.canonical = true, .cut_positions = cut});
            break;
        case 2: // as another program might have left it
            merge(writer, &(gdx_merge_options){.canonical = true, .cut_positions = 1 + cut / 2, .level = 5});
            break;
        default:
            break;
        }
    }
}

// ---- the model

static uint32_t positions_of(const char *directory, const struct small_document *document) {
    gdx_segment_info info = {0};
    gdx_error err = {0};
    must(small_segment(directory, 7, document, 1, &info, &err), &err);
    return info.position_count;
}

// The names of the segments that the index's documents have in canonical form.
static size_t model(gdx_snapshot *snapshot, uint64_t cut, uint64_t *names) {
    gdx_error err = {0};
    char *content = small_content_of(snapshot, &err), *folder = folder_new();
    struct small_document window[DOCUMENTS_MOST];
    size_t count = 0, segments = 0;
    uint64_t position = 0, of_window = 0;
    for (char *line = strtok(content, "\n"); line; line = strtok(NULL, "\n")) {
        char *text = strchr(line, ' ');
        *text = '\0';
        const struct small_document document = {line, text + 1};
        if (count && position / cut != of_window) {
            gdx_segment_info info = {0};
            must(small_segment(folder, 1, window, count, &info, &err), &err);
            names[segments++] = info.name;
            count = 0;
        }
        if (count == 0)
            of_window = position / cut;
        window[count++] = document;
        position += positions_of(folder, &document);
    }
    if (count) {
        gdx_segment_info info = {0};
        must(small_segment(folder, 1, window, count, &info, &err), &err);
        names[segments++] = info.name;
    }
    folder_remove(folder);
    free(content);
    return segments;
}

static void expect_segments(gdx_snapshot *snapshot, const uint64_t *names, size_t count) {
    assert_int_equal(gdx_snapshot_segment_count(snapshot), count);
    for (size_t i = 0; i < count; i++) {
        const gdx_live_segment *live = gdx_snapshot_segment(snapshot, i);
        assert_int_equal(gdx_segment_info_of(live->segment)->name, names[i]);
        assert_int_equal(live->deleted_count, 0);
    }
}

static void the_live_documents_alone_decide_the_segments(void **state) {
    (void)state;
    const char *given = getenv("GDX_SEED");
    source.state = given ? strtoull(given, NULL, 10) : gdx_now_ns();
    print_message("           GDX_SEED=%" PRIu64 "\n", source.state);
    for (unsigned round = 0; round < ROUNDS; round++) {
        char *folder = folder_new();
        uint64_t cut = 1 + below(round % 3 ? 120 : 12), names[DOCUMENTS_MOST];
        gdx_index_writer *writer = NULL;
        gdx_error err = {0};
        must(gdx_index_writer_open(folder, &writer, &err), &err);
        make_history(writer, cut);
        size_t count = model(gdx_index_writer_snapshot(writer), cut, names);
        uint64_t commit = gdx_snapshot_commit(gdx_index_writer_snapshot(writer));
        char *before = small_content_of(gdx_index_writer_snapshot(writer), &err);
        const gdx_merge_options canonical = {.canonical = true, .cut_positions = cut};
        merge(writer, &canonical);
        expect_segments(gdx_index_writer_snapshot(writer), names, count);
        assert_int_equal(gdx_snapshot_commit(gdx_index_writer_snapshot(writer)), commit);
        size_t merged = 1;
        must(gdx_index_writer_merge(writer, &canonical, &merged, &err), &err);
        assert_int_equal(merged, 0); // what has the form is left as it is
        gdx_index_writer_close(writer);
        assert_small_content(folder, before);
        assert_no_leftovers(folder);
        free(before);
        folder_remove(folder);
    }
}

static void an_empty_index_has_the_form(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    size_t merged = 1;
    must(gdx_index_writer_open(folder, &writer, &err), &err);
    must(gdx_index_writer_merge(writer, &(gdx_merge_options){.canonical = true}, &merged, &err), &err);
    assert_int_equal(merged, 0);
    gdx_index_writer_close(writer);
    folder_remove(folder);
}

// A merge by levels and one into the canonical form may follow each other: both are the same documents.
static void without_lowered_cuts_all_is_one_segment(void **state) {
    (void)state;
    char *folder = folder_new();
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(folder, &writer, &err), &err);
    must(small_add(writer, 1, (const struct small_document[]){{"a", "产业链"}}, 1, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    must(small_add(writer, 1, (const struct small_document[]){{"b", "供应链"}}, 1, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    merge(writer, &(gdx_merge_options){.canonical = true});
    assert_int_equal(gdx_snapshot_segment_count(gdx_index_writer_snapshot(writer)), 1);
    gdx_index_writer_close(writer);
    assert_small_content(folder, "a 产业链\nb 供应链\n");
    folder_remove(folder);
}

// Han and words at random, NUL-terminated: the caller's.
static char *long_text(size_t bytes) {
    char *text = malloc(bytes + 8);
    size_t length = 0;
    assert_non_null(text);
    while (length < bytes) {
        uint32_t code = 0x4e00 + below(2000);
        text[length++] = (char)(0xe0 | code >> 12);
        text[length++] = (char)(0x80 | (code >> 6 & 0x3f));
        text[length++] = (char)(0x80 | (code & 0x3f));
    }
    text[length] = '\0';
    return text;
}

// The only segment of an index of these texts, one a commit, after merges.
static uint64_t name_after(const struct small_document *documents, size_t commits, const gdx_merge_options *first,
                           const gdx_merge_options *then) {
    char *folder = folder_new();
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(folder, &writer, &err), &err);
    for (size_t i = 0; i < commits; i++) {
        must(small_add(writer, 1, documents + i * (2 / commits), 2 / commits, &err), &err);
        must(gdx_index_writer_commit(writer, &err), &err);
    }
    merge(writer, first);
    merge(writer, then);
    gdx_snapshot *snapshot = gdx_index_writer_snapshot(writer);
    assert_int_equal(gdx_snapshot_segment_count(snapshot), 1);
    uint64_t name = gdx_segment_info_of(gdx_snapshot_segment(snapshot, 0)->segment)->name;
    gdx_index_writer_close(writer);
    folder_remove(folder);
    return name;
}

// A range that a merge kept is not where the documents say, so one segment may yet have to be written anew.
static void a_segment_with_kept_ranges_is_written_anew(void **state) {
    (void)state;
    const gdx_merge_options to_one = {.to_one = true}, canonical = {.canonical = true};
    source = (random_state){9};
    struct small_document documents[2] = {{"a", long_text(3 << 20)}, {"b", long_text(3 << 20)}};
    uint64_t written = name_after(documents, 1, &canonical, &canonical);
    assert_int_equal(name_after(documents, 2, &canonical, &canonical), written);
    assert_int_not_equal(name_after(documents, 2, &to_one, &to_one), written);
    assert_int_equal(name_after(documents, 2, &to_one, &canonical), written);
    free((char *)documents[0].text);
    free((char *)documents[1].text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_live_documents_alone_decide_the_segments),
        cmocka_unit_test(an_empty_index_has_the_form),
        cmocka_unit_test(without_lowered_cuts_all_is_one_segment),
        cmocka_unit_test(a_segment_with_kept_ranges_is_written_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
