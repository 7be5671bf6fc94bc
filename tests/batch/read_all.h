// SPDX-License-Identifier: Apache-2.0
// read_all.h: what a reading gives of some paths, as lines of text to hold against those that are expected.
#ifndef TEST_BATCH_READ_ALL_H
#define TEST_BATCH_READ_ALL_H

#include "gdx/reading.h"

// Documents as "id|title|date|metadata|text", newlines of the text as /, U+0000 as 0; findings as "class path: reason
// [kind]", with the folder left out of paths and a byte that is not 0 as "path@byte"; at the end the counts of refused
// and left out by kind, "refused 1 PDF". The caller frees with gdx_buffer_clear. A zero follows the last byte.
void read_all(const char *folder, const char *name, gdx_converter *converter, size_t document_limit, gdx_buffer *out);
// Fails the test unless the text holds the line, or some line that holds these words.
void expect_line(const gdx_buffer *text, const char *line);
void expect_words(const gdx_buffer *text, const char *words);
void expect_no_words(const gdx_buffer *text, const char *words);
size_t count_words(const gdx_buffer *text, const char *words);

#endif
