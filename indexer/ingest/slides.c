// SPDX-License-Identifier: Apache-2.0
// slides.c: PresentationML (ECMA-376, part 1, chapter 19): slides in the order they are shown, their notes and their
// comments. Relies on drawing.h. A slide is a place, "slide 3". What masters and layouts hold is the look of every
// slide and no text of one.

#include "drawing.h"

enum { MOST_SLIDES = 1 << 16 };

struct deck {
    package_reader *reader;
    text_flow *flow;
    part_relations relations; // of the presentation
    part_relations of_slide;
    gdx_buffer names; // of the slides, each ended by a zero
    size_t count;
    size_t text_depth; // of a comment's text; 0: none
    gdx_error damage;  // of the main part, which a callback found
};

// ---- the list of slides

static void on_start(void *context, markup *at, const char *name) {
    struct deck *deck = context;
    if (ingest_markup_depth(at) == 1 && !ingest_office_is_root(at, name, "p:presentation", &deck->damage))
        return;
    const char *id = strcmp(name, "p:sldId") == 0 ? ingest_markup_attribute(at, "r:id") : NULL;
    if (!id || deck->count == MOST_SLIDES)
        return;
    gdx_slice target = ingest_relations_of_id(&deck->relations, id);
    gdx_status status = gdx_buffer_append(&deck->names, target.data, target.bytes);
    if (status == GDX_OK)
        status = gdx_buffer_append(&deck->names, "", 1);
    if (status != GDX_OK)
        ingest_markup_stop(at, status);
    deck->count++;
}

static void on_end(void *context, markup *at, const char *name) {
    (void)context, (void)at, (void)name;
}
static void on_text(void *context, markup *at, gdx_slice text) {
    (void)context, (void)at, (void)text;
}

// ---- comments: <p:cm><p:text>, and those of PowerPoint 2021, which hold paragraphs as shapes do

static void on_comment_start(void *context, markup *at, const char *name) {
    struct deck *deck = context;
    if (deck->text_depth == 0 && (strcmp(name, "p:text") == 0 || strcmp(name, "a:t") == 0))
        deck->text_depth = ingest_markup_depth(at);
}

static void on_comment_end(void *context, markup *at, const char *name) {
    struct deck *deck = context;
    (void)name;
    if (deck->text_depth != ingest_markup_depth(at))
        return;
    deck->text_depth = 0;
    ingest_flow_line(deck->flow);
}

static void on_comment_text(void *context, markup *at, gdx_slice text) {
    struct deck *deck = context;
    if (deck->text_depth == ingest_markup_depth(at))
        ingest_flow_text(deck->flow, text);
}

static gdx_status read_comments(struct deck *deck, ptrdiff_t entry, gdx_error *err) {
    markup_handler handler = {on_comment_start, on_comment_end, on_comment_text, .context = deck};
    gdx_error damage = {0};
    deck->text_depth = 0;
    ingest_flow_part_begin(deck->flow, GDX_FIELD_FURNITURE);
    gdx_status status = ingest_markup_parse_entry(deck->reader, entry, &handler, &damage);
    ingest_flow_part_end(deck->flow);
    if (status == GDX_CORRUPT) {
        ingest_package_lose(deck->reader, ingest_package_name(deck->reader, entry));
        return GDX_OK;
    }
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s", damage.message);
}

// ---- slides

static gdx_status read_beside(struct deck *deck, const char *type, gdx_error *err) {
    gdx_slice name = ingest_relations_of_type(&deck->of_slide, type);
    if (name.bytes == 0)
        return GDX_OK;
    ptrdiff_t entry = ingest_package_find(deck->reader, name);
    if (entry == PACKAGE_NOT_THERE) {
        ingest_package_lose(deck->reader, name);
        return GDX_OK;
    }
    if (strcmp(type, "comments") == 0)
        return read_comments(deck, entry, err);
    return ingest_drawing_read(deck->reader, entry, DRAWING_NOTES, deck->flow, err);
}

static gdx_status read_slide(struct deck *deck, gdx_slice name, size_t number, gdx_error *err) {
    ptrdiff_t entry = name.bytes ? ingest_package_find(deck->reader, name) : PACKAGE_NOT_THERE;
    ingest_flow_place(deck->flow, "slide %zu", number);
    if (entry == PACKAGE_NOT_THERE) {
        ingest_package_lose(deck->reader, name);
        return GDX_OK;
    }
    gdx_status status = ingest_relations_read(&deck->of_slide, deck->reader, name, err);
    if (status == GDX_OK)
        status = ingest_drawing_read(deck->reader, entry, DRAWING_SLIDE, deck->flow, err);
    if (status == GDX_OK)
        status = read_beside(deck, "notesSlide", err);
    return status == GDX_OK ? read_beside(deck, "comments", err) : status;
}

static gdx_status read_slides(struct deck *deck, gdx_error *err) {
    gdx_status status = GDX_OK;
    size_t at = 0;
    for (size_t number = 1; status == GDX_OK && at < deck->names.bytes; number++) {
        gdx_slice name = gdx_slice_of((const char *)deck->names.data + at);
        at += name.bytes + 1;
        status = read_slide(deck, name, number, err);
    }
    if (status == GDX_OK && deck->count && deck->reader->lost >= deck->count &&
        gdx_draft_total_bytes(deck->flow->draft) == 0)
        return gdx_fail(err, GDX_CORRUPT, "none of its %zu slides can be read, %s among them", deck->count,
                        deck->reader->first_lost);
    return status;
}

static gdx_status read_deck(struct deck *deck, gdx_buffer *main, gdx_error *err) {
    gdx_status status = ingest_office_open(deck->reader, "ppt/presentation.xml", main, err);
    if (status == GDX_OK)
        status = ingest_core_properties(deck->reader, deck->flow, err);
    if (status == GDX_OK)
        status = ingest_relations_read(&deck->relations, deck->reader, gdx_buffer_slice(main), err);
    if (status != GDX_OK)
        return status;
    markup_handler handler = {on_start, on_end, on_text, .context = deck};
    status = ingest_markup_parse_entry(deck->reader, ingest_package_find(deck->reader, gdx_buffer_slice(main)),
                                       &handler, err);
    if (deck->damage.status != GDX_OK)
        return gdx_fail(err, status, "%s", deck->damage.message);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_memory(err, "the slides of a presentation");
    if (status == GDX_OK)
        status = read_slides(deck, err);
    return status == GDX_OK ? ingest_flow_finish(deck->flow, false, err) : status;
}

gdx_status ingest_slides(package_reader *reader, gdx_slice bytes, gdx_draft *draft, gdx_error *err) {
    text_flow flow = {0};
    gdx_buffer main = {0};
    struct deck deck = {.reader = reader, .flow = &flow};
    ingest_package_begin(reader, bytes);
    ingest_flow_begin(&flow, draft);
    gdx_status status = read_deck(&deck, &main, err);
    ingest_relations_clear(&deck.relations);
    ingest_relations_clear(&deck.of_slide);
    gdx_buffer_clear(&deck.names);
    gdx_buffer_clear(&main);
    ingest_flow_clear(&flow);
    return status;
}
