// SPDX-License-Identifier: Apache-2.0
// record_map.h: which keys of a record hold its id, title, source, date and text, as --map says it.
// Relies on gdx/base.h. Threads: a map does not change once it is made, so any number of readers may share it.
#ifndef INGEST_RECORD_MAP_H
#define INGEST_RECORD_MAP_H

#include "gdx/base.h"

enum record_field { RECORD_ID, RECORD_TITLE, RECORD_SOURCE, RECORD_DATE, RECORD_TEXT, RECORD_FIELDS };

enum { MAP_KEYS = 32 }; // all fields together

typedef struct map_key {
    const char *name; // "data.content" is a key of that name, or else the key "content" in the object "data"
    enum record_field field;
    bool is_optional; // a record may lack it
} map_key;

struct gdx_record_map {
    map_key keys[MAP_KEYS]; // those of a field one after the other, in the order given
    size_t count;
    bool is_given[RECORD_FIELDS]; // a field that is not has the key of its own name
    char *names;                  // what the keys point to
};

// "id", "title", ...
const char *ingest_field_name(enum record_field field);
// The field whose name it is, or RECORD_FIELDS.
enum record_field ingest_field_named(gdx_slice name);
// All keys, of fields that the map does not give, too. How many there are. The map may be NULL.
enum { RECORD_KEYS = MAP_KEYS + RECORD_FIELDS };
size_t ingest_map_keys(const struct gdx_record_map *map, map_key keys[RECORD_KEYS]);
// True if the value of a record's key of this name is one of its fields.
bool ingest_map_has_key(const struct gdx_record_map *map, gdx_slice key);

#endif
