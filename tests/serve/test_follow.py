# SPDX-License-Identifier: Apache-2.0
"""test_follow.py: `gramdex serve --follow`: what was pushed is served without a restart, calls under way stay what they were, and a
store that fails or lies changes nothing.

Environment: STORE is the folder of store.py.
"""

import os
import subprocess
import sys
import threading
import time

import grpc

from harness import GRAMDEX, PATIENCE, ServerTest, document, documents, main, record, search_pb2, skip_thread_sanitizer, write_records

sys.path.insert(0, os.environ["STORE"])
import store as stores  # noqa: E402

Count, Scan = search_pb2.CountRequest, search_pb2.ScanRequest


class Follow(ServerTest):
    def setUp(self):
        super().setUp()
        self.store = stores.Store()
        self.addCleanup(self.store.close)
        self.source = os.path.join(self.folder, "source")
        self.url = "s3://bucket/corpus"
        self.environment = dict(os.environ, AWS_ACCESS_KEY_ID=stores.KEY_ID, AWS_SECRET_ACCESS_KEY=stores.SECRET,
                                AWS_REGION=stores.REGION, AWS_ENDPOINT_URL="http://" + self.store.host)
        self.environment.pop("AWS_SESSION_TOKEN", None)

    def run_gramdex(self, *arguments):
        done = subprocess.run([GRAMDEX, *arguments], capture_output=True, text=True, env=self.environment, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def publish(self, *numbers, **fields):
        path = write_records(os.path.join(self.folder, "more.jsonl"), [record(number, **fields) for number in numbers])
        self.run_gramdex("index", "--index", self.source, path)
        self.run_gramdex("push", "--index", self.source, self.url)

    def follow(self, *options):
        return self.serve("--follow", self.url, "--follow-every", "1", *options, env=self.environment)

    def wait_for_documents(self, stub, wanted):
        until = time.monotonic() + PATIENCE
        while stub.count(Count(query="产业链")).documents != wanted:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)

    @skip_thread_sanitizer
    def test_what_is_pushed_is_served(self):
        self.publish(*range(10))
        server = self.follow()
        stub = server.stub()
        self.assertEqual(stub.count(Count(query="产业链")).documents, 10)
        self.publish(*range(10, 15))
        self.wait_for_documents(stub, 15)
        self.assertEqual(stub.count(Count(query="产业链")).answer.commit, 2)
        server.wait_for_metric("gramdex_follow_generation", 2)
        self.assertEqual(server.metric("gramdex_follow_failures_total"), 0)
        self.assertIn("generation 2 is here: commit 2", " ".join(line.get("event", "") for line in server.log()))
        text = server.stop()
        self.assertNotIn(stores.SECRET, text)
        self.assertEqual(self.store.forgeries, [])

    @skip_thread_sanitizer
    def test_calls_under_way_stay_in_their_commit(self):
        self.publish(*range(60), text="产业链" * 400)
        server = self.follow()
        stub = server.stub()
        call = stub.scan(Scan(query="产业链", context_symbols=200))
        got = len(next(call).occurrences)
        self.publish(*range(60, 90), text="产业链")
        self.wait_for_documents(stub, 90)
        self.assertEqual(got + sum(len(reply.occurrences) for reply in call), 60 * 400)

    def test_answers_are_of_one_commit_while_generations_come(self):
        self.publish(0)
        server = self.follow()
        problems, done = [], threading.Event()

        def ask():
            stub = server.stub()
            while not done.is_set():
                try:
                    reply = stub.count(Count(query="产业链"))
                    if reply.documents != reply.answer.commit:  # each commit adds one document
                        problems.append(str(reply))
                except grpc.RpcError as error:
                    problems.append(str(error))
                done.wait(0.005)  # many calls still meet each change

        askers = [threading.Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        try:
            for number in range(1, 5):
                self.publish(number)
            self.wait_for_documents(server.stub(), 5)
        finally:
            done.set()
            for asker in askers:
                asker.join()
        self.assertEqual(problems, [])

    @skip_thread_sanitizer
    def test_a_store_that_fails_or_lies_changes_nothing(self):
        self.publish(*range(10))
        server = self.follow()
        stub = server.stub()
        self.publish(*range(10, 15))
        self.wait_for_documents(stub, 15)
        good = dict(self.store.objects)
        for name in self.store.names("corpus/"):
            self.store.objects[name] = b"nonsense"
        server.wait_for_metric("gramdex_follow_failing", 1)
        self.assertEqual(stub.count(Count(query="产业链")).documents, 15)
        self.assertIn("cannot be followed, what was there is served on: s3://bucket/corpus/current",
                      " ".join(line.get("event", "") for line in server.log()))
        self.store.objects.clear()
        self.store.objects.update(good)
        server.wait_for_metric("gramdex_follow_failing", 0)
        self.publish(*range(15, 17))
        self.wait_for_documents(stub, 17)

    @skip_thread_sanitizer
    def test_a_damaged_segment_is_not_served(self):
        self.publish(*range(10))
        server = self.follow()
        stub = server.stub()
        before = set(self.store.names())

        def spoil(method, name):
            if method == "PUT" and "generation" in name:
                for fresh in set(self.store.names("corpus/segment")) - before:
                    self.store.objects[fresh] = b"\0" * len(self.store.objects[fresh])

        self.store.before = spoil
        self.publish(*range(10, 15))
        server.wait_for_metric("gramdex_follow_failing", 1)
        reply = stub.count(Count(query="产业链"))
        self.assertEqual((reply.documents, reply.answer.commit), (10, 1))
        self.store.before = None
        for fresh in set(self.store.names("corpus/segment")) - before:
            del self.store.objects[fresh]
        self.run_gramdex("push", "--index", self.source, self.url)  # brings back what the generation names
        self.wait_for_documents(stub, 15)

    @skip_thread_sanitizer
    def test_it_takes_no_documents(self):
        self.publish(0)
        stub = self.follow().stub()
        error = self.fails(grpc.StatusCode.PERMISSION_DENIED, lambda: stub.ingest(iter([documents(document(id="x", text="x"))])))
        self.assertIn("follows an object store", error.details())

    def test_a_stop_does_not_wait_for_a_pull(self):
        self.publish(0)
        server = self.follow()
        end = threading.Event()
        self.addCleanup(end.set)
        self.store.fail("silence before", "GET", "current", times=1000, seconds=PATIENCE, end=end)
        until = time.monotonic() + PATIENCE
        while self.store.faults[0]["times"] == 1000:  # until one meets the silence
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        since = time.monotonic()
        server.stop()
        self.assertLess(time.monotonic() - since, 25)  # it bears 30 s of silence, however slow the machine

    @skip_thread_sanitizer
    def test_without_a_store_it_does_not_start(self):
        done = subprocess.run([GRAMDEX, "serve", "--index", os.path.join(self.folder, "index"), "--follow", self.url, "--listen", "127.0.0.1:0"],
                              capture_output=True, text=True, env=self.environment, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("no index here", done.stderr)


if __name__ == "__main__":
    main()
