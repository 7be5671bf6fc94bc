// SPDX-License-Identifier: Apache-2.0
// budget.h: how a batch shares its memory out: how many workers, how large slabs and documents may be, what is left to
// invert with. Relies on gdx/batch.h. Threads: plain values, made once.
#ifndef GDX_BATCH_BUDGET_H
#define GDX_BATCH_BUDGET_H

#include "gdx/batch.h"

struct budget {
    unsigned threads;        // workers
    unsigned merge_threads;  // of the merge afterwards
    size_t document_limit;   // bytes of text a document may have
    size_t file_limit;       // bytes a whole file may have
    size_t large_file_limit; // one of many records, or of which the text is a small part
    size_t line_limit;       // bytes a line of JSON Lines may have
    size_t slab_limit;       // slabs in memory
    size_t slab_bytes;       // of raw input, about: a slab ends after so many
    size_t kept_bytes;       // of a slab's documents, before their turn
    size_t run_bytes;        // of documents that are built in one go
    size_t inverter_bytes;   // of each worker, at most
    bool stitches_alone;     // a stitch takes more than that: the text of a segment, which is learned from as a whole
};

struct budget budget_of(const gdx_batch_options *options);

// Of each worker; no more than the documents of a segment of such an input can use, since the address space is reserved
// beforehand. `input_bytes`: of all inputs; 0: not known.
size_t budget_inverter_bytes(const struct budget *budget, uint64_t input_bytes);

#endif
