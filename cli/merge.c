// SPDX-License-Identifier: Apache-2.0
// merge.c: `gramdex merge`: fewer, larger segments; deleted documents leave for good.

#include "command.h"
#include "interrupt.h"
#include "options.h"
#include "report.h"
#include "terminal.h"
#include "writer.h"

#include "gdx/index.h"
#include "gdx/memory.h"
#include "gdx/processor.h"
#include "gdx/refold.h"
#include "gdx/text.h"

#include <inttypes.h>

enum { REFOLD_MEMORY = 512 << 20, REFOLD_SHARE = 4 };

struct merge_command {
    struct target target;
    gdx_merge_options options;
    unsigned threads;
    bool refolds;
    bool has_shape;
    gdx_shape shape; // that was asked for
    bool has_turned; // the index has it now, and had not
};

static const struct option_table merge_table = {
    NULL,
    (const struct option[]){
        THREADS_ROW(struct merge_command, threads),
        LEVEL_ROW(struct merge_command, options.level),
        OPTION_ROW(struct merge_command, options.to_one, OPTION_CLEAR, "policy", NULL,
                   "only what the merge policy asks for", .more = "As `gramdex index` does at its end."),
        FLAG_ROW(struct merge_command, options.canonical, "canonical", "segments that the documents alone decide",
                 .more = "The same documents in the same order give the same bytes, however they were built and "
                         "merged, also where one segment cannot hold them."),
        FLAG_ROW(struct merge_command, refolds, "refold", "rewrite it by this program's rule first",
                 .more = "For an index of an older rule. Its stored documents are indexed anew; nothing else is "
                         "needed."),
        CHOICE_ROW(struct merge_command, shape, "shape", "SHAPE", shape_choices, "change to exact, compact or archive",
                   .more = "Answers stay the same. Of a compact index to exact, and of an archive, lists are made "
                           "anew from the stored text, which takes as long as indexing.",
                   .given = OPTION_FIELD(struct merge_command, has_shape)),
        {0},
    },
};

static gdx_status refold(gdx_index_writer *writer, const struct merge_command *self, uint64_t *out, gdx_error *err) {
    size_t share = gdx_memory_allowed() / REFOLD_SHARE;
    const gdx_refold_options options = {.memory_bytes = share < REFOLD_MEMORY ? share : REFOLD_MEMORY,
                                        .level = self->options.level,
                                        .stop = self->options.stop};
    gdx_status status = gdx_index_refold(writer, &options, out, err);
    if (status == GDX_OK && *out && !self->target.json)
        printf("refolded %" PRIu64 " %s by matching rule %" PRIu32 "\n", *out, plural(*out, "document", "documents"),
               gdx_rule_number(gdx_rule_current()));
    return status;
}

static gdx_status merge(gdx_index_writer *writer, struct merge_command *self, gdx_error *err) {
    gdx_shape shape_before = gdx_index_writer_shape(writer);
    uint64_t since_ns = gdx_now_ns();
    uint64_t bytes_before = gdx_snapshot_bytes(gdx_index_writer_snapshot(writer));
    size_t merged = 0;
    uint64_t refolded = 0;
    gdx_status status = self->has_shape ? gdx_index_writer_set_shape(writer, self->shape, err) : GDX_OK;
    if (status == GDX_OK && self->refolds)
        status = refold(writer, self, &refolded, err);
    if (status == GDX_OK)
        status = gdx_index_writer_merge(writer, &self->options, &merged, err);
    self->has_turned = gdx_snapshot_shape(gdx_index_writer_snapshot(writer)) != shape_before;
    if (status != GDX_OK)
        return status;
    uint64_t took_ns = gdx_now_ns() - since_ns;
    gdx_snapshot *snapshot = gdx_index_writer_snapshot(writer);
    size_t segments = gdx_snapshot_segment_count(snapshot);
    uint64_t bytes = gdx_snapshot_bytes(snapshot);
    if (self->target.json)
        return json_line(json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "type", "merge", "refolded",
                                   (json_int_t)refolded, "merged", (json_int_t)merged, "segments", (json_int_t)segments,
                                   "index_bytes_before", (json_int_t)bytes_before, "index_bytes", (json_int_t)bytes,
                                   "commit", (json_int_t)gdx_snapshot_commit(snapshot), "took_us",
                                   (json_int_t)(took_ns / 1000)),
                         err);
    char before[NUMBER_TEXT_BYTES], after[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    if (merged == 0)
        printf("nothing to merge: %zu %s, %s\n", segments, plural(segments, "segment", "segments"),
               format_bytes(bytes, after));
    else
        printf("merged %zu %s: now %zu %s, %s, before %s · %s\n", merged, plural(merged, "segment", "segments"),
               segments, plural(segments, "segment", "segments"), format_bytes(bytes, after),
               format_bytes(bytes_before, before), format_duration(took_ns, took));
    return GDX_OK;
}

static int run(const struct command *command, void *settings) {
    struct merge_command *self = settings;
    if (self->threads == 0)
        self->threads = gdx_processor_count();
    self->options.stop.cancelled = interrupt_watch();
    gdx_error err = {0};
    gdx_status status = gdx_executor_new(self->threads, &self->options.executor, &err);
    if (status == GDX_OK) {
        GDX_AUTO(gdx_index_writer) writer = NULL;
        status = open_existing(self->target.index, &writer, &err);
        if (status == GDX_OK)
            status = merge(writer, self, &err);
    }
    gdx_executor_free(self->options.executor);
    const char *stopped = self->has_turned
                              ? "stopped; the index has the new shape, and its older segments get it when they "
                                "are merged. Run it again to go on"
                              : "stopped; the index is as it was before";
    return report_end(command->title, status, &err, self->target.json, stopped);
}

const struct command command_merge = {
    .title = "gramdex merge",
    .summary = "fewer, larger segments",
    .arguments = "",
    .description =
        "Merge all segments into one. Answers stay the same, unless --refold changes the matching rule; readers go on\n"
        "reading the old ones.",
    .examples = (const char *const[]){"gramdex merge --index corpus.gdx", "gramdex merge --index corpus.gdx --policy",
                                      "gramdex merge --index corpus.gdx --canonical",
                                      "gramdex merge --index corpus.gdx --refold",
                                      "gramdex merge --index corpus.gdx --shape compact", NULL},
    .notes = "The same segments give the same bytes, whatever the number of threads. The same documents do with\n"
             "--canonical, in one shape.",
    .groups = {{&merge_table, 0}, DIRECTORY_GROUPS(struct merge_command, target), {0}},
    .settings_bytes = sizeof(struct merge_command),
    .defaults = &(const struct merge_command){.options = {.to_one = true}},
    .run = run,
};
