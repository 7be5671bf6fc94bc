// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { grouped, narrowed, phraseOf, unquoted, valueOf } from "../src/query.ts";

test("a condition holds for all of a query", () => {
    assert.equal(narrowed("关税", "date:2023"), "关税 date:2023");
    assert.equal(narrowed(" a b ", "date:2023"), "(a b) date:2023");
    assert.equal(narrowed("a | b", "date:2023"), "(a | b) date:2023");
    assert.equal(narrowed("(a OR b) c", "date:2023"), "((a OR b) c) date:2023");
    assert.equal(narrowed("", "date:2023"), "date:2023");
    assert.equal(narrowed("a b", ""), "a b");
});

/** Where the group that a text begins with ends, as the server reads it: signs in quotation marks are none, and only its partner ends a group. */
function endOfGroup(text: string): number {
    const partners: Record<string, string> = { "(": ")", "（": "）" };
    const quotes: Record<string, string> = { '"': '"', "“": "”", "「": "」" };
    const open: string[] = [];
    for (let at = 0; at < text.length; at++) {
        const sign = text[at] as string;
        if (quotes[sign]) {
            const end = text.indexOf(quotes[sign], at + 1);
            if (end < 0) return -1;
            at = end;
        } else if (partners[sign]) open.push(partners[sign]);
        else if (sign === ")" || (sign === "）" && open.includes(sign))) {
            if (open.pop() !== sign) return -1; // refused
            if (open.length === 0) return at;
        }
    }
    return -1;
}

test("no sign of a query ends the group that is put around it", () => {
    const well = ["a b", "(a) OR (b)", '"a) OR (b"', '"(" OR (b)', "“)” (b)", "（a） b", "世界贸易组织（WTO） b"];
    const malformed = ["a) OR (b", "a)", ") OR (", '"(" ) OR (b', '")" a) OR (b', "（a） OR", "a） OR （b", "(a", '"a', "“a) OR (b", "a OR", "a NOT"];
    for (const query of [...well, ...malformed]) {
        const all = grouped(query);
        const end = endOfGroup(all);
        assert.ok(end < 0 || end === all.length - 1, `${all} ends at ${end}`);
    }
    for (const query of well) assert.ok(endOfGroup(grouped(query)) > 0, query);
    assert.equal(grouped("(a) OR (b)"), "((a) OR (b))", "plain signs where they do");
});

test("an operator as a word, a sign or a space is quoted, a word is not", () => {
    for (const word of ["关税", "WTO2", "café"]) assert.equal(phraseOf(word), word);
    for (const word of ["OR", "ＯＲ", "NOT", "a b", "-a", "a*", "a:b", "", "（a）"]) assert.equal(phraseOf(word), `"${word}"`);
    for (const word of ['a"b', "a\\", '"', "\\\""]) assert.equal(unquoted(phraseOf(word)), word);
    assert.equal(unquoted("a"), "a");
    assert.deepEqual(["news", "a/b-1.txt", "", "人民 日报", 'a"'].map(valueOf), ["news", "a/b-1.txt", '""', '"人民 日报"', '"a\\""']);
});
