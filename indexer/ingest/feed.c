// SPDX-License-Identifier: Apache-2.0
// feed.c: walks XML by expat and stops after each record.
// Relies on feed.h. Each element of a record that has a text is a part, called by its path below the record. Where a
// text is expected, the elements within it are its markup. expat is given what hostile files need: a bound on depth, no
// entity that holds another, few bytes out for each one in, and nothing from outside of the file.

#include "feed.h"

#include "gdx/decode.h"

#define XML_DTD // the distribution builds it so; the header hides the bounds on entities otherwise
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>

enum { FEED_BYTES = 64 << 10, ENTITY_BYTES = 1 << 20 };

static void *allocate(size_t bytes) {
    return malloc(bytes); // called from here, a test can make it fail
}

static void *reallocate(void *memory, size_t bytes) {
    return realloc(memory, bytes);
}

static void fail(feed_reader *feed, gdx_status status, const char *reason) {
    if (feed->status == GDX_OK) {
        feed->status = status;
        feed->reason = reason;
    }
    XML_StopParser(feed->parser, XML_FALSE);
}

static void put(feed_reader *feed, gdx_buffer *to, const char *data, size_t bytes) {
    if (feed->status == GDX_OK && gdx_buffer_append(to, data, bytes) != GDX_OK)
        fail(feed, GDX_NO_MEMORY, "");
}

static const char *local_name(const char *name) {
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static const char *attribute(const char **attributes, const char *name) {
    for (; *attributes; attributes += 2)
        if (strcmp(local_name(attributes[0]), name) == 0)
            return attributes[1];
    return NULL;
}

// ---- parts

static void begin_part(feed_reader *feed) {
    if (feed->part_count == FEED_PARTS) {
        fail(feed, GDX_TOO_LARGE, "a record of more than 512 elements");
        return;
    }
    feed->open = feed->part_count++;
    feed->is_markup = false;
    feed->parts[feed->open] = (feed_part){.path_at = feed->paths.bytes, .value_at = feed->values.bytes};
    put(feed, &feed->paths, (const char *)feed->path.data, feed->path.bytes);
    feed->parts[feed->open].path_bytes = feed->path.bytes;
}

static void put_value(feed_reader *feed, const char *data, size_t bytes) {
    if (feed->open == FEED_PARTS)
        return;
    put(feed, &feed->values, data, bytes);
    if (feed->status == GDX_OK)
        feed->parts[feed->open].value_bytes += bytes;
    if (feed->values.bytes / 4 > feed->pages->document_limit)
        fail(feed, GDX_TOO_LARGE, "a record over the limit (--document-limit)");
}

static void put_escaped(feed_reader *feed, gdx_slice text) {
    const char *at = text.data, *end = at + text.bytes;
    while (at < end) {
        size_t plain = 0;
        while (at + plain < end && at[plain] != '<' && at[plain] != '&')
            plain++;
        put_value(feed, at, plain);
        at += plain;
        if (at < end)
            put_value(feed, *at == '<' ? "&lt;" : "&amp;", *at == '<' ? 4 : 5);
        at += at < end;
    }
}

// From here on the part's value is markup: what it has already is a text within it.
static void make_markup(feed_reader *feed) {
    feed_part *part = &feed->parts[feed->open];
    feed->is_markup = true;
    part->is_html = true;
    if (!part->value_bytes)
        return;
    gdx_buffer before = {0};
    put(feed, &before, (const char *)feed->values.data + part->value_at, part->value_bytes);
    feed->values.bytes = part->value_at;
    part->value_bytes = 0;
    put_escaped(feed, gdx_buffer_slice(&before));
    gdx_buffer_clear(&before);
}

static void put_tag(feed_reader *feed, const char *open, const char *name) {
    if (!feed->is_markup)
        make_markup(feed);
    put_value(feed, open, strlen(open));
    put_value(feed, local_name(name), strlen(local_name(name)));
    put_value(feed, ">", 1);
}

// ---- elements

static bool is_record(const char *name) {
    const char *local = local_name(name);
    return strcmp(local, "item") == 0 || strcmp(local, "entry") == 0 || strcmp(local, "page") == 0;
}

static void begin_record(feed_reader *feed, const char **attributes) {
    feed->record_depth = feed->depth;
    feed->has_records = true;
    feed->path.bytes = 0;
    feed->paths.bytes = 0;
    feed->values.bytes = 0;
    feed->part_count = 0;
    feed->open = FEED_PARTS;
    feed->text_depth = 0;
    feed->is_redirect = false;
    size_t byte = (size_t)XML_GetCurrentByteIndex(feed->parser);
    feed->position = (stream_position){byte, XML_GetCurrentLineNumber(feed->parser) - 1, 0};
    const char *about = attribute(attributes, "about"); // RSS 1.0
    if (about) {
        put(feed, &feed->path, "about", 5);
        begin_part(feed);
        put_value(feed, about, strlen(about));
        feed->path.bytes = 0;
        feed->open = FEED_PARTS;
    }
}

// What stands in attributes: <link href="…"/>, <category term="…"/>.
static void take_attributes(feed_reader *feed, const char **attributes) {
    const char *type = attribute(attributes, "type");
    const char *value = attribute(attributes, "href"), *relation = attribute(attributes, "rel");
    feed_part *part = &feed->parts[feed->open];
    part->is_plain = type && (strcmp(type, "text") == 0 || strcmp(type, "text/plain") == 0);
    part->is_html = type && (strcmp(type, "html") == 0 || strcmp(type, "text/html") == 0);
    if (value && relation && strcmp(relation, "alternate") != 0)
        value = NULL;
    if (!value)
        value = attribute(attributes, "term");
    if (value)
        put_value(feed, value, strlen(value));
}

static void begin_element_of_record(feed_reader *feed, const char *name, const char **attributes) {
    if (feed->text_depth) {
        put_tag(feed, "<", name);
        return;
    }
    if (feed->depth == feed->record_depth + 1 && strcmp(name, "redirect") == 0)
        feed->is_redirect = feed->is_wiki;
    if (feed->path.bytes + strlen(name) + 1 > FEED_PATH_BYTES) {
        fail(feed, GDX_TOO_LARGE, "names of elements with more than 1024 bytes together");
        return;
    }
    if (feed->path.bytes)
        put(feed, &feed->path, ".", 1);
    put(feed, &feed->path, name, strlen(name));
    feed->path_ends[feed->depth] = feed->path.bytes;
    begin_part(feed);
    if (feed->status != GDX_OK)
        return;
    take_attributes(feed, attributes);
    if (ingest_feed_is_text(feed, gdx_buffer_slice(&feed->path)))
        feed->text_depth = feed->depth;
}

static void XMLCALL begin_element(void *context, const char *name, const char **attributes) {
    feed_reader *feed = context;
    if (++feed->depth > FEED_DEPTH) {
        fail(feed, GDX_INVALID, "elements more than 128 deep within each other");
        return;
    }
    if (feed->depth == 1) {
        snprintf(feed->root, sizeof feed->root, "%s", name);
        feed->is_wiki = strcmp(name, "mediawiki") == 0;
    }
    feed->is_in_site = feed->is_wiki && feed->depth == 3 && strcmp(name, "base") == 0 && !feed->record_depth;
    if (feed->record_depth)
        begin_element_of_record(feed, name, attributes);
    else if (is_record(name))
        begin_record(feed, attributes);
}

static void end_record(feed_reader *feed) {
    feed->record_depth = 0;
    feed->is_done = !feed->is_redirect;
    if (feed->is_done)
        XML_StopParser(feed->parser, XML_TRUE);
}

static void XMLCALL end_element(void *context, const char *name) {
    feed_reader *feed = context;
    size_t depth = feed->depth--;
    feed->is_in_site = false;
    if (!feed->record_depth)
        return;
    if (depth == feed->record_depth) {
        end_record(feed);
    } else if (feed->text_depth && depth > feed->text_depth) {
        put_tag(feed, "</", name);
    } else {
        feed->text_depth = 0;
        feed->open = FEED_PARTS; // text behind it, within its outer element, is layout
        feed->path.bytes = depth - 1 > feed->record_depth ? feed->path_ends[depth - 1] : 0;
    }
}

static void XMLCALL take_text(void *context, const char *data, int bytes) {
    feed_reader *feed = context;
    gdx_slice text = {data, (size_t)bytes};
    if (feed->is_in_site && strlen(feed->site) + text.bytes < sizeof feed->site)
        strncat(feed->site, data, text.bytes);
    if (!feed->record_depth || feed->open == FEED_PARTS)
        return;
    if (feed->is_markup)
        put_escaped(feed, text);
    else
        put_value(feed, text.data, text.bytes);
}

// An entity that nobody declared, as &nbsp; in many feeds. The reader of HTML knows it.
static void XMLCALL skip_entity(void *context, const char *name, int is_parameter) {
    feed_reader *feed = context;
    if (is_parameter || !feed->record_depth || feed->open == FEED_PARTS)
        return;
    put_value(feed, "&", 1);
    put_value(feed, name, strlen(name));
    put_value(feed, ";", 1);
}

// An entity within an entity is how a few bytes become millions, or a recursion that fills the stack.
static void XMLCALL declare_entity(void *context, const char *name, int is_parameter, const char *value, int bytes,
                                   const char *base, const char *system, const char *public, const char *notation) {
    (void)name, (void)is_parameter, (void)base, (void)system, (void)public, (void)notation;
    for (int i = 0; value && i < bytes; i++)
        if (value[i] == '%' || (value[i] == '&' && (i + 1 == bytes || value[i + 1] != '#')))
            fail(context, GDX_INVALID, "an entity that holds another one");
}

// ---- the walk

gdx_status ingest_feed_begin(feed_reader *feed, gdx_slice text, page_reader *pages, const struct gdx_record_map *map,
                             gdx_error *err) {
    static const XML_Memory_Handling_Suite memory = {allocate, reallocate, free};
    if (feed->parser)
        XML_ParserFree(feed->parser);
    feed->parser = XML_ParserCreate_MM("UTF-8", &memory, NULL); // what the file says of its encoding is done with
    if (!feed->parser)
        return gdx_fail_memory(err, "a reader of XML");
    XML_SetUserData(feed->parser, feed);
    XML_SetElementHandler(feed->parser, begin_element, end_element);
    XML_SetCharacterDataHandler(feed->parser, take_text);
    XML_SetSkippedEntityHandler(feed->parser, skip_entity);
    XML_SetEntityDeclHandler(feed->parser, declare_entity);
    XML_UseForeignDTD(feed->parser, XML_TRUE); // or an entity that is not declared would be an error
    XML_SetBillionLaughsAttackProtectionActivationThreshold(feed->parser, ENTITY_BYTES);
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(feed->parser, 10);
    feed->text = text;
    feed->pages = pages;
    feed->map = map;
    feed->position = (stream_position){0};
    feed->fed = 0;
    feed->depth = 0;
    feed->record_depth = 0;
    feed->status = GDX_OK;
    feed->is_suspended = feed->is_ended = feed->is_wiki = feed->has_records = feed->is_in_site = feed->is_done = false;
    feed->site[0] = feed->root[0] = '\0';
    return GDX_OK;
}

void ingest_feed_clear(feed_reader *feed) {
    if (feed->parser)
        XML_ParserFree(feed->parser);
    gdx_buffer_clear(&feed->path);
    gdx_buffer_clear(&feed->paths);
    gdx_buffer_clear(&feed->values);
    gdx_buffer_clear(&feed->id);
    gdx_buffer_clear(&feed->title);
    gdx_buffer_clear(&feed->converted);
}

static stream_step fail_walk(feed_reader *feed, gdx_error *err) {
    enum XML_Error code = XML_GetErrorCode(feed->parser);
    unsigned long column = XML_GetCurrentColumnNumber(feed->parser) + 1;
    feed->is_ended = true;
    feed->position.line = XML_GetCurrentLineNumber(feed->parser) - 1;
    feed->position.at = (size_t)XML_GetCurrentByteIndex(feed->parser);
    if (code == XML_ERROR_NO_MEMORY || feed->status == GDX_NO_MEMORY)
        gdx_fail_memory(err, "a reader of XML");
    else if (feed->status != GDX_OK)
        gdx_fail(err, feed->status, "column %lu: %s; nothing from here on is read", column, feed->reason);
    else
        gdx_fail(err, GDX_INVALID, "column %lu: not XML: %s; nothing from here on is read", column,
                 XML_ErrorString(code));
    return STREAM_REFUSED;
}

static stream_step end_walk(feed_reader *feed, gdx_error *err) {
    feed->is_ended = true;
    if (feed->has_records)
        return STREAM_END;
    feed->position = (stream_position){0};
    gdx_fail(err, GDX_UNSUPPORTED, "XML with the root <%s> and no item, entry or page in it", feed->root);
    return STREAM_REFUSED;
}

// Goes on to the end of a record or of what is fed.
static enum XML_Status walk(feed_reader *feed) {
    if (feed->is_suspended) {
        feed->is_suspended = false;
        return XML_ResumeParser(feed->parser);
    }
    size_t bytes = feed->text.bytes - feed->fed;
    bytes = bytes < FEED_BYTES ? bytes : FEED_BYTES;
    const char *at = feed->text.data + feed->fed;
    feed->fed += bytes;
    return XML_Parse(feed->parser, at, (int)bytes, feed->fed == feed->text.bytes);
}

stream_step ingest_feed_next(feed_reader *feed, record_reader *records, record *out, gdx_error *err) {
    if (feed->is_ended)
        return STREAM_END;
    for (;;) {
        bool is_last = !feed->is_suspended && feed->fed == feed->text.bytes && feed->fed > 0;
        if (is_last)
            return end_walk(feed, err);
        enum XML_Status status = walk(feed);
        if (status == XML_STATUS_ERROR)
            return fail_walk(feed, err);
        feed->is_suspended = status == XML_STATUS_SUSPENDED;
        if (!feed->is_done)
            continue;
        feed->is_done = false;
        if (ingest_feed_record(feed, records, out, err) != GDX_OK)
            return STREAM_REFUSED;
        ingest_record_hash_id(records, out);
        return STREAM_RECORD;
    }
}
