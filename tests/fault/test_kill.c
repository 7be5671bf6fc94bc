// SPDX-License-Identifier: Apache-2.0
// test_kill.c: the built program, killed at random instants of index, delete and merge, over a collection that moves.
// After each kill the index must be sound and be either the last commit or the one under way, whole; what is left
// after is now and then met by the next run, now and then cleaned and looked for. GDX_SEED changes the seed, GDX_KILLS
// the number of kills; both are printed. Instants are spread over the time in which runs of the same command were seen
// to touch the index: a kill before it, while the program is being loaded, or long after it, while a sanitizer looks
// for leaks, changes nothing.

#include "../support/folder.h"
#include "../support/small_index.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

enum { IDS = 400, TEXT_REPEATS = 12, DELETED_MOST = 30, ROUNDS_MOST = 4000, WHOLE_EVERY = 10 };
enum { MOST_NS = 10000000 }; // of waiting before the run is looked at again
enum command { COMMAND_INDEX, COMMAND_DELETE, COMMAND_MERGE, COMMANDS };
static const char *const command_names[COMMANDS] = {"index", "delete", "merge"};

struct collection { // the version of each document; 0: there is none
    uint32_t versions[IDS];
};

static struct {
    uint64_t random;
    uint32_t next_version;
    char *folder; // the index
    char *input;  // a file
    char *said;   // what a run says on standard error
    int touched;  // tells what is opened, made and removed in the index
    uint64_t took_ns[COMMANDS];
    size_t kills[COMMANDS];
    size_t runs;
    size_t with_new; // killed when the new commit was there already
    size_t with_leftovers;
} test;

static uint64_t next_random(void) { // xorshift64*
    test.random ^= test.random >> 12;
    test.random ^= test.random << 25;
    test.random ^= test.random >> 27;
    return test.random * UINT64_C(0x2545f4914f6cdd1d);
}

static uint64_t below(uint64_t bound) {
    return next_random() % bound;
}

// ---- what a run is to do

// A third of the documents, half of them changed: the file to index, and the collection it makes of `now`.
static void write_input(const struct collection *now, struct collection *out) {
    static const char *const phrases[] = {"全球产业链重构", "贸易治理体系", "友岸外包 CPTPP", "碳边境调节机制 WTO"};
    FILE *file = fopen(test.input, "we");
    assert_non_null(file);
    *out = *now;
    for (unsigned id = 0; id < IDS; id++) {
        if (below(3) != 0)
            continue;
        if (!out->versions[id] || below(2))
            out->versions[id] = ++test.next_version;
        uint32_t version = out->versions[id];
        fprintf(file, "{\"id\":\"%u\",\"text\":\"v%u ", id, version);
        for (unsigned i = 0; i < TEXT_REPEATS; i++)
            fprintf(file, "%s%u，", phrases[(version + i) % 4], version * i % 97);
        fputs("\"}\n", file);
    }
    assert_int_equal(fclose(file), 0);
}

// Arguments of a run, and the collection it comes to.
static void prepare(enum command command, const struct collection *now, char ids[DELETED_MOST][8],
                    const char *arguments[DELETED_MOST + 8], struct collection *out) {
    size_t count = 0;
    arguments[count++] = "gramdex";
    arguments[count++] = command_names[command];
    arguments[count++] = "--index";
    arguments[count++] = test.folder;
    *out = *now;
    if (command == COMMAND_INDEX) {
        write_input(now, out);
        arguments[count++] = test.input;
        arguments[count++] = "--memory=16M";
    }
    for (unsigned id = 0, deleted = 0; command == COMMAND_DELETE && id < IDS && deleted < DELETED_MOST; id++)
        if (now->versions[id] && below(12) == 0) {
            snprintf(ids[deleted], sizeof ids[deleted], "%u", id);
            arguments[count++] = ids[deleted++];
            out->versions[id] = 0;
        }
    arguments[count] = NULL;
}

// ---- run and kill

// False: nothing was touched since the last time.
static bool read_touched(void) {
    char events[4096];
    bool has = false;
    while (read(test.touched, events, sizeof events) > 0)
        has = true;
    return has;
}

static pid_t start(const char *const *arguments) {
    pid_t child = 0;
    (void)read_touched();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, test.said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    char **argv = (char **)(uintptr_t)arguments;
    assert_int_equal(posix_spawn(&child, GDX_PROGRAM, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

static int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return status;
}

static bool has_ended(pid_t child) {
    siginfo_t ended = {0};
    assert_int_equal(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    return ended.si_pid == child;
}

// Follows a run until `delay` after it has first touched the index, or to its end. How long it touched it.
static uint64_t watch(pid_t child, uint64_t delay) {
    struct pollfd touched = {.fd = test.touched, .events = POLLIN};
    uint64_t first = 0, last = 0;
    while (!has_ended(child)) {
        uint64_t now = gdx_now_ns();
        if (first && now - first >= delay)
            break;
        uint64_t left = first ? first + delay - now : MOST_NS;
        const struct timespec rest = {0, (long)(left < MOST_NS ? left : MOST_NS)};
        if (ppoll(&touched, 1, &rest, NULL) > 0 && read_touched()) {
            last = gdx_now_ns();
            first = first ? first : last;
        }
    }
    return last - first;
}

static bool was_killed(int status) {
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void must_be_done(enum command command, int status) {
    gdx_buffer said = {0};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    (void)!gdx_read_file(test.said, 1 << 20, &said, NULL);
    fail_msg("%s ended with %d: %.*s", command_names[command], status, GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&said)));
}

// True: the kill came while it ran.
static bool run_and_kill(enum command command, const char *const *arguments) {
    pid_t child = start(arguments);
    (void)watch(child, below(test.took_ns[command] + test.took_ns[command] / 8 + 1));
    kill(child, SIGKILL);
    int status = wait_for(child);
    test.runs++;
    if (!was_killed(status)) {
        must_be_done(command, status);
        return false;
    }
    test.kills[command]++;
    return true;
}

static void run_whole(enum command command, const char *const *arguments) {
    pid_t child = start(arguments);
    uint64_t took = watch(child, UINT64_MAX);
    must_be_done(command, wait_for(child));
    test.took_ns[command] = test.took_ns[command] ? (test.took_ns[command] + took) / 2 : took;
}

// ---- look

// The collection that stands in the index, which must be sound.
static void read_collection(struct collection *out) {
    gdx_error err = {0};
    *out = (struct collection){0};
    if (gdx_index_verify(test.folder, NULL, NULL, NULL, &err) != GDX_OK)
        fail_msg("verify: %s", err.message);
    char *content = small_content(test.folder, &err);
    if (!content)
        fail_msg("%s", err.message);
    for (char *line = content, *end; (end = strchr(line, '\n')); line = end + 1) {
        unsigned id, version;
        assert_int_equal(sscanf(line, "%u v%u ", &id, &version), 2);
        assert_true(id < IDS && version && !out->versions[id]);
        out->versions[id] = version;
    }
    free(content);
}

static bool equal(const struct collection *a, const struct collection *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static void clean_and_look(void) {
    gdx_error err = {0};
    gdx_index_writer *writer = NULL;
    uint64_t before = folder_digest(test.folder);
    if (gdx_index_writer_open(test.folder, &writer, &err) != GDX_OK)
        fail_msg("the next writer says: %s", err.message);
    gdx_index_writer_close(writer);
    assert_no_leftovers(test.folder);
    test.with_leftovers += folder_digest(test.folder) != before;
}

static void one_round(enum command command, struct collection *now) {
    struct collection wanted, found;
    char ids[DELETED_MOST][8];
    const char *arguments[DELETED_MOST + 8];
    prepare(command, now, ids, arguments, &wanted);
    if (command == COMMAND_DELETE && equal(now, &wanted))
        return; // nothing was drawn
    bool killed = below(WHOLE_EVERY) != 0;
    if (killed)
        killed = run_and_kill(command, arguments);
    else
        run_whole(command, arguments); // the machine may have become busier
    read_collection(&found);
    bool is_new = equal(&found, &wanted);
    if (!is_new && !(killed && equal(&found, now)))
        fail_msg("%s, %s: the index is neither the commit before nor the one after", command_names[command],
                 killed ? "killed" : "finished");
    test.with_new += killed && is_new && !equal(now, &wanted);
    *now = found;
    if (!killed)
        assert_no_leftovers(test.folder);
    else if (below(3) == 0)
        clean_and_look();
}

static void begin(struct collection *now) {
    struct collection wanted;
    char ids[DELETED_MOST][8];
    const char *arguments[DELETED_MOST + 8];
    for (enum command command = 0; command < COMMANDS; command++) {
        prepare(command, now, ids, arguments, &wanted);
        run_whole(command, arguments);
        *now = wanted;
    }
}

static uint64_t number_from(const char *name, uint64_t otherwise) {
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 0) : otherwise;
}

static void a_kill_at_any_instant_leaves_one_of_the_two_commits(void **state) {
    (void)state;
    struct collection now = {0};
    uint64_t seed = number_from("GDX_SEED", gdx_now_ns() | 1), wanted = number_from("GDX_KILLS", 60);
    size_t kills = 0;
    test.random = seed;
    print_message("           GDX_SEED=%" PRIu64 "\n", seed);
    test.folder = folder_new();
    assert_true(asprintf(&test.input, "%s-input.jsonl", test.folder) > 0);
    assert_true(asprintf(&test.said, "%s-said", test.folder) > 0);
    test.touched = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_true(inotify_add_watch(test.touched, test.folder, IN_OPEN | IN_MODIFY | IN_MOVE | IN_DELETE) >= 0);
    begin(&now);
    for (unsigned round = 0; kills < wanted && round < ROUNDS_MOST; round++) {
        uint64_t drawn = below(10);
        one_round(drawn < 5 ? COMMAND_INDEX : drawn < 8 ? COMMAND_DELETE : COMMAND_MERGE, &now);
        kills = test.kills[COMMAND_INDEX] + test.kills[COMMAND_DELETE] + test.kills[COMMAND_MERGE];
    }
    clean_and_look();
    print_message("           %zu kills hit in %zu runs: index %zu, delete %zu, merge %zu; the new commit stood %zu "
                  "times; of the directories looked at %zu had leftovers\n",
                  kills, test.runs, test.kills[COMMAND_INDEX], test.kills[COMMAND_DELETE], test.kills[COMMAND_MERGE],
                  test.with_new, test.with_leftovers);
    assert_true(kills >= wanted);
    close(test.touched);
    remove(test.input);
    remove(test.said);
    free(test.input);
    free(test.said);
    folder_remove(test.folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_at_any_instant_leaves_one_of_the_two_commits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
