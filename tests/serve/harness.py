# SPDX-License-Identifier: Apache-2.0
"""harness.py: `gramdex serve` as a process, asked by stock grpcio. Used by the tests beside it.

Environment: GRAMDEX is the program, GENERATED the folder with what protoc --python_out made of proto/.
"""

import errno
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

try:
    import grpc
    import google.protobuf  # noqa: F401
    import google
except ImportError:
    print("grpcio is not installed: skipped")
    sys.exit(77)

sys.path.insert(0, os.environ["GENERATED"])
google.__path__.append(os.path.join(os.environ["GENERATED"], "google"))
from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from gramdex.v1 import index_pb2, search_pb2  # noqa: E402

GRAMDEX = os.environ["GRAMDEX"]
PATIENCE = 60 * int(os.environ.get("GRAMDEX_TEST_TIME_FACTOR", 1))  # seconds; only a broken server needs them

# Decorates what the thread sanitizer would watch for nothing: calls one after another, bad ones that the loop answers alone, and what
# threads do in another test, too.
skip_thread_sanitizer = unittest.skipIf(os.environ.get("GRAMDEX_TEST_SANITIZER") == "thread", "nothing new for the thread sanitizer")


def some_of(count, cases):
    """So many of them, others in each run; GRAMDEX_TEST_ALL=1 takes all."""
    return cases if os.environ.get("GRAMDEX_TEST_ALL") == "1" else random.sample(cases, count)


def free_port(host="127.0.0.1"):
    """Of those that the system gives to nobody who leaves the choice to it, so that it is free still when another process binds it."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        chosen_from = int(file.read().split()[0])
    while True:
        port = random.randrange(10000, chosen_from) if chosen_from > 20000 else 0
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            try:
                probe.bind((host, port))
                return probe.getsockname()[1]
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise


def serialize(message):
    return message if isinstance(message, bytes) else message.SerializeToString()


class Stub:
    """The methods as a generated stub would have them."""

    def __init__(self, channel):
        def unary(service, module, name):
            reply = getattr(module, name + "Response")
            return channel.unary_unary("/gramdex.v1.%s/%s" % (service, name), serialize, reply.FromString)

        self.search = unary("Search", search_pb2, "Search")
        self.count = unary("Search", search_pb2, "Count")
        self.trend = unary("Search", search_pb2, "Trend")
        self.facets = unary("Search", search_pb2, "Facets")
        self.dispersion = unary("Search", search_pb2, "Dispersion")
        self.contrast = unary("Search", search_pb2, "Contrast")
        self.ngrams = unary("Search", search_pb2, "Ngrams")
        self.neighbours = unary("Search", search_pb2, "Neighbours")
        self.collocates = unary("Search", search_pb2, "Collocates")
        self.kwic = unary("Search", search_pb2, "Kwic")
        self.reprints = unary("Search", search_pb2, "Reprints")
        self.passages = unary("Search", search_pb2, "Passages")
        self.quote = unary("Search", search_pb2, "Quote")
        self.suggest = unary("Search", search_pb2, "Suggest")
        self.get = unary("Search", search_pb2, "Get")
        self.batch_get = unary("Search", search_pb2, "BatchGet")
        self.stat = unary("Search", search_pb2, "Stat")
        self.delete = unary("Index", index_pb2, "Delete")
        self.scan = channel.unary_stream("/gramdex.v1.Search/Scan", serialize, search_pb2.ScanResponse.FromString)
        self.ingest = channel.stream_unary("/gramdex.v1.Index/Ingest", serialize, index_pb2.IngestResponse.FromString)


def record(number, **fields):
    """One of the documents that most tests use: 2000 to 2024, two sources, more of 产业链 the higher the number."""
    document = {"id": "d/%03d" % number, "title": "第 %d 篇" % number, "date": "%d-%02d" % (2000 + number % 25, 1 + number % 12),
                "source": "even" if number % 2 == 0 else "odd", "text": "产业链" * (1 + number % 7) + "重构，\n贸易规则。"}
    document.update(fields)
    return document


def write_records(path, records):
    with open(path, "w", encoding="utf-8") as file:
        for each in records:
            file.write(json.dumps(each, ensure_ascii=False) + "\n")
    return path


def document(**fields):
    return search_pb2.Document(**fields)


def documents(*all_of_them, **fields):
    return index_pb2.IngestRequest(documents=all_of_them, **fields)


def details(error):
    """What the error says to programs: {type name: message}."""
    packed = dict(error.trailing_metadata()).get("grpc-status-details-bin")
    if packed is None:
        return {}
    status = status_pb2.Status.FromString(packed)
    assert status.code == error.code().value[0], status
    found = {}
    for any_message in status.details:
        kind = any_message.type_url.rsplit(".", 1)[1]
        found[kind] = getattr(error_details_pb2, kind).FromString(any_message.value)
    return found


class Server:
    """The program, from start to a stop that must end in exit status 0."""

    def __init__(self, folder, *options, index="index", root=None, log_folder=None, **popen):
        self.index = os.path.join(folder, index)
        what = ["--root", root] if root else ["--index", self.index]
        arguments = [GRAMDEX, "serve", *what, "--json", "--log-format", "json", "--metrics", "127.0.0.1:0"]
        if not popen.get("pass_fds"):
            arguments += ["--listen", "127.0.0.1:0"]
        self.log_path = os.path.join(log_folder or folder, "log-%d" % time.monotonic_ns())
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(arguments + list(options), stdout=subprocess.PIPE, stderr=log, **popen)
        line = self.process.stdout.readline()
        assert line, open(self.log_path, encoding="utf-8").read()
        printed = json.loads(line)
        self.addresses, self.metrics_address = printed["listening"], printed["metrics"]
        self.channels, self.was_killed = [], False

    def channel(self, address=None, credentials=None):
        address = address or self.addresses[0]
        # A fixed window: what a slow reader has not read stays with the server.
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1), ("grpc.http2.bdp_probe", 0)]
        made = grpc.secure_channel(address, credentials, options) if credentials else grpc.insecure_channel(address, options)
        self.channels.append(made)
        return made

    def stub(self, **how):
        return Stub(self.channel(**how))

    def page(self, path):
        try:
            with urllib.request.urlopen("http://%s%s" % (self.metrics_address, path), timeout=PATIENCE) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name):
        for line in self.page("/metrics")[1].splitlines():
            if line.startswith(name + " "):
                return float(line.rsplit(" ", 1)[1])
        return None

    def wait_for_metric(self, name, wanted):
        until = time.monotonic() + PATIENCE
        while self.metric(name) != wanted:
            assert time.monotonic() < until, (name, self.metric(name), wanted)
            time.sleep(0.02)

    def log(self):
        """The lines that are whole: the last one may still be written."""
        with open(self.log_path, "rb") as file:
            return [json.loads(line) for line in file if line.startswith(b"{") and line.endswith(b"\n")]

    def kill(self):
        self.was_killed = True
        self.process.kill()
        self.process.wait()

    def stop(self):
        for channel in self.channels:
            channel.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        assert status == 0 or self.was_killed, (status, text)
        return text


kept = {}  # what was made once for all tests of the program, by what it was made of


def keep(key, make):
    """What `make` gives for a folder, which stays to the end. It is called once for each key."""
    if key not in kept:
        folder = tempfile.mkdtemp(prefix="gramdex-kept-")
        unittest.addModuleCleanup(shutil.rmtree, folder)
        kept[key] = make(folder)
    return kept[key]


def add_records(folder, records, *options):
    path = write_records(os.path.join(folder, "records.jsonl"), records)
    subprocess.run([GRAMDEX, "index", "--index", os.path.join(folder, "index"), path, *options], check=True, capture_output=True)


def keep_index(*lots):
    """The folder of an index with a commit for each list of records. Tests copy it, or serve it where nobody writes."""
    def make(folder):
        for records in lots:
            add_records(folder, records)
        return folder

    return keep(json.dumps(lots), make)


def start_reader(folder, *options):
    """A server that is asked by many tests and changed by none."""
    server = Server(folder, "--read-only", *options)
    unittest.addModuleCleanup(server.stop)
    return server


class ServerTest(unittest.TestCase):
    """A folder for each test, and what was started in it stopped at its end."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="gramdex-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def serve(self, *options, **how):
        server = Server(self.folder, *options, **how)
        self.addCleanup(server.stop)
        return server

    def make_index(self, *lots):
        """A commit for each list of records. Those of a new index may be copies of older ones; add() makes its own."""
        index = os.path.join(self.folder, "index")
        if os.path.exists(index):
            for records in lots:
                self.add(records)
        else:
            shutil.copytree(os.path.join(keep_index(*lots), "index"), index)

    def add(self, records, *options):
        """One commit more, by the program."""
        add_records(self.folder, records, *options)

    def served(self, records, *options, **how):
        self.make_index(records)
        return self.serve(*options, **how)

    def asked(self, records):
        """A stub of a server for which the test is only one of many that ask it of these records."""
        folder = keep_index(records)
        return keep(("reader", folder), lambda _: start_reader(folder)).stub()

    def fails(self, code, call):
        with self.assertRaises(grpc.RpcError) as caught:
            call()
        self.assertEqual(caught.exception.code(), code, caught.exception.details())
        return caught.exception

    def refuses_field(self, call, field):
        error = self.fails(grpc.StatusCode.INVALID_ARGUMENT, call)
        violation, = details(error)["BadRequest"].field_violations
        self.assertEqual(violation.field, field)
        self.assertTrue(violation.description)
        self.assertIn(field, error.details())
        return error

    def refuses(self, code, reason, call):
        error = self.fails(code, call)
        info = details(error)["ErrorInfo"]
        self.assertEqual((info.reason, info.domain), (reason, "gramdex"))
        return info


def main():
    """unittest's words, and a line that a test runner can count."""
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    failed = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - failed, failed))
    sys.exit(1 if failed or result.testsRun == 0 else 0)
