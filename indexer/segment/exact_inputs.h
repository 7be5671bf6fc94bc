// SPDX-License-Identifier: Apache-2.0
// exact_inputs.h: the inputs of a merge as segments whose lists have positions: those of another shape are read, cut
// into symbols and inverted anew, into runs in the directory of the result, which are removed afterwards.
// Relies on gdx/segment.h. One owner.
#ifndef GDX_SEGMENT_EXACT_INPUTS_H
#define GDX_SEGMENT_EXACT_INPUTS_H

#include "gdx/base.h"
#include "gdx/segment.h"

typedef struct exact_inputs exact_inputs; // one owner

// The inputs must outlive it. Errors as gdx_segment_merge has them.
gdx_status exact_inputs_make(const gdx_segment_merge_options *options, const gdx_merge_input *inputs, size_t count,
                             exact_inputs **out, gdx_error *err) GDX_MUST_CHECK;
void exact_inputs_free(exact_inputs *exact); // removes the runs; NULL is fine
GDX_DEFINE_AUTO(exact_inputs, exact_inputs_free)
// In the order of the inputs: the same live documents.
const gdx_merge_input *exact_inputs_of(const exact_inputs *exact, size_t *out_count);

#endif
