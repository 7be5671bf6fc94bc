// SPDX-License-Identifier: Apache-2.0
// gdx/aliases.h: sets of names for one thing, which `alias:` in a query stands for: docs/query-language.md, "Aliases".
// Relies on gdx/base.h; inside on text. Threads: immutable once read, any thread; counted references.
#ifndef GDX_ALIASES_H
#define GDX_ALIASES_H

#include "gdx/base.h"

typedef struct gdx_rule gdx_rule; // gdx/text.h

enum {
    GDX_ALIASES_BYTES = 1 << 20, // of the file
    GDX_ALIAS_SETS = 10000,
    GDX_ALIAS_NAMES = 32,  // of a set
    GDX_ALIAS_BYTES = 256, // of a name
};

typedef struct gdx_aliases gdx_aliases;

// One set a line: names with = between them; # begins a comment at the start of a line or after a space. Names are
// compared as the rule folds them. The caller releases *out. GDX_INVALID at `where`, with line and column (in code
// points, from 1): bytes that are not UTF-8, a name without a symbol, a set of one name, a name that is in a set
// already, more than there may be. GDX_NO_MEMORY.
gdx_status gdx_aliases_parse(const gdx_rule *rule, gdx_slice text, const char *where, gdx_aliases **out,
                             gdx_error *err) GDX_MUST_CHECK;
// The same of a file, by the current rule. GDX_NOT_FOUND, GDX_IO; GDX_TOO_LARGE: over GDX_ALIASES_BYTES.
gdx_status gdx_aliases_read(const char *path, gdx_aliases **out, gdx_error *err) GDX_MUST_CHECK;
gdx_aliases *gdx_aliases_retain(gdx_aliases *aliases); // NULL is fine
void gdx_aliases_release(gdx_aliases *aliases);        // NULL is fine
GDX_DEFINE_AUTO(gdx_aliases, gdx_aliases_release)
size_t gdx_aliases_count(const gdx_aliases *aliases);      // sets
uint64_t gdx_aliases_checksum(const gdx_aliases *aliases); // of the file; NULL: 0
// The names of the set that has this one, in the order of the file; *out_count is 0 when there is none. Valid as long
// as the aliases. GDX_NO_MEMORY.
gdx_status gdx_aliases_find(const gdx_aliases *aliases, const gdx_rule *rule, gdx_slice name, const gdx_slice **out,
                            size_t *out_count) GDX_MUST_CHECK;

#endif
