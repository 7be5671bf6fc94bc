#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_go.sh: the example in Go is generated and compiled as its users do, and a real server answers it.
# usage: test_go.sh ROOT CACHE, run by server.py. Exit status 77, a skipped test, without Go, its plugins of protoc or its gRPC.
set -eu
root=$1 cache=$2
for needed in go protoc-gen-go protoc-gen-go-grpc; do
    command -v $needed >/dev/null || {
        echo "$needed is not installed (golang-go, protoc-gen-go, protoc-gen-go-grpc): skipped" >&2
        exit 77
    }
done
packages=/usr/share/gocode/src
[ -d $packages/google.golang.org/grpc ] && [ -e $packages/github.com/golang/protobuf/proto/registry.go ] || {
    echo "golang-google-grpc-dev or golang-github-golang-protobuf-1-5-dev is not installed: skipped" >&2
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src/gramdex"
cp "$root/examples/go/main.go" "$work/src/gramdex"
"$root/examples/go/generate" "$work/src/gramdex"
test -z "$(gofmt -l "$root/examples/go")" || {
    echo "examples/go is not as gofmt has it" >&2
    exit 1
}
# The packages of the distribution, nothing from the network.
(cd "$work/src/gramdex" && HOME=$work GO111MODULE=off GOPATH=$work:/usr/share/gocode GOCACHE=$cache go build -o "$work/ask" .)
"$work/ask" "$ADDRESS" 友岸外包 >"$work/said"
grep -q '^6 documents, 10 occurrences$' "$work/said" && grep -q '\*\*友岸外包\*\*' "$work/said" || {
    cat "$work/said"
    exit 1
}
if "$work/ask" "$ADDRESS" 'a (' 2>"$work/said"; then
    echo "a malformed query is no failure" >&2
    exit 1
fi
grep -q '^InvalidArgument: ' "$work/said"
