// SPDX-License-Identifier: Apache-2.0
// rules.c: HTTP's own rules for a request (RFC 9113, sections 8.1 to 8.3 and 8.5): which fields a list may hold and in
// which order, what may trail it, how long its content is. libnghttp2 has such rules too, and they are switched off:
// they refuse a request without :authority, which gRPC answers, pass over fields that make a request malformed, and
// leave no word for the log. The first fault of a call is kept; the call is reset when its list is whole.

#include "connection.h"

enum { // of rules.seen
    SEEN_METHOD = 1,
    SEEN_SCHEME = 2,
    SEEN_PATH = 4,
    SEEN_AUTHORITY = 8,
    SEEN_REGULAR = 16, // a field that is no pseudo-header field
    SEEN_HOST = 32,
    SEEN_LENGTH = 64,
    IS_CONNECT = 128,
};

static void find(struct rules *rules, const char *fault) {
    if (!rules->fault)
        rules->fault = fault;
}

// Of a token that HTTP compares without regard to case.
static bool equals_folded(gdx_slice text, const char *other) {
    if (text.bytes != strlen(other))
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        char letter = text.data[i];
        if ((letter >= 'A' && letter <= 'Z' ? letter | 0x20 : letter) != other[i])
            return false;
    }
    return true;
}

static const uint8_t *bytes_of(gdx_slice text) {
    return (const uint8_t *)text.data;
}

// ---- fields

static void take_method(struct rules *rules, gdx_slice value) {
    if (!nghttp2_check_method(bytes_of(value), value.bytes))
        find(rules, ":method is no token");
    if (IS(value, "CONNECT"))
        rules->seen |= IS_CONNECT;
}

static void take_scheme(struct rules *rules, gdx_slice value) {
    if (value.bytes == 0 || !nghttp2_check_header_value_rfc9113(bytes_of(value), value.bytes))
        find(rules, ":scheme is empty or no scheme");
}

static void take_path(struct rules *rules, gdx_slice value) {
    if (value.bytes == 0 || !nghttp2_check_path(bytes_of(value), value.bytes))
        find(rules, ":path is empty or no path");
    else if (value.data[0] != '/' && !IS(value, "*"))
        find(rules, ":path does not start with /");
}

static void take_authority(struct rules *rules, gdx_slice value) {
    if (value.bytes == 0 || !nghttp2_check_authority(bytes_of(value), value.bytes))
        find(rules, ":authority is empty or no authority");
}

struct pseudo { // a pseudo-header field of requests
    unsigned bit;
    void (*take)(struct rules *rules, gdx_slice value);
};

static struct pseudo find_pseudo(gdx_slice name) {
    if (IS(name, ":method"))
        return (struct pseudo){SEEN_METHOD, take_method};
    if (IS(name, ":scheme"))
        return (struct pseudo){SEEN_SCHEME, take_scheme};
    if (IS(name, ":path"))
        return (struct pseudo){SEEN_PATH, take_path};
    if (IS(name, ":authority"))
        return (struct pseudo){SEEN_AUTHORITY, take_authority};
    return (struct pseudo){0, NULL};
}

static void take_pseudo(struct rules *rules, gdx_slice name, gdx_slice value) {
    struct pseudo known = find_pseudo(name);
    if (rules->is_trailer) {
        find(rules, "a pseudo-header field in the trailers");
    } else if (!known.take) {
        find(rules, "a pseudo-header field that requests do not have");
    } else if (rules->seen & SEEN_REGULAR) {
        find(rules, "a pseudo-header field after a regular one");
    } else if (rules->seen & known.bit) {
        find(rules, "a pseudo-header field twice");
    } else {
        rules->seen |= known.bit;
        known.take(rules, value);
    }
}

static void take_length(struct rules *rules, gdx_slice value) {
    enum { DIGITS_MOST = 18 };
    uint64_t length = 0;
    bool good = value.bytes > 0 && value.bytes <= DIGITS_MOST && !(rules->seen & SEEN_LENGTH);
    for (size_t i = 0; i < value.bytes && good; i++) {
        good = value.data[i] >= '0' && value.data[i] <= '9';
        length = length * 10 + (uint64_t)(value.data[i] - '0');
    }
    if (!good)
        find(rules, "content-length is no number, or comes twice");
    rules->seen |= SEEN_LENGTH;
    rules->length = length;
}

static bool is_of_connection(gdx_slice name) {
    return IS(name, "connection") || IS(name, "keep-alive") || IS(name, "proxy-connection") ||
           IS(name, "transfer-encoding") || IS(name, "upgrade");
}

static void take_regular(struct rules *rules, gdx_slice name, gdx_slice value) {
    rules->seen |= SEEN_REGULAR;
    if (is_of_connection(name))
        find(rules, "a field that belongs to a connection of HTTP/1.1");
    else if (IS(name, "te") && !equals_folded(value, "trailers"))
        find(rules, "te has another value than trailers");
    else if (IS(name, "host"))
        rules->seen |= SEEN_HOST;
    else if (IS(name, "content-length") && !rules->is_trailer)
        take_length(rules, value);
}

void rules_take_field(struct rules *rules, gdx_slice name, gdx_slice value) {
    if (rules->fault)
        return;
    if (name.bytes > 0 && name.data[0] == ':') // these have checks of their own
        take_pseudo(rules, name, value);
    else if (!nghttp2_check_header_name(bytes_of(name), name.bytes))
        find(rules, "a field's name is empty, or has a character that is not allowed");
    else if (!nghttp2_check_header_value_rfc9113(bytes_of(value), value.bytes))
        find(rules, "a field's value has a character that is not allowed, or space around it");
    else
        take_regular(rules, name, value);
}

// ---- lists and content

static const char *fault_of_length(const struct rules *rules, bool ends) {
    bool passed = rules->received > rules->length, short_of = ends && rules->received < rules->length;
    return rules->seen & SEEN_LENGTH && (passed || short_of) ? "the content is not as long as content-length says"
                                                             : NULL;
}

void rules_end_head(struct rules *rules) {
    enum { REQUEST = SEEN_METHOD | SEEN_SCHEME | SEEN_PATH };
    if (rules->seen & IS_CONNECT && (rules->seen & (REQUEST | SEEN_AUTHORITY)) != (SEEN_METHOD | SEEN_AUTHORITY))
        find(rules, "CONNECT goes with :authority, and without :scheme and :path");
    else if (!(rules->seen & IS_CONNECT) && (rules->seen & REQUEST) != REQUEST)
        find(rules, ":method, :scheme or :path is missing");
    rules->is_trailer = true; // what still comes
}

bool rules_have_authority(const struct rules *rules) {
    return rules->seen & (SEEN_AUTHORITY | SEEN_HOST);
}

void rules_take_content(struct rules *rules, size_t bytes, bool ends) {
    rules->received += bytes;
    const char *fault = fault_of_length(rules, ends);
    if (fault)
        find(rules, fault);
}
