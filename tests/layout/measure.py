#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""measure.py DUMP: prints articles by the programs that are there, reads them back by pdftohtml and layout_dump, and
holds what comes out against what went in. Exit status 1: a threshold is missed; 77: nothing here can print.

Figures: of phrases of 30 symbols of the body, how many are found in the main text, and with their page; of notes and
captions, how many are in their field, whole; of phrases that only wrongly joined columns, heads or notes give, how many.
"""
import importlib.util
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

import make_pages
import print_odt

PHRASES = 400
COLUMNS = (1, 2, 3)


def symbols(text):
    return "".join(c for c in text if c.isalnum()).lower()


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options).stdout


class Printed:
    """Pages of a file, counted from 1, on which an article is in so many columns."""

    def __init__(self, pdf, columns, first, last):
        self.pdf, self.columns, self.first, self.last = pdf, columns, first, last

    def range(self):
        return "-f", str(self.first), "-l", str(self.last)


def print_weasyprint(article, folder):
    """Into one file: most of the time goes into the fonts of a file, of which each character is looked at."""
    import weasyprint
    out, counted = f"{folder}/weasyprint-{article.seed}.pdf", f"{folder}/weasyprint-{article.seed}.json"
    if not os.path.exists(counted):
        documents = [weasyprint.HTML(string=make_pages.html(article, columns)).render() for columns in COLUMNS]
        documents[0].copy([page for document in documents for page in document.pages]).write_pdf(out)
        with open(counted, "w", encoding="utf-8") as file:
            json.dump([len(document.pages) for document in documents], file)
    with open(counted, encoding="utf-8") as file:
        counts = json.load(file)
    return [Printed(out, columns, sum(counts[:n]) + 1, sum(counts[:n + 1])) for n, columns in enumerate(COLUMNS)]


def print_soffice(article, folder):
    printed = []
    for columns in COLUMNS:
        page, out = f"{folder}/soffice-{columns}-{article.seed}.fodt", f"{folder}/soffice-{columns}-{article.seed}.pdf"
        if not os.path.exists(out):
            with open(page, "w", encoding="utf-8") as file:
                file.write(print_odt.odt(article, columns))
            run("soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir", folder, page)
        count = int(run("pdfinfo", out).decode().split("Pages:")[1].split()[0])
        printed.append(Printed(out, columns, 1, count))
    return printed


PRINTERS = {"weasyprint": print_weasyprint, "soffice": print_soffice}


def has_printer(name):
    return importlib.util.find_spec(name) if name == "weasyprint" else shutil.which(name)


def read(dump, printed):
    """Records of (field, place, text), with continued parts joined; and the main text with the page of each symbol."""
    xml = run("pdftohtml", "-xml", "-hidden", "-i", "-enc", "UTF-8", "-stdout", *printed.range(), printed.pdf)
    records, main, pages = [], "", []
    for line in run(dump, input=xml).decode().splitlines():
        field, place, text = line.split("\t", 2)
        if field.lstrip("+") == "main":
            main += symbols(text)
            pages += [place] * (len(main) - len(pages))
        elif field.startswith("+"):
            records[-1][2] += text
        else:
            records.append([field, place, text])
    return records, main, pages


def page_texts(printed):
    texts = run("pdftotext", "-raw", *printed.range(), printed.pdf, "-").decode().split("\f")
    return [symbols(text) for text in texts[:-1]]


def wrong_joins(article, main, chance):
    """Phrases across what is no neighbour in the article: ends of paragraphs, heads, notes, captions, cells."""
    texts = [symbols(p) for p in article.paragraphs]
    others = [symbols(t) for t in [article.head] + article.notes + article.captions + article.side + sum(sum(article.cells, []), [])]
    pairs = [(a, b) for a in texts for b in others] + [(b, a) for a in texts for b in others]
    pairs += [(texts[a], texts[b]) for a in range(len(texts)) for b in range(len(texts)) if b not in (a, a + 1)]
    found = sum(a[-4:] + b[:4] in main for a, b in pairs)
    if os.environ.get("VERBOSE"):
        print("   joined:", [a[-4:] + b[:4] for a, b in pairs if a[-4:] + b[:4] in main])
    for _ in range(2000):  # a line of one column that goes on in another
        a, b = chance.sample(texts, 2)
        x, y = chance.randrange(4, len(a)), chance.randrange(len(b) - 4)
        seam = a[x - 4:x] + b[y:y + 4]
        found += seam in main and not any(c.isascii() for c in seam)  # words of Latin letters occur often
    return found


def measure(dump, article, printed):
    records, main, pages = read(dump, printed)
    chance = random.Random(article.seed)
    body = symbols(article.body())
    starts = [chance.randrange(len(body) - 30) for _ in range(PHRASES)]
    found = [body[at:at + 30] in main for at in starts]
    texts = page_texts(printed)
    placed = right = 0
    for at in starts:
        where, true = main.find(body[at:at + 12]), [n for n, text in enumerate(texts) if body[at:at + 12] in text]
        if where >= 0 and len(true) == 1:
            placed += 1
            right += pages[where] == f"page {true[0] + 1}"
    fields = {}
    for field, _, text in records:
        fields.setdefault(field, []).append(symbols(text))

    def share(field, wanted):
        return 100 * sum(any(symbols(w) in have and len(have) < len(symbols(w)) + 12 for have in fields.get(field, [])) for w in wanted) / max(len(wanted), 1)
    cells = sum(sum(article.cells, []), [])
    result = {"phrases": 100 * sum(found) / PHRASES, "pages": 100 * right / max(placed, 1), "notes": share("note", article.notes),
              "captions": share("caption", article.captions), "cells": share("text", cells),
              "title": 100 * (symbols(fields["title"][0]) == symbols(article.title)),
              "heads": 100 * (symbols(article.head) not in main), "joins": wrong_joins(article, main, chance)}
    if os.environ.get("VERBOSE"):
        for at, ok in zip(starts, found):
            if not ok:
                print("   missing:", body[at:at + 30])
        for note in article.notes:
            if not any(symbols(note) in have for have in fields.get("note", [])):
                print("   note:", note)
        for caption in article.captions:
            if symbols(caption) not in fields.get("caption", []):
                print("   caption:", caption)
    return result


LEAST = {"phrases": 99, "pages": 99, "notes": 100, "captions": 100, "cells": 99, "title": 100, "heads": 100}


def main(dump, seeds):
    printers = [name for name in PRINTERS if has_printer(name)]
    if not printers or not shutil.which("pdftohtml") or not shutil.which("fc-list") or not run("fc-list", ":lang=zh"):
        print("no program or no Chinese font here to print a page, or no pdftohtml: nothing is measured")
        return 77
    bad, measured = False, 0
    with tempfile.TemporaryDirectory() as folder:
        folder = os.environ.get("LAYOUT_KEEP", folder)  # a folder to keep the pages in, for the next run
        for printer, seed in itertools.product(printers, seeds):
            article = make_pages.Article(seed)
            try:
                all_printed = PRINTERS[printer](article, folder)
            except Exception as error:  # the printer's, whatever it may be
                print(f"{printer}, seed {seed}: failed to print: {error}")
                continue
            for printed in all_printed:
                result = measure(dump, article, printed)
                measured += 1
                missed = [name for name, least in LEAST.items() if result[name] < least] + ["joins"] * (result["joins"] > 0)
                print(f"{printer}, {printed.columns} columns, seed {seed}:", ", ".join(f"{k} {v:.4g}" for k, v in result.items()),
                      "MISSED: " + ", ".join(missed) if missed else "")
                bad = bad or bool(missed)
    if not measured:
        print("nothing was measured")
        return 77
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], [int(seed) for seed in sys.argv[2:]] or [1, 2]))
