// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { visited } from "./browser.ts";
import { command } from "../src/call.ts";
import { paths } from "../src/paths.ts";
import { acceptNewest, address, asked, columnOf, filtered, go, keysOf, key, linkHere, linkTo, linkToShare, longestLink, newestCommit, noFilters, noteCommit, query, round, scopeWithout, set } from "../src/state.ts";
import { otherQueries } from "../src/views/trend-data.ts";

const words = ["关税", "a b", "a+b", "a&b=c", "100%", "#x", "?", "/", "\\", '"q" OR “引”', "a,b:c", "\u00e9\u0301", "😀", "%2C", "a;b", "<script>", "｜", "\u3000"];

test("what is put into an address comes back", () => {
    for (const first of words)
        for (const second of words) {
            const keys = new URLSearchParams();
            keys.append("q", first);
            keys.append("and", second);
            keys.append("and", first);
            const url = new URL(address(paths.trend, keys), "http://x");
            assert.equal(url.pathname, paths.trend);
            assert.deepEqual([...url.searchParams], [...keys], address(paths.trend, keys));
        }
});

test("a state goes through the address bar and back", () => {
    for (const word of words) {
        go(linkTo(paths.trend, { q: word, and: ["产业链", word], by: "month", of: "rate" }));
        assert.equal(key("q"), word);
        assert.deepEqual(keysOf("and"), ["产业链", word]);
        set({ by: "quarter", split: "1" });
        assert.deepEqual([key("by"), key("of"), key("split"), key("q")], ["quarter", "rate", "1", word]);
        set({ split: undefined, of: "" });
        assert.deepEqual([key("split"), key("of")], ["", ""]);
    }
    assert.ok(visited.length > words.length);
});

test("another view keeps the query and the filters, and nothing of this view's own", () => {
    go(linkTo(paths.trend, { q: "关税", source: ["news", "law"], from: "2022", to: "2023", by: "week", of: "rate" }));
    const url = new URL(linkTo(paths.collocates), "http://x");
    assert.deepEqual([...url.searchParams.keys()].sort(), ["from", "q", "source", "source", "to"]);
    go(linkTo(paths.collocates));
    assert.deepEqual(scopeWithout().filter.sources, ["news", "law"]);
    assert.deepEqual([scopeWithout("date").filter.dateFrom, scopeWithout("date").filter.dateTo], ["", ""]);
});

test("a filter that is kept holds for all of a query with a choice", () => {
    go(linkTo(paths.hits, { q: "a OR b", distinct: "1" }));
    assert.equal(query.value, "a OR b");
    assert.equal(asked(), "(a OR b) is:first");
    go(linkTo(paths.hits, { q: "a b" }));
    assert.equal(asked(), "(a b) is:first");
});

test("documents without a source are a filter like any other", () => {
    go(linkTo(paths.hits, { q: "关税", source: ["", "news"] }));
    assert.deepEqual(scopeWithout().filter.sources, ["", "news"]);
    assert.ok(filtered.value);
    go(linkHere({ source: [""] }));
    assert.match(linkTo(paths.trend), /[?&]source=(&|$)/);
    go(linkHere({ ...noFilters, source: [] }));
    assert.ok(!filtered.value);
    assert.equal(command("Count", { query: "关税", scope: { filter: { sources: [""] } } }, { host: "h:1", tls: false, token: false }), `gramdex count --server h:1 '关税 source:""'`);
});

test("a link has the commit, and is refused where it would be cut on its way", () => {
    go(linkTo(paths.trend, { q: "关税", and: [] }));
    assert.match(linkToShare("7") ?? "", /^http:\/\/127\.0\.0\.1:50051\/trend\?.*commit=7/);
    go(linkHere({ q: "x".repeat(longestLink + 1) }));
    assert.equal(linkToShare("7"), null);
});

test("other queries are one a line, each once, nine at most", () => {
    assert.deepEqual(otherQueries(" a \n\n b\r\na\n关税\n", "关税"), ["a", "b"]);
    assert.equal(otherQueries(Array.from({ length: 30 }, (_, index) => `q${index}`).join("\n"), "x").length, 9);
});

test("the column of a fault is that of the text that was typed", () => {
    assert.equal(columnOf(6, "a OR (b", "a OR (b"), 6);
    assert.equal(columnOf(7, "a OR (b", "(a OR (b) is:first"), 6);
    assert.equal(columnOf(11, "a OR (b", "NOT (a OR (b)"), 6);
    assert.equal(columnOf(3, "(b", "(b date:2024.."), 3);
    assert.equal(columnOf(9, "😀 OR (b", "(😀 OR (b) date:2024.."), 8); // by code points
    assert.equal(columnOf(2, "a", "other"), 2); // what was sent does not hold it
});

test("the newest commit is the newest of any answer, and what is older is let go of", () => {
    for (const commit of ["3", undefined, "12", "7"]) noteCommit(commit);
    assert.equal(newestCommit.value, "12");
    go(linkTo(paths.concordance, { q: "关税", commit: "3", page: "2", token: "x", sort: "right" }));
    const before = round.value;
    acceptNewest();
    assert.notEqual(round.value, before);
    assert.deepEqual([key("commit"), key("page"), key("token"), key("sort")], ["", "", "", "right"]);
});
