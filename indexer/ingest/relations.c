// SPDX-License-Identifier: Apache-2.0
// relations.c: the .rels parts of an Office Open XML file, and docProps/core.xml. Relies on relations.h, markup.h.

#include "relations.h"

#include "markup.h"
#include "page.h"

#include <stdlib.h>

void ingest_relations_clear(part_relations *relations) {
    gdx_buffer_clear(&relations->text);
    free(relations->rows);
    *relations = (part_relations){0};
}

static int hex_of(char digit) {
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                          : -1;
}

// A step whose escapes give no UTF-8 stays as it is.
static gdx_status append_unescaped(gdx_slice step, gdx_buffer *out) {
    size_t before = out->bytes;
    gdx_status status = gdx_buffer_reserve(out, step.bytes);
    for (size_t i = 0; status == GDX_OK && i < step.bytes; i++) {
        int high = step.data[i] == '%' && i + 2 < step.bytes ? hex_of(step.data[i + 1]) : -1;
        int low = high >= 0 ? hex_of(step.data[i + 2]) : -1;
        bool is_escape = low >= 0 && (high | low) > 0;
        out->data[out->bytes++] = is_escape ? (uint8_t)(high * 16 + low) : (uint8_t)step.data[i];
        i += is_escape ? 2 : 0;
    }
    if (status == GDX_OK && !gdx_utf8_valid((gdx_slice){(const char *)out->data + before, out->bytes - before})) {
        out->bytes = before;
        status = gdx_buffer_append(out, step.data, step.bytes);
    }
    return status;
}

static void drop_last_step(gdx_buffer *out) {
    while (out->bytes && out->data[out->bytes - 1] != '/')
        out->bytes--;
}

gdx_status ingest_resolve(gdx_slice from, gdx_slice target, gdx_buffer *out) {
    const char *hash = target.bytes ? memchr(target.data, '#', target.bytes) : NULL;
    if (hash)
        target.bytes = (size_t)(hash - target.data);
    out->bytes = 0;
    gdx_status status = GDX_OK;
    if (target.bytes && *target.data != '/')
        status = gdx_buffer_append(out, from.data, from.bytes);
    drop_last_step(out);
    while (status == GDX_OK && target.bytes) {
        const char *slash = memchr(target.data, '/', target.bytes);
        gdx_slice step = {target.data, slash ? (size_t)(slash - target.data) : target.bytes};
        target = (gdx_slice){target.data + step.bytes + (slash != NULL), target.bytes - step.bytes - (slash != NULL)};
        if (gdx_slice_equal(step, gdx_slice_of(".."))) {
            out->bytes -= out->bytes > 0;
            drop_last_step(out);
        } else if (step.bytes && !gdx_slice_equal(step, gdx_slice_of("."))) {
            status = append_unescaped(step, out);
            if (status == GDX_OK && slash)
                status = gdx_buffer_append(out, "/", 1);
        }
    }
    return status;
}

// ---- reading them

struct reading {
    part_relations *relations;
    gdx_slice part;
    gdx_buffer resolved;
    gdx_status status;
};

static gdx_status keep(struct reading *reading, gdx_slice text, size_t *at, size_t *bytes) {
    *at = reading->relations->text.bytes;
    *bytes = text.bytes;
    return gdx_buffer_append(&reading->relations->text, text.data, text.bytes);
}

static gdx_status add(struct reading *reading, gdx_slice id, const char *type, gdx_slice target) {
    part_relations *all = reading->relations;
    const char *slash = strrchr(type, '/');
    gdx_status status = gdx_grow(&all->rows, &all->capacity, all->count + 1, sizeof *all->rows);
    if (status == GDX_OK)
        status = ingest_resolve(reading->part, target, &reading->resolved);
    if (status != GDX_OK)
        return status;
    relation *row = &all->rows[all->count];
    status = keep(reading, id, &row->id, &row->id_bytes);
    if (status == GDX_OK)
        status = keep(reading, gdx_slice_of(slash ? slash + 1 : type), &row->type, &row->type_bytes);
    if (status == GDX_OK)
        status = keep(reading, gdx_buffer_slice(&reading->resolved), &row->target, &row->target_bytes);
    all->count += status == GDX_OK;
    return status;
}

static void on_start(void *context, markup *at, const char *name) {
    struct reading *reading = context;
    const char *mode = ingest_markup_attribute(at, "TargetMode");
    const char *id = ingest_markup_attribute(at, "Id"), *type = ingest_markup_attribute(at, "Type");
    const char *target = ingest_markup_attribute(at, "Target");
    if (strcmp(name, "rel:Relationship") != 0 || !id || !type || !target || (mode && strcmp(mode, "External") == 0))
        return;
    if (reading->relations->count >= RELATIONS)
        reading->status = GDX_TOO_LARGE;
    else
        reading->status = add(reading, gdx_slice_of(id), type, gdx_slice_of(target));
    if (reading->status != GDX_OK)
        ingest_markup_stop(at, reading->status);
}

static void on_end(void *context, markup *at, const char *name) {
    (void)context, (void)at, (void)name;
}
static void on_text(void *context, markup *at, gdx_slice text) {
    (void)context, (void)at, (void)text;
}

// "word/document.xml" -> "word/_rels/document.xml.rels".
static gdx_status name_of_relations(gdx_slice part, gdx_buffer *out) {
    size_t folder = part.bytes;
    while (folder && part.data[folder - 1] != '/')
        folder--;
    return gdx_buffer_append_format(out, "%.*s_rels/%.*s.rels", (int)folder, part.bytes ? part.data : "",
                                    (int)(part.bytes - folder), part.bytes ? part.data + folder : "");
}

gdx_status ingest_relations_read(part_relations *relations, package_reader *reader, gdx_slice part, gdx_error *err) {
    struct reading reading = {.relations = relations, .part = part};
    gdx_buffer name = {0};
    relations->count = 0;
    relations->text.bytes = 0;
    gdx_status status = name_of_relations(part, &name);
    ptrdiff_t entry = ingest_package_find(reader, gdx_buffer_slice(&name));
    gdx_buffer_clear(&name);
    markup_handler handler = {on_start, on_end, on_text, .context = &reading};
    if (status == GDX_OK && entry != PACKAGE_NOT_THERE)
        status = ingest_markup_parse_entry(reader, entry, &handler, err);
    gdx_buffer_clear(&reading.resolved);
    if (status == GDX_TOO_LARGE)
        return gdx_fail(err, status, "a part with more than %d relations, expected at most that", RELATIONS);
    return status == GDX_NO_MEMORY ? gdx_fail_memory(err, "the relations of a part") : status;
}

static gdx_slice text_of(const part_relations *relations, size_t at, size_t bytes) {
    return ingest_slice_at(&relations->text, at, bytes);
}

gdx_slice ingest_relation_type(const part_relations *relations, size_t row) {
    return text_of(relations, relations->rows[row].type, relations->rows[row].type_bytes);
}

gdx_slice ingest_relation_target(const part_relations *relations, size_t row) {
    return text_of(relations, relations->rows[row].target, relations->rows[row].target_bytes);
}

gdx_slice ingest_relations_of_id(const part_relations *relations, const char *id) {
    for (size_t i = 0; i < relations->count; i++)
        if (gdx_slice_equal(text_of(relations, relations->rows[i].id, relations->rows[i].id_bytes), gdx_slice_of(id)))
            return ingest_relation_target(relations, i);
    return (gdx_slice){"", 0};
}

gdx_slice ingest_relations_of_type(const part_relations *relations, const char *type) {
    for (size_t i = 0; i < relations->count; i++)
        if (gdx_slice_equal(ingest_relation_type(relations, i), gdx_slice_of(type)))
            return ingest_relation_target(relations, i);
    return (gdx_slice){"", 0};
}

// ---- the main part

static gdx_status find_main(package_reader *reader, part_relations *all, const char *usual_name, gdx_buffer *main,
                            gdx_error *err) {
    gdx_status status = ingest_package_open(reader, err);
    if (status == GDX_OK)
        status = ingest_relations_read(all, reader, (gdx_slice){"", 0}, err);
    if (status != GDX_OK)
        return status;
    gdx_slice name = ingest_relations_of_type(all, "officeDocument");
    if (ingest_package_find(reader, name) == PACKAGE_NOT_THERE)
        name = gdx_slice_of(usual_name);
    if (ingest_package_find(reader, name) == PACKAGE_NOT_THERE)
        return gdx_fail(err, GDX_CORRUPT, "no %s in the zip file, expected a document of Office Open XML", usual_name);
    main->bytes = 0;
    if (gdx_buffer_append(main, name.data, name.bytes) != GDX_OK)
        return gdx_fail_memory(err, "the name of a part");
    return GDX_OK;
}

gdx_status ingest_office_open(package_reader *reader, const char *usual_name, gdx_buffer *main, gdx_error *err) {
    part_relations all = {0};
    gdx_status status = find_main(reader, &all, usual_name, main, err);
    ingest_relations_clear(&all);
    return status;
}

bool ingest_office_is_root(markup *at, const char *name, const char *expected, gdx_error *err) {
    if (strcmp(name, expected) == 0)
        return true;
    gdx_fail(err, GDX_CORRUPT, "begins with the element %s, expected %s", name, expected);
    ingest_markup_stop(at, GDX_CORRUPT);
    return false;
}

// ---- properties

struct properties {
    text_flow *flow;
    gdx_buffer value;
    size_t value_depth; // of the element that is read; 0: none
    const char *key;    // of the metadata; "" for the title
};

static void on_property(void *context, markup *at, const char *name) {
    struct properties *properties = context;
    properties->key = strcmp(name, "dc:title") == 0           ? ""
                      : strcmp(name, "dc:creator") == 0       ? "creator"
                      : strcmp(name, "dcterms:created") == 0  ? "created"
                      : strcmp(name, "dcterms:modified") == 0 ? "modified"
                                                              : NULL;
    properties->value.bytes = 0;
    properties->value_depth = properties->key ? ingest_markup_depth(at) : 0;
}

static void on_property_text(void *context, markup *at, gdx_slice text) {
    struct properties *properties = context;
    if (properties->value_depth != ingest_markup_depth(at) || properties->value.bytes > FLOW_TITLE_BYTES)
        return;
    if (gdx_buffer_append(&properties->value, text.data, text.bytes) != GDX_OK)
        ingest_markup_stop(at, GDX_NO_MEMORY);
}

static void on_property_end(void *context, markup *at, const char *name) {
    struct properties *properties = context;
    (void)name;
    if (properties->value_depth != ingest_markup_depth(at))
        return;
    gdx_slice value = ingest_cut_title(gdx_trim(gdx_buffer_slice(&properties->value)));
    if (*properties->key)
        gdx_draft_metadata(properties->flow->draft, gdx_slice_of(properties->key), value);
    else if (gdx_buffer_append(&properties->flow->declared, value.data, value.bytes) != GDX_OK)
        ingest_markup_stop(at, GDX_NO_MEMORY);
    properties->value_depth = 0;
}

gdx_status ingest_core_properties(package_reader *reader, text_flow *flow, gdx_error *err) {
    part_relations all = {0};
    struct properties properties = {.flow = flow};
    gdx_error damage = {0};
    gdx_status status = ingest_relations_read(&all, reader, (gdx_slice){"", 0}, err);
    gdx_slice name = ingest_relations_of_type(&all, "core-properties");
    ptrdiff_t entry = name.bytes ? ingest_package_find(reader, name) : PACKAGE_NOT_THERE;
    markup_handler handler = {on_property, on_property_end, on_property_text, .context = &properties};
    if (status == GDX_OK && entry != PACKAGE_NOT_THERE)
        status = ingest_markup_parse_entry(reader, entry, &handler, &damage);
    if (status == GDX_CORRUPT) { // the text is worth more than its properties
        ingest_package_lose(reader, name);
        status = GDX_OK;
    }
    gdx_buffer_clear(&properties.value);
    ingest_relations_clear(&all);
    if (status == GDX_NO_MEMORY)
        return gdx_fail_memory(err, "the properties of a document");
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s", damage.message);
}
