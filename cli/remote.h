// SPDX-License-Identifier: Apache-2.0
// remote.h: what push, pull, sweep and serve --follow know alike: how an object store is reached, and what is said of
// it. Relies on gdx/bucket.h, option.h, terminal.h, jansson.
#ifndef GRAMDEX_REMOTE_H
#define GRAMDEX_REMOTE_H

#include "option.h"
#include "terminal.h"

#include "gdx/bucket.h"

#include <jansson.h>

// In the settings of a command that has remote_table.
struct remote_settings {
    unsigned silence_s; // 0: the default
};
extern const struct option_table remote_table;

// What --help says of variables of the environment, a paragraph.
#define REMOTE_NOTES                                                                                                   \
    "URL is s3://BUCKET/PREFIX, or https://HOST/BUCKET/PREFIX; the first is at AWS_ENDPOINT_URL, if that is set. "     \
    "Requests are signed by AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if it is set, AWS_SESSION_TOKEN, for the "   \
    "region AWS_REGION; without the first two they are not signed. AWS_CA_BUNDLE names certificates to trust.\n"       \
    "What fails for a moment is tried again for about half a minute. docs/scale.md, \"The object store\", has more."

// Opens the bucket with credentials from the environment. `where` is the user's.
gdx_status remote_open(const char *where, const struct remote_settings *settings, const gdx_stop *stop,
                       gdx_bucket **out, gdx_error *err) GDX_MUST_CHECK;
// "2/5" into both; GDX_INVALID: it is no slice of any number of slices up to 4,096.
gdx_status remote_read_slice(const char *text, unsigned *out_slice, unsigned *out_slices,
                             gdx_error *err) GDX_MUST_CHECK;

// "12.3 MB sent, 4 MB there already", a line; nothing when both are none.
void remote_print_ways(const gdx_remote_figures *figures, const char *moved);
// NULL: no memory.
json_t *remote_json(const char *type, const gdx_remote_figures *figures, uint64_t took_ns);

#endif
