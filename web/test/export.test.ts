// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { page, styleOf } from "./dom.ts";
import { citation, csv, fileName, jsonLines, standalone } from "../src/export.ts";
import { lines } from "../src/pictures/lines.ts";

/** RFC 4180 read by the book, so that what is written comes back. */
function readCsv(text: string): string[][] {
    const rows: string[][] = [];
    let row: string[] = [];
    let at = 0;
    while (at < text.length) {
        let cell = "";
        if (text[at] === '"') {
            for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
                if (text[at] === '"') at++;
                cell += text[at];
            }
            at++;
        } else while (at < text.length && text[at] !== "," && text[at] !== "\r") cell += text[at++];
        row.push(cell);
        if (text[at] === ",") at++;
        else {
            assert.equal(text.slice(at, at + 2), "\r\n");
            at += 2;
            rows.push(row);
            row = [];
        }
    }
    return rows;
}

test("CSV comes back as it was", () => {
    const words = ["关税", 'a "b" c', "x,y", "line\nbreak", "cr\rhere", " space ", "", '"', "，", "a\r\nb"];
    const table = { columns: ["phrase", "n,m"], rows: words.map((word, index) => [word, index]) };
    assert.deepEqual(readCsv(csv(table)), [["phrase", "n,m"], ...words.map((word, index) => [word, String(index)])]);
});

test("CSV has no formula, no NaN, and the mark only when asked for", () => {
    const table = { columns: ["a", "b"], rows: [["=1+1", NaN], ["-关税", -5], ["@x", null], ["+1", true]] };
    assert.equal(csv(table), "a,b\r\n'=1+1,\r\n'-关税,-5\r\n'@x,\r\n'+1,1\r\n");
    assert.equal(csv(table, true)[0], "\ufeff");
});

test("JSON Lines has an object a line, null for what is not defined", () => {
    const text = jsonLines({ columns: ["phrase", "dp"], rows: [["a\n\"b\"", NaN], ["关税", 0.5]] });
    assert.deepEqual(text.trimEnd().split("\n").map((line) => JSON.parse(line)), [{ phrase: 'a\n"b"', dp: null }, { phrase: "关税", dp: 0.5 }]);
});

test("a citation says where, in which commit", () => {
    const cited = { id: "a/b.pdf", title: "贸易", date: "2023-05-06", source: "news", place: "page 3", begin: 9, end: 18, commit: 7 };
    assert.equal(citation(cited, false), "news, “贸易”, 2023-05-06. [a/b.pdf, page 3, text bytes 9–18, commit 7]");
    assert.equal(citation(cited, true), "news，《贸易》，2023-05-06。[a/b.pdf，page 3，text 第 9–18 字节，版本 7]");
    assert.equal(citation({ id: "x", commit: "1" }, false), "[x, commit 1]");
});

test("a file's name has no letter that a file system refuses", () => {
    assert.equal(fileName("trend", 'a/b:"c"\n*?', "csv"), "gramdex trend a b c.csv");
    assert.equal(fileName("trend", " ", "csv"), "gramdex trend.csv");
    assert.ok(fileName("trend", "长".repeat(300), "svg").length < 70);
});

const evil = '<script>alert(1)</script>"&\u0000';
function picture(): SVGSVGElement {
    const points = ["2021", "2022", "2024"].map((period, index) => ({ period, value: index / 10, low: 0, high: 0.5, label: `${period} ${evil}`, href: "/concordance?q=x" }));
    const each = { points, name: evil };
    return lines({ width: 600, height: 300, kind: "year", title: evil, lines: [each, { ...each, name: "b" }], axis: "%", format: String }).element;
}

test("an exported picture stands alone: looks are attributes, the page's own are gone", () => {
    const text = standalone(picture(), styleOf({ "picture-line": { stroke: "rgb(1, 2, 3)", "stroke-width": "2px", fill: "none" } }));
    assert.match(text, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="632" height="\d+" viewBox="0 0 632 \d+"/);
    assert.match(text, /<path d="[^"]+" fill="none" stroke="rgb\(1, 2, 3\)" stroke-width="2"\/>/);
    assert.ok(!/<g[^>]* (fill|font-size)=/.test(text));
    for (const gone of [" class=", " style=", "href=", "data-", "aria-", "tabindex", "<a ", "<script", "\u0000"]) assert.ok(!text.includes(gone), gone);
    assert.ok(text.includes("&lt;script&gt;alert(1)&lt;/script&gt;"));
});

test("an exported picture is well-formed", () => {
    const text = standalone(picture(), styleOf({}));
    const open: string[] = [];
    assert.equal([...text.matchAll(/<svg/g)].length, 1);
    for (const [, close, name, empty] of text.matchAll(/<(\/?)([a-z]+)(?:\s[\w-]+(?::\w+)?="[^"<]*")*\s*(\/?)>/g)) {
        if (close) assert.equal(open.pop(), name);
        else if (!empty) open.push(name);
    }
    assert.deepEqual(open, []);
    assert.equal(text.split("<").length - 1, [...text.matchAll(/<(\?xml|\/?[a-z]+)/g)].length);
    assert.ok(page.document);
});
