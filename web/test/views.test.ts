// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { directlyBeside, within } from "../src/views/beside.ts";
import { isKnownDate, newestSince, periodsOf } from "../src/views/periods.ts";
import { drawnOf, linesOf, rowsOf, seriesOf, valueOf } from "../src/views/trend-data.ts";

const row = (period: string, documents: number, of: number) => ({ period, documents: String(documents), occurrences: String(documents * 2), ofDocuments: String(of), ofSymbols: "1000", perMillion: documents * 2000, shareLow: 0.1, shareHigh: 0.9 });
const reply = {
    rows: [row("2020", 1, 20), row("", 1, 1)],
    documents: "2",
    occurrences: "4",
    series: [
        { query: "甲 is:first", source: "law", bySource: true, rows: [row("2020", 1, 4)], documents: "1", occurrences: "2" },
        { query: "甲 is:first", bySource: true, rows: [], documents: "0" },
        { query: "乙 is:first", rows: [row("2020", 3, 20)], documents: "3", occurrences: "6" },
        { query: "乙 is:first", source: "law", bySource: true, rows: [row("2020", 3, 4)], documents: "3", occurrences: "6" },
    ],
};
const say = { name: (each: { query: string }) => each.query, label: () => "", href: () => undefined };

test("series have the queries as they were typed, whole or by source", () => {
    assert.deepEqual(seriesOf(reply, ["甲", "乙"], false).map((each) => [each.query, each.source, each.documents]), [["甲", undefined, 2], ["乙", undefined, 3]]);
    assert.deepEqual(seriesOf(reply, ["甲", "乙"], true).map((each) => [each.query, each.source]), [["甲", "law"], ["甲", ""], ["乙", "law"]]);
});

test("ten series are drawn, those with the most documents, in their own order", () => {
    const many = Array.from({ length: 15 }, (_, index) => ({ query: `q${index}`, rows: [], documents: index, occurrences: 0 }));
    assert.deepEqual(drawnOf(many).map((each) => each.documents), [5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    assert.equal(drawnOf(many.slice(0, 1)).length, 0);
});

test("a measure is out of its period; few documents are thin where it is relative", () => {
    assert.equal(valueOf(row("2020", 1, 20), "share"), 0.05);
    assert.equal(valueOf({}, "share"), 0);
    assert.equal(valueOf(row("2020", 3, 20), "occurrences"), 6);
    const [whole] = linesOf(seriesOf(reply, ["甲"], false), "share", true, say);
    assert.deepEqual(whole?.points.map((point) => [point.period, point.thin, point.low]), [["2020", false, 0.1]]); // without the row of no date
    const parts = seriesOf(reply, ["甲", "乙"], true);
    assert.equal(linesOf(parts, "rate", true, say)[0]?.points[0]?.thin, true);
    assert.equal(linesOf(parts, "rate", true, say)[0]?.points[0]?.low, undefined);
    assert.equal(linesOf(parts, "documents", true, say)[0]?.points[0]?.thin, false);
});

test("rows for a file have all periods, numbers as numbers", () => {
    const { columns, rows } = rowsOf(seriesOf(reply, ["甲", "乙"], false));
    assert.equal(rows.length, 3);
    assert.deepEqual(rows[0], ["甲", "", "2020", 1, 2, 20, 1000, 2000, 0.1, 0.9]);
    assert.ok(rows.every((each) => each.length === columns.length));
});

test("what stands beside a query is looked for beside its phrase, with the filters behind", () => {
    assert.equal(directlyBeside("关税", "进口", true), "进口 THEN/0 关税");
    assert.equal(directlyBeside("关税 source:news -date:2023", "进口", false), "关税 THEN/0 进口 source:news -date:2023");
    assert.equal(within('"global supply" meta.lang:"z h"', "a b", 5), '"global supply" NEAR/5 "a b" meta.lang:"z h"');
    for (const query of ["a OR b", "(a)", "a b", "a NEAR/5 b", "a -b", "a|b"]) assert.equal(within(query, "进口", 5), `(${query}) 进口`);
    assert.equal(within("关税", "OR", 5), '关税 NEAR/5 "OR"');
});

test("the two periods meet and do not overlap", () => {
    assert.deepEqual(periodsOf("2024-12", "", "12m"), { a: "date:2024-12-01..", b: "date:2023-12-01..2024-11-30" });
    assert.deepEqual(periodsOf("2024-03-01", "2024-04", "24m"), { a: "date:2024-03-01..2024-04", b: "date:2022-03-01..2024-02-29" });
    assert.deepEqual(periodsOf("2024", "", "all"), { a: "date:2024-01-01..", b: "date:..2023-12-31" });
});

test("a date is one of the calendar", () => {
    for (const date of ["2024", "2024-02", "2024-02-29"]) assert.ok(isKnownDate(date), date);
    for (const date of ["2023-02-29", "2024-13", "24", "2024-1", "2024-00", "x", "2024-02-30"]) assert.ok(!isKnownDate(date), date);
});

test("the newest period is long enough to say something", () => {
    const months = [["2024-10", 400], ["2024-11", 420], ["2024-12", 438], ["2025-01", 5], ["2025-03", 6], ["", 52]].map(([value, documents]) => ({ value: String(value), documents: String(documents) }));
    assert.equal(newestSince(months), "2024-12");
    assert.equal(newestSince([]), "");
    assert.equal(newestSince([{ value: "2020-01", documents: "3" }, { value: "2020-02", documents: "2" }]), "2020-01");
});
