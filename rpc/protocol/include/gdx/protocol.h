// SPDX-License-Identifier: Apache-2.0
// gdx/protocol.h: gRPC over HTTP/2 without a socket: bytes in, bytes out, events. Both roles, server and client; a
// server may answer web clients, too: gRPC-Web, Connect and plain requests, over HTTP/2 and HTTP/1.1 on one connection
// object. Relies on gdx/base.h; inside on libnghttp2 and zlib. It has no clock (time is passed in, gdx_now_ns) and no
// thread: all objects of one gdx_protocol belong to one thread, the loop's, except gdx_codec and gdx_metadata, which
// are free-standing. What peers may rely on: docs/protocol.md.
#ifndef GDX_PROTOCOL_H
#define GDX_PROTOCOL_H

#include "gdx/base.h"

// ---- statuses

// As the gRPC specification numbers them.
typedef enum gdx_grpc_code {
    GDX_GRPC_OK = 0,
    GDX_GRPC_CANCELLED = 1,
    GDX_GRPC_UNKNOWN = 2,
    GDX_GRPC_INVALID_ARGUMENT = 3,
    GDX_GRPC_DEADLINE_EXCEEDED = 4,
    GDX_GRPC_NOT_FOUND = 5,
    GDX_GRPC_ALREADY_EXISTS = 6,
    GDX_GRPC_PERMISSION_DENIED = 7,
    GDX_GRPC_RESOURCE_EXHAUSTED = 8,
    GDX_GRPC_FAILED_PRECONDITION = 9,
    GDX_GRPC_ABORTED = 10,
    GDX_GRPC_OUT_OF_RANGE = 11,
    GDX_GRPC_UNIMPLEMENTED = 12,
    GDX_GRPC_INTERNAL = 13,
    GDX_GRPC_UNAVAILABLE = 14,
    GDX_GRPC_DATA_LOSS = 15,
    GDX_GRPC_UNAUTHENTICATED = 16,
    GDX_GRPC_CODES
} gdx_grpc_code;

const char *gdx_grpc_code_name(gdx_grpc_code code);       // "NOT_FOUND"; never NULL
gdx_grpc_code gdx_grpc_code_of_status(gdx_status status); // the one table between the two worlds
gdx_status gdx_status_of_grpc_code(gdx_grpc_code code);   // the way back, for clients

// grpc-message: bytes outside printable ASCII, and '%', become %XX. Appends.
gdx_status gdx_percent_encode(gdx_slice text, gdx_buffer *out) GDX_MUST_CHECK;
gdx_status gdx_percent_decode(gdx_slice text, gdx_buffer *out) GDX_MUST_CHECK; // a stray '%' is itself
// grpc-timeout: 1 to 8 digits and a unit of H M S m u n. False: malformed. A timeout of 0 is valid.
bool gdx_timeout_parse(gdx_slice text, uint64_t *out_ns);
// The largest value not above timeout_ns that fits eight digits, for sending. Ends with a zero.
enum { GDX_TIMEOUT_BYTES = 16 };
void gdx_timeout_format(uint64_t timeout_ns, char out[GDX_TIMEOUT_BYTES]);

// ---- metadata

// A list of names and values in the order given; names may come twice. {0} is empty; clear frees. The values of names
// that end in "-bin" are raw bytes here, and base64 only on the wire.
typedef struct gdx_metadata {
    gdx_buffer bytes;
    size_t count;
} gdx_metadata;

// GDX_INVALID: a name outside [0-9a-z_.-], one reserved ("grpc-..." and HTTP's own), or a value outside printable
// ASCII.
gdx_status gdx_metadata_add(gdx_metadata *metadata, gdx_slice name, gdx_slice value) GDX_MUST_CHECK;
// Start with *at = 0; false at the end.
bool gdx_metadata_next(const gdx_metadata *metadata, size_t *at, gdx_slice *out_name, gdx_slice *out_value);
// The first of that name; false when there is none.
bool gdx_metadata_find(const gdx_metadata *metadata, const char *name, gdx_slice *out_value);
void gdx_metadata_reset(gdx_metadata *metadata); // empty, memory kept
void gdx_metadata_clear(gdx_metadata *metadata);

// ---- traces

enum { GDX_TRACE_BYTES = 56 };
// The traceparent of W3C Trace Context, as of version 00; for one of a later version, what that has of it. False, and
// "": there is none, it is malformed, or there are two.
bool gdx_trace_read(const gdx_metadata *metadata, char out[GDX_TRACE_BYTES]);
gdx_slice gdx_trace_id(const char *trace); // its 32 digits; empty for ""

// ---- messages on the wire

enum { GDX_MESSAGE_PREFIX_BYTES = 5 };
void gdx_message_prefix(uint8_t prefix[GDX_MESSAGE_PREFIX_BYTES], bool compressed, uint32_t bytes);
// Of the message that follows; the prefix's first byte is 1 if it is compressed, else 0.
uint32_t gdx_message_length(const uint8_t prefix[GDX_MESSAGE_PREFIX_BYTES]);

// zlib's state, reused from message to message. One worker's own.
typedef struct gdx_codec gdx_codec;
gdx_codec *gdx_codec_new(void); // NULL: no memory
void gdx_codec_free(gdx_codec *codec);
// Appends prefix and message, gzipped when `compress`. GDX_NO_MEMORY, GDX_TOO_LARGE from 4 GiB.
gdx_status gdx_codec_frame(gdx_codec *codec, gdx_slice message, bool compress, gdx_buffer *out) GDX_MUST_CHECK;
// Appends what the gzip stream holds. GDX_TOO_LARGE as soon as it passes `limit`, GDX_CORRUPT, GDX_NO_MEMORY.
gdx_status gdx_codec_inflate(gdx_codec *codec, gdx_slice gzipped, size_t limit, gdx_buffer *out) GDX_MUST_CHECK;

// ---- dialects: how a call, or another request, is put into HTTP

typedef enum gdx_dialect {
    GDX_DIALECT_PLAIN, // no call: a request for a page, or one that is refused
    GDX_DIALECT_GRPC,
    GDX_DIALECT_GRPC_WEB,
    GDX_DIALECT_CONNECT, // one request, one reply, without prefixes
    GDX_DIALECT_CONNECT_STREAM,
    GDX_DIALECTS
} gdx_dialect;

// What the messages of a call are written in, requests and replies alike.
typedef enum gdx_form { GDX_FORM_PROTO, GDX_FORM_JSON } gdx_form;

const char *gdx_dialect_name(gdx_dialect dialect); // "gRPC-Web"; never NULL

// What of a request's head is neither metadata nor the protocol's own.
typedef enum gdx_head_field {
    GDX_HEAD_FIELD_METHOD,    // "GET"
    GDX_HEAD_FIELD_QUERY,     // what follows "?", as it came
    GDX_HEAD_FIELD_AUTHORITY, // :authority, else host
    GDX_HEAD_FIELD_CONTENT_TYPE,
    GDX_HEAD_FIELD_ORIGIN,
    GDX_HEAD_FIELD_FETCH_SITE, // sec-fetch-site
    GDX_HEAD_FIELD_FETCH_MODE, // sec-fetch-mode
    GDX_HEAD_FIELD_IF_NONE_MATCH,
    GDX_HEAD_FIELDS
} gdx_head_field;

// ---- what all connections of a loop share

typedef struct gdx_protocol_options {
    size_t message_limit;       // of one message, before and after decompression: a larger one is RESOURCE_EXHAUSTED
    size_t header_limit;        // of the names and values of one header list, 32 bytes more for each, as HTTP/2 counts
    uint32_t stream_limit;      // calls at once on a connection
    uint32_t stream_window;     // bytes a peer may send ahead on a call that is not read
    uint32_t connection_window; // and on the whole connection between two turns
    size_t write_buffer;        // bytes of a call that may wait to be sent: room ends there
    size_t memory_limit;        // of one connection, all its buffers and HTTP/2 state
    size_t total_memory_limit;  // of all connections
    size_t compress_from;  // messages from so many bytes on are gzipped when the peer takes it; 0: only if asked to
    uint64_t handshake_ns; // from the first byte to the peer's SETTINGS
    uint64_t stall_ns;     // for a message that has started, and a second more for each 16 KiB of it; 0: no limit
    uint64_t silence_ns;   // from one message to the next, and for the peer to take some of what waits; 0: no limit
    uint64_t keepalive_ns; // silence after which a PING is sent; 0: never
    uint64_t keepalive_timeout_ns;
    uint64_t idle_ns;          // without a call; then the connection drains. 0: never
    uint64_t age_ns;           // then the connection drains. 0: never
    uint64_t age_grace_ns;     // what a draining connection may still take; 0: as long as it needs
    uint64_t ping_interval_ns; // a peer that pings more often than this, without data between, gets strikes
    unsigned ping_strikes;     // and after so many GOAWAY too_many_pings
    unsigned reset_burst;      // calls that end by a reset, the peer's or one it provoked: a bucket of so many,
    unsigned reset_per_second; // filled again at this rate; then GOAWAY ENHANCE_YOUR_CALM
    unsigned frame_burst;      // frames that carry nothing (empty DATA, PING, SETTINGS, PRIORITY), likewise
    unsigned frame_per_second;
    bool web; // a server's connections take every dialect and HTTP/1.1; else gRPC over HTTP/2 alone
} gdx_protocol_options;

gdx_protocol_options gdx_protocol_options_default(void);

typedef struct gdx_protocol gdx_protocol;
// GDX_NO_MEMORY.
gdx_status gdx_protocol_new(const gdx_protocol_options *options, gdx_protocol **out) GDX_MUST_CHECK;
void gdx_protocol_free(gdx_protocol *protocol);           // after all its connections
size_t gdx_protocol_memory(const gdx_protocol *protocol); // bytes that its connections hold

// ---- connections

typedef struct gdx_connection gdx_connection;
typedef struct gdx_call gdx_call;

typedef enum gdx_role { GDX_SERVER, GDX_CLIENT } gdx_role;

// Any of them may be NULL. None may free the connection, feed it or pull from it.
typedef struct gdx_connection_events {
    // Server: the head of a request is there and in order. Attach (gdx_call_attach) or finish it; do one of the two.
    void (*call_opened)(gdx_call *call, void *context);
    // Server: the head of a request is not in order, and it is answered already. Attach to get its end
    // as an event, or do nothing.
    void (*call_refused)(gdx_call *call, void *context);
    // Server, with the option `web`: the head of a request that is no call is there (GDX_DIALECT_PLAIN), or of one that
    // is, in a dialect that no method can have. Attach to it or not, and answer it (gdx_call_answer) before returning.
    // NULL: it is refused.
    void (*plain_opened)(gdx_call *call, void *context);
    // The peer has broken HTTP, or a limit of the connection, which ends; or a request was refused before it was a
    // call. In words, for the log.
    void (*fault)(const char *what, void *context);
    // There is something to pull. Once, until the next pull.
    void (*output_pending)(void *context);
    // Client: the peer has announced that it goes away. No new call can be made.
    void (*going_away)(void *context);
} gdx_connection_events;

gdx_status gdx_connection_new(gdx_protocol *protocol, gdx_role role, const gdx_connection_events *events, void *context,
                              uint64_t now_ns, gdx_connection **out) GDX_MUST_CHECK;
// Calls that still run get their `closed` with UNAVAILABLE (client) or CANCELLED (server).
void gdx_connection_free(gdx_connection *connection);

// Bytes from the peer; events fire from inside. An error means the connection is over: pull what is left (a GOAWAY),
// send it and close.
gdx_status gdx_connection_feed(gdx_connection *connection, gdx_slice bytes, uint64_t now_ns,
                               gdx_error *err) GDX_MUST_CHECK;
// Bytes for the peer: appends whole frames until `out` holds `limit` bytes or nothing is left. Fires `room` events.
gdx_status gdx_connection_pull(gdx_connection *connection, gdx_buffer *out, size_t limit,
                               uint64_t now_ns) GDX_MUST_CHECK;
// False: do not read from the peer's socket for now, what was fed waits. Ask again after each pull.
bool gdx_connection_takes_input(const gdx_connection *connection);
// A limit was broken, or the peer is lost: nothing more is read.
bool gdx_connection_is_over(const gdx_connection *connection);
// Nothing more to read or to write: send what was pulled, close, free.
bool gdx_connection_is_finished(const gdx_connection *connection);
// Deadlines, keepalive, age. Call it at the returned time or soon after, and after feed when convenient.
// Returns when to call next; UINT64_MAX: no need.
uint64_t gdx_connection_tick(gdx_connection *connection, uint64_t now_ns);
// The same time without looking: it may have come nearer since the last tick, by a new call.
uint64_t gdx_connection_due_ns(const gdx_connection *connection);
// GOAWAY, and when the peer has seen it the second GOAWAY; calls under way end as they will. Once.
void gdx_connection_drain(gdx_connection *connection, uint64_t now_ns);
size_t gdx_connection_call_count(const gdx_connection *connection);
size_t gdx_connection_memory(const gdx_connection *connection); // bytes
void *gdx_connection_context(const gdx_connection *connection);

// ---- calls

typedef struct gdx_call_result {
    gdx_grpc_code code;
    gdx_slice message;            // decoded
    gdx_slice details;            // grpc-status-details-bin, decoded: a google.rpc.Status
    const gdx_metadata *trailers; // client: what came; NULL otherwise
    unsigned http_status;         // server: of an answer of HTTP's own; else 0
    bool complete;                // the status was sent (server) or came (client); false: reset, vanished, expired
} gdx_call_result;

// Runs on: the protocol's thread, from inside feed, pull, tick, read or free. Any but `closed` may be NULL.
typedef struct gdx_call_events {
    // Client: initial metadata has come.
    void (*headers)(gdx_call *call);
    // A message, decompressed; the bytes are valid until return. Comes once for each gdx_call_read.
    void (*message)(gdx_call *call, gdx_slice message);
    // In place of `message`, if it is set: the message as it came, with its prefix and still compressed. The length is
    // checked, and that the prefix agrees with the headers; gdx_codec_inflate does the rest, on any thread.
    void (*frame)(gdx_call *call, gdx_slice frame);
    // The peer sends no more messages, and all were read. Not after `closed`.
    void (*ended)(gdx_call *call);
    // gdx_call_room is positive again after it was not.
    void (*room)(gdx_call *call);
    // The last event; `call` is invalid once it returns. Comes always, exactly once.
    void (*closed)(gdx_call *call, const gdx_call_result *result);
} gdx_call_events;

void gdx_call_attach(gdx_call *call, const gdx_call_events *events, void *context);
void *gdx_call_context(const gdx_call *call);
gdx_connection *gdx_call_connection(const gdx_call *call);
gdx_dialect gdx_call_dialect(const gdx_call *call);
gdx_form gdx_call_form(const gdx_call *call);
bool gdx_call_is_http2(const gdx_call *call);
gdx_slice gdx_call_path(const gdx_call *call); // "/package.Service/Method", without a query
// Of a request's head; empty: it has none, or came as gRPC, of which only the authority is kept. Valid while the call
// is.
gdx_slice gdx_call_field(const gdx_call *call, gdx_head_field field);
const gdx_metadata *gdx_call_metadata(const gdx_call *call); // what the peer sent in its headers
// Moves them to `out`, whose memory the call takes in exchange.
void gdx_call_take_metadata(gdx_call *call, gdx_metadata *out);
uint64_t gdx_call_deadline_ns(const gdx_call *call); // of the clock passed in; UINT64_MAX: none
bool gdx_call_peer_takes_gzip(const gdx_call *call);
// Counts bytes that the call's owner keeps for it (messages not yet handled) against the connection's memory; replaces
// what was said before. GDX_NO_MEMORY: over the limit, nothing changed.
gdx_status gdx_call_set_held(gdx_call *call, size_t bytes) GDX_MUST_CHECK;
uint64_t gdx_call_bytes_received(const gdx_call *call);
uint64_t gdx_call_bytes_sent(const gdx_call *call);

// Asks for one message. Until then the peer's bytes wait in its window, and it is held up when that is full.
void gdx_call_read(gdx_call *call);

// Metadata for the headers, before the first write, or for the trailers, before finish. As gdx_metadata_add.
gdx_status gdx_call_add_header(gdx_call *call, gdx_slice name, gdx_slice value) GDX_MUST_CHECK;
gdx_status gdx_call_add_trailer(gdx_call *call, gdx_slice name, gdx_slice value) GDX_MUST_CHECK;

typedef enum gdx_compress { GDX_COMPRESS_AUTO, GDX_COMPRESS_NO, GDX_COMPRESS_YES } gdx_compress;
// Appends a message to what waits to be sent. It is taken whole even when there is little room; to keep memory bounded
// write only while room is positive. GDX_CANCELLED: the call is over. GDX_NO_MEMORY: the connection's limit is reached.
gdx_status gdx_call_write(gdx_call *call, gdx_slice message, gdx_compress compress) GDX_MUST_CHECK;
// The same for messages already framed by gdx_codec_frame. May swap the buffer's memory for other; it is empty then.
gdx_status gdx_call_write_frames(gdx_call *call, gdx_buffer *frames) GDX_MUST_CHECK;
ptrdiff_t gdx_call_room(const gdx_call *call); // bytes until the write buffer is full; may be negative

// Server: the status, after all that was written. Details: a serialized google.rpc.Status, or empty.
void gdx_call_finish(gdx_call *call, gdx_grpc_code code, gdx_slice message, gdx_slice details);

typedef struct gdx_answer { // of HTTP's own; what is empty is not sent
    unsigned status;        // 200 to 599
    gdx_slice content_type, content_encoding, cache_control, etag;
    gdx_slice allow;     // the methods, with 405
    gdx_slice body;      // copied. Not sent for HEAD, nor with 204 and 304
    gdx_grpc_code code;  // for the log
    const char *message; // likewise; NULL: the body is it, for codes other than OK
} gdx_answer;
// Server, in place of finish, for a call that nothing was written to: an answer of HTTP's own, with the headers that
// gdx_call_add_header has added (security, CORS).
void gdx_call_answer(gdx_call *call, const gdx_answer *answer);
// The same in a sentence of text/plain; `allow` may be NULL.
void gdx_call_answer_words(gdx_call *call, unsigned status, gdx_grpc_code code, const char *allow, const char *format,
                           ...) GDX_PRINTF(5, 6);
// Connect, one reply: the status of HTTP that a failure has, in place of its code's.
void gdx_call_set_http_status(gdx_call *call, unsigned status);
// Client: no more messages from here.
void gdx_call_end_writing(gdx_call *call);
// Resets the call. `closed` comes from a later pull.
void gdx_call_cancel(gdx_call *call);

typedef struct gdx_call_options { // client
    gdx_slice path;               // "/package.Service/Method"
    gdx_slice authority;          // "host:port"
    const char *scheme;           // "http" or "https"
    uint64_t timeout_ns;          // 0: none
    const gdx_metadata *metadata; // may be NULL
    bool gzip;                    // announces that messages may be gzipped: GDX_COMPRESS_YES then does so
} gdx_call_options;
// Client: GDX_UNAVAILABLE when the connection takes no new call now, GDX_NO_MEMORY.
gdx_status gdx_call_open(gdx_connection *connection, const gdx_call_options *options, const gdx_call_events *events,
                         void *context, uint64_t now_ns, gdx_call **out) GDX_MUST_CHECK;

#endif
