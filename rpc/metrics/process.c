// SPDX-License-Identifier: Apache-2.0
// process.c: what the system says of this process, by the names that every Prometheus library uses for it. Linux alone
// says it, in /proc/self.

#include "gdx/metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct process {
    double cpu_seconds, start_seconds; // start: of Unix time
    uint64_t virtual_bytes, resident_bytes;
};

// When the machine started, in seconds of Unix time.
static double boot_time(void) {
    struct timespec now, since_boot;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0)
        return 0;
    return (double)(now.tv_sec - since_boot.tv_sec) + (double)(now.tv_nsec - since_boot.tv_nsec) / 1e9;
}

// Fields 14, 15 and 22 to 24 of proc(5), "stat"; the name before them, in parentheses, may hold anything.
static bool read_stat(struct process *out) {
    char text[1024];
    unsigned long long user, system, start, virtual_bytes;
    long long resident_pages;
    FILE *file = fopen("/proc/self/stat", "r");
    size_t bytes = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[bytes] = '\0';
    const char *after_name = strrchr(text, ')');
    if (!after_name ||
        sscanf(after_name,
               ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %llu %llu "
               "%lld",
               &user, &system, &start, &virtual_bytes, &resident_pages) != 5)
        return false;
    double ticks = (double)sysconf(_SC_CLK_TCK);
    out->cpu_seconds = (double)(user + system) / ticks;
    out->start_seconds = boot_time() + (double)start / ticks;
    out->virtual_bytes = virtual_bytes;
    out->resident_bytes = (uint64_t)resident_pages * (uint64_t)sysconf(_SC_PAGESIZE);
    return true;
}

static bool count_open_files(uint64_t *out) {
    enum { OTHERS = 3 }; // . and .., and the folder that is being listed
    uint64_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder)
        return false;
    while (readdir(folder))
        count++;
    closedir(folder);
    *out = count > OTHERS ? count - OTHERS : 0;
    return true;
}

static gdx_status write_files(gdx_buffer *out) {
    uint64_t open_files;
    struct rlimit limit;
    gdx_status status = GDX_OK;
    if (count_open_files(&open_files))
        status = gdx_metrics_write_figure(out, "process_open_fds", "gauge", "Open file descriptors.", open_files);
    if (status == GDX_OK && getrlimit(RLIMIT_NOFILE, &limit) == 0)
        status = gdx_metrics_write_figure(out, "process_max_fds", "gauge", "The most there may be.", limit.rlim_cur);
    return status;
}

gdx_status gdx_metrics_write_process(gdx_buffer *out) {
    struct process process;
    gdx_status status = write_files(out);
    if (status != GDX_OK || !read_stat(&process))
        return status;
    status = gdx_metrics_write_seconds(out, "process_cpu_seconds_total", "counter", "Processor time that was taken.",
                                       process.cpu_seconds);
    if (status == GDX_OK)
        status = gdx_metrics_write_seconds(out, "process_start_time_seconds", "gauge", "The start, of Unix time.",
                                           process.start_seconds);
    if (status == GDX_OK)
        status = gdx_metrics_write_figure(out, "process_virtual_memory_bytes", "gauge", "Address space.",
                                          process.virtual_bytes);
    return status == GDX_OK
               ? gdx_metrics_write_figure(out, "process_resident_memory_bytes", "gauge",
                                          "Memory that is there, mapped files counted in.", process.resident_bytes)
               : status;
}
