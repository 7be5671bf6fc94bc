// SPDX-License-Identifier: Apache-2.0
// folder.h: a temporary folder for a test, files in it, and a digest of all its files to compare two folders by.
#ifndef TEST_FOLDER_H
#define TEST_FOLDER_H

#include "gdx/base.h"

// "/tmp/gramdex-test-XXXXXX"; the caller removes and frees it.
char *folder_new(void);
void folder_remove(char *folder); // with all below it; frees the name
// "<folder>/<name>", in one of eight static buffers used in turn.
const char *folder_path(const char *folder, const char *name);
void folder_write(const char *folder, const char *name, const void *data, size_t bytes);
void folder_write_text(const char *folder, const char *name, const char *text);
// Names (sorted) and contents of all files directly in it, as one checksum.
uint64_t folder_digest(const char *folder);
// How many files with this prefix it holds.
size_t folder_count(const char *folder, const char *prefix);

#endif
