// SPDX-License-Identifier: Apache-2.0
// remote.h: what push, pull and sweep know alike of an object store: how its objects are named, which generation is the
// last, and the manifest of one. Format: docs/format-index.md, "In an object store". Relies on gdx/remote.h.
#ifndef INDEX_REMOTE_H
#define INDEX_REMOTE_H

#include "wanted.h"

#include "gdx/remote.h"

#define REMOTE_CURRENT "current"

enum { REMOTE_NAME_BYTES = 64 };

// "generation-12". Returns `to`.
char *remote_generation_name(uint64_t generation, char to[REMOTE_NAME_BYTES]);

// The objects that a file is kept as: one of its own name, or, when it is larger than a part, NAME.0, NAME.1 and so on.
struct remote_part {
    char name[REMOTE_NAME_BYTES];
    uint64_t at, bytes; // in the file
};
uint64_t remote_part_count(const gdx_remote_options *options, const struct wanted *wanted);
struct remote_part remote_part_at(const gdx_remote_options *options, const struct wanted *wanted, uint64_t part);

// The manifest of a generation, decoded; *out_bytes, may be NULL, as it is in the store. GDX_NOT_FOUND, GDX_CORRUPT.
gdx_status remote_read_manifest(const gdx_objects *objects, uint64_t generation, struct manifest *out,
                                gdx_buffer *out_bytes, gdx_error *err) GDX_MUST_CHECK;
// Whether there is this generation.
gdx_status remote_has_generation(const gdx_objects *objects, uint64_t generation, bool *out,
                                 gdx_error *err) GDX_MUST_CHECK;
// Makes `current` say so, unless it says a later one.
gdx_status remote_hint(const gdx_objects *objects, uint64_t generation, gdx_error *err) GDX_MUST_CHECK;

// "WHERE/NAME" for messages. Returns `to`.
char *remote_place(const gdx_objects *objects, const char *name, char to[GDX_WHERE_BYTES]);

void remote_take_figures(gdx_remote_figures *figures, uint64_t generation, const struct manifest *manifest);

#endif
