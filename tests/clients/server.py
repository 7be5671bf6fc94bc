# SPDX-License-Identifier: Apache-2.0
"""server.py: `gramdex serve` for the tests of the clients. As a program: serves an index of the sample while a command runs.

usage: server.py GRAMDEX EXAMPLES COMMAND...     the command finds the address in ADDRESS, the program in GRAMDEX
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

PATIENCE = 60 * int(os.environ.get("GRAMDEX_TEST_TIME_FACTOR", 1))  # seconds; only a broken server needs them


@contextlib.contextmanager
def served(gramdex, inputs, *options):
    """The address of a server of an index of some files; it must end in exit status 0."""
    folder = tempfile.mkdtemp(prefix="gramdex-test-")
    try:
        index = os.path.join(folder, "sample.gdx")
        if inputs:
            base = os.path.commonpath([os.path.dirname(each) for each in inputs])
            for command in (["index", "--base", os.path.dirname(base), *inputs], ["reprints", "--build"]):
                subprocess.run([gramdex, command[0], "--index", index, *command[1:]], check=True, stdout=subprocess.DEVNULL)
        process = subprocess.Popen([gramdex, "serve", "--index", index, "--create", "--json", "--log-format", "none",
                                    "--listen", "127.0.0.1:0", *options], stdout=subprocess.PIPE)
        try:
            yield json.loads(process.stdout.readline())["listening"][0]
        finally:
            process.send_signal(signal.SIGTERM)
            status = process.wait(timeout=PATIENCE)
            process.stdout.close()
        assert status == 0, status
    finally:
        shutil.rmtree(folder)


def sample(examples):
    return [str(pathlib.Path(examples) / name) for name in ("article.txt", "commentary.jsonl", "press.jsonl")]


if __name__ == "__main__":
    program, examples, *command = sys.argv[1:]
    with served(program, sample(examples), "--drain", "1") as address:
        sys.exit(subprocess.run(command, env={**os.environ, "ADDRESS": address, "GRAMDEX": program}).returncode)
