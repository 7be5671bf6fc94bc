// SPDX-License-Identifier: Apache-2.0
// metadata.c: looks up values in a JSON object as it is stored, in one pass and without a tree: a column of a million
// documents is made of a million of them, and a number keeps the spelling that a tree would lose.
// Relies on gdx/metadata.h. The bytes may be anything: what is no JSON ends the reading there.

#include "gdx/metadata.h"

#include "gdx/utf8.h"

// ---- keys

uint32_t gdx_keys_find(const gdx_keys *keys, gdx_slice name) {
    uint32_t number = 0;
    while (number < keys->count && !gdx_slice_equal(gdx_keys_name(keys, number), name))
        number++;
    return number;
}

const char *gdx_key_fault(gdx_slice name) {
    if (name.bytes == 0)
        return "it is empty, expected a key of the metadata";
    if (name.bytes > GDX_KEY_BYTES_MAX)
        return "a key has at most 64 bytes";
    for (size_t i = 0; i < name.bytes; i++)
        if ((uint8_t)name.data[i] < 0x20 || name.data[i] == 0x7f)
            return "a key has no control characters";
    return gdx_utf8_valid(name) ? NULL : "a key is UTF-8";
}

gdx_status gdx_keys_add(gdx_keys *keys, gdx_slice name, gdx_error *err) {
    const char *fault = gdx_key_fault(name);
    gdx_slice shown = gdx_utf8_cut(name, GDX_KEY_BYTES_MAX);
    if (fault)
        return gdx_fail(err, GDX_INVALID, "key \"%.*s\": %s", GDX_SLICE_ARGUMENTS(shown), fault);
    if (gdx_keys_find(keys, name) < keys->count)
        return GDX_OK;
    if (keys->count == GDX_KEYS_MAX)
        return gdx_fail(err, GDX_INVALID, "key \"%.*s\": an index declares at most %d keys", GDX_SLICE_ARGUMENTS(shown),
                        GDX_KEYS_MAX);
    uint32_t at = keys->count++;
    for (; at > 0 && gdx_slice_compare(gdx_keys_name(keys, at - 1), name) > 0; at--) {
        memcpy(keys->names[at], keys->names[at - 1], GDX_KEY_BYTES_MAX);
        keys->bytes[at] = keys->bytes[at - 1];
    }
    memset(keys->names[at], 0, GDX_KEY_BYTES_MAX);
    memcpy(keys->names[at], name.data, name.bytes);
    keys->bytes[at] = (uint8_t)name.bytes;
    return GDX_OK;
}

// ---- JSON

struct reading {
    const char *at;
    const char *end;
    const gdx_keys *keys;
    gdx_buffer *scratch;
    gdx_value_visit *visit;
    void *context;
    gdx_status status; // what the visitor said, or that there is no memory
};

static void skip_white(struct reading *reading) {
    while (reading->at < reading->end &&
           (*reading->at == ' ' || *reading->at == '\t' || *reading->at == '\n' || *reading->at == '\r'))
        reading->at++;
}

// The next sign, white space before it passed over; 0: the end.
static char peek(struct reading *reading) {
    skip_white(reading);
    return reading->at < reading->end ? *reading->at : '\0';
}

static bool take(struct reading *reading, char sign) {
    bool has = peek(reading) == sign;
    reading->at += has;
    return has;
}

// What stands between the quotation marks, from the first one on. False: it has no end.
static bool take_raw(struct reading *reading, gdx_slice *out, bool *out_escapes) {
    const char *begin = ++reading->at;
    *out_escapes = false;
    for (; reading->at < reading->end; reading->at++) {
        if (*reading->at == '"') {
            *out = (gdx_slice){begin, (size_t)(reading->at++ - begin)};
            return true;
        }
        if (*reading->at == '\\') {
            *out_escapes = true;
            reading->at++;
        }
    }
    return false;
}

static bool hexadecimal(const char *at, const char *end, uint32_t *out) {
    *out = 0;
    if (end - at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char digit = at[i];
        uint32_t value = digit >= '0' && digit <= '9'   ? (uint32_t)(digit - '0')
                         : digit >= 'a' && digit <= 'f' ? (uint32_t)(digit - 'a' + 10)
                         : digit >= 'A' && digit <= 'F' ? (uint32_t)(digit - 'A' + 10)
                                                        : 16;
        if (value == 16)
            return false;
        *out = *out << 4 | value;
    }
    return true;
}

// \u and its digits, from the digits on, with the other half of a pair. Half a pair alone is U+FFFD.
static bool take_unit(const char **at, const char *end, uint32_t *out) {
    uint32_t low;
    if (!hexadecimal(*at, end, out))
        return false;
    *at += 4;
    if (*out >= 0xd800 && *out < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' &&
        hexadecimal(*at + 2, end, &low) && low >= 0xdc00 && low < 0xe000) {
        *at += 6;
        *out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
    }
    if (*out >= 0xd800 && *out < 0xe000)
        *out = 0xfffd;
    return true;
}

static bool unescape_one(const char **at, const char *end, uint32_t *out) {
    static const char signs[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char sign = *at < end ? *(*at)++ : '\0';
    if (sign == 'u')
        return take_unit(at, end, out);
    const char *found = sign ? strchr(signs, sign) : NULL;
    *out = found ? (uint8_t)meant[found - signs] : 0;
    return found != NULL;
}

// Into the scratch. False: an escape that JSON does not have, or no memory.
static bool unescape(struct reading *reading, gdx_slice raw) {
    gdx_buffer *to = reading->scratch;
    const char *at = raw.data, *end = raw.data + raw.bytes;
    to->bytes = 0;
    reading->status = gdx_buffer_reserve(to, raw.bytes + GDX_UTF8_BYTES); // none grows by losing its escapes
    if (reading->status != GDX_OK)
        return false;
    while (at < end) {
        uint32_t code;
        if (*at != '\\') {
            to->data[to->bytes++] = (uint8_t)*at++;
            continue;
        }
        at++;
        if (!unescape_one(&at, end, &code))
            return false;
        to->bytes += gdx_utf8_encode(to->data + to->bytes, code);
    }
    return true;
}

static bool take_string(struct reading *reading, gdx_slice *out) {
    bool escapes;
    if (!take_raw(reading, out, &escapes))
        return false;
    if (!escapes)
        return true;
    if (!unescape(reading, *out))
        return false;
    *out = gdx_buffer_slice(reading->scratch);
    return true;
}

// A number, true, false or null, up to what ends it.
static gdx_slice take_plain(struct reading *reading) {
    const char *begin = reading->at;
    while (reading->at < reading->end && !strchr(" \t\r\n,]}:{[\"", *reading->at) && *reading->at)
        reading->at++;
    return (gdx_slice){begin, (size_t)(reading->at - begin)};
}

// An object or an array, from its sign to the one that ends it, whatever stands in it.
static bool skip_nested(struct reading *reading) {
    size_t depth = 0;
    do {
        gdx_slice raw;
        bool escapes;
        char sign = peek(reading);
        if (sign == '\0')
            return false;
        if (sign == '"') {
            if (!take_raw(reading, &raw, &escapes))
                return false;
            continue;
        }
        depth += sign == '{' || sign == '[';
        depth -= sign == '}' || sign == ']';
        reading->at++;
    } while (depth);
    return true;
}

// ---- values

static bool give(struct reading *reading, uint32_t key, gdx_slice value) {
    static const gdx_slice left_out = {NULL, 0};
    if (value.data && value.bytes == 0)
        return true;
    reading->status = reading->visit(reading->context, key, value.bytes > GDX_VALUE_BYTES_MAX ? left_out : value);
    return reading->status == GDX_OK;
}

// One that is no array. `key` may be none: then it is passed over.
static bool take_value(struct reading *reading, uint32_t key) {
    bool is_wanted = key < reading->keys->count, escapes;
    gdx_slice value = {NULL, 0};
    char sign = peek(reading);
    if (sign == '"' && !is_wanted)
        return take_raw(reading, &value, &escapes);
    if (sign == '"')
        return take_string(reading, &value) && give(reading, key, value);
    if (sign == '{' || sign == '[')
        return skip_nested(reading) && (!is_wanted || give(reading, key, value));
    value = take_plain(reading);
    if (value.bytes == 0)
        return false;
    return !is_wanted || gdx_slice_equal(value, gdx_slice_of("null")) || give(reading, key, value);
}

static bool take_array(struct reading *reading, uint32_t key) {
    reading->at++;
    if (take(reading, ']'))
        return true;
    do {
        if (!take_value(reading, key))
            return false;
    } while (take(reading, ','));
    return take(reading, ']');
}

static bool take_member(struct reading *reading) {
    gdx_slice name;
    if (peek(reading) != '"' || !take_string(reading, &name))
        return false;
    uint32_t key = gdx_keys_find(reading->keys, name);
    if (!take(reading, ':'))
        return false;
    return key < reading->keys->count && peek(reading) == '[' ? take_array(reading, key) : take_value(reading, key);
}

gdx_status gdx_metadata_values(gdx_slice metadata, const gdx_keys *keys, gdx_buffer *scratch, gdx_value_visit *visit,
                               void *context) {
    if (metadata.bytes == 0 || keys->count == 0) // it may point nowhere
        return GDX_OK;
    struct reading reading = {.at = metadata.data,
                              .end = metadata.data + metadata.bytes,
                              .keys = keys,
                              .scratch = scratch,
                              .visit = visit,
                              .context = context};
    if (!take(&reading, '{') || take(&reading, '}'))
        return GDX_OK;
    while (take_member(&reading) && take(&reading, ','))
        continue;
    return reading.status;
}

struct asking {
    gdx_slice wanted;
    uint32_t visited; // values, equal ones too, before the wanted one
    bool has_any, has_it;
};

static gdx_status compare(void *context, uint32_t key, gdx_slice value) {
    struct asking *asking = context;
    (void)key;
    asking->has_any = true;
    asking->has_it |= value.data && gdx_slice_equal(value, asking->wanted);
    asking->visited += value.data && !asking->has_it;
    return GDX_OK;
}

// The different values before the wanted one: a column leaves out what comes after too many of them.
struct counting {
    gdx_slice wanted;
    gdx_buffer seen; // a byte of its length less 1, then the value, each
    uint32_t count;
    bool is_past;
};

static bool was_seen(const gdx_buffer *seen, gdx_slice value) {
    for (size_t at = 0; at < seen->bytes; at += 2 + (size_t)seen->data[at])
        if (seen->data[at] + (size_t)1 == value.bytes && memcmp(seen->data + at + 1, value.data, value.bytes) == 0)
            return true;
    return false;
}

static gdx_status count_different(void *context, uint32_t key, gdx_slice value) {
    struct counting *counting = context;
    (void)key;
    counting->is_past |= value.data && gdx_slice_equal(value, counting->wanted);
    if (!value.data || counting->is_past || counting->count == GDX_VALUES_MAX || was_seen(&counting->seen, value))
        return GDX_OK;
    uint8_t length = (uint8_t)(value.bytes - 1);
    counting->count++;
    gdx_status status = gdx_buffer_append(&counting->seen, &length, 1);
    return status == GDX_OK ? gdx_buffer_append(&counting->seen, value.data, value.bytes) : status;
}

gdx_status gdx_metadata_has(gdx_slice metadata, const gdx_keys *keys, gdx_slice value, gdx_buffer *scratch, bool *out) {
    struct asking asking = {.wanted = value};
    gdx_status status = gdx_metadata_values(metadata, keys, scratch, compare, &asking);
    *out = value.bytes ? asking.has_it : !asking.has_any;
    if (status != GDX_OK || !asking.has_it || asking.visited < GDX_VALUES_MAX)
        return status;
    struct counting counting = {.wanted = value};
    status = gdx_metadata_values(metadata, keys, scratch, count_different, &counting);
    *out = counting.count < GDX_VALUES_MAX;
    gdx_buffer_clear(&counting.seen);
    return status;
}
