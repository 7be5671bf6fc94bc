// SPDX-License-Identifier: Apache-2.0
// Where in a text, or along the collection, something stands: a tick for each place. It lies down, or stands at the side of a
// text. Places nearer than a pixel are one tick, so that a long text draws no more than it has room for.
import { scaleLinear } from "d3-scale";
import { frame, type Named } from "./frame.ts";

export interface StripOptions extends Named {
    length: number; // of what the strip stands for, in any unit
    places: readonly number[]; // where, in the same unit
    width: number;
    height: number;
    upright?: boolean;
    shown?: [number, number]; // what of it is in view
}

export function strip(options: StripOptions): SVGSVGElement {
    const picture = frame(options, options).attr("role", "img");
    const { width, height, upright } = options;
    const scale = scaleLinear().domain([0, Math.max(1, options.length)]).range([0, (upright ? height : width) - 2]);
    picture.append("rect").attr("class", "picture-track").attr("width", width).attr("height", height).attr("rx", 2);
    if (options.shown) {
        const begin = scale(options.shown[0]);
        const extent = Math.max(2, scale(options.shown[1]) - begin);
        const shown = picture.append("rect").attr("class", "picture-shown");
        if (upright) shown.attr("y", begin).attr("width", width).attr("height", extent);
        else shown.attr("x", begin).attr("width", extent).attr("height", height);
    }
    const pixels = new Set(options.places.map((place) => Math.round(scale(place))));
    let path = "";
    for (const pixel of pixels) path += upright ? `M1,${pixel + 1}H${width - 1}` : `M${pixel + 1},1V${height - 1}`;
    picture.append("path").attr("class", "picture-tick").attr("d", path);
    return picture.element;
}
