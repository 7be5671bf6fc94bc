// SPDX-License-Identifier: Apache-2.0
// fuzz_aliases.c: any bytes as a file of aliases give sets whose names find their set, or an error with its place.

#include "gdx/aliases.h"
#include "gdx/text.h"

#include <stdlib.h>

static void check(bool holds) {
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    gdx_slice text = {(const char *)data, bytes};
    const gdx_rule *rule = gdx_rule_current();
    gdx_aliases *aliases = NULL;
    gdx_error err = {0};
    gdx_status status = gdx_aliases_parse(rule, text, "file", &aliases, &err);
    check(err.status == status);
    if (status != GDX_OK) {
        check(status == GDX_INVALID && strstr(err.message, "line ") && gdx_utf8_valid(gdx_slice_of(err.message)));
        return 0;
    }
    for (size_t at = 0; at < bytes; at++) { // whatever follows a = may be a name
        const gdx_slice *names = NULL, *again = NULL;
        size_t count = 0, count_again = 0;
        if (data[at] != '=')
            continue;
        gdx_slice name = gdx_trim((gdx_slice){text.data + at + 1, bytes - at - 1 < 8 ? bytes - at - 1 : 8});
        if (!gdx_utf8_valid(name))
            continue;
        check(gdx_aliases_find(aliases, rule, name, &names, &count) == GDX_OK);
        for (size_t i = 0; i < count; i++) {
            check(gdx_aliases_find(aliases, rule, names[i], &again, &count_again) == GDX_OK);
            check(again == names && count_again == count && count >= 2 && count <= GDX_ALIAS_NAMES);
        }
    }
    gdx_aliases_release(aliases);
    return 0;
}
