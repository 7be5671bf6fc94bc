# SPDX-License-Identifier: Apache-2.0
"""test_abuse_plain.py: what hostile peers do over HTTP/1.1, over real sockets, while an honest client is served."""

import random
import time

from harness import DOCUMENTS, MANY, ONE, WATCHES_THREADS, AbuseTest, main, skip_thread_sanitizer
from plain import PATIENCE, Plain, envelope, request

COUNT, SCAN, INGEST = "/gramdex.v1.Search/Count", "/gramdex.v1.Search/Scan", "/gramdex.v1.Index/Ingest"
MEGABYTE = b"x" * (1 << 20)
ASKS = request(COUNT, {"query": ONE})
LONG = request("/gramdex.v1.Search/Search", {"query": ONE, "snippetSymbols": 1000, "limit": 100})  # 100 kB
EXPORT = request(SCAN, envelope({"query": MANY}), kind="application/connect+json")


class PlainTest(AbuseTest):
    def gone(self, peers):
        """Who takes nothing is closed, by and by."""
        self.server.wait_for(connections=1)
        for peer in peers:
            peer.close()


@skip_thread_sanitizer
class Smuggling(PlainTest):
    """What another reader of the same bytes might take for two requests is refused, and ends the connection."""

    HEAD = b"POST /nothing HTTP/1.1\r\nHost: localhost\r\n"
    HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"

    def test_lengths_and_codings_that_disagree(self):
        fields = [b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 5",
                  b"Content-Length: 5\r\nContent-Length: 0", b"Content-Length: 0\r\nContent-Length: 0",
                  b"Content-Length: 5, 0", b"Content-Length: +0", b"Content-Length: 0x0", b"Content-Length : 0",
                  b"Transfer-Encoding: xchunked", b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding : chunked",
                  b"Transfer-Encoding: \x0bchunked", b"X: y\r\n Transfer-Encoding: chunked", b"Transfer-Encoding\n: chunked",
                  b"X: y\nTransfer-Encoding: chunked", b"X: y\rContent-Length: 44", b"X: \0\r\nContent-Length: 0",
                  b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b": y\r\nContent-Length: 0"]
        self.serve()
        for field in fields:
            peer = Plain(self.server.address)
            peer.send(self.HEAD + field + b"\r\n\r\n0\r\n\r\n" + self.HIDDEN)
            peer.until_closed()
            self.assertEqual(len(peer.statuses()), 1, (field, peer.came))
            self.assertIn(peer.statuses()[0], (400, 501), (field, peer.came))
            peer.close()
        self.check()

    def test_hosts_and_chunks_that_disagree(self):
        chunked = b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        whole = [b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
                 b"GET http://other/ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost, other\r\n\r\n",
                 b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", b"GET /\r\n\r\n", b"CONNECT localhost:80 HTTP/1.1\r\nHost: x\r\n\r\n",
                 b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]
        self.serve()
        for each in whole:
            peer = Plain(self.server.address)
            peer.send(each + self.HIDDEN)
            peer.until_closed()
            self.assertEqual(len(peer.statuses()), 1, (each, peer.came))
            self.assertIn(peer.statuses()[0], (400, 501, 505), (each, peer.came))
            peer.close()
        # A method of which the chunks are read, so that the fault is in them.
        ask = request(COUNT, b"", "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
        for chunks in (b"5;a\nb\r\n", b"5\n", b"0x5\r\n", b"1\r\nab\r\n", b"1\r\n{\n", b"ffffffffffffffff1\r\n", b"-1\r\n",
                       b"1\r\n{\r\n0\r\nContent-Length: 9\r\n\r\n", b"1\r\n{\r\n0\r\nx : y\r\n\r\n"):
            peer = Plain(self.server.address)
            peer.send(ask + chunks + self.HIDDEN)
            peer.until_closed()
            self.assertEqual(peer.statuses(), [400], (chunks, peer.came))
            peer.close()
        peer = Plain(self.server.address)  # answered before it is whole: what follows is not taken for a request
        peer.send(chunked + b"zz\r\n" + self.HIDDEN)
        peer.until_closed()
        self.assertEqual(len(peer.statuses()), 1)
        peer.close()
        self.check()


class Floods(PlainTest):
    @skip_thread_sanitizer
    def test_lines_of_a_megabyte(self):
        self.serve()
        lines = [(b"GET /" + MEGABYTE, 414), (MEGABYTE, 414), (request("/", None)[:-2] + b"x: " + MEGABYTE, 431),
                 (request("/", None)[:-2] + b"x: y\r\n" * 100000, 431),
                 (request(COUNT, b"", "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"") + b"1;" + MEGABYTE, 400),
                 (request(COUNT, b"", "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"") + b"0\r\nx: " + MEGABYTE,
                  431)]
        for line, status in lines:
            peer = Plain(self.server.address)
            peer.send(line)
            peer.until_closed()
            self.assertEqual(peer.statuses(), [status], line[:60])
            peer.close()
        self.check()

    def test_a_pipeline_of_four_thousand(self):
        count = 1000 if WATCHES_THREADS else 4000
        self.serve()
        peer = Plain(self.server.address)
        sent = memoryview(ASKS * count)
        while sent:
            peer.socket.settimeout(0.01)
            try:
                sent = sent[peer.socket.send(sent):]
            except TimeoutError:
                pass
            peer.take()
        peer.until(lambda: peer.came.count(b"HTTP/1.1 200 OK\r\n") >= count)
        self.assertEqual(peer.statuses(), [200] * count)
        self.assertEqual(peer.came.count(b'"documents":"%d"' % DOCUMENTS), count)
        peer.close()
        self.check()

    def test_pipelines_whose_answers_are_not_read(self):
        self.serve("--ingest-idle", "2")
        peers = [Plain(self.server.address, receive_bytes=4096) for _ in range(2)]
        for peer in peers:
            peer.socket.settimeout(0.2)
            peer.send(LONG * 10000)  # as far as the server takes them
        self.gone(peers)
        self.check()

    @skip_thread_sanitizer
    def test_garbage(self):
        self.serve()
        chance = random.Random(20261128)
        words = [b"GET ", b"POST ", COUNT.encode(), b" HTTP/1.1", b"\r\n", b"\r\n\r\n", b"Host: localhost", b":", b"Content-Length: 5",
                 b"Transfer-Encoding: chunked", b"0", b";", b"{}", b"\n", b"\r", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
        for i in range(200):
            peer = Plain(self.server.address)
            for _ in range(10):
                peer.send(chance.randbytes(chance.randrange(64)) if i % 4 == 0 else b"".join(chance.choices(words, k=20)))
            peer.take()
            peer.vanish() if i % 3 else peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_requests_cut_anywhere(self):
        self.serve()
        chunked = request(COUNT, b"", "Transfer-Encoding: chunked").replace(b"Content-Length: 0\r\n", b"")
        whole = ASKS + chunked + b"3\r\n{  \r\n3;x=y\r\n  }\r\n0\r\nx: y\r\n\r\n" + EXPORT
        for size in range(len(whole)):
            peer = Plain(self.server.address)
            peer.send(whole[:size])
            if size % 3 == 0:
                time.sleep(0.002)
            peer.vanish() if size % 2 else peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_contents_that_nobody_wants(self):
        self.serve("--max-message", "64K")
        for path, kind in (("/nothing", "text/plain"), (COUNT, "text/plain"), (COUNT, "application/json"), (SCAN, "application/json")):
            peer = Plain(self.server.address)
            peer.send(request(path, b"x" * 100, kind=kind).replace(b"Content-Length: 100", b"Content-Length: 100000000"))
            for _ in range(50):
                if not peer.send(MEGABYTE[:100000]):
                    break
            peer.until_closed()
            peer.close()
        self.check()


class Stalls(PlainTest):
    """Peers that stop in the middle."""

    @skip_thread_sanitizer
    def test_heads_that_come_byte_by_byte(self):
        self.serve("--handshake", "1")
        peers = [Plain(self.server.address) for _ in range(100)]
        for byte in ASKS[:40]:
            for peer in peers:
                peer.send(bytes((byte,)))
                peer.take()
            time.sleep(0.05)
        for peer in peers:
            peer.until_closed()
            self.assertIn(peer.statuses(), ([408], []))  # none, if it was still speaking when the server closed
            peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_contents_that_come_byte_by_byte(self):
        self.serve("--stall", "1")
        head = request(COUNT, b"").replace(b"Content-Length: 0", b"Content-Length: 1000")
        peers = [Plain(self.server.address) for _ in range(100)]
        for peer in peers:
            peer.send(head)
        end = time.monotonic() + PATIENCE
        while self.server.calls("DEADLINE_EXCEEDED") < 100:
            self.assertLess(time.monotonic(), end)
            for peer in peers:
                peer.send(b" ")
                peer.take()
            time.sleep(0.1)
        for peer in peers:
            peer.until_closed()
            self.assertEqual(peer.statuses(), [504])
            peer.close()
        self.check()

    def test_exports_that_are_not_read(self):
        self.serve("--ingest-idle", "2")
        peers = [Plain(self.server.address, receive_bytes=4096) for _ in range(4)]
        for peer in peers:
            peer.send(EXPORT)
        self.gone(peers)
        self.check()

    def test_clients_that_vanish_while_they_are_answered(self):
        self.serve()
        for i in range(20):
            peer = Plain(self.server.address, receive_bytes=4096)
            peer.send(EXPORT + (ASKS * 10 if i % 3 else b""))
            self.server.wait_for(exports=1)
            peer.vanish() if i % 2 else peer.close()
            self.server.wait_for(exports=0)
        self.check()


if __name__ == "__main__":
    main()
