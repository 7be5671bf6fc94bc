# tables.jq: results.jsonl (slurped) -> the tables of docs/benchmarks.md.
# Medians over the runs; the spread is the slowest and the fastest. Ratios between engines are of their fastest runs, which the rest of the
# machine has disturbed least.

def median: sort | .[(length - 1) / 2 | floor];
def quantile($share): sort | if length == 0 then null else .[([(length * $share | ceil) - 1, 0] | max)] end;
def digits($count): if . == null then "-" else . * pow(10; $count) | round | . / pow(10; $count) | tostring
    | if $count == 0 then . else (if test("\\.") then . else . + "." end) | . + ("0" * ($count - (split(".")[1] | length)) // "") end end;
def ms: if . == null then "-" else digits(3) end;
def row: "| " + (map(tostring) | join(" | ")) + " |";
def table($head): ($head | row), ($head | map("---") | row), .[];

. as $all
| def of($figure; $corpus): $all | map(select(.figure == $figure and .corpus == $corpus));
  def builds($corpus): of("build"; $corpus) | group_by([.engine, .threads])
    | map({engine: .[0].engine, threads: .[0].threads, text: .[0].text_bytes, documents: .[0].documents,
           rate: (map(.mb_per_s) | median), low: (map(.mb_per_s) | min), high: (map(.mb_per_s) | max),
           cpu: (map(.cpu_seconds) | min), peak: (map(.peak_bytes) | median), bytes: (map(.index_bytes) | median),
           settle: (map(.settle_seconds) | median)});
  def rate($engine; $threads): builds("given") | map(select((.engine | startswith($engine)) and .threads == $threads)) | .[0].high;
  def latency($corpus; $kind; $group): of("latency"; $corpus) | map(select(.kind == $kind and .group == $group)) | .[0];
  (of("query"; "given") | map(select(.engine == "gramdex")) | .[0].ns) as $own
| (of("run"; "given")[0]) as $run
| (builds("given")) as $given
| "Taken on \($run.date) at commit \($run.commit): \($run.processors) processors (\($run.processor)); \($given[0].text / 1e6 | digits(1)) MB of text in \($given[0].documents) documents\(if $run.input == "" then ", generated" else "" end). Load average at the start: \($run.load).",
  "",
  "### Indexing",
  "",
  ($given | sort_by(-.rate) | map([.engine, .threads, (.rate | digits(1)), "\(.low | digits(1)) to \(.high | digits(1))",
      (.text / 1e6 / .cpu | digits(1)), (.peak / 1e6 | digits(0)), (.bytes / .text | digits(3)), (if .settle > 0 then .settle | digits(1) else "-" end)] | row)
    | table(["engine", "threads", "MB/s", "spread", "MB per CPU s", "peak MB", "on disk, of the text", "compaction s"])),
  "",
  "### Counting the documents of a phrase, warm, one thread, in process",
  "",
  (of("query"; "given") | map(. as $peer
      | ([range($peer.ns | length) | select($peer.ns[.] != null)]) as $can
      | [$peer.engine, (.p50_ms | ms), (.p99_ms | ms), (.p999_ms | ms), "\(.exact) of \(.phrases)", .cannot,
         (if $own then "\([$can[] | $own[.]] | quantile(0.5) / 1e6 | ms) / \([$can[] | $own[.]] | quantile(0.99) / 1e6 | ms)" else "-" end)] | row)
    | table(["engine", "p50 ms", "p99 ms", "p99.9 ms", "exact", "cannot answer", "gramdex on what it can answer: p50 / p99 ms"])),
  "",
  "### gramdex: where the time goes",
  "",
  (of("stages"; "given") | map([.threads, (.mb_per_s | digits(1)), (.share.parse * 100 | digits(0)), (.share.fold * 100 | digits(0)), (.share.store * 100 | digits(0)),
      (.share.invert * 100 | digits(0)), (.share.write * 100 | digits(0)), (.merge_seconds | digits(2)), .segments] | row)
    | table(["threads", "MB/s", "parse %", "fold %", "store %", "invert %", "write %", "merge s", "segments"])),
  "",
  (of("merge"; "given") | map([.threads, .segments, (.mb_per_s | digits(1)), (.seconds | digits(3))] | row)
    | table(["merge threads", "segments into one", "MB/s of text", "s"])),
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
  "### The lines to hold",
  "",
  ([["indexing, 2 threads, against Groonga (exact)", "12 times", "\(rate("gramdex"; 2) / rate("Groonga TokenBigramI"; 1) | digits(1)) times"],
    ["indexing, 2 threads, against Groonga (bigram)", "12 times", "\(rate("gramdex"; 2) / (builds("given") | map(select(.engine == "Groonga TokenBigram")) | .[0].high) | digits(1)) times"],
    ["the same for each second of processor time", "", "\((builds("given") | map(select(.engine == "gramdex" and .threads == 2)) | .[0] | .text / .cpu) / (builds("given") | map(select(.engine | startswith("Groonga TokenBigramI"))) | .[0] | .text / .cpu) | digits(1)) times"],
    ["indexing against `zstd -3 -T2` merely compressing", "0.35", (rate("gramdex"; 2) / rate("zstd"; 2) | digits(2))],
    ["indexing, 1 to 2 threads", "1.8 times", "\(rate("gramdex"; 2) / rate("gramdex"; 1) | digits(2)) times"],
    (if (builds("large") | length) > 0 then ["cost per byte, ten times the text", "at most 1.25", (builds("tenth")[0].high / builds("large")[0].high | digits(2))] else empty end),
    ["on disk, of the text", "at most 0.95", (builds("given") | map(select(.engine == "gramdex" and .threads == 2)) | .[0] | .bytes / .text | digits(3))],
    ["exact phrases", "all", (of("truth"; "given")[0] | "\(.exact) of \(.of)")],
    ["count, p50 / p99 ms", "0.03 / 1", (latency("given"; "count"; "all") | "\(.p50_ms | ms) / \(.p99_ms | ms)")],
    ["top 10 with snippets, p50 / p99 ms", "0.3 / 5", (latency("given"; "top 10 with snippets"; "all") | "\(.p50_ms | ms) / \(.p99_ms | ms)")],
    ["的, count / top 10 ms", "2 / 20", "\(latency("given"; "count"; "的").p50_ms | ms) / \(latency("given"; "top 10 with snippets"; "的").p50_ms | ms)"],
    (of("open"; "large")[0] // of("open"; "given")[0] | ["opening, ms", "10", (.ms | ms)]),
    (of("open"; "large")[0] // of("open"; "given")[0] | ["resident after opening, of the index", "at most 0.02", (.resident_bytes / .index_bytes | digits(4))]),
    ["merge against indexing, 2 threads", "3 times", (of("merge"; "given") | map(select(.threads == 2)) | .[0].mb_per_s | if . then "\(. / rate("gramdex"; 2) | digits(2)) times" else "one segment, nothing to merge" end)]
   ] | map(row) | table(["figure", "at least", "measured"]))
