// SPDX-License-Identifier: Apache-2.0
// reprints.h: a table of reprints for an index that a test has written.
#ifndef TEST_REPRINTS_H
#define TEST_REPRINTS_H

// Finds the reprints of the index in `folder` and commits their table, as `gramdex reprints --build` does.
void reprints_build(const char *folder);

#endif
