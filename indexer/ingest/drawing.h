// SPDX-License-Identifier: Apache-2.0
// drawing.h: the text of slides, of shapes on sheets, of diagrams and of charts: they share one way to hold text.
// Relies on flow.h, relations.h.
#ifndef INGEST_DRAWING_H
#define INGEST_DRAWING_H

#include "flow.h"
#include "markup.h"
#include "relations.h"

// Diagrams and charts that a part shows, by name, to be read after it: one zip entry is open at a time.
typedef struct drawing_queue { // {0} is empty
    gdx_buffer names;          // each ended by a zero
    size_t next;
} drawing_queue;

// Notes a diagram or a chart if the element that starts is one: <dgm:relIds r:dm>, <c:chart r:id>.
gdx_status ingest_drawing_note(drawing_queue *queue, const part_relations *relations, const markup *at,
                               const char *name) GDX_MUST_CHECK;
// Reads what was noted, each a caption of its own, and empties the queue.
gdx_status ingest_drawing_read_noted(drawing_queue *queue, package_reader *reader, text_flow *flow,
                                     gdx_error *err) GDX_MUST_CHECK;

enum drawing_kind {
    DRAWING_SLIDE, // placeholders for dates, footers and numbers are furniture
    DRAWING_NOTES, // notes to a slide: only the placeholder of the notes themselves
    DRAWING_SHEET, // shapes on a sheet
};
// Reads a part with its relations. Each shape is a part of the text: on the slide it stands by itself.
gdx_status ingest_drawing_read(package_reader *reader, ptrdiff_t entry, enum drawing_kind kind, text_flow *flow,
                               gdx_error *err) GDX_MUST_CHECK;

#endif
