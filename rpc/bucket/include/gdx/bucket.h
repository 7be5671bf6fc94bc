// SPDX-License-Identifier: Apache-2.0
// gdx/bucket.h: the objects under one address of an S3 object store, or of any server that answers GET, HEAD, PUT and
// DELETE, If-None-Match and ranges. Blocking, over libcurl, which the first that is opened loads; where it is
// not, or was not when gramdex was built, opening one fails with GDX_UNSUPPORTED. Relies on gdx/remote.h. Threads: a
// bucket has one owner; any number of buckets at once.
#ifndef GDX_BUCKET_H
#define GDX_BUCKET_H

#include "gdx/remote.h"

typedef struct gdx_bucket gdx_bucket;

// Strings are copied. Zeros are the defaults.
typedef struct gdx_bucket_options {
    const char *address;  // s3://BUCKET/PREFIX, https://HOST/BUCKET/PREFIX or http://…
    const char *endpoint; // of s3://: https://HOST[:PORT]; NULL: that of AWS in the region
    const char *region;   // NULL: us-east-1
    const char *key_id;   // requests are signed (SigV4) with both of these, and not at all without
    const char *secret;
    const char *session_token;  // NULL: none
    const char *authority_file; // PEM, of certificates to trust; NULL: what the system trusts
    unsigned silence_s;         // of the other side, after which a request is tried again; 0: 30
    unsigned attempts;          // of a request; one that moves a transfer on is not counted; 0: 8
    unsigned wait_ms;           // before the second attempt; it doubles up to 10 s; 0: 200
    gdx_stop stop;              // looked at once a second at least
} gdx_bucket_options;

// No request is made. GDX_INVALID: the address, or what goes with it; GDX_UNSUPPORTED: no libcurl; GDX_NO_MEMORY.
gdx_status gdx_bucket_open(const gdx_bucket_options *options, gdx_bucket **out, gdx_error *err) GDX_MUST_CHECK;
// As gdx/remote.h says; valid until close. Tried again after: no connection, silence, a broken body, and the statuses
// 408, 409 (of a conditional write), 429, 500, 502, 503 and 504.
const gdx_objects *gdx_bucket_objects(gdx_bucket *bucket);
void gdx_bucket_close(gdx_bucket *bucket); // NULL is fine

#endif
