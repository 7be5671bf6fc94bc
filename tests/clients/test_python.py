#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_python.py: the installed Python package against a real server: answers, positions, pages, phrases, failures, both clients.

Environment: GRAMDEX is the program, ROOT the source tree, PACKAGE the folder that the wheel was installed into.
"""
import asyncio
import concurrent.futures as futures
import doctest
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import threading
import time
import unittest

try:
    import grpc
    import google.protobuf  # noqa: F401
except ImportError:
    print("grpcio is not installed: skipped")
    sys.exit(77)

if not os.path.isdir(os.environ["PACKAGE"]):
    print("the wheel was not built: skipped")
    sys.exit(77)
sys.path.insert(0, os.environ["PACKAGE"])
import gramdex  # noqa: E402
from gramdex import AsyncClient, Client, Document, Filter, GramdexError, TLS, phrase, rising  # noqa: E402
from gramdex.messages import DocumentPart, Match, MetadataFilter, Place  # noqa: E402
from gramdex.v1 import index_pb2, search_pb2  # noqa: E402

from server import PATIENCE, sample, served  # noqa: E402

GRAMDEX, ROOT = os.environ["GRAMDEX"], pathlib.Path(os.environ["ROOT"])
FIRST, SECOND = "commentary/2022-friends", "press/2024-0812-friends"

# A request of each read, as arguments.
READS = {
    "Search": dict(query="关税", limit=3, match_limit=5), "Count": dict(query="关税"), "Suggest": dict(prefix="w"),
    "Trend": dict(query="关税", by="month", compare=["稀土"], split_by_source=True), "Facets": dict(query="关税"),
    "Dispersion": dict(query="没有这个词"), "Contrast": dict(a="source:press"), "Ngrams": dict(query="", min_length=3),
    "Neighbours": dict(query="关税", side="left"), "Collocates": dict(query="关税", by="ll"), "Kwic": dict(query="关税", sort=["right", "date"]),
    "Passages": dict(id="examples/article.txt", other="commentary/2025-court"),
    "Quote": dict(text="报道称“全球产业链”，又称“没有这样的话”。"),
    "Reprints": dict(query=""), "Get": dict(id=FIRST), "BatchGet": dict(ids=[FIRST, "none"]), "Stat": dict(), "Scan": dict(query="供应链", limit=4),
}
RENAMED = {"begin_byte": "begin", "end_byte": "end"}


def snake(name):
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def plain(message, without=()):
    """A message of protobuf as it should come out, told apart from how the package does it: by JSON's own mapping."""
    made = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        many = field.label == field.LABEL_REPEATED
        if field.message_type:
            value = [plain(each, without) for each in value] if many else plain(value, without) if message.HasField(field.name) else None
        elif field.enum_type:
            value = re.sub("^" + snake(field.enum_type.name).upper() + "_", "", field.enum_type.values_by_number[value].name).lower()
            value = "" if value == "unspecified" else value
        elif many:
            value = list(value)
        if field.name == "metadata" and isinstance(value, str):
            value = json.loads(value or "{}")
        made[field.name] = value
    return {key: value for key, value in made.items() if key not in without}


def renamed(value, without=()):
    """What to_dict gives, by the wire's names."""
    if isinstance(value, dict):
        pairs = ((RENAMED.get(key, key), each) for key, each in value.items())
        return {key: renamed(each, without) for key, each in pairs if key not in without}
    return [renamed(each, without) for each in value] if isinstance(value, list) else "NaN" if value != value else value


def without_nan(value):
    if isinstance(value, dict):
        return {key: without_nan(each) for key, each in value.items()}
    return [without_nan(each) for each in value] if isinstance(value, list) else "NaN" if value != value else value


class Sample(unittest.TestCase):
    """One server of the sample for all tests that only read."""

    @classmethod
    def setUpClass(cls):
        cls.server = served(GRAMDEX, sample(ROOT / "examples"), "--drain", "1")
        cls.address = cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.client = Client(cls.address, timeout=PATIENCE)
        cls.addClassCleanup(cls.client.close)

    def fails(self, status, reason, call):
        with self.assertRaises(GramdexError) as caught:
            call()
        self.assertEqual((caught.exception.status, caught.exception.reason), (status, reason), caught.exception)
        return caught.exception


class Answers(Sample):
    def test_every_method_of_the_service_is_there_in_both_clients(self):
        for service in (search_pb2.DESCRIPTOR.services_by_name["Search"], index_pb2.DESCRIPTOR.services_by_name["Index"]):
            for method in service.methods:
                for kind in (Client, AsyncClient):
                    self.assertTrue(callable(getattr(kind, snake(method.name))), method.name)
        self.assertEqual({*READS, "Delete", "Ingest"}, {each.name for s in (search_pb2, index_pb2)
                                                        for each in [*s.DESCRIPTOR.services_by_name.values()][0].methods})

    def raw(self, name, fields):
        """The same question by protobuf alone."""
        request = getattr(search_pb2, name + "Request")
        numbers = {"by": {"month": 2, "ll": 2}, "side": {"left": 1}}
        fields = {key: numbers[key][value] if key in numbers else value for key, value in fields.items()}
        with grpc.insecure_channel(self.address) as channel:
            if name == "Scan":
                call = channel.unary_stream("/gramdex.v1.Search/Scan", request.SerializeToString, search_pb2.ScanResponse.FromString)
                return list(call(request(**fields)))
            reply = getattr(search_pb2, name + "Response")
            return channel.unary_unary("/gramdex.v1.Search/" + name, request.SerializeToString, reply.FromString)(request(**fields))

    def test_an_answer_is_the_message_field_by_field(self):
        told = {"took_us"}
        for name, fields in READS.items():
            with self.subTest(name):
                # places in characters have tests of their own
                left_out = told | ({"begin", "end", "places"} if name in ("Quote", "Get", "BatchGet") else set())
                wanted, made = self.raw(name, fields), getattr(self.client, snake(name))(**fields)
                if name == "Scan":
                    rows = [each for reply in wanted for each in reply.occurrences]
                    self.assertEqual([renamed(each.to_dict()) for each in made], [plain(each) for each in rows])
                    continue
                self.assertEqual(renamed(made.to_dict(), left_out), without_nan(plain(wanted, left_out)))
                self.assertGreater(wanted.ByteSize(), 10)

    def test_both_clients_answer_alike(self):
        async def ask():
            async with AsyncClient(self.address, timeout=PATIENCE) as client:
                answers = {name: getattr(client, snake(name))(**fields) for name, fields in READS.items() if name != "Scan"}
                found = dict(zip(answers, await asyncio.gather(*answers.values())))
                return {**found, "Scan": [each async for each in client.scan(**READS["Scan"])]}

        for name, found in asyncio.run(ask()).items():
            with self.subTest(name):
                wanted = getattr(self.client, snake(name))(**READS[name])
                if name == "Scan":
                    self.assertEqual(found, list(wanted))
                else:
                    self.assertEqual(renamed(found.to_dict(), {"took_us"}), renamed(wanted.to_dict(), {"took_us"}))

    def test_arguments_that_no_field_can_have_are_refused_before_they_are_sent(self):
        client = self.client
        for error, call in ((ValueError, lambda: client.search("链", order="best")), (TypeError, lambda: client.kwic("链", sort="right")),
                            (TypeError, lambda: client.scan(5)), (ValueError, lambda: client.search("链", limit=-1)),
                            (TypeError, lambda: client.batch_get("one"))):
            with self.assertRaises(error) as caught:
                call()
            self.assertRegex(str(caught.exception), "order|sort|query|limit|ids|range|type|-1")

    def test_filters_are_messages_and_need_no_quoting(self):
        only = Filter(sources=["commentary"], date_from="2020", metadata=[MetadataFilter("region", ["亚太"])])
        ids = {hit.id for hit in self.client.search_all("规则 OR 产业链", filter=only)}
        self.assertEqual(ids, {"commentary/2020-rcep", "commentary/2021-cptpp"})
        self.assertEqual(self.client.count("规则", filter=Filter(sources=['") OR (']), min_commit=1).documents, 0)

    def test_rising_asks_what_the_command_asks(self):
        where = "source:press OR 关税"
        for options, made in (("--since 2025", rising("2025")), ("--since 2025-03 --before 6w", rising("2025-03", before="6w")),
                              ("--since 2024-05-31 --until 2025 --before 3m", rising("2024-05-31", until="2025", before="3m")),
                              ("--since 2025-02 --where", rising("2025-02", where=where))):
            command = [GRAMDEX, "rising", "--server", self.address, "--json", *options.split(), *[where] * options.endswith("where")]
            line = subprocess.run(command, capture_output=True, text=True, check=True)
            wanted, reply = json.loads(line.stdout), self.client.contrast(*made)
            self.assertEqual([(each.phrase, each.units_a, each.units_b) for each in reply.groups],
                             [(each["phrase"], each["units_a"], each["units_b"]) for each in wanted["groups"]])
            self.assertEqual((reply.units_a, reply.units_b), (wanted["units_a"], wanted["units_b"]))
        for wrong in (lambda: rising("soon"), lambda: rising("2025-13"), lambda: rising("2025", until="2024"),
                      lambda: rising("2025", before="12")):
            self.assertRaises(ValueError, wrong)

    def test_answers_are_tables_where_pandas_is_installed(self):
        try:
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("pandas is not installed")
        table = self.client.facets("关税", by=["source", "year"]).to_pandas()
        self.assertEqual(list(table["by"].unique()), ["source", "year"])
        self.assertIn("per_million", table.columns)
        table = self.client.scan("关税").to_pandas()
        self.assertEqual((len(table), set(table["matched"])), (self.client.count("关税").occurrences, {"关税"}))
        self.assertIn("match.begin_byte", table.columns)
        self.assertRaises(TypeError, self.client.count("关税").to_pandas)


class Pages(Sample):
    def test_pages_put_together_are_the_whole(self):
        for method, rows in (("search", "hits"), ("kwic", "lines")):
            whole = getattr(getattr(self.client, method)("关税", limit=1000), rows)
            items = getattr(self.client, method + "_all")("关税", limit=7)
            self.assertIsNone(items.reply)
            self.assertEqual(list(items), whole)
            self.assertGreater(len(whole), 14)
            self.assertEqual(items.reply.documents, 29)

    def test_an_export_has_what_count_counts_and_can_be_left(self):
        self.assertEqual(len(list(self.client.scan("链"))), self.client.count("链").occurrences)
        with self.client.scan("链") as items:
            self.assertEqual(next(items).matched, "链")
        self.assertEqual(list(items), [])

    def test_notes_come_with_the_items(self):
        items = self.client.search_all("美国 and 关税")
        list(items)
        self.assertTrue(items.notes)

    def test_any_number_of_ids_is_asked_for(self):
        ids = [hit.id for hit in self.client.search_all("source:press OR source:commentary")]
        asked = (ids + ["none/%d" % i for i in range(600)]) * 3
        self.assertGreater(len(asked), 1000)
        self.assertEqual([each.id for each in self.client.batch_get_all(asked)], ids * 3)


class Positions(unittest.TestCase):
    TEXT = "𠮷野家 tariff：产业\n链,𠮷产业链"

    def test_places_and_matches_are_characters_of_python(self):
        parts = [DocumentPart("note", "甲乙产业链", [Place(2, "page 9")]), DocumentPart("text", "又𠮷产业链"),
                 DocumentPart("note", "𠮷𠮷产业链")]
        given = Document(id="d", title="产业链", text=self.TEXT, parts=parts, places=[Place(0, "page 1"), Place(11, "page 2"), Place(16)],
                         metadata={"值": [1, "二"], "big": 2**60})
        with served(GRAMDEX, []) as address, Client(address) as client:
            self.assertEqual(client.ingest([given]).refused, 0)
            found = client.get("d").document
            hit, = client.search("产业链", match_limit=100).hits
        self.assertEqual([(each.field, each.text, each.places) for each in found.parts],
                         [("text", "又𠮷产业链", []), ("note", "甲乙产业链", [Place(2, "page 9")]), ("note", "𠮷𠮷产业链", [])])
        self.assertEqual((found.places, found.metadata, hit.metadata), (given.places, given.metadata, given.metadata))
        self.assertEqual([found.matched(each) for each in hit.matches], ["产业链", "产业\n链", "产业链", "产业链", "产业链", "产业链"])
        self.assertEqual([(each.field, each.part, *found.span(each)) for each in hit.matches],
                         [("title", 0, 0, 3), ("text", 0, 11, 15), ("text", 0, 17, 20), ("text", 1, 2, 5), ("note", 0, 2, 5), ("note", 1, 2, 5)])
        self.assertRaises(IndexError, found.span, Match("note", 0, 1, part=2))

    def test_characters_are_found_for_offsets_in_any_order(self):
        from gramdex.texts import bytes_before, characters
        rng = random.Random(5)
        for _ in range(300):
            text = "".join(rng.choice("a链𠮷é\0 ") for _ in range(rng.randrange(12)))
            offsets = [rng.randrange(len(text) + 1) for _ in range(rng.randrange(8))]
            naive = [len(text[:each].encode()) for each in offsets]
            self.assertEqual((characters(text, naive), bytes_before(text, offsets)), (offsets, naive), text)

    def test_quotations_have_characters(self):
        text = "𠮷：“全球贸易治理体系也出现明显变化”，又“全球产业链重构与地缘政治博弈加剧使全球贸易规则重构也对”。"
        with served(GRAMDEX, sample(ROOT / "examples")) as address, Client(address) as client:
            reply = client.quote(text)
        self.assertEqual([text[each.begin:each.end] for each in reply.quotations], [each.text for each in reply.quotations])
        self.assertEqual(reply.quotations[0].begin, 3)
        pieces = [text[each.begin:each.end] for each in reply.quotations[1].pieces]
        self.assertIn("地缘政治博弈加剧使全球", pieces)


FOLDED = str.maketrans("“”「」（）｜－：＊", "\"\"\"\"()|-:*")
ALPHABET = list("产业链()\"\\|-*:“”「」（）｜－：＊' '") + [" OR ", " NOT ", " AND ", "NEAR/5 ", "title:", "date:2020 ", "exact:", "a", " b ", "\t"]


def symbols(text):
    """The matching rule, for the characters of this alphabet."""
    return re.findall(r"[a-z0-9]+|[^\s]", text.translate(FOLDED).lower())


def holds(text, words):
    own = symbols(text)
    return any(own[i:i + len(words)] == words for i in range(len(own) - len(words) + 1))


class Phrases(unittest.TestCase):
    def test_the_table_of_phrases_holds(self):
        table = json.loads((ROOT / "clients/phrases.json").read_text(encoding="utf-8"))
        for text, quoted in table["quoted"]:
            self.assertEqual(phrase(text), quoted)
        for text in table["refused"]:
            self.assertRaises(ValueError, phrase, text)
        self.assertGreater(len(table["quoted"]) + len(table["refused"]), 20)

    def test_no_string_changes_what_a_query_means(self):
        seed = int(os.environ.get("GDX_SEED", random.randrange(1 << 31)))
        print("GDX_SEED=%d" % seed)
        rng = random.Random(seed)
        table = [text for text, _ in json.loads((ROOT / "clients/phrases.json").read_text(encoding="utf-8"))["quoted"]]
        texts = ["".join(rng.choice(ALPHABET) for _ in range(14)) for _ in range(120)]
        asked = table + ["".join(rng.choice(ALPHABET) for _ in range(rng.randrange(1, 5))) for _ in range(120)]
        found = 0
        with served(GRAMDEX, [], "--drain", "1") as address, Client(address, timeout=PATIENCE) as client:
            client.ingest(Document(id="d/%d" % i, text="everywhere\n\n." + text) for i, text in enumerate(texts))
            for text in asked:
                words = symbols(text)
                if not words:
                    continue
                count = client.count(phrase(text)).documents
                if text not in table:  # the naive rule is that of the alphabet
                    self.assertEqual(count, sum(holds("everywhere ." + each, words) for each in texts), text)
                found += count > 0
                self.assertEqual(client.count("nowhere " + phrase(text)).documents, 0, text)
                self.assertEqual(client.count(phrase(text) + " nowhere").documents, 0, text)
                self.assertEqual(client.count("(everywhere OR %s)" % phrase(text)).documents, len(texts), text)
                self.assertEqual(client.count("everywhere NOT (nowhere %s)" % phrase(text)).documents, len(texts), text)
        self.assertGreater(found, 30)


class Writing(Sample):
    def test_documents_go_in_over_many_messages(self):
        big = [Document(id="big/%d" % i, text="产业链" * 40000 + str(i)) for i in range(20)]  # 7 MB, and a message has 4 MiB
        with served(GRAMDEX, []) as address, Client(address) as client:
            reply = client.ingest((each for each in big), commit_every=6)
            self.assertEqual((reply.documents, reply.refused), (20, 0))
            self.assertGreaterEqual(reply.commit, 3)
            self.assertEqual([each.id for each in client.batch_get_all(each.id for each in big)], [each.id for each in big])
            self.assertEqual(client.ingest(big).unchanged, 20)
            self.assertEqual(client.ingest([]).documents, 0)
            self.assertEqual(client.ingest([dict(id="x", text="链")]).documents, 1)
            self.assertEqual(client.delete(["x", "y"]).missing, ["y"])

    def test_what_reading_the_documents_raises_comes_out_and_nothing_goes_in(self):
        def broken():
            yield Document(id="a", text="链")
            raise KeyError("of the user")

        async def later():
            yield Document(id="a", text="链")
            raise KeyError("of the user")

        async def both(address):
            async with AsyncClient(address) as client:
                for documents in (later(), broken(), [Document(id="a"), {"name": "a"}]):
                    with self.assertRaises((KeyError, TypeError)):
                        await client.ingest(documents)

        with served(GRAMDEX, [], "--drain", "1") as address, Client(address) as client:
            self.assertRaises(KeyError, client.ingest, broken())
            self.assertRaises(TypeError, client.ingest, [Document(id="a", text="链"), {"name": "a"}])
            asyncio.run(both(address))
            self.assertEqual(client.stat().documents, 0)

    def test_an_async_generator_goes_in(self):
        async def documents():
            for i in range(250):
                await asyncio.sleep(0)
                yield dict(id="g/%d" % i, text="链")

        async def run(address):
            async with AsyncClient(address) as client:
                reply = await client.ingest(documents())
                return reply.documents, (await client.count("链")).documents

        with served(GRAMDEX, []) as address:
            self.assertEqual(asyncio.run(run(address)), (250, 250))

    def test_a_refused_document_is_reported_or_fails_a_strict_call(self):
        with served(GRAMDEX, []) as address, Client(address) as client:
            refusal, = client.ingest([Document(id="", text="链"), Document(id="b", text="链")]).refusals
            self.assertEqual((refusal.number, refusal.id), (0, ""))
            self.fails("INVALID_ARGUMENT", "DOCUMENT_REFUSED", lambda: client.ingest([Document(id="", text="链")], strict=True))

            async def strict():
                async with AsyncClient(address) as other:
                    await other.ingest(({"id": "", "text": "链" * 100000} for _ in range(50)), strict=True)

            self.fails("INVALID_ARGUMENT", "DOCUMENT_REFUSED", lambda: asyncio.run(strict()))


class Flaky(grpc.GenericRpcHandler):
    """A server that fails so many calls first, and counts what it was asked."""

    def __init__(self):
        self.calls, self.failures, self.status, self.details = 0, 0, grpc.StatusCode.UNAVAILABLE, b""
        self.server = grpc.server(futures.ThreadPoolExecutor(4), [self])
        self.address = "127.0.0.1:%d" % self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def fail(self, failures, status, reason=""):
        info = gramdex._failure_pb2.ErrorInfo(reason=reason, domain="gramdex").SerializeToString()
        detail = gramdex._failure_pb2.Detail(type_url="type.googleapis.com/google.rpc.ErrorInfo", value=info)
        self.calls, self.failures, self.status = 0, failures, status
        self.details = gramdex._failure_pb2.Status(details=[detail] * bool(reason)).SerializeToString()

    def check(self, context):
        self.calls += 1
        if self.calls <= self.failures:
            context.set_trailing_metadata([("grpc-status-details-bin", self.details)])
            context.abort(self.status, "not now")

    def one(self, request, context):
        self.check(context)
        return b""

    def many(self, request, context):
        self.check(context)
        occurrence = search_pb2.ScanResponse(occurrences=[search_pb2.Occurrence(id="a")]).SerializeToString()
        yield occurrence
        if search_pb2.ScanRequest.FromString(request).query:
            context.abort(grpc.StatusCode.UNAVAILABLE, "in the middle")

    def take(self, requests, context):
        if self.status == grpc.StatusCode.UNAVAILABLE:
            next(requests)
        self.check(context)
        count = sum(len(index_pb2.IngestRequest.FromString(each).documents) for each in requests)
        return index_pb2.IngestResponse(documents=count).SerializeToString()

    def service(self, details):
        if details.method.endswith("Scan"):
            return grpc.unary_stream_rpc_method_handler(self.many)
        kind = grpc.stream_unary_rpc_method_handler if details.method.endswith("Ingest") else grpc.unary_unary_rpc_method_handler
        return kind(self.take if details.method.endswith("Ingest") else self.one)


class Retries(unittest.TestCase):
    UNAVAILABLE, FULL = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED

    def setUp(self):
        self.flaky = Flaky()
        self.addCleanup(self.flaky.server.stop, None)

    def ask(self, call, is_async, **options):
        """What a call gives, and how often the server was asked."""
        retry = gramdex.Retry(tries=4, first=0.01)

        async def wait():
            async with AsyncClient(self.flaky.address, retry=retry, **options) as client:
                made = call(client)
                return [each async for each in made] if hasattr(made, "__aiter__") else await made

        try:
            if is_async:
                return asyncio.run(wait()), self.flaky.calls
            with Client(self.flaky.address, retry=retry, **options) as client:
                made = call(client)
                return list(made) if hasattr(made, "__iter__") else made, self.flaky.calls
        except GramdexError as error:
            return error.status + error.reason, self.flaky.calls

    def test_calls_are_made_again_when_that_can_do_no_harm(self):
        read, write = lambda client: client.count("链"), lambda client: client.delete(["a"])
        scan, cut = lambda client: client.scan(""), lambda client: client.scan("链")
        ingest, stream = (lambda client: client.ingest([dict(id="a")])), (lambda client: client.ingest(dict(id="a") for _ in range(1)))
        rows = (
            # call, failures, status, reason, what comes of it, calls
            (read, 3, self.UNAVAILABLE, "", "answer", 4), (read, 9, self.UNAVAILABLE, "", "UNAVAILABLE", 4),
            (read, 3, self.FULL, "QUEUE_FULL", "answer", 4), (read, 9, self.FULL, "QUERY_TIME", "RESOURCE_EXHAUSTEDQUERY_TIME", 1),
            (read, 9, self.FULL, "", "RESOURCE_EXHAUSTED", 1), (read, 1, grpc.StatusCode.INTERNAL, "", "INTERNAL", 1),
            (scan, 2, self.UNAVAILABLE, "", "answer", 3), (cut, 0, self.UNAVAILABLE, "", "UNAVAILABLE", 1),
            (write, 3, self.FULL, "QUEUE_FULL", "answer", 4), (write, 1, self.UNAVAILABLE, "", "UNAVAILABLE", 1),
            (ingest, 3, self.FULL, "QUEUE_FULL", "answer", 4), (ingest, 1, self.UNAVAILABLE, "", "UNAVAILABLE", 1),
            (stream, 1, self.FULL, "QUEUE_FULL", "RESOURCE_EXHAUSTEDQUEUE_FULL", 1), (stream, 1, self.UNAVAILABLE, "", "UNAVAILABLE", 1),
        )
        for i, (call, failures, status, reason, wanted, calls) in enumerate(rows):
            for is_async in (False, True):
                with self.subTest(row=i, is_async=is_async):
                    self.flaky.fail(failures, status, reason)
                    made, count = self.ask(call, is_async)
                    self.assertEqual((made if isinstance(made, str) else "answer", count), (wanted, calls))
                    if call is ingest and wanted == "answer":
                        self.assertEqual(made.documents, 1)

    def test_pauses_grow_and_end_with_the_deadline(self):
        full = GramdexError("RESOURCE_EXHAUSTED", "", "QUEUE_FULL")
        retry = gramdex.Retry(tries=20, first=0.1, longest=2)
        for tried, most in ((1, 0.1), (2, 0.2), (4, 0.8), (6, 2), (15, 2)):
            pauses = [retry.pause(full, tried, None, False) for _ in range(50)]
            self.assertTrue(all(most / 2 <= each <= most for each in pauses), (tried, pauses))
            self.assertGreater(len(set(pauses)), 1)
        self.assertIsNone(retry.pause(full, 20, None, True))
        self.assertIsNone(retry.pause(full, 5, 0.5, True))
        self.flaky.fail(99, self.UNAVAILABLE)
        begun = time.monotonic()
        with Client(self.flaky.address, timeout=3, retry=gramdex.Retry(tries=99, first=0.05)) as client:
            self.assertRaises(GramdexError, client.stat)
        self.assertLess(time.monotonic() - begun, 3 + PATIENCE / 10)
        self.assertGreater(self.flaky.calls, 2)

    def test_a_server_that_was_away_is_found_again(self):
        address = self.flaky.address
        self.flaky.server.stop(None).wait()
        host, port = address.split(":")
        # Without listening it keeps the port from being given to anybody else; who asks for this very one may have it, too.
        with socket.socket() as kept, Client(address, timeout=PATIENCE, retry=gramdex.Retry(tries=100, longest=0.2)) as client:
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            kept.bind((host, int(port)))

            def later():
                time.sleep(0.5)
                self.flaky.server = grpc.server(futures.ThreadPoolExecutor(4), [self.flaky], options=[("grpc.so_reuseport", 0)])
                self.flaky.server.add_insecure_port(address)
                self.flaky.server.start()

            thread = threading.Thread(target=later)
            thread.start()
            try:
                self.assertEqual(client.stat().documents, 0)
            finally:
                thread.join()


class Trust(Sample):
    def test_failures_say_what_is_wrong(self):
        error = self.fails("INVALID_ARGUMENT", "QUERY_SYNTAX", lambda: self.client.count("产业链 (贸易"))
        self.assertEqual((error.field, error.column), ("query", 8))
        self.assertIn("column 8", str(error))
        error = self.fails("INVALID_ARGUMENT", "OUT_OF_RANGE", lambda: self.client.search("链", limit=1001))
        self.assertEqual((error.field, error.column), ("limit", None))
        self.fails("NOT_FOUND", "", lambda: self.client.get("none"))
        self.fails("INVALID_ARGUMENT", "QUERY_SYNTAX", lambda: next(self.client.scan("(")))
        self.fails("INVALID_ARGUMENT", "QUERY_SYNTAX", lambda: list(self.client.search_all("(")))
        self.fails("FAILED_PRECONDITION", "COMMIT_UNKNOWN", lambda: self.client.count("链", min_commit=99))

        async def ask():
            async with AsyncClient(self.address) as client:
                async for _ in client.scan("("):
                    pass

        self.fails("INVALID_ARGUMENT", "QUERY_SYNTAX", lambda: asyncio.run(ask()))

    def test_a_token_opens_what_is_closed(self):
        path = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / "tokens"
        path.write_text("secret\n")
        path.chmod(0o600)
        with served(GRAMDEX, [], "--token-file", str(path), "--token-all") as address:
            with Client(address) as client:
                self.fails("UNAUTHENTICATED", "", client.stat)
            with Client(address, token="secret") as client:
                self.assertEqual(client.stat().documents, 0)

    def test_tls_trusts_the_authority_that_is_given(self):
        folder = pathlib.Path(os.environ.get("TMPDIR", "/tmp"))
        command = ("command -v openssl && openssl req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.pem -days 2"
                   " -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1")
        made = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True)
        if made.returncode:
            self.skipTest("openssl is not installed")
        authority = folder / "server.pem"
        with served(GRAMDEX, [], "--tls-certificate", str(authority), "--tls-key", str(folder / "server.key")) as address:
            for trust in (TLS(authority=authority), TLS(authority=authority.read_bytes())):
                with Client(address, tls=trust) as client:
                    self.assertEqual(client.stat().documents, 0)
            with Client(address, tls=True, timeout=3) as client:
                self.assertRaises(GramdexError, client.stat)


class Documentation(Sample):
    def test_the_examples_of_the_readme_are_true(self):
        text = (ROOT / "clients/python/README.md").read_text(encoding="utf-8")
        text = text.replace("127.0.0.1:50051", self.address).replace("```", "")
        example = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)
        self.assertGreater(len(example.examples), 15)
        printed = []
        result = doctest.DocTestRunner().run(example, out=printed.append)
        self.assertEqual(result.failed, 0, "".join(printed))

    def test_the_version_is_that_of_the_program(self):
        version = re.search(r"project\(gramdex VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
        self.assertEqual(gramdex.connection._version(), version)


if __name__ == "__main__":
    unittest.main(verbosity=2)
