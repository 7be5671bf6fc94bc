// SPDX-License-Identifier: Apache-2.0
// spoken.c: see spoken.h.

#include "spoken.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Words whose letters belong together, function symbols and marks among them. The last ones are of the documents of one
// topic; some of them nearly always stand together.
static const char *const words[] = {"经济",   "贸易",   "全球",     "治理", "体系", "的",     "和",     "在",
                                    "将",     "发展",   "合作",     "规则", "，",   "。",     "wto ",   "trade ",
                                    "2023年", "12",     "市场",     "创新", "①",    "产业链", "供应链", "明年",
                                    "三月",   "第三条", "新的一年", "“",    "《",   "·"};
static const char *const topical[] = {
    "关税",       "加征关税",      "反制",     "友岸外包", "单边主义", "tariff ",
    "对等",       "霸凌的",        "在黎南部", "对秘鲁",   "秘鲁",     "。王毅参加会见。",
    "“一国两制”", "约翰·霍普金斯", "就业",     "枚导弹",   "这枚导弹"};
// What often follows a topical word, at some distance.
static const char *const companions[] = {"征收", "谈判措施", "回应的", "policy "};
enum { COMPANIONS = sizeof companions / sizeof *companions };
enum { WORDS = sizeof words / sizeof *words, TOPICAL = sizeof topical / sizeof *topical };

static gdx_slice copy_of(const gdx_buffer *text) {
    char *copy = malloc(text->bytes + 1);
    assert_non_null(copy);
    if (text->bytes)
        memcpy(copy, text->data, text->bytes);
    return (gdx_slice){copy, text->bytes};
}

static void put(gdx_buffer *out, const char *text) {
    assert_int_equal(gdx_buffer_append(out, text, strlen(text)), GDX_OK);
}

// A letter that has no other near it among code points, and stands now and then where a text is cut.
static void put_rare(gdx_buffer *out, random_state *random) {
    static const char *const rare[] = {"㐀", "㘀", "㠀", "㨀", "㰀", "㸀", "䀀", "䈀", "䐀", "䘀"};
    put(out, rare[random_below(random, sizeof rare / sizeof *rare)]);
}

static gdx_slice some_words(random_state *random, size_t count, bool is_topical) {
    gdx_buffer text = {0};
    for (size_t i = 0; i < count; i++) {
        put(&text, words[random_below(random, WORDS)]);
        if (random_below(random, 40) == 0)
            put_rare(&text, random);
        if (!is_topical || random_below(random, 3))
            continue;
        size_t topic = random_below(random, random_below(random, 2) ? COMPANIONS : TOPICAL);
        put(&text, topical[topic]);
        if (topic >= COMPANIONS || random_below(random, 3) == 0)
            continue;
        put(&text, words[random_below(random, WORDS)]);
        put(&text, companions[topic]);
    }
    gdx_slice copy = copy_of(&text);
    gdx_buffer_clear(&text);
    return copy;
}

const char *spoken_topic(random_state *random) {
    return topical[random_below(random, COMPANIONS)];
}

void speak(struct corpus *out, random_state *random) {
    *out = (struct corpus){.segment_count = 1 + random_below(random, 4)};
    size_t per_segment = 4 + random_below(random, 16);
    out->documents = calloc(out->segment_count * per_segment, sizeof *out->documents);
    assert_non_null(out->documents);
    for (; out->count < out->segment_count * per_segment; out->count++) {
        corpus_document *document = &out->documents[out->count];
        bool is_topical = random_below(random, 3) == 0;
        gdx_buffer id = {0};
        assert_int_equal(
            gdx_buffer_append_format(&id, "%u/%zu%s", random_below(random, 10), out->count, is_topical ? "t" : ""),
            GDX_OK);
        document->segment = out->count / per_segment;
        document->is_deleted = random_below(random, 12) == 0;
        document->stored = (gdx_document){.id = copy_of(&id),
                                          .title = some_words(random, random_below(random, 3), is_topical),
                                          .source = some_words(random, 0, false),
                                          .text = some_words(random, 5 + random_below(random, 30), is_topical)};
        if (random_below(random, 3))
            document->stored.date =
                gdx_date_of(2020 + random_below(random, 2), 1 + random_below(random, 12), random_below(random, 3));
        gdx_buffer_clear(&id);
    }
}
