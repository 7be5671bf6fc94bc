# SPDX-License-Identifier: Apache-2.0
"""test_push_pull.py: commits through an object store: what is published is whole or not there, signed, once, and comes back byte for
byte; what breaks on the way is tried again, gone on with, or said."""

import fcntl
import json
import os
import signal
import struct
import threading
import time

from harness import PATIENCE, StoreTest, main


class PushPull(StoreTest):
    def test_a_commit_comes_back_byte_for_byte(self):
        self.add("a", "b")
        self.add("c")
        self.run_gramdex("delete", "--index", self.index, "b")
        pushed = self.push()
        self.assertEqual((pushed["generation"], pushed["commit"], pushed["documents"]), (1, 3, 2))
        self.assertEqual(self.store.names(), sorted(["corpus/current", "corpus/generation-1"] +
                                                    ["corpus/" + name for name in self.names_of(self.index)]))
        pulled = self.pull()
        self.assertEqual((pulled["generation"], pulled["commit"], pulled["had_index"]), (1, 3, False))
        self.assertEqual(self.files(self.replica), self.files(self.index))
        self.assertEqual((self.sound()["documents"], self.count()), (2, 2))
        self.assertEqual(self.store.forgeries, [])

    def test_reprints_travel_too(self):
        self.add("a", "b", text="产业链与供应链的重构，" * 40)
        self.run_gramdex("reprints", "--index", self.index, "--build")
        self.push()
        self.pull()
        self.assertEqual(len([name for name in self.names_of(self.replica) if name.startswith("reprints-")]), 1)
        self.assertEqual(self.files(self.replica), self.files(self.index))

    def test_only_what_is_new_travels(self):
        self.add("a")
        self.push()
        self.pull()
        self.add("b")
        sent = len(self.store.requests)
        self.assertEqual(self.push()["generation"], 2)
        self.assertEqual([name for method, name, _ in self.store.requests[sent:] if method == "PUT" and "segment" in name],
                         ["corpus/" + name for name in self.names_of(self.index) if name not in self.names_of(self.replica)])
        pulled = self.pull()
        self.assertEqual((pulled["commit"], pulled["commit_before"], self.count()), (2, 1, 2))
        self.assertGreater(pulled["kept_bytes"], 0)
        self.assertEqual((self.push()["unchanged"], self.pull()["unchanged"], self.store.count("PUT", "generation-3")), (True, True, 0))

    def test_nothing_is_listed(self):
        self.add("a")
        self.push()
        self.pull()
        self.run_gramdex("sweep", self.url, "--keep", "1")
        self.assertEqual([one for one in self.store.requests if not one[1].startswith("corpus/")], [])

    def test_a_generation_of_before_comes_back_under_a_new_number(self):
        self.add("a")
        self.push()
        self.add("b")
        self.push()
        self.pull()
        back = self.pull("--generation", "1")
        self.assertEqual((back["generation"], back["commit"], back["documents"], self.count()), (1, 3, 1, 1))
        self.assertEqual(self.names_of(self.replica), [name for name in self.names_of(self.index) if name in self.names_of(self.replica)])
        self.assertIn("is not there", self.message(self.pull("--generation", "9", status=1)))

    def test_a_merge_keeps_its_number(self):
        for id in "abc":
            self.add(id)
        self.push()
        self.pull()
        self.run_gramdex("merge", "--index", self.index)
        self.assertEqual((self.push()["generation"], self.pull()["commit"]), (2, 3))
        self.assertEqual(self.files(self.replica), self.files(self.index))

    def test_a_shape_travels_and_a_new_one_is_a_generation(self):
        self.add("a")
        self.push()
        self.pull()
        self.run_gramdex("merge", "--index", self.index, "--shape", "compact")
        self.assertEqual((self.push()["generation"], self.pull()["commit"]), (2, 1))
        self.assertEqual(self.files(self.replica), self.files(self.index))
        stat = self.json_of("stat", "--index", self.replica)
        self.assertEqual((stat["shape"], stat["other_shape_segments"]), ("compact", 0))

    def test_an_older_index_is_not_pushed(self):
        self.add("a")
        older = self.path("older")
        self.run_gramdex("backup", "--index", self.index, older)
        self.add("b")
        self.push()
        self.assertIn("generation 1 is commit 2, and the index is at 1", self.message(self.push(index=older, status=1)))
        self.assertEqual(self.store.names("corpus/generation"), ["corpus/generation-1"])

    def test_plain_addresses_work_unsigned(self):
        self.store.signed = False
        self.add("a")
        url = "http://%s/bucket/corpus/" % self.store.host
        plain = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
        self.json_of("push", "--index", self.index, url, **plain)
        self.assertEqual(self.json_of("pull", url, "--index", self.replica, **plain)["documents"], 1)

    def test_a_session_token_is_signed(self):
        self.store.token = "session/token+of=some length"
        self.add("a")
        self.assertIn("403 SignatureDoesNotMatch", self.message(self.push(status=1)))
        self.store.forgeries.clear()
        self.push(AWS_SESSION_TOKEN=self.store.token)
        self.assertEqual(self.store.forgeries, [])

    def test_a_wrong_secret_is_refused_and_not_shown(self):
        self.add("a")
        said = self.run_gramdex("push", "--index", self.index, self.url, status=1, AWS_SECRET_ACCESS_KEY="another secret")
        self.assertIn("refused: 403 SignatureDoesNotMatch", said)
        self.assertNotIn("another secret", said)
        self.assertEqual(self.store.objects, {})

    def test_wrong_addresses_are_wrong_use(self):
        self.add("a")
        for url, words in (("corpus", "expected s3://BUCKET/PREFIX"), ("s3://", "a bucket is missing"), ("s3://b/../c", "may be empty"),
                           ("https://key:%s@host/bucket" % "word", "no credentials in an address"), ("ftp://host/b", "expected s3://"),
                           ("https://host/b?x=1", "no ? and no #"), ("https://host", "a bucket is missing"), ("s3://b/é", "ASCII")):
            said = self.run_gramdex("push", "--index", self.index, url, status=2)
            self.assertIn(words, said, url)
            self.assertNotIn("word", said)
        self.assertIn("go together", self.run_gramdex("push", "--index", self.index, self.url, status=2, AWS_SECRET_ACCESS_KEY=None))
        self.assertIn("AWS_ENDPOINT_URL", self.run_gramdex("push", "--index", self.index, self.url, status=2, AWS_ENDPOINT_URL="host"))
        self.assertIn("expected I/N", self.run_gramdex("pull", self.url, "--index", self.replica, "--slice", "2/2", status=2))
        self.assertIn("--keep", self.run_gramdex("sweep", self.url, status=2))
        self.assertEqual(self.store.requests, [])

    def test_libcurl_is_loaded_when_it_is_needed(self):
        self.add("a")
        broken = self.path("libcurl.so.4")
        with open(broken, "wb"):
            pass
        said = self.run_gramdex("push", "--index", self.index, self.url, status=1, LD_LIBRARY_PATH=self.folder)
        self.assertIn("object stores need libcurl, which cannot be loaded (Debian's package libcurl4): " + broken, said)
        self.assertIn("1 document", self.run_gramdex("count", "--index", self.index, "产业链", LD_LIBRARY_PATH=self.folder))

    def test_an_empty_store_is_none(self):
        self.assertIn("no index here", self.message(self.pull(status=1)))
        self.assertFalse(os.path.exists(self.replica))


class Broken(StoreTest):
    """Requests that fail."""

    def setUp(self):
        super().setUp()
        self.add("a", "b")

    def pull_of(self, *options, **environment):
        pulled = self.pull(*options, **environment)
        self.assertEqual(self.files(self.replica), self.files(self.index))
        return pulled

    def test_statuses_of_a_moment_are_tried_again(self):
        for status in (500, 503):
            self.store.fail("status", "PUT", status=status, times=2)
            self.store.fail("status", "GET", status=status, times=1)
            self.store.fail("status", "HEAD", status=status, times=1)
        self.push()
        self.pull_of()
        self.assertEqual((self.store.count("PUT", status=500), self.store.count("PUT", status=503)), (2, 2))

    def test_a_store_that_stays_broken_is_given_up(self):
        self.store.fail("status", "PUT", "segment", status=503, times=1000)
        said = self.message(self.push(status=1))
        self.assertIn("answered 503 SlowDown; tried 8 times", said)
        self.assertEqual((self.store.count("PUT", "segment"), self.store.names("corpus/generation")), (8, []))

    def test_nobody_there_is_said(self):
        store = self.make_store()
        store.close()
        process = self.start("push", "--index", self.index, self.url, store=store)
        self.wait_until_caught(process, signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)  # while it waits for its next attempt
        self.assertIn("stopped", self.ended(process, status=130))

    def test_an_answer_that_got_lost_is_no_other_push(self):
        self.store.fail("lose answer", "PUT", "generation")
        self.assertEqual(self.push()["generation"], 1)
        self.assertEqual(self.store.count("PUT", "generation", 412), 1)
        self.assertEqual(self.store.names("corpus/generation"), ["corpus/generation-1"])

    def test_a_body_that_breaks_off_is_gone_on_with(self):
        self.push()
        self.store.fail("cut", "GET", "segment", times=3)
        received = self.pull_of()["moved_bytes"]
        self.assertEqual(self.store.count("GET", "segment", 206), 3)
        self.assertEqual(received, sum(len(self.store.objects["corpus/" + name]) for name in self.names_of(self.index)))

    def test_an_upload_that_breaks_off_makes_no_object(self):
        self.store.fail("drop body", "PUT", "segment")
        self.push()
        self.pull_of()

    def test_silence_is_tried_again(self):
        self.push()
        end = threading.Event()
        self.addCleanup(end.set)
        self.store.fail("silence within", "GET", "segment", seconds=PATIENCE, end=end)
        self.store.fail("silence before", "GET", "current", seconds=PATIENCE, end=end)
        self.pull_of("--silence", "1")

    def test_a_store_without_ranges_sends_all(self):
        self.push()
        self.store.fail("cut", "GET", "segment", times=1)
        self.store.fail("no ranges", "GET", "segment", times=1)
        self.pull_of()

    def test_another_range_is_not_taken(self):
        self.push()
        self.store.fail("cut", "GET", "segment", times=1)
        self.store.fail("another range", "GET", "segment", times=1)
        self.assertIn("another range came", self.message(self.pull(status=1)))
        self.pull_of()

    def test_a_pull_that_was_killed_goes_on_within_a_file(self):
        self.push()
        name, = [name for name in self.store.names() if "segment" in name]
        end = threading.Event()
        self.addCleanup(end.set)
        self.store.fail("silence within", "GET", "segment", at=1000, seconds=PATIENCE, end=end)
        process = self.start("pull", self.url, "--index", self.replica)
        partial = os.path.join(self.replica, name.split("/")[1] + ".tmp")
        until = time.monotonic() + PATIENCE
        while not os.path.exists(partial) or os.path.getsize(partial) < 1000:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        process.kill()
        process.communicate()
        received = self.pull_of()["moved_bytes"]
        self.assertEqual(received, len(self.store.objects[name]) - 1000)
        self.assertEqual(self.store.count("GET", "segment", 206), 1)

    def test_bytes_that_a_crash_left_are_not_trusted(self):
        self.push()
        name, = [name for name in self.names_of(self.index) if name.startswith("segment")]
        os.mkdir(self.replica)
        with open(os.path.join(self.replica, name + ".tmp"), "wb") as file:
            file.write(b"\0" * 700)
        self.pull_of()
        self.assertEqual((self.store.count("GET", "segment", 206), self.store.count("GET", "segment", 200)), (1, 1))

    def test_an_interrupt_leaves_the_commit(self):
        self.push()
        self.pull()
        before = self.files(self.replica)
        self.add("c")
        self.push()
        end = threading.Event()
        self.addCleanup(end.set)
        self.store.fail("silence within", "GET", "segment", seconds=PATIENCE, end=end)
        process = self.start("pull", self.url, "--index", self.replica)
        until = time.monotonic() + PATIENCE
        while self.store.count("GET", "segment") < 2:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        self.assertIn("stopped; the index is at the commit it was at", self.ended(process, status=143))
        self.assertEqual({name: content for name, content in self.files(self.replica).items() if not name.endswith(".tmp")}, before)
        self.pull_of()

    def test_a_writer_at_work_is_not_disturbed(self):
        self.push()
        self.pull()
        self.add("c")
        self.push()
        with open(os.path.join(self.replica, "lock"), "r+b") as lock:
            fcntl.fcntl(lock, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
            self.assertEqual(self.pull(status=1)["error"]["reason"], "INDEX_LOCKED")
        self.assertEqual(self.count(), 2)


class Hostile(StoreTest):
    """A store whose objects are not what they were."""

    def setUp(self):
        super().setUp()
        self.add("a", "b")
        self.push()
        self.generation, self.segment = "corpus/generation-1", [name for name in self.store.names() if "segment" in name][0]

    def refuses(self, *words):
        said = self.message(self.pull(status=1))
        for word in words:
            self.assertIn(word, said)
        self.assertFalse(os.path.exists(os.path.join(self.replica, "manifest")))

    def change(self, name, at, to=b"\xff\xff"):
        whole = self.store.objects[name]
        self.store.objects[name] = whole[:at] + to + whole[at + len(to):]

    def test_each_byte_of_a_manifest_counts(self):
        whole = self.store.objects[self.generation]
        for at in range(0, len(whole), 31):
            self.store.objects[self.generation] = whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1:]
            self.refuses("s3://bucket/corpus/generation-1")
        for size in (0, 7, 64, len(whole) - 1):
            self.store.objects[self.generation] = whole[:size]
            self.refuses("s3://bucket/corpus/generation-1")

    def test_a_manifest_without_end_is_cut(self):
        self.store.objects[self.generation] = self.store.objects[self.generation] + b"\0" * (16 << 20)
        self.refuses("s3://bucket/corpus/generation-1: has more than")

    def test_a_damaged_segment_is_named(self):
        self.change(self.segment, 200)
        self.refuses("s3://bucket/" + self.segment)
        self.assertEqual(self.names_of(self.replica) if os.path.exists(self.replica) else [], [])

    def test_a_segment_of_another_size_is_named(self):
        whole = self.store.objects[self.segment]
        self.store.objects[self.segment] = whole[:-10]
        self.refuses("s3://bucket/" + self.segment, "does not have the")
        self.store.objects[self.segment] = whole + b"more"
        self.refuses("s3://bucket/" + self.segment)
        self.store.objects[self.segment] = whole
        self.assertEqual(self.pull()["documents"], 2)

    def test_a_missing_object_is_named(self):
        del self.store.objects[self.segment]
        self.refuses("s3://bucket/" + self.segment, "generation 1 names it, and it is not there")
        pushed = self.push()  # brings it back
        self.assertEqual((pushed["generation"], pushed["unchanged"]), (1, False))
        self.assertEqual(self.pull()["documents"], 2)

    def test_a_hint_is_no_more_than_that(self):
        self.add("c")
        self.push()
        self.store.objects["corpus/current"] = b"1\n"  # a push that was slow to say so
        self.assertEqual(self.pull()["generation"], 2)
        del self.store.objects["corpus/current"]
        self.assertEqual(self.pull()["generation"], 2)
        for hint in (b"", b"x\n", b"0\n", b"-1\n", b"2", b"99999999999999999999\n", b"2\n" * 100):
            self.store.objects["corpus/current"] = hint
            self.assertIn("s3://bucket/corpus/current", self.message(self.pull(status=1)))
        self.store.objects["corpus/current"] = b"7\n"
        self.assertIn("says generation 7", self.message(self.pull(status=1)))

    def test_a_store_that_overwrites_is_refused(self):
        self.add("c")
        self.store.fail("ignore condition", "PUT", "generation", times=100)
        self.assertIn("does not obey If-None-Match", self.message(self.push(status=1)))
        self.assertEqual(self.store.names("corpus/generation"), [self.generation])


class Race(StoreTest):
    def test_of_two_pushes_at_once_one_wins(self):
        """Both have sent all but the generation when either may make it."""
        self.add("a")
        other = self.path("other")
        self.run_gramdex("backup", "--index", self.index, other)
        self.add("b")
        self.add("c", index=other)
        barrier = threading.Barrier(2)

        def together(method, name):
            if method == "PUT" and "generation" in name:
                barrier.wait(PATIENCE)

        self.store.before = together
        processes = [self.start("push", "--index", index, self.url, "--json") for index in (self.index, other)]
        ends = [(process.communicate(timeout=PATIENCE), process.returncode) for process in processes]
        self.assertEqual(sorted(status for _, status in ends), [0, 1], ends)
        loser = [json.loads(out[0].splitlines()[-1]) for out, status in ends if status == 1][0]
        self.assertIn("another push made generation 1 first, of commit 2; nothing is published", self.message(loser))
        self.store.before = None
        self.pull()
        winner = self.index if ends[0][1] == 0 else other
        self.assertEqual(self.files(self.replica), self.files(winner))
        self.assertEqual(self.store.names("corpus/generation"), ["corpus/generation-1"])

    def test_the_same_commit_pushed_twice_at_once_is_one_generation(self):
        self.add("a")
        processes = [self.start("push", "--index", self.index, self.url) for _ in range(4)]
        for process in processes:
            self.ended(process)
        self.assertEqual(self.store.names("corpus/generation"), ["corpus/generation-1"])

    def test_pushes_beside_a_writer_are_commits(self):
        """Each generation is a commit, whole, while documents come in and segments are merged away."""
        self.add("a")
        done = threading.Event()
        problems = []

        def write():
            for number in range(6):
                self.add("n/%d" % number)
                if number % 3 == 2:
                    self.run_gramdex("merge", "--index", self.index)
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        while not done.is_set():
            try:
                self.push()
            except AssertionError as failure:
                problems.append(failure)
        writer.join()
        self.assertEqual(problems, [])
        last = self.push()["generation"]
        for generation in range(1, last + 1):
            to = self.path("pulled-%d" % generation)
            self.pull("--generation", str(generation), index=to)
            self.sound(to)


class Slices(StoreTest):
    def setUp(self):
        super().setUp()
        for number in range(7):
            self.add("d/%d" % number, text="产业链" * (1 + 200 * number))
        self.push()

    def test_slices_have_each_segment_once(self):
        whole = [name for name in self.names_of(self.index) if name.startswith("segment")]
        for slices in (1, 2, 3, 7, 9):
            found = []
            for number in range(slices):
                to = self.path("slice-%d-%d" % (number, slices))
                pulled = self.pull("--slice", "%d/%d" % (number, slices), index=to)
                mine = [name for name in self.names_of(to) if name.startswith("segment")]
                self.assertEqual(len(mine), pulled["slice_segments"])
                self.assertEqual(self.files(to)["manifest"], self.files(self.index)["manifest"])
                found += mine
            self.assertEqual(sorted(found), sorted(whole))

    def test_another_slice_takes_the_place_of_one(self):
        self.pull("--slice", "0/2")
        first = self.names_of(self.replica)
        self.pull("--slice", "1/2")
        self.assertEqual(sorted(first + self.names_of(self.replica)), sorted(self.names_of(self.index)))
        self.assertTrue(self.pull("--slice", "1/2")["unchanged"])
        self.pull()
        self.assertEqual(self.sound()["documents"], 7)


if __name__ == "__main__":
    main()
