# SPDX-License-Identifier: Apache-2.0
"""test_load.py: everything at once for some seconds: queries of all kinds, exports that are read, cancelled or left, documents in
and out, merges, and clients that vanish. No call may fail otherwise than it asked for; in the end nothing is held.

usage: test_load.py [SECONDS]
"""

import random
import socket
import subprocess
import sys
import threading
import time

import grpc

from harness import GRAMDEX, ServerTest, document, documents, index_pb2, main, record, search_pb2

SECONDS = float(sys.argv.pop(1)) if len(sys.argv) > 1 else 4
ASKED_LEAST = 20  # on a machine so busy that few are asked in that time
QUERIES = ["产业链", "重构 贸易", "产业 NEAR/9 规则", "date:2010.. 链", "source:odd", "没有的词", "title:篇 NOT 重构"]
GONE = (grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED)
# grpcio 1.51, when a deadline passes early, may reset a stream whose headers it has not sent; HTTP/2 calls that an error of the
# connection. Such calls have a connection of their own.
HURRIED = (*GONE, grpc.StatusCode.UNAVAILABLE)


class Load(ServerTest):
    def setUp(self):
        super().setUp()
        self.problems = []
        self.asked = 0

    def run_all(self, *jobs):
        until = time.monotonic() + SECONDS

        def repeat(job, seed):
            chance = random.Random(seed)
            while (time.monotonic() < until or self.asked <= ASKED_LEAST) and not self.problems:
                try:
                    job(chance)
                    self.asked += 1
                except Exception as problem:  # a thread's: the test reports it
                    self.problems.append((job.__name__, problem))

        threads = [threading.Thread(target=repeat, args=(job, seed)) for seed, job in enumerate(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def test_everything_at_once_and_nothing_is_held_in_the_end(self):
        server = self.served([record(i, text="链产业规则贸易重构" * 60) for i in range(300)])
        stub, hurried = server.stub(), server.stub()
        host, port = server.addresses[0].rsplit(":", 1)

        def ask(chance):
            query = chance.choice(QUERIES)
            found = stub.search(search_pb2.SearchRequest(query=query, limit=chance.randint(1, 50), match_limit=chance.randint(0, 9)))
            stub.count(search_pb2.CountRequest(query=query))
            stub.trend(search_pb2.TrendRequest(query=query, by=chance.randint(0, 3)))
            stub.stat(search_pb2.StatRequest())
            if found.next_page_token:
                try:
                    stub.search(search_pb2.SearchRequest(query=query, page_token=found.next_page_token))
                except grpc.RpcError as error:
                    if error.code() != grpc.StatusCode.FAILED_PRECONDITION:  # many commits since
                        raise

        def export(chance):
            call = stub.scan(search_pb2.ScanRequest(query="产业", context_symbols=chance.randint(1, 300)))
            for _ in range(chance.choice((1, 3, 1000000))):
                if next(call, None) is None:
                    return
            call.cancel()

        def hurry(chance):
            try:
                list(hurried.scan(search_pb2.ScanRequest(query="产业", context_symbols=200), timeout=chance.uniform(0.0005, 0.05)))
            except grpc.RpcError as error:
                if error.code() not in HURRIED:
                    raise

        def write(chance):
            every = chance.choice((0, 5))
            messages = (documents(*[document(id="w/%d" % chance.randint(0, 200), text="产业链 贸易" * chance.randint(1, 50))
                                    for _ in range(7)], commit_every=every) for _ in range(chance.randint(1, 6)))
            try:
                if chance.randint(0, 1):
                    hurried.ingest(messages, timeout=0.01)
                stub.ingest(messages)
                stub.delete(index_pb2.DeleteRequest(ids=["w/%d" % chance.randint(0, 200) for _ in range(20)]))
            except grpc.RpcError as error:
                if error.code() not in (*HURRIED, grpc.StatusCode.FAILED_PRECONDITION):
                    raise

        def merge(_):
            subprocess.run([GRAMDEX, "merge", "--index", server.index], capture_output=True)  # the lock may be taken
            time.sleep(0.3)

        def vanish(chance):
            begin = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"[:chance.randint(0, 33)]
            with socket.create_connection((host, int(port))) as client:
                client.sendall(begin + bytes(chance.randrange(256) for _ in range(chance.randint(0, 200))))

        self.run_all(ask, ask, export, export, hurry, write, write, merge, vanish)
        self.assertEqual(self.problems, [])
        for name in ("gramdex_calls", "gramdex_exports", "gramdex_queue_depth"):
            server.wait_for_metric(name, 0)
        self.assertEqual(server.metric("gramdex_index_refresh_failures_total"), 0)
        counted = stub.count(search_pb2.CountRequest(query="规则"))
        self.assertEqual(counted.documents, 300)
        server.stop()
        verified = subprocess.run([GRAMDEX, "verify", "--index", server.index], capture_output=True)
        self.assertEqual(verified.returncode, 0, verified.stderr)


if __name__ == "__main__":
    main()
