// SPDX-License-Identifier: Apache-2.0
// get.h: reading one stored document, for Get and BatchGet.
#ifndef API_GET_H
#define API_GET_H

#include "api.h"

// *out_has: the snapshot has it. The document is the session's until its reader's next read. Only its own segment need
// be sound.
gdx_status get_read(gdx_question *question, const gdx_snapshot *snapshot, gdx_slice id, gdx_document *out,
                    bool *out_has, gdx_error *err) GDX_MUST_CHECK;

#endif
