// SPDX-License-Identifier: Apache-2.0
// scrub.c: every page of an index verified again, a few at a time. Segments come in the order of their names, so that
// the walk goes on where it was when a commit has changed which of them are live.

#include "snapshot.h"

uint64_t gdx_snapshot_pages(const gdx_snapshot *snapshot) {
    uint64_t pages = 0;
    for (size_t i = 0; i < snapshot->count; i++)
        pages += gdx_segment_page_count(snapshot->segments[i].live.segment);
    return pages;
}

// The segment with the least name that is `least` or more; NULL: there is none.
static const gdx_segment *next_segment(const gdx_snapshot *snapshot, uint64_t least) {
    const gdx_segment *found = NULL;
    for (size_t i = 0; i < snapshot->count; i++) {
        const gdx_segment *segment = snapshot->segments[i].live.segment;
        uint64_t name = gdx_segment_info_of(segment)->name;
        if (name >= least && (!found || name < gdx_segment_info_of(found)->name))
            found = segment;
    }
    return found;
}

static void next_round(gdx_scrub *scrub) {
    scrub->segment = 0;
    scrub->page = 0;
    scrub->rounds++;
}

static const gdx_segment *find_place(gdx_scrub *scrub, const gdx_snapshot *snapshot) {
    const gdx_segment *segment = next_segment(snapshot, scrub->segment);
    if (!segment) {
        next_round(scrub);
        segment = next_segment(snapshot, 0);
    }
    uint64_t name = gdx_segment_info_of(segment)->name;
    if (name != scrub->segment)
        scrub->page = 0;
    scrub->segment = name;
    return segment;
}

static void step(gdx_scrub *scrub, const gdx_segment *segment) {
    if (++scrub->page < gdx_segment_page_count(segment))
        return;
    scrub->page = 0;
    if (scrub->segment == UINT64_MAX)
        next_round(scrub);
    else
        scrub->segment++;
}

void gdx_snapshot_scrub(const gdx_snapshot *snapshot, uint64_t pages, gdx_scrub *scrub) {
    for (uint64_t i = 0; i < pages && snapshot->count; i++) {
        const gdx_segment *segment = find_place(scrub, snapshot);
        gdx_error passed_over = {0}; // the segment remembers that it is bad, and says why when it is asked
        if (gdx_segment_verify_page(segment, scrub->page, &passed_over) != GDX_OK)
            scrub->failures++;
        scrub->pages++;
        step(scrub, segment);
    }
}
