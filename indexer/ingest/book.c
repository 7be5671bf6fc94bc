// SPDX-License-Identifier: Apache-2.0
// book.c: EPUB 2 and 3: META-INF/container.xml names the package document, which lists files and their order; the
// navigation document or the NCX gives them titles. Relies on book.h, markup.h, relations.h.
// Elements go by their names without namespace, in either case: older makers leave out or invent namespaces.

#include "book.h"

#include "markup.h"
#include "page.h"
#include "relations.h"

#include <stdlib.h>
#include <strings.h>

enum { MOST_ITEMS = 1 << 16, FIRST_YEAR = 1400 };

struct reading {
    book_contents *book;
    package_reader *reader;
    text_flow *flow;
    gdx_slice from; // the file that is read, which paths are relative to
    gdx_buffer path;
    gdx_buffer value;
    size_t value_depth;  // of the element whose characters count; 0: none
    bool is_publication; // of a date
    size_t navigation_depth;
    // META-INF/encryption.xml
    bool is_font_only; // the method at hand only obscures fonts
    bool is_protected;
};

void ingest_book_clear(book_contents *book) {
    gdx_buffer_clear(&book->names);
    free(book->items);
    free(book->spine);
    free(book->titles);
    *book = (book_contents){0};
}

gdx_slice ingest_book_text(const book_contents *book, size_t at, size_t bytes) {
    return ingest_slice_at(&book->names, at, bytes);
}

static gdx_status keep(book_contents *book, gdx_slice text, size_t *at, size_t *bytes) {
    *at = book->names.bytes;
    *bytes = text.bytes;
    return gdx_buffer_append(&book->names, text.data, text.bytes);
}

static bool is_local(const char *name, const char *local) {
    const char *colon = strchr(name, ':');
    return strcasecmp(colon ? colon + 1 : name, local) == 0;
}

static void stop_unless(markup *at, gdx_status status) {
    if (status != GDX_OK)
        ingest_markup_stop(at, status);
}

static void on_nothing(void *context, markup *at, const char *name) {
    (void)context, (void)at, (void)name;
}

static void on_value(void *context, markup *at, gdx_slice text) {
    struct reading *reading = context;
    if (reading->value_depth && reading->value_depth <= ingest_markup_depth(at) &&
        reading->value.bytes < FLOW_TITLE_BYTES)
        stop_unless(at, gdx_buffer_append(&reading->value, text.data, text.bytes));
}

// ---- META-INF: the package document, protection

static void on_container(void *context, markup *at, const char *name) {
    struct reading *reading = context;
    const char *path = is_local(name, "rootfile") ? ingest_markup_attribute(at, "full-path") : NULL;
    if (path && reading->path.bytes == 0)
        stop_unless(at, ingest_resolve((gdx_slice){"", 0}, gdx_slice_of(path), &reading->path));
}

static void on_encryption(void *context, markup *at, const char *name) {
    struct reading *reading = context;
    const char *method = is_local(name, "EncryptionMethod") ? ingest_markup_attribute(at, "Algorithm") : NULL;
    if (method)
        reading->is_font_only = strcmp(method, "http://www.idpf.org/2008/embedding") == 0 ||
                                strcmp(method, "http://ns.adobe.com/pdf/enc#RC") == 0;
    if (is_local(name, "EncryptedData"))
        reading->is_font_only = false;
    if (is_local(name, "CipherReference") && !reading->is_font_only)
        reading->is_protected = true;
}

static gdx_status parse_named(struct reading *reading, const char *name, markup_handler handler, gdx_error *err) {
    ptrdiff_t entry = ingest_package_find(reading->reader, gdx_slice_of(name));
    handler.context = reading;
    if (!handler.text)
        handler.text = on_value;
    return entry == PACKAGE_NOT_THERE ? GDX_OK : ingest_markup_parse_entry(reading->reader, entry, &handler, err);
}

static gdx_status read_container(struct reading *reading, gdx_error *err) {
    gdx_status status = parse_named(reading, "META-INF/encryption.xml",
                                    (markup_handler){.start = on_encryption, .end = on_nothing}, err);
    if (status == GDX_OK && reading->is_protected)
        return gdx_fail(err, GDX_UNSUPPORTED, "protected against copying (DRM), expected a book that anybody can read");
    if (status == GDX_OK)
        status = parse_named(reading, "META-INF/container.xml",
                             (markup_handler){.start = on_container, .end = on_nothing}, err);
    if (status == GDX_OK && reading->path.bytes == 0)
        return gdx_fail(err, GDX_CORRUPT, "META-INF/container.xml names no package document, expected an EPUB");
    return status;
}

// ---- the package document

static gdx_status add_item(struct reading *reading, const markup *at) {
    const char *id = ingest_markup_attribute(at, "id"), *href = ingest_markup_attribute(at, "href");
    const char *type = ingest_markup_attribute(at, "media-type");
    const char *properties = ingest_markup_attribute(at, "properties");
    book_contents *book = reading->book;
    if (!id || !href || book->item_count == MOST_ITEMS)
        return GDX_OK;
    gdx_status status = gdx_grow(&book->items, &book->item_capacity, book->item_count + 1, sizeof *book->items);
    if (status == GDX_OK)
        status = ingest_resolve(reading->from, gdx_slice_of(href), &reading->path);
    if (status != GDX_OK)
        return status;
    book_item *item = &book->items[book->item_count];
    *item = (book_item){.is_ncx = type && strcmp(type, "application/x-dtbncx+xml") == 0};
    item->is_navigation = properties && strstr(properties, "nav");
    status = keep(book, gdx_slice_of(id), &item->id, &item->id_bytes);
    if (status == GDX_OK)
        status = keep(book, gdx_buffer_slice(&reading->path), &item->path, &item->path_bytes);
    book->item_count += status == GDX_OK;
    return status;
}

static int compare_items(const void *one, const void *other, void *book) {
    const book_item *a = one, *b = other;
    return gdx_slice_compare(ingest_book_text(book, a->id, a->id_bytes), ingest_book_text(book, b->id, b->id_bytes));
}

static const book_item *find_item(const book_contents *book, gdx_slice id) {
    size_t low = 0, high = book->item_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const book_item *item = &book->items[middle];
        int order = gdx_slice_compare(ingest_book_text(book, item->id, item->id_bytes), id);
        if (order == 0)
            return item;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static gdx_status add_to_spine(struct reading *reading, const markup *at) {
    const char *id = ingest_markup_attribute(at, "idref");
    book_contents *book = reading->book;
    if (!id || book->spine_count == MOST_ITEMS)
        return GDX_OK;
    gdx_status status = gdx_grow(&book->spine, &book->spine_capacity, book->spine_count + 1, sizeof *book->spine);
    if (status != GDX_OK)
        return status;
    book_item *item = &book->spine[book->spine_count];
    *item = (book_item){0};
    status = keep(book, gdx_slice_of(id), &item->id, &item->id_bytes);
    book->spine_count += status == GDX_OK;
    return status;
}

static void on_package(void *context, markup *at, const char *name) {
    struct reading *reading = context;
    gdx_status status = GDX_OK;
    if (is_local(name, "item"))
        status = add_item(reading, at);
    else if (is_local(name, "itemref"))
        status = add_to_spine(reading, at);
    else if (strncasecmp(name, "dc:", 3) == 0) {
        const char *event = ingest_markup_attribute(at, "opf:event");
        reading->is_publication = !event || strstr(event, "publication");
        reading->value.bytes = 0;
        reading->value_depth = ingest_markup_depth(at);
    }
    stop_unless(at, status);
}

// What programs write when they know none is long before books were printed: 0101-01-01.
static void take_date(struct reading *reading, gdx_slice value) {
    gdx_date date;
    gdx_draft *draft = reading->flow->draft;
    if (reading->is_publication && gdx_draft_date_of(draft) == GDX_NO_DATE &&
        gdx_date_parse(value, &date, NULL) == GDX_OK && gdx_date_year(date) >= FIRST_YEAR)
        gdx_draft_date(draft, date, "dc:date");
}

static gdx_slice value_of(gdx_draft *draft, const char *key) {
    gdx_draft_pair pair;
    for (size_t i = 0; gdx_draft_metadata_at(draft, i, &pair); i++)
        if (gdx_slice_equal(pair.key, gdx_slice_of(key)))
            return pair.value;
    return (gdx_slice){"", 0};
}

static void on_package_end(void *context, markup *at, const char *name) {
    static const char *const kept[] = {"creator", "publisher", "language"};
    struct reading *reading = context;
    gdx_draft *draft = reading->flow->draft;
    if (reading->value_depth != ingest_markup_depth(at))
        return;
    reading->value_depth = 0;
    gdx_slice value = ingest_cut_title(gdx_trim(gdx_buffer_slice(&reading->value)));
    if (is_local(name, "title") && reading->flow->declared.bytes == 0)
        stop_unless(at, gdx_buffer_append(&reading->flow->declared, value.data, value.bytes));
    else if (is_local(name, "date"))
        take_date(reading, value);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) // the first of each
        if (is_local(name, kept[i]) && value_of(draft, kept[i]).bytes == 0)
            gdx_draft_metadata(draft, gdx_slice_of(kept[i]), value);
}

static gdx_status read_package(struct reading *reading, gdx_error *err) {
    book_contents *book = reading->book;
    ptrdiff_t entry = ingest_package_find(reading->reader, gdx_buffer_slice(&reading->path));
    if (entry == PACKAGE_NOT_THERE)
        return gdx_fail(err, GDX_CORRUPT, "no %.*s in the zip file, expected the package document of an EPUB",
                        (int)reading->path.bytes, (const char *)reading->path.data);
    reading->from = ingest_package_name(reading->reader, entry);
    markup_handler handler = {on_package, on_package_end, on_value, reading, true};
    gdx_status status = ingest_markup_parse_entry(reading->reader, entry, &handler, err);
    if (status != GDX_OK)
        return status;
    if (book->item_count)
        qsort_r(book->items, book->item_count, sizeof *book->items, compare_items, book);
    for (size_t i = 0; i < book->spine_count; i++) {
        const book_item *item = find_item(book, ingest_book_text(book, book->spine[i].id, book->spine[i].id_bytes));
        if (item)
            book->spine[i] = *item;
    }
    if (book->spine_count == 0)
        return gdx_fail(err, GDX_CORRUPT, "a package document that lists no chapter, expected one at least");
    return GDX_OK;
}

// ---- titles of files

// A file has the first title that points into it.
static gdx_status add_title(struct reading *reading, const char *href) {
    book_contents *book = reading->book;
    if (!href || book->title_count == MOST_ITEMS)
        return GDX_OK;
    gdx_status status = gdx_grow(&book->titles, &book->title_capacity, book->title_count + 1, sizeof *book->titles);
    if (status == GDX_OK)
        status = ingest_resolve(reading->from, gdx_slice_of(href), &reading->path);
    if (status != GDX_OK)
        return status;
    book_title *title = &book->titles[book->title_count];
    *title = (book_title){0};
    status = keep(book, gdx_buffer_slice(&reading->path), &title->path, &title->path_bytes);
    book->title_count += status == GDX_OK;
    return status;
}

static void begin_value(struct reading *reading, const markup *at) {
    reading->value.bytes = 0;
    reading->value_depth = ingest_markup_depth(at);
}

// <nav epub:type="toc"> … <a href="c1.xhtml">title</a>
static void on_navigation(void *context, markup *at, const char *name) {
    struct reading *reading = context;
    const char *type = ingest_markup_attribute(at, "epub:type");
    if (is_local(name, "nav") && type && strstr(type, "toc"))
        reading->navigation_depth = ingest_markup_depth(at);
    if (reading->navigation_depth && is_local(name, "a")) {
        stop_unless(at, add_title(reading, ingest_markup_attribute(at, "href")));
        begin_value(reading, at);
    }
}

static gdx_status keep_title(struct reading *reading) {
    book_contents *book = reading->book;
    gdx_slice value = ingest_cut_title(gdx_trim(gdx_buffer_slice(&reading->value)));
    reading->value_depth = 0;
    book_title *title = book->title_count ? &book->titles[book->title_count - 1] : NULL;
    return title ? keep(book, value, &title->title, &title->title_bytes) : GDX_OK;
}

static void on_navigation_end(void *context, markup *at, const char *name) {
    struct reading *reading = context;
    if (reading->value_depth && is_local(name, "a"))
        stop_unless(at, keep_title(reading));
    if (reading->navigation_depth == ingest_markup_depth(at))
        reading->navigation_depth = 0;
}

// <navPoint><navLabel><text>title</text></navLabel><content src="c1.xhtml"/></navPoint>
static void on_ncx(void *context, markup *at, const char *name) {
    struct reading *reading = context;
    if (is_local(name, "navLabel"))
        begin_value(reading, at);
    if (!is_local(name, "content"))
        return;
    gdx_status status = add_title(reading, ingest_markup_attribute(at, "src"));
    stop_unless(at, status == GDX_OK ? keep_title(reading) : status);
}

static void on_ncx_end(void *context, markup *at, const char *name) {
    struct reading *reading = context;
    (void)name;
    if (reading->value_depth == ingest_markup_depth(at))
        reading->value_depth = 0; // the value is kept for <content>
}

static int compare_titles(const void *one, const void *other, void *book) {
    const book_title *a = one, *b = other;
    int order = gdx_slice_compare(ingest_book_text(book, a->path, a->path_bytes),
                                  ingest_book_text(book, b->path, b->path_bytes));
    return order ? order : (a->path > b->path) - (a->path < b->path); // as they were added
}

static gdx_status read_titles(struct reading *reading, gdx_error *err) {
    book_contents *book = reading->book;
    const book_item *found = NULL;
    for (size_t i = 0; i < book->item_count; i++)
        if (book->items[i].is_navigation || (book->items[i].is_ncx && !found))
            found = &book->items[i];
    ptrdiff_t entry = found
                          ? ingest_package_find(reading->reader, ingest_book_text(book, found->path, found->path_bytes))
                          : PACKAGE_NOT_THERE;
    if (entry == PACKAGE_NOT_THERE)
        return GDX_OK;
    reading->from = ingest_package_name(reading->reader, entry);
    markup_handler handler = {on_ncx, on_ncx_end, on_value, reading, true};
    if (found->is_navigation)
        handler = (markup_handler){on_navigation, on_navigation_end, on_value, reading, true};
    gdx_error damage = {0};
    gdx_status status = ingest_markup_parse_entry(reading->reader, entry, &handler, &damage);
    if (book->title_count)
        qsort_r(book->titles, book->title_count, sizeof *book->titles, compare_titles, book);
    if (status == GDX_CORRUPT) {
        ingest_package_lose(reading->reader, reading->from);
        return GDX_OK;
    }
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "%s", damage.message);
}

gdx_slice ingest_book_title(const book_contents *book, gdx_slice path) {
    size_t low = 0, high = book->title_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const book_title *title = &book->titles[middle];
        if (gdx_slice_compare(ingest_book_text(book, title->path, title->path_bytes), path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const book_title *title = low < book->title_count ? &book->titles[low] : NULL;
    if (!title || !gdx_slice_equal(ingest_book_text(book, title->path, title->path_bytes), path))
        return (gdx_slice){"", 0};
    return ingest_book_text(book, title->title, title->title_bytes);
}

gdx_status ingest_book_read(book_contents *book, package_reader *reader, text_flow *flow, gdx_error *err) {
    struct reading reading = {.book = book, .reader = reader, .flow = flow};
    gdx_status status = read_container(&reading, err);
    if (status == GDX_OK)
        status = read_package(&reading, err);
    reading.value_depth = 0;
    if (status == GDX_OK)
        status = read_titles(&reading, err);
    gdx_buffer_clear(&reading.path);
    gdx_buffer_clear(&reading.value);
    return status == GDX_NO_MEMORY ? gdx_fail_memory(err, "the contents of a book") : status;
}
