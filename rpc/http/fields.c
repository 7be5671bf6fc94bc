// SPDX-License-Identifier: Apache-2.0
// fields.c: what the lines of a request's head say (RFC 9112, sections 3, 5 and 6; RFC 9110, sections 5 and 7.2), and
// what they may not say. A field on which a request's length hangs is taken in one form only.

#include "reader.h"

#define FAULT(status, sentence) ((gdx_http_fault){status, sentence})
static const gdx_http_fault GOOD = {0, NULL};

enum { METHOD_BYTES_MOST = 32, DIGITS_MOST = 18 };

// ---- characters

static bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

static char lower(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

bool fields_is_token(gdx_slice text) {
    for (size_t i = 0; i < text.bytes; i++) {
        if (!is_letter(text.data[i]) && !is_digit(text.data[i]) &&
            (text.data[i] == 0 || !strchr("!#$%&'*+-.^_`|~", text.data[i])))
            return false;
    }
    return text.bytes > 0;
}

bool fields_is_text(gdx_slice text) {
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t byte = (uint8_t)text.data[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7f)
            return false;
    }
    return true;
}

static bool is_space(char byte) {
    return byte == ' ' || byte == '\t';
}

static gdx_slice trim(gdx_slice text) {
    while (text.bytes > 0 && is_space(text.data[text.bytes - 1]))
        text.bytes--;
    while (text.bytes > 0 && is_space(text.data[0]))
        text = (gdx_slice){text.data + 1, text.bytes - 1};
    return text;
}

// Without regard to case; `other` is in lower case.
static bool equals_folded(gdx_slice text, const char *other) {
    if (text.bytes != strlen(other))
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        if (lower(text.data[i]) != other[i])
            return false;
    }
    return true;
}

static bool begins_folded(gdx_slice text, const char *prefix) {
    size_t bytes = strlen(prefix);
    return text.bytes >= bytes && equals_folded((gdx_slice){text.data, bytes}, prefix);
}

static bool is_same_folded(gdx_slice a, gdx_slice b) {
    if (a.bytes != b.bytes)
        return false;
    for (size_t i = 0; i < a.bytes; i++) {
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    }
    return true;
}

// The text up to the first `byte`, which is passed over; all of it when there is none.
static gdx_slice cut(gdx_slice *rest, char byte) {
    const char *at = rest->bytes ? memchr(rest->data, byte, rest->bytes) : NULL;
    gdx_slice part = {rest->data, at ? (size_t)(at - rest->data) : rest->bytes};
    size_t passed = part.bytes + (at != NULL);
    *rest = (gdx_slice){rest->data + passed, rest->bytes - passed};
    return part;
}

// ---- request line

// host, host:port, [::1]:port. The characters of RFC 3986's reg-name, without user names.
static bool is_authority(gdx_slice text) {
    bool is_literal = text.bytes > 0 && text.data[0] == '[';
    const char *end = is_literal ? memchr(text.data, ']', text.bytes) : NULL;
    if (is_literal && !end)
        return false;
    size_t host = is_literal ? (size_t)(end - text.data) + 1 : 0;
    for (size_t i = 1; is_literal && i + 1 < host; i++) {
        if (!is_letter(text.data[i]) && !is_digit(text.data[i]) && !strchr(":.", text.data[i]))
            return false;
    }
    for (; !is_literal && host < text.bytes && text.data[host] != ':'; host++) {
        char byte = text.data[host];
        if (!is_letter(byte) && !is_digit(byte) && (byte == 0 || !strchr("-._~!$&'()*+,;=%", byte)))
            return false;
    }
    for (size_t i = host; i < text.bytes; i++) {
        if (i == host ? text.data[i] != ':' : !is_digit(text.data[i]))
            return false;
    }
    return host > 0 && text.bytes - host <= sizeof ":65535" - 1;
}

static void split_target(gdx_http_request *request, gdx_slice target) {
    request->target = target;
    request->path = cut(&target, '?');
    request->query = target;
}

static gdx_http_fault take_absolute(gdx_http_request *request, gdx_slice target) {
    size_t scheme = begins_folded(target, "http://") ? 7 : begins_folded(target, "https://") ? 8 : 0;
    if (scheme == 0)
        return FAULT(400, "the target is neither /path nor an http address");
    gdx_slice rest = {target.data + scheme, target.bytes - scheme};
    size_t bytes = 0;
    while (bytes < rest.bytes && rest.data[bytes] != '/' && rest.data[bytes] != '?')
        bytes++;
    request->authority = (gdx_slice){rest.data, bytes};
    if (!is_authority(request->authority))
        return FAULT(400, "the target's host is no host");
    rest = (gdx_slice){rest.data + bytes, rest.bytes - bytes};
    if (rest.bytes > 0 && rest.data[0] == '?')
        return FAULT(400, "the target has a query without a path");
    split_target(request, rest.bytes > 0 ? rest : gdx_slice_of("/"));
    return GOOD;
}

static gdx_http_fault take_target(gdx_http_request *request, gdx_slice target) {
    for (size_t i = 0; i < target.bytes; i++) {
        if ((uint8_t)target.data[i] <= ' ' || (uint8_t)target.data[i] >= 0x7f || target.data[i] == '#')
            return FAULT(400, "the target has a character that must be written as %XX");
    }
    if (equals_folded(request->method, "connect"))
        return FAULT(501, "CONNECT: this server is no proxy");
    if (target.bytes == 1 && target.data[0] == '*') {
        split_target(request, target);
        return gdx_slice_equal(request->method, gdx_slice_of("OPTIONS"))
                   ? GOOD
                   : FAULT(400, "the target * goes with OPTIONS alone");
    }
    if (target.bytes == 0 || target.data[0] != '/')
        return take_absolute(request, target);
    split_target(request, target);
    return GOOD;
}

static gdx_http_fault take_version(gdx_http_request *request, gdx_slice version) {
    bool has_form = version.bytes == 8 && memcmp(version.data, "HTTP/", 5) == 0 && is_digit(version.data[5]) &&
                    version.data[6] == '.' && is_digit(version.data[7]);
    if (!has_form)
        return FAULT(400, "the request line does not end with HTTP/1.1");
    if (version.data[5] != '1')
        return FAULT(505, "this server speaks HTTP/1.1, and HTTP/2 by its preface");
    request->is_old = version.data[7] == '0';
    return GOOD;
}

gdx_http_fault fields_take_request_line(gdx_http_request *request, gdx_slice line) {
    request->method = cut(&line, ' ');
    if (!fields_is_token(request->method))
        return FAULT(400, "the request does not begin with a method");
    if (request->method.bytes > METHOD_BYTES_MOST)
        return FAULT(501, "this server knows no method of such a length");
    gdx_slice target = cut(&line, ' ');
    gdx_http_fault fault = take_version(request, line);
    return fault.status ? fault : take_target(request, target);
}

// ---- fields

gdx_http_fault fields_split(gdx_slice line, gdx_http_field *out) {
    const char *colon = memchr(line.data, ':', line.bytes);
    if (is_space(line.data[0]))
        return FAULT(400, "a field is folded over two lines");
    if (!colon)
        return FAULT(400, "a line of the head is no field: it has no colon");
    out->name = (gdx_slice){line.data, (size_t)(colon - line.data)};
    if (out->name.bytes > 0 && is_space(out->name.data[out->name.bytes - 1]))
        return FAULT(400, "there is space between a field's name and the colon");
    if (!fields_is_token(out->name))
        return FAULT(400, "a field's name is empty, or has a character that is not allowed");
    for (char *at = (char *)out->name.data; at < colon; at++)
        *at = lower(*at);
    out->value = trim((gdx_slice){colon + 1, line.bytes - out->name.bytes - 1});
    return GOOD;
}

static bool names(const gdx_http_field *field, const char *name) {
    return gdx_slice_equal(field->name, gdx_slice_of(name));
}

bool fields_may_trail(gdx_slice name) {
    gdx_http_field field = {name, {0}};
    return !names(&field, "content-length") && !names(&field, "transfer-encoding") && !names(&field, "host");
}

static gdx_http_fault take_host(gdx_http_request *request, gdx_slice value, unsigned *seen) {
    if (++*seen > 1)
        return FAULT(400, "there are two Host fields");
    if (value.bytes > 0 && !is_authority(value))
        return FAULT(400, "the Host field is no host");
    if (request->authority.bytes > 0 && !is_same_folded(request->authority, value))
        return FAULT(400, "the Host field names another host than the target");
    request->authority = value;
    return GOOD;
}

static gdx_http_fault take_length(gdx_http_request *request, gdx_slice value, unsigned *seen) {
    if (++*seen > 1)
        return FAULT(400, "there are two content-length fields");
    if (value.bytes == 0 || value.bytes > DIGITS_MOST)
        return FAULT(400, "content-length is no number");
    for (size_t i = 0; i < value.bytes; i++) {
        if (!is_digit(value.data[i]))
            return FAULT(400, "content-length is no number, or a list");
        request->length = request->length * 10 + (uint64_t)(value.data[i] - '0');
    }
    return GOOD;
}

static gdx_http_fault take_coding(gdx_http_request *request, gdx_slice value) {
    if (request->is_chunked)
        return FAULT(400, "there are two transfer-encoding fields");
    if (request->is_old)
        return FAULT(400, "HTTP/1.0 has no transfer-encoding");
    if (!equals_folded(value, "chunked"))
        return FAULT(501, "transfer-encoding: this server takes chunked alone");
    request->is_chunked = true;
    return GOOD;
}

static gdx_http_fault take_expectation(gdx_http_request *request, gdx_slice value) {
    if (!equals_folded(value, "100-continue"))
        return FAULT(417, "expect: this server knows 100-continue alone");
    request->expects_a_go_ahead = !request->is_old;
    return GOOD;
}

static void take_connection(gdx_slice value, bool *closes, bool *keeps) {
    while (value.bytes > 0) {
        gdx_slice word = trim(cut(&value, ','));
        *closes |= equals_folded(word, "close");
        *keeps |= equals_folded(word, "keep-alive");
    }
}

gdx_http_fault fields_finish(gdx_http_request *request, uint64_t content_limit) {
    unsigned hosts = 0, lengths = 0;
    bool closes = false, keeps = false;
    gdx_http_fault fault = GOOD;
    for (size_t i = 0; i < request->field_count && !fault.status; i++) {
        const gdx_http_field *field = &request->fields[i];
        if (names(field, "host"))
            fault = take_host(request, field->value, &hosts);
        else if (names(field, "content-length"))
            fault = take_length(request, field->value, &lengths);
        else if (names(field, "transfer-encoding"))
            fault = take_coding(request, field->value);
        else if (names(field, "expect"))
            fault = take_expectation(request, field->value);
        else if (names(field, "connection"))
            take_connection(field->value, &closes, &keeps);
    }
    request->keeps_alive = !closes && (keeps || !request->is_old);
    if (fault.status)
        return fault;
    if (hosts == 0 && !request->is_old)
        return FAULT(400, "the Host field is missing");
    if (lengths > 0 && request->is_chunked)
        return FAULT(400, "there is content-length beside transfer-encoding");
    if (request->length > content_limit)
        return FAULT(413, "the content is longer than this server takes");
    return GOOD;
}
