#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh: builds the page from web/ into a build folder: FOLDER/page with assets.json and the files that it names.
# usage: build.sh NODE NPM ROOT FOLDER AUTO|ON
# Works on a copy of web/ in the build folder, so that two builds do not quarrel and the source tree stays as it is. npm fetches
# what web/package-lock.json names once for each state of that file. When npm cannot, AUTO leaves the page out and says so.
set -eu
node=$1 npm=$2 root=$3 folder=$4 mode=$5
tree=$folder/tree

mkdir -p "$tree/web"
find "$tree/web" -mindepth 1 -maxdepth 1 ! -name node_modules ! -name installed.json -exec rm -rf {} +
(cd "$root/web" && tar --exclude=./node_modules --exclude=./built -cf - .) | tar -xf - -C "$tree/web"
ln -sfn "$root/proto" "$tree/proto"

rm -rf "$folder/page"
mkdir -p "$folder/page"
cd "$tree/web"
if ! cmp -s package-lock.json installed.json; then
    rm -f installed.json
    fetch() {
        "$npm" ci --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=60000 \
            >"$folder/npm.log" 2>&1
    }
    # A package's own step may find its program still being written by another of npm's processes (ETXTBSY): once more.
    if ! fetch && ! { grep -q ETXTBSY "$folder/npm.log" && fetch; }; then
        head -n 5 "$folder/npm.log" >&2
        if [ "$mode" = ON ]; then
            echo "GRAMDEX_PAGE=ON: npm could not fetch what web/package-lock.json names; all it said: $folder/npm.log" >&2
            exit 1
        fi
        echo "The page is left out: npm could not fetch its parts (all it said: $folder/npm.log). Configure again to try again." >&2
        echo '{"absent": "npm could not fetch its parts when this program was built"}' >"$folder/page/assets.json"
        exit 0
    fi
    cp package-lock.json installed.json
fi
"$node" build.mjs --out "$folder/page" --types "$tree/web/types" # below node_modules, where the compiler looks for packages
