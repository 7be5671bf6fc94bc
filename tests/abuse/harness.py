# SPDX-License-Identifier: Apache-2.0
"""harness.py: a server under attack, and a client of ours that must not notice: `gramdex count --server`, the C client
library, asks one question after the other all the while. After each test connections and calls are back to what they
were, and memory stayed within bounds.

Environment: GRAMDEX is the program, GROWTH how many MiB an attack may cost (160).
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

GRAMDEX = os.environ["GRAMDEX"]
PATIENCE = 60 * int(os.environ.get("GRAMDEX_TEST_TIME_FACTOR", 1))  # seconds; only a broken server needs them
SLOWEST = PATIENCE / 12  # seconds, for one answer to the client, on a busy machine
GROWTH = int(os.environ.get("GROWTH", 160)) << 20  # bytes of memory during an attack; a sanitizer's own included
DOCUMENTS = 2000
ONE, MANY = "贸易规则", "产业链"  # once and 100 times a document
WATCHES_THREADS = os.environ.get("GRAMDEX_TEST_SANITIZER") == "thread"

# Decorates what the thread sanitizer would watch for nothing: calls one after another, bad ones that the loop answers alone, and what
# threads do in another test, too.
skip_thread_sanitizer = unittest.skipIf(WATCHES_THREADS, "nothing new for the thread sanitizer")


def make_index(folder, *more):
    path = os.path.join(folder, "records.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        for i in range(DOCUMENTS):
            file.write(json.dumps({"id": "d/%04d" % i, "title": "第 %d 篇" % i, "text": MANY * 100 + "重构，" + ONE + "。"}) + "\n")
        for text in more:
            file.write(json.dumps({"id": text, "text": text}) + "\n")
    subprocess.run([GRAMDEX, "index", "--index", os.path.join(folder, "index"), path], check=True, capture_output=True)


class Server:
    def __init__(self, folder, *options, files=None, log=None):
        """files: that may be open. log: the way that lines are written, with a reader that stalls."""
        self.log_path = os.path.join(folder, "log-%d" % time.monotonic_ns())
        environment = dict(os.environ)
        # What the sanitizer keeps of freed memory would hide what the server keeps.
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"
        with open(self.log_path, "wb") as file:
            self.process = subprocess.Popen(
                [GRAMDEX, "serve", "--index", os.path.join(folder, "index"), "--json", "--log-format", log or "none",
                 "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", *options],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE if log else file, env=environment,
                preexec_fn=files and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))))
        printed = json.loads(self.process.stdout.readline())
        self.address, self.metrics_address = printed["listening"][0], printed["metrics"]

    def metrics(self):
        """{name: value}; labels are part of the name."""
        with urllib.request.urlopen("http://%s/metrics" % self.metrics_address, timeout=PATIENCE) as reply:
            lines = reply.read().decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    def calls(self, code):
        """Of all methods, that ended so."""
        return sum(value for name, value in self.metrics().items()
                   if name.startswith("gramdex_requests_total") and 'code="%s"' % code in name)

    def wait_for(self, **wanted):
        until = time.monotonic() + PATIENCE
        while True:
            now = self.metrics()
            if all(now["gramdex_" + name] == value for name, value in wanted.items()):
                return
            assert time.monotonic() < until, (wanted, now)
            time.sleep(0.02)

    def resident(self):
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as file:
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmRSS"))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()
        if self.process.stderr:
            self.process.stderr.close()
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            assert status == 0, (status, file.read())


class Client(threading.Thread):
    """Asks without a pause, on one connection, and keeps the time of the slowest answer."""

    def __init__(self, server, *options):
        super().__init__()
        self.server, self.asked, self.slowest, self.resident, self.wrong = server, 0, 0, 0, []
        self.is_over = False
        self.process = subprocess.Popen([GRAMDEX, "count", "--server", server.address, "--json", "--queries", "-", *options],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.ask()
        self.slowest = 0
        self.start()

    def ask(self):
        since = time.monotonic()
        self.process.stdin.write((ONE + "\n").encode())
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line or json.loads(line).get("documents") != DOCUMENTS:
            self.wrong.append(line or self.process.stderr.read())
        self.asked += 1
        self.slowest = max(self.slowest, time.monotonic() - since)

    def run(self):
        while not self.is_over and not self.wrong:
            self.ask()
            self.resident = max(self.resident, self.server.resident())
            time.sleep(0.01)

    def stop(self):
        self.is_over = True
        self.join()
        self.process.stdin.close()
        self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()


class AbuseTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="gramdex-abuse-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        make_index(cls.folder)
        cls.plain = None  # the server without options, and its memory at the start
        cls.addClassCleanup(cls.end_plain)

    @classmethod
    def end_plain(cls):
        if cls.plain:
            server, cls.plain = cls.plain[0], None
            server.stop()

    def serve(self, *options, client_options=(), **how):
        """Without options all tests of the class have one server: together they may cost what one may."""
        is_plain, self.is_well, cls = not options and not how, False, type(self)
        if is_plain and not cls.plain:
            server = Server(self.folder)
            cls.plain = server, server.resident()
        if is_plain:
            self.server, self.before = cls.plain
            self.addCleanup(lambda: self.is_well or cls.end_plain())  # what a failed test left is not the next one's
        else:
            self.server = Server(self.folder, *options, **how)
            self.before = self.server.resident()
            self.addCleanup(self.server.stop)
        self.client = Client(self.server, *client_options)
        self.addCleanup(self.client.stop)

    def check(self, connections=1):
        """The client has been served meanwhile, and nothing is left of the attack."""
        self.server.wait_for(connections=connections, exports=0, queue_depth=0)
        asked, until = self.client.asked, time.monotonic() + PATIENCE
        while self.client.asked < asked + 3 and not self.client.wrong:
            assert time.monotonic() < until
            time.sleep(0.01)
        self.client.stop()
        self.assertEqual(self.client.wrong, [])
        self.assertLess(self.client.slowest, SLOWEST)
        self.assertLess(self.client.resident - self.before, GROWTH)
        self.server.wait_for(connections=connections - 1, calls=0, connection_memory_bytes=0)
        self.is_well = True
        if "VERBOSE" in os.environ:
            print("%s: %d answers, slowest %.0f ms, %+.1f MiB" % (self.id(), self.client.asked, self.client.slowest * 1000,
                                                               (self.client.resident - self.before) / 2**20))


def main():
    """unittest's words, and a line that a test runner can count."""
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - failed, failed))
    sys.exit(1 if failed or result.testsRun == 0 else 0)
