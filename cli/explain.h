// SPDX-License-Identifier: Apache-2.0
// explain.h: pages of docs/ that the build puts into the program: sections of docs/statistics.md for --explain,
// docs/query-language.md for `gramdex help query`.
// Relies on option.h. One place says what figures mean: the page.
#ifndef GRAMDEX_EXPLAIN_H
#define GRAMDEX_EXPLAIN_H

#include "option.h"

// The sections that `names` lists, a heading a line, without the marks of Markdown, in 80 columns. Asserts that they
// are there. GDX_NO_MEMORY.
gdx_status explain_print(FILE *to, const char *names, gdx_error *err) GDX_MUST_CHECK;

// All of docs/query-language.md, likewise. GDX_NO_MEMORY.
gdx_status explain_print_queries(FILE *to, gdx_error *err) GDX_MUST_CHECK;

#endif
