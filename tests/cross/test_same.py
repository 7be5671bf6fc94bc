#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program for another processor makes the index of this machine's program, byte for byte, and gives its answers, to the last
digit of a score. Each of the two indexes the sample and made text, merges, and answers from the index of the other.
usage: test_same.py ROOT HERE THERE     (the two programs; THERE is a script that emulates its own)"""
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

root, programs = pathlib.Path(sys.argv[1]), {"here": sys.argv[2], "there": sys.argv[3]}
SEED = 20240611
LETTERS = ("产业链全球贸易治理体系变革美国关税中国合作发展经济金融资本供"
           "应安全规则区域世界组织数字技术绿色低碳國際關稅產業鏈體係")
WORDS = "WTO CPTPP tariff supply-chain 2023 GDP² 5m² naïve Straße ｗｉｄｅ sup-\nply ＡＢＣ ½ ①".split(" ")
QUERIES = ["产业链", "关税 OR 贸易", "美国 NEAR/20 关税", "贸易 THEN/5 规则", "tariff*", "supply", "中国 NOT 美国",
           '"全球贸易"', "date:2021..2022 经济", "source:s3 安全", "exact:關稅"]
STATISTICS = [["trend", "关税"], ["facets", "贸易"], ["dispersion", "经济"], ["collocates", "关税"],
              ["neighbours", "贸易"], ["ngrams", "-n", "2"],
              ["keyness", "--a", "source:s1", "--b", "source:s2"], ["rising", "--since", "2022"]]


def documents():
    """JSON Lines: many lengths, all planes, words and marks of every kind."""
    chance = random.Random(SEED)
    for number in range(1500):
        text = []
        for _ in range(int(chance.paretovariate(0.9) * 12) % 1500 + 3):
            kind = chance.random()
            if kind < 0.8:
                text.append("".join(chance.choice(LETTERS) for _ in range(chance.randrange(1, 12))))
            elif kind < 0.95:
                text.append(" " + chance.choice(WORDS) + " ")
            else:
                beyond = chr(0x20000 + chance.randrange(2000))
                text.append(chance.choice(["，", "。", "\n", "　", "“", "”", "—", beyond, "😀", "é", "ﬁ"]))
        yield {"id": f"d{number}", "title": chance.choice(LETTERS) * 3, "source": f"s{number % 5}",
               "date": f"{2019 + number % 5}-{number % 12 + 1:02}", "text": "".join(text)}


def steady(answer):
    """An answer without what is the run's own."""
    if isinstance(answer, dict):
        return {key: steady(value) for key, value in answer.items() if key not in ("took_us", "index", "directory", "seconds")}
    return [steady(each) for each in answer] if isinstance(answer, list) else answer


class Same(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.made = pathlib.Path(cls.folder.name, "made.jsonl")
        cls.made.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in documents()))
        for place in programs:
            cls.run_one(place, "index", "--threads", "1", root / "examples/article.txt", root / "examples/press.jsonl", "--base", root)
            cls.run_one(place, "index", "--threads", "1", cls.made)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def index_of(cls, place):
        return pathlib.Path(cls.folder.name, place, "index.gdx")

    @classmethod
    def run_one(cls, place, command, *words, index=None):
        cls.index_of(place).parent.mkdir(exist_ok=True)
        asked = [programs[place], command, "--index", cls.index_of(index or place), *map(str, words)]
        done = subprocess.run(asked, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{place}: {command} {words}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def sums(self, place):
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in self.index_of(place).iterdir() if file.name != "lock"}

    def test_1_every_file_of_the_index_has_the_same_bytes(self):
        self.assertGreater(len(self.sums("here")), 2)
        self.assertEqual(self.sums("here"), self.sums("there"))

    def test_2_each_verifies_the_index_of_the_other(self):
        self.run_one("here", "verify", index="there")
        self.run_one("there", "verify", index="here")

    def test_3_answers_are_the_same_to_the_last_digit(self):
        asked = [["search", "--limit", "30", query] for query in QUERIES] + [["search", "--all", query] for query in QUERIES[:4]] + STATISTICS
        for command, *words in asked:
            said = {}
            for place in programs:
                lines = self.run_one(place, command, "--json", *words, index="here").splitlines()
                said[place] = [steady(json.loads(line)) for line in lines]
            self.assertEqual(said["here"], said["there"], (command, words))
            self.assertGreater(len(json.dumps(said["here"])), 100, (command, words))

    def test_4_a_canonical_merge_has_the_same_bytes(self):
        for place in programs:
            self.run_one(place, "merge", "--canonical")
        self.assertEqual(self.sums("here"), self.sums("there"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
