// SPDX-License-Identifier: Apache-2.0
// view.c: the commit that a request sees, and what is done when a part of it turns out to be unreadable.
// An answer is made as if all were well. Before it leaves, view_again looks at the segments: if one was closed
// meanwhile (gdx/segment.h), the answer is thrown away. It is made again from the others when the request allows it.

#include "api.h"

gdx_status view_open(const gdx_question *question, const Gramdex__V1__Scope *scope, struct view *out, gdx_error *err) {
    gdx_snapshot *snapshot = NULL;
    gdx_status status = request_snapshot(question, scope, &snapshot, err);
    if (status == GDX_OK)
        view_of(snapshot, scope, out);
    return status;
}

void view_of(gdx_snapshot *snapshot, const Gramdex__V1__Scope *scope, struct view *out) {
    *out = (struct view){snapshot, gdx_snapshot_retain(snapshot), scope && scope->allow_partial};
}

void view_close(struct view *view) {
    gdx_snapshot_release(view->whole);
    gdx_snapshot_release(view->snapshot);
    *view = (struct view){0};
}

gdx_status view_shrink(struct view *view, const gdx_error *failure, gdx_error *err) {
    gdx_snapshot *rest = NULL;
    gdx_error why = *failure; // err may be the same
    gdx_status status = gdx_snapshot_without_bad(view->snapshot, &why, &rest, err);
    if (status != GDX_OK)
        return status;
    gdx_snapshot_release(view->snapshot);
    view->snapshot = rest;
    return GDX_OK;
}

// True: a part was left out that could not be read.
static bool shrinks(struct view *view, gdx_status *status, gdx_error *err) {
    if (*status != GDX_CORRUPT || !view->allows_partial || !err)
        return false;
    size_t before = gdx_snapshot_segment_count(view->snapshot);
    gdx_error failure = *err;
    *err = (gdx_error){0};
    *status = view_shrink(view, &failure, err);
    if (*status == GDX_OK && gdx_snapshot_segment_count(view->snapshot) == before)
        *status = gdx_error_pass(err, &failure); // it is no segment's
    return *status == GDX_OK;
}

bool view_again(struct view *view, gdx_status *status, gdx_error *err) {
    *status = gdx_snapshot_settle(view->snapshot, *status, err);
    bool again = shrinks(view, status, err);
    if (!again)
        view_close(view);
    return again;
}

bool view_answer(const gdx_question *question, struct view *view, gdx_query *const *queries, size_t count,
                 Gramdex__V1__Answer *out, gdx_status *status, gdx_error *err) {
    reply_answer(question, gdx_snapshot_commit(view->snapshot), out);
    for (size_t i = 0; i < count && *status == GDX_OK; i++)
        *status = reply_slips(question, queries[i], view->snapshot, out, err);
    if (*status == GDX_OK)
        *status = view_say(view, question->session->arena, out, err);
    return view_again(view, status, err);
}

// ---- what was left out

static bool has(const gdx_snapshot *snapshot, const gdx_segment *segment) {
    for (size_t i = 0; i < gdx_snapshot_segment_count(snapshot); i++)
        if (gdx_snapshot_segment(snapshot, i)->segment == segment)
            return true;
    return false;
}

static gdx_status add_note(gdx_arena *arena, const gdx_segment *segment, ProtobufCBinaryData *out) {
    gdx_error why = {0};
    gdx_buffer note = {0};
    char file[GDX_SEGMENT_FILE_NAME_BYTES];
    gdx_slice copy = {"", 0};
    bool is_bad = gdx_segment_is_bad(segment, &why);
    gdx_segment_file_name(gdx_segment_info_of(segment)->name, file);
    gdx_status status = gdx_buffer_append_format(&note, "%s is left out: %s", file,
                                                 is_bad ? why.message : "it is damaged; `gramdex verify` says where");
    if (status == GDX_OK)
        status = gdx_arena_copy(arena, gdx_buffer_slice(&note), &copy);
    gdx_buffer_clear(&note);
    *out = data_of(copy);
    return status;
}

gdx_status view_say(const struct view *view, gdx_arena *arena, Gramdex__V1__Answer *answer, gdx_error *err) {
    size_t count = gdx_snapshot_segment_count(view->whole);
    if (count == gdx_snapshot_segment_count(view->snapshot))
        return GDX_OK;
    answer->complete = false;
    ProtobufCBinaryData *notes = gdx_arena_allocate(arena, (answer->n_notes + count) * sizeof *notes);
    if (!notes)
        return reply_no_memory(err);
    if (answer->n_notes)
        memcpy(notes, answer->notes, answer->n_notes * sizeof *notes);
    answer->notes = notes;
    for (size_t i = 0; i < count; i++) {
        const gdx_segment *segment = gdx_snapshot_segment(view->whole, i)->segment;
        if (!has(view->snapshot, segment) && add_note(arena, segment, &notes[answer->n_notes++]) != GDX_OK)
            return reply_no_memory(err);
    }
    return GDX_OK;
}
