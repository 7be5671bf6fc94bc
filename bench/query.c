// SPDX-License-Identifier: Apache-2.0
// query.c: the phrase set asked of an index: are the answers true, and how long do they take, by kind, length and
// frequency. Warm: one pass over all queries is not timed, then three are, and a query counts with its median. Passes
// go in file order, so that no query finds its data in the cache from just before.

#include "gdx/bench.h"

#include "ask.h"
#include "measure.h"
#include "truth.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    PASSES = 3,
    COMMON_PASSES = 21,
    SLOW_PASS_SECONDS = 10,
    SLOW_COMMON_SECONDS = 3,
    LONG_PASSES = 5,
    LENGTHS = 5,
    FREQUENCIES = 5
};

struct reporter {
    bool json;
    FILE *to;
};

// `occurrences`: of the one query of the group; 0: there are several.
static void print_times(const struct reporter *report, const char *kind, const char *group, struct samples *samples,
                        uint64_t occurrences) {
    double p50 = (double)samples_quantile(samples, 0.5) / 1e6;
    double p99 = (double)samples_quantile(samples, 0.99) / 1e6;
    double p999 = (double)samples_quantile(samples, 0.999) / 1e6;
    if (samples->count > 0)
        fprintf(report->to,
                report->json
                    ? "{\"figure\":\"latency\",\"kind\":\"%s\",\"group\":\"%s\",\"queries\":%zu,\"p50_ms\":%.4f,"
                      "\"p99_ms\":%.4f,\"p999_ms\":%.4f"
                    : "%-22s %-22s %6zu %9.4f %9.4f %9.4f\n",
                kind, group, samples->count, p50, p99, p999);
    if (samples->count > 0 && report->json && occurrences)
        fprintf(report->to, ",\"occurrences\":%" PRIu64, occurrences);
    if (samples->count > 0 && report->json)
        fputs("}\n", report->to);
    fflush(report->to);
}

// ---- every phrase, by kind

struct groups { // of one kind
    struct samples all;
    struct samples lengths[LENGTHS];
    struct samples frequencies[FREQUENCIES];
};

static unsigned length_group(unsigned symbols) {
    return symbols == 1 ? 0 : symbols == 2 ? 1 : symbols <= 5 ? 2 : symbols <= 10 ? 3 : 4;
}

static unsigned frequency_group(uint64_t occurrences) {
    return occurrences < 10 ? 0 : occurrences < 100 ? 1 : occurrences < 1000 ? 2 : occurrences < 10000 ? 3 : 4;
}

static gdx_status add_time(struct groups *groups, const struct phrase *phrase, uint64_t ns) {
    gdx_status status = samples_add(&groups->all, ns);
    if (status == GDX_OK)
        status = samples_add(&groups->lengths[length_group(phrase->symbols)], ns);
    if (status == GDX_OK)
        status = samples_add(&groups->frequencies[frequency_group(phrase->occurrences)], ns);
    return status;
}

static void clear_groups(struct groups *groups) {
    samples_clear(&groups->all);
    for (size_t i = 0; i < LENGTHS; i++)
        samples_clear(&groups->lengths[i]);
    for (size_t i = 0; i < FREQUENCIES; i++)
        samples_clear(&groups->frequencies[i]);
}

static void print_groups(const struct reporter *report, enum kind kind, struct groups *groups) {
    static const char *const lengths[LENGTHS] = {"1 symbol", "2 symbols", "3 to 5", "6 to 10", "11 to 20"};
    static const char *const frequencies[FREQUENCIES] = {"below 10 hits", "10 to 99", "100 to 999", "1000 to 9999",
                                                         "10000 and more"};
    print_times(report, kind_name(kind), "all", &groups->all, 0);
    if (kind != COUNT && kind != TOP_TEN)
        return;
    for (size_t i = 0; i < LENGTHS; i++)
        print_times(report, kind_name(kind), lengths[i], &groups->lengths[i], 0);
    for (size_t i = 0; i < FREQUENCIES; i++)
        print_times(report, kind_name(kind), frequencies[i], &groups->frequencies[i], 0);
}

// times[i * PASSES + pass] of query i; *out_passes of them. The first pass warms up and is counted only when it has
// taken so long that no other follows.
static gdx_status ask_all(struct asker *asker, enum kind kind, uint64_t *times, size_t *out_passes, gdx_error *err) {
    uint64_t begin = gdx_now_ns();
    *out_passes = 0;
    for (int pass = -1; pass < PASSES; pass++) {
        for (size_t i = 0; i < asker->phrases->count; i++) {
            uint64_t ns;
            gdx_totals totals;
            gdx_status status = ask(asker, i, kind, &ns, &totals, err);
            if (status != GDX_OK)
                return status;
            times[i * PASSES + (size_t)(pass < 0 ? 0 : pass)] = ns;
        }
        *out_passes = pass < 0 ? 1 : (size_t)pass + 1;
        if (gdx_now_ns() - begin > SLOW_PASS_SECONDS * UINT64_C(1000000000))
            break;
    }
    return GDX_OK;
}

static gdx_status bench_kind(struct asker *asker, enum kind kind, const struct reporter *report, gdx_error *err) {
    struct groups groups = {0};
    uint64_t *times = calloc(asker->phrases->count, PASSES * sizeof *times);
    size_t pass_count = 0;
    gdx_status status =
        times ? ask_all(asker, kind, times, &pass_count, err) : gdx_fail(err, GDX_NO_MEMORY, "no memory for times");
    for (size_t i = 0; status == GDX_OK && i < asker->phrases->count; i++) {
        struct samples passes = {.values = times + i * PASSES, .count = pass_count};
        if (add_time(&groups, &asker->phrases->items[i], samples_quantile(&passes, 0.5)) != GDX_OK)
            status = gdx_fail(err, GDX_NO_MEMORY, "no memory for times");
    }
    if (status == GDX_OK)
        print_groups(report, kind, &groups);
    clear_groups(&groups);
    free(times);
    return status;
}

// ---- the truth

static gdx_status bench_truth(struct asker *asker, const struct reporter *report, gdx_error *err) {
    size_t exact = 0;
    for (size_t i = 0; i < asker->phrases->count; i++) {
        const struct phrase *phrase = &asker->phrases->items[i];
        uint64_t ns;
        gdx_totals found;
        gdx_status status = ask(asker, i, COUNT, &ns, &found, err);
        if (status != GDX_OK)
            return status;
        bool is_exact = found.documents == phrase->documents && found.occurrences == phrase->occurrences;
        exact += is_exact;
        if (!is_exact)
            fprintf(stderr,
                    "differs: %.*s: %" PRIu64 " in %" PRIu64 " documents, a scan finds %" PRIu64 " in %" PRIu64 "\n",
                    GDX_SLICE_ARGUMENTS(phrase->query), found.occurrences, found.documents, phrase->occurrences,
                    phrase->documents);
    }
    fprintf(report->to,
            report->json ? "{\"figure\":\"truth\",\"exact\":%zu,\"of\":%zu}\n"
                         : "%zu of %zu phrases have the documents and occurrences that a plain scan finds\n",
            exact, asker->phrases->count);
    return GDX_OK;
}

// ---- the worst cases by name

static gdx_status bench_common(struct asker *asker, enum kind kind, const char *text, const struct reporter *report,
                               gdx_error *err) {
    struct samples samples = {0};
    gdx_totals totals = {0};
    gdx_status status = GDX_OK;
    uint64_t begin = gdx_now_ns();
    for (int pass = 0; status == GDX_OK && pass <= COMMON_PASSES; pass++) {
        if (pass > 1 && gdx_now_ns() - begin > SLOW_COMMON_SECONDS * UINT64_C(1000000000))
            break;
        uint64_t ns = 0;
        status = ask_text(asker, gdx_slice_of(text), kind, &ns, &totals, err);
        if (status == GDX_OK && pass > 0 && samples_add(&samples, ns) != GDX_OK)
            status = gdx_fail(err, GDX_NO_MEMORY, "no memory for times");
    }
    if (status == GDX_OK)
        print_times(report, kind_name(kind), text, &samples, totals.occurrences);
    samples_clear(&samples);
    return status;
}

static gdx_status bench_all_common(struct asker *asker, const struct reporter *report, gdx_error *err) {
    static const char *const queries[] = {"的", "，", "发展", "的 NEAR/5 和", "发展 NEAR/20 经济", "的 OR 和 OR 在",
                                          "1*"};
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
        for (int kind = COUNT; status == GDX_OK && kind <= TOP_TEN; kind++)
            status = bench_common(asker, (enum kind)kind, queries[i], report, err);
    return status;
}

// ---- what takes long, by one thread and with others lent

static const char *const long_queries[] = {"发展", "的 NEAR/5 和", "1*", "exact:发展", "bridge:经济发展"};
enum { LONG_QUERIES = sizeof long_queries / sizeof long_queries[0], SHARE_AFTER_NS = 2000000 };

static gdx_status time_long(struct asker *asker, gdx_executor *executor, const char *text, uint64_t *out_ns,
                            gdx_error *err) {
    struct samples samples = {0};
    gdx_totals totals = {0};
    gdx_status status = GDX_OK;
    gdx_searcher_lend_threads(asker->searcher, executor, SHARE_AFTER_NS);
    for (int pass = 0; status == GDX_OK && pass <= LONG_PASSES; pass++) {
        uint64_t ns = 0;
        status = ask_text(asker, gdx_slice_of(text), COUNT, &ns, &totals, err);
        if (status == GDX_OK && pass > 0 && samples_add(&samples, ns) != GDX_OK)
            status = gdx_fail(err, GDX_NO_MEMORY, "no memory for times");
    }
    gdx_searcher_lend_threads(asker->searcher, NULL, 0);
    *out_ns = samples_quantile(&samples, 0.5);
    samples_clear(&samples);
    return status;
}

static gdx_status bench_lent(struct asker *asker, unsigned threads, const struct reporter *report, gdx_error *err) {
    GDX_AUTO(gdx_executor) executor = NULL;
    gdx_status status = gdx_executor_new(threads, &executor, err);
    for (size_t i = 0; i < LONG_QUERIES && status == GDX_OK; i++) {
        uint64_t one_ns = 0, lent_ns = 0;
        status = time_long(asker, NULL, long_queries[i], &one_ns, err);
        if (status == GDX_OK)
            status = time_long(asker, executor, long_queries[i], &lent_ns, err);
        if (status == GDX_OK)
            fprintf(report->to,
                    report->json
                        ? "{\"figure\":\"lent\",\"group\":\"%s\",\"one_ms\":%.4f,\"threads\":%u,\"lent_ms\":%.4f}\n"
                        : "count %-22s one thread %9.4f ms, with all %u %9.4f ms\n",
                    long_queries[i], (double)one_ns / 1e6, threads, (double)lent_ns / 1e6);
    }
    return status;
}

// ---- all threads

static gdx_status bench_throughput(const struct asker *asker, unsigned threads, const struct reporter *report,
                                   gdx_error *err) {
    gdx_status status = GDX_OK;
    for (int kind = COUNT; status == GDX_OK && kind < KINDS; kind++) {
        double per_second = 0;
        status = throughput(asker, (enum kind)kind, threads, &per_second, err);
        if (status == GDX_OK)
            fprintf(report->to,
                    report->json ? "{\"figure\":\"throughput\",\"kind\":\"%s\",\"threads\":%u,\"per_second\":%.0f}\n"
                                 : "%-22s %u threads: %.0f a second\n",
                    kind_name((enum kind)kind), threads, per_second);
    }
    return status;
}

static gdx_status bench_all(struct asker *asker, const gdx_bench_options *options, FILE *to, gdx_error *err) {
    struct reporter report = {options->json, to};
    gdx_status status = bench_truth(asker, &report, err);
    if (!options->json)
        fprintf(to, "%-22s %-22s %6s %9s %9s %9s\n", "kind", "group", "count", "p50 ms", "p99 ms", "p99.9 ms");
    for (int kind = 0; status == GDX_OK && kind < KINDS; kind++)
        status = bench_kind(asker, (enum kind)kind, &report, err);
    if (status == GDX_OK)
        status = bench_all_common(asker, &report, err);
    if (status == GDX_OK && options->most_threads > 1)
        status = bench_lent(asker, options->most_threads, &report, err);
    for (unsigned threads = 1; status == GDX_OK && threads <= options->most_threads; threads *= 2)
        status = bench_throughput(asker, threads, &report, err);
    return status;
}

gdx_status gdx_bench_query(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    struct phrases phrases = {0};
    GDX_AUTO(gdx_index) index = NULL;
    gdx_status status = phrases_read(&phrases, options->input, err);
    if (status == GDX_OK)
        status = gdx_index_open(options->directory, &index, err);
    struct asker asker = {.phrases = &phrases, .searcher = gdx_searcher_new()};
    if (status == GDX_OK && !asker.searcher)
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory for a searcher");
    if (status == GDX_OK) {
        asker.snapshot = gdx_index_snapshot(index);
        status = bench_all(&asker, options, to, err);
    }
    gdx_snapshot_release(asker.snapshot);
    gdx_searcher_free(asker.searcher);
    gdx_buffer_clear(&asker.text);
    phrases_clear(&phrases);
    return status;
}

gdx_status gdx_bench_phrases(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    struct phrases phrases = {0};
    gdx_status status = phrases_draw(&phrases, options->input, options->phrase_count, options->seed, err);
    if (status == GDX_OK)
        status = truth_find(&phrases, options->input, err);
    if (status == GDX_OK)
        status = phrases_write(&phrases, to, err);
    phrases_clear(&phrases);
    return status;
}
