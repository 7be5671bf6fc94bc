// SPDX-License-Identifier: Apache-2.0
// build.c: indexing, merging and size, measured as `gramdex index` and `gramdex merge` do them, fsync included.

#include "gdx/bench.h"

#include "gdx/batch.h"
#include "gdx/index.h"
#include "measure.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct run { // of one build
    gdx_batch_summary summary;
    uint64_t processor;
};

// Only what an index holds is removed: a wrong directory must not cost anybody files.
static gdx_status remove_index(const char *directory, gdx_error *err) {
    static const char *const prefixes[] = {"manifest", "segment-", "deletions-", "lock"};
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

static gdx_status build_once(const gdx_bench_options *options, unsigned threads, struct run *out, gdx_error *err) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_status status = remove_index(options->directory, err);
    if (status == GDX_OK)
        status = gdx_index_writer_open(options->directory, &writer, err);
    gdx_batch_options batch = {.threads = threads, .memory_bytes = options->memory_bytes, .merge = true};
    uint64_t before = processor_ns();
    if (status == GDX_OK)
        status = gdx_batch_run(writer, &options->input, 1, &batch, &out->summary, err);
    out->processor = processor_ns() - before;
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

static void print_run(const struct run *run, const struct run *worst, unsigned threads, bool json, FILE *to) {
    const gdx_batch_summary *s = &run->summary;
    double stages = (double)(s->parse_ns + s->fold_ns + s->store_ns + s->invert_ns + s->write_ns) + 1e-9;
    if (json) {
        fprintf(
            to,
            "{\"bench\":\"build\",\"threads\":%u,\"documents\":%" PRIu64 ",\"text_bytes\":%" PRIu64
            ",\"mb_per_s\":%.1f,\"mb_per_s_worst\":%.1f,\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"index_bytes\":%" PRIu64
            ",\"segments\":%zu,\"peak_bytes\":%" PRIu64
            ",\"share\":{\"parse\":%.3f,\"fold\":%.3f,\"store\":%.3f,\"invert\":%.3f,\"write\":%.3f},\"merge_seconds\":%.3f}\n",
            threads, s->documents, s->text_bytes, rate(s->text_bytes, s->elapsed_ns),
            rate(s->text_bytes, worst->summary.elapsed_ns), (double)s->elapsed_ns / 1e9, (double)run->processor / 1e9,
            s->index_bytes, s->segments, peak_bytes(), (double)s->parse_ns / stages, (double)s->fold_ns / stages,
            (double)s->store_ns / stages, (double)s->invert_ns / stages, (double)s->write_ns / stages,
            (double)s->merge_ns / 1e9);
        return;
    }
    fprintf(to, "%7u %9.1f %9.1f %8.3f %8.3f %7.3f %9.0f   %4.0f%% %4.0f%% %4.0f%% %4.0f%% %4.0f%%\n", threads,
            rate(s->text_bytes, s->elapsed_ns), rate(s->text_bytes, worst->summary.elapsed_ns),
            (double)s->elapsed_ns / 1e9, (double)run->processor / 1e9,
            (double)s->index_bytes / (double)(s->text_bytes + 1), (double)peak_bytes() / 1e6,
            100 * (double)s->parse_ns / stages, 100 * (double)s->fold_ns / stages, 100 * (double)s->store_ns / stages,
            100 * (double)s->invert_ns / stages, 100 * (double)s->write_ns / stages);
}

static gdx_status bench_threads(const gdx_bench_options *options, unsigned threads, FILE *to, gdx_error *err) {
    struct run *runs = calloc(options->runs, sizeof *runs);
    gdx_status status = runs ? GDX_OK : gdx_fail(err, GDX_NO_MEMORY, "no memory for %u runs", options->runs);
    for (unsigned i = 0; status == GDX_OK && i < options->runs; i++)
        status = build_once(options, threads, &runs[i], err);
    if (status == GDX_OK) {
        qsort(runs, options->runs, sizeof *runs, by_elapsed);
        print_run(&runs[options->runs / 2], &runs[options->runs - 1], threads, options->json, to);
    }
    free(runs);
    return status;
}

static gdx_status bench_merge(const gdx_bench_options *options, uint64_t *out_ns, size_t *out_merged, gdx_error *err) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_status status = gdx_index_writer_open(options->directory, &writer, err);
    gdx_merge_options merge = {.threads = options->most_threads, .to_one = true};
    uint64_t begin = gdx_now_ns();
    if (status == GDX_OK)
        status = gdx_index_writer_merge(writer, &merge, out_merged, err);
    *out_ns = gdx_now_ns() - begin;
    return status;
}

static void print_parts(const gdx_snapshot *snapshot, uint64_t text_bytes, bool json, FILE *to) {
    const gdx_segment *segment = gdx_snapshot_segment(snapshot, 0)->segment;
    gdx_segment_part parts[GDX_SEGMENT_PARTS_MAX];
    size_t count = gdx_segment_parts(segment, parts);
    fputs(json ? "{\"bench\":\"size\",\"parts\":{" : "\nbytes of the merged index, and share of the text\n", to);
    for (size_t i = 0; i < count; i++) {
        if (json)
            fprintf(to, "%s\"%s\":%" PRIu64, i ? "," : "", parts[i].name, parts[i].bytes);
        else
            fprintf(to, "%-28s %12" PRIu64 " %7.4f\n", parts[i].name, parts[i].bytes,
                    (double)parts[i].bytes / (double)text_bytes);
    }
    uint64_t all = gdx_snapshot_bytes(snapshot);
    if (json)
        fprintf(to, "},\"bytes\":%" PRIu64 ",\"text_bytes\":%" PRIu64 ",\"ratio\":%.4f}\n", all, text_bytes,
                (double)all / (double)text_bytes);
    else
        fprintf(to, "%-28s %12" PRIu64 " %7.4f\n", "all files", all, (double)all / (double)text_bytes);
}

static gdx_status bench_size(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    uint64_t merge_ns = 0;
    size_t merged = 0;
    gdx_status status = bench_merge(options, &merge_ns, &merged, err);
    GDX_AUTO(gdx_index) index = NULL;
    if (status == GDX_OK)
        status = gdx_index_open(options->directory, &index, err);
    if (status != GDX_OK)
        return status;
    gdx_snapshot *snapshot = gdx_index_snapshot(index);
    if (gdx_snapshot_segment_count(snapshot) > 0) {
        uint64_t text_bytes = gdx_segment_info_of(gdx_snapshot_segment(snapshot, 0)->segment)->text_bytes;
        fprintf(to,
                options->json ? "{\"bench\":\"merge\",\"segments\":%zu,\"mb_per_s\":%.1f,\"seconds\":%.3f}\n"
                              : "\nmerge of %zu segments into one: %.1f MB/s of text, %.3f s\n",
                merged, rate(text_bytes, merge_ns), (double)merge_ns / 1e9);
        print_parts(snapshot, text_bytes, options->json, to);
    }
    gdx_snapshot_release(snapshot);
    return GDX_OK;
}

gdx_status gdx_bench_build(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    if (!options->json)
        fprintf(
            to,
            "indexing %s, median of %u runs\nthreads      MB/s     worst  seconds      CPU  on disk  peak MB   parse  fold store invert write\n",
            options->input, options->runs);
    gdx_status status = GDX_OK;
    for (unsigned threads = 1; status == GDX_OK && threads <= options->most_threads; threads *= 2)
        status = bench_threads(options, threads, to, err);
    return status == GDX_OK ? bench_size(options, to, err) : status;
}
