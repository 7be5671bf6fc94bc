// SPDX-License-Identifier: Apache-2.0
// output.c: JSON Lines on standard output. Relies on jansson.

#include "mail.h"

#include <stdio.h>
#include <stdlib.h>

void output_line(struct mail_run *run, json_t *object) {
    if (!object || json_dumpf(object, stdout, JSON_COMPACT) != 0 || putchar('\n') == EOF || ferror(stdout))
        run->has_failed = true;
    json_decref(object);
}

void output_put(json_t *object, const char *key, const char *text, size_t bytes) {
    gdx_buffer repaired = {0};
    uint64_t replaced = 0;
    if (!text)
        return;
    if (gdx_utf8_repair((gdx_slice){text, bytes}, &repaired, &replaced) == GDX_OK)
        json_object_set_new(object, key, json_stringn(repaired.data ? (char *)repaired.data : "", repaired.bytes));
    gdx_buffer_clear(&repaired);
}

void output_refused(struct mail_run *run, const char *reason) {
    json_t *object = json_object();
    output_put(object, "refused", reason, strlen(reason));
    output_put(object, "of", run->id, strlen(run->id));
    json_object_set_new(object, "byte", json_integer((json_int_t)run->start));
    output_line(run, object);
}

static json_t *new_attachment(struct mail_run *run, const char *name, const char *media_type) {
    json_t *object = json_object();
    output_put(object, "attachment", name, strlen(name));
    output_put(object, "media_type", media_type, strlen(media_type));
    output_put(object, "of", run->id, strlen(run->id));
    return object;
}

void output_attachment(struct mail_run *run, const char *name, const char *media_type, gdx_slice bytes) {
    json_t *object = new_attachment(run, name, media_type);
    char *encoded = g_base64_encode((const guchar *)(bytes.bytes ? bytes.data : ""), bytes.bytes);
    json_object_set_new(object, "base64", json_string(encoded));
    g_free(encoded);
    output_line(run, object);
}

void output_attachment_without(struct mail_run *run, const char *name, const char *media_type, const char *key,
                               const char *reason) {
    json_t *object = new_attachment(run, name, media_type);
    output_put(object, key, reason, strlen(reason));
    output_line(run, object);
}
