// SPDX-License-Identifier: Apache-2.0
// verify_repair.c: `gramdex verify --repair`: tells what is damaged and lost, a line each, and what is left.

#include "interrupt.h"
#include "report.h"
#include "terminal.h"
#include "verify.h"

#include "gdx/repair.h"

#include <inttypes.h>

struct telling {
    const struct verify_command *self;
    struct progress progress;
    bool has_told;
};

static void on_progress(void *context, size_t done, size_t of) {
    struct telling *telling = context;
    if (!telling->has_told)
        progress_draw(&telling->progress, of ? (double)done / (double)of : 1, "segment %zu of %zu", done + 1, of);
}

static gdx_status on_found(void *context, const gdx_repair_finding *finding, gdx_error *err) {
    struct telling *telling = context;
    progress_clear(&telling->progress);
    telling->has_told = true;
    if (telling->self->target.json)
        return json_line(json_pack("{s:s,s:s,s:b,s:b,s:s,s:I,s:I,s:s}", "type", "damaged", "file", finding->file,
                                   "deletions", finding->is_deletions, "reprints", finding->is_reprints, "message",
                                   finding->why->message, "byte", (json_int_t)finding->why->byte, "documents",
                                   (json_int_t)finding->documents, "kept_as", finding->kept_as),
                         err);
    char documents[NUMBER_TEXT_BYTES];
    if (*finding->why->where)
        printf("%s: ", finding->file);
    printf("%s\n", finding->why->message); // names the file itself when it has no place
    if (*finding->kept_as)
        printf("  %s as %s\n", telling->self->dry_run ? "would be kept" : "is kept", finding->kept_as);
    format_count(finding->documents, documents);
    if (finding->is_reprints)
        printf("  it said which documents are reprints; gramdex reprints --build makes it again\n");
    else if (finding->is_deletions)
        printf("  it said that %s %s of this segment %s gone\n", documents,
               plural(finding->documents, "document", "documents"), finding->documents == 1 ? "is" : "are");
    else
        printf("  lost with it: %s %s; their ids, as far as they can be read:\n", documents,
               plural(finding->documents, "document", "documents"));
    return GDX_OK;
}

static gdx_status on_lost(void *context, gdx_slice id, gdx_error *err) {
    const struct telling *telling = context;
    if (telling->self->target.json)
        return json_line(json_pack("{s:s,s:s%}", "type", "lost", "id", id.data, id.bytes), err);
    printf("lost ");
    print_clean(stdout, id);
    printf("\n");
    return GDX_OK;
}

static gdx_status print_json(const struct verify_command *self, const gdx_repair_figures *figures, uint64_t took_ns,
                             gdx_error *err) {
    return json_line(
        json_pack("{s:s,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "type", "summary", "dry_run", self->dry_run,
                  "segments_dropped", (json_int_t)figures->segments_dropped, "documents_lost",
                  (json_int_t)figures->documents_lost, "ids_unread", (json_int_t)figures->ids_unread,
                  "deletions_dropped", (json_int_t)figures->deletions_dropped, "reprints_dropped",
                  (json_int_t)figures->reprints_dropped, "documents_back", (json_int_t)figures->documents_back,
                  "documents", (json_int_t)figures->documents, "segments", (json_int_t)figures->segments, "commit",
                  (json_int_t)figures->commit, "took_us", (json_int_t)(took_ns / 1000)),
        err);
}

static void print_losses(const struct verify_command *self, const gdx_repair_figures *figures) {
    char count[NUMBER_TEXT_BYTES];
    if (figures->ids_unread)
        printf("of %s lost %s the ids cannot be read\n", format_count(figures->ids_unread, count),
               plural(figures->ids_unread, "document", "documents"));
    if (figures->documents_back)
        printf("%s deleted %s %s back; delete them again\n", format_count(figures->documents_back, count),
               plural(figures->documents_back, "document", "documents"), figures->documents_back == 1 ? "is" : "are");
    else if (figures->deletions_dropped && self->dry_run)
        printf("documents that were deleted and not replaced would be back\n");
}

static void print_outcome(const struct verify_command *self, const gdx_repair_figures *figures, uint64_t took_ns) {
    bool is_sound = figures->segments_dropped + figures->deletions_dropped + figures->reprints_dropped == 0;
    char lost[NUMBER_TEXT_BYTES], left[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    print_losses(self, figures);
    printf("%s: %s: ", self->target.index, is_sound ? "sound" : self->dry_run ? "nothing is changed" : "repaired");
    if (!is_sound)
        printf("%" PRIu64 " %s and %" PRIu64 " %s of deletions left out, %s %s lost; ", figures->segments_dropped,
               plural(figures->segments_dropped, "segment", "segments"), figures->deletions_dropped,
               plural(figures->deletions_dropped, "file", "files"), format_count(figures->documents_lost, lost),
               plural(figures->documents_lost, "document", "documents"));
    printf("%s %s in %" PRIu64 " %s, commit %" PRIu64 " · %s\n", format_count(figures->documents, left),
           plural(figures->documents, "document", "documents"), figures->segments,
           plural(figures->segments, "segment", "segments"), figures->commit, format_duration(took_ns, took));
}

int verify_repair(const struct command *command, const struct verify_command *self) {
    struct telling telling = {.self = self};
    const gdx_repair_options options = {.dry_run = self->dry_run,
                                        .stop.cancelled = interrupt_watch(),
                                        .progress = on_progress,
                                        .found = on_found,
                                        .lost = on_lost,
                                        .context = &telling};
    gdx_repair_figures figures;
    gdx_error err = {0};
    uint64_t since_ns = gdx_now_ns();
    gdx_status status = gdx_index_repair(self->target.index, &options, &figures, &err);
    progress_clear(&telling.progress);
    uint64_t took_ns = gdx_now_ns() - since_ns;
    if (status == GDX_OK && self->target.json)
        status = print_json(self, &figures, took_ns, &err);
    else if (status == GDX_OK)
        print_outcome(self, &figures, took_ns);
    if (status != GDX_OK)
        return report_failure(command->title, &err, (gdx_slice){0}, self->target.json);
    return self->dry_run && figures.segments_dropped + figures.deletions_dropped + figures.reprints_dropped
               ? EXIT_FAILED
               : EXIT_DONE;
}
