#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every path that the project's pages name is there: links, and files of the source tree in backquotes.
usage: test_paths.py ROOT"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
folders = "api|indexer|rpc|cli|bench|tests|docs|proto|packaging|examples|cmake|clients|web"
pages = [*root.glob("*.md"), *(page for folder in folders.split("|") for page in root.glob(folder + "/**/*.md"))]
pages = [page for page in pages if "node_modules" not in page.parts]
missing = checked = 0
for page in sorted(pages):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)  # code may name what is yours
    links = [(page.parent, link) for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text) if "://" not in link]
    named = [(root, path) for path in re.findall(rf"`((?:{folders})/[\w./-]+\.(?:c|h|py|md|proto|csv|js|cc))`", text)]
    for base, path in links + named:
        checked += 1
        if not (base / path).exists():
            missing += 1
            print(f"{page.relative_to(root)}: {path}: there is no such file")
print(f"{checked} paths in {len(pages)} pages")
sys.exit(1 if missing or checked < 50 else 0)
