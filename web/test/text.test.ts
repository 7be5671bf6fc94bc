// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { blocks, bytesOf, indexesOf, slices } from "../src/parts/text.ts";

const letters = ["a", "é", "链", "𠮷", "\n", " "];

/** The same numbers on every run. */
function random(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return Math.floor((state / 2147483648) * below);
    };
}

function textOf(next: (below: number) => number): string {
    return Array.from({ length: next(60) }, () => letters[next(letters.length)]).join("");
}

test("a byte of UTF-8 has the index of the character that begins there", () => {
    const next = random(14);
    for (let round = 0; round < 300; round++) {
        const text = textOf(next);
        const starts = new Map<number, number>();
        for (let at = 0; at <= text.length; at++) {
            const code = text.charCodeAt(at);
            if (code >= 0xdc00 && code < 0xe000) continue;
            starts.set(bytesOf(text.slice(0, at)), at);
        }
        const bytes = [...starts.keys()].sort((a, b) => a - b);
        assert.deepEqual([...indexesOf(text, bytes)], bytes.map((byte) => [byte, starts.get(byte)]));
    }
    assert.equal(indexesOf("链", [99]).get(99), 1, "past the end is the end");
});

test("slices are the text, each with the match and the passage that cover it", () => {
    const next = random(41);
    for (let round = 0; round < 300; round++) {
        const text = textOf(next);
        const starts: number[] = [];
        for (let at = 0; at <= text.length; at++) {
            const code = text.charCodeAt(at);
            if (code < 0xdc00 || code >= 0xe000) starts.push(bytesOf(text.slice(0, at)));
        }
        const span = (): { begin: number; end: number } => {
            const ends = [next(starts.length), next(starts.length)].sort((a, b) => a - b);
            return { begin: starts[ends[0] ?? 0] ?? 0, end: starts[ends[1] ?? 0] ?? 0 };
        };
        const filled = (each: { begin: number; end: number }): boolean => each.end > each.begin;
        const matches = Array.from({ length: next(5) }, span).filter(filled).sort((a, b) => a.begin - b.begin || a.end - b.end);
        const shared = Array.from({ length: next(4) }, span).filter(filled);
        const found = slices(text, matches, shared, []);
        assert.equal(found.map((slice) => slice.text).join(""), text);
        let byte = 0;
        for (const slice of found) {
            const covers = (each: { begin: number; end: number }): boolean => each.begin <= byte && byte < each.end;
            const covering = matches.flatMap((each, index) => (covers(each) ? [index] : []));
            assert.deepEqual(slice.matches, covering, `${JSON.stringify(text)} at ${byte}`);
            assert.equal(slice.shared, shared.some(covers));
            byte += bytesOf(slice.text);
        }
        assert.equal(blocks(found).map((block) => block.map((slice) => slice.text).join("")).join("\n"), text);
    }
});

test("blocks end with a line, and no line is lost", () => {
    const text = Array.from({ length: 400 }, (_, at) => `${at} ${"链".repeat(at % 90)}`).join("\n");
    const found = blocks(slices(text, [], [], []));
    assert.ok(found.length > 3);
    assert.equal(found.map((block) => block.map((slice) => slice.text).join("")).join("\n"), text);
});

test("a place stands before its first byte, also at the end", () => {
    const found = slices("一二三", [{ begin: 3, end: 6 }], [], [{ byte: 0, name: "page 1" }, { byte: 6, name: "page 2" }]);
    assert.deepEqual(
        found.map((slice) => [slice.place, slice.text, slice.matches]),
        [["page 1", "一", []], ["", "二", [0]], ["page 2", "三", []]],
    );
});
