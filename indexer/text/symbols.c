// SPDX-License-Identifier: Apache-2.0
// symbols.c: text -> symbols, the fast way. Each character is looked up once in the tables of tables.h, one ahead of
// where we stand, because what follows decides whether a character is a cluster of its own. Nearly all are, and their
// entry is the answer; the others are folded by utf8proc, cluster by cluster.

#include "emit.h"
#include "fold.h"
#include "slow.h"
#include "tables.h"

#include <stdlib.h>
#include <utf8proc.h>

enum {
    ROOM_BYTES = 4096, // of text for which room is made at once
    // Continuing characters taken into one cluster: folding one takes time that grows with the square of its length.
    // UAX #15, section 13, holds 30 to be enough for any real text.
    CLUSTER_CONTINUES_MAX = 128
};

void gdx_symbols_clear(gdx_symbols *symbols) {
    free(symbols->symbols);
    free(symbols->words);
    free(symbols->spans);
    free(symbols->checkpoints);
    gdx_buffer_clear(&symbols->word_text);
    gdx_buffer_clear(&symbols->scratch);
    *symbols = (gdx_symbols){0};
}

void text_begin(gdx_symbols *symbols) {
    symbols->count = 0;
    symbols->word_count = 0;
    symbols->word_text.bytes = 0;
    symbols->checkpoint_count = 0;
}

gdx_status text_make_room(gdx_symbols *symbols, size_t count, bool with_spans) {
    gdx_status status =
        gdx_grow(&symbols->symbols, &symbols->capacity, symbols->count + count, sizeof *symbols->symbols);
    if (status == GDX_OK)
        status =
            gdx_grow(&symbols->words, &symbols->word_capacity, symbols->word_count + count, sizeof *symbols->words);
    if (status == GDX_OK)
        status = gdx_buffer_reserve(&symbols->word_text, count * TEXT_UTF8_BYTES);
    if (status == GDX_OK && with_spans)
        status = gdx_grow(&symbols->spans, &symbols->span_capacity, symbols->count + count, sizeof *symbols->spans);
    return status;
}

typedef struct character {
    uint32_t code_point;
    uint32_t entry;
    uint32_t bytes;
} character;

// Of valid UTF-8; at the end of the text a character that continues nothing.
static inline character look(const uint8_t *text, size_t at, size_t end) {
    character found = {0, 0, 0};
    if (at == end)
        return found;
    const uint8_t *byte = text + at;
    if (byte[0] < 0x80) {
        found.code_point = byte[0];
        found.bytes = 1;
    } else if (byte[0] >= 0xe0 && byte[0] < 0xf0) {
        found.code_point = (uint32_t)(byte[0] & 15) << 12 | (uint32_t)(byte[1] & 63) << 6 | (byte[2] & 63);
        found.bytes = 3;
    } else if (byte[0] < 0xe0) {
        found.code_point = (uint32_t)(byte[0] & 31) << 6 | (byte[1] & 63);
        found.bytes = 2;
    } else {
        found.code_point = (uint32_t)(byte[0] & 7) << 18 | (uint32_t)(byte[1] & 63) << 12 |
                           (uint32_t)(byte[2] & 63) << 6 | (byte[3] & 63);
        found.bytes = 4;
    }
    found.entry = text_entry(found.code_point);
    return found;
}

struct cutter { // one text being cut
    const uint8_t *text;
    size_t end;
    gdx_symbols *out;
    size_t at; // where the cluster at hand begins
    size_t cluster_end;
    character next; // the character at cluster_end
    bool in_word;
    bool with_spans;
};

static inline gdx_span span_of(const struct cutter *cutter) {
    return (gdx_span){(uint32_t)cutter->at, (uint32_t)cutter->cluster_end};
}

static void emit_entry(struct cutter *cutter, uint32_t entry, uint32_t code_point) {
    text_emit(cutter->out, text_entry_value(entry, code_point), text_entry_kind(entry), &cutter->in_word,
              span_of(cutter), cutter->with_spans);
}

// A character alone that folds to none or several.
static gdx_status emit_expansion(struct cutter *cutter, uint32_t entry) {
    const uint32_t *list = text_expansions + (entry & TEXT_VALUE_MASK);
    uint32_t count = *list++;
    gdx_status status = text_make_room(cutter->out, count, cutter->with_spans);
    for (uint32_t i = 0; status == GDX_OK && i < count; i++)
        emit_entry(cutter, list[i], 0);
    return status;
}

static gdx_status fold_cluster(struct cutter *cutter) {
    for (int i = 0; cutter->next.entry & TEXT_CONTINUES && i < CLUSTER_CONTINUES_MAX; i++) {
        cutter->cluster_end += cutter->next.bytes;
        cutter->next = look(cutter->text, cutter->cluster_end, cutter->end);
    }
    size_t count;
    gdx_slice bytes = {(const char *)cutter->text + cutter->at, cutter->cluster_end - cutter->at};
    gdx_status status = text_fold(bytes, &cutter->out->scratch, &count);
    if (status == GDX_OK)
        status = text_make_room(cutter->out, count, cutter->with_spans);
    for (size_t i = 0; status == GDX_OK && i < count; i++) {
        uint32_t code_point = gdx_load_u32(cutter->out->scratch.data + i * 4);
        uint32_t symbol = text_simplified(&text_rule_lists, code_point);
        text_emit(cutter->out, symbol, text_kind_of(&text_rule_lists, symbol), &cutter->in_word, span_of(cutter),
                  cutter->with_spans);
    }
    return status;
}

static gdx_status add_checkpoint(struct cutter *cutter) {
    gdx_symbols *out = cutter->out;
    gdx_status status =
        gdx_grow(&out->checkpoints, &out->checkpoint_capacity, out->checkpoint_count + 1, sizeof *out->checkpoints);
    if (status == GDX_OK)
        out->checkpoints[out->checkpoint_count++] = (gdx_checkpoint){(uint32_t)cutter->at, (uint32_t)out->count};
    return status;
}

static inline bool is_nothing(uint32_t entry) {
    return !(entry & TEXT_EXPANDS) && text_entry_kind(entry) == TEXT_NOTHING;
}

// Nothing before the character at hand changes what comes from here on.
static inline bool is_clean(const struct cutter *cutter, uint32_t entry) {
    if (entry & TEXT_CONTINUES)
        return false;
    return !cutter->in_word || (!(entry & TEXT_EXPANDS) && text_entry_kind(entry) != TEXT_WORD);
}

// A character of three bytes, as nearly all Han characters are; of the other forms entry 0 with TEXT_CONTINUES, which
// ends a run.
static inline character look_at_three(const uint8_t *byte) {
    if ((byte[0] & 0xf0) != 0xe0)
        return (character){0, TEXT_CONTINUES, 0};
    uint32_t code_point = (uint32_t)(byte[0] & 15) << 12 | (uint32_t)(byte[1] & 63) << 6 | (byte[2] & 63);
    return (character){code_point, text_entry(code_point), 3};
}

// Cuts a run of such characters, each a symbol of its own and a cluster of its own, as long as room lasts. *now is the
// character at cutter->at, before and afterwards.
static inline __attribute__((always_inline)) void cut_run(struct cutter *cutter, character *now, size_t room_end,
                                                          bool with_spans) {
    enum { FLAGS = TEXT_CONTINUES | TEXT_EXPANDS, KIND = TEXT_KIND_MASK << TEXT_KIND_SHIFT };
    enum { IS_PLAIN = TEXT_SINGLE << TEXT_KIND_SHIFT, THREE = 3 };
    if (room_end > cutter->end)
        room_end = cutter->end;
    const uint8_t *at = cutter->text + cutter->at;
    const uint8_t *last =
        cutter->text + (room_end > 2 * THREE ? room_end - 2 * THREE : 0); // the next one is whole, too
    character here = *now;
    uint32_t *symbols = cutter->out->symbols + cutter->out->count;
    gdx_span *spans = cutter->out->spans + cutter->out->count;
    size_t count = 0;
    while (at < last && (here.entry & (FLAGS | KIND)) == IS_PLAIN && here.bytes == THREE) {
        character next = look_at_three(at + THREE);
        if (next.entry & FLAGS)
            break;
        if (with_spans)
            spans[count] = (gdx_span){(uint32_t)(at - cutter->text), (uint32_t)(at - cutter->text) + THREE};
        symbols[count++] = text_entry_value(here.entry, here.code_point);
        at += THREE;
        here = next;
    }
    if (count == 0)
        return;
    *now = here;
    cutter->at = (size_t)(at - cutter->text);
    cutter->out->count += count;
    cutter->in_word = false;
}

static inline __attribute__((always_inline)) gdx_status cut(gdx_slice utf8, gdx_symbols *out, bool with_spans,
                                                            bool with_checkpoints, size_t symbol_limit) {
    const uint8_t *text = (const uint8_t *)utf8.data;
    struct cutter cutter = {.text = text, .end = utf8.bytes, .out = out, .with_spans = with_spans};
    character now = look(text, 0, utf8.bytes);
    size_t room_end = 0;
    size_t next_checkpoint = with_checkpoints ? GDX_CHECKPOINT_BYTES : SIZE_MAX;
    gdx_status status = GDX_OK;
    while (cutter.at < utf8.bytes && out->count - cutter.in_word < symbol_limit) {
        if (cutter.at >= room_end) {
            status = text_make_room(out, ROOM_BYTES, with_spans);
            room_end = cutter.at + ROOM_BYTES;
        }
        if (with_checkpoints && cutter.at >= next_checkpoint && status == GDX_OK && is_clean(&cutter, now.entry)) {
            status = add_checkpoint(&cutter);
            next_checkpoint = cutter.at + GDX_CHECKPOINT_BYTES;
        }
        if (status != GDX_OK)
            return status;
        if (symbol_limit == SIZE_MAX && cutter.at < next_checkpoint)
            cut_run(&cutter, &now, room_end < next_checkpoint ? room_end : next_checkpoint, with_spans);
        cutter.cluster_end = cutter.at + now.bytes;
        cutter.next = look(text, cutter.cluster_end, utf8.bytes);
        if (__builtin_expect(((now.entry | cutter.next.entry) & (TEXT_CONTINUES | TEXT_EXPANDS)) == 0, 1)) {
            text_emit(out, text_entry_value(now.entry, now.code_point), text_entry_kind(now.entry), &cutter.in_word,
                      span_of(&cutter), with_spans);
        } else {
            // White space composes with nothing: a mark behind it is on its own, and so is the white space.
            bool is_alone =
                !(now.entry & TEXT_CONTINUES) && (!(cutter.next.entry & TEXT_CONTINUES) || is_nothing(now.entry));
            if (is_alone && now.entry & TEXT_EXPANDS)
                status = emit_expansion(&cutter, now.entry);
            else if (is_alone)
                emit_entry(&cutter, now.entry, now.code_point);
            else
                status = fold_cluster(&cutter);
            room_end = cutter.cluster_end; // the room made is used up
        }
        cutter.at = cutter.cluster_end;
        now = cutter.next;
    }
    return status;
}

gdx_status gdx_text_symbols(gdx_slice utf8, unsigned options, gdx_symbols *symbols) {
    text_begin(symbols);
    if (options & GDX_TEXT_SLOW)
        return text_symbols_slowly(utf8, symbols);
    bool with_spans = options & GDX_TEXT_SPANS;
    if (options & GDX_TEXT_CHECKPOINTS)
        return with_spans ? cut(utf8, symbols, true, true, SIZE_MAX) : cut(utf8, symbols, false, true, SIZE_MAX);
    return with_spans ? cut(utf8, symbols, true, false, SIZE_MAX) : cut(utf8, symbols, false, false, SIZE_MAX);
}

gdx_status gdx_text_symbols_until(gdx_slice utf8, size_t symbol_limit, gdx_symbols *symbols) {
    text_begin(symbols);
    return cut(utf8, symbols, true, false, symbol_limit);
}

uint64_t gdx_text_rule_fingerprint(void) {
    const char *unicode = utf8proc_unicode_version(); // of the library at run time, which folds clusters
    return text_tables_checksum ^ gdx_checksum(unicode, strlen(unicode));
}
