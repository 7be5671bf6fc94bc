// SPDX-License-Identifier: Apache-2.0
// trial.c: see trial.h.

#include "trial.h"

#include "blame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

const gdx_document *trial_stored(const struct trial *trial, const struct answer *answer) {
    return &trial->corpus->documents[answer->document].stored;
}

void trial_refute(const struct trial *trial, int line, const char *format, ...) {
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    gdx_buffer blamed = {0};
    blame_part(trial->oracle, trial->searcher, trial->snapshot, trial->part, &blamed);
    fail_msg("%s, line %d, seed %llu, query %.*s: %s\n%.*s", trial->stage, line, (unsigned long long)trial->seed,
             GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&trial->text)), what, GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&blamed)));
}
