// SPDX-License-Identifier: Apache-2.0
// file_list.c: see file_list.h. Standard input may be a pipe, so it is read to its end and not by its size.

#include "file_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { READ_BYTES = 64 << 10 };

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail_memory(err, "the list of files");
}

static gdx_status read_all(int descriptor, const char *name, gdx_buffer *out, gdx_error *err) {
    for (;;) {
        if (gdx_buffer_reserve(out, READ_BYTES) != GDX_OK)
            return no_memory(err);
        ssize_t bytes = read(descriptor, out->data + out->bytes, READ_BYTES);
        if (bytes == 0)
            return GDX_OK;
        if (bytes < 0 && errno != EINTR)
            return gdx_fail_at_errno(err, errno, name, "cannot be read");
        out->bytes += bytes > 0 ? (size_t)bytes : 0;
    }
}

static gdx_status read_text(const char *name, gdx_buffer *out, gdx_error *err) {
    bool is_input = strcmp(name, "-") == 0;
    int descriptor = is_input ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return gdx_fail_at_errno(err, errno, name, "cannot be opened");
    gdx_status status = read_all(descriptor, name, out, err);
    if (!is_input)
        close(descriptor);
    if (status == GDX_OK && gdx_buffer_append(out, "", 1) != GDX_OK)
        status = no_memory(err);
    return status;
}

static gdx_status add(struct file_list *list, const char *path, gdx_error *err) {
    if (gdx_grow(&list->paths, &list->capacity, list->count + 1, sizeof *list->paths) != GDX_OK)
        return no_memory(err);
    list->paths[list->count++] = path;
    return GDX_OK;
}

static gdx_status add_lines(struct file_list *list, gdx_buffer *text, char ending, gdx_error *err) {
    char *at = (char *)text->data, *end = at + text->bytes; // the last byte is a zero
    gdx_status status = GDX_OK;
    while (status == GDX_OK && at < end) {
        char *stop = memchr(at, ending, (size_t)(end - at));
        stop = stop ? stop : end - 1;
        *stop = 0;
        if (ending == '\n' && stop > at && stop[-1] == '\r')
            stop[-1] = 0;
        if (*at)
            status = add(list, at, err);
        at = stop + 1;
    }
    return status;
}

gdx_status file_list_fill(struct file_list *list, const struct command_arguments *arguments,
                          const struct option_list *files, bool ends_with_zero, gdx_error *err) {
    gdx_status status = GDX_OK;
    list->texts = calloc(files->count + 1, sizeof *list->texts);
    if (!list->texts)
        return no_memory(err);
    for (size_t i = 0; status == GDX_OK && i < arguments->count; i++)
        status = add(list, arguments->items[i], err);
    for (size_t i = 0; status == GDX_OK && i < files->count; i++) {
        gdx_buffer *text = &list->texts[list->text_count++];
        status = read_text(files->items[i], text, err);
        if (status == GDX_OK)
            status = add_lines(list, text, ends_with_zero ? 0 : '\n', err);
    }
    return status;
}

void file_list_clear(struct file_list *list) {
    for (size_t i = 0; i < list->text_count; i++)
        gdx_buffer_clear(&list->texts[i]);
    free(list->texts);
    free(list->paths);
    *list = (struct file_list){0};
}
