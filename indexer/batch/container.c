// SPDX-License-Identifier: Apache-2.0
// container.c: archives and crawls as one thing that gives entry after entry. Relies on container.h.
// A crawl within an archive is read as it comes out of it, since it may be far larger than the memory.

#include "container.h"

#include "place.h"

#include <stdlib.h>
#include <strings.h>

gdx_status container_name(struct container *container, gdx_slice path, gdx_slice id) {
    container->path.bytes = container->id.bytes = 0;
    gdx_status status = gdx_buffer_append(&container->path, path.data, path.bytes);
    if (status == GDX_OK)
        status = gdx_buffer_append(&container->path, "", 1);
    if (status != GDX_OK)
        return status;
    container->path.bytes--;
    return gdx_buffer_append(&container->id, id.data, id.bytes);
}

void container_close(struct container *container) {
    gdx_crawl_close(container->crawl); // it may read from an archive that is closed after it
    gdx_archive_close(container->archive);
    container->crawl = NULL;
    container->archive = NULL;
    gdx_buffer_clear(&container->bytes);
}

void container_clear(struct container *container) {
    container_close(container);
    gdx_buffer_clear(&container->path);
    gdx_buffer_clear(&container->id);
}

// ---- opening

static bool ends_with(gdx_slice text, const char *end) {
    size_t bytes = strlen(end);
    return text.bytes >= bytes && strncasecmp(text.data + text.bytes - bytes, end, bytes) == 0;
}

// The bytes at hand, then the rest. What fails once is at its end, so that the crawl does not ask for ever.
static gdx_status pull(void *source, void *to, size_t room, size_t *out_bytes, gdx_error *err) {
    struct container *container = source;
    size_t left = container->bytes.bytes - container->given;
    *out_bytes = left < room ? left : room;
    if (left) {
        memcpy(to, container->bytes.data + container->given, *out_bytes);
        container->given += *out_bytes;
        return GDX_OK;
    }
    if (!container->rest || container->has_failed)
        return GDX_OK;
    gdx_pull rest = gdx_archive_pull(container->rest);
    gdx_status status = rest.read(rest.source, to, room, out_bytes, err);
    container->has_failed = status != GDX_OK;
    return status;
}

static gdx_status open_archive(struct container *container, bool is_file, gdx_archive *outer, gdx_error *err) {
    const char *name = (const char *)container->path.data;
    gdx_status status = is_file ? gdx_archive_open(name, container->kind, &container->archive, err)
                                : gdx_archive_open_memory(gdx_buffer_slice(&container->bytes), name, container->kind,
                                                          &container->archive, err);
    if (status != GDX_OK)
        return status;
    gdx_archive_limit(container->archive, &(const gdx_archive_limits){.outer = outer});
    container->kind = gdx_archive_is_single(container->archive) ? GDX_INPUT_COMPRESSED : GDX_INPUT_ARCHIVE;
    container->is_wacz = ends_with(gdx_buffer_slice(&container->path), ".wacz");
    return GDX_OK;
}

gdx_status container_open(struct container *container, gdx_input_kind kind, gdx_buffer *bytes, bool goes_on,
                          const struct container *within, gdx_error *err) {
    const char *name = (const char *)container->path.data;
    gdx_archive *outer = within ? (within->archive ? within->archive : within->rest) : NULL;
    container->kind = kind;
    container->is_wacz = container->has_failed = false;
    container->given = 0;
    container->rest = goes_on ? outer : NULL;
    if (bytes) {
        container->bytes = *bytes;
        *bytes = (gdx_buffer){0};
    }
    gdx_status status;
    if (kind != GDX_INPUT_CRAWL)
        status = open_archive(container, !bytes, outer, err);
    else if (bytes)
        status = gdx_crawl_open_pull((gdx_pull){pull, container}, name, &container->crawl, err);
    else
        status = gdx_crawl_open(name, &container->crawl, err);
    if (status != GDX_OK)
        container_close(container);
    return status;
}

// ---- entries

static bool is_among(gdx_slice media_type, const char *const words[]) {
    for (size_t i = 0; words[i]; i++)
        if (memmem(media_type.data, media_type.bytes, words[i], strlen(words[i])))
            return true;
    return false;
}

// What holds no text by its media type; NULL: it may.
static const char *words_without_text(gdx_slice media_type) {
    static const struct {
        const char *words;
        const char *const parts[4];
    } rows[] = {{"picture", {"image/"}},
                {"sound", {"audio/"}},
                {"film", {"video/"}},
                {"font", {"font/", "application/font", "application/x-font"}},
                {"style sheet", {"text/css"}},
                {"script", {"javascript", "ecmascript"}},
                {"data of programs", {"json", "application/wasm"}}};
    for (size_t i = 0; media_type.bytes && i < sizeof rows / sizeof rows[0]; i++)
        if (is_among(media_type, rows[i].parts))
            return rows[i].words;
    return NULL;
}

// A URL's path need not end like a file's name, so the media type names the page where it says enough.
static const char *name_by_media_type(gdx_slice media_type) {
    static const char *const html[] = {"text/html", "xhtml", NULL};
    static const char *const pdf[] = {"application/pdf", NULL};
    static const char *const text[] = {"text/plain", NULL};
    if (media_type.bytes == 0)
        return NULL;
    if (is_among(media_type, html))
        return "page.html";
    if (is_among(media_type, pdf))
        return "page.pdf";
    return is_among(media_type, text) ? "page.txt" : NULL;
}

static gdx_status next_page(struct container *container, struct container_entry *entry, bool *out_has, gdx_error *err) {
    gdx_crawl_page page;
    gdx_status status = gdx_crawl_next(container->crawl, &page, out_has, err);
    if (status == GDX_OK && *out_has)
        *entry = (struct container_entry){.name = page.url,
                                          .sniffed_name = name_by_media_type(page.media_type),
                                          .left_out = words_without_text(page.media_type),
                                          .charset = page.charset,
                                          .crawled = page.date};
    return status;
}

gdx_status container_next(struct container *container, struct container_entry *entry, bool *out_has, gdx_error *err) {
    *entry = (struct container_entry){0};
    if (container->crawl)
        return next_page(container, entry, out_has, err);
    gdx_status status = gdx_archive_next(container->archive, &entry->name, out_has, err);
    if (status == GDX_OK && *out_has && container->is_wacz && !gdx_crawl_is_of_wacz(entry->name))
        entry->left_out = "index of a crawl";
    return status;
}

gdx_status container_read(struct container *container, size_t limit, gdx_buffer *out, bool *out_end, gdx_error *err) {
    return container->crawl ? gdx_crawl_read(container->crawl, limit, out, out_end, err)
                            : gdx_archive_read(container->archive, limit, out, out_end, err);
}

uint64_t container_position(const struct container *container) {
    return container->crawl ? gdx_crawl_position(container->crawl) : gdx_archive_position(container->archive);
}

static gdx_status name_page(gdx_slice url, gdx_buffer *path, gdx_buffer *id) {
    id->bytes = 0;
    gdx_status status = gdx_buffer_append(id, url.data, url.bytes);
    return status == GDX_OK ? gdx_buffer_append_format(path, ":%.*s", GDX_SLICE_ARGUMENTS(url)) : status;
}

gdx_status container_name_entry(const struct container *container, gdx_slice name, gdx_buffer *path, gdx_buffer *id) {
    path->bytes = id->bytes = 0;
    gdx_status status = gdx_buffer_append(path, container->path.data, container->path.bytes);
    if (status == GDX_OK)
        status = gdx_buffer_append(id, container->id.data, container->id.bytes);
    if (container->kind == GDX_INPUT_COMPRESSED || status != GDX_OK)
        return status;
    if (container->crawl)
        return name_page(name, path, id);
    status = gdx_buffer_append_format(path, ":%.*s", GDX_SLICE_ARGUMENTS(name));
    while (name.bytes >= 2 && name.data[0] == '.' && name.data[1] == '/')
        name = (gdx_slice){name.data + 2, name.bytes - 2};
    while (name.bytes && name.data[0] == '/')
        name = (gdx_slice){name.data + 1, name.bytes - 1};
    if (status == GDX_OK)
        status = gdx_buffer_append(id, "/", 1);
    return status == GDX_OK ? name_escape(name, id) : status;
}

gdx_input_kind container_kind_of_page(const struct container_entry *entry, size_t bytes, gdx_input_kind kind,
                                      char words[GDX_INPUT_WORDS_BYTES]) {
    if (bytes == 0) {
        strcpy(words, "empty page"); // shorter than GDX_INPUT_WORDS_BYTES
        return GDX_INPUT_IGNORED;
    }
    if (kind != GDX_INPUT_RECORDS && kind != GDX_INPUT_JSON && kind != GDX_INPUT_TABLE)
        return kind;
    if (entry->sniffed_name && strcmp(entry->sniffed_name, "page.txt") == 0)
        return GDX_INPUT_TEXT;
    strcpy(words, "data of programs"); // likewise
    return GDX_INPUT_IGNORED;
}

void container_count(const struct container *container, gdx_batch_kinds *kinds) {
    if (!container->crawl)
        return;
    static const char *const statuses[] = {"HTTP status",     "HTTP status 1xx", "HTTP status 2xx",
                                           "HTTP status 3xx", "HTTP status 4xx", "HTTP status 5xx"};
    const gdx_crawl_counts *counts = gdx_crawl_counted(container->crawl);
    if (counts->revisits)
        gdx_batch_count(kinds, GDX_BATCH_LEFT_OUT, "page not changed", counts->revisits);
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (counts->by_hundreds[i])
            gdx_batch_count(kinds, GDX_BATCH_LEFT_OUT, statuses[i], counts->by_hundreds[i]);
}
