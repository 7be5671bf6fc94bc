# tables.jq: results.jsonl (slurped) -> the tables of docs/benchmarks.md. Run with jq -L and this folder, which lines.jq is in.

include "lines";

def row: "| " + (map(tostring) | join(" | ")) + " |";
def table($head): ($head | row), ($head | map("---") | row), .[];
def seconds_of($wall; $cpu): if $wall > 0 then "\($wall | digits(1)) / \($cpu | digits(1))" else "-" end;

. as $all
| (of("query"; "given") | map(select(.engine == "gramdex")) | .[0].ns) as $own
| (of("run"; "given")[0]) as $run
| (builds("given")) as $given
| "Taken on \($run.date) at commit \($run.commit): \($run.processors) processors (\($run.processor)); \($given[0].text / 1e6 | digits(1)) MB of text in \($given[0].documents) documents\(if $run.input == "" then ", generated" else "" end). Load average at the start: \($run.load).",
  "",
  "### Indexing",
  "",
  ($given | sort_by(-.rate) | map([.engine, .version, .threads, (.rate | digits(1)), "\(.low | digits(1)) to \(.high | digits(1))",
      (.text / 1e6 / .cpu | digits(1)), (.kernel * 100 | digits(0)), (.peak / 1e6 | digits(0)), (.bytes / .text | digits(3)),
      seconds_of(.settle; .settle_cpu)] | row)
    | table(["engine", "version, year", "threads", "MB/s", "spread", "MB per CPU s", "kernel's part of it, %", "peak MB", "on disk, of the text", "compaction s / CPU s"])),
  "",
  "### Counting the documents of a phrase, warm, one thread, in process",
  "",
  (of("query"; "given") | map(. as $peer
      | ([range($peer.ns | length) | select($peer.ns[.] != null)]) as $can
      | [$peer.engine, (.p50_ms | ms), (.p99_ms | ms), (.p999_ms | ms), (.cpu_ms | ms), "\(.exact) of \(.phrases)", .cannot,
         (if $own then "\([$can[] | $own[.]] | quantile(0.5) / 1e6 | ms) / \([$can[] | $own[.]] | quantile(0.99) / 1e6 | ms)" else "-" end)] | row)
    | table(["engine", "p50 ms", "p99 ms", "p99.9 ms", "CPU ms a phrase", "exact", "cannot answer", "gramdex on what it can answer: p50 / p99 ms"])),
  "",
  "### gramdex: where the time goes",
  "",
  (of("stages"; "given") | map([.threads, (.mb_per_s | digits(1)), (.text_bytes / 1e6 / .cpu_seconds | digits(1)), (.kernel_seconds / .cpu_seconds * 100 | digits(0)), (.share.parse * 100 | digits(0)), (.share.fold * 100 | digits(0)), (.share.store * 100 | digits(0)),
      (.share.invert * 100 | digits(0)), (.share.write * 100 | digits(0)), (.merge_seconds | digits(2)), .segments] | row)
    | table(["threads", "MB/s", "MB per CPU s", "kernel's part of it, %", "parse %", "fold %", "store %", "invert %", "write %", "merge s", "segments"])),
  "",
  (of("merge"; "given") | map([.threads, .segments, (.mb_per_s | digits(1)), (.seconds | digits(3)), (.cpu_seconds | digits(3))] | row)
    | table(["merge threads", "segments into one", "MB/s of text", "s", "CPU s"])),
  "",
  "### gramdex: bytes by part, merged into one segment",
  "",
  (of("size"; "given")[0] as $size | $size.parts | to_entries | sort_by(-.value) | map(select(.value > $size.text_bytes / 10000))
    | map([.key, .value, (.value / $size.text_bytes | digits(4))] | row)
    | . + [["all files", $size.bytes, ($size.ratio | digits(4))] | row] | table(["part", "bytes", "of the text"])),
  "",
  "### gramdex: latency by kind, ms, warm, one thread",
  "",
  (of("latency"; "given") | map([.kind, .group, .queries, (.p50_ms | ms), (.p99_ms | ms), (.p999_ms | ms)] | row)
    | table(["kind", "group", "queries", "p50", "p99", "p99.9"])),
  "",
  (of("throughput"; "given") | group_by(.kind) | map([.[0].kind] + map(.per_second) | row)
    | table(["queries a second", "1 thread", "2 threads"])),
  "",
  (if (builds("large") | length) > 0 then
    "### gramdex: growing (generated text, two threads, merges included)",
    "",
    (builds("tenth") + builds("large") | map([(.text / 1e6 | digits(0)), (.rate | digits(1)), "\(.low | digits(1)) to \(.high | digits(1))",
        (.bytes / .text | digits(3)), (.peak / 1e6 | digits(0))] | row)
      | table(["MB of text", "MB/s", "spread", "on disk, of the text", "peak MB"])),
    ""
  else empty end),
  (if (of("statistic"; "large") | length) > 0 then
    "### gramdex: statistics, generated text, warm",
    "",
    (of("statistic"; "large") | map([.method, "\(.of) \(.of_what)", .threads, (.ms | digits(1)), (.cpu_ms | digits(1)), (.peak_bytes / 1e6 | digits(0))] | row)
      | table(["method", "of", "threads", "ms", "processor ms", "peak MB"])),
    ""
  else empty end),
  (if (of("reprints"; "reprints") | length) > 0 then
    "### gramdex: reprints of generated documents that share their sentences",
    "",
    (of("reprints"; "reprints") | map([.documents, .threads, (.seconds | digits(1)), (.cpu_seconds | digits(1)), (.peak_bytes / 1e6 | digits(0)),
        "\(.reprints_right) of \(.reprints_of)", .reprints_wrong, "\(.excerpts_right) of \(.excerpts_of)"] | row)
      | table(["documents", "threads", "s", "processor s", "peak MB, the mapped index with it", "reprints found", "wrong", "excerpts found"])),
    ""
  else empty end),
  (if ($all | map(select(.figure == "shape")) | length) > 0 then
    "### gramdex: shapes, beside `exact`",
    "",
    ($all | map(select(.figure == "shape")) | map(.corpus as $shape | ($all | latency($shape; "count"; "all")) as $count | ($all | of("truth"; $shape)[0]) as $truth
        | [$shape, (ratio(ratio(.text_bytes; .cpu_seconds); 1e6) | digits(1)), (ratio(.index_bytes; .text_bytes) | digits(3)), ($count.p50_ms | ms), ($count.p99_ms | ms),
           ($all | latency($shape; "top 10 with snippets"; "all").p50_ms | ms), (if $truth then "\($truth.exact) of \($truth.of)" else "-" end)] | row)
      | table(["shape", "MB per CPU s", "on disk, of the text", "count p50 ms", "p99 ms", "top 10 p50 ms", "exact"])),
    "",
    ($all | map(select(.figure == "shape") | .corpus) | map(select(startswith("other") | not))) as $shapes
    | [((["count", "top 10 with snippets"][] as $kind
          | ["1 symbol", "2 symbols", "3 to 5", "6 to 10", "11 to 20", "的", "1*", "的 NEAR/5 和"][] as $group | [$kind, $group]),
        (["a AND b", "a NEAR/20 b", "trend by month"][] | [., "all"])
        | . as [$kind, $group]
        | ["\($kind), \($group)", (["given"] + $shapes | .[] as $corpus | ($all | latency($corpus; $kind; $group).p50_ms | ms))]),
       ($all | of("statistic"; "given") | map(.method) | unique | .[] as $method
        | [$method, (["given"] + $shapes | .[] as $corpus
            | ($all | of("statistic"; $corpus) | map(select(.method == $method) | .ms) | min | ms))])
      ] | map(row) | table(["p50 ms", "exact"] + $shapes),
    ""
  else empty end),
  (($all | map(select(.figure == "lent" and (.corpus | startswith("other") | not)))) as $lent
  | if ($lent | length) > 0 then
    "### gramdex: a long count, by one thread and with the others",
    "",
    ($lent | map([.group, (if .corpus == "given" then "exact" else .corpus end), .threads, (.one_ms | ms), (.lent_ms | ms), (ratio(.one_ms; .lent_ms) | digits(2))] | row)
      | table(["count", "shape", "threads", "one, ms", "all, ms", "times as fast"])),
    ""
  else empty end),
  (if ($all | map(select(.corpus | startswith("segments-"))) | length) > 0 then
    "### gramdex: the same text in several segments",
    "",
    ([["given", 1], ["segments-12", 12], ["segments-50", 50]] | map(.[0] as $corpus | [.[1], ($all | latency($corpus; "count"; "all") | .p50_ms, .p99_ms | ms),
        ($all | latency($corpus; "top 10 with snippets"; "all").p50_ms | ms)] | row)
      | table(["segments", "count p50 ms", "p99 ms", "top 10 p50 ms"])),
    ""
  else empty end),
  (if (of("latency"; "before") | length) > 0 then
    (of("stages"; "before") | map(select(.threads == 2)) | .[0]) as $old | (of("stages"; "given") | map(select(.threads == 2)) | .[0]) as $new |
    "### gramdex: against commit \(of("before"; "before")[0].commit)",
    "",
    ([["indexing, 2 threads, MB/s", $old.mb_per_s, $new.mb_per_s],
      ["the same for each processor second", ($old, $new | ratio(ratio(.text_bytes; .cpu_seconds); 1e6))],
      ["on disk, of the text", ($old | ratio(.index_bytes; .text_bytes)), ($new | ratio(.index_bytes; .text_bytes))],
      (["all", "1000 to 9999", "的", "的 NEAR/5 和"][] as $group | ["count", "top 10 with snippets"][] as $kind
        | ["\($kind), \($group), p50 ms", latency("before"; $kind; $group).p50_ms, latency("given"; $kind; $group).p50_ms]),
      ["count, all, p99 ms", latency("before"; "count"; "all").p99_ms, latency("given"; "count"; "all").p99_ms],
      ["Scan over RPC, requests a second", of("wire"; "before")[0].requests_per_s, of("wire"; "given")[0].requests_per_s]]
      | map(. as $figures | [.[0], (.[1, 2] | digits(3)), (ratio($figures[2]; $figures[1]) | digits(2))] | row)
      | table(["figure", "before", "now", "now / before"])),
    ""
  else empty end),
  "### The lines to hold",
  "",
  (lines | map([.figure, .least, .measured, (if .holds == null then "-" elif .holds then "yes" else "**no**" end)] | row)
    | table(["figure", "at least", "measured", "holds"]))
