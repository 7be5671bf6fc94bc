// SPDX-License-Identifier: Apache-2.0
// serve_tokens.c: tokens are kept and compared as SHA-256 digests, all of them each time: what can be timed says
// nothing of them.

#include "serve_tokens.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <strings.h>

_Static_assert(TOKEN_DIGEST_BYTES == SHA256_DIGEST_LENGTH, "a digest fits");

enum { FILE_BYTES = 1 << 20, TOKEN_BYTES = 4096 };

static bool is_token(gdx_slice text) { // RFC 6750, b64token
    for (size_t i = 0; i < text.bytes; i++) {
        if (!isalnum((unsigned char)text.data[i]) && !strchr("-._~+/=", text.data[i]))
            return false;
    }
    return text.bytes > 0 && text.bytes <= TOKEN_BYTES;
}

static gdx_status add_token(struct tokens *tokens, const char *path, unsigned line, gdx_slice token, gdx_error *err) {
    if (!is_token(token))
        return gdx_fail(err, GDX_INVALID, "%s: line %u: expected a token of letters, digits and -._~+/=", path, line);
    if (gdx_grow(&tokens->digests, &tokens->capacity, tokens->count + 1, sizeof *tokens->digests) != GDX_OK)
        return gdx_fail(err, GDX_NO_MEMORY, "%s: no memory for its tokens", path);
    SHA256((const unsigned char *)token.data, token.bytes, tokens->digests[tokens->count++]);
    return GDX_OK;
}

static gdx_slice trimmed(gdx_slice line) {
    while (line.bytes && isspace((unsigned char)line.data[0]))
        line = (gdx_slice){line.data + 1, line.bytes - 1};
    while (line.bytes && isspace((unsigned char)line.data[line.bytes - 1]))
        line.bytes--;
    return line;
}

static gdx_status add_lines(struct tokens *tokens, const char *path, gdx_slice text, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (unsigned line = 1; text.bytes && status == GDX_OK; line++) {
        const char *newline = memchr(text.data, '\n', text.bytes);
        size_t bytes = newline ? (size_t)(newline - text.data) : text.bytes;
        gdx_slice token = trimmed((gdx_slice){text.data, bytes});
        if (token.bytes && token.data[0] != '#')
            status = add_token(tokens, path, line, token, err);
        bytes += newline != NULL;
        text = (gdx_slice){text.data + bytes, text.bytes - bytes};
    }
    if (status == GDX_OK && tokens->count == 0)
        status = gdx_fail(err, GDX_INVALID, "%s: holds no token, expected one a line", path);
    return status;
}

gdx_status tokens_read(struct tokens *tokens, const char *path, gdx_error *err) {
    gdx_buffer bytes = {0};
    gdx_status status = gdx_read_file(path, FILE_BYTES, &bytes, err);
    if (status == GDX_OK)
        status = add_lines(tokens, path, gdx_buffer_slice(&bytes), err);
    if (bytes.data)
        OPENSSL_cleanse(bytes.data, bytes.bytes);
    gdx_buffer_clear(&bytes);
    return status;
}

void tokens_clear(struct tokens *tokens) {
    free(tokens->digests);
    *tokens = (struct tokens){0};
}

static bool is_known(const struct tokens *tokens, gdx_slice token) {
    uint8_t digest[TOKEN_DIGEST_BYTES];
    unsigned found = 0;
    SHA256((const unsigned char *)token.data, token.bytes, digest);
    for (size_t i = 0; i < tokens->count; i++)
        found |= CRYPTO_memcmp(digest, tokens->digests[i], sizeof digest) == 0;
    return found;
}

gdx_grpc_code tokens_check(const struct tokens *tokens, const gdx_metadata *metadata, gdx_error *err) {
    static const char scheme[] = "Bearer ";
    enum { SCHEME_BYTES = sizeof scheme - 1 };
    gdx_slice value;
    if (!gdx_metadata_find(metadata, "authorization", &value) || value.bytes < SCHEME_BYTES ||
        strncasecmp(value.data, scheme, SCHEME_BYTES) != 0) {
        gdx_fail(err, GDX_DENIED, "this method wants a token: metadata authorization: Bearer TOKEN");
        return GDX_GRPC_UNAUTHENTICATED;
    }
    if (is_known(tokens, trimmed((gdx_slice){value.data + SCHEME_BYTES, value.bytes - SCHEME_BYTES})))
        return GDX_GRPC_OK;
    gdx_fail(err, GDX_DENIED, "this token is not one that the server takes");
    return GDX_GRPC_UNAUTHENTICATED; // PERMISSION_DENIED is for callers who are known
}
