#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/inputs.md lists each kind of input with the names that tell it, and each converter, as the code has them, and no other.
usage: test_inputs.py ROOT"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
page = (root / "docs/inputs.md").read_text()
code = (root / "indexer/ingest/kind.c").read_text()
faults = []


def rows(heading):
    section = page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in section.splitlines() if line.startswith("| ")]
    return table[2:]


def expect_equal(what, in_code, in_page):
    faults.extend(f"docs/inputs.md, {what}: lacks {missing}" for missing in sorted(in_code - in_page))
    faults.extend(f"docs/inputs.md, {what}: the code has no {strange}" for strange in sorted(in_page - in_code))


table = code.split("rows[] = {", 1)[1].split("};", 1)[0]
kinds = re.findall(r'\{GDX_INPUT_\w+, \w+, "([^"]+)",\s*(?:"([^"]*)"|NULL)\}', table)
assert len(kinds) > 20, kinds
in_code = {(name, ending) for name, endings in kinds for ending in endings.split(".")[1:]}
in_page = {(row[0], ending) for row in rows("Kinds") for ending in row[1].replace(".", "").split()}
expect_equal("Kinds", in_code, in_page)

shipped = (root / "indexer/convert/converters").read_text()
shipped = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", shipped))
programs = {}
for line in filter(str.strip, shipped.splitlines()):
    kind, command = line.split()[0], line.split(" -- ", 1)[1].split()[0]
    programs.setdefault(kind, set()).add(command)
expect_equal("Converters", {(kind, command) for kind, commands in programs.items() for command in commands},
             {(row[0], command) for row in rows("Converters") for command in re.findall(r"[\w-]+", row[1].replace("then", ""))})

for fault in faults:
    print(fault)
sys.exit(bool(faults))
