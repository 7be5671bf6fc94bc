// SPDX-License-Identifier: Apache-2.0
// work.c: see work.h.

#include "work.h"

#include "../support/folder.h"
#include "../support/small_index.h"

#include "gdx/backup.h"
#include "gdx/batch.h"
#include "gdx/parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char *later; // an index: the start, and one commit more
static char *parts; // a folder of two parts of one build

enum { PARTS = 2 };

#define START "b 供应链\nc 贸易\ne WTO 规则\na 价值链 2023\n"

static gdx_status commit_changes(gdx_index_writer *writer, gdx_error *err) {
    const struct small_document changed[] = {{"c", "全球贸易治理"}, {"f", "友岸外包 CPTPP"}};
    gdx_status status = small_add(writer, 1, changed, 2, err);
    if (status == GDX_OK)
        status = small_delete(writer, "a", err);
    return status == GDX_OK ? gdx_index_writer_commit(writer, err) : status;
}

static gdx_status delete_two(gdx_index_writer *writer, gdx_error *err) {
    gdx_status status = small_delete(writer, "b", err);
    if (status == GDX_OK)
        status = small_delete(writer, "e", err);
    return status == GDX_OK ? gdx_index_writer_commit(writer, err) : status;
}

static gdx_status merge_all(gdx_index_writer *writer, gdx_error *err) {
    gdx_merge_options options = {.to_one = true};
    gdx_status status = gdx_executor_new(2, &options.executor, err);
    if (status == GDX_OK)
        status = gdx_index_writer_merge(writer, &options, NULL, err);
    gdx_executor_free(options.executor);
    return status;
}

// Cuts so close that they divide segments.
static gdx_status merge_canonically(gdx_index_writer *writer, gdx_error *err) {
    const gdx_merge_options options = {.canonical = true, .cut_positions = 6};
    return gdx_index_writer_merge(writer, &options, NULL, err);
}

// To the compact shape and back, for which the text is cut into symbols again.
static gdx_status merge_to_compact_and_back(gdx_index_writer *writer, gdx_error *err) {
    static const gdx_shape shapes[] = {GDX_SHAPE_COMPACT, GDX_SHAPE_EXACT};
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes && status == GDX_OK; i++) {
        status = gdx_index_writer_set_shape(writer, shapes[i], err);
        if (status == GDX_OK)
            status = gdx_index_writer_commit(writer, err);
        if (status == GDX_OK)
            status = merge_all(writer, err);
    }
    return status;
}

// A batch, from a file beside the directory, made by work_make_start.
static gdx_status index_file_by(gdx_index_writer *writer, const gdx_batch_options *options, gdx_error *err) {
    char path[4096];
    snprintf(path, sizeof path, "%s-input.jsonl", gdx_index_writer_directory(writer));
    const char *paths[] = {path};
    gdx_batch_summary summary;
    return gdx_batch_run(writer, paths, 1, options, &summary, err);
}

static gdx_status index_file(gdx_index_writer *writer, gdx_error *err) {
    const gdx_batch_options options = {
        .threads = 1, .memory_bytes = 16 << 20, .strict = true, .merge = true, .base = "/"};
    return index_file_by(writer, &options, err);
}

// Each document is a slab and a run of its own.
static gdx_status index_runs(gdx_index_writer *writer, gdx_error *err) {
    const gdx_batch_options options = {.threads = 2,
                                       .memory_bytes = 48 << 20,
                                       .strict = true,
                                       .merge = true,
                                       .cuts = {.slab_bytes = 1, .run_bytes = 1}};
    return index_file_by(writer, &options, err);
}

static gdx_status with_writer(const char *directory, gdx_status (*act)(gdx_index_writer *writer, gdx_error *err),
                              gdx_error *err) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_status status = gdx_index_writer_open(directory, &writer, err);
    return status == GDX_OK && act ? act(writer, err) : status;
}

static gdx_status run_create(const char *directory, gdx_error *err) {
    return with_writer(directory, NULL, err);
}

static gdx_status run_commit(const char *directory, gdx_error *err) {
    return with_writer(directory, commit_changes, err);
}

static gdx_status run_delete(const char *directory, gdx_error *err) {
    return with_writer(directory, delete_two, err);
}

static gdx_status run_merge(const char *directory, gdx_error *err) {
    return with_writer(directory, merge_all, err);
}

static gdx_status run_canonical(const char *directory, gdx_error *err) {
    return with_writer(directory, merge_canonically, err);
}

static gdx_status run_compact(const char *directory, gdx_error *err) {
    return with_writer(directory, merge_to_compact_and_back, err);
}

static gdx_status run_batch(const char *directory, gdx_error *err) {
    return with_writer(directory, index_file, err);
}

static gdx_status run_batch_in_runs(const char *directory, gdx_error *err) {
    return with_writer(directory, index_runs, err);
}

static gdx_status run_update(const char *directory, gdx_error *err) {
    gdx_backup_figures figures;
    return gdx_index_backup(later, directory, &(gdx_backup_options){.updates = true}, &figures, err);
}

static gdx_status run_restore(const char *directory, gdx_error *err) {
    gdx_backup_figures figures;
    return gdx_index_restore(later, directory, &(gdx_backup_options){0}, &figures, err);
}

static gdx_status run_publish(const char *directory, gdx_error *err) {
    char names[PARTS][4096];
    const char *paths[PARTS];
    for (int i = 0; i < PARTS; i++) {
        snprintf(names[i], sizeof names[i], "%s/%d", parts, i);
        paths[i] = names[i];
    }
    gdx_publish_figures figures;
    return gdx_parts_publish(directory, paths, PARTS, &(gdx_publish_options){.adds = true}, &figures, err);
}

#define LATER "b 供应链\ne WTO 规则\nc 全球贸易治理\nf 友岸外包 CPTPP\n"

const struct work works[WORK_COUNT] = {
    {"create", run_create, NULL, ""},
    {"commit", run_commit, START, LATER},
    {"delete", run_delete, START, "c 贸易\na 价值链 2023\n"},
    {"merge", run_merge, START, START},
    {"canonical merge", run_canonical, START, START},
    {"batch", run_batch, START, "b 供应链\nc 贸易\ne WTO 规则\na 产业链 2024\ng 关税\n"},
    {"batch in runs", run_batch_in_runs, START, "b 供应链\nc 贸易\ne WTO 规则\na 产业链 2024\ng 关税\n"},
    {"update of a backup", run_update, START, LATER},
    {"restore", run_restore, START, LATER},
    {"publish", run_publish, START, "b 供应链\nc 贸易\ne WTO 规则\na 产业链 2024\ng 关税\n"},
    {"merges to compact segments and back", run_compact, START, START},
};

// ---- the start

static void must(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        fail_msg("%s: %s", gdx_status_name(status), err->message);
}

static void add(gdx_index_writer *writer, const struct small_document *documents, size_t count) {
    gdx_error err = {0};
    must(small_add(writer, 1, documents, count, &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
}

static void write_input(const char *directory) {
    char path[4096];
    snprintf(path, sizeof path, "%s-input.jsonl", directory);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("{\"id\":\"a\",\"text\":\"产业链 2024\"}\n{\"id\":\"g\",\"text\":\"关税\"}\n", file);
    assert_int_equal(fclose(file), 0);
}

// A document each, of which one is in the start, too.
static void make_parts(void) {
    parts = folder_new();
    write_input(parts);
    for (uint32_t i = 0; i < PARTS; i++) {
        char path[4096], input[4096];
        const char *paths[] = {input};
        const gdx_part_options options = {.shard = {i, PARTS}, .manner = ""};
        const gdx_batch_options batch = {.threads = 1, .memory_bytes = 16 << 20, .merge = true};
        gdx_part_build *part = NULL;
        gdx_batch_summary summary;
        gdx_error err = {0};
        bool is_first = false;
        snprintf(path, sizeof path, "%s/%u", parts, i);
        snprintf(input, sizeof input, "%s-input.jsonl", parts);
        must(gdx_part_build_open(path, &options, &part, &err), &err);
        must(gdx_part_build_run(part, paths, 1, &batch, &summary, &err), &err);
        must(gdx_part_build_finish(part, &is_first, &err), &err);
        gdx_part_build_close(part);
    }
}

void work_make_start(const char *folder) {
    gdx_index_writer *writer = NULL;
    gdx_error err = {0};
    must(gdx_index_writer_open(folder, &writer, &err), &err);
    add(writer, (const struct small_document[]){{"a", "产业链"}, {"b", "供应链"}, {"c", "贸易"}}, 3);
    add(writer, (const struct small_document[]){{"d", "美国 关税"}, {"e", "WTO 规则"}}, 2);
    add(writer, (const struct small_document[]){{"a", "价值链 2023"}}, 1);
    must(small_delete(writer, "d", &err), &err);
    must(gdx_index_writer_commit(writer, &err), &err);
    gdx_index_writer_close(writer);
    later = folder_new();
    work_copy(folder, later);
    must(run_commit(later, &err), &err);
    make_parts();
}

static void remove_with_input(char *folder) {
    char input[4096];
    snprintf(input, sizeof input, "%s-input.jsonl", folder);
    remove(input);
    folder_remove(folder);
}

void work_end(void) {
    remove_with_input(later);
    remove_with_input(parts);
}

void work_empty(const char *folder) {
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            assert_int_equal(unlinkat(dirfd(entries), entry->d_name, 0), 0);
    closedir(entries);
}

// Through memory that is kept: a buffer made and given back for each file took a seventh of fault_failures.
static void copy_file(const char *from, const char *to) {
    static char bytes[1 << 16];
    int source = open(from, O_RDONLY | O_CLOEXEC);
    int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    ssize_t got;
    assert_true(source >= 0 && target >= 0);
    while ((got = read(source, bytes, sizeof bytes)) > 0)
        assert_int_equal(write(target, bytes, (size_t)got), got);
    assert_int_equal(got, 0);
    assert_int_equal(close(target), 0);
    close(source);
}

void work_copy(const char *from, const char *to) {
    work_empty(to);
    write_input(to);
    DIR *entries = opendir(from);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        if (entry->d_name[0] != '.')
            copy_file(folder_path(from, entry->d_name), folder_path(to, entry->d_name));
    closedir(entries);
}
