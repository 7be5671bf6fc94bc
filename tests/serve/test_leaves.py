# SPDX-License-Identifier: Apache-2.0
"""Leaves and a root as processes, over sockets: the same answers as one server, whatever becomes of a leaf; or UNAVAILABLE,
naming the slice. Never a smaller number in silence."""

import os
import shutil
import signal
import threading
import time
import unittest

from harness import PATIENCE, ServerTest, details, grpc, main, record, search_pb2, skip_thread_sanitizer

SLICES, MANY = 2, 3  # MANY where one root is compared with one server; two show the rest


def took_away(answer):
    answer.answer.took_us = 0
    return answer


def is_silent(error):
    return error.code() == grpc.StatusCode.UNAVAILABLE and ("has not answered for 2 s" in error.details() or "does not answer" in error.details())


def part_of(part, count):
    return [record(100 * part + i) for i in range(count)]


class Leaves(ServerTest):
    def setUp(self):
        super().setUp()
        self.make_index(*(part_of(part, 40) for part in range(4)))  # a segment each

    def leaf(self, slice, *options, slices=SLICES, **how):
        return self.serve("--slice", "%d/%d" % (slice, slices), *options, **how)

    def leaves(self, replicas=1, slices=SLICES):
        return [[self.leaf(slice, slices=slices) for _ in range(replicas)] for slice in range(slices)]

    def root(self, leaves, *options):
        self.list = os.path.join(self.folder, "leaves")
        self.write_list(leaves)
        root = self.serve(*options, root=self.list)
        self.wait_for_leaves(root, leaves)
        return root

    def write_list(self, leaves):
        with open(self.list + ".new", "w", encoding="utf-8") as file:
            file.write("# leaves\n" + "".join(leaf.addresses[0] + "\n" for slice in leaves for leaf in slice))
        os.rename(self.list + ".new", self.list)

    def wait_for_leaves(self, root, leaves):
        for slice, replicas in enumerate(leaves):
            root.wait_for_metric('gramdex_slice_replicas{slice="%d"}' % slice, len(replicas))

    def patiently(self, ask):
        """A leaf of a busy machine may be silent for two seconds, which its root takes for lost, and says so."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return ask()
            except grpc.RpcError as error:
                if not is_silent(error) or time.monotonic() > until:
                    raise

    def compare(self, one, other):
        self.patiently(lambda: self.compare_once(one, other))

    def compare_once(self, one, other):
        for order in range(5):
            request = search_pb2.SearchRequest(query="产业链 重构", limit=7, offset=3, order=order, match_limit=5)
            self.assertEqual(took_away(one.search(request)), took_away(other.search(request)))
        for call, request in (("count", search_pb2.CountRequest(query="产业链")),
                              ("trend", search_pb2.TrendRequest(query="贸易规则", split_by_source=True)),
                              ("facets", search_pb2.FacetsRequest(query="产业链", by=["source", "year"])),
                              ("get", search_pb2.GetRequest(id="d/139")),
                              ("stat", search_pb2.StatRequest())):
            self.assertEqual(took_away(getattr(one, call)(request)), took_away(getattr(other, call)(request)))
        self.assertEqual(self.scan(one), self.scan(other))

    def scan(self, stub, **fields):
        return [each for message in stub.scan(search_pb2.ScanRequest(query="产业链", **fields)) for each in message.occurrences]

    def names_slice(self, slice, call):
        error = self.fails(grpc.StatusCode.UNAVAILABLE, call)
        self.assertIn("slice %d of %d" % (slice, SLICES), error.details())

    @skip_thread_sanitizer
    def test_a_root_answers_as_one_server_does(self):
        one = self.serve()
        root = self.root(self.leaves(slices=MANY))
        self.compare(one.stub(), root.stub())
        self.fails(grpc.StatusCode.UNIMPLEMENTED, lambda: root.stub().ngrams(search_pb2.NgramsRequest()))

    @skip_thread_sanitizer
    def test_a_leaf_sends_clients_to_its_root(self):
        leaves = self.leaves()
        root = self.root(leaves, "--writer", "writer.example:50051")
        stub = leaves[1][0].stub()
        info = self.refuses(grpc.StatusCode.FAILED_PRECONDITION, "LEAF", lambda: stub.count(search_pb2.CountRequest(query="链")))
        self.assertTrue(info)
        until = time.monotonic() + PATIENCE
        while True:  # the root says its address when it asks what the leaf holds
            error = self.fails(grpc.StatusCode.FAILED_PRECONDITION, lambda: stub.stat(search_pb2.StatRequest()))
            if root.addresses[0] in error.details():
                break
            self.assertLess(time.monotonic(), until, error.details())
            time.sleep(0.1)
        error = self.fails(grpc.StatusCode.UNIMPLEMENTED, lambda: root.stub().delete(b""))
        self.assertIn("writer.example:50051", error.details())

    def test_a_leaf_that_is_killed(self):
        leaves = self.leaves(replicas=2)
        one, root = self.serve(), self.root(leaves)
        stub = root.stub()
        leaves[1][0].kill()
        self.compare(one.stub(), stub)
        leaves[1][1].kill()
        self.names_slice(1, lambda: stub.count(search_pb2.CountRequest(query="产业链")))
        partial = stub.count(search_pb2.CountRequest(query="产业链", scope=search_pb2.Scope(allow_partial=True)))
        self.assertFalse(partial.answer.complete)
        self.assertIn("slice 1 of 2", partial.answer.notes[0])
        self.assertLess(partial.documents, 160)
        self.assertEqual(root.metric('gramdex_slice_replicas{slice="1"}'), 0)

    @skip_thread_sanitizer
    def test_a_leaf_that_is_stopped(self):
        leaves = self.leaves(replicas=2)
        one, root = self.serve(), self.root(leaves)
        stub = root.stub()
        for leaf in leaves[1]:
            self.addCleanup(leaf.process.send_signal, signal.SIGCONT)
        leaves[1][0].process.send_signal(signal.SIGSTOP)
        self.compare(one.stub(), stub)
        leaves[1][1].process.send_signal(signal.SIGSTOP)
        self.names_slice(1, lambda: stub.count(search_pb2.CountRequest(query="产业链"), timeout=PATIENCE))
        leaves[1][1].process.send_signal(signal.SIGCONT)
        root.wait_for_metric('gramdex_slice_replicas{slice="1"}', 1)
        self.compare(one.stub(), stub)

    def test_a_stopped_leaf_is_given_up_at_the_deadline(self):
        leaves = self.leaves()
        root, leaf = self.root(leaves), leaves[0][0].process
        stub = root.stub()
        stub.stat(search_pb2.StatRequest())  # connected

        def ask():  # again, should this process stand still until the root has lost the leaf
            root.wait_for_metric('gramdex_slice_replicas{slice="0"}', 1)
            leaf.send_signal(signal.SIGSTOP)
            try:
                stub.count(search_pb2.CountRequest(query="产业链"), timeout=0.3)
            finally:
                leaf.send_signal(signal.SIGCONT)

        self.fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: self.patiently(ask))

    def test_a_leaf_that_is_lost_in_the_middle_of_a_stream(self):
        for part in range(2):  # many messages from each slice
            self.add([record(1000 + 100 * part + i, text="产业链重构，" * 60) for i in range(30)])
        leaves = self.leaves(replicas=2)
        one, root = self.serve(), self.root(leaves)
        wanted = self.scan(one.stub())
        for keep in (1, None):  # the other replica goes on; then there is none
            got, stream = [], root.stub().scan(search_pb2.ScanRequest(query="产业链"))
            got += next(stream).occurrences
            for replica, leaf in enumerate(leaves[1]):
                if replica != keep and leaf.process.poll() is None:
                    leaf.kill()
            try:
                for message in stream:
                    got += message.occurrences
                self.assertEqual(got, wanted)
            except grpc.RpcError as error:
                self.assertIsNone(keep)
                self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
                self.assertIn("slice 1 of 2", error.details())
                self.assertEqual(got, wanted[:len(got)])

    def test_answers_are_of_one_commit_while_another_is_made(self):
        root = self.root(self.leaves(replicas=2))
        seen, stop, failed = set(), threading.Event(), []

        def ask():
            stub = root.stub()
            while not stop.is_set():
                try:
                    reply = stub.count(search_pb2.CountRequest(query="产业链"))
                    seen.add((reply.answer.commit, reply.documents))
                except grpc.RpcError as error:
                    if not is_silent(error):
                        failed.append(error.details())
                stop.wait(0.005)  # many calls still meet each change

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        wanted = set()
        for commit in range(4, 8):
            if commit > 4:
                self.add(part_of(commit, 20))
            wanted.add((commit, 160 + 20 * (commit - 4)))
            until = time.monotonic() + PATIENCE
            while not any(of == commit for of, _ in set(seen)) and time.monotonic() < until:
                root.page("/metrics")  # read while calls are counted
                time.sleep(0.02)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual((seen, failed), (wanted, []))

    @skip_thread_sanitizer
    def test_a_root_keeps_to_a_commit_until_all_slices_have_the_next(self):
        shutil.copytree(os.path.join(self.folder, "index"), os.path.join(self.folder, "copy"))
        leaves = [[self.leaf(0)], [self.leaf(1, index="copy")]]
        root = self.root(leaves)
        self.add(part_of(5, 20))
        leaves[0][0].wait_for_metric("gramdex_index_commit", 5)
        time.sleep(1)  # its root asks four times a second what it holds
        reply = root.stub().count(search_pb2.CountRequest(query="产业链"))
        self.assertEqual((reply.answer.commit, reply.documents), (4, 160))
        leaves[1].append(self.leaf(1))
        self.write_list(leaves)
        root.wait_for_metric("gramdex_index_commit", 5)
        reply = root.stub().count(search_pb2.CountRequest(query="产业链"))
        self.assertEqual((reply.answer.commit, reply.documents), (5, 180))

    @skip_thread_sanitizer
    def test_leaves_may_want_a_token(self):
        tokens = os.path.join(self.folder, "tokens")
        with open(tokens, "w", encoding="utf-8") as file:
            file.write("leaf-token-1234567890\n")
        os.chmod(tokens, 0o600)
        leaves = [[self.leaf(slice, "--token-file", tokens, "--token-all")] for slice in range(SLICES)]
        root = self.root(leaves, "--leaf-token-file", tokens)
        self.assertEqual(root.stub().count(search_pb2.CountRequest(query="产业链")).documents, 160)

    @skip_thread_sanitizer
    def test_pages_are_of_the_commit_of_their_token(self):
        root = self.root(self.leaves())
        stub = root.stub()
        first = stub.search(search_pb2.SearchRequest(query="产业链", limit=100))
        self.add(part_of(6, 20))
        root.wait_for_metric("gramdex_index_commit", 5)
        second = stub.search(search_pb2.SearchRequest(query="产业链", limit=100, page_token=first.next_page_token))
        self.assertEqual((second.answer.commit, second.documents, len(second.hits)), (4, 160, 60))
        self.assertEqual(len({hit.id for hit in first.hits} | {hit.id for hit in second.hits}), 160)


if __name__ == "__main__":
    main()
