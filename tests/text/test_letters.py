#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The letters of indexer/text/letters.c are those of the Unicode character database: of the scripts that the matching rule writes
without spaces, categories L, M, Nd and Nl. usage: test_letters.py ROOT [UNICODE_FOLDER]"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "/usr/share/unicode")
if not (folder / "UnicodeData.txt").exists():
    print("skipped: there is no %s (package unicode-data)" % folder)
    sys.exit(77)
UNSPACED = set("Han Hani Hiragana Hira Katakana Kana Bopomofo Bopo Hangul Hang Thai Lao Laoo Khmer Khmr Myanmar Mymr".split())

scripts = {}
for name in ("Scripts.txt", "ScriptExtensions.txt"): # what the second says of a character is what counts
    for line in (folder / name).read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            places, value = [part.strip() for part in line.split(";")]
            first, _, last = places.partition("..")
            for code in range(int(first, 16), int(last or first, 16) + 1):
                scripts[code] = set(value.split())

expected, first = set(), None
for line in (folder / "UnicodeData.txt").read_text(encoding="utf-8").splitlines():
    fields = line.split(";")
    code, category = int(fields[0], 16), fields[2]
    begin = first if fields[1].endswith("Last>") else code
    first = code
    if category[0] in "LM" or category in ("Nd", "Nl"):
        expected.update(each for each in range(begin, code + 1) if scripts.get(each, set()) & UNSPACED)

source = (root / "indexer/text/letters.c").read_text()
found = set()
for first, last in re.findall(r"\{0x([0-9a-f]+), 0x([0-9a-f]+)\}", source):
    found.update(range(int(first, 16), int(last, 16) + 1))
for code in sorted(found ^ expected)[:20]:
    print("U+%04X is %s" % (code, "no letter" if code in found else "missing"))
print("%d letters" % len(found))
sys.exit(1 if found != expected or len(found) < 90000 else 0)
