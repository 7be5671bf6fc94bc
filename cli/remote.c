// SPDX-License-Identifier: Apache-2.0
// remote.c: see remote.h.

#include "remote.h"

#include <stdlib.h>
#include <string.h>

enum { SILENCE_MOST_S = 3600, SLICES_MOST = 4096 };

const struct option_table remote_table = {
    "Of the object store:",
    (const struct option[]){
        NUMBER_ROW(struct remote_settings, silence_s, "silence", "SECONDS", 1, SILENCE_MOST_S,
                   "of it, before a request is tried again (30)"),
        {0},
    },
};

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

gdx_status remote_open(const char *where, const struct remote_settings *settings, const gdx_stop *stop,
                       gdx_bucket **out, gdx_error *err) {
    const char *region = variable("AWS_REGION"), *endpoint = variable("AWS_ENDPOINT_URL_S3");
    const gdx_bucket_options options = {
        .address = where,
        .endpoint = endpoint ? endpoint : variable("AWS_ENDPOINT_URL"),
        .region = region ? region : variable("AWS_DEFAULT_REGION"),
        .key_id = variable("AWS_ACCESS_KEY_ID"),
        .secret = variable("AWS_SECRET_ACCESS_KEY"),
        .session_token = variable("AWS_SESSION_TOKEN"),
        .authority_file = variable("AWS_CA_BUNDLE"),
        .silence_s = settings->silence_s,
        .stop = *stop,
    };
    return gdx_bucket_open(&options, out, err);
}

// A number of at most 5 digits; NULL: there is none.
static const char *read_number(const char *text, unsigned *out) {
    const char *at = text;
    for (*out = 0; *at >= '0' && *at <= '9' && at - text < 5; at++)
        *out = *out * 10 + (unsigned)(*at - '0');
    return at > text ? at : NULL;
}

gdx_status remote_read_slice(const char *text, unsigned *out_slice, unsigned *out_slices, gdx_error *err) {
    const char *end = read_number(text, out_slice);
    if (end && *end == '/')
        end = read_number(end + 1, out_slices);
    if (!end || *end || !strchr(text, '/') || *out_slices == 0 || *out_slices > SLICES_MOST ||
        *out_slice >= *out_slices)
        return gdx_fail(err, GDX_INVALID, "--slice: \"%.40s\", expected I/N with I from 0 to N - 1, such as 0/4", text);
    return GDX_OK;
}

void remote_print_ways(const gdx_remote_figures *figures, const char *moved) {
    char bytes[NUMBER_TEXT_BYTES];
    if (figures->moved_bytes)
        printf("%s %s%s", format_bytes(figures->moved_bytes, bytes), moved, figures->kept_bytes ? ", " : "\n");
    if (figures->kept_bytes)
        printf("%s there already\n", format_bytes(figures->kept_bytes, bytes));
}

json_t *remote_json(const char *type, const gdx_remote_figures *figures, uint64_t took_ns) {
    return json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b,s:I}", "type", type, "generation",
                     (json_int_t)figures->generation, "commit", (json_int_t)figures->commit, "documents",
                     (json_int_t)figures->documents, "segments", (json_int_t)figures->segments, "index_bytes",
                     (json_int_t)figures->bytes, "moved_bytes", (json_int_t)figures->moved_bytes, "kept_bytes",
                     (json_int_t)figures->kept_bytes, "unchanged", figures->is_unchanged, "took_us",
                     (json_int_t)(took_ns / 1000));
}
