// SPDX-License-Identifier: Apache-2.0
// fake_leaf.c: see fake_leaf.h. One connection at a time: a root has one to each leaf. What goes wrong on the thread
// ends the program.

#include "fake_leaf.h"

#include <gramdex/v1/search.pb-c.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum { PREFACE_BYTES = 24, FRAME_HEAD = 9, END_STREAM = 1, END_HEADERS = 4 };
enum { DATA_FRAME = 0, HEADERS_FRAME = 1, CONTINUATION_FRAME = 9 };
enum { READ_BYTES = 64 << 10, FLOOD_MOST = 64 << 20 };

static void must(bool condition, const char *what) {
    if (condition)
        return;
    fprintf(stderr, "fake leaf: %s\n", what);
    abort();
}

// ---- messages

static void *take_memory(void *arena, size_t bytes) {
    return gdx_arena_allocate(arena, bytes);
}

static void keep_memory(void *arena, void *pointer) {
    (void)arena;
    (void)pointer;
}

// In the arena, so that a lie may drop and repeat parts of it.
static void *unpack(gdx_arena *arena, const ProtobufCMessageDescriptor *type, size_t bytes, const void *packed) {
    ProtobufCAllocator allocator = {take_memory, keep_memory, arena};
    void *message = protobuf_c_message_unpack(type, &allocator, bytes, packed);
    must(message, "a message that is none");
    return message;
}

static ProtobufCBinaryData pack(gdx_arena *arena, const ProtobufCMessage *message) {
    uint8_t *packed = gdx_arena_allocate(arena, protobuf_c_message_get_packed_size(message) + 1);
    must(packed, "no memory");
    return (ProtobufCBinaryData){protobuf_c_message_pack(message, packed), packed};
}

// ---- a call

struct told { // one call
    struct fake_leaf *leaf;
    gdx_call *call;
    const char *method;
    const Gramdex__V1__AskRequest *asked;
    gdx_arena *arena;
    unsigned messages;
    bool is_over; // nothing more is to be sent
};

static void put_frame(struct fake_leaf *leaf, unsigned type, unsigned flags, const void *payload, size_t bytes) {
    const uint8_t head[FRAME_HEAD] = {(uint8_t)(bytes >> 16),
                                      (uint8_t)(bytes >> 8),
                                      (uint8_t)bytes,
                                      (uint8_t)type,
                                      (uint8_t)flags,
                                      (uint8_t)(leaf->stream >> 24),
                                      (uint8_t)(leaf->stream >> 16),
                                      (uint8_t)(leaf->stream >> 8),
                                      (uint8_t)leaf->stream};
    must(gdx_buffer_append(&leaf->raw, head, sizeof head) == GDX_OK &&
             gdx_buffer_append(&leaf->raw, payload, bytes) == GDX_OK,
         "no memory");
}

// HEADERS with a gRPC answer's, in literals that change no table of HPACK.
static void put_headers(struct fake_leaf *leaf, unsigned flags) {
    static const char block[] = "\x88\x0f\x10\x10"
                                "application/grpc";
    put_frame(leaf, HEADERS_FRAME, flags, block, sizeof block - 1);
}

static void put_half(struct fake_leaf *leaf, ProtobufCBinaryData message) {
    uint8_t prefix[GDX_MESSAGE_PREFIX_BYTES];
    gdx_message_prefix(prefix, false, (uint32_t)message.len);
    put_headers(leaf, END_HEADERS);
    put_frame(leaf, 0, 0, prefix, sizeof prefix);
    put_frame(leaf, 0, 0, message.data, message.len / 2);
}

static void put_bytes(struct fake_leaf *leaf, const struct lie *lie) {
    size_t before = leaf->raw.bytes;
    must(gdx_buffer_append(&leaf->raw, lie->bytes, lie->byte_count) == GDX_OK, "no memory");
    if (lie->at)
        leaf->raw.data[before + lie->at] = (uint8_t)leaf->stream;
}

static void write_body(gdx_call *call, const struct lie *lie) {
    gdx_buffer body = {0};
    must(gdx_buffer_append(&body, lie->bytes, lie->byte_count) == GDX_OK, "no memory");
    must(gdx_call_write_frames(call, &body) == GDX_OK, "the call takes nothing");
    gdx_buffer_clear(&body);
}

static void finish(gdx_call *call, gdx_grpc_code code, const char *message) {
    gdx_call_finish(call, code, gdx_slice_of(message), (gdx_slice){0});
}

static void write_message(gdx_call *call, ProtobufCBinaryData message) {
    must(gdx_call_write(call, (gdx_slice){(const char *)message.data, message.len}, GDX_COMPRESS_NO) == GDX_OK,
         "the call takes nothing");
}

static void act(struct told *told, const struct lie *lie, ProtobufCBinaryData message) {
    struct fake_leaf *leaf = told->leaf;
    gdx_call *call = told->call;
    told->is_over = lie->act != ACT_SEND && lie->act != ACT_TWICE;
    leaf->hangs_up = lie->act == ACT_CLOSE || lie->act == ACT_HEADERS || lie->act == ACT_HALF;
    leaf->floods = lie->act == ACT_CHEATING;
    if (lie->act == ACT_HEADERS || lie->act == ACT_CHEATING)
        put_headers(leaf, lie->act == ACT_HEADERS ? END_HEADERS : 0);
    else if (lie->act == ACT_HALF)
        put_half(leaf, message);
    else if (lie->act == ACT_FRAME)
        put_bytes(leaf, lie);
    else if (lie->act == ACT_BLOCK)
        put_frame(leaf, HEADERS_FRAME, END_HEADERS | END_STREAM, lie->bytes, lie->byte_count);
    else if (lie->act == ACT_BODY)
        write_body(call, lie);
    if (lie->act == ACT_SEND || lie->act == ACT_TWICE)
        write_message(call, message);
    if (lie->act == ACT_TWICE)
        write_message(call, message);
    if (lie->act == ACT_END || lie->act == ACT_BODY)
        finish(call, GDX_GRPC_OK, "");
    if (lie->act == ACT_CODE)
        finish(call, (gdx_grpc_code)lie->code, "a lie");
}

// What a real leaf answers, on its way out.
static gdx_status tell(void *context, const ProtobufCMessage *message, gdx_error *err) {
    (void)err;
    struct told *told = context;
    const struct lie *lie = told->leaf->lie;
    gdx_arena *arena = told->arena;
    if (told->is_over)
        return GDX_OK;
    ProtobufCBinaryData packed = pack(arena, message);
    if (!lie || strcmp(lie->method, told->method) != 0) {
        write_message(told->call, packed);
        return GDX_OK;
    }
    struct fake_answer answer = {.number = told->messages++, .asked = told->asked, .arena = arena};
    ProtobufCMessage *copy = unpack(arena, message->descriptor, packed.len, packed.data);
    if (!told->asked)
        answer.state = (Gramdex__V1__StateResponse *)copy;
    else if (message->descriptor == &gramdex__v1__ask_response__descriptor)
        answer.part = (Gramdex__V1__AskResponse *)copy;
    else
        answer.part = ((Gramdex__V1__FollowResponse *)copy)->part;
    if (answer.part) {
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)told->asked->method.len, (const char *)told->asked->method.data);
        const gdx_operation *operation = gdx_operation_find(&gramdex__v1__search__descriptor, name);
        answer.reply = unpack(arena, operation->reply, answer.part->reply.len, answer.part->reply.data);
    }
    if (lie->change)
        lie->change(&answer);
    if (answer.reply)
        answer.part->reply = pack(arena, answer.reply);
    packed = pack(arena, copy);
    atomic_fetch_add(&told->leaf->told, 1);
    act(told, lie, packed);
    return GDX_OK;
}

static void answer(struct told *told, const ProtobufCMessage *request) {
    gdx_error err = {0};
    gdx_question question = {.operation = gdx_operation_find(&gramdex__v1__leaf__descriptor, told->method),
                             .collection = told->leaf->collection,
                             .session = told->leaf->session,
                             .opened_ns = gdx_now_ns(),
                             .reply = tell,
                             .context = told};
    gdx_status status = gdx_question_run(&question, request, &err);
    for (bool more = question.operation->replies_stream; status == GDX_OK && more;)
        status = gdx_question_produce(&question, &more, &err);
    gdx_question_close(&question);
    if (!told->is_over)
        finish(told->call, gdx_grpc_code_of_status(status), err.message);
}

static void on_message(gdx_call *call, gdx_slice message) {
    struct told told = {.leaf = gdx_call_context(call), .call = call, .arena = gdx_arena_new()};
    char path[64];
    must(told.arena, "no memory");
    snprintf(path, sizeof path, "%.*s", GDX_SLICE_ARGUMENTS(gdx_call_path(call)));
    told.method = strrchr(path, '/') + 1;
    const gdx_operation *operation = gdx_operation_find(&gramdex__v1__leaf__descriptor, told.method);
    must(operation, "no such method");
    ProtobufCMessage *request = unpack(told.arena, operation->request, message.bytes, message.data);
    if (strcmp(told.method, "Ask") == 0)
        told.asked = (const Gramdex__V1__AskRequest *)request;
    else if (strcmp(told.method, "Follow") == 0)
        told.asked = ((const Gramdex__V1__FollowRequest *)request)->ask;
    answer(&told, request);
    gdx_arena_free(told.arena);
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    (void)call;
    (void)result;
}

static void on_opened(gdx_call *call, void *context) {
    static const gdx_call_events events = {.message = on_message, .closed = on_closed};
    gdx_call_attach(call, &events, context);
    gdx_call_read(call);
}

// ---- a connection

// Frame by frame, so that the stream of a call is known: that of the frame in which its message ends, for two calls
// that are made at once come as HEADERS, HEADERS, DATA, DATA.
static bool feed(struct fake_leaf *leaf, bool *has_preface) {
    for (size_t at = 0;;) {
        const uint8_t *head = leaf->in.data + at;
        size_t left = leaf->in.bytes - at, bytes = PREFACE_BYTES;
        if (*has_preface && left >= FRAME_HEAD) {
            bytes = FRAME_HEAD + ((size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2]);
            if (head[3] == DATA_FRAME || head[3] == HEADERS_FRAME)
                leaf->stream = (uint32_t)(head[5] << 24 | head[6] << 16 | head[7] << 8 | head[8]);
        } else if (*has_preface) {
            bytes = FRAME_HEAD;
        }
        if (left < bytes || (*has_preface && left < FRAME_HEAD)) {
            memmove(leaf->in.data, head, left);
            leaf->in.bytes = left;
            return true;
        }
        *has_preface = true;
        at += bytes;
        if (gdx_connection_feed(leaf->connection, (gdx_slice){(const char *)head, bytes}, gdx_now_ns(), NULL) != GDX_OK)
            return false;
    }
}

static bool send_all(int socket, const gdx_buffer *bytes) {
    for (size_t at = 0; at < bytes->bytes;) {
        ssize_t sent = send(socket, bytes->data + at, bytes->bytes - at, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += (size_t)sent;
    }
    return true;
}

static void flood(struct fake_leaf *leaf, int socket) {
    static const char field[] = {0, 1, 'a', 1, 'b'}; // HPACK: a literal that changes no table
    char block[3000 * sizeof field];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = field[i % sizeof field];
    leaf->raw.bytes = 0;
    put_frame(leaf, CONTINUATION_FRAME, 0, block, sizeof block);
    for (size_t sent = 0; sent < FLOOD_MOST && send_all(socket, &leaf->raw); sent += sizeof block)
        ;
}

static bool step(struct fake_leaf *leaf, int socket, bool *has_preface) {
    char bytes[READ_BYTES];
    gdx_buffer out = {0};
    ssize_t read_bytes = read(socket, bytes, sizeof bytes);
    bool goes_on = read_bytes > 0 && gdx_buffer_append(&leaf->in, bytes, (size_t)read_bytes) == GDX_OK;
    leaf->raw.bytes = 0;
    leaf->hangs_up = leaf->floods = false;
    goes_on = goes_on && feed(leaf, has_preface);
    must(gdx_connection_pull(leaf->connection, &out, SIZE_MAX, gdx_now_ns()) == GDX_OK, "no memory");
    goes_on = send_all(socket, &out) && send_all(socket, &leaf->raw) && goes_on && !leaf->hangs_up;
    gdx_buffer_clear(&out);
    if (leaf->floods)
        flood(leaf, socket);
    return goes_on && !leaf->floods;
}

static bool wait_for(const struct fake_leaf *leaf, int socket) {
    struct pollfd both[] = {{.fd = leaf->stop[0], .events = POLLIN}, {.fd = socket, .events = POLLIN}};
    must(poll(both, 2, -1) > 0, "poll");
    return !both[0].revents;
}

static void serve(struct fake_leaf *leaf, gdx_protocol *protocol, int socket) {
    static const gdx_connection_events events = {.call_opened = on_opened};
    bool has_preface = false;
    must(gdx_connection_new(protocol, GDX_SERVER, &events, leaf, gdx_now_ns(), &leaf->connection) == GDX_OK,
         "no memory");
    while (wait_for(leaf, socket) && step(leaf, socket, &has_preface))
        ;
    gdx_connection_free(leaf->connection);
    leaf->in.bytes = 0;
}

void (*fake_leaf_began)(void);

static void *run(void *context) {
    struct fake_leaf *leaf = context;
    if (fake_leaf_began)
        fake_leaf_began();
    gdx_protocol_options options = gdx_protocol_options_default();
    gdx_protocol *protocol = NULL;
    options.reset_burst = 1000000;
    must(gdx_protocol_new(&options, &protocol) == GDX_OK, "no memory");
    while (wait_for(leaf, leaf->listener)) {
        int socket = accept(leaf->listener, NULL, NULL);
        must(socket >= 0, "accept");
        atomic_fetch_add(&leaf->connections, 1);
        serve(leaf, protocol, socket);
        close(socket);
    }
    gdx_protocol_free(protocol);
    return NULL;
}

void fake_leaf_open(struct fake_leaf *leaf, gdx_collection *collection, const char *path, const struct lie *lie) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    *leaf = (struct fake_leaf){.collection = collection, .lie = lie};
    snprintf(leaf->address, sizeof leaf->address, "unix:%s", path);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    unlink(path);
    leaf->session = gdx_session_new(collection);
    assert_non_null(leaf->session);
    assert_int_equal(pipe(leaf->stop), 0);
    leaf->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(leaf->listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(leaf->listener, 8), 0);
    assert_int_equal(pthread_create(&leaf->thread, NULL, run, leaf), 0);
}

void fake_leaf_close(struct fake_leaf *leaf) {
    assert_int_equal(write(leaf->stop[1], "", 1), 1);
    pthread_join(leaf->thread, NULL);
    close(leaf->stop[0]);
    close(leaf->stop[1]);
    close(leaf->listener);
    gdx_session_free(leaf->session);
    gdx_buffer_clear(&leaf->in);
    gdx_buffer_clear(&leaf->raw);
}
