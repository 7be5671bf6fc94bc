# SPDX-License-Identifier: Apache-2.0
"""test_abuse.py: what hostile peers do to HTTP/2 servers, over real sockets, while an honest client is served."""

import random
import ssl
import struct
import subprocess

from frames import *  # noqa: F403
from harness import MANY, ONE, AbuseTest, main, make_index, skip_thread_sanitizer

SCAN, SEARCH, COUNT = ("/gramdex.v1.Search/" + name for name in ("Scan", "Search", "Count"))
INGEST, WATCH = "/gramdex.v1.Index/Ingest", "/grpc.health.v1.Health/Watch"
TOO_MANY = struct.pack(">I", 0x7fffffff)


class Floods(AbuseTest):
    """Peers that make work for nothing are closed with ENHANCE_YOUR_CALM."""

    def flood(self, piece, count=20000, first=b""):
        """`piece` again and again, and nothing read meanwhile, until the server closes."""
        for _ in range(3):
            peer = Connection(self.server.address)
            peer.send(first)
            for _ in range(0, count, 50):
                if not peer.send(piece * 50):
                    break
            peer.until_closed()
            peer.close()

    def test_rapid_resets(self):  # CVE-2023-44487
        self.serve()
        for _ in range(3):
            peer = Connection(self.server.address)
            while peer.goaway() is None and not peer.is_closed and peer.next_stream < 20000:
                burst = b""
                for _ in range(100):
                    stream, head = peer.call(SEARCH, query(MANY), send=False)
                    burst += head + frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL))
                peer.send(burst)
                peer.take()
            peer.until_closed()
            peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_resets_that_the_server_must_send(self):  # CVE-2025-8671
        mistakes = [lambda stream: frame(WINDOW_UPDATE, 0, stream, TOO_MANY),
                    lambda stream: frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", 0)),
                    lambda stream: frame(PRIORITY, 0, stream, struct.pack(">IB", stream, 1)),
                    lambda stream: frame(DATA, 0, stream, b"x")]
        self.serve()
        for mistake in mistakes:
            peer = Connection(self.server.address)
            while peer.goaway() is None and not peer.is_closed and peer.next_stream < 20000:
                burst = b""
                for _ in range(100):
                    stream, head = peer.call(SEARCH, query(MANY), send=False)
                    burst += head + mistake(stream)
                peer.send(burst)
                peer.take()
            peer.until_closed()
            peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_headers_that_never_end(self):  # CVE-2024-27316
        self.serve()
        part = literal("x", "y" * 100)
        self.flood(frame(CONTINUATION, 0, 1, part), first=frame(HEADERS, 0, 1, part))
        self.flood(frame(CONTINUATION, 0, 1), first=frame(HEADERS, 0, 1, part))
        self.check()

    @skip_thread_sanitizer
    def test_settings_and_pings_whose_answers_are_not_read(self):
        self.serve()
        self.flood(settings(_4=65535))
        self.flood(frame(PING, 0, 0, b"12345678"))
        self.flood(frame(SETTINGS, ACK))
        self.check()

    @skip_thread_sanitizer
    def test_data_that_holds_nothing(self):
        self.serve()
        peer = Connection(self.server.address, opens=False)
        _, head = peer.call(INGEST, ends=False, send=False)
        peer.close()
        self.flood(frame(DATA, 0, 1), first=head)
        self.flood(frame(DATA, PADDED, 1, b"\x07" + bytes(7)), first=head)
        self.check()

    @skip_thread_sanitizer
    def test_header_lists_that_unpack_to_megabytes(self):
        self.serve()
        bomb = b"\x40" + number(1, 7) + b"x" + number(4000, 7) + b"y" * 4000 + b"\xbe" * 12000
        for _ in range(20):
            peer = Connection(self.server.address)
            for _ in range(20):
                stream = peer.next_stream
                peer.next_stream += 2
                if not peer.send(frame(HEADERS, END_HEADERS | END_STREAM, stream, request_head(COUNT) + bomb)[:9 + 16384]):
                    break
                peer.take()
            peer.close()
        peer = Connection(self.server.address)
        stream = peer.call(COUNT, query(ONE), more=[("x-%d" % i, "y" * 1000) for i in range(15)])
        peer.until(lambda: peer.ended(stream))
        stream = peer.call(COUNT, query(ONE), more=[("x", "y" * 900)] * 17)
        peer.until(lambda: peer.ended(stream) or peer.is_closed)
        peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_garbage(self):
        self.serve()
        chance = random.Random(20240917)
        for i in range(100):
            peer = Connection(self.server.address, opens=i % 2)
            for _ in range(10):
                kind, size = chance.randrange(12), chance.randrange(64)
                junk = chance.randbytes(size)
                peer.send(junk if i % 4 == 0 else frame(kind, chance.randrange(256), chance.randrange(8), junk))
            peer.take()
            peer.vanish() if i % 3 else peer.close()
        self.check()

    def test_a_session_cut_anywhere(self):
        self.serve()
        peer = Connection(self.server.address, opens=False)
        whole = PREFACE + settings()
        for path, body in ((SEARCH, query(MANY)), (SCAN, query(MANY)), (INGEST, message(b"")), ("/no/Method", b"")):
            whole += peer.call(path, body, send=False)[1]
        peer.close()
        for size in range(0, len(whole), 3):
            peer = Connection(self.server.address, opens=False)
            peer.send(whole[:size])
            peer.vanish() if size % 2 else peer.close()
        self.check()


class Stalls(AbuseTest):
    """Peers that stop in the middle."""

    def test_windows_of_nothing_in_front_of_exports(self):
        self.serve("--max-exports", "40")
        peers = []
        for i in range(10):
            peer = Connection(self.server.address)
            peer.send(settings(_4=0 if i % 2 else 1))
            for _ in range(5):
                peer.call(SCAN, query(MANY))
            peers.append(peer)
        self.server.wait_for(exports=40)
        for peer in peers:
            peer.close()
        self.check()

    def test_exports_that_are_not_read_from_the_socket(self):
        self.serve("--keepalive", "1")
        peers = []
        # Some end the connection by a mistake, data of no stream, after what they do not read.
        for i in range(20):
            peer = Connection(self.server.address, receive_bytes=4096)
            peer.send(settings(_4=0x7fffffff) + frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 0x7fff0000 - 65535)))
            peer.call(SCAN, query(MANY))
            if i % 2:
                peer.send(frame(DATA, 0, 0))
            peers.append(peer)
        self.server.wait_for(connections=1)  # who neither reads nor answers a ping is gone
        for peer in peers:
            peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_connections_that_say_nothing_or_half(self):
        self.serve("--handshake", "1")
        peers = [Connection(self.server.address, opens=False) for _ in range(60)]
        for i, peer in enumerate(peers):
            peer.send((PREFACE + settings())[:i % (len(PREFACE) + 9)])
        for peer in peers:
            peer.until_closed()
            peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_handshakes_of_tls_that_stop_halfway(self):
        certificate, key = self.folder + "/cert.pem", self.folder + "/key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        self.serve("--handshake", "1", "--tls-certificate", certificate, "--tls-key", key,
                   client_options=("--tls-authority", certificate))
        context = ssl.create_default_context(cafile=certificate)
        context.set_alpn_protocols(["h2"])
        hello = ssl.MemoryBIO()
        with self.assertRaises(ssl.SSLWantReadError):
            context.wrap_bio(ssl.MemoryBIO(), hello, server_hostname="127.0.0.1").do_handshake()
        hello = hello.read()
        peers = [Connection(self.server.address, opens=False) for _ in range(60)]
        for i, peer in enumerate(peers):
            peer.send(hello[:len(hello) * i // 59] if i % 10 else b"GET / HTTP/1.1\r\n\r\n")
        for peer in peers:
            peer.until_closed()
            peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_messages_that_come_byte_by_byte(self):
        self.serve("--stall", "1")
        peers = [Connection(self.server.address) for _ in range(5)]
        streams = [[peer.call(COUNT, b"\0\0\0\x40\0", ends=False) for _ in range(20)] for peer in peers]
        until = time.monotonic() + PATIENCE
        while self.server.calls("DEADLINE_EXCEEDED") < 100:
            self.assertLess(time.monotonic(), until)
            for peer, each in zip(peers, streams):
                peer.send(b"".join(frame(DATA, 0, stream, b"x") for stream in each))
                peer.take()
            time.sleep(0.2)
        for peer in peers:
            peer.close()
        self.check()

    def test_clients_that_vanish_while_they_write(self):
        self.serve()
        for i in range(5):
            peer = Connection(self.server.address)
            document = b"\x0a\x01a\x12\x01b\x2a\x01c"
            peer.call(INGEST, message(b"\x0a" + bytes((len(document),)) + document), ends=False)
            if i % 2:
                self.server.wait_for(calls=1)
            peer.vanish()
        self.server.wait_for(calls=0, connections=1)
        until = time.monotonic() + PATIENCE
        while True:  # the lock is free, as soon as a worker has let it go
            try:
                make_index(self.folder)
                break
            except subprocess.CalledProcessError as failure:
                self.assertIn(b"wait until it is done", failure.stderr)
                self.assertLess(time.monotonic(), until)
        self.check()


class Limits(AbuseTest):
    """More of everything than is allowed."""

    @skip_thread_sanitizer
    def test_more_connections(self):
        self.serve("--max-connections", "50")
        peers = [Connection(self.server.address) for _ in range(120)]
        closed = peers[-1]
        closed.until_closed()
        self.assertLessEqual(self.server.metrics()["gramdex_connections"], 51)
        for peer in peers:
            peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_more_connections_than_files_may_be_open(self):
        self.serve(files=100)
        peers = [Connection(self.server.address) for _ in range(120)]
        peers[-1].until_closed()
        make_index(self.folder, "a new commit")
        self.server.wait_for(index_refreshes_total=1, index_refresh_failures_total=0)
        for peer in peers:
            peer.close()
        self.check()

    def test_more_lines_of_the_log_than_anybody_reads(self):
        self.serve(log="text")
        peer = Connection(self.server.address)
        for _ in range(100):
            streams = [peer.call("/no/Such" + "x" * 200) for _ in range(100)]
            peer.until(lambda: all(peer.ended(stream) for stream in streams))
            peer.frames.clear()
        peer.close()
        self.check()
        text = b""
        while b"lines are missing" not in text:
            text += self.server.process.stderr.read1(1 << 16)
            peer = Connection(self.server.address)
            peer.call("/no/Such")
            peer.until(lambda: peer.ended(1))
            peer.close()

    @skip_thread_sanitizer
    def test_more_streams(self):
        self.serve("--max-streams", "10")
        peer = Connection(self.server.address)
        for _ in range(200):
            peer.call(WATCH, message())
        peer.until(lambda: peer.is_closed or peer.frames.count(
            (RST_STREAM, 0, peer.next_stream - 2, struct.pack(">I", 7))) > 0)
        self.assertLessEqual(self.server.metrics()["gramdex_calls"], 11)
        peer.close()
        self.check()

    @skip_thread_sanitizer
    def test_requests_that_are_no_grpc_are_counted_too(self):
        self.serve()
        peer = Connection(self.server.address)
        streams = [peer.call(COUNT, query(ONE), more=[("content-type", "text/plain")]),
                   peer.call(COUNT, query(ONE), more=[("grpc-timeout", "soon")])]
        for stream in streams:
            peer.until(lambda: peer.ended(stream))
        peer.close()
        self.server.wait_for(connections=1)
        self.assertEqual((self.server.calls("PERMISSION_DENIED"), self.server.calls("INTERNAL")), (1, 1))  # its host is not ours
        self.check()

    @skip_thread_sanitizer
    def test_a_message_too_large_is_refused_from_its_length(self):
        self.serve("--max-message", "64K")
        peer = Connection(self.server.address)
        stream = peer.call(COUNT, b"\0\0\x01\0\x01", ends=False)
        peer.until(lambda: peer.ended(stream))
        peer.close()
        self.server.wait_for(connections=1)
        self.assertEqual(self.server.calls("RESOURCE_EXHAUSTED"), 1)
        self.check()

    @skip_thread_sanitizer
    def test_messages_that_fill_the_memory_of_a_connection(self):
        self.serve("--memory", "32M")
        peer = Connection(self.server.address)
        block, sent = bytes(16384), 0
        for _ in range(20):
            stream = peer.call(INGEST, b"\0\0\x3f\0\0", ends=False)
            for _ in range(63):
                peer.send(frame(DATA, 0, stream, block))
                sent += 1
            peer.take()
        self.assertLess(self.server.metrics()["gramdex_connection_memory_bytes"], 32 << 20)
        peer.close()
        self.check()

    def test_a_queue_that_is_full(self):
        self.serve("--threads", "1", "--queue", "24")  # a third is one connection's
        self.client.stop()  # it is listed as well
        peer = Connection(self.server.address)
        calls = [peer.call(SEARCH, query(MANY), send=False) for _ in range(250)]
        peer.send(b"".join(head for _, head in calls))  # at once, so that no worker is faster than they come
        for stream, _ in calls:
            peer.until(lambda: peer.ended(stream))
        self.assertGreater(self.server.calls("RESOURCE_EXHAUSTED"), 0)
        self.assertGreater(self.server.calls("OK"), 8)
        stream = peer.call(SEARCH, query(ONE))
        peer.until(lambda: peer.ended(stream))
        peer.close()
        self.server.wait_for(connections=0, calls=0, queue_depth=0, connection_memory_bytes=0)


if __name__ == "__main__":
    main()
