// SPDX-License-Identifier: Apache-2.0
// markup.c: XML through expat's callbacks, without a tree: neither a long file nor a deep one costs memory.
// Relies on markup.h and expat. What bounds a hostile file: elements nest MARKUP_DEPTH deep at most; entities of the
// file itself may not grow it more than AMPLIFICATION times; external entities are never loaded, since no handler for
// them is set. Of alternatives (mc:AlternateContent) the first is handed out, which is the one that programs of today
// show: a text box stands in a file once for them and once for old ones.

#include "markup.h"

#define XML_DTD // the library is built so, and then limits what entities grow to
#include <expat.h>
#include <stdlib.h>

enum { CHUNK_BYTES = 1 << 16, AMPLIFICATION_FROM = 1 << 20 };
#define AMPLIFICATION 20.0f
#define SEPARATOR     '|'

struct markup {
    XML_Parser parser;
    const markup_handler *handler;
    const XML_Char **attributes; // of the element that starts, else NULL
    size_t depth;
    size_t skipped_at;                 // depth of the element whose content is not handed out; 0: none
    bool has_choice[MARKUP_DEPTH + 2]; // by depth: an alternative of the element there was handed out
    gdx_status status;
    bool is_too_deep;
};

// ---- names

#define SPACE(uri, prefix)                                                                                             \
    { uri, sizeof(uri) - 1, prefix }
static const struct space {
    const char *uri;
    size_t bytes;
    const char *prefix;
} spaces[] = {
    SPACE("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "w"),
    SPACE("http://schemas.openxmlformats.org/drawingml/2006/main", "a"),
    SPACE("http://schemas.openxmlformats.org/presentationml/2006/main", "p"),
    SPACE("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "s"),
    SPACE("http://schemas.openxmlformats.org/officeDocument/2006/relationships", "r"),
    SPACE("http://schemas.openxmlformats.org/drawingml/2006/chart", "c"),
    SPACE("http://schemas.openxmlformats.org/drawingml/2006/diagram", "dgm"),
    SPACE("http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing", "xdr"),
    SPACE("http://schemas.openxmlformats.org/officeDocument/2006/math", "m"),
    SPACE("http://schemas.openxmlformats.org/markup-compatibility/2006", "mc"),
    SPACE("http://schemas.openxmlformats.org/package/2006/relationships", "rel"),
    SPACE("http://schemas.openxmlformats.org/package/2006/content-types", "ct"),
    SPACE("http://purl.oclc.org/ooxml/wordprocessingml/main", "w"),
    SPACE("http://purl.oclc.org/ooxml/drawingml/main", "a"),
    SPACE("http://purl.oclc.org/ooxml/presentationml/main", "p"),
    SPACE("http://purl.oclc.org/ooxml/spreadsheetml/main", "s"),
    SPACE("http://purl.oclc.org/ooxml/officeDocument/relationships", "r"),
    SPACE("http://purl.oclc.org/ooxml/drawingml/chart", "c"),
    SPACE("http://purl.oclc.org/ooxml/drawingml/diagram", "dgm"),
    SPACE("http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing", "xdr"),
    SPACE("http://purl.oclc.org/ooxml/officeDocument/math", "m"),
    SPACE("http://purl.org/dc/elements/1.1/", "dc"),
    SPACE("http://purl.org/dc/terms/", "dcterms"),
    SPACE("urn:oasis:names:tc:opendocument:xmlns:office:1.0", "office"),
    SPACE("urn:oasis:names:tc:opendocument:xmlns:text:1.0", "text"),
    SPACE("urn:oasis:names:tc:opendocument:xmlns:table:1.0", "table"),
    SPACE("urn:oasis:names:tc:opendocument:xmlns:drawing:1.0", "draw"),
    SPACE("urn:oasis:names:tc:opendocument:xmlns:presentation:1.0", "presentation"),
    SPACE("urn:oasis:names:tc:opendocument:xmlns:style:1.0", "style"),
    SPACE("urn:oasis:names:tc:opendocument:xmlns:meta:1.0", "meta"),
    SPACE("urn:oasis:names:tc:opendocument:xmlns:manifest:1.0", "manifest"),
    SPACE("urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0", "svg"),
    SPACE("urn:oasis:names:tc:opendocument:xmlns:container", "ocf"),
    SPACE("http://www.idpf.org/2007/opf", "opf"),
    SPACE("http://www.idpf.org/2007/ops", "epub"),
    SPACE("http://www.daisy.org/z3986/2005/ncx/", "ncx"),
    SPACE("http://www.w3.org/1999/xhtml", "h"),
    SPACE("http://www.w3.org/XML/1998/namespace", "xml"),
    SPACE("http://www.w3.org/1999/xlink", "xlink"),
    SPACE("http://www.w3.org/2001/04/xmlenc#", "enc"),
    SPACE("http://www.gribuser.ru/xml/fictionbook/2.0", "fb"),
    SPACE("http://www.gribuser.ru/xml/fictionbook/2.1", "fb"),
    SPACE("http://www.gribuser.ru/xml/fictionbook/2.2", "fb"),
};

static const char *prefix_of(const char *uri, size_t bytes) {
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
        if (spaces[i].bytes == bytes && memcmp(spaces[i].uri, uri, bytes) == 0)
            return spaces[i].prefix;
    return "?";
}

// "http://…/main|p" -> "w:p".
static const char *short_name(const XML_Char *name, char to[MARKUP_NAME_BYTES]) {
    enum { PREFIX_BYTES = 16 };
    const char *separator = strrchr(name, SEPARATOR), *local = separator ? separator + 1 : name;
    size_t before = 0;
    if (separator) {
        const char *prefix = prefix_of(name, (size_t)(separator - name));
        before = strlen(prefix);
        memcpy(to, prefix, before);
        to[before++] = ':';
    }
    gdx_slice cut = gdx_utf8_cut(gdx_slice_of(local), MARKUP_NAME_BYTES - PREFIX_BYTES);
    memcpy(to + before, cut.data, cut.bytes);
    to[before + cut.bytes] = '\0';
    return to;
}

static bool is_named(const XML_Char *attribute, const char *name) {
    const char *colon = strchr(name, ':'), *separator = strrchr(attribute, SEPARATOR);
    if (!colon || !separator)
        return !colon && !separator && strcmp(attribute, name) == 0;
    if (strcmp(separator + 1, colon + 1) != 0)
        return false;
    const char *prefix = prefix_of(attribute, (size_t)(separator - attribute));
    return strncmp(prefix, name, (size_t)(colon - name)) == 0 && prefix[colon - name] == '\0';
}

const char *ingest_markup_attribute(const markup *at, const char *name) {
    for (const XML_Char **pair = at->attributes; pair && pair[0]; pair += 2)
        if (is_named(pair[0], name))
            return pair[1];
    return NULL;
}

int64_t ingest_markup_number(const markup *at, const char *name, int64_t otherwise) {
    const char *text = ingest_markup_attribute(at, name);
    if (!text || !*text)
        return otherwise;
    char *end = NULL;
    long long value = strtoll(text, &end, 10);
    return *end == '\0' ? value : otherwise;
}

int ingest_markup_find(const markup_word *table, size_t count, const char *name) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(table[middle].name, name);
        if (order == 0)
            return table[middle].value;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

// ---- callbacks

void ingest_markup_skip(markup *at) {
    if (at->skipped_at == 0)
        at->skipped_at = at->depth;
}

size_t ingest_markup_depth(const markup *at) {
    return at->depth;
}

void ingest_markup_stop(markup *at, gdx_status status) {
    if (at->status == GDX_OK)
        at->status = status;
    XML_StopParser(at->parser, XML_FALSE);
}

// False: an alternative after the first.
static bool is_handed_out(markup *at, const char *name) {
    if (strcmp(name, "mc:Choice") != 0 && strcmp(name, "mc:Fallback") != 0)
        return true;
    bool is_first = !at->has_choice[at->depth - 1];
    at->has_choice[at->depth - 1] = true;
    return is_first;
}

static void on_start(void *context, const XML_Char *full_name, const XML_Char **attributes) {
    markup *at = context;
    if (at->status != GDX_OK)
        return;
    if (++at->depth > MARKUP_DEPTH) {
        at->is_too_deep = true;
        ingest_markup_stop(at, GDX_CORRUPT);
        return;
    }
    at->has_choice[at->depth] = false;
    if (at->skipped_at)
        return;
    char name[MARKUP_NAME_BYTES];
    short_name(full_name, name);
    if (!is_handed_out(at, name)) {
        ingest_markup_skip(at);
        return;
    }
    at->attributes = attributes;
    at->handler->start(at->handler->context, at, name);
    at->attributes = NULL;
}

static void on_end(void *context, const XML_Char *full_name) {
    markup *at = context;
    if (at->status != GDX_OK)
        return;
    char name[MARKUP_NAME_BYTES];
    if (at->skipped_at == 0)
        at->handler->end(at->handler->context, at, short_name(full_name, name));
    else if (at->skipped_at == at->depth)
        at->skipped_at = 0;
    at->depth--;
}

static void on_text(void *context, const XML_Char *text, int bytes) {
    markup *at = context;
    if (at->status == GDX_OK && at->skipped_at == 0)
        at->handler->text(at->handler->context, at, (gdx_slice){text, (size_t)bytes});
}

// Names that pages use without saying where they are declared; the frequent ones.
static void on_entity(void *context, const XML_Char *name, int is_parameter) {
    static const struct {
        const char *name, *text;
    } known[] = {{"nbsp", "\u00a0"}, {"mdash", "—"},    {"ndash", "–"},     {"ldquo", "“"},    {"rdquo", "”"},
                 {"lsquo", "‘"},     {"rsquo", "’"},    {"hellip", "…"},    {"middot", "·"},   {"copy", "©"},
                 {"reg", "®"},       {"deg", "°"},      {"times", "×"},     {"laquo", "«"},    {"raquo", "»"},
                 {"bull", "•"},      {"shy", "\u00ad"}, {"ensp", "\u2002"}, {"emsp", "\u2003"}};
    if (is_parameter)
        return;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, name) == 0) {
            on_text(context, known[i].text, (int)strlen(known[i].text));
            return;
        }
    on_text(context, "&", 1);
    on_text(context, name, (int)strlen(name));
    on_text(context, ";", 1);
}

// ---- the parse

// Expat does not always say of a failed allocation that it was one.
static _Thread_local bool lacks_memory;

static void *note_lack(void *memory) {
    lacks_memory |= memory == NULL;
    return memory;
}
static void *allocate(size_t bytes) {
    return note_lack(malloc(bytes));
}
static void *allocate_again(void *memory, size_t bytes) {
    return note_lack(realloc(memory, bytes));
}
static void release(void *memory) {
    free(memory);
}

static gdx_status begin(markup *at, const char *encoding, const markup_handler *handler, gdx_error *err) {
    static const XML_Memory_Handling_Suite suite = {allocate, allocate_again, release};
    static const XML_Char separator[] = {SEPARATOR, 0};
    memset(at, 0, sizeof *at);
    lacks_memory = false;
    at->handler = handler;
    at->parser = XML_ParserCreate_MM(encoding, &suite, separator);
    if (!at->parser)
        return gdx_fail_memory(err, "a reader of XML");
    XML_SetUserData(at->parser, at);
    XML_SetElementHandler(at->parser, on_start, on_end);
    XML_SetCharacterDataHandler(at->parser, on_text);
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(at->parser, AMPLIFICATION);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(at->parser, AMPLIFICATION_FROM);
    if (handler->knows_html_entities) {
        XML_UseForeignDTD(at->parser, XML_TRUE);
        XML_SetSkippedEntityHandler(at->parser, on_entity);
    }
    return GDX_OK;
}

static gdx_status say(const markup *at, gdx_error *err) {
    enum XML_Error code = XML_GetErrorCode(at->parser);
    if (at->is_too_deep)
        return gdx_fail(err, GDX_CORRUPT, "elements nested deeper than %d, expected at most that", MARKUP_DEPTH);
    if (at->status != GDX_OK)
        return at->status;
    if (code == XML_ERROR_NO_MEMORY || lacks_memory)
        return gdx_fail_memory(err, "a reader of XML");
    return gdx_fail(err, GDX_CORRUPT, "line %lu: %s, expected XML", (unsigned long)XML_GetCurrentLineNumber(at->parser),
                    XML_ErrorString(code));
}

gdx_status ingest_markup_parse(gdx_slice bytes, const char *encoding, const markup_handler *handler, gdx_error *err) {
    markup at;
    gdx_status status = begin(&at, encoding, handler, err);
    if (status != GDX_OK)
        return status;
    bool is_last = false;
    while (status == GDX_OK && !is_last) { // in pieces, since expat counts bytes as int
        size_t piece = bytes.bytes < CHUNK_BYTES ? bytes.bytes : CHUNK_BYTES;
        is_last = piece == bytes.bytes;
        if (XML_Parse(at.parser, bytes.data, (int)piece, is_last) != XML_STATUS_OK)
            status = say(&at, err);
        bytes = (gdx_slice){bytes.data + piece, bytes.bytes - piece};
    }
    XML_ParserFree(at.parser);
    return status;
}

static gdx_status parse_entry(package_reader *reader, ptrdiff_t entry, markup *at, gdx_error *err) {
    gdx_status status = ingest_package_enter(reader, entry, err);
    for (size_t got = 1; status == GDX_OK && got > 0;) {
        void *to = XML_GetBuffer(at->parser, CHUNK_BYTES);
        if (!to)
            return gdx_fail_memory(err, "a reader of XML");
        status = ingest_package_read(reader, to, CHUNK_BYTES, &got, err);
        if (status == GDX_OK && XML_ParseBuffer(at->parser, (int)got, got == 0) != XML_STATUS_OK)
            status = say(at, err);
    }
    return status;
}

gdx_status ingest_markup_parse_entry(package_reader *reader, ptrdiff_t entry, const markup_handler *handler,
                                     gdx_error *err) {
    markup at;
    gdx_error inner = {0};
    gdx_status status = begin(&at, NULL, handler, err);
    if (status != GDX_OK)
        return status;
    status = parse_entry(reader, entry, &at, &inner);
    XML_ParserFree(at.parser);
    if (status != GDX_OK && inner.message[0] == '\0')
        return status; // a callback's, which has said why
    if (status != GDX_OK)
        gdx_fail(err, status, "%.*s: %s", GDX_SLICE_ARGUMENTS(ingest_package_name(reader, entry)), inner.message);
    return status;
}
