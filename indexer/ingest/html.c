// SPDX-License-Identifier: Apache-2.0
// html.c: the way of an HTML page: mended, parsed, outlined, written into a draft with its title and date.
// Relies on html.h, which says what each step is. Nothing is loaded from elsewhere.

#include "html.h"

#include <limits.h>
#include <stdlib.h>

enum { LEAST_TREE_BYTES = 64 << 20, TREE_BYTES_FOR_TEXT = 16 };

static html_reader *html_reader_new(void) {
    html_reader *html = calloc(1, sizeof *html);
    if (html)
        html->tree = html_tree_new();
    if (html && !html->tree) {
        free(html);
        html = NULL;
    }
    return html;
}

void ingest_html_reader_free(html_reader *html) {
    if (!html)
        return;
    gdx_buffer_clear(&html->prepared);
    gdx_buffer_clear(&html->near);
    gdx_buffer_clear(&html->line);
    html_tree_free(html->tree);
    html_facts_clear(&html->facts);
    free(html->outline.entries);
    free(html->frames);
    free(html);
}

// The tree takes some ten times what the page does, and in a page of short tags fifty times.
static size_t tree_limit(size_t document_limit) {
    size_t limit = document_limit < SIZE_MAX / TREE_BYTES_FOR_TEXT ? document_limit * TREE_BYTES_FOR_TEXT : SIZE_MAX;
    return limit > LEAST_TREE_BYTES ? limit : LEAST_TREE_BYTES;
}

static gdx_status read_into(page_reader *reader, gdx_slice page, gdx_draft *draft, gdx_error *err) {
    html_reader *html = reader->html;
    const GumboNode *root;
    html_facts_begin(&html->facts);
    gdx_status status = html_prepare(&page, &html->prepared);
    if (status == GDX_OK) {
        status = html_tree_parse(html->tree, page, tree_limit(reader->document_limit), &root, err);
        if (status != GDX_OK)
            return status;
    }
    if (status == GDX_OK)
        status = html_outline_make(&html->outline, root);
    if (status == GDX_OK)
        status = html_text_write(html, draft);
    html_tree_clear(html->tree);
    return status == GDX_OK ? status : gdx_fail(err, status, "no memory for an HTML page of %zu bytes", page.bytes);
}

gdx_status ingest_html_append(page_reader *reader, gdx_slice decoded, gdx_draft *draft, gdx_error *err) {
    if (decoded.bytes > INT_MAX / 2)
        return gdx_fail(err, GDX_TOO_LARGE, "an HTML page of %zu bytes, expected at most %d", decoded.bytes,
                        INT_MAX / 2);
    if (!reader->html)
        reader->html = html_reader_new();
    if (!reader->html)
        return gdx_fail_memory(err, "HTML pages");
    return read_into(reader, decoded, draft, err);
}

gdx_status ingest_html(page_reader *reader, gdx_slice decoded, gdx_draft *draft, gdx_error *err) {
    gdx_status status = ingest_html_append(reader, decoded, draft, err);
    if (status != GDX_OK)
        return status;
    const html_facts *facts = &reader->html->facts;
    gdx_slice title = html_facts_title(facts);
    bool is_given = title.bytes > 0;
    if (!is_given) // all of the text before a heading is there
        title = ingest_first_line(gdx_buffer_slice(&reader->html->near));
    gdx_draft_title(draft, ingest_cut_title(title), !is_given);
    if (facts->date != GDX_NO_DATE)
        gdx_draft_date(draft, facts->date, facts->date_from);
    return GDX_OK;
}

gdx_slice ingest_html_title(const page_reader *reader) {
    return reader->html ? html_facts_title(&reader->html->facts) : (gdx_slice){"", 0};
}
