// SPDX-License-Identifier: Apache-2.0
// How much each source has in each month. Where months have no room they are added up to quarters, then years; the shade goes
// by the square root, so that a source of a few documents still shows.
import { scaleLinear, scaleSqrt } from "d3-scale";
import { across } from "./axis.ts";
import { extent, fitText, frame, type Named, textWidth } from "./frame.ts";
import { coarsen, type Kind, nameOf, numberOf, ticksOf } from "./period.ts";

export interface HeatCell {
    source: string;
    month: string; // "2023-05"; "2023" is in the year alone
    value: number;
}

export interface HeatmapOptions extends Named {
    width: number;
    cells: readonly HeatCell[];
    axis: string; // what the figures are
    name?: (source: string) => string;
    label: (source: string, period: string, value: number) => string;
    href?: (source: string, period: string) => string;
}

const shades = 6;
const step = 26;
const tiny = 1e-9; // what a root and its square may be off

/** The finest periods whose cells are at least 7 wide; years where not even these are. */
function kindFor(cells: readonly HeatCell[], width: number): Kind {
    const months = cells.filter((cell) => cell.month.length === 7).map((cell) => numberOf(cell.month));
    const [first, last] = extent(months);
    const count = months.length > 0 ? last - first + 1 : 0;
    if (count === 0 || months.length < cells.length * 0.5) return "year";
    return count * 7 <= width ? "month" : (count / 3) * 7 <= width ? "quarter" : "year";
}

function sums(cells: readonly HeatCell[], kind: Kind): Map<string, Map<number, number>> {
    const all = new Map<string, Map<number, number>>();
    for (const cell of cells) {
        const period = kind === "year" ? cell.month.slice(0, 4) : coarsen(cell.month, kind);
        const number = numberOf(period);
        if (Number.isNaN(number) || period.length < (kind === "year" ? 4 : 7)) continue;
        const row = all.get(cell.source) ?? new Map<number, number>();
        row.set(number, (row.get(number) ?? 0) + cell.value);
        all.set(cell.source, row);
    }
    return all;
}

export function heatmap(options: HeatmapOptions): SVGSVGElement {
    const name = options.name ?? ((source: string) => source);
    const sources = [...new Set(options.cells.map((cell) => cell.source))];
    const left = Math.min(options.width * 0.3, 180, Math.max(30, extent(sources.map((each) => 1.15 * textWidth(name(each), 13)))[1])) + 10; // letters are wider than their average
    const width = Math.max(40, options.width - left - 20);
    const kind = kindFor(options.cells, width);
    const rows = sums(options.cells, kind);
    const numbers = [...rows.values()].flatMap((row) => [...row.keys()]);
    const [low, high] = extent(numbers);
    const most = Math.max(1, extent([...rows.values()].flatMap((row) => [...row.values()]))[1]);
    const picture = frame({ width: options.width, height: sources.length * step + 78 }, options);
    const plot = picture.append("g").attr("transform", `translate(${left},30)`);
    const x = scaleLinear().domain([low, high + 1]).range([0, width]);
    const shade = scaleSqrt().domain([0, most]).range([0, shades]);
    const column = numbers.length > 0 ? width / (high + 1 - low) : 0;

    sources.forEach((source, index) => {
        const line = plot.append("g").attr("transform", `translate(0,${index * step})`);
        line.append("text")
            .attr("class", "picture-name picture-end")
            .attr("x", -8)
            .attr("y", step / 2)
            .attr("dy", "0.33em")
            .text(fitText(name(source), 13, left - 10));
        for (const [number, value] of rows.get(source) ?? []) {
            const period = nameOf(kind, number);
            const cell = line.append(options.href ? "a" : "g").attr("class", "picture-cell");
            if (options.href) cell.attr("href", options.href(source, period)).attr("tabindex", -1);
            else cell.attr("role", "img");
            cell.attr("aria-label", options.label(source, period, value));
            cell.append("rect")
                .attr("class", `heat-${value > 0 ? Math.min(shades, Math.max(1, Math.ceil(shade(value) - tiny))) : 0}`)
                .attr("x", x(number).toFixed(1))
                .attr("y", 1)
                .attr("width", Math.max(1, column - (column > 4 ? 1 : 0)).toFixed(1))
                .attr("height", step - 2);
            cell.append("title").text(options.label(source, period, value));
        }
    });
    if (numbers.length > 0) across(plot.append("g").attr("transform", "translate(0,-4)"), x, ticksOf(kind, low, high, width), -1);
    const legend = plot.append("g").attr("aria-hidden", "true").attr("transform", `translate(0,${sources.length * step + 12})`);
    let at = 0;
    let last = 0;
    for (let each = 1; each <= shades; each++) {
        const upper = Math.floor(shade.invert(each) + tiny);
        if (upper === last) continue; // no whole number has this shade
        last = upper;
        const text = String(upper);
        legend.append("rect").attr("class", `heat-${each}`).attr("x", at).attr("width", 14).attr("height", 14);
        legend.append("text").attr("class", "picture-figure").attr("x", at + 18).attr("y", 7).attr("dy", "0.33em").text(text);
        at += textWidth(text, 12) + 30;
        if (at > width - 60) break;
    }
    legend.append("text").attr("class", "picture-note").attr("y", 32).text(options.axis);
    const { element } = picture;
    element.querySelector("a.picture-cell")?.setAttribute("tabindex", "0");
    return element;
}
