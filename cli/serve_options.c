// SPDX-License-Identifier: Apache-2.0
// serve_options.c: the options of `gramdex serve`, their defaults and how they go together.

#include "serve_options.h"

#include "options.h"

#include <stdio.h>

enum {
    KEY_LISTEN = KEY_OWN,
    KEY_THREADS,
    KEY_CONNECTIONS,
    KEY_STREAMS,
    KEY_EXPORTS,
    KEY_QUEUE,
    KEY_MESSAGE,
    KEY_MEMORY,
    KEY_QUERY_MEMORY,
    KEY_INGEST_MEMORY,
    KEY_CERTIFICATE,
    KEY_KEY,
    KEY_CLIENT_AUTHORITY,
    KEY_TOKEN_ALL,
    KEY_READ_ONLY,
    KEY_CREATE,
    KEY_HANDSHAKE,
    KEY_STALL,
    KEY_KEEPALIVE,
    KEY_IDLE,
    KEY_AGE,
    KEY_DRAIN,
    KEY_LOG_FORMAT,
    KEY_METRICS
};

static const struct argp_option rows[] = {
    {"index", KEY_INDEX, "DIR", 0, "the index, a directory", 1},
    {"listen", KEY_LISTEN, "ADDRESS", 0,
     "host:port, unix:/path, or fd:N for a socket inherited; may be repeated. Sockets that systemd hands over come by "
     "themselves",
     1},
    {"create", KEY_CREATE, NULL, 0, "make an empty index if there is none", 1},
    {"read-only", KEY_READ_ONLY, NULL, 0, "refuse Ingest and Delete", 1},
    {"json", KEY_JSON, NULL, 0, "tell the addresses in JSON", 1},
    {"threads", KEY_THREADS, "N", 0, "workers; as many as processors", 2},
    {"queue", KEY_QUEUE, "N", 0, "calls that may wait for a worker (16384)", 2},
    {"max-connections", KEY_CONNECTIONS, "N", 0, "at once (4096)", 2},
    {"max-streams", KEY_STREAMS, "N", 0, "calls at once on a connection (256)", 2},
    {"max-exports", KEY_EXPORTS, "N", 0, "calls of Scan at once (64)", 2},
    {"max-message", KEY_MESSAGE, "BYTES", 0, "of a request (4M)", 2},
    {"memory", KEY_MEMORY, "BYTES", 0, "of all connections' buffers (1G)", 2},
    {"query-memory", KEY_QUERY_MEMORY, "BYTES", 0, "that one query may take (512M)", 2},
    {"ingest-memory", KEY_INGEST_MEMORY, "BYTES", 0, "of the postings that Ingest gathers (128M)", 2},
    {"tls-certificate", KEY_CERTIFICATE, "FILE", 0, "PEM, with its chain; then every address speaks TLS", 3},
    {"tls-key", KEY_KEY, "FILE", 0, "PEM", 3},
    {"tls-client-authority", KEY_CLIENT_AUTHORITY, "FILE", 0, "PEM; clients must have a certificate that these signed",
     3},
    {"token-file", KEY_TOKEN_FILE, "FILE", 0, "bearer tokens, one a line; the write methods then want one", 3},
    {"token-all", KEY_TOKEN_ALL, NULL, 0, "every method wants one", 3},
    {"handshake", KEY_HANDSHAKE, "SECONDS", 0, "from a connection to its first words of HTTP/2 (10)", 4},
    {"stall", KEY_STALL, "SECONDS", 0, "for a message that has begun, and a second more for each 16K of it (60)", 4},
    {"keepalive", KEY_KEEPALIVE, "SECONDS", 0, "of silence, then a ping; 0: never (60)", 4},
    {"max-idle", KEY_IDLE, "SECONDS", 0, "of a connection without a call; 0: no limit (0)", 4},
    {"max-age", KEY_AGE, "SECONDS", 0, "of a connection; 0: no limit (0)", 4},
    {"drain", KEY_DRAIN, "SECONDS", 0, "what calls under way have left at SIGTERM (30)", 4},
    {"log-format", KEY_LOG_FORMAT, "FORMAT", 0,
     "of the line for each call on standard error: text, json or none (text)", 4},
    {"metrics", KEY_METRICS, "HOST:PORT", 0, "Prometheus text at /metrics, and /healthz, over plain HTTP", 4},
    {0},
};

static enum log_format parse_log_format(struct argp_state *state, const char *text) {
    if (strcmp(text, "json") == 0)
        return LOG_JSON;
    if (strcmp(text, "none") == 0)
        return LOG_NONE;
    if (strcmp(text, "text") != 0)
        argp_error(state, "--log-format %s: expected text, json or none", text);
    return LOG_TEXT;
}

static void add_address(struct argp_state *state, struct serve_options *options, const char *address) {
    if (options->address_count == ADDRESSES_MAX)
        argp_error(state, "--listen: more than %d addresses", ADDRESSES_MAX);
    options->addresses[options->address_count++] = address;
}

static void check(struct argp_state *state, const struct serve_options *options) {
    if (!options->index)
        argp_error(state, "--index DIR is missing: which index?");
    if (!options->certificate != !options->key)
        argp_error(state, "--tls-certificate and --tls-key go together");
    if (options->client_authority && !options->certificate)
        argp_error(state, "--tls-client-authority needs --tls-certificate and --tls-key");
    if (options->token_all && !options->token_file)
        argp_error(state, "--token-all needs --token-file");
}

static error_t parse_path(int key, char *argument, struct serve_options *options) {
    const char **to = key == KEY_INDEX              ? &options->index
                      : key == KEY_CERTIFICATE      ? &options->certificate
                      : key == KEY_KEY              ? &options->key
                      : key == KEY_CLIENT_AUTHORITY ? &options->client_authority
                      : key == KEY_TOKEN_FILE       ? &options->token_file
                      : key == KEY_METRICS          ? &options->metrics
                                                    : NULL;
    if (!to)
        return ARGP_ERR_UNKNOWN;
    *to = argument;
    return 0;
}

static error_t parse_flag(int key, struct serve_options *options) {
    bool *to = key == KEY_TOKEN_ALL   ? &options->token_all
               : key == KEY_READ_ONLY ? &options->read_only
               : key == KEY_CREATE    ? &options->create
               : key == KEY_JSON      ? &options->json
                                      : NULL;
    if (!to)
        return ARGP_ERR_UNKNOWN;
    *to = true;
    return 0;
}

static error_t parse_seconds(int key, char *argument, struct argp_state *state, struct serve_options *options) {
    enum { DAY = 86400 };
    switch (key) {
    case KEY_HANDSHAKE:
        options->handshake_seconds = (unsigned)option_number(state, "handshake", argument, 1, DAY);
        return 0;
    case KEY_STALL:
        options->stall_seconds = (unsigned)option_number(state, "stall", argument, 1, DAY);
        return 0;
    case KEY_KEEPALIVE:
        options->keepalive_seconds = (unsigned)option_number(state, "keepalive", argument, 0, DAY);
        return 0;
    case KEY_IDLE:
        options->idle_seconds = (unsigned)option_number(state, "max-idle", argument, 0, 365 * DAY);
        return 0;
    case KEY_AGE:
        options->age_seconds = (unsigned)option_number(state, "max-age", argument, 0, 365 * DAY);
        return 0;
    case KEY_DRAIN:
        options->drain_seconds = (unsigned)option_number(state, "drain", argument, 0, DAY);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_number(int key, char *argument, struct argp_state *state, struct serve_options *options) {
    switch (key) {
    case KEY_THREADS:
        options->threads = (unsigned)option_number(state, "threads", argument, 1, 1024);
        return 0;
    case KEY_CONNECTIONS:
        options->connections = option_number(state, "max-connections", argument, 1, 1000000);
        return 0;
    case KEY_STREAMS:
        options->streams = option_number(state, "max-streams", argument, 1, 65536);
        return 0;
    case KEY_EXPORTS:
        options->exports = (unsigned)option_number(state, "max-exports", argument, 1, 65536);
        return 0;
    case KEY_QUEUE:
        options->queue = option_number(state, "queue", argument, 1, 1000000);
        return 0;
    case KEY_MESSAGE:
        options->message_bytes = option_bytes(state, "max-message", argument);
        return 0;
    case KEY_MEMORY:
        options->memory_bytes = option_bytes(state, "memory", argument);
        return 0;
    case KEY_QUERY_MEMORY:
        options->query_bytes = option_bytes(state, "query-memory", argument);
        return 0;
    case KEY_INGEST_MEMORY:
        options->ingest_bytes = option_bytes(state, "ingest-memory", argument);
        return 0;
    default:
        return parse_seconds(key, argument, state, options);
    }
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct serve_options *options = state->input;
    switch (key) {
    case KEY_LISTEN:
        add_address(state, options, argument);
        return 0;
    case KEY_LOG_FORMAT:
        options->log_format = parse_log_format(state, argument);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "%s: no argument is expected; an address goes behind --listen", argument);
        return 0;
    case ARGP_KEY_END:
        check(state, options);
        return 0;
    default:
        if (argument && parse_path(key, argument, options) == 0)
            return 0;
        if (!argument && parse_flag(key, options) == 0)
            return 0;
        return parse_number(key, argument, state, options);
    }
}

static const struct argp argp = {
    .options = rows,
    .parser = parse,
    .doc =
        "Answer queries over gRPC (package gramdex.v1, proto/), and take documents in."
        "\v"
        "examples:\n"
        "  gramdex serve --index corpus.gdx --listen 127.0.0.1:50051\n"
        "  gramdex serve --index corpus.gdx --listen unix:/run/gramdex.sock --read-only\n"
        "  gramdex serve --index corpus.gdx --listen 0.0.0.0:50051 --tls-certificate server.pem --tls-key server.key \\\n"
        "      --token-file tokens --metrics 127.0.0.1:9090\n"
        "\n"
        "Without --listen: 127.0.0.1:50051. New commits are served without a restart. SIGTERM or SIGINT lets calls end,\n"
        "a second one does not. docs/server.md tells the rest.\n",
};

bool serve_options_parse(struct serve_options *options, int argc, char **argv) {
    *options = (struct serve_options){.connections = 4096,
                                      .streams = 256,
                                      .exports = 64,
                                      .queue = 16384,
                                      .message_bytes = 4 << 20,
                                      .memory_bytes = (size_t)1 << 30,
                                      .query_bytes = 512 << 20,
                                      .ingest_bytes = 128 << 20,
                                      .handshake_seconds = 10,
                                      .stall_seconds = 60,
                                      .keepalive_seconds = 60,
                                      .drain_seconds = 30};
    return parse_options(&argp, argc, argv, options);
}
