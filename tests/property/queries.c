// SPDX-License-Identifier: Apache-2.0
// queries.c: random queries of every form. Half of the phrases are cut from the corpus, so that they occur.

#include "queries.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void put(gdx_buffer *out, const char *text) {
    assert_int_equal(gdx_buffer_append(out, text, strlen(text)), GDX_OK);
}

static void put_slice(gdx_buffer *out, gdx_slice slice) {
    assert_int_equal(gdx_buffer_append(out, slice.data, slice.bytes), GDX_OK);
}

static struct part *new_part(part_kind kind) {
    struct part *part = calloc(1, sizeof *part);
    assert_non_null(part);
    part->kind = kind;
    return part;
}

void query_clear(struct part *part) {
    for (size_t i = 0; i < part->child_count; i++)
        query_clear(part->children[i]);
    free((void *)(uintptr_t)part->typed.data);
    free(part);
}

static gdx_slice copy(gdx_slice from) {
    char *to = malloc(from.bytes + 1);
    assert_non_null(to);
    if (from.bytes)
        memcpy(to, from.data, from.bytes);
    return (gdx_slice){to, from.bytes};
}

// ---- phrases and words

static bool begins_character(gdx_slice text, size_t at) {
    return at == text.bytes || ((uint8_t)text.data[at] & 0xc0) != 0x80;
}

static gdx_slice cut_from(const struct corpus *corpus, random_state *random) {
    const gdx_document *document = &corpus->documents[random_below(random, (uint32_t)corpus->count)].stored;
    gdx_slice text = random_below(random, 4) ? document->text : document->title;
    size_t begin = random_below(random, (uint32_t)text.bytes + 1), end = begin + 1 + random_below(random, 30);
    if (end > text.bytes)
        end = text.bytes;
    while (!begins_character(text, begin))
        begin--;
    while (!begins_character(text, end))
        end++;
    return copy((gdx_slice){text.data + begin, end - begin});
}

static gdx_slice make_up(const struct corpus *corpus, random_state *random) {
    gdx_buffer text = {0};
    corpus_write_tokens(corpus, random, 1 + random_below(random, 3), &text);
    gdx_slice slice = copy(gdx_buffer_slice(&text));
    gdx_buffer_clear(&text);
    return slice;
}

static struct part *make_phrase(const struct corpus *corpus, random_state *random, unsigned fields) {
    struct part *part = new_part(PART_PHRASE);
    part->fields = fields;
    bool is_word;
    for (int tries = 0; tries < 20; tries++) {
        part->typed = random_below(random, 2) ? cut_from(corpus, random) : make_up(corpus, random);
        if (oracle_symbol_count(part->typed, &is_word) > 0)
            return part;
        free((void *)(uintptr_t)part->typed.data);
    }
    part->typed = copy(gdx_slice_of("业"));
    return part;
}

static struct part *make_starred(random_state *random, unsigned fields) {
    static const char *const words[] = {"w", "wt", "WTO", "Ｗ", "o", "to", "tariff", "tar",
                                        "s", "m",  "ü",   "r",  "6", "23", "a",      "b"};
    struct part *part = new_part(random_below(random, 2) ? PART_PREFIX : PART_SUFFIX);
    part->fields = fields;
    part->typed = copy(gdx_slice_of(words[random_below(random, sizeof words / sizeof *words)]));
    return part;
}

static struct part *make_leaf(const struct corpus *corpus, random_state *random, unsigned fields) {
    unsigned prefix =
        fields == PART_DEFAULT && random_below(random, 5) == 0 ? 1u << random_below(random, PART_PREFIXES) : 0;
    struct part *part = random_below(random, 6) ? make_phrase(corpus, random, prefix ? prefix : fields)
                                                : make_starred(random, prefix ? prefix : fields);
    part->field_prefix = prefix;
    if (part->kind == PART_PHRASE && random_below(random, 6) == 0)
        part->kind = PART_EXACT;
    return part;
}

// ---- filters

static gdx_date make_date(random_state *random) {
    uint32_t precision = random_below(random, 3);
    return gdx_date_of(2020 + random_below(random, 3), precision > 0 ? 1 + random_below(random, 12) : 0,
                       precision > 1 ? 1 + random_below(random, 28) : 0);
}

static struct part *make_filter(const struct corpus *corpus, random_state *random) {
    struct part *part = new_part(PART_SOURCE + random_below(random, 5));
    const gdx_document *document = &corpus->documents[random_below(random, (uint32_t)corpus->count)].stored;
    if (part->kind == PART_SOURCE) {
        part->typed = random_below(random, 8) ? copy(document->source) : copy(gdx_slice_of("nowhere"));
    } else if (part->kind == PART_META) {
        const char *const *values;
        bool left_out;
        part->key = random_below(random, CORPUS_KEYS);
        size_t count = corpus_values(document, part->key, &values, &left_out);
        const char *other = random_below(random, 2) ? "" : "nowhere";
        part->typed = copy(gdx_slice_of(count ? values[random_below(random, (uint32_t)count)] : other));
    } else if (part->kind == PART_ID || part->kind == PART_ID_PREFIX) {
        gdx_slice id = document->id;
        id.bytes = part->kind == PART_ID_PREFIX ? random_below(random, (uint32_t)id.bytes + 1) : id.bytes;
        while (!begins_character(document->id, id.bytes))
            id.bytes--;
        part->typed = copy(id);
    } else {
        uint32_t form = random_below(random, 4);
        part->from = form == 0 ? GDX_NO_DATE : make_date(random);
        part->to = form == 1 ? GDX_NO_DATE : form == 2 ? part->from : make_date(random);
        if (part->from && part->to && gdx_date_first_day(part->from) > gdx_date_last_day(part->to)) {
            gdx_date swap = part->from;
            part->from = part->to;
            part->to = swap;
        }
    }
    return part;
}

// ---- trees

static struct part *make_pair(const struct corpus *corpus, random_state *random, unsigned fields, int depth);

static struct part *make_side(const struct corpus *corpus, random_state *random, unsigned fields, int depth) {
    uint32_t dice = random_below(random, 10);
    if (depth == 0 || dice < 6)
        return make_leaf(corpus, random, fields);
    if (dice < 8)
        return make_pair(corpus, random, fields, depth - 1);
    struct part *part = new_part(PART_OR);
    part->child_count = 2 + random_below(random, 2);
    for (size_t i = 0; i < part->child_count; i++)
        part->children[i] = make_side(corpus, random, fields, depth - 1);
    return part;
}

static struct part *make_pair(const struct corpus *corpus, random_state *random, unsigned fields, int depth) {
    struct part *part = new_part(random_below(random, 2) ? PART_NEAR : PART_THEN);
    part->distance = random_below(random, 3) ? random_below(random, 6) : random_below(random, 60);
    part->child_count = 2;
    part->children[0] = make_side(corpus, random, fields, depth);
    part->children[1] = make_side(corpus, random, fields, depth);
    return part;
}

static struct part *make_tree(const struct corpus *corpus, random_state *random, unsigned fields, int depth) {
    uint32_t dice = random_below(random, 20);
    if (depth == 0 || dice < 7)
        return random_below(random, 6) ? make_leaf(corpus, random, fields) : make_filter(corpus, random);
    if (dice < 10)
        return make_pair(corpus, random, fields, 2);
    unsigned prefix =
        fields == PART_DEFAULT && random_below(random, 8) == 0 ? 1u << random_below(random, PART_PREFIXES) : 0;
    struct part *part = new_part(dice < 12 ? PART_NOT : dice < 17 ? PART_AND : PART_OR);
    part->field_prefix = prefix;
    part->child_count = part->kind == PART_NOT ? 1 : 2 + random_below(random, 2);
    for (size_t i = 0; i < part->child_count; i++)
        part->children[i] = make_tree(corpus, random, prefix ? prefix : fields, depth - 1);
    return part;
}

struct part *query_make(const struct corpus *corpus, random_state *random) {
    uint32_t dice = random_below(random, 10);
    if (dice < 3)
        return make_leaf(corpus, random, PART_DEFAULT);
    if (dice < 5)
        return make_pair(corpus, random, PART_DEFAULT, 2);
    return make_tree(corpus, random, PART_DEFAULT, 3);
}

// ---- as text

static bool has(gdx_slice text, const char *part) {
    return memmem(text.data, text.bytes, part, strlen(part)) != NULL;
}

// True if the text can be written without quotation marks, as a run.
static bool is_plain(gdx_slice typed) {
    static const char *const special[] = {
        "title:",   "note:",   "caption:", "furniture:", "any:",    "note：", "caption：", "furniture：",
        "any：",    "meta.k:", "text:",    "source:",    "date:",   "id:",    "title：",   "text：",
        "source：", "date：",  "id：",     "exact:",     "exact：", "AND",    "OR",        "NOT",
        "NEAR",     "THEN",    "ＯＲ",     "（",         "“",       "”",      "「",        "－"};
    if (typed.data[0] == '-' || typed.data[0] == '*' || typed.data[typed.bytes - 1] == '*')
        return false;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (typed.bytes >= strlen(special[i]) && memcmp(typed.data, special[i], strlen(special[i])) == 0)
            return false;
    for (size_t i = 0; i < typed.bytes; i++) {
        uint8_t byte = (uint8_t)typed.data[i];
        if (byte <= ' ' || byte == 0x7f || strchr("()\"|", byte))
            return false;
        if (byte == 0xc2 && (uint8_t)typed.data[i + 1] <= 0xa0)
            return false;
        if (byte == 0xe3 && memcmp(typed.data + i, "\xe3\x80\x80", 3) == 0)
            return false;
    }
    // A lone ） or （ in a run takes part in the closing of a group.
    return !has(typed, "｜") && !has(typed, "（") && !has(typed, "）");
}

static const char *pick(random_state *random, const char *const *choices, uint32_t count) {
    return choices[random_below(random, count)];
}

static void put_quoted(gdx_buffer *out, gdx_slice text, random_state *random) {
    static const char *const marks[][2] = {{"\"", "\""}, {"“", "”"}, {"”", "”"}, {"「", "」"}};
    uint32_t chosen = random_below(random, 4);
    if (chosen > 0 && has(text, marks[chosen][1])) // only \" can be escaped
        chosen = 0;
    put(out, marks[chosen][0]);
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            put(out, "\\");
        put_slice(out, (gdx_slice){text.data + i, 1});
    }
    put(out, marks[chosen][1]);
}

static void put_value(gdx_buffer *out, gdx_slice value, random_state *random) {
    bool plain = value.bytes > 0 && value.data[value.bytes - 1] != '*';
    for (size_t i = 0; i < value.bytes && plain; i++)
        plain = !strchr(" ()\"|", value.data[i]);
    plain = plain && is_plain(value);
    if (plain && random_below(random, 2))
        put_slice(out, value);
    else
        put_quoted(out, value, random);
}

static void put_dates(gdx_buffer *out, const struct part *part) {
    char from[GDX_DATE_TEXT_BYTES], to[GDX_DATE_TEXT_BYTES];
    gdx_date_format(part->from, from);
    gdx_date_format(part->to, to);
    put(out, "date:");
    put(out, from);
    if (part->from == part->to)
        return;
    put(out, "..");
    put(out, to);
}

static void put_filter(gdx_buffer *out, const struct part *part, random_state *random) {
    if (part->kind == PART_DATES) {
        put_dates(out, part);
        return;
    }
    put(out, part->kind == PART_SOURCE ? "source" : part->kind == PART_META ? "meta." : "id");
    put(out, part->kind == PART_META ? corpus_keys[part->key] : "");
    put(out, random_below(random, 2) ? ":" : "：");
    if (part->kind == PART_ID_PREFIX && part->typed.bytes == 0)
        put(out, "*");
    else {
        put_value(out, part->typed, random);
        put(out, part->kind == PART_ID_PREFIX ? "*" : "");
    }
}

// How tightly a part binds: OR 1, AND 2, NOT 3, NEAR 4, a term 5.
static int level_of(const struct part *part) {
    switch (part->kind) {
    case PART_OR:
        return 1;
    case PART_AND:
        return 2;
    case PART_NOT:
        return 3;
    case PART_NEAR:
    case PART_THEN:
        return 4;
    default:
        return 5;
    }
}

static void put_part(gdx_buffer *out, const struct part *part, int level, random_state *random);

static void put_between(gdx_buffer *out, const struct part *part, random_state *random) {
    static const char *const ands[] = {" ", " AND ", "  ", "\xe3\x80\x80", "\n"};
    static const char *const ors[] = {" OR ", " | ", "|", "｜", " ＯＲ "};
    if (part->kind == PART_AND)
        put(out, pick(random, ands, 5));
    else if (part->kind == PART_OR)
        put(out, pick(random, ors, 5));
    else
        assert_int_equal(
            gdx_buffer_append_format(out, " %s/%u ", part->kind == PART_NEAR ? "NEAR" : "THEN", part->distance),
            GDX_OK);
}

static void put_inside(gdx_buffer *out, const struct part *part, random_state *random) {
    if (part->kind == PART_EXACT)
        put(out, random_below(random, 2) ? "exact:" : "exact：");
    if (part->kind == PART_PHRASE || part->kind == PART_EXACT) {
        if (is_plain(part->typed) && random_below(random, 2))
            put_slice(out, part->typed);
        else
            put_quoted(out, part->typed, random);
    } else if (part->kind == PART_PREFIX || part->kind == PART_SUFFIX) {
        put(out, part->kind == PART_SUFFIX ? "*" : "");
        put_slice(out, part->typed);
        put(out, part->kind == PART_PREFIX ? "*" : "");
    } else if (part->child_count == 0) {
        put_filter(out, part, random);
    } else if (part->kind == PART_NOT) {
        static const char *const nots[] = {"NOT ", "-", "－"};
        put(out, pick(random, nots, 3));
        put_part(out, part->children[0], 3, random);
    } else {
        int level = level_of(part);
        for (size_t i = 0; i < part->child_count; i++) {
            if (i > 0)
                put_between(out, part, random);
            put_part(out, part->children[i], level == 4 && i == 0 ? 4 : level + 1, random);
        }
    }
}

static void put_part(gdx_buffer *out, const struct part *part, int level, random_state *random) {
    static const char *const names[PART_PREFIXES] = {"title", "text", "note", "caption", "furniture", "any"};
    bool group = level_of(part) < level || (part->field_prefix && (part->child_count || part->kind == PART_EXACT)) ||
                 random_below(random, 12) == 0;
    bool is_wide = random_below(random, 2);
    if (part->field_prefix) {
        put(out, names[__builtin_ctz(part->field_prefix)]);
        put(out, random_below(random, 2) ? ":" : "：");
    }
    put(out, !group ? "" : is_wide ? "（" : "(");
    put_inside(out, part, random);
    put(out, !group ? "" : is_wide ? "）" : ")");
}

void query_write(const struct part *part, random_state *random, gdx_buffer *out) {
    put_part(out, part, 1, random);
}
