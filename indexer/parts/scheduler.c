// SPDX-License-Identifier: Apache-2.0
// scheduler.c: which share a run takes, as its command line or its scheduler says. docs/scale.md has the table of
// variables. What is not certain is refused: a share that nobody takes is text that nobody finds.

#include "gdx/parts.h"

#include <stdlib.h>

typedef char *(*variable_reader)(const char *name);

struct number_variable {
    const char *name;
    uint64_t less; // what its first value is
};

static const struct number_variable index_variables[] = {
    {"SLURM_ARRAY_TASK_ID", 0}, {"JOB_COMPLETION_INDEX", 0}, {"OMPI_COMM_WORLD_RANK", 0}, {"PMI_RANK", 0},
    {"PARALLEL_SEQ", 1},
};
static const char *const count_variables[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"};
enum {
    INDEX_VARIABLES = sizeof index_variables / sizeof index_variables[0],
    COUNT_VARIABLES = sizeof count_variables / sizeof count_variables[0]
};

#define LOOKED_FOR                                                                                                     \
    "SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, OMPI_COMM_WORLD_RANK, PMI_RANK and PARALLEL_SEQ, in this order"

// Digits alone.
static bool parse_number(const char *text, size_t bytes, uint64_t *out) {
    *out = 0;
    if (bytes == 0 || bytes > 9)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (uint64_t)(text[i] - '0');
    }
    return true;
}

// *out_has false: the variable is not set.
static gdx_status read_variable(variable_reader variable, const char *name, uint64_t *out, bool *out_has,
                                gdx_error *err) {
    const char *value = variable(name);
    *out_has = value && *value;
    if (!*out_has || parse_number(value, strlen(value), out))
        return GDX_OK;
    return gdx_fail(err, GDX_INVALID, "--shard auto: %s is \"%.60s\", and no number", name, value);
}

static gdx_status find_index(const char *text, variable_reader variable, uint64_t *out, gdx_error *err) {
    for (size_t i = 0; i < INDEX_VARIABLES; i++) {
        const struct number_variable *row = &index_variables[i];
        bool has = false;
        gdx_status status = read_variable(variable, row->name, out, &has, err);
        if (status != GDX_OK)
            return status;
        if (has && *out < row->less)
            return gdx_fail(err, GDX_INVALID, "--shard %s: %s is 0, and it counts from 1", text, row->name);
        if (has) {
            *out -= row->less;
            return GDX_OK;
        }
    }
    return gdx_fail(err, GDX_INVALID, "--shard %s: no scheduler says which; looked for " LOOKED_FOR, text);
}

// Slurm tells how many tasks an array has, not how many it was meant to have: `--array=3,7` is a rerun of two.
static gdx_status find_slurm_count(variable_reader variable, uint64_t *out, bool *out_has, gdx_error *err) {
    uint64_t count = 0, least = 0, most = 0;
    bool has_count = false, has_least = false, has_most = false;
    gdx_status status = read_variable(variable, "SLURM_ARRAY_TASK_COUNT", &count, &has_count, err);
    if (status == GDX_OK)
        status = read_variable(variable, "SLURM_ARRAY_TASK_MIN", &least, &has_least, err);
    if (status == GDX_OK)
        status = read_variable(variable, "SLURM_ARRAY_TASK_MAX", &most, &has_most, err);
    *out_has = has_count && has_least && has_most && least == 0 && count > 0 && most == count - 1;
    *out = count;
    return status;
}

static gdx_status find_count(variable_reader variable, uint64_t *out, gdx_error *err) {
    bool has = false;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < COUNT_VARIABLES && status == GDX_OK && !has; i++)
        status = read_variable(variable, count_variables[i], out, &has, err);
    if (status == GDX_OK && !has)
        status = find_slurm_count(variable, out, &has, err);
    if (status != GDX_OK || has)
        return status;
    return gdx_fail(
        err, GDX_INVALID,
        "--shard auto: how many shares there are is not certain; looked for OMPI_COMM_WORLD_SIZE, PMI_SIZE, "
        "and a Slurm array from 0 without gaps. Give their number: --shard auto/N");
}

static gdx_status check(const char *text, uint64_t index, uint64_t count, gdx_shard *out, gdx_error *err) {
    if (count == 0 || count > GDX_SHARDS_MOST)
        return gdx_fail(err, GDX_INVALID, "--shard %s: %llu shares, expected 1 to %d", text, (unsigned long long)count,
                        GDX_SHARDS_MOST);
    if (index >= count)
        return gdx_fail(err, GDX_INVALID, "--shard %s: share %llu of %llu, and they count from 0", text,
                        (unsigned long long)index, (unsigned long long)count);
    *out = (gdx_shard){(uint32_t)index, (uint32_t)count};
    return GDX_OK;
}

gdx_status gdx_shard_choose(const char *text, variable_reader variable, gdx_shard *out, gdx_error *err) {
    const char *slash = strchr(text, '/');
    size_t first = slash ? (size_t)(slash - text) : strlen(text);
    bool is_auto = first == 4 && strncmp(text, "auto", 4) == 0;
    uint64_t index = 0, count = 0;
    bool is_written = slash ? parse_number(slash + 1, strlen(slash + 1), &count) : is_auto;
    if (!is_auto)
        is_written = is_written && parse_number(text, first, &index);
    if (!is_written)
        return gdx_fail(err, GDX_INVALID, "--shard %s: expected I/N, auto/N or auto", text);
    gdx_status status = is_auto ? find_index(text, variable, &index, err) : GDX_OK;
    if (status == GDX_OK && !slash)
        status = find_count(variable, &count, err);
    return status == GDX_OK ? check(text, index, count, out, err) : status;
}
