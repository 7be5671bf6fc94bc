// SPDX-License-Identifier: Apache-2.0
// address.h: where a bucket's objects are, from what a user types. Relies on gdx/bucket.h.
#ifndef BUCKET_ADDRESS_H
#define BUCKET_ADDRESS_H

#include "gdx/bucket.h"

enum { ADDRESS_BYTES = 400 }; // of each, so that a message has room for an object's name

struct address {
    char where[ADDRESS_BYTES]; // as it was typed, without slashes at its end
    char base[ADDRESS_BYTES];  // http(s)://HOST/PATH without a slash at its end
};

// GDX_INVALID, with what is expected.
gdx_status address_parse(const gdx_bucket_options *options, struct address *out, gdx_error *err) GDX_MUST_CHECK;

#endif
