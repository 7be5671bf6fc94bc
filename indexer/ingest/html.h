// SPDX-License-Identifier: Apache-2.0
// html.h: what the files of the HTML reader share. Relies on page.h and gumbo.
// A page goes through them in this order: html_prepare.c mends what would make the parser slow, html_tree.c parses,
// html_traits.c says of each element what it is, html_outline.c counts what each holds and tells main text from
// furniture, html_facts.c finds titles and dates, html_text.c writes the draft. html.c is the way through them.
#ifndef INGEST_HTML_H
#define INGEST_HTML_H

#include "page.h"

#include <gumbo.h>

// ---- html_prepare.c

// The page with at most HTML_DEPTH elements within each other that are not closed by the next of their kind, and, if it
// is XHTML, without <a/>. The tags of deeper ones are left out, their text stays. *page may then lie in `out`.
gdx_status html_prepare(gdx_slice *page, gdx_buffer *out) GDX_MUST_CHECK;

// ---- html_tree.c

typedef struct html_tree html_tree;
html_tree *html_tree_new(void); // NULL: no memory
void html_tree_free(html_tree *tree);
// The root element, the tree's until html_tree_clear; the slice must stay as long. GDX_NO_MEMORY; GDX_TOO_LARGE: over
// `limit` bytes of memory or half a minute of computing.
gdx_status html_tree_parse(html_tree *tree, gdx_slice page, size_t limit, const GumboNode **out_root,
                           gdx_error *err) GDX_MUST_CHECK;
void html_tree_clear(html_tree *tree);

// ---- html_traits.c

enum html_trait {
    HTML_BLOCK = 1 << 0, // begins and ends a line
    HTML_BREAK = 1 << 1, // <br>
    HTML_CELL = 1 << 2,
    HTML_ITEM = 1 << 3,   // of a list
    HTML_OPTION = 1 << 4, // of a choice
    HTML_SKIPPED = 1 << 5,
    HTML_PREFORMATTED = 1 << 6,
    HTML_HEADING = 1 << 7, // <h1>
    HTML_LINK = 1 << 8,
    HTML_MAIN = 1 << 9,         // <main>, itemprop=articleBody
    HTML_ARTICLE = 1 << 10,     // <article>
    HTML_FURNITURE = 1 << 11,   // <nav>, role=navigation: what is never main text, unless it is all there is
    HTML_HIDDEN = 1 << 12,      // display:none
    HTML_HINT = 1 << 13,        // a class or id like "footer" or "share"
    HTML_WEAK_HINT = 1 << 14,   // one like "sidebar" or "related": furniture where links say so too
    HTML_COMMENTS = 1 << 15,    // what readers wrote
    HTML_NOTE = 1 << 16,        // a note
    HTML_NOTES = 1 << 17,       // a list of them
    HTML_CAPTION = 1 << 18,     // <figcaption>
    HTML_NOTE_MARK = 1 << 19,   // a link to a note, by its class or type
    HTML_RAISED = 1 << 20,      // <sup>
    HTML_HEADER = 1 << 21,      // <header>, <footer>, <aside>: furniture of a page, text of an article
    HTML_DATE = 1 << 22,        // a class like "pubtime"
    HTML_INNER_LINK = 1 << 23,  // to a place of the same page
    HTML_CONTENT_HINT = 1 << 24 // a class or id like "article" or "content"
};

uint32_t html_traits_of(const GumboElement *element);
// The value of an attribute, NULL when there is none.
const char *html_attribute(const GumboElement *element, const char *name);

// ---- html_outline.c

// An element, in the order in which their start tags stand.
typedef struct html_entry {
    const GumboNode *node;
    uint32_t traits;
    uint32_t end;         // the entry after the last one within it
    uint32_t symbols;     // characters that are not white space, of all that is not skipped
    uint32_t linked;      // of these in links
    uint32_t links;       // how many
    uint32_t punctuation; // commas and full stops outside of links
    bool has_heading;
    bool in_article;
} html_entry;

typedef struct html_outline {
    html_entry *entries;
    size_t count, capacity;
    size_t main;     // the entry that holds the main text; `count`: not known
    bool is_lenient; // lists of links stay text
} html_outline;

// Fills the outline from a tree. GDX_NO_MEMORY.
gdx_status html_outline_make(html_outline *outline, const GumboNode *root) GDX_MUST_CHECK;
// The field that an entry begins where the main text surrounds it: GDX_FIELD_TEXT when it is more of that.
gdx_field html_outline_field(const html_outline *outline, size_t entry);

// ---- html_facts.c, html_scripts.c

enum { HTML_FACT_BYTES = 1024, HTML_NEAR_BYTES = 2048 };

// Where a date is said, the best first.
enum html_date_rank {
    HTML_DATE_META, // and as many as there are names
    HTML_DATE_LINKED_DATA = 100,
    HTML_DATE_ITEM,
    HTML_DATE_PUBLISHED_TIME,
    HTML_DATE_SCRIPT,
    HTML_DATE_CLASS,
    HTML_DATE_TIME,
    HTML_DATE_LINE
};

// What a page says of itself. Texts have their white space collapsed, and HTML_FACT_BYTES at most.
typedef struct html_facts {
    gdx_buffer page_title;   // <title>
    gdx_buffer given_title;  // ArticleTitle, citation_title
    gdx_buffer social_title; // og:title
    gdx_buffer headline;     // of JSON-LD
    gdx_buffer heading;      // the first <h1> of the text
    gdx_buffer site;         // og:site_name
    gdx_buffer dated;        // text of an element whose class names a date
    gdx_date date;
    unsigned date_rank;
    const char *date_from;
    gdx_status status;
} html_facts;

void html_facts_begin(html_facts *facts);
void html_facts_clear(html_facts *facts);
// Of two dates the better counts; one that is of no page, as 0001-01-01, is passed over.
void html_facts_offer_date(html_facts *facts, gdx_date date, unsigned rank, const char *from);
// What the tag of an element says: <title>, <meta>, <script>, <time>, itemprop.
void html_facts_note(html_facts *facts, const GumboNode *node, bool is_beside);
// Replaces a text by another, trimmed, its white space collapsed.
void html_facts_keep(html_facts *facts, gdx_buffer *out, gdx_slice text);
// The text of an element whose class names a date; the lines under the heading.
void html_facts_note_dated(html_facts *facts);
void html_facts_note_lines(html_facts *facts, gdx_slice lines);
// The title among those that the page gives; empty when it gives none.
gdx_slice html_facts_title(const html_facts *facts);

// JSON-LD, and what scripts of WeChat and others say.
void html_facts_note_script(html_facts *facts, const GumboElement *element);

// ---- html_text.c, html_marks.c

typedef struct html_flow { // text as it is written: what comes before its next character
    uint8_t pending;       // nothing, a space, a line end
    uint8_t mark;          // of a border that begins there
    uint8_t left;          // of one that ended
    bool has_text;         // in this part
} html_flow;

typedef struct html_frame { // an element that is being walked through
    const GumboNode *node;
    uint32_t next_child;
    uint32_t entry;
    gdx_field field;
    bool has_part;  // to be ended with it
    bool is_list;   // of notes, each of which is a part
    bool is_raised; // digits become raised ones
    bool is_preformatted;
    html_flow outer; // around its part
} html_frame;

typedef struct html_reader { // one worker's own
    gdx_buffer prepared;
    html_tree *tree;
    html_outline outline;
    html_facts facts;
    html_frame *frames;
    size_t frame_capacity;
    gdx_buffer near; // lines under the heading
    gdx_buffer line; // the one at hand
} html_reader;

// Writes what the outline has into the draft, and what the text tells into the facts. GDX_NO_MEMORY.
gdx_status html_text_write(html_reader *html, gdx_draft *draft) GDX_MUST_CHECK;

// A raised mark of a note, or a link to one: [1], ①, *.
bool html_is_note_mark(const html_entry *entry);
// <sup> with digits alone: 5m<sup>2</sup>.
bool html_is_raised_number(const html_entry *entry);

#endif
