# SPDX-License-Identifier: Apache-2.0
"""test_fairness.py: one connection has 200 heavy calls waiting; how many of them end before a call of another connection does.
Nothing is timed: calls are counted."""

import threading

from harness import PATIENCE, ServerTest, main, record, search_pb2

HEAVY_CALLS = 200
# Each sign is in each of the texts many times: much to pair up, and the chain is long.
HEAVY = " NEAR/9 ".join("链产业规则贸易重构" * 3)
LIGHT = "没有的词"


class Greedy:
    """A connection with many calls, and how many of them have ended."""

    def __init__(self, stub, query, count):
        self.lock, self.ended, self.begun = threading.Lock(), 0, threading.Event()
        self.calls = [stub.count.future(search_pb2.CountRequest(query=query)) for _ in range(count)]
        for call in self.calls:
            call.add_done_callback(self.count_one)

    def count_one(self, _):
        with self.lock:
            self.ended += 1
        self.begun.set()

    def stop(self):
        for call in self.calls:
            call.cancel()


class Fairness(ServerTest):
    def check_metrics(self, server):
        page = server.page("/metrics")[1]
        for lane in ("short", "long"):
            for name in ("waiting", "running", "moved_total", "wait_seconds_count", "wait_seconds_sum"):
                self.assertIn("\ngramdex_lane_%s{lane=\"%s\"} " % (name, lane), page)
        self.assertEqual(server.metric("gramdex_addresses_waiting"), 1)
        self.assertGreater(server.metric('gramdex_lane_moved_total{lane="long"}'), 0)
        rows = [line for line in page.splitlines() if line.startswith(("gramdex_lane_", "gramdex_addresses_"))]
        self.assertLess(len(rows), 50)
        self.assertFalse([line for line in rows if "127.0.0.1" in line])

    def check_passes(self, greedy, ask):
        before = greedy.ended
        found = ask()
        self.assertLess(greedy.ended - before, HEAVY_CALLS // 4)
        self.assertLess(greedy.ended, HEAVY_CALLS)  # it is still at it
        return found

    def test_calls_of_another_connection_pass_those_that_wait(self):
        server = self.served([record(i, text="链产业规则贸易重构" * 500) for i in range(60)], "--threads", "1")
        stub = server.stub()
        stub.stat(search_pb2.StatRequest())  # connected
        greedy = Greedy(server.stub(), HEAVY, HEAVY_CALLS)
        self.addCleanup(greedy.stop)
        self.assertTrue(greedy.begun.wait(PATIENCE))  # all of them have come, and the first has ended
        self.check_metrics(server)
        self.check_passes(greedy, lambda: [stub.count(search_pb2.CountRequest(query=LIGHT)) for _ in range(10)])
        found = self.check_passes(greedy, lambda: stub.count(search_pb2.CountRequest(query=HEAVY)))
        self.assertEqual(found.documents, 60)


if __name__ == "__main__":
    main()
