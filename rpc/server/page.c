// SPDX-License-Identifier: Apache-2.0
// page.c: requests that are no calls. A page is somebody else's (gdx_server_options.resource); what is wrong with the
// others is said in a sentence, for a person who tries with curl or a browser.

#include "server.h"

static const char CALLS[] = "POST it, with content-type application/json or application/proto (Connect), "
                            "application/grpc-web or application/grpc";

static bool is_page_method(gdx_slice method) {
    return gdx_slice_equal(method, gdx_slice_of("GET")) || gdx_slice_equal(method, gdx_slice_of("HEAD"));
}

// `called`: the method of that path.
static void refuse_method(gdx_call *call, const gdx_method *called) {
    gdx_slice path = gdx_call_path(call), method = gdx_call_field(call, GDX_HEAD_FIELD_METHOD);
    gdx_slice type = gdx_call_field(call, GDX_HEAD_FIELD_CONTENT_TYPE);
    if (called->no_side_effects && gdx_slice_equal(method, gdx_slice_of("GET")))
        gdx_call_answer_words(call, 415, GDX_GRPC_UNIMPLEMENTED, NULL,
                              "%.*s is a method of this server: GET it with encoding=json or encoding=proto and "
                              "message=... in the query, or %s.\n",
                              GDX_SLICE_ARGUMENTS(path), CALLS);
    else if (!gdx_slice_equal(method, gdx_slice_of("POST")))
        gdx_call_answer_words(call, 405, GDX_GRPC_UNIMPLEMENTED, "POST", "%.*s is a method of this server: %s.\n",
                              GDX_SLICE_ARGUMENTS(path), CALLS);
    else
        gdx_call_answer_words(call, 415, GDX_GRPC_UNIMPLEMENTED, NULL,
                              "content-type %.*s: %.*s is asked otherwise: %s.\n", GDX_SLICE_ARGUMENTS(type),
                              GDX_SLICE_ARGUMENTS(path), CALLS);
}

static void add_security(gdx_call *call, const char *policy) {
    const char *const headers[][2] = {
        {"content-security-policy", policy}, {"x-content-type-options", "nosniff"}, {"referrer-policy", "no-referrer"}};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (gdx_call_add_header(call, gdx_slice_of(headers[i][0]), gdx_slice_of(headers[i][1])) != GDX_OK)
            gdx_call_cancel(call); // without them it does not go out
    }
}

static void send_page(gdx_call *call, const gdx_resource_reply *reply) {
    gdx_answer answer = {.status = reply->status ? reply->status : 200,
                         .content_type = reply->content_type,
                         .content_encoding = reply->content_encoding,
                         .cache_control = reply->cache_control,
                         .etag = reply->etag,
                         .body = reply->owned.bytes ? gdx_buffer_slice(&reply->owned) : reply->body};
    // A cache between must not give the gzip of one browser to another; without the header it does not go out.
    if (gdx_call_add_header(call, gdx_slice_of("vary"), gdx_slice_of("accept-encoding")) != GDX_OK)
        gdx_call_cancel(call);
    if (reply->content_security_policy)
        add_security(call, reply->content_security_policy);
    gdx_call_answer(call, &answer);
}

static void answer_page(gdx_call *call, const gdx_server_options *options) {
    gdx_resource_request request = {.method = gdx_call_field(call, GDX_HEAD_FIELD_METHOD),
                                    .path = gdx_call_path(call),
                                    .query = gdx_call_field(call, GDX_HEAD_FIELD_QUERY),
                                    .host = gdx_call_field(call, GDX_HEAD_FIELD_AUTHORITY),
                                    .if_none_match = gdx_call_field(call, GDX_HEAD_FIELD_IF_NONE_MATCH),
                                    .takes_gzip = gdx_call_peer_takes_gzip(call)};
    gdx_resource_reply reply = {0};
    if (options->resource && options->resource(options->context, &request, &reply))
        send_page(call, &reply);
    else
        gdx_call_answer_words(call, 404, GDX_GRPC_NOT_FOUND, NULL, "%.*s: there is nothing here.\n",
                              GDX_SLICE_ARGUMENTS(request.path));
    gdx_buffer_clear(&reply.owned);
}

void page_answer(gdx_call *call, void *context) {
    struct peer *from = context;
    gdx_server *server = peer_server(from);
    gdx_slice path = gdx_call_path(call);
    exchange_note_refused(call, from); // its end is for the log
    if (!exchange_is_let_in(call, from))
        return;
    const struct route *route = server_find(server, path);
    if (route)
        refuse_method(call, route->method);
    else if (is_page_method(gdx_call_field(call, GDX_HEAD_FIELD_METHOD)))
        answer_page(call, &server->options);
    else
        gdx_call_answer_words(call, 405, GDX_GRPC_UNIMPLEMENTED, "GET, HEAD",
                              "%.*s: pages are asked for by GET or HEAD, and there is no method of that path.\n",
                              GDX_SLICE_ARGUMENTS(path));
}
