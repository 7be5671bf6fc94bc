# SPDX-License-Identifier: Apache-2.0
"""test_write.py: documents in and out over the wire: Ingest, Delete, and commits that another process makes meanwhile."""

import contextlib
import json
import os
import subprocess
import threading
import time
from concurrent import futures

import grpc

from harness import (GRAMDEX, PATIENCE, Server, ServerTest, details, document, documents, index_pb2, main, record, search_pb2,
                     skip_thread_sanitizer, some_of, write_records)

Count = search_pb2.CountRequest
Get = search_pb2.GetRequest
LOCKED = (grpc.StatusCode.FAILED_PRECONDITION, "INDEX_LOCKED")


class Blocked:
    """An Ingest that has sent something and waits, holding the lock, until it may go on."""

    def __init__(self, stub, *requests):
        self.may_end = threading.Event()

        def messages():
            yield from requests
            self.may_end.wait()

        self.call = stub.ingest.future(messages())

    def end(self):
        self.may_end.set()
        return self.call.result()

    def cancel(self):
        self.call.cancel()
        self.may_end.set()


def with_parts(id):
    """A document as a reader of pages writes it, its parts by field."""
    def place(byte, name):
        return search_pb2.Place(byte=byte, name=name)

    def part(field, text, *places):
        return search_pb2.DocumentPart(field=field, text=text, places=places)

    return document(id=id, title="题", text="第一页\n供应链", origin="p/1.pdf", title_from_text=True,
                    places=[place(0, "page 1"), place(10, "page 3")],
                    parts=[part(search_pb2.FIELD_TEXT, "同盟\u0000", place(0, "slide 2")),
                           part(search_pb2.FIELD_NOTE, "见关税同盟", place(0, "page 1"), place(6, "page 2")),
                           part(search_pb2.FIELD_NOTE, "同盟"), part(search_pb2.FIELD_NOTE, ""),
                           part(search_pb2.FIELD_CAPTION, "图"),
                           part(search_pb2.FIELD_FURNITURE, "关税同盟", place(0, "page 1"))])


class Ingest(ServerTest):
    def files(self):
        return sorted(os.listdir(os.path.join(self.folder, "index")))

    def empty(self):
        return self.serve("--create").stub()

    @skip_thread_sanitizer
    def test_documents_of_several_messages_are_one_commit_seen_at_once(self):
        stub = self.empty()
        messages = [documents(*[document(id="%d/%d" % (i, j), title="题", text="产业链") for j in range(10)]) for i in range(5)]
        reply = stub.ingest(iter(messages))
        self.assertEqual((reply.documents, reply.replaced, reply.unchanged, reply.refused, reply.commit), (50, 0, 0, 0, 1))
        self.assertEqual(reply.text_bytes, 50 * 12)
        self.assertEqual((stub.count(Count(query="产业链")).documents, stub.count(Count(query="产业链")).answer.commit), (50, 1))

    @skip_thread_sanitizer
    def test_new_replaced_unchanged_and_given_twice_are_distinguished(self):
        stub = self.empty()
        stub.ingest(iter([documents(document(id="a", text="一"), document(id="b", text="二"))]))
        reply = stub.ingest(iter([documents(document(id="a", text="一"), document(id="b", text="贰"), document(id="c", text="三"),
                                            document(id="c", text="叁"))]))
        self.assertEqual((reply.documents, reply.replaced, reply.unchanged, reply.commit), (2, 1, 1, 2))
        self.assertEqual(stub.get(Get(id="b")).document.text, "贰")
        self.assertEqual(stub.get(Get(id="c")).document.text, "叁")
        again = stub.ingest(iter([documents(document(id="a", text="一"))]))
        self.assertEqual((again.documents, again.unchanged, again.commit), (0, 1, 2))

    @skip_thread_sanitizer
    def test_a_document_comes_back_with_its_date_in_iso_and_its_keys_sorted(self):
        stub = self.empty()
        stub.ingest(iter([documents(document(id="a", title="题", date="2023年5月6日", source="s", text="x\u0000y",
                                             metadata='{ "z": 1, "b": {"y": 2, "c": "\\u4ea7"} }'))]))
        self.assertEqual(stub.get(Get(id="a")).document,
                         document(id="a", title="题", date="2023-05-06", source="s", text="x\u0000y",
                                  metadata='{"b":{"c":"产","y":2},"z":1}'))

    @skip_thread_sanitizer
    def test_the_same_document_by_file_and_by_wire_is_unchanged(self):
        self.make_index([record(i, region="亚太", n=[1, 2.5]) for i in range(10)])
        stub = self.serve().stub()
        sent = [stub.get(Get(id="d/%03d" % i)).document for i in range(10)]
        reply = stub.ingest(iter([documents(*sent)]))
        self.assertEqual((reply.documents, reply.unchanged, reply.commit), (0, 10, 1))

    @skip_thread_sanitizer
    def test_parts_and_places_come_back_equal_and_matches_name_them(self):
        stub = self.empty()
        sent = with_parts("a")
        reply = stub.ingest(iter([documents(sent, document(id="b", text="关税"))]))
        self.assertEqual((reply.documents, reply.refused), (2, 0))
        self.assertEqual(reply.text_bytes, sum(len(t.encode()) for t in [sent.title, sent.text, "关税"] + [p.text for p in sent.parts]))
        self.assertEqual(stub.get(Get(id="a")).document, sent)
        batch = stub.batch_get(search_pb2.BatchGetRequest(ids=["a", "b", "a"]))
        self.assertEqual(list(batch.documents), [sent, document(id="b", text="关税"), sent])
        hit, = stub.search(search_pb2.SearchRequest(query="any:同盟", match_limit=10)).hits
        self.assertEqual([(m.field, m.part, m.begin, m.end, m.place) for m in hit.matches],
                         [(search_pb2.FIELD_TEXT, 1, 0, 6, "slide 2"), (search_pb2.FIELD_NOTE, 0, 9, 15, "page 2"),
                          (search_pb2.FIELD_NOTE, 1, 0, 6, ""), (search_pb2.FIELD_FURNITURE, 0, 6, 12, "page 1")])
        self.assertEqual((hit.snippet.field, hit.snippet.part, hit.snippet.place), (search_pb2.FIELD_TEXT, 1, "slide 2"))
        found = [o.match for m in stub.scan(search_pb2.ScanRequest(query="any:同盟")) for o in m.occurrences]
        self.assertEqual(found, list(hit.matches))
        found, = [o for m in stub.scan(search_pb2.ScanRequest(query="供应链")) for o in m.occurrences]
        self.assertEqual((found.match.field, found.match.part, found.match.place), (search_pb2.FIELD_TEXT, 0, "page 3"))
        again = stub.ingest(iter([documents(sent)]))
        self.assertEqual((again.documents, again.unchanged), (0, 1))
        sent.parts[0].places[0].name = "slide 3"
        again = stub.ingest(iter([documents(sent)]))
        self.assertEqual((again.documents, again.replaced), (1, 1))

    @skip_thread_sanitizer
    def test_parts_are_given_back_by_field(self):
        stub = self.empty()
        mixed = with_parts("a")
        del mixed.parts[:]
        mixed.parts.extend(reversed(with_parts("a").parts))
        stub.ingest(iter([documents(mixed)]))
        self.assertEqual([(p.field, p.text) for p in stub.get(Get(id="a")).document.parts],
                         sorted(((p.field, p.text) for p in mixed.parts), key=lambda part: part[0]))

    @skip_thread_sanitizer
    def test_what_get_prints_and_what_is_sent_on_is_the_same_document(self):
        server = self.serve("--create")
        stub = server.stub()
        stub.ingest(iter([documents(with_parts("a"), with_parts("b"), document(id="c", text="关税"))]))
        printed = subprocess.run([GRAMDEX, "get", "--server", server.addresses[0], "--queries", "-"], input="a\nb\nc\n",
                                 stdout=subprocess.PIPE, text=True, check=True).stdout
        summary = json.loads(subprocess.run(
            [GRAMDEX, "index", "--server", server.addresses[0], "--json", "-"], input=printed,
            stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])
        self.assertEqual((summary["unchanged"], summary["documents"]), (3, 0), summary)

    @skip_thread_sanitizer
    def test_wrong_parts_and_places_are_refused_with_their_field(self):
        stub = self.empty()
        bad = [with_parts(str(i)) for i in range(6)]
        bad[0].parts[1].field = search_pb2.FIELD_TITLE
        bad[1].parts[1].field = search_pb2.FIELD_UNSPECIFIED
        bad[2].parts[0].places[0].byte = 1
        bad[3].places[1].byte = 1 << 40
        bad[4].places[1].byte = 0
        bad[5].places[0].name = "x" * 257
        reply = stub.ingest(iter([documents(*bad, with_parts("good"))]))
        self.assertEqual((reply.documents, reply.refused), (1, 6))
        for refusal, words in zip(reply.refusals, ("parts[1].field: the title", "parts[1].field: none that is known",
                                                   "parts[0].places[0]: byte 1 is within", "places[1]: byte 4294967295",
                                                   "places[1]: byte 0 after byte 0", "places[0]: a name of 257 bytes")):
            self.assertIn(words, refusal.reason)

    @skip_thread_sanitizer
    def test_what_breaks_a_rule_is_refused_by_number_and_the_rest_goes_in(self):
        stub = self.empty()
        bad = [document(id="", text="x"), document(id="a\nb", text="x"), document(id="i" * 1025, text="x"),
               document(id="d", date="2023-13", text="x"), document(id="m", text="x", metadata="[1]"),
               document(id="n", text="x", metadata="{")]
        reply = stub.ingest(iter([documents(document(id="first", text="好"), *bad), documents(document(id="last", text="好"))]))
        self.assertEqual((reply.documents, reply.refused), (2, 6))
        self.assertEqual([r.number for r in reply.refusals], [1, 2, 3, 4, 5, 6])
        self.assertEqual([r.id for r in reply.refusals], ["", "", "", "d", "m", "n"])
        for refusal, words in zip(reply.refusals, ("id", "control character", "1025 bytes", "month 13", "object", "not JSON")):
            self.assertIn(words, refusal.reason)
        self.assertEqual(stub.count(Count(query="好")).documents, 2)

    @skip_thread_sanitizer
    def test_bytes_that_are_not_utf8_are_refused(self):
        stub = self.empty()
        # Document{id: "a", text: "\xff"}
        reply = stub.ingest(iter([b"\x0a\x06\x0a\x01a\x2a\x01\xff"]))
        self.assertEqual((reply.documents, reply.refused), (0, 1))
        self.assertIn("UTF-8", reply.refusals[0].reason)

    @skip_thread_sanitizer
    def test_the_first_hundred_refusals_are_described(self):
        stub = self.empty()
        reply = stub.ingest(iter([documents(*[document(id="", text="x") for _ in range(250)])]))
        self.assertEqual((reply.refused, len(reply.refusals), reply.commit), (250, 100, 0))

    @skip_thread_sanitizer
    def test_strict_fails_at_the_first_and_leaves_nothing(self):
        stub = self.empty()
        before = self.files()
        error = self.fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.ingest(iter(
            [documents(document(id="a", text="好"), strict=True), documents(document(id="b", text="x", date="x"))])))
        violation, = details(error)["BadRequest"].field_violations
        self.assertEqual(violation.field, "documents[1]")
        self.assertIn("date", error.details())
        self.assertEqual(stub.count(Count(query="好")).documents, 0)
        self.assertEqual(self.files(), before)
        self.assertEqual(stub.ingest(iter([documents(document(id="a", text="好"))])).commit, 1)

    def test_commit_every_makes_commits_on_the_way(self):
        stub = self.empty()
        blocked = Blocked(stub, documents(*[document(id=str(i), text="好") for i in range(25)], commit_every=10))
        while stub.count(Count(query="好")).documents < 20:
            pass
        blocked.cancel()
        self.wait_until_unlocked(stub)
        self.assertEqual((stub.count(Count(query="好")).documents, stub.count(Count(query="好")).answer.commit), (20, 2))

    def wait_until_unlocked(self, stub):
        while True:
            try:
                return stub.delete(index_pb2.DeleteRequest(ids=["none"]))
            except grpc.RpcError as error:
                self.assertEqual(error.code(), grpc.StatusCode.FAILED_PRECONDITION)

    def test_many_small_commits_are_merged(self):
        stub = self.empty()
        reply = stub.ingest(iter([documents(*[document(id=str(i), text="好") for i in range(60)], commit_every=1)]))
        self.assertEqual((reply.documents, reply.commit), (60, 60))
        self.assertLess(stub.stat(search_pb2.StatRequest()).segments, 20)

    @skip_thread_sanitizer
    def test_no_message_at_all_changes_nothing(self):
        stub = self.served([record(1)]).stub()
        reply = stub.ingest(iter([]))
        self.assertEqual((reply.documents, reply.commit), (0, 1))

    def test_a_call_cut_short_leaves_nothing_of_what_was_not_committed(self):
        server = self.serve("--create", "--ingest-memory", "1M")
        stub = server.stub()
        before = self.files()
        text = "".join(chr(0x4e00 + i * 37 % 20000) for i in range(20000))
        many = [documents(document(id="%d" % i, text="好" + text)) for i in range(100)]
        blocked = Blocked(stub, *many)
        while not any(name.startswith("segment-") for name in self.files()):
            pass
        blocked.cancel()
        self.wait_until_unlocked(stub)
        self.assertEqual(self.files(), before)
        self.assertEqual(stub.count(Count(query="好")).documents, 0)
        hurried = server.stub()  # its connection may end with the call: HURRIED in test_load.py
        hurried.count(Count(query="好"))
        with self.assertRaises(grpc.RpcError) as caught:
            hurried.ingest(Patient(many[:3]), timeout=0.5)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        self.wait_until_unlocked(stub)
        self.assertEqual(self.files(), before)

    def test_a_silent_call_ends_and_leaves_what_was_committed(self):
        server = self.serve("--create", "--ingest-idle", "1")
        stub = server.stub()
        until = time.monotonic() + PATIENCE
        while stub.count(Count(query="好")).documents == 0 and time.monotonic() < until:  # again, if its message came too late
            self.wait_until_unlocked(stub)
            blocked = Blocked(stub, documents(*[document(id=str(i), text="好") for i in range(25)], commit_every=10))
            error = self.fails(grpc.StatusCode.DEADLINE_EXCEEDED, blocked.call.result)
            blocked.may_end.set()
            self.assertIn("silent", error.details())
        self.wait_until_unlocked(stub)
        self.assertEqual((stub.count(Count(query="好")).documents, stub.count(Count(query="好")).answer.commit), (20, 2))

    @skip_thread_sanitizer
    def test_requests_without_documents_are_taken(self):
        sent = [documents(), documents(document(id="a", text="好")), documents(), documents(), documents(document(id="b", text="好"))]
        self.assertEqual(self.empty().ingest(iter(sent)).documents, 2)

    def test_one_writer_at_a_time(self):
        stub = self.empty()
        blocked = Blocked(stub, documents(document(id="a", text="好")))
        while True: # until it has the lock, which a call of this loop may have had first
            if blocked.call.done():
                blocked = Blocked(stub, documents(document(id="a", text="好")))
            time.sleep(0.02)
            try:
                stub.delete(index_pb2.DeleteRequest(ids=["none"]))
            except grpc.RpcError:
                break
        self.refuses(*LOCKED, lambda: stub.delete(index_pb2.DeleteRequest(ids=["a"])))
        self.refuses(*LOCKED, lambda: stub.ingest(iter([documents(document(id="b", text="好"))])))
        path = write_records(os.path.join(self.folder, "more.jsonl"), [record(1)])
        by_hand = subprocess.run([GRAMDEX, "index", "--index", os.path.join(self.folder, "index"), path], capture_output=True)
        self.assertEqual(by_hand.returncode, 1)
        self.assertEqual(blocked.end().documents, 1)
        self.assertEqual(stub.ingest(iter([documents(document(id="b", text="好"))])).documents, 1)

    @skip_thread_sanitizer
    def test_a_message_over_the_limit_is_refused(self):
        stub = self.serve("--create", "--max-message", "64K").stub()
        self.fails(grpc.StatusCode.RESOURCE_EXHAUSTED,
                   lambda: stub.ingest(iter([documents(document(id="a", text="x" * 70000))])))
        self.assertEqual(stub.ingest(iter([documents(document(id="a", text="x" * 60000))])).documents, 1)


class Patient:
    """Messages, and then none for as long as the call lives."""

    def __init__(self, messages):
        self.messages = iter(messages)

    def __iter__(self):
        return self

    def __next__(self):
        for message in self.messages:
            return message
        threading.Event().wait(2)
        raise StopIteration


@skip_thread_sanitizer
class Delete(ServerTest):
    def test_documents_go_by_id_and_the_missing_are_counted(self):
        stub = self.served([record(i) for i in range(10)]).stub()
        reply = stub.delete(index_pb2.DeleteRequest(ids=["d/001", "d/002", "d/002", "none", ""]))
        self.assertEqual((reply.documents, list(reply.missing), reply.documents_left, reply.commit), (2, ["", "none"], 8, 2))
        self.fails(grpc.StatusCode.NOT_FOUND, lambda: stub.get(Get(id="d/001")))
        counted = stub.count(Count(query="产业链"))
        self.assertEqual((counted.documents, counted.answer.commit), (8, 2))
        self.assertEqual(stub.stat(search_pb2.StatRequest()).deleted, 2)

    def test_nothing_to_delete_is_no_commit(self):
        stub = self.served([record(1)]).stub()
        self.assertEqual(stub.delete(index_pb2.DeleteRequest()).commit, 1)
        self.assertEqual(stub.delete(index_pb2.DeleteRequest(ids=["none"])).commit, 1)

    def test_the_program_deletes_more_ids_than_a_message_holds(self):
        server = self.served([record(i) for i in range(3)])
        ids = ["%04d" % i + "x" * 1000 for i in range(4500)] + ["d/001"]  # a message holds 4 MiB
        done = subprocess.run([GRAMDEX, "delete", "--server", server.addresses[0], "--json", "-"], input="\n".join(ids),
                              capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)  # some are missing
        line = json.loads(done.stdout)
        self.assertEqual((line["documents"], line["missing"], line["documents_left"]), (1, 4500, 2))

    def test_ten_thousand_ids_are_the_most(self):
        stub = self.served([record(1)]).stub()
        self.assertEqual(len(stub.delete(index_pb2.DeleteRequest(ids=[str(i) for i in range(10000)])).missing), 10000)
        self.refuses_field(lambda: stub.delete(index_pb2.DeleteRequest(ids=[str(i) for i in range(10001)])), "ids")


class IndexServer(ServerTest):
    """`gramdex index --server`: files are read here and indexed there."""

    def index(self, server, *arguments, **how):
        return subprocess.run([GRAMDEX, "index", "--server", server.addresses[0], *arguments], capture_output=True, text=True,
                              timeout=PATIENCE, **how)

    def sent(self, server, *arguments, refused=False, **how):
        done = self.index(server, "--json", *arguments, **how)
        self.assertEqual(done.returncode, 3 if refused else 0, done.stderr + done.stdout)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line["type"] for line in lines], ["refusal"] * (len(lines) - 1) + ["summary"])
        return lines[-1], lines[:-1]

    def write(self, name, content):
        path = os.path.join(self.folder, "in", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def same_documents(self, server, folder):
        """A local index of the same input has the same documents."""
        local = os.path.join(self.folder, "local")
        subprocess.run([GRAMDEX, "index", "--index", local, folder], check=True, capture_output=True)
        scan = ["search", "--json", "--all", "链 OR 关"]
        both = [subprocess.run([GRAMDEX, *scan, *where], check=True, capture_output=True, text=True).stdout.splitlines()[:-1]
                for where in (["--index", local], ["--server", server.addresses[0]])]
        self.assertTrue(both[0])
        self.assertEqual(both[0], both[1])

    @skip_thread_sanitizer
    def test_files_are_indexed_there_as_they_would_be_here(self):
        server = self.serve("--create")
        self.write("a/one.txt", "产业链")
        self.write("two.md", "---\ntitle: 题\ndate: 2023-05\n---\n关税")
        self.write("three.html", "<title>题</title><p>供应链<script>x</script>")
        write_records(self.write("records.jsonl", ""), [record(i, region="亚太") for i in range(1000)])
        folder = os.path.join(self.folder, "in")
        summary, refusals = self.sent(server, folder)
        self.assertEqual((summary["added"], summary["files"], summary["refused"], summary["commit"], refusals), (1003, 4, 0, 1, []))
        self.same_documents(server, folder)
        again, _ = self.sent(server, folder)
        self.assertEqual((again["unchanged"], again["documents"], again["found"], again["commit"]), (1003, 0, 1003, 1))
        shown = self.index(server, folder)
        self.assertEqual(shown.returncode, 0)
        self.assertIn("1,003 unchanged", shown.stdout)
        self.assertIn("%s: commit 1\n" % server.addresses[0], shown.stdout)

    def test_more_than_a_message_holds_is_one_commit(self):
        server = self.serve("--create")
        lines = [json.dumps({"id": str(i), "text": "产" * 300000}, ensure_ascii=False) for i in range(6)]
        summary, _ = self.sent(server, "-", input="\n".join(lines))
        self.assertEqual((summary["added"], summary["commit"]), (6, 1))
        self.assertEqual(server.stub().count(Count(query="产产")).documents, 6)

    @skip_thread_sanitizer
    def test_the_later_of_one_id_counts(self):
        summary, _ = self.sent(self.serve("--create"), "-", input='{"id":"a","text":"一"}\n{"id":"a","text":"二"}')
        self.assertEqual((summary["added"], summary["duplicates"], summary["found"]), (1, 1, 2))

    @skip_thread_sanitizer
    def test_what_is_refused_here_has_its_place_and_the_rest_is_indexed(self):
        server = self.serve("--create")
        good = '{"id":"%d","text":"关税"}' + " " * 230 + "\n"
        many = "".join(good % i for i in range(20000))  # over a slab of 4 MiB, so that lines are counted across two
        path = self.write("bad.jsonl", many + "{\n" + good % 20000)
        summary, refusals = self.sent(server, path, self.write("x.pdf", b""), refused=True)
        self.assertEqual((summary["added"], summary["refused"]), (20001, 2))
        self.assertEqual([(each["path"], each["line"]) for each in refusals],
                         [(path, 20001), (os.path.join(self.folder, "in", "x.pdf"), 0)])

    @skip_thread_sanitizer
    def test_a_text_over_the_usual_message_is_refused_and_not_sent(self):
        server = self.serve("--create")
        self.write("large.txt", "产" * 1400000)
        self.write("small.txt", "产")
        summary, (refusal,) = self.sent(server, os.path.join(self.folder, "in"), refused=True)
        self.assertEqual((summary["added"], summary["refused"]), (1, 1))
        self.assertIn("--document-limit", refusal["reason"])

    @staticmethod
    def kinds(summary):
        return {(kind["class"], kind["kind"]): kind["count"] for kind in summary["kinds"]}

    @skip_thread_sanitizer
    def test_a_document_that_is_too_large_by_its_places_is_refused_and_the_others_are_sent(self):
        server = self.serve("--create")
        places = [{"byte": i, "name": "p"} for i in range(30000)]
        records = [{"id": "a", "text": "关税"}, {"id": "large", "text": "a b " * 1000000, "places": places},
                   {"id": "b", "text": "关税"}]
        path = self.write("x.jsonl", "".join(json.dumps(each, separators=(",", ":")) + "\n" for each in records))
        summary, (refusal,) = self.sent(server, path, refused=True)
        self.assertEqual((summary["found"], summary["added"], summary["refused"]), (2, 2, 1))
        self.assertEqual((refusal["path"], refusal["kind"]), ("large", "too large"))
        self.assertEqual(self.kinds(summary), {("read", "JSON Lines"): 2, ("refused", "too large"): 1})
        summary, _ = self.sent(server, self.write("y.jsonl", json.dumps(records[1]) + "\n"), refused=True)
        self.assertEqual((summary["found"], summary["text_bytes"]), (0, 0))
        self.assertEqual(self.kinds(summary), {("refused", "too large"): 1})
        strict = self.index(server, "--strict", path)
        self.assertEqual(strict.returncode, 1, strict.stderr)
        self.assertIn("large: a message of", strict.stderr)

    @skip_thread_sanitizer
    def test_strict_changes_nothing_when_a_document_is_refused(self):
        server = self.serve("--create")
        good = "".join(json.dumps({"id": str(i), "text": "关税"}) + "\n" for i in range(3000))
        done = self.index(server, "--strict", "-", input=good + "{")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn("gramdex index: -: byte", done.stderr)
        self.assertEqual(server.stub().stat(search_pb2.StatRequest()).documents, 0)

    @skip_thread_sanitizer
    def test_what_the_server_refuses_is_reported_by_id_and_counted(self):
        sizes = []

        def ingest(requests, _):
            sizes.extend((len(each.documents), each.ByteSize()) for each in requests)
            refusals = [index_pb2.Refusal(number=1, id="b", reason="too old"), index_pb2.Refusal(number=2, reason="no id")]
            return index_pb2.IngestResponse(documents=2998, replaced=1, refused=2, refusals=refusals, commit=7)

        handler = grpc.stream_unary_rpc_method_handler(ingest, index_pb2.IngestRequest.FromString,
                                                       index_pb2.IngestResponse.SerializeToString)
        stranger = grpc.server(futures.ThreadPoolExecutor(1))
        stranger.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("gramdex.v1.Index", {"Ingest": handler})])
        port = stranger.add_insecure_port("127.0.0.1:0")
        stranger.start()
        self.addCleanup(stranger.stop, None)
        given = "".join('{"id":"%d","text":"%s"}\n' % (i, "a" * 2000) for i in range(3000))
        done = subprocess.run([GRAMDEX, "index", "--server", "127.0.0.1:%d" % port, "--json", "-"], input=given,
                              capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 3, done.stderr)
        first, second, summary = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual((first["path"], first["reason"]), ("b", "too old"))
        self.assertEqual((second["path"], second["reason"]), ("document 2", "no id"))
        self.assertEqual([summary[name] for name in ("found", "added", "replaced", "refused", "duplicates", "commit")],
                         [2998, 2997, 1, 2, 0, 7])
        self.assertEqual(sum(count for count, _ in sizes), 3000)
        self.assertLess(max(size for _, size in sizes), 5 << 18)

    def test_a_server_that_goes_away_is_a_failure_with_its_name(self):
        server = Server(self.folder, "--create")
        command = [GRAMDEX, "index", "--server", server.addresses[0], "-"]
        sender = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = json.dumps({"id": "1", "text": "关税" * 200000}) + "\n"
        with contextlib.suppress(BrokenPipeError):  # a sender that has ended says why, which the assertions below print
            for _ in range(8):
                sender.stdin.write(line)
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
        out, err = sender.communicate(timeout=PATIENCE)
        self.assertEqual((sender.returncode, out), (1, ""), err)
        self.assertIn("gramdex index: server %s: the connection was lost" % server.addresses[0], err)

    @skip_thread_sanitizer
    def test_options_of_a_local_index_are_wrong_use(self):
        options = [["--prune"], ["--memory", "64M"], ["--threads", "2"], ["--level", "3"], ["--no-merge"]]
        for option in some_of(2, options):
            done = subprocess.run([GRAMDEX, "index", "--server", "127.0.0.1:1", *option, "x"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("%s goes with --index" % option[0], done.stderr)


class Commits(ServerTest):
    def test_commits_of_another_process_are_seen_and_no_call_fails(self):
        server = self.served([record(i) for i in range(50)])
        stub = server.stub()
        done, failures, seen = threading.Event(), [], set()

        def ask():
            while not done.is_set():
                try:
                    reply = stub.search(search_pb2.SearchRequest(query="产业链", limit=1000))
                    seen.add((reply.answer.commit, reply.documents))
                    if reply.documents != len(reply.hits):
                        failures.append(reply)
                    list(stub.scan(search_pb2.ScanRequest(query="重构")))
                except grpc.RpcError as error:
                    failures.append(error)
                done.wait(0.005)  # many calls still meet each change

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for i in range(4):
            self.add([record(50 * j + k, text="产业链%d" % i) for j in range(i + 1) for k in range(50)])
            server.wait_for_metric("gramdex_index_commit", i + 2)
        subprocess.run([GRAMDEX, "merge", "--index", server.index], check=True, capture_output=True)
        server.wait_for_metric("gramdex_index_segments", 1)
        done.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        # One call sees one commit: never a count between two.
        self.assertLessEqual(seen, {(1, 50)} | {(i + 2, 50 * (i + 1)) for i in range(4)})
        self.assertEqual(stub.count(Count(query="产业链3")).documents, 200)
        self.assertEqual(server.metric("gramdex_index_refresh_failures_total"), 0)

    @skip_thread_sanitizer
    def test_documents_sent_get_the_shape_and_a_merge_changes_it_under_a_server(self):
        self.add([record(i, text="产业链重构" * 40) for i in range(20)], "--shape", "compact")
        server = self.serve()
        stub = server.stub()

        def shape():
            stat = stub.stat(search_pb2.StatRequest())
            return stat.shape, stat.other_shape_segments, server.metric("gramdex_index_compact_segments")

        self.assertEqual(shape(), (search_pb2.SHAPE_COMPACT, 0, 1))
        for i in range(12):  # so many that the policy merges
            self.assertEqual(server.metric("gramdex_merges_total") > 0, i > 8, i)  # and not for the shape
            self.assertEqual(stub.ingest(iter([documents(document(id="x%d" % i, text="产业链"))])).commit, i + 2)
        self.assertEqual(shape()[:2], (search_pb2.SHAPE_COMPACT, 0))
        request = search_pb2.SearchRequest(query="产业链", limit=5)
        page = stub.search(request)
        request.page_token = page.next_page_token
        second = stub.search(request)
        self.assertEqual(len(second.hits), 5)
        subprocess.run([GRAMDEX, "merge", "--index", server.index, "--shape", "exact"], check=True, capture_output=True)
        server.wait_for_metric("gramdex_index_compact_segments", 0)
        self.assertEqual(shape(), (search_pb2.SHAPE_EXACT, 0, 0))
        again = stub.search(request)  # a merge changes no document: the token stays good
        self.assertEqual((again.hits, again.answer.commit), (second.hits, 13))
        stub.ingest(iter([documents(document(id="y", text="产业链"))]))
        self.assertEqual(shape()[:2], (search_pb2.SHAPE_EXACT, 0))


if __name__ == "__main__":
    main()
