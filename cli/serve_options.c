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
        {.name = "listen",
         .argument = "ADDRESS",
         .help = "host:port, unix:/path or fd:N; repeatable",
         .more =
             "127.0.0.1:50051 when it is not given. fd:N is an inherited socket; sockets from systemd need no option.",
         .kind = OPTION_LIST,
         .field = OPTION_FIELD(struct serve_options, addresses)},
        {.name = "create",
         .help = "make an empty index if there is none",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct serve_options, create)},
        {.name = "read-only",
         .help = "refuse Ingest and Delete",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct serve_options, read_only)},
        {.name = "follow",
         .argument = "URL",
         .help = "the index comes from this object store",
         .more = "As `gramdex pull` brings it, at the start and whenever there is a new generation. Ingest and Delete "
                 "are refused.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, follow)},
        {.name = "follow-every",
         .argument = "SECONDS",
         .help = "between two looks at it (10)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = DAY_S,
         .field = OPTION_FIELD(struct serve_options, follow_seconds)},
        {.name = "no-page",
         .help = "serve calls alone, no page for browsers",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct serve_options, no_page)},
        {.name = "json",
         .help = "print the addresses as JSON",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct serve_options, json)},
        {0},
    },
};

static const struct option_table many_table = {
    "Many machines:",
    (const struct option[]){
        {.name = "slice",
         .argument = "I/N",
         .help = "serve one of N slices, from 0, to a root",
         .more = "docs/scale.md says how slices are cut. Clients are sent to the root.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, slice_text)},
        {.name = "root",
         .argument = "LEAVES",
         .help = "serve an index whose slices leaves have",
         .more =
             "A file with an address a line, read again when it changes; or HOST:PORT, whose addresses are the leaves.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, target.root)},
        {.name = "writer",
         .argument = "ADDRESS",
         .help = "of a root: who takes documents",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, writer)},
        {.name = "leaf-token-file",
         .argument = "FILE",
         .help = "of a root: the first token in it is sent",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, leaf_token_file)},
        {.name = "leaf-tls",
         .help = "of a root: leaves speak TLS",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct serve_options, leaf_tls)},
        {.name = "leaf-tls-authority",
         .argument = "FILE",
         .help = "PEM; signs the leaves' certificates",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, leaf_authority)},
        {0},
    },
};

static const struct option_table limits_table = {
    "Limits:",
    (const struct option[]){
        {.name = "threads",
         .argument = "N",
         .help = "workers (as many as processors)",
         .more = "And one for short calls alone.",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = THREADS_MOST,
         .field = OPTION_FIELD(struct serve_options, threads)},
        {.name = "queue",
         .argument = "N",
         .help = "calls that may wait for a worker (16384)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = ITEMS_MOST,
         .field = OPTION_FIELD(struct serve_options, queue)},
        {.name = "max-connections",
         .argument = "N",
         .help = "connections at once (4096)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = ITEMS_MOST,
         .field = OPTION_FIELD(struct serve_options, connections)},
        {.name = "max-streams",
         .argument = "N",
         .help = "calls at once on a connection (256)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = STREAMS_MOST,
         .field = OPTION_FIELD(struct serve_options, streams)},
        {.name = "max-exports",
         .argument = "N",
         .help = "calls of Scan at once (64)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = STREAMS_MOST,
         .field = OPTION_FIELD(struct serve_options, exports)},
        {.name = "max-message",
         .argument = "BYTES",
         .help = "size of a request (4M)",
         .kind = OPTION_BYTES,
         .field = OPTION_FIELD(struct serve_options, message_bytes)},
        {.name = "memory",
         .argument = "BYTES",
         .help = "of all connections' buffers (1G at most)",
         .kind = OPTION_BYTES,
         .field = OPTION_FIELD(struct serve_options, memory_bytes)},
        {.name = "query-memory",
         .argument = "BYTES",
         .help = "memory of one query (512M at most)",
         .kind = OPTION_BYTES,
         .field = OPTION_FIELD(struct serve_options, query_bytes)},
        {.name = "ingest-memory",
         .argument = "BYTES",
         .help = "of the postings of Ingest (128M at most)",
         .kind = OPTION_BYTES,
         .field = OPTION_FIELD(struct serve_options, ingest_bytes)},
        {0},
    },
};

static const struct option_table trust_table = {
    "Trust:",
    (const struct option[]){
        {.name = "tls-certificate",
         .argument = "FILE",
         .help = "PEM, with its chain",
         .more = "Every address uses TLS then; needs --tls-key.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, certificate)},
        {.name = "tls-key",
         .argument = "FILE",
         .help = "PEM",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, key)},
        {.name = "tls-client-authority",
         .argument = "FILE",
         .help = "PEM; clients need a certificate signed by it",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, client_authority)},
        {.name = "token-file",
         .argument = "FILE",
         .help = "bearer tokens, one a line",
         .more = "Methods that write then need one of them.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, token_file)},
        {.name = "token-all",
         .help = "all methods need a token",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct serve_options, token_all)},
        {.name = "allow-host",
         .argument = "NAME",
         .help = "its name in a browser; repeatable",
         .more = "Beside localhost and the addresses of --listen.",
         .kind = OPTION_LIST,
         .field = OPTION_FIELD(struct serve_options, allow_hosts)},
        {.name = "allow-origin",
         .argument = "ORIGIN",
         .help = "a site that may ask; repeatable",
         .more = "As https://app.example.org. Its browsers may then read every answer.",
         .kind = OPTION_LIST,
         .field = OPTION_FIELD(struct serve_options, allow_origins)},
        {0},
    },
};

static const struct option_table times_table = {
    "Times:",
    (const struct option[]){
        {.name = "handshake",
         .argument = "SECONDS",
         .help = "for the first bytes, and a head (10)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = DAY_S,
         .field = OPTION_FIELD(struct serve_options, handshake_seconds)},
        {.name = "stall",
         .argument = "SECONDS",
         .help = "for a message that has started (60)",
         .more = "And a second more for each 16K of it.",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = DAY_S,
         .field = OPTION_FIELD(struct serve_options, stall_seconds)},
        {.name = "ingest-idle",
         .argument = "SECONDS",
         .help = "between messages of Ingest; 0: any (60)",
         .more = "And for the client of a Scan to take some of it.",
         .kind = OPTION_NUMBER,
         .most = DAY_S,
         .field = OPTION_FIELD(struct serve_options, ingest_idle_seconds)},
        {.name = "query-time",
         .argument = "SECONDS",
         .help = "for a query to run; 0: any (60)",
         .more = "A Scan: until its next message.",
         .kind = OPTION_NUMBER,
         .most = DAY_S,
         .field = OPTION_FIELD(struct serve_options, query_seconds)},
        {.name = "keepalive",
         .argument = "SECONDS",
         .help = "of silence before a ping; 0: never (60)",
         .kind = OPTION_NUMBER,
         .most = DAY_S,
         .field = OPTION_FIELD(struct serve_options, keepalive_seconds)},
        {.name = "max-idle",
         .argument = "SECONDS",
         .help = "of a connection without calls; 0: any (0)",
         .kind = OPTION_NUMBER,
         .most = YEAR_S,
         .field = OPTION_FIELD(struct serve_options, idle_seconds)},
        {.name = "max-age",
         .argument = "SECONDS",
         .help = "of a connection; 0: any (0)",
         .kind = OPTION_NUMBER,
         .most = YEAR_S,
         .field = OPTION_FIELD(struct serve_options, age_seconds)},
        {.name = "drain",
         .argument = "SECONDS",
         .help = "for calls in progress after SIGTERM (30)",
         .kind = OPTION_NUMBER,
         .most = DAY_S,
         .field = OPTION_FIELD(struct serve_options, drain_seconds)},
        {0},
    },
};

static const struct option_table watch_table = {
    "Watching:",
    (const struct option[]){
        {.name = "scrub",
         .argument = "HOURS",
         .help = "to verify every page again; 0: never (24)",
         .more = "At most 4 MiB a second; 0.5 is half an hour. Less than a second counts as one.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, scrub)},
        {.name = "log-format",
         .argument = "FORMAT",
         .help = "of the line for each call (text)",
         .more = "The log goes to standard error.",
         .kind = OPTION_CHOICE,
         .choices = log_formats,
         .field = OPTION_FIELD(struct serve_options, log_format)},
        {.name = "log-slow",
         .argument = "MS",
         .help = "log query and plan of calls that take longer",
         .more = "Also with --log-format none, which logs no other call.",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = DAY_S * 1000,
         .field = OPTION_FIELD(struct serve_options, log_slow_ms)},
        {.name = "log-queries",
         .help = "log the query of each call",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct serve_options, log_queries)},
        {.name = "metrics",
         .argument = "HOST:PORT",
         .help = "Prometheus /metrics, and /healthz",
         .more = "Over plain HTTP. Also /readyz and /version.",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct serve_options, metrics)},
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
