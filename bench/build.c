// SPDX-License-Identifier: Apache-2.0
// build.c: indexing and its size, measured as `gramdex index` does it: JSON, folding, fsync and the merge policy
// included; and the merge of many segments into one.

#include "gdx/bench.h"

#include "gdx/batch.h"
#include "gdx/index.h"
#include "measure.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct run { // of one build
    gdx_batch_summary summary;
    uint64_t processor;
    uint64_t kernel; // of it
    uint64_t peak;
};

enum { MERGE_MEMORY = 64 << 20 }; // of the builds that are merged, so that there are some segments to merge

// Only what an index holds is removed: a wrong directory must not cost anybody files.
static gdx_status remove_index(const char *directory, gdx_error *err) {
    static const char *const prefixes[] = {"base", "manifest", "segment-", "deletions-", "lock"};
    DIR *files = opendir(directory);
    if (!files)
        return errno == ENOENT ? GDX_OK : gdx_fail_errno(err, errno, "%s: cannot be listed", directory);
    for (struct dirent *entry; (entry = readdir(files)) != NULL;)
        for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
            if (strncmp(entry->d_name, prefixes[i], strlen(prefixes[i])) == 0)
                unlinkat(dirfd(files), entry->d_name, 0);
    closedir(files);
    return GDX_OK;
}

// Ids are relative to the input's folder, so that the same text gives the same bytes wherever it is.
static gdx_status find_base(const char *input, char base[PATH_MAX], gdx_error *err) {
    const char *slash = strrchr(input, '/');
    char folder[PATH_MAX] = ".";
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - input + 1), input);
    return realpath(folder, base) ? GDX_OK : gdx_fail_errno(err, errno, "%s: cannot be found", folder);
}

static gdx_status build_once(const gdx_bench_options *options, const gdx_batch_options *given, struct run *out,
                             gdx_error *err) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    char base[PATH_MAX];
    gdx_batch_options batch = *given;
    batch.base = base;
    gdx_batch_keep_freed_buffers(&batch);
    gdx_status status = find_base(options->input, base, err);
    if (status == GDX_OK)
        status = remove_index(options->directory, err);
    if (status == GDX_OK)
        status = gdx_index_writer_open(options->directory, &writer, err);
    uint64_t before = processor_ns();
    uint64_t kernel_before = kernel_ns();
    peak_reset();
    if (status == GDX_OK)
        status = gdx_batch_run(writer, &options->input, 1, &batch, &out->summary, err);
    out->processor = processor_ns() - before;
    out->kernel = kernel_ns() - kernel_before;
    out->peak = peak_bytes();
    if (status == GDX_OK && out->summary.refused > 0)
        return gdx_fail(err, GDX_INVALID,
                        "%s: %" PRIu64 " records were refused, a benchmark takes all; see `gramdex index`",
                        options->input, out->summary.refused);
    return status;
}

static int by_elapsed(const void *a, const void *b) {
    uint64_t left = ((const struct run *)a)->summary.elapsed_ns;
    uint64_t right = ((const struct run *)b)->summary.elapsed_ns;
    return (left > right) - (left < right);
}

static double rate(uint64_t bytes, uint64_t ns) { // MB/s, a MB being 10^6 bytes
    return ns ? (double)bytes * 1000.0 / (double)ns : 0;
}

// Worker time by stage; they add up to 1.
struct shares {
    double parse, fold, store, invert, write;
};

static struct shares shares_of(const gdx_batch_summary *s) {
    double all = (double)(s->parse_ns + s->fold_ns + s->store_ns + s->invert_ns + s->write_ns) + 1e-9;
    return (struct shares){(double)s->parse_ns / all, (double)s->fold_ns / all, (double)s->store_ns / all,
                           (double)s->invert_ns / all, (double)s->write_ns / all};
}

static void print_run_json(const struct run *run, const struct run *worst, unsigned threads, FILE *to) {
    const gdx_batch_summary *s = &run->summary;
    struct shares share = shares_of(s);
    fprintf(to,
            "{\"figure\":\"stages\",\"threads\":%u,\"documents\":%" PRIu64 ",\"text_bytes\":%" PRIu64
            ",\"mb_per_s\":%.2f,\"mb_per_s_worst\":%.2f,\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"kernel_seconds\":%.3f"
            ",\"index_bytes\":%" PRIu64 ",\"segments\":%zu,\"peak_bytes\":%" PRIu64,
            threads, s->documents, s->text_bytes, rate(s->text_bytes, s->elapsed_ns),
            rate(s->text_bytes, worst->summary.elapsed_ns), (double)s->elapsed_ns / 1e9, (double)run->processor / 1e9,
            (double)run->kernel / 1e9, s->index_bytes, s->segments, run->peak);
    fprintf(
        to,
        ",\"share\":{\"parse\":%.3f,\"fold\":%.3f,\"store\":%.3f,\"invert\":%.3f,\"write\":%.3f},\"merge_seconds\":%.3f}\n",
        share.parse, share.fold, share.store, share.invert, share.write, (double)s->merge_ns / 1e9);
}

static void print_run(const struct run *run, const struct run *worst, unsigned threads, FILE *to) {
    const gdx_batch_summary *s = &run->summary;
    struct shares share = shares_of(s);
    fprintf(to,
            "%7u %9.1f %9.1f %8.3f %8.3f %6.0f%% %8zu %8.3f %8.0f   %4.0f%% %4.0f%% %4.0f%% %4.0f%% %4.0f%% %7.3f\n",
            threads, rate(s->text_bytes, s->elapsed_ns), rate(s->text_bytes, worst->summary.elapsed_ns),
            (double)s->elapsed_ns / 1e9, (double)run->processor / 1e9,
            100.0 * (double)run->kernel / (double)(run->processor + 1), s->segments,
            (double)s->index_bytes / (double)(s->text_bytes + 1), (double)run->peak / 1e6, 100 * share.parse,
            100 * share.fold, 100 * share.store, 100 * share.invert, 100 * share.write, (double)s->merge_ns / 1e9);
}

static gdx_status bench_threads(const gdx_bench_options *options, unsigned threads, FILE *to, gdx_error *err) {
    struct run *runs = calloc(options->runs, sizeof *runs);
    gdx_batch_options batch = {.threads = threads, .memory_bytes = options->memory_bytes, .merge = true};
    gdx_status status = runs ? GDX_OK : gdx_fail(err, GDX_NO_MEMORY, "no memory for %u runs", options->runs);
    for (unsigned i = 0; status == GDX_OK && i < options->runs; i++)
        status = build_once(options, &batch, &runs[i], err);
    if (status == GDX_OK) {
        qsort(runs, options->runs, sizeof *runs, by_elapsed);
        (options->json ? print_run_json : print_run)(&runs[options->runs / 2], &runs[options->runs - 1], threads, to);
        fflush(to);
    }
    free(runs);
    return status;
}

gdx_status gdx_bench_build(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    if (!options->json)
        fprintf(
            to,
            "indexing %s, median of %u runs; MB are 10^6 bytes of titles and texts\n"
            "threads      MB/s     worst  seconds      CPU  kernel segments  on disk  peak MB   parse  fold store invert write merge s\n",
            options->input, options->runs);
    gdx_status status = GDX_OK;
    for (unsigned threads = 1; status == GDX_OK && threads <= options->most_threads; threads *= 2)
        status = bench_threads(options, threads, to, err);
    return status;
}

// ---- merging

// A merge that loses documents is faster, so all of them must be in the index.
static gdx_status check_documents(gdx_index_writer *writer, const gdx_batch_summary *summary, gdx_error *err) {
    uint64_t found = gdx_snapshot_documents(gdx_index_writer_snapshot(writer));
    uint64_t expected = summary->documents - summary->duplicates;
    return found == expected ? GDX_OK
                             : gdx_fail(err, GDX_INTERNAL, "%" PRIu64 " documents after merging, %" PRIu64 " expected",
                                        found, expected);
}

// Builds segments (not timed), merges them into one (timed).
static gdx_status merge_once(const gdx_bench_options *options, unsigned threads, size_t *out_merged, uint64_t *out_text,
                             uint64_t *out_ns, uint64_t *out_processor, gdx_error *err) {
    struct run run;
    gdx_batch_options batch = {.threads = options->most_threads,
                               .memory_bytes = options->memory_bytes ? options->memory_bytes : MERGE_MEMORY};
    gdx_status status = build_once(options, &batch, &run, err);
    if (status != GDX_OK)
        return status;
    *out_text = run.summary.text_bytes;
    GDX_AUTO(gdx_index_writer) writer = NULL;
    status = gdx_index_writer_open(options->directory, &writer, err);
    gdx_merge_options merge = {.to_one = true};
    if (status == GDX_OK)
        status = gdx_executor_new(threads, &merge.executor, err);
    uint64_t begin = gdx_now_ns();
    uint64_t processor = processor_ns();
    if (status == GDX_OK)
        status = gdx_index_writer_merge(writer, &merge, out_merged, err);
    *out_ns = gdx_now_ns() - begin;
    *out_processor = processor_ns() - processor;
    gdx_executor_free(merge.executor);
    return status == GDX_OK ? check_documents(writer, &run.summary, err) : status;
}

static gdx_status merge_threads(const gdx_bench_options *options, unsigned threads, FILE *to, gdx_error *err) {
    struct samples samples = {0};
    struct samples processor = {0};
    size_t merged = 0;
    uint64_t text_bytes = 0;
    gdx_status status = GDX_OK;
    for (unsigned i = 0; status == GDX_OK && i < options->runs; i++) {
        uint64_t ns = 0;
        uint64_t processor_of_merge = 0;
        status = merge_once(options, threads, &merged, &text_bytes, &ns, &processor_of_merge, err);
        if (status == GDX_OK &&
            (samples_add(&samples, ns) != GDX_OK || samples_add(&processor, processor_of_merge) != GDX_OK))
            status = gdx_fail(err, GDX_NO_MEMORY, "no memory for %u runs", options->runs);
    }
    uint64_t median = samples_quantile(&samples, 0.5);
    if (status == GDX_OK && merged == 0)
        fprintf(to,
                options->json
                    ? "{\"figure\":\"merge\",\"threads\":%u,\"segments\":1,\"mb_per_s\":null,\"seconds\":null}\n"
                    : "%u threads: one segment, nothing to merge\n",
                threads);
    else if (status == GDX_OK)
        fprintf(to,
                options->json
                    ? "{\"figure\":\"merge\",\"threads\":%u,\"segments\":%zu,\"mb_per_s\":%.1f,\"seconds\":%.3f"
                      ",\"cpu_seconds\":%.3f}\n"
                    : "%u threads: %zu segments into one, %.1f MB/s of text, %.3f s, %.3f s of processors\n",
                threads, merged, rate(text_bytes, median), (double)median / 1e9,
                (double)samples_quantile(&processor, 0.5) / 1e9);
    samples_clear(&samples);
    samples_clear(&processor);
    return status;
}

static void print_parts(const gdx_snapshot *snapshot, uint64_t text_bytes, bool json, FILE *to) {
    const gdx_segment *segment = gdx_snapshot_segment(snapshot, 0)->segment;
    gdx_segment_part parts[GDX_SEGMENT_PARTS_MAX];
    size_t count = gdx_segment_parts(segment, parts);
    uint64_t all = gdx_snapshot_bytes(snapshot);
    fputs(json ? "{\"figure\":\"size\",\"parts\":{" : "\nbytes of the merged index, and share of the text\n", to);
    for (size_t i = 0; i < count; i++) {
        if (json)
            fprintf(to, "%s\"%s\":%" PRIu64, i ? "," : "", parts[i].name, parts[i].bytes);
        else
            fprintf(to, "%-28s %12" PRIu64 " %7.4f\n", parts[i].name, parts[i].bytes,
                    (double)parts[i].bytes / (double)text_bytes);
    }
    fprintf(to,
            json ? "},\"terms\":%u,\"positions\":%u,\"bytes\":%" PRIu64 ",\"text_bytes\":%" PRIu64 ",\"ratio\":%.4f}\n"
                 : "%u terms, %u positions; all files: %" PRIu64 " bytes for %" PRIu64 " bytes of text: %.4f\n",
            gdx_segment_term_count(segment), gdx_segment_info_of(segment)->position_count, all, text_bytes,
            (double)all / (double)text_bytes);
}

gdx_status gdx_bench_merge(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (unsigned threads = 1; status == GDX_OK && threads <= options->most_threads; threads *= 2)
        status = merge_threads(options, threads, to, err);
    GDX_AUTO(gdx_index) index = NULL;
    if (status == GDX_OK)
        status = gdx_index_open(options->directory, &index, err);
    if (status != GDX_OK)
        return status;
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    if (gdx_snapshot_segment_count(snapshot) > 0)
        print_parts(snapshot, gdx_segment_info_of(gdx_snapshot_segment(snapshot, 0)->segment)->text_bytes,
                    options->json, to);
    gdx_snapshot_release(snapshot);
    return GDX_OK;
}
