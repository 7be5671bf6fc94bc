// SPDX-License-Identifier: Apache-2.0
// work.h: the jobs that are interrupted or made to fail: each begins from the same index of three segments with
// deletions and has one content to come to. Nothing in a job fails the test by itself.
#ifndef TEST_FAULT_WORK_H
#define TEST_FAULT_WORK_H

#include "gdx/base.h"

struct work {
    const char *name;
    gdx_status (*run)(const char *directory, gdx_error *err);
    const char *before; // content of the index, as small_content gives it; NULL: no index
    const char *after;
};
enum { WORK_COUNT = 11 };
extern const struct work works[WORK_COUNT];

// Makes in `folder` the index that works begin from, and beside it one to copy from, which work_end removes.
void work_make_start(const char *folder);
void work_end(void);
// Copies it to `to`, which is emptied first.
void work_copy(const char *from, const char *to);
// Removes what is directly in a folder.
void work_empty(const char *folder);

#endif
