// SPDX-License-Identifier: Apache-2.0
// directory.h: the directory of an index that is to be written to: made, and not somebody's files. clean.h says what is
// in it.
#ifndef INDEX_DIRECTORY_H
#define INDEX_DIRECTORY_H

#include "gdx/base.h"

// *out_made, may be NULL: it was not there. Its name is durable then.
gdx_status directory_make(const char *directory, bool *out_made, gdx_error *err) GDX_MUST_CHECK;
// Makes the directory's own name durable.
gdx_status directory_sync_parent(const char *directory, gdx_error *err) GDX_MUST_CHECK;
// An index must never be taken for none: anything but a plain absence is a failure.
gdx_status directory_find_manifest(const char *directory, bool *out_has, gdx_error *err) GDX_MUST_CHECK;
// GDX_INVALID for a folder of somebody's files that was named by mistake, so that it stays as it is.
gdx_status directory_refuse_foreign(const char *directory, gdx_error *err) GDX_MUST_CHECK;
// Whether two names are one directory that is there.
bool directory_is_same(const char *one, const char *other);

#endif
