// SPDX-License-Identifier: Apache-2.0
// request.c: see request.h. Signing is libcurl's (SigV4); libcurl 7.88 does not hash a body itself for S3, so that the
// header with the hash is set by hand, and it is the real one: the store then refuses a body that was changed on its
// way.

#include "request.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// SHA-256 of no bytes.
#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum { CONNECT_S = 10, LINE_BYTES = 640 };

bool request_hash(gdx_slice content, char to[SHA256_TEXT_BYTES]) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned bytes = 0;
    if (EVP_Digest(content.data, content.bytes, digest, &bytes, EVP_sha256(), NULL) != 1)
        return false;
    for (unsigned i = 0; i < bytes; i++)
        sprintf(to + 2 * i, "%02x", digest[i]);
    return true;
}

// ---- what comes

struct exchange { // of one request
    struct connection *connection;
    const struct request *request;
    struct reply *reply;
    uint64_t at;             // of the object, of the next byte of the body
    bool has_started;        // the body
    uint64_t sent;           // bytes of the content
    char fault[FAULT_BYTES]; // the start of the body of a failure
    size_t fault_bytes;
};

// "Content-Range: bytes 5-9/10": false when it is none, or of another range.
static bool read_range(const char *text, uint64_t from, int64_t *out_bytes) {
    unsigned long long first, last, whole;
    int end = 0;
    if (sscanf(text, "bytes %20llu-%20llu/%20llu%n", &first, &last, &whole, &end) != 3 || text[end])
        return false;
    *out_bytes = (int64_t)whole;
    return first == from && last < whole && whole <= INT64_MAX;
}

// <Code>NoSuchKey</Code>, if it is a word.
static void read_code(struct exchange *exchange) {
    char *to = exchange->reply->code;
    exchange->fault[exchange->fault_bytes] = '\0';
    const char *start = strstr(exchange->fault, "<Code>");
    size_t bytes = 0;
    for (start = start ? start + 6 : ""; isalnum((unsigned char)start[bytes]) && bytes < CODE_BYTES - 1; bytes++)
        to[bytes] = start[bytes];
    to[start[bytes] == '<' ? bytes : 0] = '\0';
}

// The size of the whole object. A range that was not asked for is a broken answer.
static void read_size(struct exchange *exchange) {
    const struct libcurl *libcurl = exchange->connection->libcurl;
    CURL *curl = exchange->connection->curl;
    struct reply *reply = exchange->reply;
    struct curl_header *header;
    curl_off_t length = -1;
    libcurl->easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    reply->bytes = length;
    if (reply->status == 206 &&
        (libcurl->easy_header(curl, "Content-Range", 0, CURLH_HEADER, -1, &header) != CURLHE_OK ||
         !read_range(header->value, exchange->request->from, &reply->bytes)))
        reply->result = CURLE_WEIRD_SERVER_REPLY;
}

static gdx_status take(struct exchange *exchange, gdx_slice piece) {
    struct reply *reply = exchange->reply;
    if (!exchange->has_started) {
        read_size(exchange);
        exchange->at = reply->status == 206 ? exchange->request->from : 0; // 200: the range was not obeyed
        exchange->has_started = true;
    }
    if (reply->result != CURLE_OK)
        return GDX_CORRUPT;
    gdx_status status = exchange->request->take(exchange->request->context, exchange->at, piece, &reply->failure);
    exchange->at += piece.bytes;
    return status;
}

static size_t on_body(char *data, size_t one, size_t bytes, void *context) {
    struct exchange *exchange = context;
    struct reply *reply = exchange->reply;
    (void)one; // is 1
    exchange->connection->libcurl->easy_getinfo(exchange->connection->curl, CURLINFO_RESPONSE_CODE, &reply->status);
    if ((reply->status == 200 || reply->status == 206) && exchange->request->take)
        return take(exchange, (gdx_slice){data, bytes}) == GDX_OK ? bytes : 0;
    size_t more = sizeof exchange->fault - 1 - exchange->fault_bytes;
    more = bytes < more ? bytes : more;
    memcpy(exchange->fault + exchange->fault_bytes, data, more);
    exchange->fault_bytes += more;
    return bytes;
}

// ---- what goes

static size_t on_content(char *to, size_t one, size_t room, void *context) {
    struct exchange *exchange = context;
    (void)one;
    size_t left = exchange->request->content.bytes - exchange->sent;
    size_t bytes = left < room ? left : room;
    if (bytes)
        memcpy(to, exchange->request->content.data + exchange->sent, bytes);
    exchange->sent += bytes;
    return bytes;
}

// libcurl sends the content again on a fresh connection when the kept one was closed meanwhile.
static int on_seek(void *context, curl_off_t offset, int origin) {
    struct exchange *exchange = context;
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > exchange->request->content.bytes)
        return CURL_SEEKFUNC_FAIL;
    exchange->sent = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    struct exchange *exchange = context;
    (void)a, (void)b, (void)c, (void)d;
    return gdx_stop_check(&exchange->connection->stop, &exchange->reply->failure) == GDX_OK ? 0 : 1;
}

static void set_common(struct connection *connection, struct exchange *exchange) {
    const struct libcurl *libcurl = connection->libcurl;
    CURL *curl = connection->curl;
    libcurl->easy_reset(curl); // connections are kept
    libcurl->easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    libcurl->easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    libcurl->easy_setopt(curl, CURLOPT_USERAGENT, "gramdex");
    libcurl->easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    libcurl->easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                         (long)(connection->silence_s < CONNECT_S ? connection->silence_s : CONNECT_S));
    libcurl->easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    libcurl->easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)connection->silence_s);
    libcurl->easy_setopt(curl, CURLOPT_ERRORBUFFER, exchange->reply->fault);
    libcurl->easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    libcurl->easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    libcurl->easy_setopt(curl, CURLOPT_XFERINFODATA, exchange);
    libcurl->easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    libcurl->easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    if (connection->authority_file)
        libcurl->easy_setopt(curl, CURLOPT_CAINFO, connection->authority_file);
    if (connection->signing[0]) {
        libcurl->easy_setopt(curl, CURLOPT_AWS_SIGV4, connection->signing);
        libcurl->easy_setopt(curl, CURLOPT_USERNAME, connection->key_id);
        libcurl->easy_setopt(curl, CURLOPT_PASSWORD, connection->secret);
    }
}

static void set_method(struct connection *connection, const struct request *request, struct exchange *exchange) {
    const struct libcurl *libcurl = connection->libcurl;
    CURL *curl = connection->curl;
    char range[32];
    switch (request->method) {
    case METHOD_GET:
        snprintf(range, sizeof range, "%llu-", (unsigned long long)request->from);
        if (request->from)
            libcurl->easy_setopt(curl, CURLOPT_RANGE, range);
        break;
    case METHOD_HEAD:
        libcurl->easy_setopt(curl, CURLOPT_NOBODY, 1L);
        break;
    case METHOD_PUT:
        libcurl->easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        libcurl->easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->content.bytes);
        libcurl->easy_setopt(curl, CURLOPT_READFUNCTION, on_content);
        libcurl->easy_setopt(curl, CURLOPT_READDATA, exchange);
        libcurl->easy_setopt(curl, CURLOPT_SEEKFUNCTION, on_seek);
        libcurl->easy_setopt(curl, CURLOPT_SEEKDATA, exchange);
        break;
    case METHOD_DELETE:
        libcurl->easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "DELETE");
        break;
    }
}

static bool add_line(const struct libcurl *libcurl, struct curl_slist **lines, const char *line) {
    struct curl_slist *more = libcurl->slist_append(*lines, line);
    if (more)
        *lines = more;
    return more != NULL;
}

// The caller frees *out. False: no memory.
static bool make_lines(const struct connection *connection, const struct request *request, struct curl_slist **out) {
    char line[LINE_BYTES];
    bool good = true;
    if (request->only_new)
        good = add_line(connection->libcurl, out, "If-None-Match: *");
    snprintf(line, sizeof line, "x-amz-content-sha256: %s", request->hash ? request->hash : EMPTY_HASH);
    if (connection->signing[0])
        good = good && add_line(connection->libcurl, out, line);
    if (connection->signing[0] && connection->session_token) {
        size_t bytes = strlen(connection->session_token) + 32;
        char *token = malloc(bytes);
        if (token)
            snprintf(token, bytes, "x-amz-security-token: %s", connection->session_token);
        good = good && token && add_line(connection->libcurl, out, token);
        free(token);
    }
    return good;
}

void request_send(struct connection *connection, const struct request *request, struct reply *out) {
    const struct libcurl *libcurl = connection->libcurl;
    char url[2 * ADDRESS_BYTES];
    struct curl_slist *lines = NULL;
    struct exchange exchange = {.connection = connection, .request = request, .reply = out, .at = request->from};
    *out = (struct reply){.bytes = -1};
    set_common(connection, &exchange);
    set_method(connection, request, &exchange);
    snprintf(url, sizeof url, "%s/%s", connection->address.base, request->name);
    if (!make_lines(connection, request, &lines) ||
        libcurl->easy_setopt(connection->curl, CURLOPT_URL, url) != CURLE_OK ||
        libcurl->easy_setopt(connection->curl, CURLOPT_HTTPHEADER, lines) != CURLE_OK) {
        out->result = CURLE_OUT_OF_MEMORY;
    } else {
        CURLcode result = libcurl->easy_perform(connection->curl);
        libcurl->easy_getinfo(connection->curl, CURLINFO_RESPONSE_CODE, &out->status);
        if (!exchange.has_started)
            read_size(&exchange);
        if (out->result == CURLE_OK) // else a range that was not asked for has come
            out->result = result;
        read_code(&exchange);
    }
    libcurl->slist_free_all(lines);
}
