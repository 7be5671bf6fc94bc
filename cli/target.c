// SPDX-License-Identifier: Apache-2.0
// target.c: see target.h.

#include "target.h"

#include "terminal.h"

#include <assert.h>

enum { TOKEN_FILE_BYTES = 1 << 16 };
static const uint64_t NS_A_SECOND = 1000000000;

const gdx_operation *operation_of(const ProtobufCServiceDescriptor *service, const char *name) {
    const gdx_operation *operation = gdx_operation_find(service, name);
    assert(operation);
    return operation;
}

gdx_status target_read_token(const char *path, gdx_buffer *out, gdx_error *err) {
    gdx_buffer text = {0};
    gdx_status status = gdx_read_file(path, TOKEN_FILE_BYTES, &text, err);
    if (status == GDX_OK && gdx_buffer_append(&text, "", 1) != GDX_OK)
        status = gdx_fail_memory(err, "the token");
    char *rest = (char *)text.data;
    for (char *line; status == GDX_OK && out->bytes == 0 && (line = strsep(&rest, "\r\n"));) {
        line += strspn(line, " \t");
        size_t bytes = strcspn(line, " \t");
        if (bytes && *line != '#' &&
            (gdx_buffer_append(out, line, bytes) != GDX_OK || gdx_buffer_append(out, "", 1) != GDX_OK))
            status = gdx_fail_memory(err, "the token");
    }
    gdx_buffer_clear(&text);
    if (status == GDX_OK && out->bytes == 0)
        status = gdx_fail_at(err, GDX_INVALID, path, "holds no token");
    return status;
}

static gdx_status open_server(const struct target *options, struct opened *out, gdx_error *err) {
    gdx_client_options client = gdx_client_options_default();
    gdx_status status = GDX_OK;
    client.timeout_ns = options->timeout_s * NS_A_SECOND;
    if (options->tls) {
        status =
            gdx_tls_open_client(options->tls_authority, options->tls_certificate, options->tls_key, &out->tls, err);
        client.tls = out->tls;
    }
    if (status == GDX_OK && options->token_file)
        status = target_read_token(options->token_file, &out->token, err);
    client.token = (const char *)out->token.data;
    return status == GDX_OK ? gdx_target_open_server(options->server, &client, &out->target, err) : status;
}

gdx_status target_open(const struct target *options, struct opened *out, gdx_error *err) {
    if (options->server)
        return open_server(options, out, err);
    gdx_collection_options collection = gdx_collection_options_default();
    collection.version = GRAMDEX_VERSION;
    collection.aliases = options->aliases;
    return gdx_target_open_index(options->index, &collection, &out->target, err);
}

void target_close(struct opened *opened) {
    gdx_target_close(opened->target);
    gdx_tls_close(opened->tls);
    gdx_buffer_clear(&opened->token);
    *opened = (struct opened){0};
}

size_t list_to_wire(const char *names, ProtobufCBinaryData *to, size_t most) {
    size_t count = 0;
    while (names && count < most) {
        const char *end = count + 1 < most ? strchr(names, ',') : NULL;
        to[count++] = to_wire((gdx_slice){names, end ? (size_t)(end - names) : strlen(names)});
        names = end ? end + 1 : NULL;
    }
    return count;
}

void notes_print(const Gramdex__V1__Answer *answer) {
    if (terminal_is_quiet())
        return;
    for (size_t i = 0; answer && i < answer->n_notes; i++) {
        fputs("note: ", stderr);
        print_clean(stderr, from_wire(answer->notes[i]));
        putc('\n', stderr);
    }
}

gdx_status join_wire(const ProtobufCBinaryData *texts, size_t count, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    out->bytes = 0;
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = gdx_buffer_append_format(out, "%s%.*s", i ? "、" : "", GDX_SLICE_ARGUMENTS(from_wire(texts[i])));
    return status;
}
