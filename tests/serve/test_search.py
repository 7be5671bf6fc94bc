# SPDX-License-Identifier: Apache-2.0
"""test_search.py: the read side of gramdex.v1 over the wire: fields, defaults, limits and errors of each method."""

import math
import time

import grpc

from harness import PATIENCE, ServerTest, details, document, documents, main, record, search_pb2, skip_thread_sanitizer

Request = search_pb2.SearchRequest
Count = search_pb2.CountRequest
Scan = search_pb2.ScanRequest
INVALID = grpc.StatusCode.INVALID_ARGUMENT
FORTY = [record(i) for i in range(40)]


@skip_thread_sanitizer
class Search(ServerTest):
    def test_a_hit_has_every_field_of_its_document(self):
        stub = self.served([record(3, region="亚太", date="2021-03-04", text="开头。" + "全球产业\n链重构。"), record(4, text="无")]).stub()
        reply = stub.search(Request(query="产业链", match_limit=10))
        self.assertEqual((reply.documents, reply.occurrences, reply.answer.complete, reply.answer.commit, reply.next_page_token),
                         (1, 1, True, 1, ""))
        hit, = reply.hits
        self.assertEqual((hit.id, hit.title, hit.date, hit.source), ("d/003", "第 3 篇", "2021-03-04", "odd"))
        self.assertEqual(hit.metadata, '{"region":"亚太"}')
        self.assertEqual((hit.occurrences, hit.length), (1, 14))
        self.assertGreater(hit.score, 0)
        match, = hit.matches
        text = stub.get(search_pb2.GetRequest(id="d/003")).document.text.encode()
        self.assertEqual(text[match.begin:match.end].decode(), "产业\n链")
        self.assertEqual(match.field, search_pb2.FIELD_TEXT)
        self.assertEqual([(p.text.replace(" ", ""), p.matched) for p in hit.snippet.pieces],
                         [("开头。全球", False), ("产业链", True), ("重构。", False)])
        self.assertEqual((hit.snippet.field, hit.snippet.at_start, hit.snippet.at_end), (search_pb2.FIELD_TEXT, True, True))

    def test_ten_hits_with_snippets_are_the_default(self):
        stub = self.asked(FORTY)
        reply = stub.search(Request(query="产业链"))
        self.assertEqual((reply.documents, len(reply.hits)), (40, 10))
        self.assertTrue(all(hit.HasField("snippet") and not hit.matches for hit in reply.hits))
        self.assertTrue(reply.next_page_token)
        scores = [hit.score for hit in reply.hits]
        self.assertEqual(scores, sorted(scores, reverse=True))

    def test_what_is_not_asked_for_is_not_sent(self):
        stub = self.asked(FORTY)
        self.assertFalse(stub.search(Request(query="产业链", no_snippet=True)).hits[0].HasField("snippet"))
        totals = stub.search(Request(query="产业链", totals_only=True, limit=5000))
        self.assertEqual((totals.documents, len(totals.hits), totals.next_page_token), (40, 0, ""))

    def test_pages_put_together_are_the_whole_in_every_order(self):
        stub = self.asked(FORTY)
        for order in search_pb2.Order.values():
            whole = [hit.id for hit in stub.search(Request(query="产业链", limit=1000, order=order)).hits]
            self.assertEqual(len(set(whole)), 40)
            pages, token = [], ""
            while True:
                page = stub.search(Request(query="产业链", limit=7, order=order, page_token=token))
                self.assertEqual(page.documents, 40)
                pages += [hit.id for hit in page.hits]
                token = page.next_page_token
                if not token:
                    break
            self.assertEqual(pages, whole)

    def test_orders_are_what_they_say(self):
        stub = self.asked(FORTY)

        def hits(order):
            return stub.search(Request(query="产业链", limit=100, order=order)).hits

        self.assertEqual([h.id for h in hits(search_pb2.ORDER_ID)], ["d/%03d" % i for i in range(40)])
        newest = [h.date for h in hits(search_pb2.ORDER_NEWEST)]
        self.assertEqual(newest, sorted(newest, reverse=True))
        oldest = [h.date for h in hits(search_pb2.ORDER_OLDEST)]
        self.assertEqual(oldest, sorted(oldest))

    def test_numbers_out_of_range_name_their_field(self):
        stub = self.asked(FORTY)
        for field, value in (("limit", 1001), ("snippet_symbols", 1001), ("match_limit", 10001), ("order", 9)):
            self.refuses_field(lambda f=field, v=value: stub.search(Request(query="链", **{f: v})), field)
        self.refuses_field(lambda: stub.search(Request(query="链", limit=1000, match_limit=101)), "match_limit")
        self.assertEqual(stub.search(Request(query="链", limit=1000, snippet_symbols=1000, match_limit=100)).documents, 40)

    def test_a_malformed_query_names_its_column_in_every_method(self):
        stub = self.asked(FORTY)
        for call in (lambda q: stub.search(Request(query=q)), lambda q: stub.count(Count(query=q)),
                     lambda q: stub.trend(search_pb2.TrendRequest(query=q)), lambda q: list(stub.scan(Scan(query=q)))):
            error = self.refuses_field(lambda c=call: c("产业链 (贸易"), "query")
            info = details(error)["ErrorInfo"]
            self.assertEqual(info.reason, "QUERY_SYNTAX")
            self.assertEqual(dict(info.metadata), {"column": "8"})
            self.assertIn("column 8", error.details())
            self.assertEqual(details(self.refuses_field(lambda c=call: c(""), "query"))["ErrorInfo"].reason, "QUERY_SYNTAX")

    def test_a_zero_byte_in_a_query_is_an_invalid_argument(self):
        stub = self.asked(FORTY)
        for call in (lambda q: stub.search(Request(query=q)), lambda q: stub.count(Count(query=q)),
                     lambda q: stub.trend(search_pb2.TrendRequest(query=q)), lambda q: list(stub.scan(Scan(query=q)))):
            error = self.refuses_field(lambda c=call: c("产业\0链"), "query")
            self.assertIn("column 3: found a zero byte", error.details())

    def test_a_query_too_large_is_an_invalid_argument_with_its_reason(self):
        stub = self.asked(FORTY)
        for query in ("链" * 30000, " ".join("a%d" % i for i in range(1100)), "(" * 70 + "链" + ")" * 70):
            self.refuses(INVALID, "QUERY_TOO_LARGE", lambda q=query: stub.count(Count(query=q)))

    def test_a_query_that_takes_more_memory_than_allowed_is_refused(self):
        stub = self.served([record(i, text="链产业规则" * 3000) for i in range(50)], "--query-memory", "256K").stub()
        self.fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: stub.count(Count(query="(链 OR 产 OR 业) NEAR/900 (规 OR 则)")))
        self.assertEqual(stub.count(Count(query="没有的词")).documents, 0)

    def test_a_query_that_is_not_utf8_is_refused(self):
        stub = self.asked(FORTY)
        error = self.fails(INVALID, lambda: stub.count(b"\x0a\x02\xff\xfe"))
        self.assertIn("UTF-8", error.details())

    def test_a_page_token_is_bound_to_query_and_order_and_refused_when_changed(self):
        stub = self.asked(FORTY)
        token = stub.search(Request(query="产业链", limit=3)).next_page_token
        for bad in (Request(query="重构", page_token=token), Request(query="产业链", page_token=token, order=search_pb2.ORDER_ID),
                    Request(query="产业链", page_token=token[:-1]), Request(query="产业链", page_token=token + "A"),
                    Request(query="产业链", page_token="\u4ea7"),
                    Request(query="产业链", page_token="=" * 44), Request(query="产业链", page_token="x" * 100000)):
            self.refuses_field(lambda b=bad: stub.search(b), "page_token")
        for i in range(len(token)):
            changed = token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1:]
            self.fails(INVALID, lambda t=changed: stub.search(Request(query="产业链", page_token=t)))
        self.assertEqual(len(stub.search(Request(query="产业链", limit=5, page_token=token)).hits), 5)

    def test_a_page_token_outlives_commits_and_a_restart_until_its_commit_is_gone(self):
        server = self.served([record(i) for i in range(9)])
        stub = server.stub()
        first = stub.search(Request(query="产业链", limit=4, order=search_pb2.ORDER_ID))
        for i in range(8):
            stub.ingest(iter([documents(document(id="a/%d" % i, text="产业链"))]))
            page = stub.search(Request(query="产业链", limit=4, order=search_pb2.ORDER_ID, page_token=first.next_page_token))
            self.assertEqual(([h.id for h in page.hits], page.answer.commit, page.documents), (["d/%03d" % j for j in range(4, 8)], 1, 9))
        self.assertEqual(stub.search(Request(query="产业链")).documents, 17)
        stub.ingest(iter([documents(document(id="a/9", text="产业链"))]))
        expired = Request(query="产业链", limit=4, order=search_pb2.ORDER_ID, page_token=first.next_page_token)
        self.refuses(grpc.StatusCode.FAILED_PRECONDITION, "PAGE_TOKEN_EXPIRED", lambda: stub.search(expired))
        latest = stub.search(Request(query="产业链", limit=4))
        server.stop()
        again = self.serve().stub()
        page = again.search(Request(query="产业链", limit=100, page_token=latest.next_page_token))
        self.assertEqual(len(page.hits), 14)


@skip_thread_sanitizer
class CountTrendGetStat(ServerTest):
    def test_count_is_that_of_search(self):
        stub = self.asked(FORTY)
        for query in ("产业链", "贸易 NOT source:odd", "date:2010..", "重构 NEAR/5 规则", "没有的词"):
            reply, searched = stub.count(Count(query=query)), stub.search(Request(query=query, totals_only=True))
            self.assertEqual((reply.documents, reply.occurrences), (searched.documents, searched.occurrences))
            self.assertEqual(reply.answer.commit, 1)

    def test_trend_has_a_row_for_each_period_and_adds_up(self):
        stub = self.served([record(i) for i in range(25)] + [record(99, date="")]).stub()
        years = stub.trend(search_pb2.TrendRequest(query="产业链"))
        self.assertEqual([r.period for r in years.rows], [str(y) for y in range(2000, 2025)] + [""])
        self.assertEqual((sum(r.documents for r in years.rows), sum(r.occurrences for r in years.rows)),
                         (years.documents, years.occurrences))
        row = years.rows[5]
        self.assertAlmostEqual(row.per_million, row.occurrences / row.of_symbols * 1e6)
        self.assertEqual(row.of_documents, 1)
        self.assertEqual(len(stub.trend(search_pb2.TrendRequest(query="链", by=search_pb2.PERIOD_MONTH)).rows[0].period), 7)
        self.assertEqual([r.period for r in stub.trend(search_pb2.TrendRequest(query="链", by=search_pb2.PERIOD_DAY)).rows], [""])
        self.refuses_field(lambda: stub.trend(search_pb2.TrendRequest(query="链", by=7)), "by")

    def test_trend_sets_queries_and_sources_side_by_side(self):
        stub = self.asked(FORTY)
        reply = stub.trend(search_pb2.TrendRequest(query="产业链", compare=["贸易"], split_by_source=True,
                                                   by=search_pb2.PERIOD_QUARTER))
        alone = stub.trend(search_pb2.TrendRequest(query="贸易", by=search_pb2.PERIOD_QUARTER))
        self.assertEqual([(s.query, s.source, s.by_source) for s in reply.series],
                         [("产业链", "even", True), ("产业链", "odd", True), ("贸易", "", False), ("贸易", "even", True),
                          ("贸易", "odd", True)])
        self.assertEqual(list(reply.series[2].rows), list(alone.rows))
        self.assertEqual(sum(s.occurrences for s in reply.series[:2]), reply.occurrences)
        self.assertRegex(reply.rows[0].period, "^2000-Q[1-4]$")
        self.assertTrue(all(0 <= r.share_low <= r.documents / r.of_documents <= r.share_high <= 1 for r in reply.rows))
        self.refuses_field(lambda: stub.trend(search_pb2.TrendRequest(query="链", compare=["链"] * 10)), "compare")

    def test_facets_and_dispersion_add_up(self):
        stub = self.asked(FORTY)
        count = stub.count(Count(query="产业链"))
        reply = stub.facets(search_pb2.FacetsRequest(query="产业链"))
        self.assertEqual([f.by for f in reply.facets], ["source", "year"])
        for facet in reply.facets:
            self.assertEqual((sum(r.documents for r in facet.rows), sum(r.occurrences for r in facet.rows)),
                             (count.documents, count.occurrences))
            self.assertEqual(facet.values, len(facet.rows))
        short = stub.facets(search_pb2.FacetsRequest(query="产业链", by=["year"], limit=3))
        self.assertEqual((len(short.facets[0].rows), short.facets[0].values), (3, reply.facets[1].values))
        spread = stub.dispersion(search_pb2.DispersionRequest(query="产业链", by="document", limit=40))
        self.assertEqual((spread.occurrences, spread.parts, spread.parts_with), (count.occurrences, 40, count.documents))
        n, f = spread.symbols, spread.occurrences
        rest = n - sum(r.symbols for r in spread.rows)
        self.assertAlmostEqual(spread.dp, (sum(abs(r.occurrences / f - r.symbols / n) for r in spread.rows) + rest / n) / 2)
        self.assertTrue(math.isnan(stub.dispersion(search_pb2.DispersionRequest(query="没有的词")).dp))
        for call in (lambda: stub.facets(search_pb2.FacetsRequest(query="链", by=["author"])),
                     lambda: stub.facets(search_pb2.FacetsRequest(query="链", by=["year", "year"])),
                     lambda: stub.facets(search_pb2.FacetsRequest(query="链", by=["document"])),
                     lambda: stub.dispersion(search_pb2.DispersionRequest(query="链", by="author"))):
            self.refuses_field(call, "by")
        self.refuses_field(lambda: stub.dispersion(search_pb2.DispersionRequest(query="source:odd")), "query")

    def test_kwic_gives_what_scan_gives_in_order_page_by_page(self):
        stub = self.asked(FORTY)
        ask = lambda **more: stub.kwic(search_pb2.KwicRequest(query="产业链", sort=["right", "date"], limit=7, **more))
        page, lines = ask(), []
        while True:
            lines += page.lines
            self.assertLessEqual(len(page.lines), 7)
            if not page.next_page_token:
                break
            token = page.next_page_token
            page = ask(page_token=token)
        scanned = [o for reply in stub.scan(search_pb2.ScanRequest(query="产业链")) for o in reply.occurrences]
        place = lambda o: (o.id, o.match.field, o.match.part, o.match.begin)
        self.assertEqual(sorted(lines, key=place), sorted(scanned, key=place))
        self.assertNotEqual(lines, scanned)
        count = stub.count(Count(query="产业链"))
        self.assertEqual((page.sorted, page.documents, page.occurrences, len(lines)),
                         (count.occurrences, count.documents, count.occurrences, count.occurrences))
        sample = ask(sample=5)
        self.assertEqual((sample.sorted, sample.occurrences, len(sample.lines)), (5, count.occurrences, 5))
        self.assertEqual([o for o in lines if place(o) in [place(s) for s in sample.lines]], list(sample.lines))
        self.assertEqual(list(ask(sample=5).lines), list(sample.lines))
        for bad in (dict(query="重构"), dict(sort=["left"]), dict(sample=5)):
            request = dict(dict(query="产业链", sort=["right", "date"], page_token=token), **bad)
            self.refuses_field(lambda r=request: stub.kwic(search_pb2.KwicRequest(**r)), "page_token")
        self.refuses_field(lambda: stub.search(Request(query="产业链", page_token=token)), "page_token")
        for field, bad in (("query", dict(query="source:odd")), ("query", dict(query="")), ("sort", dict(sort=["date", "date"])),
                           ("sort", dict(sort=["middle"])), ("limit", dict(limit=1001)), ("sample", dict(sample=1000001)),
                           ("context_symbols", dict(context_symbols=1001))):
            self.refuses_field(lambda b=bad: stub.kwic(search_pb2.KwicRequest(**dict(dict(query="链"), **b))), field)
        self.assertEqual((stub.kwic(search_pb2.KwicRequest(query="没有的词")).sorted, ask().answer.complete), (0, True))

    def test_metadata_filters_and_facets(self):
        records = [record(i, lang=("zh", ["zh", "en"], None)[i % 3], n=i % 2 + 0.5) for i in range(30)]
        self.add(records, "--facet", "lang")
        stub = self.serve().stub()
        reply = stub.facets(search_pb2.FacetsRequest(query="链", by=["meta.lang", "meta.n"]))
        self.assertEqual([f.by for f in reply.facets], ["meta.lang", "meta.n"])
        rows = [[(r.value, r.documents) for r in f.rows] for f in reply.facets]
        self.assertEqual(rows, [[("zh", 20), ("", 10), ("en", 10)], [("0.5", 15), ("1.5", 15)]])
        self.assertEqual([n.split(":")[0] for n in reply.answer.notes], ["the key n is not declared"])
        self.assertEqual(list(stub.stat(search_pb2.StatRequest()).metadata_keys), ["lang"])
        for text, documents in (("meta.lang:zh", 20), ("meta.lang:zh NOT meta.lang:en", 10), ('meta.lang:""', 10),
                                ("meta.n:0.5", 15), ("meta.lang:z", 0), ("meta.lang:zh meta.n:1.5", 10)):
            self.assertEqual(stub.count(Count(query=text)).documents, documents, text)

        def counted(*conditions):
            given = [search_pb2.MetadataFilter(key=key, values=values) for key, values in conditions]
            return stub.count(Count(query="链", scope=search_pb2.Scope(filter=search_pb2.Filter(metadata=given))))

        self.assertEqual(counted(("lang", ["en", ""])).documents, 20)
        self.assertEqual(counted(("lang", ["zh"]), ("n", ["1.5"])).documents, 10)
        self.refuses_field(lambda: counted(("", ["zh"])), "scope.filter.metadata.key")
        self.refuses_field(lambda: counted(("lang", [])), "scope.filter.metadata.values")
        self.refuses_field(lambda: counted(("lang", ["x" * 257])), "scope.filter.metadata.values")
        self.refuses_field(lambda: stub.facets(search_pb2.FacetsRequest(query="链", by=["meta."])), "by")

    def test_contrast_finds_a_planted_phrase_and_swapped_it_falls(self):
        news = [record(i, id="n/%d" % i, source="news", date="2025-%02d-03" % (1 + i % 12),
                       text="各方表示，%s合作。%s美方加征关税%s。" % ("扩大" * (i % 3), "今年" * (i % 2), "措施" * (i // 2 % 2)))
                for i in range(40)]
        older = [record(i, id="o/%d" % i, source="news", date="2024-%02d-03" % (1 + i % 12),
                        text="各方表示，%s合作。市场%s平稳。" % ("扩大" * (i % 3), "总体" * (i % 2))) for i in range(60)]
        stub = self.served(news + older).stub()
        reply = stub.contrast(search_pb2.ContrastRequest(a="date:2025", min_units=3))
        self.assertEqual((reply.units_a, reply.units_b), (40, 60))
        head = reply.groups[0]
        self.assertEqual(head.phrase, "美方加征关税")
        self.assertEqual((head.units_a, head.units_b, head.first_date), (40, 0, "2025-01-03"))
        swapped = stub.contrast(search_pb2.ContrastRequest(a="date:2024", b="date:2025", min_units=3))
        self.assertNotIn("关税", "".join(g.phrase for g in swapped.groups))
        self.assertEqual((swapped.letters_a, swapped.letters_b), (reply.letters_b, reply.letters_a))
        for field, request in (("a", dict(a="")), ("a", dict(a="没有的词")), ("b", dict(a="关税", b="没有的词")),
                               ("b", dict(a="关税", b="合作")), ("b", dict(a="各方表示")), ("unit", dict(a="关税", unit=7)),
                               ("max_length", dict(a="关税", max_length=21)), ("min_length", dict(a="关税", min_length=1)),
                               ("limit", dict(a="关税", limit=1001))):
            self.refuses_field(lambda: stub.contrast(search_pb2.ContrastRequest(**request)), field)

    def test_ngrams_of_a_query_and_of_all(self):
        stub = self.asked(FORTY)
        whole = stub.ngrams(search_pb2.NgramsRequest())
        self.assertEqual(whole.documents, 40)
        self.assertEqual(whole.ngrams[0].phrase, "产业链")
        self.assertEqual(whole.ngrams[0].occurrences, stub.count(Count(query="产业链")).occurrences)
        odd = stub.ngrams(search_pb2.NgramsRequest(query="source:odd", limit=1))
        self.assertEqual((odd.documents, len(odd.ngrams)), (20, 1))
        scoped = stub.ngrams(search_pb2.NgramsRequest(scope=search_pb2.Scope(filter=search_pb2.Filter(sources=["odd"])), limit=1))
        self.assertEqual(list(scoped.ngrams), list(odd.ngrams))
        self.assertEqual(len(stub.ngrams(search_pb2.NgramsRequest(query="没有的词")).ngrams), 0)

    def test_what_stands_near_a_query(self):
        texts = ["各方%s表示，%s加征关税%s。其他话题很多。" % ("再次" * (i % 2), "美国" * (i % 3 > 0), "措施" * (i // 2 % 2)) for i in range(24)]
        texts += ["市场%s平稳，各方%s表示欢迎。" % ("总体" * (i % 2), "再次" * (i // 2 % 2)) for i in range(30)]
        stub = self.served([record(i, text=text, title="") for i, text in enumerate(texts)]).stub()
        left = stub.neighbours(search_pb2.NeighboursRequest(query="关税", side=search_pb2.SIDE_LEFT))
        self.assertEqual([(r.phrase, r.occurrences, r.documents) for r in left.neighbours], [("加征", 24, 24)])
        self.assertEqual((left.values, left.beside, left.occurrences, left.documents), (1, 24, 24, 24))
        right = stub.neighbours(search_pb2.NeighboursRequest(query="关税", length=2))
        self.assertEqual([(r.phrase, r.occurrences) for r in right.neighbours], [("措施", 12)])
        self.assertEqual((right.beside, right.occurrences), (12, 24))
        near = stub.collocates(search_pb2.CollocatesRequest(query="关税"))
        self.assertEqual([(r.phrase, r.near, r.left, r.total) for r in near.collocates[:2]],
                         [("加征", 24, 24, 24), ("美国加征", 16, 16, 16)] if not near.collocates[0].also else
                         [("加征", 24, 24, 24), ("措施", 12, 0, 12)])
        head, expected = near.collocates[0], 24 * near.window_letters / near.letters
        self.assertAlmostEqual(head.log_dice, 14)
        self.assertAlmostEqual(head.mi, math.log2(24 / expected))
        self.assertAlmostEqual(head.t, (24 - expected) / math.sqrt(24))
        self.assertAlmostEqual(head.ll, 2 * 24 * math.log(24 / expected))
        some = stub.collocates(search_pb2.CollocatesRequest(query="关税", by=search_pb2.MEASURE_LL, limit=1))
        self.assertEqual((len(some.collocates), some.values), (1, near.values))
        self.assertEqual(len(stub.collocates(search_pb2.CollocatesRequest(query="没有的词")).collocates), 0)
        self.assertEqual(len(stub.neighbours(search_pb2.NeighboursRequest(query="没有的词")).neighbours), 0)
        for field, request in (("query", dict(query="")), ("query", dict(query="source:odd")), ("limit", dict(query="税", limit=10001))):
            self.refuses_field(lambda: stub.neighbours(search_pb2.NeighboursRequest(**request)), field)
            self.refuses_field(lambda: stub.collocates(search_pb2.CollocatesRequest(**request)), field)
        for field, request in (("length", dict(length=9)), ("side", dict(side=3))):
            self.refuses_field(lambda: stub.neighbours(search_pb2.NeighboursRequest(query="税", **request)), field)
        for field, request in (("window", dict(window=51)), ("by", dict(by=5))):
            self.refuses_field(lambda: stub.collocates(search_pb2.CollocatesRequest(query="税", **request)), field)

    def test_reprints_are_refused_until_they_are_built(self):
        stub = self.asked(FORTY)
        with self.assertRaises(grpc.RpcError) as refused:
            stub.reprints(search_pb2.ReprintsRequest())
        self.assertEqual(refused.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertIn("gramdex reprints --build", refused.exception.details())
        self.refuses_field(lambda: stub.reprints(search_pb2.ReprintsRequest(limit=1001)), "limit")

    def test_passages_of_two_documents(self):
        said = "全球产业链供应链面临重构，各国应当共同维护"
        stub = self.served([record(1, text="前言。" + said + "。完"), record(2, text="他说：" + said.replace("，", " ") + "！" + said),
                            record(3, text="无关")]).stub()
        Passages = search_pb2.PassagesRequest
        reply = stub.passages(Passages(id="d/001", other="d/002"))
        self.assertEqual((reply.found, len(reply.passages), reply.letters), (2, 2, 23))
        first, second = reply.passages
        self.assertEqual((first.letters, first.text, first.other_text), (20, said, said.replace("，", " ")))
        self.assertEqual(second.other_text, said)
        begin = len("前言。".encode())
        self.assertEqual((first.match.begin, first.match.end), (begin, begin + len(said.encode())))
        self.assertEqual((first.match.field, first.other_match.part), (search_pb2.FIELD_TEXT, 0))
        self.assertEqual(len(stub.passages(Passages(id="d/001", other="d/003")).passages), 0)
        self.assertEqual(len(stub.passages(Passages(id="d/001", other="d/002", limit=1)).passages), 1)
        for field, request in (("id", dict(other="d/001")), ("other", dict(id="d/001")), ("other", dict(id="d/001", other="d/001")),
                               ("min_letters", dict(id="d/001", other="d/002", min_letters=3)),
                               ("min_letters", dict(id="d/001", other="d/002", min_letters=10001)),
                               ("limit", dict(id="d/001", other="d/002", limit=1001)),
                               ("scope.filter", dict(id="d/001", other="d/002",
                                                     scope=search_pb2.Scope(filter=search_pb2.Filter(sources=["odd"]))))):
            self.refuses_field(lambda: stub.passages(Passages(**request)), field)
        with self.assertRaises(grpc.RpcError) as caught:
            stub.passages(Passages(id="d/001", other="d/009"))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)

    def test_quotations_of_a_text(self):
        stub = self.served([record(1, text="全球产业链供应链面临重构，各国应当共同维护"), record(2, text="友岸外包与近岸化成为常用词"),
                            record(3, text="无关")]).stub()
        Quote = search_pb2.QuoteRequest
        text = "他说“产业链供应链”「友岸外包」与“產業鏈”，“全球产业链供应链，友岸外包与近岸化”，“没有的话”。“好”。“未完"
        reply = stub.quote(Quote(text=text, id="d/001"))
        verdicts = [search_pb2.Verdict.Name(q.verdict)[8:] for q in reply.quotations]
        self.assertEqual(verdicts, ["EXACT", "OTHER_DOCUMENT", "FOLDED", "STITCHED", "ABSENT"])
        self.assertEqual((reply.exact, reply.folded, reply.other_document, reply.stitched, reply.absent), (1, 1, 1, 1, 1))
        self.assertEqual((reply.passed_over, reply.unclosed), (1, 1))
        for quotation in reply.quotations:
            self.assertEqual(text.encode()[quotation.begin:quotation.end].decode(), quotation.text)
        folded, stitched = reply.quotations[2], reply.quotations[3]
        self.assertEqual((folded.place.id, folded.place.text, folded.place.match.begin), ("d/001", "产业链", 6))
        self.assertFalse(stitched.HasField("place"))
        self.assertEqual([p.place.id for p in stitched.pieces], ["d/001", "d/002"])
        scope = search_pb2.Scope(filter=search_pb2.Filter(sources=["even"]))
        self.assertEqual(stub.quote(Quote(text="“产业链”", scope=scope)).absent, 1)
        metadata = [search_pb2.MetadataFilter(key="nobody", values=["has this"])]
        scope = search_pb2.Scope(filter=search_pb2.Filter(metadata=metadata))
        self.assertEqual(stub.quote(Quote(text="“产业链”", scope=scope)).absent, 1)
        metadata[0].values.append("x" * 257)
        scope = search_pb2.Scope(filter=search_pb2.Filter(metadata=metadata))
        self.refuses_field(lambda: stub.quote(Quote(text="“产业链”", scope=scope)), "scope.filter.metadata.values")
        for field, request in (("text", dict(text="")), ("text", dict(text="产" * 400000)), ("text", dict(text="产" * 30000)),
                               ("id", dict(text="产业", id="x" * 1025))):
            self.refuses_field(lambda: stub.quote(Quote(**request)), field)
        with self.assertRaises(grpc.RpcError) as caught:
            stub.quote(Quote(text="产业", id="d/009"))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)

    def test_get_gives_the_document_as_it_was_stored(self):
        stub = self.served([record(1, text="带\u0000零\n\n的\t文本 ＷＴＯ", date=2021, z=1, a=[2])]).stub()
        reply = stub.get(search_pb2.GetRequest(id="d/001"))
        self.assertTrue(reply.document.origin.endswith(".jsonl"), reply.document.origin)
        reply.document.ClearField("origin")
        self.assertEqual(reply.document, document(id="d/001", title="第 1 篇", date="2021", source="odd",
                                                  text="带\u0000零\n\n的\t文本 ＷＴＯ", metadata='{"a":[2],"z":1}'))
        self.assertEqual(reply.answer.commit, 1)
        error = self.fails(grpc.StatusCode.NOT_FOUND, lambda: stub.get(search_pb2.GetRequest(id="d/002")))
        self.assertIn("d/002", error.details())
        self.refuses_field(lambda: stub.get(search_pb2.GetRequest()), "id")
        self.refuses_field(lambda: stub.get(search_pb2.GetRequest(id="x" * 1025)), "id")

    def test_stat_adds_up(self):
        stub = self.asked(FORTY)
        reply = stub.stat(search_pb2.StatRequest())
        self.assertEqual((reply.documents, reply.segments, reply.deleted, reply.answer.commit), (40, 1, 0, 1))
        self.assertEqual(sum(part.bytes for part in reply.parts), reply.index_bytes)
        sizes = [part.bytes for part in reply.parts]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        self.assertRegex(reply.version, r"^\d+\.\d+\.\d+")
        self.assertGreater(reply.symbols, 0)
        self.assertGreater(reply.text_bytes, 0)


class Scans(ServerTest):
    @skip_thread_sanitizer
    def test_an_export_has_every_occurrence_once_in_document_order(self):
        stub = self.asked(FORTY)
        found = [o for reply in stub.scan(Scan(query="产业链", context_symbols=2)) for o in reply.occurrences]
        self.assertEqual(len(found), stub.count(Count(query="产业链")).occurrences)
        places = [(o.id, o.match.begin) for o in found]
        self.assertEqual(places, sorted(set(places)))
        one = found[1]
        self.assertEqual((one.id, one.title, one.date, one.source), ("d/001", "第 1 篇", "2001-02", "odd"))
        self.assertEqual((one.before, one.matched, one.after, one.position), ("", "产业链", "产业", 0))
        self.assertEqual((one.match.field, one.match.begin, one.match.end), (search_pb2.FIELD_TEXT, 0, 9))
        self.assertEqual(found[2].before, "业链")

    @skip_thread_sanitizer
    def test_an_export_stops_at_its_limit_and_leaves_out_the_context(self):
        stub = self.asked(FORTY)
        found = [o for reply in stub.scan(Scan(query="产业链", limit=5, no_context=True)) for o in reply.occurrences]
        self.assertEqual(len(found), 5)
        self.assertEqual({(o.before, o.matched, o.after) for o in found}, {("", "产业链", "")})
        self.refuses_field(lambda: list(stub.scan(Scan(query="链", context_symbols=1001))), "context_symbols")

    @skip_thread_sanitizer
    def test_an_empty_export_still_carries_its_commit(self):
        stub = self.asked(FORTY)
        reply, = stub.scan(Scan(query="没有的词"))
        self.assertEqual((len(reply.occurrences), reply.answer.commit), (0, 1))

    def long_export(self, *options):
        # About 18,000 occurrences and 20 MB of replies.
        return self.served([record(i, text="链产业规则" * 300) for i in range(60)], *options)

    def test_a_slow_reader_holds_the_server_up_not_its_memory(self):
        server = self.long_export()
        call = server.stub().scan(Scan(query="产业", context_symbols=200))
        count = len(next(call).occurrences)
        memory, highest = server.metric("gramdex_connection_memory_bytes"), 0
        for _ in range(10):
            time.sleep(0.05)
            highest = max(highest, server.metric("gramdex_connection_memory_bytes"))
        self.assertGreater(memory, 0)
        self.assertLess(highest, 4 << 20)
        self.assertEqual(server.metric("gramdex_exports"), 1)
        self.assertEqual(count + sum(len(reply.occurrences) for reply in call), 18000)
        server.wait_for_metric("gramdex_exports", 0)

    def test_a_client_that_cancels_stops_the_export(self):
        server = self.long_export()
        stub = server.stub()
        for _ in range(5):
            call = stub.scan(Scan(query="产业", context_symbols=200))
            next(call)
            call.cancel()
        server.wait_for_metric("gramdex_exports", 0)
        server.wait_for_metric("gramdex_calls", 0)

    def test_a_deadline_ends_the_export(self):
        server = self.long_export()
        stub = server.stub()
        stub.count(Count(query="产业"))  # connected
        seconds, call = 0.5, None
        while not call:
            call = stub.scan(Scan(query="产业", context_symbols=200), timeout=seconds)
            try:
                next(call)
            except grpc.RpcError as error:  # a busy machine needs longer for a first occurrence
                self.assertEqual(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
                self.assertLess(seconds, PATIENCE)
                seconds, call = 2 * seconds, None
        time.sleep(seconds + 0.1)
        self.fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: list(call))
        server.wait_for_metric("gramdex_exports", 0)

    @skip_thread_sanitizer
    def test_a_client_that_takes_nothing_ends_the_export(self):
        server = self.long_export("--ingest-idle", "1")
        call = server.stub().scan(Scan(query="产业", context_symbols=200))
        next(call)
        server.wait_for_metric("gramdex_exports", 0)
        self.fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: list(call))

    def test_other_calls_are_answered_while_exports_wait_for_their_readers(self):
        server = self.long_export()
        stub = server.stub()
        calls = [stub.scan(Scan(query="产业", context_symbols=200)) for _ in range(8)]
        for call in calls:
            next(call)
        self.assertEqual(stub.count(Count(query="产业")).documents, 60)
        for call in calls:
            call.cancel()

    @skip_thread_sanitizer
    def test_exports_beyond_the_limit_are_worth_trying_again(self):
        server = self.long_export("--max-exports", "3")
        stub = server.stub()
        calls = [stub.scan(Scan(query="产业", context_symbols=200)) for _ in range(3)]
        for call in calls:
            next(call)
        self.refuses(grpc.StatusCode.RESOURCE_EXHAUSTED, "QUEUE_FULL", lambda: list(stub.scan(Scan(query="产业"))))
        for call in calls:
            call.cancel()
        server.wait_for_metric("gramdex_exports", 0)
        self.assertTrue(list(stub.scan(Scan(query="产业", limit=1))))


class Deadlines(ServerTest):
    def exceeds(self, call):
        """The connection may end with the call before, which is not what is asked here: HURRIED in test_load.py."""
        until = time.monotonic() + PATIENCE
        while True:
            with self.assertRaises(grpc.RpcError) as caught:
                call()
            if caught.exception.code() != grpc.StatusCode.UNAVAILABLE or time.monotonic() > until:
                break
        self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED, caught.exception.details())

    def test_a_deadline_stops_the_work_of_a_query(self):
        server = self.served([record(i, text="链产业规则" * 5000) for i in range(40)])
        stub, hurried = server.stub(), server.stub()
        hurried.stat(search_pb2.StatRequest())  # connected
        query = "链 NEAR/900 业 NEAR/900 规 NEAR/900 则 NEAR/900 产"
        for _ in range(6):
            self.exceeds(lambda: hurried.count(Count(query=query), timeout=0.02))
            self.exceeds(lambda: hurried.trend(search_pb2.TrendRequest(query=query), timeout=0.02))
        server.wait_for_metric("gramdex_calls", 0)
        self.assertEqual(stub.count(Count(query="重构 OR 链产")).documents, 40)


if __name__ == "__main__":
    main()
