// SPDX-License-Identifier: Apache-2.0
// version.c: which libgramdex a program runs with.

#include "gdx/api.h"

const char *gdx_library_version(void) {
    return GRAMDEX_VERSION;
}
