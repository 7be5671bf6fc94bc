// SPDX-License-Identifier: Apache-2.0
// What every picture shares: the SVG element with its name for screen readers, the width of a text before it is drawn, the
// looks of series that can be told apart without colour. Colours are classes of pictures.css; no picture has an inline style.
/** Writes marks into an element, in d3-selection's manner; what else that module has, 4 kB in gzip, no picture needs. */
export class Pen<E extends SVGElement = SVGElement> {
    readonly element: E;

    constructor(element: E) {
        this.element = element;
    }

    append(name: string): Pen {
        const element = document.createElementNS("http://www.w3.org/2000/svg", name);
        this.element.append(element);
        return new Pen(element);
    }

    attr(name: string, value: string | number): this {
        this.element.setAttribute(name, String(value));
        return this;
    }

    text(content: string): this {
        this.element.textContent = content;
        return this;
    }
}

/** The least and the most of any number of figures: more than a call takes as arguments. */
export function extent(figures: readonly number[]): [least: number, most: number] {
    return figures.reduce(([least, most], each) => [Math.min(least, each), Math.max(most, each)], [Infinity, -Infinity]);
}

export interface Size {
    width: number;
    height: number;
}

export interface Named {
    title: string; // what it shows, for screen readers and for the exported file
    description?: string; // how to read it
}

/** A group and no image: what is in it can have the focus. */
export function frame(size: Size, named: Named): Pen<SVGSVGElement> {
    const picture = blank(size).attr("role", "group").attr("aria-label", named.title);
    picture.append("title").text(named.title);
    if (named.description) picture.append("desc").text(named.description);
    return picture;
}

export function blank(size: Size): Pen<SVGSVGElement> {
    return new Pen(document.createElementNS("http://www.w3.org/2000/svg", "svg"))
        .attr("class", "picture")
        .attr("viewBox", `0 0 ${size.width} ${size.height}`)
        .attr("width", size.width)
        .attr("height", size.height);
}

/** About how wide a text is: a letter of Han, kana or hangul is a square, others are a little more than half of one. */
export function textWidth(text: string, size: number): number {
    let width = 0;
    for (const letter of text) width += (letter.codePointAt(0) ?? 0) >= 0x2e80 ? size : size * 0.58;
    return Math.ceil(width);
}

/** What of a text has room; the rest is an ellipsis. */
export function fitText(text: string, size: number, width: number): string {
    if (textWidth(text, size) <= width) return text;
    let kept = "";
    for (const letter of text) {
        if (textWidth(kept + letter, size) > width - size) break;
        kept += letter;
    }
    return `${kept}…`;
}

/** There are ten looks, for a query and nine others; each has its own colour, dash and shape. */
export const looks = 10;

/** A polygon of so many corners, the first at `turn` twelfths of a circle past three o'clock; `inner`: of a star's notches. */
function polygon(corners: number, turn: number, size: number, inner = size): string {
    const points = Array.from({ length: corners }, (_, index) => {
        const angle = Math.PI * ((2 * index) / corners + turn / 6);
        const radius = index % 2 ? inner : size;
        return `${(Math.cos(angle) * radius).toFixed(2)},${(Math.sin(angle) * radius).toFixed(2)}`;
    });
    return `M${points.join("L")}Z`;
}

const shapes: readonly ((r: number) => string)[] = [
    (r) => `M${r},0A${r},${r} 0 1 1 ${-r},0A${r},${r} 0 1 1 ${r},0`,
    (r) => polygon(4, 1.5, r * 1.25),
    (r) => polygon(3, 9, r * 1.4),
    (r) => polygon(4, 0, r * 1.35),
    (r) => polygon(10, 9, r * 1.5, r * 0.7),
    (r) => polygon(3, 3, r * 1.4),
    (r) => polygon(6, 0, r * 1.1),
];

/** A series' mark as a path around 0, 0, about as large as a circle of this radius. */
export function shape(series: number, radius: number): string {
    return (shapes[series % shapes.length] ?? shapes[0])?.(radius) ?? "";
}
