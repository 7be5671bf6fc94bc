# chart.jq: results.jsonl (slurped) -> engine, MB/s, on disk, p50 ms, p99 ms; 0 where an engine has no such figure.
def median: sort | .[(length - 1) / 2 | floor];
map(select(.corpus == "given")) as $all
| ($all | map(select((.figure == "build" or .figure == "query"))) | map(.engine) | unique)[]
| . as $engine
| ($all | map(select(.figure == "build" and .engine == $engine))) as $builds
| ($builds | map(.threads) | max) as $threads
| ($builds | map(select(.threads == $threads))) as $best
| ($all | map(select(.figure == "query" and .engine == $engine)) | .[0]) as $query
| [({"Groonga TokenBigram": "Groonga, bigrams", "SQLite FTS5 trigram": "SQLite FTS5", "Xapian n-grams": "Xapian",
     "Groonga TokenBigramIgnoreBlankSplitSymbolAlphaDigit": "Groonga, exact", "ripgrep (no index)": "ripgrep",
     "zstd -3 (compresses only)": "zstd -3", "PostgreSQL pg_trgm": "PostgreSQL", "Lucene CJK bigrams": "Lucene", "LanceDB bigrams": "LanceDB",
     "FM-index (SDSL)": "FM-index"}[$engine] // $engine),
   ($best | map(.mb_per_s) | if length > 0 then median else 0 end),
   ($best | if length > 0 then .[0].index_bytes / .[0].text_bytes else 0 end),
   ($query.p50_ms // 0), ($query.p99_ms // 0)]
| @tsv
