#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# test_gate.py: bench/gate names the lines that are missed, and no others; every line can be missed and can hold; the tables are made of the
# same results.
# usage: test_gate.py BENCH     the folder bench/ of the source tree. Needs jq.
import json
import pathlib
import shutil
import subprocess
import sys

BENCH = pathlib.Path(sys.argv[1])
SKIPPED = 77


def build(engine, threads, seconds, **more):
    return {"figure": "build", "corpus": "given", "engine": engine, "version": "1", "threads": threads, "documents": 9, "text_bytes": 10**8,
            "mb_per_s": 100 / seconds, "cpu_seconds": seconds * threads, "kernel_seconds": seconds * threads / 10, "peak_bytes": 1,
            "index_bytes": 9 * 10**7, "settle_seconds": 0, "settle_cpu_seconds": 0} | more


def latency(corpus, kind, group, p50, **more):
    return {"figure": "latency", "corpus": corpus, "kind": kind, "group": group, "queries": 1, "p50_ms": p50, "p99_ms": p50, "p999_ms": p50} | more


def size(corpus, stored):
    return {"figure": "size", "corpus": corpus, "parts": {"stored text": stored - 1, "token ranges": 1, "tokens of nobody": 50}, "bytes": 80,
            "text_bytes": 100, "ratio": 0.8}


def load(server, connections, rate, mean=1):
    return {"figure": "h2load", "corpus": "wire", "server": server, "connections": connections, "streams": 32 if connections == 64 else 1,
            "requests_per_s": rate, "mean_us": mean, "cpu_s_per_100k": 1}


# Results of a run that holds every line; `good` for those of a worse one are replaced.
def results(good=True):
    slow, top, exact, few = (1, "top 10 with snippets", 5, 10) if good else (100, "top 10 with snippets", 4, 1)
    yield {"figure": "run", "corpus": "given", "date": "2026-01-01", "commit": "1", "processor": "none", "processors": 2, "input": "given",
           "load": "0"}
    yield build("gramdex", 1, 2 * slow)
    yield build("gramdex", 2, 1 * slow, **({} if good else {"kernel_seconds": 100, "mb_per_s": 0.1, "index_bytes": 10**8}))
    yield build("zstd -3", 2, 1)
    yield build("Groonga TokenBigram", 1, 20)
    yield build("Groonga TokenBigramI", 1, 20)
    yield build("gramdex", 2, 1, corpus="tenth")
    yield build("gramdex", 2, slow, corpus="large")
    yield {"figure": "merge", "corpus": "given", "threads": 2, "segments": 0, "mb_per_s": 1, "seconds": 1, "cpu_seconds": 1}
    yield {"figure": "merge", "corpus": "given", "threads": 2, "segments": 9, "mb_per_s": 400 if good else 0.2, "seconds": 1, "cpu_seconds": 1}
    yield {"figure": "tokens", "corpus": "given", "making_mb_per_s": 2 * few, "zstd_mb_per_s": 10}
    for corpus in ("given", "english", "traditional", "random"):
        yield size(corpus, 20 if good else 110) | {"ratio": 0.8 if good else 1}
    yield {"figure": "stat", "corpus": "small", "parts": [{"name": "stored text", "bytes": 20 if good else 30}], "text_bytes": 100}
    for corpus in ("given", "compact", "archive"):
        yield {"figure": "truth", "corpus": corpus, "exact": exact, "of": 5}
    for corpus in ("compact", "archive"):
        yield {"figure": "shape", "corpus": corpus, "cpu_seconds": slow, "text_bytes": 10**8, "index_bytes": 3 * 10**7 * (1 if good else 3)}
    at_first = 0.01 * (1 if good else 1000)
    for corpus, worse in (("given", 1), ("compact", slow), ("archive", slow), ("segments-12", slow), ("segments-50", slow), ("large", slow),
                          ("twentieth", 1)):
        for kind in ("count", top):
            yield latency(corpus, kind, "all", at_first * worse)
    yield latency("given", "count", "1000 to 9999", at_first)
    yield latency("given", "count", "的", at_first, occurrences=10**6)
    yield latency("given", top, "的", at_first * slow)
    yield latency("given", "count", "的 NEAR/5 和", slow)
    for kind in ("count", top):
        yield latency("before", kind, "all", 1)
    yield latency("before", "count", "1000 to 9999", 1)
    yield {"figure": "before", "corpus": "before", "commit": "0"}
    yield {"figure": "wire", "corpus": "before", "requests_per_s": 1}
    yield {"figure": "wire", "corpus": "given", "requests_per_s": few}
    yield {"figure": "open", "corpus": "large", "ms": slow, "resident_bytes": 10**5 * slow, "index_bytes": 10**8}
    for server in ("grpc-callback", "grpc-async"):
        yield load(server, 1, 1, 2)
        yield load(server, 64, 10)
    yield load("nghttpd", 64, 20)
    yield load("gramdex", 64, 4 * few)
    yield load("gramdex", 1, 1, slow)
    yield load("gramdex-count", 64, few)


def run(given, *command):
    pathlib.Path("results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in given), encoding="utf-8")
    return subprocess.run([*command, "results.jsonl"], capture_output=True, text=True, check=False)


def gate(given):
    return run(given, BENCH / "gate")


def run_that_holds_every_line_passes():
    done = gate(results())
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{LINES} lines hold\n", ""), done


def run_that_misses_every_line_names_them_all():
    done = gate(results(good=False))
    missed = done.stdout.splitlines()
    assert done.returncode == 1 and len(missed) == LINES and all(line.startswith("missed: ") for line in missed), done
    assert "missed: exact phrases: 4 of 5, expected all" in missed, done


def one_line_that_is_missed_fails_the_run():
    done = gate(line | ({"exact": 4} if line["figure"] == "truth" and line["corpus"] == "given" else {}) for line in results())
    assert (done.returncode, done.stdout) == (1, "missed: exact phrases: 4 of 5, expected all\n"), done


def what_was_not_measured_is_counted_and_no_miss():
    done = gate(line for line in results() if line["corpus"] not in ("wire", "before"))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{LINES - 7} lines hold\n", "7 lines were not measured\n"), done


def results_that_cannot_be_read_are_no_success():
    assert subprocess.run([BENCH / "gate", "nothing.jsonl"], capture_output=True, check=False).returncode == 2
    pathlib.Path("results.jsonl").write_text("{", encoding="utf-8")
    assert subprocess.run([BENCH / "gate", "results.jsonl"], capture_output=True, check=False).returncode not in (0, 1)


def tables_show_each_line():
    done = run(results(good=False), "jq", "-s", "-r", "-L", BENCH, "-f", BENCH / "tables.jq")
    assert done.returncode == 0, done.stderr
    rows = done.stdout.split("### The lines to hold")[1].splitlines()
    assert sum(row.endswith("| **no** |") for row in rows) == LINES, rows


LINES = 44
if not shutil.which("jq"):
    print("jq is not installed")
    sys.exit(SKIPPED)
for test in (run_that_holds_every_line_passes, run_that_misses_every_line_names_them_all, one_line_that_is_missed_fails_the_run,
             what_was_not_measured_is_counted_and_no_miss, results_that_cannot_be_read_are_no_success, tables_show_each_line):
    test()
