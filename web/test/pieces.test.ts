// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { most, shorter, termsOf } from "../src/parts/pieces.ts";

test("terms are what a query looks for, without operators, filters and negations", () => {
    assert.deepEqual(termsOf("美国 关税"), ["美国", "关税"]);
    assert.deepEqual(termsOf("(美国 OR 欧盟) NEAR/20 关税 source:news date:2022.. -战争"), ["美国", "欧盟", "关税"]);
    assert.deepEqual(termsOf('title:供应链 "global supply chain" 「产业链」'), ["供应链", '"global supply chain"', "产业链"]);
    assert.deepEqual(termsOf('title:"供应链 安全"'), ['"供应链 安全"']);
    assert.deepEqual(termsOf(String.raw`"say \"x y\" z" “a "b" c” "OR"`), [String.raw`"say \"x y\" z"`, String.raw`"a \"b\" c"`, '"OR"']);
    assert.deepEqual(termsOf(""), []);
});

test("pieces of a phrase are shorter than it, and few", () => {
    for (const phrase of ["全球产业链阵营化风险问题", "global supply chain security", "产业链", "中国", "中", "链".repeat(500)]) {
        const pieces = shorter(phrase);
        assert.ok(pieces.length <= most);
        for (const piece of pieces) {
            const bare = piece.replaceAll('"', "");
            assert.ok(bare.length < phrase.length && phrase.includes(bare), `${piece} of ${phrase}`);
        }
    }
    assert.deepEqual(shorter("全球产业"), ["全球", "产业"]);
    assert.deepEqual(shorter("supply chain"), ["supply", "chain"]);
});
