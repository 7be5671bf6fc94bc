// SPDX-License-Identifier: Apache-2.0
// connection.h: the structs of protocol/ and what each file does to them.
//   memory.c      what a connection may hold: a pool for libnghttp2 and counted buffers
//   guard.c       budgets against peers that make work for nothing
//   call.c        a call as an object, and the states of its two halves
//   rules.c       HTTP's own rules for a request
//   streams.c     what libnghttp2 lets pass of RFC 9113: frames on closed streams, windows that a setting overflows
//   headers.c     header lists: what came, and what is sent
//   dialect.c     in which dialect a request is
//   incoming.c    bytes of a call to messages
//   outgoing.c    messages of a call to bytes, status and trailers
//   ending.c      heads and ends of answers in the dialects of the web
//   answer.c      answers of HTTP's own, which are no calls
//   timers.c      deadlines, age
//   drain.c       the end of a connection in order
//   wire.h        what all these ask of the HTTP below
//   http2.c       HTTP/2: the session of libnghttp2
//   plain.h       HTTP/1.1
//   connection.c  a connection as an object: feed and pull
//   protocol.c    what connections share
#ifndef PROTOCOL_CONNECTION_H
#define PROTOCOL_CONNECTION_H

#include "gdx/protocol.h"

#include <nghttp2/nghttp2.h>

// A call that was answered early is reset after so long, or so many bytes.
enum { LINGER_NS = 500000000, LINGER_BYTES = 64 * 1024 };
// An answer that is on its way at the deadline has so long to leave.
enum { DEPARTURE_NS = 5000000 };
// A message that is asked for has stall_ns to come, and a second more for each so many bytes of it.
enum { SLOWEST_BYTES_A_SECOND = 16 * 1024 };
// A header list so many times as large as the limit is not decoded to its end.
enum { HEADER_BOMB_TIMES = 4 };
enum { POOL_CLASSES = 6, SPARE_CALLS = 4096, SPARE_BUFFER_BYTES = 4096 };

struct pool_block;

// Headers about to be handed to libnghttp2, which copies what is not static.
struct header_list {
    nghttp2_nv *values;
    size_t count, capacity;
    gdx_buffer text;        // encoded values; never moves once reserved
    size_t room, text_room; // values and bytes of text that were reserved for the list at hand
};

struct gdx_protocol { // its thread only
    gdx_protocol_options options;
    gdx_codec *codec;
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option, *server_option;
    struct pool_block *spare_blocks[POOL_CLASSES];
    size_t spare_counts[POOL_CLASSES];
    gdx_call *spare_calls;
    size_t spare_call_count;
    struct header_list headers;
    gdx_buffer inflated;
    size_t memory; // of all connections
};

struct bucket { // tokens, in billionths
    uint64_t left;
    uint64_t filled_ns;
};

enum connection_state {  // changed by connection_set_state alone
    CONNECTION_SETTLING, // the peer's SETTINGS, or its first request, have not come
    CONNECTION_OPEN,
    CONNECTION_ENDING,  // over: reads no more, sends what is queued
    CONNECTION_FLUSHED, // and has gone, or the peer is lost
    CONNECTION_STARVED, // libnghttp2 was refused memory: its session may not be entered again
    CONNECTION_STATES
};

// Streams that we have reset while the peer could still send on them: what comes on those is no fault.
enum { EXCUSED_STREAMS = 32 };

struct excused {
    int32_t streams[EXCUSED_STREAMS]; // a ring
    unsigned next;
    int32_t forgotten; // the highest that has left the ring: it and those below are excused, too
};

enum { FRAME_HEAD_BYTES = 9 };

struct scan { // of the bytes that come, for the heads of frames
    uint8_t head[FRAME_HEAD_BYTES];
    unsigned head_bytes; // that have come of it
    uint32_t left;       // bytes to pass over: of the preface, of a payload
};

enum drain_state { DRAIN_NONE, DRAIN_ANNOUNCED, DRAIN_FINAL };

struct wire;
struct plain;

struct gdx_connection { // the protocol's thread only
    gdx_protocol *protocol;
    const struct wire *wire;
    nghttp2_session *session; // HTTP/2's
    struct plain *plain;      // HTTP/1.1's
    gdx_connection_events events;
    void *context;
    gdx_role role;
    enum connection_state state;
    nghttp2_mem allocator;
    struct pool_block *doomed;
    size_t memory;
    gdx_call *calls; // a list by next and previous
    size_t call_count;
    gdx_call *rooms; // calls whose `room` event is due, by next_room
    uint64_t now_ns; // of the last feed, pull or tick
    uint64_t opened_ns, received_ns, idle_since_ns;
    uint64_t due_ns;       // when to tick next
    uint64_t ping_sent_ns; // 0: none is out
    uint64_t drained_ns, drain_deadline_ns;
    uint64_t peer_ping_ns; // the last PING without data since; 0: none
    unsigned strikes;
    struct bucket resets, frames;
    enum drain_state drain;
    int32_t newest_stream;            // server: the highest that the peer has opened
    int32_t skipped_from, skipped_to; // and those that it passed over when it last did; 0: none
    struct excused excused;
    struct scan scan;
    int64_t widest_window, window_before; // of the calls, and what a new stream had, before the SETTINGS at hand
    unsigned preface_bytes;               // of HTTP/2, that have come while it is not known which HTTP this is
    bool fault_told;
    bool going_away; // client: a GOAWAY has come
    bool pending;    // output_pending was fired, and no pull since
};

struct text { // a part of call->head
    uint32_t at, bytes;
};

// What the peer sends on a call: RFC 9113, section 5.1, seen from here.
enum in_state {
    IN_IDLE,   // its headers have not come
    IN_OPEN,   // messages come
    IN_ENDED,  // half-closed by the peer: END_STREAM has come, what is here may still be read
    IN_CLOSED, // the owner knows of the end, or reads no more: what still comes is dropped
    IN_STATES
};

// What we send on it.
enum out_state {
    OUT_IDLE,   // no headers have been submitted
    OUT_OPEN,   // messages may follow
    OUT_ENDING, // the status is set: what waits goes out, then END_STREAM
    OUT_CLOSED, // half-closed by us: END_STREAM has gone
    OUT_RESET,  // we have reset the call
    OUT_STATES
};

// Of the write buffer, as the call's owner knows it.
enum room {
    ROOM_ENOUGH,
    ROOM_SHORT, // the owner waits for its `room` event
    ROOM_LISTED // the event is due: the call is in connection->rooms
};

// What is wrong with the values of a header list; the first in this order is reported.
enum head_fault { HEAD_GOOD, HEAD_BAD_METADATA, HEAD_BAD_TIMEOUT };

enum encoding { ENCODING_IDENTITY, ENCODING_GZIP, ENCODING_UNKNOWN };

// What HTTP says about the fields and the content of a request so far.
struct rules {
    unsigned seen;     // a set, in rules.c
    bool is_trailer;   // the head is complete
    uint64_t length;   // by content-length
    uint64_t received; // of the content
    const char *fault; // the first; NULL: none
};

// What a request of Connect says beside its content; of others, what HTTP says of compression.
enum connect_fault {
    CONNECT_GOOD,
    CONNECT_BAD_TIMEOUT,
    CONNECT_BAD_VERSION,
    CONNECT_BAD_BASE64,
    CONNECT_BAD_CODEC,
    CONNECT_NO_MEMORY
};
enum { ACCEPTS_SAID = 1, ACCEPTS_GZIP = 2 }; // a set; 0: nothing is said

struct connect_head {
    enum encoding encoding, stream_encoding; // by content-encoding, by connect-content-encoding
    unsigned accept, stream_accept;          // likewise
    enum connect_fault fault;
};

struct gdx_call { // the protocol's thread only
    gdx_connection *connection;
    gdx_call *next, *previous, *next_room;
    const gdx_call_events *events;
    void *context;
    int32_t stream;       // -1: closed, and what has come is still to be read
    uint64_t deadline_ns; // UINT64_MAX: none
    uint64_t message_ns;  // when the message under way started, or was asked for if that was later
    uint64_t taken_ns;    // when the peer last took of what waits, or it began to wait
    uint64_t linger_ns;   // server: the answer has gone, or is on its way: when to end what is left; 0: not so
    uint64_t linger_received;
    uint32_t reset_code;      // in OUT_RESET
    enum in_state in_state;   // changed by call_set_in alone
    enum out_state out_state; // changed by call_set_out alone

    // what came
    size_t header_bytes;
    size_t charged; // memory of head and metadata
    size_t held;    // and what the call's owner keeps
    gdx_buffer head;
    struct text path;
    struct text fields[GDX_HEAD_FIELDS];
    gdx_metadata metadata;
    uint64_t timeout_ns;  // UINT64_MAX: none
    unsigned http_status; // client: that came; server: of an answer of HTTP's own
    struct rules rules;   // a server's
    enum encoding encoding;
    enum head_fault head_fault;
    gdx_dialect dialect; // by content-type; a client's call is PLAIN until the server's has come
    gdx_form form;
    bool is_post, takes_trailers, takes_gzip;
    struct connect_head connect;

    gdx_buffer in;
    size_t in_at, in_consumed; // read so far; of what follows, so much was given back to the window
    uint64_t received;
    bool wanted;  // a message is asked for
    bool pumping; // messages are being handed out: an owner's call from inside does not start over

    // what goes
    gdx_metadata headers;
    gdx_metadata trailers; // client: those that came
    gdx_buffer out;
    size_t out_at, out_edge; // sent so far; where some message begins, to count from (end_of_begun)
    uint64_t sent;
    unsigned messages_sent;
    enum room room;
    bool trailed;    // the trailers are submitted
    bool deferred;   // libnghttp2 asks for no data until it is resumed
    bool plain_http; // the answer has no trailers
    bool send_gzip;

    gdx_grpc_code code;
    gdx_buffer status_message, details;
    bool has_status; // server: finish was called; client: it came
    bool complete;   // the whole answer, status included, was sent (server) or came (client)
};

// memory.c
void memory_allocator(gdx_connection *connection);
void memory_free_doomed(gdx_connection *connection); // after libnghttp2's session was deleted
void memory_trim(gdx_protocol *protocol);            // gives spare blocks back
gdx_status memory_reserve(gdx_connection *connection, gdx_buffer *buffer, size_t more) GDX_MUST_CHECK;
gdx_status memory_append(gdx_connection *connection, gdx_buffer *buffer, const void *data, size_t bytes) GDX_MUST_CHECK;
bool memory_charge(gdx_connection *connection, size_t bytes) GDX_MUST_CHECK; // false: over the limit, nothing charged
void memory_release(gdx_connection *connection, size_t bytes);

// guard.c: each ends the connection when a budget is gone.
void guard_init(gdx_connection *connection);
void guard_count_reset(gdx_connection *connection);
void guard_count_empty_frame(gdx_connection *connection);
void guard_count_ping(gdx_connection *connection);
void guard_forgive_pings(gdx_connection *connection);

// call.c
gdx_call *call_new(gdx_connection *connection, int32_t stream);
void call_free(gdx_call *call);                                           // with its `closed`, if that is still due
void call_destroy(gdx_call *call);                                        // a spare one
void call_close(gdx_call *call, gdx_grpc_code code, const char *message); // fires `closed`, once
void call_set_in(gdx_call *call, enum in_state state);
void call_set_out(gdx_call *call, enum out_state state);
void call_stop_reading(gdx_call *call); // to IN_CLOSED, if it is not there
// Server: the last byte of the answer has gone. `peer_ended`: and the request came whole before.
void call_answered(gdx_call *call, bool peer_ended);

// rules.c
void rules_take_field(struct rules *rules, gdx_slice name, gdx_slice value);
void rules_end_head(struct rules *rules);
void rules_take_content(struct rules *rules, size_t bytes, bool ends);
bool rules_have_authority(const struct rules *rules); // :authority or host

// streams.c: a fault ends the connection.
void streams_check_frame(gdx_connection *connection, const nghttp2_frame_hd *head); // before its payload
// Hands the bytes on in parts, and looks at the heads of frames in between. False: the connection has ended.
bool streams_feed(gdx_connection *connection, gdx_slice bytes, bool (*feed)(gdx_connection *, const uint8_t *, size_t));
void streams_check_settings(gdx_connection *connection);         // after they apply
void streams_excuse(gdx_connection *connection, int32_t stream); // from now on

// Of names and values: is it this literal?
static inline bool slice_is(gdx_slice text, const char *literal, size_t bytes) {
    return text.bytes == bytes && memcmp(text.data, literal, bytes) == 0;
}
#define IS(text, literal) slice_is(text, literal, sizeof literal - 1)

// headers.c
void head_take_request(gdx_call *call, gdx_slice name, gdx_slice value);
void head_take_response(gdx_call *call, gdx_slice name, gdx_slice value, bool trailers);
void head_finish_request(gdx_call *call);
void head_refuse_malformed(gdx_call *call); // by the fault of its rules: a reset, which is logged
void head_finish_response(gdx_call *call, bool trailers);
bool header_list_begin(gdx_protocol *protocol, const gdx_call *call, const gdx_metadata *metadata);
// Room for these, too. Before the first is added.
bool header_list_extend(gdx_protocol *protocol, const gdx_metadata *metadata);
void header_list_add(struct header_list *list, const char *name, gdx_slice value, bool value_is_static);
void header_list_add_metadata(struct header_list *list, const gdx_metadata *metadata);

// Each entry by the name "trailer-" and its own. The room is header_list_extend's.
void header_list_add_trailers(struct header_list *list, const gdx_metadata *metadata);

// dialect.c
void dialect_take_content_type(gdx_call *call, gdx_slice value);
const char *dialect_content_type(const gdx_call *call); // of its answer
enum encoding dialect_encoding(gdx_slice value);
const char *dialect_encoding_field(const gdx_call *call); // the field that names a call's compression
bool dialect_names_gzip(gdx_slice list);
void dialect_take_connect(gdx_call *call, gdx_slice name, gdx_slice value); // "connect-..."
bool dialect_take_compression(gdx_call *call, gdx_slice name, gdx_slice value);
void dialect_settle(gdx_call *call); // the head is whole: what it amounts to
const char *dialect_fault(const gdx_call *call);

// ending.c
unsigned ending_http_status(gdx_grpc_code code);
void ending_list_head(gdx_call *call);                  // after header_list_begin
void ending_finish(gdx_call *call, bool head_has_gone); // its status is set

// incoming.c
bool incoming_set_bare(gdx_call *call, gdx_slice message); // of a GET; false: no memory
void incoming_take(gdx_call *call, const uint8_t *data, size_t bytes);
void incoming_end(gdx_call *call);
void incoming_pump(gdx_call *call);
void incoming_discard(gdx_call *call);
bool incoming_is_silent(const gdx_call *call);  // more messages may come, and none has begun
uint64_t incoming_due_ns(const gdx_call *call); // when the message under way must be whole, or the next one begin

// outgoing.c
// What was pulled of a call.
enum pulled {
    PULLED_SOME,     // there may be more
    PULLED_NOTHING,  // just now: wire->resume will say when
    PULLED_TRAILERS, // the last of it, or nothing; outgoing_trail is to follow
    PULLED_END       // the last of it, or nothing, and nothing follows
};
// At most `room` bytes of the answer's body, for the wire.
size_t outgoing_pull(gdx_call *call, uint8_t *to, size_t room, enum pulled *out_pulled);
bool outgoing_trail(gdx_call *call);           // submits the trailers, once; false: no memory
size_t outgoing_waiting(const gdx_call *call); // bytes of the body that are not pulled
void outgoing_refuse(gdx_call *call, gdx_grpc_code code, const char *format, ...) GDX_PRINTF(3, 4);
void outgoing_list_status(const gdx_call *call);    // after header_list_begin
void outgoing_resume(gdx_call *call);               // if the wire waits for more
bool outgoing_send_head(gdx_call *call, bool ends); // the header list; false: no memory
void outgoing_fire_rooms(gdx_connection *connection);
void outgoing_reset(gdx_call *call, uint32_t error_code);
// Server: the status now, in place of what waits to be sent and of another status that waits behind it.
void outgoing_cut(gdx_call *call, gdx_grpc_code code, const char *message);
bool outgoing_is_blocked(const gdx_call *call); // more waits than the peer's windows take
bool outgoing_has_ended(const gdx_call *call);  // nothing but the status is left to leave
uint64_t outgoing_due_ns(const gdx_call *call); // when the peer must have taken something; UINT64_MAX: nothing waits

// drain.c
void drain_tick(gdx_connection *connection, uint64_t *next_ns); // lowers *next_ns to when to come again

// connection.c
void connection_set_state(gdx_connection *connection, enum connection_state state);
void connection_lose(gdx_connection *connection); // to CONNECTION_FLUSHED: the peer cannot read a GOAWAY
static inline bool connection_is_over(const gdx_connection *connection) {
    return connection->state >= CONNECTION_ENDING;
}
void connection_touch(gdx_connection *connection);               // something may be to pull
void connection_due(gdx_connection *connection, uint64_t at_ns); // tick no later than that
void connection_end(gdx_connection *connection, uint32_t error_code, const char *debug);
void connection_tell(gdx_connection *connection,
                     const char *what); // logs why the connection ends; only the first reason is logged

#endif
