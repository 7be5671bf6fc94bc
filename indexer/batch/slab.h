// SPDX-License-Identifier: Apache-2.0
// slab.h: a stretch of input in memory, the message from reading to building: whole files and whole lines, in input
// order.
#ifndef GDX_BATCH_SLAB_H
#define GDX_BATCH_SLAB_H

#include "gdx/base.h"
#include "gdx/ingest.h"
#include "refusals.h"

struct slab_piece {
    gdx_input_kind kind;
    char ending[GDX_INPUT_WORDS_BYTES]; // of GDX_INPUT_CONVERTED
    gdx_slice path;                     // the arena's
    gdx_slice id;
    gdx_slice source;
    bool is_source_given; // it counts more than a record's own
    gdx_slice origin;
    gdx_slice charset; // of a crawled page, see gdx_piece
    gdx_slice crawled;
    size_t offset; // in the slab's bytes
    size_t bytes;
    uint64_t first_byte; // in the file
    uint64_t file;       // counts files; pieces of one file share it
    uint64_t lines;      // newlines passed, filled in by the builder
    bool is_of_share;    // its file is not read from its start, so that its lines cannot be numbered
};

struct slab { // one owner at a time: the filler, the loop, one worker
    uint32_t sequence;
    gdx_buffer bytes;
    struct slab_piece *pieces;
    size_t piece_count;
    size_t piece_capacity;
    gdx_arena *arena;
    struct refusals refusals; // found while filling
    uint64_t disk_bytes;      // read from the disk to fill it
    uint64_t files;           // begun in it
    struct slab *next;        // of those that are idle
};

struct slab *slab_new(size_t bytes); // NULL: no memory
void slab_free(struct slab *slab);   // NULL is fine
// As new, with its memory; what is far more than `bytes` is let go of. GDX_NO_MEMORY: free it.
gdx_status slab_reset(struct slab *slab, size_t bytes) GDX_MUST_CHECK;
// What was read is done with; pieces and refusals are kept, and memory of the usual size.
void slab_empty(struct slab *slab);
// Opens a piece that begins at the end of the bytes. Strings are copied.
gdx_status slab_add_piece(struct slab *slab, const struct slab_piece *piece) GDX_MUST_CHECK;
// Lines of JSON Lines and whole files: about as many documents as it holds.
uint64_t slab_count_documents(const struct slab *slab);
// The i-th piece as ingest takes it.
gdx_piece slab_piece_at(const struct slab *slab, size_t index);

#endif
