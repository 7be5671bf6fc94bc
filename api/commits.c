// SPDX-License-Identifier: Apache-2.0
// commits.c: the last few superseded commits. They cost the disk what a merge has removed since, for their files stay
// mapped: so they are few, and held for a time only.

#include "api.h"

static gdx_snapshot *take_oldest(struct commits *commits) {
    gdx_snapshot *oldest = commits->kept[0].snapshot;
    commits->count--;
    memmove(&commits->kept[0], &commits->kept[1], commits->count * sizeof commits->kept[0]);
    return oldest;
}

unsigned commits_trim(struct commits *commits, unsigned count_limit, uint64_t age_ns, uint64_t now_ns,
                      gdx_snapshot *out[KEPT_COMMITS_MAX]) {
    unsigned dropped = 0;
    while (commits->count > count_limit || (commits->count > 0 && now_ns - commits->kept[0].since_ns >= age_ns))
        out[dropped++] = take_oldest(commits);
    return dropped;
}

void commits_keep(struct commits *commits, gdx_snapshot *snapshot, uint64_t now_ns) {
    commits->kept[commits->count++] = (struct kept_commit){snapshot, now_ns};
}

static bool is_that(const gdx_snapshot *snapshot, uint64_t commit, uint64_t manifest) {
    return gdx_snapshot_commit(snapshot) == commit &&
           (manifest == 0 || gdx_snapshot_whole_of(snapshot)->manifest == manifest);
}

gdx_snapshot *commits_find(const struct commits *commits, uint64_t commit, uint64_t manifest) {
    if (commits->leaving && is_that(commits->leaving, commit, manifest))
        return gdx_snapshot_retain(commits->leaving);
    for (unsigned i = commits->count; i-- > 0;) {
        if (is_that(commits->kept[i].snapshot, commit, manifest))
            return gdx_snapshot_retain(commits->kept[i].snapshot);
    }
    return NULL;
}
