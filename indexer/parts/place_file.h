// SPDX-License-Identifier: Apache-2.0
// place_file.h: a file of a part comes into the index's folder under the same name. Relies on gdx/base.h.
#ifndef GDX_PARTS_PLACE_FILE_H
#define GDX_PARTS_PLACE_FILE_H

#include "gdx/base.h"

// By a hard link, or where that cannot be, by a copy. A file that is there stays: equal names are equal contents. Named
// when it returns; durable once the folder is synced. *out_linked, *out_copied: bytes, added up.
gdx_status parts_place_file(const char *from, const char *to, const char *name, const gdx_stop *stop,
                            uint64_t *out_linked, uint64_t *out_copied, gdx_error *err) GDX_MUST_CHECK;

#endif
