#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# client_http.sh: plain HTTP/2 clients, curl and (if it is there) nghttp and h2load.
# usage: client_http.sh PORT
set -eu
base=http://127.0.0.1:$1
empty=$(mktemp)
trap 'rm -f "$empty"' EXIT
printf '\0\0\0\0\0' >"$empty"

ask() { # arguments of curl
    curl --silent --show-error --http2-prior-knowledge --dump-header - --output /dev/null "$@" | tr -d '\r'
}
expect() { # what was printed, a line it must hold
    printf '%s\n' "$1" | grep -qxF "$2" || { printf 'expected %s in:\n%s\n' "$2" "$1" >&2 && exit 1; }
}

grpc="-X POST --data-binary @$empty -H te:trailers -H content-type:application/grpc"
answer=$(ask $grpc "$base/grpc.testing.TestService/EmptyCall")
expect "$answer" "HTTP/2 200 "
expect "$answer" "grpc-status: 0"
# Without a body: curl 7.88 may wait for ever when the whole answer comes before it has sent one.
answer=$(ask -X POST -H te:trailers -H content-type:application/grpc "$base/grpc.testing.TestService/Nothing")
expect "$answer" "HTTP/2 200 "
expect "$answer" "grpc-status: 12"
expect "$(ask -X POST -H content-type:application/json "$base/x/y")" "HTTP/2 404 "
expect "$(ask "$base/x")" "HTTP/2 404 "
expect "$(ask "$base/grpc.testing.TestService/EmptyCall")" "HTTP/2 405 "
expect "$(ask -X POST -H content-type:image/png "$base/grpc.testing.TestService/EmptyCall")" "HTTP/2 415 "
expect "$(ask -H content-type:application/json -d '{}' "$base/grpc.testing.TestService/EmptyCall")" "HTTP/2 200 "
answer=$(curl --silent --http2-prior-knowledge -H content-type:application/json -d '{"responseSize":3}' \
    "$base/grpc.testing.TestService/UnaryCall")
[ "$answer" = '{"payload":{"body":"AAAA"}}' ] || { echo "in JSON: $answer" >&2 && exit 1; }
# What is not asked for is not compressed: SimpleRequest{response_size: 314159}, and the first byte of the reply.
printf '\0\0\0\0\004\020\257\226\023' >"$empty"
first=$(curl --silent --http2-prior-knowledge $grpc -H grpc-accept-encoding:gzip "$base/grpc.testing.TestService/UnaryCall" |
    od -A n -t u1 -N 1 | tr -d ' ')
[ "$first" = 0 ] || { echo "a reply was compressed unasked: $first" >&2 && exit 1; }
printf '\0\0\0\0\0' >"$empty"
if command -v nghttp >/dev/null; then
    nghttp -d "$empty" -H te:trailers -H content-type:application/grpc "$base/grpc.testing.TestService/EmptyCall" >/dev/null
fi
if command -v h2load >/dev/null; then
    h2load -n 5000 -c 10 -m 20 -d "$empty" -H te:trailers -H content-type:application/grpc \
        "$base/grpc.testing.TestService/EmptyCall" | grep -q "5000 succeeded"
fi
echo "plain HTTP/2 clients: all as expected"
