// SPDX-License-Identifier: Apache-2.0
// subtitles.c: what is said in a SubRip or WebVTT file, a line for each line shown.
// Relies on page.h. A cue is a block of lines with a timing ("00:01:02,000 --> 00:01:04,500") before its text. What
// comes before the timing is the cue's number or name, and blocks without one are headers, notes and styles: none of
// them is shown. WebVTT: W3C Candidate Recommendation of 4 April 2019, section 6.
//
// A sentence runs on from cue to cue, so the text has no border between them. In files of two languages it does so in
// each: the lines without Chinese characters become a part of their own, after the others.

#include "page.h"

#include "gdx/white.h"

#include <ctype.h>
#include <stdio.h>

static const struct entity {
    const char *name;
    const char *text;
} entities[] = {
    // all that WebVTT has names for
    {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&nbsp;", "\xc2\xa0"}, {"&lrm;", ""}, {"&rlm;", ""},
};

static bool is_time(gdx_slice text) {
    size_t colons = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        if (!isdigit((unsigned char)text.data[i]) && !strchr(":.,", text.data[i]))
            return false;
        colons += text.data[i] == ':';
    }
    return colons >= 1 && colons <= 2;
}

// "00:01 --> 00:04", with settings after the second time.
static bool is_timing(gdx_slice line) {
    gdx_slice trimmed = gdx_trim(line);
    const char *arrow = trimmed.bytes ? memmem(trimmed.data, trimmed.bytes, "-->", 3) : NULL;
    if (!arrow)
        return false;
    gdx_slice from = gdx_trim((gdx_slice){trimmed.data, (size_t)(arrow - trimmed.data)});
    gdx_slice to = gdx_trim((gdx_slice){arrow + 3, (size_t)(trimmed.data + trimmed.bytes - arrow - 3)});
    size_t end = 0;
    while (end < to.bytes && to.data[end] != ' ' && to.data[end] != '\t')
        end++;
    return is_time(from) && is_time((gdx_slice){to.data, end});
}

static bool is_blank(gdx_slice line) {
    return gdx_trim(line).bytes == 0;
}

// Bytes of the tag at the start of the text: <i>, </v>, <00:01.000>, SubRip's {\an8}. 0: there is none.
static size_t tag_bytes(gdx_slice text) {
    char close = text.data[0] == '<' ? '>' : '}';
    if (text.bytes < 3 || (text.data[0] == '{' && text.data[1] != '\\'))
        return 0;
    if (text.data[0] == '<' && text.data[1] != '/' && !isalnum((unsigned char)text.data[1]))
        return 0;
    const char *end = memchr(text.data, close, text.bytes);
    return end ? (size_t)(end + 1 - text.data) : 0;
}

static void append_entity(gdx_slice text, gdx_draft *draft, size_t *out_taken) {
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        size_t bytes = strlen(entities[i].name);
        if (text.bytes < bytes || memcmp(text.data, entities[i].name, bytes) != 0)
            continue;
        *out_taken = bytes;
        gdx_draft_text(draft, gdx_slice_of(entities[i].text));
        return;
    }
    *out_taken = 1;
    gdx_draft_text(draft, (gdx_slice){text.data, 1});
}

// Bytes before the next that may begin a tag or an entity.
static size_t plain_bytes(gdx_slice text) {
    size_t bytes = 1;
    while (bytes < text.bytes && !strchr("<{&", text.data[bytes]))
        bytes++;
    return bytes;
}

// A line as it is shown.
static void write_line(gdx_slice line, gdx_draft *draft) {
    for (size_t at = 0; at < line.bytes;) {
        gdx_slice rest = {line.data + at, line.bytes - at};
        size_t taken = rest.data[0] == '<' || rest.data[0] == '{' ? tag_bytes(rest) : 0;
        if (taken == 0 && rest.data[0] == '&') {
            append_entity(rest, draft, &taken);
        } else if (taken == 0) {
            taken = plain_bytes(rest);
            gdx_draft_text(draft, (gdx_slice){rest.data, taken});
        }
        at += taken;
    }
    gdx_draft_line_end(draft);
}

// ---- cues

// U+4E00 to U+9FFF, of which each begins with one of these bytes.
static bool has_han(gdx_slice line) {
    for (size_t i = 0; i < line.bytes; i++)
        if ((uint8_t)line.data[i] >= 0xe4 && (uint8_t)line.data[i] <= 0xe9)
            return true;
    return false;
}

static bool has_letter(gdx_slice line) {
    for (size_t i = 0; i < line.bytes; i++)
        if (isalpha((unsigned char)line.data[i]))
            return true;
    return false;
}

typedef enum cue_step { CUE_END, CUE_TIMING, CUE_LINE } cue_step;
typedef struct cue_walk { // from {.rest = the file}
    gdx_slice rest;
    gdx_slice line; // the timing, or a line of text
    bool in_text;
} cue_walk;

static cue_step next_step(cue_walk *walk) {
    while (ingest_take_line(&walk->rest, &walk->line)) {
        if (is_timing(walk->line)) {
            walk->in_text = true;
            return CUE_TIMING;
        }
        if (is_blank(walk->line))
            walk->in_text = false;
        else if (walk->in_text)
            return CUE_LINE;
    }
    return CUE_END;
}

// Whether lines of two languages stand in turn, in the same cue or in two of the same time.
static bool is_bilingual(gdx_slice decoded, bool *out_has_cues) {
    cue_walk walk = {.rest = decoded};
    size_t changes = 0, lines = 0;
    bool was_han = false;
    for (cue_step step; (step = next_step(&walk)) != CUE_END;) {
        *out_has_cues = true;
        bool is_han = has_han(walk.line);
        if (step == CUE_TIMING || (!is_han && !has_letter(walk.line)))
            continue;
        changes += lines > 0 && is_han != was_han;
        was_han = is_han;
        lines++;
    }
    return lines >= 4 && changes * 10 >= (lines - 1) * 8;
}

// "00:01.500 --> ..." -> "00:00:01".
static void write_place(gdx_slice timing, gdx_draft *draft) {
    unsigned units[3] = {0}, count = 0;
    gdx_slice at = gdx_trim(timing);
    for (size_t i = 0; i < at.bytes && count < 3 && (isdigit((unsigned char)at.data[i]) || at.data[i] == ':'); i++) {
        if (at.data[i] == ':')
            count++;
        else if (units[count] < 10000)
            units[count] = units[count] * 10 + (unsigned)(at.data[i] - '0');
    }
    char name[40];
    bool has_hours = count == 2;
    snprintf(name, sizeof name, "%02u:%02u:%02u", has_hours ? units[0] : 0, units[has_hours], units[has_hours + 1]);
    gdx_draft_place(draft, gdx_slice_of(name));
}

static void write_cues(gdx_slice decoded, bool takes_han, bool takes_others, gdx_draft *draft) {
    cue_walk walk = {.rest = decoded};
    for (cue_step step; (step = next_step(&walk)) != CUE_END;) {
        if (step == CUE_TIMING)
            write_place(walk.line, draft);
        else if (has_han(walk.line) ? takes_han : takes_others)
            write_line(walk.line, draft);
    }
}

// "WEBVTT - Title".
static gdx_slice title_of_header(gdx_slice decoded) {
    gdx_slice line = {"", 0};
    if (!ingest_take_line(&decoded, &line) || line.bytes < 6 || memcmp(line.data, "WEBVTT", 6) != 0)
        return (gdx_slice){"", 0};
    gdx_slice title = gdx_trim((gdx_slice){line.data + 6, line.bytes - 6});
    if (title.bytes && title.data[0] == '-')
        title = gdx_trim((gdx_slice){title.data + 1, title.bytes - 1});
    return title;
}

void ingest_subtitles(gdx_slice decoded, gdx_draft *draft) {
    bool has_cues = false, has_two = is_bilingual(decoded, &has_cues);
    gdx_slice title = title_of_header(decoded);
    gdx_draft_title(draft, ingest_cut_title(title), false);
    if (!has_cues) { // a text with the name of one
        gdx_draft_text(draft, decoded);
        return;
    }
    write_cues(decoded, true, !has_two, draft);
    if (!has_two)
        return;
    gdx_draft_begin_part(draft, GDX_FIELD_TEXT);
    write_cues(decoded, false, true, draft);
    gdx_draft_end_part(draft);
}
