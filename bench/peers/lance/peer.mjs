// SPDX-License-Identifier: Apache-2.0
// peer.mjs: LanceDB as lance.c drives it, in a process of its own.
//   node peer.mjs build FILE.jsonl DIR     a table of all documents, with full-text indexes over title and text
//   node peer.mjs settle DIR               compaction, as its documentation advises after many additions
//   node peer.mjs query DIR                answers each line of input, a JSON string, by a line: a number, or "! reason"
// Settings: the n-gram tokenizer with bigrams, letter case folded, no stemming, no stop words, no positions: an index that
// has them answers a phrase query of one bigram, and finds nothing for one of two or more. So a phrase is a match of all
// its bigrams in either column, which also finds documents that hold them apart. One character has no bigram: nothing
// can be asked. contains() in a filter is exact, but its plan reads the column beside the index and takes ten times as long.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { resolve } from "node:path";
import * as lancedb from "@lancedb/lancedb";
import { Field, Schema, Utf8 } from "apache-arrow";

const BATCH = 5000, ALL = 0x7fffffff;
const COLUMNS = ["id", "title", "date", "source", "text"];
const SEARCHED = ["title", "text"];

const lines = (input) => createInterface({ input, crlfDelay: Infinity });

async function build(file, directory) {
  const db = await lancedb.connect(resolve(directory));
  const schema = new Schema(COLUMNS.map((name) => new Field(name, new Utf8(), false)));
  const table = await db.createEmptyTable("documents", schema);
  let rows = [];
  const add = async () => {
    if (rows.length) await table.add(lancedb.makeArrowTable(rows, { schema }));
    rows = [];
  };
  for await (const line of lines(createReadStream(file))) {
    if (!line) continue;
    const document = JSON.parse(line);
    rows.push(Object.fromEntries(COLUMNS.map((name) => [name, String(document[name] ?? "")])));
    if (rows.length === BATCH) await add();
  }
  await add();
  const config = () => lancedb.Index.fts({
    withPosition: false, baseTokenizer: "ngram", ngramMinLength: 2, ngramMaxLength: 2,
    lowercase: true, stem: false, removeStopWords: false, asciiFolding: false,
  });
  for (const column of SEARCHED) await table.createIndex(column, { config: config() });
}

async function settle(directory) {
  const db = await lancedb.connect(resolve(directory));
  await (await db.openTable("documents")).optimize({ cleanupOlderThan: new Date() });
}

async function count(table, phrase) {
  if ([...phrase].length < 2) return -1;
  const all = { operator: lancedb.Operator.And };
  const either = SEARCHED.map((column) => [lancedb.Occur.Should, new lancedb.MatchQuery(phrase, column, all)]);
  const found = await table.search(new lancedb.BooleanQuery(either), "fts").select(["_score"]).limit(ALL).toArrow();
  return found.numRows;
}

async function query(directory) {
  const db = await lancedb.connect(resolve(directory));
  const table = await db.openTable("documents");
  process.stdout.write("ready\n");
  for await (const line of lines(process.stdin)) {
    let answer;
    try {
      answer = String(await count(table, JSON.parse(line)));
    } catch (error) {
      answer = "! " + String(error?.message ?? error).replace(/\s+/g, " ").slice(0, 300);
    }
    process.stdout.write(answer + "\n");
  }
}

const [, , what, ...rest] = process.argv;
await { build, settle, query }[what](...rest);
