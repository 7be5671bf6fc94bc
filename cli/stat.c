// SPDX-License-Identifier: Apache-2.0
// stat.c: `gramdex stat`: what is inside an index and what it costs in bytes, by part.

#include "asking.h"
#include "report.h"
#include "terminal.h"

#include "gdx/segment.h"

struct stat_command {
    struct once once;
};

static const struct table_column export_columns[] = {
    {"part", TABLE_TEXT, 0}, {"bytes", TABLE_NUMBER, 0}, {"of_index", TABLE_NUMBER, 0}, {"of_text", TABLE_NUMBER, 0}};

static double share_of(uint64_t bytes, uint64_t all) {
    return all ? 100.0 * (double)bytes / (double)all : 0;
}

static void print_figure(const char *name, uint64_t count) {
    char text[NUMBER_TEXT_BYTES];
    printf("%-20s %16s\n", name, format_count(count, text));
}

// A server that does not know shapes says none.
static void print_shape(const Gramdex__V1__StatResponse *figures) {
    int shape = (int)figures->shape - GRAMDEX__V1__SHAPE__SHAPE_EXACT;
    if (shape >= 0 && shape < GDX_SHAPES)
        printf("%-20s %16s\n", "shape", gdx_shape_name((gdx_shape)shape));
    if (figures->other_shape_segments)
        print_figure("of another shape", figures->other_shape_segments);
}

static void print_figures(const struct style *style, const Gramdex__V1__StatResponse *figures) {
    print_figure("documents", figures->documents);
    if (figures->deleted)
        print_figure("deleted, not merged", figures->deleted);
    print_figure("segments", figures->segments);
    print_shape(figures);
    print_figure("symbols", figures->symbols);
    print_figure("terms", figures->terms);
    print_figure("words", figures->words);
    for (size_t i = 0; i < figures->n_metadata_keys; i++)
        printf("%-20s %.*s\n", i ? "" : "metadata keys", GDX_SLICE_ARGUMENTS(from_wire(figures->metadata_keys[i])));
    print_figure("commit", figures->answer ? figures->answer->commit : 0);
    if (figures->bad_segments)
        print_figure("bad segments", figures->bad_segments);
    print_figure("bytes of text", figures->text_bytes);
    char bytes[NUMBER_TEXT_BYTES];
    printf("%-20s %16s", "bytes of index", format_count(figures->index_bytes, bytes));
    if (figures->text_bytes)
        printf("  %5.1f %% of the text", share_of(figures->index_bytes, figures->text_bytes));
    printf("\n\n%s%-26s %16s  %7s  %13s%s\n", style->bold, "part", "bytes", "share", "of the text", style->plain);
    for (size_t i = 0; i < figures->n_parts; i++) {
        const Gramdex__V1__Part *part = figures->parts[i];
        printf("%-26.*s %16s  %5.1f %%  %11.1f %%\n", GDX_SLICE_ARGUMENTS(from_wire(part->name)),
               format_count(part->bytes, bytes), share_of(part->bytes, figures->index_bytes),
               share_of(part->bytes, figures->text_bytes));
    }
}

static gdx_status export_parts(const struct output *output, const Gramdex__V1__StatResponse *figures, gdx_error *err) {
    struct table *table = table_open(export_columns, sizeof export_columns / sizeof *export_columns, output);
    for (size_t i = 0; i < figures->n_parts; i++) {
        const Gramdex__V1__Part *part = figures->parts[i];
        table_text(table, from_wire(part->name));
        table_count(table, part->bytes);
        table_real(table, share_of(part->bytes, figures->index_bytes) / 100, 3);
        table_real(table, share_of(part->bytes, figures->text_bytes) / 100, 3);
    }
    return table_close(table, err);
}

// Of a server: how often it verifies what it serves.
static void print_scrub(double hours) {
    if (hours > 0)
        printf("\nevery page is verified again in %g hours\n", hours);
    else
        printf("\npages are not verified again after their first reading (--scrub 0)\n");
}

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct stat_command *self = asked->settings;
    struct style style = style_of(stdout);
    const Gramdex__V1__StatResponse *figures = (const Gramdex__V1__StatResponse *)message;
    if (self->once.output.form != OUTPUT_TEXT)
        return export_parts(&self->once.output, figures, err);
    print_figures(&style, figures);
    if (self->once.target.server)
        print_scrub(figures->scrub_hours);
    return GDX_OK;
}

static int run(const struct command *command, void *settings) {
    Gramdex__V1__StatRequest request = GRAMDEX__V1__STAT_REQUEST__INIT;
    return ask_once(command, settings, (gdx_slice){0}, "Stat", &request.base, print);
}

const struct command command_stat = {
    .title = "gramdex stat",
    .summary = "what is inside and what it costs, by part",
    .arguments = "",
    .description = "Print what is inside an index, and what it costs in bytes by part.",
    .examples =
        (const char *const[]){"gramdex stat --index corpus.gdx", "gramdex stat --server 127.0.0.1:50051 --json", NULL},
    .notes = "Terms and words are added up over the segments; `gramdex merge` makes one of them. "
             "--format csv or tsv prints the parts.",
    .groups = {ONCE_GROUPS(struct stat_command, once), {0}},
    .settings_bytes = sizeof(struct stat_command),
    .check = once_check,
    .run = run,
};
