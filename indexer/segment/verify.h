// SPDX-License-Identifier: Apache-2.0
// verify.h: the parts of a full check of a segment. Relies on reader.h.
#ifndef GDX_SEGMENT_VERIFY_H
#define GDX_SEGMENT_VERIFY_H

#include "reader.h"

typedef struct gdx_verification {
    const gdx_segment *segment;
    const atomic_bool *cancelled;
    gdx_document_columns columns;
} gdx_verification;

enum { GDX_VERIFY_LOOK_EVERY = 1024 }; // rows between two looks at whether it was cancelled

// GDX_CANCELLED when the asker went away.
gdx_status gdx_verify_look(const gdx_verification *verification, gdx_error *err) GDX_MUST_CHECK;

// Blocks, records, checkpoints, hashes and the count of text bytes.
gdx_status gdx_verify_store(const gdx_verification *verification, gdx_error *err) GDX_MUST_CHECK;
// The term dictionary, postings and frequencies; that every word is in use.
gdx_status gdx_verify_terms(const gdx_verification *verification, gdx_error *err) GDX_MUST_CHECK;

#endif
