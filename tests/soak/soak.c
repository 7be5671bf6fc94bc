// SPDX-License-Identifier: Apache-2.0
// soak.c: `gramdex serve` under everything at once, for as long as one likes: a thousand connections with ten calls
// each; queries, exports that are read, read slowly, left or cancelled, deadlines that cannot be met, documents in and
// out, commits and merges by another process, connections that vanish. Each call must end in a way that its act allows.
// After the first third, which warms up, memory and descriptors must stay as they are. After all clients have
// disconnected, the server holds nothing, and the index verifies.

#include "../../bench/wire/child.h"
#include "../support/patience.h"
#include "acts.h"
#include "option.h"
#include "swarm.h"
#include "watch.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    LOOK_MS = 250,
    CHANGE_MS = 700,
    PROGRESS_S = 20,
    LONG_S = 60,           // from here on the run is long enough to show what grows
    COVERING_S = 300,      // and from here on for every act to occur
    STEADY_S = 1800,       // and from here on for what comes and goes to even out
    STEADY_PERCENT = 1,    // which memory may grow then
    KEPT_DESCRIPTORS = 24, // of commits held for page tokens, and of a look at the moment
};
// What may come and go: a query's memory, an allocator's arenas, a merge's mapped files.
#define SLACK_BYTES (UINT64_C(24) << 20)
#define SECOND_NS   UINT64_C(1000000000)

struct soak {
    const char *program;
    unsigned seconds, connections, streams;
    uv_loop_t loop;
    uv_timer_t look, changing;
    struct swarm *swarm;
    struct child server;
    struct held before;
    struct watch watch;
    char folder[64], index[96], records[96];
    uint64_t begin_ns, changes; // by other processes
    pid_t other_process;
    bool is_over, has_failed;
};

// ---- failing

static void fail(void *context, const char *what) {
    struct soak *soak = context;
    fprintf(stderr, "soak: %s\n", what);
    soak->has_failed = true;
    soak->is_over = true;
    uv_stop(&soak->loop);
}

static void fail_error(struct soak *soak, const gdx_error *err) {
    fail(soak, err->message);
}

// ---- the index and other processes

static void on_exited(uv_process_t *process, int64_t status, int signal) {
    int *out = process->data;
    *out = signal ? 128 + signal : (int)status;
    uv_close((uv_handle_t *)process, NULL);
}

// -1: it cannot be started.
static int run(struct soak *soak, const char *verb, const char *more) {
    char *arguments[] = {(char *)(uintptr_t)soak->program, (char *)(uintptr_t)verb,
                         (char *)(uintptr_t) "--index",    soak->index,
                         (char *)(uintptr_t)more,          NULL};
    uv_loop_t loop;
    uv_process_t process;
    int status = -1;
    uv_stdio_container_t streams[3] = {{.flags = UV_IGNORE}, {.flags = UV_IGNORE}, {.flags = UV_IGNORE}};
    uv_process_options_t options = {
        .file = soak->program, .args = arguments, .exit_cb = on_exited, .stdio = streams, .stdio_count = 3};
    uv_loop_init(&loop);
    process.data = &status;
    if (uv_spawn(&loop, &process, &options) != 0)
        uv_close((uv_handle_t *)&process, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return status;
}

static void on_changed(uv_process_t *process, int64_t status, int signal) {
    struct soak *soak = process->data;
    soak->changes += status == 0 && signal == 0; // the lock may have been taken
    if (signal)
        fail(soak, "another process that writes was killed");
    soak->other_process = 0;
    uv_close((uv_handle_t *)process, (uv_close_cb)(void *)free);
}

// A merge, or new versions of some documents.
static void on_change(uv_timer_t *timer) {
    struct soak *soak = timer->data;
    gdx_error err = {0};
    bool merges = chance(2);
    const char *const arguments[] = {soak->program, merges ? "merge" : "index",    "--index",
                                     soak->index,   merges ? NULL : soak->records, NULL};
    uv_stdio_container_t streams[3] = {{.flags = UV_IGNORE}, {.flags = UV_IGNORE}, {.flags = UV_IGNORE}};
    uv_process_options_t options = {.file = soak->program,
                                    .args = (char **)(uintptr_t)arguments,
                                    .exit_cb = on_changed,
                                    .stdio = streams,
                                    .stdio_count = 3};
    uv_process_t *process = soak->other_process ? NULL : calloc(1, sizeof *process);
    if (!process)
        return; // the last one still runs
    process->data = soak;
    if (!merges && acts_write_changes(soak->records, &err) != GDX_OK)
        fail_error(soak, &err);
    if (uv_spawn(&soak->loop, process, &options) == 0)
        soak->other_process = process->pid;
    else
        uv_close((uv_handle_t *)process, (uv_close_cb)(void *)free);
}

static gdx_status start(struct soak *soak, gdx_error *err) {
    // A thousand clients of one process may be long in their first frames.
    const char *const arguments[] = {
        soak->program, "serve",         "--index", soak->index, "--listen", "127.0.0.1:0", "--log-format", "none",
        "--json",      "--max-exports", "65536",   "--queue",   "65536",    "--handshake", "600",          NULL};
    snprintf(soak->folder, sizeof soak->folder, "/tmp/gramdex-soak-XXXXXX");
    if (!mkdtemp(soak->folder))
        return gdx_fail(err, GDX_IO, "no folder in /tmp");
    snprintf(soak->index, sizeof soak->index, "%s/index", soak->folder);
    snprintf(soak->records, sizeof soak->records, "%s/base.jsonl", soak->folder);
    gdx_status status = acts_write_base(soak->records, err);
    if (status == GDX_OK && run(soak, "index", soak->records) != 0)
        status = gdx_fail(err, GDX_INTERNAL, "%s index fails", soak->program);
    if (status == GDX_OK && run(soak, "reprints", "--build") != 0)
        status = gdx_fail(err, GDX_INTERNAL, "%s reprints --build fails", soak->program);
    if (status == GDX_OK)
        status = child_start(&soak->server, arguments, NULL, err);
    if (status == GDX_OK && !held_by(soak->server.process, &soak->before))
        status = gdx_fail(err, GDX_UNAVAILABLE, "the server has ended");
    return status;
}

// ---- while it runs

static double megabytes(uint64_t bytes) {
    return (double)bytes / (1 << 20);
}

static void print_progress(const struct soak *soak, const struct held *held) {
    if (soak->watch.count % (PROGRESS_S * 1000 / LOOK_MS) == 0)
        printf("%4zu s: %.1f MB, anonymous %.1f, %" PRIu64 " descriptors\n", soak->watch.count * LOOK_MS / 1000,
               megabytes(held->resident_bytes), megabytes(held->anonymous_bytes), held->descriptors);
    fflush(stdout);
}

// A machine that is busy may take longer than a short run to connect so many.
static bool were_all_at_once(const struct soak *soak) {
    return swarm_figures_of(soak->swarm)->most_calls >= (uint64_t)soak->connections * soak->streams;
}

static void on_look(uv_timer_t *timer) {
    struct soak *soak = timer->data;
    struct held held;
    uint64_t now_ns = uv_hrtime();
    if (!held_by(soak->server.process, &held))
        fail(soak, "the server has ended");
    else if (watch_add(&soak->watch, &held) != GDX_OK)
        fail(soak, "no memory");
    else if (now_ns > swarm_answered_ns(soak->swarm) + patience_ns())
        fail(soak, "nothing is answered any more");
    else if (now_ns - soak->begin_ns >= soak->seconds * SECOND_NS)
        soak->is_over = were_all_at_once(soak) || now_ns - soak->begin_ns >= soak->seconds * SECOND_NS + patience_ns();
    print_progress(soak, &held);
    if (soak->is_over)
        uv_stop(&soak->loop);
}

static unsigned port_of(const char *address) {
    const char *colon = strrchr(address, ':');
    return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

static void swarm_for_a_while(struct soak *soak) {
    uv_loop_init(&soak->loop);
    uv_timer_init(&soak->loop, &soak->look);
    uv_timer_init(&soak->loop, &soak->changing);
    soak->look.data = soak->changing.data = soak;
    soak->begin_ns = uv_hrtime();
    uv_timer_start(&soak->look, on_look, LOOK_MS, LOOK_MS);
    uv_timer_start(&soak->changing, on_change, CHANGE_MS, CHANGE_MS);
    soak->swarm = swarm_open(&soak->loop, port_of(soak->server.address), soak->connections, soak->streams, fail, soak);
    if (soak->swarm)
        uv_run(&soak->loop, UV_RUN_DEFAULT);
    else
        fail(soak, "no memory");
    uv_close((uv_handle_t *)&soak->look, NULL);
    uv_close((uv_handle_t *)&soak->changing, NULL);
    if (soak->swarm)
        swarm_close(soak->swarm);
    uv_run(&soak->loop, UV_RUN_DEFAULT); // also until the other process is done
    uv_loop_close(&soak->loop);
}

// ---- the outcome

static bool has_grown(uint64_t early, uint64_t late, uint64_t slack) {
    return late > early + early / 10 + slack;
}

static bool is_over_percent(uint64_t early, uint64_t late) {
    return late > early + early * STEADY_PERCENT / 100;
}

// Commits are held for a while and connections vanish, so descriptors come and go: their mean stays, and a leak of one
// for a thousand calls would show in it.
static void check_steady(struct soak *soak, const struct held *early, const struct held *late) {
    size_t third = soak->watch.count / 3;
    double descriptors_early = watch_mean_descriptors(&soak->watch, third, 2 * third);
    double descriptors_late = watch_mean_descriptors(&soak->watch, soak->watch.count - third, soak->watch.count);
    printf("descriptors in the mean: %.2f in the second third, %.2f in the last\n", descriptors_early,
           descriptors_late);
    if (is_over_percent(early->anonymous_bytes, late->anonymous_bytes) ||
        is_over_percent(early->resident_bytes, late->resident_bytes))
        fail(soak, "the server's memory grows by more than a hundredth");
    if (descriptors_late >= descriptors_early + 1)
        fail(soak, "the server's descriptors grow in number");
}

// The second third against the last; the first warms up.
static void check_flat(struct soak *soak) {
    size_t third = soak->watch.count / 3;
    if (third < 2)
        return;
    struct held early = watch_median(&soak->watch, third, 2 * third);
    struct held late = watch_median(&soak->watch, soak->watch.count - third, soak->watch.count);
    printf("memory: %.1f MB at the start, %.1f in the second third, %.1f in the last (anonymous %.1f, %.1f)\n",
           megabytes(soak->before.resident_bytes), megabytes(early.resident_bytes), megabytes(late.resident_bytes),
           megabytes(early.anonymous_bytes), megabytes(late.anonymous_bytes));
    printf("descriptors: %" PRIu64 " at the start, %" PRIu64 " in the second third, %" PRIu64 " in the last\n",
           soak->before.descriptors, early.descriptors, late.descriptors);
    if (soak->seconds < LONG_S)
        return; // still warming up
    if (soak->seconds >= STEADY_S)
        check_steady(soak, &early, &late);
    if (has_grown(early.anonymous_bytes, late.anonymous_bytes, SLACK_BYTES) ||
        has_grown(early.resident_bytes, late.resident_bytes, SLACK_BYTES))
        fail(soak, "the server's memory grows");
    if (has_grown(early.descriptors, late.descriptors, KEPT_DESCRIPTORS))
        fail(soak, "the server's descriptors grow in number");
}

static void check_nothing_is_held(struct soak *soak) {
    struct held held = {0};
    uint64_t begin_ns = gdx_now_ns();
    bool is_quiet;
    do {
        is_quiet =
            held_by(soak->server.process, &held) && held.descriptors <= soak->before.descriptors + KEPT_DESCRIPTORS;
    } while (!is_quiet && patience_since(begin_ns) && usleep(100000) == 0);
    printf("after all have disconnected: %.1f MB, %" PRIu64 " descriptors\n", megabytes(held.resident_bytes),
           held.descriptors);
    if (!is_quiet)
        fail(soak, "descriptors are held after all clients have disconnected");
}

static void print_calls(const struct soak *soak) {
    const struct swarm_figures *figures = swarm_figures_of(soak->swarm);
    uint64_t all = 0;
    for (size_t i = 0; i < act_count; i++) {
        printf("%-20s %10" PRIu64 " calls, %8" PRIu64 " not OK, as asked for\n", acts[i].name, figures->ended[i],
               figures->refused[i]);
        all += figures->ended[i];
    }
    printf("%" PRIu64 " calls in %u s on %u x %u, at most %" PRIu64 " at once; %" PRIu64
           " connections vanished with %" PRIu64 " calls; %" PRIu64 " commits by others\n",
           all, soak->seconds, soak->connections, soak->streams, figures->most_calls, figures->vanished_links,
           figures->vanished_calls, soak->changes);
}

// Everything has been done, or the run shows nothing.
static void check_coverage(struct soak *soak) {
    const struct swarm_figures *figures = swarm_figures_of(soak->swarm);
    for (size_t i = 0; i < act_count && soak->seconds >= COVERING_S; i++)
        if (figures->ended[i] == 0)
            fail(soak, acts[i].name);
    if (!were_all_at_once(soak))
        fail(soak, "never all calls at once");
}

static void finish(struct soak *soak) {
    print_calls(soak);
    check_flat(soak);
    if (!soak->has_failed) {
        check_coverage(soak);
        check_nothing_is_held(soak);
    }
    if (child_stop(&soak->server) != 0)
        fail(soak, "the server did not end with exit status 0");
    if (run(soak, "verify", NULL) != 0)
        fail(soak, "gramdex verify finds the index damaged");
}

static void clear(struct soak *soak) {
    char command[128];
    child_stop(&soak->server);
    watch_clear(&soak->watch);
    swarm_free(soak->swarm);
    snprintf(command, sizeof command, "rm -rf '%s'", soak->folder);
    if (soak->folder[0] && system(command) != 0)
        fprintf(stderr, "soak: %s cannot be removed\n", soak->folder);
}

// ---- options

static const struct option_table table = {
    NULL,
    (const struct option[]){
        {.name = "program",
         .letter = 'p',
         .argument = "PATH",
         .help = "gramdex itself",
         .kind = OPTION_TEXT,
         .field = OPTION_FIELD(struct soak, program)},
        {.name = "seconds",
         .letter = 's',
         .argument = "N",
         .help = "how long (600)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = 1000000,
         .field = OPTION_FIELD(struct soak, seconds)},
        {.name = "connections",
         .letter = 'c',
         .argument = "N",
         .help = "at once (1000)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = 1000000,
         .field = OPTION_FIELD(struct soak, connections)},
        {.name = "streams",
         .letter = 'm',
         .argument = "N",
         .help = "calls at once on each (10)",
         .kind = OPTION_NUMBER,
         .least = 1,
         .most = 1000000,
         .field = OPTION_FIELD(struct soak, streams)},
        {0},
    },
};

static int run_soak(const struct command *command, void *settings);

static const struct command soak_command = {
    .title = "soak",
    .summary = "a server under load",
    .arguments = "",
    .description = "Put a server under everything at once. Exit status 0: no unexpected error, and nothing grows.",
    .groups = {{&table, 0}, {0}},
    .settings_bytes = sizeof(struct soak),
    .run = run_soak,
};

static void allow_descriptors(void) { // for the server too: it inherits them
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int run_soak(const struct command *command, void *settings) {
    (void)command;
    struct soak *soak = settings;
    gdx_error err = {0};
    signal(SIGPIPE, SIG_IGN);
    allow_descriptors();
    if (start(soak, &err) != GDX_OK) {
        fail_error(soak, &err);
    } else {
        swarm_for_a_while(soak);
        finish(soak);
    }
    clear(soak);
    return soak->has_failed ? 1 : 0;
}

int main(int argc, char **argv) {
    static struct soak soak = {.seconds = 600, .connections = 1000, .streams = 10};
    struct parsing parsing = {.command = &soak_command, .settings = &soak};
    gdx_error err = {0};
    command_assert_sound(&soak_command);
    gdx_status status = options_parse(&parsing, argc, argv, &err);
    if (status == GDX_OK && parsing.as != PARSED_SETTINGS) {
        command_print_help(stdout, &soak_command, parsing.as == PARSED_SHORT_HELP);
        return 0;
    }
    if (status == GDX_OK && !soak.program)
        status = gdx_fail(&err, GDX_INVALID, "--program PATH is missing: which gramdex?");
    if (status != GDX_OK) {
        fprintf(stderr, "soak: %s\n", err.message);
        return 2;
    }
    return soak_command.run(&soak_command, &soak);
}
