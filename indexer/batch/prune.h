// SPDX-License-Identifier: Apache-2.0
// prune.h: documents whose files are gone from the folders given.
#ifndef GDX_BATCH_PRUNE_H
#define GDX_BATCH_PRUNE_H

#include "resolve.h"

// Marks as deleted, in the writer, the documents that the batch did not see, whose origin lies in a folder that was
// given and listed whole, and whose file is gone, or was read whole and no longer holds them. GDX_PRECONDITION: a
// folder is empty that the index has documents from, or there are more than options->prune_limit. Without a writer they
// are counted alone.
gdx_status prune(const struct resolution *of, gdx_error *err) GDX_MUST_CHECK;

#endif
