// SPDX-License-Identifier: Apache-2.0
// subtitles.c: what is said in a SubRip or WebVTT file, a line for each line shown.
// Relies on page.h. A cue is a block of lines with a timing ("00:01:02,000 --> 00:01:04,500") before its text. What
// comes before the timing is the cue's number or name, and blocks without one are headers, notes and styles: none of
// them is shown. WebVTT: W3C Candidate Recommendation of 4 April 2019, section 6.

#include "page.h"

#include "gdx/white.h"

#include <ctype.h>

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

static gdx_status append_entity(gdx_slice text, gdx_buffer *out, size_t *out_taken) {
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        size_t bytes = strlen(entities[i].name);
        if (text.bytes < bytes || memcmp(text.data, entities[i].name, bytes) != 0)
            continue;
        *out_taken = bytes;
        return gdx_buffer_append(out, entities[i].text, strlen(entities[i].text));
    }
    *out_taken = 1;
    return gdx_buffer_append(out, text.data, 1);
}

// A line as it is shown.
static gdx_status append_line(gdx_slice line, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    for (size_t at = 0; status == GDX_OK && at < line.bytes;) {
        gdx_slice rest = {line.data + at, line.bytes - at};
        size_t taken = rest.data[0] == '<' || rest.data[0] == '{' ? tag_bytes(rest) : 0;
        if (taken == 0 && rest.data[0] == '&') {
            status = append_entity(rest, out, &taken);
        } else if (taken == 0) {
            taken = 1;
            status = gdx_buffer_append(out, rest.data, 1);
        }
        at += taken;
    }
    return status == GDX_OK ? gdx_buffer_append(out, "\n", 1) : status;
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

gdx_status ingest_subtitles(page_reader *reader, gdx_slice decoded, gdx_document *out, gdx_error *err) {
    gdx_slice rest = decoded, line;
    bool in_text = false, has_cues = false;
    gdx_status status = GDX_OK;
    reader->text.bytes = 0;
    while (status == GDX_OK && ingest_take_line(&rest, &line)) {
        if (is_timing(line))
            in_text = has_cues = true;
        else if (is_blank(line))
            in_text = false;
        else if (in_text)
            status = append_line(line, &reader->text);
    }
    if (status != GDX_OK)
        return gdx_fail_memory(err, "subtitles");
    if (!has_cues) // a text with the name of one
        out->text = decoded;
    else
        out->text = gdx_buffer_slice(&reader->text);
    gdx_slice title = title_of_header(decoded);
    out->title = title.bytes ? ingest_cut_title(title) : ingest_first_line(out->text);
    return GDX_OK;
}
