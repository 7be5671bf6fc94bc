// SPDX-License-Identifier: Apache-2.0
// reprints.c: how long finding reprints takes in an index, and how right it is where gdx_bench_generate_reprints made
// the documents: their ids tell which is made of which.

#include "gdx/bench.h"

#include "measure.h"

#include "gdx/index.h"
#include "gdx/memory.h"
#include "gdx/reprints.h"
#include "gdx/segment.h"
#include "gdx/statistics.h"

#include <inttypes.h>
#include <stdlib.h>

enum { MEMORY_SHARE = 2, NO_GROUP = -1 };

struct made { // a document, by the truth
    uint64_t hash;
    uint32_t original; // that it is made of; UINT32_MAX: nobody knows
    char kind;         // '0': the original itself, 'r': a reprint, 'e': an excerpt
};

struct score {
    uint64_t of, right, wrong;
};

struct found {
    gdx_snapshot *snapshot;
    uint64_t documents, groups, members, excerpts;
    struct score reprint, excerpt;
};

// ---- the truth

static struct made made_of(gdx_slice id, uint64_t hash) {
    char text[64] = "";
    unsigned long long original;
    struct made made = {.hash = hash, .original = UINT32_MAX};
    memcpy(text, id.data, id.bytes < sizeof text ? id.bytes : sizeof text - 1);
    if (sscanf(text, "made/%llu/%c", &original, &made.kind) == 2 && original < UINT32_MAX)
        made.original = (uint32_t)original;
    return made;
}

static int by_hash(const void *a, const void *b) {
    uint64_t left = ((const struct made *)a)->hash, right = ((const struct made *)b)->hash;
    return left < right ? -1 : left > right;
}

static gdx_status read_segment(const gdx_live_segment *live, struct made *to, size_t *count, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; d < gdx_segment_info_of(live->segment)->document_count && status == GDX_OK; d++) {
        gdx_slice id = {"", 0};
        uint64_t hash = 0;
        if (gdx_is_deleted(live->deleted, d))
            continue;
        status = gdx_segment_id(live->segment, d, &id, err);
        if (status == GDX_OK)
            status = gdx_segment_hash(live->segment, d, &hash, err);
        if (status == GDX_OK)
            to[(*count)++] = made_of(id, hash);
    }
    return status;
}

// In the order of the table's documents.
static gdx_status read_truth(gdx_snapshot *snapshot, struct made **out, gdx_error *err) {
    struct made *made = malloc((gdx_snapshot_documents(snapshot) + 1) * sizeof *made);
    gdx_status status = made ? GDX_OK : gdx_fail_memory(err, "the truth");
    size_t count = 0;
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot) && status == GDX_OK; i++)
        status = read_segment(gdx_snapshot_segment(snapshot, i), made, &count, err);
    if (status == GDX_OK && count)
        qsort(made, count, sizeof *made, by_hash);
    *out = made;
    return status;
}

// ---- what was found

struct judging {
    const gdx_reprint_table *table;
    const struct made *made;
    int64_t *groups;     // of the documents of the table
    int64_t *originals;  // the group of an original, by its number
    uint32_t *of_groups; // the original of a group's first member; UINT32_MAX: not seen yet
    bool *is_excerpt;    // found as one of what it is made of
};

static void judge_reprints(const struct judging *judging, struct score *out) {
    const gdx_reprint_table *table = judging->table;
    for (uint32_t i = 0; i < table->member_count; i++) {
        const gdx_reprint_member *member = &table->members[i];
        const struct made *made = &judging->made[member->document];
        judging->groups[member->document] = member->group;
        if (made->kind == '0' && made->original < table->count)
            judging->originals[made->original] = member->group;
        if (judging->of_groups[member->group] == UINT32_MAX)
            judging->of_groups[member->group] = made->original;
        out->wrong += judging->of_groups[member->group] != made->original;
    }
    for (uint32_t i = 0; i < table->count; i++) {
        const struct made *made = &judging->made[i];
        if (made->kind != 'r' || made->original >= table->count)
            continue;
        out->of++;
        out->right += judging->groups[i] != NO_GROUP && judging->groups[i] == judging->originals[made->original];
    }
}

static void judge_excerpts(const struct judging *judging, struct score *out) {
    const gdx_reprint_table *table = judging->table;
    for (uint32_t i = 0; i < table->excerpt_count; i++) {
        const gdx_reprint_excerpt *excerpt = &table->excerpts[i];
        bool is_right = judging->made[excerpt->document].original == judging->made[excerpt->of].original;
        judging->is_excerpt[excerpt->document] |= is_right;
        out->wrong += !is_right;
    }
    for (uint32_t i = 0; i < table->count; i++) {
        out->of += judging->made[i].kind == 'e';
        out->right += judging->made[i].kind == 'e' && judging->is_excerpt[i];
    }
}

static gdx_status judge(struct found *found, const gdx_reprint_table *table, gdx_error *err) {
    struct made *made = NULL;
    size_t count = (size_t)table->count + 1;
    struct judging judging = {.table = table,
                              .groups = malloc(count * sizeof(int64_t)),
                              .originals = malloc(count * sizeof(int64_t)),
                              .of_groups = malloc(count * sizeof(uint32_t)),
                              .is_excerpt = calloc(count, sizeof(bool))};
    bool good = judging.groups && judging.originals && judging.of_groups && judging.is_excerpt;
    gdx_status status = good ? read_truth(found->snapshot, &made, err) : gdx_fail_memory(err, "the truth");
    if (status == GDX_OK) {
        judging.made = made;
        memset(judging.groups, 0xff, count * sizeof(int64_t)); // NO_GROUP
        memset(judging.originals, 0xff, count * sizeof(int64_t));
        memset(judging.of_groups, 0xff, count * sizeof(uint32_t));
        judge_reprints(&judging, &found->reprint);
        judge_excerpts(&judging, &found->excerpt);
    }
    free(made);
    free(judging.groups);
    free(judging.originals);
    free(judging.of_groups);
    free(judging.is_excerpt);
    return status;
}

static gdx_status take(void *context, const gdx_reprint_table *table, gdx_error *err) {
    struct found *found = context;
    found->documents = table->count;
    found->groups = table->group_count;
    found->members = table->member_count;
    found->excerpts = table->excerpt_count;
    return judge(found, table, err);
}

// ---- the row

static void print(const gdx_bench_options *options, const struct found *found, const uint64_t took[3], FILE *to) {
    fprintf(to,
            options->json ? "{\"figure\":\"reprints\",\"threads\":%u,\"documents\":%" PRIu64
                            ",\"seconds\":%.3f,\"cpu_seconds\":%.3f,\"peak_bytes\":%" PRIu64 ",\"groups\":%" PRIu64
                            ",\"members\":%" PRIu64 ",\"excerpts\":%" PRIu64 ",\"reprints_right\":%" PRIu64
                            ",\"reprints_of\":%" PRIu64 ",\"reprints_wrong\":%" PRIu64 ",\"excerpts_right\":%" PRIu64
                            ",\"excerpts_of\":%" PRIu64 ",\"excerpts_wrong\":%" PRIu64 "}\n"
                          : "%u threads, %" PRIu64 " documents: %.1f s, processor %.1f s, peak %" PRIu64
                            " bytes; %" PRIu64 " groups of %" PRIu64 ", %" PRIu64 " excerpts; reprints: %" PRIu64
                            " of %" PRIu64 " that were made, wrong %" PRIu64 "; excerpts: %" PRIu64 " of %" PRIu64
                            ", wrong %" PRIu64 "\n",
            options->most_threads, found->documents, (double)took[0] / 1e9, (double)took[1] / 1e9, took[2],
            found->groups, found->members, found->excerpts, found->reprint.right, found->reprint.of,
            found->reprint.wrong, found->excerpt.right, found->excerpt.of, found->excerpt.wrong);
}

static gdx_status measure(const gdx_bench_options *options, struct found *found, gdx_executor *executor, FILE *to,
                          gdx_error *err) {
    const gdx_reprints_options how = {.jaccard = GDX_REPRINTS_JACCARD,
                                      .within_days = GDX_REPRINTS_DAYS,
                                      .memory_bytes = options->memory_bytes ? options->memory_bytes
                                                                            : gdx_memory_allowed() / MEMORY_SHARE,
                                      .executor = executor};
    peak_reset();
    uint64_t begin = gdx_now_ns(), cpu = processor_ns();
    gdx_status status = gdx_reprints_find(found->snapshot, &how, NULL, take, found, err);
    if (status == GDX_OK)
        print(options, found, (const uint64_t[]){gdx_now_ns() - begin, processor_ns() - cpu, peak_bytes()}, to);
    return status;
}

gdx_status gdx_bench_reprints(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    GDX_AUTO(gdx_index) index = NULL;
    GDX_AUTO(gdx_executor) executor = NULL;
    struct found found = {0};
    gdx_status status = gdx_index_open(options->directory, &index, err);
    if (status == GDX_OK)
        status = gdx_executor_new(options->most_threads, &executor, err);
    if (status != GDX_OK)
        return status;
    found.snapshot = gdx_index_snapshot(index);
    status = measure(options, &found, executor, to, err);
    gdx_snapshot_release(found.snapshot);
    return status;
}
