#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No file of code has more lines than CONTRIBUTING.md says, but those that a program makes and that are named here. Pages, data and
what protoc makes are no code, nor are proto files, whose comments are the reference of the API. usage: test_lengths.py ROOT"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
folders = ["api", "indexer", "rpc", "cli", "library", "libexec", "bench", "tests", "docs", "packaging", "examples", "cmake", "clients", "web", ".ci"]
endings = (".c", ".h", ".cc", ".py", ".ts", ".js", ".mjs", ".css", ".sh", ".zsh", ".jq", ".cmake")
made_elsewhere = {"node_modules", "dist"}
generated = {"clients/node/src/messages.ts", "clients/python/src/gramdex/messages.py", "clients/python/src/gramdex/methods.py"}

most = int(re.search(r"files of at most (\d+)", (root / "CONTRIBUTING.md").read_text())[1])


def is_code(file):
    if not file.is_file():
        return False
    if file.suffix:
        return file.name == "CMakeLists.txt" or file.suffix in endings
    with open(file, "rb") as opened:
        return opened.read(2) == b"#!"


files = [*root.glob("*"), *(file for folder in folders for file in (root / folder).rglob("*"))]
files = [file for file in files if not made_elsewhere & set(file.relative_to(root).parts) and is_code(file)]
faults, long_ones = [], set()
for file in sorted(files):
    text, name = file.read_text(), str(file.relative_to(root))
    lines = text.count("\n")
    if lines > most and name not in generated:
        faults.append(f"{name}: {lines} lines, at most {most} are wanted")
    elif lines > most and "Made by clients/generate" in text[:200]:
        long_ones.add(name)
faults += [f"{name}: it is not generated, or no longer so long" for name in sorted(generated - long_ones)]
print("\n".join(faults))
print(f"{len(files)} files, {most} lines at most")
sys.exit(1 if faults or len(files) < 1000 else 0)
