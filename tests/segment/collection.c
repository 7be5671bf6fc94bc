// SPDX-License-Identifier: Apache-2.0
// collection.c: see collection.h.

#include "collection.h"

#include "../support/folder.h"
#include "gdx/ngram.h"
#include "gdx/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

// Thousands of small files are made here, and no test is about what survives when the machine stops.
int fsync(int descriptor) {
    (void)descriptor;
    return 0;
}

// ---- documents

static void append_character(gdx_buffer *out, uint32_t point) {
    const char utf8[3] = {(char)(0xE0 | point >> 12), (char)(0x80 | (point >> 6 & 63)), (char)(0x80 | (point & 63))};
    assert_int_equal(gdx_buffer_append(out, utf8, sizeof utf8), GDX_OK);
}

// Small numbers are much more frequent than large ones.
static uint32_t skewed(random_state *random, uint32_t below) {
    return random_below(random, random_below(random, random_below(random, below) + 1) + 1);
}

static void append_text(gdx_buffer *out, random_state *random, const collection_kind *kind, size_t bytes) {
    size_t end = out->bytes + bytes;
    while (out->bytes < end) {
        uint32_t choice = random_below(random, 100);
        if (choice < 70)
            append_character(out, 0x4E00 + skewed(random, kind->characters ? kind->characters : 900) * 7);
        else if (choice < 85)
            assert_int_equal(gdx_buffer_append_format(out, " w%x ", skewed(random, kind->words) * 40503u % 65536),
                             GDX_OK);
        else if (choice < 97)
            append_character(out, choice < 92 ? 0xFF0C : 0x3002);
        else
            assert_int_equal(gdx_buffer_append(out, choice == 97 ? "\n" : "\xF0\x9F\x98\x80", choice == 97 ? 1 : 4),
                             GDX_OK);
    }
}

static gdx_slice make_text(struct collection *collection, random_state *random, const collection_kind *kind,
                           size_t bytes) {
    gdx_buffer text = {0};
    gdx_slice copy;
    append_text(&text, random, kind, bytes);
    assert_int_equal(gdx_arena_copy(collection->arena, gdx_buffer_slice(&text), &copy), GDX_OK);
    gdx_buffer_clear(&text);
    return copy;
}

static gdx_slice make_name(struct collection *collection, const char *format, uint32_t a, uint32_t b) {
    gdx_buffer text = {0};
    gdx_slice copy;
    assert_int_equal(gdx_buffer_append_format(&text, "%s%u/%u", format, a, b), GDX_OK);
    assert_int_equal(gdx_arena_copy(collection->arena, gdx_buffer_slice(&text), &copy), GDX_OK);
    gdx_buffer_clear(&text);
    return copy;
}

enum { DOCUMENT_PARTS_MAX = 5 };

// One document in four has some, in any order of fields, some of them empty.
static void add_parts(struct collection *collection, random_state *random, const collection_kind *kind,
                      gdx_document *document) {
    document->title_from_text = random_below(random, 3) == 0;
    if (random_below(random, 3) == 0)
        document->origin = make_name(collection, "origin", random_below(random, 50), 0);
    if (random_below(random, 4))
        return;
    gdx_part *parts = gdx_arena_allocate(collection->arena, DOCUMENT_PARTS_MAX * sizeof *parts);
    gdx_part_place *place = gdx_arena_allocate(collection->arena, sizeof *place);
    assert_true(parts && place);
    *place = (gdx_part_place){0, make_name(collection, "page ", random_below(random, 9), 1)};
    document->part_count = random_below(random, DOCUMENT_PARTS_MAX + 1);
    document->parts = parts;
    for (uint32_t i = 0; i < document->part_count; i++)
        parts[i] = (gdx_part){
            .field = (gdx_field)(GDX_FIELD_TEXT + random_below(random, GDX_FIELDS - GDX_FIELD_TEXT)),
            .text = make_text(collection, random, kind,
                              random_below(random, 20) ? random_below(random, 4) * 20 : kind->long_bytes),
            .places = place,
            .place_count = random_below(random, 2),
        };
}

const gdx_keys *collection_keys(void) {
    static gdx_keys keys;
    static const char *const names[] = {"k", "many", "nobody's"};
    for (size_t i = 0; i < sizeof names / sizeof *names && keys.count < sizeof names / sizeof *names; i++)
        assert_int_equal(gdx_keys_add(&keys, gdx_slice_of(names[i]), NULL), GDX_OK);
    return &keys;
}

// Of key "many": up to 299 values, some of them twice, too long or no value at all.
static void append_values(random_state *random, bool is_much, gdx_buffer *text) {
    uint32_t count = is_much ? random_below(random, 300) : random_below(random, 4);
    gdx_status status = gdx_buffer_append_format(text, "\"many\":[");
    for (uint32_t i = 0; i < count && status == GDX_OK; i++) {
        uint32_t dice = random_below(random, 20);
        status = gdx_buffer_append_format(text, i ? "," : "");
        if (status == GDX_OK && dice < 3)
            status = gdx_buffer_append_format(text, "%s", dice == 0 ? "{\"a\":1}" : dice == 1 ? "null" : "\"\"");
        else if (status == GDX_OK)
            status = gdx_buffer_append_format(text, "\"%0*u\"", dice == 3 ? 300 : 1, random_below(random, 600));
    }
    if (status == GDX_OK)
        status = gdx_buffer_append_format(text, "]");
    assert_int_equal(status, GDX_OK);
}

static gdx_slice make_metadata(struct collection *collection, random_state *random, uint32_t d) {
    gdx_buffer text = {0};
    gdx_slice copy;
    if (random_below(random, 2))
        return gdx_slice_of("");
    assert_int_equal(gdx_buffer_append_format(&text, "{\"k\":%u,", d % 3 ? d : random_below(random, 9)), GDX_OK);
    append_values(random, d % 16 == 15, &text);
    assert_int_equal(gdx_buffer_append_format(&text, random_below(random, 9) ? "}" : ",\"k\":\"more\""), GDX_OK);
    assert_int_equal(gdx_arena_copy(collection->arena, gdx_buffer_slice(&text), &copy), GDX_OK);
    gdx_buffer_clear(&text);
    return copy;
}

void collection_init(struct collection *collection, uint64_t seed, const collection_kind *kind) {
    random_state random = {seed};
    *collection = (struct collection){.arena = gdx_arena_new()};
    collection->count = kind->count;
    collection->documents = calloc(kind->count + 1, sizeof *collection->documents);
    assert_non_null(collection->arena);
    assert_non_null(collection->documents);
    for (uint32_t d = 0; d < kind->count; d++) {
        bool is_long = kind->long_every && d % kind->long_every == kind->long_every - 1;
        uint32_t bytes = is_long ? kind->long_bytes : skewed(&random, kind->text_bytes);
        collection->documents[d] = (gdx_document){
            .id = make_name(collection, "id", random_below(&random, 1000), d),
            .source = make_name(collection, "source", random_below(&random, kind->sources), 0),
            .title = make_text(collection, &random, kind, random_below(&random, 4) * 12),
            .metadata = make_metadata(collection, &random, d),
            .text = make_text(collection, &random, kind, random_below(&random, 10) ? bytes : 0),
            .date = gdx_date_of(2000 + random_below(&random, 20), random_below(&random, 13), 0),
        };
        add_parts(collection, &random, kind, &collection->documents[d]);
    }
}

void collection_clear(struct collection *collection) {
    gdx_arena_free(collection->arena);
    free(collection->documents);
}

// ---- segments

struct writing {
    gdx_segment_writer *writer;
    gdx_inverter *inverter;
    gdx_folded *folded;
};

static gdx_status add_document(struct writing *to, const gdx_document *document, gdx_error *err) {
    gdx_status status = gdx_folded_fold(to->folded, gdx_rule_current(), document);
    if (status == GDX_OK)
        status = gdx_segment_writer_add(to->writer, document, to->folded, err);
    return status == GDX_OK ? gdx_folded_invert(to->folded, to->inverter) : status;
}

gdx_status collection_try_write(const struct collection *collection, const uint32_t *numbers, uint32_t count,
                                const char *folder, int level, gdx_segment_info *out, gdx_error *err) {
    struct writing to = {.inverter = gdx_inverter_new((size_t)64 << 20), .folded = gdx_folded_new()};
    gdx_status status = to.inverter && to.folded ? GDX_OK : GDX_NO_MEMORY;
    if (status == GDX_OK)
        status = gdx_segment_writer_open(folder, 1, level, gdx_rule_current(), &to.writer, err);
    if (status == GDX_OK && !collection->without_keys)
        status = gdx_segment_writer_set_keys(to.writer, collection_keys());
    if (status == GDX_OK)
        gdx_segment_writer_set_shape(to.writer, collection->shape);
    for (uint32_t i = 0; i < count && status == GDX_OK; i++)
        status = add_document(&to, &collection->documents[numbers[i]], err);
    if (status == GDX_OK)
        status = gdx_inverter_sort(to.inverter);
    if (status == GDX_OK)
        status = gdx_segment_writer_commit(to.writer, to.inverter, out, err);
    else
        gdx_segment_writer_abort(to.writer);
    gdx_inverter_free(to.inverter);
    gdx_folded_free(to.folded);
    return status;
}

gdx_segment_info collection_write(const struct collection *collection, const uint32_t *numbers, uint32_t count,
                                  const char *folder, int level) {
    gdx_segment_info info;
    gdx_error err = {0};
    if (collection_try_write(collection, numbers, count, folder, level, &info, &err) != GDX_OK)
        fail_msg("%s", err.message);
    return info;
}

gdx_segment_info collection_write_all(const struct collection *collection, const char *folder, int level) {
    uint32_t *numbers = calloc(collection->count + 1, sizeof *numbers);
    assert_non_null(numbers);
    for (uint32_t i = 0; i < collection->count; i++)
        numbers[i] = i;
    gdx_segment_info info = collection_write(collection, numbers, collection->count, folder, level);
    free(numbers);
    return info;
}

gdx_segment *segment_of(const char *folder, uint64_t name) {
    gdx_segment *segment = NULL;
    gdx_error err = {0};
    if (gdx_segment_open(folder, name, &segment, &err) != GDX_OK)
        fail_msg("%s", err.message);
    return segment;
}

gdx_buffer segment_bytes(const char *folder, uint64_t name) {
    char file[GDX_SEGMENT_FILE_NAME_BYTES];
    gdx_buffer bytes = {0};
    gdx_error err = {0};
    if (gdx_read_file(folder_path(folder, gdx_segment_file_name(name, file)), SIZE_MAX / 2, &bytes, &err) != GDX_OK)
        fail_msg("%s", err.message);
    return bytes;
}
