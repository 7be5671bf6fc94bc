// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import "./dom.ts";
import { bar, bars } from "../src/pictures/bars.ts";
import { heatmap } from "../src/pictures/heatmap.ts";
import { type LinePoint, lines, stretches } from "../src/pictures/lines.ts";
import { nameOf, numberOf } from "../src/pictures/period.ts";
import { strip } from "../src/pictures/strip.ts";

const point = (period: string, value: number, more: Partial<LinePoint> = {}): LinePoint => ({ period, value, label: `${period}: ${value}`, ...more });
const draw = (...series: LinePoint[][]) =>
    lines({ width: 640, height: 320, kind: "year", title: "t", axis: "%", format: String, thin: "few", lines: series.map((points, index) => ({ name: `q${index}`, points })) });

test("a line is broken where the collection has nothing, not drawn down to zero", () => {
    const numbers = ["2019", "2020", "2022", "2024", "2025"].map((period) => ({ number: numberOf(period) }));
    assert.deepEqual(stretches(numbers).map((each) => each.length), [2, 1, 2]);
    const { element } = draw(["2019", "2020", "2022", "2024", "2025"].map((period) => point(period, 1, { low: 0.5, high: 1.5 })));
    assert.equal(element.querySelectorAll("path.picture-line").length, 2);
    assert.equal(element.querySelectorAll("path.picture-band").length, 2);
    assert.equal(element.querySelectorAll("path.picture-whisker").length, 1);
});

test("what few documents stand behind does not set the scale, and says so", () => {
    const { element, spots } = draw([point("2019", 1, { thin: true }), point("2020", 0.01), point("2021", 0.02)]);
    assert.equal(element.querySelectorAll(".picture-thin").length, 1);
    assert.equal(element.querySelector(".picture-note")?.textContent, "few");
    assert.ok(spots[1].y - spots[2].y > 50);
});

test("no series is told by colour alone", () => {
    const { element } = draw(...Array.from({ length: 10 }, () => [point("2020", 1), point("2021", 2)]));
    const classes = new Set([...element.querySelectorAll("g[class^=series-]")].map((group) => group.getAttribute("class")));
    assert.equal(classes.size, 10);
    const marks = [...element.querySelectorAll("g[aria-hidden] .picture-mark")].map((mark) => mark.getAttribute("d"));
    assert.equal(new Set(marks).size, 7); // the dash tells the other three
});

test("one point alone takes the focus; each has a name", () => {
    const { element, spots } = draw([point("2020", 1, { href: "/x" }), point("2021", 2, { href: "/y" })]);
    const points = [...element.querySelectorAll(".picture-point")];
    assert.deepEqual(points.map((each) => each.getAttribute("tabindex")), ["0", "-1"]);
    assert.deepEqual(points.map((each) => each.getAttribute("aria-label")), ["2020: 1", "2021: 2"]);
    assert.equal(spots.length, 2);
});

test("nothing that is drawn is NaN, infinite or an inline style", () => {
    const pictures = [
        draw([]).element,
        draw([point("2020", 0)]).element,
        draw([point("2020", 0, { low: 0, high: 0.79, thin: true })], []).element,
        bars({ width: 300, title: "b", axis: "a", format: String, rows: [] }),
        bars({ width: 200, title: "b", axis: "a", format: String, rows: [{ name: "很长".repeat(40), value: 0, text: "0" }] }),
        bar(0, 0, 60),
        bar(5, 2, 60),
        heatmap({ width: 300, title: "h", axis: "a", cells: [], label: String }),
        heatmap({ width: 300, title: "h", axis: "a", label: String, cells: [{ source: "a", month: "2023", value: 1 }, { source: "", month: "2023-05", value: 0 }] }),
        strip({ title: "s", length: 0, places: [], width: 100, height: 8 }),
        strip({ title: "s", length: 10, places: [0, 10], width: 8, height: 100, upright: true, shown: [2, 2] }),
    ];
    for (const element of pictures) {
        const text = element.toString();
        assert.ok(!/NaN|Infinity|undefined/.test(text), text);
        assert.ok(!/ style=/.test(text), text);
    }
});

test("a heatmap goes from months to quarters to years as the room goes, and loses nothing", () => {
    const cells = Array.from({ length: 96 }, (_, index) => ({ source: index % 2 ? "a" : "b", month: `${2016 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`, value: 1 }));
    const seen = [1200, 400, 200].map((width) => {
        const values: number[] = [];
        const periods = new Set<string>();
        heatmap({ width, title: "h", axis: "a", cells, label: (_, period, value) => (values.push(value), periods.add(period), period) });
        assert.equal(values.reduce((sum, value) => sum + value, 0) / 2, 96); // a label each for screen and for title
        return periods.size;
    });
    assert.deepEqual(seen, [96, 32, 8]);
});

test("a legend's figures and the shades of the cells go together", () => {
    for (const most of [1, 3, 7, 36, 49, 100, 1000, 12345]) {
        const element = heatmap({ width: 900, title: "h", axis: "a", label: String, cells: [1, Math.ceil(most / 4), most].map((value, index) => ({ source: "a", month: `202${index}-01`, value })) });
        const figures = [...element.querySelectorAll(".picture-figure")].map((each) => Number(each.textContent));
        assert.equal(figures.at(-1), most, "the last shade reaches to the most there is");
        const shades = [...element.querySelectorAll(".picture-cell rect")].map((each) => each.getAttribute("class"));
        assert.equal(shades.at(-1), "heat-6", `${most}`);
    }
});

test("more points than a call takes arguments are drawn", () => {
    const many = Array.from({ length: 200000 }, (_, index) => index);
    const days = many.map((each) => point(nameOf("day", each - 400000), each % 7, { thin: false }));
    assert.ok(lines({ width: 640, height: 320, kind: "day", title: "t", axis: "%", format: String, lines: [{ name: "q", points: days.filter((_, index) => index % 7 === 0) }, { name: "r", points: days.map((each) => ({ ...each, value: 0 })) }] }).spots.length < many.length);
    const cells = many.map((each) => ({ source: `s${each % 3}`, month: nameOf("month", each % 24000), value: 1 }));
    assert.ok(heatmap({ width: 640, title: "h", axis: "a", label: () => "", cells }));
});

test("a strip has at most a tick a pixel", () => {
    const element = strip({ title: "s", length: 1e6, places: Array.from({ length: 50000 }, (_, index) => index * 20), width: 300, height: 10 });
    assert.ok((element.querySelector(".picture-tick")?.getAttribute("d")?.match(/M/g)?.length ?? 0) <= 300);
});

test("in a crowd of periods those of nothing have no mark", () => {
    const days = Array.from({ length: 400 }, (_, index) => point(`${1600 + index}`, index % 10 === 0 ? 1 : 0, { href: "/x" }));
    const { element, spots } = draw(days);
    assert.equal(spots.length, 40);
    assert.equal(element.querySelectorAll(".picture-point").length, 40);
    assert.equal(element.querySelectorAll(".picture-point[tabindex='0']").length, 1);
});
