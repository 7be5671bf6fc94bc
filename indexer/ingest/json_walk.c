// SPDX-License-Identifier: Apache-2.0
// json_walk.c: cuts a file of JSON into the texts of its records, and tells JSON Lines from other JSON.
// Relies on stream.h. It knows strings, escapes and brackets, so that it finds where a value ends at any depth without
// a stack, and nothing else: what it cuts out is read as a line of JSON Lines is, which is where it is checked.

#include "sniff.h"
#include "stream.h"

#include <inttypes.h>

enum { SNIFF_BYTES = GDX_INPUT_HEAD_BYTES };

void ingest_position_advance(stream_position *position, gdx_slice text, size_t to) {
    for (; position->at < to; position->at++) {
        uint8_t byte = (uint8_t)text.data[position->at];
        if (byte == '\n') {
            position->line++;
            position->column = 0;
        } else {
            position->column += !gdx_utf8_continues(byte);
        }
    }
}

// ---- values

static bool is_white(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

// Between values also byte order marks, and the separators of JSON text sequences (RFC 7464).
static size_t skip_white(gdx_slice text, size_t at) {
    while (at < text.bytes) {
        if (is_white(text.data[at]) || text.data[at] == 0x1e)
            at++;
        else if (text.bytes - at >= 3 && memcmp(text.data + at, "\xef\xbb\xbf", 3) == 0)
            at += 3;
        else
            break;
    }
    return at;
}

// Past the closing quote of the string that opens at `at`, or the end of the text.
static size_t skip_string(gdx_slice text, size_t at, bool *out_closed) {
    for (at++; at < text.bytes && text.data[at] != '"'; at++)
        at += text.data[at] == '\\';
    *out_closed = at < text.bytes;
    return *out_closed ? at + 1 : text.bytes;
}

// To the comma or bracket behind the value at `at`, or the end of the text. *out_closed is false within one.
static size_t skip_value(gdx_slice text, size_t at, bool *out_closed) {
    size_t depth = 0;
    *out_closed = true;
    while (at < text.bytes) {
        char byte = text.data[at];
        if (byte == '"') {
            at = skip_string(text, at, out_closed);
            continue;
        }
        if (depth == 0 && (byte == ',' || byte == ']' || byte == '}'))
            return at;
        depth += byte == '{' || byte == '[';
        depth -= byte == '}' || byte == ']';
        at++;
    }
    *out_closed = *out_closed && depth == 0;
    return at;
}

// Past the object or array that opens at `at`.
static size_t skip_nested(gdx_slice text, size_t at, bool *out_closed) {
    size_t depth = 0;
    bool closed;
    while (at < text.bytes) {
        char byte = text.data[at];
        if (byte == '"') {
            at = skip_string(text, at, &closed);
            continue;
        }
        at++;
        depth += byte == '{' || byte == '[';
        if ((byte == '}' || byte == ']') && --depth == 0) {
            *out_closed = true;
            return at;
        }
    }
    *out_closed = false;
    return at;
}

// ---- an object that is a record, and one that holds an array of them

// True if the key says that its object is a record: it has the text, or the id.
static bool is_key_of_record(const struct gdx_record_map *map, gdx_slice key, bool is_object) {
    map_key keys[RECORD_KEYS];
    size_t count = ingest_map_keys(map, keys);
    for (size_t i = 0; i < count; i++) {
        size_t bytes = strlen(keys[i].name);
        if (keys[i].field != RECORD_TEXT && keys[i].field != RECORD_ID)
            continue;
        if (bytes < key.bytes || memcmp(keys[i].name, key.data, key.bytes) != 0)
            continue;
        if (bytes == key.bytes || (is_object && keys[i].name[key.bytes] == '.'))
            return true;
    }
    return false;
}

struct holder { // what is known of an object
    size_t arrays;
    size_t array_at; // of the last array of objects
    bool is_record;
    bool is_in_array; // the text ends within that array
};

// Looks through the keys of the object at `at`.
static struct holder look_through(gdx_slice text, size_t at, const struct gdx_record_map *map) {
    struct holder holder = {0};
    bool closed = true;
    do {
        at = skip_white(text, at + 1);
        if (at >= text.bytes || text.data[at] != '"')
            break;
        size_t key_at = at + 1;
        at = skip_string(text, at, &closed);
        gdx_slice key = {text.data + key_at, at - key_at - closed};
        at = skip_white(text, at);
        if (at >= text.bytes || text.data[at] != ':')
            break;
        at = skip_white(text, at + 1);
        size_t value_at = at, inner = skip_white(text, at + 1);
        bool is_array = inner < text.bytes && text.data[at] == '[' && text.data[inner] == '{';
        if (!is_array && is_key_of_record(map, key, at < text.bytes && text.data[at] == '{'))
            holder.is_record = true;
        at = skip_value(text, at, &closed);
        holder.arrays += is_array;
        holder.is_in_array = is_array && !closed;
        if (is_array)
            holder.array_at = value_at;
    } while (at < text.bytes && text.data[at] == ',');
    return holder;
}

static bool holds_records(const struct holder *holder) {
    return holder->arrays == 1 && !holder->is_record;
}

// ---- JSON Lines or not

// The end of the head is the end of what is known: a value may be cut there.
static gdx_input_kind kind_of_first_object(gdx_slice head, size_t at, bool is_whole) {
    bool closed;
    size_t end = skip_nested(head, at, &closed);
    if (memchr(head.data + at, '\n', end - at)) // it is laid out over lines
        return GDX_INPUT_JSON;
    if (!closed) {
        struct holder holder = look_through(head, at, NULL);
        return holder.is_in_array && holds_records(&holder) ? GDX_INPUT_JSON : GDX_INPUT_RECORDS;
    }
    size_t next = skip_white(head, end);
    if (next == head.bytes) {
        struct holder holder = look_through(head, at, NULL);
        return is_whole && holds_records(&holder) ? GDX_INPUT_JSON : GDX_INPUT_RECORDS;
    }
    return memchr(head.data + end, '\n', next - end) ? GDX_INPUT_RECORDS : GDX_INPUT_JSON;
}

static bool has_zero(gdx_slice head) {
    return head.bytes && memchr(head.data, 0, head.bytes);
}

gdx_input_kind ingest_sniff_json(gdx_slice head) {
    bool is_whole = head.bytes < SNIFF_BYTES;
    if (head.bytes > SNIFF_BYTES)
        head.bytes = SNIFF_BYTES;
    bool is_wide = head.bytes >= 2 && (memcmp(head.data, "\xff\xfe", 2) == 0 || memcmp(head.data, "\xfe\xff", 2) == 0);
    if (is_wide || has_zero(head)) // UTF-16 has no byte to cut lines at
        return GDX_INPUT_JSON;
    size_t at = skip_white(head, 0);
    if (at == head.bytes)
        return GDX_INPUT_RECORDS;
    if (head.data[at] == '{')
        return kind_of_first_object(head, at, is_whole);
    return head.data[at] == '[' ? GDX_INPUT_JSON : GDX_INPUT_RECORDS;
}

// ---- walking

void ingest_json_begin(json_walk *walk, gdx_slice text) {
    *walk = (json_walk){.text = text, .is_lines = ingest_sniff_json(text) == GDX_INPUT_RECORDS};
}

static void give(json_walk *walk, size_t begin, size_t end, gdx_slice *out) {
    ingest_position_advance(&walk->position, walk->text, begin);
    *out = (gdx_slice){walk->text.data + begin, end - begin};
}

static size_t line_end(gdx_slice text, size_t at) {
    const char *newline = memchr(text.data + at, '\n', text.bytes - at);
    return newline ? (size_t)(newline - text.data) : text.bytes;
}

static void enter_array(json_walk *walk, size_t at, size_t after) {
    ingest_position_advance(&walk->position, walk->text, at);
    walk->is_in_array = true;
    walk->after_array = after;
    walk->element = 0;
    walk->line_of_open = walk->position.line + 1;
    walk->at = at + 1;
}

// A value outside of arrays; true: it was a record, or stands where one should.
static bool take_value(json_walk *walk, const struct gdx_record_map *map, gdx_slice *out) {
    bool closed;
    size_t begin = walk->at;
    walk->element = 0;
    if (walk->is_lines || (walk->text.data[begin] != '{' && walk->text.data[begin] != '[')) {
        walk->at = line_end(walk->text, begin);
        give(walk, begin, walk->at, out);
        return true;
    }
    if (walk->text.data[begin] == '[') {
        enter_array(walk, begin, 0);
        return false;
    }
    struct holder holder = look_through(walk->text, begin, map);
    walk->at = skip_nested(walk->text, begin, &closed);
    if (holds_records(&holder)) {
        enter_array(walk, holder.array_at, walk->at);
        return false;
    }
    give(walk, begin, walk->at, out);
    return true;
}

static stream_step fail_open_array(json_walk *walk, gdx_error *err) {
    ingest_position_advance(&walk->position, walk->text, walk->text.bytes);
    walk->is_in_array = false;
    walk->element = 0;
    gdx_fail(err, GDX_INVALID,
             "the file ends within the array of line %" PRIu64 ", expected ]; it may have been cut off",
             walk->line_of_open);
    return STREAM_REFUSED;
}

static stream_step take_element(json_walk *walk, gdx_slice *out, gdx_error *err) {
    bool closed;
    size_t begin = walk->at, end = skip_value(walk->text, begin, &closed);
    while (end < walk->text.bytes && walk->text.data[end] == '}') // too many of them: a part of the element
        end = skip_value(walk->text, end + 1, &closed);
    walk->element++;
    walk->at = end + (end < walk->text.bytes && walk->text.data[end] == ',');
    while (end > begin && is_white(walk->text.data[end - 1]))
        end--;
    give(walk, begin, end, out);
    if (!closed) {
        walk->is_in_array = false; // said once is enough
        gdx_fail(err, GDX_INVALID,
                 "element %" PRIu64 ": the file ends within it; it may have been cut off, or a quote or bracket is "
                 "missing",
                 walk->element);
        return STREAM_REFUSED;
    }
    if (begin == end) {
        gdx_fail(err, GDX_INVALID, "element %" PRIu64 ": nothing, expected a JSON object", walk->element);
        return STREAM_REFUSED;
    }
    return STREAM_RECORD;
}

stream_step ingest_json_next(json_walk *walk, const struct gdx_record_map *map, gdx_slice *out_record, gdx_error *err) {
    for (;;) {
        walk->at = skip_white(walk->text, walk->at);
        bool is_end = walk->at >= walk->text.bytes;
        if (!walk->is_in_array) {
            if (is_end) {
                ingest_position_advance(&walk->position, walk->text, walk->text.bytes);
                return STREAM_END;
            }
            if (take_value(walk, map, out_record))
                return STREAM_RECORD;
        } else if (is_end) {
            return fail_open_array(walk, err);
        } else if (walk->text.data[walk->at] == ']') {
            walk->is_in_array = false;
            walk->at = walk->after_array ? walk->after_array : walk->at + 1;
        } else {
            return take_element(walk, out_record, err);
        }
    }
}
