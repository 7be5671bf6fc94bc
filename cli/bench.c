// SPDX-License-Identifier: Apache-2.0
// bench.c: `gramdex bench`: how fast and how small, on any JSON Lines file or on generated text.

#include "command.h"
#include "options.h"
#include "report.h"

#include "gdx/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_JSON_OUT = KEY_OWN, KEY_RUNS, KEY_SEED, KEY_PHRASES, KEY_BYTES, KEY_SAMPLE, KEY_DIRECTORY };

struct bench_command {
    gdx_bench_options options;
    const char *what;
    const char *sample;
    size_t bytes;
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct bench_command *self = state->input;
    switch (key) {
    case 't':
        self->options.most_threads = (unsigned)option_number(state, "threads", argument, 1, 1024);
        return 0;
    case 'm':
        self->options.memory_bytes = option_bytes(state, "memory", argument);
        return 0;
    case KEY_DIRECTORY:
        self->options.directory = argument;
        return 0;
    case KEY_JSON_OUT:
        self->options.json = true;
        return 0;
    case KEY_RUNS:
        self->options.runs = (unsigned)option_number(state, "runs", argument, 1, 1000);
        return 0;
    case KEY_SEED:
        self->options.seed = option_number(state, "seed", argument, 0, UINT64_MAX);
        return 0;
    case KEY_PHRASES:
        self->options.query_count = (unsigned)option_number(state, "phrases", argument, 1, 1000000);
        return 0;
    case KEY_BYTES:
        self->bytes = option_bytes(state, "bytes", argument);
        return 0;
    case KEY_SAMPLE:
        self->sample = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0)
            self->what = argument;
        else if (state->arg_num == 1)
            self->options.input = argument;
        else
            argp_error(state, "one input file is expected, not \"%s\" besides", argument);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "what is to be measured? build, query, exact, phrases or generate");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options =
        (const struct argp_option[]){
            {"index", KEY_DIRECTORY, "DIR", 0, "the index to build or to ask (gramdex-bench.gdx)", 0},
            {"threads", 't', "N", 0, "measure with 1, 2, 4, ... up to N threads (2)", 0},
            {"memory", 'm', "SIZE", 0, "memory budget of the build, as 256M or 2G", 0},
            {"runs", KEY_RUNS, "N", 0, "runs of each build; the median is given (3)", 0},
            {"seed", KEY_SEED, "N", 0, "of the phrases or the generated text (1)", 0},
            {"phrases", KEY_PHRASES, "N", 0, "phrases of 1 to 20 symbols drawn from FILE (1000)", 0},
            {"bytes", KEY_BYTES, "SIZE", 0, "how much to generate (100M)", 0},
            {"sample", KEY_SAMPLE, "FILE", 0, "text whose statistics the generated text has", 0},
            {"json", KEY_JSON_OUT, NULL, 0, "JSON Lines, for programs", 0},
            {0},
        },
    .parser = parse,
    .args_doc = "build FILE\nquery FILE\nexact FILE\nphrases FILE\ngenerate --sample TEXT",
    .doc = "Measure indexing, size and queries on FILE, which is JSON Lines."
           "\v"
           "build     MB/s by threads with the stages' share, merging, bytes by part; builds --index anew\n"
           "query     p50, p99 and p99.9 of phrases drawn from FILE, by kind, length and frequency\n"
           "exact     the answers for those phrases against a plain scan of FILE\n"
           "phrases   prints those phrases, for another engine to answer\n"
           "generate  writes text of any amount, the same for the same seed, to standard output\n"
           "\n"
           "Times drift with the machine: compare figures of one run.\n",
};

static gdx_status generate(const struct bench_command *self, gdx_error *err) {
    gdx_buffer sample = {0};
    if (!self->sample)
        return gdx_fail(err, GDX_INVALID, "generate needs --sample FILE, such as examples/article.txt");
    gdx_status status = gdx_read_file(self->sample, 64 << 20, &sample, err);
    if (status == GDX_OK)
        status = gdx_bench_generate(gdx_buffer_slice(&sample), self->bytes, self->options.seed, stdout, err);
    gdx_buffer_clear(&sample);
    return status;
}

static gdx_status run(const struct bench_command *self, gdx_error *err) {
    static const struct {
        const char *name;
        gdx_status (*measure)(const gdx_bench_options *options, FILE *to, gdx_error *err);
    } measures[] = {{"build", gdx_bench_build},
                    {"query", gdx_bench_query},
                    {"exact", gdx_bench_exact},
                    {"phrases", gdx_bench_queries}};
    if (strcmp(self->what, "generate") == 0)
        return generate(self, err);
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
        if (strcmp(self->what, measures[i].name) != 0)
            continue;
        if (!self->options.input)
            return gdx_fail(err, GDX_INVALID, "%s needs a JSON Lines file", self->what);
        return measures[i].measure(&self->options, stdout, err);
    }
    return gdx_fail(err, GDX_INVALID, "\"%s\" cannot be measured: build, query, exact, phrases or generate",
                    self->what);
}

int command_bench(int argc, char **argv) {
    struct bench_command self = {
        .options = {.directory = "gramdex-bench.gdx", .most_threads = 2, .runs = 3, .seed = 1, .query_count = 1000},
        .bytes = 100 << 20,
    };
    if (!parse_options(&argp, argc, argv, &self))
        return EXIT_FAILED;
    gdx_error err = {0};
    gdx_status status = run(&self, &err);
    return status == GDX_OK ? EXIT_DONE : report_failure(argv[0], &err, (gdx_slice){0}, self.options.json);
}
