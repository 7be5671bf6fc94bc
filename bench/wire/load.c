// SPDX-License-Identifier: Apache-2.0
// load.c: see load.h. Bytes move as in the server: whatever a turn of the loop makes for a socket leaves in one write
// before the loop waits. Replies are judged as they come; the first that is wrong ends the run.

#include "load.h"

#include "gdx/protocol.h"

#include <netdb.h>
#include <stdlib.h>
#include <uv.h>

enum { READ_BYTES = 256 * 1024, PULL_BYTES = 256 * 1024, LOOK_MS = 100, PATIENCE_S = 10 };

struct load;
struct link;

struct slot { // one call at a time
    struct link *link;
    struct slot *next; // among those that wait for their next call
    gdx_call *call;
    const struct question *question;
    uint64_t began_ns;
    struct answer answer;
};

struct link { // a connection
    uv_tcp_t socket;
    uv_connect_t connect;
    uv_write_t write;
    struct load *load;
    struct link *next_dirty;
    gdx_connection *connection;
    gdx_buffer out;
    struct slot *slots;
    bool is_dirty, is_writing;
};

struct load { // one thread's own
    const struct load_options *options;
    struct load_result *result;
    gdx_error *err;
    gdx_status status;
    uv_loop_t loop;
    uv_prepare_t prepare;
    uv_timer_t timer;
    gdx_protocol *protocol;
    struct link *links;
    struct slot *slots;
    struct slot *idle;
    struct link *dirty;
    size_t next_question;
    unsigned connected;
    uint64_t begin_ns; // of what is measured; UINT64_MAX: not yet
    uint64_t warm_until_ns, answered_ns;
    bool is_over;
    char read_buffer[READ_BYTES];
};

// ---- the end

static void stop(struct load *load) {
    if (!load->is_over)
        uv_stop(&load->loop);
    load->is_over = true;
}

static void fail(struct load *load, gdx_status status, const char *what, const char *why) {
    if (load->is_over)
        return;
    load->status = gdx_fail(load->err, status, "%s, %u x %u: %s%s%s", load->options->method->name,
                            load->options->connections, load->options->streams, what, *why ? ": " : "", why);
    stop(load);
}

static uint64_t server_ns(const struct load *load) {
    return load->options->processor_ns ? load->options->processor_ns(load->options->context) : 0;
}

static void begin_measuring(struct load *load, uint64_t now_ns) {
    load->begin_ns = now_ns;
    load->result->processor_ns = server_ns(load);
}

static void end_measuring(struct load *load, uint64_t now_ns) {
    load->result->took_ns = now_ns - load->begin_ns;
    load->result->processor_ns = server_ns(load) - load->result->processor_ns;
    stop(load);
}

// ---- calls

static void count_reply(struct load *load, const struct slot *slot) {
    const struct load_options *options = load->options;
    uint64_t now_ns = uv_hrtime();
    load->answered_ns = now_ns;
    if (load->begin_ns == UINT64_MAX) {
        if (now_ns >= load->warm_until_ns)
            begin_measuring(load, now_ns);
        return;
    }
    load->result->requests++;
    if (samples_add(&load->result->latencies, now_ns - slot->began_ns) != GDX_OK)
        fail(load, GDX_NO_MEMORY, "no memory for times", "");
    else if (options->requests ? load->result->requests >= options->requests
                               : now_ns - load->begin_ns >= options->duration_ns)
        end_measuring(load, now_ns);
}

static void on_message(gdx_call *call, gdx_slice message) {
    struct slot *slot = gdx_call_context(call);
    slot->link->load->options->method->take(&slot->answer, message);
    gdx_call_read(call);
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    struct slot *slot = gdx_call_context(call);
    struct load *load = slot->link->load;
    slot->call = NULL;
    if (load->is_over)
        return;
    char why[256];
    snprintf(why, sizeof why, "%.*s", (int)(result->message.bytes < 200 ? result->message.bytes : 200),
             result->message.data ? result->message.data : "");
    if (result->code != GDX_GRPC_OK) {
        fail(load, gdx_status_of_grpc_code(result->code), gdx_grpc_code_name(result->code), why);
    } else if (slot->answer.is_malformed || !load->options->method->is_true(slot->question, &slot->answer)) {
        fail(load, GDX_CORRUPT, "an answer that is not true, by the file of phrases",
             slot->question->documents ? "was it made from what is in this index?" : "");
    } else {
        count_reply(load, slot);
        slot->next = load->idle;
        load->idle = slot;
    }
}

static const gdx_call_events call_events = {.message = on_message, .closed = on_closed};

static void ask(struct slot *slot) {
    struct load *load = slot->link->load;
    gdx_call_options options = {.path = gdx_slice_of(load->options->method->path),
                                .authority = gdx_slice_of(load->options->server),
                                .scheme = "http"};
    slot->question = &load->options->questions->items[load->next_question++ % load->options->questions->count];
    slot->answer = (struct answer){0};
    slot->began_ns = uv_hrtime();
    gdx_status status =
        gdx_call_open(slot->link->connection, &options, &call_events, slot, slot->began_ns, &slot->call);
    if (status == GDX_OK)
        status = gdx_call_write(slot->call, slot->question->message, GDX_COMPRESS_NO);
    if (status != GDX_OK) {
        fail(load, status, "no call can be made", gdx_status_name(status));
        return;
    }
    gdx_call_end_writing(slot->call);
    gdx_call_read(slot->call);
}

static void ask_again(struct load *load) {
    while (load->idle && !load->is_over) {
        struct slot *slot = load->idle;
        load->idle = slot->next;
        ask(slot);
    }
}

// ---- bytes

static void mark_dirty(void *context) {
    struct link *link = context;
    if (link->is_dirty)
        return;
    link->is_dirty = true;
    link->next_dirty = link->load->dirty;
    link->load->dirty = link;
}

static void on_written(uv_write_t *write, int code) {
    struct link *link = write->data;
    link->is_writing = false;
    link->out.bytes = 0;
    if (code < 0)
        fail(link->load, GDX_UNAVAILABLE, "a connection to the server", uv_strerror(code));
    else
        mark_dirty(link);
}

static void write_out(struct link *link) {
    uv_buf_t whole = uv_buf_init((char *)link->out.data, (unsigned)link->out.bytes);
    int done = uv_try_write((uv_stream_t *)&link->socket, &whole, 1);
    if (done == (int)link->out.bytes) {
        bool is_full = link->out.bytes >= PULL_BYTES;
        link->out.bytes = 0;
        if (is_full)
            mark_dirty(link); // there may be more
        return;
    }
    size_t gone = done > 0 ? (size_t)done : 0;
    uv_buf_t rest = uv_buf_init((char *)link->out.data + gone, (unsigned)(link->out.bytes - gone));
    link->write.data = link;
    link->is_writing = true;
    int code = uv_write(&link->write, (uv_stream_t *)&link->socket, &rest, 1, on_written);
    if (code != 0) {
        link->is_writing = false;
        fail(link->load, GDX_UNAVAILABLE, "a connection to the server", uv_strerror(code));
    }
}

static void flush(struct link *link) {
    link->is_dirty = false;
    if (link->is_writing || link->load->is_over)
        return; // on_written goes on
    gdx_status status = gdx_connection_pull(link->connection, &link->out, PULL_BYTES, uv_hrtime());
    if (status != GDX_OK)
        fail(link->load, status, "a connection to the server", gdx_status_name(status));
    else if (link->out.bytes > 0)
        write_out(link);
}

static void on_turn(uv_prepare_t *prepare) {
    struct load *load = prepare->data;
    while ((load->dirty || load->idle) && !load->is_over) {
        ask_again(load);
        struct link *link = load->dirty;
        if (link) {
            load->dirty = link->next_dirty;
            flush(link);
        }
    }
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    struct link *link = handle->data;
    (void)suggested;
    *out = uv_buf_init(link->load->read_buffer, READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer) {
    struct link *link = stream->data;
    gdx_error err = {0};
    if (link->load->is_over)
        return;
    if (bytes < 0) {
        fail(link->load, GDX_UNAVAILABLE, "a connection to the server", uv_strerror((int)bytes));
    } else if (bytes > 0) {
        gdx_slice came = {buffer->base, (size_t)bytes};
        gdx_status status = gdx_connection_feed(link->connection, came, uv_hrtime(), &err);
        if (status != GDX_OK)
            fail(link->load, status, "a connection to the server", err.message);
    }
}

// ---- from start to end

static void on_look(uv_timer_t *timer) {
    struct load *load = timer->data;
    uint64_t silence_ns = uv_hrtime() - load->answered_ns;
    if (silence_ns > PATIENCE_S * UINT64_C(1000000000))
        fail(load, GDX_UNAVAILABLE, "the server does not answer", "");
}

static void on_connected(uv_connect_t *connect, int code) {
    struct link *link = connect->data;
    struct load *load = link->load;
    if (code < 0) {
        fail(load, GDX_UNAVAILABLE, "cannot connect to the server", uv_strerror(code));
        return;
    }
    uv_tcp_nodelay(&link->socket, 1);
    uv_read_start((uv_stream_t *)&link->socket, give_buffer, on_read);
    if (++load->connected < load->options->connections)
        return;
    load->warm_until_ns = uv_hrtime() + load->options->warm_ns; // all are connected: start
    for (size_t i = 0; i < (size_t)load->options->connections * load->options->streams; i++) {
        load->slots[i].next = load->idle;
        load->idle = &load->slots[i];
    }
}

static gdx_status open_link(struct load *load, struct link *link, const struct sockaddr *address) {
    static const gdx_connection_events events = {.output_pending = mark_dirty};
    link->load = load;
    uv_tcp_init(&load->loop, &link->socket);
    link->socket.data = link->connect.data = link;
    gdx_status status = gdx_connection_new(load->protocol, GDX_CLIENT, &events, link, uv_hrtime(), &link->connection);
    if (status != GDX_OK)
        return gdx_fail(load->err, status, "no memory for a connection");
    int code = uv_tcp_connect(&link->connect, &link->socket, address, on_connected);
    return code == 0 ? GDX_OK : gdx_fail(load->err, GDX_UNAVAILABLE, "cannot connect: %s", uv_strerror(code));
}

static gdx_status find_address(const char *server, struct sockaddr_storage *out, gdx_error *err) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    char host[256];
    const char *colon = strrchr(server, ':');
    size_t bytes = colon ? (size_t)(colon - server) : 0;
    if (bytes == 0 || bytes >= sizeof host)
        return gdx_fail(err, GDX_INVALID, "server \"%s\": expected host:port", server);
    bool brackets = server[0] == '[' && server[bytes - 1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(bytes - (brackets ? 2 : 0)), server + brackets);
    int code = getaddrinfo(host, colon + 1, &hints, &list);
    if (code != 0)
        return gdx_fail(err, GDX_UNAVAILABLE, "server %s: %s", server, gai_strerror(code));
    memcpy(out, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list);
    return GDX_OK;
}

static gdx_status make(struct load *load) {
    const struct load_options *options = load->options;
    gdx_protocol_options protocol = gdx_protocol_options_default();
    protocol.keepalive_ns = protocol.handshake_ns = protocol.stall_ns = 0; // no timer runs here
    load->links = calloc(options->connections, sizeof *load->links);
    load->slots = calloc((size_t)options->connections * options->streams, sizeof *load->slots);
    if (!load->links || !load->slots || gdx_protocol_new(&protocol, &load->protocol) != GDX_OK)
        return gdx_fail(load->err, GDX_NO_MEMORY, "no memory for %u connections of %u streams", options->connections,
                        options->streams);
    for (size_t i = 0; i < (size_t)options->connections * options->streams; i++)
        load->slots[i].link = &load->links[i % options->connections];
    return GDX_OK;
}

static gdx_status open_all(struct load *load) {
    struct sockaddr_storage address;
    gdx_status status = find_address(load->options->server, &address, load->err);
    if (status == GDX_OK)
        status = make(load);
    for (unsigned i = 0; i < load->options->connections && status == GDX_OK; i++)
        status = open_link(load, &load->links[i], (const struct sockaddr *)&address);
    return status;
}

static void close_each(uv_handle_t *handle, void *context) {
    (void)context;
    uv_close(handle, NULL);
}

static void close_all(struct load *load) {
    load->is_over = true;
    for (unsigned i = 0; load->links && i < load->options->connections; i++)
        gdx_connection_free(load->links[i].connection);
    uv_walk(&load->loop, close_each, NULL);
    uv_run(&load->loop, UV_RUN_DEFAULT);
    uv_loop_close(&load->loop);
    for (unsigned i = 0; load->links && i < load->options->connections; i++)
        gdx_buffer_clear(&load->links[i].out);
    gdx_protocol_free(load->protocol);
    free(load->links);
    free(load->slots);
    free(load);
}

gdx_status load_run(const struct load_options *options, struct load_result *out, gdx_error *err) {
    struct load *load = calloc(1, sizeof *load);
    if (!load || uv_loop_init(&load->loop) != 0) {
        free(load);
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for an event loop");
    }
    load->options = options;
    load->result = out;
    load->err = err;
    load->begin_ns = UINT64_MAX;
    load->answered_ns = uv_hrtime();
    uv_prepare_init(&load->loop, &load->prepare);
    uv_timer_init(&load->loop, &load->timer);
    load->prepare.data = load->timer.data = load;
    uv_prepare_start(&load->prepare, on_turn);
    uv_timer_start(&load->timer, on_look, LOOK_MS, LOOK_MS);
    load->status = open_all(load);
    if (load->status == GDX_OK)
        uv_run(&load->loop, UV_RUN_DEFAULT);
    gdx_status status = load->status;
    close_all(load);
    return status;
}

void load_result_clear(struct load_result *result) {
    samples_clear(&result->latencies);
    *result = (struct load_result){0};
}
