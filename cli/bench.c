// SPDX-License-Identifier: Apache-2.0
// bench.c: `gramdex bench`: how fast and how small, on any JSON Lines file or on generated text.
// bench/run drives it, and other engines beside it, for docs/benchmarks.md.

#include "command.h"
#include "options.h"
#include "report.h"

#include "gdx/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_RUNS = KEY_OWN, KEY_SEED, KEY_COUNT, KEY_BYTES, KEY_SAMPLE };
enum { SAMPLE_BYTES_MOST = 256 << 20 };

struct bench_command {
    gdx_bench_options options;
    const struct measure *measure;
    const char *sample;
    size_t bytes;
};

static gdx_status generate(const struct bench_command *self, FILE *to, gdx_error *err) {
    gdx_buffer sample = {0};
    gdx_status status = gdx_read_file(self->sample, SAMPLE_BYTES_MOST, &sample, err);
    if (status == GDX_OK)
        status = gdx_bench_generate(gdx_buffer_slice(&sample), self->bytes, self->options.seed, to, err);
    gdx_buffer_clear(&sample);
    return status;
}

static const struct measure {
    const char *name;
    const char *input; // what the argument behind the name is; NULL: there is none
    bool needs_index;
    gdx_status (*run)(const gdx_bench_options *options, FILE *to, gdx_error *err); // NULL: generate
} measures[] = {
    {"build", "the JSON Lines file to index", true, gdx_bench_build},
    {"merge", "the JSON Lines file to index", true, gdx_bench_merge},
    {"open", NULL, true, gdx_bench_open},
    {"phrases", "the JSON Lines file to draw from", false, gdx_bench_phrases},
    {"query", "the phrases, as `gramdex bench phrases` writes them", true, gdx_bench_query},
    {"generate", NULL, false, NULL},
};

static void take_argument(struct bench_command *self, char *argument, struct argp_state *state) {
    if (state->arg_num == 0) {
        for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++)
            if (strcmp(measures[i].name, argument) == 0)
                self->measure = &measures[i];
        if (!self->measure)
            argp_error(state, "\"%s\" cannot be measured: build, merge, open, phrases, query or generate", argument);
    } else if (state->arg_num == 1 && self->measure && self->measure->input) {
        self->options.input = argument;
    } else {
        argp_error(state, "\"%s\" is one argument too many", argument);
    }
}

static void check(const struct bench_command *self, struct argp_state *state) {
    if (!self->measure)
        argp_error(state, "what is to be measured? build, merge, open, phrases, query or generate");
    else if (self->measure->input && !self->options.input)
        argp_error(state, "bench %s needs %s", self->measure->name, self->measure->input);
    else if (self->measure->needs_index && !self->options.directory)
        argp_error(state, "--index DIR is missing: which index? build and merge make it anew");
    else if (!self->measure->run && !self->sample)
        argp_error(state, "bench generate needs --sample FILE, such as examples/article.txt");
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct bench_command *self = state->input;
    switch (key) {
    case 't':
        self->options.most_threads = (unsigned)option_number(state, "threads", argument, 1, 1024);
        return 0;
    case 'm':
        self->options.memory_bytes = option_bytes(state, "memory", argument);
        return 0;
    case KEY_INDEX:
        self->options.directory = argument;
        return 0;
    case KEY_JSON:
        self->options.json = true;
        return 0;
    case KEY_RUNS:
        self->options.runs = (unsigned)option_number(state, "runs", argument, 1, 1000);
        return 0;
    case KEY_SEED:
        self->options.seed = option_number(state, "seed", argument, 0, UINT64_MAX);
        return 0;
    case KEY_COUNT:
        self->options.phrase_count = (unsigned)option_number(state, "count", argument, 1, 1000000);
        return 0;
    case KEY_BYTES:
        self->bytes = option_bytes(state, "bytes", argument);
        return 0;
    case KEY_SAMPLE:
        self->sample = argument;
        return 0;
    case ARGP_KEY_ARG:
        take_argument(self, argument, state);
        return 0;
    case ARGP_KEY_END:
        check(self, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options =
        (const struct argp_option[]){
            {"index", KEY_INDEX, "DIR", 0, "the index: build and merge make it anew, open and query read it", 0},
            {"threads", 't', "N", 0, "measure with 1, 2, 4, ... up to N threads (2)", 0},
            {"memory", 'm', "SIZE", 0, "memory budget of the build, as 256M or 2G", 0},
            {"runs", KEY_RUNS, "N", 0, "runs of each build or merge; the median is given (3)", 0},
            {"seed", KEY_SEED, "N", 0, "of the phrases or the generated text (1)", 0},
            {"count", KEY_COUNT, "N", 0, "how many phrases (1000)", 0},
            {"bytes", KEY_BYTES, "SIZE", 0, "how much to generate (100M)", 0},
            {"sample", KEY_SAMPLE, "FILE", 0, "a text for the generated one to take its words from", 0},
            {"json", KEY_JSON, NULL, 0, "JSON Lines, for programs", 0},
            {0},
        },
    .parser = parse,
    .args_doc = "build FILE\nmerge FILE\nopen\nphrases FILE\nquery PHRASES\ngenerate",
    .doc = "Measure indexing, size and queries on FILE, which is JSON Lines."
           "\v"
           "build     MB/s by threads with the stages' share, processor time, peak memory, bytes\n"
           "merge     many segments into one; bytes of the result by part\n"
           "open      time to open --index, and memory resident afterwards\n"
           "phrases   prints phrases of 1 to 20 symbols drawn from FILE, each with how often a plain scan finds it\n"
           "query     asks those phrases of --index: are the answers true; p50, p99, p99.9 by kind, length, frequency\n"
           "generate  prints made-up documents of any amount, the same for the same seed\n"
           "wire      a server under load: `gramdex bench wire --help`\n"
           "\n"
           "bench/run measures other engines beside it. Times drift with the machine: compare figures of one run.\n",
};

int command_bench(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "wire") == 0) { // it has options of its own
        static char name[] = "gramdex bench wire";
        argv[1] = name;
        return command_bench_wire(argc - 1, argv + 1);
    }
    struct bench_command self = {
        .options = {.most_threads = 2, .runs = 3, .seed = 1, .phrase_count = 1000},
        .bytes = 100 << 20,
    };
    if (!parse_options(&argp, argc, argv, &self))
        return EXIT_FAILED;
    gdx_error err = {0};
    gdx_status status =
        self.measure->run ? self.measure->run(&self.options, stdout, &err) : generate(&self, stdout, &err);
    return status == GDX_OK ? EXIT_DONE : report_failure(argv[0], &err, (gdx_slice){0}, self.options.json);
}
