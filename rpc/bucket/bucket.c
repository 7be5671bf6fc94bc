// SPDX-License-Identifier: Apache-2.0
// bucket.c: objects over HTTP: each operation is one request, tried again while that may help. What a status means for
// an object is here; how bytes come and go is request.c's.

#include "gdx/bucket.h"

#include "request.h"

#include "gdx/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SILENCE_S = 30, ATTEMPTS = 8, WAIT_MS = 200, WAIT_MOST_MS = 10000, NAP_MS = 50 };

struct gdx_bucket { // one owner
    struct connection connection;
    gdx_objects objects;
    unsigned attempts, wait_ms;
};

// ---- again

static bool is_worth_another(const struct request *request, const struct reply *reply) {
    static const long statuses[] = {408, 429, 500, 502, 503, 504};
    if (reply->result == CURLE_OK) {
        for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
            if (reply->status == statuses[i])
                return true;
        return reply->status == 409 && request->only_new; // another write of that name is under way
    }
    switch (reply->result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_FAIL_REWIND:
        return true;
    default:
        return false;
    }
}

// Waits before another attempt; those of many machines that failed together come apart.
static gdx_status wait_before(const gdx_bucket *bucket, unsigned attempt, gdx_error *err) {
    uint64_t wait_ms = bucket->wait_ms;
    for (unsigned i = 1; i < attempt && wait_ms < WAIT_MOST_MS; i++)
        wait_ms *= 2;
    wait_ms = wait_ms < WAIT_MOST_MS ? wait_ms : WAIT_MOST_MS;
    wait_ms = wait_ms * 3 / 4 + gdx_now_ns() / 1000 % (wait_ms / 2 + 1);
    const uint64_t until_ns = gdx_now_ns() + wait_ms * 1000000;
    gdx_status status = gdx_stop_check(&bucket->connection.stop, err);
    while (status == GDX_OK && gdx_now_ns() < until_ns) {
        const struct timespec nap = {.tv_nsec = NAP_MS * 1000000L};
        nanosleep(&nap, NULL);
        status = gdx_stop_check(&bucket->connection.stop, err);
    }
    return status;
}

// ---- what went wrong

static const char *place(const gdx_bucket *bucket, const struct request *request, char to[GDX_WHERE_BYTES]) {
    snprintf(to, GDX_WHERE_BYTES, "%s/%s", bucket->connection.address.where, request->name);
    return to;
}

static gdx_status fail_connection(const gdx_bucket *bucket, const struct reply *reply, const char *where,
                                  unsigned attempts, gdx_error *err) {
    const char *words = reply->fault[0] ? reply->fault : bucket->connection.libcurl->easy_strerror(reply->result);
    if (reply->result == CURLE_OUT_OF_MEMORY)
        return gdx_fail_memory(err, "a request");
    if (reply->result == CURLE_WEIRD_SERVER_REPLY)
        return gdx_fail_at(err, GDX_CORRUPT, where, "another range came than was asked for");
    return attempts > 1 ? gdx_fail_at(err, GDX_UNAVAILABLE, where, "%.300s; tried %u times", words, attempts)
                        : gdx_fail_at(err, GDX_UNAVAILABLE, where, "%.300s", words);
}

static gdx_status fail_status(const struct request *request, const struct reply *reply, const char *where,
                              unsigned attempts, gdx_error *err) {
    const char *space = reply->code[0] ? " " : "";
    switch (reply->status) {
    case 404:
        return gdx_fail_at(err, GDX_NOT_FOUND, where, "is not there");
    case 412:
        if (request->only_new)
            return gdx_fail_at(err, GDX_PRECONDITION, where, "is there already");
        break;
    case 501:
        if (request->only_new)
            return gdx_fail_at(err, GDX_UNSUPPORTED, where,
                               "the store does not know If-None-Match, by which one of two pushes is the first");
        break;
    case 401:
    case 403:
        return gdx_fail_at(err, GDX_DENIED, where,
                           "refused: %ld%s%s. S3 also answers so for what is not there, unless the credentials may "
                           "list the bucket",
                           reply->status, space, reply->code);
    default:
        if (reply->status >= 300 && reply->status < 400)
            return gdx_fail_at(err, GDX_INVALID, where,
                               "is elsewhere: %ld%s%s; set AWS_REGION, or give the address of the bucket itself",
                               reply->status, space, reply->code);
    }
    return gdx_fail_at(err, GDX_UNAVAILABLE, where,
                       attempts > 1 ? "answered %ld%s%s; tried %u times" : "answered %ld%s%s", reply->status, space,
                       reply->code, attempts);
}

// Sends until there is an answer that another attempt would not change. GDX_OK: a status of 2xx.
static gdx_status exchange_once(gdx_bucket *bucket, const struct request *request, struct reply *reply,
                                unsigned attempts, bool *out_again, gdx_error *err) {
    char where[GDX_WHERE_BYTES];
    request_send(&bucket->connection, request, reply);
    *out_again = false;
    if (reply->failure.status != GDX_OK)
        return gdx_error_pass(err, &reply->failure);
    if (reply->result == CURLE_OK && reply->status >= 200 && reply->status < 300)
        return GDX_OK;
    *out_again = is_worth_another(request, reply) && attempts < bucket->attempts;
    place(bucket, request, where);
    return reply->result == CURLE_OK ? fail_status(request, reply, where, attempts, err)
                                     : fail_connection(bucket, reply, where, attempts, err);
}

static gdx_status exchange(gdx_bucket *bucket, const struct request *request, struct reply *reply, gdx_error *err) {
    for (unsigned attempt = 1;; attempt++) {
        bool again;
        gdx_error failure = {0};
        gdx_status status = exchange_once(bucket, request, reply, attempt, &again, &failure);
        if (status == GDX_OK)
            return GDX_OK;
        if (!again)
            return gdx_error_pass(err, &failure);
        status = wait_before(bucket, attempt, err);
        if (status != GDX_OK)
            return status;
    }
}

// ---- the operations

struct reading { // of a small object
    gdx_bucket *bucket;
    const struct request *request;
    size_t limit, start; // bytes of it; of the buffer before
    gdx_buffer *out;
};

static gdx_status take_small(void *context, uint64_t at, gdx_slice piece, gdx_error *err) {
    struct reading *reading = context;
    char where[GDX_WHERE_BYTES];
    if (at == 0)
        reading->out->bytes = reading->start; // also of another attempt
    if (at + piece.bytes > reading->limit)
        return gdx_fail_at(err, GDX_TOO_LARGE, place(reading->bucket, reading->request, where),
                           "has more than %zu bytes", reading->limit);
    return gdx_buffer_append(reading->out, piece.data, piece.bytes) == GDX_OK ? GDX_OK
                                                                              : gdx_fail_memory(err, "an object");
}

static gdx_status read_object(void *context, const char *name, size_t limit, gdx_buffer *out, gdx_error *err) {
    struct reply reply;
    struct reading reading = {.bucket = context, .limit = limit, .start = out->bytes, .out = out};
    const struct request request = {.method = METHOD_GET, .name = name, .take = take_small, .context = &reading};
    reading.request = &request;
    gdx_status status = exchange(context, &request, &reply, err);
    if (status != GDX_OK)
        out->bytes = reading.start;
    return status;
}

struct receiving { // of an object into a file
    gdx_bucket *bucket;
    const struct request *request;
    gdx_reception *reception;
};

static gdx_status take_into_file(void *context, uint64_t at, gdx_slice piece, gdx_error *err) {
    struct receiving *receiving = context;
    gdx_reception *reception = receiving->reception;
    char where[GDX_WHERE_BYTES];
    place(receiving->bucket, receiving->request, where);
    if (at + piece.bytes > reception->bytes)
        return gdx_fail_at(err, GDX_CORRUPT, where, "has more than the %llu bytes that the manifest says",
                           (unsigned long long)reception->bytes);
    for (size_t done = 0; done < piece.bytes;) {
        ssize_t wrote = pwrite(reception->descriptor, piece.data + done, piece.bytes - done,
                               (off_t)(reception->offset + at + done));
        if (wrote < 0 && errno != EINTR)
            return gdx_fail_at_errno(err, errno, where, "cannot be written to its file");
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    reception->at = at + piece.bytes;
    return GDX_OK;
}

// One attempt. GDX_OK: what the store has is there.
static gdx_status receive_once(gdx_bucket *bucket, const char *name, gdx_reception *reception, unsigned attempt,
                               bool *out_again, gdx_error *err) {
    char where[GDX_WHERE_BYTES];
    struct reply reply;
    struct receiving receiving = {.bucket = bucket, .reception = reception};
    const struct request request = {
        .method = METHOD_GET, .name = name, .from = reception->at, .take = take_into_file, .context = &receiving};
    receiving.request = &request;
    gdx_error failure = {0};
    gdx_status status = exchange_once(bucket, &request, &reply, attempt, out_again, &failure);
    bool is_shorter =
        status == GDX_OK && (reply.bytes >= 0 ? (uint64_t)reply.bytes : reception->at) != reception->bytes;
    if (is_shorter || (status != GDX_OK && reply.status == 416)) {
        *out_again = false;
        return gdx_fail_at(err, GDX_CORRUPT, place(bucket, &request, where),
                           "does not have the %llu bytes that the manifest says", (unsigned long long)reception->bytes);
    }
    *out_again |= status == GDX_OK && reception->at < reception->bytes;
    return status == GDX_OK ? GDX_OK : gdx_error_pass(err, &failure);
}

// An attempt that brought bytes is not counted: what is large may break often, as long as it goes on.
static gdx_status receive_object(void *context, const char *name, gdx_reception *reception, gdx_error *err) {
    gdx_bucket *bucket = context;
    uint64_t most = reception->at;
    unsigned attempt = 1;
    while (reception->at < reception->bytes) {
        bool again;
        gdx_error failure = {0};
        gdx_status status = receive_once(bucket, name, reception, attempt, &again, &failure);
        if (status != GDX_OK && !again)
            return gdx_error_pass(err, &failure);
        if (reception->at == reception->bytes)
            break;
        attempt = reception->at > most ? 1 : attempt + 1;
        most = reception->at > most ? reception->at : most;
        status = attempt > bucket->attempts ? GDX_UNAVAILABLE : wait_before(bucket, attempt, err);
        if (attempt > bucket->attempts)
            return gdx_fail_at(err, GDX_UNAVAILABLE, failure.where[0] ? failure.where : bucket->objects.where, "%s",
                               failure.message[0] ? failure.message : "answers without the bytes asked for");
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

static gdx_status size_object(void *context, const char *name, uint64_t *out_bytes, gdx_error *err) {
    struct reply reply;
    char where[GDX_WHERE_BYTES];
    const struct request request = {.method = METHOD_HEAD, .name = name};
    gdx_status status = exchange(context, &request, &reply, err);
    if (status == GDX_OK && reply.bytes < 0)
        return gdx_fail_at(err, GDX_UNSUPPORTED, place(context, &request, where), "the store does not say its size");
    *out_bytes = status == GDX_OK ? (uint64_t)reply.bytes : 0;
    return status;
}

static gdx_status write_object(void *context, const char *name, gdx_slice content, bool only_new, gdx_error *err) {
    struct reply reply;
    char hash[SHA256_TEXT_BYTES];
    const struct request request = {
        .method = METHOD_PUT, .name = name, .content = content, .only_new = only_new, .hash = hash};
    if (!request_hash(content, hash))
        return gdx_fail_memory(err, "a request");
    return exchange(context, &request, &reply, err);
}

static gdx_status remove_object(void *context, const char *name, gdx_error *err) {
    struct reply reply;
    gdx_error failure = {0};
    const struct request request = {.method = METHOD_DELETE, .name = name};
    gdx_status status = exchange(context, &request, &reply, &failure);
    return status == GDX_OK || status == GDX_NOT_FOUND ? GDX_OK : gdx_error_pass(err, &failure);
}

// ---- open and close

static bool copy_text(const char *text, char **to) {
    *to = text && text[0] ? strdup(text) : NULL;
    return *to || !text || !text[0];
}

static gdx_status set_up(gdx_bucket *bucket, const gdx_bucket_options *options, gdx_error *err) {
    struct connection *connection = &bucket->connection;
    bool is_signed = options->key_id && options->secret;
    if (!options->key_id != !options->secret)
        return gdx_fail(err, GDX_INVALID, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together");
    if (!copy_text(options->key_id, &connection->key_id) || !copy_text(options->secret, &connection->secret) ||
        !copy_text(options->session_token, &connection->session_token) ||
        !copy_text(options->authority_file, &connection->authority_file))
        return gdx_fail_memory(err, "a connection");
    if (is_signed)
        snprintf(connection->signing, sizeof connection->signing, "aws:amz:%.60s:s3",
                 options->region ? options->region : "us-east-1");
    connection->silence_s = options->silence_s ? options->silence_s : SILENCE_S;
    connection->stop = options->stop;
    bucket->attempts = options->attempts ? options->attempts : ATTEMPTS;
    bucket->wait_ms = options->wait_ms ? options->wait_ms : WAIT_MS;
    bucket->objects = (gdx_objects){.context = bucket,
                                    .where = connection->address.where,
                                    .read = read_object,
                                    .receive = receive_object,
                                    .size = size_object,
                                    .write = write_object,
                                    .remove = remove_object};
    gdx_status status = libcurl_load(&connection->libcurl, err);
    if (status != GDX_OK)
        return status;
    connection->curl = connection->libcurl->easy_init();
    return connection->curl ? GDX_OK : gdx_fail_memory(err, "a connection");
}

gdx_status gdx_bucket_open(const gdx_bucket_options *options, gdx_bucket **out, gdx_error *err) {
    gdx_bucket *bucket = calloc(1, sizeof *bucket);
    if (!bucket)
        return gdx_fail_memory(err, "a connection");
    gdx_status status = address_parse(options, &bucket->connection.address, err);
    if (status == GDX_OK)
        status = set_up(bucket, options, err);
    if (status == GDX_OK)
        *out = bucket;
    else
        gdx_bucket_close(bucket);
    return status;
}

const gdx_objects *gdx_bucket_objects(gdx_bucket *bucket) {
    return &bucket->objects;
}

void gdx_bucket_close(gdx_bucket *bucket) {
    if (!bucket)
        return;
    if (bucket->connection.curl)
        bucket->connection.libcurl->easy_cleanup(bucket->connection.curl);
    free(bucket->connection.key_id);
    free(bucket->connection.secret);
    free(bucket->connection.session_token);
    free(bucket->connection.authority_file);
    free(bucket);
}
