# SPDX-License-Identifier: Apache-2.0
"""Three papers with everything that a reader tells apart: title, date, headings, paragraphs, notes, captions, a table."""
import random
import re

SYMBOLS = re.compile(r"[A-Za-z0-9]+|\S")


class Paper:
    """Body paragraphs come from one article, so that phrases of several papers differ only by where they stand."""

    def __init__(self, article, number):
        draw = random.Random(number)
        sentences = [s for s in re.split(r"(?<=。)", re.sub(r"\s+", "", article)) if 20 < len(s) < 200]
        draw.shuffle(sentences)
        self.number = number
        self.title = ["全球产业链重构的三个阶段", "贸易治理体系的分化与再平衡", "关键矿产供应链的区域布局"][number % 3]
        self.date = f"202{number % 3 + 1}-0{number % 3 + 4}-1{number % 3}"
        self.paragraphs = ["".join(sentences[i * 3:i * 3 + 3]) for i in range(12)]
        self.notes = [f"参见第{n}号工作论文关于{word}的讨论，{2015 + n}年版第{n * 13}页。"
                      for n, word in enumerate(["离岸外包", "原产地规则", "出口管制清单"], number + 1)]
        self.captions = [f"图{n} 中间品贸易占比变化之{'甲乙丙'[n - 1]}" for n in (1, 2)]
        self.table = [["国家", "份额", "年均增速"], ["越南", f"{11 + number}.5%", "百分之九点二"], ["墨西哥", "14.7%", "百分之六点八"]]
        self.table_caption = "表1 主要经济体的加工环节转移"
        self.head = f"产业观察集刊第{number + 3}卷"

    def body(self):
        return self.paragraphs

    def crosses_call(self, phrase):
        """Whether a note is called within the phrase: html() and markdown() call one in the middle of every fourth paragraph."""
        for paragraph in self.paragraphs[1::4]:
            at = paragraph.find(phrase)
            if 0 <= at < len(paragraph) // 2 < at + len(phrase):
                return True
        return False

    def phrases(self, symbols, count, seed=0):
        """Phrases of so many symbols, each within one paragraph."""
        draw = random.Random(seed * 1000 + symbols)
        found = []
        while len(found) < count:
            parts = SYMBOLS.findall(draw.choice(self.body()))
            if len(parts) < symbols:
                continue
            at = draw.randrange(len(parts) - symbols + 1)
            phrase = "".join(parts[at:at + symbols])
            if not re.search(r"[\"“”‘’《》〈〉A-Za-z]", phrase):
                found.append(phrase)
        return found

    def joins(self):
        """Phrases that only a paragraph run into a note, a caption, a head or a cell would give."""
        draw = random.Random(self.number)
        parts = []
        for other in self.notes + self.captions + [self.head]:
            paragraph = draw.choice(self.body())
            at = draw.randrange(10, len(paragraph) - 10)
            parts += [paragraph[at - 6:at] + other[:6], other[-6:] + paragraph[at:at + 6]]
        cells = [cell for row in self.table for cell in row]
        parts += [a + b for a, b in zip(cells, cells[1:])]
        return [p for p in parts if not re.search(r"[\"“”]", p)]


def html(paper, style="", call="note", date="meta"):
    """The paper as a page. call: how notes are written (note: a list at the end; foot: float of paged media)."""
    head = f"<meta charset=utf-8><title>{paper.title}</title>"
    if date == "meta":
        head += f'<meta property="article:published_time" content="{paper.date}">'
    out = [f"<!DOCTYPE html><html lang=zh><head>{head}<style>{style}</style></head><body><article><h1>{paper.title}</h1>"]
    if date == "line":
        out.append(f"<p class=info>发布时间：{paper.date} 10:20 来源：产业观察</p>")
    for i, paragraph in enumerate(paper.paragraphs):
        text = paragraph
        if i % 4 == 1:
            n = i // 4
            half = len(text) // 2
            note = (f"<span class=fn>{paper.notes[n]}</span>" if call == "foot" else
                    f'<sup><a href="#n{n + 1}" id="r{n + 1}" role="doc-noteref">[{n + 1}]</a></sup>')
            text = text[:half] + note + text[half:]
        out.append(f"<p>{text}</p>")
        if i in (3, 7):
            out.append(f'<figure><img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><figcaption>{paper.captions[i // 5]}</figcaption></figure>')
        if i == 5:
            rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in paper.table)
            out.append(f"<table border=1><caption>{paper.table_caption}</caption>{rows}</table>")
    if call == "note":
        items = "".join(f'<li id="n{n}" role="doc-footnote"><p>{note}</p></li>' for n, note in enumerate(paper.notes, 1))
        out.append(f'<section class=footnotes role="doc-endnotes"><hr><ol>{items}</ol></section>')
    return "\n".join(out) + "</article></body></html>"


def markdown(paper):
    """As pandoc reads it: footnotes, a table, pictures with captions."""
    out = [f"---\ntitle: {paper.title}\ndate: {paper.date}\n---\n\n# {paper.title}\n"]
    for i, paragraph in enumerate(paper.paragraphs):
        if i % 4 == 1:
            half = len(paragraph) // 2
            paragraph = f"{paragraph[:half]}[^{i // 4 + 1}]{paragraph[half:]}"
        out.append(paragraph + "\n")
        if i == 5:
            header, *rows = paper.table
            out.append("| " + " | ".join(header) + " |\n|---|---|---|\n" +
                       "\n".join("| " + " | ".join(row) + " |" for row in rows) + f"\n\n: {paper.table_caption}\n")
    out += [f"[^{n}]: {note}\n" for n, note in enumerate(paper.notes, 1)]
    return "\n".join(out)
