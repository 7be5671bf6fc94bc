// SPDX-License-Identifier: Apache-2.0
// relations.h: how the parts of an Office Open XML file name each other (ECMA-376, part 2), and its properties.
// Relies on package.h, flow.h, markup.h.
#ifndef INGEST_RELATIONS_H
#define INGEST_RELATIONS_H

#include "flow.h"
#include "markup.h"
#include "package.h"

enum { RELATIONS = 1 << 16 };

typedef struct relation { // all in `text`
    size_t id, id_bytes;
    size_t type, type_bytes;     // the last step of the type's URI: "footnotes"
    size_t target, target_bytes; // the part's name; external ones are left out
} relation;

typedef struct part_relations { // one worker's own; {0} is empty
    gdx_buffer text;
    relation *rows; // in the file's order
    size_t count;
    size_t capacity;
} part_relations;

void ingest_relations_clear(part_relations *relations);
// Those of a part, "" for the package, in place of what was there. None is no failure.
gdx_status ingest_relations_read(part_relations *relations, package_reader *reader, gdx_slice part,
                                 gdx_error *err) GDX_MUST_CHECK;
gdx_slice ingest_relation_type(const part_relations *relations, size_t row);
gdx_slice ingest_relation_target(const part_relations *relations, size_t row);
// The target of an id, or of the first relation of a type; empty when there is none.
gdx_slice ingest_relations_of_id(const part_relations *relations, const char *id);
gdx_slice ingest_relations_of_type(const part_relations *relations, const char *type);

// The name that `target` has as seen from the part `from`: "../media/a.png" from "ppt/slides/slide1.xml" is
// "ppt/media/a.png". What follows a # is dropped, %20 becomes its character.
gdx_status ingest_resolve(gdx_slice from, gdx_slice target, gdx_buffer *out) GDX_MUST_CHECK;

// Finds the main part; its name is kept in *main. GDX_CORRUPT when there is none.
gdx_status ingest_office_open(package_reader *reader, const char *usual_name, gdx_buffer *main,
                              gdx_error *err) GDX_MUST_CHECK;
// True if the root of the main part has that name; otherwise stops the parse and says why.
bool ingest_office_is_root(markup *at, const char *name, const char *expected, gdx_error *err);
// docProps/core.xml: the title into flow->declared; creator, created and modified into the metadata. When a file was
// made or saved is not when its text was published, and templates hand theirs on: neither becomes the date.
gdx_status ingest_core_properties(package_reader *reader, text_flow *flow, gdx_error *err) GDX_MUST_CHECK;

#endif
