#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/statistics.md and --explain say the same: every section on a statistic is printed whole by a command, needs no index, says
when not to trust the figures, and names every column that the command exports.
usage: test_explain.py ROOT GRAMDEX"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root, program = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
page = (root / "docs/statistics.md").read_text()
sections = dict(part.split("\n", 1) for part in page.split("\n## ")[1:])
environment = {name: value for name, value in os.environ.items() if not name.startswith("GRAMDEX_")} | {"GRAMDEX_CONFIG": ""}
faults = []


def run(*words, folder=None):
    return subprocess.run([program, *words], capture_output=True, text=True, env=environment, cwd=folder)


def words_of(text):
    return re.sub(r"\]\([^)]*\)|[`\[]|\*\*", "", text).split()


def holds(words, part):
    text, wanted = (" " + " ".join(words) + " ", " " + " ".join(part) + " ")
    return wanted in text


commands = re.findall(r"^  (\w+)  ", run("--help").stdout, re.M)
explained = {}
for command in commands:
    said = run(command, "--explain")
    if said.returncode == 0:
        explained[command] = said.stdout
    elif "--explain" not in said.stderr:
        faults.append(f"{command} --explain: {said.stderr}")

for heading, body in sections.items():
    if not any(holds(words_of(text), words_of(body)) for text in explained.values()):
        faults.append(f"no command explains the section {heading}")
for command, text in explained.items():
    if "When not to trust it." not in text:
        faults.append(f"{command} --explain does not say when not to trust it")
    if max(len(line) for line in text.splitlines()) > 120:
        faults.append(f"{command} --explain has a line of more than 120 characters")

# Every column of an export has a row of the list, or is named in one.
exports = {"trend": ["产业链"], "facets": ["产业链"], "dispersion": ["产业链"], "rising": ["--since", "2025"],
           "keyness": ["--a", "source:press"], "ngrams": [], "neighbours": ["产业链"], "collocates": ["关税"],
           "search": ["--all", "--sort", "right", "产业链"], "reprints": [],
           "passages": ["commentary/2020-rcep", "commentary/2019-wto"], "quote": [str(root / "README.md")]}
with tempfile.TemporaryDirectory() as folder:
    index = str(pathlib.Path(folder, "sample.gdx"))
    run("index", "--index", index, *map(str, sorted((root / "examples").glob("*.jsonl"))))
    run("reprints", "--index", index, "--build")
    for command, text in explained.items():
        if command not in exports:
            faults.append(f"{command}: test_explain.py does not ask it for its columns")
            continue
        said = run(command, "--index", index, "--format", "csv", *exports[command])
        columns = said.stdout.split("\n", 1)[0].split(",")
        items = " ".join(re.findall(r"(?ms)^- .*?(?=\n\S|\n\n)", text)).replace("_", " ").split()
        words = [word.strip(",:;()") for word in items]
        absent = [name for name in columns if name not in ("by", "value") and not holds(words, name.replace("_", " ").split())]
        if said.returncode != 0 or absent:
            faults.append(f"{command} --explain does not say what {absent} is; {said.stderr}")

print("\n".join(faults))
print(f"{len(explained)} commands, {len(sections)} sections")
sys.exit(1 if faults or len(explained) < 6 else 0)
