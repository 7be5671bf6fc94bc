#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Planted truth: of 4,000 generated documents a random half is A. A made phrase in 26 of its documents comes first, in 24 it is in the
list, of three each; where nothing is planted, at most one group is found on average. usage: test_planted.py GRAMDEX [DOCUMENTS.jsonl]
With a file of documents (JSON Lines) these are used in place of generated ones."""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]
DOCUMENTS, HALVES = 4000, 20
# For each half that something is planted in: its phrase, and in how many documents.
PLANTED = [("翡翠航道计划", 26), ("琥珀栈桥方案", 24), ("珊瑚驿站工程", 26), ("玛瑙隧道倡议", 24), ("水晶渡口纲要", 26), ("琉璃港湾协定", 24)]
folder = pathlib.Path(tempfile.mkdtemp())


def generated():
    """Sentences of words whose frequencies fall as those of a language do."""
    rng = random.Random(5)
    letters = [chr(0x4e00 + i) for i in rng.sample(range(3000), 700)]
    words = ["".join(rng.choices(letters, k=rng.choice((1, 2, 2, 2, 3, 4)))) for _ in range(4000)]
    weights = [1 / (rank + 5) for rank in range(len(words))]
    for number in range(DOCUMENTS):
        sentences = ["".join(rng.choices(words, weights, k=rng.randint(4, 12))) for _ in range(rng.randint(3, 9))]
        yield {"id": "d%d" % number, "text": "。".join(sentences) + "。"}


def given(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line, _ in zip(file, range(DOCUMENTS))]


def plant(text, phrase, rng):
    at = text.find("。", rng.randrange(len(text) + 1))
    at = at + 1 if at >= 0 else len(text)
    return text[:at] + rng.choice(("", "今年", "他说", "目前")) + phrase + rng.choice(("。", "启动。", "，", "正在推进。")) + text[at:]


def groups_of_halves(documents, halves, planted):
    """What is found in each of so many halves of one index: a document says of each on which side of it it is."""
    documents = [dict(each, half=[]) for each in documents]
    for seed in range(halves):
        rng = random.Random(seed)
        mixed = rng.sample(documents, len(documents))
        half = len(mixed) // 2
        for number, each in enumerate(mixed):
            each["half"].append("%d%s" % (seed, "a" if number < half else "b"))
        phrase, count = planted[seed] if planted else ("", 0)
        for each in rng.sample(mixed[:half], count):
            each["text"] = plant(each["text"], phrase, rng)
    index, records = folder / "halves.gdx", folder / "halves.jsonl"
    subprocess.run(["rm", "-rf", index], check=True)
    records.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in documents), encoding="utf-8")
    subprocess.run([PROGRAM, "index", "--index", index, "--facet", "half", records], check=True, capture_output=True)
    for seed in range(halves):
        answer = subprocess.run([PROGRAM, "keyness", "--json", "--index", index, "--a", "meta.half:%da" % seed, "--b", "meta.half:%db" % seed],
                                check=True, capture_output=True, text=True).stdout
        yield [group["phrase"] for group in json.loads(answer)["groups"]]


documents = given(sys.argv[2]) if len(sys.argv) > 2 else list(generated())
assert len(documents) == DOCUMENTS
faults = []
for (phrase, count), groups in zip(PLANTED, groups_of_halves(documents, len(PLANTED), PLANTED), strict=True):
    if count == 26 and groups[:1] != [phrase]:
        faults.append("%s: planted in 26 documents it is not the first" % phrase)
    if phrase not in groups:
        faults.append("%s: planted in %d documents it is not in the list" % (phrase, count))
found = [len(groups) for groups in groups_of_halves(documents, HALVES, None)]
print("random halves: %.2f groups on average of %d" % (sum(found) / HALVES, HALVES))
if sum(found) > HALVES:
    faults.append("random halves differ in %d groups over %d seeds" % (sum(found), HALVES))
subprocess.run(["rm", "-rf", folder], check=True)
print("\n".join(faults) or "planted phrases are found")
sys.exit(1 if faults else 0)
