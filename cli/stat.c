// SPDX-License-Identifier: Apache-2.0
// stat.c: `gramdex stat`: what is inside an index and what it costs in bytes, by part.

#include "backend.h"
#include "command.h"
#include "report.h"
#include "terminal.h"

static json_t *parts_to_json(const struct index_figures *figures) {
    json_t *parts = json_array();
    for (size_t i = 0; parts && i < figures->part_count; i++) {
        json_t *value =
            json_pack("{s:s,s:I}", "name", figures->parts[i].name, "bytes", (json_int_t)figures->parts[i].bytes);
        if (json_array_append_new(parts, value) != 0) {
            json_decref(parts);
            return NULL;
        }
    }
    return parts;
}

static json_t *figures_to_json(const struct index_figures *figures, const struct answer_info *info) {
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:I,s:I}", "documents", (json_int_t)figures->documents,
                     "deleted", (json_int_t)figures->deleted_documents, "segments", (json_int_t)figures->segments,
                     "symbols", (json_int_t)figures->symbols, "terms", (json_int_t)figures->terms, "words",
                     (json_int_t)figures->words, "text_bytes", (json_int_t)figures->text_bytes, "index_bytes",
                     (json_int_t)figures->bytes, "parts", parts_to_json(figures), "commit", (json_int_t)info->commit,
                     "took_us", (json_int_t)(info->took_ns / 1000));
}

static double share_of(uint64_t bytes, uint64_t all) {
    return all ? 100.0 * (double)bytes / (double)all : 0;
}

static void print_figure(const char *name, uint64_t count) {
    char text[NUMBER_TEXT_BYTES];
    printf("%-20s %16s\n", name, format_count(count, text));
}

static void print_figures(const struct style *style, const struct index_figures *figures,
                          const struct answer_info *info) {
    print_figure("documents", figures->documents);
    if (figures->deleted_documents)
        print_figure("deleted, not merged", figures->deleted_documents);
    print_figure("segments", figures->segments);
    print_figure("symbols", figures->symbols);
    print_figure("terms", figures->terms);
    print_figure("words", figures->words);
    print_figure("commit", info->commit);
    print_figure("bytes of text", figures->text_bytes);
    char bytes[NUMBER_TEXT_BYTES];
    printf("%-20s %16s", "bytes of index", format_count(figures->bytes, bytes));
    if (figures->text_bytes)
        printf("  %5.1f %% of the text", share_of(figures->bytes, figures->text_bytes));
    printf("\n\n%s%-20s %16s  %7s  %13s%s\n", style->bold, "part", "bytes", "share", "of the text", style->plain);
    for (size_t i = 0; i < figures->part_count; i++)
        printf("%-20s %16s  %5.1f %%  %11.1f %%\n", figures->parts[i].name,
               format_count(figures->parts[i].bytes, bytes), share_of(figures->parts[i].bytes, figures->bytes),
               share_of(figures->parts[i].bytes, figures->text_bytes));
}

static int run(const struct command *command, void *settings) {
    const struct target *target = settings;
    gdx_error err = {0};
    struct backend *backend = NULL;
    struct index_figures figures;
    struct answer_info info;
    gdx_status status = backend_open(target, &backend, &err);
    if (status == GDX_OK) {
        status = backend->stat(backend, &figures, &info, &err);
        if (status == GDX_OK && target->json) {
            status = json_line(figures_to_json(&figures, &info), &err);
        } else if (status == GDX_OK) {
            struct style style = style_of(stdout);
            print_figures(&style, &figures, &info);
        }
        backend_close(backend);
    }
    return status == GDX_OK ? EXIT_DONE : report_failure(command->title, &err, (gdx_slice){0}, target->json);
}

const struct command command_stat = {
    .title = "gramdex stat",
    .summary = "what is inside and what it costs, by part",
    .arguments = "",
    .description = "Print what is inside an index, and what it costs in bytes by part.",
    .examples =
        (const char *const[]){"gramdex stat --index corpus.gdx", "gramdex stat --server 127.0.0.1:50051 --json", NULL},
    .notes = "Terms and words are added up over the segments; `gramdex merge` makes one of them.",
    .groups = {{&answerer_table, 0}, {&json_table, 0}, {&server_table, 0}, {0}},
    .settings_bytes = sizeof(struct target),
    .run = run,
};
