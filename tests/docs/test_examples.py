#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of the pages, run: each command prints what the page shows, times and speeds aside. An example is a line that
begins with "$ gramdex" in a block of code, and what follows it there; those that ask another index than sample.gdx are not
run. The sample is made as README.md makes it, unless the page makes it itself.
usage: test_examples.py ROOT GRAMDEX PAGE..."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root, program = (pathlib.Path(path).resolve() for path in sys.argv[1:3])


def examples_of(page):
    """Pairs of a command and the lines after it, up to the next command or to what is not indented."""
    found = []
    for line in (root / page).read_text().splitlines():
        command = re.match(r" {4,}\$ (gramdex .*)", line)
        if command:
            shows = "sample.gdx" in command[1]
            found += [(command[1], [])] * shows
        elif re.match(r"\S", line):
            shows = False
        elif found and shows:
            found[-1][1].append(line)
    return found


def lines_of(text):
    text = re.sub(r"\d+(\.\d+)? (µs|ms|s)\b|\d+(\.\d+)? [kMG]?B/s|\"took_us\":\d+", "TIME", text)
    return [line.strip() for line in text.strip().splitlines()]


def run(command, folder, environment):
    return subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)


faults, checked = [], 0
for page in sys.argv[3:]:
    shown = examples_of(page)
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(root / "examples", pathlib.Path(folder, "examples"))
        own = {"HOME": folder, "XDG_CONFIG_HOME": folder, "PATH": f"{program.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GRAMDEX_")} | own
        if shown and not shown[0][0].startswith("gramdex index "):
            run(examples_of("README.md")[0][0], folder, environment)
        for command, output in shown:
            ran = run(command, folder, environment)
            printed, expected = lines_of(ran.stdout + ran.stderr), lines_of("\n".join(output))
            if ran.returncode != 0 or printed != expected:
                faults.append(f"{page}: $ {command}\nprints:\n" + "\n".join(printed) + "\nthe page shows:\n" + "\n".join(expected))
    checked += len(shown)
    if not shown:
        faults.append(f"{page} has no example")
print("\n".join(faults))
print(f"{checked} examples")
sys.exit(1 if faults else 0)
