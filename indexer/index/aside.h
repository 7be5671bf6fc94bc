// SPDX-License-Identifier: Apache-2.0
// aside.h: a damaged file kept under a name that nothing removes.
#ifndef INDEX_ASIDE_H
#define INDEX_ASIDE_H

#include "gdx/base.h"

// The path under which `name` of the directory can be kept: "damaged-<name>", with a number behind it when that is
// taken. The caller frees. "" when there is no such file; NULL: no memory.
char *aside_path(const char *directory, const char *name);
// The file gets a second name. Durable with the directory.
gdx_status aside_keep(const char *file, const char *path, gdx_error *err) GDX_MUST_CHECK;

#endif
