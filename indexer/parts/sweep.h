// SPDX-License-Identifier: Apache-2.0
// sweep.h: folders in which parts are built: their names, and what is left of those whose process died. Relies on
// gdx/base.h.
#ifndef GDX_PARTS_SWEEP_H
#define GDX_PARTS_SWEEP_H

#include "gdx/base.h"

// "<path>.building-XXXXXX", made. The caller frees the name.
gdx_status building_make(const char *path, char **out, gdx_error *err) GDX_MUST_CHECK;
// Removes a folder with all below it; a failure is passed over.
void building_remove(const char *folder);
// Removes the folders beside `path` in which nobody builds it any more. Returns how many.
size_t building_sweep(const char *path);

#endif
