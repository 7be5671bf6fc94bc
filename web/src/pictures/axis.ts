// SPDX-License-Identifier: Apache-2.0
// An axis: ticks with their names, and lines through the picture at each where it is a grid. Screen readers pass over it,
// since each place of a picture says its own figures.
import type { ScaleLinear } from "d3-scale";
import type { Pen } from "./frame.ts";

export type Scale = ScaleLinear<number, number>;

export interface Tick {
    number: number;
    name: string;
}

/** Ticks at round figures, about so many. */
export function roundTicks(scale: Scale, count: number, format: (value: number) => string): Tick[] {
    return scale.ticks(count).map((number) => ({ number, name: format(number) }));
}

/** Names above (-1) or below (1) the line; `grid`: how far a line goes from each into the picture. */
export function across(group: Pen, scale: Scale, ticks: readonly Tick[], side: 1 | -1, grid = 0): void {
    const [from = 0, to = 0] = scale.range();
    const axis = group.append("g").attr("class", `picture-axis picture-across${grid ? " picture-grid" : ""}`).attr("aria-hidden", "true");
    if (!grid) axis.append("path").attr("d", `M${from},0H${to}`);
    for (const { number, name } of ticks) {
        const tick = axis.append("g").attr("transform", `translate(${scale(number).toFixed(1)},0)`);
        tick.append("path").attr("d", `M0,0V${grid || 6 * side}`);
        tick.append("text").attr("y", side > 0 ? 20 : -9).text(name);
    }
}

/** Names at the left, lines of a grid to the right. */
export function upright(group: Pen, scale: Scale, ticks: readonly Tick[], width: number): void {
    const axis = group.append("g").attr("class", "picture-axis picture-upright picture-grid").attr("aria-hidden", "true");
    for (const { number, name } of ticks) {
        const tick = axis.append("g").attr("transform", `translate(0,${scale(number).toFixed(1)})`);
        tick.append("path").attr("d", `M0,0H${width}`);
        tick.append("text").attr("x", -8).attr("dy", "0.33em").text(name);
    }
}
