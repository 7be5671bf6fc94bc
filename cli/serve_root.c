// SPDX-License-Identifier: Apache-2.0
// serve_root.c: see serve_root.h.

#include "serve_root.h"

#include "target.h"

#include <inttypes.h>
#include <stdio.h>

enum { LEAF_MESSAGE_BYTES = 256 << 20 };

gdx_status serve_root_open(struct serve_root *root, const struct serve_options *options, gdx_error *err) {
    gdx_buffer token = {0};
    gdx_fanout_options leaves = {.leaves = options->target.root, .message_limit = LEAF_MESSAGE_BYTES};
    gdx_status status = GDX_OK;
    if (!leaves.leaves)
        return GDX_OK;
    if (options->leaf_tls)
        status = gdx_tls_open_client(options->leaf_authority, NULL, NULL, &root->tls, err);
    if (status == GDX_OK && options->leaf_token_file)
        status = target_read_token(options->leaf_token_file, &token, err);
    leaves.tls = root->tls;
    leaves.token = (const char *)token.data;
    if (status == GDX_OK)
        status = gdx_fanout_open(&leaves, &root->fanout, err);
    gdx_buffer_clear(&token);
    return status;
}

void serve_root_close(struct serve_root *root) {
    gdx_fanout_close(root->fanout);
    gdx_tls_close(root->tls);
    *root = (struct serve_root){0};
}

bool serve_root_is_ready(const struct serve_root *root, char why[GDX_READY_BYTES]) {
    uint32_t slices = root->fanout ? gdx_fanout_slices(root->fanout) : 0;
    if (root->fanout && slices == 0) {
        snprintf(why, GDX_READY_BYTES, "no leaf has been reached yet\n");
        return false;
    }
    for (uint32_t i = 0; i < slices; i++) {
        gdx_fanout_figures figures;
        gdx_fanout_figures_of(root->fanout, i, &figures);
        if (figures.replicas)
            continue;
        snprintf(why, GDX_READY_BYTES, "slice %u of %u: no leaf serves it\n", i, slices);
        return false;
    }
    return true;
}

struct counted {
    const char *name, *type, *help;
    size_t offset; // of a uint64_t in the figures
};

static gdx_status write_counted(const struct serve_root *root, const struct counted *counted, gdx_buffer *out) {
    gdx_status status = gdx_buffer_append_format(out, "# HELP %s %s\n# TYPE %s %s\n", counted->name, counted->help,
                                                 counted->name, counted->type);
    uint32_t slices = gdx_fanout_slices(root->fanout);
    for (uint32_t i = 0; i < slices && status == GDX_OK; i++) {
        gdx_fanout_figures figures;
        uint64_t value;
        gdx_fanout_figures_of(root->fanout, i, &figures);
        memcpy(&value, (const char *)&figures + counted->offset, sizeof value);
        status = gdx_buffer_append_format(out, "%s{slice=\"%u\"} %" PRIu64 "\n", counted->name, i, value);
    }
    return status;
}

static gdx_status write_seconds(const struct serve_root *root, gdx_buffer *out) {
    static const char name[] = "gramdex_slice_p95_seconds";
    gdx_status status = gdx_buffer_append_format(
        out, "# HELP %s 95 %% of the last calls took at most that.\n# TYPE %s gauge\n", name, name);
    uint32_t slices = gdx_fanout_slices(root->fanout);
    for (uint32_t i = 0; i < slices && status == GDX_OK; i++) {
        gdx_fanout_figures figures;
        gdx_fanout_figures_of(root->fanout, i, &figures);
        status = gdx_buffer_append_format(out, "%s{slice=\"%u\"} %.6f\n", name, i, (double)figures.p95_ns / 1e9);
    }
    return status;
}

gdx_status serve_root_write(const struct serve_root *root, gdx_buffer *out) {
    static const struct counted counted[] = {
        {"gramdex_slice_replicas", "gauge", "Leaves that serve the slice.", offsetof(gdx_fanout_figures, replicas)},
        {"gramdex_slice_calls_total", "counter", "Calls to the slice.", offsetof(gdx_fanout_figures, calls)},
        {"gramdex_slice_hedges_total", "counter", "Calls to a second replica because the first took long.",
         offsetof(gdx_fanout_figures, hedges)},
        {"gramdex_slice_failovers_total", "counter", "Calls to another replica because one failed.",
         offsetof(gdx_fanout_figures, failovers)},
        {"gramdex_slice_failures_total", "counter", "Calls that no replica answered.",
         offsetof(gdx_fanout_figures, failures)},
    };
    gdx_status status = GDX_OK;
    for (size_t i = 0; root->fanout && i < sizeof counted / sizeof *counted && status == GDX_OK; i++)
        status = write_counted(root, &counted[i], out);
    return root->fanout && status == GDX_OK ? write_seconds(root, out) : status;
}
