// SPDX-License-Identifier: Apache-2.0
// serve.c: `gramdex serve`: one loop, its workers, the engine over an index, the gRPC server and what watches it, from
// start to drain. Things end in the reverse order of their making: server, engine, workers, and with the last handle
// the loop.

#include "command.h"
#include "report.h"
#include "serve_figures.h"
#include "serve_follow.h"
#include "serve_guard.h"
#include "serve_lanes.h"
#include "serve_log.h"
#include "serve_memory.h"
#include "serve_options.h"
#include "serve_page.h"
#include "serve_root.h"
#include "serve_systemd.h"
#include "serve_trust.h"

#include "gdx/descriptors.h"
#include "gdx/engine.h"
#include "gdx/index.h"
#include "gdx/metrics.h"
#include "gdx/services.h"

#include <gramdex/v1/search.pb-c.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct serve { // loop thread only
    struct serve_options options;
    uv_loop_t loop;
    gdx_work *work;
    struct serve_root root;
    gdx_engine *engine;
    gdx_server *server;
    gdx_health *health;
    gdx_reflection *reflection;
    gdx_metrics *metrics;
    gdx_metrics_listener *listener;
    struct serve_trust trust;
    struct serve_guard guard;
    struct serve_log log;
    struct serve_memory memory;
    struct serve_follow follow;
    uv_signal_t signals[2];
};

// ---- what the server asks of the program, and reports to it

static gdx_grpc_code admit(void *context, const gdx_call *call, const gdx_service *service, const gdx_method *method,
                           gdx_error *err) {
    const struct serve *serve = context;
    bool writes = method && gdx_engine_is_write(serve->engine, service, method);
    if (writes && serve->options.read_only) {
        gdx_fail(err, GDX_DENIED,
                 serve->options.follow ? "%s: this server follows an object store, and takes no documents itself"
                                       : "%s: this server was started with --read-only",
                 method->name);
        return GDX_GRPC_PERMISSION_DENIED;
    }
    if (serve->trust.tokens.count == 0 || (!writes && !serve->options.token_all))
        return GDX_GRPC_OK;
    return tokens_check(&serve->trust.tokens, gdx_call_metadata(call), err);
}

static bool guard(void *context, gdx_call *call) {
    const struct serve *serve = context;
    return serve_guard_call(&serve->guard, call);
}

static void call_ended(void *context, const gdx_call_record *record) {
    struct serve *serve = context;
    gdx_metrics_count(serve->metrics, record);
    serve_log_call(&serve->log, record);
}

static void peer_fault(void *context, const char *peer, const char *what) {
    struct serve *serve = context;
    serve_log_fault(&serve->log, peer, what);
}

static bool resource(void *context, const gdx_resource_request *request, gdx_resource_reply *reply) {
    const struct serve *serve = context;
    return serve_page_reply(&serve->options, request, reply);
}

static void draining(void *context) {
    struct serve *serve = context;
    if (serve->health)
        gdx_health_drain(serve->health);
}

static void refresh_failed(void *context, const gdx_error *error) {
    struct serve *serve = context;
    char text[GDX_ERROR_TEXT_BYTES];
    serve_log_event(&serve->log, "a new commit cannot be opened, the last one is served on: %s",
                    gdx_error_text(error, text));
}

// A part of the answers fails, so the service of searches is not serving, to those who ask for it by its name; the
// server as a whole is.
static void damage_changed(void *context, const gdx_collection_figures *figures) {
    struct serve *serve = context;
    char text[GDX_ERROR_TEXT_BYTES];
    if (figures->bad_segments)
        serve_log_event(&serve->log,
                        "%" PRIu64 " of %" PRIu64 " segments cannot be read, calls that need them fail until a good "
                        "file is there: %s",
                        figures->bad_segments, figures->segments, gdx_error_text(&figures->damage, text));
    else
        serve_log_event(&serve->log, "all segments can be read again");
    if (serve->health &&
        gdx_health_set(serve->health, gramdex__v1__search__descriptor.name, figures->bad_segments == 0) != GDX_OK)
        serve_log_event(&serve->log, "no memory to say so in the health service");
}

// ---- metrics

static bool is_draining(const struct serve *serve) {
    return !serve->server || gdx_server_is_draining(serve->server);
}

static gdx_status metrics_page(void *context, gdx_buffer *out) {
    struct serve *serve = context;
    gdx_status status = gdx_metrics_write(serve->metrics, out);
    if (status == GDX_OK && serve->work)
        status = serve_lanes_write(serve->work, out);
    if (status == GDX_OK)
        status = serve_follow_write_metrics(&serve->follow, out);
    if (status == GDX_OK)
        status = serve_root_write(&serve->root, out);
    if (status == GDX_OK)
        status = serve_figures_write_program(out);
    return status == GDX_OK && serve->server ? serve_figures_write(serve->server, serve->work, serve->engine, out)
                                             : status;
}

static bool is_healthy(void *context) {
    return !is_draining(context);
}

static bool is_ready(void *context, char why[GDX_READY_BYTES]) {
    struct serve *serve = context;
    if (!is_draining(serve))
        return serve_root_is_ready(&serve->root, why);
    snprintf(why, GDX_READY_BYTES, "draining\n");
    return false;
}

// ---- the end

static void work_closed(void *context) {
    struct serve *serve = context;
    serve->work = NULL;
}

static void engine_closed(void *context) {
    struct serve *serve = context;
    serve->engine = NULL;
    serve_root_close(&serve->root);
    gdx_work_close(serve->work, work_closed, serve);
}

// Everything but the loop; also what a start that failed has made so far.
static void close_rest(struct serve *serve) {
    gdx_metrics_close(serve->listener);
    serve->listener = NULL;
    serve_memory_close(&serve->memory);
    serve_follow_close(&serve->follow);
    serve_trust_close(&serve->trust);
    for (int i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&serve->signals[i], NULL);
    signal(SIGTERM, SIG_IGN); // once more at the very end must not turn a good end into a bad one
    signal(SIGINT, SIG_IGN);
    serve_log_close(&serve->log);
    if (serve->engine)
        gdx_engine_close(serve->engine, engine_closed, serve);
    else
        serve_root_close(&serve->root);
    if (!serve->engine && serve->work)
        gdx_work_close(serve->work, work_closed, serve);
}

static void server_stopped(void *context) {
    struct serve *serve = context;
    serve->server = NULL;
    serve_log_event(&serve->log, "stopped");
    close_rest(serve);
}

static void on_signal(uv_signal_t *signal_handle, int number) {
    struct serve *serve = signal_handle->data;
    bool again = is_draining(serve);
    if (!serve->server)
        return;
    systemd_notify("STOPPING=1\nSTATUS=draining");
    serve_log_event(&serve->log, again ? "signal %d again: calls under way are cut short" : "signal %d: draining",
                    number);
    gdx_server_stop(serve->server, server_stopped, serve);
}

static void free_all(struct serve *serve) {
    gdx_health_free(serve->health);
    gdx_reflection_free(serve->reflection);
    gdx_metrics_free(serve->metrics);
    serve_trust_clear(&serve->trust);
    serve_guard_clear(&serve->guard);
    serve_log_clear(&serve->log);
}

// ---- the start

// A connection takes a descriptor, and so does a file of the index: a new commit must not fail to open because many
// clients came.
static void reserve_descriptors(struct serve *serve) {
    enum { OTHERS = 256 };
    struct rlimit limit;
    rlim_t wanted = serve->options.connections + OTHERS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted)
        return;
    serve->options.connections = limit.rlim_cur > 2 * OTHERS ? limit.rlim_cur - OTHERS : limit.rlim_cur / 2;
    serve_log_event(&serve->log, "at most %zu connections, because %llu files may be open (ulimit -n)",
                    serve->options.connections, (unsigned long long)limit.rlim_cur);
}

static gdx_status make_index(const char *directory, gdx_error *err) {
    gdx_index *index = NULL;
    gdx_error absent = {0};
    gdx_status status = gdx_index_open(directory, &index, &absent);
    gdx_index_close(index);
    if (status != GDX_NOT_FOUND)
        return GDX_OK; // it is there; opening it reports what is wrong with it
    gdx_index_writer *writer = NULL;
    status = gdx_index_writer_open(directory, &writer, err);
    gdx_index_writer_close(writer);
    return status;
}

static gdx_status open_engine(struct serve *serve, gdx_error *err) {
    const struct serve_options *options = &serve->options;
    gdx_engine_options engine = gdx_engine_options_default();
    engine.collection.query_bytes = options->query_bytes;
    engine.collection.threads = options->threads;
    engine.collection.ingest_bytes = options->ingest_bytes;
    engine.collection.scrub_ns = (uint64_t)(options->scrub_hours * 3.6e12);
    engine.collection.export_limit = options->exports;
    engine.query_ns = options->query_seconds * UINT64_C(1000000000);
    engine.slow_ns = options->log_slow_ms * UINT64_C(1000000);
    engine.notes_queries = options->log_queries;
    engine.collection.version = GRAMDEX_VERSION;
    engine.collection.aliases = options->target.aliases;
    engine.refresh_failed = refresh_failed;
    engine.damage_changed = damage_changed;
    engine.context = serve;
    engine.collection.slice = options->slice;
    engine.collection.slices = options->slices;
    engine.writer = options->writer;
    gdx_status status = options->create ? make_index(options->target.index, err) : GDX_OK;
    if (status == GDX_OK)
        status = serve_root_open(&serve->root, options, err);
    if (serve->root.fanout)
        engine.leaves = gdx_fanout_leaves(serve->root.fanout);
    unsigned threads = options->threads ? options->threads : gdx_processor_count();
    if (status == GDX_OK) // and one that takes no long call: short ones find it free also where there is one processor
        status = gdx_work_open(&serve->loop, threads + 1, options->queue, &serve->work, err);
    return status == GDX_OK
               ? gdx_engine_open(&serve->loop, serve->work, options->target.index, &engine, &serve->engine, err)
               : status;
}

static gdx_server_options server_options(struct serve *serve) {
    const uint64_t second = 1000000000;
    const struct serve_options *options = &serve->options;
    gdx_server_options out = gdx_server_options_default();
    out.protocol.message_limit = options->message_bytes;
    out.protocol.stream_limit = (uint32_t)options->streams;
    out.protocol.total_memory_limit = options->memory_bytes;
    if (out.protocol.memory_limit < 4 * options->message_bytes)
        out.protocol.memory_limit = 4 * options->message_bytes;
    out.protocol.handshake_ns = options->handshake_seconds * second;
    out.protocol.stall_ns = options->stall_seconds * second;
    out.protocol.silence_ns = options->ingest_idle_seconds * second;
    out.protocol.keepalive_ns = options->keepalive_seconds * second;
    if (out.protocol.keepalive_timeout_ns > out.protocol.keepalive_ns)
        out.protocol.keepalive_timeout_ns = out.protocol.keepalive_ns;
    out.protocol.idle_ns = options->idle_seconds * second;
    out.protocol.age_ns = options->age_seconds * second;
    out.connection_limit = options->connections;
    out.drain_ns = options->drain_seconds * second;
    out.admit = admit;
    out.guard = guard;
    out.call_ended = call_ended;
    out.peer_fault = peer_fault;
    out.resource = resource;
    out.draining = draining;
    out.context = serve;
    return out;
}

static gdx_status add_services(struct serve *serve, gdx_error *err) {
    serve->health = gdx_health_new();
    serve->reflection = gdx_reflection_new(serve->server);
    if (!serve->health || !serve->reflection)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a service");
    const gdx_service *standard[] = {
        gdx_health_service(serve->health),
        gdx_reflection_service(serve->reflection),
        gdx_reflection_service_alpha(serve->reflection),
    };
    size_t count;
    const gdx_service *services = gdx_engine_services(serve->engine, &count);
    gdx_status status = gdx_reflection_add(serve->reflection, gdx_descriptors, gdx_descriptors_bytes, err);
    for (size_t i = 0; i < sizeof standard / sizeof standard[0] && status == GDX_OK; i++)
        status = gdx_server_add(serve->server, standard[i], err);
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        status = gdx_server_add(serve->server, &services[i], err);
        if (status == GDX_OK && gdx_health_set(serve->health, services[i].descriptor->name, true) != GDX_OK)
            status = gdx_fail_memory(err, "a service");
    }
    return status == GDX_OK ? gdx_reflection_check(serve->reflection, err) : status;
}

static gdx_status open_server(struct serve *serve, gdx_error *err) {
    gdx_server_options server = server_options(serve);
    serve->metrics = gdx_metrics_new();
    if (!serve->metrics)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for a server");
    gdx_status status = serve_trust_open(&serve->trust, err);
    if (status == GDX_OK)
        status = gdx_server_open(&serve->loop, serve->work, &server, &serve->server, err);
    return status == GDX_OK ? add_services(serve, err) : status;
}

// ---- addresses

// Addresses with port 0 come first, since the server knows the chosen port of its first listener alone.
static bool has_chosen_port(const char *address) {
    const char *colon = strrchr(address, ':');
    return colon && strcmp(colon, ":0") == 0 && strncmp(address, "unix:", 5) != 0;
}

static gdx_status listen_where(struct serve *serve, bool chosen_port, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (unsigned i = 0; i < serve->options.addresses.count && status == GDX_OK; i++) {
        if (has_chosen_port(serve->options.addresses.items[i]) == chosen_port)
            status = gdx_server_listen(serve->server, serve->options.addresses.items[i], serve->trust.tls, err);
    }
    return status;
}

static gdx_status add_inherited(struct serve_options *options, char names[][16], unsigned count, gdx_error *err) {
    for (unsigned i = 0; i < count; i++) {
        if (options->addresses.count == OPTION_LIST_MOST)
            return gdx_fail(err, GDX_INVALID, "more than %d addresses to listen on", OPTION_LIST_MOST);
        snprintf(names[i], 16, "fd:%u", 3 + i);
        options->addresses.items[options->addresses.count++] = names[i];
    }
    return GDX_OK;
}

static gdx_status listen_all(struct serve *serve, gdx_error *err) {
    struct serve_options *options = &serve->options;
    static char names[32][16]; // as long as the program: the addresses are printed later
    unsigned chosen = 0;
    gdx_status status = add_inherited(options, names, systemd_sockets(), err);
    if (options->addresses.count == 0)
        options->addresses.items[options->addresses.count++] = "127.0.0.1:50051";
    for (unsigned i = 0; i < options->addresses.count; i++)
        chosen += has_chosen_port(options->addresses.items[i]);
    if (status == GDX_OK && chosen > 1)
        status = gdx_fail(err, GDX_INVALID, "--listen: port 0 may be given once, it is given %u times", chosen);
    if (status == GDX_OK)
        status = listen_where(serve, true, err);
    if (status == GDX_OK)
        status = listen_where(serve, false, err);
    if (status == GDX_OK)
        status = serve_guard_open(&serve->guard, options, err);
    const gdx_metrics_pages pages = {.metrics = metrics_page,
                                     .is_healthy = is_healthy,
                                     .is_ready = is_ready,
                                     .version = "{\"version\":\"" GRAMDEX_VERSION "\"}\n",
                                     .context = serve};
    if (status == GDX_OK && options->metrics)
        status = gdx_metrics_listen(&serve->loop, options->metrics, &pages, &serve->listener, err);
    return status;
}

// The address as clients can use it.
static const char *shown(const char *address, unsigned port, char to[320]) {
    if (!has_chosen_port(address))
        return address;
    snprintf(to, 320, "%.*s:%u", (int)(strrchr(address, ':') - address), address, port);
    return to;
}

static const char *shown_first(const struct serve *serve, char to[320]) {
    return shown(serve->options.addresses.items[0], gdx_server_port(serve->server), to);
}

// Where a browser finds the page, by the first address that it can open; "": nowhere.
static void page_address(struct serve *serve, char to[400]) {
    char text[320];
    const struct serve_options *options = &serve->options;
    to[0] = '\0';
    for (unsigned i = 0; serve_page_is_there(options) && !to[0] && i < options->addresses.count; i++)
        serve_page_address(shown(options->addresses.items[i], gdx_server_port(serve->server), text),
                           serve->trust.tls != NULL, to, 400);
}

static gdx_status report_json(struct serve *serve, gdx_error *err) {
    char text[320], page[400];
    const struct serve_options *options = &serve->options;
    json_t *addresses = json_array();
    for (unsigned i = 0; addresses && i < options->addresses.count; i++) {
        const char *address = shown(options->addresses.items[i], gdx_server_port(serve->server), text);
        if (json_array_append_new(addresses, json_string(address)) != 0)
            return gdx_fail_memory(err, "the list of addresses");
    }
    json_t *line = json_pack("{s:s,s:o,s:b,s:i}", "type", "serve", "listening", addresses, "tls",
                             serve->trust.tls != NULL, "pid", (int)getpid());
    if (line && serve->listener)
        json_object_set_new(line, "metrics",
                            json_string(shown(options->metrics, gdx_metrics_port(serve->listener), text)));
    page_address(serve, page);
    if (line && page[0])
        json_object_set_new(line, "page", json_string(page));
    return json_line(line, err);
}

static gdx_status report_addresses(struct serve *serve, gdx_error *err) {
    char text[320], page[400];
    const struct serve_options *options = &serve->options;
    gdx_status status = GDX_OK;
    if (options->json) {
        status = report_json(serve, err);
    } else {
        for (unsigned i = 0; i < options->addresses.count; i++)
            printf("listening on %s%s\n", shown(options->addresses.items[i], gdx_server_port(serve->server), text),
                   serve->trust.tls ? " (TLS)" : "");
        if (serve->listener)
            printf("metrics on http://%s/metrics\n", shown(options->metrics, gdx_metrics_port(serve->listener), text));
        page_address(serve, page);
        if (page[0])
            printf("open %s in a browser\n", page);
    }
    fflush(stdout);
    systemd_notify("READY=1\nSTATUS=serving");
    return status;
}

// ---- the command

static void set_aliases(void *context, gdx_aliases *aliases) {
    const struct serve *serve = context;
    if (serve->engine)
        gdx_engine_set_aliases(serve->engine, aliases);
    else // it has closed meanwhile
        gdx_aliases_release(aliases);
}

static void watch_signals(struct serve *serve) {
    static const int numbers[2] = {SIGTERM, SIGINT};
    for (int i = 0; i < 2; i++) {
        uv_signal_init(&serve->loop, &serve->signals[i]);
        serve->signals[i].data = serve;
        uv_signal_start(&serve->signals[i], on_signal, numbers[i]);
    }
}

static gdx_status run(struct serve *serve, gdx_error *err) {
    if (serve_follow_first(&serve->options, err) != GDX_OK)
        return err->status;
    if (uv_loop_init(&serve->loop) != 0)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for an event loop");
    serve_log_init(&serve->log, &serve->loop, &serve->options);
    watch_signals(serve);
    serve_memory_init(&serve->memory, &serve->loop);
    serve_follow_init(&serve->follow, &serve->loop, &serve->options, &serve->log);
    serve_trust_init(&serve->trust, &serve->loop, &serve->options, &serve->log);
    serve->trust.set_aliases = set_aliases;
    serve->trust.context = serve;
    reserve_descriptors(serve);
    gdx_status status = open_engine(serve, err);
    if (status == GDX_OK)
        status = open_server(serve, err);
    if (status == GDX_OK)
        status = listen_all(serve, err);
    if (status == GDX_OK && serve->root.fanout)
        gdx_fanout_set_root(serve->root.fanout, shown_first(serve, (char[320]){0}));
    if (status == GDX_OK)
        status = serve_follow_start(&serve->follow, err);
    if (status == GDX_OK)
        serve_memory_start(&serve->memory, serve->work);
    if (status == GDX_OK)
        status = report_addresses(serve, err);
    if (status != GDX_OK && serve->server)
        gdx_server_stop(serve->server, server_stopped, serve);
    else if (status != GDX_OK)
        close_rest(serve);
    uv_run(&serve->loop, UV_RUN_DEFAULT);
    uv_loop_close(&serve->loop);
    free_all(serve);
    return status;
}

int serve_run(const struct command *command, void *settings) {
    struct serve serve = {.options = *(const struct serve_options *)settings};
    gdx_error err = {0};
    if (run(&serve, &err) != GDX_OK)
        return report_failure(command->title, &err, (gdx_slice){0}, serve.options.json);
    return EXIT_DONE;
}
