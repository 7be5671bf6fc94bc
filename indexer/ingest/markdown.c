// SPDX-License-Identifier: Apache-2.0
// markdown.c: title, date and text of a Markdown file.
// Relies on page.h. The front matter is read as plain `key: value` lines between two lines of ---, which is what it is
// in nearly all files; deeper YAML is passed over. The text itself is kept as it is: its marks are punctuation.

#include "page.h"

#include <strings.h>

static bool line_is(gdx_slice line, const char *what) {
    return gdx_slice_equal(gdx_trim(line), gdx_slice_of(what));
}

// The value of a `key: value` line, without quotes around it; false when the line has another key.
static bool value_of(gdx_slice line, const char *key, gdx_slice *out) {
    size_t bytes = strlen(key);
    if (line.bytes <= bytes || strncasecmp(line.data, key, bytes) != 0 || line.data[bytes] != ':')
        return false;
    gdx_slice value = gdx_trim((gdx_slice){line.data + bytes + 1, line.bytes - bytes - 1});
    if (value.bytes >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
        value.data[value.bytes - 1] == value.data[0])
        value = gdx_trim((gdx_slice){value.data + 1, value.bytes - 2});
    *out = value;
    return true;
}

struct front_matter {
    gdx_slice title;
    gdx_slice date;
};

// Reads the front matter and moves *text past it. Without a closing line there is none, and nothing changes.
static void read_front_matter(gdx_slice *text, struct front_matter *out) {
    gdx_slice rest = *text, line;
    struct front_matter found = {{"", 0}, {"", 0}};
    if (!ingest_take_line(&rest, &line) || !line_is(line, "---"))
        return;
    while (ingest_take_line(&rest, &line)) {
        if (line_is(line, "---") || line_is(line, "...")) {
            *text = rest;
            *out = found;
            return;
        }
        if (!value_of(line, "title", &found.title))
            value_of(line, "date", &found.date);
    }
}

// "## Title ##" -> "Title": one to six # and a space, at most three spaces before.
static bool heading_of(gdx_slice line, gdx_slice *out) {
    size_t at = 0, marks = 0;
    while (at < line.bytes && at < 3 && line.data[at] == ' ')
        at++;
    while (at + marks < line.bytes && line.data[at + marks] == '#')
        marks++;
    at += marks;
    if (marks < 1 || marks > 6 || at == line.bytes || (line.data[at] != ' ' && line.data[at] != '\t'))
        return false;
    gdx_slice heading = gdx_trim((gdx_slice){line.data + at, line.bytes - at});
    size_t bytes = heading.bytes;
    while (bytes > 0 && heading.data[bytes - 1] == '#')
        bytes--;
    if (bytes == 0 || heading.data[bytes - 1] == ' ' || heading.data[bytes - 1] == '\t')
        heading.bytes = bytes;
    *out = gdx_trim(heading);
    return out->bytes > 0;
}

static bool is_fence(gdx_slice line) {
    gdx_slice trimmed = gdx_trim(line);
    return trimmed.bytes >= 3 && (memcmp(trimmed.data, "```", 3) == 0 || memcmp(trimmed.data, "~~~", 3) == 0);
}

static bool first_heading(gdx_slice text, gdx_slice *out) {
    gdx_slice line;
    bool in_code = false;
    while (ingest_take_line(&text, &line)) {
        if (is_fence(line))
            in_code = !in_code;
        else if (!in_code && heading_of(line, out))
            return true;
    }
    return false;
}

void ingest_markdown(gdx_slice decoded, gdx_document *out, gdx_error *lost_date) {
    struct front_matter front = {{"", 0}, {"", 0}};
    gdx_slice text = decoded;
    read_front_matter(&text, &front);
    gdx_date date = GDX_NO_DATE;
    gdx_error reason = {0};
    gdx_status status = gdx_date_parse(front.date, &date, &reason);
    if (status != GDX_OK) {
        gdx_fail(lost_date, status, "front matter: %s", reason.message);
        date = GDX_NO_DATE;
    }
    gdx_slice title = front.title;
    if (title.bytes == 0 && !first_heading(text, &title))
        title = ingest_first_line(text);
    out->title = ingest_cut_title(title);
    out->date = date;
    if (date != GDX_NO_DATE)
        out->metadata = gdx_slice_of("{\"date_from\":\"front matter\"}");
    out->text = text;
}
