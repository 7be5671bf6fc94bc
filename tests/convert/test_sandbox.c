// SPDX-License-Identifier: Apache-2.0
// test_sandbox.c: hostile converters, each refused with its reason and nothing left: with all layers of the sandbox,
// and with those alone that older kernels and containers have.

#include "world.h"

#include "../support/folder.h"

#include "gdx/clock.h"
#include "gdx/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const all_layers[] = {"", "--without-namespaces", "--without-landlock",
                                         "--without-namespaces --without-landlock"};
enum { LAYERS = sizeof all_layers / sizeof *all_layers };

// A chroot has no namespaces of users, an old kernel no Landlock.
static bool has_namespaces(void) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status == 0;
}

static bool has_landlock(void) {
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

// Whether something keeps files outside safe, on this system.
static bool is_guarded(int layer, bool by_landlock_alone) {
    bool by_landlock = !strstr(all_layers[layer], "--without-landlock") && has_landlock();
    bool by_namespaces = !strstr(all_layers[layer], "--without-namespaces") && has_namespaces();
    return by_landlock || (by_namespaces && !by_landlock_alone);
}

// A row of one act: "bad text SETTINGS -- hostile ACT".
static void open_act(struct world *world, const char *layers, const char *settings, const char *act) {
    char row[1024];
    snprintf(row, sizeof row, "bad text %s -- " HOSTILE " %s\n", settings, act);
    world_open(world, layers, row);
}

static void expect_layers(int layers, const char *settings, const char *act, gdx_status expected, const char *part) {
    for (int layer = 0; layer < layers; layer++) {
        struct world world;
        open_act(&world, all_layers[layer], settings, act);
        gdx_status status = world_convert(&world, "bad", "input");
        world_expect(&world, status, expected, part);
        world_close(&world);
    }
}

static void refused(const char *settings, const char *act, const char *part) {
    expect_layers(LAYERS, settings, act, GDX_INVALID, part);
}

static void one_that_hangs_is_stopped(void **state) {
    (void)state;
    refused("wall=1s", "hang", "hostile was stopped after 1 s");
    refused("wall=1s", "hang-deaf", "hostile was stopped after 1 s");
}

static void one_that_burns_its_processor_time_is_stopped(void **state) {
    (void)state;
    refused("wall=1h cpu=1s", "burn", "hostile was stopped after 1 s of processor time");
}

static void one_that_forks_without_end_is_stopped(void **state) {
    (void)state;
    refused("wall=1h processes=16", "bomb", "hostile was stopped: over 16 processes");
}

static void one_that_fills_memory_is_stopped(void **state) {
    (void)state;
    refused("wall=1h memory=64M", "fill-memory", "hostile was stopped: over 64 MiB of memory");
    refused("wall=1h memory=32M-64M", "fill-memory", "hostile was stopped: over 64 MiB of memory");
    refused("wall=1h memory=64M", "fill-memory-together", "hostile was stopped: over 64 MiB of memory");
}

static void one_that_crashes_is_named(void **state) {
    (void)state;
    refused("", "crash", "hostile crashed: Segmentation fault");
}

static void one_that_looks_out_is_stopped(void **state) {
    (void)state;
    refused("", "open-socket", "a connection to another machine");
    refused("", "trace", "a look into another process");
    refused("", "mount", "a mount");
}

static void a_socket_within_the_machine_needs_a_setting(void **state) {
    (void)state;
    refused("", "open-local-socket", "exit status 1: local socket: Permission denied");
    expect_layers(LAYERS, "local-sockets=yes", "open-local-socket", GDX_OK, NULL);
    refused("local-sockets=yes", "open-socket", "exit status 1: socket: Permission denied");
}

// Acts on a file that anybody may change, in a folder that anybody may write to.
static void refused_outside(bool by_landlock_alone, const char *act, bool is_new) {
    for (int layer = 0; layer < LAYERS; layer++) {
        if (!is_guarded(layer, by_landlock_alone))
            continue;
        struct world world;
        char command[512];
        open_act(&world, all_layers[layer], "", "hang");
        assert_int_equal(chmod(world.folder, 0777), 0);
        const char *path = folder_path(world.folder, is_new ? "new" : "victim");
        folder_write_text(world.folder, "victim", "as it was");
        assert_int_equal(chmod(folder_path(world.folder, "victim"), 0666), 0);
        snprintf(command, sizeof command, "bad text -- " HOSTILE " %s @%s", act, path);
        assert_int_equal(gdx_converters_parse(world.table, "row", gdx_slice_of(command), &world.err), GDX_OK);
        world_reopen(&world);
        gdx_status status = world_convert(&world, "bad", "input");
        world_expect(&world, status, GDX_INVALID, "outside");
        gdx_buffer victim = {0};
        assert_int_equal(gdx_read_file(folder_path(world.folder, "victim"), 100, &victim, NULL), GDX_OK);
        assert_true(gdx_slice_equal(gdx_buffer_slice(&victim), gdx_slice_of("as it was")));
        assert_int_not_equal(access(folder_path(world.folder, "new"), F_OK), 0);
        gdx_buffer_clear(&victim);
        world_close(&world);
    }
}

static void nothing_outside_is_written(void **state) {
    (void)state;
    refused_outside(false, "write-outside", true);
    refused_outside(false, "write-outside", false);
    refused_outside(false, "remove-outside", false);
    refused_outside(false, "link-outside", false);
}

static void no_documents_outside_are_read(void **state) {
    (void)state;
    refused_outside(true, "read-outside", false);
}

static void what_the_command_names_is_read(void **state) {
    (void)state;
    for (int layer = 0; layer < LAYERS; layer++) {
        struct world world;
        char rows[1024];
        open_act(&world, all_layers[layer], "", "hang");
        folder_write_text(world.folder, "script", "echo runs");
        snprintf(rows, sizeof rows, "bad text -- sh %s", folder_path(world.folder, "script"));
        assert_int_equal(gdx_converters_parse(world.table, "row", gdx_slice_of(rows), &world.err), GDX_OK);
        world_reopen(&world);
        world_expect(&world, world_convert(&world, "bad", "input"), GDX_OK, NULL);
        world_close(&world);
    }
}

static void one_that_kills_others_fails(void **state) {
    (void)state;
    char act[64];
    snprintf(act, sizeof act, "kill-process %d", getpid());
    refused("wall=1s", "kill-parent", NULL);
    refused("wall=1h", act, "exit status 1: kill a process");
    for (int layer = 0; layer < LAYERS; layer++) {
        struct world world;
        open_act(&world, all_layers[layer], "wall=1s", "kill-everybody");
        gdx_status status = world_convert(&world, "bad", "input");
        assert_true(status == GDX_OK || status == GDX_INVALID); // in a namespace of its own there may be nobody
        world_close(&world);
    }
}

static void one_that_floods_is_stopped(void **state) {
    (void)state;
    for (int layer = 0; layer < LAYERS; layer++) {
        struct world world;
        open_act(&world, all_layers[layer], "", "flood");
        world.options.output_bytes = 1 << 20;
        world_reopen(&world);
        gdx_status status = world_convert(&world, "bad", "input");
        world_expect(&world, status, GDX_TOO_LARGE, "hostile was stopped: it gave over 1 MiB");
        assert_int_equal(world.out.bytes, 0);
        world_close(&world);
    }
}

static void the_last_line_of_many_errors_is_the_reason(void **state) {
    (void)state;
    refused("", "flood-errors", "hostile: exit status 3: the last ? line");
    refused("", "endless-line", "hostile: exit status 4: 中中中");
}

static void one_that_fills_the_disk_is_stopped(void **state) {
    (void)state;
    refused("files=8M wall=1h", "fill-disk", "hostile was stopped: over 8 MiB of temporary files");
    refused("files=8M wall=1h", "one-large-file", "hostile was stopped: over 8 MiB of temporary files");
    refused("files=8M wall=1h", "many-files", "of temporary files, or too many");
}

static void litter_is_removed(void **state) {
    (void)state;
    expect_layers(LAYERS, "", "litter 12", GDX_OK, NULL);
    for (int layer = 0; layer < LAYERS; layer++) {
        struct world world;
        open_act(&world, all_layers[layer], "", "litter 3000");
        gdx_status status = world_convert(&world, "bad", "input");
        assert_true(status == GDX_OK || status == GDX_INVALID); // it may be done before anybody looks
        world_close(&world);
    }
}

static void children_left_behind_are_ended(void **state) {
    (void)state;
    expect_layers(LAYERS, "wall=1h", "leave-children", GDX_OK, NULL);
}

static void one_that_closes_everything_succeeds_or_fails_by_its_status(void **state) {
    (void)state;
    expect_layers(LAYERS, "", "close-all 0", GDX_OK, NULL);
    refused("", "close-all 7", "hostile: exit status 7");
}

static void an_output_that_is_no_file_is_not_read(void **state) {
    (void)state;
    refused("", "link-as-output /etc/passwd OUTPUT", "hostile wrote no output.text");
    refused("", "pipe-as-output OUTPUT", "hostile wrote no output.text");
    refused("", "close-all 0 OUTPUT", "hostile wrote no output.text");
}

static void a_converter_has_no_descriptor_of_ours(void **state) {
    (void)state;
    int extra = open("/dev/null", O_RDONLY);
    assert_true(extra >= 0); // without close-on-exec, as a careless library leaves it
    for (int layer = 0; layer < LAYERS; layer++) {
        struct world world;
        open_act(&world, all_layers[layer], "", "show-descriptors");
        world_expect(&world, world_convert(&world, "bad", "input"), GDX_OK, NULL);
        assert_true(gdx_slice_equal(gdx_buffer_slice(&world.out), gdx_slice_of("input: 0 bytes\n")));
        world_close(&world);
    }
    close(extra);
}

static void roots_converter_is_not_root(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    for (int layer = 0; layer < LAYERS; layer++) {
        struct world world;
        char rows[1024];
        open_act(&world, all_layers[layer], "", "hang");
        folder_write_text(world.folder, "secret", "of root");
        assert_int_equal(chmod(folder_path(world.folder, "secret"), 0600), 0);
        snprintf(rows, sizeof rows, "bad text -- /bin/sh -c \"id -u; exec cat %s\"",
                 folder_path(world.folder, "secret"));
        assert_int_equal(gdx_converters_parse(world.table, "row", gdx_slice_of(rows), &world.err), GDX_OK);
        world_reopen(&world);
        world_expect(&world, world_convert(&world, "bad", "input"), GDX_INVALID, "secret: ");
        world_close(&world);
    }
}

static void a_program_in_a_folder_of_roots_runs(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    for (int layer = 0; layer < LAYERS; layer++) {
        struct world world;
        char rows[1024];
        open_act(&world, all_layers[layer], "", "hang");
        const char *private = folder_path(world.folder, "private");
        assert_int_equal(mkdir(private, 0700), 0);
        folder_write_text(private, "script", "#!/bin/sh\necho runs\n");
        assert_int_equal(chmod(folder_path(private, "script"), 0755), 0);
        snprintf(rows, sizeof rows, "bad text -- %s", folder_path(private, "script"));
        assert_int_equal(gdx_converters_parse(world.table, "row", gdx_slice_of(rows), &world.err), GDX_OK);
        world_reopen(&world);
        world_expect(&world, world_convert(&world, "bad", "input"), GDX_OK, NULL);
        assert_true(gdx_slice_equal(gdx_buffer_slice(&world.out), gdx_slice_of("runs\n")));
        world_close(&world);
    }
}

// ---- stops from our side

struct stopping {
    struct world world;
    atomic_bool cancelled;
    atomic_bool is_done;
    gdx_status status;
};

static void *convert_until_stopped(void *context) {
    struct stopping *stopping = context;
    struct world *world = &stopping->world;
    gdx_stop stop = {.cancelled = &stopping->cancelled};
    stopping->status =
        gdx_convert(world->converter, "bad", gdx_slice_of("x"), &stop, &world->out, &world->what, &world->err);
    atomic_store(&stopping->is_done, true);
    return NULL;
}

static void wait_a_little(void) {
    usleep(10000);
}

// Until the converter's folder is there.
static void wait_for_folder(const struct world *world) {
    while (folder_count(world->temporary, "gramdex-") == 0)
        wait_a_little();
}

static void a_stop_ends_it_at_once(void **state) {
    (void)state;
    for (int layer = 0; layer < LAYERS; layer++) {
        struct stopping stopping = {0};
        pthread_t thread;
        open_act(&stopping.world, all_layers[layer], "wall=1h", "hang-deaf");
        assert_int_equal(pthread_create(&thread, NULL, convert_until_stopped, &stopping), 0);
        wait_for_folder(&stopping.world);
        atomic_store(&stopping.cancelled, true);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(stopping.status, GDX_CANCELLED);
        world_check_nothing_left(&stopping.world);
        world_close(&stopping.world);
    }
}

static void a_deadline_ends_it(void **state) {
    (void)state;
    struct world world;
    open_act(&world, "", "wall=1h", "hang");
    gdx_stop stop = {.deadline_ns = gdx_now_ns() + 200000000};
    gdx_status status =
        gdx_convert(world.converter, "bad", gdx_slice_of("x"), &stop, &world.out, &world.what, &world.err);
    assert_int_equal(status, GDX_DEADLINE);
    world_check_nothing_left(&world);
    world_close(&world);
}

// The first child of this process.
static pid_t child_of_ours(void) {
    char path[64];
    int child = 0;
    for (;; wait_a_little()) {
        snprintf(path, sizeof path, "/proc/self/task");
        DIR *threads = opendir(path);
        for (struct dirent *thread; (thread = readdir(threads)) != NULL && child == 0;) {
            snprintf(path, sizeof path, "/proc/self/task/%.20s/children", thread->d_name);
            FILE *children = fopen(path, "re");
            if (children && fscanf(children, "%d", &child) != 1)
                child = 0;
            if (children)
                fclose(children);
        }
        closedir(threads);
        if (child)
            return child;
    }
}

static void a_sandbox_that_is_killed_leaves_no_folder(void **state) {
    (void)state;
    struct stopping stopping = {0};
    pthread_t thread;
    open_act(&stopping.world, "", "wall=1h", "hang");
    assert_int_equal(pthread_create(&thread, NULL, convert_until_stopped, &stopping), 0);
    wait_for_folder(&stopping.world);
    kill(child_of_ours(), SIGKILL);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(stopping.status, GDX_IO);
    assert_non_null(strstr(stopping.world.err.message, "signal 9"));
    world_check_nothing_left(&stopping.world);
    world_close(&stopping.world);
}

static void a_caller_that_is_killed_leaves_nothing(void **state) {
    (void)state;
    for (int layer = 0; layer < LAYERS; layer++) {
        struct stopping stopping = {0};
        open_act(&stopping.world, all_layers[layer], "wall=1h", "hang");
        pid_t caller = fork();
        if (caller == 0) {
            convert_until_stopped(&stopping);
            _exit(0);
        }
        wait_for_folder(&stopping.world);
        kill(caller, SIGKILL);
        assert_int_equal(waitpid(caller, NULL, 0), caller);
        while (folder_count(stopping.world.temporary, "gramdex-") > 0) // the test's time limit ends it
            wait_a_little();
        world_close(&stopping.world);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_hangs_is_stopped),
        cmocka_unit_test(one_that_burns_its_processor_time_is_stopped),
        cmocka_unit_test(one_that_forks_without_end_is_stopped),
        cmocka_unit_test(one_that_fills_memory_is_stopped),
        cmocka_unit_test(one_that_crashes_is_named),
        cmocka_unit_test(one_that_looks_out_is_stopped),
        cmocka_unit_test(a_socket_within_the_machine_needs_a_setting),
        cmocka_unit_test(nothing_outside_is_written),
        cmocka_unit_test(no_documents_outside_are_read),
        cmocka_unit_test(what_the_command_names_is_read),
        cmocka_unit_test(one_that_kills_others_fails),
        cmocka_unit_test(one_that_floods_is_stopped),
        cmocka_unit_test(the_last_line_of_many_errors_is_the_reason),
        cmocka_unit_test(one_that_fills_the_disk_is_stopped),
        cmocka_unit_test(litter_is_removed),
        cmocka_unit_test(children_left_behind_are_ended),
        cmocka_unit_test(one_that_closes_everything_succeeds_or_fails_by_its_status),
        cmocka_unit_test(an_output_that_is_no_file_is_not_read),
        cmocka_unit_test(a_converter_has_no_descriptor_of_ours),
        cmocka_unit_test(roots_converter_is_not_root),
        cmocka_unit_test(a_program_in_a_folder_of_roots_runs),
        cmocka_unit_test(a_stop_ends_it_at_once),
        cmocka_unit_test(a_deadline_ends_it),
        cmocka_unit_test(a_sandbox_that_is_killed_leaves_no_folder),
        cmocka_unit_test(a_caller_that_is_killed_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
