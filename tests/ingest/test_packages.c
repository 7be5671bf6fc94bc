// SPDX-License-Identifier: Apache-2.0
// test_packages.c: zip files and the XML in them that are damaged or made to harm: every reader returns, says why, and
// unpacks no more than it may. And what kind of document a zip file is.

#include "package_samples.h"

#include "../support/allocations.h"
#include "markup.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct outcome {
    gdx_status status;
    uint64_t unpacked;
    uint64_t lost;
    gdx_error err;
} outcome;

static outcome read_with(package_read read, gdx_slice bytes, uint64_t unpacked_limit, size_t text_limit) {
    outcome out = {0};
    package_reader reader;
    gdx_document document = {0};
    ingest_package_reader_init(&reader, unpacked_limit);
    gdx_draft *draft = gdx_draft_new();
    gdx_draft_begin(draft, text_limit);
    out.status = read(&reader, bytes, draft, &out.err);
    if (out.status == GDX_OK)
        out.status = gdx_draft_finish(draft, &document, &out.err);
    if (out.status == GDX_OK)
        assert_true(gdx_utf8_valid(document.text) && gdx_utf8_valid(document.title));
    else
        assert_true(out.err.status == out.status && out.err.message[0]);
    out.unpacked = reader.unpacked;
    out.lost = reader.lost;
    gdx_draft_free(draft);
    ingest_package_reader_clear(&reader);
    return out;
}

static gdx_buffer sample_of(const struct sample *sample) {
    return pack(sample->entries, sample->count);
}

// ---- kinds

static void the_kind_is_told_by_the_entries(void **state) {
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        gdx_buffer file = sample_of(&samples[i]);
        assert_int_equal(ingest_package_kind(gdx_buffer_slice(&file)), samples[i].kind);
        gdx_buffer_clear(&file);
    }
    gdx_buffer binary = PACK(TYPES, {"xl/workbook.bin", "x"}), plain = PACK({"word/a.txt", "x"}, {"b.fb2", "x"});
    gdx_buffer unmarked = PACK({"content.xml", "x"}, {"META-INF/manifest.xml", "x"});
    assert_int_equal(ingest_package_kind(gdx_buffer_slice(&binary)), PACKAGE_BINARY_SHEETS);
    assert_int_equal(ingest_package_kind(gdx_buffer_slice(&plain)), PACKAGE_ZIP);
    assert_int_equal(ingest_package_kind(gdx_buffer_slice(&unmarked)), PACKAGE_OPENDOCUMENT);
    assert_int_equal(ingest_package_kind(gdx_slice_of("no zip")), PACKAGE_NONE);
    assert_int_equal(ingest_package_kind((gdx_slice){NULL, 0}), PACKAGE_NONE);
    gdx_buffer_clear(&binary);
    gdx_buffer_clear(&plain);
    gdx_buffer_clear(&unmarked);
}

// Every cut gives some kind; the first bytes, up to the first entry that tells, give the right one.
static void the_first_bytes_tell_the_kind(void **state) {
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        gdx_buffer file = sample_of(&samples[i]);
        size_t right = 0;
        for (size_t bytes = 0; bytes < file.bytes; bytes++) {
            char *exact = malloc(bytes + 1); // so that a byte too far is seen
            memcpy(exact, file.data, bytes);
            package_kind kind = ingest_package_kind((gdx_slice){exact, bytes});
            right += kind == samples[i].kind;
            assert_true(kind == PACKAGE_NONE || kind == PACKAGE_ZIP || kind == samples[i].kind);
            free(exact);
        }
        if (samples[i].kind != PACKAGE_FICTIONBOOK)
            assert_true(right * 3 > file.bytes);
        gdx_buffer_clear(&file);
    }
}

// ---- damage

static void samples_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        gdx_buffer file = sample_of(&samples[i]);
        outcome out = read_with(samples[i].read, gdx_buffer_slice(&file), 0, 1 << 20);
        assert_int_equal(out.status, GDX_OK);
        assert_int_equal(out.lost, 0);
        gdx_buffer_clear(&file);
    }
}

static void a_file_cut_anywhere_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        gdx_buffer file = sample_of(&samples[i]);
        for (size_t bytes = 0; bytes < file.bytes; bytes++) {
            char *exact = malloc(bytes + 1);
            memcpy(exact, file.data, bytes);
            outcome out = read_with(samples[i].read, (gdx_slice){exact, bytes}, 0, 1 << 20);
            if (out.status != GDX_CORRUPT)
                fail_msg("%s cut at byte %zu of %zu: %s", samples[i].name, bytes, file.bytes,
                         gdx_status_name(out.status));
            free(exact);
        }
        gdx_buffer_clear(&file);
    }
}

static void bytes_changed_at_random_never_crash(void **state) {
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (size_t i = 0; i < SAMPLES; i++) {
        gdx_buffer file = sample_of(&samples[i]);
        for (int round = 0; round < 600; round++) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            uint8_t before = file.data[seed % file.bytes];
            file.data[seed % file.bytes] = (uint8_t)(seed >> 32);
            outcome out = read_with(samples[i].read, gdx_buffer_slice(&file), 1 << 20, 1 << 20);
            assert_true(out.status == GDX_OK || out.status == GDX_CORRUPT || out.status == GDX_TOO_LARGE ||
                        out.status == GDX_UNSUPPORTED);
            file.data[seed % file.bytes] = before;
        }
        gdx_buffer_clear(&file);
    }
}

// Each entry but one is taken away, and each is empty in turn.
static void missing_and_empty_entries_never_crash(void **state) {
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t entry = 0; entry < samples[i].count; entry++)
            for (int is_empty = 0; is_empty < 2; is_empty++) {
                packed entries[16];
                memcpy(entries, samples[i].entries, samples[i].count * sizeof(packed));
                if (is_empty)
                    entries[entry].text = "";
                else
                    entries[entry].name = "elsewhere.xml";
                gdx_buffer file = pack(entries, samples[i].count);
                outcome out = read_with(samples[i].read, gdx_buffer_slice(&file), 0, 1 << 20);
                assert_true(out.status == GDX_OK || out.status == GDX_CORRUPT);
                gdx_buffer_clear(&file);
            }
}

static void a_file_of_another_kind_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t other = 0; other < SAMPLES; other++) {
            gdx_buffer file = sample_of(&samples[other]);
            outcome out = read_with(samples[i].read, gdx_buffer_slice(&file), 0, 1 << 20);
            if (i != other && out.status != GDX_CORRUPT)
                fail_msg("%s as %s: %s", samples[other].name, samples[i].name, gdx_status_name(out.status));
            gdx_buffer_clear(&file);
        }
}

// ---- harm

static char *repeated(const char *text, size_t times) {
    size_t bytes = strlen(text);
    char *all = malloc(bytes * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(all + i * bytes, text, bytes);
    all[bytes * times] = '\0';
    return all;
}

static void a_high_ratio_ends_at_the_limit(void **state) {
    (void)state;
    char *many = repeated("<w:p/>", 1 << 22); // 24 MiB, packed into some 24 KiB
    gdx_buffer body = {0};
    assert_int_equal(gdx_buffer_append_format(&body, "<w:document " SAMPLE_W ">%s</w:document>", many), GDX_OK);
    assert_int_equal(gdx_buffer_append(&body, "", 1), GDX_OK);
    gdx_buffer file = PACK(TYPES, {"word/document.xml", (const char *)body.data});
    assert_true(file.bytes < 1 << 17);
    outcome out = read_with(ingest_word, gdx_buffer_slice(&file), 1 << 20, 1 << 20);
    assert_int_equal(out.status, GDX_TOO_LARGE);
    assert_true(out.unpacked < (1 << 20) + (1 << 17));
    gdx_buffer_clear(&file);
    gdx_buffer_clear(&body);
    free(many);
}

static uint32_t checksum(const uint8_t *bytes, size_t count) { // of zip files: CRC-32
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

enum { LOCAL = 30, CENTRAL = 46, NAME = 4, QUOTE = 5 };

static void put_entry(gdx_buffer *out, const char *signature, const char name[NAME + 1], gdx_slice packed_bytes,
                      gdx_slice plain) {
    bool is_local = signature[2] == 3;
    uint8_t header[CENTRAL] = {0}, *sizes = header + (is_local ? 14 : 16);
    memcpy(header, signature, 4);
    gdx_store_u16(header + (is_local ? 8 : 10), 8); // deflate
    gdx_store_u32(sizes, checksum((const uint8_t *)plain.data, plain.bytes));
    gdx_store_u32(sizes + 4, (uint32_t)packed_bytes.bytes);
    gdx_store_u32(sizes + 8, (uint32_t)plain.bytes);
    gdx_store_u16(sizes + 12, NAME);
    assert_int_equal(gdx_buffer_append(out, header, is_local ? LOCAL : CENTRAL), GDX_OK);
    assert_int_equal(gdx_buffer_append(out, name, NAME), GDX_OK);
}

// Reads one entry after the other until the limit of 4 MiB.
static void expect_limit(gdx_slice file, size_t entries) {
    package_reader reader;
    gdx_error err = {0};
    gdx_buffer unpacked = {0};
    ingest_package_reader_init(&reader, 4 << 20);
    ingest_package_begin(&reader, file);
    assert_int_equal(ingest_package_open(&reader, &err), GDX_OK);
    gdx_status status = GDX_OK;
    size_t read = 0;
    for (; status == GDX_OK && read < reader.entry_count; read++)
        status = ingest_package_read_all(&reader, (ptrdiff_t)read, &unpacked, &err);
    if (status != GDX_TOO_LARGE)
        fail_msg("%zu of %zu entries: %s", read, reader.entry_count, err.message);
    assert_true(read > 10 && read < entries && reader.unpacked < (4 << 20) + (1 << 17));
    ingest_package_reader_clear(&reader);
    gdx_buffer_clear(&unpacked);
}

// Entries that share one run of packed bytes: each begins by quoting the header of the next as bytes that are not
// packed, and goes on in it (D. Fifield, A better zip bomb). Of 100 kB come 400 times 64 KiB.
static void entries_that_share_their_bytes_end_at_the_limit(void **state) {
    (void)state;
    enum { ENTRIES = 400 };
    char *page = repeated("<p>xyz1</p>\n", 5461);
    gdx_buffer kernel = PACK({"a", page}), tail = {0}, plain = {0}, list = {0}, made = {0};
    size_t begin = LOCAL + gdx_load_u16(kernel.data + 26) + gdx_load_u16(kernel.data + 28), end = begin;
    while (memcmp(kernel.data + end, "PK\7\10", 4) != 0)
        end++;
    assert_int_equal(gdx_buffer_append(&tail, kernel.data + begin, end - begin), GDX_OK);
    assert_int_equal(gdx_buffer_append(&plain, page, strlen(page)), GDX_OK);
    size_t offsets[ENTRIES] = {0}; // from the end of the packed bytes
    for (int i = ENTRIES - 1; i >= 0; i--) {
        char name[16];
        snprintf(name, sizeof name, "e%03d", i);
        gdx_buffer header = {0}, next = {0}, text = {0};
        put_entry(&list, "PK\1\2", name, gdx_buffer_slice(&tail), gdx_buffer_slice(&plain));
        put_entry(&header, "PK\3\4", name, gdx_buffer_slice(&tail), gdx_buffer_slice(&plain));
        uint8_t quote[QUOTE] = {0, LOCAL + NAME, 0, (uint8_t) ~(LOCAL + NAME), 0xff};
        if (i > 0)
            assert_int_equal(gdx_buffer_append(&next, quote, QUOTE), GDX_OK);
        assert_int_equal(gdx_buffer_append(&next, header.data, header.bytes), GDX_OK);
        assert_int_equal(gdx_buffer_append(&next, tail.data, tail.bytes), GDX_OK);
        assert_int_equal(gdx_buffer_append(&text, header.data, header.bytes), GDX_OK);
        assert_int_equal(gdx_buffer_append(&text, plain.data, plain.bytes), GDX_OK);
        offsets[i] = tail.bytes + header.bytes;
        gdx_buffer_clear(&tail);
        gdx_buffer_clear(&plain);
        gdx_buffer_clear(&header);
        tail = next;
        plain = text;
    }
    size_t record = CENTRAL + NAME;
    for (int i = 0; i < ENTRIES; i++) // the list was written from the last to the first
        gdx_store_u32(list.data + (size_t)(ENTRIES - 1 - i) * record + 42, (uint32_t)(tail.bytes - offsets[i]));
    uint8_t tailer[22] = "PK\5\6";
    gdx_store_u16(tailer + 8, ENTRIES);
    gdx_store_u16(tailer + 10, ENTRIES);
    gdx_store_u32(tailer + 12, (uint32_t)list.bytes);
    gdx_store_u32(tailer + 16, (uint32_t)tail.bytes);
    assert_int_equal(gdx_buffer_append(&made, tail.data, tail.bytes), GDX_OK);
    assert_int_equal(gdx_buffer_append(&made, list.data, list.bytes), GDX_OK);
    assert_int_equal(gdx_buffer_append(&made, tailer, sizeof tailer), GDX_OK);

    expect_limit(gdx_buffer_slice(&made), ENTRIES);
    gdx_buffer_clear(&kernel);
    gdx_buffer_clear(&tail);
    gdx_buffer_clear(&plain);
    gdx_buffer_clear(&list);
    gdx_buffer_clear(&made);
    free(page);
}

static outcome read_document(const char *xml) {
    gdx_buffer file = PACK(TYPES, {"word/document.xml", xml});
    outcome out = read_with(ingest_word, gdx_buffer_slice(&file), 1 << 26, 1 << 26);
    gdx_buffer_clear(&file);
    return out;
}

static void elements_nested_ten_thousand_deep_are_refused(void **state) {
    (void)state;
    static const char *const elements[] = {"<a>",
                                           "<w:tbl xmlns:w=\"http://schemas.openxmlformats.org/"
                                           "wordprocessingml/2006/main\">",
                                           "<w:txbxContent "
                                           "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">"};
    for (size_t i = 0; i < 3; i++) {
        char *deep = repeated(elements[i], 10000);
        assert_int_equal(read_document(deep).status, GDX_CORRUPT);
        for (size_t reader = 0; reader < SAMPLES; reader++) {
            gdx_slice bytes = gdx_slice_of(deep);
            assert_int_equal(read_with(samples[reader].read, bytes, 0, 1 << 20).status, GDX_CORRUPT);
        }
        free(deep);
    }
}

static void entities_that_grow_without_measure_are_refused(void **state) {
    (void)state;
    gdx_buffer bomb = {0};
    assert_int_equal(gdx_buffer_append_format(&bomb, "<!DOCTYPE a [<!ENTITY l0 \"lollollollol\">"), GDX_OK);
    for (int i = 1; i < 12; i++)
        assert_int_equal(
            gdx_buffer_append_format(&bomb, "<!ENTITY l%d \"&l%d;&l%d;&l%d;&l%d;&l%d;&l%d;&l%d;&l%d;&l%d;&l%d;\">", i,
                                     i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1),
            GDX_OK);
    assert_int_equal(gdx_buffer_append_format(&bomb, "]><FictionBook><body><p>&l11;</p></body></FictionBook>"), GDX_OK);
    gdx_slice bytes = gdx_buffer_slice(&bomb);
    outcome out = read_with(ingest_fictionbook, bytes, 0, 1 << 30);
    assert_int_equal(out.status, GDX_CORRUPT);
    gdx_buffer_clear(&bomb);
}

// What lies outside the file is not there: neither its text nor an error of it.
static void external_entities_are_not_loaded(void **state) {
    (void)state;
    expect_read(ingest_fictionbook,
                gdx_slice_of("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><FictionBook><body><p>前&x;后</p>"
                             "</body></FictionBook>"),
                "title: 前后 *\ntext: 前后\n");
}

static void relations_in_a_circle_end(void **state) {
    (void)state;
    EXPECT(ingest_word, "title: 甲 *\ntext: 甲\nfurniture: 甲\n", TYPES,
           {"_rels/.rels", RELATIONS(RELATION("a", "officeDocument", "word/document.xml"))},
           {"word/document.xml", "<w:document " SAMPLE_W "><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:document>"},
           {"word/_rels/document.xml.rels", RELATIONS(RELATION("x", "header", "document.xml"))});
    // A document with two headers in one part, and styles based on each other.
    gdx_buffer file = PACK(TYPES,
                           {"word/document.xml",
                            "<w:document " SAMPLE_W "><w:p><w:pPr><w:pStyle w:val=\"a\"/></w:pPr></w:p></w:document>"},
                           {"word/_rels/document.xml.rels", RELATIONS(RELATION("s", "styles", "s.xml"))},
                           {"word/s.xml", "<w:styles " SAMPLE_W
                                          "><w:style w:styleId=\"a\"><w:basedOn w:val=\"b\"/></w:style><w:style "
                                          "w:styleId=\"b\"><w:basedOn w:val=\"a\"/></w:style></w:styles>"});
    assert_int_equal(read_with(ingest_word, gdx_buffer_slice(&file), 0, 1 << 20).status, GDX_OK);
    gdx_buffer_clear(&file);
}

// One part that thousands of relations name is unpacked for each, and that counts.
static void a_part_named_again_and_again_ends_at_the_limit(void **state) {
    (void)state;
    char *rows = repeated(RELATION("x", "header", "h.xml"), 20000), *text = repeated("<w:p/>", 20000);
    gdx_buffer relations = {0}, header = {0};
    assert_int_equal(gdx_buffer_append_format(&relations, RELATIONS_HEAD "%s</Relationships>%c", rows, 0), GDX_OK);
    assert_int_equal(gdx_buffer_append_format(&header, "<w:hdr " SAMPLE_W ">%s</w:hdr>%c", text, 0), GDX_OK);
    gdx_buffer file =
        PACK(TYPES, {"word/document.xml", "<w:document " SAMPLE_W "/>"},
             {"word/_rels/document.xml.rels", (const char *)relations.data}, {"word/h.xml", (const char *)header.data});
    assert_int_equal(read_with(ingest_word, gdx_buffer_slice(&file), 1 << 23, 1 << 20).status, GDX_TOO_LARGE);
    gdx_buffer_clear(&file);
    gdx_buffer_clear(&relations);
    gdx_buffer_clear(&header);
    free(rows);
    free(text);
}

static void cells_repeated_without_end_stay_within_the_limits(void **state) {
    (void)state;
    char *cells = repeated("<t:table-cell t:number-columns-repeated=\"999\"><x:p>是</x:p></t:table-cell>", 500);
    char *rows =
        repeated("<t:table-row t:number-rows-repeated=\"999\"><t:table-cell t:number-columns-repeated=\"999\"><x:p>是"
                 "</x:p></t:table-cell></t:table-row>",
                 3000);
    gdx_buffer content = {0};
    assert_int_equal(
        gdx_buffer_append_format(&content,
                                 "<o:document-content " SAMPLE_O "><o:body><o:spreadsheet><t:table><t:table-row>%s"
                                 "</t:table-row>%s</t:table></o:spreadsheet></o:body></o:document-content>%c",
                                 cells, rows, 0),
        GDX_OK);
    gdx_buffer file = PACK({"content.xml", (const char *)content.data});
    assert_int_equal(read_with(ingest_opendocument, gdx_buffer_slice(&file), 0, 1 << 16).status, GDX_TOO_LARGE);
    assert_int_equal(read_with(ingest_opendocument, gdx_buffer_slice(&file), 0, 1 << 26).status, GDX_OK);
    gdx_buffer_clear(&file);
    gdx_buffer_clear(&content);
    free(cells);
    free(rows);
}

static void a_text_over_the_limit_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        gdx_buffer file = sample_of(&samples[i]);
        assert_int_equal(read_with(samples[i].read, gdx_buffer_slice(&file), 0, 3).status, GDX_TOO_LARGE);
        gdx_buffer_clear(&file);
    }
}

static bool is_same_document(package_read read, gdx_slice bytes, const gdx_document *other) {
    package_reader reader;
    gdx_document document = {0};
    ingest_package_reader_init(&reader, 0);
    gdx_draft *draft = gdx_draft_new();
    gdx_draft_begin(draft, 1 << 20);
    assert_int_equal(read(&reader, bytes, draft, NULL), GDX_OK);
    assert_int_equal(gdx_draft_finish(draft, &document, NULL), GDX_OK);
    bool is_same = gdx_slice_equal(document.text, other->text) && gdx_slice_equal(document.title, other->title) &&
                   document.part_count == other->part_count && document.date == other->date &&
                   document.title_from_text == other->title_from_text;
    gdx_draft_free(draft);
    ingest_package_reader_clear(&reader);
    return is_same;
}

// Each allocation fails in turn: the reader says so, and never blames the file.
static void every_failed_allocation_is_said(void **state) {
    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        gdx_buffer file = sample_of(&samples[i]);
        long point = 0;
        for (bool met = true; met; point++) {
            package_reader reader;
            gdx_document document = {0};
            gdx_error err = {0};
            ingest_package_reader_init(&reader, 0);
            allocations_fail_after(point, ALL_THREADS);
            gdx_draft *draft = gdx_draft_new();
            gdx_status status = draft ? GDX_OK : GDX_NO_MEMORY;
            if (draft) {
                gdx_draft_begin(draft, 1 << 20);
                status = samples[i].read(&reader, gdx_buffer_slice(&file), draft, &err);
            }
            if (status == GDX_OK)
                status = gdx_draft_finish(draft, &document, &err);
            met = allocations_end();
            // A library may get through by another way, to the same document.
            if (status == GDX_OK)
                status = is_same_document(samples[i].read, gdx_buffer_slice(&file), &document) ? GDX_OK : GDX_INTERNAL;
            if ((status != GDX_OK && !(met && status == GDX_NO_MEMORY)) || reader.lost)
                fail_msg("%s: allocation %ld failed, the reader says %s, %s", samples[i].name, point,
                         gdx_status_name(status), reader.first_lost);
            gdx_draft_free(draft);
            ingest_package_reader_clear(&reader);
        }
        print_message("%s: %ld allocations\n", samples[i].name, point - 1);
        assert_true(point > 20);
        gdx_buffer_clear(&file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kind_is_told_by_the_entries),
        cmocka_unit_test(the_first_bytes_tell_the_kind),
        cmocka_unit_test(samples_are_read),
        cmocka_unit_test(a_file_cut_anywhere_is_refused),
        cmocka_unit_test(bytes_changed_at_random_never_crash),
        cmocka_unit_test(missing_and_empty_entries_never_crash),
        cmocka_unit_test(a_file_of_another_kind_is_refused),
        cmocka_unit_test(a_high_ratio_ends_at_the_limit),
        cmocka_unit_test(entries_that_share_their_bytes_end_at_the_limit),
        cmocka_unit_test(elements_nested_ten_thousand_deep_are_refused),
        cmocka_unit_test(entities_that_grow_without_measure_are_refused),
        cmocka_unit_test(external_entities_are_not_loaded),
        cmocka_unit_test(relations_in_a_circle_end),
        cmocka_unit_test(a_part_named_again_and_again_ends_at_the_limit),
        cmocka_unit_test(cells_repeated_without_end_stay_within_the_limits),
        cmocka_unit_test(a_text_over_the_limit_is_refused),
        cmocka_unit_test(every_failed_allocation_is_said),
    };
    return cmocka_run_group_tests_name("ingest: packages", tests, NULL, NULL);
}
