#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_pages.py: an article of invented sentences with everything that pages put around text, as HTML for printing.
What must come out is known: each paragraph, note, caption, cell and head. Relies on nothing. Same seed, same article.
"""
import random

# Common characters that make no known sentence: phrases of thirty of them occur once.
CHARACTERS = ("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小"
              "物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月"
              "公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处")
WORDS = "trade policy Global value chain index WTO output supply regional network growth".split()


class Article:
    """paragraphs: lists of pieces, each ("text", s), ("mark", n) or ("exponent", s)."""

    def __init__(self, seed, paragraphs=60, notes=8, captions=3):
        self.seed = seed
        self.random = random.Random(seed)
        self.title = self.words(14)
        self.head = self.words(9)
        self.notes = [f"{self.words(60)}，载《{self.words(8)}》2023年第{n + 1}期。" for n in range(notes)]
        self.captions = [("图" if n % 2 else "表") + f"{n + 1} {self.words(22)}" for n in range(captions)]
        self.cells = [[[self.words(5 + 3 * column) for column in range(3)] for _ in range(5)] for _ in range(captions)]
        self.side = [self.words(70) for _ in range(2)]
        self.paragraphs = [self.paragraph() for _ in range(paragraphs)]
        self.headings = {n: f"{'一二三四五六七八九十'[n // 9 % 10]}、{self.words(8)}" for n in range(0, paragraphs, 9)}
        self.mark_after = {(n + 1) * paragraphs // (notes + 1): n for n in range(notes)}
        self.caption_after = {(2 * n + 1) * paragraphs // (2 * captions + 1): n for n in range(captions)} if captions else {}

    def words(self, count):
        return "".join(self.random.choice(CHARACTERS) for _ in range(count))

    def paragraph(self):
        pieces = []
        for _ in range(self.random.randint(2, 6)):
            kind = self.random.random()
            pieces.append(self.words(self.random.randint(8, 40)))
            if kind < 0.15:
                pieces.append(f" {self.random.choice(WORDS)} {self.random.choice(WORDS)} ")
            elif kind < 0.3:
                pieces.append(str(self.random.randint(2, 2030)) + self.random.choice(["年", "%", "亿元", ".5个百分点"]))
            pieces.append(self.words(self.random.randint(3, 20)) + self.random.choice("，，、。；"))
        return "".join(pieces)[:-1] + "。"

    def body(self):
        return "".join(self.headings.get(n, "") + text for n, text in enumerate(self.paragraphs))

    def blocks(self):
        """What HTML and others print, in order: (kind, value). A note's mark is in the middle of its paragraph."""
        yield "title", self.title
        for n, text in enumerate(self.paragraphs):
            if n in self.headings:
                yield "heading", self.headings[n]
            note = self.mark_after.get(n)
            yield "paragraph", (text, note)
            if n in self.caption_after:
                at = self.caption_after[n]
                yield "table", (self.captions[at], self.cells[at])
            if n in (7, 31):
                yield "side", self.side[n > 7]


def html(article, columns, weasyprint=True):
    notes = "span.note{float:footnote;font-size:8pt}" if weasyprint else ""
    out = [f"""<html lang=zh><meta charset=utf-8><title>{article.title}</title><style>
@page{{size:A4;margin:22mm 20mm;font-family:"Noto Serif CJK SC";@top-center{{content:"{article.head}";font-size:9pt}}@bottom-center{{content:"— " counter(page) " —";font-size:9pt}}}}
body{{font:10.5pt/1.6 "Noto Serif CJK SC";margin:0;text-align:justify}}h1{{font-size:18pt;text-align:center}}h2{{font-size:12pt}}
p{{text-indent:2em;margin:0}}{notes}::footnote-call{{content:"[" counter(footnote) "]";font-size:7pt;vertical-align:super;line-height:0}}::footnote-marker{{content:"[" counter(footnote) "] "}}
div.columns{{columns:{columns};column-gap:8mm;clear:both}}caption,p.caption{{font-size:9pt;text-align:center;text-indent:0}}div.kept{{break-inside:avoid}}table{{font-size:9pt;width:100%;border-collapse:collapse;margin:3mm 0}}td{{border:1px solid;padding:1mm;text-align:left}}
aside{{float:right;width:35%;font-size:8.5pt;margin:0 0 3mm 5mm;background:#eee}}</style><h1>{article.title}</h1>"""]
    inside = False
    for kind, value in article.blocks():
        if kind in ("heading", "paragraph") and not inside:
            out.append("<div class=columns>")
            inside = True
        if kind in ("table", "side") and inside and columns > 1:
            out.append("</div>")
            inside = False
        if kind == "heading":
            out.append(f"<h2>{value}</h2>")
        elif kind == "paragraph":
            text, note = value
            half = len(text) // 2
            while note is not None and text[half - 1].isascii():
                half += 1
            call = "" if note is None else f"<span class=note>{article.notes[note]}</span>"
            out.append(f"<p>{text[:half]}{call}{text[half:]}</p>")
        elif kind == "table":
            rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in value[1])
            out.append(f"<div class=kept><p class=caption>{value[0]}</p><table>{rows}</table></div>")
        elif kind == "side" and columns == 1:
            out.append(f"<aside>{value}</aside>")
    out.append("</div>" if inside else "")
    return "\n".join(out)
