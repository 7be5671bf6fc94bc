// SPDX-License-Identifier: Apache-2.0
// test_scan.c: property: whatever line the fast record reader accepts, jansson reads the same; and it accepts the lines
// that it is there for. Lines are made at random from the pieces of JSON, then mutated. GDX_SEED changes the lines.

#include "one_piece.h"
#include "scan_agrees.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINES = 300000, MUTATIONS = 3 };

static uint64_t random_state;

static uint32_t random_below(uint32_t bound) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % bound);
}

struct line {
    char bytes[4096];
    size_t count;
};

static void add(struct line *line, const char *text) {
    size_t bytes = strlen(text);
    if (line->count + bytes <= sizeof line->bytes) {
        memcpy(line->bytes + line->count, text, bytes);
        line->count += bytes;
    }
}

static void add_white(struct line *line) {
    static const char *const white[] = {"", "", "", " ", "  ", "\t", "\r", " \n"};
    add(line, white[random_below(8)]);
}

static void add_string(struct line *line) {
    static const char *const parts[] = {
        "a",
        "产业链",
        "全球贸易治理体系改革的方向是什么",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\b",
        "\\f",
        "\\r",
        "\\t",
        "\\u4e2d",
        "\\u0000",
        "\\u001f",
        "\\u007f",
        "\\ud83d\\ude00",
        "\\ud83d",
        "\\udc00",
        "\\u12g4",
        "\\x",
        "\x7f",
        "\x1f",
        "0123456789abcdef0123456789",
        "\xc2\x80",
        "é",
        "😀",
        "\t",
    };
    add(line, "\"");
    for (uint32_t i = random_below(5); i > 0; i--) // the valid ones come first, and more often
        add(line, parts[random_below(random_below(30) ? 12 : sizeof parts / sizeof parts[0])]);
    add(line, "\"");
}

static void add_value(struct line *line, int depth) {
    static const char *const atoms[] = {
        "0",
        "1",
        "-1",
        "2023",
        "123456789012345678",
        "1234567890123456789",
        "99999999999999999999",
        "-0",
        "01",
        "1.5",
        "1e5",
        "-1.25E-3",
        "1e999",
        "null",
        "true",
        "false",
        "nul",
        "-",
        "1.",
        "+1",
        "20230506",
    };
    uint32_t pick = random_below(depth > 3 ? 8 : 10);
    if (pick < 5) {
        add_string(line);
    } else if (pick < 8) {
        add(line, atoms[random_below(random_below(8) ? 6 : sizeof atoms / sizeof atoms[0])]);
    } else {
        bool object = pick == 8;
        add(line, object ? "{" : "[");
        for (uint32_t i = 0, count = random_below(3); i < count; i++) {
            add(line, i ? "," : "");
            add_white(line);
            if (object) {
                add_string(line);
                add(line, ":");
            }
            add_value(line, depth + 1);
        }
        add(line, object ? "}" : "]");
    }
}

static void make_line(struct line *line) {
    static const char *const keys[] = {"\"id\"",  "\"text\"",     "\"title\"", "\"source\"", "\"date\"",
                                       "\"url\"", "\"tags\"",     "\"a\"",     "\"ab\"",     "\"\"",
                                       "\"中\"",  "\"i\\u0064\"", "\"parts\"", "\"places\""};
    line->count = 0;
    add_white(line);
    add(line, "{");
    uint32_t first = random_below(14);
    for (uint32_t i = 0, count = random_below(8); i < count; i++) {
        add(line, i ? "," : "");
        add_white(line);
        add(line, keys[(first + i + (random_below(16) == 0)) % 14]);
        add_white(line);
        add(line, ":");
        add_white(line);
        add_value(line, 0);
        add_white(line);
    }
    add(line, "}");
    add_white(line);
}

static void mutate(struct line *line) {
    if (line->count == 0)
        return;
    size_t at = random_below((uint32_t)line->count);
    switch (random_below(4)) {
    case 0:
        line->bytes[at] = "\"\\{}[]:,0e-. nu\x01\x80\xe4"[random_below(18)];
        break;
    case 1:
        memmove(line->bytes + at, line->bytes + at + 1, line->count - at - 1);
        line->count--;
        break;
    case 2:
        line->count = at;
        break;
    default:
        line->bytes[at] = (char)random_below(256);
        break;
    }
}

static void what_the_scanner_accepts_jansson_reads_the_same(void **state) {
    (void)state;
    const char *seed = getenv("GDX_SEED");
    random_state = seed ? strtoull(seed, NULL, 10) : 20240229;
    print_message("seed %llu\n", (unsigned long long)random_state);
    record_reader scanner, parser;
    ingest_record_reader_init(&scanner);
    ingest_record_reader_init(&parser);
    static struct line line;
    uint64_t accepted = 0;
    for (int i = 0; i < LINES; i++) {
        make_line(&line);
        scanner.find_special = i % 2 ? ingest_find_special_portable : ingest_find_special_choose();
        for (int mutation = 0; mutation <= MUTATIONS; mutation++) {
            // A copy of exactly its size, so that a sanitizer sees a byte too far.
            char *exact = malloc(line.count ? line.count : 1);
            memcpy(exact, line.bytes, line.count);
            gdx_slice bytes = {exact, line.count};
            bool sure = false;
            if (gdx_utf8_valid(bytes) && !scan_agrees(&scanner, &parser, bytes, &sure))
                fail_msg("%.*s", GDX_SLICE_ARGUMENTS(bytes));
            accepted += sure;
            free(exact);
            mutate(&line);
        }
    }
    print_message("%llu of %d accepted\n", (unsigned long long)accepted, LINES * (MUTATIONS + 1));
    assert_true(accepted > LINES / 4);
    ingest_record_reader_clear(&scanner);
    ingest_record_reader_clear(&parser);
}

static void the_common_shapes_take_the_fast_way(void **state) {
    (void)state;
    static const char *const lines[] = {
        "{\"id\": \"a\", \"title\": \"t\", \"date\": \"2023\", \"source\": \"s\", \"text\": \"x\\n\\\"y\\\"\\u4e2d\"}",
        "{\"id\":1,\"text\":\"\",\"date\":2023,\"title\":null,\"url\":\"https:\\/\\/a\",\"n\":7}\r",
        "{\"id\":\"1\",\"text\":\"\",\"tags\":[\"a\",\"b\"],\"score\":0.5,\"more\":{\"x\":[]},\"ok\":true}",
        "{\"id\":\"1\",\"text\":\"\",\"places\":[\"上海\"],\"parts\":{\"x\":[]},\"document\":{}}",
    };
    record_reader reader;
    ingest_record_reader_init(&reader);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        record scanned;
        bool sure = false;
        assert_int_equal(ingest_record_scan(&reader, gdx_slice_of(lines[i]), &scanned, &sure), GDX_OK);
        assert_true(sure);
    }
    ingest_record_reader_clear(&reader);
}

static void special_bytes_are_found_alike_by_every_version(void **state) {
    (void)state;
    ingest_find_special chosen = ingest_find_special_choose();
    static const uint8_t plain[] = {' ', '!', '#', 'a', '[', ']', 0x7f, 0x80, 0xa2, 0xdc, 0xff};
    for (size_t count = 0; count <= 100; count++) {
        uint8_t *bytes = malloc(count ? count : 1);
        for (size_t i = 0; i < count; i++)
            bytes[i] = plain[i % sizeof plain];
        assert_ptr_equal(chosen(bytes, bytes + count), bytes + count);
        assert_ptr_equal(ingest_find_special_portable(bytes, bytes + count), bytes + count);
        for (size_t at = 0; at < count; at++) {
            uint8_t kept = bytes[at];
            for (int byte = 0; byte < 256; byte++) {
                bytes[at] = (uint8_t)byte;
                bool special = byte < 0x20 || byte == '"' || byte == '\\';
                assert_ptr_equal(chosen(bytes, bytes + count), bytes + (special ? at : count));
                assert_ptr_equal(ingest_find_special_portable(bytes, bytes + count), bytes + (special ? at : count));
            }
            bytes[at] = kept;
        }
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_scanner_accepts_jansson_reads_the_same),
        cmocka_unit_test(the_common_shapes_take_the_fast_way),
        cmocka_unit_test(special_bytes_are_found_alike_by_every_version),
    };
    return cmocka_run_group_tests_name("ingest: scan", tests, NULL, NULL);
}
