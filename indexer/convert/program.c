// SPDX-License-Identifier: Apache-2.0
// program.c: see program.h.

#include "program.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define USUAL_FOLDERS "/usr/local/bin:/usr/bin:/bin"
#define OUR_PREFIX    "gramdex-"

const char *program_name(const char *word) {
    const char *slash = strrchr(word, '/');
    return slash ? slash + 1 : word;
}

static bool is_program(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

static bool find_below(const char *folders, const char *name, char to[PROGRAM_PATH_BYTES]) {
    while (folders && *folders) {
        size_t bytes = strcspn(folders, ":");
        int length = snprintf(to, PROGRAM_PATH_BYTES, "%.*s/%s", (int)bytes, folders, name);
        if (*folders == '/' && length < PROGRAM_PATH_BYTES && is_program(to))
            return true;
        folders += bytes + (folders[bytes] == ':');
    }
    return false;
}

bool program_find(const char *name, const char *libexec, char to[PROGRAM_PATH_BYTES]) {
    if (strchr(name, '/')) // the sandbox is in a folder of its own
        return name[0] == '/' && snprintf(to, PROGRAM_PATH_BYTES, "%s", name) < PROGRAM_PATH_BYTES && is_program(to);
    if (strncmp(name, OUR_PREFIX, strlen(OUR_PREFIX)) == 0)
        return find_below(libexec, name, to);
    return find_below(getenv("PATH"), name, to) || find_below(USUAL_FOLDERS, name, to);
}

bool program_libexec(char to[PROGRAM_PATH_BYTES]) {
    char path[PROGRAM_PATH_BYTES];
    ssize_t bytes = readlink("/proc/self/exe", path, sizeof path - 1);
    for (int up = 0; bytes > 0 && up < 2; up++) {
        path[bytes] = 0;
        char *slash = strrchr(path, '/');
        bytes = slash ? slash - path : 0;
    }
    return bytes >= 0 &&
           snprintf(to, PROGRAM_PATH_BYTES, "%.*s/libexec/gramdex", (int)bytes, path) < PROGRAM_PATH_BYTES;
}

void program_identity(const char *path, char to[PROGRAM_IDENTITY_BYTES]) {
    struct stat about;
    *to = 0;
    if (stat(path, &about) == 0)
        snprintf(to, PROGRAM_IDENTITY_BYTES, "%jd bytes, %jd.%09ld", (intmax_t)about.st_size,
                 (intmax_t)about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
}

void program_day(const char *path, char to[16]) {
    struct stat about;
    struct tm day;
    *to = 0;
    if (stat(path, &about) == 0 && gmtime_r(&about.st_mtim.tv_sec, &day))
        strftime(to, 16, "%Y-%m-%d", &day);
}

// ---- in words

enum { AMOUNT_BYTES = 32 };

static const char *bytes_in_words(uint64_t bytes, char to[AMOUNT_BYTES]) {
    if (bytes >> 30 && !(bytes & ((1 << 30) - 1)))
        snprintf(to, AMOUNT_BYTES, "%" PRIu64 " GiB", bytes >> 30);
    else if (bytes >> 20)
        snprintf(to, AMOUNT_BYTES, "%" PRIu64 " MiB", bytes >> 20);
    else
        snprintf(to, AMOUNT_BYTES, "%" PRIu64 " bytes", bytes);
    return to;
}

static const char *time_in_words(uint64_t milliseconds, char to[AMOUNT_BYTES]) {
    if (milliseconds % 1000)
        snprintf(to, AMOUNT_BYTES, "%" PRIu64 " ms", milliseconds);
    else
        snprintf(to, AMOUNT_BYTES, "%" PRIu64 " s", milliseconds / 1000);
    return to;
}

static gdx_status judge_exit(const char *name, const struct run_result *result, gdx_error *err) {
    if (result->verdict.value == 0)
        return GDX_OK;
    return gdx_fail(err, GDX_INVALID, "%s: exit status %d%s%s", name, result->verdict.value,
                    result->last_line[0] ? ": " : "", result->last_line);
}

// Only what honest programs never do is called by its name; the signal is all that is known of it.
static const char *const forbidden = "it asked for what no converter may do: a connection to another machine, a mount, "
                                     "a look into another process";

gdx_status program_judge(const struct run_request *request, const struct run_result *result, gdx_error *err) {
    const char *name = program_name(request->program);
    const struct sandbox_verdict *verdict = &result->verdict;
    const struct converter_row *row = request->row;
    char amount[AMOUNT_BYTES];
    if (result->is_over_output)
        return gdx_fail(err, GDX_TOO_LARGE, "%s was stopped: it gave over %s", name,
                        bytes_in_words(request->output_bytes, amount));
    switch ((enum sandbox_end)verdict->end) {
    case SANDBOX_EXITED:
        return judge_exit(name, result, err);
    case SANDBOX_SIGNALLED:
        return gdx_fail(err, GDX_INVALID, "%s crashed: %s", name, strsignal(verdict->value));
    case SANDBOX_NOT_STARTED:
        return gdx_fail(err, GDX_INVALID, "%s cannot be run: %s", name, strerror(verdict->value));
    case SANDBOX_WALL:
        return gdx_fail(err, GDX_INVALID, "%s was stopped after %s", name, time_in_words(row->wall_ms, amount));
    case SANDBOX_CPU:
        return gdx_fail(err, GDX_INVALID, "%s was stopped after %" PRIu64 " s of processor time", name,
                        row->cpu_seconds);
    case SANDBOX_MEMORY:
        return gdx_fail(err, GDX_INVALID, "%s was stopped: over %s of memory", name,
                        bytes_in_words(request->memory, amount));
    case SANDBOX_FILES:
        return gdx_fail(err, GDX_INVALID, "%s was stopped: over %s of temporary files, or too many", name,
                        bytes_in_words(row->file_bytes, amount));
    case SANDBOX_PROCESSES:
        return gdx_fail(err, GDX_INVALID, "%s was stopped: over %" PRIu64 " processes", name, row->processes);
    case SANDBOX_SYSTEM_CALL:
        return gdx_fail(err, GDX_INVALID, "%s was stopped: %s", name, forbidden);
    case SANDBOX_NO_OUTPUT:
        return gdx_fail(err, GDX_INVALID, "%s wrote no %s%s%s", name, request->output_name,
                        result->last_line[0] ? ": " : "", result->last_line);
    case SANDBOX_STOPPED:
        return gdx_fail(err, GDX_IO, "%s was stopped by a signal from outside", name);
    case SANDBOX_FAILED:
        break;
    }
    return gdx_fail_errno(err, verdict->value, "the sandbox for %s: %.*s", name, SANDBOX_DETAIL_BYTES, verdict->detail);
}
