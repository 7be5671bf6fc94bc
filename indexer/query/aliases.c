// SPDX-License-Identifier: Apache-2.0
// aliases.c: see gdx/aliases.h. A name is known by the symbols that it folds to, written as one key; all keys are
// sorted, so that a name that comes twice lies beside itself, and a look-up is a binary search.

#include "gdx/aliases.h"

#include "gdx/text.h"

#include <stdatomic.h>
#include <stdlib.h>

struct alias_set {
    uint32_t first, count; // of the names in the order of the file
};

struct alias_key {
    gdx_slice key;
    uint32_t set, line, column;
};

struct gdx_aliases {
    atomic_uint references;
    uint64_t checksum; // of the file
    gdx_arena *arena;  // of the texts
    struct alias_set *sets;
    size_t set_count, set_capacity;
    gdx_slice *names;
    size_t name_count, name_capacity;
    struct alias_key *keys; // ascending once parsed
    size_t key_capacity;
};

// ---- one name as its symbols

enum { WORD_MARK = 1 }; // before a word, which is no symbol itself

static gdx_status write_key(const gdx_rule *rule, gdx_slice name, gdx_symbols *symbols, gdx_buffer *out) {
    gdx_status status = gdx_text_symbols(rule, name, 0, symbols);
    out->bytes = 0;
    for (size_t i = 0; i < symbols->count && status == GDX_OK; i++) {
        uint32_t symbol = symbols->symbols[i];
        uint8_t bytes[GDX_UTF8_BYTES] = {WORD_MARK};
        bool is_word = symbol & GDX_WORD_FLAG;
        status = gdx_buffer_append(out, bytes, is_word ? 1 : gdx_utf8_encode(bytes, symbol));
        if (status == GDX_OK && is_word) {
            gdx_slice word = gdx_symbols_word(symbols, symbol & ~GDX_WORD_FLAG);
            status = gdx_buffer_append(out, word.data, word.bytes);
        }
    }
    return status;
}

// ---- the file

struct reading { // one owner
    const gdx_rule *rule;
    const char *where;
    gdx_aliases *aliases;
    gdx_slice line;
    uint32_t line_number;
    gdx_symbols symbols;
    gdx_buffer key;
    gdx_error *err;
};

static uint32_t column_of(const struct reading *reading, const char *at) {
    uint32_t column = 1;
    for (const char *byte = reading->line.data; byte < at; byte++)
        column += !gdx_utf8_continues((uint8_t)*byte);
    return column;
}

static gdx_status refuse(const struct reading *reading, const char *at, const char *what) {
    return gdx_fail_at(reading->err, GDX_INVALID, reading->where, "line %u, column %u: %s", reading->line_number,
                       column_of(reading, at), what);
}

static gdx_status no_memory(const struct reading *reading) {
    return gdx_fail_memory(reading->err, "the aliases");
}

static gdx_status add_name(struct reading *reading, gdx_slice name, struct alias_set *set) {
    gdx_aliases *aliases = reading->aliases;
    if (name.bytes > GDX_ALIAS_BYTES)
        return refuse(reading, name.data, "a name of more than 256 bytes");
    if (set->count == GDX_ALIAS_NAMES)
        return refuse(reading, name.data, "more than 32 names in a set");
    if (write_key(reading->rule, name, &reading->symbols, &reading->key) != GDX_OK)
        return no_memory(reading);
    if (reading->key.bytes == 0)
        return refuse(reading, name.data, "nothing to search for, expected a name");
    if (gdx_grow(&aliases->names, &aliases->name_capacity, aliases->name_count + 1, sizeof *aliases->names) != GDX_OK ||
        gdx_grow(&aliases->keys, &aliases->key_capacity, aliases->name_count + 1, sizeof *aliases->keys) != GDX_OK)
        return no_memory(reading);
    struct alias_key *key = &aliases->keys[aliases->name_count];
    *key = (struct alias_key){
        .set = (uint32_t)aliases->set_count, .line = reading->line_number, .column = column_of(reading, name.data)};
    if (gdx_arena_copy(aliases->arena, name, &aliases->names[aliases->name_count]) != GDX_OK ||
        gdx_arena_copy(aliases->arena, gdx_buffer_slice(&reading->key), &key->key) != GDX_OK)
        return no_memory(reading);
    aliases->name_count++;
    set->count++;
    return GDX_OK;
}

// The bytes of = or ＝ at the start of [at, end); 0: it is neither.
static size_t equals_bytes(const char *at, const char *end) {
    if (*at == '=')
        return 1;
    return end - at >= 3 && memcmp(at, "＝", 3) == 0 ? 3 : 0;
}

static gdx_status read_set(struct reading *reading, gdx_slice text) {
    gdx_aliases *aliases = reading->aliases;
    struct alias_set set = {.first = (uint32_t)aliases->name_count};
    const char *end = text.data + text.bytes, *begin = text.data;
    gdx_status status = GDX_OK;
    for (bool is_last = false; status == GDX_OK && !is_last;) {
        const char *at = begin;
        while (at < end && equals_bytes(at, end) == 0)
            at++;
        status = add_name(reading, gdx_trim((gdx_slice){begin, (size_t)(at - begin)}), &set);
        is_last = at == end;
        begin = is_last ? end : at + equals_bytes(at, end);
    }
    if (status == GDX_OK && set.count < 2)
        return refuse(reading, end, "a set of one name, expected = and another name");
    if (status != GDX_OK)
        return status;
    if (aliases->set_count == GDX_ALIAS_SETS)
        return refuse(reading, text.data, "more than 10000 sets");
    if (gdx_grow(&aliases->sets, &aliases->set_capacity, aliases->set_count + 1, sizeof *aliases->sets) != GDX_OK)
        return no_memory(reading);
    aliases->sets[aliases->set_count++] = set;
    return GDX_OK;
}

// The line without its comment.
static gdx_slice without_comment(gdx_slice line) {
    bool may_begin = true;
    for (size_t at = 0, bytes; at < line.bytes; at += bytes) {
        uint32_t code = gdx_utf8_decode_valid((const uint8_t *)line.data + at, &bytes);
        if (code == '#' && may_begin)
            return (gdx_slice){line.data, at};
        may_begin = gdx_is_white(code);
    }
    return line;
}

static gdx_status check_utf8(struct reading *reading) {
    for (size_t at = 0, bytes; at < reading->line.bytes; at += bytes) {
        uint32_t code;
        const char *here = reading->line.data + at;
        bytes = gdx_utf8_decode((const uint8_t *)here, reading->line.bytes - at, &code);
        if (code == GDX_ILL_FORMED)
            return refuse(reading, here, "bytes that are not UTF-8; save the file as UTF-8");
        if (gdx_is_control(code) && !gdx_is_white(code))
            return refuse(reading, here, "a control character, expected text");
    }
    return GDX_OK;
}

static gdx_status read_lines(struct reading *reading, gdx_slice text) {
    static const char mark[] = "\xef\xbb\xbf"; // of UTF-8
    size_t skip = text.bytes >= 3 && memcmp(text.data, mark, 3) == 0 ? 3 : 0;
    gdx_status status = GDX_OK;
    for (size_t at = skip; at < text.bytes && status == GDX_OK;) {
        const char *line = text.data + at, *end = memchr(line, '\n', text.bytes - at);
        reading->line = (gdx_slice){line, end ? (size_t)(end - line) : text.bytes - at};
        reading->line_number++;
        at += reading->line.bytes + 1;
        status = check_utf8(reading);
        gdx_slice set = status == GDX_OK ? gdx_trim(without_comment(reading->line)) : (gdx_slice){0};
        if (set.bytes)
            status = read_set(reading, set);
    }
    return status;
}

// ---- look-ups

static int by_key(const void *a, const void *b) {
    const struct alias_key *left = a, *right = b;
    int order = gdx_slice_compare(left->key, right->key);
    if (order)
        return order;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return left->column < right->column ? -1 : left->column > right->column;
}

// Of all names that come twice the one whose second place is the first in the file.
static gdx_status sort_keys(const struct reading *reading) {
    gdx_aliases *aliases = reading->aliases;
    const struct alias_key *again = NULL;
    if (aliases->name_count)
        qsort(aliases->keys, aliases->name_count, sizeof *aliases->keys, by_key);
    for (size_t i = 1; i < aliases->name_count; i++) {
        const struct alias_key *key = &aliases->keys[i];
        bool is_again = gdx_slice_equal(key[-1].key, key->key);
        if (is_again &&
            (!again || key->line < again->line || (key->line == again->line && key->column < again->column)))
            again = key;
    }
    if (!again)
        return GDX_OK;
    return gdx_fail_at(reading->err, GDX_INVALID, reading->where,
                       "line %u, column %u: a name that is in line %u already, as the matching rule compares them",
                       again->line, again->column, again[-1].line);
}

gdx_status gdx_aliases_parse(const gdx_rule *rule, gdx_slice text, const char *where, gdx_aliases **out,
                             gdx_error *err) {
    GDX_AUTO(gdx_aliases) aliases = calloc(1, sizeof *aliases);
    if (!aliases)
        return gdx_fail_memory(err, "the aliases");
    aliases->references = 1;
    aliases->checksum = gdx_checksum(text.data, text.bytes);
    aliases->arena = gdx_arena_new();
    if (!aliases->arena)
        return gdx_fail_memory(err, "the aliases");
    struct reading reading = {.rule = rule, .where = where, .aliases = aliases, .err = err};
    gdx_status status = read_lines(&reading, text);
    gdx_symbols_clear(&reading.symbols);
    gdx_buffer_clear(&reading.key);
    if (status == GDX_OK)
        status = sort_keys(&reading);
    if (status == GDX_OK)
        *out = GDX_TAKE(aliases);
    return status;
}

gdx_status gdx_aliases_read(const char *path, gdx_aliases **out, gdx_error *err) {
    gdx_buffer text = {0};
    gdx_status status = gdx_read_file(path, GDX_ALIASES_BYTES, &text, err);
    if (status == GDX_OK)
        status = gdx_aliases_parse(gdx_rule_current(), gdx_buffer_slice(&text), path, out, err);
    gdx_buffer_clear(&text);
    return status;
}

gdx_aliases *gdx_aliases_retain(gdx_aliases *aliases) {
    if (aliases)
        atomic_fetch_add(&aliases->references, 1);
    return aliases;
}

void gdx_aliases_release(gdx_aliases *aliases) {
    if (!aliases || atomic_fetch_sub(&aliases->references, 1) != 1)
        return;
    gdx_arena_free(aliases->arena);
    free(aliases->sets);
    free(aliases->names);
    free(aliases->keys);
    free(aliases);
}

size_t gdx_aliases_count(const gdx_aliases *aliases) {
    return aliases->set_count;
}

uint64_t gdx_aliases_checksum(const gdx_aliases *aliases) {
    return aliases ? aliases->checksum : 0;
}

static const struct alias_key *find_key(const gdx_aliases *aliases, gdx_slice wanted) {
    size_t low = 0, high = aliases->name_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = gdx_slice_compare(aliases->keys[middle].key, wanted);
        if (order == 0)
            return &aliases->keys[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

gdx_status gdx_aliases_find(const gdx_aliases *aliases, const gdx_rule *rule, gdx_slice name, const gdx_slice **out,
                            size_t *out_count) {
    gdx_symbols symbols = {0};
    gdx_buffer key = {0};
    gdx_status status = write_key(rule, name, &symbols, &key);
    const struct alias_key *found = status == GDX_OK ? find_key(aliases, gdx_buffer_slice(&key)) : NULL;
    const struct alias_set *set = found ? &aliases->sets[found->set] : NULL;
    gdx_symbols_clear(&symbols);
    gdx_buffer_clear(&key);
    *out = set ? aliases->names + set->first : NULL;
    *out_count = set ? set->count : 0;
    return status;
}
