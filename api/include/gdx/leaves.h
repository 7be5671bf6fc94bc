// SPDX-License-Identifier: Apache-2.0
// gdx/leaves.h: the servers that hold the slices of one index, as a root's collection asks them. api says what is asked
// and adds the answers up; how a question reaches a leaf, which of several replicas, and when another is tried, is the
// business of who fills this table in (rpc/fanout, by sockets). Relies on gdx/error.h, gdx/stop.h and proto's messages.
// Threads: any; a stream has one owner.
#ifndef GDX_LEAVES_H
#define GDX_LEAVES_H

#include "gdx/error.h"
#include "gdx/stop.h"

#include <protobuf-c/protobuf-c.h>

#ifdef __cplusplus
extern "C" {
#endif

// The commit that answers are taken from: one that a replica of every slice serves.
typedef struct gdx_leaves_pin {
    uint64_t commit;
    uint64_t manifest; // its checksum
    uint32_t slices;
    uint64_t documents, symbols, segments, index_bytes; // of all slices
} gdx_leaves_pin;

typedef struct gdx_leaf_call {       // of one slice, at the commit that the request names
    const ProtobufCMessage *request; // a gramdex.v1.AskRequest
    const char *trace;               // as gdx_question.trace
    ProtobufCMessage *answer;        // an AskResponse, that the caller frees; NULL: failed
    gdx_error error; // GDX_UNAVAILABLE, GDX_CORRUPT: no replica of the slice answers; it names the slice
} gdx_leaf_call;

typedef struct gdx_leaf_stream gdx_leaf_stream;

typedef struct gdx_leaves {
    void *context;
    // commit 0: the current one. GDX_UNAVAILABLE: no leaf has been reached yet. GDX_PRECONDITION, reason
    // PAGE_TOKEN_EXPIRED: it is not that commit, nor one that was current lately.
    gdx_status (*pin)(void *context, uint64_t commit, gdx_leaves_pin *out, gdx_error *err);
    // All calls at the same time; returns when each has its answer or its error, or soon after `stop`.
    void (*ask)(void *context, gdx_leaf_call *calls, size_t count, const gdx_stop *stop);
    // Opens a stream of Follow and asks for its first message. The request is copied, and so is the trace, as
    // gdx_question.trace. GDX_NO_MEMORY.
    gdx_status (*follow)(void *context, const ProtobufCMessage *request, const char *trace, gdx_leaf_stream **out,
                         gdx_error *err);
    // The next message, the caller's to free as above; NULL: the end. Errors as of a call.
    gdx_status (*next)(gdx_leaf_stream *stream, const gdx_stop *stop, ProtobufCMessage **out, gdx_error *err);
    void (*close)(gdx_leaf_stream *stream); // NULL is fine
} gdx_leaves;

#ifdef __cplusplus
}
#endif

#endif
