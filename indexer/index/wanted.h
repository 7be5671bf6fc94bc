// SPDX-License-Identifier: Apache-2.0
// wanted.h: the files that a manifest names, one after another, and whether one of them lies good in a directory. For
// what brings a commit from one place to another.
#ifndef INDEX_WANTED_H
#define INDEX_WANTED_H

#include "manifest.h"

#include "gdx/stop.h"

enum { WANTED_NAME_BYTES = 32 };

struct wanted {                            // valid as long as the manifest
    const struct manifest_segment *record; // NULL: the table of reprints
    bool is_deletions;
    uint64_t number; // of its name
    uint64_t bytes;
    char name[WANTED_NAME_BYTES];
};

// {0} is the start of a walk: each segment, after it its deletions, last the table of reprints.
struct wanted_walk {
    size_t segment;
    bool passed_segment; // its deletions are next
    bool passed_reprints;
};
// False after the last one.
bool wanted_next(const struct manifest *manifest, struct wanted_walk *walk, struct wanted *out);

// GDX_OK: the file is in the directory, and every page of it is good. GDX_NOT_FOUND, GDX_CORRUPT, GDX_UNSUPPORTED.
gdx_status wanted_check(const char *directory, const struct wanted *wanted, const gdx_stop *stop,
                        gdx_error *err) GDX_MUST_CHECK;

#endif
