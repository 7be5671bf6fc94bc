// SPDX-License-Identifier: Apache-2.0
// lines.c: lines of valid UTF-8 text, and titles taken from them. Relies on page.h.

#include "page.h"

bool ingest_take_line(gdx_slice *rest, gdx_slice *out_line) {
    if (rest->bytes == 0)
        return false;
    const char *at = rest->data, *end = at + rest->bytes;
    while (at < end && *at != '\n' && *at != '\r')
        at++;
    *out_line = (gdx_slice){rest->data, (size_t)(at - rest->data)};
    if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
        at++;
    if (at < end)
        at++;
    *rest = (gdx_slice){at, (size_t)(end - at)};
    return true;
}

gdx_slice ingest_cut_title(gdx_slice title) {
    return gdx_utf8_cut(title, TITLE_BYTES);
}

gdx_slice ingest_first_line(gdx_slice text) {
    gdx_slice rest = gdx_trim_start(text), line;
    if (!ingest_take_line(&rest, &line))
        return (gdx_slice){"", 0};
    return ingest_cut_title(gdx_trim(line));
}
