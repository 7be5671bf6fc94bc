// SPDX-License-Identifier: Apache-2.0
// run.h: one converter, over one file, through gramdex-sandbox.
#ifndef CONVERT_RUN_H
#define CONVERT_RUN_H

#include "table.h"

#include "sandbox/verdict.h"

struct run_request {
    const char *sandbox;     // path of gramdex-sandbox
    const char *temporary;   // the folder that the private folder is made in
    const char *program;     // path
    char *const *arguments;  // after the program; NULL ends them
    const char *input_name;  // in the private folder
    const char *output_name; // likewise; NULL: standard output
    const struct converter_row *row;
    gdx_slice input;
    uint64_t memory;
    uint64_t output_bytes;
    const gdx_stop *stop;
};

enum { RUN_LINE_BYTES = 256 };

struct run_result {
    struct sandbox_verdict verdict;
    bool is_over_output;             // stopped for output_bytes
    char first_line[RUN_LINE_BYTES]; // of standard error that is not blank; UTF-8 without control characters
    char last_line[RUN_LINE_BYTES];
};

// Appends the output to `out`, also when the program fails. GDX_OK: the result says how it ended. Otherwise the stop's
// status or our own failure. The program and all that it started have ended and its folder is gone, whatever happens.
gdx_status run_converter(const struct run_request *request, gdx_buffer *out, struct run_result *result,
                         gdx_error *err) GDX_MUST_CHECK;

#endif
