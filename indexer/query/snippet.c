// SPDX-License-Identifier: Apache-2.0
// snippet.c: keyword in context. Occurrences are symbols of a part; the stretch around them is cut into symbols again,
// whose spans are bytes of the original. So marks cover the original text, not its folded form.

#include "snippet.h"

#include "characters.h"

// ---- excerpts

// Byte ranges of the occurrences within view->text that reach into [from, to), joined where they overlap.
static size_t find_ranges(const query_view *view, uint32_t from, uint32_t to, const query_occurrence *occurrences,
                          size_t count, gdx_span *ranges) {
    size_t range_count = 0;
    for (size_t i = 0; i < count && occurrences[i].begin < to; i++) {
        if (occurrences[i].end <= from)
            continue;
        uint32_t first = occurrences[i].begin > from ? occurrences[i].begin : from;
        uint32_t last = (occurrences[i].end < to ? occurrences[i].end : to) - 1;
        gdx_span range = {view->symbols->spans[first - view->first].begin,
                          view->symbols->spans[last - view->first].end};
        gdx_span *before = range_count ? &ranges[range_count - 1] : NULL;
        if (before && range.begin < before->end)
            before->end = range.end > before->end ? range.end : before->end;
        else
            ranges[range_count++] = range;
    }
    return range_count;
}

// Copies bytes [begin, end) with blanks made single; `marks` get the ranges' places in the copy. Returns the bytes
// written, at most end - begin.
static size_t copy_readable(gdx_slice text, size_t begin, size_t end, const gdx_span *ranges, size_t range_count,
                            char *to, gdx_mark *marks) {
    size_t written = 0, opened = 0, closed = 0;
    bool is_blank_due = false;
    for (size_t at = begin; at < end;) {
        uint32_t code = 0;
        size_t bytes = query_decode(text.data + at, text.data + end, &code);
        bool is_blank = bytes && query_is_blank(code);
        bytes += bytes == 0; // stored text is UTF-8; what is not, by damage, is shown as it is
        if (is_blank) {
            is_blank_due = true;
            at += bytes;
            continue;
        }
        if (is_blank_due && written)
            to[written++] = ' ';
        is_blank_due = false;
        for (; opened < range_count && ranges[opened].begin <= at; opened++)
            marks[opened].begin = (uint32_t)written;
        memcpy(to + written, text.data + at, bytes);
        written += bytes;
        at += bytes;
        for (; closed < opened && ranges[closed].end <= at; closed++)
            marks[closed].end = (uint32_t)written;
    }
    for (; opened < range_count; opened++)
        marks[opened].begin = (uint32_t)written;
    for (; closed < range_count; closed++)
        marks[closed].end = (uint32_t)written;
    return written;
}

gdx_status query_excerpt_make(query_document *document, const query_stretch *stretch, gdx_arena *arena,
                              query_excerpt *out, gdx_error *err) {
    uint32_t from = stretch->from, to = stretch->to;
    query_view view;
    gdx_status status = query_document_view(document, stretch->part, from, to, stretch->ahead, &view, err);
    if (status != GDX_OK)
        return status;
    size_t reaching = 0; // occurrences ascend by their start
    while (reaching < stretch->count && stretch->occurrences[reaching].begin < to)
        reaching++;
    size_t begin = view.symbols->spans[from - view.first].begin, end = view.symbols->spans[to - 1 - view.first].end;
    gdx_span *ranges = gdx_arena_allocate(arena, reaching * sizeof *ranges);
    gdx_mark *marks = gdx_arena_allocate(arena, reaching * sizeof *marks);
    char *text = gdx_arena_allocate(arena, end - begin + 1);
    if (!ranges || !marks || !text)
        return gdx_fail_memory(err, "an excerpt");
    size_t mark_count = find_ranges(&view, from, to, stretch->occurrences, reaching, ranges);
    size_t bytes = copy_readable(view.text, begin, end, ranges, mark_count, text, marks);
    uint64_t byte = view.first_byte + (mark_count ? ranges[0].begin : begin);
    *out = (query_excerpt){{text, bytes}, byte, marks, mark_count};
    return GDX_OK;
}

// ---- occurrences

gdx_status query_occurrence_show(query_document *document, const query_occurrence *at, uint32_t context, uint32_t ahead,
                                 gdx_arena *arena, gdx_occurrence *out, gdx_error *err) {
    uint32_t length = query_document_length(document, at->part);
    uint32_t from = at->begin > context ? at->begin - context : 0;
    uint32_t to = length - at->end > context ? at->end + context : length;
    query_excerpt excerpt;
    query_view view;
    query_stretch stretch = {at->part, from, to, ahead, at, 1};
    gdx_status status = query_excerpt_make(document, &stretch, arena, &excerpt, err);
    if (status == GDX_OK)
        status = query_document_view(document, at->part, from, to, 0, &view, err);
    if (status != GDX_OK)
        return status;
    const gdx_document *head = query_document_head(document);
    gdx_mark mark = excerpt.marks[0];
    gdx_match match = {.begin = view.first_byte + view.symbols->spans[at->begin - view.first].begin,
                       .end = view.first_byte + view.symbols->spans[at->end - 1 - view.first].end};
    match.field = query_document_field(document, at->part, &match.part);
    match.place = query_document_place(document, at->part, match.begin);
    *out = (gdx_occurrence){.id = head->id,
                            .title = head->title,
                            .source = head->source,
                            .date = head->date,
                            .match = match,
                            .position = at->begin,
                            .bridged = at->is_bridged,
                            .before = {excerpt.text.data, mark.begin},
                            .matched = {excerpt.text.data + mark.begin, mark.end - mark.begin},
                            .after = {excerpt.text.data + mark.end, excerpt.text.bytes - mark.end}};
    return GDX_OK;
}

// ---- hits

// The place of a byte, in the arena; `before` itself when it is the same.
static gdx_status copy_place(query_document *document, uint32_t part, uint64_t byte, gdx_slice before, gdx_arena *arena,
                             gdx_slice *out, gdx_error *err) {
    gdx_slice place = query_document_place(document, part, byte);
    *out = before;
    if (gdx_slice_equal(place, before) || gdx_arena_copy(arena, place, out) == GDX_OK)
        return GDX_OK;
    return gdx_fail_memory(err, "an answer");
}

// The first occurrence that is not in the title, else the title's; `count` when there is none.
static size_t choose(const query_occurrence *occurrences, size_t count) {
    size_t chosen = 0;
    while (chosen < count && occurrences[chosen].part == QUERY_TITLE_PART)
        chosen++;
    return chosen < count || count == 0 ? chosen : 0;
}

static gdx_status show_snippet(query_document *document, const query_occurrence *occurrences, size_t count,
                               uint32_t context, gdx_arena *arena, gdx_hit *hit, gdx_error *err) {
    size_t chosen = choose(occurrences, count);
    uint32_t part = chosen < count ? occurrences[chosen].part : QUERY_TEXT_PART;
    hit->snippet_field = query_document_field(document, part, &hit->snippet_part);
    uint32_t length = query_document_length(document, part);
    uint32_t begin = chosen < count ? occurrences[chosen].begin : 0;
    uint32_t end = chosen < count ? occurrences[chosen].end : 0;
    uint32_t after = chosen < count ? context : context > UINT32_MAX / 2 ? UINT32_MAX : context * 2;
    uint32_t from = begin > context ? begin - context : 0;
    uint32_t to = end < length && length - end > after ? end + after : length;
    hit->snippet = hit->snippet_place = (gdx_slice){"", 0};
    hit->snippet_begins = from == 0;
    hit->snippet_ends = to == length;
    if (from >= to)
        return GDX_OK;
    size_t first = 0, last = count; // of this part
    while (first < last && occurrences[first].part != part)
        first++;
    while (last > first && occurrences[last - 1].part != part)
        last--;
    query_excerpt excerpt;
    query_stretch stretch = {part, from, to, 0, occurrences + first, last - first};
    gdx_status status = query_excerpt_make(document, &stretch, arena, &excerpt, err);
    if (status != GDX_OK)
        return status;
    hit->snippet = excerpt.text;
    hit->marks = excerpt.marks;
    hit->mark_count = excerpt.mark_count;
    return copy_place(document, part, excerpt.byte, hit->snippet_place, arena, &hit->snippet_place, err);
}

// Distinct ranges of bytes, as many as are asked for.
static gdx_status show_matches(query_document *document, const query_occurrence *occurrences, size_t count,
                               uint32_t limit, gdx_arena *arena, gdx_hit *hit, gdx_error *err) {
    enum { AHEAD = 512 }; // symbols read at once when the next is within so many
    gdx_slice place = {"", 0};
    size_t room = count < limit ? count : limit;
    hit->matches = gdx_arena_allocate(arena, room * sizeof *hit->matches);
    if (!hit->matches)
        return gdx_fail_memory(err, "an answer");
    for (size_t i = 0; i < count && hit->match_count < room; i++) {
        const query_occurrence *at = &occurrences[i];
        query_view view;
        bool is_near = i + 1 < count && at[1].part == at->part && at[1].begin - at->begin <= AHEAD;
        gdx_status status =
            query_document_view(document, at->part, at->begin, at->end, is_near ? AHEAD : 0, &view, err);
        if (status != GDX_OK)
            return status;
        gdx_match match = {.begin = view.first_byte + view.symbols->spans[at->begin - view.first].begin,
                           .end = view.first_byte + view.symbols->spans[at->end - 1 - view.first].end};
        match.field = query_document_field(document, at->part, &match.part);
        status = copy_place(document, at->part, match.begin, place, arena, &place, err);
        if (status != GDX_OK)
            return status;
        match.place = place;
        const gdx_match *before = hit->match_count ? &hit->matches[hit->match_count - 1] : NULL;
        if (!before || before->field != match.field || before->part != match.part || before->begin != match.begin ||
            before->end != match.end)
            hit->matches[hit->match_count++] = match;
    }
    return GDX_OK;
}

gdx_status query_hit_show(query_document *document, const query_occurrence *occurrences, size_t count,
                          const gdx_search_options *options, gdx_arena *arena, gdx_hit *hit, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (options->snippet_symbols)
        status = show_snippet(document, occurrences, count, options->snippet_symbols, arena, hit, err);
    if (status == GDX_OK && options->match_limit)
        status = show_matches(document, occurrences, count, options->match_limit, arena, hit, err);
    return status;
}
