// SPDX-License-Identifier: Apache-2.0
// without.c: the promise of a build without libcurl: nothing can be opened.

#include "gdx/bucket.h"

#include <assert.h>

gdx_status gdx_bucket_open(const gdx_bucket_options *options, gdx_bucket **out, gdx_error *err) {
    (void)out;
    return gdx_fail_at(err, GDX_UNSUPPORTED, options->address,
                       "this gramdex was built without libcurl, so it knows no object stores; build it with "
                       "libcurl4-openssl-dev and -DGRAMDEX_CURL=ON");
}

const gdx_objects *gdx_bucket_objects(gdx_bucket *bucket) {
    (void)bucket;
    assert(!"no bucket was opened");
    return NULL;
}

void gdx_bucket_close(gdx_bucket *bucket) {
    assert(!bucket);
}
