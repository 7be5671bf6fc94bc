// SPDX-License-Identifier: Apache-2.0
// segment.c: see segment.h.

#include "segment.h"

gdx_status query_segment_open(const gdx_snapshot *snapshot, size_t index, query_segment *out, gdx_error *err) {
    out->live = gdx_snapshot_segment(snapshot, index);
    out->index = index;
    out->segment = out->live->segment;
    out->rule = gdx_snapshot_rule(snapshot);
    const gdx_segment_info *info = gdx_segment_info_of(out->segment);
    out->position_count = info->position_count;
    gdx_status status = gdx_segment_check(out->segment, err); // nothing is asked of a closed one
    if (status == GDX_OK)
        status = gdx_segment_columns(out->segment, &out->columns, err);
    if (status == GDX_OK)
        out->counts_all =
            info->symbol_count + 2 * (uint64_t)out->columns.count + out->columns.part_count == info->position_count;
    return status;
}

gdx_status query_rule_refuse(const gdx_rule *rule, gdx_error *err) {
    if (!rule)
        return gdx_fail(
            err, GDX_UNSUPPORTED,
            "the index was made by a matching rule that this program does not have; `gramdex merge --refold` "
            "rewrites it by this program's");
    return gdx_fail(err, GDX_UNSUPPORTED, "the index was rewritten by another matching rule meanwhile; ask again");
}

gdx_status query_segment_corrupt(const query_segment *segment, gdx_error *err) {
    return gdx_fail_at(err, GDX_CORRUPT, gdx_segment_path(segment->segment), "a posting list does not decode");
}
