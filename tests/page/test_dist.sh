#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_dist.sh: packaging/make-dist gives the same archive twice, and from it, without Node.js, the program gets the page that Node.js
# makes of the same sources. The page is built twice, for the first archive and of its sources, and compared; the second archive,
# made later and under another umask, gets the one built of the sources. usage: test_dist.sh ROOT NODE NPM ASSETS
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
tar -xzf "$first"
tree=$(echo "$PWD"/gramdex-*)

table_of() { # where the table goes, then options for cmake; one build folder, as what it finds on the machine is the same
    table=$1
    shift
    cmake -S "$tree" -B build -G Ninja -DGRAMDEX_TESTS=OFF -DGRAMDEX_BENCH=OFF -DGRAMDEX_PAGE=ON "$@" >"$table.log" 2>&1 &&
        cmake --build build --target page_table >>"$table.log" 2>&1 || {
        cat "$table.log" && exit 1
    }
    mv build/rpc/page/table.c "$table"
}
table_of from_archive.c -DNODE=/no/node -DNPM=/no/npm
mv "$tree/web/built" built
table_of from_sources.c -DNODE="$node" -DNPM="$npm"
cmp from_archive.c from_sources.c
diff -r built build/rpc/page/page

second=$(umask 077 && "$root/packaging/make-dist" second build/rpc/page/page)
cmp "$first" "$second"
grep -c '^    {"/' from_archive.c
