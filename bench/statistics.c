// SPDX-License-Identifier: Apache-2.0
// statistics.c: how long each statistic takes over an index. A method is a row of `methods`: a question that is asked
// anew in each run. Those that use several threads are measured with 1, 2, 4, ...; the others with one.
// By default A is the second half of 2024 and B the twelve months before it: in 1,000 MB of generated text, which is
// dated 2010 to 2024, these are about 10 and 20 million symbols.

#include "gdx/bench.h"

#include "measure.h"

#include "gdx/index.h"
#include "gdx/kwic.h"
#include "gdx/memory.h"
#include "gdx/reprints.h"
#include "gdx/segment.h"
#include "gdx/statistics.h"
#include "gdx/text.h"
#include "gdx/utf8.h"

#include <inttypes.h>

enum {
    LIMIT = 30,
    LINES = 100,
    CONTEXT_SYMBOLS = 30,
    UNITS_LEAST = 8,
    DOCUMENTS_LEAST = 5,
    LETTERS_LEAST = 2,
    NGRAM_LETTERS = 8,
    WINDOW = 10,
    QUOTED_BYTES = 60000, // 20,000 characters of Chinese, in pieces of 40
    PIECE_BYTES = 120,
    CACHE_BYTES = 1 << 20,
    MEMORY_SHARE = 2
};

struct asking {
    gdx_searcher *searcher;
    gdx_snapshot *snapshot;
    gdx_executor *executor;
    gdx_query *query, *a, *b;
    gdx_buffer quoted;
};

struct answer {
    uint64_t rows; // that it has
    uint64_t of;   // what it is of: letters that were read, or documents
};

// ---- the methods

static gdx_status contrast(const struct asking *asking, struct answer *out, gdx_error *err) {
    GDX_AUTO(gdx_contrast) made = NULL;
    const gdx_contrast_options options = {.shortest = LETTERS_LEAST,
                                          .longest = GDX_STRING_LETTERS_MOST,
                                          .units_least = UNITS_LEAST,
                                          .limit = LIMIT,
                                          .executor = asking->executor};
    gdx_status status =
        gdx_contrast_compute(asking->searcher, asking->snapshot, asking->a, asking->b, &options, NULL, &made, err);
    if (status == GDX_OK)
        *out = (struct answer){made->group_count, made->letters_a + made->letters_b};
    return status;
}

static gdx_status ngrams(const struct asking *asking, struct answer *out, gdx_error *err) {
    GDX_AUTO(gdx_ngrams) made = NULL;
    const gdx_ngrams_options options = {.shortest = LETTERS_LEAST,
                                        .longest = NGRAM_LETTERS,
                                        .documents_least = DOCUMENTS_LEAST,
                                        .limit = LIMIT,
                                        .executor = asking->executor};
    gdx_status status = gdx_ngrams_compute(asking->searcher, asking->snapshot, asking->a, &options, NULL, &made, err);
    if (status == GDX_OK)
        *out = (struct answer){made->row_count, made->letters};
    return status;
}

static gdx_status trend(const struct asking *asking, struct answer *out, gdx_error *err) {
    GDX_AUTO(gdx_trend) made = NULL;
    gdx_status status = gdx_trend_compute(asking->searcher, asking->snapshot, asking->query,
                                          &(gdx_trend_options){.by = GDX_BY_MONTH}, NULL, &made, err);
    if (status == GDX_OK)
        *out = (struct answer){made->all.row_count, gdx_snapshot_documents(asking->snapshot)};
    return status;
}

static gdx_status facets(const struct asking *asking, struct answer *out, gdx_error *err) {
    static const gdx_facet_by by[] = {{.group = GDX_BY_SOURCE}, {.group = GDX_BY_YEAR}, {.group = GDX_BY_DAY}};
    GDX_AUTO(gdx_facets) made = NULL;
    gdx_status status = gdx_facets_compute(asking->searcher, asking->snapshot, asking->query, by,
                                           sizeof by / sizeof *by, NULL, &made, err);
    if (status != GDX_OK)
        return status;
    *out = (struct answer){.of = gdx_snapshot_documents(asking->snapshot)};
    for (size_t i = 0; i < made->facet_count; i++)
        out->rows += made->facets[i].row_count;
    return GDX_OK;
}

static gdx_status dispersion(const struct asking *asking, struct answer *out, gdx_error *err) {
    GDX_AUTO(gdx_dispersion) made = NULL;
    gdx_status status = gdx_dispersion_compute(asking->searcher, asking->snapshot, asking->query, GDX_BY_MONTH, LIMIT,
                                               NULL, &made, err);
    if (status == GDX_OK)
        *out = (struct answer){made->row_count, gdx_snapshot_documents(asking->snapshot)};
    return status;
}

static gdx_status neighbours(const struct asking *asking, struct answer *out, gdx_error *err) {
    GDX_AUTO(gdx_neighbours) made = NULL;
    const gdx_neighbours_options options = {
        .is_left = true, .length = LETTERS_LEAST, .limit = LIMIT, .executor = asking->executor};
    gdx_status status =
        gdx_neighbours_compute(asking->searcher, asking->snapshot, asking->query, &options, NULL, &made, err);
    if (status == GDX_OK)
        *out = (struct answer){made->row_count, made->occurrences};
    return status;
}

static gdx_status collocates(const struct asking *asking, struct answer *out, gdx_error *err) {
    GDX_AUTO(gdx_collocates) made = NULL;
    const gdx_collocates_options options = {.window = WINDOW, .limit = LIMIT, .executor = asking->executor};
    gdx_status status =
        gdx_collocates_compute(asking->searcher, asking->snapshot, asking->query, &options, NULL, &made, err);
    if (status == GDX_OK)
        *out = (struct answer){made->row_count, made->occurrences};
    return status;
}

// A page, by what follows.
static gdx_status kwic(const struct asking *asking, struct answer *out, gdx_error *err) {
    GDX_AUTO(gdx_kwic) made = NULL;
    const gdx_kwic_options options = {
        .keys = {GDX_KWIC_RIGHT}, .key_count = 1, .limit = LINES, .context_symbols = CONTEXT_SYMBOLS};
    gdx_status status = gdx_kwic_compute(asking->searcher, asking->snapshot, asking->query, &options, &made, err);
    if (status == GDX_OK)
        *out = (struct answer){made->line_count, made->sorted};
    return status;
}

static gdx_status count_groups(void *context, const gdx_reprint_table *table, gdx_error *err) {
    (void)err;
    *(struct answer *)context = (struct answer){table->group_count, table->count};
    return GDX_OK;
}

// As `gramdex reprints --build`, but for the commit.
static gdx_status reprints(const struct asking *asking, struct answer *out, gdx_error *err) {
    const gdx_reprints_options options = {.jaccard = GDX_REPRINTS_JACCARD,
                                          .within_days = GDX_REPRINTS_DAYS,
                                          .memory_bytes = gdx_memory_allowed() / MEMORY_SHARE,
                                          .executor = asking->executor};
    return gdx_reprints_find(asking->snapshot, &options, NULL, count_groups, out, err);
}

static gdx_status quote(const struct asking *asking, struct answer *out, gdx_error *err) {
    GDX_AUTO(gdx_quotations) made = NULL;
    const gdx_quote_options options = {.id = {"", 0}};
    gdx_status status = gdx_quotations_check(asking->searcher, asking->snapshot, gdx_buffer_slice(&asking->quoted),
                                             &options, NULL, &made, err);
    if (status == GDX_OK)
        *out = (struct answer){made->quotation_count, asking->quoted.bytes};
    return status;
}

static const struct method {
    const char *name;
    const char *of;
    bool has_threads;
    gdx_status (*ask)(const struct asking *asking, struct answer *out, gdx_error *err);
} methods[] = {
    {"contrast", "letters", true, contrast},
    {"ngrams", "letters", true, ngrams},
    {"neighbours", "occurrences", true, neighbours},
    {"collocates", "occurrences", true, collocates},
    {"kwic", "occurrences", false, kwic},
    {"trend", "documents", false, trend},
    {"facets", "documents", false, facets},
    {"dispersion", "documents", false, dispersion},
    {"reprints", "documents", true, reprints},
    {"quote", "bytes", false, quote},
};
enum { METHODS = sizeof methods / sizeof *methods };

// ---- which of them

// `list`: names between commas; NULL: all. *out has a bit for each.
static gdx_status choose(const char *list, unsigned *out, gdx_error *err) {
    *out = list ? 0 : ~0u;
    for (const char *at = list; at && *at;) {
        size_t bytes = strcspn(at, ","), i = 0;
        while (i < METHODS && (strlen(methods[i].name) != bytes || memcmp(methods[i].name, at, bytes) != 0))
            i++;
        if (i == METHODS)
            return gdx_fail(err, GDX_INVALID,
                            "\"%.*s\" is no statistic: expected contrast, ngrams, neighbours, collocates, kwic, trend, "
                            "facets, dispersion, reprints or quote",
                            (int)bytes, at);
        *out |= 1u << i;
        at += bytes + (at[bytes] == ',');
    }
    return GDX_OK;
}

// ---- measuring

static void print(const gdx_bench_options *options, const struct method *method, unsigned threads,
                  const struct answer *answer, struct samples *samples, uint64_t best_cpu, FILE *to) {
    double median = (double)samples_quantile(samples, 0.5) / 1e6, best = (double)samples_quantile(samples, 0) / 1e6;
    fprintf(to,
            options->json ? "{\"figure\":\"statistic\",\"method\":\"%s\",\"threads\":%u,\"ms\":%.3f,\"ms_best\":%.3f,"
                            "\"cpu_ms\":%.3f,\"peak_bytes\":%" PRIu64 ",\"rows\":%" PRIu64 ",\"of\":%" PRIu64
                            ",\"of_what\":\"%s\"}\n"
                          : "%-12s %2u threads: median %10.3f ms, best %10.3f ms, processor %10.3f ms, peak %" PRIu64
                            " bytes; %" PRIu64 " rows of %" PRIu64 " %s\n",
            method->name, threads, median, best, (double)best_cpu / 1e6, peak_bytes(), answer->rows, answer->of,
            method->of);
    fflush(to);
}

static gdx_status measure(const gdx_bench_options *options, const struct method *method, const struct asking *asking,
                          unsigned threads, FILE *to, gdx_error *err) {
    struct samples samples = {0};
    struct answer answer = {0};
    uint64_t best_cpu = UINT64_MAX;
    gdx_status status = method->ask(asking, &answer, err); // warm
    peak_reset();
    for (unsigned i = 0; i < options->runs && status == GDX_OK; i++) {
        uint64_t cpu = processor_ns(), begin = gdx_now_ns();
        status = method->ask(asking, &answer, err);
        uint64_t took = gdx_now_ns() - begin, used = processor_ns() - cpu;
        best_cpu = used < best_cpu ? used : best_cpu;
        if (status == GDX_OK && samples_add(&samples, took) != GDX_OK)
            status = gdx_fail_memory(err, "the times");
    }
    if (status == GDX_OK)
        print(options, method, threads, &answer, &samples, best_cpu, to);
    samples_clear(&samples);
    return status;
}

static gdx_status measure_by_threads(const gdx_bench_options *options, const struct method *method,
                                     struct asking *asking, FILE *to, gdx_error *err) {
    unsigned most = method->has_threads ? options->most_threads : 1;
    gdx_status status = GDX_OK;
    for (unsigned threads = 1; threads <= most && status == GDX_OK; threads *= 2) {
        status = gdx_executor_new(threads, &asking->executor, err);
        if (status == GDX_OK)
            status = measure(options, method, asking, threads, to, err);
        gdx_executor_free(GDX_TAKE(asking->executor));
    }
    return status;
}

// ---- a text to check: pieces of documents that lie evenly over the index, without quotation marks

static bool may_quote(gdx_slice piece) {
    static const char *const marks[] = {"\"", "“", "”", "「", "」", "『", "』", "《", "»", "«"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memmem(piece.data, piece.bytes, marks[i], strlen(marks[i])))
            return false;
    return true;
}

static gdx_slice piece_of(gdx_slice text) {
    size_t from = text.bytes / 2, to = from + PIECE_BYTES;
    if (to >= text.bytes)
        return (gdx_slice){"", 0};
    while (gdx_utf8_continues((uint8_t)text.data[from]))
        from--;
    while (gdx_utf8_continues((uint8_t)text.data[to]))
        to--;
    return (gdx_slice){text.data + from, to - from};
}

static gdx_status quote_segment(struct asking *asking, gdx_segment *segment, size_t bytes, gdx_store_reader *reader,
                                gdx_error *err) {
    uint32_t count = gdx_segment_info_of(segment)->document_count;
    uint32_t step = count / (uint32_t)(2 * bytes / PIECE_BYTES + 1) + 1;
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; d < count && asking->quoted.bytes < bytes && status == GDX_OK; d += step) {
        gdx_document document;
        status = gdx_store_read(reader, segment, d, &document, err);
        if (status != GDX_OK)
            break;
        gdx_slice piece = piece_of(document.text);
        if (may_quote(piece) && gdx_buffer_append(&asking->quoted, piece.data, piece.bytes) != GDX_OK)
            status = gdx_fail_memory(err, "a text to check");
    }
    return status;
}

static gdx_status make_quoted(struct asking *asking, gdx_error *err) {
    GDX_AUTO(gdx_store_reader) reader = gdx_store_reader_new(CACHE_BYTES);
    size_t segments = gdx_snapshot_segment_count(asking->snapshot);
    gdx_status status = reader ? GDX_OK : gdx_fail_memory(err, "a text to check");
    for (size_t i = 0; i < segments && status == GDX_OK; i++)
        status = quote_segment(asking, gdx_snapshot_segment(asking->snapshot, i)->segment,
                               (QUOTED_BYTES - PIECE_BYTES) * (i + 1) / segments, reader, err);
    return status;
}

// ---- the whole

static gdx_status parse(const char *text, gdx_query **out, gdx_error *err) {
    return gdx_query_parse(gdx_rule_current(), gdx_slice_of(text), out, err);
}

static gdx_status read_queries(const gdx_bench_options *options, struct asking *asking, gdx_error *err) {
    gdx_status status = parse(options->query ? options->query : "产业链", &asking->query, err);
    if (status == GDX_OK)
        status = parse(options->a ? options->a : "date:2024-07..2024-12", &asking->a, err);
    if (status == GDX_OK)
        status = parse(options->b ? options->b : "date:2023-07..2024-06", &asking->b, err);
    return status;
}

static gdx_status measure_all(const gdx_bench_options *options, struct asking *asking, unsigned chosen, FILE *to,
                              gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < METHODS && status == GDX_OK; i++)
        if (chosen >> i & 1)
            status = measure_by_threads(options, &methods[i], asking, to, err);
    return status;
}

gdx_status gdx_bench_statistics(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    struct asking asking = {.searcher = gdx_searcher_new()};
    unsigned chosen = 0;
    gdx_status status = asking.searcher ? choose(options->methods, &chosen, err) : gdx_fail_memory(err, "a searcher");
    if (status == GDX_OK)
        status = read_queries(options, &asking, err);
    if (status == GDX_OK)
        status = gdx_index_open(options->directory, &index, err);
    if (status == GDX_OK) {
        asking.snapshot = gdx_index_snapshot(index);
        status = make_quoted(&asking, err);
    }
    if (status == GDX_OK)
        status = measure_all(options, &asking, chosen, to, err);
    gdx_snapshot_release(asking.snapshot);
    gdx_buffer_clear(&asking.quoted);
    gdx_query_free(asking.query);
    gdx_query_free(asking.a);
    gdx_query_free(asking.b);
    gdx_searcher_free(asking.searcher);
    return status;
}
