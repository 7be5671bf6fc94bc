#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install_node.sh: packs clients/node as npm publishes it and installs the tarball into FOLDER/package; its types are tried there.
# usage: install_node.sh NPM ROOT FOLDER
# Exit status 77, a skipped test, when npm cannot fetch the compiler. What was fetched is kept for the next time.
set -eu
npm=$1 root=$2 folder=$3
rm -rf "$folder/package" "$folder/source"
mkdir -p "$folder/source" "$folder/package"
for file in package.json package-lock.json tsconfig.json README.md src; do
    cp -R "$root/clients/node/$file" "$folder/source/"
done
mkdir -p "$folder/tools"
"$root/tests/support/install_npm.sh" "$npm" "$folder/source" "$folder/tools" || exit $?
ln -s "$folder/tools/node_modules" "$folder/source/node_modules"
tarball=$(cd "$folder/source" && PATH="$folder/tools/node_modules/.bin:$PATH" "$npm" pack --silent)
tar -tzf "$folder/source/$tarball"
cd "$folder/package"
echo '{ "name": "use", "private": true, "type": "module" }' >package.json
"$npm" install --offline --no-audit --no-fund --silent "$folder/source/$tarball"

cat >use.ts <<'TYPESCRIPT'
import { Client, type Document, type Hit, phrase } from "gramdex";

const client = new Client("127.0.0.1:50051");
const hits: Hit[] = (await client.search(phrase("x"), { order: "newest", filter: { sources: ["a"] } })).hits;
for await (const hit of client.searchAll("x")) hits.push(hit);
const document: Document = (await client.get("x")).document;
await client.ingest([{ id: "a", text: "b", parts: [{ field: "note", text: document.text }] }]);
TYPESCRIPT
cat >misuse.ts <<'TYPESCRIPT'
import { Client } from "gramdex";

const client = new Client("127.0.0.1:50051");
await client.search("x", { order: "best" });
export const count: string = (await client.count("x")).documents;
await client.get("x", { filter: {} });
TYPESCRIPT
"$folder/tools/node_modules/.bin/tsc" --noEmit --strict --target es2022 --module nodenext --lib es2022,dom,dom.iterable use.ts misuse.ts >said || :
faults=$(grep -c '^misuse.ts([456],' said) || :
[ "$faults" = 3 ] && [ "$(grep -c 'error TS' said)" = 3 ] || {
    echo "$faults of 3 misuses were found, and nothing else should be:" >&2
    cat said >&2
    exit 1
}
