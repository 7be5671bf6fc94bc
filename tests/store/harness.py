# SPDX-License-Identifier: Apache-2.0
"""harness.py: gramdex as a process beside the object store of store.py. Environment: GRAMDEX is the program."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from store import KEY_ID, REGION, SECRET, Store

GRAMDEX = os.environ["GRAMDEX"]
PATIENCE = 60 * int(os.environ.get("GRAMDEX_TEST_TIME_FACTOR", 1))  # seconds; only a broken program needs them


class StoreTest(unittest.TestCase):
    """A folder, a store and an index of a few segments for each test."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="gramdex-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.index, self.replica = self.path("index"), self.path("replica")
        self.store = self.make_store()
        self.url = "s3://bucket/corpus"

    def make_store(self, **how):
        made = Store(**how)
        self.addCleanup(made.close)
        return made

    def path(self, name):
        return os.path.join(self.folder, name)

    def environment(self, store=None, **more):
        found = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GRAMDEX_I", "GRAMDEX_SE"))}
        found.update(AWS_ACCESS_KEY_ID=KEY_ID, AWS_SECRET_ACCESS_KEY=SECRET, AWS_REGION=REGION,
                     AWS_ENDPOINT_URL="http://" + (store or self.store).host)
        found.update(more)
        return {name: value for name, value in found.items() if value is not None}

    def start(self, *arguments, **environment):
        return subprocess.Popen([GRAMDEX, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.environment(**environment))

    def wait_until_caught(self, process, number):
        """Before that the signal would end the process as any that does not know it."""
        until = time.monotonic() + PATIENCE
        caught = 0
        while not caught >> number - 1 & 1:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
            with open("/proc/%d/status" % process.pid, encoding="ascii", errors="replace") as file:
                caught = int(dict(line.split(":", 1) for line in file)["SigCgt"], 16)

    def ended(self, process, status=0):
        out, said = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, status, out + said)
        self.assertNotIn(SECRET, out + said)
        return out + said

    def run_gramdex(self, *arguments, status=0, **environment):
        return self.ended(self.start(*arguments, **environment), status)

    def json_of(self, *arguments, status=0, **environment):
        said = self.run_gramdex(*arguments, "--json", status=status, **environment)
        try:
            return json.loads(said.splitlines()[-1])
        except ValueError:
            self.fail("no JSON: " + said)

    def add(self, *ids, index=None, text="产业链"):
        path = self.path("records.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            for id in ids:
                file.write(json.dumps({"id": id, "text": "%s %s" % (text, id)}, ensure_ascii=False) + "\n")
        return self.run_gramdex("index", "--index", index or self.index, "--no-merge", path)

    def push(self, index=None, status=0, **environment):
        return self.json_of("push", "--index", index or self.index, self.url, status=status, **environment)

    def pull(self, *options, index=None, status=0, **environment):
        return self.json_of("pull", self.url, "--index", index or self.replica, *options, status=status, **environment)

    def message(self, said):
        return said["error"]["message"]

    def count(self, index=None, query="产业链"):
        return self.json_of("count", "--index", index or self.replica, query)["documents"]

    def sound(self, index=None):
        return self.json_of("verify", "--index", index or self.replica)

    def files(self, index, but=("lock", "base")):
        found = {}
        for name in sorted(os.listdir(index)):
            if name not in but:
                with open(os.path.join(index, name), "rb") as file:
                    found[name] = file.read()
        return found

    def names_of(self, index):
        return [name for name in self.files(index) if name != "manifest"]


def main():
    """unittest's words, and a line that a test runner can count."""
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - failed, failed))
    sys.exit(1 if failed or result.testsRun == 0 else 0)
