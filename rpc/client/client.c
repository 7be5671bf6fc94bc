// SPDX-License-Identifier: Apache-2.0
// client.c: blocking calls over one link. A waiting caller turns the link's loop until the call has what it waits for.

#include "gdx/client.h"

#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"
#include "link.h"

#include <stdio.h>
#include <stdlib.h>

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t BACKOFF_LIMIT_NS = 5000000000;

struct gdx_client { // one owner
    gdx_client_options options;
    char *token; // "Bearer ..."
    struct target target;
    gdx_protocol *protocol;
    struct link link;
    uint64_t chance; // splitmix64, of back-off
    gdx_buffer packed;
};

struct gdx_stream { // one owner
    gdx_client *client;
    const ProtobufCMethodDescriptor *method;
    gdx_call *call;   // NULL: over
    gdx_buffer reply; // the message that was asked for
    bool has_reply;
    bool is_closed;
    bool has_ended_sending;
    gdx_status status; // once closed: of the call; GDX_OK also where a unary reply is missing
    gdx_error error;
};

gdx_client_options gdx_client_options_default(void) {
    return (gdx_client_options){
        .connect_timeout_ns = 5 * SECOND_NS, .attempts = 4, .backoff_ns = 50000000, .message_limit = (size_t)64 << 20};
}

// ---- what the server says went wrong

static bool is_type(const Google__Protobuf__Any *any, const char *name) {
    const char *slash = any->type_url ? strrchr(any->type_url, '/') : NULL;
    return slash && strcmp(slash + 1, name) == 0;
}

static void take_info(const ProtobufCBinaryData *packed, gdx_error *err) {
    Google__Rpc__ErrorInfo *info = google__rpc__error_info__unpack(NULL, packed->len, packed->data);
    if (!info)
        return;
    err->reason = gdx_reason_of_name(info->reason);
    for (size_t i = 0; i < info->n_metadata; i++)
        if (strcmp(info->metadata[i]->key, "column") == 0)
            err->column = (uint32_t)strtoul(info->metadata[i]->value, NULL, 10);
    google__rpc__error_info__free_unpacked(info, NULL);
}

// The violation has the message without the field's name, which err has apart.
static void take_violation(const ProtobufCBinaryData *packed, gdx_error *err) {
    Google__Rpc__BadRequest *bad = google__rpc__bad_request__unpack(NULL, packed->len, packed->data);
    if (!bad)
        return;
    if (bad->n_field_violations > 0) {
        const Google__Rpc__BadRequest__FieldViolation *violation = bad->field_violations[0];
        snprintf(err->field, sizeof err->field, "%s", violation->field);
        snprintf(err->message, sizeof err->message, "%s", violation->description);
    }
    google__rpc__bad_request__free_unpacked(bad, NULL);
}

// What the details of the status have for programs.
static void take_details(gdx_slice details, gdx_error *err) {
    Google__Rpc__Status *status = google__rpc__status__unpack(NULL, details.bytes, (const uint8_t *)details.data);
    for (size_t i = 0; status && i < status->n_details; i++) {
        const Google__Protobuf__Any *any = status->details[i];
        if (is_type(any, "google.rpc.ErrorInfo"))
            take_info(&any->value, err);
        else if (is_type(any, "google.rpc.BadRequest"))
            take_violation(&any->value, err);
    }
    google__rpc__status__free_unpacked(status, NULL);
}

void gdx_client_take_failure(gdx_status status, gdx_slice message, gdx_slice details, gdx_error *err) {
    gdx_fail(err, status, "%.*s", GDX_SLICE_ARGUMENTS(message));
    take_details(details, err);
}

// ---- events of a call

static void on_message(gdx_call *call, gdx_slice message) {
    struct gdx_stream *stream = gdx_call_context(call);
    stream->reply.bytes = 0;
    if (gdx_buffer_append(&stream->reply, message.data, message.bytes) == GDX_OK) {
        stream->has_reply = true;
        return;
    }
    gdx_fail(&stream->error, GDX_NO_MEMORY, "no memory for a reply of %zu bytes", message.bytes);
    gdx_call_cancel(call);
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    struct gdx_stream *stream = gdx_call_context(call);
    stream->call = NULL;
    stream->is_closed = true;
    stream->status = gdx_status_of_grpc_code(result->code);
    if (stream->error.status != GDX_OK) // what we found ourselves comes first
        stream->status = stream->error.status;
    if (stream->status == GDX_OK)
        return;
    const struct link *link = &stream->client->link;
    bool is_lost = link->is_over && link->error.status != GDX_OK && result->code == GDX_GRPC_UNAVAILABLE;
    if (is_lost && link->error.status == GDX_PRECONDITION) // trying again would not help
        stream->status = GDX_PRECONDITION;
    if (is_lost)
        gdx_fail(&stream->error, stream->status, "%s", link->error.message);
    else if (result->message.bytes)
        gdx_fail(&stream->error, stream->status, "%.*s", GDX_SLICE_ARGUMENTS(result->message));
    else
        gdx_fail(&stream->error, stream->status, "the server answers %s", gdx_grpc_code_name(result->code));
    take_details(result->details, &stream->error);
    if (is_lost || stream->status == GDX_UNAVAILABLE)
        snprintf(stream->error.where, sizeof stream->error.where, "server %s", stream->client->target.authority);
}

static const gdx_call_events call_events = {.message = on_message, .closed = on_closed};

// ---- waiting

// One turn of the loop for a call that is not closed yet; a link that is lost ends its calls.
static void turn(struct gdx_stream *stream) {
    struct link *link = &stream->client->link;
    link_turn(link, &stream->is_closed, UINT64_MAX);
    if (link->is_over)
        link_close(link);
}

static void wait_for_reply(struct gdx_stream *stream) {
    if (stream->call && !stream->has_reply)
        gdx_call_read(stream->call);
    while (!stream->is_closed && !stream->has_reply)
        turn(stream);
}

static uint64_t next_chance(gdx_client *client) {
    uint64_t z = client->chance += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

// Between half of the time and all of it, so that clients that failed together do not come back together.
static void back_off(gdx_client *client, unsigned attempt, uint64_t deadline_ns) {
    uint64_t wait_ns = client->options.backoff_ns;
    for (unsigned i = 0; i < attempt && wait_ns < BACKOFF_LIMIT_NS; i++)
        wait_ns *= 2;
    if (wait_ns > BACKOFF_LIMIT_NS)
        wait_ns = BACKOFF_LIMIT_NS;
    wait_ns = wait_ns / 2 + next_chance(client) % (wait_ns / 2 + 1);
    uint64_t now_ns = gdx_now_ns();
    if (deadline_ns && now_ns + wait_ns > deadline_ns)
        wait_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    uv_sleep((unsigned)(wait_ns / 1000000));
}

static bool may_try_again(const gdx_client *client, unsigned attempt, uint64_t deadline_ns) {
    return attempt + 1 < client->options.attempts && (!deadline_ns || gdx_now_ns() < deadline_ns);
}

// ---- opening

static gdx_status connect_once(gdx_client *client, uint64_t deadline_ns, gdx_error *err) {
    if (link_is_usable(&client->link))
        return GDX_OK;
    link_close(&client->link);
    uint64_t timeout_ns = client->options.connect_timeout_ns;
    uint64_t now_ns = gdx_now_ns();
    if (deadline_ns && now_ns + timeout_ns > deadline_ns)
        timeout_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    return link_open(&client->link, client->protocol, &client->target, client->options.tls, timeout_ns, err);
}

static gdx_status connect_patiently(gdx_client *client, uint64_t deadline_ns, gdx_error *err) {
    for (unsigned attempt = 0;; attempt++) {
        gdx_error why = {0};
        gdx_status status = connect_once(client, deadline_ns, &why);
        if (status == GDX_OK)
            return GDX_OK;
        if (status != GDX_UNAVAILABLE || !may_try_again(client, attempt, deadline_ns))
            return gdx_fail(err, status, "%s", why.message);
        back_off(client, attempt, deadline_ns);
    }
}

static gdx_status keep_token(gdx_client *client, const char *token) {
    if (token && asprintf(&client->token, "Bearer %s", token) < 0) {
        client->token = NULL;
        return GDX_NO_MEMORY;
    }
    return GDX_OK;
}

gdx_status gdx_client_open(const char *target, const gdx_client_options *options, gdx_client **out, gdx_error *err) {
    GDX_AUTO(gdx_client) client = calloc(1, sizeof *client);
    if (!client)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a client");
    client->options = *options;
    client->chance = gdx_now_ns() ^ (uint64_t)(uintptr_t)client;
    gdx_status status = target_parse(target, &client->target, err);
    if (status != GDX_OK)
        return status;
    gdx_protocol_options protocol = gdx_protocol_options_default();
    protocol.message_limit = options->message_limit;
    protocol.memory_limit = options->message_limit * 2 + ((size_t)16 << 20);
    protocol.total_memory_limit = protocol.memory_limit;
    if (keep_token(client, options->token) != GDX_OK || gdx_protocol_new(&protocol, &client->protocol) != GDX_OK)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a client");
    status = connect_patiently(client, options->timeout_ns ? gdx_now_ns() + options->timeout_ns : 0, err);
    if (status == GDX_OK) {
        *out = client;
        client = NULL; // handed over
    }
    return status;
}

void gdx_client_close(gdx_client *client) {
    if (!client)
        return;
    link_close(&client->link);
    gdx_protocol_free(client->protocol);
    target_clear(&client->target);
    gdx_buffer_clear(&client->packed);
    free(client->token);
    free(client);
}

// ---- streams

static gdx_status open_call(struct gdx_stream *stream, const ProtobufCServiceDescriptor *service, uint64_t deadline_ns,
                            gdx_error *err) {
    gdx_client *client = stream->client;
    char path[256];
    snprintf(path, sizeof path, "/%s/%s", service->name, stream->method->name);
    gdx_metadata metadata = {0};
    gdx_status status = GDX_OK;
    if (client->token)
        status = gdx_metadata_add(&metadata, gdx_slice_of("authorization"), gdx_slice_of(client->token));
    uint64_t now_ns = gdx_now_ns();
    gdx_call_options options = {.path = gdx_slice_of(path),
                                .authority = gdx_slice_of(client->target.authority),
                                .scheme = client->options.tls ? "https" : "http",
                                .timeout_ns = !deadline_ns           ? 0
                                              : deadline_ns > now_ns ? deadline_ns - now_ns
                                                                     : 1,
                                .metadata = &metadata,
                                .gzip = client->options.gzip};
    if (status == GDX_OK)
        status = gdx_call_open(client->link.connection, &options, &call_events, stream, now_ns, &stream->call);
    gdx_metadata_clear(&metadata);
    return status == GDX_OK ? GDX_OK
                            : gdx_fail(err, status, "%s: the call cannot be made: %s", path, gdx_status_name(status));
}

static gdx_status new_stream(gdx_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                             uint64_t deadline_ns, gdx_stream **out, gdx_error *err) {
    GDX_AUTO(gdx_stream) stream = calloc(1, sizeof *stream);
    if (!stream)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a call");
    stream->client = client;
    stream->method = protobuf_c_service_descriptor_get_method_by_name(service, method);
    if (!stream->method)
        return gdx_fail(err, GDX_INTERNAL, "%s has no method %s", service->name, method);
    gdx_status status = connect_once(client, deadline_ns, err);
    if (status == GDX_OK)
        status = open_call(stream, service, deadline_ns, err);
    if (status == GDX_OK) {
        *out = stream;
        stream = NULL; // handed over
    }
    return status;
}

static uint64_t deadline_of(const gdx_client *client) {
    return client->options.timeout_ns ? gdx_now_ns() + client->options.timeout_ns : 0;
}

gdx_status gdx_stream_open(gdx_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                           gdx_stream **out, gdx_error *err) {
    return new_stream(client, service, method, deadline_of(client), out, err);
}

static gdx_status closed_status(const struct gdx_stream *stream, gdx_error *err) {
    if (stream->status != GDX_OK && err && err->status == GDX_OK)
        *err = stream->error;
    return stream->status;
}

gdx_status gdx_stream_send(gdx_stream *stream, const ProtobufCMessage *request, gdx_error *err) {
    gdx_client *client = stream->client;
    while (stream->call && gdx_call_room(stream->call) <= 0)
        turn(stream);
    if (!stream->call) {
        gdx_status status = closed_status(stream, err);
        return status != GDX_OK ? status : gdx_fail(err, GDX_CANCELLED, "the server has ended the call");
    }
    client->packed.bytes = 0;
    size_t bytes = protobuf_c_message_get_packed_size(request);
    if (gdx_buffer_reserve(&client->packed, bytes) != GDX_OK)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a request of %zu bytes", bytes);
    client->packed.bytes = protobuf_c_message_pack(request, client->packed.data);
    gdx_status status = gdx_call_write(stream->call, gdx_buffer_slice(&client->packed), GDX_COMPRESS_AUTO);
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "a request cannot be sent: %s", gdx_status_name(status));
}

void gdx_stream_end_sending(gdx_stream *stream) {
    if (stream->call && !stream->has_ended_sending)
        gdx_call_end_writing(stream->call);
    stream->has_ended_sending = true;
}

static gdx_status unpack_reply(struct gdx_stream *stream, ProtobufCMessage **out, gdx_error *err) {
    stream->has_reply = false;
    *out = protobuf_c_message_unpack(stream->method->output, NULL, stream->reply.bytes, stream->reply.data);
    return *out ? GDX_OK
                : gdx_fail(err, GDX_CORRUPT, "the server's reply of %zu bytes is no %s", stream->reply.bytes,
                           stream->method->output->name);
}

gdx_status gdx_stream_receive(gdx_stream *stream, ProtobufCMessage **out_reply, gdx_error *err) {
    wait_for_reply(stream);
    if (stream->has_reply)
        return unpack_reply(stream, out_reply, err);
    gdx_status status = closed_status(stream, err);
    if (status == GDX_OK)
        *out_reply = NULL;
    return status;
}

void gdx_stream_close(gdx_stream *stream) {
    if (!stream)
        return;
    if (stream->call)
        gdx_call_cancel(stream->call);
    while (!stream->is_closed && stream->call)
        turn(stream);
    gdx_buffer_clear(&stream->reply);
    free(stream);
}

// ---- unary

static gdx_status receive_one(gdx_stream *stream, ProtobufCMessage **out_reply, gdx_error *err) {
    ProtobufCMessage *first = NULL;
    ProtobufCMessage *second = NULL;
    gdx_status status = gdx_stream_receive(stream, &first, err);
    if (status == GDX_OK && !first)
        return gdx_fail(err, GDX_CORRUPT, "the server answers OK, but sent no reply");
    if (status == GDX_OK)
        status = gdx_stream_receive(stream, &second, err);
    if (status == GDX_OK && second)
        status = gdx_fail(err, GDX_CORRUPT, "the server sent two replies where one is due");
    if (second)
        protobuf_c_message_free_unpacked(second, NULL);
    if (status == GDX_OK)
        *out_reply = first;
    else if (first)
        protobuf_c_message_free_unpacked(first, NULL);
    return status;
}

static gdx_status call_once(gdx_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                            const ProtobufCMessage *request, uint64_t deadline_ns, ProtobufCMessage **out_reply,
                            gdx_error *err) {
    GDX_AUTO(gdx_stream) stream = NULL;
    gdx_status status = new_stream(client, service, method, deadline_ns, &stream, err);
    if (status != GDX_OK)
        return status;
    status = gdx_stream_send(stream, request, err);
    gdx_stream_end_sending(stream);
    return status == GDX_OK ? receive_one(stream, out_reply, err) : status;
}

gdx_status gdx_client_call(gdx_client *client, const ProtobufCServiceDescriptor *service, const char *method,
                           const ProtobufCMessage *request, ProtobufCMessage **out_reply, gdx_error *err) {
    uint64_t deadline_ns = deadline_of(client);
    for (unsigned attempt = 0;; attempt++) {
        gdx_error why = {0};
        gdx_status status = call_once(client, service, method, request, deadline_ns, out_reply, &why);
        if (status == GDX_OK)
            return GDX_OK;
        if (status != GDX_UNAVAILABLE || !may_try_again(client, attempt, deadline_ns)) {
            if (err && err->status == GDX_OK)
                *err = why;
            return status;
        }
        back_off(client, attempt, deadline_ns);
    }
}
