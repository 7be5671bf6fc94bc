#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""page_embed refuses what is not a page, by name, and leaves no output; the same page gives the same output.
usage: test_embed.py PAGE_EMBED SMALL"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

program, small = sys.argv[1], pathlib.Path(sys.argv[2])
good = json.loads((small / "assets.json").read_text())
asset = good["assets"][0]
faults = []


def embed(assets):
    """Exit status, what it says, and its output (None: there is none)."""
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder, "page")
        shutil.copytree(small, page)
        (page / "assets.json").write_text(assets if isinstance(assets, str) else json.dumps(assets))
        output = pathlib.Path(folder, "table.c")
        ran = subprocess.run([program, str(page), str(output)], capture_output=True, text=True)
        return ran.returncode, ran.stderr, output.read_text() if output.exists() else None


def one_with(**changes):
    return dict(good, assets=[dict(asset, **changes)])


first, again = embed(good), embed(dict(reversed(good.items())))
if first[0] != 0 or first != again:
    faults.append("the same page, twice: %r, %r" % (first[:2], again[:2]))

status, said, output = embed({"absent": "there was no wind"})
if status != 0 or 'page_absence = "there was no wind"' not in output:
    faults.append("absent: %r" % said)

bad = {
    "not JSON": ('{"views":', "line 1"),
    "no views": (dict(good, views=[]), "views"),
    "a view that is no text": (dict(good, views=[1]), "views"),
    "no index": ({"views": ["/"], "assets": []}, "index"),
    "a file that is not there": (one_with(file="other.js"), "other.js"),
    "a file elsewhere": (one_with(file="../small/main.js"), "../small/main.js"),
    "a path without its stroke": (one_with(path="assets/main.js"), "assets/main.js"),
    "a path of a view": (one_with(path="/trend"), "/trend is there twice"),
    "a type with a line end": (one_with(type="text/css\r\nx: y"), "type"),
    "a path that would end its string": (one_with(path='/"'), "path"),
    "no type": (dict(good, assets=[{"path": "/x", "file": "main.js"}]), "type"),
}
for name, (assets, named) in bad.items():
    status, said, output = embed(assets)
    if status != 1 or named not in said or output is not None:
        faults.append("%s: exit status %d, said %r, output %s" % (name, status, said, output is not None))

print("\n".join(faults))
print("%d refusals" % len(bad))
sys.exit(1 if faults else 0)
