// SPDX-License-Identifier: Apache-2.0
// html_outline.c: what each element of a page holds, and what is main text.
// Relies on html.h. The tree is walked with a stack of our own. First each element is counted: characters, of these in
// links, punctuation. Then elements are furniture by three kinds of evidence: what their tag or role says (<nav>), what
// their class or id hints at ("footer"), and that they are lists of links. Where it is uncertain, text stays text: an
// element that holds most of what is no link is never furniture, and if hardly any text were left, lists of links stay.

#include "html.h"

#include "gdx/white.h"

#include <stdlib.h>

struct frame {
    const GumboNode *node;
    uint32_t next_child;
    uint32_t entry;
    bool in_link, in_article, is_skipped;
};

struct walk {
    html_outline *outline;
    struct frame *frames;
    size_t depth, capacity;
    gdx_status status;
};

static const GumboVector *children_of(const GumboNode *node) {
    static const GumboVector none = {0};
    bool has = node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE;
    return has ? &node->v.element.children : &none;
}

static bool is_punctuation(uint32_t c) {
    return c == 0xff0c || c == 0x3002 || c == 0x3001 || c == 0xff1b || c == 0xff01 || c == 0xff1f || c == ',' ||
           c == '.' || c == ';' || c == '!' || c == '?';
}

static void count_text(html_entry *entry, const char *text, bool is_linked) {
    uint32_t symbols = 0, punctuation = 0;
    size_t bytes;
    for (const uint8_t *at = (const uint8_t *)text; *at; at += bytes) {
        uint32_t c = gdx_utf8_decode_valid(at, &bytes);
        symbols += !gdx_is_white(c);
        punctuation += is_punctuation(c);
    }
    entry->symbols += symbols;
    if (is_linked)
        entry->linked += symbols;
    else
        entry->punctuation += punctuation;
}

static void push(struct walk *walk, const GumboNode *node) {
    html_outline *outline = walk->outline;
    walk->status = gdx_grow(&walk->frames, &walk->capacity, walk->depth + 1, sizeof *walk->frames);
    if (walk->status == GDX_OK)
        walk->status = gdx_grow(&outline->entries, &outline->capacity, outline->count + 1, sizeof *outline->entries);
    if (walk->status != GDX_OK)
        return;
    struct frame outer = walk->depth ? walk->frames[walk->depth - 1] : (struct frame){0};
    uint32_t traits = html_traits_of(&node->v.element);
    walk->frames[walk->depth++] = (struct frame){.node = node,
                                                 .entry = (uint32_t)outline->count,
                                                 .in_link = outer.in_link || traits & HTML_LINK,
                                                 .in_article = outer.in_article || traits & (HTML_ARTICLE | HTML_MAIN),
                                                 .is_skipped = outer.is_skipped || traits & HTML_SKIPPED};
    outline->entries[outline->count++] = (html_entry){.node = node,
                                                      .traits = traits,
                                                      .links = !!(traits & HTML_LINK),
                                                      .has_heading = !!(traits & HTML_HEADING),
                                                      .in_article = outer.in_article};
}

static void pop(struct walk *walk) {
    html_outline *outline = walk->outline;
    html_entry *entry = &outline->entries[walk->frames[--walk->depth].entry];
    entry->end = (uint32_t)outline->count;
    if (walk->depth == 0)
        return;
    html_entry *outer = &outline->entries[walk->frames[walk->depth - 1].entry];
    outer->symbols += entry->symbols;
    outer->linked += entry->linked;
    outer->links += entry->links;
    outer->punctuation += entry->punctuation;
    outer->has_heading |= entry->has_heading;
}

static void step(struct walk *walk) {
    struct frame *frame = &walk->frames[walk->depth - 1];
    const GumboVector *children = children_of(frame->node);
    if (frame->next_child == children->length) {
        pop(walk);
        return;
    }
    const GumboNode *child = children->data[frame->next_child++];
    if (child->type == GUMBO_NODE_ELEMENT || child->type == GUMBO_NODE_TEMPLATE)
        push(walk, child);
    else if ((child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_CDATA) && !frame->is_skipped)
        count_text(&walk->outline->entries[frame->entry], child->v.text.text, frame->in_link);
}

static uint32_t plain(const html_entry *entry) {
    return entry->symbols - entry->linked;
}

static bool holds(const html_outline *outline, const html_entry *entry, size_t within) {
    return within < outline->count && (size_t)(entry - outline->entries) <= within && within < entry->end;
}

// The first <main>, else the only <article> that is not within another, if a fair part of the text is in it.
static void find_main(html_outline *outline) {
    size_t best = outline->count, articles = 0;
    uint32_t all = outline->count ? plain(&outline->entries[0]) : 0;
    for (size_t i = 0; i < outline->count; i++) {
        const html_entry *entry = &outline->entries[i];
        bool is_main = entry->traits & HTML_MAIN, is_article = entry->traits & HTML_ARTICLE && !entry->in_article;
        if ((!is_main && !is_article) || plain(entry) < all / 10 * 3)
            continue;
        articles += is_article;
        bool is_first_main = is_main && (best == outline->count || !(outline->entries[best].traits & HTML_MAIN));
        if (is_first_main || best == outline->count)
            best = i;
    }
    bool is_sure = best < outline->count && (outline->entries[best].traits & HTML_MAIN || articles == 1);
    outline->main = is_sure ? best : outline->count;
}

// ---- furniture

// Whether it has too much of the page to be beside the text.
static bool is_too_much(const html_outline *outline, const html_entry *entry, unsigned percent) {
    uint64_t all = plain(&outline->entries[0]), own = plain(entry);
    return holds(outline, entry, outline->main) || (own > 40 && own * 100 > all * percent);
}

static bool is_mostly_links(const html_entry *entry, unsigned percent) {
    return entry->links && (uint64_t)entry->linked * 100 >= (uint64_t)entry->symbols * percent;
}

// Sentences: a comma or a full stop for each sixty characters that are no link.
static bool has_sentences(const html_entry *entry) {
    return entry->punctuation > 1 && (uint64_t)entry->punctuation * 60 >= plain(entry);
}

static bool is_list_of_links(const html_entry *entry) {
    return entry->traits & (HTML_BLOCK | HTML_CELL) && entry->links >= 3 && is_mostly_links(entry, 70) &&
           entry->linked / entry->links <= 40;
}

// <header>, <footer>, <aside>.
static bool is_header_furniture(const html_entry *entry) {
    if (entry->in_article)
        return is_mostly_links(entry, 50);
    return !(entry->has_heading && plain(entry)) || is_mostly_links(entry, 50);
}

static bool is_hinted(const html_outline *outline, const html_entry *entry) {
    uint32_t traits = entry->traits;
    bool is_content = traits & HTML_CONTENT_HINT;
    if (traits & HTML_COMMENTS && !is_too_much(outline, entry, 50))
        return true;
    if (traits & HTML_HINT && !is_content && !entry->has_heading)
        return !has_sentences(entry) || is_mostly_links(entry, 30) || plain(entry) < 150;
    if (traits & (HTML_HINT | HTML_WEAK_HINT))
        return is_mostly_links(entry, 30) && !(entry->has_heading && !is_mostly_links(entry, 60));
    return false;
}

static bool is_outside_main(const html_outline *outline, const html_entry *entry) {
    if (outline->main == outline->count || entry->has_heading)
        return false;
    size_t at = (size_t)(entry - outline->entries);
    bool is_within = at >= outline->main && at < outline->entries[outline->main].end;
    return !is_within && entry->traits & (HTML_BLOCK | HTML_CELL) && is_mostly_links(entry, 30);
}

static bool is_furniture(const html_outline *outline, const html_entry *entry) {
    uint32_t traits = entry->traits;
    if (entry->symbols == 0)
        return false;
    if (traits & (HTML_FURNITURE | HTML_HIDDEN))
        return !is_too_much(outline, entry, 50);
    if (traits & HTML_HEADER && is_header_furniture(entry))
        return !is_too_much(outline, entry, 50);
    if (is_hinted(outline, entry))
        return !is_too_much(outline, entry, traits & HTML_HINT ? 50 : 30);
    if (outline->is_lenient)
        return false;
    if (is_list_of_links(entry) || is_outside_main(outline, entry))
        return !is_too_much(outline, entry, 30) && !entry->has_heading;
    return false;
}

gdx_field html_outline_field(const html_outline *outline, size_t index) {
    const html_entry *entry = &outline->entries[index];
    if (entry->traits & (HTML_NOTE | HTML_NOTES) && !is_too_much(outline, entry, 60))
        return GDX_FIELD_NOTE;
    if (is_furniture(outline, entry))
        return GDX_FIELD_FURNITURE;
    if (entry->traits & HTML_CAPTION && entry->symbols && !is_too_much(outline, entry, 50))
        return GDX_FIELD_CAPTION;
    return GDX_FIELD_TEXT;
}

// What would be left of the text.
static uint64_t symbols_of_text(const html_outline *outline) {
    uint64_t symbols = outline->count ? outline->entries[0].symbols : 0;
    for (size_t i = 0; i < outline->count;) {
        const html_entry *entry = &outline->entries[i];
        bool is_text = html_outline_field(outline, i) == GDX_FIELD_TEXT;
        if (!is_text)
            symbols -= entry->symbols;
        i = is_text ? i + 1 : entry->end;
    }
    return symbols;
}

gdx_status html_outline_make(html_outline *outline, const GumboNode *root) {
    struct walk walk = {.outline = outline};
    outline->count = 0;
    outline->is_lenient = false;
    outline->main = 0;
    push(&walk, root);
    while (walk.status == GDX_OK && walk.depth)
        step(&walk);
    free(walk.frames);
    if (walk.status != GDX_OK)
        return walk.status;
    find_main(outline);
    uint64_t left = symbols_of_text(outline), all = outline->entries[0].symbols;
    outline->is_lenient = left < 100 && left * 10 < all;
    return GDX_OK;
}
