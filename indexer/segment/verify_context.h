// SPDX-License-Identifier: Apache-2.0
// verify_context.h: the parts of a full check of a segment. Relies on reader.h.
#ifndef GDX_SEGMENT_VERIFY_CONTEXT_H
#define GDX_SEGMENT_VERIFY_CONTEXT_H

#include "reader.h"

typedef struct verify_context {
    const gdx_segment *segment;
    const gdx_stop *stop;
    gdx_document_columns columns;
    struct list_sums *sums; // of a segment with lists of spans whose rule this program has; else NULL
} verify_context;

enum { GDX_VERIFY_LOOK_EVERY = 1024 }; // rows between two looks at whether it is to stop

// GDX_CANCELLED, GDX_DEADLINE: it is to stop.
gdx_status verify_look(const verify_context *verification, gdx_error *err) GDX_MUST_CHECK;
gdx_status verify_no_memory(const verify_context *verification, gdx_error *err);

// Blocks of heads, groups, ranges of tokens, hashes and the count of text bytes.
gdx_status store_verify(const verify_context *verification, gdx_error *err) GDX_MUST_CHECK;
// The term dictionary, postings and frequencies; that every word is in use.
gdx_status terms_verify(const verify_context *verification, gdx_error *err) GDX_MUST_CHECK;
// After terms_verify: lists of spans, against the stored text, by the sums. GDX_UNSUPPORTED: this
// program does not have the rule. Of an exact segment nothing.
gdx_status lists_verify(const verify_context *verification, gdx_error *err) GDX_MUST_CHECK;
// The columns of metadata values, against the stored metadata.
gdx_status values_verify(const verify_context *verification, gdx_error *err) GDX_MUST_CHECK;

#endif
