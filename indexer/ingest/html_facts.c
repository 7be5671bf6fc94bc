// SPDX-License-Identifier: Apache-2.0
// html_facts.c: what a page says of itself: titles and dates. Relies on html.h.
// The title is the one that a page gives to machines; else <title>, cut where the page itself shows that the rest of it
// is no title: its heading or og:title begins it, or og:site_name ends it. Without such evidence nothing is cut: a |
// may belong to a title, and other pages of the site are not at hand. The date is the best of a table of places. A
// page's own idea of a date may be anything; what is no date is passed over, not refused.

#include "html.h"

#include <strings.h>

// Names of <meta> that say when a page was published, the best first. Maketime and lastmodified are no such day.
static const struct date_name {
    const char *name, *from;
} date_names[] = {
#define DATE_NAME(name)                                                                                                \
    { name, "meta " name }
    DATE_NAME("article:published_time"),
    DATE_NAME("og:article:published_time"),
    DATE_NAME("og:published_time"),
    DATE_NAME("article:published"),
    DATE_NAME("bytedance:published_time"),
    DATE_NAME("citation_publication_date"),
    DATE_NAME("citation_online_date"),
    DATE_NAME("citation_date"),
    DATE_NAME("prism.publicationdate"),
    DATE_NAME("publishdate"),
    DATE_NAME("publish_date"),
    DATE_NAME("publish-date"),
    DATE_NAME("publishtime"),
    DATE_NAME("publish_time"),
    DATE_NAME("publish-time"),
    DATE_NAME("publicationdate"),
    DATE_NAME("publication_date"),
    DATE_NAME("published"),
    DATE_NAME("publisheddate"),
    DATE_NAME("published_date"),
    DATE_NAME("published_time"),
    DATE_NAME("published_at"),
    DATE_NAME("datepublished"),
    DATE_NAME("firstpublishedtime"),
    DATE_NAME("pubdate"),
    DATE_NAME("pub_date"),
    DATE_NAME("pubtime"),
    DATE_NAME("_pubtime"),
    DATE_NAME("_pubdate"),
    DATE_NAME("apub:time"),
    DATE_NAME("og:release_date"),
    DATE_NAME("og:pubdate"),
    DATE_NAME("og:time"),
    DATE_NAME("releasedate"),
    DATE_NAME("release_date"),
    DATE_NAME("weibo: article:create_at"),
    DATE_NAME("weibo:article:create_at"),
    DATE_NAME("article:create_at"),
    DATE_NAME("article:created"),
    DATE_NAME("rnews:datepublished"),
    DATE_NAME("parsely-pub-date"),
    DATE_NAME("sailthru.date"),
    DATE_NAME("dcterms.issued"),
    DATE_NAME("dc.date.issued"),
    DATE_NAME("dcterms.date"),
    DATE_NAME("dc.date"),
    DATE_NAME("dcterms.created"),
    DATE_NAME("dc.date.created"),
    DATE_NAME("date"),
    DATE_NAME("createdate"),
    DATE_NAME("create_time"),
    DATE_NAME("created"),
#undef DATE_NAME
};
_Static_assert(sizeof date_names / sizeof *date_names <= HTML_DATE_LINKED_DATA, "ranks of <meta> come first");

void html_facts_begin(html_facts *facts) {
    facts->page_title.bytes = facts->given_title.bytes = facts->social_title.bytes = facts->headline.bytes = 0;
    facts->heading.bytes = facts->site.bytes = facts->dated.bytes = 0;
    facts->date = GDX_NO_DATE;
    facts->date_rank = 0;
    facts->date_from = "";
    facts->status = GDX_OK;
}

void html_facts_clear(html_facts *facts) {
    gdx_buffer_clear(&facts->page_title);
    gdx_buffer_clear(&facts->given_title);
    gdx_buffer_clear(&facts->social_title);
    gdx_buffer_clear(&facts->headline);
    gdx_buffer_clear(&facts->heading);
    gdx_buffer_clear(&facts->site);
    gdx_buffer_clear(&facts->dated);
}

static bool is_white(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

void html_facts_keep(html_facts *facts, gdx_buffer *out, gdx_slice text) {
    text = gdx_trim(text);
    out->bytes = 0;
    for (size_t at = 0; facts->status == GDX_OK && at < text.bytes && out->bytes < HTML_FACT_BYTES;) {
        size_t from = at;
        while (at < text.bytes && !is_white(text.data[at]))
            at++;
        gdx_slice word = gdx_utf8_cut((gdx_slice){text.data + from, at - from}, HTML_FACT_BYTES - out->bytes);
        facts->status = gdx_buffer_append(out, word.data, word.bytes);
        while (at < text.bytes && is_white(text.data[at]))
            at++;
        if (facts->status == GDX_OK && at < text.bytes)
            facts->status = gdx_buffer_append(out, " ", 1);
    }
}

static void keep_first(html_facts *facts, gdx_buffer *out, const char *text) {
    if (out->bytes == 0)
        html_facts_keep(facts, out, gdx_slice_of(text));
}

// ---- dates

// 0001-01-01 is what programs write for none, and 1970-01-01 for zero.
static bool is_likely(gdx_date date) {
    unsigned year = gdx_date_year(date);
    return year >= 1900 && year < 2100 && date != gdx_date_of(1970, 1, 1) && date != gdx_date_of(1900, 1, 1);
}

static bool covers(gdx_date coarse, gdx_date fine) {
    return gdx_date_first_day(coarse) <= gdx_date_first_day(fine) &&
           gdx_date_last_day(fine) <= gdx_date_last_day(coarse);
}

void html_facts_offer_date(html_facts *facts, gdx_date date, unsigned rank, const char *from) {
    if (!is_likely(date))
        return;
    bool is_finer = facts->date && date != facts->date && covers(facts->date, date);
    bool is_better = rank < facts->date_rank && !(date != facts->date && covers(date, facts->date));
    if (facts->date && !is_finer && !is_better)
        return;
    facts->date = date;
    facts->date_rank = rank;
    facts->date_from = from;
}

static void offer_text(html_facts *facts, const char *text, unsigned rank, const char *from) {
    gdx_date date;
    if (text && (gdx_date_parse(gdx_slice_of(text), &date, NULL) == GDX_OK || // or within "发布时间：2023-05-06"
                 gdx_date_find(gdx_utf8_cut(gdx_slice_of(text), HTML_FACT_BYTES), NULL, &date)))
        html_facts_offer_date(facts, date, rank, from);
}

static void note_meta_name(html_facts *facts, const char *name, const char *content) {
    if (strcasecmp(name, "ArticleTitle") == 0 || strcasecmp(name, "citation_title") == 0)
        keep_first(facts, &facts->given_title, content);
    else if (strcasecmp(name, "og:title") == 0 || strcasecmp(name, "twitter:title") == 0)
        keep_first(facts, &facts->social_title, content);
    else if (strcasecmp(name, "og:site_name") == 0 || strcasecmp(name, "SiteName") == 0 ||
             strcasecmp(name, "application-name") == 0)
        keep_first(facts, &facts->site, content);
    for (unsigned i = 0; i < sizeof date_names / sizeof *date_names; i++)
        if (strcasecmp(name, date_names[i].name) == 0)
            offer_text(facts, content, i, date_names[i].from);
}

static void note_meta(html_facts *facts, const GumboElement *element) {
    const char *content = html_attribute(element, "content"), *property = html_attribute(element, "property"),
               *name = html_attribute(element, "name");
    if (content && property)
        note_meta_name(facts, property, content);
    if (content && name)
        note_meta_name(facts, name, content);
}

static void note_title(html_facts *facts, const GumboElement *element) {
    const GumboNode *child = element->children.length ? element->children.data[0] : NULL;
    if (child && element->tag_namespace == GUMBO_NAMESPACE_HTML &&
        (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE))
        keep_first(facts, &facts->page_title, child->v.text.text);
}

static void note_time(html_facts *facts, const GumboElement *element, bool is_beside) {
    const char *moment = html_attribute(element, "datetime"), *class = html_attribute(element, "class");
    bool is_published = html_attribute(element, "pubdate") || (class && strcasestr(class, "publish"));
    if (!moment || (class && (strcasestr(class, "updated") || strcasestr(class, "modified")) && !is_published))
        return;
    if (is_published)
        offer_text(facts, moment, HTML_DATE_PUBLISHED_TIME, "time");
    else if (!is_beside)
        offer_text(facts, moment, HTML_DATE_TIME, "time");
}

// <meta itemprop>, <time itemprop datetime>, <span itemprop content>.
static bool note_item(html_facts *facts, const GumboElement *element) {
    const char *item = html_attribute(element, "itemprop");
    if (!item)
        return false;
    const char *content = html_attribute(element, "content");
    if (strcasecmp(item, "datePublished") == 0)
        offer_text(facts, content ? content : html_attribute(element, "datetime"), HTML_DATE_ITEM,
                   "itemprop datePublished");
    if (strcasecmp(item, "headline") == 0 && content)
        keep_first(facts, &facts->headline, content);
    return strcasecmp(item, "dateModified") == 0;
}

void html_facts_note(html_facts *facts, const GumboNode *node, bool is_beside) {
    const GumboElement *element = &node->v.element;
    bool is_other_date = element->attributes.length && note_item(facts, element);
    switch (element->tag) {
    case GUMBO_TAG_TITLE:
        note_title(facts, element);
        break;
    case GUMBO_TAG_META:
        note_meta(facts, element);
        break;
    case GUMBO_TAG_TIME:
        if (!is_other_date)
            note_time(facts, element, is_beside);
        break;
    case GUMBO_TAG_SCRIPT:
        html_facts_note_script(facts, element);
        break;
    default:
        break;
    }
}

static bool holds(gdx_slice text, const char *word) {
    return text.bytes && memmem(text.data, text.bytes, word, strlen(word));
}

static bool holds_any(gdx_slice text, const char *const *words) {
    for (; *words; words++)
        if (holds(text, *words))
            return true;
    return false;
}

// 更新时间 is another day, unless the day of publishing is there, too.
static bool says_other_date(gdx_slice before) {
    static const char *const other[] = {"更新", "修改", "制作", "截至", "截止", "Updated", "updated", "Modified", NULL};
    static const char *const own[] = {"发布", "發布", "发表", "發表", "Published", "published", "Posted", NULL};
    return holds_any(before, other) && !holds_any(before, own);
}

static void note_line(html_facts *facts, gdx_slice line) {
    static const char *const words[] = {"发布", "發布", "发表",      "發表",   "时间", "時間",   "日期", "来源", "來源",
                                        "作者", "记者", "編輯",      "编辑",   "浏览", "点击",   "阅读", "字号", "字体",
                                        "责编", "出处", "Published", "Posted", "By ",  "Source", "Date", NULL};
    enum { LINE_MOST = 400 };
    gdx_slice where;
    gdx_date date;
    if (line.bytes > LINE_MOST || !gdx_date_find(line, &where, &date) || !gdx_date_day(date))
        return;
    gdx_slice before = {line.data, (size_t)(where.data - line.data)};
    gdx_date whole;
    bool is_alone = gdx_date_parse(line, &whole, NULL) == GDX_OK;
    bool is_early = before.bytes == 0 && line.bytes < where.bytes * 6 && !holds(line, "，") && !holds(line, "。");
    if (!says_other_date(before) && (is_alone || is_early || holds_any(line, words)))
        html_facts_offer_date(facts, date, HTML_DATE_LINE, "line under the heading");
}

void html_facts_note_lines(html_facts *facts, gdx_slice lines) {
    enum { LINES_MOST = 12 };
    gdx_slice line;
    for (int i = 0; i < LINES_MOST && facts->date == GDX_NO_DATE && ingest_take_line(&lines, &line); i++)
        note_line(facts, gdx_trim(line));
}

void html_facts_note_dated(html_facts *facts) {
    gdx_slice text = gdx_buffer_slice(&facts->dated), where;
    gdx_date date;
    if (gdx_date_find(text, &where, &date) && gdx_date_day(date) &&
        !says_other_date((gdx_slice){text.data, (size_t)(where.data - text.data)}))
        html_facts_offer_date(facts, date, HTML_DATE_CLASS, "class of an element");
}

// ---- the title

static bool starts_with(gdx_slice text, gdx_slice start) {
    return start.bytes && start.bytes <= text.bytes && memcmp(text.data, start.data, start.bytes) == 0;
}

static bool ends_with(gdx_slice text, gdx_slice end) {
    return end.bytes && end.bytes <= text.bytes && memcmp(text.data + text.bytes - end.bytes, end.data, end.bytes) == 0;
}

static const char *const separators[] = {"|",  "_", "-", "–", "—", "－", "｜", "＿", "·",  "•", ":",
                                         "：", "»", "«", "<", ">", "/",  "(",  "（", "【", "[", NULL};

// Bytes of a separator at the start, white space before it included; 0: none.
static size_t separator_bytes(gdx_slice text) {
    gdx_slice rest = gdx_trim_start(text);
    for (const char *const *sign = separators; *sign; sign++)
        if (starts_with(rest, gdx_slice_of(*sign)))
            return text.bytes - rest.bytes + strlen(*sign);
    return 0;
}

// "关税_新浪网" with the heading 关税: a longer title that goes on with a separator.
static void cut_to(gdx_slice *title, gdx_slice heading, gdx_slice *best) {
    heading = gdx_trim(heading);
    if (!starts_with(*title, heading) || heading.bytes == title->bytes || heading.bytes <= best->bytes)
        return;
    if (separator_bytes((gdx_slice){title->data + heading.bytes, title->bytes - heading.bytes}))
        *best = heading;
}

// The site's name at the end, or at the start, with what separates it.
static gdx_slice without_site(gdx_slice title, gdx_slice site) {
    if (ends_with(title, site) && title.bytes > site.bytes) {
        gdx_slice rest = gdx_trim((gdx_slice){title.data, title.bytes - site.bytes});
        for (const char *const *sign = separators; *sign; sign++)
            if (ends_with(rest, gdx_slice_of(*sign)))
                return gdx_trim((gdx_slice){rest.data, rest.bytes - strlen(*sign)});
    }
    if (starts_with(title, site) && title.bytes > site.bytes) {
        gdx_slice rest = {title.data + site.bytes, title.bytes - site.bytes};
        size_t bytes = separator_bytes(rest);
        if (bytes)
            return gdx_trim((gdx_slice){rest.data + bytes, rest.bytes - bytes});
    }
    return title;
}

static gdx_slice first_of(gdx_slice a, gdx_slice b) {
    return a.bytes ? a : b;
}

gdx_slice html_facts_title(const html_facts *facts) {
    gdx_slice page = gdx_buffer_slice(&facts->page_title), social = gdx_buffer_slice(&facts->social_title);
    gdx_slice heading = gdx_trim(gdx_buffer_slice(&facts->heading)), headline = gdx_buffer_slice(&facts->headline);
    gdx_slice site = gdx_trim(gdx_buffer_slice(&facts->site)), best = {"", 0};
    if (facts->given_title.bytes)
        return gdx_buffer_slice(&facts->given_title);
    gdx_slice other = first_of(social, first_of(headline, heading));
    if (page.bytes == 0 || (site.bytes && gdx_slice_equal(page, site) && other.bytes))
        return without_site(other, site);
    cut_to(&page, heading, &best);
    cut_to(&page, social, &best);
    cut_to(&page, headline, &best);
    gdx_slice cut = without_site(page, site);
    return best.bytes && best.bytes < cut.bytes ? best : first_of(cut, page);
}
