# SPDX-License-Identifier: Apache-2.0
"""test_balancers.py: two replicas behind HAProxy and nginx, and two roots over two leaves behind HAProxy, by the shipped configurations, under
load: one is drained, one comes back, one is killed. No call fails but those that were under way in the one that was killed."""

import os
import signal
import threading
import time
import unittest

import grpc

import proxies
from harness import PATIENCE, Server, ServerTest, Stub, free_port, main, record, search_pb2, skip_thread_sanitizer

Count, Search = search_pb2.CountRequest, search_pb2.SearchRequest
CLIENTS = 6


class Caller(threading.Thread):
    """A client that asks one question after the other. Each call is right, or noted with when it started and failed."""

    def __init__(self, address):
        super().__init__()
        options = [("grpc.use_local_subchannel_pool", 1)]
        self.channel = grpc.insecure_channel(address, options)
        self.stub, self.done, self.right, self.wrong, self.failed = Stub(self.channel), threading.Event(), 0, [], []

    def run(self):
        while not self.done.is_set():
            since = time.monotonic()
            try:
                if self.right % 2:
                    good = self.stub.count(Count(query="产业"), timeout=PATIENCE).documents == 60
                else:
                    good = len(self.stub.search(Search(query="产业", limit=5), timeout=PATIENCE).hits) == 5
                self.right += good
                if not good:
                    self.wrong.append(since)
            except grpc.RpcError as error:
                self.failed.append((since, time.monotonic(), error.code(), error.details()))
            self.done.wait(0.005)  # six callers still meet each change
        self.channel.close()


class Balanced:
    def setUp(self):
        super().setUp()
        self.make_index(*([record(30 * part + i, text="链产业规则") for i in range(30)] for part in range(2)))  # a segment each
        self.prepare()
        # One of them comes back to its ports, which nobody else may have been given meanwhile.
        fixed = [[option, "127.0.0.1:%d" % free_port()] for option in ("--listen", "--metrics")]
        self.replicas = [self.replica(*fixed[0], *fixed[1]), self.replica()]
        port = free_port()
        self.address = "127.0.0.1:%d" % port
        process = self.start(self.folder, [(one.addresses[-1], one.metrics_address) for one in self.replicas], port)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        stub = self.replicas[0].stub(address=self.address)
        until = time.monotonic() + PATIENCE
        while True:  # until it listens
            try:
                stub.stat(search_pb2.StatRequest())
                break
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE and time.monotonic() < until, error
                time.sleep(0.05)
        self.callers = [Caller(self.address) for _ in range(CLIENTS)]
        for caller in self.callers:
            caller.start()
        self.addCleanup(self.end)
        self.let_pass(200)

    def prepare(self):
        pass

    def begin(self, *options):
        return Server(self.folder, "--read-only", *options)

    def replica(self, *options):
        server = self.begin(*options)
        self.addCleanup(self.stop, server)
        return server

    def stop(self, server):
        if server.process.poll() == -signal.SIGKILL:  # that is no good end
            server.process.stdout.close()
            for channel in server.channels:
                channel.close()
        else:
            server.stop()

    def end(self):
        for caller in self.callers:
            caller.done.set()
        for caller in self.callers:
            caller.join()

    def right(self):
        return sum(caller.right for caller in self.callers)

    def let_pass(self, calls):
        """Waits until so many more calls were right."""
        wanted, until = self.right() + calls, time.monotonic() + PATIENCE
        while self.right() < wanted:
            self.assertLess(time.monotonic(), until, [caller.failed[-3:] for caller in self.callers])
            time.sleep(0.02)

    def failed(self):
        return [failure for caller in self.callers for failure in caller.failed]

    def check_right(self):
        print("%d calls right, %d failed" % (self.right(), len(self.failed())))
        self.assertEqual([wrong for caller in self.callers for wrong in caller.wrong], [])

    def test_a_replica_that_drains_costs_no_call(self):
        one, two = self.replicas
        one.process.send_signal(signal.SIGTERM)
        self.assertEqual(one.process.wait(timeout=PATIENCE), 0)
        self.let_pass(200)
        fresh = self.replica("--listen", one.addresses[-1], "--metrics", one.metrics_address)  # comes back
        self.let_pass(200)
        until = time.monotonic() + PATIENCE
        while not (fresh.metric('gramdex_requests_total{method="gramdex.v1.Search/Count",code="OK"}') or 0) > 0:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)
        two.process.send_signal(signal.SIGTERM)
        self.assertEqual(two.process.wait(timeout=PATIENCE), 0)
        self.let_pass(200)
        self.end()
        self.check_right()
        self.assertEqual(self.failed(), [])

    def test_a_replica_that_is_killed_costs_the_calls_that_it_had(self):
        one, _ = self.replicas
        killed = time.monotonic()
        one.process.send_signal(signal.SIGKILL)
        one.process.wait()
        self.let_pass(400)
        time.sleep(max(0.0, killed + 1 - time.monotonic()))
        noticed = time.monotonic()  # a second later, and on a machine that stood still when 400 calls have been right since
        self.let_pass(200)  # of these none fails
        self.end()
        self.check_right()
        self.assertLessEqual(len(self.failed()), CLIENTS, self.failed())
        late = [failure for failure in self.failed() if failure[0] > noticed]
        self.assertEqual(late, [])


class Roots(Balanced):
    def prepare(self):
        self.leaves = os.path.join(self.folder, "leaves")
        addresses = [self.serve("--slice", "%d/2" % slice).addresses[0] for slice in range(2)]
        with open(self.leaves, "w", encoding="utf-8") as file:
            file.writelines(address + "\n" for address in addresses)

    def begin(self, *options):
        root = Server(self.folder, *options, root=self.leaves)
        for slice in range(2):
            root.wait_for_metric('gramdex_slice_replicas{slice="%d"}' % slice, 1)
        return root


@unittest.skipUnless(proxies.HAPROXY, "haproxy is not installed")
class HAProxy(Balanced, ServerTest):
    start = staticmethod(proxies.start_haproxy)


@unittest.skipUnless(proxies.NGINX, "nginx is not installed")
@skip_thread_sanitizer
class Nginx(Balanced, ServerTest):
    start = staticmethod(proxies.start_nginx)


@unittest.skipUnless(proxies.HAPROXY, "haproxy is not installed")
class HAProxyBeforeRoots(Roots, ServerTest):
    start = staticmethod(proxies.start_haproxy)


if __name__ == "__main__":
    main()
