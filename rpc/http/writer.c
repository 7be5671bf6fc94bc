// SPDX-License-Identifier: Apache-2.0
// writer.c: heads and chunks of answers. No value can end a line: what would is refused.

#include "reader.h"

const char *gdx_http_reason(unsigned status) {
    static const struct {
        unsigned status;
        const char *reason;
    } reasons[] = {
        {100, "Continue"},
        {200, "OK"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {499, "Client Closed Request"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "";
}

gdx_status gdx_http_begin_head(gdx_buffer *out, unsigned status) {
    return gdx_buffer_append_format(out, "HTTP/1.1 %03u %s\r\n", status % 1000, gdx_http_reason(status));
}

gdx_status gdx_http_append_field(gdx_buffer *out, gdx_slice name, gdx_slice value) {
    if (!fields_is_token(name) || !fields_is_text(value))
        return GDX_INVALID;
    if (gdx_buffer_reserve(out, name.bytes + value.bytes + 4) != GDX_OK ||
        gdx_buffer_append(out, name.data, name.bytes) != GDX_OK || gdx_buffer_append(out, ": ", 2) != GDX_OK ||
        gdx_buffer_append(out, value.data, value.bytes) != GDX_OK)
        return GDX_NO_MEMORY;
    return gdx_buffer_append(out, "\r\n", 2);
}

gdx_status gdx_http_end_head(gdx_buffer *out) {
    return gdx_buffer_append(out, "\r\n", 2);
}

gdx_status gdx_http_append_last_chunk(gdx_buffer *out) {
    return gdx_buffer_append(out, "0\r\n\r\n", 5);
}
