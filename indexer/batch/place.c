// SPDX-License-Identifier: Apache-2.0
// place.c: see place.h.

#include "place.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail_memory(err, "the place of a file");
}

static gdx_status add_component(gdx_slice component, size_t root_bytes, gdx_buffer *out) {
    bool is_dot = component.bytes == 1 && component.data[0] == '.';
    if (component.bytes == 0 || is_dot)
        return GDX_OK;
    if (component.bytes == 2 && memcmp(component.data, "..", 2) == 0) {
        while (out->bytes > root_bytes && out->data[--out->bytes] != '/')
            continue;
        return GDX_OK;
    }
    gdx_status status = gdx_buffer_append(out, "/", 1);
    return status == GDX_OK ? gdx_buffer_append(out, component.data, component.bytes) : status;
}

static gdx_status add_components(const char *path, size_t root_bytes, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    while (status == GDX_OK && *path) {
        size_t bytes = strcspn(path, "/");
        status = add_component((gdx_slice){path, bytes}, root_bytes, out);
        path += bytes + (path[bytes] == '/');
    }
    return status;
}

gdx_status place_join(gdx_slice folder, const char *path, gdx_buffer *out, gdx_error *err) {
    size_t root_bytes = out->bytes;
    gdx_status status = GDX_OK;
    if (path[0] != '/' && folder.bytes > 1)
        status = gdx_buffer_append(out, folder.data, folder.bytes);
    if (status == GDX_OK)
        status = add_components(path, root_bytes, out);
    if (status == GDX_OK && out->bytes == root_bytes)
        status = gdx_buffer_append(out, "/", 1);
    return status == GDX_OK ? GDX_OK : no_memory(err);
}

bool place_is_below(gdx_slice place, gdx_slice folder, gdx_slice *out_rest) {
    size_t bytes = folder.bytes == 1 ? 0 : folder.bytes; // "/"
    if (place.bytes < bytes || memcmp(place.data, folder.data, bytes) != 0)
        return false;
    if (place.bytes > bytes && place.data[bytes] != '/')
        return false;
    size_t skipped = place.bytes > bytes ? bytes + 1 : bytes;
    if (out_rest)
        *out_rest = (gdx_slice){place.data + skipped, place.bytes - skipped};
    return true;
}

// The bytes of `place` that reach the folder `base` by another spelling; 0: none do.
static size_t find_base(gdx_slice base, gdx_slice place) {
    struct stat of_base, info;
    char prefix[PATH_MAX], base_path[PATH_MAX];
    if (base.bytes >= sizeof base_path || place.bytes >= sizeof prefix)
        return 0;
    snprintf(base_path, sizeof base_path, "%.*s", GDX_SLICE_ARGUMENTS(base));
    if (stat(base_path, &of_base) != 0)
        return 0;
    for (size_t bytes = place.bytes; bytes > 0; bytes--) {
        if (bytes < place.bytes && place.data[bytes] != '/')
            continue;
        snprintf(prefix, sizeof prefix, "%.*s", (int)bytes, place.data);
        if (stat(prefix, &info) == 0 && info.st_dev == of_base.st_dev && info.st_ino == of_base.st_ino)
            return bytes;
    }
    return 0;
}

gdx_status place_of_path(gdx_slice base, const char *path, gdx_buffer *out, gdx_error *err) {
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here))
        return gdx_fail_errno(err, errno, "the working folder cannot be read");
    size_t start = out->bytes;
    gdx_status status = place_join(gdx_slice_of(here), path, out, err);
    gdx_slice place = {(const char *)out->data + start, out->bytes - start};
    if (status != GDX_OK || place_is_below(place, base, NULL))
        return status;
    size_t bytes = find_base(base, place);
    if (bytes == 0)
        return GDX_OK;
    char rest[PATH_MAX];
    snprintf(rest, sizeof rest, "%.*s", (int)(place.bytes - bytes), place.data + bytes);
    out->bytes = start;
    return place_join(base, rest + (rest[0] == '/'), out, err);
}

// Bytes of the character at `at`; 0 when it is none, or one that a name escapes.
static size_t plain_character(const char *at, const char *end) {
    if ((unsigned char)*at < 0x20 || *at == 0x7f || *at == '%')
        return 0;
    if (*at == '\xc2' && end - at > 1 && (unsigned char)at[1] < 0xa0) // U+0080 to U+009F
        return 0;
    for (size_t bytes = 1; bytes <= 4 && bytes <= (size_t)(end - at); bytes++)
        if (gdx_utf8_valid((gdx_slice){at, bytes}))
            return bytes;
    return 0;
}

gdx_status name_escape(gdx_slice text, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    const char *end = text.data + text.bytes;
    for (const char *at = text.data; status == GDX_OK && at < end;) {
        size_t bytes = plain_character(at, end);
        bool is_pair =
            bytes == 0 && *at == '\xc2' && end - at > 1 && (unsigned char)at[1] < 0xa0 && (unsigned char)at[1] >= 0x80;
        if (bytes)
            status = gdx_buffer_append(out, at, bytes);
        else
            status = gdx_buffer_append_format(out, "%%%02X", (unsigned)(unsigned char)*at);
        if (status == GDX_OK && is_pair)
            status = gdx_buffer_append_format(out, "%%%02X", (unsigned)(unsigned char)at[1]);
        at += bytes ? bytes : 1 + (size_t)is_pair;
    }
    return status;
}

static int digit_of(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

gdx_status name_unescape(gdx_slice name, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < name.bytes; i++) {
        char byte = name.data[i];
        bool is_escape =
            byte == '%' && i + 2 < name.bytes && digit_of(name.data[i + 1]) >= 0 && digit_of(name.data[i + 2]) >= 0;
        if (is_escape) {
            byte = (char)(digit_of(name.data[i + 1]) << 4 | digit_of(name.data[i + 2]));
            i += 2;
        }
        status = gdx_buffer_append(out, &byte, 1);
    }
    return status;
}

gdx_status name_of_place(gdx_slice base, gdx_slice place, gdx_buffer *out) {
    gdx_slice rest = place;
    place_is_below(place, base, &rest);
    return name_escape(rest, out);
}

gdx_status place_of_name(gdx_slice base, gdx_slice name, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    if (name.bytes == 0 || name.data[0] != '/') {
        status = base.bytes > 1 ? gdx_buffer_append(out, base.data, base.bytes) : GDX_OK;
        if (status == GDX_OK)
            status = gdx_buffer_append(out, "/", 1);
    }
    return status == GDX_OK ? name_unescape(name, out) : status;
}

gdx_slice place_folder_name(gdx_slice place) {
    size_t end = place.bytes;
    while (end > 0 && place.data[end - 1] != '/')
        end--;
    end -= end > 0;
    size_t start = end;
    while (start > 0 && place.data[start - 1] != '/')
        start--;
    return (gdx_slice){place.data + start, end - start};
}
