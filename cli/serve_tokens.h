// SPDX-License-Identifier: Apache-2.0
// serve_tokens.h: the bearer tokens that a server takes. Immutable after read, any thread.
#ifndef GRAMDEX_SERVE_TOKENS_H
#define GRAMDEX_SERVE_TOKENS_H

#include "gdx/base.h"
#include "gdx/protocol.h"

enum { TOKEN_DIGEST_BYTES = 32 };

struct tokens { // {0} is none
    uint8_t (*digests)[TOKEN_DIGEST_BYTES];
    size_t count, capacity;
};

// One token a line; blank lines and lines that start with # are skipped. GDX_INVALID: none in it, or one with other
// characters than a bearer token has. Else as gdx_read_file.
gdx_status tokens_read(struct tokens *tokens, const char *path, gdx_error *err) GDX_MUST_CHECK;
void tokens_clear(struct tokens *tokens);
// Does the `authorization` metadata hold one of them? UNAUTHENTICATED: there is no token; PERMISSION_DENIED: not a good
// one. The time it takes does not depend on which token is how far right.
gdx_grpc_code tokens_check(const struct tokens *tokens, const gdx_metadata *metadata, gdx_error *err);

#endif
