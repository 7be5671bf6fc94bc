// SPDX-License-Identifier: Apache-2.0
// wire.c: every method at every number of connections and streams, and the figures.

#include "gdx/bench_wire.h"

#include "child.h"
#include "fairness.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SHAPES = 3, WARM_SHARE = 10 };
#define WARM_MOST_NS UINT64_C(500000000)

struct wire {
    const gdx_bench_wire_options *options;
    const char *server;
    pid_t process; // 0: not known
    struct child child;
    struct phrases phrases;
    struct questions questions;
    FILE *to;
};

// ---- which methods

const char *gdx_bench_wire_methods(void) {
    return "empty, count-rare, count-medium, count-frequent, search, scan, fairness";
}

static bool is_named(const char *list, const char *name) {
    size_t bytes = strlen(name);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, bytes) == 0 && (at[bytes] == ',' || at[bytes] == '\0'))
            return true;
    }
    return false;
}

static const char fairness_name[] = "fairness"; // no method, but measured like one

// Every name of the list must be a method's.
static gdx_status check_names(const char *list, gdx_error *err) {
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        size_t bytes = strcspn(at, ",");
        bool known = strlen(fairness_name) == bytes && strncmp(fairness_name, at, bytes) == 0;
        for (size_t i = 0; i < METHODS; i++)
            known |= strlen(methods[i].name) == bytes && strncmp(methods[i].name, at, bytes) == 0;
        if (!known)
            return gdx_fail(err, GDX_INVALID, "\"%.*s\" is no method, expected some of: %s", (int)bytes, at,
                            gdx_bench_wire_methods());
    }
    return GDX_OK;
}

static bool is_wanted(const struct wire *wire, const struct method *method) {
    if (wire->options->methods)
        return is_named(wire->options->methods, method->name);
    return wire->options->phrases || method->documents == 0;
}

// ---- figures

static void print_head(const struct wire *wire) {
    if (!wire->options->json)
        fprintf(wire->to, "%-15s %11s %8s %11s %9s %9s %9s %11s\n", "method", "connections", "streams", "requests/s",
                "p50 ms", "p99 ms", "p99.9 ms", "CPU s/100k");
}

static void print_cost(const struct wire *wire, const struct load_result *result) {
    double seconds = (double)result->processor_ns / 1e9 * 100000 / (double)(result->requests ? result->requests : 1);
    if (wire->options->json && wire->process)
        fprintf(wire->to, ",\"cpu_s_per_100k\":%.4f}\n", seconds);
    else if (wire->options->json)
        fputs("}\n", wire->to);
    else if (wire->process)
        fprintf(wire->to, " %11.3f\n", seconds);
    else
        fprintf(wire->to, " %11s\n", "-");
}

static void print_figures(const struct wire *wire, const struct load_options *load, struct load_result *result) {
    double rate = (double)result->requests * 1e9 / (double)(result->took_ns ? result->took_ns : 1);
    fprintf(wire->to,
            wire->options->json ? "{\"figure\":\"wire\",\"method\":\"%s\",\"connections\":%u,\"streams\":%u,"
                                  "\"requests_per_s\":%.1f,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"p999_ms\":%.4f"
                                : "%-15s %11u %8u %11.0f %9.3f %9.3f %9.3f",
            load->method->name, load->connections, load->streams, rate,
            (double)samples_quantile(&result->latencies, 0.5) / 1e6,
            (double)samples_quantile(&result->latencies, 0.99) / 1e6,
            (double)samples_quantile(&result->latencies, 0.999) / 1e6);
    print_cost(wire, result);
    fflush(wire->to);
}

static uint64_t server_ns(void *context) {
    return process_ns(((const struct wire *)context)->process);
}

static gdx_status measure(struct wire *wire, const struct method *method, unsigned connections, unsigned streams,
                          gdx_error *err) {
    const gdx_bench_wire_options *options = wire->options;
    struct load_options load = {.server = wire->server,
                                .method = method,
                                .questions = &wire->questions,
                                .connections = connections,
                                .streams = streams,
                                .requests = options->requests,
                                .duration_ns = options->duration_ns,
                                .warm_ns = options->duration_ns / WARM_SHARE,
                                .processor_ns = server_ns,
                                .context = wire};
    struct load_result result = {0};
    if (load.warm_ns > WARM_MOST_NS)
        load.warm_ns = WARM_MOST_NS;
    gdx_status status = load_run(&load, &result, err);
    if (status == GDX_OK)
        print_figures(wire, &load, &result);
    load_result_clear(&result);
    return status;
}

static gdx_status measure_method(struct wire *wire, const struct method *method, gdx_error *err) {
    static const unsigned shapes[SHAPES][2] = {{1, 1}, {64, 1}, {64, 32}};
    const gdx_bench_wire_options *options = wire->options;
    if (method->documents > 0 && !options->phrases)
        return gdx_fail(err, GDX_INVALID, "%s needs --phrases, as `gramdex bench phrases` writes them", method->name);
    gdx_status status = questions_make(&wire->questions, method, &wire->phrases, err);
    if (status == GDX_OK && (options->connections || options->streams))
        return measure(wire, method, options->connections ? options->connections : 1,
                       options->streams ? options->streams : 1, err);
    for (size_t i = 0; i < SHAPES && status == GDX_OK; i++)
        status = measure(wire, method, shapes[i][0], shapes[i][1], err);
    return status;
}

// ---- fairness

static void print_fairness(const struct wire *wire, const struct fairness *found) {
    fprintf(wire->to,
            wire->options->json
                ? "{\"figure\":\"fairness\",\"heavy_calls\":%d,\"alone_p50_ms\":%.4f,"
                  "\"alone_p99_ms\":%.4f,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"ratio\":%.2f}\n"
                : "fairness: a light Count beside %d heavy ones of another connection: alone p50 %.3f ms, "
                  "p99 %.3f ms; beside p50 %.3f ms, p99 %.3f ms: %.1f times\n",
            FAIRNESS_HEAVY_CALLS, (double)found->alone_p50 / 1e6, (double)found->alone_p99 / 1e6,
            (double)found->beside_p50 / 1e6, (double)found->beside_p99 / 1e6,
            (double)found->beside_p99 / (double)(found->alone_p99 ? found->alone_p99 : 1));
    fflush(wire->to);
}

static gdx_status measure_fairness(struct wire *wire, gdx_error *err) {
    const struct method *light = &methods[1]; // count-rare
    if (!wire->options->phrases)
        return gdx_fail(err, GDX_INVALID, "%s needs --phrases, as `gramdex bench phrases` writes them", fairness_name);
    struct load_options load = {.server = wire->server,
                                .method = light,
                                .questions = &wire->questions,
                                .requests = wire->options->requests,
                                .duration_ns = wire->options->duration_ns};
    struct fairness found = {0};
    gdx_status status = questions_make(&wire->questions, light, &wire->phrases, err);
    if (status == GDX_OK)
        status = fairness_run(&load, &wire->phrases, &found, err);
    if (status == GDX_OK)
        print_fairness(wire, &found);
    return status;
}

static bool wants_fairness(const struct wire *wire) {
    return wire->options->methods ? is_named(wire->options->methods, fairness_name) : wire->options->phrases != NULL;
}

// ---- from start to end

static gdx_status find_server(struct wire *wire, gdx_error *err) {
    const gdx_bench_wire_options *options = wire->options;
    if (options->server) {
        wire->server = options->server;
        wire->process = options->server_process;
        return GDX_OK;
    }
    // 64 x 32 scans at once are more than a server lets in by default.
    const char *const arguments[] = {options->program, "serve",  "--index",     options->directory, "--listen",
                                     "127.0.0.1:0",    "--json", "--read-only", "--max-exports",    "2048",
                                     "--log-format",   "none",   NULL};
    gdx_status status = child_start(&wire->child, arguments, "/dev/null", err);
    wire->server = wire->child.address;
    wire->process = wire->child.process;
    return status;
}

gdx_status gdx_bench_wire(const gdx_bench_wire_options *options, FILE *to, gdx_error *err) {
    struct wire wire = {.options = options, .to = to};
    gdx_status status = check_names(options->methods, err);
    if (status == GDX_OK && options->phrases)
        status = phrases_read(&wire.phrases, options->phrases, err);
    if (status == GDX_OK)
        status = find_server(&wire, err);
    if (status == GDX_OK)
        print_head(&wire);
    for (size_t i = 0; i < METHODS && status == GDX_OK; i++) {
        if (is_wanted(&wire, &methods[i]))
            status = measure_method(&wire, &methods[i], err);
    }
    if (status == GDX_OK && wants_fairness(&wire))
        status = measure_fairness(&wire, err);
    child_stop(&wire.child);
    questions_clear(&wire.questions);
    phrases_clear(&wire.phrases);
    return status;
}
