#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Planted truth: of 4,000 generated documents a random half is A. A made phrase in 26 of its documents comes first, in 24 it is in the
list; where nothing is planted, at most one group is found on average. usage: test_planted.py GRAMDEX [DOCUMENTS.jsonl]
With a file of documents (JSON Lines) these are used in place of generated ones."""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]
DOCUMENTS, HALVES = 4000, 20
PHRASE = "翡翠航道计划"
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


def plant(text, rng):
    at = text.find("。", rng.randrange(len(text) + 1))
    at = at + 1 if at >= 0 else len(text)
    return text[:at] + rng.choice(("", "今年", "他说", "目前")) + PHRASE + rng.choice(("。", "启动。", "，", "正在推进。")) + text[at:]


def groups_of(documents, seed, planted):
    rng = random.Random(seed)
    documents = [dict(each) for each in documents]
    rng.shuffle(documents)
    half = len(documents) // 2
    for number, each in enumerate(documents):
        each["source"] = "a" if number < half else "b"
    for each in rng.sample(documents[:half], planted):
        each["text"] = plant(each["text"], rng)
    index, records = folder / "halves.gdx", folder / "halves.jsonl"
    subprocess.run(["rm", "-rf", index], check=True)
    records.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in documents), encoding="utf-8")
    subprocess.run([PROGRAM, "index", "--index", index, records], check=True, capture_output=True)
    answer = subprocess.run([PROGRAM, "keyness", "--json", "--index", index, "--a", "source:a", "--b", "source:b"], check=True,
                            capture_output=True, text=True).stdout
    return [group["phrase"] for group in json.loads(answer)["groups"]]


documents = given(sys.argv[2]) if len(sys.argv) > 2 else list(generated())
assert len(documents) == DOCUMENTS
faults = []
for seed in range(3):
    if groups_of(documents, seed, 26)[:1] != [PHRASE]:
        faults.append("seed %d: planted in 26 documents it is not the first" % seed)
    if PHRASE not in groups_of(documents, seed, 24):
        faults.append("seed %d: planted in 24 documents it is not in the list" % seed)
found = [len(groups_of(documents, seed, 0)) for seed in range(HALVES)]
print("random halves: %.2f groups on average of %d" % (sum(found) / HALVES, HALVES))
if sum(found) > HALVES:
    faults.append("random halves differ in %d groups over %d seeds" % (sum(found), HALVES))
subprocess.run(["rm", "-rf", folder], check=True)
print("\n".join(faults) or "planted phrases are found")
sys.exit(1 if faults else 0)
