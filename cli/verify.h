// SPDX-License-Identifier: Apache-2.0
// verify.h: what `gramdex verify` is asked to do.
#ifndef GRAMDEX_VERIFY_H
#define GRAMDEX_VERIFY_H

#include "command.h"
#include "options.h"

struct verify_command {
    struct target target;
    bool repairs, dry_run;
    const char *query; // NULL: none
};

// --repair. Returns the exit status.
int verify_repair(const struct command *command, const struct verify_command *self);

// --query. Returns the exit status.
int verify_query(const struct command *command, const struct verify_command *self);

#endif
