// SPDX-License-Identifier: Apache-2.0
// request.h: one HTTP request, tried once. Relies on gdx/bucket.h, libcurl. One owner.
#ifndef BUCKET_REQUEST_H
#define BUCKET_REQUEST_H

#include "address.h"
#include "libcurl.h"

enum method { METHOD_GET, METHOD_HEAD, METHOD_PUT, METHOD_DELETE };

enum { SHA256_TEXT_BYTES = 65, CODE_BYTES = 64, FAULT_BYTES = 2048 };

struct request {
    enum method method;
    const char *name;  // of the object
    gdx_slice content; // of a PUT
    bool only_new;     // of a PUT
    const char *hash;  // of a PUT's content, SHA-256 in hexadecimal digits
    uint64_t from;     // of a GET: the first byte that is asked for
    // Of a GET: called for each piece of a body of status 200 or 206. `at`: of the object, of the piece's first byte.
    // The request ends with its failure.
    gdx_status (*take)(void *context, uint64_t at, gdx_slice piece, gdx_error *err);
    void *context;
};

struct reply {
    CURLcode result;
    long status;                 // of HTTP; 0: none came
    int64_t bytes;               // of the whole object; -1: it was not said
    char code[CODE_BYTES];       // of S3, such as "NoSuchKey", or ""
    char fault[CURL_ERROR_SIZE]; // of the connection, in libcurl's words
    gdx_error failure;           // of `take`, or a stop
};

struct connection { // one owner
    const struct libcurl *libcurl;
    CURL *curl;
    struct address address;
    char *key_id, *secret, *session_token, *authority_file;
    char signing[128]; // for CURLOPT_AWS_SIGV4; "": none
    unsigned silence_s;
    gdx_stop stop;
};

// Whatever came of it is in *out.
void request_send(struct connection *connection, const struct request *request, struct reply *out);
// Writes the SHA-256 of `content`. False: no memory.
bool request_hash(gdx_slice content, char to[SHA256_TEXT_BYTES]);

#endif
