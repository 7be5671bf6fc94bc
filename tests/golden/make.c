// SPDX-License-Identifier: Apache-2.0
// make.c: makes the good golden files anew: golden_make DIRECTORY. See README.md beside it for when that is right.

#include "samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int make(const char *name, const char *parent, const char *examples) {
    gdx_error err = {0};
    char *directory = gdx_path_join(parent, name);
    gdx_status status = directory ? sample_make(name, directory, examples, &err) : GDX_NO_MEMORY;
    char *lock = directory ? gdx_path_join(directory, "lock") : NULL;
    if (status != GDX_OK)
        fprintf(stderr, "golden_make: %s: %s\n", name, err.message);
    else if (lock && unlink(lock) != 0) // empty; a reader does not need it
        perror(lock);
    free(lock);
    free(directory);
    return status == GDX_OK ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: golden_make DIRECTORY   (empty, or without the folders it makes)\n");
        return 2;
    }
    int failed = 0;
#define MAKE(name) failed |= make(#name, argv[1], GDX_EXAMPLES);
    SAMPLES(MAKE)
#undef MAKE
    return failed;
}
