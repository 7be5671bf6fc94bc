// SPDX-License-Identifier: Apache-2.0
// gdx/ask.h: one way to ask, whether the index is open in this process or a server has it.
// Relies on gdx/api.h, gdx/client.h. Threads: a target has one owner. Every call here may block.
#ifndef GDX_ASK_H
#define GDX_ASK_H

#include "gdx/api.h"
#include "gdx/client.h"

typedef struct gdx_target gdx_target;

// An index in this process. The collection is the target's own, and so is the one commit at a time that it reads.
// As gdx_collection_open; GDX_NO_MEMORY.
gdx_status gdx_target_open_index(const char *directory, const gdx_collection_options *options, gdx_target **out,
                                 gdx_error *err) GDX_MUST_CHECK;
// A server, reached at once. As gdx_client_open. What `options` points to must outlive the target.
// A collection that is open. Takes it over. GDX_NO_MEMORY: it stays the caller's.
gdx_status gdx_target_of_collection(gdx_collection *collection, gdx_target **out, gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_target_open_server(const char *address, const gdx_client_options *options, gdx_target **out,
                                  gdx_error *err) GDX_MUST_CHECK;
void gdx_target_close(gdx_target *target); // NULL is fine
GDX_DEFINE_AUTO(gdx_target, gdx_target_close)

// Takes one reply, which is the target's until it returns. Anything but GDX_OK ends the question with that status.
typedef gdx_status gdx_take_reply(void *context, const ProtobufCMessage *reply, gdx_error *err);
// Gives the next request, which is the giver's until it is called again; NULL: that was the last one. Anything but
// GDX_OK ends the question with that status, and a server drops what it has not committed.
typedef gdx_status gdx_give_request(void *context, const ProtobufCMessage **out, gdx_error *err);

// Asks an operation that takes one request, and hands each reply to `take`: one, or as many as come when the operation
// streams them. A refusal has the same status, reason, field and column from either kind of target.
gdx_status gdx_ask(gdx_target *target, const gdx_operation *operation, const ProtobufCMessage *request,
                   gdx_take_reply *take, void *context, gdx_error *err) GDX_MUST_CHECK;
// The same for an operation that takes a stream of requests and gives one reply. `give` is called as fast as requests
// are taken, so that memory stays bounded. Not tried again when the server goes away: GDX_UNAVAILABLE.
gdx_status gdx_ask_stream(gdx_target *target, const gdx_operation *operation, gdx_give_request *give,
                          gdx_take_reply *take, void *context, gdx_error *err) GDX_MUST_CHECK;

#endif
