// SPDX-License-Identifier: Apache-2.0
// embed.c: a program of the build: writes the page's files as a table in C (table.h), each plain and in gzip.
// usage: page_embed FOLDER OUTPUT.c
// FOLDER has assets.json, as web/build.mjs writes it, and the files it names:
//   {"views": ["/"], "index": "index.html", "assets": [{"path": "/assets/main-0a1b.js", "file": "main-0a1b.js", "type":
//   "..."}]}
// or, where the page could not be built, {"absent": "why"}. Same files, same output. Exit status: 0 written, 1 failed.

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zlib.h>

enum { ROWS_MOST = 256, FILE_MOST = 8 << 20, NAMED_BY_CONTENT_BYTES = sizeof "/assets/" - 1 };

struct row {
    const char *path, *type;
    unsigned blob;
};

struct page { // the program's one; what it holds is freed by the system
    const char *folder;
    FILE *out;
    struct row rows[ROWS_MOST];
    unsigned row_count;
    unsigned blob_count;
};

static const char *unfinished; // the output, removed on failure: a later build must not take it for a good one

static _Noreturn void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("page_embed: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    if (unfinished)
        remove(unfinished);
    exit(EXIT_FAILURE);
}

// ---- bytes

static uint8_t *read_file(const char *folder, const char *name, size_t *out_bytes) {
    char path[4096];
    if (strchr(name, '/') || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        fail("\"%s\": expected the name of a file in %s", name, folder);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail("%s: %s", path, strerror(errno));
    uint8_t *bytes = malloc(FILE_MOST);
    if (!bytes)
        fail("no memory");
    *out_bytes = fread(bytes, 1, FILE_MOST, file);
    if (ferror(file) || *out_bytes == FILE_MOST)
        fail("%s: cannot be read, or is %d bytes or larger", path, FILE_MOST);
    fclose(file);
    return bytes;
}

// No time and no name, so that the same bytes give the same bytes. 0: not smaller.
static size_t pack(const uint8_t *plain, size_t plain_bytes, uint8_t *packed) {
    enum { GZIP_WINDOW = 31, MEMORY_LEVEL = 9 };
    z_stream stream = {.next_in = (uint8_t *)plain, .avail_in = (uInt)plain_bytes, .next_out = packed};
    stream.avail_out = (uInt)plain_bytes;
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        fail("no memory");
    size_t bytes = deflate(&stream, Z_FINISH) == Z_STREAM_END ? stream.total_out : 0;
    deflateEnd(&stream);
    return bytes;
}

static void write_array(struct page *page, const char *name, const uint8_t *bytes, size_t count) {
    fprintf(page->out, "static const uint8_t %s%u[] = {", name, page->blob_count);
    for (size_t i = 0; i < count; i++)
        fprintf(page->out, "%s%u,", i % 32 == 0 ? "\n" : "", bytes[i]);
    fputs(count ? "\n};\n" : "0};\n", page->out);
}

// Its number. It is plainN, packedN and the rest of a row as the macro BLOB_N.
static unsigned write_blob(struct page *page, const char *name) {
    size_t plain_bytes, packed_bytes;
    uint8_t *plain = read_file(page->folder, name, &plain_bytes);
    uint8_t *packed = malloc(plain_bytes + 1);
    if (!packed)
        fail("no memory");
    packed_bytes = pack(plain, plain_bytes, packed);
    XXH128_hash_t hash = XXH3_128bits(plain, plain_bytes);
    write_array(page, "plain", plain, plain_bytes);
    if (packed_bytes)
        write_array(page, "packed", packed, packed_bytes);
    unsigned number = page->blob_count++;
    fprintf(page->out, "#define TAG_%u \"%016llx%016llx\"\n#define BLOB_%u plain%u, %zu, ", number,
            (unsigned long long)hash.high64, (unsigned long long)hash.low64, number, number, plain_bytes);
    if (packed_bytes)
        fprintf(page->out, "packed%u, %zu\n", number, packed_bytes);
    else
        fputs("NULL, 0\n", page->out);
    free(packed);
    free(plain);
    return number;
}

// ---- assets.json

// Text that is a header's value, or a path, and a string of C as it stands.
static const char *plain_text(const json_t *value, const char *what) {
    const char *text = json_string_value(value);
    if (!text || !*text)
        fail("assets.json: %s: expected text", what);
    for (const char *at = text; *at; at++) {
        if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\' || *at == '?')
            fail("assets.json: %s: \"%s\": expected letters, digits and simple signs", what, text);
    }
    return text;
}

static void add_row(struct page *page, const char *path, const char *type, unsigned blob) {
    if (*path != '/')
        fail("assets.json: \"%s\": expected a path that begins with /", path);
    if (page->row_count == ROWS_MOST)
        fail("assets.json: more than %d paths", ROWS_MOST);
    page->rows[page->row_count++] = (struct row){path, type, blob};
}

static void read_assets(struct page *page, const json_t *root) {
    const json_t *views = json_object_get(root, "views"), *assets = json_object_get(root, "assets"), *each;
    size_t i;
    unsigned index = write_blob(page, plain_text(json_object_get(root, "index"), "index"));
    if (json_array_size(views) == 0)
        fail("assets.json: views: expected a list of paths");
    json_array_foreach((json_t *)views, i, each) {
        add_row(page, plain_text(each, "views"), "text/html; charset=utf-8", index);
    }
    json_array_foreach((json_t *)assets, i, each) {
        const char *path = plain_text(json_object_get(each, "path"), "path");
        const char *type = plain_text(json_object_get(each, "type"), "type");
        add_row(page, path, type, write_blob(page, plain_text(json_object_get(each, "file"), "file")));
    }
}

static int by_path(const void *a, const void *b) {
    return strcmp(((const struct row *)a)->path, ((const struct row *)b)->path);
}

static void write_table(struct page *page) {
    qsort(page->rows, page->row_count, sizeof page->rows[0], by_path);
    fputs("const struct page_file page_files[] = {\n", page->out);
    for (unsigned i = 0; i < page->row_count; i++) {
        const struct row *row = &page->rows[i];
        if (i && strcmp(row[-1].path, row->path) == 0)
            fail("assets.json: %s is there twice", row->path);
        bool is_named = strncmp(row->path, "/assets/", NAMED_BY_CONTENT_BYTES) == 0;
        fprintf(page->out,
                "    {\"%s\", \"%s\", %s, \"\\\"\" TAG_%u \"\\\"\", \"\\\"\" TAG_%u \"-gzip\\\"\", BLOB_%u},\n",
                row->path, row->type, is_named ? "true" : "false", row->blob, row->blob, row->blob);
    }
    fprintf(page->out, "};\nconst size_t page_file_count = %u;\nconst char *const page_absence = NULL;\n",
            page->row_count);
}

static void write_absence(struct page *page, const char *why) {
    fprintf(page->out,
            "const struct page_file page_files[] = {{0}};\nconst size_t page_file_count = 0;\n"
            "const char *const page_absence = \"%s\";\n",
            why);
}

int main(int argc, char **argv) {
    if (argc != 3)
        fail("usage: page_embed FOLDER OUTPUT.c");
    struct page page = {.folder = argv[1]};
    size_t bytes;
    uint8_t *text = read_file(page.folder, "assets.json", &bytes);
    json_error_t error;
    json_t *root = json_loadb((const char *)text, bytes, 0, &error);
    if (!root)
        fail("assets.json: line %d: %s", error.line, error.text);
    page.out = fopen(argv[2], "w");
    if (!page.out)
        fail("%s: %s", argv[2], strerror(errno));
    unfinished = argv[2];
    fputs("// Made by page_embed.\n#include \"table.h\"\n", page.out);
    const json_t *absent = json_object_get(root, "absent");
    if (absent) {
        write_absence(&page, plain_text(absent, "absent"));
    } else {
        read_assets(&page, root);
        write_table(&page);
    }
    if (fclose(page.out) != 0)
        fail("%s: %s", argv[2], strerror(errno));
    json_decref(root);
    free(text);
    return EXIT_SUCCESS;
}
