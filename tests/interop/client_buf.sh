#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# client_buf.sh: calls by `buf curl`, which finds everything by reflection.
# usage: client_buf.sh BUF PORT [CERTIFICATES]
set -eu
buf=$1 port=$2
command -v "$buf" >/dev/null || { echo "buf is not installed" && exit 77; } # a skipped test
if [ $# -gt 2 ]; then
    base=https://localhost:$port
    set -- --cacert "$3/ca.pem" --cert "$3/client.pem" --key "$3/client.key"
else
    base=http://localhost:$port
    set -- --http2-prior-knowledge
fi

call() { # method, request
    method=$1 request=$2
    shift 2
    "$buf" curl --protocol grpc "$@" -d "$request" "$base/$method"
}
expect() { # what was printed, what it must hold
    case $1 in
    *"$2"*) ;;
    *) printf 'expected %s in: %s\n' "$2" "$1" >&2 && exit 1 ;;
    esac
}

listed=$("$buf" curl --protocol grpc "$@" --list-services "$base")
expect "$listed" grpc.testing.TestService
expect "$listed" grpc.health.v1.Health
listed=$("$buf" curl --protocol grpc "$@" --list-methods "$base")
expect "$listed" grpc.testing.TestService/FullDuplexCall
expect "$(call grpc.testing.TestService/UnaryCall '{"responseSize": 3}' "$@")" '"body": "AAAA"'
expect "$(call grpc.testing.TestService/StreamingOutputCall '{"responseParameters": [{"size": 3}, {"size": 6}]}' "$@")" AAAAAAAA
expect "$(call grpc.testing.TestService/FullDuplexCall '{"responseParameters": [{"size": 3}]}{"responseParameters": [{"size": 6}]}' "$@")" AAAAAAAA
expect "$(call grpc.health.v1.Health/Check '{}' "$@")" '"SERVING"'
failed=$(call grpc.testing.TestService/UnaryCall '{"responseStatus": {"code": 5, "message": "not here"}}' "$@" 2>&1 || :)
expect "$failed" not_found
expect "$failed" 'not here'
failed=$(call grpc.testing.TestService/UnimplementedCall '{}' "$@" 2>&1 || :)
expect "$failed" unimplemented
echo "buf curl: all as expected"
