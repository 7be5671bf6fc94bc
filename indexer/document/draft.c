// SPDX-License-Identifier: Apache-2.0
// draft.c: a document while it is written. The main text is part 0; each part has a buffer that is kept from document
// to document. Places point into one buffer of names until the end, by offset, since it moves while it grows.

#include "gdx/draft.h"

#include "gdx/utf8.h"
#include "gdx/white.h"

#include <assert.h>
#include <stdlib.h>

struct place {
    uint32_t byte;
    size_t name; // in names
    size_t name_bytes;
};

struct part {
    gdx_field field;
    gdx_buffer text;
    struct place *places;
    uint32_t place_count;
    size_t place_capacity;
};

struct pair { // of the metadata, in `pairs_text`
    size_t key, key_bytes, value_bytes;
};

struct gdx_draft {
    size_t limit;
    size_t total; // bytes of all parts
    gdx_status status;
    gdx_date date;
    bool title_is_line;
    gdx_buffer title;
    struct part *parts; // the first is the main text
    size_t part_count;
    size_t part_capacity; // of these, all are made
    size_t open[GDX_DRAFT_DEPTH + 1];
    size_t depth;     // of `open`; open[0] is the main text
    size_t unopened;  // begun below the depth
    gdx_buffer names; // of places
    struct place at;  // the one in force; name_bytes 0: none
    gdx_buffer pairs_text;
    struct pair *pairs; // by key
    size_t pair_count;
    size_t pair_capacity;
    gdx_part *made;
    size_t made_capacity;
    gdx_part_place *made_places;
    size_t made_place_capacity;
};

gdx_draft *gdx_draft_new(void) {
    return calloc(1, sizeof(gdx_draft));
}

void gdx_draft_free(gdx_draft *draft) {
    if (!draft)
        return;
    for (size_t i = 0; i < draft->part_capacity; i++) {
        gdx_buffer_clear(&draft->parts[i].text);
        free(draft->parts[i].places);
    }
    free(draft->parts);
    gdx_buffer_clear(&draft->title);
    gdx_buffer_clear(&draft->names);
    gdx_buffer_clear(&draft->pairs_text);
    free(draft->pairs);
    free(draft->made);
    free(draft->made_places);
    free(draft);
}

static void keep(gdx_draft *draft, gdx_status status) {
    if (draft->status == GDX_OK)
        draft->status = status;
}

static size_t add_part(gdx_draft *draft, gdx_field field) {
    size_t before = draft->part_capacity;
    if (draft->status != GDX_OK) // what has failed grows no more: only the rows made below are whole
        return 0;
    keep(draft, gdx_grow(&draft->parts, &draft->part_capacity, draft->part_count + 1, sizeof *draft->parts));
    if (draft->status != GDX_OK)
        return 0;
    memset(draft->parts + before, 0, (draft->part_capacity - before) * sizeof *draft->parts);
    struct part *part = &draft->parts[draft->part_count];
    part->field = field;
    part->text.bytes = 0;
    part->place_count = 0;
    return draft->part_count++;
}

void gdx_draft_begin(gdx_draft *draft, size_t limit) {
    assert(limit <= INT32_MAX);
    draft->limit = limit;
    draft->total = 0;
    draft->status = GDX_OK;
    draft->date = GDX_NO_DATE;
    draft->title_is_line = false;
    draft->title.bytes = 0;
    draft->names.bytes = 0;
    draft->at = (struct place){0};
    draft->pairs_text.bytes = 0;
    draft->pair_count = 0;
    draft->part_count = 0;
    draft->depth = 0;
    draft->unopened = 0;
    draft->open[0] = add_part(draft, GDX_FIELD_TEXT);
}

static bool takes(gdx_draft *draft, size_t more) {
    if (draft->status == GDX_OK && more > draft->limit - draft->total)
        draft->status = GDX_TOO_LARGE;
    return draft->status == GDX_OK;
}

// ---- what a document has once

void gdx_draft_title(gdx_draft *draft, gdx_slice title, bool is_line) {
    draft->total -= draft->title.bytes;
    draft->title.bytes = 0;
    draft->title_is_line = is_line;
    if (!takes(draft, title.bytes))
        return;
    keep(draft, gdx_buffer_append(&draft->title, title.data, title.bytes));
    draft->total += draft->title.bytes;
}

bool gdx_draft_has_title(const gdx_draft *draft) {
    return draft->title.bytes > 0;
}

void gdx_draft_date(gdx_draft *draft, gdx_date date, const char *from) {
    draft->date = date;
    gdx_draft_metadata(draft, gdx_slice_of("date_from"), gdx_slice_of(date ? from : ""));
}

gdx_date gdx_draft_date_of(const gdx_draft *draft) {
    return draft->date;
}

static gdx_draft_pair pair_at(const gdx_draft *draft, size_t index) {
    const struct pair *pair = &draft->pairs[index];
    const char *text = (const char *)draft->pairs_text.data + pair->key;
    return (gdx_draft_pair){{text, pair->key_bytes}, {text + pair->key_bytes, pair->value_bytes}};
}

bool gdx_draft_metadata_at(const gdx_draft *draft, size_t index, gdx_draft_pair *out) {
    if (index < draft->pair_count)
        *out = pair_at(draft, index);
    return index < draft->pair_count;
}

void gdx_draft_metadata(gdx_draft *draft, gdx_slice key, gdx_slice value) {
    size_t at = 0;
    while (at < draft->pair_count && gdx_slice_compare(pair_at(draft, at).key, key) < 0)
        at++;
    bool is_there = at < draft->pair_count && gdx_slice_equal(pair_at(draft, at).key, key);
    size_t after = draft->pair_count - at - is_there;
    if (value.bytes == 0 && is_there) {
        memmove(draft->pairs + at, draft->pairs + at + 1, after * sizeof *draft->pairs);
        draft->pair_count--;
    }
    if (value.bytes == 0)
        return;
    struct pair pair = {draft->pairs_text.bytes, key.bytes, value.bytes};
    keep(draft, gdx_buffer_append(&draft->pairs_text, key.data, key.bytes));
    keep(draft, gdx_buffer_append(&draft->pairs_text, value.data, value.bytes));
    keep(draft, gdx_grow(&draft->pairs, &draft->pair_capacity, draft->pair_count + 1, sizeof *draft->pairs));
    if (draft->status != GDX_OK)
        return;
    if (!is_there)
        memmove(draft->pairs + at + 1, draft->pairs + at, after * sizeof *draft->pairs);
    draft->pair_count += !is_there;
    draft->pairs[at] = pair;
}

// ---- text and places

static struct part *part_at_hand(gdx_draft *draft) {
    return &draft->parts[draft->open[draft->depth]];
}

static gdx_slice name_of(const gdx_draft *draft, const struct place *place) {
    if (place->name_bytes == 0)
        return (gdx_slice){"", 0};
    return (gdx_slice){(const char *)draft->names.data + place->name, place->name_bytes};
}

// The place in force, at the end of a part, unless the part is there already. Text follows.
static void note_place(gdx_draft *draft, struct part *part) {
    gdx_slice before = part->place_count ? name_of(draft, &part->places[part->place_count - 1]) : (gdx_slice){"", 0};
    if (gdx_slice_equal(before, name_of(draft, &draft->at)))
        return;
    keep(draft, gdx_grow(&part->places, &part->place_capacity, part->place_count + 1, sizeof *part->places));
    if (draft->status == GDX_OK)
        part->places[part->place_count++] =
            (struct place){(uint32_t)part->text.bytes, draft->at.name, draft->at.name_bytes};
}

void gdx_draft_text(gdx_draft *draft, gdx_slice text) {
    if (text.bytes == 0 || !takes(draft, text.bytes))
        return;
    struct part *part = part_at_hand(draft);
    note_place(draft, part);
    keep(draft, gdx_buffer_append(&part->text, text.data, text.bytes));
    draft->total += text.bytes;
}

void gdx_draft_line_end(gdx_draft *draft) {
    if (draft->status != GDX_OK)
        return;
    const gdx_buffer *text = &part_at_hand(draft)->text;
    if (text->bytes && text->data[text->bytes - 1] != '\n')
        gdx_draft_text(draft, gdx_slice_of("\n"));
}

void gdx_draft_begin_part(gdx_draft *draft, gdx_field field) {
    assert(field > GDX_FIELD_TITLE && field <= GDX_FIELD_FURNITURE);
    if (draft->depth == GDX_DRAFT_DEPTH) {
        draft->unopened++;
        return;
    }
    size_t part = add_part(draft, field);
    draft->open[++draft->depth] = part;
}

void gdx_draft_end_part(gdx_draft *draft) {
    assert(draft->unopened + draft->depth > 0);
    if (draft->unopened)
        draft->unopened--;
    else
        draft->depth--;
}

// As a place's name may be, in `to`: what comes from a file's own words may break lines.
static gdx_slice clean_name(gdx_slice name, char to[GDX_PLACE_NAME_BYTES]) {
    uint32_t code_point;
    size_t used = 0;
    name = gdx_utf8_cut(name, GDX_PLACE_NAME_BYTES);
    for (size_t i = 0, bytes; i < name.bytes; i += bytes) {
        bytes = gdx_utf8_decode((const uint8_t *)name.data + i, name.bytes - i, &code_point);
        if (gdx_is_control(code_point))
            to[used++] = ' ';
        else
            memcpy(to + used, name.data + i, bytes);
        used += gdx_is_control(code_point) ? 0 : bytes;
    }
    return (gdx_slice){to, used};
}

void gdx_draft_place(gdx_draft *draft, gdx_slice name) {
    char cleaned[GDX_PLACE_NAME_BYTES];
    name = clean_name(name, cleaned);
    if (draft->status != GDX_OK || gdx_slice_equal(name_of(draft, &draft->at), name))
        return;
    draft->at = (struct place){.name = draft->names.bytes, .name_bytes = name.bytes};
    keep(draft, gdx_buffer_append(&draft->names, name.data, name.bytes));
}

size_t gdx_draft_bytes(const gdx_draft *draft) {
    return draft->status == GDX_OK ? draft->parts[draft->open[draft->depth]].text.bytes : 0;
}

size_t gdx_draft_total_bytes(const gdx_draft *draft) {
    return draft->total - draft->title.bytes;
}

// ---- the end

static const gdx_part_place *make_places(gdx_draft *draft, const struct part *part, gdx_part_place **free_places) {
    const gdx_part_place *made = *free_places;
    for (uint32_t i = 0; i < part->place_count; i++)
        *(*free_places)++ = (gdx_part_place){part->places[i].byte, name_of(draft, &part->places[i])};
    return made;
}

static void make_parts(gdx_draft *draft, gdx_document *out) {
    gdx_part_place *free_places = draft->made_places;
    const struct part *main = &draft->parts[0];
    uint32_t count = 0;
    out->text = gdx_buffer_slice(&main->text);
    out->text_place_count = main->place_count;
    out->text_places = make_places(draft, main, &free_places);
    for (size_t i = 1; i < draft->part_count; i++) {
        const struct part *part = &draft->parts[i];
        if (part->text.bytes == 0)
            continue;
        gdx_part *made = &draft->made[count++];
        *made = (gdx_part){.field = part->field, .text = gdx_buffer_slice(&part->text)};
        made->place_count = part->place_count;
        made->places = make_places(draft, part, &free_places);
    }
    out->part_count = count;
    out->parts = draft->made;
}

gdx_status gdx_draft_finish(gdx_draft *draft, gdx_document *out, gdx_error *err) {
    size_t places = 0;
    for (size_t i = 0; i < draft->part_count; i++)
        places += draft->parts[i].place_count;
    keep(draft, gdx_grow(&draft->made, &draft->made_capacity, draft->part_count + 1, sizeof *draft->made));
    keep(draft, gdx_grow(&draft->made_places, &draft->made_place_capacity, places + 1, sizeof *draft->made_places));
    if (draft->status == GDX_TOO_LARGE)
        return gdx_fail(err, GDX_TOO_LARGE, "over %zu bytes of text, expected at most so many", draft->limit);
    if (draft->status != GDX_OK)
        return gdx_fail_memory(err, "the text of a document");
    draft->depth = 0;
    draft->unopened = 0;
    make_parts(draft, out);
    out->title = gdx_buffer_slice(&draft->title);
    out->title_from_text = draft->title_is_line;
    out->date = draft->date;
    return GDX_OK;
}
