// SPDX-License-Identifier: Apache-2.0
// A segment with lists of spans gives what brute force over the stored text gives, also where what is looked for lies
// across two blocks, at the end of a block whose last symbol depends on the next, or has a list of positions.

#include "../property/random.h"
#include "../support/folder.h"
#include "../support/sample.h"

#include "gdx/buffer.h"
#include "gdx/index.h"
#include "gdx/ngram.h"
#include "gdx/query.h"
#include "gdx/replay.h"
#include "gdx/text.h"

#include "block_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SYMBOLS = 9000, // of the long text, so some seventy groups of stored text
    OFTEN = 20000,  // occurrences of a bigram, enough for a list of positions
    TITLE_BYTES = 150000,
    SHORT = 300, // documents of a title and a few groups of text, or none
    SHORT_PIECES = 700,
    QUERY_BYTES = 8192
};

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

// Pieces of one to three symbols; some are cut otherwise when another follows.
static const char *const pieces[] = {
    "产", "业",  "链", "重", "构", "，", "。", "wto", "2023", "sup-\nply", "sup\xc2\xad\nply", "Ⅱ", "Ⅱ5",
    "①",  "5m²", " ",  "\n", "世", "界", "-",  "·",   "co₂",  "贸易"};

static void write_text(random_state *random, uint32_t count, gdx_buffer *out) {
    for (uint32_t i = 0; i < count; i++) {
        const char *piece = pieces[random_below(random, sizeof pieces / sizeof *pieces)];
        assert_int_equal(gdx_buffer_append(out, piece, strlen(piece)), GDX_OK);
    }
}

static void add(gdx_segment_writer *segment, gdx_inverter *inverter, const gdx_document *document, gdx_error *err) {
    GDX_AUTO(gdx_folded) folded = gdx_folded_new();
    must(gdx_folded_fold(folded, gdx_rule_current(), document), err);
    must(gdx_segment_writer_add(segment, document, folded, err), err);
    must(gdx_folded_invert(folded, inverter), err);
}

// Titles of one symbol to some, and texts of no group to several. All that is written is appended to `all`.
static void add_short(gdx_segment_writer *segment, gdx_inverter *inverter, random_state *random, gdx_buffer *all,
                      gdx_error *err) {
    for (int i = 0; i < SHORT; i++) {
        char id[24];
        gdx_buffer title = {0}, text = {0};
        snprintf(id, sizeof id, "short%d", i);
        write_text(random, random_below(random, 20), &title);
        if (random_below(random, 4))
            write_text(random, random_below(random, random_below(random, SHORT_PIECES) + 1), &text);
        add(segment, inverter,
            &(gdx_document){.id = gdx_slice_of(id), .title = gdx_buffer_slice(&title), .text = gdx_buffer_slice(&text)},
            err);
        assert_int_equal(gdx_buffer_append(all, title.data, title.bytes), GDX_OK);
        assert_int_equal(gdx_buffer_append(all, text.data, text.bytes), GDX_OK);
        gdx_buffer_clear(&title);
        gdx_buffer_clear(&text);
    }
}

static void write_index(const char *folder, gdx_shape shape, random_state *random, gdx_slice text, gdx_buffer *all) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    GDX_AUTO(gdx_inverter) inverter = gdx_inverter_new(64 << 20);
    gdx_segment_writer *segment = NULL;
    gdx_segment_info info;
    gdx_error err = {0};
    gdx_buffer often = {0}, title = {0};
    const gdx_part note = {.field = GDX_FIELD_NOTE, .text = text};
    for (int i = 0; i < OFTEN; i++)
        assert_int_equal(gdx_buffer_append(&often, "啊", 3), GDX_OK);
    assert_int_equal(gdx_buffer_append(&often, "产业", 6), GDX_OK);
    while (title.bytes < TITLE_BYTES)
        assert_int_equal(gdx_buffer_append(&title, "题名很长", 12), GDX_OK);
    assert_int_equal(gdx_buffer_append(&title, "的题目", 9), GDX_OK);
    must(gdx_index_writer_open(folder, &writer, &err), &err);
    must(gdx_segment_writer_open(folder, 1, 0, gdx_rule_current(), &segment, &err), &err);
    gdx_segment_writer_set_shape(segment, shape);
    add(segment, inverter, &(gdx_document){.id = gdx_slice_of("a"), .title = gdx_slice_of("产业链wto"), .text = text},
        &err);
    add(segment, inverter, &(gdx_document){.id = gdx_slice_of("b"), .text = gdx_buffer_slice(&often)}, &err);
    add(segment, inverter,
        &(gdx_document){.id = gdx_slice_of("c"), .text = gdx_slice_of("重构"), .parts = &note, .part_count = 1}, &err);
    add(segment, inverter,
        &(gdx_document){.id = gdx_slice_of("d"), .title = gdx_buffer_slice(&title), .text = gdx_slice_of("末")}, &err);
    add_short(segment, inverter, random, all, &err);
    must(gdx_inverter_sort(inverter), &err);
    must(gdx_segment_writer_commit(segment, inverter, &info, &err), &err);
    must(gdx_index_writer_add(writer, &info, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    must(gdx_index_verify(folder, NULL, NULL, NULL, &err), &err);
    gdx_buffer_clear(&often);
    gdx_buffer_clear(&title);
}

static void assert_same(gdx_searcher *searcher, gdx_snapshot *snapshot, gdx_slice asked) {
    GDX_AUTO(gdx_query) query = NULL;
    gdx_totals by_index, by_text;
    gdx_error err = {0};
    must(gdx_query_parse(gdx_rule_current(), asked, &query, &err), &err);
    must(gdx_count(searcher, snapshot, query, NULL, &by_index, &err), &err);
    must(gdx_replay_count(snapshot, query, NULL, NULL, NULL, &by_text, &err), &err);
    if (by_index.documents != by_text.documents || by_index.occurrences != by_text.occurrences)
        fail_msg("%d documents, %d occurrences; by the text %d, %d: %.*s", (int)by_index.documents,
                 (int)by_index.occurrences, (int)by_text.documents, (int)by_text.occurrences,
                 GDX_SLICE_ARGUMENTS(asked));
}

// A stretch of the text that begins and ends with characters, as a phrase.
static gdx_slice stretch(gdx_slice text, size_t from, size_t bytes, char to[QUERY_BYTES]) {
    size_t end = from + bytes < text.bytes ? from + bytes : text.bytes;
    while (from < end && (text.data[from] & 0xc0) == 0x80)
        from++;
    while (end < text.bytes && end > from && (text.data[end] & 0xc0) == 0x80)
        end--;
    to[0] = '"';
    memcpy(to + 1, text.data + from, end - from);
    to[1 + end - from] = '"';
    return (gdx_slice){to, end - from + 2};
}

static bool has_symbols(gdx_slice phrase) {
    GDX_AUTO(gdx_query) query = NULL;
    gdx_error err = {0};
    return gdx_query_parse(gdx_rule_current(), phrase, &query, &err) == GDX_OK;
}

// Asks for stretches of every length at places that are drawn.
static void ask_all(gdx_snapshot *snapshot, random_state *random, gdx_slice text) {
    enum { TIMES = 24, EVERY = 3 };
    static const size_t lengths[] = {3, 6, 6, 9, 9, 14, 40, 500, 1200, 3000, 7000};
    static const char *const others[] = {
        "啊啊",      "啊啊啊",       "啊产",       "啊啊产业", "产业链",         "wto",
        "sup*",      "*ply",         "supply",     "2023*",    "产业 NEAR/3 链", "啊 THEN/1 产",
        "note:产业", "title:产业链", "exact:产业", "产 -世",   "产 重",          "啊 OR 产"};
    char phrase[QUERY_BYTES];
    GDX_AUTO(gdx_searcher) searcher = gdx_searcher_new();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_same(searcher, snapshot, gdx_slice_of(others[i]));
    struct sample taken = sample_of("phrases", EVERY);
    for (int i = 0; i < TIMES; i++)
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
            gdx_slice asked = stretch(text, random_below(random, (uint32_t)text.bytes), lengths[l], phrase);
            if (sample_takes(&taken) && has_symbols(asked))
                assert_same(searcher, snapshot, asked);
        }
}

// Blocks that are read, and read again, in any order, and completed while others have been read since.
static void read_blocks(gdx_snapshot *snapshot, random_state *random) {
    enum { TIMES = 4000 };
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_searcher) searcher = gdx_searcher_new();
    query_segment segment;
    gdx_error err = {0};
    must(gdx_query_parse(gdx_rule_current(), gdx_slice_of("产"), &query, &err), &err);
    query_run run = query_run_of(searcher, snapshot, query, NULL);
    must(query_segment_open(snapshot, 0, &segment, &err), &err);
    uint32_t count = gdx_segment_block_count(segment.segment), *firsts = calloc(count + 1, sizeof *firsts);
    assert_non_null(firsts);
    uint32_t before_last = count > 1 ? count - 1 : 1;
    query_block *block;
    for (uint32_t i = 0; i < count; i++) {
        must(query_block_read(&run, &segment, i, 0, &block, &err), &err);
        firsts[i] = block->symbols[0];
    }
    for (int i = 0; i < TIMES; i++) {
        uint32_t number = random_below(random, before_last), between = random_below(random, QUERY_BLOCKS_KEPT);
        query_block *other;
        must(query_block_read(&run, &segment, number, 0, &block, &err), &err);
        for (uint32_t j = 0; j < between; j++)
            must(query_block_read(&run, &segment, random_below(random, before_last + 1), 0, &other, &err), &err);
        must(query_block_complete(&run, &segment, block, &err), &err);
        assert_int_equal(block->number, number);
        assert_int_equal(block->symbols[0], firsts[number]);
        if (block->end < segment.columns.begin[block->document + 1])
            assert_int_equal(block->symbols[block->end - block->begin], firsts[number + 1]);
    }
    free(firsts);
}

struct opened {
    char *folder;
    gdx_index *index;
    gdx_snapshot *snapshot;
    gdx_buffer text;
    gdx_buffer short_texts; // titles, too
    random_state random;
};

static gdx_shape shape; // of the segment

static int set_up(void **state) {
    static struct opened opened;
    gdx_error err = {0};
    opened = (struct opened){.random = {20261129}};
    opened.folder = folder_new();
    write_text(&opened.random, SYMBOLS, &opened.text);
    write_index(opened.folder, shape, &opened.random, gdx_buffer_slice(&opened.text), &opened.short_texts);
    must(gdx_index_open(opened.folder, &opened.index, &err), &err);
    opened.snapshot = gdx_index_snapshot(opened.index);
    *state = &opened;
    return 0;
}

static int tear_down(void **state) {
    struct opened *opened = *state;
    gdx_snapshot_release(opened->snapshot);
    gdx_index_close(opened->index);
    folder_remove(opened->folder);
    gdx_buffer_clear(&opened->text);
    gdx_buffer_clear(&opened->short_texts);
    return 0;
}

static void phrases_are_those_of_the_text(void **state) {
    struct opened *opened = *state;
    ask_all(opened->snapshot, &opened->random, gdx_buffer_slice(&opened->text));
}

static void phrases_of_titles_and_short_texts_are_those_of_their_text(void **state) {
    struct opened *opened = *state;
    ask_all(opened->snapshot, &opened->random, gdx_buffer_slice(&opened->short_texts));
}

static void a_block_has_the_document_that_it_lies_in_wherever_the_search_begins(void **state) {
    const struct opened *opened = *state;
    query_segment segment;
    gdx_error err = {0};
    must(query_segment_open(opened->snapshot, 0, &segment, &err), &err);
    const gdx_document_columns *columns = &segment.columns;
    uint32_t count = gdx_segment_block_count(segment.segment), document = 0, found = 0;
    for (uint32_t block = 0; block < count; block++) {
        while (document + 1 < columns->count &&
               gdx_columns_block(columns, document + 1, columns->begin[document + 1]) <= block)
            document++;
        for (uint32_t from = 0; from <= document; from++) {
            gdx_position_range range = gdx_columns_block_range(columns, block, from, &found);
            assert_int_equal(found, document);
            assert_true(range.begin < range.end && gdx_columns_block(columns, document, range.begin) == block);
        }
    }
}

static void a_block_is_what_it_is_whatever_was_read_since(void **state) {
    struct opened *opened = *state;
    read_blocks(opened->snapshot, &opened->random);
}

static void a_title_of_any_length_keeps_to_the_memory_of_a_search(void **state) {
    const struct opened *opened = *state;
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_searcher) searcher = gdx_searcher_new();
    gdx_totals totals;
    gdx_error err = {0};
    must(gdx_query_parse(gdx_rule_current(), gdx_slice_of("的题目"), &query, &err), &err);
    gdx_searcher_limit_memory(searcher, 3 * TITLE_BYTES / 2); // the title has a third as many symbols as bytes
    assert_int_equal(gdx_count(searcher, opened->snapshot, query, NULL, &totals, &err), GDX_NO_MEMORY);
    gdx_searcher_limit_memory(searcher, 8 * TITLE_BYTES);
    must(gdx_count(searcher, opened->snapshot, query, NULL, &totals, &err), &err);
    assert_int_equal(totals.occurrences, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases_are_those_of_the_text),
        cmocka_unit_test(phrases_of_titles_and_short_texts_are_those_of_their_text),
        cmocka_unit_test(a_block_has_the_document_that_it_lies_in_wherever_the_search_begins),
        cmocka_unit_test(a_block_is_what_it_is_whatever_was_read_since),
        cmocka_unit_test(a_title_of_any_length_keeps_to_the_memory_of_a_search),
    };
    shape = GDX_SHAPE_COMPACT;
    int failed = cmocka_run_group_tests_name("a compact segment", tests, set_up, tear_down);
    shape = GDX_SHAPE_ARCHIVE;
    return failed + cmocka_run_group_tests_name("an archive", tests, set_up, tear_down);
}
