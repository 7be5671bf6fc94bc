// SPDX-License-Identifier: Apache-2.0
// quotations.c: whether what a text quotes stands in the documents. Relies on quotation_marks.h, gdx/query.h.
// Each quotation is a phrase that the index is asked for. One that stands nowhere is taken apart: from each of its
// symbols on the longest stretch that stands somewhere, as far as it reaches beyond the one before. A stretch that
// occurs holds only stretches that occur, so its end is found by doubling and halving. No text is read but that of the
// places that are shown.

#include "gdx/statistics.h"

#include "quotation_marks.h"
#include "readable.h"

#include "gdx/letters.h"
#include "gdx/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { LETTERS_LEAST = 2, PIECE_SYMBOLS = 8, PIECES_LEAST = 2, PLACES_MOST = 2000 };

struct checking { // one owner
    gdx_searcher *searcher;
    gdx_snapshot *snapshot;
    gdx_slice text;
    const gdx_quote_options *options;
    const gdx_stop *stop;
    gdx_symbols cut; // of the quotation at hand
    gdx_buffer asked;
    gdx_quotations *out;
    gdx_error *err;
};

// ---- asking the index

static gdx_status append_quoted(gdx_buffer *to, gdx_slice text) {
    gdx_status status = gdx_buffer_append(to, "\"", 1);
    for (size_t at = 0, end; at < text.bytes && status == GDX_OK; at = end) {
        bool is_escaped = text.data[at] == '"' || text.data[at] == '\\';
        if (is_escaped)
            status = gdx_buffer_append(to, "\\", 1);
        for (end = at + 1; end < text.bytes && text.data[end] != '"' && text.data[end] != '\\'; end++)
            ;
        if (status == GDX_OK)
            status = gdx_buffer_append(to, &text.data[at], end - at);
    }
    return status == GDX_OK ? gdx_buffer_append(to, "\"", 1) : status;
}

// A query for the phrase, in one document unless `id` is "". A zero byte is no symbol, and no query may hold it. Looks
// at the stop, since a small query does not.
static gdx_status parse(struct checking *self, gdx_slice phrase, gdx_slice id, gdx_query **out) {
    gdx_error *err = self->err;
    self->asked.bytes = 0;
    gdx_status status = gdx_stop_check(self->stop, err);
    if (status != GDX_OK)
        return status;
    status = append_quoted(&self->asked, phrase);
    for (size_t i = 0; i < self->asked.bytes; i++)
        self->asked.data[i] = self->asked.data[i] ? self->asked.data[i] : ' ';
    if (status == GDX_OK && id.bytes)
        status = gdx_buffer_append(&self->asked, " id:", 4);
    if (status == GDX_OK && id.bytes)
        status = append_quoted(&self->asked, id);
    if (status != GDX_OK)
        return gdx_fail_memory(err, "a quotation");
    status = gdx_query_parse(gdx_snapshot_rule(self->snapshot), gdx_buffer_slice(&self->asked), out, err);
    if (status == GDX_INVALID && err)
        snprintf(err->field, sizeof err->field, "text");
    if (status == GDX_OK && self->options->filter)
        status = gdx_query_narrow(*out, self->options->filter, err);
    return status;
}

static gdx_status occurs(struct checking *self, gdx_slice phrase, gdx_slice id, bool *out) {
    GDX_AUTO(gdx_query) query = NULL;
    gdx_totals totals = {0};
    gdx_status status = parse(self, phrase, id, &query);
    if (status == GDX_OK)
        status = gdx_count(self->searcher, self->snapshot, query, self->stop, &totals, self->err);
    *out = totals.documents > 0;
    return status;
}

static gdx_status copy_place(struct checking *self, const gdx_occurrence *from, bool is_exact, gdx_quoted_place *out) {
    gdx_arena *arena = self->out->arena;
    *out = (gdx_quoted_place){.date = from->date, .match = from->match};
    if (gdx_arena_copy(arena, from->id, &out->id) == GDX_OK &&
        gdx_arena_copy(arena, from->title, &out->title) == GDX_OK &&
        gdx_arena_copy(arena, from->source, &out->source) == GDX_OK &&
        gdx_arena_copy(arena, from->match.place, &out->match.place) == GDX_OK &&
        gdx_arena_copy(arena, is_exact ? (gdx_slice){"", 0} : from->matched, &out->words) == GDX_OK)
        return GDX_OK;
    return gdx_fail_memory(self->err, "a quotation");
}

// The first place of the phrase that has its very words, of the first PLACES_MOST; else the first.
static gdx_status find(struct checking *self, gdx_slice phrase, gdx_slice words, gdx_slice id, gdx_quoted_place *out,
                       bool *out_has, bool *out_is_exact) {
    GDX_AUTO(gdx_query) query = NULL;
    GDX_AUTO(gdx_scan) scan = NULL;
    gdx_status status = parse(self, phrase, id, &query);
    *out_has = *out_is_exact = false;
    if (status == GDX_OK)
        status = gdx_scan_open(self->searcher, self->snapshot, query, 0, self->stop, &scan, self->err);
    for (uint32_t places = 0; status == GDX_OK && places < PLACES_MOST && !*out_is_exact; places++) {
        gdx_occurrence occurrence;
        bool has = false;
        status = gdx_scan_next(scan, &occurrence, &has, self->err);
        if (status != GDX_OK || !has)
            break;
        *out_is_exact = gdx_slice_equal(occurrence.matched, words);
        if (!*out_has || *out_is_exact)
            status = copy_place(self, &occurrence, *out_is_exact, out);
        *out_has = true;
    }
    return status;
}

// ---- pieces

struct pieces {
    const gdx_quotation *quotation;
    gdx_slice id; // of the document to look in; "": any
    struct piece {
        size_t from, to; // symbols
    } * items;
    size_t count, capacity;
    size_t covered;
};

// Between symbols `at` - 1 and `at` a character ends and another begins.
static bool may_part(const struct checking *self, size_t at) {
    return at == 0 || at == self->cut.count || self->cut.spans[at].begin >= self->cut.spans[at - 1].end;
}

static gdx_slice stretch_of(const struct checking *self, const gdx_quotation *quotation, size_t from, size_t to) {
    size_t begin = self->cut.spans[from].begin, end = self->cut.spans[to - 1].end;
    return (gdx_slice){self->text.data + quotation->begin + begin, end - begin};
}

static gdx_status stands(struct checking *self, const struct pieces *pieces, size_t from, size_t to, bool *out) {
    *out = false;
    if (to > self->cut.count)
        return GDX_OK;
    return occurs(self, stretch_of(self, pieces->quotation, from, to), pieces->id, out);
}

// The end of the longest stretch from `from` on that stands, given that the one up to *to does.
static gdx_status reach(struct checking *self, const struct pieces *pieces, size_t from, size_t *to) {
    size_t known = *to, step = 1, beyond = self->cut.count + 1; // known stands, beyond does not
    gdx_status status = GDX_OK;
    while (status == GDX_OK && known + 1 < beyond) {
        size_t next = known + step < beyond ? known + step : known + (beyond - known) / 2;
        bool does = false;
        status = stands(self, pieces, from, next, &does);
        known = does ? next : known;
        beyond = does ? beyond : next;
        step *= 2;
    }
    while (known > *to && !may_part(self, known))
        known--;
    *to = known;
    return status;
}

static gdx_status add_piece(struct checking *self, struct pieces *pieces, size_t from, size_t to) {
    size_t before = pieces->count ? pieces->items[pieces->count - 1].to : 0;
    if (gdx_grow(&pieces->items, &pieces->capacity, pieces->count + 1, sizeof *pieces->items) != GDX_OK)
        return gdx_fail_memory(self->err, "a quotation");
    pieces->items[pieces->count++] = (struct piece){from, to};
    pieces->covered += to - (from > before ? from : before);
    return GDX_OK;
}

static gdx_status take_apart(struct checking *self, struct pieces *pieces) {
    size_t end = 0;
    gdx_status status = GDX_OK;
    pieces->count = pieces->covered = 0;
    for (size_t from = 0; from + PIECE_SYMBOLS <= self->cut.count && status == GDX_OK; from++) {
        size_t to = from + PIECE_SYMBOLS > end + 1 ? from + PIECE_SYMBOLS : end + 1;
        bool does = false;
        while (to < self->cut.count && !may_part(self, to))
            to++;
        if (may_part(self, from))
            status = stands(self, pieces, from, to, &does);
        if (!does)
            continue;
        status = reach(self, pieces, from, &to);
        if (status == GDX_OK)
            status = add_piece(self, pieces, from, to);
        end = to;
    }
    return status;
}

static bool is_stitched(const struct checking *self, const struct pieces *pieces) {
    return pieces->count >= PIECES_LEAST && pieces->covered * 10 >= self->cut.count * 9;
}

// In the document of the piece before it, if that has it.
static gdx_status place_piece(struct checking *self, gdx_slice near, gdx_quoted_piece *piece) {
    gdx_slice phrase = {self->text.data + piece->begin, piece->end - piece->begin}, words = {"", 0};
    bool has = false, is_exact, is_cut = false;
    if (readable_copy(self->out->arena, phrase, phrase.bytes, &words, &is_cut) != GDX_OK)
        return gdx_fail_memory(self->err, "a quotation");
    gdx_status status = GDX_OK;
    if (near.bytes)
        status = find(self, phrase, words, near, &piece->place, &has, &is_exact);
    return status == GDX_OK && !has ? find(self, phrase, words, (gdx_slice){"", 0}, &piece->place, &has, &is_exact)
                                    : status;
}

static gdx_status show_pieces(struct checking *self, const struct pieces *pieces, gdx_quotation *out) {
    gdx_slice near = self->options->id;
    size_t shown = pieces->count < GDX_QUOTED_PIECES ? pieces->count : GDX_QUOTED_PIECES;
    out->pieces_found = pieces->count;
    out->pieces = gdx_arena_allocate(self->out->arena, (shown + 1) * sizeof *out->pieces);
    if (!out->pieces)
        return gdx_fail_memory(self->err, "a quotation");
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < shown && status == GDX_OK; i++) {
        gdx_quoted_piece *piece = &out->pieces[out->piece_count++];
        const struct piece *from = &pieces->items[i];
        piece->symbols = (uint32_t)(from->to - from->from);
        piece->begin = out->begin + self->cut.spans[from->from].begin;
        piece->end = out->begin + self->cut.spans[from->to - 1].end;
        status = place_piece(self, near, piece);
        near = piece->place.id;
    }
    return status;
}

static gdx_status judge_pieces(struct checking *self, gdx_quotation *out) {
    struct pieces pieces = {.quotation = out, .id = self->options->id};
    gdx_status status = take_apart(self, &pieces);
    if (status == GDX_OK && pieces.id.bytes && !is_stitched(self, &pieces)) {
        pieces.id = (gdx_slice){"", 0};
        status = take_apart(self, &pieces);
    }
    out->verdict = is_stitched(self, &pieces) ? GDX_VERDICT_STITCHED : GDX_VERDICT_ABSENT;
    if (status == GDX_OK)
        status = show_pieces(self, &pieces, out);
    free(pieces.items);
    return status;
}

// ---- one quotation

static gdx_status judge(struct checking *self, gdx_quotation *out) {
    gdx_slice phrase = {self->text.data + out->begin, out->end - out->begin};
    bool is_exact = false, is_cut = false;
    if (readable_copy(self->out->arena, phrase, phrase.bytes, &out->words, &is_cut) != GDX_OK)
        return gdx_fail_memory(self->err, "a quotation");
    gdx_status status = find(self, phrase, out->words, self->options->id, &out->place, &out->has_place, &is_exact);
    if (status == GDX_OK && out->has_place)
        out->verdict = is_exact ? GDX_VERDICT_EXACT : GDX_VERDICT_FOLDED;
    else if (status == GDX_OK && self->options->id.bytes)
        status = find(self, phrase, out->words, (gdx_slice){"", 0}, &out->place, &out->has_place, &is_exact);
    if (status == GDX_OK && out->has_place && out->verdict == GDX_VERDICT_NONE)
        out->verdict = GDX_VERDICT_OTHER_DOCUMENT;
    return status == GDX_OK && !out->has_place ? judge_pieces(self, out) : status;
}

// Cuts the quotation, and narrows it to what its symbols come from.
static gdx_status cut(struct checking *self, struct quoted *quoted, size_t *out_letters) {
    gdx_slice text = {self->text.data + quoted->begin, quoted->end - quoted->begin};
    size_t first = 0;
    *out_letters = 0;
    for (int again = 0; again < 2; again++) { // spans count from the first symbol
        if (gdx_text_symbols(gdx_snapshot_rule(self->snapshot), text, GDX_TEXT_SPANS, &self->cut) != GDX_OK)
            return gdx_fail_memory(self->err, "a quotation");
        if (self->cut.count == 0 || (first = self->cut.spans[0].begin) == 0)
            break;
        quoted->begin += first;
        text = (gdx_slice){text.data + first, text.bytes - first};
    }
    if (self->cut.count)
        quoted->end = quoted->begin + self->cut.spans[self->cut.count - 1].end;
    for (size_t i = 0; i < self->cut.count; i++)
        *out_letters += gdx_symbol_is_letter(self->cut.symbols[i]);
    return GDX_OK;
}

// As it stands in a query, where each " and each \ has another \ before it.
static size_t bytes_asked(gdx_slice text) {
    size_t bytes = text.bytes;
    for (size_t i = 0; i < text.bytes; i++)
        bytes += text.data[i] == '"' || text.data[i] == '\\';
    return bytes;
}

static gdx_status check_one(struct checking *self, struct quoted quoted) {
    gdx_quotations *out = self->out;
    size_t letters = 0;
    size_t asked = bytes_asked((gdx_slice){self->text.data + quoted.begin, quoted.end - quoted.begin});
    if (asked > GDX_QUOTE_BYTES)
        return gdx_fail_field(self->err, "text", GDX_REASON_OUT_OF_RANGE,
                              "a quotation of %zu bytes at byte %zu, expected at most %d (\" and \\ count twice)",
                              asked, quoted.begin, GDX_QUOTE_BYTES);
    gdx_status status = cut(self, &quoted, &letters);
    if (status != GDX_OK || letters < LETTERS_LEAST) {
        out->passed_over += status == GDX_OK;
        return status;
    }
    gdx_quotation *quotation = &out->quotations[out->quotation_count++];
    quotation->begin = quoted.begin;
    quotation->end = quoted.end;
    quotation->symbols = (uint32_t)self->cut.count;
    status = judge(self, quotation);
    out->counts[quotation->verdict]++;
    return status;
}

// ---- all of them

static gdx_status check_all(struct checking *self, const struct quoted_list *list) {
    gdx_quotations *out = self->out;
    if (list->count > GDX_QUOTES_MOST)
        return gdx_fail_field(self->err, "text", GDX_REASON_OUT_OF_RANGE, "%zu quotations, expected at most %d",
                              list->count, GDX_QUOTES_MOST);
    out->unclosed = list->unclosed;
    out->quotations = gdx_arena_allocate(out->arena, (list->count + 1) * sizeof *out->quotations);
    if (!out->quotations)
        return gdx_fail_memory(self->err, "quotations");
    if (list->count == 0)
        return check_one(self, quoted_trim(self->text, 0, self->text.bytes));
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < list->count && status == GDX_OK; i++)
        status = check_one(self, list->items[i]);
    return status;
}

static gdx_status check_request(const struct checking *self) {
    size_t segment;
    uint32_t document;
    bool has = true;
    gdx_slice id = self->options->id;
    if (self->text.bytes > GDX_QUOTE_TEXT_BYTES)
        return gdx_fail_field(self->err, "text", GDX_REASON_OUT_OF_RANGE, "%zu bytes, expected at most %d",
                              self->text.bytes, GDX_QUOTE_TEXT_BYTES);
    if (!gdx_utf8_valid(self->text))
        return gdx_fail_field(self->err, "text", GDX_REASON_OUT_OF_RANGE,
                              "bytes that are not UTF-8, expected valid UTF-8");
    gdx_status status = GDX_OK;
    if (id.bytes)
        status = gdx_snapshot_find_id(self->snapshot, id, &segment, &document, &has, self->err);
    return status == GDX_OK && !has
               ? gdx_fail(self->err, GDX_NOT_FOUND, "no document has the id \"%.*s\"", GDX_SLICE_ARGUMENTS(id))
               : status;
}

void gdx_quotations_free(gdx_quotations *quotations) {
    if (quotations)
        gdx_arena_free(quotations->arena); // which has all of it
}

static gdx_status check(struct checking *self) {
    struct quoted_list list = {0};
    gdx_error *err = self->err;
    GDX_AUTO(gdx_query) query = NULL;
    gdx_status status = check_request(self);
    if (status == GDX_OK) // a rule that this program does not have is refused as by any query
        status = gdx_query_all(gdx_snapshot_rule(self->snapshot), &query, err);
    if (status == GDX_OK && quoted_find(self->text, &list) != GDX_OK)
        status = gdx_fail_memory(err, "quotations");
    if (status == GDX_OK)
        status = check_all(self, &list);
    quoted_clear(&list);
    return status;
}

gdx_status gdx_quotations_check(gdx_searcher *searcher, gdx_snapshot *snapshot, gdx_slice text,
                                const gdx_quote_options *options, const gdx_stop *stop, gdx_quotations **out,
                                gdx_error *err) {
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_quotations *quotations = arena ? gdx_arena_allocate(arena, sizeof *quotations) : NULL;
    if (!quotations)
        return gdx_fail_memory(err, "quotations");
    struct checking self = {.searcher = searcher,
                            .snapshot = snapshot,
                            .text = text,
                            .options = options,
                            .stop = stop,
                            .out = quotations,
                            .err = err};
    quotations->arena = arena;
    quotations->commit = gdx_snapshot_commit(snapshot);
    gdx_status status = check(&self);
    gdx_symbols_clear(&self.cut);
    gdx_buffer_clear(&self.asked);
    if (status == GDX_OK) {
        *out = quotations;
        arena = NULL; // handed over
    }
    return status;
}
