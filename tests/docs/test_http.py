# SPDX-License-Identifier: Apache-2.0
"""test_http.py: the curl lines of docs/http.md do what it says, over HTTP/1.1 as they stand and over HTTP/2.

usage: test_http.py SOURCE GRAMDEX
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

ADDRESS = "127.0.0.1:50051"
PATIENCE = 60 * int(os.environ.get("GRAMDEX_TEST_TIME_FACTOR", 1))


def examples(text):
    """Pairs of a command and the lines that it prints."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        command, output = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, "\n".join(output)
                command, output = line[2:], []
            else:
                output.append(line)
        yield command, "\n".join(output)


def settled(text):
    return re.sub(r'"tookUs":"\d+"', '"tookUs":"0"', text).rstrip("\n")


def run(command):
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=PATIENCE)
    return settled((done.stdout + done.stderr).decode("utf-8", "replace"))


def check(pairs, address, more):
    wrong = 0
    for command, expected in pairs:
        printed = run(command.replace("curl ", "curl %s " % more, 1).replace(ADDRESS, address))
        if printed != settled(expected):
            print("%s\nprinted:  %s\nexpected: %s\n" % (command, printed, settled(expected)))
            wrong += 1
    return wrong


def speaks_http1(address):
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), PATIENCE) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: " + address.encode() + b"\r\n\r\n")
        return client.recv(8) == b"HTTP/1.1"


def main():
    source, program = sys.argv[1:]
    if not shutil.which("curl"):
        print("curl is not installed: skipped")
        return 77
    with open(os.path.join(source, "docs/http.md"), encoding="utf-8") as file:
        pairs = list(examples(file.read()))
    folder = tempfile.mkdtemp()
    index = os.path.join(folder, "sample.gdx")
    subprocess.run([program, "index", "--index", index, "examples/commentary.jsonl"], cwd=source, check=True,
                   stdout=subprocess.DEVNULL, timeout=PATIENCE)
    server = subprocess.Popen([program, "serve", "--index", index, "--listen", "127.0.0.1:0", "--log-format", "none"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        address = re.search(r"127\.0\.0\.1:\d+", server.stdout.readline()).group(0)
        wrong = check(pairs, address, "--http2-prior-knowledge")
        over_both = speaks_http1(address)
        if over_both:
            wrong += check(pairs, address, "--http1.1")
        else:
            print("over HTTP/1.1: skipped, this server does not speak it")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE)
        shutil.rmtree(folder)
    print("%d lines, %d wrong" % (len(pairs), wrong))
    return 1 if wrong or len(pairs) < 7 else 0


sys.exit(main())
