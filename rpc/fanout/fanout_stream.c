// SPDX-License-Identifier: Apache-2.0
// fanout_stream.c: a stream of one slice. One message is fetched ahead, no more: who reads slowly slows the leaf down.
// When its replica fails, another one goes on after what was taken already.

#include "fanout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPENED_MOST = 8 };

static const gdx_call_events stream_events;

// ---- on the loop

static void fail(gdx_leaf_stream *stream, const gdx_error *why) {
    gdx_fanout *fanout = stream->fanout;
    pthread_mutex_lock(&fanout->lock);
    stream->has_ended = true;
    (void)!gdx_error_pass(&stream->error, why);
    pthread_cond_broadcast(&fanout->changed);
    pthread_mutex_unlock(&fanout->lock);
}

static void open_on_loop(gdx_leaf_stream *stream) {
    const Gramdex__V1__AskRequest *request = stream->request->ask;
    gdx_fanout *fanout = stream->fanout;
    gdx_error why = {0};
    struct replica *replica = fanout_choose(fanout, request, &stream->avoid, stream->avoid != NULL, &why);
    struct attempt *attempt = replica ? calloc(1, sizeof *attempt) : NULL;
    if (replica && !attempt)
        gdx_fail_memory(&why, "a stream");
    if (attempt) {
        attempt->stream = stream;
        attempt->trace = stream->trace[0] ? stream->trace : NULL;
        if (link_call(replica, "Follow", &stream->request->base, 0, &stream_events, attempt) == GDX_OK) {
            stream->attempt = attempt;
            return;
        }
        attempt_free(attempt);
        gdx_fail(&why, GDX_UNAVAILABLE, "the connection is gone");
        fanout_name_slice(request, replica, &why);
    }
    fail(stream, &why);
}

static void on_message(gdx_call *call, gdx_slice message) {
    struct attempt *attempt = gdx_call_context(call);
    gdx_leaf_stream *stream = attempt->stream;
    if (!stream)
        return;
    pthread_mutex_lock(&stream->fanout->lock);
    stream->message.bytes = 0;
    if (gdx_buffer_append(&stream->message, message.data, message.bytes) == GDX_OK) {
        stream->has_message = true;
    } else {
        gdx_fail_memory(&stream->error, "a message of a leaf");
        stream->has_ended = true;
    }
    pthread_cond_broadcast(&stream->fanout->changed);
    pthread_mutex_unlock(&stream->fanout->lock);
}

static void on_closed(gdx_call *call, const gdx_call_result *result) {
    struct attempt *attempt = gdx_call_context(call);
    gdx_leaf_stream *stream = attempt->stream;
    attempt->replica->calls--;
    if (stream) {
        gdx_error why = {0};
        stream->attempt = NULL;
        stream->avoid = attempt->replica; // if it is opened again
        if (result->code != GDX_GRPC_OK) {
            attempt_failure(result, attempt->replica, &why);
            if (fanout_may_fail_over(&why) && why.status != GDX_PRECONDITION) {
                why.status = why.status == GDX_CORRUPT ? GDX_CORRUPT : GDX_UNAVAILABLE;
                fanout_name_slice(stream->request->ask, attempt->replica, &why);
            }
        }
        fail(stream, &why); // or the end
    }
    attempt_free(attempt);
}

static const gdx_call_events stream_events = {.message = on_message, .closed = on_closed};

void stream_op_on_loop(gdx_fanout *fanout, struct op *op) {
    if (op->kind == OP_OPEN_STREAM) {
        open_on_loop((gdx_leaf_stream *)((char *)op - offsetof(gdx_leaf_stream, open)));
    } else if (op->kind == OP_READ_STREAM) {
        gdx_leaf_stream *stream = (gdx_leaf_stream *)((char *)op - offsetof(gdx_leaf_stream, read));
        if (stream->attempt)
            gdx_call_read(stream->attempt->call);
    } else {
        gdx_leaf_stream *stream = (gdx_leaf_stream *)((char *)op - offsetof(gdx_leaf_stream, close));
        if (stream->attempt) {
            stream->attempt->stream = NULL;
            gdx_call_cancel(stream->attempt->call);
        }
        pthread_mutex_lock(&fanout->lock);
        stream->is_closed = true;
        pthread_cond_broadcast(&fanout->changed);
        pthread_mutex_unlock(&fanout->lock);
    }
}

// ---- other threads

static Gramdex__V1__FollowRequest *copy_request(const ProtobufCMessage *message) {
    Gramdex__V1__FollowRequest request = GRAMDEX__V1__FOLLOW_REQUEST__INIT;
    request.ask = (Gramdex__V1__AskRequest *)(uintptr_t)message;
    gdx_buffer packed = {0};
    Gramdex__V1__FollowRequest *copy = NULL;
    if (gdx_buffer_reserve(&packed, gramdex__v1__follow_request__get_packed_size(&request) + 1) == GDX_OK)
        copy = gramdex__v1__follow_request__unpack(NULL, gramdex__v1__follow_request__pack(&request, packed.data),
                                                   packed.data);
    gdx_buffer_clear(&packed);
    return copy;
}

gdx_status fanout_follow(void *context, const ProtobufCMessage *request, const char *trace, gdx_leaf_stream **out,
                         gdx_error *err) {
    gdx_fanout *fanout = context;
    gdx_leaf_stream *stream = calloc(1, sizeof *stream);
    if (stream)
        stream->request = copy_request(request);
    if (!stream || !stream->request) {
        free(stream);
        return gdx_fail_memory(err, "a stream");
    }
    stream->fanout = fanout;
    snprintf(stream->trace, sizeof stream->trace, "%s", trace ? trace : "");
    stream->opened = 1;
    pthread_mutex_lock(&fanout->lock);
    fanout_submit(fanout, &stream->open, OP_OPEN_STREAM);
    pthread_mutex_unlock(&fanout->lock);
    *out = stream;
    return GDX_OK;
}

// Under the lock: there is a message, or the end. A failed replica is followed by another one.
static gdx_status wait_for_message(gdx_leaf_stream *stream, const gdx_stop *stop, gdx_error *err) {
    gdx_fanout *fanout = stream->fanout;
    for (;;) {
        if (stream->has_message)
            return GDX_OK;
        if (stream->has_ended && !stream->open.is_queued) {
            if (stream->error.status == GDX_OK && stream->is_whole)
                return GDX_OK;
            gdx_fail(&stream->error, GDX_CORRUPT, "slice %u: a leaf's stream ends before its last message",
                     stream->request->ask->slice);
            if (!fanout_may_fail_over(&stream->error) || stream->opened++ >= OPENED_MOST)
                return gdx_error_pass(err, &stream->error);
            gdx_error before = stream->error;
            stream->has_ended = false;
            stream->error = (gdx_error){0};
            fanout_submit(fanout, &stream->open, OP_OPEN_STREAM);
            while (stream->open.is_queued)
                fanout_wait_a_while(fanout);
            if (stream->has_ended && stream->error.status != GDX_OK) // there is no other one
                return gdx_error_pass(err, &before);
            continue;
        }
        gdx_status status = gdx_stop_check(stop, err);
        if (status != GDX_OK)
            return status;
        fanout_wait_a_while(fanout);
    }
}

// NULL: it is no message that can follow those before it, and err says why.
static Gramdex__V1__FollowResponse *read_message(const gdx_leaf_stream *stream, gdx_error *err) {
    const Gramdex__V1__AskRequest *request = stream->request->ask;
    gdx_error why = {0};
    Gramdex__V1__FollowResponse *response =
        gramdex__v1__follow_response__unpack(NULL, stream->message.bytes, stream->message.data);
    const Gramdex__V1__AskResponse *part = response ? response->part : NULL;
    gdx_status status =
        part ? fanout_check_answer(request, part, &why) : gdx_fail(&why, GDX_CORRUPT, "a leaf's message that is none");
    if (status == GDX_OK && stream->is_whole)
        status = gdx_fail(&why, GDX_CORRUPT, "a leaf's message after the last one");
    if (status == GDX_OK && part->offset != request->offset)
        status = gdx_fail(&why, GDX_CORRUPT, "a leaf's message starts at occurrence %" PRIu64 ", expected %" PRIu64,
                          part->offset, request->offset);
    if (status == GDX_OK)
        return response;
    gdx_fail(err, status, "slice %u of %u: %s", request->slice, request->slices, why.message);
    if (response)
        gramdex__v1__follow_response__free_unpacked(response, NULL);
    return NULL;
}

gdx_status fanout_next(gdx_leaf_stream *stream, const gdx_stop *stop, ProtobufCMessage **out, gdx_error *err) {
    gdx_fanout *fanout = stream->fanout;
    Gramdex__V1__FollowResponse *response = NULL;
    *out = NULL;
    pthread_mutex_lock(&fanout->lock);
    gdx_status status = wait_for_message(stream, stop, err);
    if (status == GDX_OK && stream->has_message) {
        response = read_message(stream, err);
        if (response) {
            stream->request->ask->offset += response->part->occurrences;
            stream->is_whole = response->part->last;
        } else {
            status = GDX_CORRUPT;
        }
        stream->has_message = false;
        while (stream->read.is_queued) // of the message before
            fanout_wait_a_while(fanout);
        if (!stream->has_ended)
            fanout_submit(fanout, &stream->read, OP_READ_STREAM);
    }
    pthread_mutex_unlock(&fanout->lock);
    if (response) {
        *out = &response->part->base;
        response->part = NULL;
        gramdex__v1__follow_response__free_unpacked(response, NULL);
    }
    return status;
}

void fanout_close_stream(gdx_leaf_stream *stream) {
    if (!stream)
        return;
    gdx_fanout *fanout = stream->fanout;
    pthread_mutex_lock(&fanout->lock);
    fanout_submit(fanout, &stream->close, OP_CLOSE_STREAM);
    while (!stream->is_closed || stream->open.is_queued || stream->read.is_queued || stream->close.is_queued)
        fanout_wait_a_while(fanout);
    pthread_mutex_unlock(&fanout->lock);
    gramdex__v1__follow_request__free_unpacked(stream->request, NULL);
    gdx_buffer_clear(&stream->message);
    free(stream);
}
