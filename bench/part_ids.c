// SPDX-License-Identifier: Apache-2.0
// bench_part_ids: what it costs to compare the ids of all parts, as `gramdex publish` does before anything else. usage:
// bench_part_ids IDS PARTS FOLDER. Ids are made up, one of a hundred stands in two parts; each part's are sorted into a
// file of the folder, and all files are merged. Prints times, and the most memory that either took.
#include "gdx/part_ids.h"
#include "gdx/clock.h"
#include "gdx/file.h"
#include "measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SORTING_BYTES = 16 << 20, MERGING_BYTES = 64 << 20, TWICE_EVERY = 100 };

static void check(gdx_status status, const gdx_error *err) {
    char words[GDX_ERROR_TEXT_BYTES];
    if (status == GDX_OK)
        return;
    fprintf(stderr, "bench_part_ids: %s\n", gdx_error_text(err, words));
    exit(1);
}

static char *part_path(const char *folder, uint64_t part) {
    char *path = NULL;
    if (asprintf(&path, "%s/ids-%" PRIu64, folder, part) < 0)
        abort();
    return path;
}

// Document `number` of a part; every hundredth is the one that follows it in the part before.
static gdx_part_id make_id(uint64_t part, uint64_t number, uint64_t each) {
    char id[64];
    bool is_twice = part > 0 && number % TWICE_EVERY == 0;
    int bytes = snprintf(id, sizeof id, "news/2023/%012" PRIu64 ".txt", (part - is_twice) * each + number + is_twice);
    return gdx_part_id_of((gdx_slice){id, (size_t)bytes}, 0, (uint32_t)number);
}

static void write_part(const char *folder, uint64_t part, uint64_t each) {
    gdx_part_ids *ids = NULL;
    gdx_output *output = NULL;
    gdx_error err = {0};
    char *path = part_path(folder, part);
    check(gdx_part_ids_new(folder, SORTING_BYTES, &ids, &err), &err);
    for (uint64_t i = 0; i < each; i++)
        check(gdx_part_ids_add(ids, make_id(part, i, each), &err), &err);
    check(gdx_output_open(path, &output, &err), &err);
    check(gdx_part_ids_write(ids, output, &err), &err);
    check(gdx_output_commit(output, NULL, &err), &err);
    gdx_part_ids_free(ids);
    free(path);
}

static uint64_t merge_parts(const gdx_part_ids_source *sources, size_t count, uint64_t *out_twice) {
    gdx_part_ids_merge *merge = NULL;
    gdx_error err = {0};
    uint64_t last = 0, ids = 0;
    check(gdx_part_ids_merge_open(sources, count, MERGING_BYTES, &merge, &err), &err);
    for (bool has = true;;) {
        gdx_part_id id;
        uint32_t source;
        check(gdx_part_ids_merge_next(merge, &id, &source, &has, &err), &err);
        if (!has)
            break;
        *out_twice += ids++ > 0 && id.hash == last;
        last = id.hash;
    }
    gdx_part_ids_merge_close(merge);
    return ids;
}

int main(int count, char **words) {
    if (count != 4) {
        fprintf(stderr, "usage: bench_part_ids IDS PARTS FOLDER\n");
        return 2;
    }
    uint64_t parts = strtoull(words[2], NULL, 10), each = parts ? strtoull(words[1], NULL, 10) / parts : 0, twice = 0;
    gdx_part_ids_source *sources = calloc(parts + 1, sizeof *sources);
    char **paths = calloc(parts + 1, sizeof(char *));
    if (!sources || !paths || each == 0)
        return 2;
    uint64_t begin = gdx_now_ns(), used = processor_ns();
    for (uint64_t i = 0; i < parts; i++) {
        write_part(words[3], i, each);
        paths[i] = part_path(words[3], i);
        sources[i] = (gdx_part_ids_source){paths[i], 0, each, true};
    }
    printf("sorted %" PRIu64 " ids in %" PRIu64 " parts: %.1f s, %.1f s of processors, peak %.1f MB\n", each * parts,
           parts, (double)(gdx_now_ns() - begin) / 1e9, (double)(processor_ns() - used) / 1e9,
           (double)peak_bytes() / 1e6);
    peak_reset();
    begin = gdx_now_ns();
    used = processor_ns();
    uint64_t ids = merge_parts(sources, parts, &twice);
    printf("merged %" PRIu64 " ids, %" PRIu64 " of them in two parts: %.1f s, %.1f s of processors, peak %.1f MB\n",
           ids, twice, (double)(gdx_now_ns() - begin) / 1e9, (double)(processor_ns() - used) / 1e9,
           (double)peak_bytes() / 1e6);
    for (uint64_t i = 0; i < parts; i++) {
        unlink(paths[i]);
        free(paths[i]);
    }
    free(paths);
    free(sources);
    return 0;
}
