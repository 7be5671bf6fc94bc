// SPDX-License-Identifier: Apache-2.0
// bench.c: `gramdex bench`: how fast and how small, on any JSON Lines file or on generated text.
// bench/run drives it, and other engines beside it, for docs/benchmarks.md.

#include "command.h"
#include "report.h"

#include "gdx/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE_BYTES_MOST = 256 << 20 };

struct bench_command {
    gdx_bench_options options;
    const struct measure *measure;
    const char *sample;
    size_t bytes;
    uint64_t reprints;                  // documents to generate; 0: any text, of `bytes`
    struct command_arguments arguments; // the measure, and its input
};

static gdx_status generate(const struct bench_command *self, FILE *to, gdx_error *err) {
    gdx_buffer sample = {0};
    gdx_status status = gdx_read_file(self->sample, SAMPLE_BYTES_MOST, &sample, err);
    if (status == GDX_OK && self->reprints)
        status = gdx_bench_generate_reprints(gdx_buffer_slice(&sample), self->reprints, self->options.seed, to, err);
    else if (status == GDX_OK)
        status = gdx_bench_generate(gdx_buffer_slice(&sample), self->bytes, self->options.seed, to, err);
    gdx_buffer_clear(&sample);
    return status;
}

static const struct measure {
    const char *name;
    const char *input; // what the argument after the name is; NULL: there is none
    bool needs_index;
    gdx_status (*run)(const gdx_bench_options *options, FILE *to, gdx_error *err); // NULL: generate
} measures[] = {
    {"build", "the JSON Lines file to index", true, gdx_bench_build},
    {"merge", "the JSON Lines file to index", true, gdx_bench_merge},
    {"open", NULL, true, gdx_bench_open},
    {"phrases", "the JSON Lines file to draw from", false, gdx_bench_phrases},
    {"statistics", NULL, true, gdx_bench_statistics},
    {"reprints", NULL, true, gdx_bench_reprints},
    {"query", "the phrases, as `gramdex bench phrases` writes them", true, gdx_bench_query},
    {"generate", NULL, false, NULL},
};

static gdx_status find_measure(struct bench_command *self, const char *name, gdx_error *err) {
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++)
        if (strcmp(measures[i].name, name) == 0)
            self->measure = &measures[i];
    if (!self->measure)
        return gdx_fail(
            err, GDX_INVALID,
            "\"%s\" cannot be measured: expected build, merge, open, phrases, query, statistics, reprints, generate or wire",
            name);
    return GDX_OK;
}

static gdx_status check(void *settings, gdx_error *err) {
    struct bench_command *self = settings;
    gdx_status status = find_measure(self, self->arguments.items[0], err);
    if (status != GDX_OK)
        return status;
    const struct measure *measure = self->measure;
    self->options.input = self->arguments.count > 1 ? self->arguments.items[1] : NULL;
    if (self->options.input && !measure->input)
        return gdx_fail(err, GDX_INVALID, "\"%s\" is one argument too many", self->options.input);
    if (measure->input && !self->options.input)
        return gdx_fail(err, GDX_INVALID, "bench %s needs %s", measure->name, measure->input);
    if (measure->needs_index && !self->options.directory)
        return gdx_fail(err, GDX_INVALID, "--index DIR is missing: which index? build and merge make it anew");
    if (!measure->run && !self->sample)
        return gdx_fail(err, GDX_INVALID, "bench generate needs --sample FILE, such as examples/article.txt");
    return GDX_OK;
}

static const struct option_table bench_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(struct bench_command, options.directory, "index", "DIR", "the index; build and merge make it anew"),
        NUMBER_ROW(struct bench_command, options.most_threads, "threads", "N", 1, 1024, "up to N threads (2)",
                   .letter = 't'),
        BYTES_ROW(struct bench_command, options.memory_bytes, "memory", "BYTES",
                  "limit for indexing, and for finding reprints", .letter = 'm'),
        NUMBER_ROW(struct bench_command, options.runs, "runs", "N", 1, 1000, "how often; the median counts (3)"),
        NUMBER_ROW(struct bench_command, options.seed, "seed", "N", 0, UINT64_MAX, "of what is drawn at random (1)"),
        NUMBER_ROW(struct bench_command, options.phrase_count, "count", "N", 1, 1000000, "how many phrases (1000)"),
        BYTES_ROW(struct bench_command, bytes, "bytes", "SIZE", "how much to generate (100M)"),
        NUMBER_ROW(struct bench_command, reprints, "reprints", "N", 1, UINT32_MAX,
                   "generate N documents that reprint each other"),
        TEXT_ROW(struct bench_command, sample, "sample", "FILE", "a text whose words are used in generated text"),
        TEXT_ROW(struct bench_command, options.methods, "methods", "LIST", "which statistics, by comma (all)"),
        TEXT_ROW(struct bench_command, options.query, "query", "QUERY", "of trend, facets, dispersion (产业链)"),
        TEXT_ROW(struct bench_command, options.a, "a", "QUERY", "A of contrast, all of ngrams (end of 2024)"),
        TEXT_ROW(struct bench_command, options.b, "b", "QUERY", "B of contrast (the year before A)"),
        FLAG_ROW(struct bench_command, options.json, "json", "JSON Lines, for programs"),
        {0},
    },
};

static int run(const struct command *command, void *settings) {
    const struct bench_command *self = settings;
    gdx_error err = {0};
    gdx_status status =
        self->measure->run ? self->measure->run(&self->options, stdout, &err) : generate(self, stdout, &err);
    return status == GDX_OK ? EXIT_DONE : report_failure(command->title, &err, (gdx_slice){0}, self->options.json);
}

const struct command command_bench = {
    .title = "gramdex bench",
    .summary = "measure indexing, size and queries",
    .arguments = "build FILE\nmerge FILE\nopen\nphrases FILE\nquery PHRASES\nstatistics\nreprints\ngenerate",
    .description =
        "Measure indexing, size and queries on FILE, which is JSON Lines.\n\n"
        "build: MB/s by threads with the stages' share, processor time, peak memory, bytes\n"
        "merge: many segments into one; bytes of the result by part\n"
        "open: time to open --index, and memory resident afterwards\n"
        "phrases: prints phrases of 1 to 20 symbols from FILE, each with its true counts\n"
        "query: asks those phrases of --index and checks the answers; p50, p99, p99.9 by kind, length and frequency; "
        "with --threads long counts by one thread and by all\n"
        "statistics: each of them over --index: time, processor time, peak memory\n"
        "reprints: finds those of --index: time, processor time, peak memory; how many of `generate --reprints` are found\n"
        "generate: prints made-up documents of any amount, the same for the same seed\n"
        "wire: measures a server under load, see `gramdex bench wire --help`",
    .examples = (const char *const[]){"gramdex bench build --index bench.gdx news.jsonl",
                                      "gramdex bench phrases news.jsonl > phrases.jsonl",
                                      "gramdex bench query --index bench.gdx phrases.jsonl", NULL},
    .notes = "bench/run measures other engines beside it. Times drift with the machine: compare figures of one run.",
    .groups = {{&bench_table, 0}, {0}},
    .arguments_least = 1,
    .arguments_most = 2,
    .arguments_field = OPTION_FIELD(struct bench_command, arguments),
    .settings_bytes = sizeof(struct bench_command),
    .defaults =
        &(const struct bench_command){.options = {.most_threads = 2, .runs = 3, .seed = 1, .phrase_count = 1000},
                                      .bytes = 100 << 20},
    .check = check,
    .run = run,
};
