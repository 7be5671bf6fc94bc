// SPDX-License-Identifier: Apache-2.0
// Series over time. A line joins periods that follow each other; where the collection has nothing it is broken, for that is
// no zero. What so few documents stand behind that it says little is hollow and does not set the scale.
import { scaleLinear } from "d3-scale";
import { across, roundTicks, type Scale, upright } from "./axis.ts";
import { extent, fitText, frame, looks, type Named, type Pen, shape, type Size, textWidth } from "./frame.ts";
import { type Kind, numberOf, ticksOf } from "./period.ts";

export interface LinePoint {
    period: string;
    value: number;
    low?: number; // the band; both or none
    high?: number;
    thin?: boolean; // of few documents
    label: string; // the whole of it in words
    href?: string;
}

export interface Line {
    name: string;
    points: readonly LinePoint[]; // ascending
}

export interface LinesOptions extends Size, Named {
    kind: Kind;
    lines: readonly Line[];
    axis: string; // what the figures are
    format: (value: number) => string;
    thin?: string; // what a hollow mark means
    named?: boolean; // one line alone has its name, too
}

/** Where a point was drawn, for whoever follows a pointer. */
export interface Spot {
    x: number;
    y: number;
    line: number;
    point: number;
}

export interface Lines {
    element: SVGSVGElement;
    spots: Spot[];
}

interface Placed extends LinePoint {
    number: number;
    above: boolean; // the scale ends below it
}

const topOfScale = (y: Scale): number => y.domain()[1] ?? 0;

/** The largest figure that says something; a band is worth a quarter more than the highest point at most. */
function topOf(lines: readonly Line[]): number {
    const all = lines.flatMap((each) => each.points);
    const solid = all.filter((point) => !point.thin);
    const counted = solid.some((point) => point.value > 0) ? solid : all;
    const value = extent([0, ...counted.map((point) => point.value)])[1];
    const high = extent([0, ...counted.map((point) => point.high ?? 0)])[1];
    return Math.max(value, Math.min(high, value * 1.25)) || Math.min(high, 1) || 1;
}

function legendRows(options: LinesOptions): { name: string; line: number; x: number; row: number }[] {
    let x = 0;
    let row = 0;
    return options.lines.map((each, line) => {
        const name = fitText(each.name, 13, Math.min(260, options.width - 60));
        const width = textWidth(name, 13) + 54;
        if (x > 0 && x + width > options.width) {
            x = 0;
            row++;
        }
        const item = { name, line, x, row };
        x += width;
        return item;
    });
}

function drawLegend(group: Pen, options: LinesOptions): void {
    for (const { name, line, x, row } of legendRows(options)) {
        const item = group
            .append("g")
            .attr("class", `series-${line % looks}`)
            .attr("transform", `translate(${x},${row * 22 + 10})`);
        item.append("path").attr("class", "picture-line").attr("d", "M0,0H34");
        item.append("path").attr("class", "picture-mark").attr("transform", "translate(17,0)").attr("d", shape(line, 4));
        item.append("text").attr("class", "picture-name").attr("x", 40).attr("dy", "0.33em").text(name);
    }
}

/** The first and the last period that there is: of one alone the axis names no others. */
type Span = [low: number, high: number];

function drawAxes(group: Pen, options: LinesOptions, x: Scale, y: Scale, [low, high]: Span, width: number, height: number): void {
    upright(group, y, roundTicks(y, Math.max(2, Math.min(6, Math.floor(height / 44))), options.format), width);
    const below = group.append("g").attr("transform", `translate(0,${height})`);
    across(below, x, ticksOf(options.kind, low, high, width), 1);
    group.append("text").attr("class", "picture-unit").attr("x", -2).attr("y", -10).text(options.axis);
}

/** Stretches of periods that follow each other. */
export function stretches<T extends { number: number }>(points: readonly T[]): T[][] {
    const all: T[][] = [];
    points.forEach((point, index) => {
        if (point.number === (points[index - 1]?.number ?? NaN) + 1) all.at(-1)?.push(point);
        else all.push([point]);
    });
    return all;
}

function drawLine(group: Pen, points: Placed[], x: Scale, y: Scale): void {
    const bounded = (value: number): number => y(Math.min(value, topOfScale(y)));
    const path = (of: Placed[], value: (point: Placed) => number): string =>
        of.map((point) => `${x(point.number).toFixed(1)},${bounded(value(point)).toFixed(1)}`).join("L");
    const band = (of: Placed[]): string =>
        `M${path(of, (point) => point.high ?? 0)}L${path([...of].reverse(), (point) => point.low ?? 0)}Z`;
    // A period of few documents has its mark alone: its line would be the loudest of the picture, its band all of it.
    for (const stretch of stretches(points.filter((point) => !point.thin))) {
        if (stretch.every((point) => point.high !== undefined)) {
            const [only] = stretch;
            if (stretch.length > 1 || !only) group.append("path").attr("class", "picture-band").attr("d", band(stretch));
            else
                group
                    .append("path")
                    .attr("class", "picture-whisker")
                    .attr("d", `M${x(only.number)},${bounded(only.low ?? 0)}V${bounded(only.high ?? 0)}`);
        }
        if (stretch.length > 1) group.append("path").attr("class", "picture-line").attr("d", `M${path(stretch, (point) => point.value)}`);
    }
}

const smallest = 2; // radius of a mark

function drawMarks(group: Pen, points: Placed[], series: number, x: Scale, y: Scale, radius: number, spots: Spot[]): void {
    points.forEach((point, index) => {
        if (radius === smallest && point.value === 0) return; // in a crowd the line on the axis says it, and a day is drawn sooner
        const spot = { x: x(point.number), y: y(Math.min(point.value, topOfScale(y))), line: series, point: index };
        spots.push(spot);
        const place = group
            .append(point.href ? "a" : "g")
            .attr("class", point.thin ? "picture-point picture-thin" : "picture-point")
            .attr("data-spot", spots.length - 1)
            .attr("tabindex", -1)
            .attr("transform", `translate(${spot.x.toFixed(1)},${spot.y.toFixed(1)})`);
        if (point.href) place.attr("href", point.href);
        else place.attr("role", "img");
        place.attr("aria-label", point.label);
        const mark = point.above ? "M0,-7L5,3H-5Z" : shape(series, radius);
        place.append("path").attr("class", "picture-mark").attr("d", mark);
    });
}

export function lines(options: LinesOptions): Lines {
    const many = options.lines.length > 1 || options.named;
    const rows = many ? (legendRows(options).at(-1)?.row ?? 0) + 1 : 0;
    const size = { width: options.width, height: options.height + rows * 22 };
    const picture = frame(size, options);
    const top = rows * 22 + (rows ? 34 : 26);
    const y = scaleLinear().domain([0, topOf(options.lines)]).nice(5);
    const label = Math.max(...y.ticks(5).map((value) => textWidth(options.format(value), 12)));
    const left = Math.max(28, label + 16);
    const width = Math.max(40, options.width - left - (options.kind === "year" ? 18 : 34));
    const height = Math.max(40, size.height - top - (options.thin ? 46 : 28));
    y.range([height, 0]);

    const numbers = options.lines.flatMap((each) => each.points.map((point) => numberOf(point.period)));
    const [low, high] = extent(numbers);
    const x = scaleLinear().domain(low === high ? [low - 1, high + 1] : [low, high]).range([0, width]);

    if (many) drawLegend(picture.append("g").attr("aria-hidden", "true"), options);
    const plot = picture.append("g").attr("transform", `translate(${left},${top})`);
    if (numbers.length > 0) drawAxes(plot, options, x, y, [low, high], width, height);
    const placed = options.lines.map((each) =>
        each.points.map((point) => ({ ...point, number: numberOf(point.period), above: point.value > topOfScale(y) })),
    );
    const spots: Spot[] = [];
    const crowd = Math.max(0, ...placed.map((points) => points.length)) / width;
    placed.forEach((points, series) => {
        const group = plot.append("g").attr("class", `series-${series % looks}`).attr("role", "group");
        group.attr("aria-label", options.lines[series]?.name ?? "");
        drawLine(group, points, x, y);
        drawMarks(group, points, series, x, y, crowd > 0.2 ? smallest : crowd > 0.08 ? 3 : 4, spots);
    });
    if (options.thin && options.lines.some((each) => each.points.some((point) => point.thin)))
        plot.append("text").attr("class", "picture-note").attr("y", height + 40).text(options.thin);
    for (const spot of spots) {
        spot.x += left;
        spot.y += top;
    }
    const { element } = picture;
    element.querySelector(".picture-point")?.setAttribute("tabindex", "0");
    return { element, spots };
}
