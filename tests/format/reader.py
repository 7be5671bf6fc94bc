#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads an index directory and prints all that is in it as JSON Lines: reader.py DIRECTORY

Written from docs/format.md, format-index.md and format-postings.md alone, and shares no code with the program: where it
cannot read what the program wrote, one of them is wrong. It knows no matching rule, looks up nothing and is slow; it
checks what the pages say a reader must. Needs python3-xxhash and the program zstd. The tables it takes from the pages:
the prefix codes from docs/format-postings.md, the built-in tokens from the file that docs/format.md names.

Its parts, each relying on those before: integers.py, postings.py, tokens.py, segment.py, directory.py.
"""
import json
import subprocess
import sys

from directory import read_deletions, read_manifest
from integers import Damaged, column, need
from segment import SECTIONS, SHAPES, Segment

FIRST_WORD = 0x110000


def show(row):
    print(json.dumps(row, ensure_ascii=False, separators=(",", ":")))


def show_segment(directory, manifest, record):
    segment = Segment(directory, record["name"])
    need(segment.rule == (manifest["rule_fingerprint"], manifest["rule"]), "another rule than the manifest's")
    found = (segment.bytes, segment.documents, segment.positions, segment.symbols, segment.text_bytes)
    said = tuple(record[name] for name in "bytes documents positions symbols text_bytes".split())
    need(found == said, "other figures than the manifest's")
    deleted = read_deletions(directory, record)
    show({
        "segment": segment.file_name,
        "shape": SHAPES[segment.shape],
        "bytes": segment.bytes,
        "documents": segment.documents,
        "positions": segment.positions,
        "text_bytes": segment.text_bytes,
        "terms": segment.term_count,
        "words": segment.word_count,
        "sources": segment.source_count,
        "deleted": deleted,
        "deleted_symbols": record["deleted_symbols"],
        "sections": [len(segment.section[name]) for name in SECTIONS],
    })
    symbols, metadata = 0, []
    for document in segment.all_documents():
        show(document)
        metadata.append(document["metadata"])
        symbols += document["symbols"] if document["document"] in deleted else 0
    need(symbols == record["deleted_symbols"], "another number of deleted symbols")
    for of_key in segment.columns(metadata):
        show(of_key)
    show({"by_id": column(segment.section["ID_ORDER"], 4)})
    words, reversed_order = segment.words()
    for number, word in enumerate(words):
        show({"word": FIRST_WORD + number, "spelling": word.decode(), "by_end": FIRST_WORD + reversed_order[number]})
    for first, second, entries in segment.terms():
        show({"term": [first, second], **entries})
    for symbol, entries in segment.frequencies():
        show({"frequencies": symbol, "documents": entries})


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: reader.py DIRECTORY")
    manifest, records = read_manifest(sys.argv[1])
    show({
        "commit": manifest["commit"],
        "documents": manifest["documents"],
        "symbols": manifest["symbols"],
        "bytes": manifest["bytes"],
        "segments": manifest["segments"],
        "rule_fingerprint": "%016x" % manifest["rule_fingerprint"],
        "rule": manifest["rule"],
        "keys": manifest["key_names"],
        "shape": SHAPES[manifest["shape"]],
    })
    for record in records:
        show_segment(sys.argv[1], manifest, record)


if __name__ == "__main__":
    try:
        main()
    except (Damaged, OSError, UnicodeDecodeError, subprocess.CalledProcessError) as error:
        sys.exit("reader.py: %s: %s" % (sys.argv[1], error))
