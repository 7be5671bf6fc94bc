# SPDX-License-Identifier: Apache-2.0
"""test_operations.py: `gramdex serve` as those who run it see it: addresses, tokens, TLS, log, metrics, systemd, the drain."""

import json
import os
import signal
import socket
import subprocess
import threading
import time

import grpc

from harness import (GRAMDEX, PATIENCE, Server, ServerTest, Stub, document, documents, free_port, index_pb2, main, record, search_pb2,
                     skip_thread_sanitizer, some_of)

Count = search_pb2.CountRequest
ONE = Count(query="产业链")


@skip_thread_sanitizer
class Addresses(ServerTest):
    def test_several_addresses_are_served_at_once(self):
        path = os.path.join(self.folder, "socket")
        self.make_index([record(1)])
        server = self.serve("--listen", "unix:" + path, "--listen", "[::1]:%d" % free_port("::1"))
        self.assertEqual(len(server.addresses), 3)
        for address in server.addresses:
            self.assertEqual(server.stub(address=address).count(ONE).documents, 1)
        server.stop()
        self.assertFalse(os.path.exists(path))

    def test_what_cannot_be_served_is_reported(self):
        self.make_index([record(1)])
        index = os.path.join(self.folder, "index")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            busy = "127.0.0.1:%d" % taken.getsockname()[1]
            for options, words in ((["--index", index, "--listen", busy], "in use"),
                                   (["--index", index, "--listen", "nowhere"], "expected host:port"),
                                   (["--index", index, "--listen", "127.0.0.1:0", "--metrics", busy], "in use"),
                                   (["--index", index, "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"], "port 0"),
                                   (["--index", self.folder + "/none"], "no index"),
                                   (["--index", index, "--token-file", "/none"], "/none"),
                                   (["--index", index, "--tls-certificate", "/none", "--tls-key", "/none"], "/none")):
                failed = subprocess.run([GRAMDEX, "serve", *options], capture_output=True, timeout=PATIENCE)
                self.assertIn(failed.returncode, (1, 2), options)
                self.assertIn(words, failed.stderr.decode(), options)

    def test_wrong_use_is_reported_with_exit_status_2(self):
        for options in ([], ["--index", "x", "--tls-key", "k"], ["--index", "x", "--token-all"], ["--index", "x", "y"],
                        ["--index", "x", "--log-format", "xml"], ["--index", "x", "--threads", "0"]):
            failed = subprocess.run([GRAMDEX, "serve", *options], capture_output=True, timeout=PATIENCE)
            self.assertEqual(failed.returncode, 2, options)
            self.assertTrue(failed.stderr)

    def test_workers_are_as_many_as_the_processors_that_the_process_may_use(self):
        one = {min(os.sched_getaffinity(0))}
        server = self.served([record(1)], preexec_fn=lambda: os.sched_setaffinity(0, one))
        self.assertEqual(server.metric("gramdex_workers"), 2)  # and one for short calls alone

    def test_connections_over_the_limit_are_closed_and_others_served(self):
        server = self.served([record(1)], "--max-connections", "2")
        first = server.stub()
        first.count(ONE)
        host, port = server.addresses[0].rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=PATIENCE), \
                socket.create_connection((host, int(port)), timeout=PATIENCE) as third:
            self.assertEqual(third.recv(1), b"")
            self.assertEqual(first.count(ONE).documents, 1)


class Access(ServerTest):
    def token_file(self):
        path = os.path.join(self.folder, "tokens")
        with open(path, "w", encoding="ascii") as file:
            file.write("# who\n\nfirst.token\n  second-token==\n")
        return path

    @staticmethod
    def bearer(token):
        return [("authorization", token)]

    @skip_thread_sanitizer
    def test_writing_wants_a_token_and_reading_does_not(self):
        stub = self.served([record(1)], "--token-file", self.token_file()).stub()
        ids = index_pb2.DeleteRequest(ids=["none"])
        self.assertEqual(stub.count(ONE).documents, 1)
        self.fails(grpc.StatusCode.UNAUTHENTICATED, lambda: stub.delete(ids))
        self.fails(grpc.StatusCode.UNAUTHENTICATED, lambda: stub.delete(ids, metadata=self.bearer("Basic first.token")))
        self.fails(grpc.StatusCode.UNAUTHENTICATED, lambda: stub.ingest(iter([documents(document(id="a"))])))
        for wrong in ("Bearer x", "Bearer first.toke", "Bearer first.tokenx", "Bearer # who"):
            self.fails(grpc.StatusCode.UNAUTHENTICATED, lambda w=wrong: stub.delete(ids, metadata=self.bearer(w)))
        for right in ("Bearer first.token", "bearer second-token=="):
            self.assertEqual(stub.delete(ids, metadata=self.bearer(right)).missing, ["none"])

    @skip_thread_sanitizer
    def test_all_methods_want_a_token_if_so_set(self):
        stub = self.served([record(1)], "--token-file", self.token_file(), "--token-all").stub()
        self.fails(grpc.StatusCode.UNAUTHENTICATED, lambda: stub.count(ONE))
        self.assertEqual(stub.count(ONE, metadata=self.bearer("Bearer first.token")).documents, 1)

    @skip_thread_sanitizer
    def test_then_nobody_without_one_learns_which_methods_there_are(self):
        server = self.served([record(1)], "--token-file", self.token_file(), "--token-all")
        unknown = server.channel().unary_unary("/gramdex.v1.Search/Nothing")
        self.fails(grpc.StatusCode.UNAUTHENTICATED, lambda: unknown(b""))
        self.fails(grpc.StatusCode.UNIMPLEMENTED, lambda: unknown(b"", metadata=self.bearer("Bearer first.token")))
        writes = self.serve("--token-file", self.token_file())
        unknown = writes.channel().unary_unary("/gramdex.v1.Search/Nothing")
        self.fails(grpc.StatusCode.UNIMPLEMENTED, lambda: unknown(b""))

    def events(self, server, words, count=1):
        """Waits until the log has said so often enough."""
        until = time.monotonic() + PATIENCE
        while True:
            found = [line["event"] for line in server.log() if words in line.get("event", "")]
            if len(found) >= count:
                return found
            self.assertLess(time.monotonic(), until, (words, server.log()))
            time.sleep(0.02)

    @skip_thread_sanitizer
    def test_files_that_others_may_write_are_named_at_the_start(self):
        self.make_index([record(1)])
        tokens = self.token_file()
        for mode, warned in ((0o600, 0), (0o644, 0), (0o660, 1), (0o666, 1)):
            os.chmod(tokens, mode)
            server = self.serve("--token-file", tokens)
            self.events(server, "others than its owner may write", warned)
            text = server.stop()
            self.assertEqual(text.count("others than its owner may write"), warned, oct(mode))
            self.assertEqual(text.count(tokens), warned)

    @skip_thread_sanitizer
    def test_a_hangup_reads_tokens_again_and_bad_ones_change_nothing(self):
        tokens = self.token_file()
        server = self.served([record(1)], "--token-file", tokens)
        stub = server.stub()

        def deletes(token):
            return stub.delete(index_pb2.DeleteRequest(ids=["none"]), metadata=self.bearer("Bearer " + token)).missing

        self.assertEqual(deletes("first.token"), ["none"])
        with open(tokens, "w", encoding="ascii") as file:
            file.write("third-token\n")
        server.process.send_signal(signal.SIGHUP)
        self.events(server, "read again: 1 token")
        self.assertEqual(deletes("third-token"), ["none"])
        self.fails(grpc.StatusCode.UNAUTHENTICATED, lambda: deletes("first.token"))
        for number, text in enumerate(("# none\n", "bad token\n", None), 1):
            if text is None:
                os.remove(tokens)
            else:
                with open(tokens, "w", encoding="ascii") as file:
                    file.write(text)
            server.process.send_signal(signal.SIGHUP)
            self.events(server, "the old tokens stay: ", number)
            self.assertEqual(deletes("third-token"), ["none"])

    @skip_thread_sanitizer
    def test_a_hangup_without_anything_to_read_is_said(self):
        server = self.served([record(1)])
        server.process.send_signal(signal.SIGHUP)
        self.events(server, "no tokens, certificates or aliases")
        self.assertEqual(server.stub().count(ONE).documents, 1)

    def test_a_hangup_reads_aliases_again_and_bad_ones_change_nothing(self):
        path = os.path.join(self.folder, "aliases")

        def write(text):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

        write("没有 = 产业链\n")
        server = self.served([record(1), record(2)], "--aliases", path)
        stub, asked = server.stub(), search_pb2.CountRequest(query="alias:没有")
        reply = stub.count(asked)
        pages = [search_pb2.SearchRequest(query=query, limit=1) for query in ("alias:没有", "产业链")]
        for page in pages:
            page.page_token = stub.search(page).next_page_token
            self.assertEqual(len(stub.search(page).hits), 1)
        self.assertEqual((reply.documents, list(reply.answer.notes)), (2, ["alias:没有 stands for 没有 OR 产业链"]))
        write("没有 = 也没有\nWTO = 世界贸易组织\n")
        server.process.send_signal(signal.SIGHUP)
        self.events(server, "read again: 2 sets of aliases")
        self.assertEqual(stub.count(asked).documents, 0)
        self.fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.search(pages[0]))
        self.assertEqual(len(stub.search(pages[1]).hits), 1)
        write("没有 = 产业链\n没有 = x\n")
        server.process.send_signal(signal.SIGHUP)
        found = self.events(server, "the old aliases stay: ")
        self.assertIn("line 2, column 1: a name that is in line 1 already", found[0])
        self.assertEqual(stub.count(asked).documents, 0)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def certificate(self, name, days=365):
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                     name + ".key", "-out", name + ".pem", "-days", str(days), "-subj", "/CN=localhost", "-addext",
                     "subjectAltName=DNS:localhost,IP:127.0.0.1")
        return self.read(name + ".pem"), self.read(name + ".key")

    def expired_certificate(self, name):
        with open(os.path.join(self.folder, "ca.cnf"), "w", encoding="ascii") as file:
            file.write("[ca]\ndefault_ca=c\n[c]\ndatabase=db\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
                       "[p]\ncommonName=supplied\n")
        for file, text in (("db", ""), ("serial", "01\n")):
            with open(os.path.join(self.folder, file), "w", encoding="ascii") as made:
                made.write(text)
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", name + ".key",
                     "-out", name + ".req", "-subj", "/CN=localhost")
        self.openssl("ca", "-config", "ca.cnf", "-selfsign", "-batch", "-notext", "-in", name + ".req", "-keyfile", name + ".key",
                     "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-out", name + ".pem")
        return self.read(name + ".pem"), self.read(name + ".key")

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def use(self, pair):
        for name, content in zip(("live.pem", "live.key"), pair):
            with open(os.path.join(self.folder, name), "wb") as file:
                file.write(content)
            os.chmod(os.path.join(self.folder, name), 0o600)
        return ("--tls-certificate", os.path.join(self.folder, "live.pem"), "--tls-key", os.path.join(self.folder, "live.key"))

    @skip_thread_sanitizer
    def test_a_certificate_that_has_expired_or_soon_will_is_named_at_the_start(self):
        self.make_index([record(1)])
        for pair, words in ((self.certificate("long"), None), (self.certificate("short", 5), "expires on"),
                            (self.expired_certificate("old"), "has expired on 2020-02-01")):
            server = self.serve(*self.use(pair))
            if words:
                self.events(server, words)
            text = server.stop()
            self.assertEqual("live.pem: the certificate" in text, words is not None, text)

    @skip_thread_sanitizer
    def test_a_command_that_is_wrong_about_tls_is_told_so(self):
        pair = self.certificate("pair")
        plain = self.served([record(1)])
        served = self.serve(*self.use(pair))
        authority = ("--tls-authority", os.path.join(self.folder, "pair.pem"))
        for server, options, words in ((plain, ("--tls", *authority), "does not speak TLS at this address (leave --tls away)"),
                                       (served, (), "it may speak TLS alone (--tls)"),
                                       (served, ("--tls",), "certificate verify failed")):
            for command in some_of(1, (("count", "产业链"), ("search", "--all", "产业链"), ("stat",))):
                failed = subprocess.run([GRAMDEX, *command, "--server", server.addresses[0], *options], capture_output=True,
                                        timeout=PATIENCE, check=False)
                self.assertEqual(failed.returncode, 1, command)
                self.assertIn(words, failed.stderr.decode(), command)
        done = subprocess.run([GRAMDEX, "count", "产业链", "--server", served.addresses[0], "--tls", *authority], capture_output=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    @skip_thread_sanitizer
    def test_a_server_that_speaks_tls_is_told_from_its_first_byte(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = "127.0.0.1:%d" % listener.getsockname()[1]

            def alert():
                with listener.accept()[0] as peer:
                    for byte in b"\x15\x03\x01\x00\x02\x02\x46":
                        try:
                            peer.sendall(bytes((byte,)))
                        except OSError:
                            break  # one is enough
                        time.sleep(0.01)

            answering = threading.Thread(target=alert)
            answering.start()
            failed = subprocess.run([GRAMDEX, "count", "产业链", "--server", address], capture_output=True, timeout=PATIENCE,
                                    check=False)
            answering.join()
            self.assertEqual(failed.returncode, 1)
            self.assertIn("speaks TLS at this address (--tls)", failed.stderr.decode())

    @skip_thread_sanitizer
    def test_a_hangup_reads_certificates_again_and_bad_ones_change_nothing(self):
        first, second = self.certificate("first"), self.certificate("second")
        server = self.served([record(1)], *self.use(first))

        def counted_with(pair):
            return server.stub(credentials=grpc.ssl_channel_credentials(pair[0])).count(ONE).documents

        before = server.stub(credentials=grpc.ssl_channel_credentials(first[0]))
        self.assertEqual(before.count(ONE).documents, 1)
        self.use(second)
        server.process.send_signal(signal.SIGHUP)
        self.events(server, "read again: the certificate")
        self.assertEqual(counted_with(second), 1)
        self.fails(grpc.StatusCode.UNAVAILABLE, lambda: counted_with(first))
        self.assertEqual(before.count(ONE).documents, 1)  # its connection is there already
        for number, pair in enumerate(((first[0], second[1]), (b"", second[1]), (second[0], b"x")), 1):
            self.use(pair)
            server.process.send_signal(signal.SIGHUP)
            self.events(server, "the old certificate stays: ", number)
            self.assertEqual(counted_with(second), 1)
        self.use(self.certificate("short", 3))
        server.process.send_signal(signal.SIGHUP)
        self.events(server, "the certificate expires on")

    @skip_thread_sanitizer
    def test_a_token_file_without_a_token_or_with_a_bad_one_is_refused(self):
        self.make_index([record(1)])
        for text, words in (("# none\n", "no token"), ("good\nbad token\n", "line 2")):
            path = os.path.join(self.folder, "bad")
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            failed = subprocess.run([GRAMDEX, "serve", "--index", self.folder + "/index", "--token-file", path],
                                    capture_output=True, timeout=PATIENCE)
            self.assertNotEqual(failed.returncode, 0)
            self.assertIn(words, failed.stderr.decode())
            self.assertNotIn("bad token", failed.stderr.decode())

    @skip_thread_sanitizer
    def test_a_read_only_server_refuses_writes(self):
        stub = self.served([record(1)], "--read-only").stub()
        self.fails(grpc.StatusCode.PERMISSION_DENIED, lambda: stub.delete(index_pb2.DeleteRequest(ids=["d/001"])))
        self.fails(grpc.StatusCode.PERMISSION_DENIED, lambda: stub.ingest(iter([documents(document(id="a"))])))
        self.assertEqual(stub.count(ONE).documents, 1)

    @skip_thread_sanitizer
    def test_tls_is_spoken_and_a_client_without_a_certificate_is_turned_away(self):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem",
                "-out", "cert.pem", "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        certificate, key = (os.path.join(self.folder, name) for name in ("cert.pem", "key.pem"))
        with open(certificate, "rb") as file, open(key, "rb") as key_file:
            chain, private = file.read(), key_file.read()
        both = ("--tls-certificate", certificate, "--tls-key", key)
        server = self.served([record(1)], *both)
        self.assertEqual(server.stub(credentials=grpc.ssl_channel_credentials(chain)).count(ONE).documents, 1)
        for version, spoken in (("--http1.1", "1.1"), ("--http2", "2")):  # as the two agree by ALPN
            asked = ["curl", "-sS", version, "--max-time", str(PATIENCE), "--noproxy", "*", "--cacert", certificate, "-w",
                     " %{http_version}", "-H", "content-type: application/json", "-d", '{"query":"\u4e00"}',
                     "https://%s/gramdex.v1.Search/Count" % server.addresses[0]]
            reply = subprocess.run(asked, check=True, capture_output=True).stdout.decode()
            self.assertTrue(reply.startswith("{") and reply.endswith("} " + spoken), reply)
        self.fails(grpc.StatusCode.UNAVAILABLE, lambda: server.stub().count(ONE))
        self.events(server, "TLS")
        mutual = self.serve(*both, "--tls-client-authority", certificate)
        self.fails(grpc.StatusCode.UNAVAILABLE, lambda: mutual.stub(credentials=grpc.ssl_channel_credentials(chain)).count(ONE))
        known = grpc.ssl_channel_credentials(chain, private, chain)
        self.assertEqual(mutual.stub(credentials=known).count(ONE).documents, 1)


class Watching(ServerTest):
    @skip_thread_sanitizer
    def test_each_call_is_a_line_of_the_log(self):
        server = self.served([record(1)])
        stub = server.stub()
        stub.count(ONE)
        self.fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.count(Count(query="(")))
        call = server.channel().unary_unary("/x.Y/\"Z", lambda m: m, lambda m: m)
        self.fails(grpc.StatusCode.UNIMPLEMENTED, lambda: call(b""))
        server.stop()
        calls = [line for line in server.log() if "method" in line]
        self.assertEqual([(c["method"], c["status"]) for c in calls],
                         [("gramdex.v1.Search/Count", "OK"), ("gramdex.v1.Search/Count", "INVALID_ARGUMENT"),
                          ("/x.Y/\"Z", "UNIMPLEMENTED")])
        for line in calls:
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertRegex(line["peer"], r"^127\.0\.0\.1:\d+$")
            self.assertGreaterEqual(line["us"], 0)
        self.assertGreater(calls[0]["bytes_in"], 0)
        self.assertGreater(calls[0]["bytes_out"], 0)
        self.assertIn("column 2", calls[1]["message"])
        self.assertIn("draining", [line for line in server.log() if "event" in line][0]["event"])

    @skip_thread_sanitizer
    def test_the_log_is_text_or_none_if_so_set(self):
        self.make_index([record(1)])
        for log_format in ("text", "none"):
            server = Server(self.folder, "--log-format", log_format)
            server.stub().count(ONE)
            text = server.stop()
            self.assertEqual("gramdex.v1.Search/Count OK " in text, log_format == "text", text)
            self.assertIn("draining", text)

    @skip_thread_sanitizer
    def test_no_hidden_character_of_a_client_is_in_the_log_as_it_came(self):
        self.make_index([record(1)])
        for log_format in ("text", "json"):
            server = Server(self.folder, "--log-format", log_format)
            stub = server.stub()
            self.fails(grpc.StatusCode.NOT_FOUND, lambda: stub.get(search_pb2.GetRequest(id="a\u202eb\u001b[2J\u2066")))
            text = server.stop()
            self.assertIn("a\\u202eb\\u001b[2J\\u2066", text)
            self.assertNotRegex(text, "[\u202e\u001b\u2066]")

    @skip_thread_sanitizer
    def test_metrics_count_calls_by_method_and_status(self):
        server = self.served([record(i) for i in range(9)])
        stub = server.stub()
        for _ in range(3):
            stub.count(ONE)
        self.fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.count(Count(query="(")))
        status, text = server.page("/metrics")
        self.assertEqual(status, 200)
        good = 'method="gramdex.v1.Search/Count",code="OK"'
        self.assertIn("gramdex_requests_total{%s} 3\n" % good, text)
        self.assertIn('gramdex_requests_total{method="gramdex.v1.Search/Count",code="INVALID_ARGUMENT"} 1\n', text)
        self.assertIn('gramdex_request_seconds_bucket{%s,le="+Inf"} 3\n' % good, text)
        self.assertIn("gramdex_request_seconds_count{%s} 3\n" % good, text)
        buckets = [int(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith("gramdex_request_seconds_bucket{" + good)]
        self.assertEqual(buckets, sorted(buckets))
        for name, value in (("gramdex_index_commit", 1), ("gramdex_index_documents", 9), ("gramdex_index_segments", 1),
                            ("gramdex_index_compact_segments", 0),
                            ("gramdex_connections", 1), ("gramdex_calls", 0), ("gramdex_index_refresh_failing", 0)):
            self.assertEqual(server.metric(name), value, name)
        for name in ("gramdex_queue_depth", "gramdex_index_bytes", "gramdex_connection_memory_bytes", "gramdex_workers"):
            self.assertIsNotNone(server.metric(name), name)
        for line in text.splitlines():
            self.assertRegex(line, r"^# (HELP|TYPE) \w+ |^\w+(\{[^}]+\})? [0-9.e+-]+$")

    def test_an_index_that_breaks_is_reported_and_the_last_commit_served(self):
        server = self.served([record(1)])
        manifest = os.path.join(server.index, "manifest")
        with open(manifest, "rb") as file:
            whole = file.read()
        with open(manifest + ".broken", "wb") as file:
            file.write(whole[:-1])
        os.rename(manifest + ".broken", manifest)
        server.wait_for_metric("gramdex_index_refresh_failing", 1)
        self.assertEqual(server.stub().count(ONE).documents, 1)
        with open(manifest + ".whole", "wb") as file:
            file.write(whole)
        os.rename(manifest + ".whole", manifest)
        server.wait_for_metric("gramdex_index_refresh_failing", 0)
        server.stop()
        told = [line["event"] for line in server.log() if "cannot be opened" in line.get("event", "")]
        self.assertEqual(len(told), 1)
        self.assertIn("manifest", told[0])

    def ask_raw(self, server, text):
        host, port = server.metrics_address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as visitor:
            visitor.sendall(text)
            reply = b""
            while chunk := visitor.recv(65536):
                reply += chunk
            return reply.decode()

    @skip_thread_sanitizer
    def test_the_pages_are_there_and_nothing_else(self):
        server = self.served([record(1)])
        self.assertEqual(server.page("/healthz"), (200, "serving\n"))
        self.assertEqual(server.page("/metrics?x=1")[0], 200)
        self.assertEqual(server.page("/other")[0], 404)
        closing = b" HTTP/1.1\r\nhost: here\r\nconnection: close\r\n"
        self.assertTrue(self.ask_raw(server, b"POST /metrics" + closing + b"\r\n").startswith("HTTP/1.1 405 "))
        self.assertTrue(self.ask_raw(server, b"nonsense\r\n\r\n").startswith("HTTP/1.1 400 "))
        self.assertTrue(self.ask_raw(server, b"GET /" + closing + b"x: " + b"x" * 8187).startswith("HTTP/1.1 431 "))
        head = self.ask_raw(server, b"HEAD /healthz HTTP/1.0\r\n\r\n")
        self.assertIn("content-length: 8\r\n", head)
        self.assertTrue(head.endswith("\r\n\r\n"))

    @skip_thread_sanitizer
    def test_slow_visitors_lose_their_seats_to_others(self):
        server = self.served([record(1)])
        host, port = server.metrics_address.rsplit(":", 1)
        half_heads = (b"GET /met", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0\0\0\x20\1\4\0\0\0\1\x82")
        slow = [socket.create_connection((host, int(port)), timeout=PATIENCE) for _ in range(300)]  # more than there are seats
        for number, visitor in enumerate(slow):
            visitor.sendall(half_heads[number % 2])
        self.assertEqual(server.page("/healthz"), (200, "serving\n"))
        for visitor in slow:
            try:
                while visitor.recv(65536):
                    pass
            except ConnectionError:
                pass
            visitor.close()


class Drain(ServerTest):
    def test_an_answer_of_http1_that_is_on_its_way_leaves(self):
        path = os.path.join(self.folder, "socket")  # what a Unix socket holds does not grow: the end waits in the server
        server = self.served([record(1, text="链产业规则" * 17000)], "--drain", "60", "--listen", "unix:" + path)
        with socket.socket(socket.AF_UNIX) as slow:
            slow.settimeout(PATIENCE)
            slow.connect(path)
            body = b'{"id":"%s"}' % record(1)["id"].encode()
            slow.sendall(b"POST /gramdex.v1.Search/Get HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                         b"content-length: %d\r\n\r\n" % len(body) + body)
            came = slow.recv(1000)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(5)  # longer than a connection that is cut has for its last words
            while chunk := slow.recv(65536):
                came += chunk
        head, content = came.split(b"\r\n\r\n", 1)
        self.assertIn(b"content-length: %d\r\n" % len(content), head + b"\r\n")
        self.assertEqual(server.process.wait(timeout=PATIENCE), 0)

    def test_calls_under_way_end_and_new_ones_are_turned_away(self):
        server = self.served([record(i, text="链产业规则" * 300) for i in range(60)], "--drain", "3600")
        stub = server.stub()
        call = stub.scan(search_pb2.ScanRequest(query="产业", context_symbols=200))
        count = len(next(call).occurrences)
        server.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        while server.page("/healthz")[0] != 503 or server.page("/readyz") != (503, "draining\n"):
            self.assertLess(time.monotonic(), until)
        with self.assertRaises(grpc.RpcError):
            Stub(server.channel()).count(ONE)
        self.assertEqual(count + sum(len(reply.occurrences) for reply in call), 18000)
        self.assertEqual(server.process.wait(timeout=PATIENCE), 0)

    def test_a_second_signal_cuts_the_waiting_short(self):
        server = self.served([record(i, text="链产业规则" * 300) for i in range(60)], "--drain", "3600")
        call = server.stub().scan(search_pb2.ScanRequest(query="产业", context_symbols=200))
        next(call)
        server.process.send_signal(signal.SIGINT)
        while server.page("/healthz")[0] != 503:
            pass
        server.process.send_signal(signal.SIGINT)
        self.assertEqual(server.process.wait(timeout=PATIENCE), 0)

    def test_patience_ends(self):
        server = self.served([record(i, text="链产业规则" * 300) for i in range(60)], "--drain", "0")
        call = server.stub().scan(search_pb2.ScanRequest(query="产业", context_symbols=200))
        next(call)
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(timeout=PATIENCE), 0)

    def test_an_ingest_cut_short_leaves_the_last_commit(self):
        server = self.served([record(1)], "--drain", "0")
        stub = server.stub()
        end = threading.Event()

        def messages():
            yield documents(document(id="a", text="好"))
            end.wait()

        call = stub.ingest.future(messages())
        while server.metric("gramdex_calls") != 1:
            pass
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(timeout=PATIENCE), 0)
        end.set()
        self.assertNotEqual(call.code(), grpc.StatusCode.OK)
        self.assertEqual(self.serve().stub().stat(search_pb2.StatRequest()).answer.commit, 1)


@skip_thread_sanitizer
class Systemd(ServerTest):
    def test_sockets_are_taken_over_and_the_state_is_reported(self):
        self.make_index([record(1)])
        path = os.path.join(self.folder, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor, socket.socket() as listening:
            supervisor.bind(path)
            supervisor.settimeout(PATIENCE)
            listening.bind(("127.0.0.1", 0))
            listening.listen()

            # LISTEN_PID must be that of the program itself: a shell sets it and then becomes the program.
            script = 'exec 3<&%d; LISTEN_PID=$$ LISTEN_FDS=1 NOTIFY_SOCKET=%s exec "$@"' % (listening.fileno(), path)
            command = ["sh", "-c", script, "sh", GRAMDEX, "serve", "--index", os.path.join(self.folder, "index"), "--json",
                       "--log-format", "none"]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       pass_fds=[listening.fileno()])
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            self.assertEqual(json.loads(process.stdout.readline())["listening"], ["fd:3"])
            process.stdout.close()
            self.assertIn(b"READY=1", supervisor.recv(1000))
            with grpc.insecure_channel("127.0.0.1:%d" % listening.getsockname()[1]) as channel:
                self.assertEqual(Stub(channel).count(ONE).documents, 1)
            process.send_signal(signal.SIGTERM)
            self.assertIn(b"STOPPING=1", supervisor.recv(1000))
            self.assertEqual(process.wait(timeout=PATIENCE), 0)


if __name__ == "__main__":
    main()
