// SPDX-License-Identifier: Apache-2.0
// html_scripts.c: dates and headlines that a page's scripts hold: JSON-LD, and the variables of WeChat and others.
// Relies on html.h and jansson. JSON-LD that is no JSON, as it often is, is searched for its keys.

#include "html.h"

#include <jansson.h>
#include <stdlib.h>
#include <strings.h>

enum { LINKED_DEPTH = 16, CHINA_SECONDS = 8 * 3600 };

static void offer(html_facts *facts, gdx_slice text, unsigned rank, const char *from) {
    gdx_date date;
    if (gdx_date_parse(text, &date, NULL) == GDX_OK)
        html_facts_offer_date(facts, date, rank, from);
}

static void keep_first(html_facts *facts, gdx_buffer *out, const json_t *value) {
    if (json_is_string(value) && out->bytes == 0)
        html_facts_keep(facts, out, (gdx_slice){json_string_value(value), json_string_length(value)});
}

// Things that are of another page.
static bool is_of_others(const char *key) {
    static const char *const keys[] = {"comment",  "review",   "hasPart",        "isPartOf",
                                       "mentions", "citation", "itemListElement"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static void note_linked(html_facts *facts, json_t *value, unsigned depth) {
    const char *key;
    json_t *member;
    size_t i;
    if (depth > LINKED_DEPTH)
        return;
    json_array_foreach(value, i, member) note_linked(facts, member, depth + 1);
    const json_t *date = json_object_get(value, "datePublished");
    if (json_is_string(date))
        offer(facts, (gdx_slice){json_string_value(date), json_string_length(date)}, HTML_DATE_LINKED_DATA,
              "JSON-LD datePublished");
    keep_first(facts, &facts->headline, json_object_get(value, "headline"));
    keep_first(facts, &facts->site, json_object_get(json_object_get(value, "publisher"), "name"));
    json_object_foreach(value, key, member) if (!is_of_others(key)) note_linked(facts, member, depth + 1);
}

static bool is_word(char c) {
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

// The value of a name in a script, as in  var name = "value"  and  "name": 'value',  the first that is given.
static bool find_value(const char *script, const char *name, gdx_slice *out) {
    size_t bytes = strlen(name);
    for (const char *at = script; (at = strstr(at, name)) != NULL; at += bytes) {
        const char *after = at + bytes;
        if ((at > script && is_word(at[-1])) || is_word(*after))
            continue;
        after += *after == '"' || *after == '\'';
        after += strspn(after, " \t\r\n");
        if (*after != '=' && *after != ':')
            continue;
        after++;
        after += strspn(after, " \t\r\n");
        bool is_quoted = *after == '"' || *after == '\'';
        const char *value = after + is_quoted;
        *out = (gdx_slice){value, is_quoted ? strcspn(value, "\"'\n") : strspn(value, "0123456789")};
        if (out->bytes)
            return true;
    }
    return false;
}

static void note_linked_data(html_facts *facts, const char *script) {
    json_error_t error;
    json_t *value = json_loads(script, 0, &error);
    gdx_slice date;
    if (value)
        note_linked(facts, value, 0);
    else if (json_error_code(&error) == json_error_out_of_memory)
        facts->status = GDX_NO_MEMORY;
    else if (find_value(script, "datePublished", &date))
        offer(facts, date, HTML_DATE_LINKED_DATA, "JSON-LD datePublished");
    json_decref(value);
}

// A moment in a script of these is one of China's day.
static void offer_script(html_facts *facts, gdx_slice value, const char *from) {
    char digits[12];
    if (value.bytes == 10 && strspn(value.data, "0123456789") >= 10) {
        memcpy(digits, value.data, 10);
        digits[10] = 0;
        html_facts_offer_date(facts, gdx_date_of_epoch(strtoll(digits, NULL, 10) + CHINA_SECONDS), HTML_DATE_SCRIPT,
                              from);
    } else {
        offer(facts, value, HTML_DATE_SCRIPT, from);
    }
}

static void note_variables(html_facts *facts, const char *script) {
    static const struct {
        const char *name, *from;
    } names[] = {{"publish_time", "script publish_time"}, {"ct", "script ct"},
                 {"createTime", "script createTime"},     {"publishTime", "script publishTime"},
                 {"pubtime", "script pubtime"},           {"pubDate", "script pubDate"},
                 {"publishDate", "script publishDate"}};
    gdx_slice value;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (find_value(script, names[i].name, &value))
            offer_script(facts, value, names[i].from);
}

void html_facts_note_script(html_facts *facts, const GumboElement *element) {
    const GumboNode *child = element->children.length ? element->children.data[0] : NULL;
    const char *type = html_attribute(element, "type");
    if (facts->status != GDX_OK || !child || child->type != GUMBO_NODE_TEXT)
        return;
    if (type && strcasestr(type, "ld+json"))
        note_linked_data(facts, child->v.text.text);
    else
        note_variables(facts, child->v.text.text);
}
