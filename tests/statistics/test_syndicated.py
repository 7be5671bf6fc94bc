#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_syndicated.py GRAMDEX: a made collection in which articles are reprinted as editors do it. Of the held-back half of the
articles at least 0.95 of the pairs that are found are reprints, and at least 0.95 of the reprints are found: with up to
a tenth cut off and up to 0.6 % of the letters changed, and with a line in front, a tenth cut off and 1 % changed in every copy. Cases that must not be taken for reprints are among them: excerpts, updates, reports that quote, and
the same words much later."""

import json
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from itertools import combinations

ARTICLES, SOURCES, WANTED = 400, 12, 0.95


class Maker:
    def __init__(self, seed, is_heavy):
        self.is_heavy, self.random = is_heavy, random.Random(seed)
        letters = [chr(0x4E00 + self.random.randrange(0x5000)) for _ in range(1500)]
        self.words = ["".join(self.random.sample(letters, 2)) for _ in range(4000)]
        self.notices = [self.text(40, 60) for _ in range(SOURCES)]
        self.documents, self.kinds = [], {}

    def text(self, least, most):
        pieces = []
        for _ in range(self.random.randint(least, most) // 2):
            pieces.append(self.random.choice(self.words))
            if self.random.random() < 0.12:
                pieces.append(self.random.choice("，。、；"))
        return "".join(pieces)

    def change(self, text, share):
        letters = list(text)
        for at in range(len(letters)):
            if self.random.random() < share:
                letters[at] = self.random.choice(self.words)[0]
        return "".join(letters)

    def edit(self, text):
        """As editors do: a line in front, a cut at the end, a few letters changed."""
        if self.is_heavy:
            return self.text(10, 30) + "。\n" + self.change(text[: len(text) - len(text) // 10], 0.01)
        text = self.change(text[: len(text) - int(len(text) * self.random.random() * 0.1)], self.random.random() * 0.006)
        return (self.text(10, 30) + "。\n" if self.random.random() < 0.5 else "") + text

    def add(self, article, kind, text, day):
        source = self.random.randrange(SOURCES)
        name = "%04d-%s-%d" % (article, kind, len(self.documents))
        notice = self.notices[source] if self.random.random() < 0.8 else ""
        self.documents.append({"id": name, "title": self.text(10, 20), "source": "paper %d" % source,
                               "date": day.isoformat(), "text": text + "\n" + notice})
        self.kinds[name] = (article, kind)

    def add_article(self, article):
        text, day = self.text(250, 1500), date(2024, 1, 1) + timedelta(days=self.random.randrange(600))
        self.add(article, "whole", text, day)
        for _ in range(self.random.choice((0, 0, 1, 1, 2, 5))):
            self.add(article, "whole", self.edit(text), day + timedelta(days=self.random.randrange(20)))
        half = len(text) // 2
        other = self.random.random()
        if other < 0.25:
            self.add(article, "excerpt", text[: self.random.randint(half // 2, half)], day + timedelta(days=2))
        elif other < 0.5:
            self.add(article, "update", text[:half] + self.text(half, half + 200), day + timedelta(days=1))
        elif other < 0.75:
            self.add(article, "quoting", self.text(half, half + 100) + text[half // 2: half], day + timedelta(days=3))
        else:
            self.add(article, "later", self.edit(text), day + timedelta(days=120))


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def found_groups(program, index):
    answer = json.loads(run(program, "reprints", "--index", index, "--json", "--limit", "1000", "--members", "1000"))
    assert len(answer["groups"]) == answer["all_groups"]
    return [[row["id"] for row in group["reprints"]] for group in answer["groups"]]


def measure(pairs, truth):
    right = len(pairs & truth)
    return right / len(pairs), right / len(truth)


def check(program, is_heavy):
    maker = Maker(7, is_heavy)
    for article in range(ARTICLES):
        maker.add_article(article)
    with tempfile.TemporaryDirectory() as folder:
        lines, index = folder + "/made.jsonl", folder + "/made.gdx"
        with open(lines, "w", encoding="utf-8") as to:
            to.writelines(json.dumps(document, ensure_ascii=False) + "\n" for document in maker.documents)
        run(program, "index", "--index", index, lines)
        run(program, "reprints", "--index", index, "--build")
        groups = found_groups(program, index)
        answer = json.loads(run(program, "count", "--index", index, "--json", "date:2024.. is:first"))
    whole = [name for name, (_, kind) in maker.kinds.items() if kind == "whole"]
    for half in (0, 1):
        is_here = lambda name: maker.kinds[name][0] % 2 == half
        truth = {frozenset(pair) for pair in combinations(filter(is_here, whole), 2)
                 if maker.kinds[pair[0]][0] == maker.kinds[pair[1]][0]}
        pairs = {frozenset(pair) for group in groups for pair in combinations(group, 2) if is_here(pair[0])}
        precision, recall = measure(pairs, truth)
        print("%s edits, %s half: %d pairs, precision %.3f, recall %.3f" % (
            ("light", "heavy")[is_heavy], ("first", "held-back")[half], len(truth), precision, recall))
        if half == 1:
            assert precision >= WANTED and recall >= WANTED
    repeats = sum(len(group) - 1 for group in groups)
    assert answer["documents"] == len(maker.documents) - repeats, (answer["documents"], len(maker.documents), repeats)


for is_heavy in (False, True):
    check(sys.argv[1], is_heavy)
