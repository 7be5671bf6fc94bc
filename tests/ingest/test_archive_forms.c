// SPDX-License-Identifier: Apache-2.0
// test_archive_forms.c: archives in memory of every form that is read: recognised by their bytes, their names in the
// encodings of their makers, archives within archives, bombs, and damage at each byte.

#include "made_archive.h"
#include "one_piece.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

enum { ROOM_BYTES = 1 << 20 };

static const struct made_entry texts[] = {{.name = "news/a.txt", .bytes = "global supply chains, rebuilt"},
                                          {.name = "b.jsonl", .bytes = "{\"id\":\"1\",\"text\":\"x\"}\n"}};

// What a filter of libarchive's makes of a tar of `texts`, or of one text as it is (format "raw").
static void make_filtered(gdx_buffer *out, const char *format, const char *filter) {
    out->bytes = 0;
    assert_int_equal(gdx_buffer_reserve(out, ROOM_BYTES), GDX_OK);
    struct archive *archive = archive_write_new();
    assert_int_equal(archive_write_set_format_by_name(archive, format), ARCHIVE_OK);
    assert_int_equal(archive_write_set_bytes_in_last_block(archive, 1), ARCHIVE_OK);
    if (filter)
        assert_int_equal(archive_write_add_filter_by_name(archive, filter), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(archive, out->data, ROOM_BYTES, &out->bytes), ARCHIVE_OK);
    for (size_t i = 0; i < (strcmp(format, "raw") == 0 ? 1 : 2); i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, texts[i].name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (la_int64_t)strlen(texts[i].bytes));
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(archive, texts[i].bytes, strlen(texts[i].bytes)), strlen(texts[i].bytes));
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
}

static gdx_status open_limited(gdx_slice bytes, const char *name, const gdx_archive_limits *limits, gdx_archive **out,
                               gdx_error *err) {
    gdx_status status = gdx_archive_open_memory(bytes, name, GDX_INPUT_COMPRESSED, out, err);
    if (status == GDX_OK && limits)
        gdx_archive_limit(*out, limits);
    return status;
}

static gdx_archive *open_it(const gdx_buffer *bytes, const char *name) {
    gdx_archive *archive = NULL;
    gdx_error err = {0};
    if (open_limited(gdx_buffer_slice(bytes), name, NULL, &archive, &err) != GDX_OK)
        fail_msg("%s: %s", err.where, err.message);
    return archive;
}

static void expect_name(gdx_archive *archive, const char *name) {
    gdx_slice found;
    bool has = false;
    gdx_error err = {0};
    if (gdx_archive_next(archive, &found, &has, &err) != GDX_OK)
        fail_msg("%s", err.message);
    if (!has && name)
        fail_msg("the end, expected %s", name);
    if (name)
        assert_slice(found, name);
    else
        assert_false(has);
}

static void expect_bytes(gdx_archive *archive, const char *bytes) {
    gdx_buffer all = {0};
    bool end = false;
    gdx_error err = {0};
    while (!end)
        if (gdx_archive_read(archive, 7, &all, &end, &err) != GDX_OK)
            fail_msg("%s", err.message);
    assert_slice(gdx_buffer_slice(&all), bytes);
    gdx_buffer_clear(&all);
}

static void expect_sniffed(const gdx_buffer *bytes, gdx_input_kind kind, const char *format) {
    gdx_input_kind found;
    const char *name = "";
    assert_true(gdx_archive_sniff(gdx_buffer_slice(bytes), &found, &name));
    assert_string_equal(name, format);
    assert_int_equal(found, kind);
}

// ---- forms

typedef void (*maker)(gdx_buffer *out, const struct made_entry *entries, size_t count);
static const struct {
    const char *format;
    maker make;
} made[] = {{"zip", make_zip}, {"rar", make_rar}, {"rar5", make_rar5}, {"cab", make_cab}, {"lha", make_lha}};
enum { MADE = sizeof made / sizeof made[0] };

static void archives_made_by_hand_are_recognised_and_read(void **state) {
    (void)state;
    for (size_t i = 0; i < MADE; i++) {
        gdx_buffer bytes = {0};
        made[i].make(&bytes, texts, 2);
        expect_sniffed(&bytes, GDX_INPUT_ARCHIVE, made[i].format);
        GDX_AUTO(gdx_archive) archive = open_it(&bytes, "x.dat"); // the name says nothing
        assert_false(gdx_archive_is_single(archive));
        expect_name(archive, texts[0].name);
        expect_bytes(archive, texts[0].bytes);
        expect_name(archive, texts[1].name);
        expect_bytes(archive, texts[1].bytes);
        expect_name(archive, NULL);
        expect_name(archive, NULL); // and again
        gdx_buffer_clear(&bytes);
    }
}

static const char *const filters[][2] = {{"gzip", ".gz"},  {"bzip2", ".bz2"}, {"xz", ".xz"},     {"lzma", ".lzma"},
                                         {"zstd", ".zst"}, {"lz4", ".lz4"},   {"compress", ".Z"}};
enum { FILTERS = sizeof filters / sizeof filters[0] };

static void each_filter_holds_a_tar_or_a_single_file(void **state) {
    (void)state;
    gdx_buffer bytes = {0};
    for (size_t i = 0; i < FILTERS; i++) {
        char name[32];
        snprintf(name, sizeof name, "folder/c.txt%s", filters[i][1]);
        make_filtered(&bytes, "gnutar", filters[i][0]);
        expect_sniffed(&bytes, i == 0 ? GDX_INPUT_ARCHIVE : GDX_INPUT_COMPRESSED, filters[i][0]);
        gdx_archive *archive = open_it(&bytes, name);
        assert_false(gdx_archive_is_single(archive));
        expect_name(archive, texts[0].name);
        expect_name(archive, texts[1].name); // the first one unread
        expect_bytes(archive, texts[1].bytes);
        expect_name(archive, NULL);
        gdx_archive_close(archive);
        make_filtered(&bytes, "raw", filters[i][0]);
        expect_sniffed(&bytes, GDX_INPUT_COMPRESSED, filters[i][0]);
        archive = open_it(&bytes, name);
        assert_true(gdx_archive_is_single(archive));
        expect_name(archive, "c.txt");
        expect_bytes(archive, texts[0].bytes);
        expect_name(archive, NULL);
        gdx_archive_close(archive);
    }
    gdx_buffer_clear(&bytes);
}

static void tar_and_7z_are_recognised_and_text_is_not(void **state) {
    (void)state;
    gdx_buffer bytes = {0};
    static const char *const tars[] = {"gnutar", "ustar", "paxr", "v7tar"};
    for (size_t i = 0; i < 4; i++) {
        make_filtered(&bytes, tars[i], NULL);
        expect_sniffed(&bytes, GDX_INPUT_ARCHIVE, "tar");
    }
    make_filtered(&bytes, "7zip", NULL);
    expect_sniffed(&bytes, GDX_INPUT_ARCHIVE, "7z");
    static const char *const plain[] = {
        "", "PK", "BZh9 is how a bzip2 file starts", "Rar! said the lion", "1234-lh5-", "]\1\2", "\x1f\x8b\x08"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        gdx_input_kind kind;
        const char *format;
        assert_false(gdx_archive_sniff(gdx_slice_of(plain[i]), &kind, &format));
    }
    gdx_archive *archive = NULL;
    gdx_error err = {0};
    assert_int_equal(open_limited(SLICE("only text"), "t", NULL, &archive, &err), GDX_CORRUPT);
    gdx_buffer_clear(&bytes);
}

static void the_head_of_a_gzip_file_can_be_looked_into(void **state) {
    (void)state;
    gdx_buffer bytes = {0};
    char head[10];
    make_filtered(&bytes, "raw", "gzip");
    bytes.bytes -= 9; // cut within the data
    assert_int_equal(gdx_archive_unzip_head(gdx_buffer_slice(&bytes), head, sizeof head), 10);
    assert_memory_equal(head, texts[0].bytes, 10);
    assert_int_equal(gdx_archive_unzip_head(SLICE("plain"), head, sizeof head), 0);
    gdx_buffer_clear(&bytes);
}

// ---- names

static void expect_names(maker make, const struct made_entry *entries, size_t count, const char *const *names) {
    gdx_buffer bytes = {0};
    make(&bytes, entries, count);
    GDX_AUTO(gdx_archive) archive = open_it(&bytes, make == make_zip ? "zip" : make == make_cab ? "cab" : "lha");
    for (size_t i = 0; i < count; i++)
        expect_name(archive, names[i]);
    expect_name(archive, NULL);
    gdx_buffer_clear(&bytes);
}

static const struct made_entry gbk[] = {
    {.name = "\xc4\xbf.txt", .bytes = "1"}, // 目, which is UTF-8 for Ŀ
    {.name = "\xc3\xb3\xd2\xd7\\\xb9\xd8\xcb\xb0.txt", .bytes = "2"},
    {.name = "\xb2\xfa\xd2\xb5\xc1\xb4.txt", .bytes = "3"},
    {.name = "plain.txt", .bytes = "4"},
};
static const char *const gbk_names[] = {"目.txt", "贸易/关税.txt", "产业链.txt", "plain.txt"};

static const struct made_entry big5[] = {
    {.name = "\xc3\xf6\xb5|.txt", .bytes = "1"}, // 關稅
    {.name = "\xb7s\xbb"
             "D/\xb2\xa3\xb7~\xc3\xec.txt",
     .bytes = "2"},                                                         // 新聞/產業鏈
    {.name = "\xa5\\\xaf\xe0.txt", .bytes = "3"},                           // 功能, whose first ends in a backslash
    {.name = "\xe5\x8a\x9f\xe8\x83\xbd-mac.txt", .bytes = "4"},             // 功能 in UTF-8
    {.name = "\xe7\x94\xa2\xe6\xa5\xad.txt", .bytes = "5", .flags = 0x800}, // 產業, and says so
};
static const char *const big5_names[] = {"關稅.txt", "新聞/產業鏈.txt", "功能.txt", "功能-mac.txt", "產業.txt"};

static const struct made_entry shift_jis[] = {
    {.name = "\x83j\x83\x85\x81[\x83X.txt", .bytes = "1"},           // ニュース
    {.name = "\x8d\x87\x93\xaf/\x95\xf1\x8d\x90.txt", .bytes = "2"}, // 合同/報告
};
static const char *const shift_jis_names[] = {"ニュース.txt", "合同/報告.txt"};

static void names_are_guessed_over_the_whole_archive(void **state) {
    (void)state;
    static const maker makers[] = {make_zip, make_cab, make_lha};
    for (size_t i = 0; i < 3; i++)
        expect_names(makers[i], shift_jis, 2, shift_jis_names);
    expect_names(make_zip, gbk, 4, gbk_names);
    expect_names(make_zip, big5, 5, big5_names);
}

static void utf_8_without_the_flag_and_latin_letters_stay(void **state) {
    (void)state;
    const struct made_entry entries[] = {{.name = "caf\xc3\xa9.txt", .bytes = "1"},
                                         {.name = "\xd0\xbc\xd0\xb8\xd1\x80.txt", .bytes = "2"},
                                         {.name = "贸易.txt", .bytes = "3"}};
    expect_names(make_zip, entries, 3, (const char *const[]){"café.txt", "мир.txt", "贸易.txt"});
    const struct made_entry latin[] = {{.name = "Stra\xdf"
                                                "e.txt",
                                        .bytes = "1"}};
    expect_names(make_zip, latin, 1,
                 (const char *const[]){"Stra\xef\xbf\xbd"
                                       "e.txt"});
}

static void the_unicode_path_of_a_zip_is_believed(void **state) {
    (void)state;
    const struct made_entry entries[] = {{.name = "____.txt", .bytes = "1", .utf8_name = "贸易.txt"}};
    expect_names(make_zip, entries, 1, (const char *const[]){"贸易.txt"});
}

// ---- refusals

static void an_encrypted_entry_is_refused_and_the_next_is_read(void **state) {
    (void)state;
    const struct made_entry entries[] = {{.name = "secret.txt", .bytes = "0123456789abcdef", .flags = 1},
                                         {.name = "open.txt", .bytes = "read me"}};
    gdx_buffer bytes = {0}, all = {0};
    make_zip(&bytes, entries, 2);
    GDX_AUTO(gdx_archive) archive = open_it(&bytes, "x");
    gdx_error err = {0};
    bool end = false;
    expect_name(archive, "secret.txt");
    assert_int_equal(gdx_archive_read(archive, 100, &all, &end, &err), GDX_UNSUPPORTED);
    assert_string_equal(err.message, "encrypted: a password is needed");
    expect_name(archive, "open.txt");
    expect_bytes(archive, "read me");
    expect_name(archive, NULL);
    gdx_buffer_clear(&bytes);
    gdx_buffer_clear(&all);
}

static void a_damaged_entry_of_a_zip_leaves_the_others(void **state) {
    (void)state;
    gdx_buffer bytes = {0}, all = {0};
    make_zip(&bytes, texts, 2);
    uint8_t *first = memmem(bytes.data, bytes.bytes, "global", 6);
    first[0] ^= 1;
    GDX_AUTO(gdx_archive) archive = open_it(&bytes, "x");
    gdx_error err = {0};
    bool end = false;
    expect_name(archive, texts[0].name);
    gdx_status status = gdx_archive_read(archive, 1000, &all, &end, &err);
    assert_int_equal(status, GDX_CORRUPT);
    assert_non_null(strstr(err.message, "entry 1"));
    expect_name(archive, texts[1].name);
    expect_bytes(archive, texts[1].bytes);
    gdx_buffer_clear(&bytes);
    gdx_buffer_clear(&all);
}

static gdx_status drain(gdx_slice bytes, const gdx_archive_limits *limits, gdx_buffer *all, gdx_error *err) {
    GDX_AUTO(gdx_archive) archive = NULL;
    gdx_status status = open_limited(bytes, "x", limits, &archive, err);
    bool has = true;
    all->bytes = 0;
    while (status == GDX_OK && has) {
        gdx_slice name;
        status = gdx_archive_next(archive, &name, &has, err);
        for (bool end = !has; status == GDX_OK && !end;)
            status = gdx_archive_read(archive, 4096, all, &end, err);
    }
    return status;
}

static void a_bomb_is_refused_also_when_it_is_passed_over(void **state) {
    (void)state;
    enum { ZEROS = 3 << 20 };
    gdx_buffer bytes = {0}, all = {0};
    char *zeros = calloc(1, ZEROS);
    memset(zeros, 'x', ZEROS - 1);
    const struct made_entry entries[] = {{.name = "a.bin", .bytes = zeros}, {.name = "b.txt", .bytes = "b"}};
    make_zip(&bytes, entries, 2);
    gdx_archive_limits limits = {.free_bytes = 1 << 20, .most_ratio = 100};
    gdx_error err = {0};
    assert_int_equal(drain(gdx_buffer_slice(&bytes), &limits, &all, &err), GDX_OK); // as large as it comes out
    limits.most_bytes = 2 << 20;
    assert_int_equal(drain(gdx_buffer_slice(&bytes), &limits, &all, &err), GDX_TOO_LARGE);
    assert_non_null(strstr(err.message, "bomb"));
    assert_true(all.bytes < (2 << 20) + 8192);
    limits.most_bytes = 0;

    gdx_buffer packed = {0};
    assert_int_equal(gdx_buffer_reserve(&packed, ROOM_BYTES), GDX_OK);
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    archive_write_set_format_gnutar(archive);
    archive_write_add_filter_xz(archive);
    assert_int_equal(archive_write_open_memory(archive, packed.data, ROOM_BYTES, &packed.bytes), ARCHIVE_OK);
    archive_entry_set_pathname(entry, "zeros");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, ZEROS);
    archive_write_header(archive, entry);
    archive_write_data(archive, zeros, ZEROS);
    archive_entry_free(entry);
    archive_write_free(archive);
    err = (gdx_error){0};
    assert_int_equal(drain(gdx_buffer_slice(&packed), &limits, &all, &err), GDX_TOO_LARGE);
    GDX_AUTO(gdx_archive) passed = NULL;
    assert_int_equal(open_limited(gdx_buffer_slice(&packed), "x", &limits, &passed, &err), GDX_OK);
    expect_name(passed, "zeros");
    gdx_slice name;
    bool has;
    err = (gdx_error){0};
    assert_int_equal(gdx_archive_next(passed, &name, &has, &err), GDX_TOO_LARGE);
    assert_int_equal(gdx_archive_next(passed, &name, &has, &err), GDX_OK);
    assert_false(has);
    gdx_buffer_clear(&bytes);
    gdx_buffer_clear(&packed);
    gdx_buffer_clear(&all);
    free(zeros);
}

static void what_comes_out_of_an_inner_archive_counts_in_the_outer(void **state) {
    (void)state;
    enum { XS = 300 << 10 };
    gdx_buffer inner = {0}, all = {0};
    char *xs = calloc(1, XS);
    memset(xs, 'x', XS - 1);
    make_zip(&inner, &(struct made_entry){.name = "x", .bytes = xs}, 1);
    gdx_archive_limits limits = {.most_bytes = 1 << 20};
    gdx_buffer small = {0};
    make_zip(&small, texts, 2);
    GDX_AUTO(gdx_archive) outer = NULL;
    gdx_error err = {0};
    assert_int_equal(open_limited(gdx_buffer_slice(&small), "outer", &limits, &outer, &err), GDX_OK);
    const gdx_archive_limits within = {.outer = outer};
    for (int i = 0; i < 3; i++)
        assert_int_equal(drain(gdx_buffer_slice(&inner), &within, &all, &err), GDX_OK);
    assert_int_equal(drain(gdx_buffer_slice(&inner), &within, &all, &err), GDX_TOO_LARGE);
    assert_non_null(strstr(err.message, "bytes of outer"));
    gdx_buffer_clear(&inner);
    gdx_buffer_clear(&small);
    gdx_buffer_clear(&all);
    free(xs);
}

// ---- damage

// Each byte changed in three ways, and the end cut at each byte. What has a sum for its data never gives other bytes
// than it holds and calls them good.
static void damage_everywhere(gdx_buffer *bytes, const char *what, bool has_sums) {
    gdx_buffer all = {0}, right = {0};
    gdx_error err = {0};
    if (drain(gdx_buffer_slice(bytes), NULL, &right, &err) != GDX_OK)
        fail_msg("%s: %s", what, err.message);
    for (size_t at = 0; at < bytes->bytes; at++) {
        uint8_t kept = bytes->data[at];
        for (int way = 0; way < 3; way++) {
            bytes->data[at] = way == 0 ? kept ^ 1 : way == 1 ? kept ^ 0x80 : 0xff;
            gdx_status status = drain(gdx_buffer_slice(bytes), NULL, &all, &err);
            assert_true(status != GDX_INTERNAL && status != GDX_IO && status != GDX_NOT_FOUND);
            if (status == GDX_OK && has_sums && !gdx_slice_equal(gdx_buffer_slice(&all), gdx_buffer_slice(&right)))
                fail_msg("%s: byte %zu changed to %02x gives other text", what, at, bytes->data[at]);
        }
        bytes->data[at] = kept;
        gdx_status status = drain((gdx_slice){(const char *)bytes->data, at}, NULL, &all, &err);
        if (status == GDX_OK && all.bytes > 0 && at + 4 < bytes->bytes && has_sums)
            fail_msg("%s: cut after %zu of %zu bytes gives text", what, at, bytes->bytes);
    }
    gdx_buffer_clear(&all);
    gdx_buffer_clear(&right);
}

static void damage_at_any_byte_is_no_crash_and_no_other_text(void **state) {
    (void)state;
    gdx_buffer bytes = {0};
    for (size_t i = 0; i < MADE; i++) {
        bytes.bytes = 0;
        made[i].make(&bytes, texts, 2);
        damage_everywhere(&bytes, made[i].format, false);
    }
    for (size_t i = 0; i < FILTERS; i++) {
        make_filtered(&bytes, "raw", filters[i][0]);
        // libarchive's writer puts no sum into zstd, and lzma and compress have none.
        damage_everywhere(&bytes, filters[i][0], i < 3 || strcmp(filters[i][0], "lz4") == 0);
    }
    gdx_buffer_clear(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archives_made_by_hand_are_recognised_and_read),
        cmocka_unit_test(each_filter_holds_a_tar_or_a_single_file),
        cmocka_unit_test(tar_and_7z_are_recognised_and_text_is_not),
        cmocka_unit_test(the_head_of_a_gzip_file_can_be_looked_into),
        cmocka_unit_test(names_are_guessed_over_the_whole_archive),
        cmocka_unit_test(utf_8_without_the_flag_and_latin_letters_stay),
        cmocka_unit_test(the_unicode_path_of_a_zip_is_believed),
        cmocka_unit_test(an_encrypted_entry_is_refused_and_the_next_is_read),
        cmocka_unit_test(a_damaged_entry_of_a_zip_leaves_the_others),
        cmocka_unit_test(a_bomb_is_refused_also_when_it_is_passed_over),
        cmocka_unit_test(what_comes_out_of_an_inner_archive_counts_in_the_outer),
        cmocka_unit_test(damage_at_any_byte_is_no_crash_and_no_other_text),
    };
    return cmocka_run_group_tests_name("ingest: forms of archives", tests, NULL, NULL);
}
