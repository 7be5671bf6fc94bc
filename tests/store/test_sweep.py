# SPDX-License-Identifier: Apache-2.0
"""test_sweep.py: old generations go, and what any of those that stay names does not; a sweep that was stopped is gone on with."""

import os
import shutil
import signal
import tempfile
import threading
import time

from harness import PATIENCE, StoreTest, main


class Sweep(StoreTest):
    made = {}  # (True for a merge, for each generation) -> the index and the store's objects then

    def generations(self, count, merge_at=()):
        """As many pushes of one document more. What an earlier test has made is copied."""
        merges = tuple(number in merge_at for number in range(1, count + 1))
        there = max((n for n in range(count + 1) if merges[:n] in self.made), default=0)
        if there:
            kept, objects = self.made[merges[:there]]
            shutil.copytree(kept, self.index)
            self.store.objects.update(objects)
        for number in range(there + 1, count + 1):
            self.add("d/%d" % number)
            if merges[number - 1]:
                self.run_gramdex("merge", "--index", self.index)
            self.push()
            self.keep(merges[:number])

    def keep(self, merges):
        kept = os.path.join(tempfile.mkdtemp(prefix="gramdex-kept-"), "index")
        self.addClassCleanup(shutil.rmtree, os.path.dirname(kept))
        shutil.copytree(self.index, kept)
        self.made[merges] = (kept, dict(self.store.objects))

    def sweep(self, *options, status=0):
        return self.json_of("sweep", self.url, *options, status=status)

    def left_whole(self, first, last):
        """Generations `first` to `last` are there and whole, and no object that none of them names."""
        self.assertEqual(self.store.names("corpus/generation"), sorted("corpus/generation-%d" % g for g in range(first, last + 1)))
        named = set()
        for generation in range(first, last + 1):
            to = self.path("check-%d" % generation)
            self.pull("--generation", str(generation), index=to)
            named |= {"corpus/" + name for name in self.names_of(to)}
        self.assertEqual({name for name in self.store.names() if "generation" not in name and "current" not in name}, named)

    def test_what_old_generations_alone_name_goes(self):
        self.generations(5, merge_at=(3, 5))
        before = dict(self.store.objects)
        told = self.sweep("--keep", "2", "--dry-run")
        self.assertEqual(self.store.objects, before)
        swept = self.sweep("--keep", "2")
        self.assertEqual((swept["generations_removed"], swept["generations_kept"], swept["generation"]), (3, 2, 5))
        self.assertEqual((told["objects_removed"], told["removed_bytes"]), (swept["objects_removed"], swept["removed_bytes"]))
        self.assertEqual(swept["objects_removed"], 2)  # the segments of documents 1 and 2, which the first merge took
        self.left_whole(4, 5)
        self.assertEqual(self.sweep("--keep", "2")["generations_removed"], 0)
        self.assertEqual(self.pull()["generation"], 5)
        self.add("later")
        self.assertEqual(self.push()["generation"], 6)

    def test_more_than_there_are_may_stay(self):
        self.generations(2)
        before = dict(self.store.objects)
        self.assertEqual(self.sweep("--keep", "9")["generations_removed"], 0)
        self.assertEqual(self.store.objects, before)

    def test_what_nobody_named_stays(self):
        self.generations(3, merge_at=(3,))
        self.store.objects["corpus/segment-0123456789abcdef"] = b"not of ours"
        self.store.objects["other/generation-1"] = b"of another index"
        self.sweep("--keep", "1")
        self.assertIn("corpus/segment-0123456789abcdef", self.store.objects)
        self.assertIn("other/generation-1", self.store.objects)

    def test_a_sweep_that_stopped_anywhere_is_gone_on_with(self):
        self.generations(4, merge_at=(2, 4))
        whole, stops = dict(self.store.objects), 0
        for number in range(20):
            self.store.objects.clear()
            self.store.objects.update(whole)
            self.store.faults.clear()
            allowed = [number]

            def count(method, name):
                if method == "DELETE":
                    allowed[0] -= 1
                    if allowed[0] < 0 and not self.store.faults:
                        self.store.fail("status", "DELETE", times=1000, status=400, code="Stopped")

            self.store.before = count
            done = self.run_sweep_to_its_end_or_fault()
            self.store.before = None
            self.store.faults.clear()
            last = self.pull(index=self.path("after-%d" % number))
            self.assertEqual(last["generation"], 4)
            if done:
                break
            stops += 1
            self.sweep("--keep", "1")
            self.assertEqual(self.store.names("corpus/generation"), ["corpus/generation-4"])
            self.assertEqual(len(self.store.names("corpus/segment")), 1)
        self.assertEqual(stops, 6)  # three generations and three segments

    def run_sweep_to_its_end_or_fault(self):
        process = self.start("sweep", self.url, "--keep", "1")
        said = "".join(process.communicate(timeout=PATIENCE))
        self.assertIn(process.returncode, (0, 1), said)
        self.assertTrue(process.returncode == 0 or "400 Stopped" in said, said)
        return process.returncode == 0

    def test_a_push_meanwhile_keeps_what_it_names(self):
        """A rollback names again what the sweep is about to remove."""
        self.add("a")
        kept = self.path("kept")
        self.run_gramdex("backup", "--index", self.index, kept)
        self.push()
        self.add("b")
        self.run_gramdex("merge", "--index", self.index)
        self.push()
        self.run_gramdex("restore", kept, "--index", self.index)
        pushed = []

        def push_first(method, name):
            if method == "GET" and name == "corpus/generation-1" and not pushed:
                pushed.append(1)
                self.push()

        self.store.before = push_first
        swept = self.sweep("--keep", "1")
        self.store.before = None
        self.assertEqual((pushed, swept["generation"]), ([1], 3))
        back = self.pull()
        self.assertEqual((back["generation"], back["documents"]), (3, 1))
        self.sound()

    def test_a_damaged_old_manifest_stops_it(self):
        self.generations(3)
        self.store.objects["corpus/generation-1"] = b"nonsense"
        self.assertIn("s3://bucket/corpus/generation-1", self.message(self.sweep("--keep", "1", status=1)))
        self.assertEqual(len(self.store.names("corpus/generation")), 3)

    def test_an_interrupt_is_obeyed(self):
        self.generations(3)
        end = threading.Event()
        self.addCleanup(end.set)
        self.store.fail("silence before", "DELETE", seconds=PATIENCE, end=end)
        process = self.start("sweep", self.url, "--keep", "1")
        until = time.monotonic() + PATIENCE
        while self.store.count("DELETE") == 0:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        self.assertIn("stopped; the next sweep goes on", self.ended(process, status=130))


if __name__ == "__main__":
    main()
