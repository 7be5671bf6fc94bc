# SPDX-License-Identifier: Apache-2.0
"""build.py: the inputs of these tests, the index of a single run, and whether another index is the same bytes."""

import os
import subprocess

GRAMDEX = os.environ["GRAMDEX"]


def make_inputs(folder, records=2000):
    os.mkdir(folder)
    with open(f"{folder}/a.jsonl", "w", encoding="utf-8") as lines:
        for i in range(records):
            lines.write('{"id":"d%d","text":"产业链 重构 %d 全球贸易治理 WTO %d"}\n' % (i * 7 % (records - 50), i, i * i))
    with open(f"{folder}/b.txt", "w", encoding="utf-8") as text:
        text.write("友岸外包 CPTPP\n")


def run(*arguments, **how):
    done = subprocess.run([GRAMDEX, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, **how)
    assert done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout


def make_single(folder, index, inputs):
    run("index", "--index", index, inputs, cwd=folder)
    run("merge", "--index", index, "--canonical", cwd=folder)


def content(index):
    """Of the commit: the base and the lock are outside of it."""
    files = {}
    for name in os.listdir(index):
        if name not in ("base", "lock"):
            with open(f"{index}/{name}", "rb") as file:
                files[name] = file.read()
    return files


def assert_same(index, other):
    assert sorted(content(index)) == sorted(content(other)), (os.listdir(index), os.listdir(other))
    assert content(index) == content(other), "other bytes"
