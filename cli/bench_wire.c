// SPDX-License-Identifier: Apache-2.0
// bench_wire.c: `gramdex bench wire`: a server under load, measured from outside.
// bench/wire/run drives it, and other servers beside it, for docs/benchmarks.md.

#include "command.h"
#include "report.h"

#include "gdx/bench_wire.h"

struct wire_command {
    gdx_bench_wire_options options;
    uint64_t seconds; // of each figure
};

static gdx_status check(void *settings, gdx_error *err) {
    const struct wire_command *self = settings;
    if (!self->options.server == !self->options.directory)
        return gdx_fail(err, GDX_INVALID,
                        "which server? --index DIR starts one over it, --server HOST:PORT names one that runs");
    return GDX_OK;
}

static const struct option_table wire_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(struct wire_command, options.directory, "index", "DIR", "start a server over this index",
                 .more = "It is stopped at the end."),
        TEXT_ROW(struct wire_command, options.server, "server", "HOST:PORT", "a server that runs, without TLS"),
        NUMBER_ROW(struct wire_command, options.server_process, "server-pid", "PID", 1, INT32_MAX,
                   "its process, for the processor time"),
        TEXT_ROW(struct wire_command, options.phrases, "phrases", "FILE", "what to ask, of `gramdex bench phrases`"),
        TEXT_ROW(struct wire_command, options.methods, "methods", "LIST", "some of those below, by comma (all)"),
        NUMBER_ROW(struct wire_command, options.connections, "connections", "N", 1, 20000,
                   "instead of 1 x 1, 64 x 1 and 64 x 32", .letter = 'c'),
        NUMBER_ROW(struct wire_command, options.streams, "streams", "N", 1, 256, "calls at once on each (1)",
                   .letter = 'm'),
        NUMBER_ROW(struct wire_command, options.requests, "requests", "N", 1, UINT64_MAX,
                   "for each figure, instead of --seconds", .letter = 'n'),
        NUMBER_ROW(struct wire_command, seconds, "seconds", "N", 1, 3600,
                   "for each figure, after a tenth to warm up (3)", .letter = 'd'),
        FLAG_ROW(struct wire_command, options.json, "json", "JSON Lines, for programs"),
        {0},
    },
};

static int run(const struct command *command, void *settings) {
    struct wire_command *self = settings;
    self->options.duration_ns = self->seconds * 1000000000u;
    gdx_error err = {0};
    gdx_status status = gdx_bench_wire(&self->options, stdout, &err);
    return status == GDX_OK ? EXIT_DONE : report_failure(command->title, &err, (gdx_slice){0}, self->options.json);
}

const struct command command_bench_wire = {
    .title = "gramdex bench wire",
    .summary = "measure a server under load",
    .arguments = "",
    .description =
        "Measure a server over the wire: requests a second, latency, and its processor time for 100,000 requests.\n\n"
        "empty: grpc.health.v1.Health/Check, which does nothing\n"
        "count-rare: Search.Count of phrases in one document\n"
        "count-medium: in about 100\n"
        "count-frequent: in the most\n"
        "search: Search.Search of the medium ones, ten hits\n"
        "scan: Search.Scan of the same\n"
        "fairness: count-rare, alone and beside 200 heavy calls of another connection",
    .examples = (const char *const[]){"gramdex bench wire --index bench.gdx --phrases phrases.jsonl",
                                      "gramdex bench wire --server 127.0.0.1:50051 --methods empty", NULL},
    .notes = "Every answer is compared with the truth that the phrases come with; a wrong one ends the run. "
             "bench/wire/run measures other servers beside it.",
    .groups = {{&wire_table, 0}, {0}},
    .settings_bytes = sizeof(struct wire_command),
    .defaults = &(const struct wire_command){.options = {.program = "/proc/self/exe"}, .seconds = 3},
    .check = check,
    .run = run,
};
