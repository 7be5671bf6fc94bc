-- SPDX-License-Identifier: Apache-2.0
-- A bridge: gramdex answers within a query of PostgreSQL. As a superuser, once a database; README.md says what the server needs.
-- The server asked is the setting gramdex.server: ALTER DATABASE ... SET gramdex.server = 'HOST:PORT'.
CREATE EXTENSION IF NOT EXISTS plpython3u;

CREATE OR REPLACE FUNCTION gramdex(query text, most integer DEFAULT 1000)
RETURNS TABLE (id text, title text, date text, source text, score double precision, occurrences bigint, snippet text) AS $$
import grpc
from gramdex.v1 import search_pb2
if "search" not in SD:  # a connection for each of the database's, kept
    server = plpy.execute("SELECT coalesce(current_setting('gramdex.server', true), '127.0.0.1:50051') AS address")[0]["address"]
    SD["search"] = grpc.insecure_channel(server).unary_unary("/gramdex.v1.Search/Search",
        search_pb2.SearchRequest.SerializeToString, search_pb2.SearchResponse.FromString)
given, token = 0, ""
while given < most:
    request = search_pb2.SearchRequest(query=query, limit=min(most - given, 1000), page_token=token)
    try:
        reply = SD["search"](request, timeout=60)
    except grpc.RpcError as error:
        plpy.error("gramdex: %s: %s" % (error.code().name, error.details()))
    for hit in reply.hits:
        text = "".join(piece.text for piece in hit.snippet.pieces)
        yield hit.id, hit.title, hit.date, hit.source, hit.score, hit.occurrences, text
    given, token = given + len(reply.hits), reply.next_page_token
    if not token:
        break
$$ LANGUAGE plpython3u STABLE ROWS 100;
