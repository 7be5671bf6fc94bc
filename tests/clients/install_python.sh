#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install_python.sh: builds the wheel of clients/python and installs it into FOLDER/package. usage: install_python.sh ROOT FOLDER
# Exit status 77, a skipped test, without the distribution's python3-build, python3-wheel and python3-pip.
set -eu
root=$1 folder=$2
rm -rf "$folder/package"
/usr/bin/python3 -c 'import build, setuptools, wheel, pip' 2>/dev/null || {
    echo "python3-build, python3-setuptools, python3-wheel or python3-pip is missing: the Python client is not tested." >&2
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder"
cp -R "$root/clients/python" "$work/source"
/usr/bin/python3 -m build --wheel --no-isolation --outdir "$work/wheel" "$work/source" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
}
/usr/bin/python3 -m pip install --quiet --no-index --no-deps --target "$work/package" "$work"/wheel/gramdex-*.whl
for file in py.typed messages.py v1/search_pb2.py v1/search_pb2.pyi _failure_pb2.pyi; do
    [ -e "$work/package/gramdex/$file" ] || {
        echo "the wheel lacks $file" >&2
        exit 1
    }
done
mv "$work/package" "$folder/package"
ls "$work/wheel"
