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
    said = subprocess.run([os.environ["GRAMDEX"], *arguments], capture_output=True, text=True, timeout=900)
    if said.returncode not in status:
        raise RuntimeError(f"{arguments}: exit status {said.returncode}\n{said.stderr}")
    return said


def quoted(phrase, field=""):
    return f'{field}"' + phrase.replace("\\", "\\\\").replace('"', '\\"') + '"'


def ask(command, index, queries):
    """The answers to many queries by one process."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(queries) + "\n")
        file.flush()
        lines = gramdex(command, "--index", index, "--json", "--queries", file.name).stdout.splitlines()
    answers = [answer for answer in map(json.loads, lines) if answer.get("type") != "summary"]
    assert len(answers) == len(queries), (len(answers), len(queries))
    return answers


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


def phrases_of(made):
    """What is asked of a file's document: (what it is for, field, phrase)."""
    paper = made.paper
    asked = [(str(n), "text:", p) for n in LEAST for p in paper.phrases(n, PHRASES, paper.number)
             if not (made.keeps_calls and paper.crosses_call(p))]
    asked += [("notes", "note:", p) for p in made.notes]
    asked += [("captions", "caption:", p) for p in made.captions]
    if made.joins:
        asked += [("joins", "any:", p) for p in paper.joins()]
    if made.place:
        asked += [("place", "text:", p) for p in paper.phrases(8, 5, paper.number)]
    return asked


def judge_head(made, hit, score):
    if made.title is not None:
        score.add("title", hit["title"] == made.title, f"{made.name}: {hit['title']}")
    if made.date is not None:
        score.add("date", hit.get("date", "") == made.date, f"{made.name}: {hit.get('date')}")


def judge_places(made, phrase, answer, score):
    places = [match["place"] for hit in answer["hits"] for match in hit["matches"]]
    score.add("place", bool(places) and all(p.startswith(made.place) for p in places), f"{made.name}: {phrase}: {places}")


def judge(folder, all_made, scores):
    """All files go into one index, and each document is asked for by its id: to start the program is most of what a question costs."""
    index = os.path.join(folder, "index")
    shutil.rmtree(index, ignore_errors=True)
    said = gramdex("index", "--index", index, "--base", folder, *dict.fromkeys(file_of(folder, made) for made in all_made))
    lines = gramdex("search", "--index", index, "--json", "-n", "10000", "id:*").stdout.splitlines()
    found = {hit["id"]: hit for line in lines for hit in json.loads(line).get("hits", [])}
    asked = []
    for made in all_made:
        score, hit = scores[made.group()], found.get(made.id)
        score.add("read", bool(hit), f"{made.name}: no document {made.id}\n{said.stderr.strip()}")
        if hit:
            judge_head(made, hit, score)
            asked += [(made, what, f"id:{made.id} " + quoted(phrase, field), phrase) for what, field, phrase in phrases_of(made)]
    of_places = [one for one in asked if one[1] == "place"]
    of_texts = [one for one in asked if one[1] != "place"]
    for (made, _, _, phrase), answer in zip(of_places, ask("search", index, [query for _, _, query, _ in of_places])):
        judge_places(made, phrase, answer, scores[made.group()])
    for (made, what, _, phrase), answer in zip(of_texts, ask("count", index, [query for _, _, query, _ in of_texts])):
        is_found = int(answer["documents"]) > 0
        scores[made.group()].add(what, is_found != (what == "joins"), f"{made.name}: {phrase}")


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
        chosen = [maker for maker in makers.MAKERS if options.only in maker.__name__]
        papers = [Paper(article, number) for number in range(options.files)]
        judge(folder, [made for paper in papers for maker in chosen for made in maker(folder, paper)], scores)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return report(scores, options.verbose)


def report(scores, is_verbose):
    columns = ["read", "title", "date", "4", "8", "16", "30", "notes", "captions", "place", "joins"]
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
