// SPDX-License-Identifier: Apache-2.0
// query.c: latency of queries over phrases that occur, by what is asked, by length and by frequency; and of opening.
// Warm: each query of a set is asked once before it is timed, once. Parsing is part of the time.

#include "gdx/bench.h"

#include "gdx/query.h"
#include "measure.h"
#include "phrases.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

enum kind { COUNT, TOP_TEN, BOTH, NEAR, TREND, KINDS };
static const char *const kind_names[KINDS] = {"count", "top 10 with snippets", "a AND b", "a NEAR/20 b",
                                              "trend by month"};

struct bench { // one thread's own
    gdx_snapshot *snapshot;
    gdx_searcher *searcher;
    const struct phrases *phrases;
};

static gdx_status ask(struct bench *bench, const gdx_query *query, enum kind kind, uint64_t *out_occurrences,
                      gdx_error *err) {
    gdx_stop stop = {0};
    gdx_status status;
    if (kind == TOP_TEN) {
        GDX_AUTO(gdx_results) results = NULL;
        gdx_search_options options = {.limit = 10, .snippet_symbols = 20, .match_limit = 10};
        status = gdx_search(bench->searcher, bench->snapshot, query, &options, &results, err);
        if (status == GDX_OK)
            *out_occurrences = results->occurrences;
    } else if (kind == TREND) {
        GDX_AUTO(gdx_trend) trend = NULL;
        status = gdx_trend_compute(bench->searcher, bench->snapshot, query, GDX_BY_MONTH, &stop, &trend, err);
        if (status == GDX_OK)
            *out_occurrences = trend->totals.occurrences;
    } else {
        gdx_totals totals;
        status = gdx_count(bench->searcher, bench->snapshot, query, &stop, &totals, err);
        if (status == GDX_OK)
            *out_occurrences = totals.occurrences;
    }
    return status;
}

static gdx_status ask_timed(struct bench *bench, gdx_slice text, enum kind kind, uint64_t *out_ns,
                            uint64_t *out_occurrences, gdx_error *err) {
    uint64_t begin = gdx_now_ns();
    GDX_AUTO(gdx_query) query = NULL;
    gdx_status status = gdx_query_parse(text, &query, err);
    if (status == GDX_OK)
        status = ask(bench, query, kind, out_occurrences, err);
    *out_ns = gdx_now_ns() - begin;
    return status;
}

// The i-th query of a kind: two phrases of neighbouring lengths where two are needed.
static gdx_status query_text(const struct phrases *phrases, size_t i, enum kind kind, gdx_buffer *out) {
    out->bytes = 0;
    gdx_slice first = phrases->items[i].query;
    gdx_slice second = phrases->items[(i + 20) % phrases->count].query;
    if (kind == BOTH || kind == NEAR)
        return gdx_buffer_append_format(out, "%.*s %s %.*s", GDX_SLICE_ARGUMENTS(first),
                                        kind == NEAR ? "NEAR/20" : "AND", GDX_SLICE_ARGUMENTS(second));
    return gdx_buffer_append(out, first.data, first.bytes);
}

struct group { // queries that are reported together
    const char *name;
    struct samples samples;
};

static void print_group(struct group *group, const char *kind, bool json, FILE *to) {
    if (group->samples.count == 0)
        return;
    double p50 = (double)samples_quantile(&group->samples, 0.5) / 1e6;
    double p99 = (double)samples_quantile(&group->samples, 0.99) / 1e6;
    double p999 = (double)samples_quantile(&group->samples, 0.999) / 1e6;
    if (json)
        fprintf(
            to,
            "{\"bench\":\"query\",\"kind\":\"%s\",\"group\":\"%s\",\"queries\":%zu,\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"p999_ms\":%.4f}\n",
            kind, group->name, group->samples.count, p50, p99, p999);
    else
        fprintf(to, "%-22s %-22s %6zu %9.4f %9.4f %9.4f\n", kind, group->name, group->samples.count, p50, p99, p999);
}

static unsigned length_group(unsigned symbols) {
    return symbols == 1 ? 0 : symbols == 2 ? 1 : symbols <= 5 ? 2 : symbols <= 10 ? 3 : 4;
}

static unsigned frequency_group(uint64_t occurrences) {
    return occurrences < 10 ? 0 : occurrences < 100 ? 1 : occurrences < 1000 ? 2 : occurrences < 10000 ? 3 : 4;
}

static gdx_status bench_kind(struct bench *bench, enum kind kind, bool json, FILE *to, gdx_error *err) {
    struct group all = {"all", {0}};
    struct group lengths[] = {
        {"1 symbol", {0}}, {"2 symbols", {0}}, {"3 to 5", {0}}, {"6 to 10", {0}}, {"11 to 20", {0}}};
    struct group frequencies[] = {
        {"below 10 hits", {0}}, {"10 to 99", {0}}, {"100 to 999", {0}}, {"1000 to 9999", {0}}, {"10000 and more", {0}}};
    gdx_buffer text = {0};
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < bench->phrases->count; i++) {
        uint64_t ns = 0;
        uint64_t occurrences = 0;
        status = query_text(bench->phrases, i, kind, &text);
        for (int pass = 0; status == GDX_OK && pass < 2; pass++)
            status = ask_timed(bench, gdx_buffer_slice(&text), kind, &ns, &occurrences, err);
        if (status == GDX_OK)
            status = samples_add(&all.samples, ns);
        if (status == GDX_OK)
            status = samples_add(&lengths[length_group(bench->phrases->items[i].symbols)].samples, ns);
        if (status == GDX_OK)
            status = samples_add(&frequencies[frequency_group(occurrences)].samples, ns);
    }
    bool has_groups = kind == COUNT || kind == TOP_TEN;
    if (status == GDX_OK)
        print_group(&all, kind_names[kind], json, to);
    for (size_t i = 0; i < 5; i++) {
        if (status == GDX_OK && has_groups)
            print_group(&lengths[i], kind_names[kind], json, to);
        samples_clear(&lengths[i].samples);
    }
    for (size_t i = 0; i < 5; i++) {
        if (status == GDX_OK && has_groups)
            print_group(&frequencies[i], kind_names[kind], json, to);
        samples_clear(&frequencies[i].samples);
    }
    samples_clear(&all.samples);
    gdx_buffer_clear(&text);
    return status;
}

// ---- the worst cases by name

static gdx_status bench_common(struct bench *bench, bool json, FILE *to, gdx_error *err) {
    static const char *const queries[] = {"的", "，", "发展", "的 NEAR/5 和", "发展 NEAR/20 经济", "的 OR 和 OR 在",
                                          "1*"};
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < sizeof queries / sizeof queries[0]; i++) {
        uint64_t occurrences = 0;
        for (int kind = COUNT; status == GDX_OK && kind <= TOP_TEN; kind++) {
            struct group group = {queries[i], {0}};
            for (int pass = 0; status == GDX_OK && pass < 12; pass++) {
                uint64_t ns = 0;
                status = ask_timed(bench, gdx_slice_of(queries[i]), (enum kind)kind, &ns, &occurrences, err);
                if (status == GDX_OK && pass > 0)
                    status = samples_add(&group.samples, ns);
            }
            if (status == GDX_OK)
                print_group(&group, kind_names[kind], json, to);
            samples_clear(&group.samples);
        }
    }
    return status;
}

// ---- all processors at once

struct thread {
    pthread_t handle;
    struct bench bench;
    gdx_error error;
    gdx_status status;
};

static void *count_all(void *argument) {
    struct thread *thread = argument;
    for (size_t i = 0; thread->status == GDX_OK && i < thread->bench.phrases->count; i++) {
        uint64_t ns;
        uint64_t occurrences;
        thread->status =
            ask_timed(&thread->bench, thread->bench.phrases->items[i].query, COUNT, &ns, &occurrences, &thread->error);
    }
    return NULL;
}

static gdx_status bench_throughput(const struct bench *bench, unsigned threads, bool json, FILE *to, gdx_error *err) {
    struct thread *all = calloc(threads, sizeof *all);
    if (!all)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for %u threads", threads);
    unsigned started = 0;
    gdx_status status = GDX_OK;
    uint64_t begin = gdx_now_ns();
    for (; status == GDX_OK && started < threads; started++) {
        all[started].bench = *bench;
        all[started].bench.searcher = gdx_searcher_new();
        if (!all[started].bench.searcher || pthread_create(&all[started].handle, NULL, count_all, &all[started]) != 0) {
            gdx_searcher_free(all[started].bench.searcher);
            status = gdx_fail(err, GDX_NO_MEMORY, "thread %u cannot be started", started);
            break;
        }
    }
    for (unsigned i = 0; i < started; i++) {
        pthread_join(all[i].handle, NULL);
        if (all[i].status != GDX_OK && status == GDX_OK) {
            status = all[i].status;
            *err = all[i].error;
        }
        gdx_searcher_free(all[i].bench.searcher);
    }
    double seconds = (double)(gdx_now_ns() - begin) / 1e9;
    if (status == GDX_OK)
        fprintf(to,
                json ? "{\"bench\":\"throughput\",\"threads\":%u,\"counts_per_s\":%.0f}\n"
                     : "%u threads: %.0f counts a second\n",
                threads, (double)threads * (double)bench->phrases->count / seconds);
    free(all);
    return status;
}

static gdx_status bench_open(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    struct samples samples = {0};
    uint64_t grown = 0;
    gdx_status status = GDX_OK;
    for (int pass = 0; status == GDX_OK && pass < 11; pass++) {
        GDX_AUTO(gdx_index) index = NULL;
        uint64_t resident = resident_bytes();
        uint64_t begin = gdx_now_ns();
        status = gdx_index_open(options->directory, &index, err);
        if (status == GDX_OK)
            status = samples_add(&samples, gdx_now_ns() - begin);
        if (pass == 0)
            grown = resident_bytes() - resident;
    }
    if (status == GDX_OK)
        fprintf(to,
                options->json ? "{\"bench\":\"open\",\"ms\":%.3f,\"resident_bytes\":%" PRIu64 "}\n"
                              : "opening: %.3f ms, %" PRIu64 " bytes more resident\n",
                (double)samples_quantile(&samples, 0.5) / 1e6, grown);
    samples_clear(&samples);
    return status;
}

static gdx_status bench_all(struct bench *bench, const gdx_bench_options *options, FILE *to, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (!options->json)
        fprintf(to, "%-22s %-22s %6s %9s %9s %9s\n", "kind", "group", "count", "p50 ms", "p99 ms", "p99.9 ms");
    for (int kind = 0; status == GDX_OK && kind < KINDS; kind++)
        status = bench_kind(bench, (enum kind)kind, options->json, to, err);
    if (status == GDX_OK)
        status = bench_common(bench, options->json, to, err);
    for (unsigned threads = 1; status == GDX_OK && threads <= options->most_threads; threads *= 2)
        status = bench_throughput(bench, threads, options->json, to, err);
    return status;
}

gdx_status gdx_bench_query(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    struct texts texts = {0};
    struct phrases phrases = {0};
    gdx_status status = bench_open(options, to, err);
    if (status == GDX_OK)
        status = texts_read(&texts, options->input, err);
    if (status == GDX_OK)
        status = phrases_draw(&phrases, &texts, options->query_count, options->seed, err);
    texts_clear(&texts);
    GDX_AUTO(gdx_index) index = NULL;
    if (status == GDX_OK)
        status = gdx_index_open(options->directory, &index, err);
    struct bench bench = {.phrases = &phrases, .searcher = gdx_searcher_new()};
    if (status == GDX_OK && !bench.searcher)
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory for a searcher");
    if (status == GDX_OK) {
        bench.snapshot = gdx_index_snapshot(index);
        status = bench_all(&bench, options, to, err);
    }
    gdx_snapshot_release(bench.snapshot);
    gdx_searcher_free(bench.searcher);
    phrases_clear(&phrases);
    return status;
}

gdx_status gdx_bench_queries(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    struct texts texts = {0};
    struct phrases phrases = {0};
    gdx_status status = texts_read(&texts, options->input, err);
    if (status == GDX_OK)
        status = phrases_draw(&phrases, &texts, options->query_count, options->seed, err);
    for (size_t i = 0; status == GDX_OK && i < phrases.count; i++)
        fprintf(to, "%.*s\n", GDX_SLICE_ARGUMENTS(phrases.items[i].query));
    phrases_clear(&phrases);
    texts_clear(&texts);
    return status;
}
