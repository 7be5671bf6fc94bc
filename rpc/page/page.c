// SPDX-License-Identifier: Apache-2.0
// page.c: a request's path -> one of the files in the table that embed.c made, plain or in gzip, or the word that the
// browser has it already. Every view is the index, whose script reads the address; so the paths are a closed list, and
// what is not on it is nobody's.

#include "gdx/page.h"

#include "table.h"

#include <stdlib.h>

// Nothing but its own files and its own server; no page of others may hold it in a frame.
static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                             "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const char *gdx_page_absence(void) {
    return page_absence;
}

static int compare_path(const void *key, const void *element) {
    const struct page_file *file = element;
    return gdx_slice_compare(*(const gdx_slice *)key, gdx_slice_of(file->path));
}

static bool holds(gdx_slice text, const char *part) {
    return text.bytes && memmem(text.data, text.bytes, part, strlen(part));
}

// A list of tags, each in quotation marks, with W/ before it or not: a tag with its marks stands in no other one.
static bool has_it(gdx_slice if_none_match, const char *tag) {
    return gdx_slice_equal(if_none_match, gdx_slice_of("*")) || holds(if_none_match, tag);
}

bool gdx_page_reply(const gdx_resource_request *request, gdx_resource_reply *reply) {
    const struct page_file *file =
        bsearch(&request->path, page_files, page_file_count, sizeof page_files[0], compare_path);
    if (!file)
        return false;
    bool packs = file->packed && request->takes_gzip;
    const char *tag = packs ? file->packed_tag : file->plain_tag;
    *reply = (gdx_resource_reply){
        .status = has_it(request->if_none_match, tag) ? 304 : 200,
        .content_type = gdx_slice_of(file->type),
        .cache_control = gdx_slice_of(file->is_named_by_content ? "public, max-age=31536000, immutable" : "no-cache"),
        .etag = gdx_slice_of(tag),
        .content_encoding = gdx_slice_of(packs ? "gzip" : NULL),
        .content_security_policy = policy,
    };
    if (reply->status == 200)
        reply->body = packs ? (gdx_slice){(const char *)file->packed, file->packed_bytes}
                            : (gdx_slice){(const char *)file->plain, file->plain_bytes};
    return true;
}

bool gdx_page_reply_absent(const char *why, const gdx_resource_request *request, gdx_resource_reply *reply) {
    if (!gdx_slice_equal(request->path, gdx_slice_of("/")))
        return false;
    *reply = (gdx_resource_reply){
        .status = 404,
        .content_type = gdx_slice_of("text/plain; charset=utf-8"),
        .cache_control = gdx_slice_of("no-store"),
        .content_security_policy = policy,
    };
    static const char nothing[] = "There is no page here.\n";
    if (gdx_buffer_append_format(&reply->owned,
                                 "gramdex answers calls here, by gRPC, gRPC-Web and Connect. There is no page: %s.\n",
                                 why) != GDX_OK)
        reply->body = (gdx_slice){nothing, sizeof nothing - 1};
    return true;
}
