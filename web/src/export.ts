// SPDX-License-Identifier: Apache-2.0
// What leaves the page as a file: tables as CSV (RFC 4180) or JSON Lines, pictures as SVG that needs no style sheet or as PNG,
// and a citation. The first half is text from data; the second needs a browser. The page's policy lets no blob: be an image, so
// a picture becomes one by a data: address.

export type Cell = string | number | boolean | null | undefined;

/** A column is called as in the command's `--format csv`, where that has it. */
export interface Table {
    columns: readonly string[];
    rows: readonly (readonly Cell[])[];
}

function csvCell(cell: Cell): string {
    if (cell === null || cell === undefined || (typeof cell === "number" && !Number.isFinite(cell))) return "";
    if (typeof cell === "boolean") return cell ? "1" : "0";
    // A spreadsheet takes these for a formula; the command line writes the same apostrophe.
    const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
    return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The byte order mark is for Excel, which reads UTF-8 as something else without it. */
export function csv(table: Table, mark = false): string {
    const lines = [table.columns, ...table.rows].map((row) => row.map(csvCell).join(","));
    return `${mark ? "\ufeff" : ""}${lines.join("\r\n")}\r\n`;
}

export function jsonLines(table: Table): string {
    return table.rows
        .map((row) => {
            const object: Record<string, Cell> = {};
            table.columns.forEach((column, index) => {
                const cell = row[index];
                object[column] = cell === undefined || (typeof cell === "number" && !Number.isFinite(cell)) ? null : cell;
            });
            return `${JSON.stringify(object)}\n`;
        })
        .join("");
}

export interface Cited {
    id: string;
    title?: string;
    date?: string;
    source?: string;
    place?: string; // "page 3"
    field?: string; // "text"
    part?: number;
    begin?: number; // bytes of the field, as Get gives it
    end?: number;
    commit: string | number;
}

/** Enough to find the words again, by hand and by `gramdex get`. */
export function citation(cited: Cited, chinese: boolean): string {
    const field = `${cited.field || "text"}${cited.part ? ` ${cited.part + 1}` : ""}`;
    const bytes = cited.begin !== undefined && cited.end !== undefined ? `${cited.begin}–${cited.end}` : "";
    if (chinese) {
        const head = [cited.source, cited.title && `《${cited.title}》`, cited.date].filter(Boolean).join("，");
        const where = [cited.place, bytes && `${field} 第 ${bytes} 字节`].filter(Boolean).join("，");
        return `${head ? `${head}。` : ""}[${cited.id}${where ? `，${where}` : ""}，版本 ${cited.commit}]`;
    }
    const head = [cited.source, cited.title && `“${cited.title}”`, cited.date].filter(Boolean).join(", ");
    const where = [cited.place, bytes && `${field} bytes ${bytes}`].filter(Boolean).join(", ");
    return `${head ? `${head}. ` : ""}[${cited.id}${where ? `, ${where}` : ""}, commit ${cited.commit}]`;
}

/** A name that every file system takes, with what was asked in it. */
export function fileName(view: string, query: string, extension: string): string {
    // eslint-disable-next-line no-control-regex
    const words = query.replace(/[\u0000-\u001f\\/:*?"<>|]+/g, " ").replace(/\s+/g, " ").trim();
    return `gramdex ${view}${words ? ` ${[...words].slice(0, 40).join("").trim()}` : ""}.${extension}`;
}

function escaped(text: string): string {
    // What XML cannot hold at all would make the file unreadable.
    // eslint-disable-next-line no-control-regex
    const clean = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
    return clean.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** The value that each has when nobody sets it: not worth an attribute. */
const initial: Record<string, string> = {
    fill: "rgb(0, 0, 0)",
    "fill-opacity": "1",
    stroke: "none",
    "stroke-width": "1px",
    "stroke-dasharray": "none",
    "stroke-linecap": "butt",
    "stroke-linejoin": "miter",
    "stroke-opacity": "1",
    opacity: "1",
    "font-family": "",
    "font-size": "",
    "font-weight": "400",
    "text-anchor": "start",
};
const ofText = /^(font|text)/;
const ofPage = /^(class|style|tabindex|role|data-.*|aria-.*|href)$/;
const drawn = new Set(["path", "rect", "line", "circle", "text"]);

/** Whatever has its look; in a browser that is getComputedStyle. */
export type StyleOf = (element: Element) => { getPropertyValue(name: string): string };

function write(element: Element, styleOf: StyleOf): string {
    const name = element.localName === "a" ? "g" : element.localName; // its address means nothing outside of the page
    let tag = `<${name}`;
    const looks = new Map<string, string>();
    for (const { name: key, value } of [...element.attributes]) {
        if (key in initial) looks.set(key, value);
        else if (!ofPage.test(key) && !key.startsWith("xmlns")) tag += ` ${key}="${escaped(value)}"`;
    }
    if (drawn.has(name)) {
        // The style of what is drawn says all that a group above it would hand down.
        const style = styleOf(element);
        for (const property of Object.keys(initial)) {
            if (ofText.test(property) && name !== "text") continue;
            const value = style.getPropertyValue(property).trim() || looks.get(property);
            if (value && value !== initial[property]) tag += ` ${property}="${escaped(value.replace(/px\b/g, ""))}"`;
        }
    }
    const inner = [...element.childNodes]
        .map((child) => (child.nodeType === 1 ? write(child as Element, styleOf) : escaped(child.textContent ?? "")))
        .join("");
    return inner ? `${tag}>${inner}</${name}>` : `${tag}/>`;
}

/** What a file has around the picture: its title above, where it is from below. */
const margin = { side: 16, above: 44, below: 32 };

export interface Sheet {
    width: number;
    height: number;
}

export function sheetOf(picture: Element): Sheet {
    const [, , width = 0, height = 0] = (picture.getAttribute("viewBox") ?? "").split(" ").map(Number);
    return { width: width + 2 * margin.side, height: height + margin.above + margin.below };
}

/** A picture as a file of its own: classes become attributes, what is for the page alone goes. */
export function standalone(picture: Element, styleOf: StyleOf, footing = ""): string {
    const { width, height } = sheetOf(picture);
    const font = 'font-family="system-ui, sans-serif"';
    const title = picture.getAttribute("aria-label") ?? "";
    const line = (y: number, size: number, fill: string, text: string): string =>
        `<text x="${margin.side}" y="${y}" ${font} font-size="${size}" fill="${fill}">${escaped(text)}</text>`;
    const inner = write(picture, styleOf);
    const begin = inner.indexOf(">") + 1;
    return [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
        `<rect width="${width}" height="${height}" fill="#fff"/>`,
        line(26, 15, "#1d1c1a", title),
        `<g transform="translate(${margin.side},${margin.above})">${inner.slice(begin, inner.lastIndexOf("</svg>"))}</g>`,
        line(height - 12, 11, "#5f5b53", footing),
        "</svg>\n",
    ].join("");
}

/** As it looks on paper: in light colours, whatever the page has. */
export function svgText(picture: SVGSVGElement, footing: string): string {
    const press = document.createElement("div");
    press.className = "picture-press";
    const copy = picture.cloneNode(true) as SVGSVGElement;
    for (const each of copy.querySelectorAll(".picture-near")) each.classList.remove("picture-near");
    press.append(copy);
    (picture.parentElement ?? document.body).append(press);
    try {
        return standalone(copy, (element) => getComputedStyle(element), footing);
    } finally {
        press.remove();
    }
}

export async function png(picture: SVGSVGElement, footing: string, scale = 2): Promise<Blob> {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(picture, footing))}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    const { width, height } = sheetOf(picture);
    canvas.width = Math.ceil(width * scale);
    canvas.height = Math.ceil(height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done, failed) => {
        canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("the picture is too large for a PNG"))), "image/png");
    });
}

const types: Record<string, string> = {
    csv: "text/csv;charset=utf-8",
    jsonl: "application/jsonl;charset=utf-8",
    svg: "image/svg+xml;charset=utf-8",
};

export function save(name: string, content: string | Blob): void {
    const type = types[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain;charset=utf-8";
    const address = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
}
