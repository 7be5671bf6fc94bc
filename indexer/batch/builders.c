// SPDX-License-Identifier: Apache-2.0
// builders.c: the team of builders, see build.h. Which worker reads changes from job to job, so builders are not bound
// to workers by number.

#include "build.h"

#include <assert.h>
#include <stdlib.h>

struct builder_team {
    const struct build_settings *settings;
    uv_mutex_t mutex; // guards all below
    unsigned limit;   // builders
    unsigned taken;
    unsigned next_number;
    unsigned idle_count;
    struct builder *idle[];
};

struct builder_team *builder_team_new(const struct build_settings *settings, unsigned count) {
    struct builder_team *team = calloc(1, sizeof *team + count * sizeof(struct builder *));
    if (!team)
        return NULL;
    if (uv_mutex_init(&team->mutex) != 0) {
        free(team);
        return NULL;
    }
    team->settings = settings;
    team->limit = count;
    return team;
}

void builder_team_free(struct builder_team *team) {
    if (!team)
        return;
    assert(team->taken == 0);
    for (unsigned i = 0; i < team->idle_count; i++)
        builder_free(team->idle[i]);
    uv_mutex_destroy(&team->mutex);
    free(team);
}

struct builder *builder_team_take(struct builder_team *team, gdx_error *err) {
    uv_mutex_lock(&team->mutex);
    assert(team->taken < team->limit); // the long lane runs no more jobs
    team->taken++;
    struct builder *builder = team->idle_count ? team->idle[--team->idle_count] : NULL;
    unsigned number = builder ? 0 : team->next_number++;
    uv_mutex_unlock(&team->mutex);
    if (builder || (builder = builder_new(team->settings, number, err)) != NULL)
        return builder;
    uv_mutex_lock(&team->mutex);
    team->taken--;
    uv_mutex_unlock(&team->mutex);
    return NULL;
}

void builder_team_give(struct builder_team *team, struct builder *builder) {
    if (!builder)
        return;
    uv_mutex_lock(&team->mutex);
    team->taken--;
    team->idle[team->idle_count++] = builder;
    uv_mutex_unlock(&team->mutex);
}
