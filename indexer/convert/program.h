// SPDX-License-Identifier: Apache-2.0
// program.h: where a converter's program is, and what happened to it, in words.
#ifndef CONVERT_PROGRAM_H
#define CONVERT_PROGRAM_H

#include "run.h"

enum { PROGRAM_PATH_BYTES = 4096, PROGRAM_IDENTITY_BYTES = 64 };

// The path of a program: as it is given, ours in libexec, else as a shell would find it. False: not installed.
bool program_find(const char *name, const char *libexec, char to[PROGRAM_PATH_BYTES]);
// Its name without a folder, for messages.
const char *program_name(const char *word);
// What its file is now, for the cache: size and time of change. "" when it cannot be seen.
void program_identity(const char *path, char to[PROGRAM_IDENTITY_BYTES]);
// The day that its file is from: "2023-01-30".
void program_day(const char *path, char to[16]);
// The libexec folder beside the running program's. False: not known.
bool program_libexec(char to[PROGRAM_PATH_BYTES]);

// GDX_OK when the converter succeeded, else why it did not: GDX_INVALID, GDX_TOO_LARGE, or GDX_IO for a failure of
// ours.
gdx_status program_judge(const struct run_request *request, const struct run_result *result,
                         gdx_error *err) GDX_MUST_CHECK;

#endif
