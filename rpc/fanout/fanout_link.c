// SPDX-License-Identifier: Apache-2.0
// fanout_link.c: one replica: a socket that is opened again whenever it is lost, HTTP/2 on it, and a question a few
// times a second what it holds. A replica that does not answer that for two seconds counts as lost.

#include "fanout.h"

#include <assert.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

static const uint64_t PROBE_PATIENCE_NS = 2000000000, CONNECT_PATIENCE_NS = 5000000000, RETRY_NS = 100000000,
                      RETRY_MOST_NS = 2000000000;
enum { PULL_BYTES = 256 * 1024 };

void link_break(struct replica *replica, const char *why) {
    if (replica->is_broken || replica->state == LINK_CLOSED || replica->state == LINK_CLOSING)
        return;
    replica->is_broken = true;
    replica->why = (gdx_error){0};
    gdx_fail(&replica->why, GDX_UNAVAILABLE, "%s", why);
}

static void wait_longer(struct replica *replica) {
    uint64_t wait_ns = RETRY_NS << (replica->failures < 5 ? replica->failures : 5);
    replica->failures++;
    replica->retry_ns = gdx_now_ns() + (wait_ns < RETRY_MOST_NS ? wait_ns : RETRY_MOST_NS);
}

// ---- closing

static void on_closed(uv_handle_t *handle) {
    struct replica *replica = handle->data;
    replica->state = LINK_CLOSED;
    replica->is_broken = replica->is_writing = false;
    replica->out.bytes = 0;
    wait_longer(replica);
}

void link_close_on_loop(struct replica *replica) {
    if (replica->state == LINK_RESOLVING)
        uv_cancel((uv_req_t *)&replica->resolve);
    if (replica->connection) {
        gdx_connection *connection =
            GDX_TAKE(replica->connection); // its calls end in here, and may want another replica
        replica->is_known = false;
        gdx_connection_free(connection);
    }
    gdx_tls_session_free(GDX_TAKE(replica->tls));
    replica->is_known = false;
    if (replica->state == LINK_CONNECTING || replica->state == LINK_OPEN) {
        replica->state = LINK_CLOSING;
        uv_close(&replica->handle.any, on_closed);
        fanout_repin_on_loop(replica->fanout);
    }
}

// ---- bytes

static void on_written(uv_write_t *write, int code) {
    struct replica *replica = write->data;
    replica->is_writing = false;
    replica->out.bytes = 0;
    if (code < 0 && code != UV_ECANCELED)
        link_break(replica, uv_strerror(code));
}

void link_flush_on_loop(struct replica *replica) {
    gdx_error err = {0};
    if (replica->state != LINK_OPEN || replica->is_writing || replica->is_broken)
        return;
    gdx_status status =
        gdx_tls_pull(replica->tls, replica->connection, PULL_BYTES, &replica->plain, &replica->out, gdx_now_ns(), &err);
    if (status != GDX_OK) {
        link_break(replica, err.message[0] ? err.message : gdx_status_name(status));
        return;
    }
    if (replica->out.bytes == 0) {
        if (gdx_connection_is_finished(replica->connection))
            link_break(replica, "it has closed the connection");
        return;
    }
    uv_buf_t whole = uv_buf_init((char *)replica->out.data, (unsigned)replica->out.bytes);
    replica->write.data = replica;
    int code = uv_write(&replica->write, &replica->handle.stream, &whole, 1, on_written);
    if (code == 0)
        replica->is_writing = true;
    else
        link_break(replica, uv_strerror(code));
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    (void)suggested;
    *out = uv_buf_init(((struct replica *)handle->data)->read_buffer, READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer) {
    struct replica *replica = stream->data;
    gdx_error err = {0};
    if (bytes < 0)
        link_break(replica, bytes == UV_EOF ? "it has closed the connection" : uv_strerror((int)bytes));
    else if (bytes > 0 && !replica->is_broken &&
             gdx_tls_feed(replica->tls, replica->connection, (gdx_slice){buffer->base, (size_t)bytes}, &replica->plain,
                          gdx_now_ns(), &err) != GDX_OK)
        link_break(replica, err.message);
}

// ---- opening

static void on_going_away(void *context) {
    ((struct replica *)context)->is_known = false; // no new calls; those under way end
}

static void begin_protocol(struct replica *replica) {
    static const gdx_connection_events events = {.going_away = on_going_away};
    char host[ADDRESS_BYTES];
    snprintf(host, sizeof host, "%s", replica->address);
    char *colon = strrchr(host, ':');
    if (colon)
        *colon = '\0';
    replica->state = LINK_OPEN;
    if (replica->fanout->options.tls)
        replica->tls = gdx_tls_session_new(replica->fanout->options.tls, host);
    if ((replica->fanout->options.tls && !replica->tls) ||
        gdx_connection_new(replica->fanout->protocol, GDX_CLIENT, &events, replica, gdx_now_ns(),
                           &replica->connection) != GDX_OK ||
        uv_read_start(&replica->handle.stream, give_buffer, on_read) != 0)
        link_break(replica, "no memory for a connection");
    replica->probed_ns = 0;
}

static void on_connected(uv_connect_t *connect, int code) {
    struct replica *replica = connect->data;
    if (code == UV_ECANCELED || replica->state != LINK_CONNECTING)
        return;
    if (code < 0) {
        link_break(replica, uv_strerror(code));
        return;
    }
    if (strncmp(replica->address, "unix:", strlen("unix:")) != 0)
        uv_tcp_nodelay(&replica->handle.tcp, 1);
    begin_protocol(replica);
    link_tick_on_loop(replica); // what it holds is asked at once
}

static void connect_to(struct replica *replica, const struct sockaddr *address) {
    uv_tcp_init(&replica->fanout->loop, &replica->handle.tcp);
    replica->handle.any.data = replica->connect.data = replica;
    replica->state = LINK_CONNECTING;
    replica->probed_ns = gdx_now_ns();
    int code = uv_tcp_connect(&replica->connect, &replica->handle.tcp, address, on_connected);
    if (code < 0)
        link_break(replica, uv_strerror(code));
}

static void on_resolved(uv_getaddrinfo_t *resolve, int code, struct addrinfo *list) {
    struct replica *replica = resolve->data;
    replica->state = LINK_CLOSED;
    if (code == 0 && !replica->fanout->is_closing) {
        connect_to(replica, list->ai_addr);
    } else {
        replica->why = (gdx_error){0};
        gdx_fail(&replica->why, GDX_UNAVAILABLE, "%s", uv_strerror(code));
        wait_longer(replica);
    }
    uv_freeaddrinfo(list);
}

static void open_link(struct replica *replica) {
    const char *unix_path = strncmp(replica->address, "unix:", strlen("unix:")) == 0 ? replica->address + 5 : NULL;
    char host[ADDRESS_BYTES];
    if (unix_path) {
        uv_pipe_init(&replica->fanout->loop, &replica->handle.pipe, 0);
        replica->handle.any.data = replica->connect.data = replica;
        replica->state = LINK_CONNECTING;
        replica->probed_ns = gdx_now_ns();
        uv_pipe_connect(&replica->connect, &replica->handle.pipe, unix_path, on_connected);
        return;
    }
    snprintf(host, sizeof host, "%s", replica->address);
    char *colon = strrchr(host, ':'), *name = host;
    *colon = '\0';
    if (*name == '[' && colon[-1] == ']') {
        name++;
        colon[-1] = '\0';
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    replica->resolve.data = replica;
    replica->state = LINK_RESOLVING;
    if (uv_getaddrinfo(&replica->fanout->loop, &replica->resolve, on_resolved, name, colon + 1, &hints) != 0) {
        replica->state = LINK_CLOSED;
        wait_longer(replica);
    }
}

// ---- calls

gdx_status link_call(struct replica *replica, const char *method, const ProtobufCMessage *request, uint64_t deadline_ns,
                     const gdx_call_events *events, struct attempt *attempt) {
    uint64_t now_ns = gdx_now_ns();
    const gdx_fanout *fanout = replica->fanout;
    gdx_metadata metadata = {0};
    gdx_buffer packed = {0};
    char path[96];
    snprintf(path, sizeof path, "/%s/%s", gramdex__v1__leaf__descriptor.name, method);
    gdx_call_options options = {
        .path = gdx_slice_of(path),
        .authority =
            gdx_slice_of(strncmp(replica->address, "unix:", strlen("unix:")) == 0 ? "localhost" : replica->address),
        .scheme = fanout->options.tls ? "https" : "http",
        .timeout_ns = !deadline_ns           ? 0
                      : deadline_ns > now_ns ? deadline_ns - now_ns
                                             : 1,
        .metadata = &metadata};
    gdx_status status = gdx_buffer_reserve(&packed, protobuf_c_message_get_packed_size(request) + 1);
    if (status == GDX_OK) {
        packed.bytes = protobuf_c_message_pack(request, packed.data);
        if (fanout->token)
            status = gdx_metadata_add(&metadata, gdx_slice_of("authorization"), gdx_slice_of(fanout->token));
        if (status == GDX_OK && attempt->trace)
            status = gdx_metadata_add(&metadata, gdx_slice_of("traceparent"), gdx_slice_of(attempt->trace));
    }
    attempt->replica = replica;
    attempt->begun_ns = now_ns;
    if (status == GDX_OK)
        status = gdx_call_open(replica->connection, &options, events, attempt, now_ns, &attempt->call);
    if (status == GDX_OK) {
        replica->calls++;
        status = gdx_call_write(attempt->call, gdx_buffer_slice(&packed), GDX_COMPRESS_AUTO);
        gdx_call_end_writing(attempt->call);
        gdx_call_read(attempt->call);
        if (status != GDX_OK)
            gdx_call_cancel(attempt->call); // its end frees the attempt
        status = GDX_OK;
    }
    gdx_metadata_clear(&metadata);
    gdx_buffer_clear(&packed);
    return status;
}

// ---- what it holds

static gdx_status check_state(const Gramdex__V1__StateResponse *state, gdx_error *err) {
    if (state->slices == 0 || state->slices > SLICES_MOST || state->slice >= state->slices)
        return gdx_fail(err, GDX_UNAVAILABLE, "it says that it has slice %u of %u", state->slice, state->slices);
    if (state->n_commits == 0)
        return gdx_fail(err, GDX_UNAVAILABLE, "it says that it holds no commit");
    return GDX_OK;
}

// What is wrong with it does not end the connection: the next one may be right.
static void take_state(struct replica *replica, const Gramdex__V1__StateResponse *state) {
    replica->why = (gdx_error){0};
    replica->is_known = check_state(state, &replica->why) == GDX_OK;
    if (!replica->is_known)
        return;
    replica->slice = state->slice;
    replica->slices = state->slices;
    replica->commit_count = 0;
    for (size_t i = 0; i < state->n_commits && i < COMMITS_MOST; i++) {
        replica->commits[i].commit = state->commits[i]->commit;
        replica->commits[i].manifest = state->commits[i]->manifest;
        replica->commit_count++;
    }
    replica->failures = 0;
    replica->current = (gdx_leaves_pin){.commit = replica->commits[0].commit,
                                        .manifest = replica->commits[0].manifest,
                                        .slices = state->slices,
                                        .documents = state->documents,
                                        .symbols = state->symbols,
                                        .segments = state->segments,
                                        .index_bytes = state->index_bytes};
}

static void on_state(gdx_call *call, gdx_slice message) {
    struct attempt *attempt = gdx_call_context(call);
    struct replica *replica = attempt->replica;
    gdx_call_read(call); // the end
    attempt->replies++;
    Gramdex__V1__StateResponse *state =
        gramdex__v1__state_response__unpack(NULL, message.bytes, (const uint8_t *)message.data);
    if (state) {
        take_state(replica, state);
        gramdex__v1__state_response__free_unpacked(state, NULL);
    } else {
        replica->is_known = false;
        replica->why = (gdx_error){0};
        gdx_fail(&replica->why, GDX_UNAVAILABLE, "what it answers to State is no answer");
    }
    fanout_repin_on_loop(replica->fanout);
}

static void on_state_closed(gdx_call *call, const gdx_call_result *result) {
    struct attempt *attempt = gdx_call_context(call);
    struct replica *replica = attempt->replica;
    replica->calls--;
    replica->probe = NULL;
    if (result->code != GDX_GRPC_OK || attempt->replies == 0) {
        gdx_error why = {0};
        if (result->code != GDX_GRPC_OK)
            attempt_failure(result, replica, &why);
        else
            gdx_fail(&why, GDX_UNAVAILABLE, "it does not answer State");
        replica->is_known = false;
        replica->why = why;
        fanout_repin_on_loop(replica->fanout);
    }
    attempt_free(attempt);
}

static void probe(struct replica *replica) {
    static const gdx_call_events events = {.message = on_state, .closed = on_state_closed};
    Gramdex__V1__StateRequest request = GRAMDEX__V1__STATE_REQUEST__INIT;
    char root[ADDRESS_BYTES];
    pthread_mutex_lock(&replica->fanout->lock);
    memcpy(root, replica->fanout->root, sizeof root);
    pthread_mutex_unlock(&replica->fanout->lock);
    request.root = (ProtobufCBinaryData){strlen(root), (uint8_t *)root};
    struct attempt *attempt = calloc(1, sizeof *attempt);
    if (attempt && link_call(replica, "State", &request.base, 0, &events, attempt) == GDX_OK)
        replica->probe = attempt;
    else
        attempt_free(attempt);
    replica->probed_ns = gdx_now_ns();
}

void link_tick_on_loop(struct replica *replica) {
    uint64_t now_ns = gdx_now_ns();
    if (replica->state == LINK_CLOSED && replica->is_listed && now_ns >= replica->retry_ns)
        open_link(replica);
    else if (replica->state == LINK_CONNECTING && now_ns - replica->probed_ns > CONNECT_PATIENCE_NS)
        link_break(replica, "it does not answer");
    if (replica->state != LINK_OPEN || replica->is_broken)
        return;
    if (!replica->is_listed)
        link_break(replica, "it is no longer in the list of leaves");
    else if (!replica->probe)
        probe(replica);
    else if (now_ns - replica->probed_ns > PROBE_PATIENCE_NS)
        link_break(replica, "it has not answered for 2 s");
}
