#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of README.md, run: each command prints what the page shows, times and speeds aside.
usage: test_readme.py ROOT GRAMDEX"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

root, program = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
page = (root / "README.md").read_text()
shown = re.findall(r"^    \$ (gramdex .*)\n((?:(?:    .*)?\n)*?)(?=    \$ |\S)", page, re.M)


def lines_of(text):
    text = re.sub(r"\d+(\.\d+)? (µs|ms|s)\b|\d+(\.\d+)? [kMG]?B/s|\"took_us\":\d+", "TIME", text)
    return [line.strip() for line in text.strip().splitlines()]


faults = []
with tempfile.TemporaryDirectory() as folder:
    os.symlink(root / "examples", pathlib.Path(folder, "examples"))
    own = {"HOME": folder, "XDG_CONFIG_HOME": folder, "PATH": f"{program.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRAMDEX_")} | own
    for command, output in shown:
        run = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
        printed, expected = lines_of(run.stdout + run.stderr), lines_of(output)
        if run.returncode != 0 or printed != expected:
            faults.append(f"README.md: $ {command}\nprints:\n" + "\n".join(printed) + "\nthe page shows:\n" + "\n".join(expected))
print("\n".join(faults))
print(f"{len(shown)} examples")
sys.exit(1 if faults or len(shown) < 4 else 0)
