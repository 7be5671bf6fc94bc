// SPDX-License-Identifier: Apache-2.0
// envelope.h: what a manifest and a deletions file have in common: a magic word and a version in front, a checksum of
// all before it at the end. Format: docs/format-index.md. Relies on layout.h.
#ifndef INDEX_ENVELOPE_H
#define INDEX_ENVELOPE_H

#include "gdx/base.h"

// Fills in magic, version and checksum of a file of `bytes` bytes, the rest of which is in place.
void envelope_seal(uint8_t *file, size_t bytes, const char *magic);
// The checksum of a file that was sealed or checked.
uint64_t envelope_checksum(const uint8_t *file, size_t bytes);
// GDX_CORRUPT, GDX_UNSUPPORTED. `what`: "a manifest". The caller has seen that it is long enough.
gdx_status envelope_check(const char *path, const uint8_t *file, size_t bytes, const char *magic, const char *what,
                          gdx_error *err) GDX_MUST_CHECK;
// Writes the whole file, durable but for the directory.
gdx_status envelope_write(const char *path, const uint8_t *file, size_t bytes, gdx_error *err) GDX_MUST_CHECK;

#endif
