// SPDX-License-Identifier: Apache-2.0
// scan.c: the fast reader of records. One pass over the line; strings without escapes are not even copied.
// Relies on record.h; the line is already known to be valid UTF-8. It accepts a flat object whose keys have no escapes;
// nested values and numbers with a fraction are cut out and given to jansson. Whatever it is not sure about, errors
// above all, it leaves to jansson, so that it can be short: it must be right only about what it accepts.
// Cost: under 1 ns a byte, of which most is the check for valid UTF-8 before it.

#include "record.h"

#include <stdlib.h>

enum { LARGEST_INTEGER_DIGITS = 18, DEEPEST_NESTING = 512 };

struct scan {
    record_reader *reader;
    const uint8_t *at;
    const uint8_t *end;
    uint8_t *unescaped; // where the next string with escapes goes; as much room as the line has bytes
    record record;
    size_t member_count;
    gdx_status status;
};

static void skip_white(struct scan *scan) {
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r' || *scan->at == '\n'))
        scan->at++;
}

static bool take(struct scan *scan, char byte) {
    skip_white(scan);
    if (scan->at == scan->end || *scan->at != (uint8_t)byte)
        return false;
    scan->at++;
    return true;
}

static gdx_slice slice_between(const uint8_t *from, const uint8_t *to) {
    return (gdx_slice){(const char *)from, (size_t)(to - from)};
}

uint32_t ingest_hexadecimal(const uint8_t *at) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t digit = at[i];
        if (digit - '0' <= 9)
            digit -= '0';
        else if ((digit | 0x20) - 'a' <= 5)
            digit = (digit | 0x20) - 'a' + 10;
        else
            return UINT32_MAX;
        value = value << 4 | digit;
    }
    return value;
}

// After "\u": one escape, or two that are a surrogate pair.
static bool unescape_unicode(const uint8_t **at, const uint8_t *end, uint8_t **to) {
    if (end - *at < 4)
        return false;
    uint32_t character = ingest_hexadecimal(*at);
    *at += 4;
    if (character > 0xffff || (character & 0xfc00) == 0xdc00)
        return false;
    if ((character & 0xfc00) == 0xd800) {
        if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
            return false;
        uint32_t low = ingest_hexadecimal(*at + 2);
        *at += 6;
        if (low > 0xffff || (low & 0xfc00) != 0xdc00)
            return false;
        character = 0x10000 + ((character & 0x3ff) << 10) + (low & 0x3ff);
    }
    *to += gdx_utf8_encode(*to, character);
    return true;
}

// After a backslash.
static bool unescape(const uint8_t **at, const uint8_t *end, uint8_t **to) {
    static const uint8_t letters[128] = {
        ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
    };
    if (*at == end || **at >= 128)
        return false;
    uint8_t letter = *(*at)++;
    if (letter == 'u')
        return unescape_unicode(at, end, to);
    *(*to)++ = letters[letter];
    return letters[letter] != 0;
}

// After the opening quote. An escape takes at least as many bytes as what it means, so the room suffices.
static bool scan_string(struct scan *scan, gdx_slice *out, bool *out_escaped) {
    ingest_find_special find_special = scan->reader->find_special;
    const uint8_t *from = scan->at;
    const uint8_t *special = find_special(from, scan->end);
    *out_escaped = special < scan->end && *special == '\\';
    if (!*out_escaped) {
        *out = slice_between(from, special);
        scan->at = special + 1;
        return special < scan->end && *special == '"';
    }
    uint8_t *to = scan->unescaped;
    while (special < scan->end && *special == '\\') {
        memcpy(to, from, (size_t)(special - from));
        to += special - from;
        from = special + 1;
        if (!unescape(&from, scan->end, &to))
            return false;
        special = find_special(from, scan->end);
    }
    if (special == scan->end || *special != '"')
        return false;
    memcpy(to, from, (size_t)(special - from));
    to += special - from;
    *out = slice_between(scan->unescaped, to);
    scan->unescaped = to;
    scan->at = special + 1;
    return true;
}

// An integer written as jansson would write it: so "-0", and what might overflow, is not one.
static bool scan_integer(struct scan *scan, gdx_slice *out) {
    const uint8_t *from = scan->at, *digits = from + (*from == '-'), *at = digits;
    while (at < scan->end && (unsigned)(*at - '0') <= 9)
        at++;
    if (at == digits || at - digits > LARGEST_INTEGER_DIGITS || (*digits == '0' && at - from > 1))
        return false;
    if (at < scan->end && (*at == '.' || *at == 'e' || *at == 'E'))
        return false;
    *out = slice_between(from, at);
    scan->at = at;
    return true;
}

static bool scan_literal(struct scan *scan, const char *word, size_t bytes) {
    if ((size_t)(scan->end - scan->at) < bytes || memcmp(scan->at, word, bytes) != 0)
        return false;
    scan->at += bytes; // what follows is checked by the caller, which expects a comma or a brace
    return true;
}

// To the end of an object or array, by its brackets alone: jansson looks inside. A bracket of the wrong kind, or a
// depth near jansson's own limit, leaves the line to jansson.
static bool skip_nested(struct scan *scan) {
    size_t depth = 0;
    while (scan->at < scan->end) {
        uint8_t byte = *scan->at++;
        if (byte == '[' || byte == '{') {
            if (++depth > DEEPEST_NESTING)
                return false;
        } else if (byte == ']' || byte == '}') {
            if (--depth == 0)
                return true;
        } else if (byte == '"') {
            const uint8_t *special = scan->reader->find_special(scan->at, scan->end);
            while (special < scan->end && *special == '\\' && scan->end - special >= 2)
                special = scan->reader->find_special(special + 2, scan->end);
            if (special == scan->end || *special != '"')
                return false;
            scan->at = special + 1;
        }
    }
    return false;
}

static bool skip_number(struct scan *scan) {
    const uint8_t *from = scan->at;
    while (scan->at < scan->end && (((unsigned)(*scan->at - '0') <= 9) || memchr("+-.eE", *scan->at, 5)))
        scan->at++;
    return scan->at > from;
}

// A value that jansson reads and writes for us.
static bool scan_by_jansson(struct scan *scan, record_member *member) {
    const uint8_t *from = scan->at;
    bool sure = *from == '{' || *from == '[' ? skip_nested(scan) : skip_number(scan);
    if (!sure)
        return false;
    gdx_buffer *dumped = &scan->reader->dumped;
    member->form = MEMBER_DUMPED;
    member->dumped_at = dumped->bytes;
    scan->status = ingest_record_dump_value(slice_between(from, scan->at), dumped, &sure);
    member->value.bytes = dumped->bytes - member->dumped_at;
    return scan->status == GDX_OK && sure;
}

static bool scan_member_value(struct scan *scan, record_member *member) {
    const uint8_t *from = scan->at;
    if (*from == '"') {
        scan->at++;
        bool escaped;
        bool sure = scan_string(scan, &member->value, &escaped);
        member->form = escaped ? MEMBER_UNESCAPED_STRING : MEMBER_PLAIN_STRING;
        return sure;
    }
    member->form = MEMBER_VERBATIM;
    if (scan_literal(scan, "null", 4) || scan_literal(scan, "true", 4) || scan_literal(scan, "false", 5)) {
        member->value = slice_between(from, scan->at);
        return true;
    }
    return scan_integer(scan, &member->value) || scan_by_jansson(scan, member);
}

static bool scan_field_value(struct scan *scan, record_value *value) {
    if (value->kind != RECORD_ABSENT)
        return false;
    bool escaped;
    switch (*scan->at) {
    case '"':
        scan->at++;
        value->kind = RECORD_STRING;
        return scan_string(scan, &value->text, &escaped);
    case 'n':
        value->kind = RECORD_NULL;
        return scan_literal(scan, "null", 4);
    default:
        value->kind = RECORD_INTEGER;
        return scan_integer(scan, &value->text);
    }
}

// A list of objects, or of nothing, under one of these names is for jansson to look at: it may be no metadata.
static bool may_be_parts(const struct scan *scan, gdx_slice key) {
    if (*scan->at != '[' ||
        !(gdx_slice_equal(key, gdx_slice_of("parts")) || gdx_slice_equal(key, gdx_slice_of("places"))))
        return false;
    struct scan inside = {.at = scan->at + 1, .end = scan->end};
    skip_white(&inside);
    return inside.at < inside.end && (*inside.at == '{' || *inside.at == ']');
}

static bool scan_pair(struct scan *scan) {
    gdx_slice key;
    bool escaped;
    if (!take(scan, '"') || !scan_string(scan, &key, &escaped) || escaped || !take(scan, ':'))
        return false;
    skip_white(scan);
    if (scan->at == scan->end)
        return false;
    enum record_field field = ingest_record_field_of(key);
    if (field != RECORD_FIELDS)
        return scan_field_value(scan, &scan->record.fields[field]);
    if (scan->member_count == RECORD_MEMBERS || may_be_parts(scan, key))
        return false;
    record_member *member = &scan->reader->members[scan->member_count];
    member->key = key;
    if (!scan_member_value(scan, member))
        return false;
    scan->member_count++;
    return true;
}

// Of `gramdex get`, which jansson takes apart.
static bool may_be_answer(const struct scan *scan) {
    bool may_be = false;
    if (scan->record.fields[RECORD_ID].kind == RECORD_ABSENT)
        for (size_t i = 0; i < scan->member_count; i++)
            may_be |= gdx_slice_equal(scan->reader->members[i].key, gdx_slice_of("document"));
    return may_be;
}

static bool scan_object(struct scan *scan) {
    if (!take(scan, '{'))
        return false;
    do {
        if (!scan_pair(scan)) // an empty object goes to jansson too: it lacks an id
            return false;
    } while (take(scan, ','));
    if (!take(scan, '}'))
        return false;
    skip_white(scan);
    return scan->at == scan->end && !may_be_answer(scan);
}

static int compare_members(const void *a, const void *b) {
    return gdx_slice_compare(((const record_member *)a)->key, ((const record_member *)b)->key);
}

gdx_status ingest_json_escape(gdx_buffer *out, gdx_slice text, ingest_find_special find_special) {
    static const char letters[32] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    const uint8_t *at = (const uint8_t *)text.data, *end = at + text.bytes;
    gdx_status status = GDX_OK;
    while (at < end && status == GDX_OK) {
        const uint8_t *special = find_special(at, end);
        status = gdx_buffer_append(out, at, (size_t)(special - at));
        if (special == end || status != GDX_OK)
            break;
        if (*special >= 0x20)
            status = gdx_buffer_append(out, (char[]){'\\', (char)*special}, 2);
        else if (letters[*special])
            status = gdx_buffer_append(out, (char[]){'\\', letters[*special]}, 2);
        else
            status = gdx_buffer_append_format(out, "\\u%04X", *special);
        at = special + 1;
    }
    return status;
}

static gdx_status append_value(record_reader *reader, const record_member *member) {
    gdx_buffer *out = &reader->metadata;
    gdx_status status;
    switch (member->form) {
    case MEMBER_DUMPED:
        return gdx_buffer_append(out, reader->dumped.data + member->dumped_at, member->value.bytes);
    case MEMBER_VERBATIM:
        return gdx_buffer_append(out, member->value.data, member->value.bytes);
    case MEMBER_PLAIN_STRING:
    case MEMBER_UNESCAPED_STRING:
        break;
    }
    status = gdx_buffer_append(out, "\"", 1);
    if (status == GDX_OK && member->form == MEMBER_PLAIN_STRING)
        status = gdx_buffer_append(out, member->value.data, member->value.bytes);
    else if (status == GDX_OK)
        status = ingest_json_escape(out, member->value, reader->find_special);
    if (status == GDX_OK)
        status = gdx_buffer_append(out, "\"", 1);
    return status;
}

// The members as jansson dumps an object: compact, sorted by key. *out_sure is false when a key is there twice.
static gdx_status write_metadata(record_reader *reader, size_t member_count, gdx_slice *out, bool *out_sure) {
    gdx_buffer *buffer = &reader->metadata;
    record_member *members = reader->members;
    buffer->bytes = 0;
    qsort(members, member_count, sizeof *members, compare_members);
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < member_count && status == GDX_OK; i++) {
        if (i > 0 && gdx_slice_equal(members[i - 1].key, members[i].key)) {
            *out_sure = false;
            return GDX_OK;
        }
        status = gdx_buffer_append(buffer, i ? ",\"" : "{\"", 2);
        if (status == GDX_OK)
            status = gdx_buffer_append(buffer, members[i].key.data, members[i].key.bytes);
        if (status == GDX_OK)
            status = gdx_buffer_append(buffer, "\":", 2);
        if (status == GDX_OK)
            status = append_value(reader, &members[i]);
    }
    if (status == GDX_OK)
        status = gdx_buffer_append(buffer, "}", 1);
    *out = gdx_buffer_slice(buffer);
    return status;
}

gdx_status ingest_record_scan(record_reader *reader, gdx_slice line, record *out, bool *out_sure) {
    ingest_record_reader_release(reader);
    *out_sure = false;
    reader->unescaped.bytes = 0;
    reader->dumped.bytes = 0;
    gdx_status status = gdx_buffer_reserve(&reader->unescaped, line.bytes);
    if (status != GDX_OK)
        return status;
    const uint8_t *at = (const uint8_t *)line.data;
    struct scan scan = {.reader = reader, .at = at, .end = at + line.bytes, .unescaped = reader->unescaped.data};
    scan.record.metadata = scan.record.origin = (gdx_slice){"", 0};
    bool sure = scan_object(&scan);
    if (scan.status != GDX_OK)
        return scan.status;
    if (sure && scan.member_count > 0)
        status = write_metadata(reader, scan.member_count, &scan.record.metadata, &sure);
    if (status == GDX_OK && sure)
        *out = scan.record;
    *out_sure = status == GDX_OK && sure;
    return status;
}
