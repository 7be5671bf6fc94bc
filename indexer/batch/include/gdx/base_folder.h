// SPDX-License-Identifier: Apache-2.0
// gdx/base_folder.h: the folder that ids of files are relative to. An index keeps its own in the file "base" beside the
// manifest, relative to the index's folder, so that both can move together.
// Relies on gdx/base.h. Threads: any; every call may block on a disk.
#ifndef GDX_BASE_FOLDER_H
#define GDX_BASE_FOLDER_H

#include "gdx/base.h"

// Appends the absolute path of the base folder: `given`, else the one that the index in `directory` keeps, else the
// working folder. Both may be NULL. GDX_NOT_FOUND: the one given is not there. GDX_PRECONDITION: the one kept is not;
// the message says how to give another.
gdx_status gdx_base_folder_find(const char *directory, const char *given, gdx_buffer *out,
                                gdx_error *err) GDX_MUST_CHECK;
// Makes it the base folder of the index; nothing is written when it is already.
gdx_status gdx_base_folder_keep(const char *directory, gdx_slice base, gdx_error *err) GDX_MUST_CHECK;

#endif
