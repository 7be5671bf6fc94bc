// SPDX-License-Identifier: Apache-2.0
// feed_record.c: the elements of an item, an entry or a page -> the fields of a record.
// Relies on feed.h. --map may name elements by their paths, as it names keys; without it each field has the elements
// that RSS (0.9 to 2.0), Atom (RFC 4287) and MediaWiki's dumps keep it in, the fullest text first.

#include "feed.h"

#include <stdlib.h>

static const char *const usual[RECORD_FIELDS][12] = {
    [RECORD_ID] = {"guid", "id", "link", "about"},
    [RECORD_TITLE] = {"title"},
    [RECORD_SOURCE] = {"source", "dc:source"},
    [RECORD_DATE] = {"pubDate", "published", "dc:date", "date", "updated", "issued", "modified", "revision.timestamp"},
    [RECORD_TEXT] = {"content:encoded", "content", "revision.text", "text", "description", "summary", "itunes:summary"},
};

static gdx_slice path_of(const feed_reader *feed, const feed_part *part) {
    return (gdx_slice){(const char *)feed->paths.data + part->path_at, part->path_bytes};
}

static gdx_slice value_of(const feed_reader *feed, const feed_part *part) {
    if (!part->value_bytes)
        return (gdx_slice){"", 0};
    return (gdx_slice){(const char *)feed->values.data + part->value_at, part->value_bytes};
}

bool ingest_feed_is_text(const feed_reader *feed, gdx_slice path) {
    const struct gdx_record_map *map = feed->map;
    static const enum record_field fields[] = {RECORD_TITLE, RECORD_TEXT};
    for (size_t f = 0; f < 2; f++)
        for (size_t i = 0; !(map && map->is_given[fields[f]]) && usual[fields[f]][i]; i++)
            if (gdx_slice_equal(path, gdx_slice_of(usual[fields[f]][i])))
                return true;
    for (size_t i = 0; map && i < map->count; i++)
        if ((map->keys[i].field == RECORD_TEXT || map->keys[i].field == RECORD_TITLE) &&
            gdx_slice_equal(path, gdx_slice_of(map->keys[i].name)))
            return true;
    return false;
}

// The first part of that path that has a text, else the first; of a wiki's page, which may have all its revisions, the
// last. FEED_PARTS: none.
static size_t find_part(const feed_reader *feed, const char *path) {
    size_t found = FEED_PARTS;
    for (size_t i = 0; i < feed->part_count; i++) {
        if (!gdx_slice_equal(path_of(feed, &feed->parts[i]), gdx_slice_of(path)))
            continue;
        bool is_better = feed->is_wiki || found == FEED_PARTS || !gdx_trim(value_of(feed, &feed->parts[found])).bytes;
        if (is_better)
            found = i;
    }
    return found;
}

static size_t find_usual(const feed_reader *feed, enum record_field field) {
    size_t found = FEED_PARTS;
    for (size_t i = 0; usual[field][i]; i++) {
        size_t part = find_part(feed, usual[field][i]);
        if (part != FEED_PARTS && gdx_trim(value_of(feed, &feed->parts[part])).bytes)
            return part;
        if (found == FEED_PARTS)
            found = part;
    }
    return found;
}

// All that the HTML shows, one part after the other, as one text.
static gdx_status flatten(feed_reader *feed, gdx_slice *out) {
    const gdx_document *from = &feed->laid_out;
    feed->converted.bytes = 0;
    gdx_status status = gdx_buffer_append(&feed->converted, from->text.data, from->text.bytes);
    for (uint32_t i = 0; i < from->part_count && status == GDX_OK; i++) {
        if (feed->converted.bytes)
            status = gdx_buffer_append(&feed->converted, "\n", 1);
        if (status == GDX_OK)
            status = gdx_buffer_append(&feed->converted, from->parts[i].text.data, from->parts[i].text.bytes);
    }
    feed->laid_out = (gdx_document){0};
    *out = feed->converted.bytes ? gdx_trim(gdx_buffer_slice(&feed->converted)) : (gdx_slice){"", 0};
    return status;
}

// What a person sees of it, in the page reader's draft until the next; laid_out has its parts. `is_flat`: one text.
static gdx_status read_html(feed_reader *feed, gdx_slice value, bool is_flat, gdx_slice *out, gdx_error *err) {
    *out = gdx_trim(value);
    if (!value.bytes || (!memchr(value.data, '<', value.bytes) && !memchr(value.data, '&', value.bytes)))
        return GDX_OK;
    gdx_draft *draft = feed->pages->draft;
    gdx_draft_begin(draft, feed->pages->document_limit);
    gdx_status status = ingest_html_append(feed->pages, value, draft, err);
    if (status == GDX_OK)
        status = gdx_draft_finish(draft, &feed->laid_out, err);
    if (status == GDX_OK)
        *out = feed->laid_out.text.bytes ? feed->laid_out.text : (gdx_slice){"", 0};
    if (status == GDX_OK && is_flat && flatten(feed, out) != GDX_OK)
        status = gdx_fail_memory(err, "a text of a feed");
    return status;
}

// The text of a part: of its HTML what is seen, of a wiki's page likewise.
static gdx_status read_part(feed_reader *feed, const feed_part *part, bool is_flat, gdx_slice *out, gdx_error *err) {
    gdx_slice value = value_of(feed, part);
    *out = gdx_trim(value);
    if (part->is_plain && !part->is_html)
        return GDX_OK;
    if (!feed->is_wiki || !gdx_slice_equal(path_of(feed, part), gdx_slice_of("revision.text")))
        return read_html(feed, value, is_flat, out, err);
    feed->converted.bytes = 0;
    if (ingest_wikitext(value, &feed->converted) != GDX_OK)
        return gdx_fail_memory(err, "a page of a wiki");
    *out = feed->converted.bytes ? gdx_buffer_slice(&feed->converted) : (gdx_slice){"", 0};
    return GDX_OK;
}

// A title is one line, whatever its element has.
static gdx_status put_line(gdx_buffer *to, gdx_slice text) {
    gdx_status status = GDX_OK;
    to->bytes = 0;
    for (size_t i = 0; i < text.bytes && status == GDX_OK; i++) {
        bool is_white = text.data[i] == '\n' || text.data[i] == '\r' || text.data[i] == '\t' || text.data[i] == ' ';
        if (!is_white)
            status = gdx_buffer_append(to, text.data + i, 1);
        else if (to->bytes && to->data[to->bytes - 1] != ' ')
            status = gdx_buffer_append(to, " ", 1);
    }
    return status;
}

// The address that a page of a wiki has: what the site's main page has before its name, and the title.
static gdx_status put_wiki_address(feed_reader *feed, gdx_slice title, record_value *id) {
    const char *slash = strrchr(feed->site, '/');
    if (!feed->is_wiki || !slash || !title.bytes)
        return GDX_OK;
    feed->id.bytes = 0;
    gdx_status status = gdx_buffer_append(&feed->id, feed->site, (size_t)(slash + 1 - feed->site));
    for (size_t i = 0; i < title.bytes && status == GDX_OK; i++)
        status = gdx_buffer_append(&feed->id, title.data[i] == ' ' ? "_" : title.data + i, 1);
    if (status == GDX_OK)
        *id = (record_value){RECORD_STRING, gdx_trim(gdx_buffer_slice(&feed->id))};
    return status;
}

struct taking { // the fields of one record
    feed_reader *feed;
    record_reader *records;
    record *out;
    bool is_used[FEED_PARTS];
};

static gdx_status take_part(struct taking *taking, enum record_field field, size_t part, bool is_joined,
                            gdx_error *err) {
    feed_reader *feed = taking->feed;
    record_value value = {RECORD_ABSENT, {"", 0}};
    gdx_status status = GDX_OK;
    if (part != FEED_PARTS) {
        value = (record_value){RECORD_STRING, gdx_trim(value_of(feed, &feed->parts[part]))};
        taking->is_used[part] = true;
    }
    feed->laid_out = (gdx_document){0};
    if (part != FEED_PARTS && (field == RECORD_TITLE || field == RECORD_TEXT))
        status = read_part(feed, &feed->parts[part], is_joined || field == RECORD_TITLE, &value.text, err);
    if (status == GDX_OK && part != FEED_PARTS && field == RECORD_TITLE) {
        if (put_line(&feed->title, value.text) != GDX_OK)
            return gdx_fail_memory(err, "a title");
        value.text = feed->title.bytes ? gdx_trim(gdx_buffer_slice(&feed->title)) : (gdx_slice){"", 0};
    }
    if (status == GDX_OK && is_joined && ingest_record_join(taking->records, &taking->out->fields[field], &value))
        return gdx_fail_memory(err, "a text");
    if (status == GDX_OK && !is_joined)
        taking->out->fields[field] = value;
    return status;
}

static gdx_status take_mapped(struct taking *taking, const struct gdx_record_map *map, enum record_field field,
                              gdx_error *err) {
    size_t texts = 0;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < map->count; i++)
        texts += map->keys[i].field == field;
    for (size_t i = 0; i < map->count && status == GDX_OK; i++) {
        const map_key *key = &map->keys[i];
        if (key->field != field)
            continue;
        size_t part = find_part(taking->feed, key->name);
        bool may_lack = key->is_optional || (field == RECORD_ID && taking->records->id_from_hash);
        if (part == FEED_PARTS && !may_lack)
            return ingest_record_fail(err, GDX_INVALID, ingest_field_name(field),
                                      "no element \"%.60s\", which --map names", key->name);
        status = take_part(taking, field, part, texts > 1, err);
    }
    return status;
}

// ---- what is no field

static int compare_parts(const void *a, const void *b, void *context) {
    const feed_reader *feed = context;
    size_t first = *(const size_t *)a, second = *(const size_t *)b;
    int order = gdx_slice_compare(path_of(feed, &feed->parts[first]), path_of(feed, &feed->parts[second]));
    return order ? order : (first > second) - (first < second);
}

// The other elements that have a text, by their paths; several of one path have a newline between two.
static gdx_status put_metadata(const struct taking *taking, gdx_slice *out) {
    const feed_reader *feed = taking->feed;
    gdx_buffer *to = &taking->records->metadata;
    size_t order[FEED_PARTS], count = 0;
    for (size_t i = 0; i < feed->part_count; i++)
        if (!taking->is_used[i] && gdx_trim(value_of(feed, &feed->parts[i])).bytes)
            order[count++] = i;
    qsort_r(order, count, sizeof *order, compare_parts, (void *)feed);
    gdx_status status = GDX_OK;
    to->bytes = 0;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        const feed_part *part = &feed->parts[order[i]];
        gdx_slice path = path_of(feed, part);
        bool is_more = i > 0 && gdx_slice_equal(path, path_of(feed, &feed->parts[order[i - 1]]));
        if (is_more) {
            to->bytes--; // the quote
            status = gdx_buffer_append(to, "\\n", 2);
        } else {
            status = gdx_buffer_append(to, i ? ",\"" : "{\"", 2);
            if (status == GDX_OK)
                status = ingest_json_escape(to, path, taking->records->find_special);
            if (status == GDX_OK)
                status = gdx_buffer_append(to, "\":\"", 3);
        }
        if (status == GDX_OK)
            status = ingest_json_escape(to, gdx_trim(value_of(feed, part)), taking->records->find_special);
        if (status == GDX_OK)
            status = gdx_buffer_append(to, "\"", 1);
    }
    if (status == GDX_OK && to->bytes)
        status = gdx_buffer_append(to, "}", 1);
    *out = to->bytes ? gdx_buffer_slice(to) : (gdx_slice){"", 0};
    return status;
}

gdx_status ingest_feed_record(feed_reader *feed, record_reader *records, record *out, gdx_error *err) {
    struct taking taking = {feed, records, out, {0}};
    gdx_status status = GDX_OK;
    *out = (record){.metadata = {"", 0}};
    records->joined.bytes = 0;
    for (int i = 0; i < RECORD_FIELDS && status == GDX_OK; i++) { // the text last: it lies in the page reader
        enum record_field field = (enum record_field)i;
        if (feed->map && feed->map->is_given[field])
            status = take_mapped(&taking, feed->map, field, err);
        else
            status = take_part(&taking, field, find_usual(feed, field), false, err);
    }
    if (status == GDX_OK && !(feed->map && feed->map->is_given[RECORD_ID]))
        status = put_wiki_address(feed, out->fields[RECORD_TITLE].text, &out->fields[RECORD_ID]);
    if (status == GDX_OK) {
        out->parts = feed->laid_out.parts;
        out->part_count = feed->laid_out.part_count;
        out->text_places = feed->laid_out.text_places;
        out->text_place_count = feed->laid_out.text_place_count;
        status = put_metadata(&taking, &out->metadata);
    }
    return status == GDX_NO_MEMORY ? gdx_fail_memory(err, "a record of XML") : status;
}
