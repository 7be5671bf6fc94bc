// SPDX-License-Identifier: Apache-2.0
// verify_context.c: see verify_context.h.

#include "verify_context.h"

gdx_status verify_look(const verify_context *verification, gdx_error *err) {
    return gdx_stop_check(verification->stop, err);
}

gdx_status verify_no_memory(const verify_context *verification, gdx_error *err) {
    return gdx_fail_at(err, GDX_NO_MEMORY, verification->segment->path, "no memory to verify it");
}
