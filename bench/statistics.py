#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""statistics.py [--oracle] [--query QUERY] [--a DATES] [--b DATES] [--gramdex PROGRAM] INDEX FILE.jsonl: what each statistic
takes over an index of FILE. With --oracle beside it the time of a plain program that reads FILE and computes the same by
its definition (docs/statistics.md), without an index: minutes. It takes characters as symbols, without the matching
rule, so that its figures are near those of gramdex and no more; that gramdex's are right the tests show. DATES: a prefix
of dates, such as 2024."""

import argparse
import collections
import json
import math
import re
import subprocess
import sys
import time

LETTER = re.compile(r"[^\W_]+")


class Documents:
    def __init__(self, path, arguments):
        with open(path, encoding="utf-8") as lines:
            self.all = [json.loads(line) for line in lines]
        self.query = arguments.query
        self.clauses = [LETTER.findall(d.get("title", "")) + LETTER.findall(d["text"]) for d in self.all]
        self.dates = [str(d.get("date", "")) for d in self.all]
        self.a = [i for i, date in enumerate(self.dates) if date.startswith(arguments.a)]
        self.b = [i for i, date in enumerate(self.dates) if date.startswith(arguments.b)]

    def places(self):
        for number, clauses in enumerate(self.clauses):
            for clause in clauses:
                at = clause.find(self.query)
                while at >= 0:
                    yield number, clause, at
                    at = clause.find(self.query, at + 1)

    def strings(self, numbers, longest):
        """Documents that have each string of 2 to `longest` letters, grown from frequent ones alone."""
        found, frequent = {}, None
        for length in range(2, longest + 1):
            units = collections.Counter()
            for number in numbers:
                here = set()
                for clause in self.clauses[number]:
                    for at in range(len(clause) - length + 1):
                        string = clause[at : at + length]
                        if frequent is None or (string[:-1] in frequent and string[1:] in frequent):
                            here.add(string)
                units.update(here)
            frequent = {string for string, count in units.items() if count >= 8}
            found.update((string, units[string]) for string in frequent)
            if not frequent:
                break
        return found


def contrast(documents):
    mined = documents.strings(documents.a, 20)
    other = documents.strings(documents.b, 20)
    n1, n2, scored = len(documents.a), len(documents.b), []
    for string, a in mined.items():
        b = other.get(string, 0)
        cells, rows, columns = ((a, b), (n1 - a, n2 - b)), (a + b, n1 + n2 - a - b), (n1, n2)
        g2 = sum(2 * o * math.log(o * (n1 + n2) / (rows[r] * columns[c]))
                 for r, row in enumerate(cells) for c, o in enumerate(row) if o)
        scored.append((-g2, string))
    return sorted(scored)[:30]


def ngrams(documents):
    return collections.Counter(documents.strings(documents.a, 8)).most_common(30)


def neighbours(documents):
    return collections.Counter(clause[at - 2 : at] for _, clause, at in documents.places() if at >= 2).most_common(30)


def collocates(documents):
    near, total = collections.Counter(), collections.Counter()
    size = len(documents.query)
    for _, clause, at in documents.places():
        for window in (clause[max(0, at - 10) : at], clause[at + size : at + size + 10]):
            near.update(window[i : i + n] for n in range(2, 9) for i in range(len(window) - n + 1))
    near = {string: count for string, count in near.items() if count >= 5}
    for clauses in documents.clauses:
        for clause in clauses:
            for n in range(2, 9):
                for i in range(len(clause) - n + 1):
                    string = clause[i : i + n]
                    if string in near:
                        total[string] += 1
    return sorted(near, key=lambda string: -near[string] / total[string])[:30]


def kwic(documents):
    return sorted((clause[at + len(documents.query) :], number, at) for number, clause, at in documents.places())[:100]


def trend(documents):
    return sorted(collections.Counter(documents.dates[number][:7] for number, _, _ in documents.places()).items())


def facets(documents):
    source = [document.get("source", "") for document in documents.all]
    return collections.Counter(source[number] for number, _, _ in documents.places()).most_common()


def dispersion(documents):
    of, sizes = collections.Counter(), collections.Counter()
    for number, clauses in enumerate(documents.clauses):
        sizes[documents.dates[number][:7]] += sum(map(len, clauses))
    for number, _, _ in documents.places():
        of[documents.dates[number][:7]] += 1
    f, n = max(1, sum(of.values())), sum(sizes.values())
    return sum(abs(of[part] / f - size / n) for part, size in sizes.items()) / 2


def shingles(text):
    letters = "".join(LETTER.findall(text))
    return {letters[i : i + 8] for i in range(len(letters) - 7)}


def reprints(documents):
    sets, holders, pairs = [shingles(d["text"]) for d in documents.all], collections.defaultdict(list), collections.Counter()
    for number, own in enumerate(sets):
        for shingle in own:
            holders[shingle].append(number)
    for numbers in holders.values():
        if len(numbers) <= 33:
            pairs.update((a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :])
    return [pair for pair, common in pairs.items() if common >= 0.6 * (len(sets[pair[0]]) + len(sets[pair[1]]) - common)]


def quote(documents):
    pieces = "".join(d["text"][len(d["text"]) // 2 :][:40] for d in documents.all[:: max(1, len(documents.all) // 500)])[:20000]
    whole, found, end = "\n".join(d["text"] for d in documents.all), 0, 0
    for at in range(len(pieces) - 8):
        reach = max(at + 8, end + 1)
        while reach <= len(pieces) and pieces[at:reach] in whole:
            reach, end, found = reach + 1, reach, found + 1
    return found


METHODS = (contrast, ngrams, neighbours, collocates, kwic, trend, facets, dispersion, reprints, quote)


def seconds_of(method, documents):
    began = time.process_time()
    method(documents)
    return "%.3f" % (time.process_time() - began)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("--query", "国际"), ("--a", "2024"), ("--b", "2023"), ("--gramdex", "gramdex"), ("--methods", "")):
        parser.add_argument(name, default=default)
    parser.add_argument("--oracle", action="store_true")
    parser.add_argument("index")
    parser.add_argument("file")
    arguments = parser.parse_args()
    command = [arguments.gramdex, "bench", "statistics", "--json", "--index", arguments.index, "--threads", "1",
               "--query", arguments.query, "--a", "date:" + arguments.a, "--b", "date:" + arguments.b]
    chosen = arguments.methods.split(",") if arguments.methods else [method.__name__ for method in METHODS]
    lines = subprocess.run(command + ["--methods", ",".join(chosen)], check=True, stdout=subprocess.PIPE, text=True).stdout
    documents = Documents(arguments.file, arguments) if arguments.oracle else None
    print("| method | gramdex, processor s | brute force, processor s |\n| --- | ---: | ---: |")
    for row in map(json.loads, lines.splitlines()):
        method = next(method for method in METHODS if method.__name__ == row["method"])
        plain = seconds_of(method, documents) if documents else "-"
        print("| %s | %.3f | %s |" % (row["method"], row["cpu_ms"] / 1000, plain), flush=True)


sys.exit(main())
