// SPDX-License-Identifier: Apache-2.0
// select.h: which files the patterns of --glob and --exclude let through. A pattern with a slash is held against the
// path below the folder given, one without against the last name of it. * and ? match slashes too.
#ifndef GDX_BATCH_SELECT_H
#define GDX_BATCH_SELECT_H

#include "gdx/batch.h"

bool is_excluded(const gdx_batch_options *options, const char *path); // a file or a folder
bool is_wanted(const gdx_batch_options *options, const char *path);   // a file

#endif
