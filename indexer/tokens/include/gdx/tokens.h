// SPDX-License-Identifier: Apache-2.0
// gdx/tokens.h: stored text spelled in tokens: runs of code points that occur often, coded by how often.
// Relies on gdx/base.h. Knows nothing of documents, symbols or files: it is given text and bytes.
// Format: docs/format.md, "Token text". Threads: a table is immutable and shared; a learner and an encoder have one
// owner.
//
// Text is coded in groups that the caller cuts, each self-contained: its bytes and the table are all that reading it
// takes. A group of about 128 symbols, 200 to 500 bytes, is the size that this is made for. What a group spells is the
// text, byte for byte; one that tokens would make longer costs one byte more than its UTF-8.
#ifndef GDX_TOKENS_H
#define GDX_TOKENS_H

#include "gdx/base.h"

enum {
    GDX_TOKEN_GROUP_BYTES = 1 << 16,       // of UTF-8 that a group may have
    GDX_TOKEN_CODED_BYTES = (1 << 16) + 1, // that the code of a group may have
    GDX_TOKEN_EXPANSION = 256,             // bytes of text that one byte of code stands for, at most
    GDX_TOKEN_SAMPLE_BYTES = 4 << 20,      // of a sample that are used
    GDX_TOKEN_SERIALIZED_BYTES = 1 << 20   // that a segment's own table may have
};

// ---- Tables ----

// Which tokens there are and what their codes are. Immutable, any thread.
typedef struct gdx_token_table gdx_token_table;

// The one that every program has; never freed. Cost: nothing, it is part of the program.
const gdx_token_table *gdx_token_table_builtin(void);
// The checksum of the data that it is made from: a file that uses token text stores it and refuses another.
uint64_t gdx_token_table_builtin_checksum(void);

// The built-in table with a segment's own tokens and code lengths, from what gdx_token_learner_finish wrote; the bytes
// are not needed afterwards. GDX_CORRUPT when they are not such a table; GDX_NO_MEMORY. Memory: see
// gdx_token_table_bytes, about 0.7 MB; at most 5 MiB, whatever the bytes say. Cost: a few milliseconds.
gdx_status gdx_token_table_read(gdx_slice serialized, gdx_token_table **out, gdx_error *err) GDX_MUST_CHECK;
// Of one that was read; NULL is allowed.
void gdx_token_table_free(gdx_token_table *table);
GDX_DEFINE_AUTO(gdx_token_table, gdx_token_table_free)
// The memory that it takes: 0 for the built-in one.
size_t gdx_token_table_bytes(const gdx_token_table *table);

// ---- Learning ----

// Makes a segment's own table from a sample of its text. One owner. The tokens and codes depend on the pieces of the
// sample, their order and the size of the text alone: not on threads, addresses or the machine; another version of
// libzstd may wrap them in other bytes. A sixteenth of the text, spread over all of it in short pieces, is the best
// trade of size for time; of more than 64 MB of text, as much as makes up GDX_TOKEN_SAMPLE_BYTES. Of 1 MB, learning
// from an eighth gives from 13 % less to 1.5 % more than the built-in table, and takes twice as long as coding it does.
typedef struct gdx_token_learner gdx_token_learner;

gdx_status gdx_token_learner_new(gdx_token_learner **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_token_learner_free(gdx_token_learner *learner);
GDX_DEFINE_AUTO(gdx_token_learner, gdx_token_learner_free)
// Adds a piece of the sample, which is copied: a paragraph, a document, a group. GDX_INVALID when it is not UTF-8;
// GDX_NO_MEMORY. What passes GDX_TOKEN_SAMPLE_BYTES in all is left out, so a sample must not be larger: it would be the
// start of the text alone.
gdx_status gdx_token_learner_add(gdx_token_learner *learner, gdx_slice text, gdx_error *err) GDX_MUST_CHECK;
// Appends the own table for a segment of `text_bytes` bytes in all, or nothing when it would not pay: the built-in
// table is then the better one. The learner is empty afterwards. GDX_NO_MEMORY; `out` is then unchanged. Memory while
// it runs: about 8 MB and 10 bytes for each of the sample, 24 for text that has no tokens. Cost: 30 to 40 ns for each
// byte of the sample, and 10 ms.
gdx_status gdx_token_learner_finish(gdx_token_learner *learner, uint64_t text_bytes, gdx_buffer *out,
                                    gdx_error *err) GDX_MUST_CHECK;

// ---- Writing ----

// Finds the tokens of text. One owner; the table must outlive it.
typedef struct gdx_token_encoder gdx_token_encoder;

// Cost: nothing for the built-in table; for another a few milliseconds, and 4 MB while the encoder is there.
gdx_status gdx_token_encoder_new(const gdx_token_table *table, gdx_token_encoder **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_token_encoder_free(gdx_token_encoder *encoder);
GDX_DEFINE_AUTO(gdx_token_encoder, gdx_token_encoder_free)
// Appends the code of one group: at most one byte more than the text has; nothing for an empty text. The bytes depend
// on text and table alone. GDX_INVALID when the text is not UTF-8, GDX_TOO_LARGE above GDX_TOKEN_GROUP_BYTES,
// GDX_NO_MEMORY; `out` is then unchanged.
gdx_status gdx_token_encode(gdx_token_encoder *encoder, gdx_slice text, gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;

// ---- Reading ----

// Appends the text of one group, `coded` being exactly its bytes. Whatever the bytes are: what is appended is valid
// UTF-8 of at most `limit_bytes`, and no byte outside `coded` is read. GDX_CORRUPT when they are no group's code, or
// stand for more than `limit_bytes`; GDX_NO_MEMORY; `out` then has the bytes it had.
gdx_status gdx_token_decode(const gdx_token_table *table, gdx_slice coded, size_t limit_bytes, gdx_buffer *out,
                            gdx_error *err) GDX_MUST_CHECK;
// The same for groups that lie side by side: group i is the bytes from ends[i - 1] (0 for the first) to ends[i] of
// `coded`. `limit_bytes` holds for all of them together. The quickest way to read a run.
gdx_status gdx_token_decode_run(const gdx_token_table *table, gdx_slice coded, const uint32_t *ends, size_t count,
                                size_t limit_bytes, gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;

// Asks memory for the parts of the table that a group's code leads to, all at once, and reads no text. Pays before
// gdx_token_decode where the table has not been used for a while. Any bytes will do.
void gdx_token_fetch(const gdx_token_table *table, gdx_slice coded);

#endif
