#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_types.sh: the types of the Python package hold, within it and for who uses it. usage: test_types.sh ROOT
# Exit status 77, a skipped test, without mypy.
set -eu
root=$1
[ -x /usr/bin/mypy ] || {
    echo "mypy is not installed: skipped" >&2
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/use.py" <<'PYTHON'
import gramdex

client = gramdex.Client("127.0.0.1:50051")
titles: list[str] = [hit.title for hit in client.search_all("x", order="newest")]
place: str = next(client.scan("x")).match.place
PYTHON
cat >"$work/misuse.py" <<'PYTHON'
import gramdex

client = gramdex.Client("127.0.0.1:50051")
client.search("x", order="best")
count: str = client.count("x").documents
PYTHON
export MYPYPATH="$root/clients/python/src"
check() {
    /usr/bin/mypy --config-file "$root/clients/python/pyproject.toml" --cache-dir "$work/cache" "$@"
}
check -p gramdex
check "$work/use.py" "$work/misuse.py" >"$work/said" || :
faults=$(grep -c 'misuse.py:[45]: error' "$work/said") || :
[ "$faults" = 2 ] && [ "$(grep -c ': error:' "$work/said")" = 2 ] || {
    echo "$faults of 2 misuses were found, and nothing else should be:" >&2
    cat "$work/said" >&2
    exit 1
}
