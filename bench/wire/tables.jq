# tables.jq: wire.jsonl of bench/wire/run -> the tables of docs/benchmarks.md, "The wire". Run as jq -s -r. The lines to hold are in lines.jq.

def shape: "\(.connections) x \(.streams)";
def median: sort | .[length / 2 | floor];
def round_to(places): . as $value | (reduce range(places) as $i (1; . * 10)) as $by | ($value * $by | round) / $by;
def thousands: if . < 1000 then tostring else "\(. / 1000 | floor),\(. % 1000 | tostring | "00" + . | .[-3:])" end;
def rate: round | if . < 1000000 then thousands else tostring end;
def pick($server; $c; $m): map(select(.figure == "h2load" and .server == $server and .connections == $c and .streams == $m));
def fastest($server; $c; $m): pick($server; $c; $m) | map(.requests_per_s) | max;
def middle($server; $c; $m): pick($server; $c; $m) | map(.requests_per_s) | median;
def cost($server; $c; $m): pick($server; $c; $m) | map(.cpu_s_per_100k) | median;
def cell($server; $c; $m):
  "\(fastest($server; $c; $m) | rate) (\(middle($server; $c; $m) | rate)) | \(cost($server; $c; $m) | round_to(2))";
def row($name; $server): "| \($name) | \(cell($server; 1; 1)) | \(cell($server; 64; 1)) | \(cell($server; 64; 32)) |";
def ratio($value): $value | round_to(2);

. as $all | (map(select(.figure == "run")) | .[0]) as $run |
($all | [fastest("grpc-callback"; 64; 32), fastest("grpc-async"; 64; 32)] | max) as $grpc_fastest |
($all | [middle("grpc-callback"; 64; 32), middle("grpc-async"; 64; 32)] | max) as $grpc_middle |
($all | [cost("grpc-callback"; 64; 32), cost("grpc-async"; 64; 32)] | min) as $grpc_cost |
($all | [pick("grpc-callback"; 1; 1), pick("grpc-async"; 1; 1)] | map(map(.mean_us))) as $grpc_means |
($all | pick("gramdex"; 1; 1) | map(.mean_us)) as $our_means |

"\($run.date), commit \($run.commit), \($run.processors) processors (\($run.processor)), load average before: \($run.load); \($run.documents | thousands) documents, \($run.rounds) rounds. Requests a second of the fastest round, in brackets of the median one; the server's processor seconds for 100,000 requests, median.",
"",
"| server | 1 x 1 | CPU s | 64 x 1 | CPU s | 64 x 32 | CPU s |",
"| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
($all | row("gramdex, nothing to do"; "gramdex"), row("gRPC C++, callbacks"; "grpc-callback"),
  row("gRPC C++, completion queues"; "grpc-async"), row("nghttpd, a file of 12 bytes"; "nghttpd"),
  row("nghttpd, the same by POST with 5 bytes"; "nghttpd-post"), row("gramdex, Count of a phrase in about 100 documents"; "gramdex-count")),
"",
"| aim | fastest rounds | median rounds | by CPU |",
"| --- | ---: | ---: | ---: |",
"| 64 x 32, nothing to do: at least 3 times gRPC C++ | \(ratio(($all | fastest("gramdex"; 64; 32)) / $grpc_fastest)) | \(ratio(($all | middle("gramdex"; 64; 32)) / $grpc_middle)) | \(ratio($grpc_cost / ($all | cost("gramdex"; 64; 32)))) |",
"| 64 x 32, nothing to do: at least 0.6 of nghttpd | \(ratio(($all | fastest("gramdex"; 64; 32)) / ($all | fastest("nghttpd"; 64; 32)))) | \(ratio(($all | middle("gramdex"; 64; 32)) / ($all | middle("nghttpd"; 64; 32)))) | \(ratio(($all | cost("nghttpd"; 64; 32)) / ($all | cost("gramdex"; 64; 32)))) |",
"| 1 x 1, nothing to do: mean latency at most gRPC C++'s, us | \($our_means | min) to \($grpc_means | map(min) | min) | \($our_means | median) to \($grpc_means | map(median) | min) | |",
"| 64 x 32, Count of a medium phrase: at least 0.8 of gRPC C++'s nothing | \(ratio(($all | fastest("gramdex-count"; 64; 32)) / $grpc_fastest)) | \(ratio(($all | middle("gramdex-count"; 64; 32)) / $grpc_middle)) | \(ratio($grpc_cost / ($all | cost("gramdex-count"; 64; 32)))) |",
"",
"Our methods, each answer compared with the truth (`gramdex bench wire`):",
"",
"| method | connections x streams | requests/s | p50 ms | p99 ms | p99.9 ms | CPU s a 100,000 |",
"| --- | --- | ---: | ---: | ---: | ---: | ---: |",
($all[] | select(.figure == "wire") | "| \(.method) | \(shape) | \(.requests_per_s | rate) | \(.p50_ms | round_to(3)) | \(.p99_ms | round_to(3)) | \(.p999_ms | round_to(3)) | \(.cpu_s_per_100k | round_to(2)) |"),
($all[] | select(.figure == "fairness") | "", "Fairness: a light Count while another connection has \(.heavy_calls) heavy ones waiting: 99th percentile \(.p99_ms | round_to(2)) ms, alone \(.alone_p99_ms | round_to(2)) ms, \(.ratio | round_to(1)) times; in the middle \(.p50_ms | round_to(2)) ms, alone \(.alone_p50_ms | round_to(2)) ms.")
