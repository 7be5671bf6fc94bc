// SPDX-License-Identifier: Apache-2.0
// html.c: the text a reader would see of an HTML page, its title and its date.
// Relies on page.h and libxml2's HTML parser, used through its SAX callbacks: no tree is built, so neither a huge page
// costs memory nor a deep one the stack. Whether a character is inside <script> or <pre> follows from the depth at
// which that element was opened, which stays right however the tags are nested. <head> needs no rule: what it holds has
// its own, and a page may leave its tags out. Blanks between words are one space, blocks are set apart by a newline.
// Nothing is loaded from elsewhere: SAX has no DTD, no external entity, no network.

#include "page.h"

#include <libxml/HTMLparser.h>
#include <libxml/xmlerror.h>
#include <limits.h>
#include <stdlib.h>
#include <strings.h>

enum element {
    ELEMENT_BLOCK = 1, // begins and ends a line
    ELEMENT_BREAK = 2, // <br>
    ELEMENT_CELL = 4,  // apart from its neighbours by a space
    ELEMENT_SKIPPED = 8,
    ELEMENT_TITLE = 16,
    ELEMENT_PREFORMATTED = 32,
    ELEMENT_HEADING = 64, // <h1>
    ELEMENT_META = 128,
    ELEMENT_TIME = 256,
    ELEMENT_PICTURE = 512, // <svg>, whose <title> is not the page's
};

// Sorted by name, for bsearch.
static const struct element_name {
    const char *name;
    int element;
} elements[] = {
    {"address", ELEMENT_BLOCK},
    {"article", ELEMENT_BLOCK},
    {"aside", ELEMENT_BLOCK},
    {"blockquote", ELEMENT_BLOCK},
    {"body", ELEMENT_BLOCK},
    {"br", ELEMENT_BREAK},
    {"caption", ELEMENT_BLOCK},
    {"center", ELEMENT_BLOCK},
    {"dd", ELEMENT_BLOCK},
    {"details", ELEMENT_BLOCK},
    {"dialog", ELEMENT_BLOCK},
    {"dir", ELEMENT_BLOCK},
    {"div", ELEMENT_BLOCK},
    {"dl", ELEMENT_BLOCK},
    {"dt", ELEMENT_BLOCK},
    {"fieldset", ELEMENT_BLOCK},
    {"figcaption", ELEMENT_BLOCK},
    {"figure", ELEMENT_BLOCK},
    {"footer", ELEMENT_BLOCK},
    {"form", ELEMENT_BLOCK},
    {"h1", ELEMENT_BLOCK | ELEMENT_HEADING},
    {"h2", ELEMENT_BLOCK},
    {"h3", ELEMENT_BLOCK},
    {"h4", ELEMENT_BLOCK},
    {"h5", ELEMENT_BLOCK},
    {"h6", ELEMENT_BLOCK},
    {"header", ELEMENT_BLOCK},
    {"hgroup", ELEMENT_BLOCK},
    {"hr", ELEMENT_BLOCK},
    {"legend", ELEMENT_BLOCK},
    {"li", ELEMENT_BLOCK},
    {"main", ELEMENT_BLOCK},
    {"menu", ELEMENT_BLOCK},
    {"meta", ELEMENT_META},
    {"nav", ELEMENT_BLOCK},
    {"noframes", ELEMENT_SKIPPED},
    {"noscript", ELEMENT_SKIPPED},
    {"ol", ELEMENT_BLOCK},
    {"optgroup", ELEMENT_BLOCK},
    {"option", ELEMENT_BLOCK},
    {"p", ELEMENT_BLOCK},
    {"pre", ELEMENT_BLOCK | ELEMENT_PREFORMATTED},
    {"script", ELEMENT_SKIPPED},
    {"search", ELEMENT_BLOCK},
    {"section", ELEMENT_BLOCK},
    {"select", ELEMENT_BLOCK},
    {"style", ELEMENT_SKIPPED},
    {"summary", ELEMENT_BLOCK},
    {"svg", ELEMENT_PICTURE},
    {"table", ELEMENT_BLOCK},
    {"tbody", ELEMENT_BLOCK},
    {"td", ELEMENT_CELL},
    {"template", ELEMENT_SKIPPED},
    {"textarea", ELEMENT_BLOCK | ELEMENT_PREFORMATTED},
    {"tfoot", ELEMENT_BLOCK},
    {"th", ELEMENT_CELL},
    {"thead", ELEMENT_BLOCK},
    {"time", ELEMENT_TIME},
    {"title", ELEMENT_SKIPPED | ELEMENT_TITLE},
    {"tr", ELEMENT_BLOCK},
    {"ul", ELEMENT_BLOCK},
};

// Where a date may be said, the best first. "pubdate" is what the rules for Chinese government sites prescribe.
static const char *const date_names[] = {
    "article:published_time", "date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.issued", "pubdate",
};
enum { DATE_NAMES = sizeof date_names / sizeof date_names[0], DATE_OF_TIME = DATE_NAMES, DATE_PLACES };

enum pending { PENDING_NOTHING, PENDING_SPACE, PENDING_NEWLINE };

struct flow { // text being written with its blanks collapsed
    gdx_buffer *out;
    enum pending pending; // to be written before the next character, if anything is before it
};

struct html {
    htmlParserCtxtPtr parser;
    size_t limit;
    struct flow text;
    struct flow title;
    gdx_buffer social_title; // og:title
    int skipped_at;          // depth of the element we are in, counted from 1; 0: in none
    int title_at;
    int preformatted_at;
    int heading_at;
    int picture_at;
    size_t heading_from, heading_to; // the first <h1> with text in it, in the text
    gdx_date dates[DATE_PLACES];
    gdx_status status;
    bool too_deep;
};

static int compare_name(const void *name, const void *entry) {
    return strcmp(name, ((const struct element_name *)entry)->name);
}

static int element_of(const xmlChar *name) {
    const struct element_name *found =
        bsearch(name, elements, sizeof elements / sizeof elements[0], sizeof elements[0], compare_name);
    return found ? found->element : 0;
}

static void stop(struct html *html, gdx_status status) {
    if (html->status == GDX_OK)
        html->status = status;
    xmlStopParser(html->parser);
}

static void append(struct html *html, gdx_buffer *out, const char *at, size_t bytes) {
    if (html->status != GDX_OK)
        return;
    if (out->bytes + bytes > html->limit)
        stop(html, GDX_TOO_LARGE);
    else if (gdx_buffer_append(out, at, bytes) != GDX_OK)
        stop(html, GDX_NO_MEMORY);
}

static void set_apart(struct flow *flow, enum pending by) {
    if (flow->pending < by)
        flow->pending = by;
}

static void flush_pending(struct html *html, struct flow *flow) {
    if (flow->pending != PENDING_NOTHING && flow->out->bytes > 0)
        append(html, flow->out, flow->pending == PENDING_SPACE ? " " : "\n", 1);
    flow->pending = PENDING_NOTHING;
}

// The white space that HTML collapses; the ideographic and the no-break space are characters.
static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

static void put_collapsed(struct html *html, struct flow *flow, const char *at, const char *end) {
    while (at < end) {
        const char *from = at;
        while (at < end && is_blank(*at))
            at++;
        if (at > from)
            set_apart(flow, PENDING_SPACE);
        from = at;
        while (at < end && !is_blank(*at))
            at++;
        if (at > from) {
            flush_pending(html, flow);
            append(html, flow->out, from, (size_t)(at - from));
        }
    }
}

static void on_characters(void *context, const xmlChar *text, int bytes) {
    struct html *html = context;
    const char *at = (const char *)text;
    if (html->title_at)
        put_collapsed(html, &html->title, at, at + bytes);
    else if (html->skipped_at)
        return;
    else if (html->preformatted_at) {
        flush_pending(html, &html->text);
        append(html, html->text.out, at, (size_t)bytes);
    } else
        put_collapsed(html, &html->text, at, at + bytes);
}

static const char *attribute(const xmlChar **attributes, const char *name) {
    for (; attributes && attributes[0]; attributes += 2)
        if (strcmp((const char *)attributes[0], name) == 0)
            return (const char *)attributes[1]; // NULL for one without a value
    return NULL;
}

// A page's own idea of a date may be anything; what is no date is passed over, not refused.
static void note_date(struct html *html, size_t place, const char *said) {
    gdx_date date;
    if (html->dates[place] == GDX_NO_DATE && gdx_date_parse(gdx_trim(gdx_slice_of(said)), &date, NULL) == GDX_OK)
        html->dates[place] = date;
}

static void note_meta(struct html *html, const xmlChar **attributes) {
    const char *content = attribute(attributes, "content");
    const char *name = attribute(attributes, "property");
    if (!name)
        name = attribute(attributes, "name");
    if (!name || !content)
        return;
    if (strcasecmp(name, "og:title") == 0 && html->social_title.bytes == 0) {
        struct flow flow = {.out = &html->social_title};
        put_collapsed(html, &flow, content, content + strlen(content));
    }
    for (size_t place = 0; place < DATE_NAMES; place++)
        if (strcasecmp(name, date_names[place]) == 0)
            note_date(html, place, content);
}

static void enter(int *at, int depth) {
    if (*at == 0)
        *at = depth;
}

static void on_start(void *context, const xmlChar *name, const xmlChar **attributes) {
    struct html *html = context;
    int element = element_of(name), depth = html->parser->nameNr;
    if (depth > HTML_DEPTH) {
        html->too_deep = true;
        stop(html, GDX_INVALID);
        return;
    }
    if (element & (ELEMENT_BLOCK | ELEMENT_BREAK) && !html->skipped_at)
        set_apart(&html->text, PENDING_NEWLINE);
    if (element & ELEMENT_CELL && !html->skipped_at)
        set_apart(&html->text, PENDING_SPACE);
    if (element & ELEMENT_TITLE && html->title.out->bytes == 0 && !html->picture_at)
        enter(&html->title_at, depth);
    if (element & ELEMENT_SKIPPED)
        enter(&html->skipped_at, depth);
    if (element & ELEMENT_PREFORMATTED)
        enter(&html->preformatted_at, depth);
    if (element & ELEMENT_PICTURE)
        enter(&html->picture_at, depth);
    if (element & ELEMENT_HEADING && !html->skipped_at && html->heading_to == 0 && html->heading_at == 0) {
        html->heading_at = depth;
        html->heading_from = html->text.out->bytes;
    }
    if (element & ELEMENT_META)
        note_meta(html, attributes);
    const char *moment = element & ELEMENT_TIME ? attribute(attributes, "datetime") : NULL;
    if (moment)
        note_date(html, DATE_OF_TIME, moment);
}

static void leave(int *at, int depth) {
    if (*at >= depth)
        *at = 0;
}

static void on_end(void *context, const xmlChar *name) {
    struct html *html = context;
    int element = element_of(name), depth = html->parser->nameNr;
    leave(&html->title_at, depth);
    leave(&html->skipped_at, depth);
    leave(&html->preformatted_at, depth);
    leave(&html->picture_at, depth);
    if (html->heading_at >= depth && html->heading_at) {
        html->heading_at = 0;
        if (html->text.out->bytes > html->heading_from)
            html->heading_to = html->text.out->bytes;
    }
    if (html->skipped_at)
        return;
    if (element & ELEMENT_BLOCK)
        set_apart(&html->text, PENDING_NEWLINE);
    if (element & ELEMENT_CELL)
        set_apart(&html->text, PENDING_SPACE);
}

static void on_cdata(void *context, const xmlChar *text, int bytes) {
    (void)context, (void)text, (void)bytes; // script and style
}

static void say_nothing(void *context, const char *format, ...) {
    (void)context, (void)format; // libraries return, programs speak
}

// Parses; the callbacks fill *html.
static gdx_status parse(struct html *html, gdx_slice page, gdx_error *err) {
    html->parser = htmlNewParserCtxt();
    if (!html->parser)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for an HTML parser");
    htmlSAXHandler *sax = html->parser->sax;
    memset(sax, 0, sizeof *sax);
    sax->startElement = on_start;
    sax->endElement = on_end;
    sax->characters = on_characters;
    sax->ignorableWhitespace = on_characters;
    sax->cdataBlock = on_cdata;
    html->parser->userData = html;
    int options = HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                  HTML_PARSE_IGNORE_ENC | HTML_PARSE_NODEFDTD;
    htmlDocPtr none = htmlCtxtReadMemory(html->parser, page.data, (int)page.bytes, NULL, "UTF-8", options);
    if (none) // no callback of ours builds one
        xmlFreeDoc(none);
    gdx_status status = html->status;
    if (html->too_deep)
        gdx_fail(err, status, "elements nested deeper than %d, expected at most that", HTML_DEPTH);
    else if (status == GDX_TOO_LARGE)
        gdx_fail(err, status, "more than %zu bytes of text, expected at most that", html->limit);
    else if (html->parser->errNo == XML_ERR_NO_MEMORY || !html->parser->input) // without input it did not even begin
        status = GDX_NO_MEMORY;
    else if (status == GDX_OK && html->parser->disableSAX)
        status = gdx_fail(err, GDX_CORRUPT, "HTML that libxml2 gives up on, error %d", html->parser->errNo);
    htmlFreeParserCtxt(html->parser);
    html->parser = NULL;
    if (status == GDX_NO_MEMORY)
        gdx_fail(err, status, "no memory for an HTML page of %zu bytes", page.bytes);
    return status;
}

// libxml2 takes U+0000 for the end of the page; browsers leave it out.
static gdx_status without_zeros(page_reader *reader, gdx_slice *page) {
    if (!memchr(page->data, 0, page->bytes))
        return GDX_OK;
    gdx_buffer *out = &reader->unzeroed;
    out->bytes = 0;
    gdx_status status = gdx_buffer_reserve(out, page->bytes);
    for (size_t i = 0; status == GDX_OK && i < page->bytes; i++)
        if (page->data[i])
            out->data[out->bytes++] = (uint8_t)page->data[i];
    if (status == GDX_OK)
        *page = gdx_buffer_slice(out);
    return status;
}

static gdx_slice choose_title(page_reader *reader, struct html *html) {
    gdx_slice text = gdx_buffer_slice(&reader->text);
    gdx_slice title = gdx_trim(gdx_buffer_slice(&reader->title));
    if (title.bytes == 0) {
        gdx_buffer kept = reader->title; // the one of the two buffers that lives on
        reader->title = html->social_title;
        html->social_title = kept;
        title = gdx_trim(gdx_buffer_slice(&reader->title));
    }
    if (title.bytes == 0 && html->heading_to > html->heading_from)
        title = gdx_trim((gdx_slice){text.data + html->heading_from, html->heading_to - html->heading_from});
    return title.bytes ? ingest_cut_title(title) : ingest_first_line(text);
}

static void fill_draft(page_reader *reader, struct html *html, gdx_draft *draft) {
    gdx_draft_title(draft, choose_title(reader, html), false);
    gdx_draft_text(draft, gdx_buffer_slice(&reader->text));
    for (size_t place = DATE_PLACES; place-- > 0;)
        if (html->dates[place] != GDX_NO_DATE)
            gdx_draft_date(draft, html->dates[place], place < DATE_NAMES ? "meta" : "time");
}

gdx_status ingest_html(page_reader *reader, gdx_slice decoded, gdx_draft *draft, gdx_error *err) {
    if (decoded.bytes > INT_MAX / 2)
        return gdx_fail(err, GDX_TOO_LARGE, "an HTML page of %zu bytes, expected at most %d", decoded.bytes,
                        INT_MAX / 2);
    gdx_status status = without_zeros(reader, &decoded);
    if (status != GDX_OK)
        return gdx_fail(err, status, "no memory for an HTML page of %zu bytes", decoded.bytes);
    reader->text.bytes = 0;
    reader->title.bytes = 0;
    struct html html = {.limit = reader->document_limit, .text.out = &reader->text, .title.out = &reader->title};
    xmlGenericErrorFunc said_by = xmlGenericError; // this thread's
    void *said_to = xmlGenericErrorContext;
    xmlSetGenericErrorFunc(NULL, say_nothing);
    status = parse(&html, decoded, err);
    xmlSetGenericErrorFunc(said_to, said_by);
    if (status == GDX_OK)
        fill_draft(reader, &html, draft);
    gdx_buffer_clear(&html.social_title);
    return status;
}
