// SPDX-License-Identifier: Apache-2.0
// verify_query.c: `gramdex verify --query`: a count by the index beside one from the stored text.

#include "interrupt.h"
#include "report.h"
#include "terminal.h"
#include "verify.h"

#include "gdx/replay.h"

struct counting {
    gdx_totals by_index, by_text;
    uint64_t index_ns, text_ns;
    uint64_t commit, documents;
};

static void on_progress(void *context, uint64_t done, uint64_t of) {
    progress_draw(context, of ? (double)done / (double)of : 1, "document %llu of %llu", (unsigned long long)done,
                  (unsigned long long)of);
}

static gdx_status count_by_index(gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                                 struct counting *out, gdx_error *err) {
    GDX_AUTO(gdx_searcher) searcher = gdx_searcher_new();
    uint64_t since_ns = gdx_now_ns();
    if (!searcher)
        return gdx_fail_memory(err, "a count");
    gdx_status status = gdx_count(searcher, snapshot, query, stop, &out->by_index, err);
    out->index_ns = gdx_now_ns() - since_ns;
    return gdx_snapshot_settle(snapshot, status, err);
}

static gdx_status count_by_text(gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                                struct counting *out, gdx_error *err) {
    struct progress progress = {0};
    uint64_t since_ns = gdx_now_ns();
    gdx_status status = gdx_replay_count(snapshot, query, stop, on_progress, &progress, &out->by_text, err);
    progress_clear(&progress);
    out->text_ns = gdx_now_ns() - since_ns;
    return status;
}

static gdx_status count_twice(const struct verify_command *self, const gdx_stop *stop, struct counting *out,
                              gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    GDX_AUTO(gdx_query) query = NULL;
    gdx_status status = gdx_index_open(self->target.index, &index, err);
    if (status != GDX_OK)
        return status;
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    out->commit = gdx_snapshot_commit(snapshot);
    out->documents = gdx_snapshot_documents(snapshot);
    status = gdx_query_parse(gdx_snapshot_rule(snapshot), gdx_slice_of(self->query), &query, err);
    if (status == GDX_OK) // first, for it may be refused
        status = count_by_text(snapshot, query, stop, out, err);
    if (status == GDX_OK)
        status = count_by_index(snapshot, query, stop, out, err);
    gdx_snapshot_release(snapshot);
    return status;
}

static bool are_equal(const struct counting *counting) {
    return counting->by_index.documents == counting->by_text.documents &&
           counting->by_index.occurrences == counting->by_text.occurrences;
}

static void print_count(const char *by, const gdx_totals *totals, uint64_t took_ns) {
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%-16s %15s %-10s %15s %-12s · %s\n", by, format_count(totals->documents, documents),
           plural(totals->documents, "document", "documents"), format_count(totals->occurrences, occurrences),
           plural(totals->occurrences, "occurrence", "occurrences"), format_duration(took_ns, took));
}

static gdx_status print(const struct verify_command *self, const struct counting *counting, gdx_error *err) {
    char documents[NUMBER_TEXT_BYTES];
    if (self->target.json)
        return json_line(
            json_pack("{s:s,s:s,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "type", "verify", "query", self->query, "equal",
                      are_equal(counting), "documents", (json_int_t)counting->by_index.documents, "occurrences",
                      (json_int_t)counting->by_index.occurrences, "documents_by_text",
                      (json_int_t)counting->by_text.documents, "occurrences_by_text",
                      (json_int_t)counting->by_text.occurrences, "documents_read", (json_int_t)counting->documents,
                      "commit", (json_int_t)counting->commit, "took_us", (json_int_t)(counting->index_ns / 1000),
                      "took_by_text_us", (json_int_t)(counting->text_ns / 1000)),
            err);
    print_count("by the index", &counting->by_index, counting->index_ns);
    print_count("by stored text", &counting->by_text, counting->text_ns);
    printf("%s, %s read, commit %llu\n", are_equal(counting) ? "equal" : "NOT EQUAL",
           format_counted(counting->documents, "document", "documents", documents),
           (unsigned long long)counting->commit);
    return GDX_OK;
}

int verify_query(const struct command *command, const struct verify_command *self) {
    gdx_error err = {0};
    struct counting counting = {0};
    const gdx_stop stop = {.cancelled = interrupt_watch()};
    gdx_status status = count_twice(self, &stop, &counting, &err);
    if (status == GDX_OK)
        status = print(self, &counting, &err);
    if (status != GDX_OK)
        return report_failure(command->title, &err, gdx_slice_of(self->query), self->target.json);
    if (are_equal(&counting))
        return EXIT_DONE;
    if (!self->target.json)
        fprintf(stderr,
                "What to do: keep %s as it is and report this query; `gramdex verify` says whether a file is "
                "damaged.\n",
                self->target.index);
    return EXIT_FAILED;
}
