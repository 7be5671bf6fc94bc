// SPDX-License-Identifier: Apache-2.0
// furniture.c: what a document prints on its pages besides its text: running heads and feet, page numbers, stamps; and
// the size of its body. Relies on pages.h and characters.h.
//
// A head or foot is in the outer tenth of a page, with nothing further out, and stands on three pages or more, digits
// apart; of four pages at most two will do, where both have it at one place. Chapters change heads: where three pages
// have one, a line of that height and size is one, too. A stamp stands at one place on most pages, wherever that is.

#include "characters.h"
#include "pages.h"

#include "gdx/bytes.h"
#include "gdx/sort.h"

enum { PAGES_LEAST = 3, PAGES_FEW = 4, SPOTS = 64, MASKED_BYTES = 256, SIZES = 1024 };

struct seen {
    uint64_t key;
    uint32_t line;
};

struct spot { // of a line that repeats
    int32_t top, size;
    uint32_t pages;
};

// The text without blanks, each number as 0. Longer ones are no heads.
static size_t mask(gdx_slice text, uint8_t to[MASKED_BYTES]) {
    size_t bytes = 0;
    bool in_number = false;
    while (text.bytes && bytes + GDX_UTF8_BYTES < MASKED_BYTES) {
        size_t taken;
        uint32_t c = gdx_utf8_decode_valid((const uint8_t *)text.data, &taken);
        text = (gdx_slice){text.data + taken, text.bytes - taken};
        if (gdx_is_white(c))
            continue;
        bool is_digit = layout_is_digit(c);
        if (!is_digit)
            bytes += gdx_utf8_encode(to + bytes, c);
        else if (!in_number)
            to[bytes++] = '0';
        in_number = is_digit;
    }
    return text.bytes ? 0 : bytes;
}

// -1: in the top tenth, 1: in the bottom one.
static int zone_of(const gdx_layout *layout, const struct line *line) {
    int32_t height = layout->pages[line->page].height, middle = line->top + (line->bottom - line->top) / 2;
    if (line->frame != FRAME_ACROSS)
        return 0;
    return 10 * (int64_t)middle < height ? -1 : 10 * (int64_t)middle > 9 * (int64_t)height ? 1 : 0;
}

static bool key_before(void *context, const void *a, const void *b) {
    (void)context;
    const struct seen *one = a, *other = b;
    return one->key != other->key ? one->key < other->key : one->line < other->line;
}
static const gdx_ordering by_key = {sizeof(struct seen), key_before};

static uint32_t pages_of(const gdx_layout *layout, const struct seen *seen, size_t count, bool same_spot) {
    uint32_t pages = 0, before = NONE;
    const struct line *first = &layout->lines[seen[0].line];
    for (size_t i = 0; i < count; i++) {
        const struct line *line = &layout->lines[seen[i].line];
        int32_t x = line->left - first->left, y = line->top - first->top;
        if (line->page == before || (same_spot && (x < -4 || x > 4 || y < -4 || y > 4)))
            continue;
        before = line->page;
        pages++;
    }
    return pages;
}

// Sorted by key, all lines in a zone or, with `stamps`, all lines.
static struct seen *collect(gdx_layout *layout, bool stamps, size_t *out_count) {
    struct seen *seen = layout_room(layout, 0, 2 * layout->line_count, sizeof *seen);
    size_t count = 0;
    for (uint32_t i = 0; seen && i < layout->line_count; i++) {
        int zone = zone_of(layout, &layout->lines[i]);
        uint8_t masked[MASKED_BYTES];
        size_t bytes = zone || stamps ? mask(layout_line_text(layout, &layout->lines[i]), masked) : 0;
        if (bytes)
            seen[count++] = (struct seen){gdx_checksum(masked, bytes) + (stamps ? 0 : (uint64_t)(int64_t)zone), i};
    }
    *out_count = count;
    return seen ? gdx_sort(&by_key, NULL, seen, seen + count, count) : NULL;
}

static void mark_repeated(gdx_layout *layout, bool stamps) {
    size_t count;
    struct seen *seen = collect(layout, stamps, &count);
    for (size_t begin = 0, end; seen && begin < count; begin = end) {
        for (end = begin; end < count && seen[end].key == seen[begin].key;)
            end++;
        bool few = layout->page_count <= PAGES_FEW && !stamps;
        uint32_t least = few ? 2 : PAGES_LEAST;
        uint32_t pages = end - begin >= least ? pages_of(layout, seen + begin, end - begin, stamps || few) : 0;
        bool enough = pages >= least && (!stamps || 5 * (uint64_t)pages > 3 * (uint64_t)layout->page_count);
        for (size_t i = begin; enough && i < end; i++)
            layout->lines[seen[i].line].is_furniture = true;
    }
}

// ---- from the edge of a page inwards

static bool is_at_spot(const struct spot *spots, size_t count, const struct line *line) {
    for (size_t i = 0; i < count; i++)
        if (line->top - spots[i].top <= 2 && spots[i].top - line->top <= 2 && line->size == spots[i].size)
            return spots[i].pages >= PAGES_LEAST;
    return false;
}

static void note_spot(struct spot *spots, size_t *count, const struct line *line) {
    for (size_t i = 0; i < *count; i++)
        if (line->top - spots[i].top <= 2 && spots[i].top - line->top <= 2 && line->size == spots[i].size) {
            spots[i].pages++;
            return;
        }
    if (*count < SPOTS)
        spots[(*count)++] = (struct spot){line->top, line->size, 1};
}

static bool stands_free(const gdx_layout *layout, uint32_t begin, uint32_t at, uint32_t end) {
    const struct line *lines = layout->lines, *line = &lines[at];
    return (at == begin || line->left - lines[at - 1].right >= 3 * line->size) &&
           (at + 1 == end || lines[at + 1].left - line->right >= 3 * line->size);
}

// Where text begins or ends a page its first step inwards is like the next one; a head has more white space than that.
static bool is_parted(const gdx_layout *layout, const struct page *page, uint32_t begin, uint32_t end, int zone) {
    const struct line *lines = layout->lines, *row = &lines[begin];
    uint32_t stop = page->first_line + page->line_count;
    int32_t heights[2];
    for (int i = 0; i < 2; i++) {
        if (zone < 0 ? end >= stop : begin <= page->first_line)
            return true;
        uint32_t next = zone < 0 ? end : begin - 1;
        heights[i] = lines[next].bottom;
        begin = end = next;
        while (begin > page->first_line && lines[begin - 1].row == lines[next].row)
            begin--;
        while (end < stop && lines[end].row == lines[next].row)
            end++;
    }
    int32_t first = heights[0] - row->bottom, second = heights[1] - heights[0];
    return 4 * (first < 0 ? -first : first) > 5 * (second < 0 ? -second : second);
}

// Whether the row of lines [begin, end) is a head or a foot. The same text on other pages says so, or a page number
// that stands free; height and size alone only where white space parts the row from the text.
static bool is_furniture_row(const gdx_layout *layout, const struct page *page, uint32_t begin, uint32_t end, int zone,
                             const struct spot *spots, size_t spot_count) {
    uint32_t others = 0, marked = 0;
    bool parted = is_parted(layout, page, begin, end, zone);
    for (uint32_t i = begin; i < end; i++) {
        const struct line *line = &layout->lines[i];
        bool is_number = layout_is_page_number(layout_line_text(layout, line)) && stands_free(layout, begin, i, end);
        bool is_one = line->is_furniture || is_number || (parted && is_at_spot(spots, spot_count, line));
        marked += is_one;
        others += is_one ? 0 : line->characters;
    }
    return marked > 0 && others <= 40;
}

// Walks rows from an edge inwards while they are furniture; what is marked in the zone further in is text after all.
static void walk_edge(gdx_layout *layout, const struct page *page, int zone, const struct spot *spots,
                      size_t spot_count) {
    uint32_t end_of_page = page->first_line + page->line_count;
    bool outermost = true;
    for (uint32_t i = zone < 0 ? page->first_line : end_of_page; zone < 0 ? i < end_of_page : i > page->first_line;) {
        uint32_t begin = zone < 0 ? i : i - 1, end = begin + 1;
        while (begin > page->first_line && layout->lines[begin - 1].row == layout->lines[begin].row)
            begin--;
        while (end < end_of_page && layout->lines[end].row == layout->lines[begin].row)
            end++;
        i = zone < 0 ? end : begin;
        if (layout->lines[begin].frame != FRAME_ACROSS)
            continue;
        if (zone_of(layout, &layout->lines[begin]) != zone)
            return;
        outermost = outermost && is_furniture_row(layout, page, begin, end, zone, spots, spot_count);
        for (uint32_t k = begin; k < end; k++)
            layout->lines[k].is_furniture = outermost;
    }
}

// "（转下页）" says where a note goes on.
static void mark_signposts(gdx_layout *layout) {
    static const char *const words[] = {"转下页", "接上页", "轉下頁", "接上頁", "下转第", "上接第", "转第", "接第"};
    for (size_t i = 0; i < layout->line_count; i++) {
        gdx_slice text = layout_line_text(layout, &layout->lines[i]);
        for (size_t k = 0; k < sizeof words / sizeof *words && layout->lines[i].characters <= 9; k++)
            layout->lines[i].is_furniture |= memmem(text.data, text.bytes, words[k], strlen(words[k])) != NULL;
    }
}

void layout_find_furniture(gdx_layout *layout) {
    struct spot spots[SPOTS];
    size_t spot_count = 0;
    mark_repeated(layout, false);
    for (size_t i = 0; i < layout->line_count; i++)
        if (layout->lines[i].is_furniture)
            note_spot(spots, &spot_count, &layout->lines[i]);
    for (size_t i = 0; i < layout->page_count; i++) {
        walk_edge(layout, &layout->pages[i], -1, spots, spot_count);
        walk_edge(layout, &layout->pages[i], 1, spots, spot_count);
    }
    mark_repeated(layout, true);
    mark_signposts(layout);
}

// The size of most characters of lines of `least` or more, 0: such lines hold less than a third of all.
static int32_t most_frequent_size(const gdx_layout *layout, uint32_t least) {
    uint64_t counts[SIZES] = {0}, most = 0, counted = 0, all = 0;
    int32_t found = 0;
    for (size_t i = 0; i < layout->line_count; i++) {
        const struct line *line = &layout->lines[i];
        if (line->is_furniture)
            continue;
        all += line->characters;
        if (line->characters < least)
            continue;
        counts[line->size < 0 ? 0 : layout_least(line->size, SIZES - 1)] += line->characters;
        counted += line->characters;
    }
    for (int32_t size = 0; size < SIZES && 3 * counted >= all; size++)
        if (counts[size] > most) {
            most = counts[size];
            found = size;
        }
    return found;
}

// By long lines, for cells of tables and labels have short ones; where columns are narrow, by shorter ones.
void layout_find_body_size(gdx_layout *layout) {
    static const uint32_t leasts[] = {15, 8, 1};
    layout->body_size = 0;
    for (size_t i = 0; i < sizeof leasts / sizeof *leasts && layout->body_size == 0; i++)
        layout->body_size = most_frequent_size(layout, leasts[i]);
}
