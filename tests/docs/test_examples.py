#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples of the pages, run: each command prints what the page shows, times and speeds aside; of `gramdex bench` any
number may be another. An example is a line that begins with "$ " and one of PROGRAMS in a block of code, and what follows
it there; those that name none of MADE are not run. The sample is made as README.md makes it, unless the page makes it
itself. A server is started where the page starts it, on a port of its own, and ends with the page.
usage: test_examples.py ROOT GRAMDEX PAGE..."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAMS = "gramdex|mkdir|cp|grep|head|echo|curl"
ADDRESS, METRICS = "127.0.0.1:50051", "127.0.0.1:9090"  # of the pages
MADE = re.compile(r"\b(sample\.gdx|made\.|night\b|%s|%s)" % (ADDRESS, METRICS))
root, program = (pathlib.Path(path).resolve() for path in sys.argv[1:3])


def examples_of(page):
    """Pairs of a command and the lines after it, up to the next command or to what is not indented."""
    found = []
    for line in (root / page).read_text().splitlines():
        command = re.match(r" {4,}\$ ((?:%s) .*)" % PROGRAMS, line)
        if command:
            shows = bool(MADE.search(command[1]))
            found += [(command[1], [])] * shows
        elif re.match(r"\S", line):
            shows = False
        elif found and shows:
            found[-1][1].append(line)
    return found


def lines_of(text):
    text = re.sub(r"\d+(\.\d+)? (µs|ms|s)\b|\d+(\.\d+)? [kMG]?B/s|\"took_us\":\d+", "TIME", text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def without_numbers(lines):
    return [re.sub(r"[\d.,]+", "N", re.sub(r"\s+", " ", line)) for line in lines]


def run(command, folder, environment):
    return subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)


def serve(command, folder, environment):
    """Starts a server on any ports; it, and what to put for the page's addresses."""
    asked = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:0", command.removesuffix("&")).split()
    server = subprocess.Popen([program, *asked[1:], "--log-format", "none", "--json"], cwd=folder, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    told = json.loads(server.stdout.readline())
    return server, {ADDRESS: told["listening"][0], METRICS: told.get("metrics", METRICS)}


def check(page, command, output, folder, environment):
    ran = run(command, folder, environment)
    printed, warned, expected = lines_of(ran.stdout), lines_of(ran.stderr), lines_of("\n".join(output))
    if command.startswith("gramdex bench "):
        printed, warned, expected = (without_numbers(lines) for lines in (printed, warned, expected))
    if ran.returncode == 0 and expected in (printed + warned, warned + printed):
        return []
    printed += warned
    return [f"{page}: $ {command}\nprints:\n" + "\n".join(printed) + "\nthe page shows:\n" + "\n".join(expected)]


def check_page(page, shown, folder, environment):
    """The faults of a page, whose commands follow each other."""
    found, server, addresses = [], None, {}
    try:
        for command, output in shown:
            if command.startswith("gramdex serve "):
                server, addresses = serve(command, folder, environment)
            else:
                for written, real in addresses.items():
                    command, output = command.replace(written, real), [line.replace(written, real) for line in output]
                found += check(page, command, output, folder, environment)
    finally:
        if server:
            server.terminate()
            server.wait()
    return found


faults, checked = [], 0
for page in sys.argv[3:]:
    shown = examples_of(page)
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(root / "examples", pathlib.Path(folder, "examples"))
        own = {"HOME": folder, "XDG_CONFIG_HOME": folder, "PATH": f"{program.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GRAMDEX_")} | own
        if shown and not any(command.startswith(("gramdex index ", "gramdex bench ")) for command, _ in shown[:3]):
            run(examples_of("README.md")[0][0], folder, environment)
        faults += check_page(page, shown, folder, environment)
    checked += len(shown)
    if not shown:
        faults.append(f"{page} has no example")
print("\n".join(faults))
print(f"{checked} examples")
sys.exit(1 if faults else 0)
