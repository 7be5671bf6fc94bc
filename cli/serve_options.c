// SPDX-License-Identifier: Apache-2.0
// serve_options.c: the options of `gramdex serve`, their defaults and how they go together.

#include "serve_options.h"

#include "command.h"
#include "remote.h"
#include "serve_guard.h"

#include "gdx/memory.h"
#include "gdx/processor.h"

#include <stdio.h>

enum {
    DAY_S = 86400,
    YEAR_S = 365 * DAY_S,
    ITEMS_MOST = 1000000,
    STREAMS_MOST = 65536,
    LEAST_BUDGET = 16 << 20,
    ROOT_THREADS = 64
};

static const char *const log_formats[] = {[LOG_TEXT] = "text", [LOG_JSON] = "json", [LOG_NONE] = "none", NULL};

static const struct option_table what_table = {
    NULL,
    (const struct option[]){
        LIST_ROW(
            struct serve_options, addresses, "listen", "ADDRESS", "host:port, unix:/path or fd:N; repeatable",
            .more =
                "127.0.0.1:50051 when it is not given. fd:N is an inherited socket; sockets from systemd need no option."),
        FLAG_ROW(struct serve_options, create, "create", "make an empty index if there is none"),
        FLAG_ROW(struct serve_options, read_only, "read-only", "refuse Ingest and Delete"),
        TEXT_ROW(struct serve_options, follow, "follow", "URL", "the index comes from this object store",
                 .more = "As `gramdex pull` brings it, at the start and whenever there is a new generation. Ingest "
                         "and Delete are refused."),
        NUMBER_ROW(struct serve_options, follow_seconds, "follow-every", "SECONDS", 1, DAY_S,
                   "between two looks at it (10)"),
        FLAG_ROW(struct serve_options, no_page, "no-page", "serve calls alone, no page for browsers"),
        FLAG_ROW(struct serve_options, json, "json", "print the addresses as JSON"),
        {0},
    },
};

static const struct option_table many_table = {
    "Many machines:",
    (const struct option[]){
        TEXT_ROW(struct serve_options, slice_text, "slice", "I/N", "serve one of N slices, from 0, to a root",
                 .more = "docs/scale.md says how slices are cut. Clients are sent to the root."),
        TEXT_ROW(struct serve_options, target.root, "root", "LEAVES", "serve an index whose slices leaves have",
                 .more = "A file with an address a line, read again when it changes; or HOST:PORT, whose addresses "
                         "are the leaves."),
        TEXT_ROW(struct serve_options, writer, "writer", "ADDRESS", "of a root: who takes documents"),
        TEXT_ROW(struct serve_options, leaf_token_file, "leaf-token-file", "FILE",
                 "of a root: the first token in it is sent"),
        FLAG_ROW(struct serve_options, leaf_tls, "leaf-tls", "of a root: leaves speak TLS"),
        TEXT_ROW(struct serve_options, leaf_authority, "leaf-tls-authority", "FILE",
                 "PEM; signs the leaves' certificates"),
        {0},
    },
};

static const struct option_table limits_table = {
    "Limits:",
    (const struct option[]){
        NUMBER_ROW(struct serve_options, threads, "threads", "N", 1, THREADS_MOST, "workers (as many as processors)",
                   .more = "And one for short calls alone."),
        NUMBER_ROW(struct serve_options, queue, "queue", "N", 1, ITEMS_MOST,
                   "calls that may wait for a worker (16384)"),
        NUMBER_ROW(struct serve_options, connections, "max-connections", "N", 1, ITEMS_MOST,
                   "connections at once (4096)"),
        NUMBER_ROW(struct serve_options, streams, "max-streams", "N", 1, STREAMS_MOST,
                   "calls at once on a connection (256)"),
        NUMBER_ROW(struct serve_options, exports, "max-exports", "N", 1, STREAMS_MOST, "calls of Scan at once (64)"),
        BYTES_ROW(struct serve_options, message_bytes, "max-message", "BYTES", "size of a request (4M)"),
        BYTES_ROW(struct serve_options, memory_bytes, "memory", "BYTES", "of all connections' buffers (1G at most)"),
        BYTES_ROW(struct serve_options, query_bytes, "query-memory", "BYTES", "memory of one query (512M at most)"),
        BYTES_ROW(struct serve_options, ingest_bytes, "ingest-memory", "BYTES",
                  "of the postings of Ingest (128M at most)"),
        {0},
    },
};

static const struct option_table trust_table = {
    "Trust:",
    (const struct option[]){
        TEXT_ROW(struct serve_options, certificate, "tls-certificate", "FILE", "PEM, with its chain",
                 .more = "Every address uses TLS then; needs --tls-key."),
        TEXT_ROW(struct serve_options, key, "tls-key", "FILE", "PEM"),
        TEXT_ROW(struct serve_options, client_authority, "tls-client-authority", "FILE",
                 "PEM; clients need a certificate signed by it"),
        TEXT_ROW(struct serve_options, token_file, "token-file", "FILE", "bearer tokens, one a line",
                 .more = "Methods that write then need one of them."),
        FLAG_ROW(struct serve_options, token_all, "token-all", "all methods need a token"),
        LIST_ROW(struct serve_options, allow_hosts, "allow-host", "NAME", "its name in a browser; repeatable",
                 .more = "Beside localhost and the addresses of --listen."),
        LIST_ROW(struct serve_options, allow_origins, "allow-origin", "ORIGIN", "a site that may ask; repeatable",
                 .more = "As https://app.example.org. Its browsers may then read every answer."),
        {0},
    },
};

static const struct option_table times_table = {
    "Times:",
    (const struct option[]){
        NUMBER_ROW(struct serve_options, handshake_seconds, "handshake", "SECONDS", 1, DAY_S,
                   "for the first bytes, and a head (10)"),
        NUMBER_ROW(struct serve_options, stall_seconds, "stall", "SECONDS", 1, DAY_S,
                   "for a message that has started (60)", .more = "And a second more for each 16K of it."),
        NUMBER_ROW(struct serve_options, ingest_idle_seconds, "ingest-idle", "SECONDS", 0, DAY_S,
                   "between messages of Ingest; 0: any (60)",
                   .more = "And for the client of a Scan to take some of it."),
        NUMBER_ROW(struct serve_options, query_seconds, "query-time", "SECONDS", 0, DAY_S,
                   "for a query to run; 0: any (60)", .more = "A Scan: until its next message."),
        NUMBER_ROW(struct serve_options, keepalive_seconds, "keepalive", "SECONDS", 0, DAY_S,
                   "of silence before a ping; 0: never (60)"),
        NUMBER_ROW(struct serve_options, idle_seconds, "max-idle", "SECONDS", 0, YEAR_S,
                   "of a connection without calls; 0: any (0)"),
        NUMBER_ROW(struct serve_options, age_seconds, "max-age", "SECONDS", 0, YEAR_S, "of a connection; 0: any (0)"),
        NUMBER_ROW(struct serve_options, drain_seconds, "drain", "SECONDS", 0, DAY_S,
                   "for calls in progress after SIGTERM (30)"),
        {0},
    },
};

static const struct option_table watch_table = {
    "Watching:",
    (const struct option[]){
        TEXT_ROW(struct serve_options, scrub, "scrub", "HOURS", "to verify every page again; 0: never (24)",
                 .more = "At most 4 MiB a second; 0.5 is half an hour. Less than a second counts as one."),
        CHOICE_ROW(struct serve_options, log_format, "log-format", "FORMAT", log_formats,
                   "of the line for each call (text)", .more = "The log goes to standard error."),
        NUMBER_ROW(struct serve_options, log_slow_ms, "log-slow", "MS", 1, DAY_S * 1000,
                   "log query and plan of calls that take longer",
                   .more = "Also with --log-format none, which logs no other call."),
        FLAG_ROW(struct serve_options, log_queries, "log-queries", "log the query of each call"),
        TEXT_ROW(struct serve_options, metrics, "metrics", "HOST:PORT", "Prometheus /metrics, and /healthz",
                 .more = "Over plain HTTP. Also /readyz and /version."),
        {0},
    },
};

#define LEAST_HOURS (1 / 3600.0)

// Digits, or digits and a decimal point; no word of the machine's language.
static gdx_status read_hours(const char *text, double *out, gdx_error *err) {
    double hours = 0, unit = 1;
    bool has_point = false;
    for (const char *at = text; *at; at++) {
        if (*at == '.' && !has_point && at != text) {
            has_point = true;
            continue;
        }
        if (*at < '0' || *at > '9')
            return gdx_fail(err, GDX_INVALID, "--scrub: \"%s\", expected a number of hours from 0 to 8760", text);
        unit = has_point ? unit / 10 : 1;
        hours = has_point ? hours + (*at - '0') * unit : hours * 10 + (*at - '0');
    }
    if (!*text || hours > YEAR_S / 3600.0)
        return gdx_fail(err, GDX_INVALID, "--scrub: \"%s\", expected a number of hours from 0 to 8760", text);
    bool is_never = strspn(text, "0.") == strlen(text);
    *out = is_never || hours > LEAST_HOURS ? hours : LEAST_HOURS; // how small it is: never is 0 alone
    return GDX_OK;
}

// A budget that is not given: a share of the memory that this process may use, within bounds.
static void set_budget(size_t *budget, size_t share, size_t most) {
    if (*budget)
        return;
    *budget = share < most ? share : most;
    if (*budget < LEAST_BUDGET)
        *budget = LEAST_BUDGET;
}

static void set_budgets(struct serve_options *options) {
    size_t allowed = gdx_memory_allowed();
    if (!options->threads)
        options->threads = gdx_processor_count();
    set_budget(&options->memory_bytes, allowed / 8, (size_t)1 << 30);
    set_budget(&options->query_bytes, allowed / 2 / options->threads, 512 << 20); // as many as threads at once
    set_budget(&options->ingest_bytes, allowed / 16, 128 << 20);
}

static gdx_status check_many(struct serve_options *options, gdx_error *err) {
    const char *root = options->target.root;
    if (root && options->slice_text)
        return gdx_fail(err, GDX_INVALID, "--root and --slice do not go together: a root has no index");
    if (root && options->create)
        return gdx_fail(err, GDX_INVALID, "--root and --create do not go together: a root has no index");
    if (!root && (options->writer || options->leaf_token_file || options->leaf_tls || options->leaf_authority))
        return gdx_fail(err, GDX_INVALID, "--writer and --leaf-... go with --root");
    if (options->leaf_authority && !options->leaf_tls)
        return gdx_fail(err, GDX_INVALID, "--leaf-tls-authority needs --leaf-tls");
    return options->slice_text ? remote_read_slice(options->slice_text, &options->slice, &options->slices, err)
                               : GDX_OK;
}

static gdx_status check(void *settings, gdx_error *err) {
    struct serve_options *options = settings;
    if (options->target.root && !options->threads)
        options->threads = ROOT_THREADS; // which wait for leaves
    set_budgets(options);
    if (check_many(options, err) != GDX_OK)
        return GDX_INVALID;
    if (options->scrub && read_hours(options->scrub, &options->scrub_hours, err) != GDX_OK)
        return GDX_INVALID;
    if (options->follow && options->create)
        return gdx_fail(err, GDX_INVALID, "--follow and --create do not go together: the index comes from the store");
    options->read_only |= options->follow != NULL;
    if (!options->certificate != !options->key)
        return gdx_fail(err, GDX_INVALID, "--tls-certificate and --tls-key go together");
    if (options->client_authority && !options->certificate)
        return gdx_fail(err, GDX_INVALID, "--tls-client-authority needs --tls-certificate and --tls-key");
    if (options->token_all && !options->token_file)
        return gdx_fail(err, GDX_INVALID, "--token-all needs --token-file");
    return serve_guard_check(&options->allow_hosts, &options->allow_origins, err);
}

static const struct serve_options defaults = {.connections = 4096,
                                              .streams = 256,
                                              .exports = 64,
                                              .queue = 16384,
                                              .message_bytes = 4 << 20,
                                              .handshake_seconds = 10,
                                              .stall_seconds = 60,
                                              .ingest_idle_seconds = 60,
                                              .query_seconds = 60,
                                              .keepalive_seconds = 60,
                                              .drain_seconds = 30,
                                              .follow_seconds = 10,
                                              .scrub_hours = 24};

const struct command command_serve = {
    .title = "gramdex serve",
    .summary = "answer queries over gRPC and HTTP, with a page for browsers",
    .arguments = "",
    .description = "Answer queries over gRPC (package gramdex.v1, proto/), and accept documents. "
                   "A browser that opens the address that is printed gets a page to search and look with.",
    .examples =
        (const char *const[]){"gramdex serve --index corpus.gdx --listen 127.0.0.1:50051",
                              "gramdex serve --index corpus.gdx --listen unix:/run/gramdex.sock --read-only",
                              ("gramdex serve --index corpus.gdx --listen 0.0.0.0:50051 \\\n"
                               "      --tls-certificate server.pem --tls-key server.key \\\n"
                               "      --token-file tokens --metrics 127.0.0.1:9090"),
                              "gramdex serve --index corpus.gdx --slice 0/3 --listen 10.0.0.1:50052",
                              "gramdex serve --root leaves.txt --leaf-token-file leaf-token --listen 0.0.0.0:50051",
                              NULL},
    .notes = "New commits are served without a restart. SIGTERM or SIGINT lets calls end, a second one does not. "
             "docs/server.md describes the rest.",
    .groups = {{&index_table, offsetof(struct serve_options, target)},
               {&what_table, 0},
               {&many_table, 0},
               {&aliases_table, offsetof(struct serve_options, target)},
               {&limits_table, 0},
               {&trust_table, 0},
               {&times_table, 0},
               {&watch_table, 0},
               {0}},
    .settings_bytes = sizeof(struct serve_options),
    .defaults = &defaults,
    .check = check,
    .run = serve_run,
};
