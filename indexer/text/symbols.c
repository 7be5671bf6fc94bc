// SPDX-License-Identifier: Apache-2.0
// symbols.c: text -> symbols, the fast way. In nearly all text each character is one cluster, and one symbol or one
// letter. Tight loops look these up in the tables of tables.h. The rest is cut one cluster at a time; fold.c folds the
// clusters of several characters, and context.c judges those that look at their neighbours.

#include "emit.h"
#include "fold.h"

#include <assert.h>
#include <stdlib.h>

#define ALWAYS_INLINE __attribute__((always_inline)) // so that with_spans is a constant in the hot loops

enum { ROOM_BYTES = 4096 }; // of text for which room is made at once

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
        status = gdx_buffer_reserve(&symbols->word_text, count * GDX_UTF8_BYTES);
    if (status == GDX_OK && with_spans)
        status = gdx_grow(&symbols->spans, &symbols->span_capacity, symbols->count + count, sizeof *symbols->spans);
    return status;
}

typedef struct character {
    uint32_t code_point;
    uint32_t entry;
    uint32_t bytes;
} character;

static inline bool is_three_bytes(uint8_t lead) {
    return lead >> 4 == 0xe;
}

// Of valid UTF-8; at the end of the text a character that continues nothing.
static inline character look(const text_view *view, size_t at) {
    character found = {0, 0, 0};
    if (at == view->end)
        return found;
    size_t bytes;
    found.code_point = gdx_utf8_decode_valid(view->text + at, &bytes);
    found.bytes = (uint32_t)bytes;
    found.entry = text_entry(view->rule, found.code_point);
    return found;
}

struct cutter { // one text being cut
    text_view view;
    gdx_symbols *out;
    size_t at;       // where the next cluster starts
    size_t room_end; // there is room for a character for each byte up to here
    size_t due;      // number of the symbol at which the next checkpoint is; SIZE_MAX: none is wanted
    bool in_word;    // the last symbol is a word, and the next character may lengthen it
    bool with_spans;
};

// `extra` characters besides a character a byte: what a cluster becomes.
static gdx_status make_room(struct cutter *cutter, size_t extra) {
    gdx_status status = text_make_room(cutter->out, extra + ROOM_BYTES, cutter->with_spans);
    if (status == GDX_OK)
        cutter->room_end = cutter->at + ROOM_BYTES;
    return status;
}

// ---- one cluster of any kind

static inline void emit_entry(struct cutter *cutter, uint32_t entry, uint32_t code_point, gdx_span span) {
    text_emit(cutter->out, text_entry_value(entry, code_point), text_entry_kind(entry), &cutter->in_word, span,
              cutter->with_spans);
}

static inline void emit_single(struct cutter *cutter, uint32_t symbol, gdx_span span) {
    text_add_symbol(cutter->out, symbol, span, cutter->with_spans);
    cutter->in_word = false;
}

// A character that is a cluster and folds to none or several.
static gdx_status emit_expansion(struct cutter *cutter, uint32_t entry, gdx_span span) {
    const uint32_t *list = cutter->view.rule->expansions + (entry & TEXT_VALUE_MASK);
    uint32_t count = *list++;
    gdx_status status = make_room(cutter, count);
    for (uint32_t i = 0; status == GDX_OK && i < count; i++)
        emit_entry(cutter, list[i], 0, span);
    return status;
}

static gdx_status emit_folded(struct cutter *cutter, gdx_span span) {
    size_t count;
    const gdx_rule *rule = cutter->view.rule;
    gdx_status status = text_fold(&cutter->view, span.begin, span.end, &cutter->out->scratch, &count);
    if (status == GDX_OK)
        status = make_room(cutter, count);
    for (size_t i = 0; status == GDX_OK && i < count; i++) {
        uint32_t code_point = gdx_load_u32(cutter->out->scratch.data + i * sizeof code_point);
        if (code_point & TEXT_ITSELF)
            emit_single(cutter, code_point & ~(uint32_t)TEXT_ITSELF, span);
        else
            emit_entry(cutter, text_entry(rule, code_point), code_point, span);
    }
    return status;
}

// White space and the like; it composes with nothing, so that a mark after it is a cluster of its own.
static inline bool is_nothing(uint32_t entry) {
    return !(entry & TEXT_EXPANDS) && text_entry_kind(entry) == TEXT_NOTHING;
}

static text_sense sense_of(const struct cutter *cutter, size_t at, const character *found) {
    if (!(found->entry & TEXT_CONTEXT))
        return TEXT_AS_FOLDED;
    return text_sense_of(&cutter->view, at, found->bytes, found->code_point);
}

// A soft hyphen continues what is before it, unless it breaks a word.
static bool is_continuing(const struct cutter *cutter, size_t at, const character *found) {
    return found->entry & TEXT_CONTINUES && sense_of(cutter, at, found) == TEXT_AS_FOLDED;
}

static gdx_status emit_alone(struct cutter *cutter, const character *found, gdx_span span) {
    text_sense sense = sense_of(cutter, span.begin, found);
    if (sense == TEXT_AS_MARK)
        emit_single(cutter, found->code_point, span);
    else if (sense == TEXT_AS_BROKEN)
        emit_single(cutter, GDX_BROKEN_HYPHEN, span);
    else if (found->entry & TEXT_EXPANDS)
        return emit_expansion(cutter, found->entry, span);
    else
        emit_entry(cutter, found->entry, found->code_point, span);
    return GDX_OK;
}

static gdx_status cut_cluster(struct cutter *cutter) {
    character first = look(&cutter->view, cutter->at);
    size_t end = cutter->at + first.bytes;
    character next = look(&cutter->view, end);
    bool is_more = !is_nothing(first.entry) && is_continuing(cutter, end, &next);
    bool is_alone = !is_more && !is_continuing(cutter, cutter->at, &first);
    for (int i = 0; is_more && i < TEXT_CONTINUING_MAX; i++) {
        end += next.bytes;
        next = look(&cutter->view, end);
        is_more = is_continuing(cutter, end, &next);
    }
    gdx_span span = {(uint32_t)cutter->at, (uint32_t)end};
    gdx_status status = is_alone ? emit_alone(cutter, &first, span) : emit_folded(cutter, span);
    cutter->at = end;
    return status;
}

// ---- runs of clusters of one character; they end before `limit`, with the symbol at which a checkpoint is due, and
// return false when there is none

static inline bool is_continued(const struct cutter *cutter, size_t at) {
    return look(&cutter->view, at).entry & TEXT_CONTINUES;
}

// Plain characters of three bytes: nearly all of a Chinese text, its punctuation too.
static inline ALWAYS_INLINE bool cut_plain_run(struct cutter *cutter, size_t limit, bool with_spans) {
    enum { PLAIN_BYTES = 3 };
    uint32_t *symbols = cutter->out->symbols + cutter->out->count;
    gdx_span *spans = with_spans ? cutter->out->spans + cutter->out->count : NULL;
    const uint16_t *plain = cutter->view.rule->plain;
    const uint8_t *text = cutter->view.text;
    size_t count = 0;
    size_t at = cutter->at;
    size_t wanted = cutter->due - cutter->out->count;
    limit = wanted < (limit - at) / PLAIN_BYTES ? at + wanted * PLAIN_BYTES : limit;
    while (at < limit && is_three_bytes(text[at])) {
        uint32_t symbol = plain[gdx_utf8_decode_three(text + at)];
        if (!symbol)
            break;
        if (with_spans)
            spans[count] = (gdx_span){(uint32_t)at, (uint32_t)at + PLAIN_BYTES};
        symbols[count++] = symbol;
        at += PLAIN_BYTES;
    }
    if (count && is_continued(cutter, at)) { // so the last one is part of a longer cluster
        count--;
        at -= PLAIN_BYTES;
    }
    if (!count)
        return false;
    cutter->out->count += count;
    cutter->at = at;
    cutter->in_word = false;
    return true;
}

// Letters and digits in [at, end), or as many as there are. Returns where they end.
static inline size_t cut_ascii_word(struct cutter *cutter, size_t at, size_t end, bool with_spans) {
    const uint32_t *ascii = text_entries_of_ascii(cutter->view.rule);
    const uint8_t *text = cutter->view.text;
    gdx_symbols *out = cutter->out;
    if (!cutter->in_word)
        text_begin_word(out, (gdx_span){(uint32_t)at, (uint32_t)at}, with_spans);
    cutter->in_word = true;
    uint8_t *to = out->word_text.data + out->word_text.bytes;
    size_t begin = at;
    for (; at < end && text_entry_kind(ascii[text[at]]) == TEXT_WORD; at++)
        *to++ = (uint8_t)text_entry_value(ascii[text[at]], text[at]);
    text_lengthen_word(out, at - begin, (uint32_t)at, with_spans);
    return at;
}

// The symbol of an ASCII character that is one. A hyphen may break the word before it; one look at the next byte says
// nearly always that it does not.
static inline uint32_t ascii_symbol(const struct cutter *cutter, size_t at, uint32_t entry) {
    const text_view *view = &cutter->view;
    if (entry & TEXT_CONTEXT && at + 1 < view->end && (view->text[at + 1] <= ' ' || view->text[at + 1] >= 0x80) &&
        text_sense_of(view, at, 1, view->text[at]) == TEXT_AS_BROKEN)
        return GDX_BROKEN_HYPHEN;
    return text_entry_value(entry, view->text[at]);
}

// ASCII, of which no character continues another or folds to several.
static inline ALWAYS_INLINE bool cut_ascii_run(struct cutter *cutter, size_t limit, bool with_spans) {
    const uint32_t *ascii = text_entries_of_ascii(cutter->view.rule);
    const uint8_t *text = cutter->view.text;
    size_t at = cutter->at;
    size_t end = at;
    while (end < limit && text[end] < 0x80)
        end++;
    if (end > at && is_continued(cutter, end))
        end--;
    if (end <= at)
        return false;
    while (at < end && cutter->out->count < cutter->due) {
        uint32_t entry = ascii[text[at]];
        text_kind kind = text_entry_kind(entry);
        if (kind == TEXT_WORD) {
            at = cut_ascii_word(cutter, at, end, with_spans);
            continue;
        }
        if (kind == TEXT_SINGLE)
            text_add_symbol(cutter->out, ascii_symbol(cutter, at, entry), (gdx_span){(uint32_t)at, (uint32_t)at + 1},
                            with_spans);
        cutter->in_word = false;
        at++;
    }
    cutter->at = at;
    return true;
}

// ---- checkpoints

// Nothing before the next character changes the symbols from there on.
static bool is_clean(const struct cutter *cutter) {
    uint32_t entry = look(&cutter->view, cutter->at).entry;
    if (entry & (TEXT_CONTINUES | TEXT_CONTEXT))
        return false;
    return !cutter->in_word || (!(entry & TEXT_EXPANDS) && text_entry_kind(entry) != TEXT_WORD);
}

// Those that are due: several when no place was clean for long.
static gdx_status add_checkpoints(struct cutter *cutter) {
    gdx_symbols *out = cutter->out;
    gdx_status status = GDX_OK;
    for (; cutter->due <= out->count && status == GDX_OK; cutter->due += GDX_CHECKPOINT_SYMBOLS) {
        status =
            gdx_grow(&out->checkpoints, &out->checkpoint_capacity, out->checkpoint_count + 1, sizeof *out->checkpoints);
        if (status == GDX_OK)
            out->checkpoints[out->checkpoint_count++] = (gdx_checkpoint){(uint32_t)cutter->at, (uint32_t)out->count};
    }
    return status;
}

// The first symbol of the text at which one is due.
static size_t first_due(const gdx_symbols *symbols) {
    return (GDX_CHECKPOINT_SYMBOLS - symbols->symbols_before % GDX_CHECKPOINT_SYMBOLS) % GDX_CHECKPOINT_SYMBOLS;
}

// ---- the whole text

static inline size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

// A step when a checkpoint is due: it is added, or the text goes on by one cluster until a place is clean.
static gdx_status cut_to_checkpoint(struct cutter *cutter) {
    return cutter->at == 0 || is_clean(cutter) ? add_checkpoints(cutter) : cut_cluster(cutter);
}

static inline ALWAYS_INLINE gdx_status cut(const text_view *view, gdx_symbols *out, bool with_spans,
                                           bool with_checkpoints) {
    struct cutter cutter = {.view = *view, .out = out, .with_spans = with_spans};
    cutter.due = with_checkpoints ? first_due(out) : SIZE_MAX;
    gdx_status status = GDX_OK;
    while (status == GDX_OK && cutter.at < view->end) {
        if (cutter.at >= cutter.room_end)
            status = make_room(&cutter, 0);
        if (status != GDX_OK)
            break;
        if (out->count >= cutter.due) {
            status = cut_to_checkpoint(&cutter);
            continue;
        }
        size_t limit = smaller(view->end, cutter.room_end);
        if (!cut_plain_run(&cutter, limit, with_spans) && !cut_ascii_run(&cutter, limit, with_spans))
            status = cut_cluster(&cutter);
    }
    return status == GDX_OK && with_checkpoints ? add_checkpoints(&cutter) : status;
}

gdx_status gdx_text_symbols(const gdx_rule *rule, gdx_slice utf8, unsigned options, gdx_symbols *symbols) {
    assert(utf8.bytes <= INT32_MAX); // spans and words have 32 bits
    text_view view = {rule, (const uint8_t *)utf8.data, utf8.bytes};
    bool with_checkpoints = options & GDX_TEXT_CHECKPOINTS;
    text_begin(symbols);
    return options & GDX_TEXT_SPANS ? cut(&view, symbols, true, with_checkpoints)
                                    : cut(&view, symbols, false, with_checkpoints);
}

// A plain character looks at no neighbour, and no context looks past one (context.c).
bool gdx_text_is_settled(const gdx_rule *rule, gdx_slice utf8) {
    const uint8_t *end = (const uint8_t *)utf8.data + utf8.bytes;
    return utf8.bytes >= 3 && is_three_bytes(end[-3]) && rule->plain[gdx_utf8_decode_three(end - 3)] != 0;
}
