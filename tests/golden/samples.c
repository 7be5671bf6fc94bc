// SPDX-License-Identifier: Apache-2.0
// samples.c: see samples.h. The made documents are chosen so that every section and every form of code occurs: terms of
// one position, of a few and of more than 128; exceptions in packed columns; a word that begins another; characters of
// one, two and four coded bytes; a record in two blocks; a frequency list; documents without title, text, date, source.

#include "samples.h"

#include "../format/build.h"

#include <stdlib.h>

enum { ARTICLE_BYTES_MAX = 1 << 20, LONG_LINES = 1400, LONG_LINE_CHARACTERS = 36 };

static gdx_status make_empty(gdx_index_writer *writer, const char *examples, gdx_error *err) {
    (void)writer, (void)examples, (void)err; // opening the writer has made the manifest
    return GDX_OK;
}

static gdx_status make_article(gdx_index_writer *writer, const char *examples, gdx_error *err) {
    gdx_buffer text = {0};
    char *path = gdx_path_join(examples, "article.txt");
    if (!path)
        return gdx_fail(err, GDX_NO_MEMORY, "%s: no memory for a path", examples);
    gdx_status status = gdx_read_file(path, ARTICLE_BYTES_MAX, &text, err);
    free(path);
    gdx_document article = build_document("article.txt", "全球产业链重构与全球贸易治理体系变革", "", GDX_NO_DATE, "",
                                          gdx_buffer_slice(&text));
    if (status == GDX_OK)
        status = build_segment(writer, 0, 0, &article, 1, err);
    gdx_buffer_clear(&text);
    return status == GDX_OK ? gdx_index_writer_commit(writer, err) : status;
}

// A text long enough for two blocks of the store, and of few different terms, so that it takes little room.
static gdx_status append_long_text(gdx_buffer *text) {
    gdx_status status = GDX_OK;
    for (int line = 0; line < LONG_LINES && status == GDX_OK; line++) {
        for (int i = 0; i < LONG_LINE_CHARACTERS && status == GDX_OK; i++)
            status = gdx_buffer_append(text, "链", 3);
        if (status == GDX_OK)
            status = gdx_buffer_append_format(text, line % 100 ? "\n" : "第%d段。\n\n", line);
    }
    return status;
}

static gdx_status make_first_segment(gdx_index_writer *writer, gdx_error *err) {
    gdx_buffer text = {0};
    gdx_status status = append_long_text(&text);
    const gdx_document documents[] = {
        build_document("a/1", "产业链", "news", gdx_date_of(2023, 5, 6), "",
                       gdx_slice_of("产业链、供应链与价值链。\n产业链 CPTPP 与 cptpp，CPTPPs；5G。")),
        build_document("a/2", "", "news", gdx_date_of(2023, 5, 0), "{\"lang\":\"zh\"}", gdx_slice_of("一")),
        build_document("长文", "链", "报告", gdx_date_of(2022, 0, 0), "", gdx_buffer_slice(&text)),
        build_document("a", "Tariffs and the tariff schedule", "", GDX_NO_DATE, "",
                       gdx_slice_of("A tariff is a tax. Tariffs, anti-dumping duties, and the WTO’s müller-Ärger.")),
        build_document("z", "", "", GDX_NO_DATE, "", gdx_slice_of("")),
        build_document("a/10", "𠮷野家 😀", "blog", gdx_date_of(1, 1, 1), "{\"k\":[1,2]}",
                       gdx_slice_of("生僻字 𪚥𠔻，ガラパゴス，세계 무역, ไทย, ①\u00ad㎞ ＷＴＯ 產業鏈\t60—70 年代。")),
    };
    if (status == GDX_OK)
        status = build_segment(writer, 1, 0, documents, sizeof documents / sizeof *documents, err);
    else
        gdx_fail(err, status, "no memory for the long text");
    gdx_buffer_clear(&text);
    return status;
}

static gdx_status make_second_segment(gdx_index_writer *writer, gdx_error *err) {
    gdx_document documents[] = {
        build_document("b/1", "近岸外包", "news", gdx_date_of(2024, 2, 29), "", gdx_slice_of("近岸外包与友岸外包。")),
        build_document("b/2", "近岸外包", "news", gdx_date_of(2024, 3, 1), "", gdx_slice_of("近岸外包与友岸外包。")),
        build_document("b/3", "关税", "blog", gdx_date_of(9999, 12, 31), "", gdx_slice_of("关税\n\n\n关\r\n税　关 税")),
        build_document("b/4", "规则", "", gdx_date_of(2020, 0, 0), "{}", gdx_slice_of("原产地规则 2020 RCEP 2020")),
        build_document("b/5", " ", "news", GDX_NO_DATE, "", gdx_slice_of("\x01\x7f\n")),
        build_document("b/6", "WTO", "wto.org", gdx_date_of(2019, 12, 11), "", gdx_slice_of("WTO WTO wto ＷＴＯ")),
    };
    documents[2].title_from_text = true;
    documents[3].origin = gdx_slice_of("b/规则.jsonl");
    return build_segment(writer, 2, 19, documents, sizeof documents / sizeof *documents, err);
}

// A commit with both segments, then one that deletes, so that the deletions lie in files of their own.
static gdx_status make_documents(gdx_index_writer *writer, const char *examples, gdx_error *err) {
    (void)examples;
    gdx_status status = gdx_index_writer_declare(writer, gdx_slice_of("lang"), err);
    if (status == GDX_OK)
        status = gdx_index_writer_declare(writer, gdx_slice_of("k"), err);
    if (status == GDX_OK)
        status = make_first_segment(writer, err);
    if (status == GDX_OK)
        status = make_second_segment(writer, err);
    if (status == GDX_OK)
        status = gdx_index_writer_commit(writer, err);
    if (status == GDX_OK)
        status = gdx_index_writer_delete(writer, 0, 1, err);
    if (status == GDX_OK)
        status = gdx_index_writer_delete(writer, 1, 0, err);
    if (status == GDX_OK)
        status = gdx_index_writer_delete(writer, 1, 5, err);
    return status == GDX_OK ? gdx_index_writer_commit(writer, err) : status;
}

static gdx_status make_parts_segment(gdx_index_writer *writer, gdx_error *err) {
    static const gdx_part_place pages[] = {{0, {"page 1", 6}}, {9, {"page 2", 6}}};
    const gdx_part parts[] = {
        {.field = GDX_FIELD_FURNITURE, .text = gdx_slice_of("第1页"), .places = pages, .place_count = 1},
        {.field = GDX_FIELD_NOTE, .text = gdx_slice_of("见附录")},
        {.field = GDX_FIELD_TEXT, .text = gdx_slice_of("附录")},
        {.field = GDX_FIELD_NOTE, .text = gdx_slice_of("")},
        {.field = GDX_FIELD_CAPTION, .text = gdx_slice_of("图1 GDP²")},
    };
    gdx_document documents[] = {
        build_document("p/1", "关税研究", "", GDX_NO_DATE, "", gdx_slice_of("关税研究\n关税与贸易")),
        build_document("p/2", "", "", GDX_NO_DATE, "", gdx_slice_of("第一段，第二段")),
        build_document("p/3", "题", "", GDX_NO_DATE, "", gdx_slice_of("")),
    };
    documents[0].title_from_text = true;
    documents[0].origin = gdx_slice_of("p/1.pdf");
    documents[0].parts = parts;
    documents[0].part_count = 5;
    documents[1].text_places = pages;
    documents[1].text_place_count = 2;
    documents[2].parts = parts;
    documents[2].part_count = 1;
    return build_segment(writer, 3, 0, documents, 3, err);
}

static gdx_status make_parts(gdx_index_writer *writer, const char *examples, gdx_error *err) {
    (void)examples;
    gdx_status status = make_parts_segment(writer, err);
    if (status == GDX_OK)
        status = gdx_index_writer_commit(writer, err);
    if (status == GDX_OK)
        status = gdx_index_writer_delete(writer, 0, 2, err);
    return status == GDX_OK ? gdx_index_writer_commit(writer, err) : status;
}

// The long text gives a compact segment a list of positions beside lists of blocks, and an archive several spans.
static gdx_status make_shaped(gdx_index_writer *writer, gdx_shape shape, gdx_error *err) {
    gdx_status status = make_second_segment(writer, err);
    if (status == GDX_OK)
        status = gdx_index_writer_set_shape(writer, shape, err);
    if (status == GDX_OK)
        status = make_parts_segment(writer, err);
    if (status == GDX_OK)
        status = make_first_segment(writer, err);
    if (status == GDX_OK)
        status = gdx_index_writer_commit(writer, err);
    if (status == GDX_OK)
        status = gdx_index_writer_delete(writer, 1, 2, err);
    return status == GDX_OK ? gdx_index_writer_commit(writer, err) : status;
}

static gdx_status make_compact(gdx_index_writer *writer, const char *examples, gdx_error *err) {
    (void)examples;
    return make_shaped(writer, GDX_SHAPE_COMPACT, err);
}

static gdx_status make_archive(gdx_index_writer *writer, const char *examples, gdx_error *err) {
    (void)examples;
    return make_shaped(writer, GDX_SHAPE_ARCHIVE, err);
}

static const struct sample {
    const char *name;
    gdx_status (*make)(gdx_index_writer *writer, const char *examples, gdx_error *err);
} samples[] = {
#define SAMPLE_ROW(name) {#name, make_##name},
    SAMPLES(SAMPLE_ROW)
#undef SAMPLE_ROW
};

gdx_status sample_make(const char *name, const char *directory, const char *examples, gdx_error *err) {
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        if (strcmp(samples[i].name, name) != 0)
            continue;
        GDX_AUTO(gdx_index_writer) writer = NULL;
        gdx_status status = gdx_index_writer_open(directory, &writer, err);
        return status == GDX_OK ? samples[i].make(writer, examples, err) : status;
    }
    return gdx_fail(err, GDX_INTERNAL, "%s: no such sample", name);
}
