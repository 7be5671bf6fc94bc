// SPDX-License-Identifier: Apache-2.0
// metrics.c: calls counted by method and status, and written as Prometheus text (exposition format 0.0.4).
// A row is a method and a status with which it has ended, so that no client can add rows at will.

#include "gdx/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

// Upper bounds in nanoseconds, with their text in seconds: from a count in the cache to a whole export.
static const struct bound {
    uint64_t ns;
    const char *seconds;
} bounds[] = {
    {50000, "0.00005"},  {100000, "0.0001"},  {250000, "0.00025"}, {500000, "0.0005"},  {1000000, "0.001"},
    {2500000, "0.0025"}, {5000000, "0.005"},  {10000000, "0.01"},  {25000000, "0.025"}, {50000000, "0.05"},
    {100000000, "0.1"},  {250000000, "0.25"}, {500000000, "0.5"},  {1000000000, "1"},   {2500000000, "2.5"},
    {5000000000, "5"},   {10000000000, "10"},
};
enum { BOUNDS = sizeof bounds / sizeof bounds[0] };

struct row {
    const gdx_service *service; // NULL: unknown
    const gdx_method *method;
    gdx_grpc_code code;
    uint64_t calls, took_ns, bytes_in, bytes_out;
    uint64_t within[BOUNDS]; // calls in that bucket alone
};

struct gdx_metrics { // loop thread only
    struct row *rows;
    size_t count, capacity;
};

gdx_metrics *gdx_metrics_new(void) {
    return calloc(1, sizeof(gdx_metrics));
}

void gdx_metrics_free(gdx_metrics *metrics) {
    if (metrics)
        free(metrics->rows);
    free(metrics);
}

static struct row *find_row(gdx_metrics *metrics, const gdx_call_record *record) {
    for (size_t i = 0; i < metrics->count; i++) {
        struct row *row = &metrics->rows[i];
        if (row->method == record->method && row->code == record->code && row->service == record->service)
            return row;
    }
    if (gdx_grow(&metrics->rows, &metrics->capacity, metrics->count + 1, sizeof *metrics->rows) != GDX_OK)
        return NULL;
    struct row *row = &metrics->rows[metrics->count++];
    *row = (struct row){.service = record->service, .method = record->method, .code = record->code};
    return row;
}

void gdx_metrics_count(gdx_metrics *metrics, const gdx_call_record *record) {
    if (record->dialect == GDX_DIALECT_PLAIN && !record->method && record->code == GDX_GRPC_OK)
        return; // a page
    struct row *row = find_row(metrics, record);
    if (!row)
        return;
    row->calls++;
    row->took_ns += record->took_ns;
    row->bytes_in += record->bytes_in;
    row->bytes_out += record->bytes_out;
    for (size_t i = 0; i < BOUNDS; i++) {
        if (record->took_ns <= bounds[i].ns) {
            row->within[i]++;
            break;
        }
    }
}

// ---- text

enum { LABEL_BYTES = 256 };

static size_t method_label(const struct row *row, char to[LABEL_BYTES]) {
    int bytes = snprintf(to, LABEL_BYTES, "method=\"%s%s%s\"", row->method ? row->service->descriptor->name : "unknown",
                         row->method ? "/" : "", row->method ? row->method->name : "");
    assert(bytes > 0 && bytes < LABEL_BYTES);
    return (size_t)bytes;
}

static const char *labels_of(const struct row *row, char to[LABEL_BYTES]) {
    size_t bytes = method_label(row, to);
    snprintf(to + bytes, LABEL_BYTES - bytes, ",code=\"%s\"", gdx_grpc_code_name(row->code));
    return to;
}

static gdx_status write_head(gdx_buffer *out, const char *name, const char *type, const char *help) {
    return gdx_buffer_append_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static gdx_status write_buckets(gdx_buffer *out, const char *name, const char *labels, const struct row *row) {
    gdx_status status = GDX_OK;
    uint64_t below = 0;
    for (size_t i = 0; i < BOUNDS && status == GDX_OK; i++) {
        below += row->within[i];
        status = gdx_buffer_append_format(out, "%s_bucket{%s,le=\"%s\"} %" PRIu64 "\n", name, labels, bounds[i].seconds,
                                          below);
    }
    if (status != GDX_OK)
        return status;
    return gdx_buffer_append_format(
        out, "%s_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n%s_sum{%s} %.9f\n%s_count{%s} %" PRIu64 "\n", name, labels,
        row->calls, name, labels, (double)row->took_ns / 1e9, name, labels, row->calls);
}

static gdx_status write_by_code(const gdx_metrics *metrics, gdx_buffer *out) {
    static const char name[] = "gramdex_request_seconds";
    char labels[LABEL_BYTES];
    gdx_status status = write_head(out, name, "histogram", "From the head of a call to its status.");
    for (size_t i = 0; i < metrics->count && status == GDX_OK; i++)
        status = write_buckets(out, name, labels_of(&metrics->rows[i], labels), &metrics->rows[i]);
    return status;
}

static bool is_same_method(const struct row *row, const struct row *other) {
    return row->method == other->method && row->service == other->service;
}

static void add_row(struct row *sum, const struct row *row) {
    sum->calls += row->calls;
    sum->took_ns += row->took_ns;
    for (size_t i = 0; i < BOUNDS; i++)
        sum->within[i] += row->within[i];
}

// The rows of the method of row `first`, whatever their status. False: an earlier row is of it.
static bool sum_method(const gdx_metrics *metrics, size_t first, struct row *out) {
    *out = (struct row){.service = metrics->rows[first].service, .method = metrics->rows[first].method};
    for (size_t i = 0; i < metrics->count; i++) {
        bool is_same = is_same_method(out, &metrics->rows[i]);
        if (is_same && i < first)
            return false;
        if (is_same)
            add_row(out, &metrics->rows[i]);
    }
    return true;
}

// By method alone: a tenth of the series, for quantiles, which no sum over statuses spoils then.
static gdx_status write_by_method(const gdx_metrics *metrics, gdx_buffer *out) {
    static const char name[] = "gramdex_request_duration_seconds";
    char labels[LABEL_BYTES];
    struct row sum;
    gdx_status status = write_head(out, name, "histogram", "From the head of a call to its status, whatever that is.");
    for (size_t i = 0; i < metrics->count && status == GDX_OK; i++) {
        if (!sum_method(metrics, i, &sum))
            continue;
        method_label(&sum, labels);
        status = write_buckets(out, name, labels, &sum);
    }
    return status;
}

enum counter { REQUESTS, BYTES_IN, BYTES_OUT };

static gdx_status write_counter(const gdx_metrics *metrics, gdx_buffer *out, enum counter counter, const char *name,
                                const char *help) {
    char labels[LABEL_BYTES];
    gdx_status status = write_head(out, name, "counter", help);
    for (size_t i = 0; i < metrics->count && status == GDX_OK; i++) {
        const struct row *row = &metrics->rows[i];
        uint64_t value = counter == REQUESTS ? row->calls : counter == BYTES_IN ? row->bytes_in : row->bytes_out;
        status = gdx_buffer_append_format(out, "%s{%s} %" PRIu64 "\n", name, labels_of(row, labels), value);
    }
    return status;
}

gdx_status gdx_metrics_write(const gdx_metrics *metrics, gdx_buffer *out) {
    gdx_status status = write_counter(metrics, out, REQUESTS, "gramdex_requests_total", "Calls that have ended.");
    if (status == GDX_OK)
        status = write_counter(metrics, out, BYTES_IN, "gramdex_request_bytes_total", "Bytes of their requests.");
    if (status == GDX_OK)
        status = write_counter(metrics, out, BYTES_OUT, "gramdex_reply_bytes_total", "Bytes of their replies.");
    if (status == GDX_OK)
        status = write_by_code(metrics, out);
    return status == GDX_OK ? write_by_method(metrics, out) : status;
}

gdx_status gdx_metrics_write_figure(gdx_buffer *out, const char *name, const char *type, const char *help,
                                    uint64_t value) {
    gdx_status status = write_head(out, name, type, help);
    return status == GDX_OK ? gdx_buffer_append_format(out, "%s %" PRIu64 "\n", name, value) : status;
}

gdx_status gdx_metrics_write_seconds(gdx_buffer *out, const char *name, const char *type, const char *help,
                                     double seconds) {
    gdx_status status = write_head(out, name, type, help);
    return status == GDX_OK ? gdx_buffer_append_format(out, "%s %.3f\n", name, seconds) : status;
}
