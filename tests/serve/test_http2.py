# SPDX-License-Identifier: Apache-2.0
"""test_http2.py: what the server says and logs of clients that break HTTP/2, and that it serves through HAProxy and nginx, by the very
configurations of packaging/ (skipped where those are not installed).

Environment: FRAMES is the folder of frames.py.
"""

import os
import socket
import sys
import time
import unittest

import grpc

import proxies
from harness import PATIENCE, ServerTest, document, documents, free_port, main, record, search_pb2

sys.path.insert(0, os.environ["FRAMES"])
import frames  # noqa: E402

Count, Scan = search_pb2.CountRequest, search_pb2.ScanRequest
STAT = "/gramdex.v1.Search/Stat"


class Log(ServerTest):
    def logged(self, server, **wanted):
        """The first line of the log with these values; what is searched is part of the text."""
        until = time.monotonic() + PATIENCE
        while True:
            for line in server.log():
                if all(text in line.get(key, "") for key, text in wanted.items()):
                    return line
            assert time.monotonic() < until, (wanted, server.log())
            time.sleep(0.02)

    def connect(self, server):
        host, port = server.addresses[0].rsplit(":", 1)
        made = socket.create_connection((host, int(port)))
        self.addCleanup(made.close)
        return made, "127.0.0.1:%d" % made.getsockname()[1]

    def send(self, server, *sent, preface=frames.PREFACE + frames.settings()):
        made, name = self.connect(server)
        made.sendall(preface + b"".join(sent))
        return made, name

    def test_a_malformed_request_is_logged_with_its_method_and_peer(self):
        server = self.served([record(1)])
        head = frames.request_head(STAT, ("X-Upper", "1"))
        _, name = self.send(server, frames.frame(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, 1, head))
        line = self.logged(server, message="malformed request: a field's name")
        self.assertEqual((line["method"], line["status"], line["peer"]), (STAT, "INTERNAL", name))
        self.assertIn('gramdex_requests_total{method="unknown",code="INTERNAL"} 1', server.page("/metrics")[1])

    def test_a_frame_on_a_closed_stream_is_logged(self):
        server = self.served([record(1)])
        head = frames.frame(frames.HEADERS, frames.END_HEADERS, 1, frames.request_head(STAT))
        reset = frames.frame(frames.RST_STREAM, 0, 1, b"\0\0\0\x08")
        made, name = self.send(server, head, reset, frames.frame(frames.DATA, 0, 1, b"x"))
        line = self.logged(server, event="a frame on a closed stream")
        self.assertEqual(line["event"], name + ": HTTP/2: STREAM_CLOSED: a frame on a closed stream")
        while made.recv(65536):  # the server closes
            pass

    def test_what_is_no_http2_is_logged(self):
        server = self.served([record(1)])
        made, name = self.send(server, preface=b"PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n")
        self.assertTrue(self.logged(server, event="PROTOCOL_ERROR")["event"].startswith(name + ": HTTP/2: "))
        while made.recv(65536):
            pass

    def test_a_request_without_authority_is_answered(self):
        server = self.served([record(1)])
        names = [(":method", "POST"), (":scheme", "http"), (":path", STAT), ("te", "trailers"), ("content-type", "application/grpc")]
        head = b"".join(frames.literal(name, value) for name, value in names)
        self.send(server, frames.frame(frames.HEADERS, frames.END_HEADERS, 1, head))
        line = self.logged(server, message="Missing :authority header")
        self.assertEqual((line["method"], line["status"]), (STAT, "UNKNOWN"))

    def test_without_a_log_nothing_is_written(self):
        server = self.served([record(1)], "--log-format", "none")
        made, _ = self.send(server, preface=b"PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n")
        while made.recv(65536):
            pass
        self.assertNotIn("PROTOCOL_ERROR", server.stop())


class Proxied:
    """What goes through a proxy as it would without."""

    def through(self, times=100):
        """A stub, and the server behind it."""
        server = self.served([record(i, text="链产业规则" * times) for i in range(60)])
        port = free_port()
        process = self.start(self.folder, [(server.addresses[0], server.metrics_address)], port)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        self.address = "127.0.0.1:%d" % port
        stub = server.stub(address=self.address)
        until = time.monotonic() + PATIENCE
        while True: # until it listens
            try:
                stub.stat(search_pb2.StatRequest())
                return stub, server
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE and time.monotonic() < until, error
                time.sleep(0.05)

    def test_calls_streams_and_statuses(self):
        stub, _ = self.through()
        self.assertEqual(stub.count(Count(query="产业")).documents, 60)
        occurrences = sum(len(reply.occurrences) for reply in stub.scan(Scan(query="产业", context_symbols=50)))
        self.assertEqual(occurrences, 60 * 100)
        self.refuses(grpc.StatusCode.INVALID_ARGUMENT, "QUERY_SYNTAX", lambda: stub.count(Count(query="(产业")))

    def test_more_than_the_proxy_keeps_goes_in(self):
        stub, _ = self.through()
        sent = (documents(document(id="big/%d" % i, text="供应链" * 100000)) for i in range(10))
        self.assertEqual(stub.ingest(sent).documents, 10)

    def test_deadlines_and_cancels_reach_the_server(self):
        stub, server = self.through(1000)
        query = "链 NEAR/900 业 NEAR/900 规 NEAR/900 则 NEAR/900 产"
        hurried = server.stub(address=self.address)  # its connection may end with such a call: HURRIED in test_load.py
        hurried.stat(search_pb2.StatRequest())
        self.fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: hurried.count(Count(query=query), timeout=0.01))
        call = stub.scan(Scan(query="产业", context_symbols=200))
        next(call)
        call.cancel()
        server.wait_for_metric("gramdex_calls", 0)


@unittest.skipUnless(proxies.HAPROXY, "haproxy is not installed")
class HAProxy(Proxied, ServerTest):
    start = staticmethod(proxies.start_haproxy)


@unittest.skipUnless(proxies.NGINX, "nginx is not installed")
class Nginx(Proxied, ServerTest):
    start = staticmethod(proxies.start_nginx)


if __name__ == "__main__":
    main()
