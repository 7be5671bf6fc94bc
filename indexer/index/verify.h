// SPDX-License-Identifier: Apache-2.0
// verify.h: what is to be checked beyond single segments.
#ifndef INDEX_VERIFY_H
#define INDEX_VERIFY_H

#include "snapshot.h"

// That a segment's deleted documents have as many symbols as its manifest says, and that no id is live twice.
gdx_status snapshot_verify_ids(const gdx_snapshot *snapshot, const gdx_stop *stop, gdx_error *err) GDX_MUST_CHECK;

#endif
