#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh: the clients from npm, as package-lock.json has them, into a build folder; once for each state of that file.
# usage: install.sh NPM FOLDER. Exit status 77, a skipped test, when they cannot be fetched.
set -eu
npm=$1 folder=$2 here=$(cd "$(dirname "$0")" && pwd)
if cmp -s "$here/package-lock.json" "$folder/installed.json"; then
    exit 0
fi
cp "$here/package.json" "$here/package-lock.json" "$folder/"
if ! (cd "$folder" && "$npm" ci --no-audit --no-fund); then
    echo "The npm packages could not be fetched: the tests that need them are skipped." >&2
    exit 77
fi
cp "$here/package-lock.json" "$folder/installed.json"
