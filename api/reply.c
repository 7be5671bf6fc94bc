// SPDX-License-Identifier: Apache-2.0
// reply.c: what replies have in common: lists and texts in the session's arena, a document, what every answer says.

#include "api.h"

void *reply_list(gdx_arena *arena, size_t count, size_t bytes, void *out_list) {
    void **list = gdx_arena_allocate(arena, count * sizeof *list + 1);
    char *all = gdx_arena_allocate(arena, count * bytes + 1);
    for (size_t i = 0; list && all && i < count; i++)
        list[i] = all + i * bytes;
    memcpy(out_list, &list, sizeof list);
    return list ? all : NULL;
}

gdx_status reply_ngrams(gdx_arena *arena, const gdx_ngram_row *rows, size_t count, Gramdex__V1__Ngram ***out,
                        size_t *out_count) {
    Gramdex__V1__Ngram *all = reply_list(arena, count, sizeof *all, out);
    if (!all)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        gramdex__v1__ngram__init(&all[i]);
        all[i].phrase = data_of(rows[i].phrase);
        all[i].occurrences = rows[i].occurrences;
        all[i].documents = rows[i].documents;
    }
    *out_count = count;
    return GDX_OK;
}

static ProtobufCBinaryData copy_of(gdx_arena *arena, const char *text, gdx_status *status) {
    gdx_slice copy = {"", 0};
    if (*text && *status == GDX_OK)
        *status = gdx_arena_copy(arena, gdx_slice_of(text), &copy);
    return data_of(copy);
}

ProtobufCBinaryData reply_date(gdx_arena *arena, gdx_date date, gdx_status *status) {
    char text[GDX_DATE_TEXT_BYTES];
    return copy_of(arena, gdx_date_format(date, text), status);
}

ProtobufCBinaryData reply_period(gdx_arena *arena, gdx_date period, gdx_group by, gdx_status *status) {
    char text[GDX_PERIOD_TEXT_BYTES];
    return copy_of(arena, gdx_period_format(period, by, text), status);
}

void reply_answer(const gdx_question *question, uint64_t commit, Gramdex__V1__Answer *out) {
    gramdex__v1__answer__init(out);
    out->commit = commit;
    out->complete = true; // view_say knows better when it is not
    out->took_us = (gdx_now_ns() - question->opened_ns) / 1000;
}

gdx_status reply_note(gdx_arena *arena, gdx_slice note, Gramdex__V1__Answer *out, gdx_error *err) {
    return reply_note_list(arena, &note, 1, out, err);
}

gdx_status reply_note_list(gdx_arena *arena, const gdx_slice *notes, size_t count, Gramdex__V1__Answer *out,
                           gdx_error *err) {
    ProtobufCBinaryData *all = gdx_arena_allocate(arena, (out->n_notes + count) * sizeof *all);
    if (!all)
        return reply_no_memory(err);
    for (size_t i = 0; i < out->n_notes; i++)
        all[i] = out->notes[i];
    for (size_t i = 0; i < count; i++)
        all[out->n_notes++] = data_of(notes[i]);
    out->notes = all;
    return GDX_OK;
}

gdx_status reply_slips(const gdx_question *question, const gdx_query *query, gdx_snapshot *snapshot,
                       Gramdex__V1__Answer *out, gdx_error *err) {
    gdx_arena *arena = question->session->arena;
    gdx_slice *notes = NULL;
    size_t count = 0;
    if (question->leaf)
        return leaf_say(question, query, snapshot, err);
    gdx_status status = gdx_query_notes(query, snapshot, arena, &notes, &count, err);
    return status == GDX_OK && count ? reply_note_list(arena, notes, count, out, err) : status;
}

gdx_status reply_notes(const gdx_question *question, const gdx_query *query, const struct view *view,
                       Gramdex__V1__Answer *out, gdx_error *err) {
    gdx_arena *arena = question->session->arena;
    gdx_status status = reply_slips(question, query, view->snapshot, out, err);
    return status == GDX_OK ? view_say(view, arena, out, err) : status;
}

gdx_status reply_no_memory(gdx_error *err) {
    return gdx_fail_memory(err, "this answer");
}

Gramdex__V1__Field reply_field(gdx_field field) {
    static const Gramdex__V1__Field fields[GDX_FIELDS] = {
        [GDX_FIELD_TITLE] = GRAMDEX__V1__FIELD__FIELD_TITLE,
        [GDX_FIELD_TEXT] = GRAMDEX__V1__FIELD__FIELD_TEXT,
        [GDX_FIELD_NOTE] = GRAMDEX__V1__FIELD__FIELD_NOTE,
        [GDX_FIELD_CAPTION] = GRAMDEX__V1__FIELD__FIELD_CAPTION,
        [GDX_FIELD_FURNITURE] = GRAMDEX__V1__FIELD__FIELD_FURNITURE,
    };
    return fields[field];
}

static gdx_status fill_places(gdx_arena *arena, const gdx_part_place *places, uint32_t count, size_t *out_count,
                              Gramdex__V1__Place ***out) {
    *out_count = 0;
    if (count == 0)
        return GDX_OK;
    Gramdex__V1__Place *all = reply_list(arena, count, sizeof *all, out);
    if (!all)
        return GDX_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        gramdex__v1__place__init(&all[i]);
        all[i].byte = places[i].byte;
        all[i].name = data_of(places[i].name);
    }
    *out_count = count;
    return GDX_OK;
}

static gdx_status fill_parts(gdx_arena *arena, const gdx_document *document, Gramdex__V1__Document *out) {
    gdx_status status =
        fill_places(arena, document->text_places, document->text_place_count, &out->n_places, &out->places);
    if (status != GDX_OK || document->part_count == 0)
        return status;
    Gramdex__V1__DocumentPart *all = reply_list(arena, document->part_count, sizeof *all, &out->parts);
    if (!all)
        return GDX_NO_MEMORY;
    gdx_part_walk walk = {0};
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(document, &walk));) {
        Gramdex__V1__DocumentPart *to = &all[out->n_parts++];
        gramdex__v1__document_part__init(to);
        to->field = reply_field(part->field);
        to->text = data_of(part->text);
        status = fill_places(arena, part->places, part->place_count, &to->n_places, &to->places);
    }
    return status;
}

void reply_match(const gdx_match *match, Gramdex__V1__Match *out) {
    gramdex__v1__match__init(out);
    out->field = reply_field(match->field);
    out->part = match->part;
    out->begin = match->begin;
    out->end = match->end;
    out->place = data_of(match->place);
}

gdx_status reply_document(gdx_arena *arena, const gdx_document *document, Gramdex__V1__Document *out) {
    gdx_status status = GDX_OK;
    gramdex__v1__document__init(out);
    out->id = data_of(document->id);
    out->title = data_of(document->title);
    out->source = data_of(document->source);
    out->text = data_of(document->text);
    out->metadata = data_of(document->metadata);
    out->origin = data_of(document->origin);
    out->title_from_text = document->title_from_text;
    out->date = reply_date(arena, document->date, &status);
    return status == GDX_OK ? fill_parts(arena, document, out) : status;
}
