// SPDX-License-Identifier: Apache-2.0
// inputs.c: walks the paths given. Relies on fts(3), which sorts, follows symbolic links and notices loops.

#include "inputs.h"

#include "gdx/base_folder.h"
#include "place.h"
#include "select.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct lister { // of one listing
    struct inputs *inputs;
    const gdx_batch_options *options;
    struct refusals *refusals;
    size_t folder;       // of inputs->folders, while one is walked
    size_t folder_bytes; // of its path
    gdx_buffer place;    // of the file at hand
    gdx_buffer name;
};

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory to list the inputs");
}

static gdx_status add_finding(struct lister *lister, struct refusal finding, gdx_error *err) {
    return refusals_add(lister->refusals, &finding) == GDX_OK ? GDX_OK : no_memory(err);
}

static gdx_status refuse(struct lister *lister, const char *path, const char *kind, gdx_status why, const char *reason,
                         gdx_error *err) {
    return add_finding(lister,
                       (struct refusal){.path = gdx_slice_of(path),
                                        .reason = gdx_slice_of(reason),
                                        .kind = gdx_slice_of(kind),
                                        .status = why,
                                        .class = GDX_BATCH_REFUSED},
                       err);
}

// Named, so that nobody looks for what is in it in vain, but no refusal.
static gdx_status leave_out(struct lister *lister, const char *path, const char *kind, const char *reason,
                            gdx_error *err) {
    return add_finding(lister,
                       (struct refusal){.path = gdx_slice_of(path),
                                        .reason = gdx_slice_of(reason),
                                        .kind = gdx_slice_of(kind),
                                        .class = GDX_BATCH_LEFT_OUT},
                       err);
}

static gdx_status refuse_for_errno(struct lister *lister, const char *path, int number, gdx_error *err) {
    char reason[256];
    bool is_missing = number == ENOENT || number == ENOTDIR;
    if (is_missing)
        return refuse(lister, path, "missing path", GDX_NOT_FOUND, "there is no such file or folder", err);
    snprintf(reason, sizeof reason, "cannot be read: %s", strerrordesc_np(number));
    return refuse(lister, path, "unreadable", GDX_IO, reason, err);
}

// ---- one file

static gdx_status keep(struct lister *lister, gdx_slice text, gdx_slice *out, gdx_error *err) {
    return gdx_arena_copy(lister->inputs->arena, text, out) == GDX_OK ? GDX_OK : no_memory(err);
}

static gdx_status choose_source(struct lister *lister, struct input *input, gdx_error *err) {
    if (lister->options->source)
        return keep(lister, gdx_slice_of(lister->options->source), &input->source, err);
    gdx_slice folder = input->is_stream ? (gdx_slice){"", 0} : place_folder_name(input->place);
    gdx_buffer name = {0};
    gdx_status status = name_escape(folder, &name) == GDX_OK ? GDX_OK : no_memory(err);
    if (status == GDX_OK)
        status = keep(lister, gdx_buffer_slice(&name), &input->source, err);
    gdx_buffer_clear(&name);
    return status;
}

static gdx_status add_input(struct lister *lister, struct input input, const char *path, gdx_error *err) {
    struct inputs *inputs = lister->inputs;
    gdx_slice copy;
    gdx_status status = keep(lister, gdx_slice_of(path), &copy, err);
    if (status == GDX_OK)
        status = choose_source(lister, &input, err);
    if (status == GDX_OK &&
        gdx_grow(&inputs->items, &inputs->capacity, inputs->count + 1, sizeof *inputs->items) != GDX_OK)
        status = no_memory(err);
    if (status != GDX_OK)
        return status;
    input.path = copy.data;
    inputs->items[inputs->count++] = input;
    return GDX_OK;
}

// A file or pipe whose place is at hand.
static gdx_status add_placed(struct lister *lister, const char *path, struct input input, gdx_error *err) {
    lister->name.bytes = 0;
    if (name_of_place(lister->inputs->base, gdx_buffer_slice(&lister->place), &lister->name) != GDX_OK)
        return no_memory(err);
    if (lister->name.bytes > ID_BYTES_MOST)
        return refuse(lister, path, "too large", GDX_TOO_LARGE, "its path is over 1024 bytes, the most an id may have",
                      err);
    gdx_status status = keep(lister, gdx_buffer_slice(&lister->place), &input.place, err);
    if (status == GDX_OK)
        status = keep(lister, gdx_buffer_slice(&lister->name), &input.id, err);
    return status == GDX_OK ? add_input(lister, input, path, err) : status;
}

// `relative`: the path that patterns are held against.
static gdx_status add_file(struct lister *lister, const char *path, const char *relative, uint64_t bytes,
                           gdx_error *err) {
    char words[GDX_INPUT_WORDS_BYTES];
    struct input input = {.bytes = bytes, .to = UINT64_MAX};
    if (is_excluded(lister->options, relative))
        return leave_out(lister, path, "excluded", "left out by --exclude", err);
    if (!is_wanted(lister->options, relative))
        return leave_out(lister, path, "not wanted", "left out: no --glob matches it", err);
    input.kind = gdx_input_with_converter(lister->options->converter, path, gdx_input_kind_of(path, words), words);
    if (input.kind == GDX_INPUT_IGNORED) // what holds text is told by its bytes, whatever its name
        return add_finding(lister, refusal_of_kind(gdx_slice_of(path), input.kind, words), err);
    return add_placed(lister, path, input, err);
}

// ---- folders

// Whether what is there is gone is not known.
static gdx_status note_unread(struct lister *lister, gdx_error *err) {
    struct inputs *inputs = lister->inputs;
    gdx_slice kept;
    gdx_status status = keep(lister, gdx_buffer_slice(&lister->place), &kept, err);
    if (status != GDX_OK)
        return status;
    if (gdx_grow(&inputs->unread, &inputs->unread_capacity, inputs->unread_count + 1, sizeof *inputs->unread) != GDX_OK)
        return no_memory(err);
    inputs->unread[inputs->unread_count++] = kept;
    return GDX_OK;
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_index(const char *folder) {
    char magic[8];
    char *path = gdx_path_join(folder, "manifest");
    FILE *file = path ? fopen(path, "rbe") : NULL;
    bool is = file && fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "gdxmanif", 8) == 0;
    if (file)
        fclose(file);
    free(path);
    return is;
}

static gdx_status enter_folder(struct lister *lister, FTS *walk, FTSENT *entry, const char *relative, gdx_error *err) {
    bool is_given = entry->fts_level == FTS_ROOTLEVEL;
    const char *kind = NULL, *reason = NULL;
    if (!is_given && entry->fts_name[0] == '.') {
        kind = "hidden name";
        reason = "a hidden folder, by its name: not looked into";
    } else if (is_index(entry->fts_path)) {
        kind = "index folder";
        reason = "the folder of an index: not looked into";
    } else if (!is_given && is_excluded(lister->options, relative)) {
        kind = "excluded";
        reason = "a folder left out by --exclude";
    }
    if (!kind)
        return GDX_OK;
    fts_set(walk, entry, FTS_SKIP);
    lister->inputs->folders[lister->folder].has_contents |= is_given;
    gdx_status status = note_unread(lister, err);
    return status == GDX_OK ? leave_out(lister, entry->fts_path, kind, reason, err) : status;
}

// One entry of the walk.
static gdx_status add_entry(struct lister *lister, FTS *walk, FTSENT *entry, gdx_error *err) {
    struct input_folder *folder = &lister->inputs->folders[lister->folder];
    const char *relative = entry->fts_path + lister->folder_bytes;
    relative += strspn(relative, "/");
    lister->place.bytes = 0;
    gdx_status status = place_join(folder->place, relative, &lister->place, err);
    if (status != GDX_OK)
        return status;
    if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP)
        folder->has_contents = true;
    switch (entry->fts_info) {
    case FTS_F:
        return add_file(lister, entry->fts_path, relative, (uint64_t)entry->fts_statp->st_size, err);
    case FTS_D:
        return enter_folder(lister, walk, entry, relative, err);
    case FTS_DP:
        return GDX_OK;
    case FTS_DC:
        status = note_unread(lister, err);
        return status != GDX_OK ? status
                                : leave_out(lister, entry->fts_path, "loop",
                                            "a loop: this folder is one of those that lead to it", err);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        folder->is_whole = false;
        return refuse_for_errno(lister, entry->fts_path, entry->fts_errno == ENOENT ? EIO : entry->fts_errno, err);
    case FTS_SL:
    case FTS_SLNONE:
        status = note_unread(lister, err);
        return status != GDX_OK
                   ? status
                   : leave_out(lister, entry->fts_path, "link to nothing", "a symbolic link to nothing", err);
    default:
        return leave_out(lister, entry->fts_path, "device", "not a regular file (a device, pipe or socket)", err);
    }
}

static gdx_status walk_folder(struct lister *lister, const char *folder, gdx_error *err) {
    char *const roots[] = {(char *)(uintptr_t)folder, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (!walk)
        return gdx_fail_at_errno(err, errno, folder, "cannot be listed");
    gdx_status status = GDX_OK;
    errno = 0;
    for (FTSENT *entry; status == GDX_OK && (entry = fts_read(walk)) != NULL; errno = 0)
        status = add_entry(lister, walk, entry, err);
    if (status == GDX_OK && errno != 0)
        status = gdx_fail_at_errno(err, errno, folder, "cannot be listed");
    fts_close(walk);
    return status;
}

static gdx_status add_folder(struct lister *lister, const char *path, gdx_error *err) {
    struct inputs *inputs = lister->inputs;
    if (gdx_grow(&inputs->folders, &inputs->folder_capacity, inputs->folder_count + 1, sizeof *inputs->folders) !=
        GDX_OK)
        return no_memory(err);
    struct input_folder *folder = &inputs->folders[inputs->folder_count];
    *folder = (struct input_folder){.path = path, .is_whole = true};
    gdx_status status = keep(lister, gdx_buffer_slice(&lister->place), &folder->place, err);
    if (status != GDX_OK)
        return status;
    lister->folder = inputs->folder_count++;
    lister->folder_bytes = strlen(path);
    return walk_folder(lister, path, err);
}

// ---- what is given

static gdx_status add_standard_input(struct lister *lister, gdx_error *err) {
    const struct input input = {
        .kind = GDX_INPUT_RECORDS, .id = gdx_slice_of("-"), .place = {"", 0}, .to = UINT64_MAX, .is_stream = true};
    return add_input(lister, input, "-", err);
}

// A pipe is read once, from its start to its end; what its name does not tell is JSON Lines.
static gdx_status add_stream(struct lister *lister, const char *path, gdx_error *err) {
    struct input input = {.to = UINT64_MAX, .is_stream = true};
    input.kind = gdx_input_kind_of(path, NULL);
    if (!gdx_input_has_known_name(path))
        input.kind = GDX_INPUT_RECORDS;
    if (input.kind == GDX_INPUT_IGNORED)
        return add_file(lister, path, path, 0, err); // which says why not
    return add_placed(lister, path, input, err);
}

static bool is_standard_input(const char *path) {
    return strcmp(path, "-") == 0 || strcmp(path, "/dev/stdin") == 0 || strcmp(path, "/dev/fd/0") == 0 ||
           strcmp(path, "/proc/self/fd/0") == 0;
}

static gdx_status add_path(struct lister *lister, const char *path, gdx_error *err) {
    if (is_standard_input(path))
        return add_standard_input(lister, err);
    struct stat info;
    if (stat(path, &info) != 0)
        return refuse_for_errno(lister, path, errno, err);
    lister->place.bytes = 0;
    gdx_status status = place_of_path(lister->inputs->base, path, &lister->place, err);
    if (status != GDX_OK)
        return status;
    if (S_ISDIR(info.st_mode))
        return add_folder(lister, path, err);
    bool is_descriptor = strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/self/fd/", 14) == 0;
    if (S_ISFIFO(info.st_mode) || (is_descriptor && S_ISREG(info.st_mode)))
        return add_stream(lister, path, err);
    if (!S_ISREG(info.st_mode))
        return leave_out(lister, path, "device", "not a regular file, folder or pipe", err);
    const char *relative = path;
    while (relative[0] == '.' && relative[1] == '/')
        relative += 2;
    return add_file(lister, path, relative, (uint64_t)info.st_size, err);
}

// ---- the whole

_Thread_local static const struct input *sorted_items;

static int compare_inputs(const void *a, const void *b) {
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    int order = gdx_slice_compare(sorted_items[left].id, sorted_items[right].id);
    return order ? order : (left > right) - (left < right);
}

// A file that was given in several ways is read once, where it was given first.
static gdx_status drop_repeated(struct inputs *inputs, gdx_error *err) {
    size_t *order = calloc(inputs->count + 1, sizeof *order);
    if (!order)
        return no_memory(err);
    for (size_t i = 0; i < inputs->count; i++)
        order[i] = i;
    sorted_items = inputs->items;
    qsort(order, inputs->count, sizeof *order, compare_inputs);
    for (size_t i = 1; i < inputs->count; i++) {
        const struct input *before = &inputs->items[order[i - 1]];
        if (gdx_slice_equal(before->id, inputs->items[order[i]].id))
            inputs->items[order[i]].path = NULL;
    }
    free(order);
    size_t kept = 0;
    for (size_t i = 0; i < inputs->count; i++)
        if (inputs->items[i].path)
            inputs->items[kept++] = inputs->items[i];
    inputs->count = kept;
    return GDX_OK;
}

static void add_sizes(struct inputs *inputs) {
    for (size_t i = 0; i < inputs->count; i++) {
        const struct input *input = &inputs->items[i];
        inputs->bytes += input->bytes;
        if (input->is_stream || gdx_input_is_container(input->kind))
            inputs->is_size_known = false;
        if (input->is_stream)
            inputs->is_total_known = false;
    }
}

static gdx_status find_base(struct lister *lister, gdx_error *err) {
    if (lister->options->base)
        return keep(lister, gdx_slice_of(lister->options->base), &lister->inputs->base, err);
    gdx_buffer base = {0};
    gdx_status status = gdx_base_folder_find(NULL, NULL, &base, err);
    if (status == GDX_OK)
        status = keep(lister, gdx_buffer_slice(&base), &lister->inputs->base, err);
    gdx_buffer_clear(&base);
    return status;
}

gdx_status inputs_list(struct inputs *inputs, const char *const *paths, size_t path_count,
                       const gdx_batch_options *options, struct refusals *refusals, gdx_error *err) {
    *inputs = (struct inputs){.is_size_known = true,
                              .is_total_known = true,
                              .is_source_given = options->source != NULL,
                              .arena = gdx_arena_new()};
    if (!inputs->arena)
        return no_memory(err);
    struct lister lister = {.inputs = inputs, .options = options, .refusals = refusals};
    gdx_status status = find_base(&lister, err);
    for (size_t i = 0; status == GDX_OK && i < path_count; i++)
        status = add_path(&lister, paths[i], err);
    if (status == GDX_OK)
        status = drop_repeated(inputs, err);
    add_sizes(inputs);
    gdx_buffer_clear(&lister.place);
    gdx_buffer_clear(&lister.name);
    return status;
}

void inputs_clear(struct inputs *inputs) {
    gdx_arena_free(inputs->arena);
    free(inputs->items);
    free(inputs->folders);
    free(inputs->unread);
    *inputs = (struct inputs){0};
}
