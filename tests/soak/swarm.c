// SPDX-License-Identifier: Apache-2.0
// swarm.c: see swarm.h. A slot is a call at a time; when it ends, the next is drawn. A link that vanishes drops its
// socket, by a FIN or a reset, with whatever was under way, and is connected anew.

#include "swarm.h"

#include "acts.h"

#include <stdlib.h>

enum {
    READ_BYTES = 64 * 1024,
    PULL_BYTES = 128 * 1024,
    SLOW_MS = 20,
    VANISH_EVERY = 20000, // calls, about
    WRITERS = 2,
    SOME_MESSAGES = 3,
    MOST_HURRY_NS = 20000000,
};

struct link;

struct slot {
    struct link *link;
    struct slot *next; // idle
    struct slot *next_slow;
    gdx_call *call; // NULL: none
    const struct act *act;
    unsigned messages;
    bool is_wrong, is_slow, is_left;
};

struct link {
    uv_tcp_t socket;
    uv_connect_t connect;
    uv_write_t write;
    struct swarm *swarm;
    struct link *next_dirty;
    gdx_connection *connection; // NULL: not connected
    gdx_buffer out;
    struct slot *slots;
    bool is_dirty, is_writing, is_gone;
};

struct swarm {
    uv_loop_t *loop;
    uv_prepare_t prepare;
    uv_timer_t slow_timer;
    struct sockaddr_in address;
    gdx_protocol *protocol;
    struct link *links;
    struct slot *slots, *idle, *slow;
    struct link *dirty;
    unsigned link_count, streams;
    gdx_buffer packed;
    struct swarm_figures figures;
    uint64_t calls, answered_ns;
    void (*failed)(void *context, const char *what);
    void *context;
    bool has_failed, is_closing;
    char read_buffer[READ_BYTES];
};

static void fail(struct swarm *swarm, const struct act *act, const char *what, gdx_slice why) {
    char text[512];
    if (swarm->has_failed || swarm->is_closing)
        return;
    swarm->has_failed = true;
    snprintf(text, sizeof text, "%s: %s: %.*s", act ? act->name : "a connection", what, (int)why.bytes,
             why.data ? why.data : "");
    swarm->failed(swarm->context, text);
}

// ---- calls

// Its turn comes with the slow timer.
static void be_slow(struct slot *slot) {
    if (slot->is_slow)
        return;
    slot->next_slow = slot->link->swarm->slow;
    slot->link->swarm->slow = slot;
    slot->is_slow = true;
}

static void drop_slow(struct slot *gone) {
    struct slot **at = &gone->link->swarm->slow;
    while (*at && *at != gone)
        at = &(*at)->next_slow;
    if (*at)
        *at = gone->next_slow;
    gone->is_slow = false;
}

static void on_message(gdx_call *call, gdx_slice message) {
    struct slot *slot = gdx_call_context(call);
    slot->messages++;
    if (slot->act->is_true && !slot->act->is_true(message))
        slot->is_wrong = true;
    if (slot->act->manner == CANCEL_AFTER_SOME && slot->messages >= SOME_MESSAGES)
        slot->is_left = true; // not from in here
    else if (slot->act->manner != READ_SLOWLY)
        gdx_call_read(call);
    if (slot->is_left || slot->act->manner == READ_SLOWLY)
        be_slow(slot);
}

static void judge(struct slot *slot, const gdx_call_result *result) {
    struct swarm *swarm = slot->link->swarm;
    swarm->figures.ended[slot->act - acts]++;
    swarm->figures.refused[slot->act - acts] += result->code != GDX_GRPC_OK;
    if (!(slot->act->allowed >> result->code & 1))
        fail(swarm, slot->act, gdx_grpc_code_name(result->code), result->message);
    else if (slot->is_wrong)
        fail(swarm, slot->act, "an answer that is not true", (gdx_slice){0});
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    struct slot *slot = gdx_call_context(call);
    struct swarm *swarm = slot->link->swarm;
    slot->call = NULL;
    swarm->calls--;
    swarm->answered_ns = uv_hrtime();
    if (slot->is_slow)
        drop_slow(slot);
    if (slot->link->is_gone) {
        swarm->figures.vanished_calls += !swarm->is_closing;
        return; // its next call comes with the next connection
    }
    judge(slot, result);
    slot->next = swarm->idle;
    swarm->idle = slot;
}

static const gdx_call_events call_events = {.message = on_message, .closed = on_closed};

static gdx_status send_requests(struct slot *slot) {
    gdx_buffer *packed = &slot->link->swarm->packed;
    gdx_status status = GDX_OK;
    for (unsigned i = 0; i < slot->act->messages && status == GDX_OK; i++) {
        packed->bytes = 0;
        status = slot->act->pack(packed);
        if (status == GDX_OK)
            status = gdx_call_write(slot->call, gdx_buffer_slice(packed), GDX_COMPRESS_AUTO);
    }
    return status;
}

static void ask(struct slot *slot) {
    struct swarm *swarm = slot->link->swarm;
    slot->act = act_draw(slot < swarm->slots + WRITERS);
    slot->messages = 0;
    slot->is_wrong = slot->is_left = false;
    gdx_call_options options = {.path = gdx_slice_of(slot->act->path),
                                .authority = gdx_slice_of("127.0.0.1"),
                                .scheme = "http",
                                .timeout_ns = slot->act->manner == HURRY ? 1 + chance(MOST_HURRY_NS) : 0,
                                .gzip = chance(8) == 0};
    gdx_status status = gdx_call_open(slot->link->connection, &options, &call_events, slot, uv_hrtime(), &slot->call);
    if (status == GDX_OK) {
        swarm->calls++;
        status = send_requests(slot);
    }
    if (status != GDX_OK) {
        fail(swarm, slot->act, "cannot be asked", gdx_slice_of(gdx_status_name(status)));
        return;
    }
    if (swarm->calls > swarm->figures.most_calls)
        swarm->figures.most_calls = swarm->calls;
    gdx_call_end_writing(slot->call);
    gdx_call_read(slot->call);
    if (slot->act->manner == CANCEL_AT_ONCE && chance(2)) {
        gdx_call_cancel(slot->call); // before anything has left
    } else if (slot->act->manner == CANCEL_AT_ONCE) {
        slot->is_left = true; // a little later
        be_slow(slot);
    }
}

static void on_slow(uv_timer_t *timer) {
    struct swarm *swarm = timer->data;
    struct slot *slot = swarm->slow;
    swarm->slow = NULL;
    while (slot) {
        struct slot *next = slot->next_slow;
        slot->is_slow = false;
        if (slot->is_left)
            gdx_call_cancel(slot->call);
        else
            gdx_call_read(slot->call); // may put it in the list again
        slot = next;
    }
}

// ---- bytes

static void mark_dirty(void *context) {
    struct link *link = context;
    if (link->is_dirty)
        return;
    link->is_dirty = true;
    link->next_dirty = link->swarm->dirty;
    link->swarm->dirty = link;
}

static void on_written(uv_write_t *write, int code) {
    struct link *link = write->data;
    link->is_writing = false;
    link->out.bytes = 0;
    if (code == 0 && !link->is_gone)
        mark_dirty(link);
}

static void flush(struct link *link) {
    link->is_dirty = false;
    if (link->is_writing || link->is_gone || !link->connection)
        return;
    if (gdx_connection_pull(link->connection, &link->out, PULL_BYTES, uv_hrtime()) != GDX_OK) {
        fail(link->swarm, NULL, "no memory to send", (gdx_slice){0});
        return;
    }
    if (link->out.bytes == 0)
        return;
    uv_buf_t whole = uv_buf_init((char *)link->out.data, (unsigned)link->out.bytes);
    link->write.data = link;
    int code = uv_write(&link->write, (uv_stream_t *)&link->socket, &whole, 1, on_written);
    link->is_writing = code == 0;
    if (code != 0)
        fail(link->swarm, NULL, "cannot send", gdx_slice_of(uv_strerror(code)));
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *out) {
    struct link *link = handle->data;
    (void)suggested;
    *out = uv_buf_init(link->swarm->read_buffer, READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer) {
    struct link *link = stream->data;
    gdx_error err = {0};
    if (bytes == 0 || link->is_gone)
        return;
    if (bytes < 0)
        fail(link->swarm, NULL, "the server closed it", gdx_slice_of(uv_strerror((int)bytes)));
    else if (gdx_connection_feed(link->connection, (gdx_slice){buffer->base, (size_t)bytes}, uv_hrtime(), &err) !=
             GDX_OK)
        fail(link->swarm, NULL, "the server's bytes", gdx_slice_of(err.message));
    if (bytes < 0)
        uv_read_stop(stream);
}

// ---- connections

static void open_link(struct link *link);

static void on_gone(uv_handle_t *handle) {
    struct link *link = handle->data;
    if (!link->swarm->is_closing)
        open_link(link);
}

// Calls end here, unanswered.
static void vanish(struct link *link) {
    struct swarm *swarm = link->swarm;
    if (link->is_gone || !link->connection)
        return;
    link->is_gone = true;
    for (struct slot **at = &swarm->idle; *at;) { // those between two calls
        if ((*at)->link == link)
            *at = (*at)->next;
        else
            at = &(*at)->next;
    }
    gdx_connection_free(link->connection);
    link->connection = NULL;
    swarm->figures.vanished_links += !swarm->is_closing;
    bool resets = !swarm->is_closing && chance(2) && uv_tcp_close_reset(&link->socket, on_gone) == 0;
    if (!resets)
        uv_close((uv_handle_t *)&link->socket, on_gone);
}

static void on_connected(uv_connect_t *connect, int code) {
    static const gdx_connection_events events = {.output_pending = mark_dirty};
    struct link *link = connect->data;
    struct swarm *swarm = link->swarm;
    if (code == UV_ECANCELED || swarm->is_closing)
        return;
    if (code != 0 || gdx_connection_new(swarm->protocol, GDX_CLIENT, &events, link, uv_hrtime(), &link->connection)) {
        fail(swarm, NULL, "cannot connect", gdx_slice_of(code ? uv_strerror(code) : "no memory"));
        return;
    }
    link->is_gone = false;
    uv_tcp_nodelay(&link->socket, 1);
    uv_read_start((uv_stream_t *)&link->socket, give_buffer, on_read);
    for (unsigned i = 0; i < swarm->streams; i++) {
        link->slots[i].next = swarm->idle;
        swarm->idle = &link->slots[i];
    }
}

static void open_link(struct link *link) {
    uv_tcp_init(link->swarm->loop, &link->socket);
    link->socket.data = link->connect.data = link;
    int code =
        uv_tcp_connect(&link->connect, &link->socket, (const struct sockaddr *)&link->swarm->address, on_connected);
    if (code != 0)
        fail(link->swarm, NULL, "cannot connect", gdx_slice_of(uv_strerror(code)));
}

// Before the loop waits: new calls for slots that have none, and all that is to send.
static void on_turn(uv_prepare_t *prepare) {
    struct swarm *swarm = prepare->data;
    while ((swarm->idle || swarm->dirty) && !swarm->has_failed) {
        struct slot *slot = swarm->idle;
        struct link *link = swarm->dirty;
        if (slot) {
            swarm->idle = slot->next;
            ask(slot);
            if (chance(VANISH_EVERY) == 0)
                vanish(slot->link);
        } else {
            swarm->dirty = link->next_dirty;
            flush(link);
        }
    }
}

// ---- from start to end

static bool make(struct swarm *swarm) {
    gdx_protocol_options options = gdx_protocol_options_default();
    options.stream_window = 16 * 1024; // a reader that is slow keeps the rest with the server
    options.keepalive_ns = 0;
    swarm->links = calloc(swarm->link_count, sizeof *swarm->links);
    swarm->slots = calloc((size_t)swarm->link_count * swarm->streams, sizeof *swarm->slots);
    if (!swarm->links || !swarm->slots || gdx_protocol_new(&options, &swarm->protocol) != GDX_OK)
        return false;
    for (unsigned i = 0; i < swarm->link_count; i++) {
        struct link *link = &swarm->links[i];
        link->swarm = swarm;
        link->slots = swarm->slots + (size_t)i * swarm->streams;
        for (unsigned k = 0; k < swarm->streams; k++)
            link->slots[k].link = link;
    }
    return true;
}

struct swarm *swarm_open(uv_loop_t *loop, unsigned port, unsigned connections, unsigned streams,
                         void (*failed)(void *context, const char *what), void *context) {
    struct swarm *swarm = calloc(1, sizeof *swarm);
    if (!swarm)
        return NULL;
    swarm->loop = loop;
    swarm->link_count = connections;
    swarm->streams = streams;
    swarm->failed = failed;
    swarm->context = context;
    swarm->answered_ns = uv_hrtime();
    if (!make(swarm)) {
        swarm_free(swarm);
        return NULL;
    }
    uv_ip4_addr("127.0.0.1", (int)port, &swarm->address);
    uv_prepare_init(loop, &swarm->prepare);
    uv_timer_init(loop, &swarm->slow_timer);
    swarm->prepare.data = swarm->slow_timer.data = swarm;
    uv_prepare_start(&swarm->prepare, on_turn);
    uv_timer_start(&swarm->slow_timer, on_slow, SLOW_MS, SLOW_MS);
    for (unsigned i = 0; i < connections; i++)
        open_link(&swarm->links[i]);
    return swarm;
}

const struct swarm_figures *swarm_figures_of(const struct swarm *swarm) {
    return &swarm->figures;
}

uint64_t swarm_answered_ns(const struct swarm *swarm) {
    return swarm->answered_ns;
}

void swarm_close(struct swarm *swarm) {
    swarm->is_closing = true;
    for (unsigned i = 0; i < swarm->link_count; i++) {
        vanish(&swarm->links[i]);
        if (!uv_is_closing((uv_handle_t *)&swarm->links[i].socket))
            uv_close((uv_handle_t *)&swarm->links[i].socket, NULL);
    }
    uv_close((uv_handle_t *)&swarm->prepare, NULL);
    uv_close((uv_handle_t *)&swarm->slow_timer, NULL);
}

void swarm_free(struct swarm *swarm) {
    if (!swarm)
        return;
    for (unsigned i = 0; swarm->links && i < swarm->link_count; i++)
        gdx_buffer_clear(&swarm->links[i].out);
    gdx_protocol_free(swarm->protocol);
    gdx_buffer_clear(&swarm->packed);
    free(swarm->links);
    free(swarm->slots);
    free(swarm);
}
