// SPDX-License-Identifier: Apache-2.0
// gdx/bench.h: how fast and how small, measured on any JSON Lines file or on generated text.
// Relies on gdx/base.h; inside on batch, index, query, text, jansson. Threads: one caller, from start to end.
// Times are medians over runs in one process on one machine: compare figures of one run, never of two machines.
#ifndef GDX_BENCH_H
#define GDX_BENCH_H

#include "gdx/base.h"

#include <stdio.h>

// Writes JSON Lines (id, title, date, source, text) until there are `bytes` of them: commentary in the words of
// `sample` (UTF-8, some pages at least) and in made-up ones, as many as real text of that amount has; dated 2010 to
// 2024, some terms rising over the years. The same seed, bytes and sample give the same output on every machine.
// GDX_INVALID: the sample is too short.
gdx_status gdx_bench_generate(gdx_slice sample, uint64_t bytes, uint64_t seed, FILE *to, gdx_error *err) GDX_MUST_CHECK;
// Writes so many documents of some 780 letters as JSON Lines, a seventh of them reprints of others, a twenty-first
// excerpts, all of sentences that a thousandth of the documents have; dated 2021 to 2023. Same promise, same failures.
gdx_status gdx_bench_generate_reprints(gdx_slice sample, uint64_t documents, uint64_t seed, FILE *to,
                                       gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_bench_options {
    const char *input;     // JSON Lines; for query the file of phrases; for open nothing
    const char *directory; // the index; build and merge remove it and make it again
    unsigned most_threads; // runs with 1, 2, 4, ... up to so many
    size_t memory_bytes;   // of the batch, or of finding reprints; 0: their default
    unsigned runs;         // of each measurement; the median is given
    uint64_t seed;         // of the phrases
    unsigned phrase_count;
    const char *methods;       // of statistics: names between commas; NULL: all
    const char *query, *a, *b; // what they ask; NULL: such as generated text has
    bool json;                 // JSON Lines rather than tables
} gdx_bench_options;

// The query set: phrases of 1 to 20 symbols drawn from `input`, each with the number of documents and occurrences that
// a plain scan of `input` finds, as JSON Lines: for gdx_bench_query, and for other engines.
gdx_status gdx_bench_phrases(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;
// Indexing: MB/s of text by threads, with the stages' share, processor time, peak memory, bytes.
gdx_status gdx_bench_build(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;
// Merging the segments of a build with little memory into one; bytes of the result by part.
gdx_status gdx_bench_merge(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;
// The phrases in `input` asked of the index: whether the answers are the truth; p50, p99, p99.9 of count, top 10 with
// snippets, boolean, NEAR and counts by month, by length and by frequency; the most common symbols; queries a second by
// threads.
gdx_status gdx_bench_query(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;
// Opening the index: time, and memory resident afterwards.
gdx_status gdx_bench_open(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;

// Each statistic over the index: time, processor time and peak memory, those that use threads by threads. GDX_INVALID:
// `methods` names none.
gdx_status gdx_bench_statistics(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;
// Finding the reprints of the index, once, with most_threads and memory_bytes: time, processor time, peak memory, and
// for documents of gdx_bench_generate_reprints how many are found and how many are wrong.
gdx_status gdx_bench_reprints(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;

#endif
