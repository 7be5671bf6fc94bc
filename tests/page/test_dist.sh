#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_dist.sh: packaging/make-dist gives the same archive twice, and from it, without Node.js, the program gets the page that Node.js
# makes of the same sources. usage: test_dist.sh ROOT NODE NPM ASSETS
set -eu
root=$1 node=$2 npm=$3 assets=$4
skip() {
    echo "skipped: $1"
    exit 77
}
git -C "$root" rev-parse HEAD >/dev/null 2>&1 || skip "this is not a git clone"
git -C "$root" cat-file -e HEAD:web/build.mjs 2>/dev/null || skip "the last commit has no web/build.mjs"
! grep -q '"absent"' "$assets" || skip "npm could not fetch what the page consists of"

cd "$TMPDIR"
first=$("$root/packaging/make-dist" first)
second=$("$root/packaging/make-dist" second)
cmp "$first" "$second"
tar -xzf "$first"
tree=$(echo "$PWD"/gramdex-*)

table_of() { # build folder, then options for cmake
    build=$1
    shift
    cmake -S "$tree" -B "$build" -G Ninja -DGRAMDEX_TESTS=OFF -DGRAMDEX_BENCH=OFF -DGRAMDEX_PAGE=ON "$@" >"$build.log" 2>&1 &&
        cmake --build "$build" --target page_table >>"$build.log" 2>&1 || {
        cat "$build.log" && exit 1
    }
}
table_of from_archive -DNODE=/no/node -DNPM=/no/npm
rm -rf "$tree/web/built"
table_of from_sources -DNODE="$node" -DNPM="$npm"
cmp from_archive/rpc/page/table.c from_sources/rpc/page/table.c
grep -c '^    {"/' from_archive/rpc/page/table.c
