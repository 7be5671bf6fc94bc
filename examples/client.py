#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ask a gramdex server from Python with nothing but grpcio: python3 examples/client.py HOST:PORT QUERY

Needs grpcio and protobuf (Debian: python3-grpcio python3-protobuf protobuf-compiler). A program of your own would run
protoc once, or use grpcio-tools and its stubs; here the messages are made on the fly."""
import pathlib
import subprocess
import sys
import tempfile

import grpc

protos = pathlib.Path(__file__).resolve().parent.parent / "proto"
with tempfile.TemporaryDirectory() as generated:
    subprocess.run(["protoc", f"--proto_path={protos}", f"--python_out={generated}", "gramdex/v1/search.proto"], check=True)
    sys.path.insert(0, generated)
    from gramdex.v1 import search_pb2 as gramdex

address, query = sys.argv[1:]
with grpc.insecure_channel(address) as channel:
    search = channel.unary_unary("/gramdex.v1.Search/Search", request_serializer=gramdex.SearchRequest.SerializeToString,
                                 response_deserializer=gramdex.SearchResponse.FromString)
    try:
        reply = search(gramdex.SearchRequest(query=query, limit=3), timeout=10, wait_for_ready=True)
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")
print(f"{reply.documents} document{'s' * (reply.documents != 1)}, {reply.occurrences} occurrence{'s' * (reply.occurrences != 1)}")
for hit in reply.hits:
    shown = "".join(f"**{piece.text}**" if piece.matched else piece.text for piece in hit.snippet.pieces)
    print(f"{hit.id}  {hit.date}  {hit.title}\n    {shown}")
