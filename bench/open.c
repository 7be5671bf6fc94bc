// SPDX-License-Identifier: Apache-2.0
// open.c: how long opening an index takes, and what it leaves resident.

#include "gdx/bench.h"

#include "gdx/index.h"
#include "measure.h"

#include <inttypes.h>

enum { OPENINGS = 21 };

gdx_status gdx_bench_open(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    struct samples samples = {0};
    uint64_t grown = 0;
    uint64_t bytes = 0;
    gdx_status status = GDX_OK;
    for (int pass = 0; status == GDX_OK && pass < OPENINGS; pass++) {
        GDX_AUTO(gdx_index) index = NULL;
        uint64_t resident = resident_bytes();
        uint64_t begin = gdx_now_ns();
        status = gdx_index_open(options->directory, &index, err);
        if (status == GDX_OK && samples_add(&samples, gdx_now_ns() - begin) != GDX_OK)
            status = gdx_fail(err, GDX_NO_MEMORY, "no memory for the times of opening");
        if (status != GDX_OK || pass > 0)
            continue;
        uint64_t after = resident_bytes();
        grown = after > resident ? after - resident : 0;
        gdx_snapshot *snapshot = gdx_index_snapshot(index);
        bytes = gdx_snapshot_bytes(snapshot);
        gdx_snapshot_release(snapshot);
    }
    if (status == GDX_OK)
        fprintf(to,
                options->json ? "{\"figure\":\"open\",\"ms\":%.3f,\"ms_worst\":%.3f,\"resident_bytes\":%" PRIu64
                                ",\"index_bytes\":%" PRIu64 "}\n"
                              : "opening: median %.3f ms, worst %.3f ms; %" PRIu64
                                " bytes resident of an index of %" PRIu64 "\n",
                (double)samples_quantile(&samples, 0.5) / 1e6, (double)samples_quantile(&samples, 1) / 1e6, grown,
                bytes);
    samples_clear(&samples);
    return status;
}
