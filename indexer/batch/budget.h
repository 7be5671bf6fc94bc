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
    size_t slab_bytes;       // the largest that a slab may be
    size_t inverter_bytes;   // of each worker, at most
};

struct budget budget_of(const gdx_batch_options *options);

// How large the next slab is to be, when `slab_count` came before. `input_bytes`: of all inputs; 0: not known.
size_t budget_slab_target(const struct budget *budget, uint64_t input_bytes, size_t slab_count);

// Of each worker; no more than a slab of such an input can use, since the address space is reserved beforehand.
size_t budget_inverter_bytes(const struct budget *budget, uint64_t input_bytes);

#endif
