// SPDX-License-Identifier: Apache-2.0
// target.h: where a server is: the text of a target -> addresses to try. Relies on gdx/base.h.
#ifndef GDX_CLIENT_TARGET_H
#define GDX_CLIENT_TARGET_H

#include "gdx/base.h"

struct target {      // {0} is empty
    char *unix_path; // NULL: TCP
    char *host;      // without brackets
    char *port;
    char *authority; // as HTTP/2 wants it: what was given, "localhost" for a socket of the file system
};

// GDX_INVALID: neither host:port nor unix:/path. GDX_NO_MEMORY.
gdx_status target_parse(const char *text, struct target *out, gdx_error *err) GDX_MUST_CHECK;
void target_clear(struct target *target);

#endif
