// SPDX-License-Identifier: Apache-2.0
// backend.c: which backend the options ask for.

#include "backend.h"

gdx_status backend_open(const struct target *target, struct backend **out, gdx_error *err) {
    return target->server ? backend_open_server(target, out, err) : backend_open_index(target->index, out, err);
}
