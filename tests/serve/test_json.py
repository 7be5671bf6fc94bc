# SPDX-License-Identifier: Apache-2.0
"""test_json.py: every method of Search answers in JSON (Connect) as it does in gRPC: random requests, good and bad, are asked both
ways, and replies, codes, messages and details must be the same but for the time that they took.
"""

import base64
import http.client
import json
import os
import random
import struct
import subprocess
import unittest

import harness
from google.protobuf import json_format

QUERIES = ["产业链", "重构", "产业链 贸易", "产业链 OR 重构", "产业链 NOT source:odd", "source:even", '"产业链重构"', "贸易 NEAR/20 重构",
           "THEN", "id:d/00*", "date:2010..2015 产业链", "tariff*", "不存在的词", "", "a (", "(", "产业链\u0000", "soruce:x", "é😀",
           "meta.topic:trade", "产业链 -重构", "title:第", 'exact:"产业链"', "is:first", "\u2028", "a" * 70000]
DATES = ["", "2004", "2010-06", "2015-03-05", "2023-13", "x"]
NUMBERS = [0, 0, 1, 2, 10, 1000, 1001, 2**32 - 1]
TEXT = "他说“产业链产业链重构，贸易规则”，又说“不在那里的一句话也要找一找”。"


def random_string(rng, name):
    of_name = {"date_from": DATES, "date_to": DATES, "sources": ["odd", "even", "none"], "id_prefix": ["", "d/", "d/01", "\u00e9"],
               "id": ["d/001", "d/019", "d/999", ""], "ids": ["d/001", "d/002", "d/999"], "page_token": ["", "", "", "AAAA", "x"],
               "key": ["topic", "language", "none", ""], "values": ["trade", "", "5", "true"], "text": [TEXT, "", "“产业链”"],
               "by": ["source", "year", "quarter", "meta.topic", "document", "x"], "prefix": ["产", "贸", "t", ""],
               "other": ["d/002", "d/021", "d/999"], "sort": ["right", "left", "date", "id", "x"]}
    return rng.choice(of_name.get(name, QUERIES))


def fill(rng, message, depth=0):
    for field in message.DESCRIPTOR.fields:
        if rng.random() < (0.1 if field.name in ("query", "id", "a", "b", "text") else 0.7):
            continue
        many = field.label == field.LABEL_REPEATED
        if field.message_type:
            fill(rng, getattr(message, field.name).add() if many else getattr(message, field.name), depth + 1)
            continue
        if field.type == field.TYPE_STRING:
            value = random_string(rng, field.name)
        elif field.type == field.TYPE_BOOL:
            value = rng.random() < 0.5
        elif field.type == field.TYPE_ENUM:
            value = rng.choice(field.enum_type.values).number
        elif field.type == field.TYPE_UINT64:
            value = rng.choice([0, 0, 0, 1, 3, 2**53 + 1, 2**63, 2**64 - 1])
        elif field.type == field.TYPE_UINT32:
            value = rng.choice(NUMBERS)
        else:
            value = rng.choice([0.0, 0.5, 1.0, float("nan")])
        if many:
            getattr(message, field.name).extend([value] * rng.randrange(3))
        else:
            setattr(message, field.name, value)
    return message


def timeless(message):
    """The same without the times, whatever they were."""
    if message is not None:
        message.answer.took_us = 0
    return message


class Json:
    """One connection of HTTP/1.1 that asks by Connect."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address, timeout=harness.PATIENCE)

    def close(self):
        self.connection.close()

    def post(self, path, body, kind):
        self.connection.request("POST", path, body, {"content-type": kind, "connect-protocol-version": "1"})
        reply = self.connection.getresponse()
        return reply, reply.read()

    def unary(self, name, text, new):
        reply, body = self.post("/gramdex.v1.Search/" + name, text.encode(), "application/json")
        if reply.status != 200:
            return None, json.loads(body)
        return json_format.Parse(body.decode(), new()), None

    def stream(self, name, text, new):
        data = text.encode()
        reply, body = self.post("/gramdex.v1.Search/" + name, struct.pack(">BI", 0, len(data)) + data, "application/connect+json")
        assert reply.status == 200, (reply.status, body)
        messages, error = [], None
        while body:
            flag, length = struct.unpack(">BI", body[:5])
            message, body = body[5:5 + length], body[5 + length:]
            if flag == 2:
                error = json.loads(message).get("error")
                assert not body
                return messages, error
            messages.append(timeless(json_format.Parse(message.decode(), new())))
        raise AssertionError("a stream without an end")


def start_server(folder):
    harness.add_records(folder, [harness.record(n, topic=["trade", "law"][n % 2], language=n % 3) for n in range(40)])
    subprocess.run([harness.GRAMDEX, "reprints", "--index", os.path.join(folder, "index"), "--build"], check=True, capture_output=True)
    return harness.start_reader(folder, "--threads", "1")


class JsonTest(harness.ServerTest):
    def setUp(self):
        super().setUp()
        self.server = harness.keep("server", start_server)
        self.stub = self.server.stub()
        self.json = Json(self.server.addresses[0])
        self.addCleanup(self.json.close)

    def same_error(self, error, found, what):
        """A failure of gRPC, and what Connect says of it."""
        self.assertIsNotNone(found, what)
        self.assertEqual(found["code"], error.code().value[1].replace(" ", "_"), what)
        self.assertEqual(found.get("message", ""), error.details(), what)
        wanted = {}
        for name, message in harness.details(error).items():
            wanted["google.rpc." + name] = message
        self.assertEqual(sorted(wanted), sorted(each["type"] for each in found.get("details", [])), what)
        for each in found.get("details", []):
            value = base64.b64decode(each["value"] + "=" * (-len(each["value"]) % 4))
            self.assertEqual(wanted[each["type"]], type(wanted[each["type"]]).FromString(value), what)

    def ask_both(self, name, method, request, text):
        reply_type = getattr(harness.search_pb2, name + "Response")
        try:
            wanted = timeless(method(request))
        except harness.grpc.RpcError as error:
            self.same_error(error, self.json.unary(name, text, reply_type)[1], (name, text[:500]))
            return False
        found, error = self.json.unary(name, text, reply_type)
        self.assertIsNone(error, (name, text[:500]))
        self.assertEqual(timeless(found).SerializeToString(), wanted.SerializeToString(), (name, text[:500]))
        return True

    def test_every_method_answers_alike(self):
        methods = {"Search": self.stub.search, "Count": self.stub.count, "Trend": self.stub.trend, "Facets": self.stub.facets,
                   "Dispersion": self.stub.dispersion, "Contrast": self.stub.contrast, "Ngrams": self.stub.ngrams,
                   "Neighbours": self.stub.neighbours, "Collocates": self.stub.collocates, "Kwic": self.stub.kwic,
                   "Reprints": self.stub.reprints, "Passages": self.stub.passages, "Quote": self.stub.quote, "Get": self.stub.get,
                   "BatchGet": self.stub.batch_get, "Stat": self.stub.stat, "Suggest": self.stub.suggest}
        service = harness.search_pb2.DESCRIPTOR.services_by_name["Search"]
        self.assertEqual(sorted([*methods, "Scan"]), sorted(method.name for method in service.methods))
        for name, method in methods.items():
            rng, good = random.Random(name), 0
            for number in range(60):
                request = fill(rng, getattr(harness.search_pb2, name + "Request")()) if number else good_request(name)
                text = json_format.MessageToJson(request, preserving_proto_field_name=number % 2 == 0)
                good += self.ask_both(name, method, request, text)
            print("%s: %d of 60 requests are good" % (name, good))
            self.assertGreater(good, 0, name)

    def test_scan_streams_alike(self):
        rng, good = random.Random(14), 0
        for _ in range(60):
            request = fill(rng, harness.search_pb2.ScanRequest())
            text = json_format.MessageToJson(request)
            messages, error = self.json.stream("Scan", text, harness.search_pb2.ScanResponse)
            try:
                wanted = [timeless(message) for message in self.stub.scan(request)]
            except harness.grpc.RpcError as failure:
                self.same_error(failure, error, text[:500])
                continue
            self.assertIsNone(error)
            self.assertEqual([each for message in messages for each in message.occurrences],
                             [each for message in wanted for each in message.occurrences])
            self.assertEqual(messages[0].answer, wanted[0].answer)
            good += 1
        self.assertGreater(good, 10)

    def test_uint64_is_a_string_and_exact(self):
        reply, body = self.json.post("/gramdex.v1.Search/Count", '{"query":"产业链"}'.encode(), "application/json")
        self.assertEqual(reply.status, 200)
        found = json.loads(body)
        self.assertEqual((found["documents"], found["answer"]["commit"]), ("40", "2"))  # the second commit is that of the reprints
        for number in ("18446744073709551615", '"18446744073709551615"', "9223372036854775807", '"9007199254740993"'):
            reply, body = self.json.post("/gramdex.v1.Search/Count",
                                         ('{"query":"产业链","scope":{"minCommit":%s}}' % number).encode(), "application/json")
            error = json.loads(body)
            if number == "18446744073709551615":  # past jansson's numbers: docs/json.md wants quotes
                self.assertEqual((reply.status, error["code"]), (400, "invalid_argument"))
                continue
            self.assertEqual(error["code"], "failed_precondition")
            self.assertIn(number.strip('"'), error["message"])

    def test_what_is_wrong_with_the_json_is_said(self):
        for text, says in (("", "empty"), ("{", "no JSON"), ("[]", "expected an object"), ('{"qury":"a"}', "qury"),
                           ('{"query":"a","query":"b"}', "given twice"), ('{"query":"a","limit":-1}', "limit"),
                           ('{"query":"a","order":"BEST"}', "ORDER_NEWEST"), ("[" * 1000, "deeper")):
            reply, body = self.json.post("/gramdex.v1.Search/Search", text.encode(), "application/json")
            error = json.loads(body)
            self.assertEqual((reply.status, error["code"]), (400, "invalid_argument"), (text, error))
            self.assertIn(says, error["message"] + json.dumps(error.get("details", [])))


def good_request(name):
    """A request of each method that has an answer."""
    request = getattr(harness.search_pb2, name + "Request")()
    names = [field.name for field in request.DESCRIPTOR.fields]
    for field, value in (("query", "产业链"), ("a", "date:2015.."), ("b", "date:..2014"), ("text", TEXT), ("id", "d/001"),
                         ("prefix", "产"), ("other", "d/002")):
        if field in names:
            setattr(request, field, value)
    return request


if __name__ == "__main__":
    unittest.main()
