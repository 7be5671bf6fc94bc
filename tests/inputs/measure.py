#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes files of every kind, indexes them by gramdex, and says what share of their phrases, titles, dates, fields and places is right.

usage: measure.py [--keep FOLDER] [--files N] [--only WORD] [-v]    GRAMDEX names the program

Exit status 0: every line is at least what it must be; 77: no tool for any file is there.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

import makers
from text import Paper

PHRASES = 20  # of each length and file
LEAST = {4: 0.99, 8: 0.99, 16: 0.99, 30: 0.99}


def gramdex(*arguments, status=(0, 3)):
    said = subprocess.run([os.environ["GRAMDEX"], *arguments], capture_output=True, text=True, timeout=300)
    if said.returncode not in status:
        raise RuntimeError(f"{arguments}: exit status {said.returncode}\n{said.stderr}")
    return said


def quoted(phrase, field=""):
    return f'{field}"' + phrase.replace("\\", "\\\\").replace('"', '\\"') + '"'


def counts(index, queries):
    """Documents that hold each query."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(queries) + "\n")
        file.flush()
        lines = gramdex("count", "--index", index, "--json", "--queries", file.name).stdout.splitlines()
    answers = [json.loads(line) for line in lines]
    return [int(a["documents"]) for a in answers if a.get("type") != "summary"]


class Score:
    def __init__(self):
        self.right, self.all, self.missed = Counter(), Counter(), defaultdict(list)

    def add(self, what, is_right, example):
        self.all[what] += 1
        self.right[what] += is_right
        if not is_right:
            self.missed[what].append(example)

    def share(self, what):
        return self.right[what] / self.all[what] if self.all[what] else 1.0


def file_of(folder, made):
    """What holds the document: the part of an archive's id that is a file."""
    path = os.path.join(folder, made.name)
    while path and not os.path.exists(path):
        path = os.path.dirname(path)
    return path


def judge(folder, made, index, scores):
    kind = made.kind if not made.is_paged else f"PDF by {os.path.basename(made.name)[:2]}"
    score = scores[kind]
    said = gramdex("index", "--index", index, "--base", folder, file_of(folder, made))
    hits = [json.loads(line) for line in gramdex("search", "--index", index, "--json", "-n", "10", "id:*").stdout.splitlines()]
    hits = [hit for answer in hits for hit in answer.get("hits", [])]
    if not hits:
        score.add("read", False, f"{made.name}: {said.stderr.strip()}")
        return
    score.add("read", True, "")
    wanted = [hit for hit in hits if hit["id"] == made.id]
    if made.id:
        score.add("id", bool(wanted), f"{made.name}: {[hit['id'] for hit in hits][:3]}")
    hit = (wanted or hits)[0]
    if made.title is not None:
        score.add("title", hit["title"] == made.title, f"{made.name}: {hit['title']}")
    if made.date is not None:
        score.add("date", hit.get("date", "") == made.date, f"{made.name}: {hit.get('date')}")
    asked = [(str(n), quoted(p, "text:"), p) for n in LEAST for p in made.paper.phrases(n, PHRASES, made.paper.number)
             if not (made.keeps_calls and made.paper.crosses_call(p))]
    asked += [("notes", quoted(p, "note:"), p) for p in made.notes]
    asked += [("captions", quoted(p, "caption:"), p) for p in made.captions]
    if made.joins:
        asked += [("joins", quoted(p, "any:"), p) for p in made.paper.joins()]
    for (what, _, phrase), documents in zip(asked, counts(index, [query for _, query, _ in asked])):
        is_right = (documents == 0) if what == "joins" else documents > 0
        score.add(what, is_right, f"{made.name}: {phrase}")
    if made.place:
        judge_places(index, made, score)


def judge_places(index, made, score):
    for phrase in made.paper.phrases(8, 5, made.paper.number):
        lines = gramdex("search", "--index", index, "--json", "--all", quoted(phrase, "text:")).stdout.splitlines()
        rows = [json.loads(line) for line in lines]
        places = [row["match"]["place"] for row in rows if row.get("type") != "summary"]
        score.add("place", bool(places) and all(p.startswith(made.place) for p in places), f"{made.name}: {phrase}: {places}")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--keep")
    options.add_argument("--files", type=int, default=1, help="papers of each kind (3 for figures)")
    options.add_argument("--only", default="")
    options.add_argument("-v", "--verbose", action="store_true")
    options = options.parse_args()
    with open(os.path.join(os.path.dirname(__file__), "../../examples/article.txt"), encoding="utf-8") as file:
        article = file.read()
    folder = options.keep or tempfile.mkdtemp(prefix="gramdex-inputs-")
    os.makedirs(folder, exist_ok=True)
    scores = defaultdict(Score)
    try:
        for number in range(options.files):
            paper = Paper(article, number)
            for maker in makers.MAKERS:
                if options.only and options.only not in maker.__name__:
                    continue
                for made in maker(folder, paper):
                    index = os.path.join(folder, "index")
                    shutil.rmtree(index, ignore_errors=True)
                    judge(folder, made, index, scores)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return report(scores, options.verbose)


def report(scores, is_verbose):
    columns = ["read", "id", "title", "date", "4", "8", "16", "30", "notes", "captions", "place", "joins"]
    print(f"{'':16}" + "".join(f"{c:>9}" for c in columns))
    failed = []
    for kind in sorted(scores):
        score = scores[kind]
        print(f"{kind:16}" + "".join(f"{score.right[c]:>5}/{score.all[c]:<3}" if score.all[c] else f"{'':9}" for c in columns))
        for what in columns:
            if score.share(what) < LEAST.get(int(what) if what.isdigit() else what, 1.0):
                failed.append(f"{kind}: {what}")
                for example in score.missed[what][: 20 if is_verbose else 2]:
                    print(f"    {what}: {example}")
    print("wrong: " + ", ".join(failed) if failed else "all right")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
