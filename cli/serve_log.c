// SPDX-License-Identifier: Apache-2.0
// serve_log.c: see serve_log.h. What came from outside (an unknown method's path, a message) is written without control
// characters and without ones that change the direction of text, so that a client cannot forge a line.

#include "serve_log.h"

#include "terminal.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TIME_BYTES = 48, LINES_BYTES = 64 << 10, WAITING_BYTES = 1 << 20 };

// A pipe that can be written to takes as much without waiting; a file takes anything.
static size_t room(const struct serve_log *log, size_t wanted) {
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (log->is_file)
        return wanted;
    if (poll(&out, 1, 0) != 1 || !(out.revents & (POLLOUT | POLLERR)))
        return 0;
    return wanted < PIPE_BUF ? wanted : PIPE_BUF;
}

// What is not taken now waits; the loop does not.
static void flush(struct serve_log *log) {
    size_t done = 0;
    while (done < log->lines.bytes) {
        size_t bytes = room(log, log->lines.bytes - done);
        ssize_t written = bytes ? write(STDERR_FILENO, log->lines.data + done, bytes) : 0;
        if (written > 0)
            done += (size_t)written;
        else if (written == 0 || errno == EAGAIN)
            break;
        else if (errno != EINTR)
            done = log->lines.bytes; // the reader is gone: drop the lines, the server goes on
    }
    if (done)
        memmove(log->lines.data, log->lines.data + done, log->lines.bytes - done);
    log->lines.bytes -= done;
}

static void on_turn(uv_prepare_t *turn) {
    flush(turn->data);
}

void serve_log_init(struct serve_log *log, uv_loop_t *loop, const struct serve_options *options) {
    struct stat what;
    *log = (struct serve_log){.format = options->log_format,
                              .slow_ns = options->log_slow_ms * UINT64_C(1000000),
                              .shows_queries = options->log_queries};
    log->is_file = fstat(STDERR_FILENO, &what) == 0 && S_ISREG(what.st_mode);
    uv_prepare_init(loop, &log->turn);
    log->turn.data = log;
    uv_prepare_start(&log->turn, on_turn);
    uv_unref((uv_handle_t *)&log->turn);
}

static const char *time_text(char to[TIME_BYTES]) {
    struct timespec now;
    struct tm parts;
    char seconds[24];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(to, TIME_BYTES, "%s.%03ldZ", seconds, now.tv_nsec / 1000000);
    return to;
}

// Appends text as it is inside of a JSON string.
static gdx_status append_escaped(gdx_buffer *out, gdx_slice text) {
    gdx_status status = GDX_OK;
    const char *end = text.data + text.bytes;
    for (const char *at = text.data; at < end && status == GDX_OK;) {
        const char *from = at;
        uint32_t code_point = next_code_point(&at, end);
        if (code_point == '"' || code_point == '\\')
            status = gdx_buffer_append_format(out, "\\%c", (char)code_point);
        else if (is_hidden_character(code_point))
            status = gdx_buffer_append_format(out, "\\u%04x", (unsigned)code_point);
        else if (code_point == GDX_REPLACEMENT_CODE_POINT)
            status = gdx_buffer_append(out, GDX_REPLACEMENT, GDX_REPLACEMENT_BYTES);
        else
            status = gdx_buffer_append(out, from, (size_t)(at - from));
    }
    return status;
}

// Appends text, in quotes, as a JSON string; in a line of text it is as good.
static gdx_status append_quoted(gdx_buffer *out, gdx_slice text) {
    gdx_status status = gdx_buffer_append(out, "\"", 1);
    if (status == GDX_OK)
        status = append_escaped(out, text);
    return status == GDX_OK ? gdx_buffer_append(out, "\"", 1) : status;
}

// What is no call has the method of HTTP before its path.
static gdx_status append_unknown(struct serve_log *log, const gdx_call_record *record) {
    const char *space = record->asked.bytes ? " " : "";
    gdx_status status = gdx_buffer_append(&log->lines, "\"", 1);
    if (status == GDX_OK)
        status = append_escaped(&log->lines, record->asked);
    if (status == GDX_OK)
        status = gdx_buffer_append(&log->lines, space, strlen(space));
    if (status == GDX_OK)
        status = append_escaped(&log->lines, record->path);
    return status == GDX_OK ? gdx_buffer_append(&log->lines, "\"", 1) : status;
}

static gdx_status append_path(struct serve_log *log, const gdx_call_record *record) {
    if (!record->method)
        return append_unknown(log, record);
    const char *quote = log->format == LOG_JSON ? "\"" : "";
    return gdx_buffer_append_format(&log->lines, "%s%s/%s%s", quote, record->service->descriptor->name,
                                    record->method->name, quote);
}

static bool is_slow(const struct serve_log *log, const gdx_call_record *record) {
    return log->slow_ns && record->took_ns >= log->slow_ns;
}

// In JSON `,"name":value`, in text ` name=value`. What handlers note are words of people, so that all is quoted.
static gdx_status append_note(struct serve_log *log, const gdx_note *note) {
    const char *form = log->format == LOG_JSON ? ",\"%.*s\":" : " %.*s=";
    gdx_status status = gdx_buffer_append_format(&log->lines, form, GDX_SLICE_ARGUMENTS(note->name));
    if (status != GDX_OK)
        return status;
    return note->is_number ? gdx_buffer_append_format(&log->lines, "%" PRIu64, note->number)
                           : append_quoted(&log->lines, note->text);
}

// A query is what people look for: it is shown to who asked for that alone.
static gdx_status append_notes(struct serve_log *log, const gdx_call_record *record) {
    bool all = is_slow(log, record);
    gdx_note note;
    gdx_status status = GDX_OK;
    if (record->trace_id.bytes)
        status = append_note(log, &(gdx_note){.name = gdx_slice_of("trace_id"), .text = record->trace_id});
    if (all && status == GDX_OK)
        status = append_note(log, &(gdx_note){.name = gdx_slice_of("slow"), .is_number = true, .number = 1});
    for (size_t at = 0; status == GDX_OK && gdx_note_next(record->notes, &at, &note);)
        if (all || (log->shows_queries && gdx_slice_equal(note.name, gdx_slice_of("query"))))
            status = append_note(log, &note);
    return status;
}

static gdx_status append_text(struct serve_log *log, const gdx_call_record *record) {
    char now[TIME_BYTES];
    gdx_status status = gdx_buffer_append_format(&log->lines, "%s ", time_text(now));
    if (status == GDX_OK)
        status = append_path(log, record);
    if (status == GDX_OK)
        status = gdx_buffer_append_format(&log->lines, " %s %" PRIu64 "us %s in=%" PRIu64 " out=%" PRIu64,
                                          gdx_grpc_code_name(record->code), record->took_ns / 1000,
                                          record->peer ? record->peer : "-", record->bytes_in, record->bytes_out);
    if (status == GDX_OK)
        status = append_notes(log, record);
    if (status == GDX_OK && record->message.bytes)
        status = gdx_buffer_append(&log->lines, " ", 1);
    if (status == GDX_OK && record->message.bytes)
        status = append_quoted(&log->lines, record->message);
    return status == GDX_OK ? gdx_buffer_append(&log->lines, "\n", 1) : status;
}

static gdx_status append_json(struct serve_log *log, const gdx_call_record *record) {
    char now[TIME_BYTES];
    gdx_status status = gdx_buffer_append_format(&log->lines, "{\"time\":\"%s\",\"method\":", time_text(now));
    if (status == GDX_OK)
        status = append_path(log, record);
    if (status == GDX_OK)
        status = gdx_buffer_append_format(&log->lines, ",\"status\":\"%s\",\"us\":%" PRIu64 ",\"peer\":",
                                          gdx_grpc_code_name(record->code), record->took_ns / 1000);
    if (status == GDX_OK)
        status = append_quoted(&log->lines, gdx_slice_of(record->peer ? record->peer : ""));
    if (status == GDX_OK)
        status = gdx_buffer_append_format(
            &log->lines,
            ",\"bytes_in\":%" PRIu64 ",\"bytes_out\":%" PRIu64 ",\"dialect\":\"%s\",\"http_status\":%u,\"message\":",
            record->bytes_in, record->bytes_out, gdx_dialect_name(record->dialect), record->http_status);
    if (status == GDX_OK)
        status = append_quoted(&log->lines, record->message);
    if (status == GDX_OK)
        status = append_notes(log, record);
    return status == GDX_OK ? gdx_buffer_append(&log->lines, "}\n", 2) : status;
}

// The reader has stalled: drop this line and count it. The count is logged when it reads again.
static bool is_stuck(struct serve_log *log) {
    if (log->lines.bytes >= WAITING_BYTES) {
        log->lost++;
        return true;
    }
    if (log->lost && log->lines.bytes < LINES_BYTES) {
        uint64_t lost = log->lost;
        log->lost = 0;
        serve_log_event(log, "%" PRIu64 " lines are missing here: the reader of this log had stalled", lost);
    }
    return false;
}

void serve_log_call(struct serve_log *log, const gdx_call_record *record) {
    if ((log->format == LOG_NONE && !is_slow(log, record)) || is_stuck(log))
        return;
    size_t before = log->lines.bytes;
    gdx_status status = log->format == LOG_JSON ? append_json(log, record) : append_text(log, record);
    if (status != GDX_OK)
        log->lines.bytes = before; // no memory: drop this line
    if (log->lines.bytes >= LINES_BYTES)
        flush(log);
}

void serve_log_event(struct serve_log *log, const char *format, ...) {
    char text[1024];
    char now[TIME_BYTES];
    size_t before = log->lines.bytes;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    bool json = log->format == LOG_JSON;
    gdx_status status =
        gdx_buffer_append_format(&log->lines, json ? "{\"time\":\"%s\",\"event\":" : "%s ", time_text(now));
    if (status == GDX_OK)
        status = (json ? append_quoted : append_escaped)(&log->lines, gdx_slice_of(text));
    if (status == GDX_OK)
        status = gdx_buffer_append_format(&log->lines, json ? "}\n" : "\n");
    if (status != GDX_OK)
        log->lines.bytes = before;
    flush(log);
}

void serve_log_fault(struct serve_log *log, const char *peer, const char *what) {
    if (log->format != LOG_NONE && !is_stuck(log)) // peers can bring about many
        serve_log_event(log, "%s: %s", peer, what);
}

void serve_log_close(struct serve_log *log) {
    flush(log);
    uv_close((uv_handle_t *)&log->turn, NULL);
}

void serve_log_clear(struct serve_log *log) {
    gdx_buffer_clear(&log->lines);
}
