// SPDX-License-Identifier: Apache-2.0
// texts.ts: positions in text. The wire counts bytes of UTF-8, strings of JavaScript count UTF-16, as slice() does.
import type { Document, Match } from "./messages.js";

/** A range of a string, for text.slice(begin, end). */
export interface Span {
    begin: number;
    end: number;
}

/** The bytes that a string takes in UTF-8, half of a surrogate pair as U+FFFD. */
const bytesIn = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

/** For offsets of one kind those of the other, in one walk over the text. An offset within a character is its end. */
function walk(text: string, offsets: readonly number[], isBytes: boolean): number[] {
    const order = offsets.map((_, i) => i).sort((a, b) => (offsets[a] ?? 0) - (offsets[b] ?? 0));
    const found = offsets.map(() => 0);
    let byte = 0;
    let unit = 0;
    for (const i of order) {
        while (unit < text.length && (isBytes ? byte : unit) < (offsets[i] ?? 0)) {
            const point = text.codePointAt(unit) ?? 0;
            byte += bytesIn(point);
            unit += point > 0xffff ? 2 : 1;
        }
        found[i] = isBytes ? unit : byte;
    }
    return found;
}

/** Offsets in a string for offsets in the bytes of its UTF-8. */
export const unitsAt = (text: string, bytes: readonly number[]): number[] => walk(text, bytes, true);

/** Offsets in the bytes of a string's UTF-8 for offsets in the string. */
export const bytesAt = (text: string, units: readonly number[]): number[] => walk(text, units, false);

/** The title, text or part of a document that a match lies in. RangeError: it has no such part. */
export function textOf(document: Document, match: Match): string {
    if (match.field === "title") return document.title;
    const texts = match.field === "text" ? [document.text] : [];
    for (const part of document.parts) if (part.field === match.field) texts.push(part.text);
    const text = texts[match.part];
    if (text === undefined) throw new RangeError(`${document.id} has no ${match.field} ${match.part}`);
    return text;
}

/** Where a match lies in textOf. The document must be of the commit that the match is of. */
export function span(document: Document, match: Match): Span {
    const [begin = 0, end = 0] = unitsAt(textOf(document, match), [match.beginByte, match.endByte]);
    return { begin, end };
}

/** The characters of a match. */
export function matched(document: Document, match: Match): string {
    const { begin, end } = span(document, match);
    return textOf(document, match).slice(begin, end);
}
