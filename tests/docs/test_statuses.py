#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/protocol.md lists each status and each reason that the code has, and no other; pages and .proto files name no reason that
is not one.
usage: test_statuses.py ROOT"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
header = (root / "indexer/base/include/gdx/error.h").read_text()
table = (root / "indexer/base/error.c").read_text()
page = (root / "docs/protocol.md").read_text()
faults = []


def expect_equal(what, in_code, in_page):
    for missing in sorted(in_code - in_page):
        faults.append(f"docs/protocol.md, {what}: lacks {missing}")
    for strange in sorted(in_page - in_code):
        faults.append(f"docs/protocol.md, {what}: the code has no {strange}")


def rows(heading):
    section = page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in section.splitlines() if line.startswith("| `")]


codes = re.findall(r'^    \{"([A-Z_]+)", GDX_\w+\},', table, re.M)
statuses = re.findall(r'\[(GDX_\w+)\] = \{"([^"]+)", (\d+), (\d)\}', table)
reasons = re.findall(r"^    X\(([A-Z_]+)\)", header, re.M)
assert len(codes) == 17 and len(statuses) > 10 and len(reasons) > 5, (codes, statuses, reasons)

in_code = {(codes[int(code)], name, exit_status) for _, name, code, exit_status in statuses if code != "0"}
in_page = {(row[0].strip("`"), name.strip(), row[2]) for row in rows("Statuses") for name in row[1].split(",")}
expect_equal("Statuses", in_code, in_page)

# Where the code fails with a reason, and with which status.
code_of = {constant: codes[int(code)] for constant, _, code, _ in statuses}
given = set()
for path in [path for folder in ("api", "indexer", "rpc") for path in sorted((root / folder).rglob("*.c"))]:
    source = path.read_text()
    pairs = re.findall(r"(?:gdx_fail_reason|fail_call)\(\w+, (GDX_[A-Z_]+), GDX_REASON_(\w+)", source)
    pairs += [("GDX_INVALID", reason) for reason in re.findall(r"gdx_fail_(?:field|query)\([^;]*?GDX_REASON_(\w+)", source)]
    given |= {(reason, code_of[status]) for status, reason in pairs if reason != "NONE"}
expect_equal("Reasons", given, {(row[0].strip("`"), row[1].strip("`")) for row in rows("Reasons")})
expect_equal("Reasons", set(reasons), {row[0].strip("`") for row in rows("Reasons")})

named = 0
for path in [*root.glob("docs/*.md"), *root.glob("proto/gramdex/v1/*.proto")]:
    for name in re.findall(r"reason\s+(?://\s+)?`?([A-Z]{3,}_[A-Z_]+)", path.read_text()):
        named += 1
        if name not in reasons:
            faults.append(f"{path.relative_to(root)}: {name} is no reason")

print("\n".join(faults))
print(f"{len(statuses)} statuses, {len(reasons)} reasons, named {named} times")
sys.exit(1 if faults or named < 5 else 0)
