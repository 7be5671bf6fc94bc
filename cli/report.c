// SPDX-License-Identifier: Apache-2.0
// report.c: answers as JSON Lines, failures, the end of standard output.
// Codes are those of gRPC, so that a program reads the same word here and from the server.

#include "report.h"
#include "command.h"
#include "terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

json_t *json_of_answer(const char *type, gdx_slice query, const ProtobufCMessage *message) {
    json_t *line = json_pack("{s:s}", "type", type);
    json_t *fields = message ? gdx_json_of(message, GDX_JSON_LINES) : json_object();
    bool good = line && fields;
    if (good && query.data)
        good = json_object_set_new(line, "query", gdx_json_text(query)) == 0;
    if (good)
        good = json_object_update(line, fields) == 0;
    json_decref(fields);
    if (good)
        return line;
    json_decref(line);
    return NULL;
}

gdx_status json_answer(const char *type, gdx_slice query, const ProtobufCMessage *message, gdx_error *err) {
    return json_line(json_of_answer(type, query, message), err);
}

static int append_json(const char *text, size_t bytes, void *line) {
    return gdx_buffer_append(line, text, bytes) == GDX_OK ? 0 : -1;
}

// A line is written at once: jansson gives it in pieces of a few bytes, each of which would lock the stream.
gdx_status json_line(json_t *value, gdx_error *err) {
    if (!value)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for the answer");
    gdx_status status = GDX_OK;
    gdx_buffer line = {0};
    if (json_dump_callback(value, append_json, &line, JSON_COMPACT | JSON_REAL_PRECISION(15)) != 0 ||
        gdx_buffer_append(&line, "\n", 1) != GDX_OK)
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory to write the answer");
    errno = 0;
    if (status == GDX_OK && fwrite(line.data, 1, line.bytes, stdout) != line.bytes)
        status = gdx_fail_errno(err, errno, "standard output");
    gdx_buffer_clear(&line);
    json_decref(value);
    return status;
}

// The query on a line of its own and a caret under the column, both cut to a window when the query is long.
static void print_caret(gdx_slice query, uint32_t column) {
    enum { BEFORE = 40, AFTER = 30 };
    const char *end = query.data + query.bytes;
    size_t caret = 0; // in columns of the terminal
    uint32_t number = 1;
    fputs("  ", stderr);
    for (const char *at = query.data; at < end && number < column + AFTER; number++) {
        const char *from = at;
        uint32_t code_point = next_code_point(&at, end);
        if (number + BEFORE < column)
            continue;
        print_clean(stderr, (gdx_slice){from, (size_t)(at - from)});
        if (number < column)
            caret += code_point_width(code_point);
    }
    fprintf(stderr, "\n  %*s^\n", (int)caret, "");
}

static void report_as_json(const gdx_error *err) {
    char message[GDX_ERROR_TEXT_BYTES];
    gdx_error_text(err, message);
    json_t *inside = json_pack("{s:s,s:s,s:s,s:I,s:o}", "code", gdx_status_code_name(err->status), "reason",
                               gdx_reason_name(err->reason), "field", err->field, "column", (json_int_t)err->column,
                               "message", gdx_json_text(gdx_slice_of(message)));
    gdx_error failure = {0};
    if (json_line(json_pack("{s:s,s:o}", "type", "error", "error", inside), &failure) == GDX_NO_MEMORY)
        fputs("{\"type\":\"error\",\"error\":{\"code\":\"RESOURCE_EXHAUSTED\",\"message\":\"no memory\"}}\n", stdout);
}

// What takes less memory, by command.
static const struct thrift {
    const char *command, *options;
} thrifts[] = {
    {"gramdex index", "give a smaller --memory or fewer --threads"},
    {"gramdex merge", "give fewer --threads"},
    {"gramdex serve", "give a smaller --memory, --query-memory or --ingest-memory, or fewer --threads"},
};

static const char *thrift_of(const char *command) {
    for (size_t i = 0; i < sizeof thrifts / sizeof *thrifts; i++)
        if (strcmp(thrifts[i].command, command) == 0)
            return thrifts[i].options;
    return NULL;
}

// After a failure for want of memory: what to set. Nothing, where nothing is known.
static void advise(const char *command, gdx_error *err) {
    struct rlimit space;
    char size[NUMBER_TEXT_BYTES];
    const char *options = thrift_of(command);
    size_t used = strlen(err->message);
    char *end = err->message + used;
    size_t room = sizeof err->message - used;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        snprintf(end, room, "; %s%sallow more address space than %s (ulimit -v)", options ? options : "",
                 options ? ", or " : "", format_bytes(space.rlim_cur, size));
    else if (options)
        snprintf(end, room, "; %s", options);
}

int report_failure(const char *command, const gdx_error *failure, gdx_slice query, bool as_json) {
    if (output_is_closed())
        return EXIT_FAILED; // finish_output says why, if anybody should know
    gdx_error advised = *failure;
    const gdx_error *err = &advised;
    if (failure->status == GDX_NO_MEMORY)
        advise(command, &advised);
    if (as_json && !terminal_is_quiet()) {
        report_as_json(err);
    } else {
        char text[GDX_ERROR_TEXT_BYTES];
        fprintf(stderr, "%s: ", command);
        print_clean(stderr, gdx_slice_of(gdx_error_text(err, text)));
        putc('\n', stderr);
        if (query.data && err->column > 0)
            print_caret(query, err->column);
    }
    return gdx_status_exit(err->status);
}

int report_end(const char *command, gdx_status status, const gdx_error *err, bool as_json, const char *stopped) {
    gdx_error cancelled = {0};
    if (status == GDX_OK)
        return EXIT_DONE;
    if (status == GDX_CANCELLED)
        gdx_fail(&cancelled, GDX_CANCELLED, "%s", stopped);
    return report_failure(command, status == GDX_CANCELLED ? &cancelled : err, (gdx_slice){0}, as_json);
}

bool output_is_closed(void) {
    return ferror(stdout) != 0;
}

// Asked of the pipe itself: the errno of the write that failed may be long gone.
static bool is_reader_gone(void) {
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP));
}

int finish_output(const char *command, int exit_status) {
    bool had_failed = output_is_closed();
    errno = 0;
    if (fflush(stdout) == 0 && !had_failed)
        return exit_status;
    if (errno == EPIPE || is_reader_gone())
        return EXIT_DONE;
    if (errno)
        fprintf(stderr, "%s: standard output cannot be written: %s\n", command, strerror(errno));
    else
        fprintf(stderr, "%s: standard output could not be written to its end: is the disk full?\n", command);
    return EXIT_FAILED;
}
