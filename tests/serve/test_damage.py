# SPDX-License-Identifier: Apache-2.0
"""test_damage.py: what becomes of a server whose files are cut short, overwritten, removed or changed while four clients ask it. It
lives; an answer is right or it is DATA_LOSS and names the file; and it serves on by itself when a good file is there again."""

import os
import random
import shutil
import subprocess
import tempfile
import threading
import time

import grpc
from grpc import StatusCode

from harness import GRAMDEX, PATIENCE, Server, ServerTest, main, record, search_pb2, skip_thread_sanitizer

CLIENTS, SEGMENTS, DOCUMENTS = 4, 3, 500
QUERIES = ["产业链", "重构 贸易", "产业 NEAR/9 规则", "链", "title:篇 NOT 重构", "w7 OR w8", "w1*", "source:odd 规则", 'exact:"重构"']
NOTICED = 1.0  # seconds: a server looks four times a second, and once more


def long_text(chance):
    return "产业链" * chance.randint(1, 5) + "重构，\n贸易规则。" + "".join(
        chance.choice("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子") for _ in range(300)
    ) + " w%d" % chance.randint(0, 5000)


def segments_of(chance):
    return [[record(i, text=long_text(chance)) for i in range(begin, begin + DOCUMENTS)] for begin in range(0, SEGMENTS * DOCUMENTS, DOCUMENTS)]


class Damage(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.segments = segments_of(random.Random(5))

    def setUp(self):
        super().setUp()
        self.make_index(*self.segments)
        self.index = os.path.join(self.folder, "index")
        self.backup = os.path.join(self.folder, "backup")
        shutil.copytree(self.index, self.backup)
        self.files = sorted((name for name in os.listdir(self.index) if name.startswith("segment-")),
                            key=lambda name: os.path.getsize(os.path.join(self.index, name)))
        self.assertEqual(len(self.files), SEGMENTS)
        self.victim = self.files[0]
        self.server = self.serve()
        self.stub = self.server.stub()
        self.health = self.stub_of_health()
        self.expected = {}

    def stub_of_health(self):
        channel = self.server.channel()
        check = channel.unary_unary("/grpc.health.v1.Health/Check", lambda name: b"\n%c%s" % (len(name), name), lambda reply: reply)
        return lambda name: check(name) == b"\x08\x01"

    # ---- what is done to files

    def path(self, name=None, folder=None):
        return os.path.join(folder or self.index, name or self.victim)

    def put_back(self, name=None):
        """As cp does: into the file that is there."""
        shutil.copyfile(self.path(name, self.backup), self.path(name))

    def move_back(self):
        shutil.copyfile(self.path(folder=self.backup), self.path() + ".tmp")
        os.rename(self.path() + ".tmp", self.path())

    def flip(self, every=65536, bit=0):
        """In all pages but the first, without which no server starts, and the table of checksums."""
        with open(self.path(), "r+b") as file:
            for at in range(66000, os.path.getsize(self.path()) - 70000, every):
                file.seek(at)
                byte = file.read(1)[0]
                file.seek(at)
                file.write(bytes([byte ^ 1 << bit]))

    # ---- what is asked

    def answer(self, stub, query, **scope):
        """Everything that must not depend on the fault."""
        scope = search_pb2.Scope(**scope)
        counted = stub.count(search_pb2.CountRequest(query=query, scope=scope))
        found = stub.search(search_pb2.SearchRequest(query=query, limit=20, match_limit=3, scope=scope))
        hits = [(hit.id, hit.occurrences, hit.title, "".join(piece.text for piece in hit.snippet.pieces)) for hit in found.hits]
        trend = stub.trend(search_pb2.TrendRequest(query=query, scope=scope))
        rows = [(row.period, row.documents, row.occurrences, row.of_symbols) for row in trend.rows]
        complete = counted.answer.complete and found.answer.complete and trend.answer.complete
        return complete, (counted.documents, counted.occurrences, found.documents, found.occurrences, hits, rows)

    def export(self, stub, query):
        return [(each.id, each.match.begin) for reply in stub.scan(search_pb2.ScanRequest(query=query)) for each in reply.occurrences]

    def learn(self):
        for query in QUERIES:
            self.expected[query] = self.answer(self.stub, query)[1]
        self.expected["export"] = self.export(self.stub, "规则")

    def ask_while(self, act, wrong_until=0.0):
        """Four clients ask until `act` is done. Returns how many calls failed. Wrong answers are allowed until the time given."""
        problems, failures, done = [], [0], threading.Event()

        def ask(seed):
            chance, stub = random.Random(seed), self.server.stub()
            while not done.is_set() and not problems:
                began = time.monotonic()
                query = chance.choice(QUERIES)
                try:
                    if chance.random() < 0.1:
                        right = self.export(stub, "规则") == self.expected["export"]
                    elif chance.random() < 0.2:
                        name = "d/%03d" % chance.randrange(SEGMENTS * DOCUMENTS)
                        right = stub.get(search_pb2.GetRequest(id=name)).document.id == name
                    else:
                        right = self.answer(stub, query) == (True, self.expected[query])
                    if not right and began > wrong_until:
                        problems.append((query, "a wrong answer"))
                except grpc.RpcError as error:
                    failures[0] += 1
                    if error.code() != StatusCode.DATA_LOSS or self.index not in error.details() or "segment-" not in error.details():
                        problems.append((query, error.code(), error.details()))
                done.wait(0.005)  # still some hundred questions a second

        clients = [threading.Thread(target=ask, args=(seed,)) for seed in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            act()
        finally:
            done.set()
            for client in clients:
                client.join()
        self.assertEqual(problems, [])
        self.assertIsNone(self.server.process.poll())
        return failures[0]

    def wait_for_looks(self):
        """Two looks of the server at its files, the second of which verifies all anew, have begun since: the look that finds a manifest with
        a new time is counted. The first that is counted here may have found one of before."""
        until = time.monotonic() + PATIENCE
        for _ in range(3):
            before = self.server.metric("gramdex_index_refreshes_total")
            os.utime(os.path.join(self.index, "manifest"))
            while self.server.metric("gramdex_index_refreshes_total") == before:
                self.assertLess(time.monotonic(), until)
                time.sleep(0.02)

    def assert_well(self):
        self.wait_for_looks()
        self.server.wait_for_metric("gramdex_index_bad_segments", 0)
        for query in QUERIES:
            self.assertEqual(self.answer(self.stub, query), (True, self.expected[query]))
        self.assertEqual(self.export(self.stub, "规则"), self.expected["export"])
        until = time.monotonic() + PATIENCE
        while not self.health(b"gramdex.v1.Search") and time.monotonic() < until:
            time.sleep(0.05)
        self.assertTrue(self.health(b"gramdex.v1.Search"))

    def wait_for_failure(self):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                for query in QUERIES:
                    self.answer(self.stub, query)
            except grpc.RpcError as error:
                self.assertEqual(error.code(), StatusCode.DATA_LOSS)
                return error
        self.fail("no call failed")

    # ---- the tests

    @skip_thread_sanitizer
    def test_a_backup_copied_over_the_files_of_a_server(self):
        self.learn()

        def copy():
            for _ in range(5):
                for name in sorted(os.listdir(self.backup)):
                    self.put_back(name)
                    time.sleep(0.05)

        self.ask_while(copy)
        self.assert_well()

    def test_a_file_is_cut_short_and_put_back(self):
        self.learn()
        size = os.path.getsize(self.path())

        def cut():
            for to in (size - 1, size - 5000, size // 2, 100, 0):
                os.truncate(self.path(), to)
                self.wait_for_failure()
                self.server.wait_for_metric("gramdex_index_bad_segments", 1)
                self.put_back()
                self.server.wait_for_metric("gramdex_index_bad_segments", 0)

        # What the last page of a file loses reads as zeros until the server has looked: docs/server.md says so.
        self.assertGreater(self.ask_while(cut, wrong_until=time.monotonic() + PATIENCE), 0)
        self.assert_well()
        self.assertEqual(self.server.metric("gramdex_index_repairs_total"), 5)

    @skip_thread_sanitizer
    def test_what_does_not_need_a_closed_segment_goes_on(self):
        self.learn()
        os.truncate(self.path(), 100000 // 4096 * 4096)
        error = self.wait_for_failure()
        self.assertIn(self.path(), error.details())
        self.assertRegex(error.details(), r"byte \d+ cannot be read")
        self.server.wait_for_metric("gramdex_index_bad_segments", 1)
        until = time.monotonic() + PATIENCE
        while self.health(b"gramdex.v1.Search") and time.monotonic() < until:
            time.sleep(0.05)
        self.assertFalse(self.health(b"gramdex.v1.Search"))
        self.assertTrue(self.health(b""))
        self.assertEqual(self.stub.stat(search_pb2.StatRequest()).documents, SEGMENTS * DOCUMENTS)
        got = lost = 0
        for i in range(0, SEGMENTS * DOCUMENTS, 50):
            try:
                got += self.stub.get(search_pb2.GetRequest(id="d/%03d" % i)).document.id == "d/%03d" % i
            except grpc.RpcError as failure:
                self.assertEqual(failure.code(), StatusCode.DATA_LOSS)  # and not NOT_FOUND
                lost += 1
        self.assertEqual((got, lost), (20, 10))
        self.assertTrue(any("cannot be read" in line.get("event", "") and self.victim in line["event"] for line in self.server.log()))
        self.put_back()
        self.assert_well()
        self.assertTrue(any("can be read again" in line.get("event", "") for line in self.server.log()))

    @skip_thread_sanitizer
    def test_an_answer_from_the_rest_says_so(self):
        self.learn()
        whole = self.expected["链"][0]
        os.truncate(self.path(), 0)
        self.wait_for_failure()
        for _ in range(2):  # also once it is known
            scope = search_pb2.Scope(allow_partial=True)
            counted = self.stub.count(search_pb2.CountRequest(query="链", scope=scope))
            self.assertFalse(counted.answer.complete)
            self.assertTrue(any(self.victim in note for note in counted.answer.notes), counted.answer.notes)
            self.assertEqual(counted.documents, whole - DOCUMENTS)
            found = self.stub.search(search_pb2.SearchRequest(query="链", scope=scope))
            self.assertFalse(found.answer.complete)
            self.assertEqual((found.documents, len(found.hits)), (whole - DOCUMENTS, 10))
            trend = self.stub.trend(search_pb2.TrendRequest(query="链", scope=scope))
            self.assertFalse(trend.answer.complete)
            self.assertEqual(trend.documents, whole - DOCUMENTS)
            replies = list(self.stub.scan(search_pb2.ScanRequest(query="规则", scope=scope)))
            self.assertFalse(any(reply.answer.complete for reply in replies))
            self.assertEqual(sum(len(reply.occurrences) for reply in replies), len(self.expected["export"]) - DOCUMENTS)
            self.server.wait_for_metric("gramdex_index_bad_segments", 1)
        self.put_back()
        self.assert_well()

    @skip_thread_sanitizer
    def test_files_that_are_removed_are_served_on(self):
        self.learn()

        def remove():
            for name in self.files:
                os.unlink(self.path(name))
            time.sleep(NOTICED)
            for name in self.files:
                shutil.copyfile(self.path(name, self.backup), self.path(name))

        self.assertEqual(self.ask_while(remove), 0)
        self.assert_well()

    @skip_thread_sanitizer
    def test_bits_that_flip_before_they_are_read(self):
        self.learn()
        self.server.stop()
        for bit in (0, 7):
            self.put_back()
            self.flip(bit=bit)
            self.server = self.serve()
            self.stub, self.health = self.server.stub(), self.stub_of_health()
            self.ask_while(self.wait_for_failure)
            self.ask_while(self.move_back)
            self.assert_well()
            self.server.stop()

    def test_bits_that_flip_after_they_were_read(self):
        self.learn()
        chance = random.Random(7)

        def flip():
            for bit in range(8):
                self.flip(every=chance.randint(1000, 70000), bit=bit)
                time.sleep(0.2)

        self.ask_while(flip, wrong_until=time.monotonic() + PATIENCE)
        self.wait_for_looks()  # now it is known
        self.ask_while(lambda: [self.wait_for_failure(), time.sleep(NOTICED)])
        self.ask_while(self.put_back, wrong_until=time.monotonic() + PATIENCE)
        self.assert_well()

    def test_a_page_that_nobody_reads_is_found_by_the_scrub(self):
        self.learn()
        self.server.stop()
        self.server = self.serve("--scrub", "0.0005")
        self.stub, self.health = self.server.stub(), self.stub_of_health()
        self.assertEqual(self.stub.stat(search_pb2.StatRequest()).scrub_hours, 0.0005)
        until = time.monotonic() + PATIENCE
        while self.server.metric("gramdex_scrub_rounds_total") < 2 and time.monotonic() < until:
            time.sleep(0.05)
        self.assertGreaterEqual(self.server.metric("gramdex_scrub_rounds_total"), 2)
        self.assertEqual(self.server.metric("gramdex_scrub_failures_total"), 0)
        self.flip()
        self.server.wait_for_metric("gramdex_index_bad_segments", 1)
        self.assertGreater(self.server.metric("gramdex_scrub_failures_total"), 0)
        self.assertEqual(self.stub.stat(search_pb2.StatRequest()).bad_segments, 1)
        self.move_back()
        self.assert_well()

    @skip_thread_sanitizer
    def test_a_tiny_period_is_not_never(self):
        for text, hours in (("0." + "0" * 400 + "1", 1 / 3600), ("0.0001", 1 / 3600), ("0.000", 0)):
            server = self.serve("--scrub", text)
            self.assertAlmostEqual(server.stub().stat(search_pb2.StatRequest()).scrub_hours, hours)
            server.stop()

    @skip_thread_sanitizer
    def test_without_a_scrub_what_nobody_reads_stays_unknown(self):
        self.server.stop()
        self.server = self.serve("--scrub", "0")
        self.flip()
        time.sleep(NOTICED)
        self.assertEqual(self.server.metric("gramdex_index_bad_segments"), 0)
        self.assertEqual(self.server.metric("gramdex_scrub_pages_total"), 0)
        said = subprocess.run([GRAMDEX, "stat", "--server", self.server.addresses[0]], capture_output=True, check=True)
        self.assertIn(b"--scrub 0", said.stdout)

    def mount(self):
        """A file system of its own with the index, filled elsewhere. Its caches are empty, and little is read ahead."""
        image = self.image = tempfile.NamedTemporaryFile(dir=self.folder, delete=False).name
        filling = tempfile.mkdtemp(dir=self.folder)
        for command in (["truncate", "-s", "32M", image], ["mkfs.ext4", "-q", image], ["mount", "-o", "loop", image, filling]):
            if not shutil.which(command[0]) or subprocess.run(command, capture_output=True).returncode != 0:
                self.skipTest("%s does not work here" % command[0])
        shutil.copytree(self.backup, os.path.join(filling, "index"))
        subprocess.run(["umount", filling], check=True)
        device = subprocess.run(["losetup", "--show", "-f", image], check=True, capture_output=True, text=True).stdout.strip()
        self.addCleanup(subprocess.run, ["losetup", "-d", device], capture_output=True)
        subprocess.run(["blockdev", "--setra", "8", device], check=True)
        subprocess.run(["mount", device, self.mounted], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.mounted], capture_output=True)

    @skip_thread_sanitizer
    def test_a_disk_that_fails(self):
        if os.geteuid() != 0:
            self.skipTest("only root mounts")
        self.learn()
        self.server.stop()
        self.mounted = os.path.join(self.folder, "mounted")
        self.index = os.path.join(self.mounted, "index")
        os.mkdir(self.mounted)
        self.mount()
        self.server = Server(self.mounted, log_folder=self.folder)
        self.addCleanup(self.server.stop)
        self.stub, self.health = self.server.stub(), self.stub_of_health()

        os.truncate(self.image, 4096)  # what is read of the device is EIO from now on
        self.ask_while(self.wait_for_failure)
        until = time.monotonic() + PATIENCE
        while self.server.metric("gramdex_index_bad_segments") == 0:  # which a look counts
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)
        subprocess.run(["umount", "-l", self.mounted], check=True)
        self.mount()  # another disk in its place
        self.assert_well()

    @skip_thread_sanitizer
    def test_commands_on_files_that_are_cut_short_meanwhile(self):
        commands = [["count", "--index", self.index, "--queries", "-"], ["verify", "--index", self.index],
                    ["search", "--index", self.index, "--all", "规则"]]
        for round_number in range(6):
            arguments = commands[round_number % len(commands)]
            process = subprocess.Popen([GRAMDEX, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            cutter = threading.Timer(random.uniform(0, 0.33), lambda: os.truncate(self.path(), 5000))
            cutter.start()
            output, errors = process.communicate(("\n".join(QUERIES * 20)).encode(), timeout=PATIENCE)
            cutter.join()
            self.assertIn(process.returncode, (0, 1), errors)
            if process.returncode == 1:
                self.assertIn(self.victim.encode(), output + errors)
            self.put_back()
        self.assertEqual(subprocess.run([GRAMDEX, "verify", "--index", self.index], capture_output=True).returncode, 0)


if __name__ == "__main__":
    main()
