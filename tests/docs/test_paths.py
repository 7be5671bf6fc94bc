#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every path that the project's pages name exists: links, and files of the source tree in backquotes. In the pages that lead
through the code, every function and type in backquotes exists too.
usage: test_paths.py ROOT"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
folders = ["api", "indexer", "rpc", "cli", "libexec", "bench", "tests", "docs", "proto", "packaging", "examples", "cmake", "clients", "web", ".ci"]
in_folder = "(?:" + "|".join(map(re.escape, folders)) + ")"
pages = [*root.glob("*.md"), *(page for folder in folders for page in root.glob(folder + "/**/*.md"))]
pages = [page for page in pages if "node_modules" not in page.parts]
guides = [root / "docs/architecture.md", *root.glob("docs/howto-*.md")]

sources = [file for folder in folders for file in (root / folder).rglob("*") if file.suffix in (".c", ".h", ".proto", ".py", ".txt")]
words = set(re.findall(r"\w+", " ".join(file.read_text() for file in sources if "node_modules" not in file.parts)))

faults, checked, named = [], 0, 0
for page in sorted(pages):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)  # code may name what is yours
    links = [(page.parent, link) for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text) if "://" not in link]
    files = [(root, path) for path in re.findall(rf"`({in_folder}/[\w./-]+)`", text)]
    for base, path in links + files:
        checked += 1
        if not (base / path).exists():
            faults.append(f"{page.relative_to(root)}: {path}: there is no such file")
    for name in re.findall(r"`([a-z]\w*_\w+)`", text) if page in guides else []:
        named += 1
        if name not in words:
            faults.append(f"{page.relative_to(root)}: {name}: the code has no such name")
print("\n".join(faults))
print(f"{checked} paths in {len(pages)} pages, {named} names in {len(guides)} guides")
sys.exit(1 if faults or checked < 50 or named < 20 else 0)
