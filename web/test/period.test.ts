// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { coarsen, filterOf, type Kind, kindOf, kinds, nameOf, numberOf, ticksOf } from "../src/pictures/period.ts";

test("each period has the number after the one before it, and its own name back", () => {
    const ends: Record<Kind, [string, string]> = {
        year: ["1952", "2031"],
        quarter: ["1968-Q1", "2030-Q4"],
        month: ["1968-01", "2030-12"],
        week: ["1952-W01", "2031-W52"],
        day: ["1968-02-27", "2031-01-01"],
    };
    for (const kind of kinds) {
        const [low, high] = ends[kind].map(numberOf);
        const names = new Set<string>();
        for (let number = low; number <= high; number++) {
            const name = nameOf(kind, number);
            assert.equal(kindOf(name), kind, name);
            assert.equal(numberOf(name), number, name);
            names.add(name);
        }
        assert.equal(names.size, high - low + 1);
    }
});

test("weeks are those of ISO 8601", () => {
    assert.equal(numberOf("2021-W01"), numberOf("2020-W53") + 1);
    assert.equal(filterOf("2020-W53"), "date:2020-12-28..2021-01-03");
    assert.equal(filterOf("2023-W18"), "date:2023-05-01..2023-05-07");
    assert.equal(numberOf("2025-W01"), numberOf("2024-W52") + 1);
});

test("a period is a filter of the query language", () => {
    assert.equal(filterOf("2023"), "date:2023");
    assert.equal(filterOf("2023-Q4"), "date:2023-10..2023-12");
    assert.equal(filterOf("2023-05"), "date:2023-05");
    assert.equal(filterOf("2023-05-06"), "date:2023-05-06");
});

test("what is no period has no number", () => {
    for (const name of ["", "2023-Q5", "23", "2023-5", "2023-05-06T00"]) assert.ok(Number.isNaN(numberOf(name)), name);
});

test("ticks have room, are in the range, ascend, and there is one at least", () => {
    for (const kind of kinds)
        for (const width of [40, 220, 700, 1200])
            for (const extent of [0, 1, 5, 11, 40, 300, 900, 5000]) {
                const low = numberOf(nameOf(kind, numberOf({ year: "1952", quarter: "1952-Q2", month: "1952-08", week: "1952-W33", day: "1952-08-09" }[kind])));
                const ticks = ticksOf(kind, low, low + extent, width);
                assert.ok(ticks.length > 0, `${kind} ${width} ${extent}`);
                assert.ok(ticks.length === 1 || ticks.length * 44 <= width + 90, `${kind} ${width} ${extent}: ${ticks.length}`);
                ticks.forEach((tick, index) => {
                    assert.ok(tick.number >= low && tick.number <= low + extent);
                    assert.ok(index === 0 || tick.number > ticks[index - 1].number);
                });
            }
});

test("months are added up to quarters and years", () => {
    assert.equal(coarsen("2023-06", "quarter"), "2023-Q2");
    assert.equal(coarsen("2023-06", "year"), "2023");
    assert.equal(coarsen("2023-06", "month"), "2023-06");
});
