// SPDX-License-Identifier: Apache-2.0
// folder.c: see folder.h. Fails the test when the system refuses.

#include "folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

char *folder_new(void) {
    const char *base = getenv("TMPDIR");
    char *folder = NULL;
    assert_true(asprintf(&folder, "%s/gramdex-test-XXXXXX", base ? base : "/tmp") > 0);
    assert_non_null(mkdtemp(folder));
    return folder;
}

void folder_remove(char *folder) {
    char *roots[] = {folder, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(walk);
    for (FTSENT *entry; (entry = fts_read(walk)) != NULL;) {
        if (entry->fts_info == FTS_D)
            continue;
        assert_int_equal(remove(entry->fts_path), 0);
    }
    fts_close(walk);
    free(folder);
}

const char *folder_path(const char *folder, const char *name) {
    static char paths[8][4096];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void folder_write(const char *folder, const char *name, const void *data, size_t bytes) {
    FILE *file = fopen(folder_path(folder, name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

void folder_write_text(const char *folder, const char *name, const char *text) {
    folder_write(folder, name, text, strlen(text));
}

// Through memory that is kept: gdx_read_file makes room for 1 MB and gives it back, also for a file of a few bytes.
static void append_file(const char *path, gdx_buffer *out) {
    static char bytes[1 << 16];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    assert_true(descriptor >= 0);
    while ((got = read(descriptor, bytes, sizeof bytes)) > 0)
        assert_int_equal(gdx_buffer_append(out, bytes, (size_t)got), GDX_OK);
    assert_int_equal(got, 0);
    close(descriptor);
}

uint64_t folder_digest(const char *folder) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    assert_true(count >= 0);
    gdx_buffer all = {0};
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            assert_int_equal(gdx_buffer_append(&all, name, strlen(name) + 1), GDX_OK);
            append_file(folder_path(folder, name), &all);
        }
        free(entries[i]);
    }
    free(entries);
    uint64_t digest = gdx_checksum(all.data, all.bytes);
    gdx_buffer_clear(&all);
    return digest;
}

size_t folder_count(const char *folder, const char *prefix) {
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    closedir(directory);
    return count;
}
