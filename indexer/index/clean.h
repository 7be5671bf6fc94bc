// SPDX-License-Identifier: Apache-2.0
// clean.h: what may be removed from an index directory, and what is not ours.
#ifndef INDEX_CLEAN_H
#define INDEX_CLEAN_H

#include "snapshot.h"

#define DIRECTORY_DAMAGED_PREFIX "damaged-" // of files that a repair put aside: never removed

// What a directory holds besides "manifest" and "lock".
struct directory_content {
    bool segments;  // finished segments or deletions
    bool temporary; // files of ours that are not finished
    bool foreign;   // files that are not an index's; hidden files and lost+found do not count
};
gdx_status directory_survey(const char *directory, struct directory_content *out, gdx_error *err) GDX_MUST_CHECK;

// Removes what an interrupted writer or a failed batch left: temporary files of ours, and segments and deletions that
// are not of the commit. Only while holding the lock and with the commit opened, so that nothing is removed from an
// index whose manifest is not right. Files with other names are never touched.
gdx_status directory_clean(const char *directory, const gdx_snapshot *commit, gdx_error *err) GDX_MUST_CHECK;

// Removes one segment or one deletions file; a failure is passed over, the next writer's cleaning makes up for it.
void directory_remove_segment(const char *directory, uint64_t name);
void directory_remove_deletions(const char *directory, uint64_t name);
void directory_remove_reprints(const char *directory, uint64_t name);

#endif
