// SPDX-License-Identifier: Apache-2.0
// gdx/metadata.h: the values that a document's metadata has under some keys, and the keys that an index keeps a column
// of values for. Relies on gdx/base.h. Threads: plain values and functions without a state.
#ifndef GDX_METADATA_H
#define GDX_METADATA_H

#include "gdx/base.h"

enum {
    GDX_KEYS_MAX = 16,         // that an index declares
    GDX_KEY_BYTES_MAX = 64,    // of one
    GDX_VALUE_BYTES_MAX = 256, // of a value: a longer one is left out
    GDX_VALUES_MAX = 256       // different ones of one key in one document: more are left out
};

// Ascending in byte order, each once. {0} has none.
typedef struct gdx_keys {
    uint32_t count;
    uint8_t bytes[GDX_KEYS_MAX];
    char names[GDX_KEYS_MAX][GDX_KEY_BYTES_MAX];
} gdx_keys;

static inline gdx_slice gdx_keys_name(const gdx_keys *keys, uint32_t number) {
    return (gdx_slice){keys->names[number], keys->bytes[number]};
}
// The number of a key; `count`: it is none of them.
uint32_t gdx_keys_find(const gdx_keys *keys, gdx_slice name);
// What is wrong with a name, in words that follow it; NULL: it can be a key. A key has 1 to 64 bytes of UTF-8, without
// control characters.
const char *gdx_key_fault(gdx_slice name);
// Adds one unless it is there. GDX_INVALID: no key, or it would be the 17th.
gdx_status gdx_keys_add(gdx_keys *keys, gdx_slice name, gdx_error *err) GDX_MUST_CHECK;

// A value of key number `key`. Its bytes are good until the visitor returns; `data` NULL: one that is left out.
// Anything but GDX_OK ends the reading, which returns it.
typedef gdx_status gdx_value_visit(void *context, uint32_t key, gdx_slice value);
// Visits what the members of a JSON object that are named by a key hold: a string without its escapes, a number or a
// boolean as it is spelled, of an array each element. null and an empty string are no value. An object, an array within
// an array and a value of more than GDX_VALUE_BYTES_MAX bytes are left out. Values may come twice. Bytes that are no
// JSON object have the values up to where that shows. `scratch`: for strings with escapes. GDX_NO_MEMORY. Cost: some 1
// ns a byte.
gdx_status gdx_metadata_values(gdx_slice metadata, const gdx_keys *keys, gdx_buffer *scratch, gdx_value_visit *visit,
                               void *context) GDX_MUST_CHECK;
// Whether a document with this metadata has the value under the one key of `keys`; "" is what one without any value
// has. A value that comes after GDX_VALUES_MAX different ones is left out, as in a column. GDX_NO_MEMORY.
gdx_status gdx_metadata_has(gdx_slice metadata, const gdx_keys *keys, gdx_slice value, gdx_buffer *scratch,
                            bool *out) GDX_MUST_CHECK;

#endif
