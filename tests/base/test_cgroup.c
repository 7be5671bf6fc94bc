// SPDX-License-Identifier: Apache-2.0
// test_cgroup.c: what a process may use, read from trees of files as Linux shows them: version 2 and version 1, nested
// groups, containers that see a part of the tree, and lines that are cut or wrong anywhere.

#include "cgroup.h"

#include "../support/folder.h"
#include "gdx/memory.h"
#include "gdx/processor.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB (UINT64_C(1) << 20)

static char *root;

// Makes the folders of `name`, too.
static void put(const char *name, const char *text) {
    char path[512];
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(path, sizeof path, "%s/%.*s", root, (int)(slash - name), name);
        mkdir(path, 0700);
    }
    folder_write_text(root, name, text);
}

static int make_root(void **state) {
    (void)state;
    root = folder_new();
    return root ? 0 : -1;
}

static int remove_root(void **state) {
    (void)state;
    folder_remove(root);
    return 0;
}

static void assert_limits(uint64_t memory_bytes, unsigned processors) {
    struct cgroup_limits limits = cgroup_limits_below(root);
    assert_int_equal(limits.memory_bytes, memory_bytes);
    assert_int_equal(limits.processors, processors);
}

#define VERSION_2 "24 23 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define VERSION_1                                                                                                      \
    "21 1 0:20 / /proc rw - proc proc rw\n"                                                                            \
    "24 23 0:22 / /sys/fs/cgroup/cpu,cpuacct rw shared:4 - cgroup cgroup rw,cpu,cpuacct\n"                             \
    "25 23 0:23 / /sys/fs/cgroup/memory rw shared:5 master:1 - cgroup cgroup rw,memory\n"

static void without_groups_nothing_is_limited(void **state) {
    (void)state;
    assert_limits(UINT64_MAX, 0);
    assert_int_equal(memory_allowed_below(root), memory_allowed_below("/nowhere"));
    assert_true(processor_count_below(root) >= 1);
}

static void version_2_takes_the_least_of_the_groups_above(void **state) {
    (void)state;
    put("proc/self/mountinfo", VERSION_2);
    put("proc/self/cgroup", "0::/system.slice/gramdex.service\n");
    put("sys/fs/cgroup/system.slice/gramdex.service/memory.max", "max\n");
    put("sys/fs/cgroup/system.slice/gramdex.service/cpu.max", "max 100000\n");
    assert_limits(UINT64_MAX, 0);
    put("sys/fs/cgroup/system.slice/memory.max", "536870912\n");
    put("sys/fs/cgroup/system.slice/cpu.max", "150000 100000\n");
    assert_limits(512 * MIB, 2);
    put("sys/fs/cgroup/system.slice/gramdex.service/memory.max", "268435456\n");
    put("sys/fs/cgroup/system.slice/gramdex.service/cpu.max", "400000 100000\n");
    assert_limits(256 * MIB, 2);
    put("sys/fs/cgroup/system.slice/gramdex.service/memory.high", "134217728\n");
    put("sys/fs/cgroup/system.slice/gramdex.service/cpu.max", "1000 100000\n");
    assert_limits(128 * MIB, 1);
    assert_int_equal(memory_allowed_below(root), 128 * MIB);
    assert_int_equal(processor_count_below(root), 1);
}

static void version_1_takes_the_least_of_the_groups_above(void **state) {
    (void)state;
    put("proc/self/mountinfo", VERSION_1);
    put("proc/self/cgroup", "9:name=systemd:/\n4:memory:/a/b\n2:cpu,cpuacct:/c\n0::/\n");
    put("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
    put("sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us", "100000\n");
    assert_limits(UINT64_C(9223372036854771712), 0);
    assert_int_equal(memory_allowed_below(root), memory_allowed_below("/nowhere"));
    put("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1073741824\n");
    put("sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us", "300000\n");
    assert_limits(1024 * MIB, 3);
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "67108864\n");
    put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
    put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    assert_limits(64 * MIB, 1);
}

static void a_container_sees_its_own_group_at_the_mount(void **state) {
    (void)state;
    put("proc/self/mountinfo", "24 23 0:22 /docker/0a1b /sys/fs/cgroup ro,nosuid - cgroup cgroup rw,memory\n"
                               "25 23 0:23 /docker/0a1b /the\\040processors ro - cgroup cgroup rw,cpu\n");
    put("proc/self/cgroup", "4:memory:/docker/0a1b\n5:cpu:/elsewhere\n");
    put("sys/fs/cgroup/memory.limit_in_bytes", "33554432\n");
    put("the processors/cpu.cfs_quota_us", "200000\n");
    put("the processors/cpu.cfs_period_us", "100000\n");
    assert_limits(32 * MIB, 2);
    put("proc/self/cgroup", "4:memory:/docker/0a1b/inner\n");
    put("sys/fs/cgroup/inner/memory.limit_in_bytes", "16777216\n");
    assert_limits(16 * MIB, 0);
    put("proc/self/cgroup", "4:memory:/docker/0a1bc\n"); // another group, whose name begins so
    assert_limits(32 * MIB, 0);
    put("proc/self/cgroup", "4:memory:/docker/0a1b/../../x\n");
    assert_limits(32 * MIB, 0);
}

static void files_that_are_cut_anywhere_limit_no_more_than_they_say(void **state) {
    (void)state;
    const char *mounts = VERSION_1 VERSION_2, *groups = "4:memory:/a\n2:cpu,cpuacct:/a\n0::/a\n";
    char text[1024];
    put("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "16777216\n");
    put("sys/fs/cgroup/a/memory.max", "33554432\n");
    for (size_t bytes = 0; bytes <= strlen(mounts); bytes++) {
        snprintf(text, sizeof text, "%.*s", (int)bytes, mounts);
        put("proc/self/mountinfo", text);
        put("proc/self/cgroup", groups);
        uint64_t limit = cgroup_limits_below(root).memory_bytes;
        assert_true(limit == UINT64_MAX || limit == 16 * MIB);
    }
    for (size_t bytes = 0; bytes <= strlen(groups); bytes++) {
        snprintf(text, sizeof text, "%.*s", (int)bytes, groups);
        put("proc/self/cgroup", text);
        uint64_t limit = cgroup_limits_below(root).memory_bytes;
        assert_true(limit == UINT64_MAX || limit == 16 * MIB);
    }
    const char *const wrong[] = {"", "\n", "x", "-5", "max", "99999999999999999999999", "1e9999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        put("sys/fs/cgroup/a/cpu.max", wrong[i]);
        assert_int_equal(cgroup_limits_below(root).processors, 0);
    }
}

static void the_affinity_of_the_process_counts(void **state) {
    (void)state;
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &one);
    assert_int_equal(processor_count_below(root), CPU_COUNT(&before));
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(gdx_processor_count(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

// In a process of its own, whose limit cannot be raised again.
static void a_limit_of_address_space_counts(void **state) {
    (void)state;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_AS, &limit), 0);
    assert_true(gdx_memory_allowed() > 48 * MIB);
    pid_t child = fork();
    if (child == 0) {
        limit.rlim_cur = 48 * MIB;
        bool is_set = setrlimit(RLIMIT_AS, &limit) == 0;
        _exit(is_set && memory_allowed_below("/nowhere") == 48 * MIB ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_ROOT(without_groups_nothing_is_limited),
        IN_ROOT(version_2_takes_the_least_of_the_groups_above),
        IN_ROOT(version_1_takes_the_least_of_the_groups_above),
        IN_ROOT(a_container_sees_its_own_group_at_the_mount),
        IN_ROOT(files_that_are_cut_anywhere_limit_no_more_than_they_say),
        IN_ROOT(the_affinity_of_the_process_counts),
        IN_ROOT(a_limit_of_address_space_counts),
    };
    return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
