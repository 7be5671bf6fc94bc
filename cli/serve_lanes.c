// SPDX-License-Identifier: Apache-2.0
// serve_lanes.c: see serve_lanes.h. Rows are for lanes alone, of which there are two: no client, by its address or
// otherwise, can add one.

#include "serve_lanes.h"

#include <inttypes.h>

static const char *const names[GDX_LANES] = {[GDX_LANE_SHORT] = "short", [GDX_LANE_LONG] = "long"};

static gdx_status write_rows(gdx_buffer *out, const char *name, const char *type, const char *help,
                             const uint64_t values[GDX_LANES]) {
    gdx_status status = gdx_buffer_append_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
    for (int lane = 0; lane < GDX_LANES && status == GDX_OK; lane++)
        status = gdx_buffer_append_format(out, "%s{lane=\"%s\"} %" PRIu64 "\n", name, names[lane], values[lane]);
    return status;
}

static gdx_status write_waits(gdx_buffer *out, const char *lane, const gdx_lane_figures *figures) {
    uint64_t below = 0;
    gdx_status status = GDX_OK;
    for (int i = 0; i < GDX_WAIT_BOUNDS && status == GDX_OK; i++) {
        below += figures->waits_within[i];
        status = gdx_buffer_append_format(out, "gramdex_lane_wait_seconds_bucket{lane=\"%s\",le=\"%g\"} %" PRIu64 "\n",
                                          lane, (double)gdx_wait_bounds_ns[i] / 1e9, below);
    }
    if (status != GDX_OK)
        return status;
    return gdx_buffer_append_format(out,
                                    "gramdex_lane_wait_seconds_bucket{lane=\"%s\",le=\"+Inf\"} %" PRIu64 "\n"
                                    "gramdex_lane_wait_seconds_sum{lane=\"%s\"} %.9f\n"
                                    "gramdex_lane_wait_seconds_count{lane=\"%s\"} %" PRIu64 "\n",
                                    lane, figures->waits, lane, (double)figures->waited_ns / 1e9, lane, figures->waits);
}

gdx_status serve_lanes_write(gdx_work *work, gdx_buffer *out) {
    gdx_work_figures figures;
    gdx_work_figures_of(work, &figures);
    const gdx_lane_figures *brief = &figures.lanes[GDX_LANE_SHORT], *lengthy = &figures.lanes[GDX_LANE_LONG];
    gdx_status status = write_rows(out, "gramdex_lane_waiting", "gauge", "Calls that wait for a worker.",
                                   (const uint64_t[]){brief->waiting, lengthy->waiting});
    if (status == GDX_OK)
        status = write_rows(out, "gramdex_lane_running", "gauge", "Calls that a worker has.",
                            (const uint64_t[]){brief->running, lengthy->running});
    if (status == GDX_OK)
        status = write_rows(out, "gramdex_lane_moved_total", "counter", "Calls that came from the other lane.",
                            (const uint64_t[]){brief->moved, lengthy->moved});
    if (status == GDX_OK)
        status = gdx_buffer_append_format(out,
                                          "# HELP gramdex_addresses_waiting Addresses that have a call waiting.\n"
                                          "# TYPE gramdex_addresses_waiting gauge\ngramdex_addresses_waiting %zu\n"
                                          "# HELP gramdex_lane_wait_seconds How long calls waited for a worker.\n"
                                          "# TYPE gramdex_lane_wait_seconds histogram\n",
                                          figures.lines);
    for (int lane = 0; lane < GDX_LANES && status == GDX_OK; lane++)
        status = write_waits(out, names[lane], &figures.lanes[lane]);
    return status;
}
