// SPDX-License-Identifier: Apache-2.0
// base_folder.c: see gdx/base_folder.h. The file holds one line, escaped as names are.

#include "gdx/base_folder.h"

#include "place.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_BYTES_MOST = 4 * PATH_MAX };

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail_memory(err, "the base folder");
}

static gdx_status real_path(const char *path, gdx_buffer *out, gdx_error *err) {
    char *real = realpath(path, NULL);
    if (!real)
        return gdx_fail_at_errno(err, errno, path, "cannot be the base folder");
    struct stat info;
    gdx_status status = GDX_OK;
    if (stat(real, &info) != 0 || !S_ISDIR(info.st_mode))
        status = gdx_fail_at(err, GDX_NOT_FOUND, path, "cannot be the base folder: it is no folder");
    if (status == GDX_OK && gdx_buffer_append(out, real, strlen(real)) != GDX_OK)
        status = no_memory(err);
    free(real);
    return status;
}

// The relative path that an index keeps, unescaped and ended by a zero. *out_has false: it keeps none.
static gdx_status read_kept(const char *directory, gdx_buffer *out, bool *out_has, gdx_error *err) {
    char *path = gdx_path_join(directory, "base");
    if (!path)
        return no_memory(err);
    gdx_buffer line = {0};
    gdx_error why = {0};
    gdx_status status = gdx_read_file(path, KEPT_BYTES_MOST, &line, &why);
    free(path);
    *out_has = status == GDX_OK;
    if (status == GDX_OK) {
        gdx_slice text = gdx_buffer_slice(&line);
        text.bytes -= text.bytes && text.data[text.bytes - 1] == '\n';
        status = name_unescape(text, out);
        if (status == GDX_OK)
            status = gdx_buffer_append(out, "", 1);
    } else if (status == GDX_NOT_FOUND) {
        status = GDX_OK;
    }
    gdx_buffer_clear(&line);
    return status == GDX_OK ? GDX_OK : (why.status ? gdx_error_pass(err, &why) : no_memory(err));
}

static gdx_status resolve_kept(const char *directory, const char *kept, gdx_buffer *out, gdx_error *err) {
    gdx_buffer real = {0}, path = {0};
    gdx_status status = real_path(directory, &real, err);
    if (status == GDX_OK)
        status = place_join(gdx_buffer_slice(&real), kept, &path, err);
    if (status == GDX_OK && gdx_buffer_append(&path, "", 1) != GDX_OK)
        status = no_memory(err);
    struct stat info;
    if (status == GDX_OK && (stat((const char *)path.data, &info) != 0 || !S_ISDIR(info.st_mode)))
        status = gdx_fail_at(err, GDX_PRECONDITION, directory,
                             "its base folder %s is not there, and ids are relative to it; where the documents' folder "
                             "is now, give it: --base FOLDER",
                             (const char *)path.data);
    if (status == GDX_OK)
        status = gdx_buffer_append(out, path.data, path.bytes - 1);
    gdx_buffer_clear(&real);
    gdx_buffer_clear(&path);
    return status;
}

gdx_status gdx_base_folder_find(const char *directory, const char *given, gdx_buffer *out, gdx_error *err) {
    if (given)
        return real_path(given, out, err);
    gdx_buffer kept = {0};
    bool has = false;
    gdx_status status = directory ? read_kept(directory, &kept, &has, err) : GDX_OK;
    if (status == GDX_OK && has)
        status = resolve_kept(directory, (const char *)kept.data, out, err);
    else if (status == GDX_OK)
        status = real_path(".", out, err);
    gdx_buffer_clear(&kept);
    return status;
}

// "../../news" from /data/index/a to /data/news.
static gdx_status relative_path(gdx_slice from, gdx_slice to, gdx_buffer *out) {
    gdx_slice rest;
    gdx_status status = GDX_OK;
    while (status == GDX_OK && !place_is_below(to, from, &rest)) {
        status = gdx_buffer_append(out, out->bytes ? "/.." : "..", out->bytes ? 3 : 2);
        while (from.bytes > 1 && from.data[--from.bytes] != '/')
            continue;
        from.bytes += from.bytes == 0;
    }
    if (status == GDX_OK && out->bytes && rest.bytes)
        status = gdx_buffer_append(out, "/", 1);
    return status == GDX_OK ? name_escape(rest, out) : status;
}

static gdx_status write_kept(const char *directory, gdx_slice line, gdx_error *err) {
    char *path = gdx_path_join(directory, "base");
    if (!path)
        return no_memory(err);
    gdx_output *output = NULL;
    gdx_status status = gdx_output_open(path, &output, err);
    if (status == GDX_OK)
        status = gdx_output_write(output, line.data, line.bytes, err);
    if (status == GDX_OK)
        status = gdx_output_commit(output, NULL, err);
    else
        gdx_output_abort(output);
    free(path);
    return status == GDX_OK ? gdx_sync_directory(directory, err) : status;
}

gdx_status gdx_base_folder_keep(const char *directory, gdx_slice base, gdx_error *err) {
    gdx_buffer real = {0}, line = {0}, kept = {0}, before = {0};
    bool has = false;
    gdx_status status = read_kept(directory, &kept, &has, err);
    if (status == GDX_OK)
        status = real_path(directory, &real, err);
    if (status == GDX_OK && has)
        status = place_join(gdx_buffer_slice(&real), (const char *)kept.data, &before, err);
    if (status == GDX_OK && !(has && gdx_slice_equal(gdx_buffer_slice(&before), base))) {
        if (relative_path(gdx_buffer_slice(&real), base, &line) != GDX_OK ||
            gdx_buffer_append(&line, "\n", 1) != GDX_OK)
            status = no_memory(err);
        if (status == GDX_OK)
            status = write_kept(directory, gdx_buffer_slice(&line), err);
    }
    gdx_buffer_clear(&real);
    gdx_buffer_clear(&line);
    gdx_buffer_clear(&kept);
    gdx_buffer_clear(&before);
    return status;
}
