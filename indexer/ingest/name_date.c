// SPDX-License-Identifier: Apache-2.0
// name_date.c: the date in a file's name, where nothing in the file says one. Relies on page.h, gdx/document.h.
// Folders are left out: 2023/05/a.txt may be a shelf of copies made in that month.

#include "page.h"

bool ingest_date_in_name(gdx_slice name, gdx_date *out) {
    const char *slash = name.bytes ? memrchr(name.data, '/', name.bytes) : NULL;
    if (slash)
        name = (gdx_slice){slash + 1, name.bytes - (size_t)(slash + 1 - name.data)};
    return gdx_date_find(name, NULL, out);
}
