# lines.jq: the lines to hold over the wire, as bench/lines.jq has them, of the results of bench/wire/run. Against gRPC C++ its better
# way counts. Requests a second are of the fastest rounds.

def wire_pick($server; $connections; $streams): map(select(.figure == "h2load" and .server == $server and .connections == $connections and .streams == $streams));
def wire_fastest($server; $connections; $streams): wire_pick($server; $connections; $streams) | map(.requests_per_s) | max;
def wire_mean($server): wire_pick($server; 1; 1) | map(.mean_us) | min;
def wire_line($figure; $least; $value; $to):
    (if $value == null or $to == null then null else $value / $to end) as $ratio
    | {figure: $figure, least: "\($least) times", measured: (if $ratio == null then "not measured" else "\($ratio * 100 | round | . / 100) times" end),
       holds: (if $ratio == null then null else $ratio >= $least end)};

def wire_lines:
  ([wire_fastest("grpc-callback"; 64; 32), wire_fastest("grpc-async"; 64; 32)] | max) as $grpc
| ([wire_mean("grpc-callback"), wire_mean("grpc-async")] | min) as $grpc_mean
| wire_mean("gramdex") as $own_mean
| [wire_line("RPC, 64 x 32, nothing to do, of gRPC C++'s"; 3; wire_fastest("gramdex"; 64; 32); $grpc),
   wire_line("RPC, 64 x 32, nothing to do, of nghttpd's"; 0.6; wire_fastest("gramdex"; 64; 32); wire_fastest("nghttpd"; 64; 32)),
   wire_line("RPC, 64 x 32, count-medium, of gRPC C++'s nothing"; 0.8; wire_fastest("gramdex-count"; 64; 32); $grpc),
   if $own_mean == null or $grpc_mean == null then
     {figure: "RPC, 1 x 1, nothing to do, mean", least: "at most gRPC C++'s", measured: "not measured", holds: null}
   else
     {figure: "RPC, 1 x 1, nothing to do, mean", least: "at most gRPC C++'s, \($grpc_mean | round) us", measured: "\($own_mean | round) us",
      holds: ($own_mean <= $grpc_mean)}
   end];
