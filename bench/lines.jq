# lines.jq: the lines to hold: what each figure of a run has to be, what it is, and whether that holds. Also what the tables need of the
# same figures. A line whose figures were not measured has null in `holds`: it is neither held nor missed. So has a figure without a line.
# Medians over the runs; the spread is the slowest and the fastest. Ratios between engines are of their fastest runs, which the rest of the
# machine has disturbed least.

include "wire/lines";

def median: sort | .[(length - 1) / 2 | floor];
def quantile($share): sort | if length == 0 then null else .[([(length * $share | ceil) - 1, 0] | max)] end;
def digits($count): if . == null then "-" else . * pow(10; $count) | round | . / pow(10; $count) | tostring
    | if $count == 0 then . else (if test("\\.") then . else . + "." end) | . + ("0" * ($count - (split(".")[1] | length)) // "") end end;
def ms: digits(3);
def ratio($of; $to): if $of == null or $to == null or $to == 0 then null else $of / $to end;
def of($figure; $corpus): map(select(.figure == $figure and .corpus == $corpus));
def builds($corpus): of("build"; $corpus) | group_by([.engine, .threads])
    | map({engine: .[0].engine, version: .[0].version, threads: .[0].threads, text: .[0].text_bytes, documents: .[0].documents,
           rate: (map(.mb_per_s) | median), low: (map(.mb_per_s) | min), high: (map(.mb_per_s) | max),
           cpu: (map(.cpu_seconds) | min), kernel: (map(ratio(.kernel_seconds; .cpu_seconds)) | median),
           peak: (map(.peak_bytes) | median), bytes: (map(.index_bytes) | median),
           settle: (map(.settle_seconds) | median), settle_cpu: (map(.settle_cpu_seconds) | median)});
def build_of($engine; $threads): builds("given") | map(select((.engine | startswith($engine)) and .threads == $threads)) | .[0];
def per_cpu: ratio(.text; .cpu);
def latency($corpus; $kind; $group): of("latency"; $corpus) | map(select(.kind == $kind and .group == $group)) | .[0];

def line($figure; $unit; $least; $value; $holds; $places):
    {figure: $figure, least: $least, measured: (if $value == null then "not measured" else "\($value | digits($places))\($unit)" end),
     holds: (if $value == null then null else $holds end)};
def at_least($figure; $least; $unit; $value): line($figure; $unit; "\($least)\($unit)"; $value; $value >= $least; 2);
def at_most($figure; $most; $unit; $value): line($figure; $unit; "at most \($most)\($unit)"; $value; $value <= $most; 3);
def every($figure; $truth): {figure: $figure, least: "all", measured: (if $truth == null then "not measured" else "\($truth.exact) of \($truth.of)" end),
    holds: (if $truth == null then null else $truth.exact == $truth.of end)};

# What stored text takes: its codes, its tables, and how a place in it is found.
def stored_share: if . == null then null
    else .text_bytes as $text | (.parts | if type == "array" then map({key: .name, value: .bytes}) | from_entries else . end)
    | to_entries | map(select(.key | test("^(stored text|tokens$|token ranges$)")) | .value) | ratio(add; $text) end;

def lines: . as $all
| (if (of("build"; "other") | length) > 0 then "other" else "given" end) as $text
| (if $text == "other" then ", other text" else "" end) as $of
| build_of("gramdex"; 2) as $own
| build_of("zstd"; 2) as $zstd
| ($own | per_cpu) as $own_per_cpu
| ($zstd | per_cpu) as $zstd_per_cpu
| build_of("Groonga TokenBigramI"; 1) as $exact
| (builds("given") | map(select(.engine == "Groonga TokenBigram")) | .[0]) as $bigram
| (builds("tenth")[0]) as $tenth | (builds("large")[0]) as $large
| (of("size"; $text)[0]) as $size
| (of("open"; "large")[0] // of("open"; "given")[0]) as $open
| (latency("given"; "count"; "all")) as $count
| (latency("given"; "top 10 with snippets"; "all")) as $top
| (latency("given"; "count"; "的 NEAR/5 和").p50_ms) as $near
| (of("shape"; "compact")[0]) as $compact
| [
  at_least("indexing, 2 threads, against Groonga (exact)"; 12; " times"; ratio($own.high; $exact.high)),
  at_least("indexing, 2 threads, against Groonga (bigram)"; 12; " times"; ratio($own.high; $bigram.high)),
  line("the same for each second of processor time"; " times"; ""; ratio($own_per_cpu; $exact | per_cpu); null; 1),
  at_least("indexing against `zstd -3 -T2` merely compressing"; 0.35; ""; ratio($own.high; $zstd.high)),
  at_least("indexing, MB per processor second, of `zstd -3`'s"; 0.62; ""; ratio($own_per_cpu; $zstd_per_cpu)),
  at_least("indexing compact, MB per processor second, of `zstd -3`'s"; 0.60; "";
    ratio($compact | ratio(.text_bytes; .cpu_seconds); $zstd_per_cpu)),
  at_most("kernel's share of indexing's processor time"; 0.18; ""; $own.kernel),
  at_least("indexing, 1 to 2 threads"; 1.8; " times"; ratio($own.high; build_of("gramdex"; 1).high)),
  at_most("cost per byte, ten times the text"; 1.25; ""; ratio($tenth.high; $large.high)),
  at_least("merge against indexing, 2 threads"; 3; " times"; ratio(of("merge"; "given") | map(select(.threads == 2 and .segments > 1)) | .[0].mb_per_s; $own.high)),
  at_least("making token text, MB/s a core, against `zstd -3`"; 1.1; " times"; of("tokens"; "given")[0] | ratio(.making_mb_per_s; .zstd_mb_per_s)),
  at_most("on disk, of the text, as built" + $of; 0.91; ""; (builds($text) | map(select(.engine == "gramdex")) | max_by(.threads) | ratio(.bytes; .text))),
  at_most("on disk, of the text, merged" + $of; 0.90; ""; $size.ratio),
  at_most("on disk, of the text, compact" + $of; 0.64; ""; (of("shape"; if $text == "other" then "other-compact" else "compact" end)[0] | ratio(.index_bytes; .text_bytes))),
  at_most("on disk, of the text, archive" + $of; 0.40; ""; (of("shape"; if $text == "other" then "other-archive" else "archive" end)[0] | ratio(.index_bytes; .text_bytes))),
  at_most("stored text, of the text" + $of; 0.225; ""; $size | stored_share),
  at_most("stored text, English"; 0.33; ""; of("size"; "english")[0] | stored_share),
  at_most("stored text, traditional Chinese"; 0.36; ""; of("size"; "traditional")[0] | stored_share),
  at_most("stored text, random bytes as text"; 1.02; ""; of("size"; "random")[0] | stored_share),
  at_most("stored text, segments of 1 MB" + $of; 0.27; ""; of("stat"; "small")[0] | stored_share),
  every("exact phrases"; of("truth"; "given")[0]),
  every("exact phrases, compact"; of("truth"; "compact")[0]),
  every("exact phrases, archive"; of("truth"; "archive")[0]),
  at_most("count, p50"; 0.03; " ms"; $count.p50_ms),
  at_most("count, p99"; 1; " ms"; $count.p99_ms),
  at_most("count, compact against exact, p50"; 1.3; " times"; ratio(latency("compact"; "count"; "all").p50_ms; $count.p50_ms)),
  at_most("count, compact against exact, p99"; 10; " times"; ratio(latency("compact"; "count"; "all").p99_ms; $count.p99_ms)),
  at_most("count, archive, p50"; 1; " ms"; latency("archive"; "count"; "all").p50_ms),
  at_most("count, 12 segments against one, p50"; 2; " times"; ratio(latency("segments-12"; "count"; "all").p50_ms; $count.p50_ms)),
  at_most("count, 50 segments against one, p50"; 6; " times"; ratio(latency("segments-50"; "count"; "all").p50_ms; $count.p50_ms)),
  at_most("top 10 with snippets, p50"; 0.3; " ms"; $top.p50_ms),
  at_most("top 10 with snippets, p99"; 5; " ms"; $top.p99_ms),
  at_most("top 10 with snippets, p99, 20 times the text"; 5; " times";
    ratio(latency("large"; "top 10 with snippets"; "all").p99_ms; latency("twentieth"; "top 10 with snippets"; "all").p99_ms)),
  at_most("的, count"; 2; " ms"; latency("given"; "count"; "的").p50_ms),
  at_most("的, top 10 with snippets"; 20; " ms"; latency("given"; "top 10 with snippets"; "的").p50_ms),
  at_most("的 NEAR/5 和, for each 的"; 20; " ns"; ratio(if $near == null then null else $near * 1e6 end; latency("given"; "count"; "的").occurrences)),
  at_most("opening"; 10; " ms"; $open.ms),
  at_most("resident after opening, of an index of 20 MB and more"; 0.02; "";
    if ($open.index_bytes // 0) < 20e6 then null else ratio($open.resident_bytes; $open.index_bytes) end),
  at_most("top 10 with snippets, p50, against before"; 0.5; " times"; ratio($top.p50_ms; latency("before"; "top 10 with snippets"; "all").p50_ms)),
  at_most("count of 1,000 to 9,999 hits, p50, against before"; 0.5; " times";
    ratio(latency("given"; "count"; "1000 to 9999").p50_ms; latency("before"; "count"; "1000 to 9999").p50_ms)),
  at_least("Scan, requests a second, against before"; 3; " times";
    ratio(of("wire"; "given")[0].requests_per_s; of("wire"; "before")[0].requests_per_s))
] + wire_lines;
