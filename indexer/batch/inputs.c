// SPDX-License-Identifier: Apache-2.0
// inputs.c: walks the paths given. Relies on fts(3), which sorts, follows symbolic links and notices loops.

#include "inputs.h"

#include "gdx/decode.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory to list the inputs");
}

static gdx_status refuse(struct refusals *refusals, const char *path, gdx_status status, const char *reason,
                         gdx_error *err) {
    struct refusal refusal = {.path = gdx_slice_of(path), .reason = gdx_slice_of(reason), .status = status};
    return refusals_add(refusals, &refusal) == GDX_OK ? GDX_OK : no_memory(err);
}

// Bytes of the character at `at`; 0 when it is none, or a control character.
static size_t plain_character(const char *at, const char *end) {
    if ((unsigned char)*at < 0x20 || *at == 0x7f)
        return 0;
    for (size_t bytes = 1; bytes <= 4 && bytes <= (size_t)(end - at); bytes++)
        if (gdx_utf8_valid((gdx_slice){at, bytes}))
            return bytes;
    return 0;
}

gdx_status id_of_path(gdx_slice path, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    const char *end = path.data + path.bytes;
    for (const char *at = path.data; status == GDX_OK && at < end;) {
        size_t bytes = plain_character(at, end);
        status = bytes ? gdx_buffer_append(out, at, bytes)
                       : gdx_buffer_append_format(out, "%%%02X", (unsigned)(unsigned char)*at);
        at += bytes ? bytes : 1;
    }
    return status;
}

// Named, so that nobody looks for what is in it in vain, but no refusal: .git and the like are nobody's documents.
static gdx_status note_hidden(struct refusals *refusals, const char *path, gdx_error *err) {
    struct refusal note = {.path = gdx_slice_of(path),
                           .reason = gdx_slice_of("a hidden folder, by its name: not looked into"),
                           .status = GDX_UNSUPPORTED,
                           .is_note = true};
    return refusals_add(refusals, &note) == GDX_OK ? GDX_OK : no_memory(err);
}

static gdx_status add_input(struct inputs *inputs, struct input input, gdx_slice path, gdx_slice id, gdx_error *err) {
    gdx_slice copy;
    gdx_status status = gdx_grow(&inputs->items, &inputs->capacity, inputs->count + 1, sizeof *inputs->items);
    if (status == GDX_OK)
        status = gdx_arena_copy(inputs->arena, path, &copy);
    if (status == GDX_OK)
        status = gdx_arena_copy(inputs->arena, id, &input.id);
    if (status != GDX_OK)
        return no_memory(err);
    input.path = copy.data;
    inputs->items[inputs->count++] = input;
    inputs->bytes += input.bytes;
    if (input.kind == GDX_INPUT_COMPRESSED || input.kind == GDX_INPUT_ARCHIVE)
        inputs->is_size_known = false;
    return GDX_OK;
}

static gdx_status add_file(struct inputs *inputs, const char *path, const char *id, uint64_t bytes, gdx_slice source,
                           struct refusals *refusals, gdx_error *err) {
    struct input input = {.bytes = bytes, .source = source};
    input.kind = gdx_input_kind_of(path, &input.inner);
    if (input.kind == GDX_INPUT_IGNORED)
        return refuse(refusals, path, GDX_UNSUPPORTED, "not a kind of file that holds text, by its name", err);
    gdx_buffer spelled = {0};
    gdx_status status = id_of_path(gdx_slice_of(id), &spelled);
    if (status != GDX_OK)
        status = no_memory(err);
    else if (spelled.bytes > ID_BYTES_MOST)
        status = refuse(refusals, path, GDX_TOO_LARGE, "its path is over 1024 bytes, the most an id may have", err);
    else
        status = add_input(inputs, input, gdx_slice_of(path), gdx_buffer_slice(&spelled), err);
    gdx_buffer_clear(&spelled);
    return status;
}

// What the folder holds, or whether the file is there still, is not known.
static gdx_status note_unread(struct inputs *inputs, const char *id, gdx_error *err) {
    gdx_buffer spelled = {0};
    gdx_slice kept;
    gdx_status status =
        gdx_grow(&inputs->unread, &inputs->unread_capacity, inputs->unread_count + 1, sizeof *inputs->unread);
    if (status == GDX_OK)
        status = id_of_path(gdx_slice_of(id), &spelled);
    if (status == GDX_OK)
        status = gdx_arena_copy(inputs->arena, gdx_buffer_slice(&spelled), &kept);
    if (status == GDX_OK)
        inputs->unread[inputs->unread_count++] = kept;
    gdx_buffer_clear(&spelled);
    return status == GDX_OK ? GDX_OK : no_memory(err);
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

// One entry of the walk below `folder`.
static gdx_status add_entry(struct inputs *inputs, FTS *walk, FTSENT *entry, size_t folder_bytes, gdx_slice source,
                            struct refusals *refusals, gdx_error *err) {
    char reason[256];
    gdx_status status;
    const char *id = entry->fts_path + folder_bytes;
    while (*id == '/')
        id++;
    switch (entry->fts_info) {
    case FTS_F:
        return add_file(inputs, entry->fts_path, id, (uint64_t)entry->fts_statp->st_size, source, refusals, err);
    case FTS_D:
        if (entry->fts_level == 0 || entry->fts_name[0] != '.')
            return GDX_OK;
        fts_set(walk, entry, FTS_SKIP);
        return note_hidden(refusals, entry->fts_path, err);
    case FTS_DP:
        return GDX_OK;
    case FTS_DC:
        return refuse(refusals, entry->fts_path, GDX_INVALID,
                      "a loop: this folder is one of those that lead to it, so it is not entered again", err);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        snprintf(reason, sizeof reason, "cannot be read: %s", strerrordesc_np(entry->fts_errno));
        status = note_unread(inputs, id, err);
        return status != GDX_OK ? status : refuse(refusals, entry->fts_path, GDX_IO, reason, err);
    case FTS_SL:
    case FTS_SLNONE:
        return refuse(refusals, entry->fts_path, GDX_NOT_FOUND, "a symbolic link to nothing", err);
    default:
        return refuse(refusals, entry->fts_path, GDX_INVALID, "not a regular file (a device, pipe or socket)", err);
    }
}

static gdx_status walk_folder(struct inputs *inputs, const char *folder, gdx_slice source, struct refusals *refusals,
                              gdx_error *err) {
    char *const roots[] = {(char *)(uintptr_t)folder, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (!walk)
        return gdx_fail_at_errno(err, errno, folder, "cannot be listed");
    gdx_status status = GDX_OK;
    errno = 0;
    for (FTSENT *entry; status == GDX_OK && (entry = fts_read(walk)) != NULL; errno = 0)
        status = add_entry(inputs, walk, entry, strlen(folder), source, refusals, err);
    if (status == GDX_OK && errno != 0)
        status = gdx_fail_at_errno(err, errno, folder, "cannot be listed");
    fts_close(walk);
    return status;
}

// The last component of a path: "news" of "/data/news/".
static gdx_slice base_name(const char *path) {
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    gdx_slice name = {path + begin, end - begin};
    bool is_dots = (name.bytes == 1 && name.data[0] == '.') || (name.bytes == 2 && memcmp(name.data, "..", 2) == 0);
    return is_dots ? (gdx_slice){"", 0} : name;
}

static gdx_status add_folder(struct inputs *inputs, const char *folder, const char *source, struct refusals *refusals,
                             gdx_error *err) {
    gdx_slice named;
    gdx_status status = gdx_arena_copy(inputs->arena, source ? gdx_slice_of(source) : base_name(folder), &named);
    if (status == GDX_OK)
        status = gdx_grow(&inputs->folder_sources, &inputs->folder_source_capacity, inputs->folder_source_count + 1,
                          sizeof *inputs->folder_sources);
    if (status != GDX_OK)
        return no_memory(err);
    inputs->folder_sources[inputs->folder_source_count++] = named;
    return walk_folder(inputs, folder, named, refusals, err);
}

static gdx_status add_path(struct inputs *inputs, const char *path, const char *source, struct refusals *refusals,
                           gdx_error *err) {
    if (strcmp(path, "-") == 0) {
        inputs->is_size_known = inputs->is_total_known = false;
        return add_input(inputs, (struct input){.kind = GDX_INPUT_RECORDS}, gdx_slice_of("-"), gdx_slice_of("-"), err);
    }
    struct stat info;
    if (stat(path, &info) != 0)
        return gdx_fail_at_errno(err, errno, path, "cannot be indexed");
    if (S_ISDIR(info.st_mode))
        return add_folder(inputs, path, source, refusals, err);
    if (!S_ISREG(info.st_mode))
        return refuse(refusals, path, GDX_INVALID, "not a regular file or folder (for a pipe use -)", err);
    gdx_slice named = {"", 0};
    if (source && gdx_arena_copy(inputs->arena, gdx_slice_of(source), &named) != GDX_OK)
        return no_memory(err);
    const char *id = path;
    while (id[0] == '.' && id[1] == '/')
        id += 2;
    return add_file(inputs, path, id, (uint64_t)info.st_size, named, refusals, err);
}

gdx_status inputs_list(struct inputs *inputs, const char *const *paths, size_t path_count, const char *source,
                       struct refusals *refusals, gdx_error *err) {
    *inputs = (struct inputs){.is_size_known = true, .is_total_known = true, .arena = gdx_arena_new()};
    if (!inputs->arena)
        return no_memory(err);
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < path_count; i++)
        status = add_path(inputs, paths[i], source, refusals, err);
    return status;
}

void inputs_clear(struct inputs *inputs) {
    gdx_arena_free(inputs->arena);
    free(inputs->items);
    free(inputs->folder_sources);
    free(inputs->unread);
    *inputs = (struct inputs){0};
}
