#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# test_peers.py: a phrase that an engine refuses counts as one that it cannot answer, and the phrases after it are asked.
# usage: test_peers.py PROGRAM     the engine of refusing.c in the frame of bench/peers
import json
import subprocess
import sys

PHRASES = [("fine", 1), ('NEAR "(', 1), ("short", 1), ("fine too", 1), ("wrong", 2)]

with open("phrases.jsonl", "w", encoding="utf-8") as to:
    for phrase, documents in PHRASES:
        to.write(json.dumps({"phrase": phrase, "symbols": 1, "documents": documents, "occurrences": 1}) + "\n")
done = subprocess.run([sys.argv[1], "query", "none.jsonl", ".", "phrases.jsonl"], capture_output=True, text=True, check=False)
assert done.returncode == 0, done.stderr
line = json.loads(done.stdout)
expected = {"engine": "refusing", "version": "1, 2026", "phrases": 5, "exact": 2, "cannot": 2, "refused": 1}
found = {name: line[name] for name in expected}
assert found == expected, found
assert [ns is None for ns in line["ns"]] == [False, True, True, False, False], line["ns"]
assert done.stderr == 'refusing refuses "NEAR "(": syntax error\n', done.stderr
