#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# test_change.py: an index of another matching rule (2t: rule 2 but for one row, 著 stays 著) in the hands of programs that
# have its rule and of one that does not. usage: test_change.py GRAMDEX GRAMDEX_2T GRAMDEX_2T_AND_2

import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM, OLD, BOTH = sys.argv[1:4]
DOCUMENTS = [
    {"id": "a", "text": "看著办 著名", "date": "2023-01-02"},
    {"id": "b", "text": "看着办", "title": "沿着"},
    {"id": "c", "text": "WTO①之后 sup-\nply"},
]


def run(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def segments(folder):
    found = {}
    for name in os.listdir(folder):
        if name.startswith("segment-"):
            with open(os.path.join(folder, name), "rb") as file:
                found[name] = file.read()
    return found


class Change(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.input = os.path.join(self.scratch.name, "in.jsonl")
        with open(self.input, "w", encoding="utf-8") as file:
            for document in DOCUMENTS:
                file.write(json.dumps(document, ensure_ascii=False) + "\n")
        self.index = os.path.join(self.scratch.name, "x")
        self.must(OLD, "index", "--index", self.index, self.input)

    def must(self, program, *arguments):
        status, out, err = run(program, *arguments)
        self.assertEqual(status, 0, (arguments, out, err))
        return out

    def count(self, program, query):
        reply = json.loads(self.must(program, "count", "--index", self.index, "--json", query))
        return reply["documents"], reply["occurrences"]

    def test_a_program_that_has_the_rule_searches_by_it(self):
        for program in (OLD, BOTH):
            self.assertEqual(self.count(program, "看著"), (1, 1))
            self.assertEqual(self.count(program, "着"), (1, 2))
            self.assertEqual(self.count(program, "supply"), (1, 1))
        hits = json.loads(self.must(BOTH, "search", "--index", self.index, "--json", "著名"))["hits"]
        self.assertEqual([piece["text"] for piece in hits[0]["snippet"]["pieces"] if piece["matched"]], ["著名"])

    def test_what_is_added_is_of_the_index_s_own_rule(self):
        more = os.path.join(self.scratch.name, "more.jsonl")
        with open(more, "w", encoding="utf-8") as file:
            file.write(json.dumps({"id": "d", "text": "看著"}, ensure_ascii=False) + "\n")
        self.must(BOTH, "index", "--index", self.index, more)
        self.assertEqual(self.count(BOTH, "看著"), (2, 2))
        self.assertEqual(self.count(BOTH, "看着"), (1, 1))
        self.must(BOTH, "merge", "--index", self.index)
        self.assertEqual(self.count(OLD, "看著"), (2, 2))

    def test_a_program_without_the_rule_reads_but_neither_searches_nor_adds(self):
        self.assertEqual(json.loads(self.must(PROGRAM, "get", "--index", self.index, "--json", "a"))["document"]["text"],
                         DOCUMENTS[0]["text"])
        self.assertEqual(json.loads(self.must(PROGRAM, "stat", "--index", self.index, "--json"))["documents"], 3)
        self.must(PROGRAM, "verify", "--index", self.index)
        self.must(PROGRAM, "merge", "--index", self.index)
        self.must(PROGRAM, "delete", "--index", self.index, "c")
        for arguments in (["count", "着"], ["search", "着"], ["search", "--all", "着"], ["trend", "着"], ["suggest", "w"], ["index", self.input]):
            status, _, err = run(PROGRAM, arguments[0], "--index", self.index, *arguments[1:])
            self.assertEqual(status, 1, arguments)
            self.assertIn("merge --refold", err)

    def test_refolding_gives_the_bytes_of_a_fresh_build(self):
        fresh = os.path.join(self.scratch.name, "fresh")
        self.must(PROGRAM, "index", "--index", fresh, self.input)
        for program in (PROGRAM, BOTH):
            self.must(program, "merge", "--refold", "--index", self.index)
            self.assertEqual(segments(self.index), segments(fresh))
        self.must(PROGRAM, "verify", "--index", self.index)
        self.assertEqual(self.count(PROGRAM, "看着"), (2, 2))
        status, out, _ = run(PROGRAM, "merge", "--refold", "--index", self.index)
        self.assertEqual(status, 0)
        self.assertIn("nothing to merge", out)

    def test_refolding_keeps_the_shape_or_changes_it(self):
        fresh = {}
        for shape in ("exact", "compact"):
            folder = os.path.join(self.scratch.name, shape)
            self.must(PROGRAM, "index", "--index", folder, "--shape", shape, self.input)
            fresh[shape] = segments(folder)
        self.must(OLD, "merge", "--index", self.index, "--shape", "compact")
        self.assertEqual(self.count(OLD, "看著"), (1, 1))
        status, _, err = run(PROGRAM, "merge", "--index", self.index, "--shape", "exact")
        self.assertEqual(status, 1)  # it would have to cut the text by the rule
        self.assertIn("merge --refold", err)
        self.must(PROGRAM, "merge", "--refold", "--index", self.index, "--shape", "compact")
        self.assertEqual(segments(self.index), fresh["compact"])
        self.must(OLD, "merge", "--refold", "--index", self.index)
        self.must(PROGRAM, "merge", "--refold", "--index", self.index)
        self.assertEqual(segments(self.index), fresh["compact"])
        self.must(OLD, "merge", "--refold", "--index", self.index)
        self.must(PROGRAM, "merge", "--refold", "--index", self.index, "--shape", "exact")
        self.assertEqual(segments(self.index), fresh["exact"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
