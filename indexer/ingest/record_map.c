// SPDX-License-Identifier: Apache-2.0
// record_map.c: "id=url,title=headline,text=lead+content,date=publish_time?" -> which key holds which field.
// Relies on record_map.h. A backslash takes the meaning from the character behind it, so that keys may hold commas.

#include "record_map.h"

#include "gdx/ingest.h"

#include <stdlib.h>

const char *ingest_field_name(enum record_field field) {
    static const char *const names[RECORD_FIELDS] = {
        [RECORD_ID] = "id",     [RECORD_TITLE] = "title", [RECORD_SOURCE] = "source",
        [RECORD_DATE] = "date", [RECORD_TEXT] = "text",
    };
    return names[field];
}

enum record_field ingest_field_named(gdx_slice name) {
    int field = 0;
    while (field < RECORD_FIELDS && !gdx_slice_equal(name, gdx_slice_of(ingest_field_name((enum record_field)field))))
        field++;
    return (enum record_field)field;
}

bool ingest_map_has_key(const struct gdx_record_map *map, gdx_slice key) {
    enum record_field field = ingest_field_named(key);
    if (field != RECORD_FIELDS && !(map && map->is_given[field]))
        return true;
    for (size_t i = 0; map && i < map->count; i++)
        if (gdx_slice_equal(key, gdx_slice_of(map->keys[i].name)))
            return true;
    return false;
}

// A field that has no key in the map has the one of its own name.
size_t ingest_map_keys(const struct gdx_record_map *map, map_key keys[RECORD_KEYS]) {
    size_t count = 0;
    for (int field = 0; field < RECORD_FIELDS; field++)
        if (!map || !map->is_given[field])
            keys[count++] = (map_key){ingest_field_name((enum record_field)field), (enum record_field)field, true};
    for (size_t i = 0; map && i < map->count; i++)
        keys[count++] = map->keys[i];
    return count;
}

struct parse {
    gdx_record_map *map;
    const char *at;
    char *to; // in map->names
};

// The next key into map->names; false: it is empty.
static bool take_key(struct parse *parse, map_key *key) {
    key->name = parse->to;
    key->is_optional = false;
    while (*parse->at && !strchr(",+", *parse->at)) {
        if (*parse->at == '?' && (parse->at[1] == '\0' || strchr(",+", parse->at[1]))) {
            key->is_optional = true;
            parse->at++;
            break;
        }
        if (*parse->at == '\\' && parse->at[1])
            parse->at++;
        *parse->to++ = *parse->at++;
    }
    bool is_named = parse->to > key->name;
    *parse->to++ = '\0';
    return is_named;
}

static gdx_status take_keys(struct parse *parse, enum record_field field, gdx_error *err) {
    gdx_record_map *map = parse->map;
    for (bool more = true; more;) {
        map_key key = {.field = field};
        if (!take_key(parse, &key))
            return gdx_fail(err, GDX_INVALID, "%s has no key after it, expected %s=KEY", ingest_field_name(field),
                            ingest_field_name(field));
        if (map->count == MAP_KEYS)
            return gdx_fail(err, GDX_INVALID, "more than %d keys", MAP_KEYS);
        map->keys[map->count++] = key;
        more = *parse->at == '+';
        if (more && field != RECORD_TEXT)
            return gdx_fail(err, GDX_INVALID, "%s takes one key, only text may be several (text=lead+body)",
                            ingest_field_name(field));
        parse->at += more;
    }
    return GDX_OK;
}

static gdx_status take_field(struct parse *parse, gdx_error *err) {
    size_t bytes = strcspn(parse->at, "=,");
    gdx_slice name = {parse->at, bytes};
    enum record_field field = ingest_field_named(name);
    if (field == RECORD_FIELDS || parse->at[bytes] != '=')
        return gdx_fail(err, GDX_INVALID, "'%.*s': expected FIELD=KEY, FIELD being id, title, text, date or source",
                        GDX_SLICE_ARGUMENTS(name));
    if (parse->map->is_given[field])
        return gdx_fail(err, GDX_INVALID, "%s is there twice", ingest_field_name(field));
    parse->map->is_given[field] = true;
    parse->at += bytes + 1;
    return take_keys(parse, field, err);
}

gdx_status gdx_record_map_parse(const char *text, gdx_record_map **out, gdx_error *err) {
    GDX_AUTO(gdx_record_map) map = calloc(1, sizeof *map);
    if (!map || !(map->names = malloc(2 * strlen(text) + 2)))
        return gdx_fail_memory(err, "a map of keys");
    struct parse parse = {map, text, map->names};
    gdx_status status = take_field(&parse, err);
    while (status == GDX_OK && *parse.at == ',') {
        parse.at++;
        status = take_field(&parse, err);
    }
    if (status == GDX_OK)
        *out = GDX_TAKE(map);
    return status;
}

void gdx_record_map_free(gdx_record_map *map) {
    if (map) {
        free(map->names);
        free(map);
    }
}
