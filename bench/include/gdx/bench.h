// SPDX-License-Identifier: Apache-2.0
// gdx/bench.h: how fast and how small, measured on any JSON Lines file or on text made from the sample's statistics.
// Relies on gdx/base.h; inside on batch, index, query, text. Threads: one caller, from begin to end.
// Times are medians over runs in one process on one machine: compare figures of one run, never of two machines.
#ifndef GDX_BENCH_H
#define GDX_BENCH_H

#include "gdx/base.h"

#include <stdio.h>

// Writes about `bytes` of text as JSON Lines (id, title, date, source, text): commentary stitched together from runs of
// `sample` at places where they share a character, with names of its own in each document, dated 2010 to 2024, some
// terms rising over the years. The same seed, bytes and sample give the same output.
gdx_status gdx_bench_generate(gdx_slice sample, uint64_t bytes, uint64_t seed, FILE *to, gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_bench_options {
    const char *input;     // JSON Lines
    const char *directory; // to build in; removed and made again
    unsigned most_threads; // runs with 1, 2, 4, ... up to so many
    size_t memory_bytes;   // of the batch; 0: its default
    unsigned runs;         // of each measurement; the median is given
    uint64_t seed;         // of the query set
    unsigned query_count;  // phrases drawn from the input
    bool json;             // JSON Lines rather than tables
} gdx_bench_options;

// Indexing: MB/s of text by threads, with the stages' share, merge, bytes of the index by part.
gdx_status gdx_bench_build(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;
// Queries over the index in `directory`: phrases of 1 to 20 symbols drawn from `input`: p50, p99, p99.9 of count, top
// 10 with snippets, boolean, NEAR and trend, by length and by frequency; opening.
gdx_status gdx_bench_query(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;
// Every phrase of the query set against a plain scan of the input: how many are exact. Slow: it reads all text for each
// phrase.
gdx_status gdx_bench_exact(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;
// The query set itself, one quoted phrase a line, for other engines to answer.
gdx_status gdx_bench_queries(const gdx_bench_options *options, FILE *to, gdx_error *err) GDX_MUST_CHECK;

#endif
