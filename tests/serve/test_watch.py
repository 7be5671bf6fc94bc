# SPDX-License-Identifier: Apache-2.0
"""test_watch.py: what a server says of itself to those who watch it, and that docs/server.md says the same.

Environment: DOCS is the folder of docs; FOLLOW is 1 where the program can follow an object store, whose folder is STORE.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import grpc

from harness import GRAMDEX, PATIENCE, Server, ServerTest, documents, document, index_pb2, main, record, search_pb2, skip_thread_sanitizer

sys.path.insert(0, os.environ["STORE"])
import store as stores  # noqa: E402

Count = search_pb2.CountRequest
ONE = Count(query="产业链")


def documented():
    """The names in the tables of docs/server.md, "Metrics"."""
    with open(os.path.join(os.environ["DOCS"], "server.md"), encoding="utf-8") as file:
        section = file.read().split("\n## Metrics\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`(\w+)(?:\{[\w,]+\})?`", cell)}, section


def families(text):
    return set(re.findall(r"^# TYPE (\w+) ", text, re.M))


def read_packaging(*path):
    with open(os.path.join(os.environ["PACKAGING"], *path), encoding="utf-8") as file:
        return file.read()


def expressions(value):
    """Every "expr" of a dashboard, however deep."""
    if isinstance(value, dict):
        return [found for key, inside in value.items() for found in ([inside] if key == "expr" else expressions(inside))]
    return [found for inside in value for found in expressions(inside)] if isinstance(value, list) else []


TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACE = "00-%s-%s-01" % (TRACE_ID, SPAN_ID)


class Log(ServerTest):
    def lines_of(self, server, method):
        return [line for line in server.log() if line.get("method") == "gramdex.v1." + method]

    def wait_for_lines(self, server, method, count):
        until = time.monotonic() + PATIENCE
        while len(self.lines_of(server, method)) < count:
            self.assertLess(time.monotonic(), until, (method, server.log()))
            time.sleep(0.02)
        return self.lines_of(server, method)

    @skip_thread_sanitizer
    def test_a_trace_is_on_the_line_of_its_call(self):
        server = self.served([record(1)])
        stub = server.stub()
        good = [TRACE, TRACE[:-1] + "0", "cc" + TRACE[2:] + "-what-the-future-brings"]
        bad = [TRACE.upper(), TRACE[:-1], TRACE + "-1", "ff" + TRACE[2:], TRACE.replace(TRACE_ID, "0" * 32),
               TRACE.replace(SPAN_ID, "0" * 16), TRACE.replace("-", "_"), "cc" + TRACE[2:] + "x", "", "\"}"]
        for trace in good + bad:
            stub.count(ONE, metadata=[("traceparent", trace)])
        stub.count(ONE, metadata=[("traceparent", TRACE), ("traceparent", TRACE)])
        stub.count(ONE)
        lines = self.wait_for_lines(server, "Search/Count", len(good) + len(bad) + 2)
        self.assertEqual([line.get("trace_id") for line in lines], [TRACE_ID] * len(good) + [None] * (len(bad) + 2))

    @skip_thread_sanitizer
    def test_a_trace_of_a_call_that_is_refused_and_of_one_over_http1_is_there_too(self):
        server = self.served([record(1)])
        call = server.channel().unary_unary("/x.Y/Z", lambda m: m, lambda m: m)
        self.fails(grpc.StatusCode.UNIMPLEMENTED, lambda: call(b"", metadata=[("traceparent", TRACE)]))
        request = urllib.request.Request("http://%s/gramdex.v1.Search/Count" % server.addresses[0], b'{"query":"a"}',
                                         {"content-type": "application/json", "traceparent": TRACE})
        urllib.request.urlopen(request, timeout=PATIENCE).close()
        lines = self.wait_for_lines(server, "Search/Count", 1)
        self.assertEqual([line["trace_id"] for line in server.log() if "method" in line], [TRACE_ID] * 2)
        self.assertEqual(lines[0]["dialect"], "Connect")

    def test_a_root_hands_a_trace_on_to_its_leaves(self):
        self.make_index([record(i) for i in range(9)])
        leaf = self.serve("--slice", "0/1", "--log-queries")
        path = os.path.join(self.folder, "leaves")
        with open(path, "w", encoding="utf-8") as file:
            file.write(leaf.addresses[0] + "\n")
        root = self.serve("--log-slow", "1", root=path)
        root.wait_for_metric('gramdex_slice_replicas{slice="0"}', 1)
        stub = root.stub()
        stub.count(ONE)
        stub.count(ONE, metadata=[("traceparent", TRACE)])
        list(stub.scan(search_pb2.ScanRequest(query="产业链"), metadata=[("traceparent", TRACE)]))
        asked = self.wait_for_lines(leaf, "Leaf/Ask", 2)
        self.assertEqual([line.get("trace_id") for line in asked[:2]], [None, TRACE_ID])
        self.assertEqual(asked[1]["query"], "产业链")
        line = self.wait_for_lines(root, "Search/Count", 2)[0]
        if "slow" in line:
            self.assertEqual((line["query"], line["segments"], "plan" in line), ("产业链", 1, False))
        followed = self.wait_for_lines(leaf, "Leaf/Follow", 1)
        self.assertEqual((followed[0]["trace_id"], followed[0]["query"]), (TRACE_ID, "产业链"))

    def slow_records(self):
        return [record(1, text="产业链，" * 100000), record(2)]

    SLOW = Count(query='exact:"产业链" 规则 OR exact:"产业链"')  # reads each of its places in the text: tenths of a second

    def test_a_slow_call_has_its_query_and_plan_and_others_do_not(self):
        server = self.served(self.slow_records(), "--log-slow", "5")
        server.stub().count(self.SLOW)
        line = self.wait_for_lines(server, "Search/Count", 1)[0]
        self.assertEqual((line["slow"], line["query"]), (1, self.SLOW.query))
        self.assertIn("产业链", line["plan"])
        self.assertEqual(line["segments"], 1)
        self.assertGreater(line["texts"], 90000)
        for name in "posting_bytes", "occurrences", "documents", "work_us":
            self.assertGreater(line[name], 0, name)
        patient = self.serve("--log-slow", "80000000")
        patient.stub().count(self.SLOW)
        line = self.wait_for_lines(patient, "Search/Count", 1)[0]
        self.assertFalse({"slow", "query", "plan", "segments"} & set(line), line)

    @skip_thread_sanitizer
    def test_a_slow_export_has_them_too(self):
        server = self.served(self.slow_records(), "--log-slow", "1")
        self.assertGreater(len(list(server.stub().scan(search_pb2.ScanRequest(query="产业链")))), 1)
        line = self.wait_for_lines(server, "Search/Scan", 1)[0]
        self.assertEqual((line["slow"], line["query"], line["plan"]), (1, "产业链", '(phrase "产业链")'))

    def test_a_call_that_its_deadline_ends_has_its_query(self):
        server = self.served(self.slow_records(), "--log-slow", "1")
        stub = server.stub()
        until = time.monotonic() + PATIENCE
        wait = 0.02
        while not any(line["status"] != "OK" and line.get("query") == self.SLOW.query
                      for line in self.lines_of(server, "Search/Count")):
            self.assertLess(time.monotonic(), until, server.log())
            try:
                stub.count(self.SLOW, timeout=wait)
            except grpc.RpcError:
                wait *= 1.2  # it may have ended before a worker had it
            else:
                wait /= 2

    @skip_thread_sanitizer
    def test_without_a_word_no_query_is_in_the_log(self):
        self.make_index([record(1)])
        for log_format in "text", "json":
            server = Server(self.folder, "--log-format", log_format)
            server.stub().count(Count(query="产业链"))
            text = server.stop()
            self.assertIn("Search/Count", text)
            self.assertNotIn("产业链", text)

    @skip_thread_sanitizer
    def test_queries_that_are_logged_cannot_forge_a_line_and_are_cut(self):
        self.make_index([record(1)])
        forged = 'a\n2026-01-01T00:00:00.000Z forged OK\u202e" slow=1 \\'
        long = "产业链 OR " * 300 + "产业链"
        for log_format in "text", "json":
            server = Server(self.folder, "--log-format", log_format, "--log-queries")
            stub = server.stub()
            for query in forged, long:
                try:
                    stub.count(Count(query=query))
                except grpc.RpcError:
                    pass
            text = server.stop()
            lines = [line for line in text.splitlines() if "Search/Count" in line]
            self.assertEqual(len(lines), 2, text)
            self.assertNotIn("\u202e", text)
            self.assertFalse([line for line in text.splitlines() if line.startswith("2026-01-01")], text)
            found = [json.loads(re.search(r'query"?[=:]("(?:[^"\\]|\\.)*")', line).group(1)) for line in lines]
            self.assertEqual(found[0], forged)
            self.assertTrue(long.startswith(found[1]) and 1000 < len(found[1].encode()) <= 1024, found[1])
            if log_format == "json":
                self.assertNotIn("slow", json.loads(lines[0]))

    @skip_thread_sanitizer
    def test_slow_calls_are_logged_where_others_are_not(self):
        self.make_index(self.slow_records())
        server = Server(self.folder, "--log-format", "none", "--log-slow", "20")
        server.stub().count(self.SLOW)
        self.assertRegex(server.stop(), r"Search/Count OK \d+us \S+ in=\d+ out=\d+ slow=1 query=\"exact:")


@skip_thread_sanitizer
class Watch(ServerTest):
    def wait_for_family(self, server, name):
        until = time.monotonic() + PATIENCE
        while name not in families(server.page("/metrics")[1]):
            self.assertLess(time.monotonic(), until, name)
            time.sleep(0.05)

    made = {}

    def pages(self):
        """{of what: the page}, made by the first test that asks."""
        if not self.made:
            self.made.update(run=self.page_of_run(), index=self.page_of_index(), root=self.page_of_root())
            if os.environ["FOLLOW"] == "1":
                self.made["follower"] = self.page_of_follower()
        return self.made

    def page_of_index(self):
        server = self.served([record(i) for i in range(9)])
        server.stub().count(ONE)
        return server.page("/metrics")[1]

    def page_of_root(self):
        leaf = self.serve("--slice", "0/1")
        path = os.path.join(self.folder, "leaves")
        with open(path, "w", encoding="utf-8") as file:
            file.write(leaf.addresses[0] + "\n")
        root = self.serve(root=path)
        root.wait_for_metric('gramdex_slice_replicas{slice="0"}', 1)
        return root.page("/metrics")[1]

    def page_of_follower(self):
        store = stores.Store()
        self.addCleanup(store.close)
        environment = dict(os.environ, AWS_ACCESS_KEY_ID=stores.KEY_ID, AWS_SECRET_ACCESS_KEY=stores.SECRET,
                           AWS_REGION=stores.REGION, AWS_ENDPOINT_URL="http://" + store.host)
        environment.pop("AWS_SESSION_TOKEN", None)
        url = "s3://bucket/corpus"
        subprocess.run([GRAMDEX, "push", "--index", os.path.join(self.folder, "index"), url], check=True, capture_output=True,
                       env=environment)
        follower = self.serve("--follow", url, index="followed", env=environment)
        return follower.page("/metrics")[1]

    def page_of_run(self):
        path = os.path.join(self.folder, "run.prom")
        self.add([record(1)], "--metrics-file", path)
        with open(path, encoding="utf-8") as file:
            return file.read()

    def promtool(self, *arguments, **how):
        if not shutil.which("promtool"):
            self.skipTest("promtool (Debian: prometheus) is not installed")
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=PATIENCE, **how)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_promtool_finds_no_fault_in_the_pages(self):
        for page in map(self.pages().get, ("index", "root", "run")):
            self.assertEqual(self.promtool("check", "metrics", input=page), "")

    def test_promtool_takes_the_rules_and_the_configuration(self):
        folder = os.path.join(os.environ["PACKAGING"], "prometheus")
        rules = read_packaging("prometheus", "rules.yml").count("- alert: ")
        self.assertIn("%d rules found" % rules, self.promtool("check", "rules", os.path.join(folder, "rules.yml")))
        self.promtool("check", "config", os.path.join(folder, "prometheus.yml"))

    def test_alerts_fire_when_their_sentence_is_true(self):
        self.promtool("test", "rules", os.path.join(os.path.dirname(os.path.abspath(__file__)), "rules-test.yml"))

    def test_the_dashboard_and_the_rules_ask_for_what_is_served(self):
        dashboard = json.loads(read_packaging("grafana", "gramdex.json"))
        asked = {"dashboard": " ".join(expressions(dashboard) + [row["definition"] for row in dashboard["templating"]["list"]
                                                                 if "definition" in row]),
                 "rules": re.sub(r"annotations:|#.*", "", read_packaging("prometheus", "rules.yml"))}
        pages = list(self.pages().values())
        follows = os.environ["FOLLOW"] == "1"
        served = set().union(*map(families, pages))
        for page in pages:
            for name in re.findall(r"^# TYPE (\w+) histogram", page, re.M):
                served.update(name + end for end in ("_bucket", "_sum", "_count"))
        for where, text in asked.items():
            names = set(re.findall(r"\b((?:gramdex|process)_\w+)", text))
            self.assertGreater(len(names), 20, where)
            missing = {name for name in names - served if follows or not name.startswith("gramdex_follow_")}
            self.assertEqual(missing, set(), where)
            for name, labels in re.findall(r"\b(gramdex_\w+)\{([^}]*)\}", text):
                rows = [line for page in pages for line in page.splitlines() if line.startswith(name)]
                for label in set(re.findall(r"(\w+)[=!]~?\"", labels)) - {"job", "instance"}:
                    self.assertTrue(any(label + '="' in row for row in rows), (where, name, label))

    def test_panels_of_the_dashboard_do_not_overlap(self):
        dashboard = json.loads(read_packaging("grafana", "gramdex.json"))
        taken = set()
        for panel in dashboard["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            taken |= cells
        ids = [panel["id"] for panel in dashboard["panels"]]
        self.assertEqual(len(ids), len(set(ids)))

    def test_what_is_served_is_documented_and_what_is_documented_is_served(self):
        names, section = documented()
        pages = [page for of, page in self.pages().items() if of != "run"]
        if os.environ["FOLLOW"] != "1":
            names = {name for name in names if not name.startswith("gramdex_follow_")}
        self.assertGreater(len(names), 60)
        self.assertEqual(set().union(*map(families, pages)), names)
        for name, labels in re.findall(r"`(\w+)\{([\w,]+)\}`", section):
            rows = [line for page in pages for line in page.splitlines() if re.match(name + r"(_bucket|_sum|_count)?\{", line)]
            self.assertTrue(rows, name)
            for row in rows:
                served = re.findall(r'(\w+)="', row)
                self.assertEqual([label for label in served if label != "le"], labels.split(","), row)

    def bounds(self, page, row):
        return [float(bound) for bound in re.findall(r'^%s.*le="([0-9.e-]+)"\} ' % re.escape(row), page, re.M)]

    def test_buckets_are_those_that_are_documented(self):
        words = " ".join(documented()[1].split("| name |")[0].split())
        units = {"µs": 1e-6, "ms": 1e-3, "s": 1}

        def read(sentence):
            return [float(number) * units[unit] for numbers, unit in re.findall(r"([0-9][0-9., and]*?) (µs|ms|s)\b", sentence)
                    for number in re.findall(r"[0-9.]+", numbers)]

        page = self.pages()["index"]
        calls, waits = words[words.index("Buckets of calls"):].split("; of waits ")
        for row, sentence in (("gramdex_request_duration_seconds_bucket{method=\"gramdex.v1.Search/Count\"", calls),
                              ("gramdex_request_seconds_bucket{method=\"gramdex.v1.Search/Count\",code=\"OK\"", calls),
                              ("gramdex_lane_wait_seconds_bucket{lane=\"short\"", waits.split(". ")[0])):
            served, said = self.bounds(page, row), read(sentence)
            self.assertEqual(len(served), len(said), (served, said))
            for a, b in zip(served, said):
                self.assertAlmostEqual(a, b, places=7)

    def test_the_duration_of_a_method_is_one_histogram_whatever_the_status(self):
        server = self.served([record(1)])
        stub = server.stub()
        for _ in range(3):
            stub.count(ONE)
        self.fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.count(Count(query="(")))
        self.assertEqual(server.metric('gramdex_request_duration_seconds_count{method="gramdex.v1.Search/Count"}'), 4)

    def test_the_process_is_described(self):
        before = time.time()
        server = self.served([record(1)], "--max-connections", "50")
        until = time.monotonic() + PATIENCE
        while server.metric("process_cpu_seconds_total") == 0:  # hundredths, of which a start may take none
            self.assertLess(time.monotonic(), until)
        self.assertGreater(server.metric("process_resident_memory_bytes"), 1 << 20)
        self.assertGreater(server.metric("process_virtual_memory_bytes"), server.metric("process_resident_memory_bytes"))
        self.assertLess(abs(server.metric("process_start_time_seconds") - before), PATIENCE)
        files, listed = server.metric("process_open_fds"), len(os.listdir("/proc/%d/fd" % server.process.pid))
        self.assertIn(files, (listed, listed + 1))  # the connection of the page is one
        host, port = server.addresses[0].rsplit(":", 1)
        connections = [socket.create_connection((host, int(port)), timeout=PATIENCE) for _ in range(5)]
        server.wait_for_metric("process_open_fds", files + 5)
        for connection in connections:
            connection.close()
        with open("/proc/%d/limits" % server.process.pid, encoding="utf-8") as file:
            limit = re.search(r"Max open files +(\d+)", file.read())
        self.assertEqual(server.metric("process_max_fds"), int(limit.group(1)))
        version = subprocess.run([GRAMDEX, "--version"], check=True, capture_output=True, text=True).stdout
        found = re.search(r'^gramdex_build_info\{version="([^"]+)",rule="\d+"\} 1$', server.page("/metrics")[1], re.M)
        self.assertIn(found.group(1), version)

    def test_a_root_that_lacks_a_slice_is_healthy_and_not_ready(self):
        self.make_index([record(i) for i in range(9)])
        leaves = [self.serve("--slice", "%d/2" % i) for i in range(2)]
        path = os.path.join(self.folder, "leaves")

        def list_leaves(*addresses):
            with open(path + ".new", "w", encoding="utf-8") as file:
                file.write("".join(address + "\n" for address in addresses))
            os.rename(path + ".new", path)

        list_leaves()
        root = self.serve(root=path)
        self.assertEqual(root.page("/readyz"), (503, "no leaf has been reached yet\n"))
        list_leaves(*[leaf.addresses[0] for leaf in leaves])
        self.wait_for_page(root, "/readyz", (200, "ready\n"))
        leaves[1].kill()
        self.wait_for_page(root, "/readyz", (503, "slice 1 of 2: no leaf serves it\n"))
        self.assertEqual(root.page("/healthz"), (200, "serving\n"))

    def wait_for_page(self, server, path, wanted):
        until = time.monotonic() + PATIENCE
        while server.page(path) != wanted:
            self.assertLess(time.monotonic(), until, server.page(path))
            time.sleep(0.05)

    def test_the_version_is_that_of_the_program(self):
        server = self.served([record(1)])
        self.assertEqual(server.page("/readyz"), (200, "ready\n"))
        version = json.loads(server.page("/version")[1])["version"]
        self.assertEqual(subprocess.run([GRAMDEX, "--version"], check=True, capture_output=True, text=True).stdout.split()[1], version)

    def test_connections_over_the_limit_are_counted(self):
        server = self.served([record(1)], "--max-connections", "1")
        host, port = server.addresses[0].rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=PATIENCE):
            server.wait_for_metric("gramdex_connections", 1)
            for _ in range(3):
                with socket.create_connection((host, int(port)), timeout=PATIENCE) as more:
                    try:
                        self.assertEqual(more.recv(1), b"")
                    except ConnectionError:
                        pass
            server.wait_for_metric("gramdex_connections_refused_total", 3)

    def test_ingest_and_its_merges_are_counted(self):
        server = self.serve("--create")
        requests = [documents(*[document(**{**record(i), "id": "%d/%d" % (n, i)}) for i in range(3)], commit_every=3)
                    for n in range(12)]  # twelve commits: one merge of ten segments at least
        requests[-1].documents.append(document(id="", text="no id"))
        reply = server.stub().ingest(iter(requests))
        self.assertEqual((reply.documents, reply.refused), (36, 1))
        self.assertEqual(server.metric("gramdex_ingest_documents_total"), 36)
        self.assertEqual(server.metric("gramdex_ingest_refused_total"), 1)
        self.assertEqual(server.metric("gramdex_ingest_bytes_total"), reply.text_bytes)
        self.assertEqual(server.metric("gramdex_ingest_commits_total"), 12)
        self.assertGreaterEqual(server.metric("gramdex_merges_total"), 1)
        self.assertGreater(server.metric("gramdex_merge_bytes_total"), 1000)
        self.assertGreater(server.metric("gramdex_merge_seconds_total"), 0)
        self.assertEqual(server.metric("gramdex_merges_running"), 0)

    def test_titles_that_are_read_again_come_from_the_cache(self):
        server = self.served([record(1)], "--threads", "1")
        stub = server.stub()
        request = search_pb2.SearchRequest(query="产业链")
        stub.search(request)
        first = server.metric("gramdex_store_cache_misses_total")
        self.assertGreaterEqual(first, 1)
        for _ in range(5):
            stub.search(request)
        self.assertGreaterEqual(server.metric("gramdex_store_cache_hits_total"), 3)
        self.assertLessEqual(server.metric("gramdex_store_cache_misses_total"), first + 1)  # of the other worker

    def test_disk_and_age_of_the_commit_are_those_of_the_index(self):
        before = time.time()
        self.add([record(1)])
        server = self.serve()
        disk = os.statvfs(server.index)
        self.assertEqual(server.metric("gramdex_index_disk_bytes"), disk.f_blocks * disk.f_frsize)
        self.assertLess(abs(server.metric("gramdex_index_disk_free_bytes") - disk.f_bavail * disk.f_frsize), 8 << 30)
        self.assertEqual(server.metric("gramdex_index_commit_time_seconds"), int(os.stat(server.index + "/manifest").st_mtime))
        self.assertLess(before - server.metric("gramdex_index_commit_time_seconds"), 2)


if __name__ == "__main__":
    main()
