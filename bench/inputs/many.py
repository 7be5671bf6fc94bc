#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Indexes some thousands of mixed files twice, as a night's job does: what is read by kind, how long, how much memory.

usage: many.py [--files N] [--keep FOLDER] [--memory SIZE] [--converter-memory SIZE]    GRAMDEX names the program

Each kind of tests/inputs/makers.py that can be made here gives one file, and that file is written N times over with bytes that
differ and mean the same, so that no two are alike to the program. Exit status 1: a file was not read, the second run changed
something or took 5 s, or memory went past --memory and a fifth.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../tests/inputs"))
import makers  # noqa: E402
from text import Paper  # noqa: E402

UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
PACKED = (".docx", ".pptx", ".xlsx", ".odt", ".ods", ".odp", ".epub", ".zip")


def vary(source, target, number):
    """The same document in other bytes."""
    shutil.copyfile(source, target)
    end = os.path.splitext(source)[1]
    if end in PACKED:
        with zipfile.ZipFile(target, "a") as package:
            package.comment = str(number).encode()
    elif end == ".pdf":
        with open(target, "ab") as file:
            file.write(f"\n% {number}\n".encode())
    elif end in (".jsonl", ".json", ".csv", ".tsv", ".rss", ".xml", ".warc", ".mbox", ".eml") or "csv" in end:
        with open(target, "rb") as file:
            content = file.read()
        for mark in (b"json-0", b"array-0", b"object-0", b"csv-0", b"tsv-0", b"example.org/", b"0@example.org", b"<id>7</id>"):
            content = content.replace(mark, mark[:-1] + str(number).encode() + mark[-1:] if mark[:1] != b"<" else b"<id>%d</id>" % number)
        with open(target, "wb") as file:
            file.write(re.sub(rb"(?m)^Content-Length: (\d+)\r\n", lambda m: m.group(0), content))


def watch(process, peak):
    """The most memory that the process itself had, in bytes."""
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as status:
                found = re.search(r"VmHWM:\s+(\d+)", status.read())
            if found:
                peak[0] = max(peak[0], int(found.group(1)) << 10)
        except OSError:
            pass
        time.sleep(0.02)


def index(folder, options):
    command = [os.environ["GRAMDEX"], "index", "--index", os.path.join(folder, "index"), "--json", "--memory", options.memory]
    if options.converter_memory:
        command += ["--converter-memory", options.converter_memory]
    peak, began = [0], time.monotonic()
    with open(os.path.join(folder, "said"), "w+") as out, open(os.path.join(folder, "err"), "w+") as err:
        process = subprocess.Popen(command + [os.path.join(folder, "files")], stdout=out, stderr=err)
        watcher = threading.Thread(target=watch, args=(process, peak))
        watcher.start()
        process.wait()
        watcher.join()
        out.seek(0)
        lines = [json.loads(line) for line in out]
    return lines[-1], [line for line in lines if line.get("class") == "refused"], time.monotonic() - began, peak[0]


def make(folder, count):
    with open(os.path.join(os.path.dirname(__file__), "../../examples/article.txt"), encoding="utf-8") as file:
        paper = Paper(file.read(), 0)
    made = sorted({m.name for maker in makers.MAKERS for m in maker(os.path.join(folder, "made"), paper)
                   if os.path.isfile(os.path.join(folder, "made", m.name))})
    for number in range(count):
        source = os.path.join(folder, "made", made[number % len(made)])
        target = os.path.join(folder, "files", f"{number // 100:02}", f"{number:05}-{os.path.basename(source)}")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        vary(source, target, number)
    return len(made)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=3000)
    options.add_argument("--keep")
    options.add_argument("--memory", default="512M")
    options.add_argument("--converter-memory")
    options = options.parse_args()
    folder = options.keep or tempfile.mkdtemp(prefix="gramdex-many-")
    os.makedirs(os.path.join(folder, "made"), exist_ok=True)
    shutil.rmtree(os.path.join(folder, "index"), ignore_errors=True)
    try:
        kinds = make(folder, options.files)
        print(f"{options.files} files of {kinds} forms")
        failed = False
        for name in ("first run", "again"):
            summary, refused, seconds, peak = index(folder, options)
            print(f"{name}: {seconds:.1f} s, {peak >> 20} MiB; added {summary['added']}, replaced {summary['replaced']}, "
                  f"unchanged {summary['unchanged']}, refused {summary['refused']}")
            for line in refused[:10]:
                print(f"    {line['path']}: {line['reason']}")
            limit = int(options.memory[:-1]) * UNITS[options.memory[-1]]
            failed |= summary["refused"] > 0 or peak > limit * 1.2
        print(json.dumps(summary["kinds"], ensure_ascii=False))
        failed |= seconds > 5 or summary["added"] + summary["replaced"] > 0
        return int(failed)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
