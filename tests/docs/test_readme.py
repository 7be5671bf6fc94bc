#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""README.md and README.zh.md say the same, section by section: the same commands with the same output in the same order, the same names in
code and the same links. usage: test_readme.py ROOT"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
LINES_MOST = 119


def parts_of(page):
    """For each section its blocks of code, what the two commands are, its names in code and the targets of its links."""
    text = (root / page).read_text()
    found = []
    for section in re.split(r"^## .*$", text, flags=re.M):
        blocks = [line for line in section.splitlines() if re.match(r" {4}\S", line)]
        commands = [re.sub(r"^( {4}\./\w+) .*", r"\1", line) for line in blocks]
        prose = "\n".join(line for line in section.splitlines() if not line.startswith("    "))
        links = [link for link in re.findall(r"\]\(([^)]+)\)", prose) if not link.startswith("README")]
        found.append({"commands": commands, "code": re.findall(r"`([^`]+)`", prose), "links": links})
    return found, len(text.splitlines())


(english, lines), (chinese, _) = parts_of("README.md"), parts_of("README.zh.md")
faults = []
if len(english) != len(chinese):
    faults.append(f"{len(english)} sections in README.md, {len(chinese)} in README.zh.md")
for number, (one, other) in enumerate(zip(english, chinese)):
    for kind in one:
        ours, theirs = (sorted(part[kind]) if kind != "commands" else part[kind] for part in (one, other))
        if ours != theirs:
            lost, more = [x for x in ours if x not in theirs], [x for x in theirs if x not in ours]
            faults.append(f"section {number}, {kind}: README.zh.md lacks {lost}, and has {more} more")
if lines > LINES_MOST:
    faults.append(f"README.md has {lines} lines, {LINES_MOST} at most are wanted")
if sum(len(part["commands"]) for part in english) < 10:
    faults.append("the commands were not found")
print("\n".join(faults) or "the same")
sys.exit(1 if faults else 0)
