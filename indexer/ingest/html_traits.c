// SPDX-License-Identifier: Apache-2.0
// html_traits.c: what an element is, by its tag and its attributes alone. Relies on html.h.
// Words of classes and ids are hints of people to their own style sheets, so they only count together with what the
// element holds (html_outline.c). They are compared word by word, cut at signs and at capitals: "siteFooter",
// "bottom_nav" and "nav-2" hold footer, nav and nav.

#include "html.h"

#include <stdlib.h>
#include <strings.h>

// Other tags, and those that this libgumbo does not know, have none.
static const uint32_t tag_traits[GUMBO_TAG_LAST] = {
    [GUMBO_TAG_ADDRESS] = HTML_BLOCK,
    [GUMBO_TAG_BLOCKQUOTE] = HTML_BLOCK,
    [GUMBO_TAG_BODY] = HTML_BLOCK,
    [GUMBO_TAG_CAPTION] = HTML_BLOCK,
    [GUMBO_TAG_CENTER] = HTML_BLOCK,
    [GUMBO_TAG_DD] = HTML_BLOCK,
    [GUMBO_TAG_DETAILS] = HTML_BLOCK,
    [GUMBO_TAG_DIR] = HTML_BLOCK,
    [GUMBO_TAG_DIV] = HTML_BLOCK,
    [GUMBO_TAG_DL] = HTML_BLOCK,
    [GUMBO_TAG_DT] = HTML_BLOCK,
    [GUMBO_TAG_FIELDSET] = HTML_BLOCK,
    [GUMBO_TAG_FIGURE] = HTML_BLOCK,
    [GUMBO_TAG_FORM] = HTML_BLOCK,
    [GUMBO_TAG_H2] = HTML_BLOCK,
    [GUMBO_TAG_H3] = HTML_BLOCK,
    [GUMBO_TAG_H4] = HTML_BLOCK,
    [GUMBO_TAG_H5] = HTML_BLOCK,
    [GUMBO_TAG_H6] = HTML_BLOCK,
    [GUMBO_TAG_HGROUP] = HTML_BLOCK,
    [GUMBO_TAG_HR] = HTML_BLOCK,
    [GUMBO_TAG_LEGEND] = HTML_BLOCK,
    [GUMBO_TAG_OL] = HTML_BLOCK,
    [GUMBO_TAG_P] = HTML_BLOCK,
    [GUMBO_TAG_SECTION] = HTML_BLOCK,
    [GUMBO_TAG_SELECT] = HTML_BLOCK,
    [GUMBO_TAG_SUMMARY] = HTML_BLOCK,
    [GUMBO_TAG_TABLE] = HTML_BLOCK,
    [GUMBO_TAG_TBODY] = HTML_BLOCK,
    [GUMBO_TAG_TFOOT] = HTML_BLOCK,
    [GUMBO_TAG_THEAD] = HTML_BLOCK,
    [GUMBO_TAG_TR] = HTML_BLOCK,
    [GUMBO_TAG_UL] = HTML_BLOCK,
    [GUMBO_TAG_H1] = HTML_BLOCK | HTML_HEADING,
    [GUMBO_TAG_LI] = HTML_BLOCK | HTML_ITEM,
    [GUMBO_TAG_TD] = HTML_CELL,
    [GUMBO_TAG_TH] = HTML_CELL,
    [GUMBO_TAG_OPTION] = HTML_BLOCK | HTML_OPTION,
    [GUMBO_TAG_OPTGROUP] = HTML_BLOCK | HTML_OPTION,
    [GUMBO_TAG_PRE] = HTML_BLOCK | HTML_PREFORMATTED,
    [GUMBO_TAG_TEXTAREA] = HTML_BLOCK | HTML_PREFORMATTED,
    [GUMBO_TAG_LISTING] = HTML_BLOCK | HTML_PREFORMATTED,
    [GUMBO_TAG_XMP] = HTML_BLOCK | HTML_PREFORMATTED,
    [GUMBO_TAG_PLAINTEXT] = HTML_BLOCK | HTML_PREFORMATTED,
    [GUMBO_TAG_BR] = HTML_BREAK,
    [GUMBO_TAG_A] = HTML_LINK,
    [GUMBO_TAG_MAIN] = HTML_BLOCK | HTML_MAIN,
    [GUMBO_TAG_ARTICLE] = HTML_BLOCK | HTML_ARTICLE,
    [GUMBO_TAG_NAV] = HTML_BLOCK | HTML_FURNITURE,
    [GUMBO_TAG_MENU] = HTML_BLOCK | HTML_FURNITURE,
    [GUMBO_TAG_NOSCRIPT] = HTML_FURNITURE,
    [GUMBO_TAG_NOFRAMES] = HTML_FURNITURE,
    [GUMBO_TAG_BUTTON] = HTML_FURNITURE,
    [GUMBO_TAG_AUDIO] = HTML_FURNITURE,
    [GUMBO_TAG_VIDEO] = HTML_FURNITURE,
    [GUMBO_TAG_CANVAS] = HTML_FURNITURE,
    [GUMBO_TAG_HEADER] = HTML_BLOCK | HTML_HEADER,
    [GUMBO_TAG_FOOTER] = HTML_BLOCK | HTML_HEADER,
    [GUMBO_TAG_ASIDE] = HTML_BLOCK | HTML_HEADER,
    [GUMBO_TAG_FIGCAPTION] = HTML_BLOCK | HTML_CAPTION,
    [GUMBO_TAG_SUP] = HTML_RAISED,
    [GUMBO_TAG_SCRIPT] = HTML_SKIPPED,
    [GUMBO_TAG_STYLE] = HTML_SKIPPED,
    [GUMBO_TAG_TEMPLATE] = HTML_SKIPPED,
    [GUMBO_TAG_TITLE] = HTML_SKIPPED,
    [GUMBO_TAG_META] = HTML_SKIPPED,
    [GUMBO_TAG_LINK] = HTML_SKIPPED,
    [GUMBO_TAG_IFRAME] = HTML_SKIPPED,
    [GUMBO_TAG_NOEMBED] = HTML_SKIPPED,
    [GUMBO_TAG_DATALIST] = HTML_SKIPPED,
    [GUMBO_TAG_DESC] = HTML_SKIPPED,
    [GUMBO_TAG_ANNOTATION_XML] = HTML_SKIPPED,
    [GUMBO_TAG_RT] = HTML_SKIPPED,
    [GUMBO_TAG_RP] = HTML_SKIPPED,
    [GUMBO_TAG_RTC] = HTML_SKIPPED,
};

static uint32_t traits_of_tag(GumboTag tag) {
    return (unsigned)tag < GUMBO_TAG_LAST ? tag_traits[tag] : 0;
}

struct word {
    const char *text;
    uint32_t traits;
};

// Words of classes and ids.
static const struct word hints[] = {
    {"nav", HTML_HINT},
    {"navbar", HTML_HINT},
    {"navi", HTML_HINT},
    {"navigation", HTML_HINT},
    {"navbox", HTML_HINT},
    {"navigate", HTML_HINT},
    {"menu", HTML_HINT},
    {"menus", HTML_HINT},
    {"submenu", HTML_HINT},
    {"daohang", HTML_HINT},
    {"breadcrumb", HTML_HINT},
    {"breadcrumbs", HTML_HINT},
    {"crumb", HTML_HINT},
    {"crumbs", HTML_HINT},
    {"mianbaoxie", HTML_HINT},
    {"footer", HTML_HINT},
    {"foot", HTML_HINT},
    {"dibu", HTML_HINT},
    {"copyright", HTML_HINT},
    {"banquan", HTML_HINT},
    {"cookie", HTML_HINT},
    {"cookies", HTML_HINT},
    {"consent", HTML_HINT},
    {"gdpr", HTML_HINT},
    {"pagination", HTML_HINT},
    {"pager", HTML_HINT},
    {"toolbar", HTML_HINT},
    {"topbar", HTML_HINT},
    {"share", HTML_HINT},
    {"sharing", HTML_HINT},
    {"bdshare", HTML_HINT},
    {"bdsharebuttonbox", HTML_HINT},
    {"social", HTML_HINT},
    {"login", HTML_HINT},
    {"signin", HTML_HINT},
    {"search", HTML_HINT},
    {"searchbox", HTML_HINT},
    {"advert", HTML_HINT},
    {"advertisement", HTML_HINT},
    {"ads", HTML_HINT},
    {"ad", HTML_HINT},
    {"guanggao", HTML_HINT},
    {"sponsor", HTML_HINT},
    {"popup", HTML_HINT},
    {"qrcode", HTML_HINT},
    {"erweima", HTML_HINT},
    {"skip", HTML_HINT},
    {"sidebar", HTML_WEAK_HINT},
    {"side", HTML_WEAK_HINT},
    {"aside", HTML_WEAK_HINT},
    {"header", HTML_WEAK_HINT},
    {"head", HTML_WEAK_HINT},
    {"top", HTML_WEAK_HINT},
    {"bottom", HTML_WEAK_HINT},
    {"banner", HTML_WEAK_HINT},
    {"masthead", HTML_WEAK_HINT},
    {"related", HTML_WEAK_HINT},
    {"relate", HTML_WEAK_HINT},
    {"xiangguan", HTML_WEAK_HINT},
    {"recommend", HTML_WEAK_HINT},
    {"recommended", HTML_WEAK_HINT},
    {"recommendation", HTML_WEAK_HINT},
    {"tuijian", HTML_WEAK_HINT},
    {"hot", HTML_WEAK_HINT},
    {"rank", HTML_WEAK_HINT},
    {"ranking", HTML_WEAK_HINT},
    {"popular", HTML_WEAK_HINT},
    {"tags", HTML_WEAK_HINT},
    {"links", HTML_WEAK_HINT},
    {"friendlink", HTML_WEAK_HINT},
    {"subscribe", HTML_WEAK_HINT},
    {"newsletter", HTML_WEAK_HINT},
    {"promo", HTML_WEAK_HINT},
    {"widget", HTML_WEAK_HINT},
    {"prev", HTML_WEAK_HINT},
    {"next", HTML_WEAK_HINT},
    {"comments", HTML_COMMENTS},
    {"commentlist", HTML_COMMENTS},
    {"disqus", HTML_COMMENTS},
    {"pinglun", HTML_COMMENTS},
    {"article", HTML_CONTENT_HINT},
    {"artibody", HTML_CONTENT_HINT},
    {"content", HTML_CONTENT_HINT},
    {"main", HTML_CONTENT_HINT},
    {"body", HTML_CONTENT_HINT},
    {"post", HTML_CONTENT_HINT},
    {"entry", HTML_CONTENT_HINT},
    {"story", HTML_CONTENT_HINT},
    {"zoom", HTML_CONTENT_HINT},
    {"neirong", HTML_CONTENT_HINT},
    {"zhengwen", HTML_CONTENT_HINT},
    {"footnote", HTML_NOTE},
    {"endnote", HTML_NOTE},
    {"footnotes", HTML_NOTES},
    {"endnotes", HTML_NOTES},
    {"reflist", HTML_NOTES},
    {"noteref", HTML_NOTE_MARK},
    {"fnref", HTML_NOTE_MARK},
    {"figcaption", HTML_CAPTION},
};

// Whole values: of a class, role or type, cut at white space.
static const struct word values[] = {
    {"navigation", HTML_FURNITURE},
    {"banner", HTML_HEADER},
    {"contentinfo", HTML_FURNITURE},
    {"complementary", HTML_HEADER},
    {"search", HTML_FURNITURE},
    {"menu", HTML_FURNITURE},
    {"menubar", HTML_FURNITURE},
    {"toolbar", HTML_FURNITURE},
    {"tablist", HTML_FURNITURE},
    {"dialog", HTML_FURNITURE},
    {"alertdialog", HTML_FURNITURE},
    {"doc-toc", HTML_FURNITURE},
    {"main", HTML_MAIN},
    {"article", HTML_ARTICLE},
    {"doc-footnote", HTML_NOTE},
    {"doc-endnote", HTML_NOTE},
    {"doc-endnotes", HTML_NOTES},
    {"doc-noteref", HTML_NOTE_MARK},
    {"footnote", HTML_NOTE},
    {"endnote", HTML_NOTE},
    {"rearnote", HTML_NOTE},
    {"note", HTML_NOTE},
    {"footnotes", HTML_NOTES},
    {"endnotes", HTML_NOTES},
    {"rearnotes", HTML_NOTES},
    {"noteref", HTML_NOTE_MARK},
};

static const struct word classes[] = {
    {"msofootnotetext", HTML_NOTE},           {"msoendnotetext", HTML_NOTE},
    {"msofootnotereference", HTML_NOTE_MARK}, {"msoendnotereference", HTML_NOTE_MARK},
    {"wp-caption-text", HTML_CAPTION},        {"footnote-ref", HTML_NOTE_MARK},
    {"footnoteref", HTML_NOTE_MARK},          {"note-ref", HTML_NOTE_MARK},
};

static uint32_t look_up(const struct word *table, size_t count, gdx_slice word) {
    for (size_t i = 0; i < count; i++)
        if (strlen(table[i].text) == word.bytes && strncasecmp(table[i].text, word.data, word.bytes) == 0)
            return table[i].traits;
    return 0;
}
#define LOOK_UP(table, word) look_up(table, sizeof(table) / sizeof *(table), word)

static bool is_letter(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_capital(char c) {
    return c >= 'A' && c <= 'Z';
}

// "bottomNav_2 x" -> bottom, Nav, x.
static bool take_word(const char **at, gdx_slice *out) {
    const char *from = *at;
    while (*from && !is_letter(*from))
        from++;
    const char *end = from;
    while (is_letter(*end) && !(end > from && is_capital(*end) && !is_capital(end[-1])))
        end++;
    *at = end;
    *out = (gdx_slice){from, (size_t)(end - from)};
    return end > from;
}

static bool take_value(const char **at, gdx_slice *out) {
    *at += strspn(*at, " \t\r\n\f");
    *out = (gdx_slice){*at, strcspn(*at, " \t\r\n\f")};
    *at += out->bytes;
    return out->bytes > 0;
}

static uint32_t traits_of_words(const char *at) {
    uint32_t traits = 0;
    for (gdx_slice word; take_word(&at, &word);)
        traits |= LOOK_UP(hints, word);
    return traits;
}

// "pubtime", "post-date", "publish_time"; not "update".
static bool names_date(const char *at) {
    bool has_date = false, has_publishing = false;
    for (gdx_slice word; take_word(&at, &word);) {
        static const char *const whole[] = {"pubtime",     "pubdate",     "publishtime",
                                            "publishdate", "releasetime", "fabushijian"};
        static const char *const first[] = {"pub",    "publish", "published", "publication", "release", "post",
                                            "posted", "article", "entry",     "news",        "info"};
        for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
            if (gdx_slice_equal(word, gdx_slice_of(whole[i])))
                return true;
        for (size_t i = 0; i < sizeof first / sizeof *first; i++)
            has_publishing |= strlen(first[i]) == word.bytes && strncasecmp(first[i], word.data, word.bytes) == 0;
        has_date |=
            word.bytes == 4 && (strncasecmp(word.data, "date", 4) == 0 || strncasecmp(word.data, "time", 4) == 0);
    }
    return has_date && has_publishing;
}

static uint32_t traits_of_values(const char *at) {
    uint32_t traits = 0;
    for (gdx_slice value; take_value(&at, &value);)
        traits |= LOOK_UP(values, value);
    return traits;
}

static uint32_t traits_of_class(const char *at) {
    uint32_t traits = traits_of_words(at) | (names_date(at) ? HTML_DATE : 0);
    for (gdx_slice value; take_value(&at, &value);)
        traits |= LOOK_UP(classes, value);
    return traits;
}

// Word's and wikis' notes have ids like ftn1, edn2, fn:3, cite_note-4.
static uint32_t traits_of_id(const char *id) {
    static const char *const starts[] = {"ftn", "edn", "fn", "footnote", "endnote", "cite_note"};
    uint32_t traits = traits_of_words(id) | (names_date(id) ? HTML_DATE : 0);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t bytes = strlen(starts[i]);
        if (strncasecmp(id, starts[i], bytes) != 0)
            continue;
        const char *rest = id + bytes + strspn(id + bytes, "-_:");
        if (*rest >= '0' && *rest <= '9')
            traits |= HTML_NOTE;
    }
    return traits;
}

// A declaration of a style, whatever its white space and letters.
static bool has_style(const char *style, const char *property, const char *value) {
    for (const char *at = style; (at = strcasestr(at, property)) != NULL; at++) {
        const char *after = at + strlen(property);
        after += strspn(after, " \t");
        if (*after != ':')
            continue;
        after += 1 + strspn(after + 1, " \t");
        if (strncasecmp(after, value, strlen(value)) == 0 && (at == style || strchr("; \t", at[-1])))
            return true;
    }
    return false;
}

static uint32_t traits_of_attribute(const GumboAttribute *attribute) {
    const char *name = attribute->name, *value = attribute->value;
    if (strcmp(name, "class") == 0)
        return traits_of_class(value);
    if (strcmp(name, "id") == 0)
        return traits_of_id(value);
    if (strcmp(name, "role") == 0 || strcmp(name, "epub:type") == 0)
        return traits_of_values(value);
    if (strcmp(name, "hidden") == 0)
        return strcasecmp(value, "until-found") == 0 ? 0 : HTML_HIDDEN;
    if (strcmp(name, "style") == 0)
        return has_style(value, "display", "none") || has_style(value, "visibility", "hidden") ? HTML_HIDDEN : 0;
    if (strcmp(name, "itemprop") == 0)
        return strcasecmp(value, "articleBody") == 0 ? HTML_MAIN : 0;
    if (strcmp(name, "href") == 0)
        return value[0] == '#' && value[1] ? HTML_INNER_LINK : 0;
    return 0;
}

const char *html_attribute(const GumboElement *element, const char *name) {
    const GumboAttribute *found = gumbo_get_attribute(&element->attributes, name);
    return found ? found->value : NULL;
}

uint32_t html_traits_of(const GumboElement *element) {
    uint32_t traits = traits_of_tag(element->tag);
    if (traits & HTML_SKIPPED)
        return traits;
    for (unsigned i = 0; i < element->attributes.length; i++)
        traits |= traits_of_attribute(element->attributes.data[i]);
    if (traits & HTML_NOTE_MARK)
        traits &= ~(uint32_t)(HTML_NOTE | HTML_NOTES);
    if (element->tag == GUMBO_TAG_BODY || element->tag == GUMBO_TAG_HTML)
        traits &= HTML_BLOCK;
    return traits;
}
