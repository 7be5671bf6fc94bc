// SPDX-License-Identifier: Apache-2.0
// index_metrics.c: `gramdex index --metrics-file FILE`: the figures of a run as Prometheus text, for the textfile
// collector of node_exporter. Relies on index_command.h. A run that failed writes them too: a job that no longer
// succeeds is what one watches for. docs/cli.md, "Watched runs", lists them.

#include "command.h"
#include "index_command.h"

#include "gdx/utf8.h"

#include <time.h>

struct figures { // what is written, and whose run it was
    gdx_buffer text, index;
    gdx_status status;
};

// A label's value, in UTF-8: \\, " and the line end are escaped, and nothing else.
static gdx_status append_label(gdx_buffer *out, gdx_slice value) {
    gdx_buffer text = {0};
    uint64_t replaced = 0;
    gdx_status status = gdx_utf8_repair(value, &text, &replaced);
    for (size_t i = 0; i < text.bytes && status == GDX_OK; i++) {
        char byte = (char)text.data[i];
        if (byte == '\n')
            status = gdx_buffer_append(out, "\\n", 2);
        else if (byte == '"' || byte == '\\')
            status = gdx_buffer_append_format(out, "\\%c", byte);
        else
            status = gdx_buffer_append(out, &byte, 1);
    }
    gdx_buffer_clear(&text);
    return status == GDX_OK ? gdx_buffer_append(out, "", 1) : status;
}

static void put_head(struct figures *self, const char *name, const char *help) {
    if (self->status == GDX_OK)
        self->status = gdx_buffer_append_format(&self->text, "# HELP gramdex_index_run_%s %s\n", name, help);
    if (self->status == GDX_OK)
        self->status = gdx_buffer_append_format(&self->text, "# TYPE gramdex_index_run_%s gauge\n", name);
}

static void put_row(struct figures *self, const char *name, const char *outcome, double value) {
    const char *label = outcome ? ",outcome=\"" : "", *end = outcome ? "\"" : "";
    if (self->status == GDX_OK)
        self->status =
            gdx_buffer_append_format(&self->text, "gramdex_index_run_%s{index=\"%s\"%s%s%s} %.15g\n", name,
                                     (const char *)self->index.data, label, outcome ? outcome : "", end, value);
}

static void put(struct figures *self, const char *name, const char *help, double value) {
    put_head(self, name, help);
    put_row(self, name, NULL, value);
}

static void put_documents(struct figures *self, const gdx_batch_summary *summary) {
    static const char name[] = "documents";
    put_head(self, name, "Documents of the run, by what became of them.");
    put_row(self, name, "added", (double)summary->added);
    put_row(self, name, "replaced", (double)summary->replaced);
    put_row(self, name, "unchanged", (double)summary->unchanged);
    put_row(self, name, "duplicate", (double)summary->duplicates);
    put_row(self, name, "refused", (double)summary->refused);
    put_row(self, name, "deleted", (double)summary->deleted);
}

static void put_all(struct figures *self, const gdx_batch_summary *summary, int exit_status, uint64_t took_ns) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    put(self, "success", "1 if the exit status was 0.", exit_status == EXIT_DONE);
    put(self, "exit_status", "The exit status.", exit_status);
    put(self, "end_time_seconds", "When the run ended, in Unix time.", (double)now.tv_sec);
    put(self, "duration_seconds", "How long it took.", (double)took_ns / 1e9);
    put_documents(self, summary);
    put(self, "left_out", "Files and folders that hold no text, or that an option left out.",
        (double)summary->left_out);
    put(self, "files", "Files that were read.", (double)summary->files);
    put(self, "input_bytes", "Their bytes, as they lie on the disk.", (double)summary->input_bytes);
    put(self, "text_bytes", "Bytes of titles and texts that were found.", (double)summary->text_bytes);
    put(self, "commit", "The commit afterwards; 0: not known.", (double)summary->commit);
}

static gdx_status write_file(const char *path, gdx_slice text, gdx_error *err) {
    GDX_AUTO(gdx_output) output = NULL;
    gdx_status status = gdx_output_open(path, &output, err);
    if (status == GDX_OK)
        status = gdx_output_write(output, text.data, text.bytes, err);
    return status == GDX_OK ? gdx_output_commit(GDX_TAKE(output), NULL, err) : status;
}

gdx_status index_write_metrics(const struct index_command *self, const gdx_batch_summary *summary, int exit_status,
                               gdx_error *err) {
    struct figures figures = {0};
    const char *where = self->target.server ? self->target.server : self->target.index;
    if (!self->metrics_file)
        return GDX_OK;
    figures.status = append_label(&figures.index, gdx_slice_of(where ? where : ""));
    put_all(&figures, summary, exit_status, gdx_now_ns() - self->since_ns);
    gdx_status status = figures.status == GDX_OK ? write_file(self->metrics_file, gdx_buffer_slice(&figures.text), err)
                                                 : gdx_fail_memory(err, "the figures of the run");
    gdx_buffer_clear(&figures.text);
    gdx_buffer_clear(&figures.index);
    return status;
}
