// SPDX-License-Identifier: Apache-2.0
// verify_context.c: see verify_context.h.

#include "verify_context.h"

gdx_status verify_look(const verify_context *verification, gdx_error *err) {
    if (verification->cancelled && atomic_load_explicit(verification->cancelled, memory_order_relaxed))
        return gdx_fail(err, GDX_CANCELLED, "%s: verify cancelled", verification->segment->path);
    return GDX_OK;
}

gdx_status verify_no_memory(const verify_context *verification, gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "%s: no memory to verify it", verification->segment->path);
}
