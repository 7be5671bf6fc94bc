// SPDX-License-Identifier: Apache-2.0
// slip.c: notes on what looks like a slip. Those on the text are made while it is parsed; those on sources and keys
// need a snapshot and are made when they are asked for (slip_facts.c). Quoted text never has a note.

#include "slip.h"

#include "gdx/nearest.h"

#include <stdarg.h>
#include <stdio.h>

enum { SHOWN_BYTES = 60, PREFIX_BYTES = 20 };

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
