// SPDX-License-Identifier: Apache-2.0
// convert.ts: plain objects to proto3's JSON and back, by the table of fields in messages.ts; no message is named but those that
// differ.
import { type Document, type DocumentPart, type Place, type QuoteResponse, type Row, rows, words } from "./messages.js";
import { bytesAt, unitsAt } from "./texts.js";

type Json = { [name: string]: unknown };

const rowsOf = (type: string): Row[] => rows[type] ?? [];

// ---- from the wire

function readEnum(type: string, value: unknown): string {
    for (const [word, wire] of Object.entries(words[type] ?? {})) if (wire === value) return word;
    return typeof value === "number" && value !== 0 ? String(value) : "";
}

function readOne(row: Row, value: unknown): unknown {
    switch (row.kind) {
        case "text":
            return value ?? "";
        case "bool":
            return value ?? false;
        case "real":
        case "whole":
            return Number(value ?? 0);
        case "enum":
            return readEnum(row.type ?? "", value);
        case "object":
            return value ? JSON.parse(value as string) : {};
        case "message":
            return read(row.type ?? "", (value ?? {}) as Json);
    }
}

/** The bytes of a document's places become positions in its strings, or the other way. */
function movePlaces(document: Document, move: (text: string, offsets: number[]) => number[]): void {
    const each = (text: string, places: Place[]): void => {
        const moved = move(text, places.map((place) => place.begin));
        places.forEach((place, i) => (place.begin = moved[i] ?? 0));
    };
    each(document.text, document.places);
    document.parts.forEach((part: DocumentPart) => each(part.text, part.places));
}

/** A message from its JSON. What the JSON leaves out has its zero. */
export function read(type: string, json: Json): any {
    const made: Json = {};
    for (const row of rowsOf(type)) {
        const value = json[row.wire];
        if (row.repeated) made[row.name] = ((value as unknown[] | undefined) ?? []).map((each) => readOne(row, each));
        else if (value !== undefined || !row.optional) made[row.name] = readOne(row, value);
    }
    if (type === "Document") movePlaces(made as unknown as Document, unitsAt);
    return made;
}

/** The bytes of quotations and their pieces become positions in the text that was checked. */
export function moveQuotations(reply: QuoteResponse, text: string): void {
    const ranges = reply.quotations.flatMap((quotation) => [quotation, ...quotation.pieces]);
    const moved = unitsAt(text, ranges.flatMap(({ begin, end }) => [begin, end]));
    ranges.forEach((range, i) => {
        range.begin = moved[2 * i] ?? 0;
        range.end = moved[2 * i + 1] ?? 0;
    });
}

// ---- to the wire

const kinds: { [kind: string]: string } = { text: "string", bool: "boolean", real: "number", whole: "number" };
const called: { [kind: string]: string } = { ...kinds, whole: "whole number" };

function writeOne(row: Row, value: unknown, path: string): unknown {
    const kind = kinds[row.kind];
    if (kind !== undefined) {
        if (typeof value !== kind || (row.kind === "whole" && !Number.isSafeInteger(value)))
            throw new TypeError(`${path}: ${JSON.stringify(value)}, expected a ${called[row.kind]}`);
        return value;
    }
    if (row.kind === "enum") {
        const known = words[row.type ?? ""] ?? {};
        if (value === "") return undefined;
        if (!Object.hasOwn(known, value as string))
            throw new RangeError(`${path}: ${JSON.stringify(value)}, expected one of: ${Object.keys(known).join(", ")}`);
        return known[value as string];
    }
    if (typeof value !== "object" || value === null) throw new TypeError(`${path}: ${JSON.stringify(value)}, expected an object`);
    if (row.kind === "object") return Object.keys(value).length > 0 ? JSON.stringify(value) : undefined;
    return write(row.type ?? "", value, path);
}

function placed(document: object): object {
    const whole = { text: "", places: [], parts: [], ...(structuredClone(document) as Partial<Document>) };
    for (const part of whole.parts) {
        part.text ??= "";
        part.places ??= [];
    }
    movePlaces(whole as unknown as Document, bytesAt);
    return whole;
}

/** A message's JSON. TypeError, RangeError: a value cannot be in its field, or there is no such field; it is named. */
export function write(type: string, value: object, path = ""): Json {
    const made: Json = {};
    const known = new Map(rowsOf(type).map((row) => [row.name, row]));
    for (const [name, each] of Object.entries(type === "Document" ? placed(value) : value)) {
        const where = path ? `${path}.${name}` : name;
        const row = known.get(name);
        if (!row) throw new TypeError(`${where}: there is no such field`);
        if (each === undefined) continue;
        if (row.repeated && !Array.isArray(each)) throw new TypeError(`${where}: ${JSON.stringify(each)}, expected an array`);
        made[row.wire] = row.repeated
            ? (each as unknown[]).map((element, i) => writeOne(row, element, `${where}[${i}]`))
            : writeOne(row, each, where);
    }
    return made;
}
