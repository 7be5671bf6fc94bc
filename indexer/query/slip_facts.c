// SPDX-License-Identifier: Apache-2.0
// slip_facts.c: notes that depend on the documents: what a snapshot has of the sources and keys that a query names, and
// the sentences that are made of it. Facts and sentences are apart, so that facts of slices can be added up first.

#include "slip.h"

#include "gdx/reprints.h"

#include "segment.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SHOWN_BYTES = 60, SOURCES_SHOWN = 10, SOURCES_MAX = 10000 };

// ---- facts of a snapshot

struct finding {
    gdx_snapshot *snapshot;
    gdx_arena *arena;
    gdx_note_facts *facts;
    size_t room; // facts that may be added
};

static int by_bytes(const void *a, const void *b) {
    return gdx_slice_compare(*(const gdx_slice *)a, *(const gdx_slice *)b);
}

static gdx_status has_source(const struct finding *finding, gdx_slice name, bool *out, gdx_error *err) {
    *out = false;
    for (size_t s = 0; s < gdx_snapshot_segment_count(finding->snapshot) && !*out; s++) {
        query_segment segment;
        gdx_status status = query_segment_open(finding->snapshot, s, &segment, err);
        for (uint32_t i = 0; status == GDX_OK && !*out && i < gdx_segment_source_count(segment.segment); i++) {
            gdx_slice found;
            status = gdx_segment_source(segment.segment, i, &found, err);
            *out = status == GDX_OK && gdx_slice_equal(found, name);
        }
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

static gdx_status add_sources(struct finding *finding, const query_segment *segment, gdx_error *err) {
    gdx_note_facts *facts = finding->facts;
    uint32_t count = gdx_segment_source_count(segment->segment);
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < count && status == GDX_OK; i++) {
        if (facts->source_count == SOURCES_MAX) {
            facts->has_more_sources = true;
            return GDX_OK;
        }
        gdx_slice found;
        status = gdx_segment_source(segment->segment, i, &found, err);
        if (status == GDX_OK && found.bytes > 0 &&
            gdx_arena_copy(finding->arena, found, &facts->sources[facts->source_count++]) != GDX_OK)
            return gdx_fail_memory(err, "a note");
    }
    return status;
}

static void sort_sources(gdx_note_facts *facts) {
    size_t kept = 0;
    if (facts->source_count > 1)
        qsort(facts->sources, facts->source_count, sizeof *facts->sources, by_bytes);
    for (size_t i = 0; i < facts->source_count; i++)
        if (kept == 0 || !gdx_slice_equal(facts->sources[i], facts->sources[kept - 1]))
            facts->sources[kept++] = facts->sources[i];
    facts->source_count = kept;
}

static gdx_status list_sources(struct finding *finding, gdx_error *err) {
    gdx_note_facts *facts = finding->facts;
    if (facts->sources)
        return GDX_OK;
    facts->sources = gdx_arena_allocate(finding->arena, SOURCES_MAX * sizeof *facts->sources);
    if (!facts->sources)
        return gdx_fail_memory(err, "a note");
    gdx_status status = GDX_OK;
    for (size_t s = 0; s < gdx_snapshot_segment_count(finding->snapshot) && status == GDX_OK; s++) {
        query_segment segment;
        status = query_segment_open(finding->snapshot, s, &segment, err);
        if (status == GDX_OK)
            status = add_sources(finding, &segment, err);
    }
    sort_sources(facts);
    return status;
}

static void add_fact(struct finding *finding, gdx_note_fact fact) {
    if (finding->facts->count < finding->room)
        finding->facts->facts[finding->facts->count++] = fact;
}

static gdx_status find_source(struct finding *finding, gdx_slice name, gdx_error *err) {
    bool has = false;
    gdx_status status = name.bytes ? has_source(finding, name, &has, err) : GDX_OK;
    if (status != GDX_OK || !name.bytes)
        return status;
    add_fact(finding, (gdx_note_fact){.source = name, .is_source = true, .is_absent = !has});
    return has ? GDX_OK : list_sources(finding, err);
}

static gdx_status find_in(struct finding *finding, const query_node *node, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (node->kind == QUERY_SOURCE)
        status = find_source(finding, node->value, err);
    if (node->kind == QUERY_META) {
        gdx_note_fact fact = {0};
        status = gdx_snapshot_key_use(finding->snapshot, gdx_keys_name(node->key, 0), &fact.key, err);
        if (status == GDX_OK)
            add_fact(finding, fact);
    }
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++)
        status = find_in(finding, node->children[i], err);
    return status;
}

// On documents that is:first takes for firsts because nobody has looked yet.
static gdx_status find_later(struct finding *finding, gdx_error *err) {
    const gdx_firsts *firsts = NULL;
    gdx_buffer text = {0};
    gdx_note_fact fact = {0};
    gdx_status status = gdx_snapshot_firsts(finding->snapshot, NULL, &firsts, err);
    if (status != GDX_OK || firsts->later == 0)
        return status;
    status = gdx_buffer_append_format(&text,
                                      "%llu %s committed after reprints were looked for and %s as first; `gramdex "
                                      "reprints --build` looks again",
                                      (unsigned long long)firsts->later,
                                      firsts->later == 1 ? "document was" : "documents were",
                                      firsts->later == 1 ? "counts" : "count");
    if (status == GDX_OK)
        status = gdx_arena_copy(finding->arena, gdx_buffer_slice(&text), &fact.text);
    gdx_buffer_clear(&text);
    if (status != GDX_OK)
        return gdx_fail_memory(err, "a note");
    add_fact(finding, fact);
    return GDX_OK;
}

static size_t count_nodes(const query_node *node) {
    size_t count = 1;
    for (uint32_t i = 0; i < node->child_count; i++)
        count += count_nodes(node->children[i]);
    return count;
}

gdx_status gdx_query_note_facts(const gdx_query *query, gdx_snapshot *snapshot, gdx_arena *arena, gdx_note_facts *out,
                                gdx_error *err) {
    *out = (gdx_note_facts){0};
    struct finding finding = {snapshot, arena, out, query->note_count + count_nodes(query->root) + 1};
    out->facts = gdx_arena_allocate(arena, finding.room * sizeof *out->facts);
    if (!out->facts)
        return gdx_fail_memory(err, "a note");
    for (uint32_t i = 0; i < query->note_count; i++)
        add_fact(&finding, (gdx_note_fact){.text = query->notes[i]});
    gdx_status status = find_in(&finding, query->root, err);
    return status == GDX_OK && query->asks_first && gdx_snapshot_reprints(snapshot) ? find_later(&finding, err)
                                                                                    : status;
}

// ---- facts of several slices

static gdx_status join_sources(gdx_note_facts *to, const gdx_note_facts *more, gdx_arena *arena) {
    size_t count = to->source_count + more->source_count;
    gdx_slice *all = gdx_arena_allocate(arena, count * sizeof *all + 1);
    if (!all)
        return GDX_NO_MEMORY;
    if (to->source_count)
        memcpy(all, to->sources, to->source_count * sizeof *all);
    if (more->source_count)
        memcpy(all + to->source_count, more->sources, more->source_count * sizeof *all);
    to->sources = all;
    to->source_count = count;
    to->has_more_sources |= more->has_more_sources;
    sort_sources(to);
    return GDX_OK;
}

gdx_status gdx_note_facts_add(gdx_note_facts *to, const gdx_note_facts *more, gdx_arena *arena, gdx_error *err) {
    if (to->count != more->count)
        return gdx_fail(err, GDX_CORRUPT, "slices say %zu and %zu things of one query", to->count, more->count);
    for (size_t i = 0; i < to->count; i++) {
        to->facts[i].is_absent &= more->facts[i].is_absent;
        to->facts[i].key.without += more->facts[i].key.without;
        to->facts[i].key.segments += more->facts[i].key.segments;
    }
    return join_sources(to, more, arena) == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a note");
}

// ---- sentences

static gdx_status write_source(const gdx_note_facts *facts, gdx_slice name, gdx_buffer *out) {
    gdx_slice shown = gdx_utf8_cut(name, SHOWN_BYTES);
    gdx_status status =
        gdx_buffer_append_format(out, "no document has the source \"%.*s\"", GDX_SLICE_ARGUMENTS(shown));
    size_t count = facts->source_count < SOURCES_SHOWN ? facts->source_count : SOURCES_SHOWN;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        const char *before = i ? ", " : facts->source_count > 1 ? "; there are " : "; there is ";
        gdx_slice source = gdx_utf8_cut(facts->sources[i], SHOWN_BYTES);
        status = gdx_buffer_append_format(out, "%s%.*s", before, GDX_SLICE_ARGUMENTS(source));
    }
    if (status == GDX_OK && facts->source_count > count)
        status = gdx_buffer_append_format(out, " and %zu%s more", facts->source_count - count,
                                          facts->has_more_sources ? " or" : "");
    return status;
}

static gdx_status write_fact(const gdx_note_facts *facts, const gdx_note_fact *fact, gdx_buffer *out) {
    char note[GDX_MESSAGE_BYTES];
    if (fact->text.bytes)
        return gdx_buffer_append(out, fact->text.data, fact->text.bytes);
    if (fact->is_source)
        return fact->is_absent ? write_source(facts, fact->source, out) : GDX_OK;
    gdx_key_note(&fact->key, note);
    return gdx_buffer_append(out, note, strlen(note));
}

// Keys are said once.
static bool is_said(const gdx_note_fact *fact, const gdx_slice *notes, size_t count, gdx_slice note) {
    for (size_t i = 0; i < count && fact->key.key.bytes; i++)
        if (gdx_slice_equal(notes[i], note))
            return true;
    return note.bytes == 0;
}

gdx_status gdx_note_facts_write(const gdx_note_facts *facts, gdx_arena *arena, gdx_slice **out, size_t *out_count,
                                gdx_error *err) {
    gdx_slice *notes = gdx_arena_allocate(arena, QUERY_NOTES_MAX * sizeof *notes);
    gdx_status status = notes ? GDX_OK : GDX_NO_MEMORY;
    gdx_buffer text = {0};
    size_t count = 0;
    for (size_t i = 0; i < facts->count && count < QUERY_NOTES_MAX && status == GDX_OK; i++) {
        text.bytes = 0;
        status = write_fact(facts, &facts->facts[i], &text);
        if (status == GDX_OK && !is_said(&facts->facts[i], notes, count, gdx_buffer_slice(&text)))
            status = gdx_arena_copy(arena, gdx_buffer_slice(&text), &notes[count++]);
    }
    gdx_buffer_clear(&text);
    if (status != GDX_OK)
        return gdx_fail_memory(err, "a note");
    *out = notes;
    *out_count = count;
    return GDX_OK;
}

gdx_status gdx_query_notes(const gdx_query *query, gdx_snapshot *snapshot, gdx_arena *arena, gdx_slice **out,
                           size_t *out_count, gdx_error *err) {
    gdx_note_facts facts;
    gdx_status status = gdx_query_note_facts(query, snapshot, arena, &facts, err);
    return status == GDX_OK ? gdx_note_facts_write(&facts, arena, out, out_count, err) : status;
}
