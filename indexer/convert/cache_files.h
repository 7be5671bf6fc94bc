// SPDX-License-Identifier: Apache-2.0
// cache_files.h: the files of the cache of converted files, by size and age.
#ifndef CONVERT_CACHE_FILES_H
#define CONVERT_CACHE_FILES_H

#include "gdx/convert_cache.h"

#define CACHE_TEMPORARY_PREFIX "temporary-"

// The file was used now.
void cache_files_touch(const char *path);
// Removes files until those left have at most `limit` bytes: what was used longest ago goes first. Temporary files that
// are a day old go, too. Only names that the cache itself gives count. What cannot be removed stays.
void cache_files_prune(const char *folder, uint64_t limit);

#endif
