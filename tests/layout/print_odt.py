# SPDX-License-Identifier: Apache-2.0
"""print_odt.py: the articles of make_pages.py as flat ODT, which LibreOffice prints: sections of columns, running head,
page numbers, footnotes, tables, a frame beside the text."""
from xml.sax.saxutils import escape

NAMES = " ".join(f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{u}:1.0"' for p, u in [
    ("office", "office"), ("style", "style"), ("text", "text"), ("table", "table"), ("draw", "drawing")]) + \
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'


def style(name, size, more="", paragraph=""):
    font = 'style:font-name="F" style:font-name-asian="F"'
    return (f'<style:style style:name="{name}" style:family="paragraph"><style:paragraph-properties {paragraph}/>'
            f'<style:text-properties fo:font-size="{size}pt" style:font-size-asian="{size}pt" {font} {more}/></style:style>')


def odt(article, columns):
    head = f'''<?xml version="1.0" encoding="UTF-8"?><office:document {NAMES} office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">
<office:font-face-decls><style:font-face style:name="F" svg:font-family="'Noto Serif CJK SC'"/></office:font-face-decls>
<office:styles>{style("Footnote", 8)}{style("P", 10.5, "", 'fo:text-align="justify" fo:text-indent="21pt"')}{style("H", 12, 'fo:font-weight="bold" style:font-weight-asian="bold"', 'fo:margin-top="3mm" fo:margin-bottom="2mm"')}
{style("T", 18, 'style:font-weight-asian="bold"', 'fo:text-align="center" fo:margin-bottom="5mm"')}{style("C", 9, "", 'fo:text-align="center"')}{style("Z", 9)}{style("S", 8.5)}
<style:style style:name="R" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>
<text:notes-configuration text:note-class="footnote" style:num-format="1" text:citation-style-name="R" text:citation-body-style-name="R"/></office:styles>
<office:automatic-styles><style:page-layout style:name="L"><style:page-layout-properties fo:page-width="210mm" fo:page-height="297mm" fo:margin="15mm 20mm"/><style:header-style><style:header-footer-properties fo:min-height="8mm" fo:margin-bottom="3mm"/></style:header-style><style:footer-style><style:header-footer-properties fo:min-height="8mm" fo:margin-top="3mm"/></style:footer-style></style:page-layout>
<style:style style:name="K" style:family="section"><style:section-properties><style:columns fo:column-count="{columns}" fo:column-gap="8mm"/></style:section-properties></style:style>
<style:style style:name="E" style:family="table-cell"><style:table-cell-properties fo:padding="1mm" fo:border="0.5pt solid #000000"/></style:style></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L"><style:header><text:p text:style-name="C">{article.head}</text:p></style:header><style:footer><text:p text:style-name="C">— <text:page-number/> —</text:p></style:footer></style:master-page></office:master-styles>
<office:body><office:text>'''
    out, inside, sections = [head], False, 0
    for kind, value in article.blocks():
        wide = kind in ("title", "table")
        if wide and inside:
            out.append("</text:section>")
            inside = False
        if not wide and not inside and columns > 1:
            sections += 1
            out.append(f'<text:section text:style-name="K" text:name="K{sections}">')
            inside = True
        if kind == "title":
            out.append(f'<text:p text:style-name="T">{value}</text:p>')
        elif kind == "heading":
            out.append(f'<text:p text:style-name="H">{value}</text:p>')
        elif kind == "paragraph":
            text, note = value
            half = len(text) // 2
            while note is not None and text[half - 1].isascii():
                half += 1
            call = "" if note is None else (f'<text:note text:id="n{note}" text:note-class="footnote"><text:note-citation>{note + 1}</text:note-citation>'
                                            f'<text:note-body><text:p text:style-name="Footnote">{article.notes[note]}</text:p></text:note-body></text:note>')
            out.append(f'<text:p text:style-name="P">{escape(text[:half])}{call}{escape(text[half:])}</text:p>')
        elif kind == "table":
            rows = "".join("<table:table-row>" + "".join(f'<table:table-cell table:style-name="E"><text:p text:style-name="Z">{cell}</text:p></table:table-cell>' for cell in row)
                           + "</table:table-row>" for row in value[1])
            out.append(f'<text:p text:style-name="C">{value[0]}</text:p><table:table><table:table-column table:number-columns-repeated="3"/>{rows}</table:table>')
    out.append("</text:section>" if inside else "")
    return "".join(out) + "</office:text></office:body></office:document>"
