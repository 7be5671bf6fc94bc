// SPDX-License-Identifier: Apache-2.0
// reprints_build.c: `gramdex reprints --build`: finds which documents are reprints and makes that a part of the commit.

#include "interrupt.h"
#include "report.h"
#include "reprints.h"
#include "writer.h"

#include "gdx/memory.h"
#include "gdx/processor.h"
#include "gdx/statistics.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { MEMORY_SHARE = 2, DAYS_MOST = 36500 };

static gdx_status read_jaccard(const char *text, uint32_t *out, gdx_error *err) {
    char *end = NULL;
    double value = text ? strtod(text, &end) : 0;
    if (!text) {
        *out = GDX_REPRINTS_JACCARD;
        return GDX_OK;
    }
    if (end == text || *end || !(value >= 0.3 && value <= 1))
        return gdx_fail(err, GDX_INVALID, "--jaccard %s: expected a share from 0.3 to 1", text);
    *out = (uint32_t)lround(value * GDX_REPRINT_WHOLE);
    return GDX_OK;
}

static gdx_status read_days(const char *text, uint32_t *out, gdx_error *err) {
    char *end = NULL;
    bool has_digit = text && text[0] >= '0' && text[0] <= '9';
    unsigned long value = has_digit ? strtoul(text, &end, 10) : 0;
    if (!text) {
        *out = GDX_REPRINTS_DAYS;
        return GDX_OK;
    }
    if (!has_digit || (strcmp(end, "d") != 0 && *end) || value > DAYS_MOST)
        return gdx_fail(err, GDX_INVALID, "--within %s: expected days like 30d, at most %d", text, DAYS_MOST);
    *out = (uint32_t)value;
    return GDX_OK;
}

gdx_status reprints_read_thresholds(const struct reprints_command *self, uint32_t *out_jaccard, uint32_t *out_days,
                                    gdx_error *err) {
    gdx_status status = read_jaccard(self->jaccard, out_jaccard, err);
    return status == GDX_OK ? read_days(self->within, out_days, err) : status;
}

struct built {
    gdx_index_writer *writer;
    uint64_t documents, groups, members, excerpts;
};

static gdx_status take(void *context, const gdx_reprint_table *table, gdx_error *err) {
    struct built *built = context;
    built->documents = table->count;
    built->groups = table->group_count;
    built->members = table->member_count;
    built->excerpts = table->excerpt_count;
    return gdx_index_writer_set_reprints(built->writer, table, err);
}

static gdx_status report(const struct reprints_command *self, const struct built *built, uint64_t took_ns,
                         gdx_error *err) {
    uint64_t repeats = built->members - built->groups;
    uint64_t commit = gdx_snapshot_commit(gdx_index_writer_snapshot(built->writer));
    if (self->asking.target.json)
        return json_line(json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "type", "reprints_build", "documents",
                                   (json_int_t)built->documents, "distinct", (json_int_t)(built->documents - repeats),
                                   "groups", (json_int_t)built->groups, "members", (json_int_t)built->members,
                                   "excerpts", (json_int_t)built->excerpts, "commit", (json_int_t)commit, "took_us",
                                   (json_int_t)(took_ns / 1000)),
                         err);
    char documents[NUMBER_TEXT_BYTES], distinct[NUMBER_TEXT_BYTES], groups[NUMBER_TEXT_BYTES];
    char excerpts[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%s %s, %s distinct: %s %s of reprints, %s %s; commit %" PRIu64 " · %s\n",
           format_count(built->documents, documents), plural(built->documents, "document", "documents"),
           format_count(built->documents - repeats, distinct), format_count(built->groups, groups),
           plural(built->groups, "group", "groups"), format_count(built->excerpts, excerpts),
           plural(built->excerpts, "excerpt", "excerpts"), commit, format_duration(took_ns, took));
    return GDX_OK;
}

static gdx_status build(const struct reprints_command *self, gdx_reprints_options *options, gdx_error *err) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    struct built built = {0};
    const gdx_stop stop = {.cancelled = interrupt_watch()};
    uint64_t since_ns = gdx_now_ns();
    gdx_status status = open_existing(self->asking.target.index, &writer, err);
    built.writer = writer;
    if (status == GDX_OK)
        status = gdx_reprints_find(gdx_index_writer_snapshot(writer), options, &stop, take, &built, err);
    return status == GDX_OK ? report(self, &built, gdx_now_ns() - since_ns, err) : status;
}

int reprints_build(const struct command *command, const struct reprints_command *self) {
    gdx_reprints_options options = {.memory_bytes =
                                        self->memory_bytes ? self->memory_bytes : gdx_memory_allowed() / MEMORY_SHARE};
    gdx_error err = {0};
    gdx_status status = reprints_read_thresholds(self, &options.jaccard, &options.within_days, &err);
    if (status == GDX_OK)
        status = gdx_executor_new(self->threads ? self->threads : gdx_processor_count(), &options.executor, &err);
    if (status == GDX_OK)
        status = build(self, &options, &err);
    gdx_executor_free(options.executor);
    return report_end(command->title, status, &err, self->asking.target.json, "stopped; the index is as it was before");
}
