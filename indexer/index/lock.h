// SPDX-License-Identifier: Apache-2.0
// lock.h: one writer at a time.
#ifndef INDEX_LOCK_H
#define INDEX_LOCK_H

#include "gdx/base.h"

// Locks "<directory>/lock", making it if needed, until the descriptor is closed. GDX_PRECONDITION: another writer has
// it.
gdx_status directory_lock(const char *directory, int *out_descriptor, gdx_error *err) GDX_MUST_CHECK;

#endif
