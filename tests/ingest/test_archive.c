// SPDX-License-Identifier: Apache-2.0
// test_archive.c: compressed files and archives, made here by libarchive itself, whole, cut short and made to mislead.

#include "one_piece.h"

#include "../support/folder.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static char *folder;

static int make_folder(void **state) {
    (void)state;
    folder = folder_new();
    return folder ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    folder_remove(folder);
    return 0;
}

struct entry {
    const char *name;
    const char *bytes;
    unsigned type; // AE_IF..., 0 for a regular file
};

static void add_entry(struct archive *archive, const struct entry *what) {
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, what->name);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_filetype(entry, what->type ? what->type : AE_IFREG);
    if (what->type == AE_IFLNK)
        archive_entry_set_symlink(entry, what->bytes);
    size_t bytes = what->type ? 0 : strlen(what->bytes);
    archive_entry_set_size(entry, (la_int64_t)bytes);
    assert_true(archive_write_header(archive, entry) >= ARCHIVE_WARN); // it warns of names that are not UTF-8
    if (bytes)
        assert_int_equal(archive_write_data(archive, what->bytes, bytes), bytes);
    archive_entry_free(entry);
}

// An archive with a format and filters by libarchive's names.
static const char *make(const char *name, const char *format, const char *filter, const struct entry *entries,
                        size_t count) {
    const char *path = folder_path(folder, name);
    setlocale(LC_CTYPE, "C.UTF-8"); // for the writer alone: reading must do without
    struct archive *archive = archive_write_new();
    assert_int_equal(archive_write_set_format_by_name(archive, format), ARCHIVE_OK);
    if (filter)
        assert_int_equal(archive_write_add_filter_by_name(archive, filter), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++)
        add_entry(archive, &entries[i]);
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    setlocale(LC_CTYPE, "C");
    return path;
}

static gdx_archive *open_it(const char *path, gdx_input_kind kind) {
    gdx_archive *archive = NULL;
    gdx_error err = {0};
    if (gdx_archive_open(path, kind, &archive, &err) != GDX_OK)
        fail_msg("%s", err.message);
    return archive;
}

static void expect_entry(gdx_archive *archive, const char *name, const char *bytes, size_t limit) {
    gdx_slice found;
    bool has = false, end = false;
    gdx_error err = {0};
    gdx_buffer all = {0};
    assert_int_equal(gdx_archive_next(archive, &found, &has, &err), GDX_OK);
    assert_true(has);
    assert_slice(found, name);
    while (!end) {
        size_t before = all.bytes;
        if (gdx_archive_read(archive, limit, &all, &end, &err) != GDX_OK)
            fail_msg("%s", err.message);
        assert_true(all.bytes - before <= limit);
    }
    assert_slice(gdx_buffer_slice(&all), bytes);
    gdx_buffer_clear(&all);
}

static void expect_end(gdx_archive *archive) {
    gdx_slice name;
    bool has = true;
    gdx_error err = {0};
    assert_int_equal(gdx_archive_next(archive, &name, &has, &err), GDX_OK);
    assert_false(has);
}

static const struct entry news[] = {
    {"news/", "", AE_IFDIR},
    {"news/一月/a.txt", "全球产业链重构", 0},
    {"news/link.txt", "/etc/passwd", AE_IFLNK},
    {"news/empty.txt", "", 0},
    {"../../climbs.md", "# up", 0},
    {"/absolute.jsonl", "{\"id\":\"1\",\"text\":\"x\"}\n", 0},
};

static void every_kind_of_archive_gives_its_files(void **state) {
    (void)state;
    static const struct {
        const char *name, *format, *filter;
    } kinds[] = {
        {"a.tar", "paxr", NULL},     {"a.tar.gz", "gnutar", "gzip"}, {"a.tar.zst", "paxr", "zstd"},
        {"a.tar.xz", "ustar", "xz"}, {"a.tbz2", "paxr", "bzip2"},    {"a.zip", "zip", NULL},
        {"a.7z", "7zip", NULL},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *path = make(kinds[i].name, kinds[i].format, kinds[i].filter, news, sizeof news / sizeof news[0]);
        for (size_t limit = 5; limit <= 1 << 20; limit *= 1000) {
            GDX_AUTO(gdx_archive) archive = open_it(path, gdx_input_kind_of(path, NULL));
            bool seven = strcmp(kinds[i].format, "7zip") == 0; // which lists empty files last
            expect_entry(archive, "news/一月/a.txt", "全球产业链重构", limit);
            if (!seven)
                expect_entry(archive, "news/empty.txt", "", limit);
            expect_entry(archive, "../../climbs.md", "# up", limit);
            expect_entry(archive, "/absolute.jsonl", "{\"id\":\"1\",\"text\":\"x\"}\n", limit);
            if (seven)
                expect_entry(archive, "news/empty.txt", "", limit);
            expect_end(archive);
        }
    }
}

static void a_compressed_file_is_one_entry_named_after_it(void **state) {
    (void)state;
    static const char *const filters[][2] = {
        {"文.txt.gz", "gzip"}, {"文.txt.zst", "zstd"}, {"文.txt.xz", "xz"}, {"文.txt.bz2", "bzip2"}};
    for (size_t i = 0; i < 4; i++) {
        const char *path = make(filters[i][0], "raw", filters[i][1], &(struct entry){"x", "贸易规则\n", 0}, 1);
        GDX_AUTO(gdx_archive) archive = open_it(path, GDX_INPUT_COMPRESSED);
        expect_entry(archive, "文.txt", "贸易规则\n", 4);
        expect_end(archive);
    }
}

static void names_that_are_not_utf_8_are_taken_for_gb18030(void **state) {
    (void)state;
    const struct entry entries[] = {{"\xc3\xb3\xd2\xd7.txt", "x", 0}, {"\xff\xff.txt", "y", 0}, {"贸易.txt", "z", 0}};
    const char *path = make("names.tar", "gnutar", NULL, entries, 3);
    GDX_AUTO(gdx_archive) archive = open_it(path, GDX_INPUT_ARCHIVE);
    expect_entry(archive, "贸易.txt", "x", 100);
    expect_entry(archive, "\xef\xbf\xbd\xef\xbf\xbd.txt", "y", 100);
    expect_entry(archive, "贸易.txt", "z", 100);
}

// Opens and reads it all; the first failure, or GDX_OK.
static gdx_status drain(const char *path, gdx_input_kind kind, gdx_error *err) {
    GDX_AUTO(gdx_archive) archive = NULL;
    gdx_buffer all = {0};
    bool has = true;
    gdx_status status = gdx_archive_open(path, kind, &archive, err);
    while (status == GDX_OK && has) {
        gdx_slice name;
        status = gdx_archive_next(archive, &name, &has, err);
        for (bool end = !has; status == GDX_OK && !end;) {
            all.bytes = 0;
            status = gdx_archive_read(archive, 1000, &all, &end, err);
        }
    }
    gdx_buffer_clear(&all);
    return status;
}

static char *long_text(size_t bytes) {
    char *text = malloc(bytes + 1);
    uint32_t random = 1;
    for (size_t i = 0; i < bytes; i++) {
        random = random * 1664525 + 1013904223;
        text[i] = (char)('a' + (random >> 28));
    }
    text[bytes] = '\0';
    return text;
}

static void an_archive_cut_short_is_reported_as_corrupt(void **state) {
    (void)state;
    char *text = long_text(50000);
    const struct entry entries[] = {{"a.txt", text, 0}, {"b.txt", text, 0}};
    static const char *const kinds[][3] = {{"cut.tar", "paxr", NULL},       {"cut.tar.gz", "paxr", "gzip"},
                                           {"cut.tar.zst", "paxr", "zstd"}, {"cut.zip", "zip", NULL},
                                           {"cut.7z", "7zip", NULL},        {"cut.txt.gz", "raw", "gzip"},
                                           {"cut.txt.zst", "raw", "zstd"},  {"cut.txt.xz", "raw", "xz"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *path = make(kinds[i][0], kinds[i][1], kinds[i][2], entries, strcmp(kinds[i][1], "raw") ? 2 : 1);
        gdx_buffer bytes = {0};
        gdx_error err = {0};
        assert_int_equal(gdx_read_file(path, 1 << 20, &bytes, &err), GDX_OK);
        assert_int_equal(drain(path, gdx_input_kind_of(path, NULL), &err), GDX_OK);
        for (size_t tenth = 1; tenth < 9; tenth++) {
            folder_write(folder, kinds[i][0], bytes.data, bytes.bytes * tenth / 10);
            err = (gdx_error){0};
            if (drain(path, gdx_input_kind_of(path, NULL), &err) != GDX_CORRUPT)
                fail_msg("%s cut to %zu tenths: %s", path, tenth, err.message);
            assert_string_equal(err.where, path);
            assert_null(strstr(err.message, path));
        }
        gdx_buffer_clear(&bytes);
    }
    free(text);
}

static void bytes_changed_at_random_never_crash(void **state) {
    (void)state;
    const char *seed = getenv("GDX_SEED");
    unsigned random = seed ? (unsigned)strtoul(seed, NULL, 10) : 7;
    print_message("seed %u\n", random);
    static const char *const kinds[][3] = {{"r.tar", "paxr", NULL},
                                           {"r.zip", "zip", NULL},
                                           {"r.7z", "7zip", NULL},
                                           {"r.tar.gz", "gnutar", "gzip"},
                                           {"r.tar.zst", "paxr", "zstd"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *path = make(kinds[i][0], kinds[i][1], kinds[i][2], news, sizeof news / sizeof news[0]);
        gdx_buffer bytes = {0};
        assert_int_equal(gdx_read_file(path, 1 << 20, &bytes, NULL), GDX_OK);
        for (int round = 0; round < 200; round++) {
            random = random * 1664525 + 1013904223;
            size_t at = (random >> 8) % bytes.bytes;
            uint8_t kept = bytes.data[at];
            bytes.data[at] = (uint8_t)(random >> 3);
            folder_write(folder, kinds[i][0], bytes.data, bytes.bytes);
            gdx_error err = {0};
            gdx_status status = drain(path, GDX_INPUT_ARCHIVE, &err);
            if (status != GDX_OK && status != GDX_CORRUPT && status != GDX_UNSUPPORTED && status != GDX_TOO_LARGE)
                fail_msg("%s, byte %zu: %s", kinds[i][0], at, err.message);
            bytes.data[at] = kept;
        }
        gdx_buffer_clear(&bytes);
    }
}

static void what_is_no_archive_is_refused_in_words(void **state) {
    (void)state;
    gdx_error err = {0};
    assert_int_equal(drain(folder_path(folder, "none.zip"), GDX_INPUT_ARCHIVE, &err), GDX_NOT_FOUND);
    assert_non_null(strstr(err.where, "none.zip"));
    err = (gdx_error){0};
    assert_int_equal(drain("", GDX_INPUT_ARCHIVE, &err), GDX_NOT_FOUND);
    err = (gdx_error){0};
    assert_int_equal(drain(folder, GDX_INPUT_ARCHIVE, &err), GDX_IO);
    folder_write_text(folder, "text.zip", "this is only text, and long enough to look into");
    err = (gdx_error){0};
    assert_int_equal(drain(folder_path(folder, "text.zip"), GDX_INPUT_ARCHIVE, &err), GDX_CORRUPT);
    folder_write_text(folder, "text.txt.gz", "this is only text");
    err = (gdx_error){0};
    assert_int_equal(drain(folder_path(folder, "text.txt.gz"), GDX_INPUT_COMPRESSED, &err), GDX_CORRUPT);
    assert_true(strstr(err.message, "starts like no archive and like no compressed file") != NULL);
}

// mtree is text that names files of this machine, which libarchive would open and hand out as the entries' bytes.
static void a_list_of_files_of_this_machine_is_no_archive(void **state) {
    (void)state;
    folder_write_text(folder, "list.tar", "#mtree\n./etc/passwd type=file contents=/etc/passwd\n");
    gdx_error err = {0};
    assert_int_equal(drain(folder_path(folder, "list.tar"), GDX_INPUT_ARCHIVE, &err), GDX_CORRUPT);
}

static void a_bomb_is_handed_out_in_bounded_parts(void **state) {
    (void)state;
    enum { BYTES = 50 << 20 };
    char *zeros = malloc(BYTES + 1);
    memset(zeros, 'x', BYTES);
    zeros[BYTES] = '\0';
    const char *path = make("bomb.zip", "zip", NULL, &(struct entry){"bomb.txt", zeros, 0}, 1);
    free(zeros);
    GDX_AUTO(gdx_archive) archive = open_it(path, GDX_INPUT_ARCHIVE);
    gdx_slice name;
    bool has, end = true;
    gdx_buffer part = {0};
    assert_int_equal(gdx_archive_next(archive, &name, &has, NULL), GDX_OK);
    assert_int_equal(gdx_archive_read(archive, 1000000, &part, &end, NULL), GDX_OK);
    assert_false(end);
    assert_int_equal(part.bytes, 1000000);
    assert_true(part.capacity < 3000000);
    gdx_buffer_clear(&part);
    expect_end(archive); // the rest of an entry may be left unread
}

static void an_empty_tar_has_no_entries(void **state) {
    (void)state;
    gdx_error err = {0};
    assert_int_equal(drain(make("empty.tar.gz", "paxr", "gzip", NULL, 0), GDX_INPUT_ARCHIVE, &err), GDX_OK);
    folder_write_text(folder, "nothing.tar", "");
    assert_int_equal(drain(folder_path(folder, "nothing.tar"), GDX_INPUT_ARCHIVE, &err), GDX_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_archive_gives_its_files),
        cmocka_unit_test(a_compressed_file_is_one_entry_named_after_it),
        cmocka_unit_test(names_that_are_not_utf_8_are_taken_for_gb18030),
        cmocka_unit_test(an_archive_cut_short_is_reported_as_corrupt),
        cmocka_unit_test(bytes_changed_at_random_never_crash),
        cmocka_unit_test(what_is_no_archive_is_refused_in_words),
        cmocka_unit_test(a_list_of_files_of_this_machine_is_no_archive),
        cmocka_unit_test(a_bomb_is_handed_out_in_bounded_parts),
        cmocka_unit_test(an_empty_tar_has_no_entries),
    };
    return cmocka_run_group_tests_name("ingest: archive", tests, make_folder, remove_folder);
}
