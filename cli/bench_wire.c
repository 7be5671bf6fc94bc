// SPDX-License-Identifier: Apache-2.0
// bench_wire.c: `gramdex bench wire`: a server under load, measured from outside.
// bench/wire/run drives it, and other servers beside it, for docs/benchmarks.md.

#include "command.h"
#include "options.h"
#include "report.h"

#include "gdx/bench_wire.h"

#include <stdlib.h>

enum { KEY_PROCESS = KEY_OWN, KEY_PHRASES, KEY_METHODS };

static void check(const gdx_bench_wire_options *options, struct argp_state *state) {
    if (!options->server == !options->directory)
        argp_error(state, "which server? --index DIR starts one over it, --server HOST:PORT takes one that runs");
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    gdx_bench_wire_options *options = state->input;
    switch (key) {
    case KEY_INDEX:
        options->directory = argument;
        return 0;
    case KEY_SERVER:
        options->server = argument;
        return 0;
    case KEY_PROCESS:
        options->server_process = (pid_t)option_number(state, "server-pid", argument, 1, INT32_MAX);
        return 0;
    case KEY_PHRASES:
        options->phrases = argument;
        return 0;
    case KEY_METHODS:
        options->methods = argument;
        return 0;
    case 'c':
        options->connections = (unsigned)option_number(state, "connections", argument, 1, 20000);
        return 0;
    case 'm':
        options->streams = (unsigned)option_number(state, "streams", argument, 1, 256);
        return 0;
    case 'n':
        options->requests = option_number(state, "requests", argument, 1, UINT64_MAX);
        return 0;
    case 'd':
        options->duration_ns = option_number(state, "seconds", argument, 1, 3600) * 1000000000u;
        return 0;
    case KEY_JSON:
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\" is one argument too many", argument);
        return 0;
    case ARGP_KEY_END:
        check(options, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options =
        (const struct argp_option[]){
            {"index", KEY_INDEX, "DIR", 0, "start a server over this index, and stop it in the end", 0},
            {"server", KEY_SERVER, "HOST:PORT", 0, "a server that runs, without TLS", 0},
            {"server-pid", KEY_PROCESS, "PID", 0, "its process, for the processor time", 0},
            {"phrases", KEY_PHRASES, "FILE", 0, "what to ask, and the truth: of `gramdex bench phrases`", 0},
            {"methods", KEY_METHODS, "LIST", 0, "some of those below, by comma (all)", 0},
            {"connections", 'c', "N", 0, "instead of 1 x 1, 64 x 1 and 64 x 32", 0},
            {"streams", 'm', "N", 0, "calls at once on each (1)", 0},
            {"requests", 'n', "N", 0, "so many for each figure, instead of --seconds", 0},
            {"seconds", 'd', "N", 0, "for each figure, after a tenth to warm up (3)", 0},
            {"json", KEY_JSON, NULL, 0, "JSON Lines, for programs", 0},
            {0},
        },
    .parser = parse,
    .doc = "Measure a server over the wire: requests a second, latency, and its processor time for 100,000 requests."
           "\v"
           "empty           grpc.health.v1.Health/Check, which does nothing\n"
           "count-rare      Search.Count of phrases in one document\n"
           "count-medium    in about 100\n"
           "count-frequent  in the most\n"
           "search          Search.Search of the medium ones, ten hits\n"
           "scan            Search.Scan of the same\n"
           "\n"
           "Every answer is compared with the truth that the phrases come with; one that is wrong ends the run.\n"
           "bench/wire/run measures other servers beside it.\n",
};

int command_bench_wire(int argc, char **argv) {
    char program[] = "/proc/self/exe";
    gdx_bench_wire_options options = {.program = program, .duration_ns = UINT64_C(3000000000)};
    if (!parse_options(&argp, argc, argv, &options))
        return EXIT_FAILED;
    gdx_error err = {0};
    gdx_status status = gdx_bench_wire(&options, stdout, &err);
    return status == GDX_OK ? EXIT_DONE : report_failure(argv[0], &err, (gdx_slice){0}, options.json);
}
