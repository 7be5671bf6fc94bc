#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install_npm.sh: what the package-lock.json of a folder of tests names, from npm, into a build folder; once for each state of that
# file. usage: install_npm.sh NPM TESTS FOLDER. Exit status 77, a skipped test, when it cannot be fetched.
set -eu
npm=$1 tests=$2 folder=$3
if cmp -s "$tests/package-lock.json" "$folder/installed.json"; then
    exit 0
fi
cp "$tests/package.json" "$tests/package-lock.json" "$folder/"
# Twice: a package's own step may find a program of it still being written by another of npm's processes (ETXTBSY).
fetch() {
    (cd "$folder" && "$npm" ci --no-audit --no-fund)
}
if ! fetch && ! fetch; then
    echo "The npm packages could not be fetched: the tests that need them are skipped." >&2
    exit 77
fi
cp "$tests/package-lock.json" "$folder/installed.json"
