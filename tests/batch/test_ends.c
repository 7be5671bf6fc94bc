// SPDX-License-Identifier: Apache-2.0
// test_ends.c: where segments end is decided by the documents alone. Random collections are built by any number of
// workers, within any memory, from slabs and runs of any size, from a file, from a slow pipe and by an intake: each
// time they are the bytes that a plain model of the rule makes, which takes the documents one by one and knows nothing
// of slabs, runs and workers.

#include "../support/folder.h"
#include "../support/sample.h"
#include "gdx/batch.h"
#include "gdx/intake.h"
#include "gdx/ngram.h"
#include "gdx/text.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 8, BUILDS = 4, RECORDS_MOST = 120, IDS = 90, INVERTER_BYTES = 64 << 20 };

struct record { // a line of the input
    char id[16];
    gdx_buffer text;
    bool is_refused;
};

struct collection {
    struct record records[RECORDS_MOST];
    size_t count;
    uint64_t end_bytes;
};

static random_state source;

static uint32_t below(uint32_t limit) {
    return random_below(&source, limit);
}

static uint64_t seed_of_run(void) {
    const char *given = getenv("GDX_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : gdx_now_ns();
    print_message("           GDX_SEED=%" PRIu64 "\n", seed);
    return seed;
}

// ---- documents

static void write_text(gdx_buffer *text, size_t bytes) {
    static const char *const pieces[] = {"产业链", "重构", "贸易", "WTO ", "治理", "关税 ", "supply ", "的",
                                         "，",     "全球", "x",    "2023", "y",    "規則",  "z",       "投资"};
    text->bytes = 0;
    while (text->bytes < bytes) {
        const char *piece = pieces[below(16)];
        if (text->bytes + strlen(piece) > bytes)
            piece = "a";
        assert_int_equal(gdx_buffer_append(text, piece, strlen(piece)), GDX_OK);
    }
}

// Around the limit on both sides, far below it, and some far above.
static size_t random_size(uint64_t end_bytes) {
    switch (below(8)) {
    case 0:
        return 0;
    case 1:
        return (size_t)end_bytes - 2 + below(5);
    case 2:
        return (size_t)end_bytes * (2 + below(4)) + below(3);
    case 3:
        return below((uint32_t)end_bytes);
    default:
        return below((uint32_t)end_bytes / 4);
    }
}

static void make_collection(struct collection *collection) {
    collection->count = 1 + below(RECORDS_MOST);
    for (size_t i = 0; i < collection->count; i++) {
        struct record *record = &collection->records[i];
        record->is_refused = i && below(12) == 0; // the first line says what the input is
        snprintf(record->id, sizeof record->id, "d%u", below(IDS));
        write_text(&record->text, random_size(collection->end_bytes));
    }
}

// Some records become others, in place: what is the same is unchanged in the second commit.
static void change_collection(struct collection *collection) {
    for (size_t i = 0; i < collection->count; i++)
        if (below(3) == 0)
            write_text(&collection->records[i].text, random_size(collection->end_bytes));
}

static void clear_collection(struct collection *collection) {
    for (size_t i = 0; i < RECORDS_MOST; i++)
        gdx_buffer_clear(&collection->records[i].text);
}

static gdx_buffer lines_of(const struct collection *collection) {
    gdx_buffer lines = {0};
    for (size_t i = 0; i < collection->count; i++) {
        const struct record *record = &collection->records[i];
        const char *format =
            record->is_refused ? "{\"id\":\"%s\",\"text\":\"%.*s\n" : "{\"id\":\"%s\",\"text\":\"%.*s\"}\n";
        assert_int_equal(
            gdx_buffer_append_format(&lines, format, record->id, GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&record->text))),
            GDX_OK);
    }
    return lines;
}

// ---- the model: one document after the other

struct model {
    gdx_index_writer *writer;
    gdx_segment_writer *segment; // at hand
    gdx_inverter *inverter;
    gdx_folded *folded;
    struct {
        size_t segment;
        uint32_t document;
        const char *id;
    } added[RECORDS_MOST];
    size_t added_count;
    size_t segment_count; // live ones and those that are ended
    uint32_t document;    // next in the segment
};

static void end_segment(struct model *model) {
    gdx_segment_info info;
    gdx_error err = {0};
    if (!model->segment)
        return;
    assert_int_equal(gdx_inverter_sort(model->inverter), GDX_OK);
    assert_int_equal(gdx_segment_writer_commit(model->segment, model->inverter, &info, &err), GDX_OK);
    assert_int_equal(gdx_index_writer_add(model->writer, &info, &err), GDX_OK);
    gdx_inverter_reset(model->inverter);
    model->segment = NULL;
    model->segment_count++;
    model->document = 0;
}

static void add_document(struct model *model, const gdx_document *document, const char *id) {
    gdx_error err = {0};
    if (!model->segment)
        assert_int_equal(gdx_segment_writer_open(gdx_index_writer_directory(model->writer), model->segment_count, 0,
                                                 gdx_rule_current(), &model->segment, &err),
                         GDX_OK);
    assert_int_equal(gdx_folded_fold(model->folded, gdx_rule_current(), document), GDX_OK);
    assert_int_equal(gdx_segment_writer_add(model->segment, document, model->folded, &err), GDX_OK);
    assert_int_equal(gdx_folded_invert(model->folded, model->inverter), GDX_OK);
    model->added[model->added_count].segment = model->segment_count;
    model->added[model->added_count].document = model->document++;
    model->added[model->added_count++].id = id;
}

static bool is_in_index(gdx_snapshot *snapshot, const gdx_document *document) {
    size_t segment;
    uint32_t number;
    uint64_t hash;
    bool has;
    assert_int_equal(gdx_snapshot_find_id(snapshot, document->id, &segment, &number, &has, NULL), GDX_OK);
    if (!has)
        return false;
    assert_int_equal(gdx_segment_hash(gdx_snapshot_segment(snapshot, segment)->segment, number, &hash, NULL), GDX_OK);
    return hash == gdx_document_hash(document);
}

// The last record of each id counts; where it is what the index has, that one stays.
static void settle(struct model *model, const struct collection *collection, gdx_snapshot *before, const char *origin) {
    gdx_error err = {0};
    for (size_t i = 0; i < model->added_count; i++) {
        const char *id = model->added[i].id;
        const struct record *last = NULL;
        for (size_t r = 0; r < collection->count; r++)
            if (!collection->records[r].is_refused && strcmp(collection->records[r].id, id) == 0)
                last = &collection->records[r];
        gdx_document of_last = {.id = gdx_slice_of(last->id),
                                .text = gdx_buffer_slice(&last->text),
                                .source = gdx_slice_of(*origin ? "s" : ""),
                                .origin = gdx_slice_of(origin)};
        size_t segment;
        uint32_t number;
        bool has;
        assert_int_equal(gdx_snapshot_find_id(before, of_last.id, &segment, &number, &has, NULL), GDX_OK);
        if (last->id != id || is_in_index(before, &of_last))
            assert_int_equal(
                gdx_index_writer_delete(model->writer, model->added[i].segment, model->added[i].document, &err),
                GDX_OK);
        else if (has)
            assert_int_equal(gdx_index_writer_delete(model->writer, segment, number, &err), GDX_OK);
    }
}

static void build_model(const char *index, const struct collection *collection, const char *origin) {
    struct model model = {.inverter = gdx_inverter_new(INVERTER_BYTES), .folded = gdx_folded_new()};
    gdx_error err = {0};
    uint64_t bytes = 0, multiple = 0;
    assert_int_equal(gdx_index_writer_open(index, &model.writer, &err), GDX_OK);
    gdx_snapshot *before = gdx_snapshot_retain(gdx_index_writer_snapshot(model.writer));
    model.segment_count = gdx_snapshot_segment_count(before);
    for (size_t i = 0; i < collection->count; i++) {
        const struct record *record = &collection->records[i];
        gdx_document document = {.id = gdx_slice_of(record->id),
                                 .text = gdx_buffer_slice(&record->text),
                                 .source = gdx_slice_of(*origin ? "s" : ""),
                                 .origin = gdx_slice_of(origin)};
        if (record->is_refused || is_in_index(before, &document))
            continue;
        if (bytes / collection->end_bytes > multiple)
            end_segment(&model);
        multiple = bytes / collection->end_bytes;
        bytes += record->text.bytes;
        add_document(&model, &document, record->id);
    }
    end_segment(&model);
    settle(&model, collection, before, origin);
    gdx_merge_options merge = {0};
    assert_int_equal(gdx_index_writer_merge(model.writer, &merge, NULL, &err), GDX_OK);
    gdx_snapshot_release(before);
    gdx_index_writer_close(model.writer);
    gdx_inverter_free(model.inverter);
    gdx_folded_free(model.folded);
}

// ---- the builds

static pid_t feed(const gdx_buffer *lines) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    random_state state = source;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        for (size_t at = 0; at < lines->bytes;) {
            size_t part = 1 + random_below(&state, 9000);
            part = part < lines->bytes - at ? part : lines->bytes - at;
            ssize_t written = write(ends[1], lines->data + at, part);
            if (written <= 0)
                _exit(1);
            at += (size_t)written;
            if (random_below(&state, 4) == 0)
                usleep(500);
        }
        _exit(0);
    }
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    return child;
}

static void build(const char *index, const char *folder, const struct collection *collection, bool is_pipe) {
    static const size_t memories[] = {16 << 20, 48 << 20, 64 << 20, 200 << 20};
    gdx_buffer lines = lines_of(collection);
    folder_write(folder, "in.jsonl", lines.data ? lines.data : (uint8_t *)"", lines.bytes);
    gdx_batch_options options = {.threads = 1 + below(4),
                                 .memory_bytes = memories[below(4)],
                                 .source = is_pipe ? "" : "s",
                                 .base = folder,
                                 .merge = true,
                                 .cuts = {.end_bytes = collection->end_bytes}};
    if (below(3))
        options.cuts.slab_bytes = 1 + below(3 * (uint32_t)collection->end_bytes);
    if (below(3))
        options.cuts.run_bytes = 1 + below(2 * (uint32_t)collection->end_bytes);
    const char *path = is_pipe ? "-" : folder_path(folder, "in.jsonl");
    pid_t child = is_pipe ? feed(&lines) : 0;
    gdx_index_writer *writer = NULL;
    gdx_batch_summary summary;
    gdx_error err = {0};
    assert_int_equal(gdx_index_writer_open(index, &writer, &err), GDX_OK);
    gdx_status status = gdx_batch_run(writer, &path, 1, &options, &summary, &err);
    if (status != GDX_OK)
        fail_msg("%s", err.message);
    gdx_index_writer_close(writer);
    if (child)
        assert_int_equal(waitpid(child, NULL, 0), child);
    gdx_buffer_clear(&lines);
    unlink(folder_path(index, "base")); // where the folder is; no part of a commit
}

static void take_in(const char *index, const struct collection *collection) {
    gdx_index_writer *writer = NULL;
    gdx_intake *intake = NULL;
    gdx_error err = {0};
    const gdx_intake_options options = {.memory_bytes = (size_t)1 << (18 + below(5)),
                                        .end_bytes = collection->end_bytes};
    assert_int_equal(gdx_index_writer_open(index, &writer, &err), GDX_OK);
    assert_int_equal(gdx_intake_open(writer, &options, &intake, &err), GDX_OK);
    for (size_t i = 0; i < collection->count; i++) {
        const struct record *record = &collection->records[i];
        const gdx_given given = {.id = gdx_slice_of(record->is_refused ? "" : record->id),
                                 .text = gdx_buffer_slice(&record->text)};
        bool refused;
        assert_int_equal(gdx_intake_add(intake, &given, &refused, &err), GDX_OK);
        assert_int_equal(refused, record->is_refused);
        err = (gdx_error){0};
    }
    assert_int_equal(gdx_intake_commit(intake, &err), GDX_OK);
    assert_int_equal(gdx_intake_merge(intake, &err), GDX_OK);
    gdx_intake_close(intake);
    gdx_index_writer_close(writer);
}

static void expect_same(const char *index, const char *model, const char *what) {
    gdx_error err = {0};
    if (folder_digest(index) != folder_digest(model))
        fail_msg("%s: other bytes than the model's", what);
    if (gdx_index_verify(index, NULL, NULL, NULL, &err) != GDX_OK)
        fail_msg("%s: %s", what, err.message);
}

enum way { BY_FILE, BY_PIPE, BY_INTAKE, WAYS };

static void build_by(enum way way, const char *index, const char *folder, const struct collection *collection) {
    if (way == BY_INTAKE)
        take_in(index, collection);
    else
        build(index, folder, collection, way == BY_PIPE);
}

static void documents_alone_decide_where_segments_end(void **state) {
    (void)state;
    static const char *const names[] = {"by file", "by pipe", "by intake"};
    source.state = seed_of_run();
    struct collection first = {0}, second = {0};
    int standard_input = dup(STDIN_FILENO);
    // Each run makes other collections.
    unsigned rounds = sample_is_whole() ? ROUNDS : ROUNDS / 2 / SAMPLE_DIVISOR;
    print_message("           %u rounds, with GRAMDEX_TEST_ALL=1 %u\n", rounds, (unsigned)ROUNDS);
    for (unsigned round = 0; round < rounds; round++) {
        first.end_bytes = second.end_bytes = 200 + below(4000);
        random_state of_round = source;
        make_collection(&first);
        source = of_round;
        make_collection(&second);
        change_collection(&second);
        for (enum way way = BY_FILE; way < WAYS; way++) {
            char *model = folder_new(), *folder = folder_new();
            const char *origin = way == BY_FILE ? "in.jsonl" : "";
            build_model(model, &first, origin);
            uint64_t after_first = folder_digest(model);
            build_model(model, &second, origin);
            for (unsigned i = 0; i < BUILDS; i++) {
                char *index = folder_new();
                build_by(way, index, folder, &first);
                if (folder_digest(index) != after_first)
                    fail_msg("%s: other bytes than the model's after the first commit", names[way]);
                build_by(way, index, folder, &second);
                expect_same(index, model, names[way]);
                folder_remove(index);
            }
            folder_remove(model);
            folder_remove(folder);
        }
    }
    dup2(standard_input, STDIN_FILENO);
    close(standard_input);
    clear_collection(&first);
    clear_collection(&second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_alone_decide_where_segments_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
