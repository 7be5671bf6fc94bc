#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_dist.sh: packaging/make-dist gives the same archive twice, and from it, without Node.js, the program gets the page that Node.js
# makes of the same sources. Where the last commit has the sources of this build, its page is taken for the one of Node.js, and the second
# archive, made later and under another umask, gets it. usage: test_dist.sh ROOT NODE NPM ASSETS
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
build=$(dirname "$(dirname "$assets")") page= table=
mkdir committed
git -C "$root" archive HEAD web proto | tar -xf - -C committed
if [ -f "$build/table.c" ] && diff -rq -x node_modules -x installed.json -x types "$build/tree/web" committed/web &&
    diff -rq "$root/proto" committed/proto; then
    page=$build/page table=$build/table.c
fi
first=$("$root/packaging/make-dist" first)
tar -xzf "$first"
tree=$(echo "$PWD"/gramdex-*)

table_of() { # where the table goes, then options for cmake; one build folder, as what it finds on the machine is the same
    made=$1
    shift
    cmake -S "$tree" -B build -G Ninja -DGRAMDEX_TESTS=OFF -DGRAMDEX_BENCH=OFF -DGRAMDEX_PAGE=ON "$@" >"$made.log" 2>&1 &&
        cmake --build build --target page_table >>"$made.log" 2>&1 || {
        cat "$made.log" && exit 1
    }
    mv build/rpc/page/table.c "$made"
}
table_of from_archive.c -DNODE=/no/node -DNPM=/no/npm
mv "$tree/web/built" built
if [ -z "$page" ]; then
    table_of from_sources.c -DNODE="$node" -DNPM="$npm"
    page=build/rpc/page/page table=from_sources.c
fi
cmp from_archive.c "$table"
diff -r built "$page"

second=$(umask 077 && "$root/packaging/make-dist" second "$page")
cmp "$first" "$second"
grep -c '^    {"/' from_archive.c
