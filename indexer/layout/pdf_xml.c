// SPDX-License-Identifier: Apache-2.0
// pdf_xml.c: the first layer: the XML of pdftohtml becomes boxes. Relies on pages.h and expat.
//
//     <page number="1" position="absolute" top="0" left="0" height="1263" width="892">
//     <fontspec id="0" size="15" family="ABCDEF+SimSun" color="#000000"/>
//     <text top="158" left="85" width="229" height="16" font="0">a <b>b</b> <a href="...">c</a></text>
//     <outline><item page="3">what the table of contents says again</item></outline>
//
// The converter reads files from strangers, so that nothing it prints is trusted: entities of its own are refused, as
// are elements nested deeply. It prints what XML forbids, control characters of broken fonts and a bare & in a font's
// name, and these are mended before expat sees them.

#include "pages.h"

#include "gdx/utf8.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 32, FONTS = 65536, STEP_BYTES = 1 << 20 };

struct font {
    double size;
};

struct reading {
    gdx_layout *layout;
    XML_Parser parser;
    struct font *fonts;
    size_t font_count, font_capacity;
    unsigned depth;
    bool in_root, in_text, has_pages, is_hostile;
    unsigned outline_at; // depth, 0: in none
    gdx_layout_box box;
    size_t bold_bytes; // of the box's text
    unsigned bold_at;
    gdx_buffer text;
};

static const char *attribute(const char **attributes, const char *name) {
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return "";
}

// Any text; what is no number is 0, and gdx_layout_add cuts what is too large.
static double number(const char **attributes, const char *name) {
    return strtod(attribute(attributes, name), NULL);
}

static void begin_font(struct reading *reading, const char **attributes) {
    static const char *const of_scans[] = {"GlyphLessFont", "HiddenHorzOCR", "HiddenVertOCR", "OCR-Hidden"};
    unsigned long id = strtoul(attribute(attributes, "id"), NULL, 10);
    for (size_t i = 0; i < sizeof of_scans / sizeof *of_scans; i++)
        reading->layout->found.is_ocr |= strstr(attribute(attributes, "family"), of_scans[i]) != NULL;
    if (id >= FONTS) // its boxes go by their height
        return;
    size_t before = reading->font_capacity;
    layout_keep(reading->layout, gdx_grow(&reading->fonts, &reading->font_capacity, id + 1, sizeof *reading->fonts));
    if (reading->layout->status != GDX_OK)
        return;
    if (reading->font_capacity > before)
        memset(reading->fonts + before, 0, (reading->font_capacity - before) * sizeof *reading->fonts);
    reading->fonts[id].size = number(attributes, "size");
}

static void begin_text(struct reading *reading, const char **attributes) {
    unsigned long font = strtoul(attribute(attributes, "font"), NULL, 10);
    reading->box = (gdx_layout_box){.left = number(attributes, "left"),
                                    .top = number(attributes, "top"),
                                    .width = number(attributes, "width"),
                                    .height = number(attributes, "height")};
    reading->box.size = font < reading->font_capacity ? reading->fonts[font].size : 0;
    reading->in_text = true;
    reading->text.bytes = 0;
    reading->bold_bytes = 0;
    reading->bold_at = 0;
}

static void XMLCALL begin_element(void *context, const char *name, const char **attributes) {
    struct reading *reading = context;
    if (++reading->depth == 1)
        reading->in_root = strcmp(name, "pdf2xml") == 0;
    if (reading->depth > DEPTH || !reading->in_root) {
        reading->is_hostile = true;
        XML_StopParser(reading->parser, XML_FALSE);
    } else if (reading->in_text) {
        if (strcmp(name, "b") == 0 && !reading->bold_at)
            reading->bold_at = reading->depth;
    } else if (strcmp(name, "page") == 0) {
        gdx_layout_page(reading->layout, number(attributes, "width"), number(attributes, "height"));
    } else if (strcmp(name, "fontspec") == 0) {
        begin_font(reading, attributes);
    } else if (strcmp(name, "text") == 0 && reading->layout->page_count > 0) {
        begin_text(reading, attributes);
    }
}

static void XMLCALL end_element(void *context, const char *name) {
    struct reading *reading = context;
    if (reading->bold_at == reading->depth)
        reading->bold_at = 0;
    reading->depth--;
    if (!reading->in_text || strcmp(name, "text") != 0)
        return;
    reading->in_text = false;
    reading->box.text = gdx_buffer_slice(&reading->text);
    reading->box.is_bold = 2 * reading->bold_bytes > reading->text.bytes;
    gdx_layout_add(reading->layout, &reading->box);
    if (reading->layout->status != GDX_OK)
        XML_StopParser(reading->parser, XML_FALSE);
}

static void XMLCALL add_characters(void *context, const char *text, int bytes) {
    struct reading *reading = context;
    if (!reading->in_text)
        return;
    layout_keep(reading->layout, gdx_buffer_append(&reading->text, text, (size_t)bytes));
    if (reading->bold_at)
        reading->bold_bytes += (size_t)bytes;
}

static void XMLCALL refuse_entity(void *context, const char *name, int is_parameter, const char *value, int bytes,
                                  const char *base, const char *system, const char *public, const char *notation) {
    (void)name, (void)is_parameter, (void)value, (void)bytes, (void)base, (void)system, (void)public, (void)notation;
    struct reading *reading = context;
    reading->is_hostile = true;
    XML_StopParser(reading->parser, XML_FALSE);
}

// ---- mending

static bool is_reference(gdx_slice rest) {
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (rest.bytes >= strlen(names[i]) && memcmp(rest.data, names[i], strlen(names[i])) == 0)
            return true;
    size_t at = 2;
    while (at < rest.bytes && at < 10 && strchr("0123456789", rest.data[at]) && rest.data[at])
        at++;
    if (!(rest.bytes > 3 && rest.data[1] == '#' && at > 2 && at < rest.bytes && rest.data[at] == ';'))
        return false;
    unsigned long c = strtoul((const char[]){rest.data[2], at > 3 ? rest.data[3] : ';', ';', 0}, NULL, 10);
    return c >= 32 || at > 4 || c == 9 || c == 10 || c == 13; // &#1; is no character of XML
}

// Bytes to copy as they are; 0: what stands here is no character of XML, *skip bytes of it.
static size_t good_bytes(gdx_slice rest, size_t *skip) {
    uint32_t c;
    size_t bytes = gdx_utf8_decode((const uint8_t *)rest.data, rest.bytes, &c);
    *skip = bytes;
    bool is_good = c != GDX_ILL_FORMED && (c >= 32 || c == '\t' || c == '\n' || c == '\r') && (c & 0xfffe) != 0xfffe;
    return is_good ? bytes : 0;
}

static gdx_status mend(gdx_slice xml, gdx_buffer *to) {
    to->bytes = 0;
    gdx_status status = gdx_buffer_reserve(to, xml.bytes);
    for (size_t at = 0, from = 0; status == GDX_OK && at <= xml.bytes;) {
        gdx_slice rest = {xml.data + at, xml.bytes - at};
        size_t skip = 0;
        bool bare = rest.bytes && rest.data[0] == '&' && !is_reference(rest);
        size_t good = rest.bytes && !bare ? good_bytes(rest, &skip) : 0;
        if (good) {
            at += good;
            continue;
        }
        status = gdx_buffer_append(to, xml.data + from, at - from);
        if (status == GDX_OK && rest.bytes)
            status = bare ? gdx_buffer_append(to, "&amp;", 5) : gdx_buffer_append(to, GDX_REPLACEMENT, 3);
        at += rest.bytes == 0 || bare ? 1 : skip;
        from = at;
    }
    return status;
}

// ---- the whole

static gdx_status fail(struct reading *reading, gdx_error *err) {
    unsigned long line = XML_GetCurrentLineNumber(reading->parser);
    enum XML_Error code = XML_GetErrorCode(reading->parser);
    if (reading->layout->status == GDX_TOO_LARGE)
        return gdx_fail(err, GDX_TOO_LARGE, "over %d bytes of text, expected at most so many", INT32_MAX);
    if (reading->layout->status != GDX_OK || code == XML_ERROR_NO_MEMORY)
        return gdx_fail_memory(err, "the boxes of a document");
    if (reading->is_hostile)
        return gdx_fail(err, GDX_CORRUPT,
                        "line %lu of the converter's XML: found what pdftohtml does not write, expected pages", line);
    return gdx_fail(err, GDX_CORRUPT, "line %lu of the converter's XML: %s, expected that of pdftohtml -xml", line,
                    XML_ErrorString(code));
}

static gdx_status parse(struct reading *reading, gdx_slice xml, gdx_error *err) {
    XML_SetUserData(reading->parser, reading);
    XML_SetElementHandler(reading->parser, begin_element, end_element);
    XML_SetCharacterDataHandler(reading->parser, add_characters);
    XML_SetEntityDeclHandler(reading->parser, refuse_entity);
    for (size_t at = 0, bytes; at < xml.bytes; at += bytes) {
        bytes = xml.bytes - at < STEP_BYTES ? xml.bytes - at : STEP_BYTES;
        if (XML_Parse(reading->parser, xml.data + at, (int)bytes, at + bytes == xml.bytes) != XML_STATUS_OK)
            return fail(reading, err);
    }
    if (xml.bytes == 0)
        return gdx_fail(err, GDX_CORRUPT, "the converter wrote nothing, expected the XML of pdftohtml -xml");
    return reading->layout->status == GDX_OK ? GDX_OK : fail(reading, err);
}

gdx_status gdx_layout_read_pdf(gdx_layout *layout, gdx_slice xml, gdx_slice info_title, gdx_draft *draft,
                               gdx_layout_found *found, gdx_error *err) {
    gdx_layout_begin(layout);
    *found = layout->found;
    struct reading reading = {.layout = layout, .parser = XML_ParserCreate("UTF-8")};
    gdx_status status = reading.parser ? mend(xml, &layout->clean) : GDX_NO_MEMORY;
    if (status != GDX_OK)
        status = gdx_fail_memory(err, "the XML of a document");
    else
        status = parse(&reading, gdx_buffer_slice(&layout->clean), err);
    XML_ParserFree(reading.parser);
    gdx_buffer_clear(&reading.text);
    free(reading.fonts);
    return status == GDX_OK ? gdx_layout_write(layout, info_title, draft, found, err) : status;
}
