// SPDX-License-Identifier: Apache-2.0
// budget.c: shares the memory out. A batch holds slabs of raw input (one in each worker, and those ahead of them); in
// each worker room for one large document, its contexts and its inverter; with several workers, documents that wait for
// their turn, and those of the runs that are built; and the program. Inverters get what the others leave, since more of
// it means fewer runs to stitch.

#include "budget.h"

#include "gdx/memory.h"
#include "gdx/processor.h"

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

// The shares of the memory, each with the reason for its size.
static const struct shares {
    size_t machine;  // of the memory that this process may use, when no number is given: programs and the page cache
                     // need the rest
    size_t document; // of a worker's share: the largest document
    size_t document_copies; // what it takes while it is built: its text unescaped and its symbols, in its own bytes
    size_t worker_slabs;    // a worker's share is so many slabs, where memory is small
    size_t slabs_ahead;     // one waits for a worker, one is being filled
    size_t kept_slabs;      // documents of a slab take so many of it at most: with less the last ones would have to be
                            // placed before the slab ends, and all others wait for a worker that builds within its turn
    size_t file_documents;  // a file of many records, or with little text in it, has so many of the largest documents
    size_t file_share;      // of what inverters would have, such files get at most
    size_t inverter_least;  // of a worker's share, however much documents and slabs take: below it runs are tiny
    size_t inverted;        // what the bytes of a document take in an inverter, more or less
} shares = {
    .machine = 4,
    .document = 16,
    .document_copies = 5,
    .worker_slabs = 24,
    .slabs_ahead = 2,
    .kept_slabs = 2,
    .file_documents = 4,
    .file_share = 2,
    .inverter_least = 8,
    .inverted = 5,
};

// Sizes that do not depend on the memory.
static const struct sizes {
    size_t least_memory;
    size_t program;      // code, libraries, the tables of folding and of tokens
    size_t worker;       // contexts of zstd, what tokens are learned and looked up in, buffers
    size_t least_worker; // below it segments and documents get too small to be useful
    size_t merge_thread; // its chunks, and the pages of all inputs that it reads in step
    size_t document;     // the largest, when no number is given
    size_t line_keys;    // of a record: its keys besides the text
    size_t least_slab;
    size_t most_slab;  // the second-level cache holds it, and more would only take longer to come back into order
    size_t inverted;   // of a byte of input, at most: a symbol of its own, while it is sorted
    size_t vocabulary; // of an inverter, however small the input
    size_t stitched;   // of a stitch, in place of an inverter: the text of a segment, whose tokens are learned
} sizes = {
    .least_memory = 16 * MIB,
    .program = 12 * MIB,
    .worker = 6 * MIB,
    .least_worker = 24 * MIB,
    .merge_thread = 32 * MIB,
    .document = 64 * MIB,
    .line_keys = 64 * KIB,
    .least_slab = 256 * KIB,
    .most_slab = 1 * MIB,
    .inverted = 16,
    .vocabulary = 16 * MIB,
    .stitched = 24 * MIB,
};

static size_t least_of(size_t a, size_t b) {
    return a < b ? a : b;
}

static size_t most_of(size_t a, size_t b) {
    return a > b ? a : b;
}

// As many as asked for, unless the memory is too small for so many.
static size_t threads_within(size_t asked, size_t memory_bytes, size_t thread_bytes) {
    return most_of(least_of(asked, memory_bytes / thread_bytes), 1);
}

// Shares what is left between the inverters and the documents of runs: one in each worker, and one that is gathered.
static void share_rest(struct budget *budget, size_t left, size_t memory) {
    size_t threads = budget->threads;
    if (threads > 1) {
        size_t run = left / ((shares.inverted + 2) * threads + 1); // its text is held once more until it is coded
        budget->run_bytes = most_of(least_of(run, GDX_INDEX_END_BYTES), sizes.least_slab);
        size_t runs = (2 * threads + 1) * budget->run_bytes;
        left -= least_of(runs, left);
    }
    budget->inverter_bytes = most_of(left / threads, memory / shares.inverter_least / threads);
    budget->stitches_alone = budget->inverter_bytes < sizes.stitched;
}

static void override(struct budget *budget, const gdx_batch_cuts *cuts) {
    if (cuts->slab_bytes)
        budget->slab_bytes = budget->kept_bytes = cuts->slab_bytes;
    if (cuts->run_bytes)
        budget->run_bytes = cuts->run_bytes;
}

size_t gdx_batch_memory(const gdx_batch_options *options) {
    return most_of(options->memory_bytes ? options->memory_bytes : gdx_memory_allowed() / shares.machine,
                   sizes.least_memory);
}

struct budget budget_of(const gdx_batch_options *options) {
    size_t all = gdx_batch_memory(options);
    size_t asked = options->threads ? options->threads : gdx_processor_count();
    size_t threads = threads_within(asked, all, sizes.least_worker);
    size_t memory = all - sizes.program;
    size_t document = options->document_limit ? options->document_limit : sizes.document;
    document = least_of(document, memory / shares.document / threads);
    size_t slab = most_of(least_of(memory / threads / shares.worker_slabs, sizes.most_slab), sizes.least_slab);
    size_t slab_limit = threads + shares.slabs_ahead;
    size_t kept = threads > 1 ? shares.kept_slabs * slab * (slab_limit + threads) + threads * document : 0;
    size_t taken = slab_limit * (slab + document) + threads * (shares.document_copies * document + sizes.worker) + kept;
    size_t left = memory > taken ? memory - taken : 0;
    // Each slab may hold one more of such a file, and a worker that decodes it, too.
    size_t holders = slab_limit + threads;
    size_t extra = least_of((shares.file_documents - 1) * document, left / shares.file_share / holders);
    struct budget budget = {
        .threads = (unsigned)threads,
        .merge_threads = (unsigned)threads_within(threads, all, sizes.merge_thread),
        .document_limit = document,
        .file_limit = document,
        .large_file_limit = document + extra,
        .line_limit = 2 * document + sizes.line_keys, // an escaped character may take twice its bytes
        .slab_limit = slab_limit,
        .slab_bytes = slab,
        .kept_bytes = shares.kept_slabs * slab,
        .run_bytes = SIZE_MAX,
    };
    share_rest(&budget, left - extra * holders, memory);
    override(&budget, &options->cuts);
    return budget;
}

size_t gdx_batch_document_limit(const gdx_batch_options *options) {
    return budget_of(options).document_limit;
}

size_t budget_inverter_bytes(const struct budget *budget, uint64_t input_bytes) {
    if (!input_bytes)
        return budget->inverter_bytes;
    size_t run = least_of((size_t)input_bytes + sizes.line_keys, GDX_INDEX_END_BYTES + budget->document_limit);
    return least_of(budget->inverter_bytes, sizes.vocabulary + sizes.inverted * run);
}
