// SPDX-License-Identifier: Apache-2.0
// package_samples.h: one small document of each kind that uses most of what its reader knows, for tests that cut them,
// change them, or fail allocations while they are read. Relies on packages.h.
#ifndef INGEST_PACKAGE_SAMPLES_H
#define INGEST_PACKAGE_SAMPLES_H

#include "packages.h"

#define SAMPLE_W "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"" OFFICE "\""
#define SAMPLE_P                                                                                                       \
    "xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" "                                          \
    "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"" OFFICE "\""
#define SAMPLE_S "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"" OFFICE "\""
#define SAMPLE_O                                                                                                       \
    "xmlns:o=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "                                                    \
    "xmlns:x=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" "                                                      \
    "xmlns:t=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\""
#define SAMPLE_NOTE(text) "<w:footnote><w:p><w:r><w:t>" text "</w:t></w:r></w:p></w:footnote>"

static const packed sample_word[] = {
    TYPES,
    {"_rels/.rels", RELATIONS(RELATION("a", "officeDocument", "word/document.xml") CORE_RELATION)},
    {"word/document.xml",
     "<w:document " SAMPLE_W
     "><w:body><w:p><w:pPr><w:pStyle w:val=\"1\"/></w:pPr><w:r><w:t>题</w:t></w:r></w:p><w:p><w:r>"
     "<w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t>[1]</w:t></w:r><w:r><w:t>文</w:t><w:tab/></w:r><w:r>"
     "<w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>格"
     "</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"},
    {"word/_rels/document.xml.rels",
     RELATIONS(RELATION("s", "styles", "styles.xml") RELATION("f", "footnotes", "footnotes.xml"))},
    {"word/styles.xml",
     "<w:styles " SAMPLE_W
     "><w:style w:styleId=\"1\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"1\"/></w:style></w:styles>"},
    {"word/footnotes.xml", "<w:footnotes " SAMPLE_W ">" SAMPLE_NOTE("注") "</w:footnotes>"},
    CORE("题"),
};

static const packed sample_slides[] = {
    TYPES,
    {"_rels/.rels", RELATIONS(RELATION("a", "officeDocument", "ppt/presentation.xml"))},
    {"ppt/presentation.xml",
     "<p:presentation " SAMPLE_P "><p:sldIdLst><p:sldId r:id=\"a\"/></p:sldIdLst></p:presentation>"},
    {"ppt/_rels/presentation.xml.rels", RELATIONS(RELATION("a", "slide", "slides/slide1.xml"))},
    {"ppt/slides/slide1.xml",
     "<p:sld " SAMPLE_P "><p:sp><p:ph type=\"title\"/><a:p><a:r><a:t>题</a:t></a:r></a:p></p:sp>"
     "<p:sp><a:p><a:r><a:t>文</a:t></a:r></a:p></p:sp></p:sld>"},
    {"ppt/slides/_rels/slide1.xml.rels", RELATIONS(RELATION("n", "notesSlide", "../notesSlides/n.xml"))},
    {"ppt/notesSlides/n.xml",
     "<p:notes " SAMPLE_P "><p:sp><p:ph type=\"body\"/><a:p><a:r><a:t>注</a:t></a:r></a:p></p:sp></p:notes>"},
};

static const packed sample_sheets[] = {
    TYPES,
    {"_rels/.rels", RELATIONS(RELATION("a", "officeDocument", "xl/workbook.xml"))},
    {"xl/workbook.xml", "<workbook " SAMPLE_S "><sheets><sheet name=\"表\" r:id=\"a\"/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels", RELATIONS(RELATION("a", "worksheet", "worksheets/sheet1.xml") RELATION(
                                       "s", "sharedStrings", "strings.xml") RELATION("t", "styles", "styles.xml"))},
    {"xl/strings.xml", "<sst " SAMPLE_S "><si><t>题</t></si><si><t>_x4E2D_</t></si></sst>"},
    {"xl/styles.xml",
     "<styleSheet " SAMPLE_S "><numFmts><numFmt numFmtId=\"176\" formatCode=\"0.0%\"/></numFmts><cellXfs>"
     "<xf numFmtId=\"0\"/><xf numFmtId=\"176\"/></cellXfs></styleSheet>"},
    {"xl/worksheets/sheet1.xml",
     "<worksheet " SAMPLE_S
     "><sheetData><row r=\"1\"><c t=\"s\"><v>0</v></c></row><row r=\"2\"><c t=\"s\"><v>1</v></c><c "
     "s=\"1\"><v>0.5</v></c></row></sheetData><headerFooter><oddHeader>&amp;C眉</oddHeader></headerFooter></worksheet>"},
};

static const packed sample_opendocument[] = {
    {"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
    {"content.xml",
     "<o:document-content " SAMPLE_O "><o:body><o:spreadsheet><t:table t:name=\"表\"><t:table-row "
     "t:number-rows-repeated=\"2\"><t:table-cell t:number-columns-repeated=\"2\"><x:p>题</x:p></t:table-cell>"
     "<t:table-cell><x:p>文<x:note><x:note-body><x:p>注</x:p></x:note-body></x:note></x:p></t:table-cell>"
     "</t:table-row></t:table></o:spreadsheet></o:body></o:document-content>"},
    {"META-INF/manifest.xml", "<manifest/>"},
};

static const packed sample_epub[] = {
    {"mimetype", "application/epub+zip"},
    {"META-INF/container.xml", "<container><rootfiles><rootfile full-path=\"b.opf\"/></rootfiles></container>"},
    {"b.opf",
     "<package xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><metadata><dc:title>书</dc:title><dc:date>2020</dc:date>"
     "</metadata><manifest><item id=\"a\" href=\"a.xhtml\"/><item id=\"n\" href=\"n.ncx\" "
     "media-type=\"application/x-dtbncx+xml\"/></manifest><spine><itemref idref=\"a\"/></spine></package>"},
    {"n.ncx", "<ncx><navPoint><navLabel><text>章</text></navLabel><content src=\"a.xhtml#x\"/></navPoint></ncx>"},
    {"a.xhtml", "<html><body><h1>题</h1><p>文&nbsp;<sup>[1]</sup></p><figcaption>图</figcaption></body></html>"},
};

static const packed sample_fictionbook[] = {
    {"a.fb2",
     "<FictionBook><description><title-info><author><last-name>甲</last-name></author><book-title>书</book-title>"
     "<date>2001</date></title-info></description><body><section><title><p>题</p></title><p>文</p></section></body>"
     "<body name=\"notes\"><section><p>注</p></section></body></FictionBook>"},
};

static const struct sample {
    const char *name;
    package_read read;
    package_kind kind;
    const packed *entries;
    size_t count;
} samples[] = {
    {"word", ingest_word, PACKAGE_WORD, sample_word, sizeof sample_word / sizeof(packed)},
    {"slides", ingest_slides, PACKAGE_SLIDES, sample_slides, sizeof sample_slides / sizeof(packed)},
    {"sheets", ingest_sheets, PACKAGE_SHEETS, sample_sheets, sizeof sample_sheets / sizeof(packed)},
    {"opendocument", ingest_opendocument, PACKAGE_OPENDOCUMENT, sample_opendocument,
     sizeof sample_opendocument / sizeof(packed)},
    {"epub", ingest_epub, PACKAGE_EPUB, sample_epub, sizeof sample_epub / sizeof(packed)},
    {"fictionbook", ingest_fictionbook, PACKAGE_FICTIONBOOK, sample_fictionbook,
     sizeof sample_fictionbook / sizeof(packed)},
};
enum { SAMPLES = sizeof samples / sizeof samples[0] };

#endif
