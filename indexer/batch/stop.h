// SPDX-License-Identifier: Apache-2.0
// stop.h: gdx_stop_check in the words of a batch, which commits at its end and so has committed nothing yet.
#ifndef GDX_BATCH_STOP_H
#define GDX_BATCH_STOP_H

#include "gdx/base.h"

static inline gdx_status batch_check_stop(const gdx_stop *stop, gdx_error *err) {
    gdx_status status = gdx_stop_check(stop, NULL);
    if (status == GDX_OK)
        return GDX_OK;
    return gdx_fail(err, status, "stopped before the end of the inputs; nothing was committed");
}

#endif
