// SPDX-License-Identifier: Apache-2.0
// slip.c: notes on what looks like a slip. Those on the text are made while it is parsed; the one on sources needs a
// snapshot and is made when it is asked for. Quoted text never has a note.

#include "slip.h"

#include "gdx/nearest.h"
#include "gdx/reprints.h"

#include "segment.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN_BYTES = 60, PREFIX_BYTES = 20, SOURCES_SHOWN = 10, SOURCES_MAX = 10000 };

// ---- notes on the text

gdx_status query_note(query_parser *parser, const char *format, ...) {
    gdx_query *query = parser->query;
    char text[GDX_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    gdx_slice note = gdx_slice_of(text);
    for (uint32_t i = 0; i < query->note_count; i++)
        if (gdx_slice_equal(query->notes[i], note))
            return GDX_OK;
    if (query->note_count == QUERY_NOTES_MAX)
        return GDX_OK;
    if (gdx_arena_copy(query->arena, note, &query->notes[query->note_count]) != GDX_OK)
        return query_parse_memory(parser);
    query->note_count++;
    return GDX_OK;
}

// An ASCII letter in lower case, full-width letters included; 0: it is no such letter.
static char letter_of(uint32_t code) {
    if (code >= 0xff21 && code <= 0xff5a) // Ａ to ｚ
        code -= 0xff21 - 'A';
    if (code >= 'A' && code <= 'Z')
        code += 'a' - 'A';
    return code >= 'a' && code <= 'z' ? (char)code : 0;
}

// The letters that the run starts with, in lower case, as many as fit. Returns their bytes in the run.
static size_t leading_letters(gdx_slice run, char to[PREFIX_BYTES]) {
    size_t at = 0, count = 0;
    query_lexer lexer = {run.data, run.bytes, 0, 0};
    for (; at < run.bytes && count < PREFIX_BYTES - 1; count++) {
        char letter = letter_of(query_lex_code(&lexer, at));
        if (!letter)
            break;
        to[count] = letter;
        at += gdx_utf8_sequence_bytes((uint8_t)run.data[at]);
    }
    to[count] = '\0';
    return at;
}

static bool is_name_of(const query_operator *row, const char *letters) {
    size_t i = 0;
    while (row->name[i] && letter_of((uint8_t)row->name[i]) == letters[i])
        i++;
    return row->name[i] == '\0' && letters[i] == '\0';
}

// True if the rest of a run is a distance, like /5.
static bool is_distance(gdx_slice rest) {
    for (size_t i = 1; i < rest.bytes; i++)
        if (rest.data[i] < '0' || rest.data[i] > '9')
            return false;
    return rest.bytes >= 2 && rest.data[0] == '/';
}

static gdx_status note_operator(query_parser *parser, gdx_slice run) {
    char letters[PREFIX_BYTES];
    size_t bytes = leading_letters(run, letters);
    gdx_slice rest = {run.data + bytes, run.bytes - bytes};
    for (const query_operator *row = query_operators; row < query_operators + QUERY_OPERATORS; row++) {
        if (!is_name_of(row, letters) || (row->has_distance ? !is_distance(rest) : rest.bytes > 0))
            continue;
        gdx_slice shown = gdx_utf8_cut(run, SHOWN_BYTES);
        return query_note(parser, "%.*s is searched for as it is; the operator is %s%.*s", GDX_SLICE_ARGUMENTS(shown),
                          row->name, GDX_SLICE_ARGUMENTS(gdx_utf8_cut(rest, SHOWN_BYTES)));
    }
    return GDX_OK;
}

// A short name is near to too many others: it must be right but for the case of its letters.
static gdx_status note_prefix(query_parser *parser, gdx_slice run) {
    enum { SHORT_LETTERS = 2 };
    char letters[PREFIX_BYTES];
    size_t bytes = leading_letters(run, letters);
    query_lexer lexer = {run.data, run.bytes, 0, 0};
    size_t colon = query_lex_colon(&lexer, bytes);
    if (bytes == 0 || colon == 0)
        return GDX_OK;
    gdx_nearest nearest = {.wanted = gdx_slice_of(letters)};
    const char *name;
    for (size_t i = 0; (name = query_prefix_name(i)); i++)
        gdx_nearest_try(&nearest, name);
    if (!nearest.name || (nearest.distance > 0 && strlen(letters) <= SHORT_LETTERS))
        return GDX_OK;
    return query_note(parser, "%.*s is part of the phrase; the field is written %s:", (int)(bytes + colon), run.data,
                      query_prefix_form(nearest.name));
}

gdx_status query_note_term(query_parser *parser, gdx_slice run) {
    gdx_status status = note_operator(parser, run);
    return status == GDX_OK ? note_prefix(parser, run) : status;
}

gdx_status query_note_parentheses(query_parser *parser, gdx_slice run) {
    query_lexer lexer = {run.data, run.bytes, 0, 0};
    bool has_close = false;
    for (size_t at = 0; at < run.bytes; at += gdx_utf8_sequence_bytes((uint8_t)run.data[at])) {
        uint32_t code = query_lex_code(&lexer, at);
        if (code == QUERY_WIDE_OPEN)
            return query_note(parser, "（ is part of the phrase; put a space before it to group");
        has_close |= code == QUERY_WIDE_CLOSE;
    }
    return has_close ? query_note(parser, "） is part of the phrase; no （ is open before it") : GDX_OK;
}

// ---- notes on sources

struct noting {
    gdx_snapshot *snapshot;
    gdx_arena *arena;
    gdx_slice *notes;
    size_t count;
    gdx_slice *sources; // of the snapshot, each once; NULL until a note needs them
    size_t source_count;
    bool has_more_sources; // than SOURCES_MAX
};

static int by_bytes(const void *a, const void *b) {
    return gdx_slice_compare(*(const gdx_slice *)a, *(const gdx_slice *)b);
}

static gdx_status has_source(const struct noting *noting, gdx_slice name, bool *out, gdx_error *err) {
    *out = false;
    for (size_t s = 0; s < gdx_snapshot_segment_count(noting->snapshot) && !*out; s++) {
        query_segment segment;
        gdx_status status = query_segment_open(noting->snapshot, s, &segment, err);
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

static gdx_status add_sources(struct noting *noting, const query_segment *segment, gdx_error *err) {
    uint32_t count = gdx_segment_source_count(segment->segment);
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < count && status == GDX_OK; i++) {
        if (noting->source_count == SOURCES_MAX) {
            noting->has_more_sources = true;
            return GDX_OK;
        }
        gdx_slice found;
        status = gdx_segment_source(segment->segment, i, &found, err);
        if (status == GDX_OK && found.bytes > 0 &&
            gdx_arena_copy(noting->arena, found, &noting->sources[noting->source_count++]) != GDX_OK)
            return gdx_fail_memory(err, "a note");
    }
    return status;
}

static gdx_status list_sources(struct noting *noting, gdx_error *err) {
    if (noting->sources)
        return GDX_OK;
    noting->sources = gdx_arena_allocate(noting->arena, SOURCES_MAX * sizeof *noting->sources);
    if (!noting->sources)
        return gdx_fail_memory(err, "a note");
    gdx_status status = GDX_OK;
    for (size_t s = 0; s < gdx_snapshot_segment_count(noting->snapshot) && status == GDX_OK; s++) {
        query_segment segment;
        status = query_segment_open(noting->snapshot, s, &segment, err);
        if (status == GDX_OK)
            status = add_sources(noting, &segment, err);
    }
    size_t kept = 0;
    if (noting->source_count > 1)
        qsort(noting->sources, noting->source_count, sizeof *noting->sources, by_bytes);
    for (size_t i = 0; i < noting->source_count; i++)
        if (kept == 0 || !gdx_slice_equal(noting->sources[i], noting->sources[kept - 1]))
            noting->sources[kept++] = noting->sources[i];
    noting->source_count = kept;
    return status;
}

static gdx_status write_source_note(const struct noting *noting, gdx_slice name, gdx_buffer *out) {
    gdx_slice shown = gdx_utf8_cut(name, SHOWN_BYTES);
    gdx_status status =
        gdx_buffer_append_format(out, "no document has the source \"%.*s\"", GDX_SLICE_ARGUMENTS(shown));
    size_t count = noting->source_count < SOURCES_SHOWN ? noting->source_count : SOURCES_SHOWN;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        const char *before = i ? ", " : noting->source_count > 1 ? "; there are " : "; there is ";
        gdx_slice source = gdx_utf8_cut(noting->sources[i], SHOWN_BYTES);
        status = gdx_buffer_append_format(out, "%s%.*s", before, GDX_SLICE_ARGUMENTS(source));
    }
    if (status == GDX_OK && noting->source_count > count)
        status = gdx_buffer_append_format(out, " and %zu%s more", noting->source_count - count,
                                          noting->has_more_sources ? " or" : "");
    return status;
}

static gdx_status note_source(struct noting *noting, gdx_slice name, gdx_error *err) {
    bool has = false;
    gdx_status status = has_source(noting, name, &has, err);
    if (status != GDX_OK || has || name.bytes == 0 || noting->count == QUERY_NOTES_MAX)
        return status;
    status = list_sources(noting, err);
    if (status != GDX_OK)
        return status;
    gdx_buffer text = {0};
    status = write_source_note(noting, name, &text);
    if (status == GDX_OK)
        status = gdx_arena_copy(noting->arena, gdx_buffer_slice(&text), &noting->notes[noting->count]);
    gdx_buffer_clear(&text);
    if (status != GDX_OK)
        return gdx_fail_memory(err, "a note");
    noting->count++;
    return GDX_OK;
}

// ---- notes on metadata

static gdx_status add_note(struct noting *noting, const char *format, ...) GDX_PRINTF(2, 3);
static gdx_status add_note(struct noting *noting, const char *format, ...) {
    char text[GDX_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    gdx_slice note = gdx_slice_of(text);
    for (size_t i = 0; i < noting->count; i++)
        if (gdx_slice_equal(noting->notes[i], note))
            return GDX_OK;
    if (noting->count == QUERY_NOTES_MAX)
        return GDX_OK;
    gdx_status status = gdx_arena_copy(noting->arena, note, &noting->notes[noting->count]);
    noting->count += status == GDX_OK;
    return status;
}

// A key without columns is answered all the same, but slowly: who asks often wants to know.
static gdx_status note_key(struct noting *noting, gdx_slice key, gdx_error *err) {
    char text[GDX_MESSAGE_BYTES];
    gdx_status status = gdx_snapshot_key_note(noting->snapshot, key, text, err);
    if (status == GDX_OK && text[0] && add_note(noting, "%s", text) != GDX_OK)
        status = gdx_fail_memory(err, "a note");
    return status;
}

static gdx_status note_sources(struct noting *noting, const query_node *node, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (node->kind == QUERY_SOURCE)
        status = note_source(noting, node->value, err);
    if (node->kind == QUERY_META)
        status = note_key(noting, gdx_keys_name(node->key, 0), err);
    for (uint32_t i = 0; i < node->child_count && status == GDX_OK; i++)
        status = note_sources(noting, node->children[i], err);
    return status;
}

// On documents that is:first takes for firsts because nobody has looked yet.
static gdx_status note_later(struct noting *noting, gdx_error *err) {
    const gdx_firsts *firsts = NULL;
    gdx_buffer text = {0};
    gdx_status status = gdx_snapshot_firsts(noting->snapshot, NULL, &firsts, err);
    if (status != GDX_OK || firsts->later == 0 || noting->count == QUERY_NOTES_MAX)
        return status;
    status = gdx_buffer_append_format(&text,
                                      "%llu %s committed after reprints were looked for and %s as first; `gramdex "
                                      "reprints --build` looks again",
                                      (unsigned long long)firsts->later,
                                      firsts->later == 1 ? "document was" : "documents were",
                                      firsts->later == 1 ? "counts" : "count");
    if (status == GDX_OK)
        status = gdx_arena_copy(noting->arena, gdx_buffer_slice(&text), &noting->notes[noting->count]);
    gdx_buffer_clear(&text);
    if (status != GDX_OK)
        return gdx_fail_memory(err, "a note");
    noting->count++;
    return GDX_OK;
}

gdx_status gdx_query_notes(const gdx_query *query, gdx_snapshot *snapshot, gdx_arena *arena, gdx_slice **out,
                           size_t *out_count, gdx_error *err) {
    struct noting noting = {.snapshot = snapshot, .arena = arena, .count = query->note_count};
    noting.notes = gdx_arena_allocate(arena, QUERY_NOTES_MAX * sizeof *noting.notes);
    if (!noting.notes)
        return gdx_fail_memory(err, "a note");
    memcpy(noting.notes, query->notes, query->note_count * sizeof *noting.notes);
    gdx_status status = note_sources(&noting, query->root, err);
    if (status == GDX_OK && query->asks_first && gdx_snapshot_reprints(snapshot))
        status = note_later(&noting, err);
    if (status != GDX_OK)
        return status;
    *out = noting.notes;
    *out_count = noting.count;
    return GDX_OK;
}
