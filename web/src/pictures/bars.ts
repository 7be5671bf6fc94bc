// SPDX-License-Identifier: Apache-2.0
// A measure as a bar: one beside a row of a table, and the table's rows as a picture of its own, for export and print.
import { scaleLinear } from "d3-scale";
import { across, roundTicks } from "./axis.ts";
import { blank, fitText, frame, type Named, textWidth } from "./frame.ts";

/** One bar. The figure stands beside it, so a screen reader passes over the picture. */
export function bar(value: number, most: number, width: number, height = 10): SVGSVGElement {
    const picture = blank({ width, height }).attr("aria-hidden", "true");
    const length = most > 0 && value > 0 ? Math.max(1, Math.min(1, value / most) * width) : 0;
    picture.append("rect").attr("class", "picture-track").attr("width", width).attr("height", height).attr("rx", 2);
    picture.append("rect").attr("class", "picture-bar").attr("width", length.toFixed(1)).attr("height", height).attr("rx", 2);
    return picture.element;
}

export interface Bar {
    name: string;
    value: number;
    text: string; // the figure in words
}

export interface BarsOptions extends Named {
    width: number;
    rows: readonly Bar[];
    axis: string;
    format: (value: number) => string;
}

export function bars(options: BarsOptions): SVGSVGElement {
    const step = 24;
    const top = 50;
    const picture = frame({ width: options.width, height: top + options.rows.length * step + 8 }, options);
    const room = Math.min(options.width * 0.4, 280);
    const left = Math.min(room, Math.max(40, ...options.rows.map((row) => textWidth(row.name, 13)))) + 10;
    const right = Math.max(24, ...options.rows.map((row) => textWidth(row.text, 12))) + 14;
    const width = Math.max(30, options.width - left - right);
    const x = scaleLinear().domain([0, Math.max(0, ...options.rows.map((row) => row.value)) || 1]).nice(5).range([0, width]);
    const plot = picture.append("g").attr("transform", `translate(${left},${top})`);
    const count = Math.max(2, Math.min(6, Math.floor(width / 70)));
    across(plot, x, roundTicks(x, count, options.format), -1, options.rows.length * step);
    plot.append("text").attr("class", "picture-unit").attr("x", -left + 2).attr("y", -34).text(options.axis);
    options.rows.forEach((row, index) => {
        const length = x(Math.max(0, row.value));
        const group = plot.append("g").attr("transform", `translate(0,${index * step})`);
        group.append("rect").attr("class", "picture-bar").attr("y", 4).attr("height", step - 8).attr("rx", 2).attr("width", length.toFixed(1));
        group
            .append("text")
            .attr("class", "picture-name picture-end")
            .attr("x", -8)
            .attr("y", step / 2)
            .attr("dy", "0.33em")
            .text(fitText(row.name, 13, left - 10));
        group.append("text").attr("class", "picture-figure").attr("x", length + 6).attr("y", step / 2).attr("dy", "0.33em").text(row.text);
    });
    return picture.element;
}
