// SPDX-License-Identifier: Apache-2.0
// fanout.h: the structs of leaves/.
//   fanout.c         the thread, what other threads ask of it, commits
//   fanout_list.c    which addresses there are
//   fanout_link.c    one replica: its socket, its connection, its state
//   fanout_call.c    calls: which replica, a second one, another one
//   fanout_stream.c  streams
// Everything with "_on_loop" runs on the fan-out's own thread.
#ifndef LEAVES_FANOUT_H
#define LEAVES_FANOUT_H

#include "gdx/api.h"
#include "gdx/fanout.h"
#include "gdx/protocol.h"

#include <gramdex/v1/leaf.pb-c.h>
#include <pthread.h>
#include <sys/stat.h>
#include <uv.h>

enum {
    REPLICAS_MOST = 4096,
    SLICES_MOST = 4096,
    PINS_KEPT = 16,
    COMMITS_MOST = 65,
    LATENCIES = 256,
    TICK_MS = 250,
    READ_BYTES = 64 * 1024,
    ADDRESS_BYTES = 256
};

enum link_state { LINK_CLOSED, LINK_RESOLVING, LINK_CONNECTING, LINK_OPEN, LINK_CLOSING };

struct replica { // loop thread only
    gdx_fanout *fanout;
    char address[ADDRESS_BYTES];
    bool is_listed; // else it is on its way out
    bool seen;      // in the list that is being read

    enum link_state state;
    union {
        uv_handle_t any;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } handle;
    uv_getaddrinfo_t resolve;
    uv_connect_t connect;
    uv_write_t write;
    gdx_connection *connection;
    gdx_tls_session *tls;
    gdx_buffer plain, out;
    bool is_writing, is_broken; // to be closed at the next turn
    uint64_t retry_ns;          // not before
    unsigned failures;          // in a row
    gdx_error why;              // it is not open
    char read_buffer[READ_BYTES];

    // what it says of itself
    bool is_known;
    uint32_t slice, slices;
    gdx_leaves_pin current; // documents and so on are of its current commit
    struct {
        uint64_t commit, manifest;
    } commits[COMMITS_MOST];
    size_t commit_count;
    struct attempt *probe; // a State call under way
    uint64_t probed_ns;
    unsigned calls; // under way
};

struct attempt { // one call of one replica; loop thread only; freed when the call is closed
    struct replica *replica;
    struct pending *pending;        // NULL: nobody waits for it any more, or it is a probe
    struct gdx_leaf_stream *stream; // of a stream
    gdx_call *call;
    const char *trace; // while it is opened: sent along as traceparent; NULL: none
    gdx_buffer reply;
    unsigned replies; // messages that have come
    gdx_error fault;  // what is wrong with them; status GDX_OK: nothing
    bool is_hedge;
    uint64_t begun_ns;
};

struct pending { // one slice's part of a round; the loop's from submit until the round is done
    struct round *round;
    gdx_leaf_call *call;
    struct attempt *attempts[2]; // under way
    struct replica *tried[8];
    size_t tried_count;
    uint64_t hedge_ns; // when a second one is asked; UINT64_MAX: never
    bool is_done;
    gdx_error last; // of the replica that failed last
    struct pending *next;
};

enum operation { OP_ROUND, OP_CANCEL_ROUND, OP_OPEN_STREAM, OP_READ_STREAM, OP_CLOSE_STREAM };

struct op { // another thread's wish; its owner waits for it, or frees it with what it is in
    enum operation kind;
    bool is_queued;
    struct op *next;
};

struct round {
    struct op start, cancel;
    struct pending *pendings;
    size_t count, left; // under the fan-out's lock
    uint64_t deadline_ns;
    bool is_cancelled; // loop thread
};

struct gdx_leaf_stream {
    gdx_fanout *fanout;
    struct op open, read, close;
    Gramdex__V1__FollowRequest *request; // a copy; its offset grows as messages are taken
    char trace[GDX_TRACE_BYTES];         // "": none
    uint64_t deadline_ns;
    unsigned opened;         // times
    struct replica *avoid;   // loop thread: the replica that failed
    struct attempt *attempt; // loop thread
    // under the fan-out's lock
    gdx_buffer message;
    bool has_message, has_ended, is_closed;
    bool is_whole; // the message that was the last one is taken
    gdx_error error;
};

struct slice_figures { // under the lock
    gdx_fanout_figures figures;
    uint64_t latencies_ns[LATENCIES];
    unsigned latency_count;
    double tokens; // of calls to a second replica
};

struct gdx_fanout {
    gdx_leaves table;
    gdx_fanout_options options;
    char *list, *token;
    pthread_t thread;
    uv_loop_t loop;
    uv_async_t wake;
    uv_prepare_t prepare;
    uv_timer_t timer, tick;
    gdx_protocol *protocol;
    struct replica **replicas;
    size_t replica_count;
    struct pending *pendings; // not done
    struct stat list_file;
    bool is_file, is_resolving, is_closing;
    uv_getaddrinfo_t resolve_list;
    uint64_t resolved_ns;

    pthread_mutex_t lock;
    pthread_cond_t changed; // a round is done, a stream has moved
    struct op *first, *last;
    bool wants_to_close;
    char root[ADDRESS_BYTES];
    gdx_leaves_pin pins[PINS_KEPT]; // the current one first
    size_t pin_count;
    gdx_error unpinned; // why there is none
    struct slice_figures *slices;
    uint32_t slice_count;
};

// fanout.c
void fanout_repin_on_loop(gdx_fanout *fanout); // after a replica has said something new, or has gone
bool replica_holds(const struct replica *replica, uint32_t slice, const Gramdex__V1__LeafCommit *commit);
void fanout_submit(gdx_fanout *fanout, struct op *op, enum operation kind); // any thread, under the lock
// Until something has changed, or for so short a while that a stop is seen in time. A worker, under the lock.
void fanout_wait_a_while(gdx_fanout *fanout);

// fanout_list.c
gdx_status fanout_list_open(gdx_fanout *fanout, gdx_error *err) GDX_MUST_CHECK;
void fanout_list_look_on_loop(gdx_fanout *fanout);

// fanout_link.c
void link_tick_on_loop(struct replica *replica); // opens, probes, gives up on it
void link_flush_on_loop(struct replica *replica);
void link_break(struct replica *replica, const char *why); // closed at the next turn; its calls fail
void link_close_on_loop(struct replica *replica);
gdx_status link_call(struct replica *replica, const char *method, const ProtobufCMessage *request, uint64_t deadline_ns,
                     const gdx_call_events *events, struct attempt *attempt) GDX_MUST_CHECK;

// fanout_call.c
// The replica that a call for the slice goes to, at that commit; NULL: there is none, and err says why.
struct replica *fanout_choose(gdx_fanout *fanout, const Gramdex__V1__AskRequest *request, struct replica *const *tried,
                              size_t tried_count, gdx_error *err);
bool fanout_may_fail_over(const gdx_error *error);
void fanout_name_slice(const Gramdex__V1__AskRequest *request, const struct replica *replica, gdx_error *err);
void fanout_start_round_on_loop(gdx_fanout *fanout, struct round *round);
void fanout_cancel_round_on_loop(gdx_fanout *fanout, struct round *round);
void fanout_hedge_on_loop(gdx_fanout *fanout, uint64_t now_ns);
uint64_t fanout_hedge_due_ns(const gdx_fanout *fanout);
void fanout_ask(void *context, gdx_leaf_call *calls, size_t count, const gdx_stop *stop);
void attempt_failure(const gdx_call_result *result, struct replica *replica, gdx_error *out);
// GDX_CORRUPT: the answer is none to this request, but to one of another slice or commit.
gdx_status fanout_check_answer(const Gramdex__V1__AskRequest *request, const Gramdex__V1__AskResponse *answer,
                               gdx_error *err) GDX_MUST_CHECK;
void attempt_free(struct attempt *attempt);

// fanout_stream.c
void stream_op_on_loop(gdx_fanout *fanout, struct op *op);
gdx_status fanout_follow(void *context, const ProtobufCMessage *request, const char *trace, gdx_leaf_stream **out,
                         gdx_error *err);
gdx_status fanout_next(gdx_leaf_stream *stream, const gdx_stop *stop, ProtobufCMessage **out, gdx_error *err);
void fanout_close_stream(gdx_leaf_stream *stream);

#endif
